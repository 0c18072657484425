//! What each word of the table means on the log, and when each time is.

use super::{
    Fact, Plan, When,
    saga::{Recharge, View},
};
use crate::parts::{
    application::FundSaga as _,
    by_hand::{self, Origin},
    cancel, day_refused,
    fate::{self, Given},
    lacking,
    last_word::{self, AtBank, HasBank},
    payment::PaymentLeg,
    refunds, timing,
    to_come::Counted,
    units,
};
use fundflow_domain::{calendar::TradingDay, payment::Stage, time::Timestamp, wallet::Credit};
use fundflow_runtime::saga::OpenEnd;

/// Open ends that an operator disposes of while the money is at the fund and its shares are not there.
pub(super) const END: &str = "money_fund";

pub(super) fn holds(view: &View<'_>, fact: Fact) -> bool {
    let (plan, notes) = (view.plan, &view.open.notes);
    let (payment, buy, wallet) = (&plan.payment, &plan.buy, &plan.wallet);
    let unwanted = notes.turned_away.is_some() || notes.cancel.is_some();
    // A later T that was not decided on yet is another day.
    let turned_away = unwanted || (!notes.undecided && plan.limits.are_refused(view));
    match fact {
        Fact::Counted => notes.turned_away.is_some() || plan.limits.are_counted(view),
        Fact::GivenBack => plan.limits.are_given_back(view) && plan.limits_next.are_free(view),
        Fact::PaymentRequested => payment.is_requested(view),
        Fact::Paid => payment.is_paid(view),
        Fact::Declined => payment.is_over_unpaid(view),
        Fact::Dated => payment.is_paid(view) && !notes.undated,
        Fact::Admitted => !notes.undecided && (buy.is_placed(view) || !turned_away),
        Fact::TurnedAway => turned_away,
        Fact::StandsOnDay => !day_refused::falls(view, buy, &plan.limits),
        Fact::Placed => buy.is_placed(view),
        Fact::Accepted => buy.is_accepted(view),
        Fact::Rejected => buy.is_rejected(view),
        Fact::Credited => wallet.entry(view).credit != Credit::None,
        Fact::CreditReversed => wallet.is_reversed(view, &plan.buy),
        Fact::Confirmed => buy.is_confirmed(view) && (view.ending.is_some() || buy.is_sound(view)),
        Fact::CreditConfirmed => wallet.is_credited(view) && wallet.is_booked_in(view, buy),
        Fact::Booked => wallet.is_booked_in(view, buy),
        // Whoever gave the order up disposed of all of it.
        Fact::RestReturned => {
            by_hand::has(view, END) || refunds::not_accepted(view, payment, buy).is_none()
        }
        Fact::RefundRequested => payment.is_paid_back(view),
        Fact::NothingOwed => payment.owes_nothing(view),
        Fact::NothingOwedIn(lane) => payment.owed_in(view, lane).is_none(),
        Fact::Ended => view.ending.is_some(),
        Fact::Compensated(lane) => view.plan.compensations.are_answered_in(view, lane),
        Fact::CompensationTaken => view.plan.compensations.none_is_refused(view),
        Fact::CancelSettled => cancel::is_settled(view, buy),
        Fact::CancelRefused => cancel::is_refused(view),
        Fact::PaymentClosed => {
            payment.payment(view).is_none_or(|it| !matches!(it.stage, Stage::Requested))
        }
        Fact::Closed => buy.need_not_be_closed(view, END),
        Fact::Heard => buy.brings_no_more(view),
        Fact::NothingInTransit => !wallet.is_in_transit(view) || !buy.lets_go(view),
        Fact::NothingCounts => {
            let free = plan.limits.are_free(view) && plan.limits_next.are_free(view);
            free || !buy.is_lost(view)
        }
        Fact::BankHeard => last_word::is_heard(view),
        Fact::HandedOver => by_hand::is_handed_over(view),
        Fact::NothingMissing => !wallet.waits_for_shares(view),
    }
}

pub(super) fn comes_of(end: &str) -> Option<Origin> {
    if end == END { Some(Origin::ORDERED) } else { PaymentLeg::comes_of(end) }
}

/// T of the purchase, or the promised one until that is placed.
pub(super) fn trade_date(view: &View<'_>) -> TradingDay {
    view.plan.buy.trade_date(view).unwrap_or_else(|| timing::promised_day(view))
}

impl Recharge {
    pub(super) fn instant(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        let (house, t) = (&self.house, trade_date(view));
        let application = view.plan.buy.application(view);
        let due = application.map_or(t, |it| it.terms.promised.confirm_by);
        match when {
            When::BankAsked => last_word::asked_from(view),
            When::BankOverdue => last_word::overdue(self, view),
            When::CompensationOverdue(lane) => {
                view.plan.compensations.overdue_in(house, view, lane)
            }
            When::ChargeUnwanted => {
                let t = timing::promised_day(view);
                house.last_charge(t, None, view.open.request.only_today)
            }
            When::OrderUnwanted => view.open.request.only_today.then(|| house.sealed_by(t, None)),
            When::NextCutOff => house.cut_off_after(t, 1),
            When::Due => timing::asked_from(view, house.noon_after(due, 0)),
            When::Overdue => house.noon_after(due, 1),
            When::MoneyOverdue => view.plan.payment.refund_overdue(house, view, t),
            When::RefundOverdueIn(lane) => {
                view.plan.payment.refund_overdue_in(house, view, (t, lane))
            }
        }
    }
}

/// Everything that is in transit, owed or unpaid. Yuan.
pub(super) fn open_ends(view: &View<'_>, counted: Counted) -> Vec<OpenEnd> {
    let plan = view.plan;
    let mut ends = plan.payment.open_ends(view);
    // In dispute or not: what is confirmed is in shares.
    let landed = plan.buy.is_confirmed(view) && holds(view, Fact::CreditConfirmed);
    let booked = holds(view, Fact::Booked);
    let rest = refunds::not_accepted(view, &plan.payment, &plan.buy);
    let order = counted.order_end(view, (&plan.payment, &plan.buy), (landed, booked, rest));
    ends.extend(order.map(|worth| (END.into(), worth)));
    ends.extend(plan.compensations.open_end(view));
    let ends = ends.into_iter().map(|(name, worth)| OpenEnd { name, worth });
    ends.chain(lacking::end(&Recharge::lacks(view)))
        .chain(refunds::overpaid(view, (&plan.payment, &plan.buy), counted))
        .collect()
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
        _ => return fate::at_bank(view, end, to),
    })
}

impl HasBank for Recharge {
    fn at_bank(plan: &Plan) -> AtBank<'_> {
        AtBank {
            payment: Some(&plan.payment),
            payouts: Vec::new(),
            compensations: &plan.compensations,
        }
    }
}
