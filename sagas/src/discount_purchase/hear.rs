//! What counterparties say, recorded by the aggregate that it is about. Instants that they state
//! are bounded before they decide anything.

use super::{
    Call,
    saga::{Answer, DiscountPurchase, Turn, View},
};
use crate::parts::{
    application::ApplicationLeg,
    last_word, later,
    milestone::{Milestone, Scope},
    payout::PayoutLeg,
    timing,
};
use crate::ports::{
    bank::{BankAnswer, BankCall, BankNotice},
    registrar::{ApplicationAnswer, RegistrarNotice},
};
use fundflow_domain::{
    calendar::TradingDay, ids::PaymentNo, modes::ConversionMode, orders::Cause, time::Timestamp,
};
use fundflow_kernel::{envelope::StreamName, streams::Need};
use fundflow_runtime::{
    port::Payload,
    saga::{Calling, Heard},
    turn::NotDone,
};

/// Which order an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// The order that buys shares of the money-market fund.
    Buy,
    /// The conversion, or the redemption.
    Out,
    /// The order that buys the target fund.
    Target,
}

impl DiscountPurchase {
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
            Call::AskBank => Some(self.to_bank(last_word::call(view)?)),
            Call::Compensate(lane) => Some(self.to_bank(plan.compensations.call_in(view, lane)?)),
            Call::Payout => Some(self.to_bank(plan.payout.call(view)?)),
            Call::Buy => self.to_registrar(view, &plan.buy, Leg::Buy, now),
            Call::Out => self.to_registrar(view, &plan.out, Leg::Out, now),
            Call::Target => self.to_registrar(view, &plan.target, Leg::Target, now),
            Call::CancelOut => self.cancel(view, &plan.out, Leg::Out),
            Call::CancelBuy => self.cancel(view, &plan.buy, Leg::Buy),
            Call::CancelTarget => self.cancel(view, &plan.target, Leg::Target),
        }
    }

    fn to_bank(&self, call: BankCall) -> Calling<Self> {
        Calling::of(&self.house.bank, call, Answer::Bank)
    }

    fn to_registrar(
        &self,
        view: &View<'_>,
        leg: &ApplicationLeg,
        which: Leg,
        now: Timestamp,
    ) -> Option<Calling<Self>> {
        let registrar = &leg.application(view)?.terms.registrar;
        let call = leg.submit(view, now)?;
        Some(self.calling(registrar, call, which))
    }

    fn cancel(&self, view: &View<'_>, leg: &ApplicationLeg, which: Leg) -> Option<Calling<Self>> {
        let registrar = &leg.application(view)?.terms.registrar;
        let (asked_at, _) = view.open.notes.cancel?;
        Some(self.calling(registrar, leg.cancel(view, asked_at)?, which))
    }

    fn calling(
        &self,
        registrar: &fundflow_domain::ids::RegistrarCode,
        call: crate::ports::registrar::RegistrarCall,
        which: Leg,
    ) -> Calling<Self> {
        let port = (self.house.registrars)(registrar);
        match which {
            Leg::Buy => Calling::of(&port, call, |said| Answer::Registrar(Leg::Buy, said)),
            Leg::Out => Calling::of(&port, call, |said| Answer::Registrar(Leg::Out, said)),
            Leg::Target => Calling::of(&port, call, |said| Answer::Registrar(Leg::Target, said)),
        }
    }

    pub(super) fn needs_of(&self, view: &View<'_>, answer: &Answer, now: Timestamp) -> Vec<Need> {
        match answer {
            Answer::Bank(BankAnswer::Payout(no, said)) => payout(view.plan, no).needs(no, said),
            Answer::Bank(said) => timing::needs(self, view, &view.plan.payment, said, now),
            Answer::Registrar(leg, said) => {
                let which = *leg;
                let leg = leg_of(view.plan, which);
                let mut needs = leg.needs_for(self, view, said);
                if matches!(said, ApplicationAnswer::Accepted(_))
                    && is_t(view, leg)
                    && let Ok(day) = self.house.calendar.t_of(now)
                    && leg.trade_date(view).is_some_and(|placed| placed < day)
                {
                    needs.extend(self.limits_on(view, day, &ConversionMode::ALL).needs());
                }
                needs
            }
        }
    }

    pub(super) fn hears(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        if let Answer::Bank(said) = answer
            && let Some(heard) = last_word::hear(turn, said)?
        {
            return Ok(heard);
        }
        match answer {
            Answer::Bank(BankAnswer::Payout(no, said)) => {
                payout(turn.plan(), no).hear(turn, no, said)
            }
            Answer::Bank(said) => timing::hear(self, turn, &turn.plan().payment, said),
            Answer::Registrar(leg, said) => {
                let which = *leg;
                let leg = leg_of(turn.plan(), which);
                if matches!(said, ApplicationAnswer::Accepted(_)) {
                    let scope = if which == Leg::Buy { Scope::All } else { Scope::Conversion };
                    timing::late_acceptance(self, turn, leg, which == Leg::Buy, Some(scope))?;
                }
                if which != Leg::Buy {
                    return leg.hear(self, turn, said);
                }
                Self::foresee_beyond(turn)?;
                let heard = leg.hear(self, turn, said)?;
                self.hold_beyond(turn, heard)
            }
        }
    }

    /// An order is about to move to a later T. Where that is the purchase's own, all that depends on
    /// the day is decided again; where only the target's moves, what depends on that.
    pub(super) fn moved(
        &self,
        turn: &mut Turn<'_>,
        leg: &ApplicationLeg,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        let view = turn.view()?;
        if !is_t(&view, leg) {
            return self.moved_alone(turn, leg, day);
        }
        let admitted = match self.admitted_on(&view, turn.ports(), day) {
            Ok(admitted) => admitted,
            Err(no) => {
                let next = self.limits_on(&view, day, &[self.mode_of(&view, day)]);
                no.refuse_day(self, turn, &next, turn.plan().amount)?;
                return Ok(Some(no.cause));
            }
        };
        if let Some(cause) = later::less_than(view.plan.amount, admitted.accepted) {
            return Ok(Some(cause));
        }
        turn.reach(Milestone::Redated { trade_date: day })?;
        self.readmit(turn, admitted)?;
        Ok(None)
    }
}

/// Whether the T of that order is the purchase's own.
fn is_t(view: &View<'_>, leg: &ApplicationLeg) -> bool {
    let plan = view.plan;
    leg.order == plan.buy.order
        || (plan.mode == ConversionMode::Held && leg.order == plan.out.order)
}

pub(super) fn leg_of(plan: &super::Plan, leg: Leg) -> &ApplicationLeg {
    match leg {
        Leg::Buy => &plan.buy,
        Leg::Out => &plan.out,
        Leg::Target => &plan.target,
    }
}

/// What the redemption brought, or what a closed case owes.
fn payout<'a>(plan: &'a super::Plan, no: &PaymentNo) -> &'a PayoutLeg {
    plan.compensations.numbered(no).unwrap_or(&plan.payout)
}

/// Unasked news about one of the purchase's streams.
pub(super) fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
    let plan = view.plan;
    if let Some(BankNotice(said)) = news.downcast_ref() {
        let ours = [plan.payment.key.stream(), plan.payout.key.stream()];
        let ours = ours.contains(&stream) || plan.compensations.has(stream);
        return ours.then(|| Answer::Bank(said.clone()));
    }
    let RegistrarNotice(said) = news.downcast_ref()?;
    let leg = [Leg::Buy, Leg::Out, Leg::Target]
        .into_iter()
        .find(|leg| leg_of(plan, *leg).key.stream() == stream)?;
    Some(Answer::Registrar(leg, said.clone()))
}
