//! What the bank and the registrar say, recorded by the aggregate that it is about.

use super::{
    Call, Plan, bank,
    saga::{Answer, FastWithdraw, Turn, View},
};
use crate::parts::{
    application::{ApplicationLeg, book},
    last_word, timing,
};
use crate::ports::{
    advance::{AdvanceCall, AdvanceNotice},
    bank::{BankAnswer, BankNotice},
    registrar::{ApplicationAnswer, RegistrarNotice},
};
use fundflow_domain::time::Timestamp;
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::{
    port::{Callee, Payload},
    saga::{Calling, Heard},
    turn::NotDone,
};

/// Which application an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// Shares to the bank.
    Transfer,
    /// The bank's shares for money.
    Redemption,
}

impl FastWithdraw {
    pub(super) fn calls(
        &self,
        view: &View<'_>,
        what: Call,
        now: Timestamp,
    ) -> Option<Calling<Self>> {
        let plan = view.plan;
        match what {
            Call::Advance => Some(self.to_bank(plan.advance.call(view)?)),
            Call::Repay => Some(self.to_bank(AdvanceCall::Repay(plan.advance.repay(view)?))),
            Call::AskBank if bank::unheard(view).is_some() => {
                Some(self.to_bank(AdvanceCall::AskRepayment(plan.advance.repay(view)?)))
            }
            Call::AskBank if bank::is_advance_unheard(view) => {
                Some(self.to_bank(plan.advance.call(view)?))
            }
            Call::AskBank => {
                let call = last_word::call(view)?;
                Some(Calling::of(&self.house.bank, call, Answer::Payout))
            }
            Call::Compensate(lane) => {
                let call = plan.compensations.call_in(view, lane)?;
                Some(Calling::of(&self.house.bank, call, Answer::Payout))
            }
            Call::Transfer => self.submit(view, Leg::Transfer, now),
            Call::Redeem => self.submit(view, Leg::Redemption, now),
        }
    }

    /// The bank that advances, to be called.
    pub(super) fn to_advancer(&self) -> Callee {
        Callee::of::<AdvanceCall>(self.bank.clone(), "the bank that advances")
    }

    fn to_bank(&self, call: AdvanceCall) -> Calling<Self> {
        Calling::of(&self.bank, call, Answer::Bank)
    }

    fn submit(&self, view: &View<'_>, leg: Leg, now: Timestamp) -> Option<Calling<Self>> {
        let of = leg_of(view.plan, leg);
        let port = (self.house.registrars)(&of.application(view)?.terms.registrar);
        let call = of.submit(view, now)?;
        Some(match leg {
            Leg::Transfer => Calling::of(&port, call, |it| Answer::Registrar(Leg::Transfer, it)),
            Leg::Redemption => {
                Calling::of(&port, call, |it| Answer::Registrar(Leg::Redemption, it))
            }
        })
    }

    pub(super) fn hears(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        let plan = turn.plan();
        match answer {
            Answer::Bank(said) => {
                if let Some(events) = bank::not_repaid(turn, said)? {
                    return Ok(Heard::Recorded(events));
                }
                let events = self.paid_after_decline(turn, said)?;
                Ok(match plan.advance.hear(turn, said)? {
                    Heard::Contradicts(text, opened) if events > 0 => {
                        Heard::Contradicts(text, events + opened + book(self, turn))
                    }
                    heard => heard,
                })
            }
            Answer::Payout(said @ BankAnswer::Payout(no, answer)) => {
                match last_word::hear(turn, said)? {
                    Some(heard) => Ok(heard),
                    None => match plan.compensations.numbered(no) {
                        Some(leg) => leg.hear(turn, no, answer),
                        None => Ok(Heard::Contradicts("nothing of ours is paid out".into(), 0)),
                    },
                }
            }
            Answer::Payout(BankAnswer::Charge(_) | BankAnswer::Refund(..)) => {
                Ok(Heard::Contradicts("a fast withdrawal takes no money in".into(), 0))
            }
            Answer::Registrar(leg, said) => {
                let leg = leg_of(plan, *leg);
                if matches!(said, ApplicationAnswer::Accepted(_)) {
                    timing::late_acceptance(self, turn, leg, false, None)?;
                }
                leg.hear(self, turn, said)
            }
        }
    }
}

fn leg_of(plan: &Plan, leg: Leg) -> &ApplicationLeg {
    match leg {
        Leg::Transfer => &plan.transfer,
        Leg::Redemption => &plan.redemption,
    }
}

/// Unasked news about one of the withdrawal's streams.
pub(super) fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
    let plan = view.plan;
    if let Some(AdvanceNotice(said)) = news.downcast_ref() {
        return (plan.advance.key.stream() == stream).then(|| Answer::Bank(said.clone()));
    }
    if let Some(BankNotice(said)) = news.downcast_ref() {
        return plan.compensations.has(stream).then(|| Answer::Payout(said.clone()));
    }
    let RegistrarNotice(said) = news.downcast_ref()?;
    let legs = [Leg::Transfer, Leg::Redemption];
    let leg = legs.into_iter().find(|leg| leg_of(plan, *leg).key.stream() == stream)?;
    Some(Answer::Registrar(leg, said.clone()))
}
