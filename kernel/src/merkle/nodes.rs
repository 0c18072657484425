//! Making proofs: from the leaves, and from the nodes stored above them, so that few leaves are read.

use super::{Frontier, Hash, TreeHash};
use std::{convert::Infallible, ops::Range};

/// Roots of complete subtrees are stored at each height that is a multiple of this: with 256 leaves, 65,536, …
pub const STORED_EVERY: u32 = 8;

/// Source of the hashes of a tree.
pub trait Nodes {
    /// Error of reading a hash.
    type Error;

    /// Hash function of the tree.
    fn hash(&self) -> TreeHash;

    /// Leaves of the range, never more than 256.
    ///
    /// # Errors
    /// The leaves cannot be read, or there are fewer.
    fn leaves(&mut self, range: Range<u64>) -> Result<Vec<Hash>, Self::Error>;

    /// The stored root of the complete subtree of that height, a multiple of [`STORED_EVERY`] above 0. None where
    /// none is stored: it is computed from the level below.
    ///
    /// # Errors
    /// The node cannot be read.
    fn stored(&mut self, height: u32, number: u64) -> Result<Option<Hash>, Self::Error>;
}

/// The root of the complete subtree of that height and number.
///
/// # Errors
/// Errors of `nodes`.
pub fn subtree<N: Nodes>(nodes: &mut N, height: u32, number: u64) -> Result<Hash, N::Error> {
    if height > 0
        && height.is_multiple_of(STORED_EVERY)
        && let Some(stored) = nodes.stored(height, number)?
    {
        return Ok(stored);
    }
    if height > STORED_EVERY {
        let left = subtree(nodes, height - 1, 2 * number)?;
        let right = subtree(nodes, height - 1, 2 * number + 1)?;
        return Ok(nodes.hash().node(left, right));
    }
    let mut tree = Frontier::new(nodes.hash());
    for leaf in nodes.leaves(number << height..(number + 1) << height)? {
        let Ok(()) = tree.grow(leaf, |_, _, _| Ok::<(), Infallible>(()));
    }
    Ok(tree.root())
}

/// The path from a leaf to the root over `size` leaves, from the leaf upwards (RFC 9162, 2.1.3.1). `index` is below
/// `size`.
///
/// # Errors
/// Errors of `nodes`.
pub fn inclusion<N: Nodes>(nodes: &mut N, index: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    let mut path = Vec::new();
    let mut within = 0..size;
    while within.end - within.start > 1 {
        let middle = split(&within);
        let beside = if index < middle { middle..within.end } else { within.start..middle };
        path.push(over(nodes, &beside)?);
        within = if index < middle { within.start..middle } else { middle..within.end };
    }
    path.reverse();
    Ok(path)
}

/// The path that shows that the tree over `second` leaves begins with the tree over `first` (RFC 9162, 2.1.4.1). `first`
/// is neither 0 nor above `second`.
///
/// # Errors
/// Errors of `nodes`.
pub fn consistency<N: Nodes>(
    nodes: &mut N,
    first: u64,
    second: u64,
) -> Result<Vec<Hash>, N::Error> {
    let mut path = Vec::new();
    let mut within = 0..second;
    while within.end != first {
        let middle = split(&within);
        if first <= middle {
            path.push(over(nodes, &(middle..within.end))?);
            within.end = middle;
        } else {
            path.push(over(nodes, &(within.start..middle))?);
            within.start = middle;
        }
    }
    // The first root itself is known to whoever asks, unless it was cut.
    if within.start > 0 {
        path.push(over(nodes, &within)?);
    }
    path.reverse();
    Ok(path)
}

/// Number of leaves of the left subtree: the largest power of two below their number.
fn split(range: &Range<u64>) -> u64 {
    let leaves = range.end - range.start;
    range.start + (1 << (leaves - 1).ilog2())
}

/// The root over a range that the tree splits off.
fn over<N: Nodes>(nodes: &mut N, range: &Range<u64>) -> Result<Hash, N::Error> {
    let leaves = range.end - range.start;
    if leaves.is_power_of_two() {
        return subtree(nodes, leaves.ilog2(), range.start >> leaves.ilog2());
    }
    let middle = split(range);
    let left = over(nodes, &(range.start..middle))?;
    let right = over(nodes, &(middle..range.end))?;
    Ok(nodes.hash().node(left, right))
}
