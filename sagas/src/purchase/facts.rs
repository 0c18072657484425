//! What each word of the tables means on the log, and when each time is.

use super::{
    Fact, Plan, When,
    saga::{Purchase, View},
};
use crate::parts::{
    application::FundSaga,
    by_hand::{self, Origin},
    cancel, day_refused, disputes,
    fate::{self, Given},
    lacking,
    last_word::{self, AtBank, HasBank},
    limits::Limits,
    occurrence::Tell,
    payment::PaymentLeg,
    refunds, timing,
    to_come::Counted,
    units,
};
use fundflow_domain::{
    admission::buying::Way,
    application::{Quantity, Stage},
    calendar::TradingDay,
    money::{Amount, Money},
    payment,
    time::Timestamp,
};
use fundflow_runtime::saga::OpenEnd;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Open ends that an operator disposes of while the money is at the fund and its shares are not there.
pub(super) const END: &str = "order";

pub(super) fn holds(view: &View<'_>, fact: Fact) -> bool {
    let (plan, notes) = (view.plan, &view.open.notes);
    let (buy, payment, interest) = (&plan.buy, &plan.payment, &plan.interest);
    let unwanted = notes.turned_away.is_some() || notes.cancel.is_some();
    // A later T that was not decided on yet is another day.
    let refused = unwanted || (!notes.undecided && plan.limits.are_refused(view));
    match fact {
        Fact::Begun => plan_knows(view, Tell::Begun),
        Fact::Missed => plan_knows(view, Tell::Missed),
        Fact::CarriedOut => plan_knows(view, Tell::CarriedOut),
        Fact::PlanSettled => plan_knows(view, Tell::GivenUp),
        Fact::Counted => notes.turned_away.is_some() || plan.limits.are_counted(view),
        Fact::GivenBack => counted(view).next().is_none(),
        Fact::PaymentRequested => payment.is_requested(view),
        Fact::Paid => payment.is_paid(view),
        Fact::Declined => payment.is_over_unpaid(view),
        Fact::Dated => payment.is_paid(view) && !notes.undated,
        Fact::Admitted => !notes.undecided && (buy.is_placed(view) || !refused),
        Fact::TurnedAway => refused,
        Fact::StandsOnDay => !day_refused::falls(view, buy, &plan.limits),
        Fact::Placed => buy.is_placed(view),
        Fact::Accepted => buy.is_accepted(view),
        Fact::Received => {
            buy.application(view).is_some_and(|it| it.received.is_some()) || buy.is_confirmed(view)
        }
        Fact::Rejected => buy.is_rejected(view),
        Fact::Confirmed => buy.is_confirmed(view) && !disputes::hold_up(view),
        // Whoever gave the order up disposed of all of it.
        Fact::RestReturned => by_hand::has(view, END) || rest(view).is_none(),
        Fact::Credited => plan.holdings.is_booked_in(view, buy),
        Fact::RefundRequested => payment.is_paid_back(view),
        Fact::NothingOwed | Fact::NothingOwedIn(_) => owes_nothing(view, fact),
        Fact::InterestOwed => owed(view).is_none() || interest.is_requested(view),
        // What the bank was asked for may have moved, whatever a registrar says since.
        Fact::InterestAnswered => {
            let asked = interest.is_requested(view);
            if asked {
                is_persons(view) || interest.is_answered(view)
            } else {
                owed(view).is_none()
            }
        }
        Fact::InterestPaid => owed(view).is_none() || interest.is_paid_out(view),
        Fact::InterestTaken => is_persons(view) || !interest.is_refused(view),
        Fact::Ended => view.ending.is_some(),
        Fact::Compensated(lane) => view.plan.compensations.are_answered_in(view, lane),
        Fact::CompensationTaken => view.plan.compensations.none_is_refused(view),
        Fact::CancelSettled => cancel::is_settled(view, buy),
        Fact::CancelRefused => cancel::is_refused(view),
        Fact::PaymentClosed => {
            payment.payment(view).is_none_or(|it| !matches!(it.stage, payment::Stage::Requested))
        }
        Fact::OrderClosed => buy.need_not_be_closed(view, END),
        Fact::OrderHeard => buy.brings_no_more(view),
        Fact::NothingCounts => !buy.is_lost(view) || counted(view).next().is_none(),
        Fact::BankHeard => last_word::is_heard(view),
        Fact::HandedOver => by_hand::is_handed_over(view),
        Fact::NothingMissing => !plan.holdings.waits_for_shares(view),
    }
}

/// Open ends that an operator disposes of where a failed raising earned something.
const INTEREST: &str = "interest";

pub(super) fn comes_of(end: &str) -> Option<Origin> {
    match end {
        END => Some(Origin::ORDERED),
        INTEREST => Some(Origin::owed(&[END])),
        _ => PaymentLeg::comes_of(end),
    }
}

/// True of an order that belongs to no plan.
fn plan_knows(view: &View<'_>, what: Tell) -> bool {
    view.plan.occurrence.as_ref().is_none_or(|occurrence| occurrence.knows(view, what))
}

/// Limits that the order counts against now, whatever T it was counted for.
pub(super) fn counted<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Limits> {
    let plan = view.plan;
    let all = [&plan.limits, &plan.limits_next];
    let view = *view;
    all.into_iter().filter(move |limits| !limits.are_free(&view))
}

/// T of the order, or of what was promised until that is placed.
pub(super) fn trade_date(view: &View<'_>) -> TradingDay {
    view.plan.buy.trade_date(view).unwrap_or_else(|| timing::promised_day(view))
}

/// What the money of a failed raising earned, once the registrar said so.
pub(super) fn earned(view: &View<'_>) -> Option<Amount> {
    let buy = view.plan.buy.application(view)?;
    match &buy.stage {
        Stage::Rejected(rejection) => {
            let owed = rejection.interest.minus(rejection.unowed(&buy.terms.ask, false))?;
            Amount::checked(owed.decimal())
        }
        Stage::Placed
        | Stage::Accepted
        | Stage::Sealed
        | Stage::Sent
        | Stage::Received
        | Stage::Confirming
        | Stage::Confirmed(_)
        | Stage::PartlyConfirmed(_)
        | Stage::Cancelled(_) => None,
    }
}

/// Of it, what is not a person's who gave it up, or gave up what it came of.
fn owed(view: &View<'_>) -> Option<Amount> {
    earned(view).filter(|_| !is_persons(view))
}

/// Nothing is to go back, in that lane or at all.
fn owes_nothing(view: &View<'_>, fact: Fact) -> bool {
    match fact {
        Fact::NothingOwedIn(lane) => view.plan.payment.owed_in(view, lane).is_none(),
        _ => view.plan.payment.owes_nothing(view),
    }
}

fn is_persons(view: &View<'_>) -> bool {
    by_hand::is_by_hand(view, INTEREST)
}

/// Yuan of the payment that the registrar did not accept and that nothing sends back yet.
pub(super) fn rest(view: &View<'_>) -> Option<Amount> {
    if view.plan.buy.is_rejected(view) {
        return refunds::unbought(view, &view.plan.payment, &view.plan.buy);
    }
    let application = view.plan.buy.application(view).filter(|it| it.stage.is_over())?;
    let Quantity::Money(settled) = application.settled() else { return None };
    let left = view.plan.payment.payment(view)?.left();
    Amount::checked(left.minus(settled)?.decimal())
}

impl Purchase {
    pub(super) fn instant(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        let (house, notes) = (&self.house, &view.open.notes);
        let promised = notes.promise(&view.open.promise);
        let application = view.plan.buy.application(view);
        let confirm_by = application.map_or(promised.confirm_by, |it| it.terms.promised.confirm_by);
        let founded_by = || Some(self.founded_by(view, confirm_by)?.max(confirm_by));
        let owed_since = || {
            let over = application.is_some_and(|it| it.stage.is_over());
            if over { founded_by() } else { Some(trade_date(view)) }
        };
        match when {
            When::BankAsked => last_word::asked_from(view),
            When::BankOverdue => last_word::overdue(self, view),
            When::CompensationOverdue(lane) => {
                view.plan.compensations.overdue_in(house, view, lane)
            }
            When::ChargeUnwanted => {
                let t = timing::promised_day(view);
                house.last_charge(t, self.cut_off(view).ok()?, view.open.request.only_today)
            }
            When::OrderUnwanted => {
                let cut_off = self.cut_off(view).ok()?;
                view.open.request.only_today.then(|| house.sealed_by(trade_date(view), cut_off))
            }
            When::NextCutOff => {
                house.cut_off_after_by(trade_date(view), 1, self.cut_off(view).ok()?)
            }
            When::ConfirmDue => timing::asked_from(view, house.noon_after(confirm_by, 0)),
            When::ConfirmOverdue => house.noon_after(confirm_by, 1),
            When::FoundedDue => timing::asked_from(view, house.noon_after(founded_by()?, 0)),
            When::FoundedOverdue => house.noon_after(founded_by()?, 1),
            When::MoneyOverdue => view.plan.payment.refund_overdue(house, view, owed_since()?),
            When::RefundOverdueIn(lane) => {
                view.plan.payment.refund_overdue_in(house, view, (owed_since()?, lane))
            }
            When::InterestOverdue => view.plan.interest.overdue(house, view),
        }
    }

    /// The day by which a subscription has shares or its money: by the terms in force on it, whatever was promised
    /// before, and as it was promised where the catalogue has none. Of what is no subscription, the day by which
    /// it is confirmed. `None` past the calendar's end.
    fn founded_by(&self, view: &View<'_>, confirm_by: TradingDay) -> Option<TradingDay> {
        let request = &view.open.request;
        match request.way {
            Way::Purchase | Way::RegularPlan => Some(confirm_by),
            Way::Subscription => {
                let raised = self.house.founded_by(request.fund, trade_date(view)).ok()?;
                let promised = view.open.notes.promise(&view.open.promise).founded_by;
                raised.map(|(_, by)| by).or(promised).or(Some(confirm_by))
            }
        }
    }
}

/// Everything that is in transit, owed or unpaid. Yuan.
pub(super) fn open_ends(view: &View<'_>, counted: Counted) -> Vec<OpenEnd> {
    let plan = view.plan;
    let mut ends: Vec<(Arc<str>, Decimal)> = plan.payment.open_ends(view);
    // In dispute or not: what is confirmed is in shares.
    let booked = holds(view, Fact::Credited);
    let landed = plan.buy.is_confirmed(view) && booked;
    let of = (&plan.payment, &plan.buy);
    let order = counted.order_end(view, of, (landed, booked, rest(view)));
    ends.extend(order.map(|worth| (END.into(), worth)));
    if let Some(end) = plan.interest.open_end(view) {
        ends.push((INTEREST.into(), end.1));
    } else if let Some(amount) = earned(view).filter(|_| !plan.interest.is_requested(view)) {
        ends.push((INTEREST.into(), amount.decimal()));
    }
    ends.extend(plan.compensations.open_end(view));
    let ends = ends.into_iter().map(|(name, worth)| OpenEnd { name, worth });
    ends.chain(lacking::end(&Purchase::lacks(view))).chain(overpaid(view, counted)).collect()
}

/// What went back of a payment that a record accepted in the end, and interest that was paid for a rejection which
/// holds no more, or holds with other interest.
fn overpaid(view: &View<'_>, counted: Counted) -> Option<OpenEnd> {
    let plan = view.plan;
    let paid = plan.interest.payout(view).and_then(|payout| payout.paid());
    if plan.buy.is_rejected(view) {
        let earned = earned(view).map_or(Money::ZERO, Money::from);
        return by_hand::difference(earned, paid?.amount);
    }
    let went_back = refunds::went_back(view, (&plan.payment, &plan.buy), counted)?;
    let interest = paid.filter(|_| earned(view).is_none()).map_or(Money::ZERO, |it| it.amount);
    by_hand::difference(Money::ZERO, went_back.plus(interest)?)
}

/// Unit of an open end of that name.
pub(super) fn unit(view: &View<'_>, end: &str) -> String {
    let shares = end == lacking::MISSING;
    if shares { units::shares_of(view.open.request.fund) } else { units::YUAN.to_owned() }
}

/// The fate, in words, of that open end if a person gives it up.
pub(super) fn fate(view: &View<'_>, end: &OpenEnd, given: &Given) -> Option<String> {
    let to = fate::to(view, &end.name, given)?;
    Some(match &*end.name {
        END => fate::money_of((view, &view.plan.buy), end, to),
        INTEREST => fate::transfer(view, end, to),
        _ => return fate::at_bank(view, end, to),
    })
}

impl HasBank for Purchase {
    fn at_bank(plan: &Plan) -> AtBank<'_> {
        AtBank {
            payment: Some(&plan.payment),
            payouts: vec![(&plan.interest, INTEREST)],
            compensations: &plan.compensations,
        }
    }
}
