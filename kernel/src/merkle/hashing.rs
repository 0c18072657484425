//! The hash of a tree, and what a leaf is made of.

use crate::{envelope::Chain, store::Version};
use sha2::{Digest, Sha256};
use sm3::Sm3;
use std::{fmt, str::FromStr};

/// A hash in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// Hash function of a tree. Chosen when its log begins; links and IDs are SHA-256 in either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TreeHash {
    /// SHA-256 of FIPS 180-4.
    #[default]
    Sha256,
    /// SM3 of GB/T 32905.
    Sm3,
}

/// A text that names no hash function of a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is no hash of a tree; allowed are sha256 and sm3")]
pub struct NotAHash {
    /// The refused text, cut to 80 characters.
    pub value: String,
}

impl TreeHash {
    /// Name as it is stored and written in heads.
    pub const fn name(self) -> &'static str {
        match self {
            TreeHash::Sha256 => "sha256",
            TreeHash::Sm3 => "sm3",
        }
    }

    /// The root of a tree without leaves.
    pub fn of_nothing(self) -> Hash {
        self.over(&[])
    }

    /// Hash of a leaf with that content.
    pub fn leaf(self, data: &[u8]) -> Hash {
        self.over(&[&[0], data])
    }

    /// Hash of the node above two others.
    pub fn node(self, left: Hash, right: Hash) -> Hash {
        self.over(&[&[1], &left.0, &right.0])
    }

    fn over(self, parts: &[&[u8]]) -> Hash {
        fn digest<D: Digest<OutputSize = sha2::digest::consts::U32>>(parts: &[&[u8]]) -> Hash {
            let mut digest = D::new();
            for part in parts {
                digest.update(part);
            }
            Hash(digest.finalize().into())
        }
        match self {
            TreeHash::Sha256 => digest::<Sha256>(parts),
            TreeHash::Sm3 => digest::<Sm3>(parts),
        }
    }
}

impl fmt::Display for TreeHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

impl FromStr for TreeHash {
    type Err = NotAHash;
    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let all = [TreeHash::Sha256, TreeHash::Sm3];
        let found = all.into_iter().find(|hash| hash.name() == text);
        found.ok_or_else(|| NotAHash { value: text.chars().take(80).collect() })
    }
}

/// The leaf of an event: its stream's name behind its length, its version, its link.
pub fn leaf(hash: TreeHash, stream: &str, version: Version, link: Chain) -> Hash {
    let mut data = Vec::with_capacity(48 + stream.len());
    data.extend_from_slice(&(stream.len() as u64).to_be_bytes());
    data.extend_from_slice(stream.as_bytes());
    data.extend_from_slice(&version.0.to_be_bytes());
    data.extend_from_slice(&link.0);
    hash.leaf(&data)
}
