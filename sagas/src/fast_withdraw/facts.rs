//! What each word of the table means on the log, and when each time is.

use super::{
    Fact, When, bank, bank_shares, day, overpaid,
    saga::{FastWithdraw, View},
};
use crate::parts::{
    application::ApplicationLeg,
    application::FundSaga as _,
    by_hand::{self, Origin},
    disputes::hold_up,
    fate::{self, Given, Stand},
    lacking, last_word, timing,
    to_come::Counted,
    units,
};
use fundflow_domain::{
    calendar::TradingDay, case::CaseId, fast_quota::Entry, money::Shares, time::Timestamp,
    wallet::Reservation,
};
use fundflow_runtime::{process::Disposition, saga::OpenEnd};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Open ends that an operator disposes of while shares are reserved.
const END: &str = "transfer";
/// The same while the bank waits for its money.
pub(super) const BANK_END: &str = "repayment";
/// The same while nobody knows whether the bank has paid.
pub(super) const ADVANCE_END: &str = "advance";
/// The same while the registrar's word on the bank's redemption is still to come.
pub(super) const REDEMPTION_END: &str = "redemption";

pub(super) fn holds(view: &View<'_>, fact: Fact) -> bool {
    let plan = view.plan;
    let (advance, transfer, redemption) = (&plan.advance, &plan.transfer, &plan.redemption);
    match fact {
        Fact::Counted => quota(view).is_some() || advance.is_advanced(view) || is_declined(view),
        Fact::QuotasBalance => day::is_balanced(view),
        Fact::GivenBack => matches!(quota(view), Some(Entry::GivenBack)),
        Fact::Reserved => plan.wallet.entry(view).reservation != Reservation::None,
        Fact::Released => plan.wallet.entry(view).reservation == Reservation::Released,
        Fact::AdvanceRequested => advance.is_requested(view),
        Fact::Advanced => advance.is_advanced(view),
        Fact::Declined => is_declined(view),
        Fact::TransferPlaced => transfer.is_placed(view),
        Fact::TransferAccepted => transfer.is_accepted(view),
        Fact::TransferRejected => transfer.is_rejected(view),
        Fact::TransferConfirmed => transfer.is_confirmed(view) && transfer.is_sound(view),
        Fact::TakenOut => {
            plan.wallet.spent(view).is_some() && plan.wallet.is_booked_out(view, transfer)
        }
        Fact::Booked => is_booked(view),
        Fact::RedemptionPlaced => redemption.is_placed(view),
        Fact::RedemptionFits => bank_shares::fitting(view).is_none(),
        Fact::RedemptionAccepted => redemption.is_accepted(view),
        Fact::RedemptionRejected => redemption.is_rejected(view),
        Fact::Redeemed => redemption.is_confirmed(view) && !hold_up(view),
        Fact::RepaymentRequested => advance.is_repaying(view, plan.brought(view)),
        Fact::Repaid => {
            // What a redemption brought all the same is repaid once the saga has ended. What is on its way for
            // one that is rejected since arrives, and is asked back then.
            let rejected = transfer.is_rejected(view) || redemption.is_rejected(view);
            let is_left = rejected && advance.is_on_its_way(view);
            let settled = advance.is_settled(view) || is_left;
            settled && holds(view, Fact::RepaymentRequested)
        }
        Fact::PersonDecided => is_decided(view),
        Fact::CashIsOut => advance.is_advanced(view) && !is_decided(view),
        Fact::BankSettled => !is_banks_turn(view) || is_bank_informed(view),
        Fact::BankPaid => !advance.is_on_its_way(view) || is_by_hand(view),
        Fact::Ended => view.ending.is_some(),
        Fact::AdvanceClosed => {
            !is_unknown(view) || !ApplicationLeg::is_given_back(view, ADVANCE_END)
        }
        Fact::AdvanceHeard => !is_unknown(view),
        Fact::TransferClosed => transfer.need_not_be_closed(view, END),
        Fact::RedemptionClosed => redemption.need_not_be_closed(view, REDEMPTION_END),
        Fact::TransferHeard => transfer.is_over(view),
        Fact::RedemptionHeard => redemption.is_over(view),
        Fact::NothingReserved => {
            let may_be_out = is_unknown(view) || day::are_paid_for(view);
            plan.wallet.held(view).is_none() || !transfer.lets_go(view) || may_be_out
        }
        Fact::Compensated(lane) => plan.compensations.are_answered_in(view, lane),
        Fact::CompensationTaken => plan.compensations.none_is_refused(view),
        Fact::BankHeard => bank::is_heard(view) && last_word::is_heard(view),
        Fact::HandedOver => by_hand::is_handed_over(view),
        Fact::NothingMissing => !plan.wallet.waits_for_shares(view),
        Fact::AskedBack => overpaid::is_asked_back(view),
        Fact::ClaimAgreed => is_agreed(view),
    }
}

/// The wallet is as the records say, what is in dispute is held, and what does not fit has its case.
fn is_booked(view: &View<'_>) -> bool {
    let plan = view.plan;
    let held = || bank_shares::is_held(view) && bank_shares::is_said(view);
    plan.wallet.is_booked_out(view, &plan.transfer) && held()
}

/// No case on what the bank has is left for a person to close.
fn is_agreed(view: &View<'_>) -> bool {
    let waits = overpaid::is_waited_for(view) || bank_shares::is_waited_for(view);
    bank::is_agreed(view) && !waits
}

/// A person has closed the case on what the registrar did not do after the cash was out.
fn is_decided(view: &View<'_>) -> bool {
    let (transfer, redemption) = (&view.plan.transfer, &view.plan.redemption);
    // A transfer may be rejected after all once the bank's redemption is under way, or done.
    let is_redemption = redemption.is_placed(view) && !transfer.is_rejected(view);
    let leg = if is_redemption { redemption } else { transfer };
    let record = || Some(leg.application(view)?.case_of(leg.confirmation(view)?));
    let settled = |case: CaseId| view.open.notes.settled.contains(&case);
    !hold_up(view) && leg.rejection_case(view).or_else(record).is_some_and(settled)
}

/// No cash goes out: the bank declined, or it is not asked any more.
fn is_declined(view: &View<'_>) -> bool {
    let advance = &view.plan.advance;
    let unasked = view.open.notes.turned_away.is_some() && !advance.is_requested(view);
    advance.is_declined(view) || unasked
}

/// The cash may be out, and the bank has not said so.
pub(super) fn is_unknown(view: &View<'_>) -> bool {
    let advance = &view.plan.advance;
    advance.is_requested(view) && !advance.is_advanced(view) && !advance.is_declined(view)
}

/// A person settles with the bank: as was said of what it is owed, or of cash that it paid later.
pub(super) fn is_by_hand(view: &View<'_>) -> bool {
    let disposed = view.open.disposed(BANK_END).or_else(|| view.open.disposed(ADVANCE_END));
    disposed.is_some_and(|it| !matches!(it.disposition, Disposition::Refund))
}

/// Whoever has an advance that nobody knows of owes the bank what it turns out to have paid. A claim that
/// was left to the bank is a person's matter as well.
pub(super) fn comes_of(view: &View<'_>, end: &str) -> Option<Origin> {
    let has = is_by_hand(view) || by_hand::has(view, BANK_END);
    (end == BANK_END && has).then_some(Origin::owed(&[ADVANCE_END]))
}

/// It is over, what came of the bank's shares is known, as far as it ever will be, and nothing has to be reported
/// first.
fn is_banks_turn(view: &View<'_>) -> bool {
    let reported = || by_hand::is_handed_over(view) && !overpaid::is_waited_for(view);
    bank::last_word(view).is_some() && !view.open.notes.is_disputed() && reported()
}

/// Where a person settles with the bank by hand, only what the bank keeps, or has too much, is reported to it.
fn is_bank_informed(view: &View<'_>) -> bool {
    if overpaid::given_back(view).is_some() {
        return false;
    }
    if is_by_hand(view) {
        return view.plan.advance.is_keeping(view, view.plan.brought(view));
    }
    holds(view, Fact::RepaymentRequested)
}

fn quota<'a>(view: &View<'a>) -> Option<&'a Entry> {
    view.state(&view.plan.quota)?.entry(view.id)
}

/// T of the transfer, or the promised one until that is placed.
pub(super) fn trade_date(view: &View<'_>) -> TradingDay {
    view.plan.transfer.trade_date(view).unwrap_or_else(|| timing::promised_day(view))
}

impl FastWithdraw {
    pub(super) fn instant(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        let (house, plan) = (&self.house, view.plan);
        let t = trade_date(view);
        let redeemed = plan.redemption.trade_date(view).unwrap_or(t);
        let due = |leg: &ApplicationLeg| {
            let promised = day::promise(view).admitted.confirm_by;
            leg.application(view).map_or(Some(promised), |it| house.word_due(it))
        };
        let of = (view.open.request.fund, redeemed);
        let here = || house.all_paid_by(of, plan.redemption.confirmation(view)).ok();
        match when {
            When::BankAsked => last_word::asked_from(view),
            When::BankOverdue => last_word::overdue(self, view),
            When::EndOfDay => {
                let next = day::promise(view).quota.day.succ_opt()?;
                let end = Timestamp::shanghai(next, chrono::NaiveTime::MIN);
                timing::asked_from(view, Some(end))
            }
            When::EndOfDayOrT => {
                let t = house.calendar.cut_off(day::promise(view).admitted.trade_date);
                self.instant(view, When::EndOfDay).map(|end| end.min(t))
            }
            When::NextDay => {
                let next = day::last_counted(view).succ_opt()?;
                Some(Timestamp::shanghai(next, chrono::NaiveTime::MIN))
            }
            When::NextCutOff => house.cut_off_after(t, 1),
            When::TransferDue => {
                timing::asked_from(view, house.noon_after(due(&plan.transfer)?, 0))
            }
            When::TransferOverdue => house.noon_after(due(&plan.transfer)?, 1),
            When::RedemptionNextCutOff => house.cut_off_after(redeemed, 1),
            When::RedemptionDue => {
                timing::asked_from(view, house.noon_after(due(&plan.redemption)?, 0))
            }
            When::RedemptionOverdue => house.noon_after(due(&plan.redemption)?, 1),
            When::MoneyDue => house.noon_after(here()?, 0),
            When::MoneyOverdue => {
                let here = here()?;
                let asked = plan.advance.repayment_asked_at(view);
                let asked = asked.and_then(|at| house.calendar.t_of(at).ok());
                house.cut_off_after(asked.map_or(here, |day| day.max(here)), 1)
            }
            When::CompensationOverdue(lane) => plan.compensations.overdue_in(house, view, lane),
        }
    }
}

/// The same, and as the claim by now what a person left to the bank.
pub(super) fn owed(view: &View<'_>) -> Vec<OpenEnd> {
    let mut ends = open_ends(view, Counted::Left);
    if let Some(worth) = bank::claim(view) {
        ends.retain(|end| *end.name != *BANK_END);
        ends.push(OpenEnd { name: BANK_END.into(), worth });
    }
    ends
}

/// Everything that is reserved, owed or unpaid. Yuan, or money-fund shares at 1.00.
pub(super) fn open_ends(view: &View<'_>, counted: Counted) -> Vec<OpenEnd> {
    let plan = view.plan;
    let mut ends: Vec<(Arc<str>, Decimal)> = Vec::new();
    if let Some(shares) = plan.wallet.open(view) {
        // What left is the bank's.
        let held = || plan.wallet.held(view).map_or(by_hand::NOTHING, Shares::decimal);
        let worth = if counted == Counted::Left { held() } else { shares.decimal() };
        ends.push((END.into(), worth));
    }
    // What a person pays instead of a transfer that is on its way is as much as is owed now.
    let is_sent = plan.advance.is_on_its_way(view) && !is_by_hand(view);
    ends.extend(plan.advance.open_end(view).map(|(name, worth)| match bank::still_owed(view) {
        Some(owed) if !is_unknown(view) && !is_sent => (name, owed),
        Some(_) | None => (name, worth),
    }));
    // What it brings is the bank's, and is counted there.
    if !plan.redemption.is_over(view) {
        ends.push((REDEMPTION_END.into(), by_hand::NOTHING));
    }
    ends.extend(plan.compensations.open_end(view));
    let ends = ends.into_iter().map(|(name, worth)| OpenEnd { name, worth });
    ends.chain(lacking::end(&FastWithdraw::lacks(view))).collect()
}

/// Unit of an open end of that name.
pub(super) fn unit(view: &View<'_>, end: &str) -> String {
    let shares = units::shares_of(view.open.request.fund);
    match end {
        END | REDEMPTION_END | lacking::MISSING => shares,
        BANK_END => match bank::retained_in_full(view) {
            Some(lent) => {
                format!("{}, as long as the bank keeps {shares} for its {lent}", units::YUAN)
            }
            None => units::YUAN.to_owned(),
        },
        _ => units::YUAN.to_owned(),
    }
}

/// The fate, in words, of that open end if a person gives it up.
pub(super) fn fate(view: &View<'_>, end: &OpenEnd, given: &Given) -> Option<String> {
    let to = fate::to(view, &end.name, given)?;
    Some(match &*end.name {
        END => of_shares(view, end, (to, given)),
        ADVANCE_END => of_cash(view, to),
        BANK_END => of_claim(view, to),
        REDEMPTION_END => fate::shares_of((view, &view.plan.redemption), end, to),
        _ => return fate::at_bank(view, end, to),
    })
}

/// Shares stay reserved while the bank's cash for them may be out.
fn of_shares(view: &View<'_>, end: &OpenEnd, (to, given): (Disposition, &Given)) -> String {
    let transfer = &view.plan.transfer;
    if day::are_paid_for(view) {
        return "reserved until the case on the cash that is out is closed".to_owned();
    }
    let may_be_out = is_unknown(view) && Stand::of(view, transfer).falls(Some(to));
    if !may_be_out {
        return fate::shares_of((view, transfer), end, to);
    }
    let text = if matches!(fate::to(view, ADVANCE_END, given), Some(Disposition::Refund)) {
        "free again, unless the bank's cash went out: a case holds as many of them then until it is closed"
    } else {
        "reserved until the bank has said whether its cash is out"
    };
    text.to_owned()
}

/// Cash that may be out.
fn of_cash(view: &View<'_>, to: Disposition) -> String {
    let known = view.open.disposed(ADVANCE_END).is_some_and(|known| known.disposition != to);
    let again = (known && view.open.gave_up(ADVANCE_END)) || view.open.gave_up_again(ADVANCE_END);
    match to {
        Disposition::Refund if again => {
            "none will come: its shares are free, and the bank is not asked any more".to_owned()
        }
        Disposition::Refund => "none will come: its shares are free; the bank is asked all the same, an hour after \
                                this, and cash that went out has a case that holds as many of them until it is \
                                closed"
            .to_owned(),
        Disposition::Suspense | Disposition::Manual => format!(
            "the bank is asked until it has spoken, and its shares stay reserved; cash that is out has a case, and is \
             owed to the bank: {}",
            fate::by_hand(to)
        ),
    }
}

/// What the bank is owed.
fn of_claim(view: &View<'_>, to: Disposition) -> String {
    let hand = fate::by_hand(to);
    let other = view.open.disposed(BANK_END).is_some_and(|known| known.disposition != to);
    let again = other && view.open.gave_up(BANK_END);
    let asked = bank::on_its_way(view).is_some() && !again;
    match to {
        Disposition::Refund => "left to the bank as its claim; what its shares and its order still bring is sent to it \
                                by the engine"
            .to_owned(),
        Disposition::Suspense | Disposition::Manual if asked => format!(
            "the bank is asked, an hour after this, what became of what was sent to it, and nothing more is sent: \
             pay nothing before it has spoken; where it did not move, {hand}"
        ),
        Disposition::Suspense | Disposition::Manual => {
            format!(
                "the engine sends the bank none of it, and records what shares it keeps once no more come; \
                 {hand}"
            )
        }
    }
}
