//! What counterparties say, recorded by the aggregate that it is about.

use super::{
    Call,
    saga::{Answer, Turn, View, Withdraw},
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

impl Withdraw {
    pub(super) fn calls(
        &self,
        view: &View<'_>,
        what: Call,
        now: Timestamp,
    ) -> Option<Calling<Self>> {
        let plan = view.plan;
        let call = match what {
            Call::PayOut => return Some(self.to_bank(plan.payouts.legs.call(view)?)),
            Call::PayOutIn(lane) => {
                return Some(self.to_bank(plan.payouts.legs.call_in(view, lane)?));
            }
            Call::AskBank => return Some(self.to_bank(last_word::call(view)?)),
            Call::Compensate(lane) => {
                return Some(self.to_bank(plan.compensations.call_in(view, lane)?));
            }
            Call::Redeem => plan.out.submit(view, now)?,
            Call::Cancel => {
                let (asked_at, _) = view.open.notes.cancel?;
                plan.out.cancel(view, asked_at)?
            }
        };
        let registrar = &plan.out.application(view)?.terms.registrar;
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
                match plan.payouts.legs.numbered(no).or_else(|| plan.compensations.numbered(no)) {
                    Some(leg) => leg.hear(turn, no, said),
                    None => Ok(Heard::Contradicts("it is no payout of this withdrawal".into(), 0)),
                }
            }
            Answer::Bank(BankAnswer::Charge(_) | BankAnswer::Refund(..)) => {
                Ok(Heard::Contradicts("a withdrawal takes no money in".into(), 0))
            }
            Answer::Registrar(said) => {
                if matches!(said, ApplicationAnswer::Accepted(_)) {
                    timing::late_acceptance(self, turn, &plan.out, false, Some(Scope::All))?;
                }
                plan.out.hear(self, turn, said)
            }
        }
    }
}

/// Unasked news about one of the withdrawal's streams.
pub(super) fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
    let plan = view.plan;
    if let Some(BankNotice(said)) = news.downcast_ref() {
        let ours = plan.payouts.legs.has(stream) || plan.compensations.has(stream);
        return ours.then(|| Answer::Bank(said.clone()));
    }
    let RegistrarNotice(said) = news.downcast_ref()?;
    (plan.out.key.stream() == stream).then(|| Answer::Registrar(said.clone()))
}
