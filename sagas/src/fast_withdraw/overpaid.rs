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
    saga::{Turn, View},
};
use crate::parts::{
    by_hand::{ENGINE, closed_by_a_person},
    cases::{self, About, Record, finding},
    milestone::{Milestone, Notes},
};
use fundflow_domain::{
    advance::{Advance, Brought},
    case::{self, CaseId, Cases, Closing, Disputed, Figure, Finding, How, Kind, SourceKind},
    ids::TransactionId,
    money::Money,
    spelling::Spelling,
    text::Text,
};
use fundflow_kernel::{envelope::Actor, streams::Key};
use fundflow_runtime::turn::NotDone;

/// What is to be done with its case.
enum Step {
    /// The bank is not asked yet.
    Open(Record),
    /// Another sum is too much by now, or none.
    Close(CaseId, Money),
    /// It is closed, and the saga does not know.
    Settle(CaseId),
}

/// The case of the nth time, from 1.
fn record(id: &TransactionId, nth: usize) -> Record {
    Record {
        source: SourceKind::Ledger,
        name: "overpaid bank".to_owned(),
        record: id.to_string(),
        said: Spelling::words(format!("the bank has too much, time {nth}")),
        again: 0,
        to_the_letter: None,
    }
}

/// The cases that were opened for it, first to last. Most sagas have none.
fn cases<P>(id: &TransactionId, notes: &Notes<P>) -> Vec<Record> {
    let all = notes.disputes.len() + notes.settled.len();
    let known = |record: &Record| {
        let case = record.case();
        notes.disputes.contains(&case) || notes.settled.contains(&case)
    };
    (1..=all).map(|nth| record(id, nth)).take_while(known).collect()
}

/// Those that must be in memory: no record is overruled or corrected before a case is settled.
pub(super) fn in_sight<P>(id: &TransactionId, notes: &Notes<P>) -> Vec<Key<Cases>> {
    let known = cases(id, notes);
    let next = (!notes.settled.is_empty()).then(|| record(id, known.len() + 1));
    known.iter().chain(&next).map(Record::key).collect()
}

/// The case of the last time, and how it stands.
fn last<'a>(view: &View<'a>) -> Option<(CaseId, &'a case::State)> {
    let record = cases(view.id, &view.open.notes).pop()?;
    Some((record.case(), view.streams.state(&record.key())?))
}

/// Whether the bank is asked for it, and a person has not said that it is back.
pub(super) fn is_waited_for(view: &View<'_>) -> bool {
    last(view).is_some_and(|(_, state)| state.is_open())
}

/// The case whose closing says that all of it is back, where that is not stored yet.
pub(super) fn given_back(view: &View<'_>) -> Option<CaseId> {
    let advance = view.plan.advance.advance(view).filter(|it| !it.overpaid.is_zero())?;
    let (case, _) = last(view).filter(|(_, state)| closed_by_a_person(state))?;
    advance.returned.iter().all(|it| it.case != case).then_some(case)
}

/// Whether its case is there, and says what is so.
pub(super) fn is_asked_back(view: &View<'_>) -> bool {
    step(view).is_none()
}

fn step(view: &View<'_>) -> Option<Step> {
    let advance = view.plan.advance.advance(view)?;
    let notes = &view.open.notes;
    let last = last(view);
    let own = last.map(|(case, _)| case);
    if notes.disputes.iter().any(|case| Some(*case) != own) {
        // What another record says first.
        return None;
    }
    let next = || {
        let nth = cases(view.id, notes).len() + 1;
        let due = !advance.overpaid.is_zero() && given_back(view).is_none();
        due.then(|| Step::Open(record(view.id, nth)))
    };
    match last {
        Some((_, case::State::Absent)) => cases(view.id, notes).pop().map(Step::Open),
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
        Step::Open(record) => {
            let advance = view.plan.advance.advance(&view).ok_or(NotDone::Lacks("the advance"))?;
            let found = found(advance, view.plan.brought(&view));
            // Of no order: a record that is said again would close it with those that it replaced.
            let about = About { fund: Some(view.open.request.fund), ..About::default() };
            // Said before the case is opened, so that nobody closes it beside the saga.
            let disputed = turn.reach(Milestone::Disputed { case: record.case() })?;
            turn.speaks(Actor::Engine, "ask the bank back", turn.now());
            Ok(disputed + cases::open(turn, &record, about, vec![found])?)
        }
        Step::Close(case, now) => {
            turn.speaks(Actor::Engine, "ask the bank back", turn.now());
            let close = case::Command::Close(outdated(now));
            let closed = turn.decide(&Key::<Cases>::of(&case), &close)?;
            Ok(closed + turn.reach(Milestone::Undisputed { case })?)
        }
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
        Figure::new("shares with the bank", format!("{} shares", brought.kept)),
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
        let case = super::record(&"TX-1".parse().unwrap(), 2).case();
        assert_eq!(case.to_string(), "a307846e585c2b4a5ad64658766f0952");
    }
}
