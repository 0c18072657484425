//! What must be true of any saga at every point of every future.
//!
//! 1. Appends continue their streams, and effects stand for what is durable (checked by the world).
//! 2. Whoever is unfinished waits for somebody, and is driven by a timer, a call, a person, or others who
//!    write to its streams, or was paused by whoever asked for it.
//! 3. It ends once. Over and owing nothing, no end of it is open but those that a person took over,
//!    and those that the test excuses.
//! 4. Another process that has only the log believes the same, and decides nothing.
//! 5. What was promised to the caller is what is stored.
//! 6. What is over is forgotten once it owes nothing, but for the streams that its decisions rest on.
//! 7. No saga calls again while the same call is not answered. Two rows may ask at once how it stands.
//! 8. Nobody is called whom the saga did not name before anything of it was stored.
//! 9. Whatever it decided at a row, it stood there by what precedes it. Looked at once it has ended.

use super::{counterparties::Counterparties, world::World};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::{
    liveness::Wait,
    look::Look,
    message::{Effect, Reply},
    port::Ask,
    runner::LaneState,
    saga::{Saga, View},
    step::{Sends, Table},
};
use fundflow_simulation::sound;
pub use fundflow_simulation::sound::{
    is_grounded, nothing_is_open_at_the_end, waits_for_others, waits_for_somebody,
};
use std::sync::Arc;

/// The keys that the log asks to be called, or asked about.
pub fn callable<S: Saga, C: Counterparties>(world: &World<S, C>) -> Vec<Arc<str>> {
    let replayed = &world.replayed;
    let (Some(view), Some(table)) = (replayed.view(), replayed.table()) else { return Vec::new() };
    keys(world, &view, table)
}

fn keys<S: Saga, C>(
    world: &World<S, C>,
    view: &View<'_, S>,
    table: &'static Table<S>,
) -> Vec<Arc<str>> {
    let stand = table.stand(view);
    let beside = table.beside.iter().map(|side| &side.deed);
    let beside = beside.filter(|deed| !S::holds(view, deed.done));
    let deeds = stand.deed().into_iter().chain(beside);
    let key = |send: Sends<S>| match send {
        Sends::Call(what) | Sends::Await(what) => world.saga.call(view, what, world.shell.now),
        Sends::Do(_) | Sends::Wait => None,
    };
    deeds.filter_map(|deed| key(deed.send)).map(|calling| calling.key().clone()).collect()
}

/// Checks everything that holds at every point.
///
/// # Errors
/// In words, the first thing that does not hold.
pub fn always<S: Saga, C: Counterparties>(world: &World<S, C>) -> Result<(), String> {
    if let Some(broken) = &world.shell.broken {
        return Err(broken.clone());
    }
    no_call_twice(world)?;
    if world.log().version(&world.process()).0 == 0 {
        return Ok(());
    }
    let look = world.glance().map_err(|error| error.to_string())?;
    calls_whom_it_named(world)?;
    ends_once(world)?;
    waits_for_somebody(&look)?;
    if !(world.excuse)(world.log(), world.id()) {
        nothing_is_open_at_the_end(&look)?;
    }
    driven(world, &look)?;
    if look.ending.is_some() {
        is_grounded(&world.look().map_err(|error| error.to_string())?)?;
    }
    promised(world)?;
    super::beside::always(world)?;
    same_after_a_restart(world)
}

fn no_call_twice<S: Saga, C: Counterparties>(world: &World<S, C>) -> Result<(), String> {
    let calls = world.in_flight.iter().filter(|it| it.ask == Ask::Call);
    let mut calls: Vec<String> = calls.map(|it| format!("{it:?} for {}", it.saga)).collect();
    calls.sort();
    let twice = calls.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map_or(Ok(()), |pair| Err(format!("{} is in flight twice", pair[0])))
}

fn calls_whom_it_named<S: Saga, C: Counterparties>(world: &World<S, C>) -> Result<(), String> {
    let Some(view) = world.replayed.view() else { return Ok(()) };
    let callees = world.saga.callees(view.open, view.plan);
    let named = |it: &Effect| callees.iter().any(|callee| callee.is_called(&it.port, &it.call()));
    let unnamed =
        world.in_flight.iter().find(|effect| effect.saga == *world.id() && !named(effect));
    unnamed.map_or(Ok(()), |it| Err(format!("{it:?}: nobody of its callees")))
}

fn ends_once<S: Saga, C: Counterparties>(world: &World<S, C>) -> Result<(), String> {
    let ending = world.kind().ending_types();
    let process = world.process();
    let ends = world.log().stream(&process).map(|it| it.event.event_type.as_ref());
    sound::ends_once(ends.filter(|name| ending.contains(name)))
}

/// Something will happen to it: a timer rings, a call is answered, or a person looks.
fn driven<S: Saga, C: Counterparties>(world: &World<S, C>, look: &Look) -> Result<(), String> {
    let is_a_persons = |wait: &Wait| matches!(wait, Wait::Operator { .. } | Wait::Requester { .. });
    let is_driven = look.waits.first().is_some_and(is_a_persons) || waits_for_others(look);
    if look.finished || is_driven {
        return Ok(());
    }
    let Some(running) = world.running() else { return Err("the runner forgot it".into()) };
    let is_driven = |state: &LaneState| match state {
        LaneState::Waiting(due) => world.shell.runner.next_timer().is_some_and(|next| next <= *due),
        LaneState::InFlight => world.in_flight.iter().any(|effect| running.awaits(effect)),
        LaneState::Idle | LaneState::Queued(_) | LaneState::Due => false,
    };
    let lanes: Vec<&LaneState> = running.lanes().map(|(state, _)| state).collect();
    if lanes.iter().any(|state| is_driven(state)) {
        return Ok(());
    }
    Err(format!("nothing drives it: {lanes:?}, waiting for {:?}", look.waits))
}

fn promised<S: Saga, C: Counterparties>(world: &World<S, C>) -> Result<(), String> {
    let stored = world.replayed.view().map(|view| view.open.promise.clone());
    for reply in &world.replies {
        let Reply::Placed { promise, .. } = reply else { continue };
        if promise.downcast_ref::<S::Promise>() != stored.as_deref() {
            return Err("what was promised is not what is stored".into());
        }
    }
    Ok(())
}

fn same_after_a_restart<S: Saga, C: Counterparties>(world: &World<S, C>) -> Result<(), String> {
    let mut other = world.clone();
    let output = other.shell.restart();
    if let Some(broken) = other.shell.broken {
        return Err(broken);
    }
    if let Some(append) = output.appends.first() {
        let types: Vec<_> = append.events.iter().map(|event| event.event_type.as_ref()).collect();
        return Err(format!("a restart decides what was not decided before: {types:?}"));
    }
    let (Some(live), Some(again)) = (world.running(), other.running()) else { return Ok(()) };
    let (streams, others) = (world.shell.runner.streams(), other.shell.runner.streams());
    let (here, there) = (live.stands_at(streams), again.stands_at(others));
    if here != there {
        return Err(format!("it stands at {here}, and after a restart at {there}"));
    }
    Ok(())
}

/// Checks that nothing of a saga at rest is left in memory, but for what its decisions rest on.
///
/// # Errors
/// In words, what is.
pub fn forgotten<S: Saga, C: Counterparties>(world: &World<S, C>) -> Result<(), String> {
    let beside = world.unfinished_beside();
    if world.shell.runner.open() > beside {
        return Err("it is over, and still in memory".into());
    }
    if beside > 0 {
        return Ok(());
    }
    let grounds = S::rests_on();
    let stays = |stream: &StreamName| grounds.iter().any(|need| need.stream() == stream);
    let held = |stream: &StreamName| world.shell.runner.streams().has(stream) && !stays(stream);
    let left = world.log().streams().find(|stream| held(stream));
    left.map_or(Ok(()), |stream| Err(format!("{stream} is still in memory, and nobody uses it")))
}
