//! Cases that a fast withdrawal opens about its own books, one after the other: each time has one of its own.
//!
//! 1. The saga says that it is disputed before the case is opened, so that nobody closes it beside the saga.
//! 2. It is of no order: a record that is said again would close it with those that it replaced.

use super::saga::{Turn, View};
use crate::parts::{
    cases::{self, About, Record},
    milestone::{Milestone, Notes},
};
use fundflow_domain::{
    case::{self, CaseId, Cases, Closing, Finding, SourceKind},
    ids::TransactionId,
    spelling::Spelling,
};
use fundflow_kernel::{envelope::Actor, streams::Key};
use fundflow_runtime::turn::NotDone;

/// What they are about, in the words that name them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Series {
    name: &'static str,
    evidence: &'static str,
    voice: &'static str,
}

/// What the bank has too much of our money.
pub(super) const OVERPAID: Series =
    Series { name: "overpaid bank", evidence: "the bank has too much", voice: "ask the bank back" };

/// What the bank's shares do not come to.
pub(super) const SHARES: Series = Series {
    name: "shares of the bank",
    evidence: "the bank's shares do not add up",
    voice: "compare the bank's shares",
};

impl Series {
    /// The case of the nth time, from 1.
    pub(super) fn record(self, id: &TransactionId, nth: usize) -> Record {
        Record {
            source: SourceKind::Ledger,
            name: self.name.to_owned(),
            record: id.to_string(),
            said: Spelling::words(format!("{}, time {nth}", self.evidence)),
            again: 0,
            to_the_letter: None,
        }
    }

    /// Those that the saga knows, first to last. Most sagas have none.
    fn known<P>(self, id: &TransactionId, notes: &Notes<P>) -> Vec<Record> {
        let all = notes.disputes.len() + notes.settled.len();
        let known = |record: &Record| {
            let case = record.case();
            notes.disputes.contains(&case) || notes.settled.contains(&case)
        };
        (1..=all).map(|nth| self.record(id, nth)).take_while(known).collect()
    }

    /// Those that must be in memory, and the next one: nothing is wrong before a record was in dispute.
    pub(super) fn in_sight<P>(self, id: &TransactionId, notes: &Notes<P>) -> Vec<Key<Cases>> {
        let known = self.known(id, notes);
        let quiet = notes.disputes.is_empty() && notes.settled.is_empty();
        let next = (!quiet).then(|| self.record(id, known.len() + 1));
        known.iter().chain(&next).map(Record::key).collect()
    }

    /// The case of the last time, and how it stands.
    pub(super) fn last<'a>(self, view: &View<'a>) -> Option<(CaseId, &'a case::State)> {
        let record = self.known(view.id, &view.open.notes).pop()?;
        Some((record.case(), view.streams.state(&record.key())?))
    }

    /// Whether a person is still to close it.
    pub(super) fn is_waited_for(self, view: &View<'_>) -> bool {
        self.last(view).is_some_and(|(_, state)| state.is_open())
    }

    /// Opens the one that the saga has announced, or the next.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub(super) fn open(self, turn: &mut Turn<'_>, found: Finding) -> Result<usize, NotDone> {
        let view = turn.view()?;
        let mut known = self.known(view.id, &view.open.notes);
        let is_absent = |record: &Record| {
            let state = view.streams.state(&record.key());
            state.is_none_or(|state| state.case().is_none())
        };
        let next = self.record(view.id, known.len() + 1);
        let record = known.pop().filter(is_absent).unwrap_or(next);
        let about = About { fund: Some(view.open.request.fund), ..About::default() };
        let missing = turn.streams().missing(record.needs());
        if !missing.is_empty() {
            return Err(NotDone::Missing(missing));
        }
        let disputed = turn.reach(Milestone::Disputed { case: record.case() })?;
        turn.speaks(Actor::Engine, self.voice, turn.now());
        Ok(disputed + cases::open(turn, &record, about, vec![found])?)
    }

    /// Closes it: it says what is none any more.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub(super) fn close(
        self,
        turn: &mut Turn<'_>,
        case: CaseId,
        closing: Closing,
    ) -> Result<usize, NotDone> {
        turn.speaks(Actor::Engine, self.voice, turn.now());
        let closed = turn.decide(&Key::<Cases>::of(&case), &case::Command::Close(closing))?;
        Ok(closed + turn.reach(Milestone::Undisputed { case })?)
    }
}
