//! The process that is killed: an engine under load. It never ends by itself.
//!
//! 1. Says `open` before it opens the store and `started` when the engine runs.
//! 2. Repeats the requests that its parent hands it, then places new ones without end; says
//!    `ask TX` before each and `ack TX HASH` when the engine has answered. The hash is of everything
//!    that was promised.
//! 3. Hands the counterparties' notices to the engine: new ones as they come, and the backlog that
//!    every restart brings a few at a time, the latest first.

use crate::{
    dice::Dice,
    requests,
    world::{self, Asked, Weather, World},
};
use fundflow::{Engine, Notice, Resting};
use fundflow_testkit::worlds;
use std::{
    io::{self, BufRead as _, Write as _},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const CALLERS: u64 = 24;
const BACKLOG_AT_ONCE: usize = 64;
/// How long a caller waits for the end of its purchase before it places the next one.
const PATIENCE: Duration = Duration::from_millis(20);

pub(crate) fn run(place: &Path, start: u64, seed: u64) {
    let again: Vec<String> = io::stdin().lock().lines().map_while(Result::ok).collect();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    runtime.expect("a runtime").block_on(async {
        say("open");
        let world = World::start(place, seed, Weather::Storm, worlds::request_time()).await;
        say("started");
        let backlog = world.due();
        let next = Arc::new(AtomicU64::new(0));
        let again = Arc::new(again);
        for caller in 0..CALLERS {
            let dice = Dice::of(seed ^ (start << 16) ^ caller);
            tokio::spawn(call(world.engine.clone(), again.clone(), next.clone(), start, dice));
        }
        postman(&world, backlog).await;
    });
}

/// To the parent. Unbuffered: a line is out when this returns, whatever happens next.
fn say(line: &str) {
    // Without a parent there is nobody to tell, and soon nobody to listen.
    let _ = io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}

/// Some callers' work: what the parent wants repeated first, then new purchases.
async fn call(
    engine: Engine,
    again: Arc<Vec<String>>,
    next: Arc<AtomicU64>,
    start: u64,
    mut dice: Dice,
) {
    loop {
        let nth = next.fetch_add(1, Ordering::Relaxed);
        let old = usize::try_from(nth).ok().and_then(|nth| again.get(nth)).cloned();
        let transaction = old.unwrap_or_else(|| requests::transaction(start, nth).to_string());
        let mut rest = place(&engine, &transaction).await;
        if let Some(occurrence) = requests::occurrence_of(&transaction) {
            rest = place(&engine, occurrence.as_str()).await;
        }
        if dice.below(16) == 0 {
            world::take_back(&engine, &transaction, worlds::request_time()).await;
        }
        // Half of the callers wait for the end, so that purchases of every age are under way.
        if dice.below(2) == 0 {
            let _ = tokio::time::timeout(PATIENCE, rest).await;
        }
    }
}

/// Asks until it is durable.
async fn place(engine: &Engine, transaction: &str) -> Resting {
    say(&format!("ask {transaction}"));
    loop {
        match world::ask(engine, transaction).await {
            Asked::Placed(promised, rest) => {
                say(&format!("ack {transaction} {promised}"));
                return rest;
            }
            Asked::Busy(wait) => tokio::time::sleep(wait).await,
        }
    }
}

async fn postman(world: &World, mut backlog: Vec<Notice>) -> ! {
    loop {
        let mut notices = backlog.split_off(backlog.len().saturating_sub(BACKLOG_AT_ONCE));
        notices.extend(world.due());
        for outcome in world.engine.deliver(notices).await {
            if let Err(error) = outcome {
                panic!("news that could not be taken: {error}");
            }
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
