//! What the engine names by itself, asked for under its first name; under its second where a store of before
//! has the first in other use.

use super::super::{Trouble, play::Play};
use fundflow::{Asking, Placed, RequestError, runtime::saga::Saga};
use fundflow_domain::{ids::TransactionId, time::Timestamp};
use fundflow_kernel::store::{Checkpoints, EventStore};

/// A request, and the names that it may have, the first before the second.
pub(in crate::day) struct Named<R> {
    pub(in crate::day) names: [TransactionId; 2],
    pub(in crate::day) request: R,
    pub(in crate::day) at: Option<Timestamp>,
}

/// What was said, and to the request of which name.
type Said<G> = (TransactionId, Result<Placed<G>, RequestError<<G as Saga>::Refusal>>);

/// Asks for all of them, in one batch where they fit. A note names what goes by its second name.
pub(in crate::day) async fn ask<S, G>(
    play: &mut Play<S>,
    all: Vec<Named<G::Request>>,
    is_taken: fn(&G::Refusal) -> bool,
) -> Result<Vec<Said<G>>, Trouble>
where
    S: EventStore + Checkpoints,
    G: Saga<Asked = (), Request: Clone>,
{
    let first = all.iter().map(|it| asking::<G>(it, 0)).collect();
    let answers = play.engine.request_all(first).await;
    let mut said = Vec::with_capacity(all.len());
    for (named, answer) in all.into_iter().zip(answers) {
        let [first, second] = named.names.clone();
        let other = matches!(&answer, Err(RequestError::Refused(refusal)) if is_taken(refusal));
        if !other {
            said.push((first, answer));
            continue;
        }
        let answer = play.engine.request_all(vec![asking::<G>(&named, 1)]).await.pop();
        let Some(answer) = answer else { continue };
        if answer.is_ok() {
            let note = format!("{first} is the name of another request; booked as {second}");
            if !play.remarks.contains(&note) {
                play.remarks.push(note);
            }
        }
        said.push((second, answer));
    }
    Ok(said)
}

fn asking<G: Saga<Asked = (), Request: Clone>>(named: &Named<G::Request>, nth: usize) -> Asking<G> {
    let [first, second] = &named.names;
    let transaction = if nth == 0 { first } else { second };
    Asking {
        transaction: transaction.clone(),
        request: named.request.clone(),
        asked: (),
        at: named.at,
        trace_parent: None,
    }
}
