//! What each word of the table means on the log, and when each time is.

use super::{
    Fact, When,
    saga::{Plan, Redemption, View},
};
use crate::parts::{
    application::FundSaga as _,
    by_hand::{self, Origin},
    cancel, disputes,
    fate::{self, Given},
    lacking,
    last_word::{self, AtBank, HasBank},
    payout::PayoutLeg,
    portions::Portion,
    timing,
    to_come::Counted,
    units,
};
use fundflow_domain::{calendar::TradingDay, money::Money, time::Timestamp};
use fundflow_runtime::{saga::OpenEnd, turn::NotDone};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Open ends that an operator disposes of while shares are reserved.
const END: &str = "shares";
/// Open ends that an operator disposes of once they brought money.
const MONEY: &str = "payout";

pub(super) fn holds(view: &View<'_>, fact: Fact) -> bool {
    let (plan, notes) = (view.plan, &view.open.notes);
    let (out, holdings) = (&plan.out, &plan.holdings);
    let is_by_hand = || by_hand::is_by_hand(view, MONEY);
    match fact {
        Fact::Reserved => holdings.was_reserved(view),
        Fact::Released => holdings.is_released(view),
        Fact::Placed => out.is_placed(view),
        Fact::TurnedAway => {
            !out.is_placed(view) && (notes.turned_away.is_some() || notes.cancel.is_some())
        }
        Fact::Accepted => out.is_accepted(view),
        Fact::Rejected => out.is_rejected(view),
        Fact::Confirmed => out.is_confirmed(view) && !disputes::hold_up(view),
        Fact::Taken => holdings.is_booked_out(view, out),
        Fact::PayoutsForeseen => is_by_hand() || plan.payouts.are_foreseen(view, out),
        Fact::PayoutsRequested => next_payout(view).is_none(),
        Fact::PayoutsAnswered => is_by_hand() || plan.payouts.legs.unanswered(view).is_none(),
        Fact::LaneAnswered(lane) => {
            is_by_hand() || plan.payouts.legs.unanswered_in(view, lane).is_none()
        }
        Fact::NoneRefused => is_by_hand() || plan.payouts.legs.refused(view).is_none(),
        Fact::PaidOut => out.is_over(view) && may_be_paid(view) && plan.payouts.are_paid(view, out),
        Fact::Ended => view.ending.is_some(),
        Fact::Compensated(lane) => view.plan.compensations.are_answered_in(view, lane),
        Fact::CompensationTaken => view.plan.compensations.none_is_refused(view),
        Fact::CancelSettled => cancel::is_settled(view, out),
        Fact::CancelRefused => cancel::is_refused(view),
        Fact::OrderClosed => out.need_not_be_closed(view, END),
        Fact::OrderHeard => out.brings_no_more(view),
        Fact::NothingReserved => holdings.reserved(view).is_zero() || !out.lets_go(view),
        Fact::BankHeard => last_word::is_heard(view),
        Fact::HandedOver => by_hand::is_handed_over(view),
        Fact::NothingMissing => !holdings.waits_for_shares(view),
    }
}

/// Money that the bank has been asked for stays with it, unless a person takes just that over.
pub(super) fn comes_of(view: &View<'_>, end: &str) -> Option<Origin> {
    let asked = |leg: &PayoutLeg| leg.is_requested(view) && !leg.is_paid_out(view);
    let ours = !by_hand::has(view, MONEY) && view.plan.payouts.legs.iter().any(asked);
    (end == MONEY && !ours).then_some(Origin::owed(&[END]))
}

/// T of the order, or what was promised until that is placed.
pub(super) fn trade_date(view: &View<'_>) -> TradingDay {
    view.plan.out.trade_date(view).unwrap_or_else(|| timing::promised_day(view))
}

/// Nothing is due while a record is in dispute, nor by itself once a person has the money.
fn may_be_paid(view: &View<'_>) -> bool {
    !view.open.notes.is_disputed() && !by_hand::is_by_hand(view, MONEY)
}

/// The bank was asked for all that it may be asked for.
fn are_asked_for(view: &View<'_>) -> bool {
    !may_be_paid(view) || view.plan.payouts.are_asked_for(view, &view.plan.out)
}

/// The first payout that was not announced, of a record that is not in dispute.
pub(super) fn next_payout<'a>(view: &View<'a>) -> Option<Portion<'a>> {
    let out = &view.plan.out;
    if by_hand::is_by_hand(view, MONEY) || out.is_another_disputed(view) {
        return None;
    }
    view.plan.payouts.next(view, out, |said| out.is_sure(view, said))
}

impl Redemption {
    pub(super) fn instant(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        let (house, t) = (&self.house, trade_date(view));
        let application = view.plan.out.application(view);
        let promised = view.open.promise.confirm_by;
        let confirm_by = || application.map_or(Some(promised), |it| house.word_due(it));
        match when {
            When::BankAsked => last_word::asked_from(view),
            When::BankOverdue => last_word::overdue(self, view),
            When::CompensationOverdue(lane) => {
                view.plan.compensations.overdue_in(house, view, lane)
            }
            When::OrderUnwanted => {
                let only_today = view.open.request.only_today;
                application.filter(|_| only_today).map(|it| house.cut_off(&it.terms))
            }
            When::NextCutOff => house.cut_off_after(t, 1),
            When::ConfirmDue => timing::asked_from(view, house.noon_after(confirm_by()?, 0)),
            When::ConfirmOverdue => house.noon_after(confirm_by()?, 1),
            When::MoneyDue => house.noon_after(self.money_here(view).ok()?, 0),
            When::MoneyOverdue => view.plan.payouts.legs.overdue(house, view),
            When::LaneOverdue(lane) => view.plan.payouts.legs.overdue_in(house, view, lane),
        }
    }

    /// The day on which the money of the next payout is here.
    pub(super) fn money_here(&self, view: &View<'_>) -> Result<TradingDay, NotDone> {
        match next_payout(view) {
            Some(next) => next.here(&self.house),
            None => self.house.paid_by(view.open.request.fund, trade_date(view)),
        }
    }
}

/// Everything that is reserved, owed or unpaid: shares by their number, money in yuan.
pub(super) fn open_ends(view: &View<'_>, counted: Counted) -> Vec<OpenEnd> {
    let plan = view.plan;
    let mut ends: Vec<(Arc<str>, Decimal)> = Vec::new();
    let reserved = plan.holdings.reserved(view);
    if !reserved.is_zero() || !counted.is_over(view, &plan.out) {
        ends.push((END.into(), reserved.decimal()));
    }
    let owed = unpaid(view, counted);
    if !owed.is_zero() {
        ends.push((MONEY.into(), owed.decimal()));
    }
    ends.extend(plan.compensations.open_end(view));
    let ends = ends.into_iter().map(|(name, worth)| OpenEnd { name, worth });
    ends.chain(lacking::end(&Redemption::lacks(view))).chain(difference(view, counted)).collect()
}

/// What the registrar's records brought and the investor does not have, as far as it is paid by itself or
/// a person has it. Yuan.
fn unpaid(view: &View<'_>, counted: Counted) -> Money {
    let brought = view.plan.out.proceeds(view).unwrap_or_default();
    let by_hand = by_hand::is_by_hand(view, MONEY);
    let carried = difference(view, counted).filter(|_| !by_hand);
    let payouts = &view.plan.payouts.legs;
    let owed = carried.map_or(brought, |_| payouts.asked_for(view));
    owed.minus(payouts.paid(view)).unwrap_or_default()
}

/// What no payout carries any more, or too much of which was carried.
fn difference(view: &View<'_>, counted: Counted) -> Option<OpenEnd> {
    let last = counted.is_over(view, &view.plan.out) && are_asked_for(view);
    let asked = view.plan.payouts.legs.asked_for(view);
    if !last || asked.is_zero() || view.open.notes.is_disputed() {
        return None;
    }
    let brought = view.plan.out.proceeds(view).unwrap_or_default();
    if by_hand::is_by_hand(view, MONEY) {
        // A person has what is not paid, whatever it is; only too much of it is a difference.
        let paid = view.plan.payouts.legs.paid(view);
        return (paid > brought).then(|| by_hand::difference(brought, paid)).flatten();
    }
    by_hand::difference(brought, asked)
}

/// Unit of an open end of that name.
pub(super) fn unit(view: &View<'_>, end: &str) -> String {
    let shares = [END, lacking::MISSING].contains(&end);
    if shares { units::shares_of(view.open.request.fund) } else { units::YUAN.to_owned() }
}

/// The fate, in words, of that open end if a person gives it up.
pub(super) fn fate(view: &View<'_>, end: &OpenEnd, given: &Given) -> Option<String> {
    let to = fate::to(view, &end.name, given)?;
    Some(match &*end.name {
        END => fate::shares_of((view, &view.plan.out), end, to),
        MONEY => fate::transfer(view, end, to),
        _ => return fate::at_bank(view, end, to),
    })
}

impl HasBank for Redemption {
    fn at_bank(plan: &Plan) -> AtBank<'_> {
        AtBank {
            payment: None,
            payouts: plan.payouts.legs.iter().map(|leg| (leg, MONEY)).collect(),
            compensations: &plan.compensations,
        }
    }
}
