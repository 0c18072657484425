//! The Merkle tree over the events, as the store keeps it.
//!
//! 1. The writer has the frontier in memory. With the events of a transaction it inserts the roots of the
//!    subtrees that they complete, of 256 events, 65,536 and so on. *If the process dies, both are there or neither.*
//! 2. An opening restores the frontier from these and from the events behind the last complete 256.
//! 3. What is not stored, as in a store of before format 4, is computed from the events.

use crate::{
    open::{self, WITHOUT_TREE},
    open_error::Trouble,
    row::signed,
    sql,
};
use fundflow_kernel::{
    envelope::Chain,
    merkle::{Frontier, Hash, Nodes, TreeHash, leaf},
    store::{ReadError, Version},
};
use rusqlite::{Connection, OptionalExtension as _};
use std::ops::Range;

/// Why a hash of the tree does not come.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("the database cannot be read")]
    Database(#[from] rusqlite::Error),
    #[error("the event at position {0} is not there")]
    Missing(u64),
    #[error("its tree is made with \"{0}\", which this program does not know")]
    Unknown(String),
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Database(error) => error.into(),
            broken => Trouble::Broken(broken.to_string()),
        }
    }
}

impl From<Broken> for ReadError {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Database(error) => ReadError::Fault(error.into()),
            broken => ReadError::Damaged { place: "the tree".into(), what: broken.to_string() },
        }
    }
}

/// The hashes of a store's tree, from what it keeps and from its events.
pub struct StoredTree<'c> {
    database: &'c Connection,
    hash: TreeHash,
    is_stored: bool,
}

impl<'c> StoredTree<'c> {
    pub(super) fn of(database: &'c Connection, format: i32) -> Result<Self, Broken> {
        let is_stored = format > WITHOUT_TREE;
        let hash = if is_stored { hash_of(database)? } else { TreeHash::default() };
        Ok(Self { database, hash, is_stored })
    }

    /// All roots of complete subtrees that are stored: height, number, root.
    ///
    /// # Errors
    /// [`ReadError`] as for any read.
    pub fn all_stored(&self) -> Result<Vec<(u32, u64, Hash)>, ReadError> {
        if !self.is_stored {
            return Ok(Vec::new());
        }
        Ok(self.nodes().map_err(Broken::from)?)
    }

    fn nodes(&self) -> rusqlite::Result<Vec<(u32, u64, Hash)>> {
        let mut nodes = self.database.prepare(sql::NODES)?;
        let nodes = nodes.query_map([], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs(), Hash(row.get(2)?)))
        })?;
        nodes.collect()
    }

    /// Whether the tree is stored, or computed from the events.
    pub const fn is_stored(&self) -> bool {
        self.is_stored
    }

    /// Hands over the leaves of these indexes, one after another.
    fn each_leaf(
        &self,
        range: &Range<u64>,
        mut take: impl FnMut(Hash) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        let mut leaves = self.database.prepare_cached(sql::LEAVES)?;
        let mut rows = leaves.query((signed(range.start), signed(range.end)))?;
        let mut next = range.start + 1;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)?.unsigned_abs() != next {
                return Err(Broken::Missing(next));
            }
            let version = Version(row.get::<_, i64>(2)?.unsigned_abs());
            let name = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            take(leaf(self.hash, name, version, Chain(row.get(3)?)))?;
            next += 1;
        }
        if next > range.end { Ok(()) } else { Err(Broken::Missing(next)) }
    }
}

impl Nodes for StoredTree<'_> {
    type Error = ReadError;

    fn hash(&self) -> TreeHash {
        self.hash
    }

    fn leaves(&mut self, range: Range<u64>) -> Result<Vec<Hash>, ReadError> {
        let mut leaves = Vec::new();
        self.each_leaf(&range, |leaf| {
            leaves.push(leaf);
            Ok(())
        })?;
        Ok(leaves)
    }

    fn stored(&mut self, height: u32, number: u64) -> Result<Option<Hash>, ReadError> {
        if !self.is_stored {
            return Ok(None);
        }
        let found = self.database.prepare_cached(sql::NODE).and_then(|mut node| {
            node.query_row((height, signed(number)), |row| row.get(0)).optional()
        });
        Ok(found.map_err(Broken::from)?.map(Hash))
    }
}

fn hash_of(database: &Connection) -> Result<TreeHash, Broken> {
    let name: String = database.query_row(sql::TREE_HASH, [], |row| row.get(0))?;
    name.parse().map_err(|_| Broken::Unknown(name))
}

/// Brings a store of before the tree to this format: the tree over the events that are there.
pub(super) fn give(connection: &Connection) -> Result<(), Trouble> {
    let head = open::head(connection)?;
    tracing::info!(events = head.0, "the store gets the tree over its events");
    let transaction = open::begin(connection)?;
    for statement in sql::CREATE_TREE {
        transaction.execute(statement, [])?;
    }
    let stored = StoredTree { database: connection, hash: hash_of(connection)?, is_stored: true };
    let mut tree = Frontier::new(stored.hash);
    let mut insert = transaction.prepare(sql::INSERT_NODE)?;
    stored.each_leaf(&(0..head.0), |leaf| {
        let mut keep = |height, number, root: Hash| {
            insert.execute((height, signed(number), root.0)).map(drop).map_err(Broken::from)
        };
        tree.grow(leaf, &mut keep)
    })?;
    drop(insert);
    transaction.pragma_update(None, "user_version", open::FORMAT)?;
    transaction.commit()?;
    Ok(())
}

/// What the next events continue.
pub(super) fn frontier(connection: &Connection) -> Result<Frontier, Trouble> {
    let head = open::head(connection)?;
    let mut stored = StoredTree::of(connection, open::FORMAT)?;
    Frontier::restore(&mut stored, head.0).map_err(|error| match error {
        ReadError::Damaged { what, .. } => Trouble::Broken(what),
        ReadError::Fault(source) => Trouble::Io(std::io::Error::other(source)),
    })
}

/// What does not fit between the events and the stored nodes of their tree. It reads all of them.
pub(super) fn faults(connection: &Connection, format: i32) -> Result<Vec<String>, Trouble> {
    // Of one moment, also beside the process that writes.
    let moment = connection.unchecked_transaction()?;
    let stored = StoredTree::of(&moment, format)?;
    if !stored.is_stored {
        return Ok(Vec::new());
    }
    let (mut tree, mut made) = (Frontier::new(stored.hash), Vec::new());
    let head = open::head(connection)?;
    let walked = stored.each_leaf(&(0..head.0), |leaf| {
        tree.grow(leaf, |height, number, root| {
            made.push((height, number, root));
            Ok(())
        })
    });
    match walked {
        Err(Broken::Database(error)) => Err(error.into()),
        Err(broken) => Ok(vec![broken.to_string()]),
        Ok(()) => Ok(differences(&made, &stored.nodes()?)),
    }
}

/// What does not fit between the roots that were computed and those that are stored, in words.
pub fn differences(made: &[(u32, u64, Hash)], stored: &[(u32, u64, Hash)]) -> Vec<String> {
    let of = |nodes: &[(u32, u64, Hash)]| {
        let nodes = nodes.iter().map(|(height, number, root)| ((*height, *number), *root));
        nodes.collect::<std::collections::BTreeMap<_, _>>()
    };
    let (made, stored) = (of(made), of(stored));
    let mut found = Vec::new();
    for (place, root) in &made {
        match stored.get(place) {
            Some(stored) if stored == root => {}
            Some(stored) => {
                found.push(format!("{} is {stored} and should be {root}", named(*place)));
            }
            None => found.push(format!("{} is missing", named(*place))),
        }
    }
    let without = stored.keys().filter(|place| !made.contains_key(place));
    found.extend(without.map(|place| format!("{} is of no events", named(*place))));
    found
}

fn named((height, number): (u32, u64)) -> String {
    let events = 1_u128.checked_shl(height).unwrap_or_default();
    let first = u128::from(number).saturating_mul(events).saturating_add(1);
    let last = first.saturating_add(events).saturating_sub(1);
    format!("the tree's node over the events {first} to {last}")
}

#[cfg(test)]
mod tests;
