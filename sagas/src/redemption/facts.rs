//! What each word of the table means on the log, and when each time is.

use super::{
    Fact, When,
    saga::{Plan, Redemption, View},
};
use crate::house::beyond;
use crate::parts::{
    application::FundSaga as _,
    by_hand::{self, Origin},
    cancel, disputes, lacking,
    last_word::{self, AtBank, HasBank},
    payout::PayoutLeg,
    timing, units,
};
use fundflow_domain::{
    application::{Confirmation, Outcome},
    calendar::TradingDay,
    money::{Amount, Money},
    payout::Stage,
    time::Timestamp,
};
use fundflow_runtime::{saga::OpenEnd, turn::NotDone};
use rust_decimal::Decimal;
use std::sync::Arc;

/// What an abandoner disposes of while shares are reserved.
const END: &str = "shares";
/// What an abandoner disposes of once they brought money.
const MONEY: &str = "payout";

pub(super) fn holds(view: &View<'_>, fact: Fact) -> bool {
    let (plan, notes) = (view.plan, &view.open.notes);
    let (out, holdings) = (&plan.out, &plan.holdings);
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
        Fact::PayoutsRequested => next_payout(view).is_none(),
        Fact::PayoutsAnswered => by_hand::is_by_hand(view, MONEY) || unanswered(view).is_none(),
        Fact::NoneRefused => {
            by_hand::is_by_hand(view, MONEY)
                || !plan.payouts.iter().any(|leg| is_refused(view, leg))
        }
        Fact::PaidOut => {
            let paid = |leg: &PayoutLeg| !leg.is_requested(view) || leg.is_paid_out(view);
            out.is_over(view) && next_payout(view).is_none() && plan.payouts.iter().all(paid)
        }
        Fact::Ended => view.ending.is_some(),
        Fact::Compensated => view.plan.compensations.are_answered(view),
        Fact::CompensationTaken => view.plan.compensations.none_is_refused(view),
        Fact::CancelSettled => cancel::is_settled(view, out),
        Fact::CancelRefused => cancel::is_refused(view),
        Fact::OrderClosed => out.need_not_be_closed(view, END),
        Fact::OrderHeard => out.is_over(view),
        Fact::NothingReserved => holdings.reserved(view).is_zero() || !out.lets_go(view),
        Fact::BankHeard => last_word::is_heard(view),
        Fact::HandedOver => by_hand::is_handed_over(view),
        Fact::NothingMissing => !holdings.waits_for_shares(view),
    }
}

/// Money that the bank has been asked for stays with it, unless a person takes just that over.
pub(super) fn comes_of(view: &View<'_>, end: &str) -> Option<Origin> {
    let asked = |leg: &PayoutLeg| leg.is_requested(view) && !leg.is_paid_out(view);
    let ours = !by_hand::has(view, MONEY) && view.plan.payouts.iter().any(asked);
    (end == MONEY && !ours).then_some(Origin::owed(&[END]))
}

/// T of the order, or what was promised until that is placed.
pub(super) fn trade_date(view: &View<'_>) -> TradingDay {
    view.plan.out.trade_date(view).unwrap_or_else(|| timing::promised_day(view))
}

/// The bank refuses its last attempt.
pub(super) fn is_refused(view: &View<'_>, leg: &PayoutLeg) -> bool {
    leg.payout(view).is_some_and(|payout| matches!(payout.attempt.stage, Stage::Refused(_)))
}

/// The payout that the bank is asked for next.
pub(super) fn unanswered<'a>(view: &View<'a>) -> Option<&'a PayoutLeg> {
    let asked = |leg: &&PayoutLeg| leg.is_requested(view) && !leg.is_answered(view);
    view.plan.payouts.iter().find(asked)
}

/// The first payout that is due and was not announced: which it is, and how much. Nothing is due
/// while a record is in dispute.
pub(super) fn next_payout<'a>(view: &View<'a>) -> Option<(usize, &'a PayoutLeg, Amount)> {
    let payouts = &view.plan.payouts;
    if view.open.notes.is_disputed() || by_hand::is_by_hand(view, MONEY) {
        return None;
    }
    let application = view.plan.out.application(view)?;
    let records: Vec<&Confirmation> = application.confirmations().collect();
    let last = payouts.len().checked_sub(1)?;
    let open = |(nth, leg): (usize, &'a PayoutLeg)| {
        let of_leg = match nth {
            _ if nth < last => records.get(nth..nth.checked_add(1)?)?,
            _ if application.stage.is_over() => records.get(nth..)?,
            _ => return None,
        };
        let sum = of_leg.iter().try_fold(Money::ZERO, |sum, it| sum.plus(brought(it)?))?;
        let amount = Amount::checked(sum.decimal())?;
        (!leg.is_requested(view)).then_some((nth, leg, amount))
    };
    payouts.iter().enumerate().find_map(open)
}

fn brought(said: &Confirmation) -> Option<Money> {
    match &said.outcome {
        Outcome::Redemption(numbers) => Some(numbers.payout),
        Outcome::Purchase(_)
        | Outcome::Subscription(_)
        | Outcome::Conversion(_)
        | Outcome::FastTransfer(_) => None,
    }
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
            When::CompensationOverdue => view.plan.compensations.overdue(house, view),
            When::OrderUnwanted => {
                let only_today = view.open.request.only_today;
                application.filter(|_| only_today).map(|it| house.cut_off(&it.terms))
            }
            When::NextCutOff => house.cut_off_after(t, 1),
            When::ConfirmDue => timing::asked_from(view, house.noon_after(confirm_by()?, 0)),
            When::ConfirmOverdue => house.noon_after(confirm_by()?, 1),
            When::MoneyDue => {
                let nth = next_payout(view).map_or(0, |(nth, ..)| nth);
                house.noon_after(self.money_here(view, nth).ok()?, 0)
            }
            When::MoneyOverdue => unanswered(view)?.overdue(house, view),
        }
    }

    /// The day on which the money of the n-th record is here.
    pub(super) fn money_here(&self, view: &View<'_>, nth: usize) -> Result<TradingDay, NotDone> {
        let application = view.plan.out.application(view);
        let t = application
            .map(|it| self.house.t_of_nth(&it.terms, nth))
            .transpose()
            .map_err(beyond)?;
        self.house.paid_by(view.open.request.fund, t.unwrap_or_else(|| trade_date(view)))
    }
}

/// Everything that is reserved, owed or unpaid: shares by their number, money in yuan.
pub(super) fn open_ends(view: &View<'_>) -> Vec<OpenEnd> {
    let plan = view.plan;
    let mut ends: Vec<(Arc<str>, Decimal)> = Vec::new();
    let reserved = plan.holdings.reserved(view);
    // Where its records took all of it and none was the last, there is still an order to be closed.
    if !reserved.is_zero() || !plan.out.is_over(view) {
        ends.push((END.into(), reserved.decimal()));
    }
    let owed = unpaid(view);
    if !owed.is_zero() {
        ends.push((MONEY.into(), owed.decimal()));
    }
    ends.extend(plan.compensations.open_end(view));
    let ends = ends.into_iter().map(|(name, worth)| OpenEnd { name, worth });
    ends.chain(lacking::end(&Redemption::lacks(view))).chain(difference(view)).collect()
}

/// What the registrar's records brought and the investor does not have, as far as it is paid by itself or
/// a person has it. Yuan.
fn unpaid(view: &View<'_>) -> Money {
    let brought = view.plan.out.proceeds(view).unwrap_or_default();
    let by_hand = by_hand::is_by_hand(view, MONEY);
    let carried = difference(view).filter(|_| !by_hand);
    let owed = carried.map_or(brought, |_| asked_for(view));
    owed.minus(paid(view)).unwrap_or_default()
}

/// What the bank has paid out.
fn paid(view: &View<'_>) -> Money {
    let paid = view.plan.payouts.iter().filter_map(|leg| Some(leg.payout(view)?.paid()?.amount));
    paid.fold(Money::ZERO, |sum, part| sum.plus(part).unwrap_or(sum))
}

/// What the bank was asked to pay out.
fn asked_for(view: &View<'_>) -> Money {
    let asked = view.plan.payouts.iter().filter_map(|leg| Some(leg.payout(view)?.terms.amount));
    asked.fold(Money::ZERO, |sum, amount| sum.plus(amount.into()).unwrap_or(sum))
}

/// What no payout carries any more, or too much of which was carried.
fn difference(view: &View<'_>) -> Option<OpenEnd> {
    let last = view.plan.out.is_over(view) && next_payout(view).is_none();
    let asked = asked_for(view);
    if !last || asked.is_zero() || view.open.notes.is_disputed() {
        return None;
    }
    let brought = view.plan.out.proceeds(view).unwrap_or_default();
    if by_hand::is_by_hand(view, MONEY) {
        // A person has what is not paid, whatever it is; only too much of it is a difference.
        let paid = paid(view);
        return (paid > brought).then(|| by_hand::difference(brought, paid)).flatten();
    }
    by_hand::difference(brought, asked)
}

/// What an open end of that name is counted in.
pub(super) fn unit(view: &View<'_>, end: &str) -> String {
    let shares = [END, lacking::MISSING].contains(&end);
    if shares { units::shares_of(view.open.request.fund) } else { units::YUAN.to_owned() }
}

impl HasBank for Redemption {
    fn at_bank(plan: &Plan) -> AtBank<'_> {
        AtBank {
            payment: None,
            payouts: plan.payouts.iter().map(|leg| (leg, MONEY)).collect(),
            compensations: &plan.compensations,
        }
    }
}
