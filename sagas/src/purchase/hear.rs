//! What counterparties say, recorded by the aggregate that it is about; what the registrar registers
//! is among the holdings in the same batch.

use super::{
    Call, Plan,
    saga::{Answer, Purchase, Turn, View},
};
use crate::{
    parts::{last_word, milestone::Scope, payout::PayoutLeg, timing},
    ports::{
        bank::{BankAnswer, BankCall, BankNotice},
        registrar::{ApplicationAnswer, RegistrarCall, RegistrarNotice},
    },
};
use fundflow_domain::{ids::PaymentNo, time::Timestamp};
use fundflow_kernel::{envelope::StreamName, streams::Need};
use fundflow_runtime::{
    port::Payload,
    saga::{Calling, Heard},
    turn::NotDone,
};

impl Purchase {
    pub(super) fn needs_of(&self, view: &View<'_>, answer: &Answer, now: Timestamp) -> Vec<Need> {
        let plan = view.plan;
        match answer {
            Answer::Bank(BankAnswer::Payout(no, said)) => payout(plan, no).needs(no, said),
            Answer::Bank(said) => timing::needs(self, view, &plan.payment, said, now),
            Answer::Registrar(said) => plan.buy.needs_for(self, view, said),
        }
    }

    pub(super) fn calls(
        &self,
        view: &View<'_>,
        what: Call,
        now: Timestamp,
    ) -> Option<Calling<Self>> {
        let plan = view.plan;
        match what {
            Call::Charge => Some(self.to_bank(plan.payment.charge(view)?)),
            Call::Refund => Some(self.to_bank(plan.payment.refund(view)?)),
            Call::RefundIn(lane) => Some(self.to_bank(plan.payment.refund_in(view, lane)?)),
            Call::Interest => Some(self.to_bank(plan.interest.call(view)?)),
            Call::AskBank => Some(self.to_bank(last_word::call(view)?)),
            Call::Compensate(lane) => Some(self.to_bank(plan.compensations.call_in(view, lane)?)),
            Call::Buy => self.to_registrar(view, plan.buy.submit(view, now)?),
            Call::Cancel => {
                let (asked_at, _) = view.open.notes.cancel?;
                self.to_registrar(view, plan.buy.cancel(view, asked_at)?)
            }
        }
    }

    fn to_bank(&self, call: BankCall) -> Calling<Self> {
        Calling::of(&self.house.bank, call, Answer::Bank)
    }

    fn to_registrar(&self, view: &View<'_>, call: RegistrarCall) -> Option<Calling<Self>> {
        let registrar = &view.plan.buy.application(view)?.terms.registrar;
        Some(Calling::of(&(self.house.registrars)(registrar), call, Answer::Registrar))
    }

    pub(super) fn hears(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        if let Answer::Bank(said) = answer
            && let Some(heard) = last_word::hear(turn, said)?
        {
            return Ok(heard);
        }
        let plan = turn.plan();
        match answer {
            Answer::Bank(BankAnswer::Payout(no, said)) => payout(plan, no).hear(turn, no, said),
            Answer::Bank(said) => timing::hear(self, turn, &plan.payment, said),
            Answer::Registrar(said) => {
                if matches!(said, ApplicationAnswer::Accepted(_)) {
                    timing::late_acceptance(self, turn, &plan.buy, true, Some(Scope::All))?;
                }
                plan.buy.hear(self, turn, said)
            }
        }
    }
}

/// Interest, or what a closed case owes.
fn payout<'a>(plan: &'a Plan, no: &PaymentNo) -> &'a PayoutLeg {
    plan.compensations.numbered(no).unwrap_or(&plan.interest)
}

/// Unasked news about one of the purchase's streams.
pub(super) fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
    let plan = view.plan;
    if let Some(BankNotice(said)) = news.downcast_ref() {
        let ours = [plan.payment.key.stream(), plan.interest.key.stream()];
        let ours = ours.contains(&stream) || plan.compensations.has(stream);
        return ours.then(|| Answer::Bank(said.clone()));
    }
    let RegistrarNotice(said) = news.downcast_ref()?;
    (plan.buy.key.stream() == stream).then(|| Answer::Registrar(said.clone()))
}
