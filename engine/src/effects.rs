//! Makes the calls to counterparties that a durable batch announced, and hands the answers back.
//!
//! Every call has a time limit; one that exceeds it is *unknown*, and its saga will ask. Answers
//! that come at once are handed over together and in the order of the calls, so that a sandbox that
//! never waits makes a run that can be repeated exactly.

use fundflow_application::counterparty::{
    ApplicationAnswer, ChargeAnswer, PaymentChannel, RefundAnswer, Registrar,
};
use fundflow_domain::{fund_order::Cause, ids::TransactionId};
use fundflow_sagas::runner::{Answer, Effect};
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// Calls to make.
pub(crate) type Calls = Vec<(TransactionId, Effect)>;
/// What they brought.
pub(crate) type Answers = Vec<(TransactionId, Answer)>;

const HANDED_OVER_AT_ONCE: usize = 4096;

/// Runs until nobody sends calls any more and all are answered, or nobody wants the answers.
pub(crate) async fn run<C: PaymentChannel, R: Registrar>(
    channel: Arc<C>,
    registrar: Arc<R>,
    limit: Duration,
    mut calls: mpsc::UnboundedReceiver<Calls>,
    answers: mpsc::UnboundedSender<Answers>,
) {
    let mut running = FuturesUnordered::new();
    let mut open = true;
    while open || !running.is_empty() {
        tokio::select! {
            batch = calls.recv(), if open => match batch {
                Some(batch) => running.extend(batch.into_iter().map(|(transaction, effect)| {
                    let (channel, registrar) = (channel.clone(), registrar.clone());
                    async move { (transaction, make(&*channel, &*registrar, limit, effect).await) }
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

async fn make<C: PaymentChannel, R: Registrar>(
    channel: &C,
    registrar: &R,
    limit: Duration,
    effect: Effect,
) -> Answer {
    let late = || Cause {
        code: "time_out".into(),
        text: format!("no answer within {} ms", limit.as_millis()).into(),
    };
    match effect {
        Effect::Charge(charge) => {
            let answer = timeout(limit, channel.charge(charge)).await;
            Answer::Charge(answer.unwrap_or_else(|_| ChargeAnswer::Unknown(late())))
        }
        Effect::QueryCharge(no) => {
            let answer = timeout(limit, channel.query(no)).await;
            Answer::Charge(answer.unwrap_or_else(|_| ChargeAnswer::Unknown(late())))
        }
        Effect::Refund(refund) => {
            let no = refund.no.clone();
            let answer = timeout(limit, channel.refund(refund)).await;
            Answer::Refund(no, answer.unwrap_or_else(|_| RefundAnswer::Unknown(late())))
        }
        Effect::Submit(leg, application) => {
            let answer = timeout(limit, registrar.submit(application)).await;
            Answer::Application(leg, answer.unwrap_or_else(|_| ApplicationAnswer::Unknown(late())))
        }
        Effect::QueryApplication(leg, no) => {
            let answer = timeout(limit, registrar.query(no)).await;
            Answer::Application(leg, answer.unwrap_or_else(|_| ApplicationAnswer::Unknown(late())))
        }
    }
}
