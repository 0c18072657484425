//! What each word of the table means on the log, and when each time is.

use super::{
    Fact, Plan, When,
    saga::{View, Withdraw},
};
use crate::parts::{
    application::FundSaga as _,
    by_hand::{self, Origin},
    cancel, lacking,
    last_word::{self, AtBank, HasBank},
    timing, units,
};
use fundflow_domain::{
    calendar::TradingDay,
    money::{Income, Money, Shares},
    time::Timestamp,
    wallet::Reservation,
};
use fundflow_runtime::{saga::OpenEnd, turn::NotDone};
use rust_decimal::Decimal;
use std::sync::Arc;

/// What an abandoner disposes of while shares are reserved.
const END: &str = "redemption";

pub(super) fn holds(view: &View<'_>, fact: Fact) -> bool {
    let (plan, notes) = (view.plan, &view.open.notes);
    let (out, payout, wallet) = (&plan.out, &plan.payout, &plan.wallet);
    let sound = out.is_sound(view);
    match fact {
        Fact::Reserved => wallet.entry(view).reservation != Reservation::None,
        Fact::Released => wallet.entry(view).reservation == Reservation::Released,
        Fact::Placed => out.is_placed(view),
        Fact::Accepted => out.is_accepted(view),
        Fact::Rejected => {
            let unplaced = notes.cancel.is_some() || notes.turned_away.is_some();
            let nothing = out.is_confirmed(view) && sound && none_left(view);
            out.is_rejected(view) || nothing || (!out.is_placed(view) && unplaced)
        }
        Fact::Confirmed => out.is_confirmed(view) && sound && !none_left(view),
        Fact::TakenOut => wallet.spent(view).is_some() && wallet.is_booked_out(view, out),
        Fact::Booked => wallet.is_booked_out(view, out),
        Fact::IncomeSettled => settled(view),
        Fact::PayoutRequested => payout.is_requested(view) || nothing_to_pay(view),
        Fact::PayoutAnswered => payout.is_answered(view) || nothing_to_pay(view),
        Fact::PaidOut => payout.is_paid_out(view) || nothing_to_pay(view),
        Fact::Ended => view.ending.is_some(),
        Fact::Compensated => view.plan.compensations.are_answered(view),
        Fact::CompensationTaken => view.plan.compensations.none_is_refused(view),
        Fact::CancelSettled => cancel::is_settled(view, out),
        Fact::CancelRefused => cancel::is_refused(view),
        Fact::Closed => out.need_not_be_closed(view, END),
        Fact::Heard => out.is_over(view),
        Fact::IncomeBooked => wallet.spent(view).is_none() || settled(view),
        Fact::ProceedsRequested => payout.is_requested(view) || !owed(view),
        Fact::ProceedsAnswered => {
            !payout.is_requested(view) || payout.is_answered(view) || is_given_up(view)
        }
        Fact::NoneRefused => {
            let refused = payout.is_answered(view) && !payout.is_paid_out(view);
            !refused || is_given_up(view)
        }
        Fact::NothingReserved => wallet.held(view).is_none() || !out.lets_go(view),
        Fact::BankHeard => last_word::is_heard(view),
        Fact::HandedOver => by_hand::is_handed_over(view),
        Fact::NothingMissing => !wallet.waits_for_shares(view),
    }
}

/// What an abandoner disposes of once the shares have left.
const PROCEEDS: &str = "proceeds";

/// What an abandoner disposes of once the bank was asked to pay it out.
const PAYOUT: &str = "payout";

/// A person pays it out.
fn is_given_up(view: &View<'_>) -> bool {
    by_hand::is_by_hand(view, if view.plan.payout.is_requested(view) { PAYOUT } else { PROCEEDS })
}

pub(super) fn comes_of(end: &str) -> Option<Origin> {
    match end {
        PROCEEDS => Some(Origin::owed(&[END])),
        PAYOUT => Some(Origin::owed(&[])),
        _ => None,
    }
}

/// Shares have left, nothing of it is in dispute, and the money is nobody's yet.
fn owed(view: &View<'_>) -> bool {
    let left = view.plan.wallet.spent(view).is_some() && view.plan.out.is_over(view);
    left && !view.open.notes.is_disputed() && !is_given_up(view) && !nothing_to_pay(view)
}

/// The shares left and brought nothing, as a person has accepted.
fn nothing_to_pay(view: &View<'_>) -> bool {
    let (plan, left) = (view.plan, view.plan.wallet.spent(view).is_some());
    left && !plan.payout.is_requested(view) && plan.out.proceeds(view).is_some_and(Money::is_zero)
}

/// The registrar's records are complete, and no share left by any of them.
fn none_left(view: &View<'_>) -> bool {
    view.plan.out.shares_out(view).is_none_or(Shares::is_zero)
}

/// Nothing was to be paid along and nothing was, or it is booked.
fn settled(view: &View<'_>) -> bool {
    let booked = view.plan.wallet.state(view.streams).and_then(|it| it.settled_income(view.id));
    let nothing = || view.plan.out.income(view).is_none_or(|income| income == Income::ZERO);
    booked.is_some() || (!view.open.promise.take_income && nothing())
}

/// T of the redemption, or the promised one until that is placed.
pub(super) fn trade_date(view: &View<'_>) -> TradingDay {
    view.plan.out.trade_date(view).unwrap_or_else(|| timing::promised_day(view))
}

impl Withdraw {
    pub(super) fn instant(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        let house = &self.house;
        match when {
            When::BankAsked => last_word::asked_from(view),
            When::BankOverdue => last_word::overdue(self, view),
            When::CompensationOverdue => view.plan.compensations.overdue(house, view),
            When::NextCutOff => house.cut_off_after(trade_date(view), 1),
            When::Due => timing::asked_from(view, house.noon_after(self.confirmed_by(view)?, 0)),
            When::Overdue => house.noon_after(self.confirmed_by(view)?, 1),
            When::MoneyDue => house.noon_after(self.money_here(view).ok()?, 0),
            When::MoneyOverdue => view.plan.payout.overdue(house, view),
        }
    }

    /// The day on which the registrar's next word is due.
    fn confirmed_by(&self, view: &View<'_>) -> Option<TradingDay> {
        let application = view.plan.out.application(view);
        application.map_or(Some(view.open.promise.confirm_by), |it| self.house.word_due(it))
    }

    /// The day on which the fund's money is here: so many trading days after T, or after the T of
    /// the last part that was confirmed.
    pub(super) fn money_here(&self, view: &View<'_>) -> Result<TradingDay, NotDone> {
        let of = (view.open.request.fund, trade_date(view));
        self.house.all_paid_by(of, view.plan.out.confirmation(view))
    }
}

/// Everything that is reserved, owed or unpaid. Yuan, or money-fund shares at 1.00.
pub(super) fn open_ends(view: &View<'_>) -> Vec<OpenEnd> {
    let plan = view.plan;
    let mut ends: Vec<(Arc<str>, Decimal)> = Vec::new();
    if let Some(shares) = plan.wallet.open(view) {
        ends.push((END.into(), shares.decimal()));
    } else if !plan.out.is_over(view) {
        ends.push((END.into(), by_hand::NOTHING));
    }
    match plan.payout.open_end(view) {
        Some(end) => ends.push(end),
        None if nothing_to_pay(view) && !view.open.notes.is_disputed() => {}
        None if !plan.payout.is_requested(view) && plan.wallet.spent(view).is_some() => {
            let proceeds = plan.out.proceeds(view).unwrap_or_default();
            ends.push((PROCEEDS.into(), proceeds.decimal()));
        }
        None => {}
    }
    ends.extend(plan.compensations.open_end(view));
    let ends = ends.into_iter().map(|(name, worth)| OpenEnd { name, worth });
    ends.chain(lacking::end(&Withdraw::lacks(view))).chain(difference(view)).collect()
}

/// What the payout does not carry any more, or carried too much of.
fn difference(view: &View<'_>) -> Option<OpenEnd> {
    let asked = view.plan.payout.payout(view)?.terms.amount;
    let settled = view.plan.out.is_over(view) && !view.open.notes.is_disputed();
    let brought = view.plan.out.proceeds(view).filter(|_| settled)?;
    by_hand::difference(brought, asked.into())
}

/// What an open end of that name is counted in.
pub(super) fn unit(view: &View<'_>, end: &str) -> String {
    let shares = [END, lacking::MISSING].contains(&end);
    if shares { units::shares_of(view.open.request.fund) } else { units::YUAN.to_owned() }
}

impl HasBank for Withdraw {
    fn at_bank(plan: &Plan) -> AtBank<'_> {
        AtBank {
            payment: None,
            payouts: vec![(&plan.payout, PAYOUT)],
            compensations: &plan.compensations,
        }
    }
}
