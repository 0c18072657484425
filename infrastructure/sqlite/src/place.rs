//! Where the files of a store are: all in one directory, which is what to mount, to copy and to name.
//!
//! 1. A store is known by its canonical path, so a symbolic link names the store that it leads to.
//! 2. The database is made under another name and gets its own when it is whole. So a database that is
//!    empty, or that is gone while a companion of it is there, was taken away: nothing is begun in its place.

use crate::{
    acknowledged::Mark,
    open,
    open_error::{OpenError, Trouble},
};
use fundflow_kernel::store::Position;
use nix::libc;
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Read as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// The folders that the programs of the project keep beside a store: files from and for registrars, journals of the
/// sandbox's counterparties, and heads, each of which is a claim about its log.
const FILES: &str = "exchange";
const BOOKS: &str = "sandbox";
const HEADS: &str = "heads";
/// Of a database, in bytes, and where it says the format of its tables and whose they are.
const HEADER: usize = 100;
const FORMAT_AT: usize = 60;
const APPLICATION_AT: usize = 68;
/// How often a mark is looked at before it is said to be in doubt.
const LOOKS: u32 = 5;
/// Bytes of the mark, far above what it has.
pub(super) const MARK_MOST: u64 = 1 << 16;

/// The database file of a store, and with it the names of its companions.
#[derive(Debug, Clone)]
pub(super) struct Place(PathBuf);

/// What stands where the database is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    Nothing,
    ADatabase,
}

impl Place {
    /// The place of a store that is to be there, or is to be made in a directory that is there.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        match fs::canonicalize(path) {
            Ok(canonical) => return Ok(Self(canonical)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let name = path.file_name().ok_or(io::ErrorKind::NotFound)?;
        Ok(Self(fs::canonicalize(directory_of(path))?.join(name)))
    }

    /// The same, whose directory is made where there is none, for its owner alone.
    pub(super) fn made(path: &Path) -> io::Result<Self> {
        make(directory_of(path))?;
        Self::of(path)
    }

    pub(super) fn database(&self) -> &Path {
        &self.0
    }

    /// Committed transactions that are not moved into the database yet.
    pub(super) fn log(&self) -> PathBuf {
        self.beside("-wal")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.beside(".lock")
    }

    pub(super) fn acknowledged(&self) -> PathBuf {
        self.beside(".acknowledged")
    }

    /// An empty file of its owner's alone, which takes the place of the store's file of that suffix when it is
    /// whole. What a process that died has left of one is removed; no link is followed.
    pub(super) fn begin(&self, suffix: &str) -> io::Result<PathBuf> {
        let path = self.beside(&format!("{suffix}.unfinished"));
        // A journal that is left would be played back into the new database.
        for left in [&path, &self.beside(&format!("{suffix}.unfinished-journal"))] {
            match fs::remove_file(left) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        private().create_new(true).open(&path)?;
        Ok(path)
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut path = self.0.as_os_str().to_owned();
        path.push(suffix);
        path.into()
    }

    /// Looks whether a store is here or may be made here; before the lock is taken, which leaves its own file.
    pub(super) fn look(&self) -> Result<Stands, Trouble> {
        match fs::metadata(&self.0) {
            Ok(found) if !found.is_file() => Err(Trouble::NotAStore),
            Ok(found) if found.len() > 0 => Ok(Stands::ADatabase),
            // Somebody was here before: a database of ours is never empty under its own name.
            Ok(_) if has_content(&self.lock()) => Err(Trouble::Emptied(self.lock())),
            Ok(_) => match self.folder() {
                Some(folder) => Err(Trouble::Emptied(folder)),
                None => self.nothing_of_a_store(Trouble::Emptied),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => match self.contradicted() {
                Some(folder) => Err(Trouble::Gone(folder)),
                None => self.nothing_of_a_store(Trouble::Gone),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses a database that was made with a companion, by its header, and has none: before it is opened, because SQLite
    /// makes files for that.
    pub(super) fn check_companion(&self) -> Result<(), Trouble> {
        let mut header = [0; HEADER];
        let is_read = fs::File::open(&self.0)?.read_exact(&mut header).is_ok();
        let number = |at: usize| header[at..].first_chunk().copied().map(i32::from_be_bytes);
        let is_ours = is_read && number(APPLICATION_AT) == Some(open::APPLICATION_ID);
        let has_companion = is_ours && number(FORMAT_AT) > Some(open::WITHOUT_IDENTITY);
        if has_companion && self.mark()?.is_none() { Err(Trouble::Alone) } else { Ok(()) }
    }

    /// Why there is nothing to read: the database was taken away, or there never was one.
    pub(super) fn without_database(path: &Path) -> OpenError {
        match Self::of(path).map(|place| (place.look(), place)) {
            Ok((Err(trouble @ Trouble::Gone(_)), place)) => trouble.at(&place),
            _ => OpenError::Missing { path: path.to_owned() },
        }
    }

    /// A folder that a log which is begun anew would contradict: heads are claims about another log, and journals and
    /// exchange files are answers to one, which the new one would take for its own.
    fn contradicted(&self) -> Option<PathBuf> {
        let ends = |path: &Path, with: &str| path.extension() == Some(with.as_ref());
        let speaks = |folder: &str, path: &Path| match folder {
            HEADS => ends(path, "head"),
            BOOKS => ends(path, "jsonl") && has_content(path),
            _ => true,
        };
        let folder = [HEADS, BOOKS, FILES].into_iter().find(|&folder| {
            let entries = fs::read_dir(self.0.with_file_name(folder));
            entries.is_ok_and(|mut all| all.any(|it| it.is_ok_and(|it| speaks(folder, &it.path()))))
        });
        folder.map(|folder| self.0.with_file_name(folder))
    }

    /// A folder beside a store: what was sent to others by it, and what they sent.
    fn folder(&self) -> Option<PathBuf> {
        let folders = [FILES, BOOKS].map(|name| self.0.with_file_name(name));
        folders.into_iter().find(|folder| folder.is_dir())
    }

    fn nothing_of_a_store(&self, trouble: fn(PathBuf) -> Trouble) -> Result<Stands, Trouble> {
        if has_content(&self.log()) {
            return Err(trouble(self.log()));
        }
        match self.mark() {
            Ok(Some(mark)) if mark.position > Position::START => Err(trouble(self.acknowledged())),
            Ok(_) => Ok(Stands::Nothing),
            Err(Trouble::Unreadable) => Err(trouble(self.acknowledged())),
            Err(other) => Err(other),
        }
    }

    /// A new name survives a power cut only when its directory's entry does.
    pub(super) fn sync_directory(&self) -> io::Result<()> {
        fs::File::open(directory_of(&self.0))?.sync_all()
    }

    /// What is to be said of a mark that may not be the last one.
    pub(super) fn doubt(&self, mark: Mark) -> Option<String> {
        mark.is_doubted.then(|| {
            format!(
                "{companion} keeps the last two marks of what was acknowledged, and one of them cannot be read: a \
                 power cut while it was written leaves that, and so does damage; by the other one everything up to \
                 position {position} was acknowledged, and whether more was is not known here: hold the log against \
                 the last head that left the house with `audit verify --head`; the next opening for writing writes \
                 the mark anew",
                companion = self.acknowledged().display(),
                position = mark.position
            )
        })
    }

    /// How far the store had acknowledged, by its companion; none beside a database of before it had one.
    pub(super) fn mark(&self) -> Result<Option<Mark>, Trouble> {
        // Beside the process that writes, a look may fall between two of its writes, and the next one does not.
        for _ in 1..LOOKS {
            match self.mark_now()? {
                Some(mark) if mark.is_doubted => {}
                found => return Ok(found),
            }
        }
        self.mark_now()
    }

    fn mark_now(&self) -> Result<Option<Mark>, Trouble> {
        match fundflow_files::read(&self.acknowledged(), MARK_MOST) {
            Ok(bytes) => Mark::newest(&bytes).map(Some).ok_or(Trouble::Unreadable),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Every directory that is made is synced into the one above it, or a power cut would take the store with its name.
fn make(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let above = directory_of(directory);
    make(above)?;
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // A file of that name is refused when it is used as a directory.
        _ => fs::File::open(above)?.sync_all(),
    }
}

/// To write a file of the store for its owner alone, and through no link.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    options
}

pub(super) fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.len() > 0)
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
