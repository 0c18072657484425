//! Reading: a few connections, shared by whoever reads, made anew when they are gone.

use crate::{
    connection::{Binds, Connection, Connector, Unanswered},
    row,
};
use fundflow_kernel::{envelope::Recorded, store::ReadError};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Mutex;
use tokio_postgres::Row;

const CONNECTIONS: usize = 4;

pub(crate) struct Readers {
    connector: Connector,
    connections: [Mutex<Option<Arc<Connection>>>; CONNECTIONS],
    next: AtomicUsize,
}

impl Readers {
    pub(crate) fn of(connector: Connector) -> Self {
        let connections = std::array::from_fn(|_| Mutex::new(None));
        Self { connector, connections, next: AtomicUsize::new(0) }
    }

    /// Asks once more on a new connection where the old one was found gone: a reading changes nothing.
    pub(crate) async fn query(
        &self,
        sql: &'static str,
        binds: &Binds<'_>,
    ) -> Result<Vec<Row>, ReadError> {
        let fault = |error: Unanswered| ReadError::Fault(error.into());
        let first = self.connection().await.map_err(fault)?;
        match first.query(sql, binds).await {
            Err(Unanswered::Said(_)) if first.is_gone() => {
                self.connection().await.map_err(fault)?.query(sql, binds).await.map_err(fault)
            }
            answer => answer.map_err(fault),
        }
    }

    pub(crate) async fn events(
        &self,
        sql: &'static str,
        binds: &Binds<'_>,
    ) -> Result<Vec<Recorded>, ReadError> {
        self.query(sql, binds).await?.iter().map(row::event).collect()
    }

    async fn connection(&self) -> Result<Arc<Connection>, Unanswered> {
        let nth = self.next.fetch_add(1, Ordering::Relaxed) % CONNECTIONS;
        let mut place = self.connections[nth].lock().await;
        if let Some(connection) = place.as_ref().filter(|connection| !connection.is_gone()) {
            return Ok(connection.clone());
        }
        let new = Arc::new(self.connector.connect().await?);
        *place = Some(new.clone());
        Ok(new)
    }
}
