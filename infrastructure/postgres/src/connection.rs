//! One connection to the server, with the statements that were prepared on it.

use crate::{place::Place, settings::Settings};
use foldhash::fast::RandomState;
use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, NoTls, Row, Statement, types::ToSql};

/// What a statement is bound to.
pub(crate) type Binds<'a> = [&'a (dyn ToSql + Sync)];

/// Why a statement has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    #[error("the server said no, or the connection to it is gone")]
    Said(#[from] tokio_postgres::Error),
    #[error("the server did not answer within {} s", .0.as_secs())]
    Silent(Duration),
}

/// One connection. Statements on it may be under way at the same time; the server answers them in their order.
pub(crate) struct Connection {
    client: Client,
    limit: Duration,
    /// Something on it was not answered in time: what waits behind that would not be, either.
    is_silent: AtomicBool,
    prepared: Mutex<HashMap<&'static str, Statement, RandomState>>,
}

/// How a connection is made.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) place: Place,
    pub(crate) limit: Duration,
}

impl Connector {
    pub(crate) fn new(place: &Place, settings: &Settings) -> Self {
        let mut place = place.clone();
        let millis = settings.statement_limit.as_millis();
        let options = place.config.get_options().unwrap_or_default();
        let options = format!(
            "{options} -c search_path={} -c statement_timeout={millis} -c plan_cache_mode=force_generic_plan",
            place.schema
        );
        place.config.options(options.trim());
        if place.config.get_application_name().is_none() {
            place.config.application_name("fundflow");
        }
        if place.config.get_connect_timeout().is_none() {
            place.config.connect_timeout(Duration::from_secs(5));
        }
        // The server stops a statement by itself; this is for one that hears nothing any more.
        let limit = settings.statement_limit.saturating_add(Duration::from_secs(5));
        Self { place, limit }
    }

    pub(crate) async fn connect(&self) -> Result<Connection, tokio_postgres::Error> {
        let (client, connection) = self.place.config.connect(NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the server has ended");
            }
        });
        Ok(self.around(client))
    }

    /// With what the server says unasked.
    pub(crate) async fn connect_to_listen(
        &self,
    ) -> Result<(Connection, mpsc::UnboundedReceiver<String>), tokio_postgres::Error> {
        let (client, mut connection) = self.place.config.connect(NoTls).await?;
        let (said, hears) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
                match message {
                    Ok(AsyncMessage::Notification(news)) => {
                        // Whoever has gone needs no news.
                        let _ = said.send(news.payload().to_owned());
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::debug!(%error, "a connection to the server has ended");
                        return;
                    }
                }
            }
        });
        Ok((self.around(client), hears))
    }

    fn around(&self, client: Client) -> Connection {
        let (is_silent, prepared) = (AtomicBool::new(false), Mutex::default());
        Connection { client, limit: self.limit, is_silent, prepared }
    }
}

impl Connection {
    /// Whether another one must be made.
    pub(crate) fn is_gone(&self) -> bool {
        self.client.is_closed() || self.is_silent.load(Ordering::Relaxed)
    }

    /// Prepared once on this connection.
    pub(crate) async fn query(
        &self,
        sql: &'static str,
        binds: &Binds<'_>,
    ) -> Result<Vec<Row>, Unanswered> {
        let answer = async {
            let prepared = self.prepared(sql).await?;
            self.client.query(&prepared, binds).await
        };
        self.in_time(answer).await
    }

    /// Several statements without binds, one transaction unless they say otherwise.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), Unanswered> {
        self.in_time(self.client.batch_execute(sql)).await
    }

    async fn in_time<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Unanswered> {
        if let Ok(answer) = tokio::time::timeout(self.limit, answer).await {
            return Ok(answer?);
        }
        self.is_silent.store(true, Ordering::Relaxed);
        Err(Unanswered::Silent(self.limit))
    }

    async fn prepared(&self, sql: &'static str) -> Result<Statement, tokio_postgres::Error> {
        let known = self.prepared.lock().unwrap_or_else(PoisonError::into_inner).get(sql).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let new = self.client.prepare(sql).await?;
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).insert(sql, new.clone());
        Ok(new)
    }
}
