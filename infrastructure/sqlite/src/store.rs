//! The store's door: opened to write or to read, appended to, read, copied, closed.

mod names;

use crate::{
    checkpoint, heads, lock,
    open::{self, Opened},
    open_error::{OpenError, Trouble},
    place::{Place, Stands, has_content},
    reader::Readers,
    row::signed,
    sql,
    tree::StoredTree,
    writer::{self, Start},
};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    merkle::{Frontier, TreeHash, TreeHead},
    store::{AppendError, Batch, BoxError, Checkpoints, EventStore, Position, ReadError, Version},
};
use fundflow_writing::{Job, PossibleIds, Queue, Work};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::{mpsc, watch};

/// What a returned append has survived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// A crash of the process, the system or the power.
    #[default]
    Full,
    /// A crash of the process. For measurements; money wants `Full`.
    Normal,
}

/// How a store is opened. The defaults suit one engine on a machine of a few gigabytes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What a returned append has survived.
    pub durability: Durability,
    /// The writer's page cache, in MiB. Writing slows down when the indexes outgrow it.
    pub cache_mib: u32,
    /// Streams whose version is remembered; about 200 bytes each.
    pub cached_streams: usize,
    /// The log is moved into the database when it has so many pages of 16 KiB; 0: at closing only.
    pub checkpoint_pages: u32,
    /// Appends that may wait for the writer before callers wait themselves.
    pub queued_appends: usize,
    /// The most pages that the database may have; at the limit a write fails as on a full disk.
    pub max_pages: Option<u32>,
    /// The hash of the tree over the events; counts only when the store is made.
    pub tree_hash: TreeHash,
    /// How long to wait for another program that holds the database, before a batch is refused; a twelfth of it
    /// passes before that is said, and so on.
    pub patience: Duration,
    /// How long an opening waits for those who still read a store whose writer was killed, before it is refused.
    pub patience_with_readers: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            cache_mib: 64,
            cached_streams: 16_384,
            checkpoint_pages: 10_000,
            queued_appends: 1024,
            max_pages: None,
            tree_hash: TreeHash::Sha256,
            patience: Duration::from_secs(60),
            patience_with_readers: Duration::from_secs(5),
        }
    }
}

/// Why no copy was made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The place for the copy cannot be used.
    #[error("cannot write the copy {path}; name a file that does not exist, on a disk with room", path = path.display())]
    Unwritable {
        /// The file that the copy was to be.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// It was copied, and could not be made a store of its own.
    #[error("cannot finish the copy; remove what is there of it")]
    Unnamed(#[source] OpenError),
    /// SQLite could not read the one or write the other; it does not say which.
    #[error("cannot copy the store to {path}", path = path.display())]
    Uncopied {
        /// Where the copy was to be.
        path: PathBuf,
        /// Error of SQLite.
        #[source]
        source: BoxError,
    },
}

/// A store in one SQLite file. Clones share it.
#[derive(Clone)]
pub struct SqliteStore(Arc<Shared>);

struct Shared {
    place: Place,
    durability: Option<Durability>,
    queue: Queue,
    thread: Mutex<Option<JoinHandle<()>>>,
    readers: Readers,
    /// Where this process is the one that writes.
    ids: Option<Arc<PossibleIds>>,
    is_alone: bool,
    head: Arc<watch::Sender<Position>>,
}

impl SqliteStore {
    /// Opens the store for writing, and creates it and its directory if there is none.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do. Nothing is changed by an opening that fails.
    pub fn open(path: impl AsRef<Path>, settings: &Settings) -> Result<Self, OpenError> {
        let path = path.as_ref();
        Self::open_writer(path, settings)
    }

    /// Opens the store to read, also while another process writes. Appends are refused, and
    /// [`EventStore::head`] stays where the store was when it was opened.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        if !path.exists() {
            return Err(Place::without_database(path));
        }
        let place = Place::of(path).map_err(|error| io(path, error))?;
        let (head, is_alone) = open::check_to_read(&place).map_err(|trouble| trouble.at(&place))?;
        Ok(Self(Arc::new(Shared {
            durability: None,
            queue: queue(&place, None),
            thread: Mutex::new(None),
            readers: Readers::of(place.clone()),
            place,
            ids: None,
            is_alone,
            head: Arc::new(watch::Sender::new(head)),
        })))
    }

    fn open_writer(path: &Path, settings: &Settings) -> Result<Self, OpenError> {
        let place = Place::made(path).map_err(|error| io(path, error))?;
        let trouble = |trouble: Trouble| trouble.at(&place);
        let denied = |denied| match denied {
            lock::Denied::HeldBy(holder) => OpenError::Held { path: path.to_owned(), holder },
            lock::Denied::Io(error) => io(path, error),
        };
        let stands = place.look().map_err(trouble)?;
        let (lock, owner) = lock::take(&place).map_err(denied)?;
        if stands == Stands::Nothing && !has_content(place.database()) {
            open::create(&place, settings.tree_hash).map_err(trouble)?;
        }
        let lock = lock.and_database(&place).map_err(denied)?;
        let Opened { connection: mut database, acknowledged, tree } =
            open::for_writing(&place, settings).map_err(|failed| {
                open::remove_empty_log(&place);
                trouble(failed)
            })?;
        let started = open::take_over(&database, owner)
            .and_then(|epoch| Ok((epoch, open::head(&database)?, heads::last_id(&database)?)));
        let (epoch, head, streams): (i64, Position, i64) =
            started.map_err(|error| trouble(error.into()))?;
        let ids = Arc::new(PossibleIds::with_room(usize::try_from(streams).unwrap_or_default()));
        let published = Arc::new(watch::Sender::new(head));
        let (sender, jobs) = mpsc::channel(settings.queued_appends.max(1));
        let cached_streams = settings.cached_streams;
        let helper = checkpoint::employ(&mut database, &place, settings).map_err(trouble)?;
        let start = Start {
            database,
            acknowledged,
            tree,
            helper,
            lock: lock.kept(),
            epoch,
            head,
            cached_streams,
            ids: ids.clone(),
            jobs,
            published: published.clone(),
        };
        let thread = std::thread::Builder::new().name("fundflow-store".into());
        let thread = thread.spawn(move || writer::run(start)).map_err(|error| io(path, error))?;
        Ok(Self(Arc::new(Shared {
            durability: Some(settings.durability),
            queue: queue(&place, Some(sender)),
            thread: Mutex::new(Some(thread)),
            readers: Readers::of(place.clone()),
            place,
            ids: Some(ids),
            is_alone: false,
            head: published,
        })))
    }

    /// The setting that decides what a returned append has survived, in words.
    pub fn durability(&self) -> &'static str {
        match self.0.durability {
            Some(Durability::Full) => "sqlite wal synchronous=FULL",
            Some(Durability::Normal) => "sqlite wal synchronous=NORMAL",
            None => "sqlite read-only",
        }
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        self.0.place.database()
    }

    /// The tree over the events that are acknowledged now; of a store that is read, over those that were there when it
    /// was opened.
    ///
    /// # Errors
    /// [`ReadError`] as for any read.
    pub fn tree_head(&self) -> Result<TreeHead, ReadError> {
        self.tree_head_at(*self.0.head.borrow())
    }

    /// The tree as it was at that position, which an append has answered.
    ///
    /// # Errors
    /// [`ReadError`] as for any read, and where there is no such position.
    pub fn tree_head_at(&self, at: Position) -> Result<TreeHead, ReadError> {
        self.tree(|tree| Ok(Frontier::restore(tree, at.0)?.head()))
    }

    /// Lends the hashes of the tree, to make proofs of.
    ///
    /// # Errors
    /// As `read`'s, and [`ReadError`] as for any read.
    pub fn tree<T>(
        &self,
        read: impl FnOnce(&mut StoredTree<'_>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        self.0.readers.with(|reader| reader.tree(read))
    }

    /// Writes a consistent copy to a file that does not exist yet, while appends go on: everything that was
    /// answered before is in it. The copy is a store of its own, with another identity, and has its name once it is
    /// whole and on the disk.
    ///
    /// # Errors
    /// [`BackupError`]; nothing stands at `path` then.
    pub fn backup(&self, path: impl AsRef<Path>) -> Result<(), BackupError> {
        let path = path.as_ref();
        let unwritable = |source| BackupError::Unwritable { path: path.to_owned(), source };
        if path.symlink_metadata().is_ok() {
            return Err(unwritable(std::io::ErrorKind::AlreadyExists.into()));
        }
        let place = Place::of(path).map_err(unwritable)?;
        // For its owner alone, and through no link; SQLite takes an empty file for no file.
        let new = place.begin("").map_err(unwritable)?;
        let text = new
            .to_str()
            .ok_or_else(|| unwritable(std::io::Error::other("the path is not valid UTF-8")))?;
        let unnamed = |trouble: Trouble| BackupError::Unnamed(trouble.at(&place));
        let uncopied = |error: ReadError| {
            let source = match error {
                ReadError::Fault(said) => said,
                damaged @ ReadError::Damaged { .. } => damaged.into(),
            };
            BackupError::Uncopied { path: path.to_owned(), source }
        };
        let copied = self.0.readers.with(|reader| reader.copy_to(text)).map_err(uncopied);
        copied.and_then(|()| open::name_copy(&place, &new).map_err(unnamed)).inspect_err(|_| {
            // What is in the way of that is in the way of the next attempt, too, and is reported then.
            let _ = std::fs::remove_file(&new);
        })
    }

    /// Whether it is open without the companion that says how far it had acknowledged: its newest events may be
    /// elsewhere. Only to read is a store opened so.
    pub fn is_alone(&self) -> bool {
        self.0.is_alone
    }

    /// Writes what waits, moves the log into the database, and releases the lock. Later appends
    /// answer a fault. Dropping the last clone does the same, and blocks while it does.
    pub async fn close(&self) {
        self.0.readers.close_idle();
        self.0.queue.close().await;
    }
}

fn queue(place: &Place, jobs: Option<mpsc::Sender<Job>>) -> Queue {
    Queue::new(jobs, format!("{} is not open for writing", place.database().display()))
}

fn io(path: &Path, source: std::io::Error) -> OpenError {
    OpenError::Io { path: path.to_owned(), source }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.readers.close_idle();
        self.queue.shut();
        if let Some(thread) = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            // A panic of the writer was reported by its own thread; there is nobody to tell here.
            let _ = thread.join();
        }
        // To read a store at rest SQLite makes an empty log, which goes with the last reader.
        if self.durability.is_none() {
            open::remove_empty_log(&self.place);
        }
    }
}

impl EventStore for SqliteStore {
    async fn append(&self, batch: impl Into<Batch> + Send) -> Result<Position, AppendError> {
        self.0.queue.write(Work::Append(batch.into())).await
    }

    async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let binds = (stream.as_str(), signed(after.0), limit);
        self.0.readers.with(|reader| reader.events(sql::READ_STREAM, binds, Some(stream)))
    }

    async fn read_each(
        &self,
        streams: &[StreamName],
        limit: u32,
    ) -> Result<Vec<Vec<Recorded>>, ReadError> {
        let may_be = |stream: &StreamName| !self.surely_lacks(stream.id());
        self.0.readers.with(|reader| reader.histories(streams, may_be, limit))
    }

    fn surely_lacks(&self, id: &str) -> bool {
        self.0.ids.as_ref().is_some_and(|ids| ids.surely_lacks(id))
    }

    async fn read_back(
        &self,
        stream: &StreamName,
        before: Option<Version>,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let before = before.map_or(i64::MAX, |before| signed(before.0));
        let binds = (stream.as_str(), before, limit);
        self.0.readers.with(|reader| reader.events(sql::READ_STREAM_BACK, binds, Some(stream)))
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, ReadError> {
        let binds = (signed(after.0), limit);
        self.0.readers.with(|reader| reader.events(sql::READ_ALL, binds, None))
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.0.head.subscribe()
    }
}

impl Checkpoints for SqliteStore {
    async fn load(&self, reader: &str) -> Result<Option<(Position, Vec<u8>)>, ReadError> {
        self.0.readers.with(|readers| readers.checkpoint(reader))
    }

    async fn save(&self, reader: &str, at: Position, content: Vec<u8>) -> Result<(), AppendError> {
        self.0.queue.write(Work::Save { reader: reader.to_owned(), at, content }).await.map(drop)
    }
}
