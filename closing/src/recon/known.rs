//! Cases that are there already: those of earlier reconciliations, and those that the engine opened by itself.
//!
//! 1. Of each case only what finds it again is kept.
//! 2. The engine's own case about a record is the case of whatever breaks there: nothing is found twice.

use super::{PROGRAM, ReconError, names_of};
use chrono::NaiveDate;
use fundflow_application::read_models::StreamFold;
use fundflow_domain::{
    case::{CaseId, Cases, Closing, How, Kind, SourceKind, State},
    ids::OrderId,
};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::envelope::StreamName;
use fundflow_reconciliation::{breaks::Break, row::Value, source::Source};
use std::collections::{HashMap, HashSet};

/// How a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stands {
    /// Somebody must look at it.
    Open,
    /// A person has settled it.
    Settled,
    /// An earlier reconciliation found that corrected files answer it, with these words.
    Answered(String),
}

/// A case that a reconciliation opened.
#[derive(Debug, Clone)]
pub(super) struct Ours {
    pub(super) stands: Stands,
    pub(super) kind: Kind,
    pub(super) day: NaiveDate,
    pub(super) source: String,
    pub(super) key: String,
    /// How often it was reopened.
    pub(super) reopened: usize,
    /// Whether this run has found it again.
    pub(super) is_found: bool,
}

/// A case that the engine opened.
#[derive(Debug, Clone)]
struct Engines {
    case: CaseId,
    source: SourceKind,
    record: String,
    kind: Kind,
    is_open: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) ours: HashMap<CaseId, Ours>,
    by_key: HashMap<(String, String), Vec<CaseId>>,
    engines: HashSet<CaseId>,
    by_order: HashMap<OrderId, Vec<Engines>>,
    by_record: HashMap<String, Vec<Engines>>,
}

impl Known {
    pub(super) async fn of(store: &SqliteStore) -> Result<Self, ReconError> {
        let mut known = Self::default();
        for stream in names_of::<Cases>(store, "")? {
            known.add(store, &stream).await?;
        }
        Ok(known)
    }

    async fn add(&mut self, store: &SqliteStore, stream: &StreamName) -> Result<(), ReconError> {
        let (fold, _) = StreamFold::<Cases>::load(store, stream).await?;
        let state = &fold.loaded.state;
        let Some(case) = state.case() else { return Ok(()) };
        if let Some(proposal) = case.proposal.as_ref().filter(|_| case.kind().is_break()) {
            let (source, key) = (proposal.source.to_string(), proposal.key.to_string());
            self.by_key.entry((source.clone(), key.clone())).or_default().push(case.id);
            let reopened = case.overturned.len();
            let (stands, kind, day, is_found) = (stands(state), case.kind(), proposal.day, false);
            self.ours.insert(case.id, Ours { stands, kind, day, source, key, reopened, is_found });
            return Ok(());
        }
        let engines = Engines {
            case: case.id,
            source: case.source.kind,
            record: case.source.record.to_string(),
            kind: case.kind(),
            is_open: state.is_open(),
        };
        self.engines.insert(case.id);
        if let Some(order) = &case.order {
            self.by_order.entry(order.clone()).or_default().push(engines);
        } else {
            self.by_record.entry(engines.record.clone()).or_default().push(engines);
        }
        Ok(())
    }

    /// An earlier run of the same day has found that one.
    pub(super) fn met(&mut self, case: CaseId) {
        if let Some(ours) = self.ours.get_mut(&case) {
            ours.is_found = true;
        }
    }

    /// Whether that case is in the log, and none that files answered.
    pub(super) fn is_there(&self, case: CaseId) -> bool {
        let is_ours = |it: &Ours| !matches!(it.stands, Stands::Answered(_));
        self.engines.contains(&case) || self.ours.get(&case).is_some_and(is_ours)
    }

    /// Cases of reconciliations under that key.
    pub(super) fn under(&self, source: Source, key: &str) -> Vec<CaseId> {
        let key = (source.name().to_owned(), key.to_owned());
        self.by_key.get(&key).cloned().unwrap_or_default()
    }

    /// The engine's open case about an order of which a record and its event agree: both are in doubt all the same.
    pub(super) fn doubted(&self, source: Source, order: &OrderId) -> Option<(CaseId, Kind)> {
        let of_order = self.by_order.get(order)?.iter();
        let mut open = of_order.filter(|it| it.is_open && door(it.source) == door(source.kind()));
        open.next().map(|it| (it.case, it.kind))
    }

    /// The engine's case about what breaks: the one on that very record, or one on another record of the same order that
    /// came through the same door.
    pub(super) fn engines(&self, found: &Break) -> Option<CaseId> {
        let record = found.record.as_ref();
        let on_it = record.into_iter().flat_map(|row| &row.cases);
        if let Some(case) = on_it.into_iter().find(|case| self.engines.contains(*case)) {
            return Some(*case);
        }
        let order = found.known().and_then(|row| row.order.as_ref());
        let of_order = order.and_then(|order| self.by_order.get(order));
        let number = record.and_then(|row| match row.values.get(number_of(found.source)) {
            Some(Value::Word(number)) => Some(number),
            Some(Value::Number(_) | Value::Day(_)) | None => None,
        });
        let of_record = number.and_then(|number| self.by_record.get(number));
        let same_door = |it: &&Engines| door(it.source) == door(found.source.kind());
        let mut all = of_order.into_iter().chain(of_record).flatten().filter(same_door);
        // A break between figures that both sides state is about them, whatever else the order has a case for.
        let found = if found.event.is_some() && found.record.is_some() {
            all.find(|it| it.is_open)
        } else {
            all.next()
        };
        found.map(|it| it.case)
    }
}

const fn number_of(source: Source) -> &'static str {
    match source {
        Source::Confirmations => "application",
        Source::Statement => "number",
        Source::Holdings => "account",
        Source::FundDays | Source::Settlements => "fund",
    }
}

/// Whether a registrar or whoever moves money said it; neither for our own books and persons.
const fn door(source: SourceKind) -> Option<bool> {
    match source {
        SourceKind::RegistrarFile | SourceKind::RegistrarCallback => Some(true),
        SourceKind::ChannelCallback | SourceKind::ChannelFile => Some(false),
        SourceKind::Ledger | SourceKind::Operator => None,
    }
}

fn stands(state: &State) -> Stands {
    match state {
        State::Absent | State::Open(_) => Stands::Open,
        State::Closed(_, Closing { how: How::Corrected { .. }, by, reason })
            if by.as_str() == PROGRAM =>
        {
            Stands::Answered(reason.to_string())
        }
        State::Closed(..) => Stands::Settled,
    }
}
