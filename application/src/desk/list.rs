//! Lists sagas: a fold of the log that holds a small row of each, and reads only what came since.
//!
//! 1. An event belongs to the saga that its envelope names, in whichever stream it stands.
//! 2. Where a saga stands is read from its own streams, for the rows that are asked for and only
//!    while it is not settled. Whether an ended one still owes something is looked up once.
//! 3. A saga of a kind that nobody registered is listed with what its envelopes say, and says so.

use super::{
    DeskError, Registry, SagaRow, State, checkpoint,
    reading::{Log, Next},
    show::look_at,
};
use chrono::NaiveDate;
use fundflow_kernel::{
    envelope::Recorded,
    ids::TransactionId,
    loaded::with_sources,
    store::{Checkpoints, EventStore, Position, ReadError, Version},
    streams::Damage,
};
use fundflow_runtime::{liveness::Wait, saga::OpenEnd};
use std::{collections::BTreeMap, sync::Arc};

/// Events after which what was read is worth keeping.
const WORTH_KEEPING: u64 = 1_000;

/// A saga's place in the list: by transaction, then kind.
type Place = (TransactionId, Arc<str>);

/// Every saga of the store, those of kinds that nobody registered among them.
#[derive(Debug)]
pub struct SagaList {
    registry: Registry,
    at: Position,
    rows: BTreeMap<Place, SagaRow>,
    unread: Vec<Damage>,
    unsaved: u64,
}

/// Which part of the list an open saga may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not over, or over and still owing something.
    Unfinished,
    /// Waits for a person.
    Parked,
    /// Over, whatever it owes.
    Ended,
}

/// Which sagas; all that are given must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Sagas of that kind alone, like `recharge`; of every kind without.
    pub kind: Option<String>,
    /// Sagas that stand so alone.
    pub standing: Option<Standing>,
    /// Ended so: `completed`, or with the kind before it.
    pub ending: Option<String>,
    /// Asked for by that requester.
    pub requester: Option<String>,
    /// Only sagas of that business day.
    pub day: Option<NaiveDate>,
    /// Waiting for a person at that row.
    pub parked_at: Option<String>,
    /// Waiting for a person for that reason, by its code.
    pub code: Option<String>,
}

/// Which part of what was found.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Only behind this transaction.
    pub after: Option<TransactionId>,
    /// At most so many; all without.
    pub limit: Option<usize>,
}

/// Where a saga stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// The row or move, in the words of its table.
    pub at: &'static str,
    /// Whom it waits for; empty once it is over and owes nothing.
    pub waits: Vec<Wait>,
    /// What is in transit, reserved, owed or unpaid.
    pub open_ends: Vec<OpenEnd>,
    /// What each of them is counted in, in the same order.
    pub units: Vec<Option<String>>,
}

/// One saga of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What the list says of it.
    pub row: SagaRow,
    /// Where it stands; none once it is over and owes nothing, or where a stream is damaged.
    pub stands: Option<Stands>,
    /// Why nobody can say where it stands.
    pub damage: Option<Arc<str>>,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Rows in the order of transaction, then kind.
    pub rows: Vec<Listed>,
    /// There are more behind the last one.
    pub more: bool,
    /// Places of the log that could not be read.
    pub unread: Vec<Damage>,
}

impl SagaList {
    /// Of those kinds, without any event yet.
    pub fn new(registry: Registry) -> Self {
        Self {
            registry,
            at: Position::START,
            rows: BTreeMap::new(),
            unread: Vec::new(),
            unsaved: 0,
        }
    }

    /// As it was saved in the store, brought up to date, and saved again if much was new.
    ///
    /// # Errors
    /// The store cannot be read at all.
    pub async fn of<S: EventStore + Checkpoints>(
        store: &S,
        registry: Registry,
    ) -> Result<Self, ReadError> {
        let mut list = Self::new(registry);
        if let Some((at, rows)) = checkpoint::load(store, &list.registry).await? {
            let place = |row: SagaRow| ((row.transaction.clone(), row.kind.clone()), row);
            (list.at, list.rows) = (at, rows.into_iter().map(place).collect());
        }
        list.catch_up(store).await?;
        list.keep(store).await;
        Ok(list)
    }

    /// Takes in everything that was committed when it was called. Returns how many events were new.
    ///
    /// # Errors
    /// The store cannot be read at all; what is damaged is remembered and passed over.
    pub async fn catch_up<S: EventStore>(&mut self, store: &S) -> Result<u64, ReadError> {
        let (mut log, mut new) = (Log::after(store, self.at), 0);
        loop {
            match log.next(store).await? {
                Next::Events(page) => {
                    new += page.len() as u64;
                    for event in &page {
                        self.hear(event);
                    }
                }
                Next::Damaged(damage) => self.unread.push(damage),
                Next::End => break,
            }
            self.at = log.at;
        }
        self.unsaved += new;
        Ok(new)
    }

    fn hear(&mut self, event: &Recorded) {
        let new = &event.event;
        let Some(kind) = self.registry.get(&new.process) else { return self.hear_foreign(event) };
        let place = (new.correlation.clone(), new.process.clone());
        match self.rows.get_mut(&place) {
            Some(row) => row.hear(kind.as_ref(), event),
            None if new.event_type == kind.names().prepared => {
                self.rows.insert(place, SagaRow::prepared(kind.as_ref(), event));
            }
            // What precedes its beginning is damage, and the audit's to find.
            None => {}
        }
    }

    /// What no registered kind wrote belongs to a saga if a stream of that saga's own began it.
    fn hear_foreign(&mut self, event: &Recorded) {
        let new = &event.event;
        let place = (new.correlation.clone(), new.process.clone());
        if let Some(row) = self.rows.get_mut(&place) {
            row.hear_foreign(event);
        } else if begins_foreign(&self.registry, event) {
            self.rows.insert(place, SagaRow::foreign(event));
        }
    }

    /// Keeps the list in the store, if much was new. A store that cannot keep it costs time only.
    pub async fn keep<S: EventStore + Checkpoints>(&mut self, store: &S) {
        if self.unsaved < WORTH_KEEPING || !self.unread.is_empty() {
            return;
        }
        let rows = self.rows.values().collect();
        if checkpoint::save(store, &self.registry, self.at, rows).await {
            self.unsaved = 0;
        }
    }

    /// Up to which position it speaks.
    pub const fn at(&self) -> Position {
        self.at
    }

    /// All rows of registered kinds, by transaction, then kind.
    pub fn rows(&self) -> impl Iterator<Item = &SagaRow> {
        self.rows.values().filter(|row| row.foreign.is_none())
    }

    /// All rows of kinds that nobody registered.
    pub fn foreign(&self) -> impl Iterator<Item = &SagaRow> {
        self.rows.values().filter(|row| row.foreign.is_some())
    }

    /// The row of that kind and transaction, of a registered kind or not.
    pub fn get(&self, kind: &str, transaction: &TransactionId) -> Option<&SagaRow> {
        self.rows.get(&(transaction.clone(), kind.into()))
    }

    /// A page of those sagas, with where each stands.
    ///
    /// # Errors
    /// [`DeskError`]: the kind is unknown, or the store cannot be read at all.
    pub async fn page<S: EventStore>(
        &mut self,
        store: &S,
        filter: &Filter,
        page: &Page,
    ) -> Result<Listing, DeskError> {
        if let Some(kind) = &filter.kind
            && !self.foreign().any(|row| *row.kind == **kind)
        {
            self.registry.known(kind)?;
        }
        let registry = self.registry.renewed(store).await?;
        let mut listing = Listing { unread: self.unread.clone(), ..Listing::default() };
        let mut unsaved = 0;
        for ((transaction, kind), row) in &mut self.rows {
            let behind = page.after.as_ref().is_none_or(|after| transaction > after);
            if !behind || !filter.takes(row) {
                continue;
            }
            if listing.rows.len() == page.limit.unwrap_or(usize::MAX) {
                listing.more = true;
                break;
            }
            let mut listed = Listed { row: row.clone(), stands: None, damage: None };
            if let Some(kind) = registry.get(kind)
                && !row.settled
            {
                match look_at(store, kind.as_ref(), transaction).await {
                    Ok(shown) => {
                        // Cases about it are no streams of its own, and may have come since.
                        row.settled = shown.look.finished && shown.version <= row.version;
                        unsaved += u64::from(row.settled);
                        listed.row.settled = row.settled;
                        let look = shown.look;
                        (row.failure, row.summary) = (look.failure, look.summary.into());
                        listed.row.failure.clone_from(&row.failure);
                        listed.row.summary.clone_from(&row.summary);
                        let (at, waits) = (look.stands_at, look.waits);
                        let (open_ends, units) = (look.open_ends, look.units);
                        if look.finished {
                            (row.by_hand, row.by_hand_units) = (open_ends, units);
                            listed.row.by_hand.clone_from(&row.by_hand);
                            listed.row.by_hand_units.clone_from(&row.by_hand_units);
                        } else {
                            listed.stands = Some(Stands { at, waits, open_ends, units });
                        }
                    }
                    Err(DeskError::Read(fault)) => return Err(fault.into()),
                    Err(error) => listed.damage = Some(with_sources(&error).into()),
                }
            }
            let unfinished = filter.standing == Some(Standing::Unfinished);
            if !(unfinished && listed.row.settled) {
                listing.rows.push(listed);
            }
        }
        self.unsaved += unsaved;
        Ok(listing)
    }
}

/// Whether that event begins the own stream of a saga whose kind nobody registered.
pub(super) fn begins_foreign(registry: &Registry, event: &Recorded) -> bool {
    let (category, new) = (event.stream.category(), &event.event);
    event.version == Version(1)
        && *category == *new.process
        && event.stream.id() == new.correlation.as_str()
        && registry.opener(category).is_none()
}

impl Filter {
    /// As far as the row tells.
    fn takes(&self, row: &SagaRow) -> bool {
        let standing = match self.standing {
            None => true,
            Some(Standing::Unfinished) => !row.settled,
            Some(Standing::Parked) => row.state() == State::Parked,
            Some(Standing::Ended) => row.ending.is_some(),
        };
        let ending = |wanted: &String| {
            let ending = row.ending.as_deref().or(row.foreign.as_deref());
            ending == Some(wanted)
                || ending.and_then(|it| it.split_once('.')).is_some_and(|it| it.1 == wanted)
        };
        standing
            && self.kind.as_ref().is_none_or(|kind| *row.kind == **kind)
            && self.ending.as_ref().is_none_or(ending)
            && self.requester.as_ref().is_none_or(|who| *row.requester == **who)
            && self.day.is_none_or(|day| row.day == Some(day))
            && self.parked_at.as_ref().is_none_or(|at| row.parked_as(|it| *it.row == **at))
            && self.code.as_ref().is_none_or(|code| row.parked_as(|it| *it.cause.code == **code))
    }
}
