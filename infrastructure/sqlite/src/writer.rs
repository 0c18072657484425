//! The one thread that writes, and its group commit.
//!
//! 1. Wait for a job; take every other one that waits as well, up to a bound.
//! 2. Begin. Look whether this process still owns the store.
//! 3. Plan and insert each batch, and what it completes of the tree (`tree`). A refused batch inserts nothing; the others go on. A stream that is to be
//!    new is taken for new without a look; where its name is there all the same, or a batch would be refused,
//!    nothing of the transaction is done, and all of it is planned once more by what is there.
//! 4. Commit: one sync for all of them. *If the process dies before this returns, each batch is
//!    wholly there or wholly absent, and nobody has heard that it is there.*
//! 5. Publish the new head. *If it dies here, readers find the events when they next look.*
//! 6. Answer. *If it dies here, the answers are lost; a retry finds its events and writes nothing.*
//!
//! A failure in 3 or 4 poisons the store: what the disk holds is unknown until it is reopened. So does one of the
//! disk while the log is moved (`checkpoint`).

mod failed;
mod job;

use crate::{
    acknowledged::Acknowledged,
    checkpoint,
    heads::{self, Heads, New, Planned, Unplanned},
    open,
    row::{self, Place, signed},
    sql,
};
pub(super) use failed::said_by;
use failed::{DOUBLE, Failed, Stopped};
use foldhash::fast::RandomState;
use fundflow_kernel::{
    envelope::{Chain, StreamName},
    merkle::{Frontier, leaf},
    store::{AppendError, Position, StreamAppend},
};
use fundflow_writing::{Answer, Group, Job, PossibleIds, Work};
pub(super) use job::Start;
use rusqlite::{Connection, Statement};
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::{mpsc, oneshot, watch};

/// Streams of before the opening that are learned at a time: a few milliseconds.
const LEARNED: i64 = 4 * 1024;
/// A transaction takes no further job once it holds so many events.
const GROUP_EVENTS: usize = 16 * 1024;

/// Runs until it is asked to close or nobody can send any more.
pub(super) fn run(start: Start) {
    let Start {
        mut database,
        acknowledged,
        tree,
        helper,
        lock,
        epoch,
        head,
        cached_streams,
        ids,
        mut jobs,
        published,
    } = start;
    let closed;
    let mut poisoned = true;
    match Writer::new(&database, (acknowledged, tree), epoch, head, cached_streams, ids) {
        Ok(mut writer) => {
            let serve = || writer.serve(&mut jobs, &published, &helper.failure);
            closed = catch_unwind(AssertUnwindSafe(serve)).unwrap_or_else(|panic| {
                let stopped = writer.stopped.insert(Stopped::by_panic(&*panic));
                failed::refuse(&mut jobs, stopped)
            });
            poisoned = matches!(writer.stopped, Some(Stopped::Poisoned { .. }));
        }
        Err(error) => {
            tracing::error!(%error, "the store's writer could not start");
            closed = failed::refuse(&mut jobs, &Stopped::Poisoned { cause: said_by(&error) });
        }
    }
    drop(jobs);
    poisoned |= checkpoint::dismiss(&mut database, helper);
    checkpoint::leave(database, poisoned);
    drop(lock);
    if let Some(closed) = closed {
        // Nobody may be waiting any more.
        let _ = closed.send(());
    }
}

struct Writer<'db> {
    database: &'db Connection,
    acknowledged: Acknowledged,
    tree: Frontier,
    epoch: i64,
    head: Position,
    /// Of the last event that was inserted.
    link: Chain,
    heads: Heads<'db>,
    ids: Arc<PossibleIds>,
    /// The streams of before the opening that are still to be learned: after this one, up to that one.
    unlearned: std::ops::Range<i64>,
    /// The first job has come.
    has_worked: bool,
    types: HashMap<Box<str>, i64, RandomState>,
    stopped: Option<Stopped>,
    owner: Statement<'db>,
    insert_stream: Statement<'db>,
    insert_event_type: Statement<'db>,
    insert_event: Statement<'db>,
    insert_node: Statement<'db>,
    save_checkpoint: Statement<'db>,
    scratch: String,
}

impl<'db> Writer<'db> {
    fn new(
        database: &'db Connection,
        (acknowledged, tree): (Acknowledged, Frontier),
        epoch: i64,
        head: Position,
        cached_streams: usize,
        ids: Arc<PossibleIds>,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            database,
            acknowledged,
            tree,
            epoch,
            head,
            link: Chain::START,
            heads: Heads::of(database, cached_streams, ids.clone())?,
            unlearned: 0..heads::last_id(database)?,
            has_worked: false,
            ids,
            types: types_of(database)?,
            stopped: None,
            owner: database.prepare(sql::OWNER)?,
            insert_stream: database.prepare(sql::INSERT_STREAM)?,
            insert_event_type: database.prepare(sql::INSERT_EVENT_TYPE)?,
            insert_event: database.prepare(sql::INSERT_EVENT)?,
            insert_node: database.prepare(sql::INSERT_NODE)?,
            save_checkpoint: database.prepare(sql::SAVE_CHECKPOINT)?,
            scratch: String::new(),
        })
    }

    fn serve(
        &mut self,
        jobs: &mut mpsc::Receiver<Job>,
        published: &watch::Sender<Position>,
        failure: &checkpoint::Failure,
    ) -> Option<oneshot::Sender<()>> {
        while let Some(first) = self.next(jobs) {
            let Group { works, answers, closing } = Group::of(first, jobs, GROUP_EVENTS);
            if let (None, Some(cause)) = (&self.stopped, failure.get()) {
                self.stopped = Some(Stopped::Poisoned { cause: cause.clone() });
            }
            let outcomes = self.commit(&works);
            if *published.borrow() < self.head {
                published.send_replace(self.head);
            }
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // A caller that stopped waiting finds its events when it retries.
                let _ = answer.send(outcome);
            }
            if closing.is_some() {
                return closing;
            }
        }
        None
    }

    /// The next job. While there is none, and once before each, some more of the streams that were there at the
    /// opening are learned; from the first job on, since whoever starts on the store reads it until then, and all of
    /// their names are many pages.
    fn next(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Option<Job> {
        if !self.has_worked {
            self.has_worked = true;
            return jobs.blocking_recv();
        }
        loop {
            let learning = self.learn();
            match jobs.try_recv() {
                Ok(job) => return Some(job),
                Err(mpsc::error::TryRecvError::Disconnected) => return None,
                Err(mpsc::error::TryRecvError::Empty) if learning => {}
                Err(mpsc::error::TryRecvError::Empty) => return jobs.blocking_recv(),
            }
        }
    }

    /// Returns whether there is more to learn.
    fn learn(&mut self) -> bool {
        if self.unlearned.is_empty() {
            self.ids.complete();
            return false;
        }
        match self.learn_page() {
            Ok(last) => self.unlearned.start = last.unwrap_or(self.unlearned.end),
            // Nothing is lost but time: what is not known to be absent is looked up.
            Err(error) => {
                tracing::warn!(%error, "the streams of the store could not be listed");
                return false;
            }
        }
        true
    }

    fn learn_page(&self) -> rusqlite::Result<Option<i64>> {
        let mut page = self.database.prepare_cached(sql::STREAMS_AFTER)?;
        let mut rows = page.query((self.unlearned.start, LEARNED))?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            self.ids.add(StreamName::id_of(row.get_ref(1)?.as_str()?));
            last = Some(row.get(0)?);
        }
        Ok(last)
    }

    /// Steps 2 to 4; an answer for each work.
    fn commit(&mut self, works: &[Work]) -> Vec<Answer> {
        let (count, before) = (works.len(), self.head);
        if self.stopped.is_none() && count > 0 {
            match self.write_or_look(works) {
                Ok(answers) => return answers,
                Err(Failed::Begin(error)) => {
                    let error = Arc::new(error);
                    let fault = || Err(AppendError::Fault(error.clone().into()));
                    return std::iter::repeat_with(fault).take(count).collect();
                }
                Err(Failed::Fenced { owner }) => self.stopped = Some(Stopped::Fenced { owner }),
                Err(Failed::NotNew) => {
                    self.head = before;
                    self.stopped = Some(Stopped::Poisoned { cause: DOUBLE.into() });
                }
                Err(Failed::Write(error)) => {
                    tracing::error!(%error, "a write failed; the store takes no more until reopened");
                    self.head = before;
                    self.stopped = Some(Stopped::Poisoned { cause: said_by(&error) });
                }
                Err(Failed::Mark(error)) => {
                    tracing::error!(%error, "what was written cannot be acknowledged; the store takes no more until reopened");
                    self.head = before;
                    self.stopped = Some(Stopped::Poisoned { cause: error.to_string().into() });
                }
            }
        }
        let refusals = self.stopped.iter().cycle().map(|stopped| Err(stopped.refusal()));
        refusals.take(count).collect()
    }

    /// Nearly all streams that are to be new are: to look each of them up first would be for nothing.
    fn write_or_look(&mut self, works: &[Work]) -> Result<Vec<Answer>, Failed> {
        let before = (self.head, self.tree.clone());
        match self.write(works, New::Believed) {
            Err(Failed::NotNew) => {
                (self.head, self.tree) = before;
                self.heads.forget_all()?;
                self.types = types_of(self.database)?;
                self.write(works, New::LookedUp)
            }
            done => done,
        }
    }

    fn write(&mut self, works: &[Work], new: New) -> Result<Vec<Answer>, Failed> {
        let transaction = open::begin(self.database).map_err(Failed::Begin)?;
        self.check_owner()?;
        match works.iter().map(|work| self.apply(work, new)).collect::<Result<_, _>>() {
            Ok(answers) => {
                transaction.commit()?;
                self.acknowledged.advance(self.head, self.link).map_err(Failed::Mark)?;
                self.heads.age();
                Ok(answers)
            }
            Err(Failed::NotNew) => {
                transaction.rollback()?;
                Err(Failed::NotNew)
            }
            // SQLite has taken back what it could; the first cause is the one to tell.
            Err(error) => Err(error),
        }
    }

    fn check_owner(&mut self) -> Result<(), Failed> {
        let owner = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
        match self.owner.query_row([], owner)? {
            (epoch, _) if epoch == self.epoch => Ok(()),
            (_, owner) => Err(Failed::Fenced { owner }),
        }
    }

    fn apply(&mut self, work: &Work, new: New) -> Result<Answer, Failed> {
        match work {
            Work::Append(batch) => match self.heads.plan(batch, new) {
                Ok(plan) => Ok(Ok(self.insert(batch, &plan)?)),
                // It may be refused for what was only believed.
                Err(Unplanned::Refused(_)) if new == New::Believed => Err(Failed::NotNew),
                Err(Unplanned::Refused(refused)) => Ok(Err(refused)),
                Err(Unplanned::Broken(error)) => Err(error.into()),
            },
            Work::Save { reader, at, content } => {
                self.save_checkpoint.execute((reader, signed(at.0), content))?;
                Ok(Ok(*at))
            }
        }
    }

    fn insert(&mut self, batch: &[StreamAppend], plan: &[Planned]) -> rusqlite::Result<Position> {
        let mut last = None;
        for (append, planned) in batch.iter().zip(plan) {
            match *planned {
                Planned::Repeated(position) => last = last.max(Some(position)),
                Planned::Write { id, first } => {
                    if first {
                        self.insert_stream.execute((id, append.stream.as_str()))?;
                    }
                    self.insert_events(id, append)?;
                    last = Some(self.head);
                }
            }
        }
        Ok(last.unwrap_or(self.head))
    }

    fn insert_events(&mut self, stream: i64, append: &StreamAppend) -> rusqlite::Result<()> {
        for (index, event) in append.events.iter().enumerate() {
            let event_type = self.event_type(&event.event_type)?;
            let position = Position(self.head.0 + 1);
            let version = append.expected.plus(index + 1);
            let place = Place { position, name: &append.stream, stream, version, event_type };
            row::insert(&mut self.insert_event, &place, event, &mut self.scratch)?;
            let leaf = leaf(self.tree.hash(), append.stream.as_str(), version, event.chain);
            self.tree.grow(leaf, |height, number, root| {
                self.insert_node.execute((height, signed(number), root.0)).map(drop)
            })?;
            (self.head, self.link) = (position, event.chain);
        }
        Ok(())
    }

    fn event_type(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.types.get(name) {
            return Ok(*id);
        }
        let id = signed(self.types.len() as u64 + 1);
        self.insert_event_type.execute((id, name))?;
        self.types.insert(name.into(), id);
        Ok(id)
    }
}

fn types_of(database: &Connection) -> rusqlite::Result<HashMap<Box<str>, i64, RandomState>> {
    let mut known = database.prepare(sql::EVENT_TYPES)?;
    let types = known.query_map([0], |row| Ok((row.get(1)?, row.get(0)?)))?;
    types.collect()
}

#[cfg(test)]
mod tests;
