//! What is left of a purchase when somebody gives it up, whose it is, and when nothing is.

use super::{
    AtLast, Plan,
    facts::{entry, income, is_spent_on_target, is_target_credited, rest, taken_by_target},
    saga::{DiscountPurchase, View},
};
use crate::parts::{
    by_hand::{self, Origin},
    fate::{self, Given, Stand},
    lacking::{self, Lack},
    last_word::{self, AtBank, HasBank},
    payment::PaymentLeg,
    refunds,
    to_come::Counted,
    units,
};
use fundflow_domain::{
    modes::ConversionMode,
    money::{Money, Shares},
    payment::Stage,
    wallet::Reservation,
};
use fundflow_runtime::{process::Disposition, saga::OpenEnd};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Open ends that an operator disposes of: money that is at the fund without shares, shares that are reserved,
/// and what left without being the target's shares yet.
pub(super) const BUY_END: &str = "money_fund";
const OUT_END: &str = "conversion";
const TARGET_END: &str = "target";
/// What the bank was asked to pay out.
const PAYOUT_END: &str = "payout";
/// Unpaid income that left with the shares of a conversion.
const INCOME_END: &str = "income";

pub(super) fn holds(view: &View<'_>, what: AtLast) -> bool {
    let plan = view.plan;
    let (buy, out, target) = (&plan.buy, &plan.out, &plan.target);
    match what {
        AtLast::PaymentClosed => !is_charged(view),
        AtLast::BuyClosed => buy.need_not_be_closed(view, BUY_END),
        AtLast::BuyHeard => buy.brings_no_more(view),
        AtLast::OutClosed => out.need_not_be_closed(view, OUT_END),
        AtLast::OutHeard => out.brings_no_more(view),
        AtLast::TargetClosed => target.need_not_be_closed(view, TARGET_END),
        AtLast::TargetHeard => target.brings_no_more(view),
        AtLast::NothingInTransit => nothing_in_transit(view),
        AtLast::NothingReserved => nothing_reserved(view),
        AtLast::RestReturned => {
            let rest = || refunds::not_accepted(view, &plan.payment, &plan.buy);
            by_hand::has(view, BUY_END) || rest().is_none()
        }
        AtLast::ProceedsRequested => plan.payout.is_requested(view) || !is_owed_at_last(view),
        AtLast::ProceedsAnswered => {
            let answered = !plan.payout.is_requested(view) || plan.payout.is_answered(view);
            answered || by_hand::has(view, PAYOUT_END)
        }
        AtLast::NoneRefused => {
            let refused = plan.payout.is_answered(view) && !plan.payout.is_paid_out(view);
            !refused || by_hand::has(view, PAYOUT_END)
        }
        AtLast::NothingCounts => {
            let of_buy = plan.limits.without(&plan.target_limits);
            of_buy.are_free(view) || !buy.is_lost(view)
        }
        AtLast::BankHeard => last_word::is_heard(view),
        AtLast::HandedOver => by_hand::is_handed_over(view),
        AtLast::NothingMissing => {
            !plan.wallet.waits_for_shares(view) && !plan.holdings.waits_for_shares(view)
        }
    }
}

pub(super) fn comes_of(view: &View<'_>, end: &str) -> Option<Origin> {
    match end {
        BUY_END => Some(Origin::ORDERED),
        TARGET_END if !view.plan.mode.is_conversion() => {
            Some(Origin { of: &[OUT_END], settles: true })
        }
        INCOME_END => Some(Origin::owed(&[OUT_END, TARGET_END])),
        PAYOUT_END => Some(Origin::owed(&[])),
        _ => PaymentLeg::comes_of(end),
    }
}

/// Money came of shares that had been given up, and it will buy nothing any more, or income did.
fn is_owed_at_last(view: &View<'_>) -> bool {
    let plan = view.plan;
    let redeemed = plan.mode == ConversionMode::RedeemToPurchase
        && plan.wallet.spent(view).is_some()
        && plan.out.is_over(view)
        && plan.target.is_over(view);
    let owed = (redeemed && !by_hand::is_by_hand(view, TARGET_END))
        || (income_owed(view, Counted::Left).is_some() && !by_hand::is_by_hand(view, INCOME_END));
    owed && !view.open.notes.is_disputed() && !is_spent_on_target(view)
}

/// The bank was asked for the money and has not answered.
fn is_charged(view: &View<'_>) -> bool {
    let payment = view.plan.payment.payment(view);
    payment.is_some_and(|it| matches!(it.stage, Stage::Requested))
}

/// What is reserved is released before what is in transit is taken away.
fn nothing_in_transit(view: &View<'_>) -> bool {
    let (plan, wallet) = (view.plan, &view.plan.wallet);
    !wallet.is_in_transit(view) || !plan.buy.lets_go(view) || wallet.held(view).is_some()
}

/// What never came cannot leave either.
fn nothing_reserved(view: &View<'_>) -> bool {
    let (plan, wallet) = (view.plan, &view.plan.wallet);
    let fallen = wallet.is_in_transit(view) && plan.buy.lets_go(view);
    wallet.held(view).is_none() || !(plan.out.lets_go(view) || fallen)
}

/// Everything that is in transit, reserved, owed or unpaid. Yuan, or money-fund shares at 1.00.
pub(super) fn open_ends(view: &View<'_>, counted: Counted) -> Vec<OpenEnd> {
    let mut ends: Vec<(Arc<str>, Decimal)> = view.plan.payment.open_ends(view);
    let plan = view.plan;
    let paid = plan.payment.is_paid(view) && !plan.payment.is_paid_back(view);
    if let Some(rest) = refunds::not_accepted(view, &plan.payment, &plan.buy) {
        ends.push((BUY_END.into(), rest.decimal()));
    } else if paid && !plan.buy.is_confirmed(view) {
        let booked = plan.wallet.is_booked_in(view, &plan.buy);
        let order = counted.in_flight(view, (&plan.payment, &plan.buy), booked);
        ends.extend(order.map(|yuan| (BUY_END.into(), yuan.decimal())));
    }
    let (reserved, unspent) = match counted {
        Counted::Left => (plan.wallet.held(view), unspent(view)),
        Counted::Whole => (plan.wallet.open(view), unspent_before(view)),
    };
    ends.extend(reserved.map(|shares| (OUT_END.into(), shares.decimal())));
    ends.extend(unspent.map(|worth| (TARGET_END.into(), worth)));
    // An order whose money or shares are gone, and whose last word is still to come, is an end all the same.
    for (name, leg) in [(BUY_END, &plan.buy), (OUT_END, &plan.out), (TARGET_END, &plan.target)] {
        if !counted.is_over(view, leg) && ends.iter().all(|(end, _)| **end != *name) {
            ends.push((name.into(), by_hand::NOTHING));
        }
    }
    ends.extend(plan.payout.open_end(view));
    if let Some(income) = income_owed(view, counted) {
        ends.push((INCOME_END.into(), income.decimal()));
    }
    ends.extend(plan.compensations.open_end(view));
    let ends = ends.into_iter().map(|(name, worth)| OpenEnd { name, worth });
    ends.chain(lacking::end(&lacks(view)))
        .chain(refunds::overpaid(view, (&plan.payment, &plan.buy), counted))
        .chain(misdirected(view, counted))
        .collect()
}

/// Shares that its records lack: in the wallet, and of the target.
pub(super) fn lacks(view: &View<'_>) -> Vec<Lack> {
    let plan = view.plan;
    vec![
        plan.wallet.lack_in(view, &plan.buy),
        plan.wallet.lack_out(view, &plan.out),
        plan.holdings.lack_in(view, plan.target_order()),
    ]
}

/// Unpaid income that came along with converted shares, until it is being paid out.
fn income_owed(view: &View<'_>, counted: Counted) -> Option<Money> {
    let plan = view.plan;
    let there = is_target_credited(view)
        || (counted == Counted::Left && is_target_booked(view) && plan.out.brings_no_more(view));
    let owed = plan.mode.is_conversion() && there && !plan.payout.is_requested(view);
    Some(income(view)).filter(|income| owed && !income.is_zero())
}

/// What left the money fund and is not the target's shares yet, nor on its way to the investor.
fn unspent(view: &View<'_>) -> Option<Decimal> {
    let (Reservation::Spent(gone) | Reservation::Leaving { gone, .. }) = entry(view).reservation
    else {
        return None;
    };
    not_credited(view, gone, is_target_credited(view) || is_target_booked(view))
}

/// What came of the records so far is there, and more is to come, or only lacks its mark.
fn is_target_booked(view: &View<'_>) -> bool {
    let order = view.plan.target_order();
    !order.is_over(view) && view.plan.holdings.is_booked_in(view, order)
}

/// The same as earlier programs said: of all shares, once the last of them had left.
fn unspent_before(view: &View<'_>) -> Option<Decimal> {
    let Reservation::Spent(gone) = entry(view).reservation else { return None };
    not_credited(view, gone, is_target_credited(view))
}

fn not_credited(view: &View<'_>, shares: Shares, credited: bool) -> Option<Decimal> {
    if view.plan.mode.is_conversion() {
        return (!credited).then(|| shares.decimal());
    }
    let open = if credited { rest(view) } else { view.plan.out.proceeds(view) }?;
    if view.plan.payout.is_requested(view) {
        return None;
    }
    Some(open).filter(|open| !open.is_zero()).map(Money::decimal)
}

/// What the payout does not carry any more, and what target and payout carried too much of.
fn misdirected(view: &View<'_>, counted: Counted) -> Option<OpenEnd> {
    let plan = view.plan;
    let over = [&plan.out, &plan.target].into_iter().all(|leg| counted.is_over(view, leg));
    if !over || view.open.notes.is_disputed() {
        return None;
    }
    let asked = plan.payout.payout(view).map(|payout| Money::from(payout.terms.amount));
    if plan.mode.is_conversion() {
        return by_hand::difference(rest(view)?, asked?);
    }
    let brought = plan.out.proceeds(view)?;
    let moved = taken_by_target(view)?.plus(asked.unwrap_or_default())?;
    // What was not asked for yet is still paid out.
    if asked.is_none() && moved <= brought {
        return None;
    }
    by_hand::difference(brought, moved)
}

/// Unit of an open end of that name: what is converted in shares of the money fund, until it is the
/// target's.
pub(super) fn unit(view: &View<'_>, end: &str) -> String {
    let (wallet, target) = (view.open.request.wallet_fund, view.open.request.target_fund);
    match end {
        OUT_END => units::shares_of(wallet),
        TARGET_END if view.plan.mode.is_conversion() => units::shares_of(wallet),
        lacking::MISSING => {
            let lacks = [wallet, wallet, target].into_iter().zip(lacks(view));
            units::missing(&lacks.collect::<Vec<_>>())
        }
        _ => units::YUAN.to_owned(),
    }
}

/// The fate, in words, of that open end if a person gives it up.
pub(super) fn fate(view: &View<'_>, end: &OpenEnd, given: &Given) -> Option<String> {
    let to = fate::to(view, &end.name, given)?;
    let plan = view.plan;
    Some(match &*end.name {
        BUY_END => fate::money_of((view, &plan.buy), end, to),
        OUT_END => of_reserved(view, end, (to, given)),
        TARGET_END if plan.mode.is_conversion() => fate::converted((view, &plan.out), to),
        TARGET_END => fate::money_of((view, &plan.target), end, to),
        PAYOUT_END | INCOME_END => fate::transfer(view, end, to),
        _ => return fate::at_bank(view, end, to),
    })
}

/// Shares that never came cannot be free, whatever becomes of the order that takes them.
fn of_reserved(view: &View<'_>, end: &OpenEnd, (to, given): (Disposition, &Given)) -> String {
    let (plan, out) = (view.plan, Stand::of(view, &view.plan.out));
    let is_reported = matches!(out, Stand::Confirmed | Stand::Doubted);
    if is_reported || end.worth.is_zero() || !plan.wallet.is_in_transit(view) {
        return fate::shares_of((view, &plan.out), end, to);
    }
    let buy_falls = Stand::of(view, &plan.buy).falls(fate::to(view, BUY_END, given));
    let text = match (buy_falls, out.falls(Some(to))) {
        (true, true) => {
            "not reserved any more: the purchase that was to bring them comes to nothing"
        }
        (true, false) => {
            "not reserved any more: the purchase that was to bring them comes to nothing; their registrar's word is \
             waited for and booked, and what it moves is missing"
        }
        (false, true) => {
            "not reserved any more, and free once the purchase that brings them is confirmed"
        }
        (false, false) => return fate::shares_of((view, &plan.out), end, to),
    };
    text.to_owned()
}

impl HasBank for DiscountPurchase {
    fn at_bank(plan: &Plan) -> AtBank<'_> {
        AtBank {
            payment: Some(&plan.payment),
            payouts: vec![(&plan.payout, PAYOUT_END)],
            compensations: &plan.compensations,
        }
    }
}
