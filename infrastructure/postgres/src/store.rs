//! The store's door: opened to write or to read, appended to, read, closed.

use crate::{
    connection::Connector,
    learner,
    open::{self, Opened},
    open_error::OpenError,
    place::Place,
    reader::Readers,
    row::{column, signed},
    settings::Settings,
    sql, tail,
    writer::Writer,
};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    merkle::TreeHead,
    store::{AppendError, Batch, Checkpoints, EventStore, Position, ReadError, Version},
};
use fundflow_writing::{Job, PossibleIds, Queue, Work};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// A store on a PostgreSQL server. Clones share it.
#[derive(Clone)]
pub struct PostgresStore(Arc<Shared>);

struct Shared {
    connector: Connector,
    server: String,
    readers: Readers,
    queue: Queue,
    /// Where this process is the one that writes.
    ids: Option<Arc<PossibleIds>>,
    head: Arc<watch::Sender<Position>>,
}

impl PostgresStore {
    /// Opens the store for writing, and makes its schema and tables if there are none. `owner` says to whoever is refused
    /// who has it: process, host and start time, say. Waits for the lease of a writer that died.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub async fn open(place: &Place, settings: &Settings, owner: &str) -> Result<Self, OpenError> {
        let connector = Connector::new(place, settings);
        let opened = open::for_writing(&connector, settings, owner).await?;
        let Opened { state, server, .. } = &opened;
        let (last, server) = (state.ends.last_id(), server.clone());
        let head = Arc::new(watch::Sender::new(state.head));
        let streams = usize::try_from(last).unwrap_or_default();
        let ids = Arc::new(PossibleIds::with_room(streams));
        let (sender, jobs) = mpsc::channel(settings.queued_appends.max(1));
        let writer = Writer::new(opened, connector.clone(), settings, ids.clone(), head.clone());
        tokio::spawn(writer.run(jobs));
        tokio::spawn(learner::learn(connector.clone(), ids.clone(), last));
        Ok(Self(Arc::new(Shared {
            readers: Readers::of(connector.clone()),
            connector,
            server,
            queue: queue(place, Some(sender)),
            ids: Some(ids),
            head,
        })))
    }

    /// Opens the store to read, also while another process writes. Appends are refused; [`EventStore::head`] follows what
    /// others append.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub async fn open_read_only(place: &Place, settings: &Settings) -> Result<Self, OpenError> {
        let connector = Connector::new(place, settings);
        let (head, server) = open::for_reading(&connector).await?;
        let head = Arc::new(watch::Sender::new(head));
        tokio::spawn(tail::follow(connector.clone(), Arc::downgrade(&head)));
        Ok(Self(Arc::new(Shared {
            readers: Readers::of(connector.clone()),
            connector,
            server,
            queue: queue(place, None),
            ids: None,
            head,
        })))
    }

    /// The server's version, and the settings that decide what a returned append has survived, in words.
    pub fn durability(&self) -> &str {
        &self.0.server
    }

    /// The tree over the events up to the head, as it is restored from what the store has of it.
    ///
    /// # Errors
    /// [`ReadError`] as for any read.
    pub async fn tree_head(&self) -> Result<TreeHead, ReadError> {
        let connection = self.0.connector.connect().await;
        let connection = connection.map_err(|error| ReadError::Fault(error.into()))?;
        let (state, _) = crate::state::State::read(&connection, 1).await?;
        Ok(state.tree.head())
    }

    /// Writes what waits, and gives the store free for the next writer. Later appends answer a fault.
    pub async fn close(&self) {
        self.0.queue.close().await;
    }
}

fn queue(place: &Place, jobs: Option<mpsc::Sender<Job>>) -> Queue {
    Queue::new(jobs, format!("{place} is not open for writing"))
}

impl EventStore for PostgresStore {
    async fn append(&self, batch: impl Into<Batch> + Send) -> Result<Position, AppendError> {
        self.0.queue.write(Work::Append(batch.into())).await
    }

    async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let (after, limit) = (signed(after.0), i64::from(limit));
        self.0.readers.events(sql::READ_STREAM, &[&stream.as_str(), &after, &limit]).await
    }

    async fn read_each(
        &self,
        streams: &[StreamName],
        limit: u32,
    ) -> Result<Vec<Vec<Recorded>>, ReadError> {
        let mut histories = vec![Vec::new(); streams.len()];
        let may_be = |stream: &StreamName| !self.surely_lacks(stream.id());
        if !streams.iter().any(may_be) {
            return Ok(histories);
        }
        let names: Vec<&str> = streams.iter().map(StreamName::as_str).collect();
        let rows = self.0.readers.query(sql::READ_EACH, &[&names, &i64::from(limit)]).await?;
        for row in &rows {
            let nth = usize::try_from(column::<i64>(row, 16)? - 1).unwrap_or(usize::MAX);
            if let Some(history) = histories.get_mut(nth) {
                history.push(crate::row::event(row)?);
            }
        }
        Ok(histories)
    }

    fn surely_lacks(&self, id: &str) -> bool {
        self.0.ids.as_ref().is_some_and(|ids| ids.surely_lacks(id))
    }

    async fn read_back(
        &self,
        stream: &StreamName,
        before: Option<Version>,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let before = before.map_or(i64::MAX, |before| signed(before.0));
        let limit = i64::from(limit);
        self.0.readers.events(sql::READ_STREAM_BACK, &[&stream.as_str(), &before, &limit]).await
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, ReadError> {
        self.0.readers.events(sql::READ_ALL, &[&signed(after.0), &i64::from(limit)]).await
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.0.head.subscribe()
    }
}

impl Checkpoints for PostgresStore {
    async fn load(&self, reader: &str) -> Result<Option<(Position, Vec<u8>)>, ReadError> {
        let rows = self.0.readers.query(sql::LOAD_CHECKPOINT, &[&reader]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some((Position(column::<i64>(row, 0)?.unsigned_abs()), column(row, 1)?)))
    }

    async fn save(&self, reader: &str, at: Position, content: Vec<u8>) -> Result<(), AppendError> {
        self.0.queue.write(Work::Save { reader: reader.to_owned(), at, content }).await.map(drop)
    }
}
