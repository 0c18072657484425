//! What counterparties say, recorded by the aggregate that it is about; what the registrar registers
//! is among the holdings in the same batch.

use super::{
    Call,
    saga::{Answer, Purchase, Turn, View},
};
use crate::{
    parts::{milestone::Scope, payment, timing},
    ports::{
        bank::{BankAnswer, BankCall, BankNotice},
        registrar::{ApplicationAnswer, RegistrarCall, RegistrarNotice},
    },
};
use fundflow_domain::time::Timestamp;
use fundflow_kernel::{envelope::StreamName, streams::Need};
use fundflow_runtime::{
    port::Payload,
    saga::{Calling, Heard},
    turn::NotDone,
};

impl Purchase {
    pub(super) fn calls(&self, view: &View<'_>, what: Call, now: Timestamp) -> Option<Calling<Self>> {
        let plan = view.plan;
        match what {
            Call::Charge => self.to_bank(plan.payment.charge(view)?),
            Call::Refund => self.to_bank(plan.payment.refund(view)?),
            Call::Interest => self.to_bank(plan.interest.call(view)?),
            Call::Buy => self.to_registrar(view, plan.buy.submit(view, now)?),
            Call::Cancel => {
                let (asked_at, _) = view.open.notes.cancel?;
                self.to_registrar(view, plan.buy.cancel(view, asked_at)?)
            }
        }
    }

    fn to_bank(&self, call: BankCall) -> Option<Calling<Self>> {
        Some(Calling::of(&self.house.bank, call, Answer::Bank))
    }

    fn to_registrar(&self, view: &View<'_>, call: RegistrarCall) -> Option<Calling<Self>> {
        let registrar = &view.plan.buy.application(view)?.terms.registrar;
        Some(Calling::of(&(self.house.registrars)(registrar), call, Answer::Registrar))
    }

    pub(super) fn hears(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        let plan = turn.plan();
        match answer {
            Answer::Bank(BankAnswer::Payout(no, said)) => plan.interest.hear(turn, no, said),
            Answer::Bank(said) => {
                let (heard, applied) = plan.payment.hear(turn, said)?;
                match applied {
                    Some(receipt) => {
                        timing::date(self, turn, &plan.payment, (said, &receipt), heard)
                    }
                    None => Ok(heard),
                }
            }
            Answer::Registrar(said) => {
                if matches!(said, ApplicationAnswer::Accepted(_)) {
                    timing::late_acceptance(self, turn, &plan.buy, true, Scope::All)?;
                }
                let heard = plan.buy.hear(self, turn, said)?;
                book(turn, said, heard)
            }
        }
    }
}

/// What the registrar registered is the investor's at once; what is in dispute of it is held. What
/// cannot be booked here is booked by its row, which parks with the reason.
fn book(turn: &mut Turn<'_>, said: &ApplicationAnswer, heard: Heard) -> Result<Heard, NotDone> {
    if !matches!(said, ApplicationAnswer::Confirmed(_)) {
        return Ok(heard);
    }
    let plan = turn.plan();
    match heard {
        Heard::Recorded(events) if events > 0 => {
            let credited = plan.holdings.credit(turn, &plan.buy).unwrap_or(0);
            Ok(Heard::Recorded(events + credited + plan.holdings.unhold(turn).unwrap_or(0)))
        }
        Heard::Disputed(cause, events) => {
            let credited = plan.holdings.credit(turn, &plan.buy).unwrap_or(0);
            let case = turn.view()?.open.notes.disputes.last().copied();
            let held = case.map_or(0, |case| plan.holdings.hold(turn, case).unwrap_or(0));
            Ok(Heard::Disputed(cause, events + credited + held))
        }
        other => Ok(other),
    }
}

pub(super) fn needs_of(view: &View<'_>, answer: &Answer) -> Vec<Need> {
    let plan = view.plan;
    match answer {
        Answer::Bank(BankAnswer::Payout(no, said)) => plan.interest.needs(no, said),
        Answer::Bank(said) => {
            let mut needs = plan.payment.needs(said);
            let record = payment::record(&plan.payment.no, said);
            needs.extend(record.map(|record| record.key().need()));
            needs
        }
        Answer::Registrar(said) => plan.buy.needs_of(view, said),
    }
}

/// Unasked news about one of the purchase's streams.
pub(super) fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
    let plan = view.plan;
    if let Some(BankNotice(said)) = news.downcast_ref() {
        let ours = [plan.payment.key.stream(), plan.interest.key.stream()];
        return ours.contains(&stream).then(|| Answer::Bank(said.clone()));
    }
    let RegistrarNotice(said) = news.downcast_ref()?;
    (plan.buy.key.stream() == stream).then(|| Answer::Registrar(said.clone()))
}
