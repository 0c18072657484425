//! The money of a dividend that a person gave up: a case says whose it is and how much, until somebody has paid it.

use super::{
    Given, Request,
    saga::{Dividends, Turn, View},
};
use crate::parts::cases::{self, About, Record, finding};
use fundflow_domain::{
    case::{Cases, Figure, Kind, SourceKind},
    ids::TransactionId,
    spelling::Spelling,
};
use fundflow_kernel::{envelope::Actor, streams::Key};
use fundflow_runtime::turn::NotDone;

/// The case, where there is money that may be given up.
pub(super) fn case(id: &TransactionId, request: &Request) -> Option<Key<Cases>> {
    Some(record(id, request)?.key())
}

/// What of our own books the case is about.
fn record(id: &TransactionId, request: &Request) -> Option<Record> {
    let Given::Cash { amount, .. } = &request.given else { return None };
    Some(Record {
        source: SourceKind::Ledger,
        name: "by hand".to_owned(),
        record: format!("{id} dividend"),
        said: Spelling::words(format!("{amount} yuan")),
        again: 0,
        to_the_letter: None,
    })
}

/// Whether nobody gave its money up, or its case is there.
pub(super) fn is_handed_over(view: &View<'_>) -> bool {
    let is_given_up = !view.open.given_up.is_empty() && !view.plan.payout.is_paid_out(view);
    let case = view.plan.case.as_ref().and_then(|key| view.state(key));
    !is_given_up || case.is_some_and(|state| state.case().is_some())
}

impl Dividends {
    pub(super) fn hand_over(turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        let view = turn.view()?;
        let request = view.open.request.clone();
        let record = record(view.id, &request).ok_or(NotDone::Lacks("money to pay out"))?;
        let Given::Cash { amount, paid_on, .. } = &request.given else {
            return Err(NotDone::Lacks("money to pay out"));
        };
        let what = format!(
            "{amount} yuan of a dividend of {} are investor {}'s and do not go out by the engine: pay them by hand, and \
             close the case with how",
            request.fund, request.investor
        );
        let ours = vec![
            Figure::new("amount", amount),
            Figure::new("paid_on", paid_on),
            Figure::new("investor", &request.investor),
        ];
        let theirs = vec![Figure::new("record", &request.serial)];
        let about = About { fund: Some(request.fund), ..About::default() };
        turn.speaks(Actor::Engine, "hand over", turn.now());
        cases::open(turn, &record, about, vec![finding(Kind::OwedByHand, &what, ours, theirs)])
    }
}
