//! What counterparties say, recorded by the aggregate that it is about; what the registrar took is
//! out of the holdings in the same batch.

use super::{
    Call,
    saga::{Answer, Redemption, Turn, View},
};
use crate::{
    parts::{last_word, milestone::Scope, payout::PayoutLeg, timing},
    ports::{
        bank::{BankAnswer, BankCall, BankNotice},
        registrar::{ApplicationAnswer, RegistrarCall, RegistrarNotice},
    },
};
use fundflow_domain::{ids::PaymentNo, orders::Cause, time::Timestamp};
use fundflow_kernel::{envelope::StreamName, streams::Need};
use fundflow_runtime::{
    port::Payload,
    saga::{Calling, Heard},
    turn::NotDone,
};

impl Redemption {
    pub(super) fn needs_of(&self, view: &View<'_>, answer: &Answer) -> Vec<Need> {
        let plan = view.plan;
        match answer {
            Answer::Bank(BankAnswer::Payout(no, said)) => {
                leg_of(plan, no).map_or_else(Vec::new, |leg| leg.needs(no, said))
            }
            Answer::Bank(BankAnswer::Charge(_) | BankAnswer::Refund(..)) => Vec::new(),
            Answer::Registrar(said) => plan.out.needs_for(self, view, said),
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
            Call::Payout => Some(self.to_bank(plan.payouts.legs.call(view)?)),
            Call::PayoutIn(lane) => Some(self.to_bank(plan.payouts.legs.call_in(view, lane)?)),
            Call::AskBank => Some(self.to_bank(last_word::call(view)?)),
            Call::Compensate(lane) => Some(self.to_bank(plan.compensations.call_in(view, lane)?)),
            Call::Redeem => self.to_registrar(view, plan.out.submit(view, now)?),
            Call::Cancel => {
                let (asked_at, _) = view.open.notes.cancel?;
                self.to_registrar(view, plan.out.cancel(view, asked_at)?)
            }
        }
    }

    fn to_bank(&self, call: BankCall) -> Calling<Self> {
        Calling::of(&self.house.bank, call, Answer::Bank)
    }

    fn to_registrar(&self, view: &View<'_>, call: RegistrarCall) -> Option<Calling<Self>> {
        let registrar = &view.plan.out.application(view)?.terms.registrar;
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
            Answer::Bank(BankAnswer::Payout(no, said)) => match leg_of(plan, no) {
                Some(leg) => leg.hear(turn, no, said),
                None => Ok(no_such_money()),
            },
            Answer::Bank(BankAnswer::Charge(_) | BankAnswer::Refund(..)) => Ok(no_such_money()),
            Answer::Registrar(said) => {
                if matches!(said, ApplicationAnswer::Accepted(_)) {
                    timing::late_acceptance(self, turn, &plan.out, false, Some(Scope::All))?;
                }
                plan.out.hear(self, turn, said)
            }
        }
    }
}

/// A redemption takes no money in.
fn no_such_money() -> Heard {
    Heard::Refused(Cause::new("no_payment", "nothing is paid for on a redemption"))
}

/// The payout that a number is an attempt of.
fn leg_of<'a>(plan: &'a super::Plan, no: &PaymentNo) -> Option<&'a PayoutLeg> {
    plan.payouts.legs.numbered(no).or_else(|| plan.compensations.numbered(no))
}

/// Unasked news about one of the redemption's streams.
pub(super) fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
    let plan = view.plan;
    if let Some(BankNotice(said)) = news.downcast_ref() {
        let ours = plan.payouts.legs.has(stream) || plan.compensations.has(stream);
        return ours.then(|| Answer::Bank(said.clone()));
    }
    let RegistrarNotice(said) = news.downcast_ref()?;
    (plan.out.key.stream() == stream).then(|| Answer::Registrar(said.clone()))
}
