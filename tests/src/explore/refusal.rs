//! Refuses a row of a saga's table: the setting of a story.
//!
//! | who refuses | how |
//! |---|---|
//! | somebody outside | [`refused_at`]: whatever may be said and refuses the row is said |
//! | our own books | [`refused_after_death`]: the process dies in front of a row, and the world is another one when the next one starts |
//! | whoever asked | [`refused_by_command`]: the command comes at the last moment before the row |
//! | a person | [`refused_by_a_person`]: skips the row |
//!
//! Everything before it and after it is for the best: the first of what may be said.

use super::{counterparties::Counterparties, world::World};
use fundflow_runtime::{
    message::{Action, What},
    port::Payload,
    saga::Saga,
    step::Step,
};

/// More steps than any saga takes.
const STEPS: usize = 1000;

/// A world at rest, and how long its transcript was before the input by which the row was refused.
pub type Refused<S, C> = (World<S, C>, usize);

/// Refused by the first of those outside who may do it while the saga stands at that row.
///
/// # Panics
/// If the row is not in the saga's table, cannot be refused, or is never refused in that way.
#[track_caller]
pub fn refused_at<S: Saga, C: Counterparties>(world: World<S, C>, row: &str) -> Refused<S, C> {
    play(begun(world), row, |world: &World<S, C>, inputs| {
        let stands = stands_at(world, row);
        let all = inputs.iter().map(|input| after(world, input));
        all.filter(|_| stands).find(|after| is_refused(after, row))
    })
}

/// Refused because the process dies in front of the row `at`, with all before it stored and nothing else, and
/// because of what `meanwhile` does to the world: time passes, others write to its streams.
///
/// # Panics
/// If a row is not in the saga's table, cannot be refused, or is never refused in that way.
#[track_caller]
pub fn refused_after_death<S: Saga, C: Counterparties>(
    world: World<S, C>,
    row: &str,
    at: &str,
    meanwhile: impl FnOnce(&mut World<S, C>),
) -> Refused<S, C> {
    let mut world = dead_at(world, at);
    let before = world.transcript.len();
    meanwhile(&mut world);
    let now = world.shell.now;
    world.counterparties.notes(now);
    world.crash();
    if is_refused(&world, row) {
        world.run();
        return (world, before);
    }
    play(world, row, |_, _| None)
}

/// Refused by what the caller asks of the running saga at the last moment before the row.
///
/// # Panics
/// If the row is not in the saga's table, cannot be refused, or is never refused in that way.
#[track_caller]
pub fn refused_by_command<S: Saga, C: Counterparties>(
    world: World<S, C>,
    row: &str,
    command: &Payload,
) -> Refused<S, C> {
    play(begun(world), row, |world: &World<S, C>, inputs| {
        let there = after(world, inputs.first()?);
        let passes = !has_passed(world, row) && has_passed(&there, row);
        let mut asked = world.clone();
        asked.handle(world.command(command.clone()));
        let asked = after(&asked, inputs.first()?);
        (passes && is_refused(&asked, row)).then_some(asked)
    })
}

/// Refused by a person as soon as the saga stands at that row.
///
/// # Panics
/// If the row is not in the saga's table, cannot be refused, or is never refused in that way.
#[track_caller]
pub fn refused_by_a_person<S: Saga, C: Counterparties>(
    world: World<S, C>,
    row: &str,
) -> Refused<S, C> {
    play(begun(world), row, |world: &World<S, C>, _| {
        let mut after = world.clone();
        let reason = "nobody answers".into();
        after.handle(world.act(Action::SkipToLanding { reason }));
        (stands_at(world, row) && is_refused(&after, row)).then_some(after)
    })
}

fn begun<S: Saga, C: Counterparties>(mut world: World<S, C>) -> World<S, C> {
    world.handle(world.request());
    world
}

/// With everything stored that precedes that row, and without a process.
#[track_caller]
fn dead_at<S: Saga, C: Counterparties>(mut world: World<S, C>, row: &str) -> World<S, C> {
    let mut inputs = vec![(world.request(), world.counterparties.clone())];
    for _ in 0..STEPS {
        if let Some((what, outside)) = inputs.into_iter().next() {
            world.counterparties = outside;
            let appends = world.clone().decide(what.clone()).appends;
            let mut dead = world.clone();
            for append in appends {
                dead.append(append);
                if stands_at(&dead, row) {
                    dead.in_flight.clear();
                    return dead;
                }
            }
            world.handle(what);
        } else if world.is_parked() || !world.ring() {
            break;
        }
        inputs = what_may_come(&mut world);
    }
    panic!("it never stands at {row}: {:#?}", world.transcript);
}

/// The row is done, and all above it.
fn has_passed<S: Saga, C: Counterparties>(world: &World<S, C>, row: &str) -> bool {
    let steps = world.replayed.table().map_or(&[][..], |table| table.steps);
    let at = steps.iter().position(|step| step.deed.name == row);
    at.is_some_and(|at| steps[..=at].iter().all(|step| world.holds(step.deed.done)))
}

/// Something that may come, and the counterparties after it.
type Input<C> = (What, C);

/// Plays it for the best until `refuse` has refused the row, or it is refused by itself, and on to its rest.
#[track_caller]
fn play<S: Saga, C: Counterparties>(
    mut world: World<S, C>,
    row: &str,
    refuse: impl Fn(&World<S, C>, &[Input<C>]) -> Option<World<S, C>>,
) -> Refused<S, C> {
    let mut before = None;
    for _ in 0..STEPS {
        let len = world.transcript.len();
        let inputs = what_may_come(&mut world);
        let refused = if before.is_none() { refuse(&world, &inputs) } else { None };
        if let Some(refused) = refused {
            world = refused;
        } else if let Some(input) = inputs.first() {
            world = after(&world, input);
        } else if world.is_parked() || !world.ring() {
            let Some(before) = before else {
                panic!("{row} is never refused: {:#?}", world.transcript);
            };
            return (world, before);
        }
        if before.is_none() && is_refused(&world, row) {
            before = Some(len);
        }
    }
    panic!("the saga does not come to rest: {:#?}", world.transcript);
}

fn after<S: Saga, C: Counterparties>(
    world: &World<S, C>,
    (what, outside): &Input<C>,
) -> World<S, C> {
    let mut after = world.clone();
    after.counterparties = outside.clone();
    after.handle(what.clone());
    after
}

fn stands_at<S: Saga, C: Counterparties>(world: &World<S, C>, row: &str) -> bool {
    world.glance().is_ok_and(|look| look.stands_at == row)
}

/// The row of the table that the saga is on.
fn step<S: Saga, C: Counterparties>(world: &World<S, C>, row: &str) -> Option<&'static Step<S>> {
    let steps = world.replayed.table()?.steps;
    let step = steps.iter().find(|step| step.deed.name == row);
    assert!(step.is_some_and(|step| step.rejected.is_some()), "{row} cannot be refused");
    step
}

fn is_refused<S: Saga, C: Counterparties>(world: &World<S, C>, row: &str) -> bool {
    let rejected = step(world, row).and_then(|step| step.rejected);
    rejected.is_some_and(|fact| world.holds(fact))
}

/// What may be said to the first call in flight, which is then in flight no more; without one, unasked.
fn what_may_come<S: Saga, C: Counterparties>(world: &mut World<S, C>) -> Vec<Input<C>> {
    let Some(effect) = world.in_flight.first().cloned() else {
        let said = world.counterparties.notices().into_iter();
        let notice = |(stream, said): (_, super::Said<C>)| {
            (What::Notice { stream, news: said.payload }, said.after)
        };
        return said.map(notice).collect();
    };
    world.in_flight.remove(0);
    let answer = |payload| World::<S, C>::answered(effect.clone(), payload);
    let said = world.counterparties.answers(&effect).into_iter();
    let mut inputs: Vec<Input<C>> = said.map(|it| (answer(it.payload), it.after)).collect();
    if inputs.is_empty() {
        let silence = world.counterparties.silence(&effect);
        inputs.push((answer(silence), world.counterparties.clone()));
    }
    inputs
}
