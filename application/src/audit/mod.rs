//! Replays everything, checks everything, says everything. Changes nothing.
//!
//! ```text
//! every event: position, version, ID, link, envelope -> its decider's fold -> its entry in the books
//! every saga, at the end: who it waits for, what it owes, whose its streams are
//! ```
//!
//! 1. Every event is judged on what precedes it. Then its postings are booked and the ledger judged.
//! 2. A finding never ends the audit. What follows damage is still read and its links are checked;
//!    only the meaning of events after an impossible one cannot be judged, and these are counted.
//! 3. A link is compared with the stored link before it, so one damaged event is one broken link,
//!    and a removed or moved one breaks the link of whatever stands behind it.
//! 4. Streams of categories that nobody registered have their links verified, and are reported as
//!    not checked beyond that. That is no finding.
//! 5. It looks at what was committed when it began, so it may run beside an engine.
//! 6. What is read of a stream is read once, however many sagas work on it (`memory.rs`): the time needed grows with
//!    the log. Of those that have ended only so many stay in memory, and what left is read again if something
//!    follows, so the memory needed grows with the open sagas, and by a few hundred bytes with each closed one.
//! 7. What several events say alike is the same in all of them (`stated.rs`).
//! 8. What a saga decided is held against where it stood by what precedes it, and what its events name must be
//!    there. So the end of one stream that is missing is missed by whatever rests on it.
//!
//! What no replay can see: events that nothing later rests on and that were cut off the end of their
//! stream, what is said once and was rewritten (`docs/STORED_ONCE.md`), and a log that was written anew as a whole. Against these, keep a
//! head somewhere else ([`Witness`]).

mod books;
mod exits;
mod explained;
pub(crate) mod figures;
mod given;
mod live;
mod lots;
mod memory;
mod report;
mod shares;
mod stated;
mod sums;
mod suspect;
mod trade_days;
mod trail;
mod transit;
mod whole;
mod witness;

pub use live::Live;
pub use report::{Check, Counts, Difference, Finding, Holding, LISTED, Report, Unchecked};
pub use witness::{Found, Witness};

use crate::desk::{Log, Next, Registry};
use books::Books;
use fundflow_kernel::{
    envelope::{Chain, Recorded},
    fold::Fold,
    ids::TransactionId,
    merkle::TreeHash,
    store::{EventStore, Position, ReadError, Version},
    streams::Damage,
    time::Timestamp,
};
use memory::{Memory, RESTING, Trails};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use suspect::{Excuse, Suspect};
use trade_days::TradeDays;

/// A kind of saga and a transaction.
pub(crate) type Owner = (Arc<str>, TransactionId);

/// Replays the store. `progress` hears how far it is, and how far it will go.
///
/// # Errors
/// [`ReadError::Fault`] when the world fails; damage is a finding, not an error.
pub async fn verify<S: EventStore>(
    store: &S,
    registry: &Registry,
    progress: impl FnMut(Position, Position),
) -> Result<Report, ReadError> {
    let mut nobody = Witness::of(TreeHash::default(), []);
    replay(store, registry, (RESTING, &mut nobody), progress).await
}

/// The same, and the tree over the log is computed beside it.
///
/// # Errors
/// As [`verify`].
pub async fn verify_beside<S: EventStore>(
    store: &S,
    registry: &Registry,
    witness: &mut Witness,
    progress: impl FnMut(Position, Position),
) -> Result<Report, ReadError> {
    replay(store, registry, (RESTING, witness), progress).await
}

/// The same in less memory, or in more: beside what is open, so many sagas and streams stay there.
///
/// # Errors
/// As [`verify`].
pub async fn verify_within<S: EventStore>(
    store: &S,
    registry: &Registry,
    at_rest: usize,
    progress: impl FnMut(Position, Position),
) -> Result<Report, ReadError> {
    let mut nobody = Witness::of(TreeHash::default(), []);
    replay(store, registry, (at_rest, &mut nobody), progress).await
}

async fn replay<S: EventStore>(
    store: &S,
    registry: &Registry,
    (at_rest, witness): (usize, &mut Witness),
    mut progress: impl FnMut(Position, Position),
) -> Result<Report, ReadError> {
    let mut log = Log::after(store, Position::START);
    let mut audit = Audit::of(registry, Memory::of(at_rest));
    loop {
        match log.next(store).await? {
            Next::Events(page) => {
                for event in &page {
                    audit.memory.revive((store, registry), &audit.trails, event).await?;
                    let link = audit.hear(event);
                    witness.hear(event, link);
                    audit.memory.go_on((store, registry), &audit.trails, event).await?;
                }
            }
            Next::Damaged(Damage { place, what }) => {
                witness.misses(place.as_ref());
                audit.report.add(Check::Readable, place.to_string(), what.to_string(), None);
            }
            Next::End => break,
        }
        progress(log.at.min(log.head), log.head);
    }
    audit.look_at_sagas(store).await?;
    Ok(audit.close(log.head))
}

struct Audit<'a> {
    registry: &'a Registry,
    report: Report,
    last: Position,
    last_recorded: Timestamp,
    trails: Trails,
    memory: Memory,
    sagas: BTreeSet<Owner>,
    /// Who has written before there was anything of its process, and where first.
    unprepared: BTreeMap<Owner, String>,
    unchecked: BTreeMap<String, Unchecked>,
    books: Books,
    trade_days: TradeDays,
    suspects: Vec<(String, Suspect, String)>,
}

impl<'a> Audit<'a> {
    fn of(registry: &'a Registry, memory: Memory) -> Self {
        Self {
            registry,
            report: Report::default(),
            last: Position::START,
            last_recorded: Timestamp::default(),
            trails: Trails::new(),
            memory: memory.resting_on(registry),
            sagas: BTreeSet::new(),
            unprepared: BTreeMap::new(),
            unchecked: BTreeMap::new(),
            books: Books::default(),
            trade_days: TradeDays::of(registry.shipped_calendar()),
            suspects: Vec::new(),
        }
    }

    /// Returns the link that follows from what is stored of the event.
    fn hear(&mut self, event: &Recorded) -> Chain {
        self.report.counts.events += 1;
        self.place(event);
        let mut trail = self.trails.remove(&event.stream).unwrap_or_default();
        let owner: Owner = (event.event.process.clone(), event.event.correlation.clone());
        if trail.version == Version::NONE {
            self.begins(event);
        }
        self.is_prepared(event, &owner);
        let (link, findings) = trail.follow(event, owner.clone());
        for (check, what) in findings {
            self.find(check, event, what);
        }
        self.report.counts.links += 1;
        self.envelope(event);
        for what in self.trade_days.hear(event) {
            self.find(Check::Calendar, event, what);
        }
        if trail.broken {
            self.report.counts.unjudged += 1;
        } else {
            trail.broken = !self.judge(event);
            self.compare(event);
        }
        if trail.broken {
            self.books.lose(&event.event.correlation);
        }
        self.trails.insert(event.stream.clone(), trail);
        link
    }

    fn begins(&mut self, event: &Recorded) {
        self.report.counts.streams += 1;
        let category = event.stream.category();
        if self.registry.get(category).is_some() {
            self.sagas.insert((category.into(), event.event.correlation.clone()));
        }
        if self.registry.opener(category).is_none() {
            self.unchecked(category).streams += 1;
        }
    }

    /// A request is stored before all that follows from it.
    fn is_prepared(&mut self, event: &Recorded, owner: &Owner) {
        if self.registry.get(&owner.0).is_some() && !self.sagas.contains(owner) {
            self.unprepared.entry(owner.clone()).or_insert_with(|| place_of(event));
        }
    }

    fn unchecked(&mut self, category: &str) -> &mut Unchecked {
        let none = || Unchecked { category: category.to_owned(), streams: 0, events: 0 };
        self.unchecked.entry(category.to_owned()).or_insert_with(none)
    }

    fn place(&mut self, event: &Recorded) {
        let expected = Position(self.last.0.saturating_add(1));
        if event.position != expected {
            let what = format!("position {expected} was expected here");
            self.find(Check::Positions, event, what);
        }
        self.last = event.position.max(self.last);
        if event.event.recorded_at < self.last_recorded {
            self.report.counts.clock_set_back += 1;
        }
        self.last_recorded = event.event.recorded_at;
    }

    fn envelope(&mut self, event: &Recorded) {
        let new = &event.event;
        if new.causation.is_empty() {
            self.find(Check::Envelope, event, "it names no cause".into());
        }
        let (category, id) = (event.stream.category(), event.stream.id());
        if self.registry.get(category).is_none() {
            return;
        }
        if *new.process != *category || new.correlation.as_str() != id {
            let (process, correlation) = (&new.process, &new.correlation);
            let what = format!("it names {process} {correlation} in the stream of {category} {id}");
            self.find(Check::Envelope, event, what);
        }
    }

    /// Folds the event and books it. Returns whether it was possible.
    fn judge(&mut self, event: &Recorded) -> bool {
        let Some(opener) = self.registry.opener(event.stream.category()) else {
            self.unchecked(event.stream.category()).events += 1;
            return true;
        };
        let now = || self.memory.fold(&event.stream).map(Fold::boxed_clone);
        let before =
            Books::keeps(event.stream.category()).then(|| now().unwrap_or_else(|| opener.empty()));
        let replayed = self.memory.fold_in(&opener.need(&event.stream), event);
        let possible = replayed.is_ok();
        match replayed {
            Ok(()) => {
                if let (Some(before), Some(now)) = (before, self.memory.fold(&event.stream)) {
                    let suspects = self.books.hear(event, before.as_ref(), now);
                    self.suspect(event, suspects);
                }
            }
            Err(ReadError::Damaged { what, .. }) => self.find(Check::History, event, what),
            Err(ReadError::Fault(source)) => {
                self.find(Check::History, event, source.to_string());
            }
        }
        possible
    }

    fn compare(&mut self, event: &Recorded) {
        if self.registry.get(&event.event.process).is_some() {
            for what in self.memory.compare(event) {
                self.find(Check::Alike, event, what);
            }
        }
    }

    /// What a case explains is not yet a finding.
    fn suspect(&mut self, event: &Recorded, suspects: Vec<Suspect>) {
        for suspect in suspects {
            if matches!(suspect.excuse, Excuse::None) {
                self.find(suspect.check, event, suspect.what);
            } else {
                let data = format!("{} {}", event.event.event_type, event.event.data);
                self.suspects.push((place_of(event), suspect, data));
            }
        }
    }

    fn find(&mut self, check: Check, event: &Recorded, what: String) {
        let data = format!("{} {}", event.event.event_type, event.event.data);
        self.report.add(check, place_of(event), what, Some(&data));
    }

    /// Leaves nothing to be closed again.
    fn close(&mut self, head: Position) -> Report {
        for (place, suspect, data) in std::mem::take(&mut self.suspects) {
            if !self.books.is_excused(&suspect.excuse) {
                self.report.add(suspect.check, place, suspect.what, Some(&data));
            }
        }
        let mut report = std::mem::take(&mut self.report);
        for (place, check, what) in self.books.close() {
            report.add(check, place, what, None);
        }
        report.balances = self.books.holdings();
        report.differences = self.books.differences();
        report.up_to = head;
        report.counts.entries = self.books.entries;
        report.counts.postings = self.books.postings;
        report.counts.open_cases = self.books.explained.open_cases();
        report.unchecked = std::mem::take(&mut self.unchecked).into_values().collect();
        report
    }
}

fn place_of(event: &Recorded) -> String {
    let Recorded { stream, version, position, .. } = event;
    format!("{stream} version {version} (position {position})")
}
