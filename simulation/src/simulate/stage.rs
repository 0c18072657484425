//! What a simulation's truths see, and what is always true of every saga that a batch touched.

use crate::{
    log::Log,
    sound::{Excuse, ends_once, is_grounded, nothing_is_open_at_the_end, waits_for_somebody},
};
use fundflow_kernel::{envelope::StreamName, ids::TransactionId};
use fundflow_runtime::{
    kind::Kind,
    look::{Look, LookError},
    message::SagaId,
};
use std::{collections::BTreeSet, sync::Arc};

/// What is durable, and everybody outside, at one instant.
#[derive(Debug)]
pub struct Stage<'a, C> {
    /// All streams, as the store has them.
    pub log: &'a Log,
    /// The counterparties of the simulation.
    pub counterparties: &'a C,
    /// The streams that the last batch continued; at the end, all.
    pub touched: &'a [StreamName],
    /// Whether everything has come to its end.
    pub is_over: bool,
}

/// How often what goes wrong, in a thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// A call never arrives.
    pub lost: u16,
    /// A call acts, and its answer is lost.
    pub unheard: u16,
    /// Unasked news are lost.
    pub missed: u16,
    /// Something is said again.
    pub again: u16,
    /// The process dies, and another one starts.
    pub crash: u16,
    /// The store refuses an append: somebody else was faster, or nobody knows.
    pub refused: u16,
    /// The clock jumps by up to two days.
    pub jump: u16,
}

impl Default for Faults {
    fn default() -> Self {
        Self { lost: 60, unheard: 60, missed: 60, again: 60, crash: 15, refused: 15, jump: 20 }
    }
}

impl Faults {
    /// Nothing goes wrong.
    pub const NONE: Self =
        Self { lost: 0, unheard: 0, missed: 0, again: 0, crash: 0, refused: 0, jump: 0 };
}

/// Everything about a saga, as a desk reads it.
pub(super) fn look_at(
    kind: &dyn Kind,
    log: &Log,
    transaction: &TransactionId,
) -> Result<Look, LookError> {
    let process = StreamName::of(kind.name(), transaction);
    let streams = kind.streams_of(transaction, &log.of_streams(&[process]));
    kind.look(transaction, &log.of_streams(&streams))
}

/// Checks every saga that the events from that place on touched.
pub(super) fn check_touched(
    kinds: &[Arc<dyn Kind>],
    excuse: Excuse,
    log: &Log,
    from: usize,
) -> Result<(), String> {
    let mut sagas: BTreeSet<SagaId> = BTreeSet::new();
    for recorded in log.events().skip(from) {
        let event = &recorded.event;
        if let Some(kind) = kinds.iter().find(|kind| kind.name() == &*event.process) {
            sagas.insert(SagaId { kind: kind.name(), transaction: event.correlation.clone() });
        }
    }
    for saga in sagas {
        let kind = kinds.iter().find(|kind| kind.name() == saga.kind);
        let excused = excuse(log, &saga);
        let checked = kind.map_or(Ok(()), |kind| check(kind.as_ref(), excused, log, &saga));
        checked.map_err(|what| format!("{saga}: {what}"))?;
    }
    Ok(())
}

fn check(kind: &dyn Kind, excused: bool, log: &Log, saga: &SagaId) -> Result<(), String> {
    let look = look_at(kind, log, &saga.transaction).map_err(|error| error.to_string())?;
    waits_for_somebody(&look)?;
    is_grounded(&look)?;
    if !excused {
        nothing_is_open_at_the_end(&look)?;
    }
    let ends = kind.ending_types();
    let process = log.stream(&look.streams[0]).map(|it| it.event.event_type.as_ref());
    ends_once(process.filter(|name| ends.contains(name)))
}
