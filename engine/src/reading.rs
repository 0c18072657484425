//! Reads streams into the runner's memory. Nothing that is read can stop the engine.
//!
//! A fault is tried again a few times; a stream that still cannot be read, or that is damaged, is
//! remembered as damaged with the reason: what needs it parks, and all others go on. What could not be
//! read is read again as soon as somebody needs it; what was read and is damaged is not.

use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    loaded::with_sources,
    store::{EventStore, Position, ReadError, Version},
    streams::{Damage, Need},
};
use fundflow_runtime::runner::Runner;
use std::{future::Future, time::Duration};

const STREAM_PAGE: u32 = 512;
const ATTEMPTS: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(20);

/// Puts the stream into memory, as the store has it; `begun` is what was read of it already.
async fn provide<S: EventStore>(store: &S, runner: &mut Runner, need: &Need, begun: Vec<Recorded>) {
    let stream = need.stream();
    let damage = match read_stream(store, stream, begun).await {
        Ok(history) => runner.provide(need, &history),
        Err(error) => {
            let is_fault = matches!(error, ReadError::Fault(_));
            let damage = damage_of(stream, &error);
            if is_fault {
                runner.provide_unread(need, damage.clone());
            } else {
                runner.provide_damaged(need, damage.clone());
            }
            Some(damage)
        }
    };
    report(damage);
}

/// Puts all of them into memory that are not there yet, in one go where the store can.
pub(crate) async fn provide_all<S: EventStore>(store: &S, runner: &mut Runner, needs: &[Need]) {
    let missing: Vec<&Need> = needs.iter().filter(|need| is_missing(runner, need)).collect();
    let names: Vec<StreamName> = missing.iter().map(|need| need.stream().clone()).collect();
    // Where that fails, each is read by itself, and each has its own damage.
    let histories = match names.len() {
        0 | 1 => None,
        _ => again(|| store.read_each(&names, STREAM_PAGE)).await.ok(),
    };
    let mut histories = histories.into_iter().flatten();
    for need in missing {
        match histories.next() {
            Some(history) if history.len() < STREAM_PAGE as usize => {
                report(runner.provide(need, &history));
            }
            begun => provide(store, runner, need, begun.unwrap_or_default()).await,
        }
    }
}

fn report(damage: Option<Damage>) {
    if let Some(Damage { place, what }) = damage {
        tracing::error!(%place, "{what}; what needs this stream waits for a person");
    }
}

/// Not in memory, or there without what the store could not give.
fn is_missing(runner: &Runner, need: &Need) -> bool {
    let (streams, stream) = (runner.streams(), need.stream());
    !streams.has(stream) || streams.is_unread(stream)
}

pub(crate) async fn read_stream<S: EventStore>(
    store: &S,
    stream: &StreamName,
    mut history: Vec<Recorded>,
) -> Result<Vec<Recorded>, ReadError> {
    loop {
        let after = Version(history.len() as u64);
        let page = again(|| store.read(stream, after, STREAM_PAGE)).await?;
        let is_last = page.len() < STREAM_PAGE as usize;
        history.extend(page);
        if is_last {
            return Ok(history);
        }
    }
}

pub(crate) fn damage_of(stream: &StreamName, error: &ReadError) -> Damage {
    match error {
        ReadError::Damaged { place, what } => {
            Damage { place: place.as_str().into(), what: what.as_str().into() }
        }
        ReadError::Fault(_) => {
            Damage { place: stream.as_str().into(), what: with_sources(error).into() }
        }
    }
}

/// Reads the log; faults are tried again.
pub(crate) async fn read_log<S: EventStore>(
    store: &S,
    after: Position,
    limit: u32,
) -> Result<Vec<Recorded>, ReadError> {
    again(|| store.read_all(after, limit)).await
}

async fn again<T, F>(read: impl Fn() -> F) -> Result<T, ReadError>
where
    F: Future<Output = Result<T, ReadError>>,
{
    let mut wait = FIRST_WAIT;
    for _ in 1..ATTEMPTS {
        match read().await {
            Err(ReadError::Fault(_)) => {}
            done => return done,
        }
        tokio::time::sleep(wait).await;
        wait = wait.saturating_mul(2);
    }
    read().await
}
