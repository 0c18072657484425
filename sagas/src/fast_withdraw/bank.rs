//! What the bank has of an advance that a person gave up, against what that person said.
//!
//! ```text
//! repayment=refund           its claim is left to the bank: what comes to it later makes the claim smaller
//! repayment=manual, suspense a person pays it: what comes to it later makes that less
//! ```
//!
//! 1. Of one yuan that it advanced the bank has money, shares or a claim. Where a late word gives it what a
//!    person has left to it, or is to pay, a case has all the figures.
//! 2. The engine changes a claim that was left to the bank, and sends what it did not expect, only once
//!    that case is closed: the bank may have got its money elsewhere.

use super::{
    Plan, day,
    facts::{ADVANCE_END, BANK_END, REDEMPTION_END, is_by_hand},
    saga::{FastWithdraw, Turn, View},
};
use crate::{
    parts::{
        by_hand,
        cases::finding,
        last_word::{self, AtBank, HasBank},
        timing,
    },
    ports::advance::{AdvanceSaid, RepaymentAnswer},
};
use fundflow_domain::{
    advance::{Advance, Brought, Stage},
    case::{CaseId, Cases, Disputed, Figure, Finding, Kind},
    ids::PaymentNo,
    money::Money,
    time::Timestamp,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{process::Disposed, turn::NotDone};
use rust_decimal::Decimal;

/// What came of the shares, where nothing more will.
pub(super) fn last_word(view: &View<'_>) -> Option<Brought> {
    let plan = view.plan;
    let over = plan.transfer.is_over(view) && plan.redemption.is_over(view);
    (over && plan.advance.is_advanced(view)).then(|| plan.brought(view))
}

/// Whether its cash is out, or may be: it said so, also after a decline, or has not spoken yet.
pub(super) fn may_have_paid(view: &View<'_>) -> bool {
    view.plan.advance.advance(view).is_some_and(|advance| match advance.stage {
        Stage::Declined(_) => !advance.contested.is_empty(),
        Stage::Requested | Stage::Advanced | Stage::Repaying { .. } | Stage::Settled => true,
    })
}

/// Yuan that the bank is still to have while nothing is on its way to it.
pub(super) fn still_owed(view: &View<'_>) -> Option<Decimal> {
    let advance = view.plan.advance.advance(view)?;
    let Brought { money, retained } = last_word(view).unwrap_or_default();
    let otherwise = Money::from(advance.terms.amount).minus(retained).unwrap_or_default();
    let owed = otherwise.minus(advance.recourse).unwrap_or_default().max(money);
    Some(owed.minus(advance.got_back()?).unwrap_or_default().decimal())
}

/// What a bank advanced that is owed nothing, since it keeps shares for all that it did not get back: whoever has
/// its repayment has what comes of it, should a record say that there are fewer.
pub(super) fn retained_in_full(view: &View<'_>) -> Option<Money> {
    let advance = view.plan.advance.advance(view)?;
    let retaining = last_word(view).filter(|brought| !brought.retained.is_zero());
    let owed = retaining.and_then(|_| still_owed(view))?;
    let waits = matches!(advance.stage, Stage::Advanced) && owed.is_zero();
    waits.then(|| advance.terms.amount.into())
}

/// The claim that a person left to the bank, as large as it is by now. Before everything is known, and where
/// its money or its redemption was on its way already, it is what it was said to be: whoever gave up the
/// redemption knew that the bank has the shares.
pub(super) fn claim(view: &View<'_>) -> Option<Decimal> {
    let named = view.open.disposed(BANK_END).filter(|_| !is_by_hand(view))?;
    let advance = view.plan.advance.advance(view)?;
    let was_known = was_on_its_way(advance, named) || view.open.disposed(REDEMPTION_END).is_some();
    let Some(brought) = last_word(view).filter(|_| !was_known) else {
        return Some(named.worth);
    };
    let lent = Money::from(advance.terms.amount).minus(brought.money).unwrap_or_default();
    Some(lent.minus(brought.retained).unwrap_or_default().decimal())
}

fn was_on_its_way(advance: &Advance, named: &Disposed) -> bool {
    let same = |amount: Money| amount.decimal() == named.worth;
    let repaying = match &advance.stage {
        Stage::Repaying { amount, .. } => same(Money::from(*amount)),
        Stage::Requested | Stage::Declined(_) | Stage::Advanced | Stage::Settled => false,
    };
    let repaid = advance.repaid.last().is_some_and(|it| same(it.amount));
    named.came_of.is_none() && (repaying || repaid)
}

/// The next case to open, that keeps the saga waiting: nothing goes to the bank, and no shares are free
/// that it paid for, before a person has closed it.
pub(super) fn case_that_keeps(view: &View<'_>) -> Option<CaseId> {
    let (end, case) = by_hand::next_case(view)?;
    let known = view.open.notes.disputes.contains(&case);
    let keeps = day::are_paid_for(view) || !is_by_hand(view);
    (end == BANK_END && !known && keeps).then_some(case)
}

/// No open case says that a claim which was left to the bank is another one by now.
pub(super) fn is_agreed(view: &View<'_>) -> bool {
    let case = by_hand::case_of(view, BANK_END).filter(|_| !is_by_hand(view));
    !case.is_some_and(|case| view.open.notes.disputes.contains(&case))
}

/// What the case says of the bank's money, with all that the bank has of it.
pub(super) fn found(view: &View<'_>, end: &Disposed) -> Option<Finding> {
    let of_bank = *end.name == *BANK_END && view.plan.transfer.is_placed(view);
    let advance = view.plan.advance.advance(view).filter(|_| of_bank)?;
    let brought = view.plan.brought(view);
    let (now, before) = (end.worth, end.before.unwrap_or_default());
    let by_hand = is_by_hand(view);
    let (kind, text, named, stands) = if by_hand {
        let text =
            format!("{now} yuan ({BANK_END}) are owed by hand, where {before} were named before");
        (Kind::OwedByHand, text, "named before", "owed by hand")
    } else {
        let text = format!(
            "a claim of {before} yuan was left to the bank, and of that {now} stand: it has the shares, or \
             what they brought"
        );
        (Kind::BankSettledTwice, text, "left to the bank", "stands")
    };
    let yuan = |name: &str, sum: Decimal| Figure::new(name, format!("{sum} yuan"));
    let ours = vec![
        yuan("advanced", advance.terms.amount.decimal()),
        yuan(named, before),
        yuan(stands, now),
    ];
    let theirs = vec![
        Figure::new("shares with the bank", format!("{} shares", brought.retained)),
        yuan("money that they brought", brought.money.decimal()),
    ];
    let differ = Money::new((before - now).abs()).unwrap_or_default();
    let money = if by_hand { Money::new(now).unwrap_or_default() } else { differ };
    let disputed = Disputed { money, ..Disputed::default() };
    Some(Finding { disputed, ..finding(kind, &text, ours, theirs) })
}

/// The bank that advanced has said what became of all that a person took over, or left.
pub(super) fn is_heard(view: &View<'_>) -> bool {
    unheard(view).is_none() && !is_advance_unheard(view)
}

/// The repayment that was on its way when a person took it over, and of which the bank has not spoken.
pub(super) fn unheard(view: &View<'_>) -> Option<PaymentNo> {
    on_its_way(view).filter(|_| is_by_hand(view))
}

/// The repayment that may be on its way to the bank, as far as anybody knows.
pub(super) fn on_its_way(view: &View<'_>) -> Option<PaymentNo> {
    let advance = view.plan.advance.advance(view)?;
    let Stage::Repaying { no, .. } = &advance.stage else { return None };
    let known = view.open.gave_up_again(BANK_END) || last_word::has_not_moved(view, no);
    (!known).then(|| no.clone())
}

/// The advance that a person closed, or left, or that we gave up, and of which the bank has not spoken.
pub(super) fn is_advance_unheard(view: &View<'_>) -> bool {
    let late = FastWithdraw::closed_late(view).is_some();
    let asked = late || last_word::is_left_or_asked_about(view, ADVANCE_END);
    // Whoever dies before the case is open hears it once more.
    let has_case = |case: CaseId| {
        let state = view.streams.state(&Key::<Cases>::of(&case));
        view.open.notes.settled.contains(&case) || state.is_some_and(|it| it.case().is_some())
    };
    let unheard = view.ending.is_some() && asked && view.plan.advance.is_closed_unheard(view);
    unheard && !day::cases_of_cash(view).any(has_case)
}

/// Records that the bank has not taken, and never will, what a person took over. `None` of every other word.
pub(super) fn not_repaid(
    turn: &mut Turn<'_>,
    said: &AdvanceSaid,
) -> Result<Option<usize>, NotDone> {
    let view = turn.view()?;
    let no = unheard(&view).filter(|_| timing::never_comes(&view, turn.now()));
    let cause = match said {
        AdvanceSaid::Repayment(RepaymentAnswer::NotFound) => {
            timing::never_got("the bank", "the repayment")
        }
        AdvanceSaid::Repayment(RepaymentAnswer::Refused(cause)) => cause.clone(),
        AdvanceSaid::Repayment(
            RepaymentAnswer::Repaid(_) | RepaymentAnswer::Pending(_) | RepaymentAnswer::Unknown(_),
        )
        | AdvanceSaid::Advance(_) => return Ok(None),
    };
    if unheard(&view).is_none() && is_by_hand(&view) {
        // It is known, by a person or by the bank's own word.
        return Ok(Some(0));
    }
    no.map(|no| last_word::not_moved(turn, no, cause)).transpose()
}

impl HasBank for FastWithdraw {
    fn at_bank(plan: &Plan) -> AtBank<'_> {
        AtBank { payment: None, payouts: Vec::new(), compensations: &plan.compensations }
    }

    fn closed_late(view: &View<'_>) -> Option<Timestamp> {
        let late = view.plan.advance.given_up_late(view);
        late.filter(|_| !view.open.gave_up_again(ADVANCE_END))
    }
}
