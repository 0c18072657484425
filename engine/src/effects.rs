//! Makes the calls to counterparties that a durable batch announced, and hands the answers back.
//!
//! 1. Every call has a time limit; one that exceeds it is *unknown*, and its saga will ask.
//! 2. A port that panics, is of another kind, or is not there stops nobody: that is *unknown* too.
//! 3. Answers that come at once are handed over together and in the order of the calls, so that a
//!    counterparty that never waits makes a run that can be repeated exactly.

use fundflow_kernel::cause::Cause;
use fundflow_runtime::{
    message::{Answered, Effect},
    port::{AnyPort, NoAnswer, Payload, Ports},
};
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// Number of the memory that a call came from: one that was evicted does not know its calls any more.
pub(crate) type Epoch = u64;

pub(crate) type Calls = (Epoch, Vec<Effect>);
pub(crate) type Answers = Vec<(Epoch, Answered)>;

const HANDED_OVER_AT_ONCE: usize = 4096;

/// Runs until nobody sends calls any more and all are answered, or nobody wants the answers.
pub(crate) async fn run(
    ports: Arc<Ports>,
    limit: Duration,
    mut calls: mpsc::UnboundedReceiver<Calls>,
    answers: mpsc::UnboundedSender<Answers>,
) {
    let mut running = FuturesUnordered::new();
    let mut open = true;
    while open || !running.is_empty() {
        tokio::select! {
            batch = calls.recv(), if open => match batch {
                Some((epoch, effects)) => running.extend(effects.into_iter().map(|effect| {
                    let port = ports.get(&effect.port).cloned();
                    async move { (epoch, make(port, limit, effect).await) }
                })),
                None => open = false,
            },
            Some(first) = running.next(), if !running.is_empty() => {
                let mut ready = vec![first];
                while ready.len() < HANDED_OVER_AT_ONCE
                    && let Some(Some(next)) = running.next().now_or_never()
                {
                    ready.push(next);
                }
                if answers.send(ready).is_err() {
                    return;
                }
            }
        }
    }
}

async fn make(port: Option<Arc<dyn AnyPort>>, limit: Duration, effect: Effect) -> Answered {
    let answer = if let Some(port) = port {
        ask(port, limit, &effect).await
    } else {
        tracing::error!("{effect}: no port of that name is registered");
        no_answer("no_port", format!("no port is called {}", effect.port))
    };
    Answered { effect, answer }
}

async fn ask(port: Arc<dyn AnyPort>, limit: Duration, effect: &Effect) -> Payload {
    let call = AssertUnwindSafe(port.clone().make(effect.call(), effect.ask)).catch_unwind();
    match timeout(limit, call).await {
        Ok(Ok(Some(answer))) => answer,
        Ok(Ok(None)) => {
            tracing::error!("{effect}: the port of that name takes other calls");
            no_answer("wrong_port", format!("{} takes other calls", effect.port))
        }
        Ok(Err(_)) => {
            tracing::error!("{effect}: the port panicked");
            silence(&*port, effect, Cause::new("panicked", "the port panicked"))
        }
        Err(_) => {
            let text = format!("no answer within {} ms", limit.as_millis());
            silence(&*port, effect, Cause::new("time_out", text))
        }
    }
}

fn silence(port: &dyn AnyPort, effect: &Effect, cause: Cause) -> Payload {
    port.silence(&effect.call(), cause.clone()).unwrap_or_else(|| Arc::new(NoAnswer(cause)))
}

fn no_answer(code: &'static str, text: String) -> Payload {
    Arc::new(NoAnswer(Cause::new(code, text)))
}
