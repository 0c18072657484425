//! What counterparties say, recorded by the aggregate that it is about.

use super::{
    Call,
    saga::{Answer, Recharge, Turn, View},
};
use crate::parts::{last_word, milestone::Scope, timing};
use crate::ports::{
    bank::{BankAnswer, BankCall, BankNotice},
    registrar::{ApplicationAnswer, RegistrarNotice},
};
use fundflow_domain::time::Timestamp;
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::{
    port::Payload,
    saga::{Calling, Heard},
    turn::NotDone,
};

impl Recharge {
    pub(super) fn calls(
        &self,
        view: &View<'_>,
        what: Call,
        now: Timestamp,
    ) -> Option<Calling<Self>> {
        let plan = view.plan;
        let call = match what {
            Call::Charge => return Some(self.to_bank(plan.payment.charge(view)?)),
            Call::Refund => return Some(self.to_bank(plan.payment.refund(view)?)),
            Call::RefundIn(lane) => return Some(self.to_bank(plan.payment.refund_in(view, lane)?)),
            Call::AskBank => return Some(self.to_bank(last_word::call(view)?)),
            Call::Compensate(lane) => {
                return Some(self.to_bank(plan.compensations.call_in(view, lane)?));
            }
            Call::Buy => plan.buy.submit(view, now)?,
            Call::Cancel => {
                let (asked_at, _) = view.open.notes.cancel?;
                plan.buy.cancel(view, asked_at)?
            }
        };
        let registrar = &plan.buy.application(view)?.terms.registrar;
        Some(Calling::of(&(self.house.registrars)(registrar), call, Answer::Registrar))
    }

    fn to_bank(&self, call: BankCall) -> Calling<Self> {
        Calling::of(&self.house.bank, call, Answer::Bank)
    }

    pub(super) fn hears(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        if let Answer::Bank(said) = answer
            && let Some(heard) = last_word::hear(turn, said)?
        {
            return Ok(heard);
        }
        let plan = turn.plan();
        match answer {
            Answer::Bank(BankAnswer::Payout(no, said)) => {
                let leg = plan.compensations.numbered(no);
                leg.ok_or(NotDone::Lacks("that payout"))?.hear(turn, no, said)
            }
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

/// Unasked news about one of the recharge's streams.
pub(super) fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
    let plan = view.plan;
    if let Some(BankNotice(said)) = news.downcast_ref() {
        let ours = plan.payment.key.stream() == stream || plan.compensations.has(stream);
        return ours.then(|| Answer::Bank(said.clone()));
    }
    let RegistrarNotice(said) = news.downcast_ref()?;
    (plan.buy.key.stream() == stream).then(|| Answer::Registrar(said.clone()))
}
