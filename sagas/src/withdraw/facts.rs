//! What each word of the table means on the log, and when each time is.

use super::{
    Fact, Plan, When, one_sum,
    saga::{View, Withdraw},
};
use crate::parts::{
    application::FundSaga as _,
    by_hand::{self, Origin},
    cancel,
    fate::{self, Given},
    lacking,
    last_word::{self, AtBank, HasBank},
    portions::Portion,
    timing, units,
};
use fundflow_domain::{
    calendar::TradingDay,
    money::{Income, Shares},
    time::Timestamp,
    wallet::Reservation,
};
use fundflow_runtime::{saga::OpenEnd, turn::NotDone};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Open ends that an operator disposes of while shares are reserved.
pub(super) const END: &str = "redemption";

pub(super) fn holds(view: &View<'_>, fact: Fact) -> bool {
    let (plan, notes) = (view.plan, &view.open.notes);
    let (out, payouts, wallet) = (&plan.out, &plan.payouts, &plan.wallet);
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
        Fact::PayoutsForeseen => !is_booked_and_ours(view) || payouts.are_foreseen(view, out),
        Fact::PayoutsRequested => next_payout(view).is_none(),
        Fact::PayoutsAnswered => {
            by_hand::has(view, PAYOUT) || payouts.legs.unanswered(view).is_none()
        }
        Fact::LaneAnswered(lane) => {
            by_hand::has(view, PAYOUT) || payouts.legs.unanswered_in(view, lane).is_none()
        }
        Fact::AllPaidOut => out.is_over(view) && may_be_paid(view) && payouts.are_paid(view, out),
        Fact::Ended => view.ending.is_some(),
        Fact::Compensated(lane) => view.plan.compensations.are_answered_in(view, lane),
        Fact::CompensationTaken => view.plan.compensations.none_is_refused(view),
        Fact::CancelSettled => cancel::is_settled(view, out),
        Fact::CancelRefused => cancel::is_refused(view),
        Fact::Closed => out.need_not_be_closed(view, END),
        Fact::Heard if one_sum::pays_at_once(view) => out.is_over(view),
        Fact::Heard => out.brings_no_more(view),
        Fact::IncomeBooked => wallet.spent(view).is_none() || settled(view),
        Fact::PayoutRequested
        | Fact::PayoutAnswered
        | Fact::PaidOut
        | Fact::ProceedsRequested
        | Fact::ProceedsAnswered => one_sum::holds(view, fact),
        Fact::NoneRefused => by_hand::has(view, PAYOUT) || payouts.legs.refused(view).is_none(),
        Fact::NothingReserved => wallet.held(view).is_none() || !out.lets_go(view),
        Fact::BankHeard => last_word::is_heard(view),
        Fact::HandedOver => by_hand::is_handed_over(view),
        Fact::NothingMissing => !wallet.waits_for_shares(view),
    }
}

/// Open ends that an operator disposes of once shares have left.
pub(super) const PROCEEDS: &str = "proceeds";

/// Open ends that an operator disposes of once the bank was asked to pay it out.
pub(super) const PAYOUT: &str = "payout";

/// Whoever has what is under way has what comes after it.
pub(super) fn comes_of(end: &str) -> Option<Origin> {
    match end {
        PROCEEDS => Some(Origin::owed(&[END, PAYOUT])),
        PAYOUT => Some(Origin::owed(&[])),
        _ => None,
    }
}

/// What a record took is out of the wallet, none is in dispute, and nobody pays it by hand. A case on a record
/// that was never stored keeps nothing that is paid by the table.
fn may_be_paid(view: &View<'_>) -> bool {
    let over = view.ending.is_some();
    let disputed = if over { view.open.notes.is_disputed() } else { !view.plan.out.is_sound(view) };
    !disputed && is_booked_and_ours(view)
}

fn is_booked_and_ours(view: &View<'_>) -> bool {
    !by_hand::is_by_hand(view, PROCEEDS) && holds(view, Fact::Booked)
}

/// The first payout that was not announced, of a record that is not in dispute.
pub(super) fn next_payout<'a>(view: &View<'a>) -> Option<Portion<'a>> {
    let out = &view.plan.out;
    let disputed = view.ending.is_some() && out.is_another_disputed(view);
    if disputed || !is_booked_and_ours(view) {
        return None;
    }
    view.plan.payouts.next(view, out, |said| out.is_sure(view, said))
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
            When::CompensationOverdue(lane) => {
                view.plan.compensations.overdue_in(house, view, lane)
            }
            When::NextCutOff => house.cut_off_after(trade_date(view), 1),
            When::Due => timing::asked_from(view, house.noon_after(self.confirmed_by(view)?, 0)),
            When::Overdue => house.noon_after(self.confirmed_by(view)?, 1),
            When::MoneyDue => house.noon_after(self.money_here(view).ok()?, 0),
            When::MoneyOverdue => view.plan.payouts.legs.overdue(house, view),
            When::LaneOverdue(lane) => view.plan.payouts.legs.overdue_in(house, view, lane),
        }
    }

    /// The day on which the registrar's next word is due.
    fn confirmed_by(&self, view: &View<'_>) -> Option<TradingDay> {
        let application = view.plan.out.application(view);
        application.map_or(Some(view.open.promise.confirm_by), |it| self.house.word_due(it))
    }

    /// The day on which the money of the next payout is here.
    pub(super) fn money_here(&self, view: &View<'_>) -> Result<TradingDay, NotDone> {
        if one_sum::pays_at_once(view) {
            return self.all_here(view);
        }
        let of = (view.open.request.fund, trade_date(view));
        match next_payout(view) {
            // A money fund pays after its word, where that comes late.
            Some(next) => {
                let paid_by = self.house.all_paid_by(of, Some(next.record()))?;
                Ok(next.here(&self.house)?.max(paid_by))
            }
            None => self.house.paid_by(of.0, of.1),
        }
    }
}

/// Everything that is reserved, owed or unpaid. Yuan, or money-fund shares at 1.00.
pub(super) fn open_ends(view: &View<'_>) -> Vec<OpenEnd> {
    let plan = view.plan;
    let at_once = one_sum::pays_at_once(view);
    let mut ends = if at_once { one_sum::open_ends(view) } else { by_record(view) };
    ends.extend(plan.compensations.open_end(view));
    let ends = ends.into_iter().map(|(name, worth)| OpenEnd { name, worth });
    let difference = if at_once { one_sum::difference(view) } else { difference(view) };
    ends.chain(lacking::end(&Withdraw::lacks(view))).chain(difference).collect()
}

/// Shares that wait for the registrar's next word, money that the bank has, and money that it was not asked for.
fn by_record(view: &View<'_>) -> Vec<(Arc<str>, Decimal)> {
    let (plan, legs) = (view.plan, &view.plan.payouts.legs);
    let mut ends = Vec::new();
    let over = plan.out.is_over(view) && plan.wallet.open(view).is_none();
    if !over && !plan.out.lacks_only_its_mark(view) {
        let held = plan.wallet.held(view).map_or(by_hand::NOTHING, Shares::decimal);
        ends.push((END.into(), held));
    }
    let asked = legs.asked_for(view);
    let under_way = asked.minus(legs.paid(view)).unwrap_or_default();
    let brought = plan.out.proceeds(view).unwrap_or_default();
    let unasked = brought.minus(asked).filter(|_| difference(view).is_none()).unwrap_or_default();
    if !under_way.is_zero() {
        ends.push((PAYOUT.into(), under_way.decimal()));
    }
    // What a record in dispute brought is somebody's matter, also where it says that it is nothing.
    let disputed = view.open.notes.is_disputed() && plan.wallet.spent(view).is_some();
    if !unasked.is_zero() || (disputed && asked.is_zero()) {
        ends.push((PROCEEDS.into(), unasked.decimal()));
    }
    ends
}

/// What no payout carries any more, or too much of which was carried.
fn difference(view: &View<'_>) -> Option<OpenEnd> {
    let asked = view.plan.payouts.legs.asked_for(view);
    let settled = view.plan.out.brings_no_more(view) && !view.open.notes.is_disputed();
    let more = may_be_paid(view) && !view.plan.payouts.are_asked_for(view, &view.plan.out);
    if !settled || asked.is_zero() || more {
        return None;
    }
    let brought = view.plan.out.proceeds(view).unwrap_or_default();
    // A person has what was not asked for, whatever it is; only too much of it is a difference.
    let theirs = by_hand::is_by_hand(view, PROCEEDS) && asked <= brought;
    by_hand::difference(brought, asked).filter(|_| !theirs)
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
        PAYOUT | PROCEEDS => fate::transfer(view, end, to),
        _ => return fate::at_bank(view, end, to),
    })
}

impl HasBank for Withdraw {
    fn at_bank(plan: &Plan) -> AtBank<'_> {
        AtBank {
            payment: None,
            payouts: plan.payouts.legs.iter().map(|leg| (leg, PAYOUT)).collect(),
            compensations: &plan.compensations,
        }
    }
}
