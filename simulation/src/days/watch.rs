//! Hears every event that becomes durable, and holds what is always true against it.

use super::{
    Days,
    coverage::{Coverage, Places},
    fault::Fault,
};
use crate::{
    log::Log,
    sound::{ends_once, is_grounded, is_no_defect, nothing_is_open_at_the_end, waits_for_somebody},
};
use fundflow_application::audit::{Live, Report};
use fundflow_kernel::{envelope::Recorded, time::Timestamp};
use fundflow_runtime::{look::Look, message::SagaId};
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// The truths, by the names under which a failure says them.
pub(super) mod truth {
    /// I1 to I6 of the books, the open ends of whoever is over, and what is registered.
    pub(crate) const CONSERVED: &str = "money and shares are conserved";
    /// Whoever was accepted waits for somebody, and comes to an end or is parked.
    pub(crate) const ENDS: &str = "what was accepted ends, or waits for somebody";
    /// What was acknowledged is stored, once.
    pub(crate) const STORED: &str = "what was acknowledged is kept, and once";
    /// Another process with the same log believes the same.
    pub(crate) const SAME: &str = "the same history gives the same state";
    /// Nothing is recorded earlier than what stands before it.
    pub(crate) const LATER: &str = "time never goes back in the log";
    /// Whoever reads in order misses nothing.
    pub(crate) const HEARD: &str = "a reader never misses an event";
    /// Whoever is parked waits for a word, and for nobody who mends the program.
    pub(crate) const STUMBLES: &str = "no row meets what it should not";
    /// Nothing says otherwise than what was decided.
    pub(crate) const DECIDED: &str = "a decision is not contradicted";
}

/// Which truth does not hold, and why, in words.
pub(super) type Untrue = (&'static str, String);

/// What is known of a saga besides its place.
#[derive(Debug, Default)]
struct Known {
    promise: Option<Value>,
    endings: Vec<String>,
    /// The fault that struck it last since it last moved.
    struck: Option<Fault>,
}

/// A reader of the log with everything that it has to hold against it.
pub(super) struct Watch<'a> {
    audit: Live<'a>,
    kinds: HashMap<&'static str, (usize, Vec<&'static str>)>,
    excuse: crate::sound::Excuse,
    heard: usize,
    /// When the newest event was recorded that was heard.
    at: Timestamp,
    known: HashMap<SagaId, Known>,
    places: Places<'a>,
    pub(super) coverage: Coverage,
}

impl<'a> Watch<'a> {
    pub(super) fn of<C>(days: &'a Days<C>) -> Self {
        let kinds = days.kinds.iter().enumerate();
        Self {
            audit: Live::of(&days.registry),
            kinds: kinds.map(|(at, it)| (it.name(), (at, it.ending_types()))).collect(),
            excuse: days.excuse,
            heard: 0,
            at: Timestamp::default(),
            known: HashMap::new(),
            places: Places::of(&days.rows),
            coverage: Coverage::default(),
        }
    }

    /// Notes that it struck these sagas.
    pub(super) fn strikes(&mut self, fault: Fault, saga: &SagaId) {
        self.known.entry(saga.clone()).or_default().struck = Some(fault);
    }

    /// Hears what is new, and looks at every saga that it touched.
    pub(super) fn hear(&mut self, log: &Log) -> Result<Vec<Arc<Look>>, Untrue> {
        let mut touched = BTreeSet::new();
        for event in log.events().skip(self.heard) {
            self.heard += 1;
            if event.position.0 != self.heard as u64 {
                let what = format!("position {} comes after {}", event.position, self.heard - 1);
                return Err((truth::HEARD, what));
            }
            let recorded_at = event.event.recorded_at;
            if recorded_at < self.at {
                let what = format!("position {}: {recorded_at} after {}", event.position, self.at);
                return Err((truth::LATER, what));
            }
            self.at = recorded_at;
            self.audit.hear(event).map_err(|found| (truth::CONSERVED, found.to_string()))?;
            touched.extend(self.moves(event));
        }
        touched.into_iter().map(|saga| self.check(log, &saga)).collect()
    }

    /// Notes where the event's saga stands now, and how it ends.
    fn moves(&mut self, event: &Recorded) -> Option<SagaId> {
        let (kind, (at, ending)) = self.kinds.get_key_value(&*event.event.process)?;
        let saga = SagaId { kind, transaction: event.event.correlation.clone() };
        let known = self.known.entry(saga.clone()).or_default();
        let name = &event.event.event_type;
        if event.stream.category() == *kind && ending.contains(&&**name) {
            known.endings.push(name.to_string());
        }
        if let Some((table, place)) = self.audit.stands_at(&saga) {
            let id = (*at, saga.transaction.as_str().into());
            let met = self.places.moves(id, table, place);
            if !met.is_empty() {
                let struck = known.struck.take();
                for cell in met {
                    self.coverage.meets(cell, struck);
                }
            }
        }
        Some(saga)
    }

    /// What the audit says of all that it has heard.
    pub(super) fn so_far(&mut self) -> Report {
        self.audit.so_far()
    }

    /// The saga as it was heard; `None` if it cannot be looked at.
    pub(super) fn look(&mut self, saga: &SagaId) -> Option<Arc<Look>> {
        self.audit.look(saga).and_then(Result::ok)
    }

    fn check(&mut self, log: &Log, saga: &SagaId) -> Result<Arc<Look>, Untrue> {
        let says = |what: String| format!("{saga}: {what}");
        let look = self.audit.look(saga).ok_or((truth::SAME, says("no such kind".into())))?;
        let look = look.map_err(|error| (truth::SAME, says(error.to_string())))?;
        waits_for_somebody(&look).map_err(|what| (truth::ENDS, says(what)))?;
        is_grounded(&look).map_err(|what| (truth::DECIDED, says(what)))?;
        is_no_defect(&look).map_err(|what| (truth::STUMBLES, says(what)))?;
        if let Err(what) = nothing_is_open_at_the_end(&look)
            && !(self.excuse)(log, saga)
        {
            return Err((truth::CONSERVED, says(what)));
        }
        if let Some((row, _)) = &look.parked {
            *self.coverage.parked.entry((saga.kind, row.clone())).or_default() += 1;
        }
        let known = self.known.entry(saga.clone()).or_default();
        ends_once(known.endings.iter().map(String::as_str))
            .map_err(|what| (truth::DECIDED, says(what)))?;
        let first = known.promise.get_or_insert_with(|| look.promise.clone());
        if *first != look.promise {
            let what = says(format!("{first} was promised, and now {}", look.promise));
            return Err((truth::STORED, what));
        }
        Ok(look)
    }
}
