//! What the frontier of the tree over the events is restored from: some hundred rows, whatever the number of events.

use crate::{
    connection::{Connection, Unanswered},
    row::{column, signed},
    sql,
};
use foldhash::fast::RandomState;
use fundflow_kernel::{
    envelope::Chain,
    merkle::{Frontier, Hash, Nodes, STORED_EVERY, TreeHash, leaf},
    store::{Position, ReadError, Version},
};
use std::{collections::HashMap, ops::Range};

/// Rows around the right edge of the tree.
struct Edge {
    hash: TreeHash,
    nodes: HashMap<(u32, u64), Hash, RandomState>,
    /// The first leaf of these is behind the last stored node.
    from: u64,
    leaves: Vec<Hash>,
}

/// The frontier of the first events of a store, up to that position.
pub(crate) async fn frontier(
    connection: &Connection,
    hash: TreeHash,
    head: Position,
) -> Result<Frontier, ReadError> {
    let fault = |error: Unanswered| ReadError::Fault(error.into());
    let from = head.0 >> STORED_EVERY << STORED_EVERY;
    let mut edge = Edge { hash, nodes: HashMap::default(), from, leaves: Vec::new() };
    for row in connection.query(sql::NODES, &[&signed(head.0)]).await.map_err(fault)? {
        let (height, number): (i32, i64) = (column(&row, 0)?, column(&row, 1)?);
        let root = hash_of(column(&row, 2)?)?;
        edge.nodes.insert((height.unsigned_abs(), number.unsigned_abs()), root);
    }
    let span = [signed(from), signed(head.0)];
    for row in connection.query(sql::LEAVES, &[&span[0], &span[1]]).await.map_err(fault)? {
        let next = from + edge.leaves.len() as u64 + 1;
        if column::<i64>(&row, 0)?.unsigned_abs() != next {
            return Err(missing(&format!("the event at position {next}")));
        }
        let version = Version(column::<i64>(&row, 2)?.unsigned_abs());
        let chain = Chain(hash_of(column(&row, 3)?)?.0);
        edge.leaves.push(leaf(hash, column(&row, 1)?, version, chain));
    }
    Frontier::restore(&mut edge, head.0)
}

fn hash_of(bytes: &[u8]) -> Result<Hash, ReadError> {
    bytes.try_into().map(Hash).map_err(|_| missing("a hash of 32 bytes"))
}

fn missing(what: &str) -> ReadError {
    ReadError::Damaged { place: "the tree".into(), what: format!("{what} is not there") }
}

impl Nodes for Edge {
    type Error = ReadError;

    fn hash(&self) -> TreeHash {
        self.hash
    }

    fn leaves(&mut self, range: Range<u64>) -> Result<Vec<Hash>, ReadError> {
        let at = |index: u64| usize::try_from(index.checked_sub(self.from)?).ok();
        let found = at(range.start).zip(at(range.end));
        let found = found.and_then(|(start, end)| self.leaves.get(start..end));
        found.map(<[Hash]>::to_vec).ok_or_else(|| missing("a leaf"))
    }

    fn stored(&mut self, height: u32, number: u64) -> Result<Option<Hash>, ReadError> {
        let found = self.nodes.get(&(height, number)).copied();
        found.map(Some).ok_or_else(|| missing(&format!("node {number} of height {height}")))
    }
}
