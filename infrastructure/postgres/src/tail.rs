//! Follows the head of a store that another process writes: it is told of new events, and looks by itself now and then, since
//! what is told is lost while nobody listens.

use crate::{
    connection::{Connector, Unanswered},
    row::column,
    sql,
    state::Unread,
};
use fundflow_kernel::store::Position;
use std::{sync::Weak, time::Duration};
use tokio::sync::watch;

/// The longest that a new event is not seen while nothing is told of it.
const LOOK: Duration = Duration::from_secs(1);

/// Follows until nobody has the store open.
pub(crate) async fn follow(connector: Connector, head: Weak<watch::Sender<Position>>) {
    while head.strong_count() > 0 {
        if let Err(error) = listen(&connector, &head).await {
            tracing::debug!(%error, "new events are not heard of for now");
            tokio::time::sleep(LOOK).await;
        }
    }
}

async fn listen(connector: &Connector, head: &Weak<watch::Sender<Position>>) -> Result<(), Unread> {
    let (connection, mut news) = connector.connect_to_listen().await.map_err(Unanswered::from)?;
    connection.run(sql::LISTEN).await?;
    loop {
        let rows = connection.query(sql::HEAD, &[]).await?;
        let at = rows.first().map(|row| column::<i64>(row, 0)).transpose()?.unwrap_or_default();
        let at = Position(at.unsigned_abs());
        let Some(head) = head.upgrade() else { return Ok(()) };
        head.send_if_modified(|head| std::mem::replace(head, at.max(*head)) < at);
        drop(head);
        // News of another store of this database costs a look, and a time-out is one.
        if let Ok(None) = tokio::time::timeout(LOOK, news.recv()).await {
            return Ok(());
        }
        while news.try_recv().is_ok() {}
    }
}
