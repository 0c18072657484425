//! Where files for a counterparty are put, and where its files come from: a directory that both can reach, a mailbox,
//! an SFTP server.
//!
//! Files travel in sets. A set is an index and the data files that it names; whoever receives it acts on the index
//! alone, and finds the others beside it.
//!
//! 1. The index is the last to arrive. A set of which anything is missing, or still being written, is not there.
//! 2. A name has one content. What was put or taken under a name and has other bytes now is said, and is not taken.
//! 3. Putting the same set again does nothing; so does taking note of one again.

use std::{future::Future, path::PathBuf, sync::Arc};

/// A set that a counterparty has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The name of its index.
    pub index: Arc<str>,
    /// Whether it was taken before.
    pub taken: Taken,
}

/// What is known of a set that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Nothing of it was taken.
    Never,
    /// It was taken as it is.
    AsItIs,
    /// Under these names other bytes were taken.
    Otherwise(Vec<Arc<str>>),
}

/// A set on this machine, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSet {
    /// Its index; the data files are beside it.
    pub index: PathBuf,
    /// Every file of it, the index last.
    pub files: Vec<FileSum>,
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSum {
    /// Without its directory.
    pub name: Arc<str>,
    /// SHA-256 of the file's bytes.
    pub sha256: [u8; 32],
    /// Length in bytes.
    pub len: u64,
}

/// Why files do not come or go.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotExchanged {
    /// The other side cannot be reached, or does not do what it is asked. The same may be asked again.
    #[error("{what}: {why}; check the place of the exchange, and try again")]
    Unreachable {
        /// A file or a directory.
        what: String,
        /// What the system, or the other side, says.
        why: String,
    },
    /// A name that stands for other bytes already.
    #[error(
        "{name} has other bytes than before; find out which of the two counts, and have the other one sent \
         under another name"
    )]
    Otherwise {
        /// Name of the file.
        name: String,
    },
    /// A set that is not whole.
    #[error("{name}: {why}; wait for it, or have it sent again")]
    Incomplete {
        /// Name of the file.
        name: String,
        /// What is missing, or wrong.
        why: String,
    },
    /// Something that is no file to be exchanged.
    #[error("{name} {why}; find out who put it there")]
    Refused {
        /// Name of the file.
        name: String,
        /// Reason, for people.
        why: String,
    },
}

/// The way to a counterparty's files.
pub trait FileExchange: Send + Sync + 'static {
    /// Puts a set of this machine where the counterparty takes it, and returns what was put. It is durable there.
    fn put(
        &self,
        index: PathBuf,
    ) -> impl Future<Output = Result<Vec<FileSum>, NotExchanged>> + Send;
    /// The sets that have arrived whole, by the names of their indexes, ascending.
    fn arrived(&self) -> impl Future<Output = Result<Vec<Arrived>, NotExchanged>> + Send;
    /// Has a set that arrived on this machine, every file of it read once from its first byte to its last.
    fn get(&self, index: Arc<str>) -> impl Future<Output = Result<FileSet, NotExchanged>> + Send;
    /// Notes that all that a set says is durable here.
    fn taken(&self, set: FileSet) -> impl Future<Output = Result<(), NotExchanged>> + Send;
}
