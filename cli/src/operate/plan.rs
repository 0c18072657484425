//! What would follow: the order is decided by the runner on a copy of the saga, and what it wants to
//! append, to send and to tell is what is shown.

use super::{Order, Will, foresee::foresee};
use crate::{
    looking::{self, Seen},
    reading::Failure,
    registry::{Registered, Sagas},
    saga_words::{SagaRow, ends, in_flight},
};
use fundflow::{
    Action, SagaId,
    runtime::{
        message::{Effect, Output, What},
        port::Ask,
        process::Disposition,
    },
};
use fundflow_domain::{ids::TransactionId, time::Timestamp};
use fundflow_kernel::{envelope::Actor, store::EventStore};
use fundflow_sagas::ports::{bank::BankCall, registrar::RegistrarCall};
use serde::Serialize;
use std::sync::Arc;

/// How it went with one saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It can be done.
    Planned,
    /// It was done.
    Applied,
    /// It cannot be done.
    Refused,
    /// It moved since somebody looked.
    Stale,
    /// Nothing was ever prepared under that ID.
    NotFound,
}

/// An event that would be, or was, written.
#[derive(Debug, Serialize)]
pub(super) struct EventLine {
    pub(super) stream: String,
    pub(super) event_type: String,
    pub(super) actor: String,
    pub(super) position: Option<u64>,
}

/// One saga.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) transaction: TransactionId,
    pub(super) kind: Option<&'static str>,
    pub(super) outcome: Outcome,
    /// Why not.
    pub(super) why: Option<String>,
    /// Position of its last event when it was looked at.
    pub(super) version: Option<u64>,
    /// As it was before.
    pub(super) stands: Option<SagaRow>,
    /// In this order.
    pub(super) events: Vec<EventLine>,
    /// Calls to counterparties, once the events are durable.
    pub(super) calls: Vec<String>,
    /// What happens to money.
    pub(super) money: Vec<String>,
    /// As it is afterwards.
    pub(super) after: Option<SagaRow>,
}

/// What is the same for all sagas of an order.
pub(super) struct Desk<'a> {
    pub(super) order: &'a Order,
    pub(super) operator: Arc<str>,
    pub(super) sagas: &'a Sagas,
    pub(super) now: Timestamp,
}

impl Row {
    fn absent(transaction: &TransactionId) -> Self {
        let hint = "no saga was ever prepared under this ID; `fundflow saga ls` lists all";
        Self {
            transaction: transaction.clone(),
            kind: None,
            outcome: Outcome::NotFound,
            why: Some(hint.to_owned()),
            version: None,
            stands: None,
            events: vec![],
            calls: vec![],
            money: vec![],
            after: None,
        }
    }

    pub(super) fn id(&self) -> Option<SagaId> {
        Some(SagaId { kind: self.kind?, transaction: self.transaction.clone() })
    }

    fn refused(mut self, outcome: Outcome, why: String) -> Self {
        (self.outcome, self.why) = (outcome, Some(why));
        self
    }
}

impl Desk<'_> {
    /// Looks at one saga. `version` is the one that somebody saw before.
    pub(super) async fn look<S: EventStore>(
        &self,
        store: &S,
        transaction: &TransactionId,
        version: Option<u64>,
    ) -> Result<Row, Failure> {
        let kind = self.order.kind.as_deref();
        let Some((saga, seen)) = looking::find(store, self.sagas, kind, transaction).await? else {
            return Ok(Row::absent(transaction));
        };
        let now = seen.version();
        let row = Row {
            kind: Some(seen.look.id.kind),
            why: None,
            version: Some(now),
            stands: Some(SagaRow::of(&seen)),
            ..Row::absent(transaction)
        };
        if let Some(version) = version.filter(|version| *version != now) {
            let why = format!("it moved: version {version} was seen, it is {now} now");
            return Ok(row.refused(Outcome::Stale, why));
        }
        let what = match self.what(saga, &seen) {
            Ok(what) => what,
            Err(why) => return Ok(row.refused(Outcome::Refused, why)),
        };
        match foresee(store, &saga.kind, what, self.now).await? {
            Ok(output) => Ok(self.planned(row, &seen, &output)),
            Err(why) => Ok(row.refused(Outcome::Refused, why)),
        }
    }

    /// The order as the engine is given it, or why this saga cannot be given it.
    fn what(&self, saga: &Registered, seen: &Seen) -> Result<What, String> {
        let id = seen.look.id.clone();
        match &self.order.will {
            Will::Act(action) => {
                self.undisposed(seen).map_or(Ok(()), Err)?;
                let (action, operator) = (action.clone(), self.operator.clone());
                Ok(What::Act { saga: id, action, operator })
            }
            Will::Ask(command) => {
                let Some(speak) = saga.speak else {
                    let (verb, kind) = (self.order.verb, id.kind);
                    return Err(format!("a saga of kind {kind} takes no order to {verb}"));
                };
                let actor = Actor::Operator(self.operator.clone());
                let at = self.order.at;
                Ok(What::Command { saga: id, command: speak(command.clone()), actor, at })
            }
        }
    }

    /// What is wrong with the dispositions, all of it at once.
    fn undisposed(&self, seen: &Seen) -> Option<String> {
        let Will::Act(Action::Abandon { dispositions, .. }) = &self.order.will else { return None };
        if seen.look.ending.is_some() {
            return None;
        }
        let open = &seen.look.open_ends;
        let named = |name: &Arc<str>| dispositions.iter().any(|(named, _)| named == name);
        let missing: Vec<_> = open
            .iter()
            .filter(|end| !named(&end.name))
            .map(|end| format!("--disposition {}=refund|suspense|manual", end.name))
            .collect();
        let listed = in_flight(&ends(open));
        if !missing.is_empty() {
            let missing = missing.join(" ");
            return Some(format!("open ends need a disposition ({listed}); add {missing}"));
        }
        let (name, _) =
            dispositions.iter().find(|(named, _)| open.iter().all(|end| end.name != *named))?;
        Some(format!("{name} is not open; open are: {listed}"))
    }

    fn planned(&self, mut row: Row, seen: &Seen, output: &Output) -> Row {
        row.outcome = Outcome::Planned;
        for append in &output.appends {
            row.events.extend(append.events.iter().map(|event| EventLine {
                stream: append.stream.to_string(),
                event_type: event.event_type.to_string(),
                actor: event.actor.to_string(),
                position: None,
            }));
        }
        for effect in &output.effects {
            let (call, money) = words(effect);
            row.calls.push(call);
            row.money.extend(money);
        }
        if row.events.iter().any(|event| event.event_type == "payment.declined") {
            let late = "none is asked for any more; a payment that comes all the same goes back";
            row.money.push(late.to_owned());
        }
        if let Will::Act(Action::Abandon { dispositions, .. }) = &self.order.will {
            row.money.extend(seen.look.open_ends.iter().filter_map(|end| {
                let (_, to) = dispositions.iter().find(|(named, _)| *named == end.name)?;
                Some(format!("{} ({}): {}", end.worth, end.name, disposed(*to)))
            }));
        }
        if row.money.is_empty() {
            row.money.push("none moves by this".to_owned());
        }
        row
    }
}

/// The engine stops looking after it; what is then to be done is a person's work.
const fn disposed(to: Disposition) -> &'static str {
    match to {
        Disposition::Refund => "to be sent back to the account that paid, by hand",
        Disposition::Suspense => "to be booked to a suspense account, under a case",
        Disposition::Manual => "to be settled outside of the engine",
    }
}

/// A call in words, and what it does to money.
fn words(effect: &Effect) -> (String, Option<String>) {
    if let Some(call) = effect.call_as::<BankCall>() {
        return bank_words(call, effect.ask);
    }
    let Some(call) = effect.call_as::<RegistrarCall>() else {
        return (format!("{effect:?}"), None);
    };
    let call = match (call, effect.ask) {
        (RegistrarCall::Submit(application), Ask::Call) => {
            format!("hand in application {} to {}", application.terms.no, effect.port)
        }
        (RegistrarCall::Submit(application), Ask::Query) => {
            format!("ask {} how application {} stands", effect.port, application.terms.no)
        }
        (RegistrarCall::Cancel(cancellation), _) => {
            format!("ask {} to take application {} back", effect.port, cancellation.terms.no)
        }
    };
    (call, None)
}

fn bank_words(call: &BankCall, ask: Ask) -> (String, Option<String>) {
    match (call, ask) {
        (BankCall::Charge(charge), Ask::Call) => {
            let (amount, account) = (charge.amount, &charge.account);
            let call = format!("charge {amount} yuan to {account} under {}", charge.no);
            let money = format!("{amount} yuan are taken from {account}, unless they already were");
            (call, Some(money))
        }
        (BankCall::Charge(charge), Ask::Query) => {
            let (amount, account) = (charge.amount, &charge.account);
            let money = format!(
                "none by the question; if the channel never got the charge, it is made again: \
                 {amount} yuan from {account}"
            );
            (format!("ask the payment channel how {} stands", charge.no), Some(money))
        }
        (BankCall::Refund(refund), _) => {
            let (amount, account) = (refund.amount, &refund.account);
            let call = format!("send {amount} yuan back to {account} under {}", refund.no);
            (call, Some(format!("{amount} yuan go back to {account}, unless they already did")))
        }
        (BankCall::Payout(payout), _) => {
            let (amount, account) = (payout.amount, &payout.account);
            let call = format!("pay {amount} yuan to {account} under {}", payout.no);
            (call, Some(format!("{amount} yuan go to {account}, unless they already did")))
        }
    }
}
