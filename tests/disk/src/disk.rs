//! What is on the disk, and how it comes there. Everything here is ordinary files beside the modelled directory:
//!
//! ```text
//! files/<number>        what is on the disk of the file with that number
//! pages/<number>        which of its pages are dirty
//! directories/<number>/ the synced names: hard links to files/, symbolic links to directories/
//! tree                  the directory of the model, as a symbolic link
//! journal               one line per sync: its number, what became of it, what was synced
//! ```
//!
//! The number is the inode's in the modelled directory. A file made anew with the number of one that was removed
//! is a new file here; the names that lead to the old one still do.

use crate::{
    pages::{PAGE, Pages},
    settings::Settings,
    system,
    torn::Dice,
    variables::CUT_CODE,
};
use std::{
    fmt::Display,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{FileExt as _, MetadataExt as _, symlink},
    path::{Path, PathBuf},
};

/// A model that cannot go on ends its program.
pub(crate) trait Expected<T> {
    fn expected(self, what: &str) -> T;
}

impl<T> Expected<T> for io::Result<T> {
    fn expected(self, what: &str) -> T {
        self.unwrap_or_else(|error| panic!("the model of the disk needs {what}: {error}"))
    }
}

/// What a sync or a write is refused with.
type Refused = i32;

pub(crate) struct Disk {
    settings: Settings,
    syncs: u64,
    /// A sync of a directory failed: nothing is taken any more.
    read_only: bool,
}

impl Disk {
    /// The disk as an earlier process left it, or a new one with all that is in the directory.
    pub(crate) fn start(settings: Settings) -> Self {
        let disk = Self { settings, syncs: 0, read_only: false };
        let tree = disk.settings.disk.join("tree");
        if tree.symlink_metadata().is_err() {
            for part in ["files", "pages", "directories"] {
                fs::create_dir_all(disk.settings.disk.join(part)).expected("a place for the disk");
            }
            let number = disk.take(&disk.settings.directory);
            symlink(format!("directories/{number}"), tree).expected("a tree");
        }
        disk
    }

    /// Everything in that directory, the names with it, is on the disk. Returns the directory's number.
    fn take(&self, directory: &Path) -> u64 {
        for entry in fs::read_dir(directory).expected("a directory") {
            let path = entry.expected("an entry").path();
            if path.is_dir() {
                self.take(&path);
            } else {
                let file = File::open(&path).expected("a file");
                let number = self.begin(&file);
                fs::copy(&path, self.of("files", number)).expected("a copy");
            }
        }
        self.sync_names(directory)
    }

    fn of(&self, part: &str, number: u64) -> PathBuf {
        self.settings.disk.join(part).join(number.to_string())
    }

    pub(crate) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.settings.directory)
    }

    pub(crate) const fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// A file that the disk has nothing of yet.
    pub(crate) fn begin(&self, file: &File) -> u64 {
        let number = number_of(file);
        let place = self.of("files", number);
        if place.exists() {
            fs::remove_file(&place).expected("the number of a removed file");
        }
        File::create(place).expected("a file on the disk");
        Pages::create(&self.of("pages", number));
        number
    }

    /// The marks of a file. Whose making nobody saw is wholly dirty.
    fn pages(&self, file: &File) -> Pages {
        let number = number_of(file);
        if !self.of("files", number).exists() {
            self.begin(file);
            self.pages(file).mark(0..size_of(file));
        }
        Pages::open(&self.of("pages", number))
    }

    pub(crate) fn wrote(&self, file: &File, from: u64, to: u64) {
        self.pages(file).mark(from..to);
    }

    pub(crate) fn cut_to(&self, file: &File, size: u64) {
        self.pages(file).cut(size);
    }

    /// Of a file or a directory: counts it, and lets happen what is to happen at it.
    pub(crate) fn sync(&mut self, file: &File, path: &Path) -> Result<(), Refused> {
        self.syncs += 1;
        let nth = Some(self.syncs);
        let is_directory = file.metadata().expected("what is synced").is_dir();
        if self.settings.cut_before == nth {
            self.cut("cut before", path);
        }
        if self.read_only {
            self.note("refused", path);
            return Err(libc::EIO);
        }
        if self.settings.fail == nth {
            if is_directory {
                self.read_only = true;
            } else {
                self.pages(file).clear();
            }
            self.note(if is_directory { "failed directory" } else { "failed file" }, path);
            return Err(libc::EIO);
        }
        if is_directory {
            self.sync_names(path);
        } else {
            self.sync_file(file);
        }
        if self.settings.cut_after == nth {
            self.cut("cut after", path);
        }
        self.note(if is_directory { "synced directory" } else { "synced file" }, path);
        Ok(())
    }

    fn sync_file(&self, file: &File) {
        let pages = self.pages(file);
        let durable = self.sized(file, &pages);
        let size = size_of(file);
        for page in pages.dirty() {
            copy(file, &durable, page * PAGE..((page + 1) * PAGE).min(size));
        }
        pages.clear();
    }

    /// The file on the disk, with the size that the real one has now.
    pub(crate) fn sized(&self, file: &File, pages: &Pages) -> File {
        let durable = self.durable(number_of(file));
        // What was cut off and grew again is nothing but zeros where nothing was written since.
        let before = durable.metadata().expected("a file on the disk").len();
        durable.set_len(before.min(pages.least())).expected("a shorter file");
        durable.set_len(size_of(file)).expected("room on the disk");
        pages.set_least(u64::MAX);
        durable
    }

    pub(crate) fn durable(&self, number: u64) -> File {
        let place = self.of("files", number);
        OpenOptions::new().write(true).open(place).expected("a file on the disk")
    }

    /// The names of one directory as they are now. Returns its number.
    pub(crate) fn sync_names(&self, directory: &Path) -> u64 {
        let number = directory.metadata().expected("a directory").ino();
        let place = self.of("directories", number);
        if place.exists() {
            fs::remove_dir_all(&place).expected("a directory to write anew");
        }
        fs::create_dir(&place).expected("a directory on the disk");
        for entry in fs::read_dir(directory).expected("a directory") {
            let entry = entry.expected("an entry");
            let (path, name) = (entry.path(), place.join(entry.file_name()));
            let found = path.symlink_metadata().expected("an entry");
            if found.is_dir() {
                let below = self.of("directories", found.ino());
                fs::create_dir_all(&below).expected("a directory on the disk");
                symlink(format!("../{}", found.ino()), name).expected("a name");
            } else {
                if !self.of("files", found.ino()).exists() {
                    self.pages(&File::open(&path).expected("a file"));
                }
                fs::hard_link(self.of("files", found.ino()), name).expected("a name");
            }
        }
        number
    }

    fn cut(&self, when: &str, path: &Path) -> ! {
        if let Some(seed) = self.settings.torn {
            self.tear(&self.settings.directory, &mut Dice::of(seed ^ self.syncs << 32));
        }
        self.note(when, path);
        system::end(CUT_CODE)
    }

    /// The marks of a file that has some.
    pub(crate) fn marked(&self, number: u64) -> Option<Pages> {
        let place = self.of("pages", number);
        place.exists().then(|| Pages::open(&place))
    }

    fn note(&self, what: impl Display, path: &Path) {
        let below = path.strip_prefix(&self.settings.directory).unwrap_or(path).display();
        let journal = self.settings.disk.join("journal");
        let journal = OpenOptions::new().append(true).create(true).open(journal);
        let line = format!("{} {what} {below}\n", self.syncs);
        journal.and_then(|mut journal| journal.write_all(line.as_bytes())).expected("a journal");
    }
}

pub(crate) fn number_of(file: &File) -> u64 {
    file.metadata().expected("a file").ino()
}

pub(crate) fn size_of(file: &File) -> u64 {
    file.metadata().expected("a file").len()
}

/// Those bytes of the page cache, to the disk.
pub(crate) fn copy(from: &File, to: &File, bytes: std::ops::Range<u64>) {
    if bytes.start < bytes.end {
        let mut content = vec![0; usize::try_from(bytes.end - bytes.start).unwrap_or_default()];
        from.read_exact_at(&mut content, bytes.start).expected("what was written");
        to.write_all_at(&content, bytes.start).expected("room on the disk");
    }
}
