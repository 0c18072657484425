//! What counterparties say, recorded by the aggregate that it is about. Instants that they state
//! are bounded before they decide anything.

use super::{
    Call,
    act::{lacks, own},
    facts,
    saga::{Answer, DiscountPurchase, Turn, View},
};
use crate::parts::{
    application::ApplicationLeg,
    cases::{self, About},
    milestone::{Milestone, Scope},
    payment,
};
use crate::ports::{
    bank::{BankAnswer, BankCall, BankNotice, Payout, PayoutAnswer},
    registrar::{ApplicationAnswer, RegistrarNotice},
};
use fundflow_domain::{
    application::Ask,
    bounds::{CLOCK_SKEW, check_instant},
    case::{Figure, Kind},
    payment::Receipt,
    payout,
};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::{
    port::Payload,
    saga::{Calling, Heard},
    turn::NotDone,
};
use fundflow_kernel::time::Timestamp;

/// Which order an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// The money-fund order.
    Buy,
    /// The conversion, or the redemption.
    Out,
    /// The target's order.
    Target,
}

impl DiscountPurchase {
    pub(super) fn calls(&self, view: &View<'_>, what: Call, now: Timestamp) -> Option<Calling<Self>> {
        let plan = view.plan;
        match what {
            Call::Charge => self.to_bank(plan.payment.charge(view)?),
            Call::Refund => self.to_bank(plan.payment.refund(view)?),
            Call::Payout => {
                let payout = facts::payout(view)?;
                self.to_bank(BankCall::Payout(Payout {
                    no: payout.attempt.no.clone(),
                    account: payout.attempt.account.clone(),
                    amount: payout.terms.amount,
                    order: payout.terms.order.clone(),
                }))
            }
            Call::Buy => self.to_registrar(view, &plan.buy, Leg::Buy, now),
            Call::Out => self.to_registrar(view, &plan.out, Leg::Out, now),
            Call::Target => self.to_registrar(view, &plan.target, Leg::Target, now),
            Call::CancelOut => self.cancel(view, &plan.out, Leg::Out),
            Call::CancelBuy => self.cancel(view, &plan.buy, Leg::Buy),
        }
    }

    fn to_bank(&self, call: BankCall) -> Option<Calling<Self>> {
        Some(Calling::of(&self.house.bank, call, Answer::Bank))
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
            Leg::Target => {
                Calling::of(&port, call, |said| Answer::Registrar(Leg::Target, said))
            }
        }
    }

    pub(super) fn hears(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        match answer {
            Answer::Bank(BankAnswer::Payout(_, said)) => paid_out(turn, said),
            Answer::Bank(said) => {
                let (heard, applied) = turn.plan().payment.hear(turn, said)?;
                match applied {
                    Some(receipt) => self.date(turn, said, &receipt, heard),
                    None => Ok(heard),
                }
            }
            Answer::Registrar(leg, said) => {
                let which = *leg;
                let leg = leg_of(turn.plan(), which);
                if matches!(said, ApplicationAnswer::Accepted(_)) {
                    self.late_acceptance(turn, leg, which)?;
                }
                leg.hear(self, turn, said)
            }
        }
    }

    /// The T that a receipt counts for: that of the instant which the bank states, if that instant
    /// is possible and its batch is still open; a later one otherwise; and a person's decision where
    /// the instant cannot be right.
    fn date(
        &self,
        turn: &mut Turn<'_>,
        said: &BankAnswer,
        receipt: &Receipt,
        heard: Heard,
    ) -> Result<Heard, NotDone> {
        let Heard::Recorded(mut events) = heard else { return Ok(heard) };
        let view = turn.view()?;
        let promised = view.open.promise.trade_date;
        let requested_at = self.requested_at(&view, turn.now());
        let paid_at =
            check_instant("paid_at", receipt.paid_at, requested_at, turn.now(), CLOCK_SKEW);
        let paid_at = match paid_at {
            Ok(paid_at) => paid_at,
            Err(out) => {
                let text = out.to_string();
                let cause = own("instant_out_of_bounds", &text);
                if let Some(record) = payment::record(&turn.plan().payment.no, said) {
                    let theirs = vec![Figure::new("paid_at", receipt.paid_at)];
                    let ours = vec![Figure::new("heard at", turn.now())];
                    let found = cases::finding(Kind::InstantOutOfBounds, &text, ours, theirs);
                    let order = Some(turn.plan().payment.order.clone());
                    let about = About { order, ..About::default() };
                    events += cases::open(turn, &record, about, vec![found])?;
                }
                events += turn.reach(Milestone::Undated { cause: cause.clone() })?;
                return Ok(Heard::Disputed(cause, events));
            }
        };
        events += self.redate(turn, paid_at, promised)?;
        Ok(Heard::Recorded(events))
    }

    /// Moves the T if the instant belongs to a later one than was promised.
    pub(super) fn redate(
        &self,
        turn: &mut Turn<'_>,
        paid_at: Timestamp,
        promised: fundflow_domain::calendar::TradingDay,
    ) -> Result<usize, NotDone> {
        let day = self.house.t_of_payment(paid_at, turn.now());
        match day {
            Ok(trade_date) if trade_date > promised => {
                turn.reach(Milestone::Redated { trade_date })
            }
            Ok(_) => Ok(0),
            Err(error) => {
                turn.reach(Milestone::Undated { cause: own("no_day", &error.to_string()) })
            }
        }
    }

    /// The earliest instant at which money can have moved: the T that was promised begins with the
    /// cut-off of the one before.
    fn requested_at(&self, view: &View<'_>, now: Timestamp) -> Timestamp {
        let asked = view.open.promise.requested_at;
        asked.min(now)
    }

    /// What the registrar takes after the cut-off belongs to the next T: of a conversion its own
    /// acceptance counts, of a purchase that its batch is still open.
    fn late_acceptance(
        &self,
        turn: &mut Turn<'_>,
        leg: &ApplicationLeg,
        which: Leg,
    ) -> Result<(), NotDone> {
        let (now, view) = (turn.now(), turn.view()?);
        let Some(application) = leg.application(&view) else { return Ok(()) };
        if !matches!(application.stage, fundflow_domain::application::Stage::Placed) {
            return Ok(());
        }
        let (terms, calendar) = (application.terms.clone(), &self.house.calendar);
        let until = match terms.ask {
            Ask::Purchase { .. } if which == Leg::Buy => self.house.sealed_by(terms.trade_date),
            Ask::Purchase { .. }
            | Ask::Subscription { .. }
            | Ask::Redemption { .. }
            | Ask::Conversion { .. }
            | Ask::FastTransfer { .. } => calendar.cut_off(terms.trade_date),
        };
        if now < until {
            return Ok(());
        }
        let Ok(day) = calendar.t_of(now) else { return Err(lacks("a trading day")) };
        let unwanted = self.refuses_out(&view, day).filter(|_| which != Leg::Target);
        let fund = match &terms.ask {
            Ask::Conversion { into, .. } => *into,
            Ask::Purchase { .. }
            | Ask::Subscription { .. }
            | Ask::Redemption { .. }
            | Ask::FastTransfer { .. } => terms.fund,
        };
        let fund = self.terms(fund, day)?;
        let promise = self.promise(&fund, day, terms.promised.fee, terms.promised.discount)?;
        leg.move_to(turn, day, promise)?;
        if unwanted.is_some() {
            let scope = if which == Leg::Buy { Scope::All } else { Scope::Conversion };
            turn.reach(Milestone::CancelAsked { at: now, scope })?;
        }
        Ok(())
    }
}

fn paid_out(turn: &mut Turn<'_>, said: &PayoutAnswer) -> Result<Heard, NotDone> {
    let key = &turn.plan().payout.1;
    match said {
        PayoutAnswer::PaidOut(transfer) => {
            let command = payout::Command::RecordPaidOut(transfer.clone());
            match turn.decide(key, &command) {
                Ok(events) => Ok(Heard::Recorded(events)),
                Err(fundflow_kernel::loaded::DecideError::Refused(refusal)) => {
                    Ok(Heard::Contradicts(refusal.to_string().into(), 0))
                }
                Err(error) => Err(error.into()),
            }
        }
        PayoutAnswer::Refused(cause) => Ok(Heard::Refused(cause.clone())),
        PayoutAnswer::Unknown(cause) => Ok(Heard::Unknown(cause.clone())),
    }
}

pub(super) fn leg_of(plan: &super::Plan, leg: Leg) -> &ApplicationLeg {
    match leg {
        Leg::Buy => &plan.buy,
        Leg::Out => &plan.out,
        Leg::Target => &plan.target,
    }
}

/// Unasked news about one of the purchase's streams.
pub(super) fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
    let plan = view.plan;
    if let Some(BankNotice(said)) = news.downcast_ref() {
        let ours = [plan.payment.key.stream(), plan.payout.1.stream()];
        return ours.contains(&stream).then(|| Answer::Bank(said.clone()));
    }
    let RegistrarNotice(said) = news.downcast_ref()?;
    let leg = [Leg::Buy, Leg::Out, Leg::Target]
        .into_iter()
        .find(|leg| leg_of(plan, *leg).key.stream() == stream)?;
    Some(Answer::Registrar(leg, said.clone()))
}
