//! What the writer knows of the store. After anything that went wrong it is read anew, so that nothing is believed that was
//! only planned.

use crate::{
    connection::{Connection, Unanswered},
    ends::{End, Ends, New},
    row::column,
    sql, tree,
};
use foldhash::fast::RandomState;
use fundflow_kernel::{
    envelope::StreamName,
    merkle::Frontier,
    store::{Position, ReadError, StreamAppend, Version},
};
use std::{collections::HashMap, sync::Arc};

/// What the next statement follows.
pub(crate) struct State {
    pub(crate) head: Position,
    pub(crate) tree: Frontier,
    pub(crate) types: HashMap<Box<str>, i32, RandomState>,
    pub(crate) ends: Ends,
}

/// Whose the store is now.
#[derive(Debug, Clone)]
pub(crate) struct Owned {
    pub(crate) epoch: i64,
    pub(crate) owner: String,
}

/// Why it could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unread {
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<Unread> for ReadError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Unanswered(error) => ReadError::Fault(error.into()),
            Unread::Read(error) => error,
        }
    }
}

impl State {
    /// Reads it, with whose the store is.
    pub(crate) async fn read(
        connection: &Connection,
        cached: usize,
    ) -> Result<(Self, Owned), Unread> {
        let rows = connection.query(sql::STATE, &[]).await?;
        let row = rows.first().ok_or_else(|| damaged("it has no row that says whose it is"))?;
        let owned = Owned { epoch: column(row, 0)?, owner: column(row, 1)? };
        let hash: &str = column(row, 2)?;
        let hash = hash.parse().map_err(|error| damaged(&format!("{error}")))?;
        let head = Position(column::<i64>(row, 3)?.unsigned_abs());
        let ends = Ends::new(cached, column(row, 4)?);
        let tree = tree::frontier(connection, hash, head).await?;
        let mut types = HashMap::default();
        for row in connection.query(sql::EVENT_TYPES, &[]).await? {
            types.insert(column::<&str>(&row, 1)?.into(), column(&row, 0)?);
        }
        Ok((Self { head, tree, types, ends }, owned))
    }

    /// The streams of which it must be asked where they end before these appends can be judged.
    pub(crate) fn unknown<'w>(
        &mut self,
        appends: impl Iterator<Item = &'w StreamAppend>,
        new: New,
    ) -> Vec<&'w str> {
        let unknown = appends.filter(|append| self.ends.must_look_up(append, new));
        let mut unknown: Vec<&str> = unknown.map(|append| append.stream.as_str()).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    /// Asks the server where those streams end.
    pub(crate) async fn learn(
        &mut self,
        connection: &Connection,
        unknown: Vec<&str>,
    ) -> Result<(), Unread> {
        if unknown.is_empty() {
            return Ok(());
        }
        for row in connection.query(sql::ENDS, &[&unknown]).await? {
            let name: Arc<str> = column::<&str>(&row, 0)?.into();
            let stream = StreamName::try_from(name).map_err(ReadError::from)?;
            let version = column::<i64>(&row, 2)?.unsigned_abs();
            let end = End { id: column(&row, 1)?, version: Version(version) };
            self.ends.learn(stream, end);
        }
        Ok(())
    }
}

fn damaged(what: &str) -> ReadError {
    ReadError::Damaged { place: "the table store".into(), what: what.to_owned() }
}
