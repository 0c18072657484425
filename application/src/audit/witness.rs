//! The tree over the log as the audit computes it: from each event's fields and the link before it, believing neither the
//! links that are stored nor the nodes.
//!
//! Whoever keeps a head elsewhere has the root computed as it was at that size, and compares.

use fundflow_kernel::{
    envelope::{Chain, EventId, Recorded},
    merkle::{Frontier, Hash, TreeHash, TreeHead, leaf},
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

/// What is to be computed beside the audit, and what was.
#[derive(Debug, Clone)]
pub struct Witness {
    tree: Frontier,
    wanted: BTreeSet<u64>,
    found: BTreeMap<u64, Found>,
    nodes: Vec<(u32, u64, Hash)>,
    first: Option<Chain>,
    gap: Option<String>,
}

/// The log as it was at some size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Of the tree over so many events.
    pub root: Hash,
    /// The last of them.
    pub last_event: EventId,
    /// Recording instant of the last event.
    pub last_recorded: Timestamp,
}

impl Witness {
    /// A tree of that hash; the root is stored at these sizes.
    pub fn of(hash: TreeHash, sizes: impl IntoIterator<Item = u64>) -> Self {
        Self {
            tree: Frontier::new(hash),
            wanted: sizes.into_iter().collect(),
            found: BTreeMap::new(),
            nodes: Vec::new(),
            first: None,
            gap: None,
        }
    }

    /// With the link that follows from the event's fields.
    pub(super) fn hear(&mut self, event: &Recorded, link: Chain) {
        self.first.get_or_insert(link);
        let leaf = leaf(self.tree.hash(), event.stream.as_str(), event.version, link);
        let nodes = &mut self.nodes;
        let Ok(()) = self.tree.grow(leaf, |height, number, root| {
            nodes.push((height, number, root));
            Ok::<(), Infallible>(())
        });
        let size = self.tree.size();
        if self.wanted.contains(&size) {
            let (last_event, last_recorded) = (EventId::of(link), event.event.recorded_at);
            self.found.insert(size, Found { root: self.tree.root(), last_event, last_recorded });
        }
    }

    /// Something could not be read there, so whatever comes behind has no index.
    pub(super) fn misses(&mut self, place: &str) {
        self.gap.get_or_insert_with(|| place.to_owned());
    }

    /// The tree over all events that were heard.
    pub fn head(&self) -> TreeHead {
        self.tree.head()
    }

    /// How many events it is over.
    pub const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The log as it was at that size, one of those that were asked for.
    pub fn at(&self, size: u64) -> Option<&Found> {
        self.found.get(&size)
    }

    /// The link of the first event.
    pub const fn first(&self) -> Option<Chain> {
        self.first
    }

    /// Roots of complete subtrees that a store may keep: height, number, root.
    pub fn nodes(&self) -> &[(u32, u64, Hash)] {
        &self.nodes
    }

    /// The first place that could not be read.
    pub fn gap(&self) -> Option<&str> {
        self.gap.as_deref()
    }
}
