//! The one task that writes, and its group commit.
//!
//! 1. Wait for a job; take every other one that waits as well, up to a bound.
//! 2. Ask where the streams end that are not known, in one question. A stream that is to be new is taken for new.
//! 3. Plan each batch. A refused batch adds nothing; the others go on.
//! 4. Send one statement with all of it. The server adds it if this writer still owns the store, all or nothing.
//! 5. Publish the new head, and answer.
//!
//! Whatever goes wrong in 2 to 4, all that the writer believes is read anew, and the group is planned again by what is there:
//! what the server has of it is recognised by its event IDs. So a lost answer is no question, and the events are there once.

mod failed;
mod plan;

use crate::{
    connection::{Connection, Connector},
    ends::New,
    open::Opened,
    rows::{Claim, Rows},
    settings::Settings,
    sql,
    state::State,
};
use failed::Failed;
use fundflow_kernel::{
    envelope::StreamName,
    store::{AppendError, Position},
};
use fundflow_writing::{Answer, Group, Job, PossibleIds, Work};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, watch};

/// Between two attempts while the server is away.
const PAUSE: Duration = Duration::from_millis(100);

/// A statement takes no further job once it holds so many events.
const GROUP_EVENTS: usize = 8 * 1024;

/// The writer of a store that it has taken over.
pub(crate) struct Writer {
    connector: Connector,
    settings: Settings,
    epoch: i64,
    connection: Option<Connection>,
    state: Option<State>,
    ids: Arc<PossibleIds>,
    published: Arc<watch::Sender<Position>>,
    /// Who has the store now, once it is somebody else's.
    fenced_by: Option<String>,
}

impl Writer {
    pub(crate) fn new(
        opened: Opened,
        connector: Connector,
        settings: &Settings,
        ids: Arc<PossibleIds>,
        published: Arc<watch::Sender<Position>>,
    ) -> Self {
        Self {
            connector,
            settings: settings.clone(),
            epoch: opened.epoch,
            connection: Some(opened.connection),
            state: Some(opened.state),
            ids,
            published,
            fenced_by: None,
        }
    }

    /// Serves until it is closed, or nobody is left to ask.
    pub(crate) async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let third = (self.settings.lease / 3).max(Duration::from_millis(10));
        let closing = loop {
            match tokio::time::timeout(third, jobs.recv()).await {
                Err(_) => self.renew().await,
                Ok(None) => break None,
                Ok(Some(first)) => {
                    let Group { works, answers, closing } =
                        Group::of(first, &mut jobs, GROUP_EVENTS);
                    let outcomes = self.commit(&works).await;
                    for (answer, outcome) in answers.into_iter().zip(outcomes) {
                        // A caller that stopped waiting finds its events when it retries.
                        let _ = answer.send(outcome);
                    }
                    if closing.is_some() {
                        break closing;
                    }
                }
            }
        };
        self.release().await;
        if let Some(closed) = closing {
            // Whoever closed it may have gone.
            let _ = closed.send(());
        }
    }

    /// While nothing is written the lease is put off by itself.
    async fn renew(&mut self) {
        if self.fenced_by.is_some() {
            return;
        }
        let lease = self.settings.lease_millis();
        let epoch = self.epoch;
        let renewed = async {
            let connection = self.connected().await?;
            Ok::<_, Failed>(connection.query(sql::RENEW, &[&epoch, &lease]).await?.is_empty())
        };
        match renewed.await {
            Ok(false) => {}
            Ok(true) => {
                let owner = self.owner_now().await;
                tracing::error!(%owner, "the store was taken over by another writer");
                self.fenced_by = Some(owner);
            }
            Err(error) => {
                tracing::warn!(%error, "the lease of the store cannot be renewed now");
                self.start_over();
            }
        }
    }

    async fn release(&mut self) {
        if self.fenced_by.is_some() {
            return;
        }
        let epoch = self.epoch;
        let released = async {
            let connection = self.connected().await?;
            Ok::<_, Failed>(connection.query(sql::RELEASE, &[&epoch]).await?)
        };
        if let Err(error) = released.await {
            tracing::debug!(%error, "the next writer waits for the end of the lease");
        }
    }

    /// An answer for each work.
    async fn commit(&mut self, works: &[Work]) -> Vec<Answer> {
        let until = Instant::now() + self.settings.patience;
        let mut new = New::Believed;
        while self.fenced_by.is_none() && !works.is_empty() {
            let failed = match self.attempt(works, new).await {
                Ok(answers) => return answers,
                Err(failed) => failed,
            };
            self.start_over();
            let is_first_look = std::mem::replace(&mut new, New::LookedUp) == New::Believed;
            match failed {
                Failed::Fenced { owner } => {
                    tracing::error!(%owner, "the store was taken over by another writer");
                    self.fenced_by = Some(owner);
                }
                Failed::NotNew(_) if is_first_look => {}
                failed if failed.may_pass() && Instant::now() < until => {
                    tracing::warn!(error = %failed, "the server does not take a batch now; it is tried again");
                    tokio::time::sleep(PAUSE).await;
                }
                failed => return failed.refusals(works.len()),
            }
        }
        let fenced = || AppendError::Fenced { owner: self.fenced_by.clone().unwrap_or_default() };
        works.iter().map(|_| Err(fenced())).collect()
    }

    /// Forgets what it believes; a connection that answered is of use still.
    fn start_over(&mut self) {
        self.state = None;
        self.connection = self.connection.take().filter(|connection| !connection.is_gone());
    }

    async fn connected(&mut self) -> Result<&Connection, Failed> {
        if self.connection.as_ref().is_none_or(Connection::is_gone) {
            self.state = None;
            self.connection = Some(self.connector.connect().await?);
        }
        self.connection.as_ref().ok_or(Failed::Away)
    }

    async fn ready(&mut self) -> Result<(&Connection, &mut State), Failed> {
        let (epoch, cached) = (self.epoch, self.settings.cached_streams);
        self.connected().await?;
        let connection = self.connection.as_ref().ok_or(Failed::Away)?;
        if self.state.is_none() {
            let (state, owned) = State::read(connection, cached).await?;
            if owned.epoch != epoch {
                return Err(Failed::Fenced { owner: owned.owner });
            }
            self.published.send_if_modified(|head| {
                let moves = *head < state.head;
                *head = state.head.max(*head);
                moves
            });
            self.state = Some(state);
        }
        let state = self.state.as_mut().ok_or(Failed::Away)?;
        Ok((connection, state))
    }

    /// Steps 2 to 5.
    async fn attempt(&mut self, works: &[Work], new: New) -> Result<Vec<Answer>, Failed> {
        let ids = self.ids.clone();
        let claim = Claim {
            epoch: self.epoch,
            lease_millis: self.settings.lease_millis(),
            schema: self.connector.place.schema.clone(),
        };
        let (connection, state) = self.ready().await?;
        let unknown = state.unknown(works.iter().flat_map(Work::appends), new);
        state.learn(connection, unknown).await?;
        let mut rows = Rows::after(state.head);
        let mut answers = Vec::with_capacity(works.len());
        for work in works {
            answers.push(match work {
                Work::Append(batch) => {
                    match plan::add(connection, state, &mut rows, batch).await? {
                        // It may be refused for what was only believed.
                        Err(AppendError::Conflict { .. }) if new == New::Believed => {
                            return Err(Failed::NotNew(None));
                        }
                        planned => planned,
                    }
                }
                Work::Save { reader, at, content } => {
                    rows.checkpoint(reader, *at, content);
                    Ok(*at)
                }
            });
        }
        if rows.is_empty() {
            return Ok(answers);
        }
        rows.finish(&mut state.tree);
        rows.new_streams().for_each(|name| ids.add(StreamName::id_of(name)));
        let binds = rows.binds(&claim);
        if connection.query(sql::APPEND, &binds).await?.is_empty() {
            return Err(Failed::Fenced { owner: self.owner_now().await });
        }
        state.head = rows.head();
        state.ends.age();
        ids.grow(usize::try_from(state.ends.last_id()).unwrap_or(usize::MAX));
        let head = state.head;
        if rows.events() > 0 {
            self.published.send_replace(head);
        }
        Ok(answers)
    }

    /// By the server; for people.
    async fn owner_now(&mut self) -> String {
        let Some(connection) = &self.connection else { return String::new() };
        match State::read(connection, 1).await {
            Ok((_, owned)) => owned.owner,
            Err(error) => format!("another writer ({error})"),
        }
    }
}
