//! What would follow: the input is decided by the engine's own runner on a copy of the saga's
//! streams, and what it wants to append and to send is what is shown.

use crate::{looking::history, reading::Failure};
use fundflow::runtime::{
    kind::Kind,
    message::{Input, Output, Reply, What},
    runner::Runner,
};
use fundflow_kernel::{
    store::{EventStore, ReadError},
    streams::{Damage, Need},
    time::Timestamp,
};
use std::sync::Arc;

/// How often one input may ask for further streams.
const ROUNDS: usize = 64;

/// What the engine would append and send, or why it would not.
pub(super) async fn foresee<S: EventStore>(
    store: &S,
    kind: &Arc<dyn Kind>,
    what: What,
    now: Timestamp,
) -> Result<Result<Output, String>, Failure> {
    let mut runner = Runner::new();
    runner.register_kind(kind.clone());
    let mut input = Input { ticket: 1, what };
    for _ in 0..ROUNDS {
        match runner.handle(input, now) {
            Ok(()) => break,
            Err(wanting) => {
                for need in &wanting.needs {
                    provide(store, &mut runner, need).await?;
                }
                input = wanting.input;
            }
        }
    }
    for _ in 0..ROUNDS {
        let starving = runner.starving();
        if starving.is_empty() {
            break;
        }
        for need in &starving {
            provide(store, &mut runner, need).await?;
        }
        runner.go_on(now);
    }
    let output = runner.take();
    Ok(match output.replies.first() {
        Some((_, Reply::NotActed(error))) => Err(error.to_string()),
        Some((_, Reply::Refused(_, why))) => Err(why.to_string()),
        Some((_, Reply::Acted | Reply::Placed { .. } | Reply::Noticed(_) | Reply::Rest(_))) => {
            Ok(output)
        }
        None => Err("a defect of the engine, please report it: it does not answer".to_owned()),
    })
}

async fn provide<S: EventStore>(
    store: &S,
    runner: &mut Runner,
    need: &Need,
) -> Result<(), Failure> {
    match history(store, need.stream()).await {
        Ok(history) => drop(runner.provide(need, &history)),
        Err(ReadError::Damaged { place, what }) => {
            runner.provide_damaged(need, Damage { place: place.into(), what: what.into() });
        }
        Err(error @ ReadError::Fault(_)) => return Err(error.into()),
    }
    Ok(())
}
