//! Learns the streams that were there at the opening, page by page, so that what surely is not there need not be looked up.

use crate::{
    connection::{Connector, Unanswered},
    row::column,
    sql,
    state::Unread,
};
use fundflow_kernel::envelope::StreamName;
use fundflow_writing::PossibleIds;
use std::sync::Arc;

const PAGE: i64 = 4096;

/// Learns all up to that number. What fails costs time and nothing else: what is not known to be absent is looked up.
pub(crate) async fn learn(connector: Connector, ids: Arc<PossibleIds>, last: i64) {
    match learn_all(&connector, &ids, last).await {
        Ok(()) => ids.complete(),
        Err(error) => tracing::warn!(%error, "the streams of the store could not be listed"),
    }
}

async fn learn_all(connector: &Connector, ids: &PossibleIds, last: i64) -> Result<(), Unread> {
    let mut after = 0;
    if last == 0 {
        return Ok(());
    }
    let connection = connector.connect().await.map_err(Unanswered::from)?;
    while after < last {
        let page = connection.query(sql::STREAMS_AFTER, &[&after, &PAGE]).await?;
        for row in &page {
            ids.add(StreamName::id_of(column(row, 1)?));
            after = column(row, 0)?;
        }
        if page.is_empty() {
            return Ok(());
        }
    }
    Ok(())
}
