//! What the bank has of our money and the shares did not bring in the end: a record was overruled or corrected
//! once its money had gone to the bank.
//!
//! ```text
//! advance.overpaid -> a case says how much -> closed by a person -> advance.returned -> its shares or claim
//!                          `- the shares bring another sum by then -> closed by the engine -> said anew
//! ```
//!
//! 1. Only a person gets it back. The closing of its case says that all of it is here.
//! 2. Until then the bank has neither shares nor a claim for it, and nothing more goes to it.
//! 3. Each time has a case of its own. One whose sum is another by now asks for nothing any more: whoever has
//!    got some of it back by then sends it on by hand.

use super::{
    bank,
    own_cases::OVERPAID,
    saga::{Turn, View},
};
use crate::parts::{
    by_hand::{ENGINE, closed_by_a_person},
    cases::finding,
    milestone::Milestone,
};
use fundflow_domain::{
    advance::{Advance, Brought},
    case::{self, CaseId, Closing, Disputed, Figure, Finding, How, Kind},
    money::Money,
    text::Text,
};
use fundflow_runtime::turn::NotDone;

/// Next step of its case.
enum Step {
    /// The bank is not asked yet.
    Open,
    /// Another sum is too much by now, or none.
    Close(CaseId, Money),
    /// It is closed, and the saga does not know.
    Settle(CaseId),
}

/// Whether the bank is asked for it, and a person has not said that it is back.
pub(super) fn is_waited_for(view: &View<'_>) -> bool {
    OVERPAID.is_waited_for(view)
}

/// The case whose closing says that all of it is back, where that is not stored yet.
pub(super) fn given_back(view: &View<'_>) -> Option<CaseId> {
    let advance = view.plan.advance.advance(view).filter(|it| !it.overpaid.is_zero())?;
    let (case, _) = OVERPAID.last(view).filter(|(_, state)| closed_by_a_person(state))?;
    advance.returned.iter().all(|it| it.case != case).then_some(case)
}

/// Whether its case is there, and says what is so.
pub(super) fn is_asked_back(view: &View<'_>) -> bool {
    step(view).is_none()
}

fn step(view: &View<'_>) -> Option<Step> {
    let advance = view.plan.advance.advance(view)?;
    let notes = &view.open.notes;
    let last = OVERPAID.last(view);
    let own = last.map(|(case, _)| case);
    if notes.disputes.iter().any(|case| Some(*case) != own) {
        // What another record says first.
        return None;
    }
    let next = || {
        let due = !advance.overpaid.is_zero() && given_back(view).is_none();
        due.then_some(Step::Open)
    };
    match last {
        Some((_, case::State::Absent)) => Some(Step::Open),
        Some((case, case::State::Open(_))) => {
            let now = bank::last_word(view).and_then(|brought| too_much(advance, brought))?;
            (now != advance.overpaid).then_some(Step::Close(case, now))
        }
        Some((case, case::State::Closed(..))) if notes.disputes.contains(&case) => {
            Some(Step::Settle(case))
        }
        Some((_, case::State::Closed(..))) | None => next(),
    }
}

fn too_much(advance: &Advance, brought: Brought) -> Option<Money> {
    Some(advance.got_back()?.minus(brought.money).unwrap_or_default())
}

/// Opens its case, or closes the one that says another sum.
///
/// # Errors
/// [`NotDone`]; nothing has changed.
pub(super) fn ask_back(turn: &mut Turn<'_>) -> Result<usize, NotDone> {
    let view = turn.view()?;
    let step = step(&view).ok_or(NotDone::Lacks("anything that the bank has too much"))?;
    match step {
        Step::Open => {
            let advance = view.plan.advance.advance(&view).ok_or(NotDone::Lacks("the advance"))?;
            let found = found(advance, view.plan.brought(&view));
            OVERPAID.open(turn, found)
        }
        Step::Close(case, now) => OVERPAID.close(turn, case, outdated(now)),
        Step::Settle(case) => turn.reach(Milestone::Undisputed { case }),
    }
}

fn outdated(now: Money) -> Closing {
    let text = if now.is_zero() {
        "the shares brought it after all, and the bank keeps it".to_owned()
    } else {
        format!("{now} yuan are too much now, and have a case of their own")
    };
    let how = How::Manual { text: Text::lossy(&text) };
    Closing { how, by: Text::lossy(ENGINE), reason: Text::lossy(text) }
}

/// All that the bank has for what it advanced.
fn found(advance: &Advance, brought: Brought) -> Finding {
    let (had, over) = (advance.got_back().unwrap_or_default(), advance.overpaid);
    let text = format!(
        "the bank got {had} yuan back, and the shares brought {}: {over} yuan of it are to be returned",
        brought.money
    );
    let yuan = |name: &str, sum: Money| Figure::new(name, format!("{sum} yuan"));
    let advanced = Money::from(advance.terms.amount);
    let ours = vec![yuan("advanced", advanced), yuan("repaid", had), yuan("to be returned", over)];
    let theirs = vec![
        Figure::new("shares with the bank", format!("{} shares", brought.retained)),
        yuan("money that they brought", brought.money),
    ];
    let disputed = Disputed { money: over, ..Disputed::default() };
    Finding { disputed, ..finding(Kind::BankSettledTwice, &text, ours, theirs) }
}

#[cfg(test)]
mod tests {
    /// Cases of every store have these names.
    #[test]
    fn the_case_of_what_a_bank_has_too_much_is_named_by_how_often() {
        let case = super::OVERPAID.record(&"TX-1".parse().unwrap(), 2).case();
        assert_eq!(case.to_string(), "a307846e585c2b4a5ad64658766f0952");
    }
}
