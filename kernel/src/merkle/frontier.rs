//! What must be remembered of a tree so that it can grow: the complete subtrees at its right edge.

use super::{Hash, Nodes, STORED_EVERY, TreeHash, nodes::subtree};

/// Size and root of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Hash function of the tree.
    pub hash: TreeHash,
    /// Number of leaves.
    pub size: u64,
    /// Root over all leaves.
    pub root: Hash,
}

/// A tree that grows by one leaf at a time. It holds a hash for each bit of its size that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontier {
    hash: TreeHash,
    size: u64,
    /// Roots of complete subtrees, the largest first.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The frontier of an empty log.
    pub const fn new(hash: TreeHash) -> Self {
        Self { hash, size: 0, peaks: Vec::new() }
    }

    /// The frontier of the first `size` leaves, from the stored nodes over them.
    ///
    /// # Errors
    /// Errors of `nodes`.
    pub fn restore<N: Nodes>(nodes: &mut N, size: u64) -> Result<Self, N::Error> {
        let hash = nodes.hash();
        let mut peaks = Vec::new();
        for height in (0..u64::BITS).rev().filter(|height| size >> height & 1 == 1) {
            let number = (size >> height) - 1;
            peaks.push(subtree(nodes, height, number)?);
        }
        Ok(Self { hash, size, peaks })
    }

    /// Hash function of the tree.
    pub const fn hash(&self) -> TreeHash {
        self.hash
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes in the next leaf. `complete` hears of each subtree that is complete with it and whose root is to
    /// be stored: its height, its number among those of that height, its root.
    ///
    /// # Errors
    /// Errors of `complete`; the frontier is then to be dropped.
    pub fn grow<E>(
        &mut self,
        leaf: Hash,
        mut complete: impl FnMut(u32, u64, Hash) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut root = leaf;
        for height in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                root = self.hash.node(left, root);
            }
            if (height + 1) % STORED_EVERY == 0 {
                complete(height + 1, self.size >> (height + 1), root)?;
            }
        }
        self.peaks.push(root);
        self.size += 1;
        Ok(())
    }

    /// Root over all leaves so far.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().copied();
        match peaks.next() {
            None => self.hash.of_nothing(),
            Some(last) => peaks.fold(last, |right, left| self.hash.node(left, right)),
        }
    }

    /// Size and root of the tree as it is now.
    pub fn head(&self) -> TreeHead {
        TreeHead { hash: self.hash, size: self.size, root: self.root() }
    }
}
