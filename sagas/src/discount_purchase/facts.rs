//! What each word of the tables means on the log, and when each time is.

use super::{
    Fact, When, ends,
    saga::{DiscountPurchase, View},
};
use crate::parts::{
    application::ApplicationLeg, cancel, day_refused, last_word, milestone::Scope,
    occurrence::Tell, refunds, timing,
};
use fundflow_domain::{
    application::{Application, Confirmation, Outcome},
    calendar::TradingDay,
    modes::ConversionMode,
    money::{Income, Money},
    time::Timestamp,
    wallet::{Credit, Entry, Reservation},
};
use fundflow_runtime::turn::NotDone;

/// What the purchase did to its wallet.
pub(super) fn entry(view: &View<'_>) -> Entry {
    view.plan.wallet.entry(view)
}

pub(super) fn holds(view: &View<'_>, fact: Fact) -> bool {
    let (plan, notes) = (view.plan, &view.open.notes);
    let (buy, out, target) = (&plan.buy, &plan.out, &plan.target);
    match fact {
        Fact::PlanKnows(what) => plan_knows(view, what),
        Fact::Counted => notes.turned_away.is_some() || plan.limits.are_counted(view),
        Fact::GivenBack => plan.limits.are_given_back(view) && plan.limits_next.are_free(view),
        Fact::PaymentRequested => plan.payment.is_requested(view),
        Fact::Paid => plan.payment.is_paid(view),
        Fact::Declined => plan.payment.is_over_unpaid(view),
        Fact::Dated => plan.payment.is_paid(view) && !notes.undated,
        Fact::Admitted => !notes.undecided && (buy.is_placed(view) || !is_turned_away(view)),
        Fact::TurnedAway => is_turned_away(view),
        Fact::StandsOnDay => falls_with_day(view).is_none(),
        Fact::BuyPlaced => buy.is_placed(view),
        Fact::BuyAccepted => buy.is_accepted(view),
        Fact::BuyRejected => buy.is_rejected(view),
        Fact::BuyConfirmed => buy.is_confirmed(view) && sound(view, buy),
        Fact::Credited => entry(view).credit != Credit::None,
        Fact::CreditConfirmed => is_credit_confirmed(view),
        Fact::CreditReversed => plan.wallet.is_reversed(view, buy),
        Fact::Committed => notes.committed,
        Fact::Reserved => entry(view).reservation != Reservation::None,
        Fact::ReserveUnwanted => unwanted(view),
        Fact::Released => entry(view).reservation == Reservation::Released,
        Fact::NoneInDispute => !is_held_in_dispute(view),
        Fact::OutPlaced => out.is_placed(view),
        Fact::OutAccepted => out.is_accepted(view),
        Fact::OutRejected => is_out_rejected(view),
        Fact::OutConfirmed => is_out_confirmed(view),
        Fact::OutConfirmedAtAll => out.is_confirmed(view),
        Fact::OutFallen => !out.is_placed(view) || is_out_rejected(view),
        Fact::OutStands => out.is_confirmed(view) || bought_for_nothing(view),
        Fact::Spent => is_spent(view),
        Fact::IncomeSettled => is_income_settled(view),
        Fact::TargetPlaced => target.is_placed(view),
        Fact::TargetAccepted => target.is_accepted(view),
        Fact::TargetRejected => target.is_rejected(view) || unbought(view) || brought_nothing(view),
        Fact::TargetConfirmed => target.is_confirmed(view) && sound(view, target),
        Fact::TargetCredited => is_target_credited(view),
        Fact::RefundRequested => plan.payment.is_paid_back(view),
        Fact::NothingOwed | Fact::NothingOwedIn(_) => owes_nothing(view, fact),
        Fact::PayoutRequested => plan.payout.is_requested(view) || brought_nothing(view),
        Fact::PayoutAnswered => plan.payout.is_answered(view) || brought_nothing(view),
        Fact::PaidOut => plan.payout.is_paid_out(view) || brought_nothing(view),
        Fact::RestRequested => plan.payout.is_requested(view) || is_spent_on_target(view),
        Fact::RestAnswered => plan.payout.is_answered(view) || is_spent_on_target(view),
        Fact::RestPaidOut => plan.payout.is_paid_out(view) || is_spent_on_target(view),
        Fact::TargetGivenBack => is_target_given_back(view),
        Fact::Ended => view.ending.is_some(),
        Fact::Compensated(lane) => view.plan.compensations.are_answered_in(view, lane),
        Fact::CompensationTaken => view.plan.compensations.none_is_refused(view),
        Fact::OutCancelSettled => cancel_settled(view, out, || true),
        Fact::BuyCancelSettled => is_buy_taken_back(view),
        Fact::TargetCancelSettled => is_target_taken_back(view),
        Fact::CancelRefused => cancel::is_refused(view),
        Fact::Booked => is_booked(view),
        Fact::AtLast(what) => ends::holds(view, what),
    }
}

/// Nothing is to go back, in that lane or at all.
fn owes_nothing(view: &View<'_>, fact: Fact) -> bool {
    match fact {
        Fact::NothingOwedIn(lane) => view.plan.payment.owed_in(view, lane).is_none(),
        _ => view.plan.payment.owes_nothing(view),
    }
}

/// True of a purchase that belongs to no plan.
fn plan_knows(view: &View<'_>, what: Tell) -> bool {
    view.plan.occurrence.as_ref().is_none_or(|occurrence| occurrence.knows(view, what))
}

/// A dispute that came after the end takes nothing back until a person says so.
fn sound(view: &View<'_>, leg: &ApplicationLeg) -> bool {
    view.ending.is_some() || leg.is_sound(view)
}

/// Nothing more is to be done with the money-fund shares: they stay in the wallet, if there are any.
fn unwanted(view: &View<'_>) -> bool {
    view.open.notes.cancel.is_some()
        || view.open.notes.turned_away.is_some()
        || bought_nothing(view)
}

/// The purchase is confirmed, and no shares came of it, as a person has accepted.
pub(super) fn bought_nothing(view: &View<'_>) -> bool {
    let nothing = || matches!(entry(view).credit, Credit::Confirmed(shares) if shares.is_zero());
    view.plan.buy.is_confirmed(view) && nothing()
}

/// It goes no further than the money: a rule, the investor, or a day that was refused says so.
fn is_turned_away(view: &View<'_>) -> bool {
    let notes = &view.open.notes;
    // A later T that was not decided on yet is another day.
    let day_refused = || !notes.undecided && view.plan.limits.are_refused(view);
    notes.turned_away.is_some() || taken_back_whole(view) || day_refused()
}

/// How much of it falls with a day of which no order stands: all of it while the money-fund order does,
/// or is of the target's T; only the target's order later.
pub(super) fn falls_with_day(view: &View<'_>) -> Option<Scope> {
    let plan = view.plan;
    if !plan.limits.are_refused(view) && !plan.target_limits.are_refused(view) {
        return None;
    }
    let (of_target, others) = (&plan.target_limits, plan.limits.without(&plan.target_limits));
    let one_t = plan.mode == ConversionMode::LinkedSameDay;
    if day_refused::falls(view, &plan.buy, &others)
        || (one_t && day_refused::falls(view, &plan.buy, of_target))
    {
        return Some(Scope::All);
    }
    day_refused::falls(view, plan.target_order(), of_target).then_some(Scope::Conversion)
}

fn is_target_given_back(view: &View<'_>) -> bool {
    let plan = view.plan;
    let free = plan.target_limits.are_free(view) && plan.limits_next.are_free(view);
    free || !is_target_lost(view)
}

/// No shares of the target will come.
fn is_target_lost(view: &View<'_>) -> bool {
    let (plan, over) = (view.plan, view.ending.is_some());
    let order = plan.target_order();
    if order.is_placed(view) {
        return order.is_rejected(view);
    }
    let never_left = plan.out.is_rejected(view) || (!plan.out.is_placed(view) && unwanted(view));
    over || never_left || unbought(view) || brought_nothing(view)
}

/// The investor wants none of it.
fn taken_back_whole(view: &View<'_>) -> bool {
    matches!(view.open.notes.cancel, Some((_, Scope::All)))
}

/// Nothing is left to be taken back of the money-fund order: most often the investor keeps it.
fn is_buy_taken_back(view: &View<'_>) -> bool {
    !taken_back_whole(view) || cancel_settled(view, &view.plan.buy, || view.plan.out.is_over(view))
}

/// The same of the target's: only where its own T did not take it, or the investor does not want it, since
/// whoever takes the purchase back was heard before.
fn is_target_taken_back(view: &View<'_>) -> bool {
    let stays = view.open.notes.turned_away.is_none() && !is_target_unwanted(view);
    stays || cancel_settled(view, &view.plan.target, || true)
}

/// The investor takes back what the money of the redemption would buy.
fn is_target_unwanted(view: &View<'_>) -> bool {
    matches!(view.open.notes.cancel, Some((_, Scope::Target)))
}

/// Whether what is to be taken back of that order is settled: nothing is asked, the registrar said
/// no, or the order is over. One that the registrar has not taken yet is taken back once it has.
fn cancel_settled(view: &View<'_>, leg: &ApplicationLeg, next: impl Fn() -> bool) -> bool {
    cancel::is_settled(view, leg) || !next()
}

/// The redemption took shares and brought no money, as a person has accepted.
fn brought_nothing(view: &View<'_>) -> bool {
    let plan = view.plan;
    let left = plan.mode == ConversionMode::RedeemToPurchase && plan.wallet.spent(view).is_some();
    left && plan.out.is_sound(view) && plan.out.proceeds(view).is_some_and(Money::is_zero)
}

/// The registrar's word is there and adds up, or the money went on before it was taken back.
fn is_out_confirmed(view: &View<'_>) -> bool {
    let out = &view.plan.out;
    (out.is_confirmed(view) && sound(view, out)) || bought_for_nothing(view)
}

fn is_spent(view: &View<'_>) -> bool {
    let (wallet, out) = (&view.plan.wallet, &view.plan.out);
    let gone = wallet.spent(view).is_some() || bought_for_nothing(view);
    gone && wallet.is_booked_out(view, out)
}

/// No shares leave the money fund, and no money of theirs has gone on.
fn is_out_rejected(view: &View<'_>) -> bool {
    let out = &view.plan.out;
    let falls = out.is_rejected(view) && !bought_for_nothing(view);
    falls || (!out.is_placed(view) && unwanted(view))
}

/// The table waits until the purchase adds up; of its shares only what is in dispute is held meanwhile.
fn is_held_in_dispute(view: &View<'_>) -> bool {
    let (buy, entry) = (&view.plan.buy, entry(view));
    let there = matches!(entry.credit, Credit::Confirmed(_));
    let held = there && matches!(entry.reservation, Reservation::Held(_));
    held && buy.is_confirmed(view) && !sound(view, buy) && is_out_rejected(view)
}

/// The registrar takes a redemption back whose money has gone on to the target: that is not unwound, and
/// what the investor has too much is got back by a person.
fn bought_for_nothing(view: &View<'_>) -> bool {
    let (out, target) = (&view.plan.out, &view.plan.target);
    out.is_rejected(view) && target.is_placed(view) && !target.is_rejected(view)
}

/// The money of the redemption will buy nothing: the target does not take it, or the investor does not want it.
fn unbought(view: &View<'_>) -> bool {
    view.plan.mode == ConversionMode::RedeemToPurchase
        && (view.open.notes.turned_away.is_some() || is_target_unwanted(view))
        && !view.plan.target.is_placed(view)
}

fn is_credit_confirmed(view: &View<'_>) -> bool {
    let (plan, wallet) = (view.plan, &view.plan.wallet);
    let there = wallet.is_credited(view) && wallet.is_booked_in(view, &plan.buy);
    there && refunds::not_accepted(view, &plan.payment, &plan.buy).is_none()
}

pub(super) fn is_target_credited(view: &View<'_>) -> bool {
    let leg = view.plan.target_order();
    leg.is_confirmed(view) && view.plan.holdings.is_booked_in(view, leg)
}

/// Wallet and holdings are as the registrars' records and the cases say.
fn is_booked(view: &View<'_>) -> bool {
    let (plan, target) = (view.plan, view.plan.target_order());
    plan.wallet.is_booked_in(view, &plan.buy)
        && plan.wallet.is_booked_out(view, &plan.out)
        && (!target.is_placed(view) || plan.holdings.is_booked_in(view, target))
        && (view.ending.is_none() || is_income_settled(view))
}

/// T of the money-fund order, or of what was promised until that is placed.
pub(super) fn trade_date(view: &View<'_>) -> TradingDay {
    let promised = view.open.notes.promise(&view.open.promise).trade_date;
    let placed = |leg: &ApplicationLeg| leg.application(view).map(|it| it.terms.trade_date);
    placed(&view.plan.buy).or_else(|| placed(&view.plan.out)).unwrap_or(promised)
}

impl DiscountPurchase {
    pub(super) fn instant(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        let (house, plan) = (&self.house, view.plan);
        let t = trade_date(view);
        let of = |leg: &ApplicationLeg| leg.application(view).map_or(t, |it| it.terms.trade_date);
        let due = |leg| {
            let placed: Option<&Application> = ApplicationLeg::application(leg, view);
            placed.map_or(t, |it| it.terms.promised.confirm_by)
        };
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
            When::BuyUnwanted => view.open.request.only_today.then(|| house.sealed_by(t, None)),
            When::OutUnwanted => {
                let priced = plan.mode.is_conversion() && view.open.request.only_today;
                plan.out.application(view).filter(|_| priced).map(|it| house.cut_off(&it.terms))
            }
            When::NextCutOff => house.cut_off_after(t.max(of(&plan.out)), 1),
            When::TargetCutOff => house.cut_off_after(of(&plan.target), 1),
            When::BuyDue => timing::asked_from(view, house.noon_after(due(&plan.buy), 0)),
            When::BuyOverdue => house.noon_after(due(&plan.buy), 1),
            When::OutDue => timing::asked_from(view, house.noon_after(due(&plan.out), 0)),
            When::OutOverdue => house.noon_after(due(&plan.out), 1),
            When::MoneyDue => house.noon_after(self.money_here(view).ok()?, 0),
            When::RefundOverdue => plan.payment.refund_overdue(house, view, t),
            When::RefundOverdueIn(lane) => plan.payment.refund_overdue_in(house, view, (t, lane)),
            When::PayoutOverdue => plan.payout.overdue(house, view),
            When::TargetDue => timing::asked_from(view, house.noon_after(due(&plan.target), 0)),
            When::TargetOverdue => house.noon_after(due(&plan.target), 1),
        }
    }
}

impl DiscountPurchase {
    /// The day on which the fund's money is here: of a redemption, or of the income that a conversion took along.
    pub(super) fn money_here(&self, view: &View<'_>) -> Result<TradingDay, NotDone> {
        let out = &view.plan.out;
        let t = out.trade_date(view).unwrap_or_else(|| trade_date(view));
        self.house.all_paid_by((view.open.request.wallet_fund, t), out.confirmation(view))
    }
}

/// Nothing went along with the shares, or it is booked.
pub(super) fn is_income_settled(view: &View<'_>) -> bool {
    let (plan, wallet) = (view.plan, &view.plan.wallet);
    let Some(state) = wallet.state(view.streams) else { return false };
    let came = plan.out.income(view).is_some_and(|income| income != Income::ZERO);
    // Income that is published once it is over is another's, or left behind.
    let due = came || (view.ending.is_none() && state.is_to_settle(view.id));
    state.settled_income(view.id).is_some() || wallet.spent(view).is_none() || !due
}

/// Yuan of unpaid income that came along with the shares; what is below zero is none.
pub(super) fn income(view: &View<'_>) -> Money {
    let income = view.plan.out.income(view).unwrap_or(Income::ZERO);
    Money::new(income.decimal()).unwrap_or(Money::ZERO)
}

/// What the investor gets in money: what the target's order did not accept of what the redemption
/// brought, or the income that came along with a conversion.
pub(super) fn rest(view: &View<'_>) -> Option<Money> {
    if view.plan.mode.is_conversion() {
        return Some(income(view));
    }
    view.plan.out.proceeds(view)?.minus(taken_by_target(view)?)
}

/// Yuan that the target's order took, over all records of its registrar.
pub(super) fn taken_by_target(view: &View<'_>) -> Option<Money> {
    let accepted = |said: &Confirmation| match &said.outcome {
        Outcome::Purchase(numbers) => Some(numbers.amount),
        Outcome::Redemption(_)
        | Outcome::Subscription(_)
        | Outcome::Conversion(_)
        | Outcome::FastTransfer(_) => None,
    };
    let target = view.plan.target.application(view);
    let mut parts = target.into_iter().flat_map(Application::confirmations).map(accepted);
    parts.try_fold(Money::ZERO, |sum, part| sum.plus(part?))
}

/// Nothing is left of it.
pub(super) fn is_spent_on_target(view: &View<'_>) -> bool {
    rest(view).is_none_or(Money::is_zero)
}
