//! What one statement adds, column by column.

use crate::row::signed;
use chrono::NaiveDate;
use foldhash::fast::RandomState;
use fundflow_kernel::{
    envelope::{Chain, NewEvent},
    merkle::{Frontier, leaf},
    store::{Position, StreamAppend, Version},
};
use std::{collections::HashMap, convert::Infallible};
use tokio_postgres::types::ToSql;

/// The rows of one group of batches.
#[derive(Default)]
pub(crate) struct Rows<'w> {
    /// The position before the first event.
    pub(crate) before: i64,
    stream_ids: Vec<i64>,
    stream_names: Vec<&'w str>,
    type_ids: Vec<i32>,
    type_names: Vec<&'w str>,
    streams: Vec<i64>,
    names: Vec<&'w str>,
    versions: Vec<i64>,
    types: Vec<i32>,
    schemas: Vec<i32>,
    event_ids: Vec<&'w [u8]>,
    correlations: Vec<&'w str>,
    processes: Vec<&'w str>,
    causations: Vec<&'w str>,
    actors: Vec<String>,
    trace_parents: Vec<Option<&'w str>>,
    occurred: Vec<i64>,
    recorded: Vec<i64>,
    trade_dates: Vec<Option<NaiveDate>>,
    data: Vec<&'w str>,
    chains: Vec<&'w Chain>,
    links: Vec<&'w [u8]>,
    heights: Vec<i32>,
    numbers: Vec<i64>,
    hashes: Vec<Vec<u8>>,
    saved: HashMap<&'w str, (i64, &'w [u8]), RandomState>,
    readers: Vec<&'w str>,
    reader_positions: Vec<i64>,
    contents: Vec<&'w [u8]>,
}

/// What a statement says of its writer.
pub(crate) struct Claim {
    pub(crate) epoch: i64,
    pub(crate) lease_millis: i64,
    pub(crate) schema: String,
}

/// How much was there, to go back to.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    streams: usize,
    types: usize,
    events: usize,
}

impl<'w> Rows<'w> {
    pub(crate) fn after(head: Position) -> Self {
        Self { before: signed(head.0), ..Self::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.streams.is_empty() && self.saved.is_empty()
    }

    pub(crate) fn events(&self) -> usize {
        self.streams.len()
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            streams: self.stream_ids.len(),
            types: self.type_ids.len(),
            events: self.streams.len(),
        }
    }

    /// Drops what was added since, and returns the names of the event types among it.
    pub(crate) fn back_to(&mut self, mark: Mark) -> Vec<&'w str> {
        self.stream_ids.truncate(mark.streams);
        self.stream_names.truncate(mark.streams);
        self.streams.truncate(mark.events);
        self.names.truncate(mark.events);
        self.versions.truncate(mark.events);
        self.types.truncate(mark.events);
        self.schemas.truncate(mark.events);
        self.event_ids.truncate(mark.events);
        self.correlations.truncate(mark.events);
        self.processes.truncate(mark.events);
        self.causations.truncate(mark.events);
        self.actors.truncate(mark.events);
        self.trace_parents.truncate(mark.events);
        self.occurred.truncate(mark.events);
        self.recorded.truncate(mark.events);
        self.trade_dates.truncate(mark.events);
        self.data.truncate(mark.events);
        self.chains.truncate(mark.events);
        self.type_ids.truncate(mark.types);
        self.type_names.split_off(mark.types)
    }

    pub(crate) fn stream(&mut self, id: i64, append: &'w StreamAppend) {
        self.stream_ids.push(id);
        self.stream_names.push(append.stream.as_str());
    }

    pub(crate) fn event_type(&mut self, id: i32, name: &'w str) {
        self.type_ids.push(id);
        self.type_names.push(name);
    }

    pub(crate) fn event(
        &mut self,
        (stream, name, version): (i64, &'w str, Version),
        event_type: i32,
        event: &'w NewEvent,
    ) {
        self.streams.push(stream);
        self.names.push(name);
        self.versions.push(signed(version.0));
        self.types.push(event_type);
        self.schemas.push(event.schema.into());
        self.event_ids.push(&event.event_id.0);
        self.correlations.push(event.correlation.as_str());
        self.processes.push(&event.process);
        self.causations.push(&event.causation);
        self.actors.push(event.actor.to_string());
        self.trace_parents.push(event.trace_parent.as_deref());
        self.occurred.push(event.occurred_at.micros());
        self.recorded.push(event.recorded_at.micros());
        self.trade_dates.push(event.trade_date);
        self.data.push(&event.data);
        self.chains.push(&event.chain);
    }

    /// The position of the last event.
    pub(crate) fn head(&self) -> Position {
        Position(self.before.unsigned_abs() + self.streams.len() as u64)
    }

    /// Position and ID of the events of a stream that are to be added by now, in their order.
    pub(crate) fn of_stream(&self, stream: i64) -> impl Iterator<Item = (Position, &[u8])> {
        let places = self.streams.iter().zip(&self.event_ids).enumerate();
        places
            .filter(move |(_, (of, _))| **of == stream)
            .map(|(at, (_, id))| (Position(self.before.unsigned_abs() + at as u64 + 1), *id))
    }

    pub(crate) fn new_streams(&self) -> impl Iterator<Item = &'w str> {
        self.stream_names.iter().copied()
    }

    /// The last content of a reader counts.
    pub(crate) fn checkpoint(&mut self, reader: &'w str, at: Position, content: &'w [u8]) {
        self.saved.insert(reader, (signed(at.0), content));
    }

    /// Adds what follows from the rest: what is complete of the tree, and the last content of each reader.
    pub(crate) fn finish(&mut self, tree: &mut Frontier) {
        let places = self.names.iter().zip(&self.versions).zip(&self.chains);
        for ((name, version), chain) in places {
            let version = Version(version.unsigned_abs());
            let leaf = leaf(tree.hash(), name, version, **chain);
            let Ok(()) = tree.grow(leaf, |height, number, root| {
                self.heights.push(i32::try_from(height).unwrap_or(i32::MAX));
                self.numbers.push(signed(number));
                self.hashes.push(root.0.to_vec());
                Ok::<(), Infallible>(())
            });
        }
        self.links.extend(self.chains.iter().map(|chain| &chain.0[..]));
        for (reader, (at, content)) in &self.saved {
            self.readers.push(reader);
            self.reader_positions.push(*at);
            self.contents.push(content);
        }
    }

    /// In the order of `sql/append.sql`.
    pub(crate) fn binds<'a>(&'a self, claim: &'a Claim) -> [&'a (dyn ToSql + Sync); 29] {
        [
            &claim.epoch,
            &claim.lease_millis,
            &self.stream_ids,
            &self.stream_names,
            &self.type_ids,
            &self.type_names,
            &self.before,
            &self.streams,
            &self.versions,
            &self.types,
            &self.schemas,
            &self.event_ids,
            &self.correlations,
            &self.processes,
            &self.causations,
            &self.actors,
            &self.trace_parents,
            &self.occurred,
            &self.recorded,
            &self.trade_dates,
            &self.data,
            &self.links,
            &self.heights,
            &self.numbers,
            &self.hashes,
            &self.readers,
            &self.reader_positions,
            &self.contents,
            &claim.schema,
        ]
    }
}
