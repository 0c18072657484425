//! Made beside their names, for their owner alone, through no link.

use crate::read::regular;
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// What is behind the name of a file that is not whole yet.
const PART: &str = ".part";

/// A file that is being written: its name appears when it is whole. What is dropped before that is removed.
#[derive(Debug)]
pub struct Draft {
    file: File,
    beside: PathBuf,
    target: PathBuf,
    is_whole: bool,
}

impl Draft {
    /// Begins a file that takes this name when it is whole.
    ///
    /// # Errors
    /// Something stands there that is no regular file, or the system's.
    pub fn of(target: &Path) -> io::Result<Self> {
        replaceable(target)?;
        let mut beside = target.as_os_str().to_owned();
        beside.push(PART);
        let beside = PathBuf::from(beside);
        // What a process that died has left; of a link the link itself.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = private().write(true).create_new(true).open(&beside)?;
        Ok(Self { file, beside, target: target.to_owned(), is_whole: false })
    }

    /// Gives it its name. A process that dies before that leaves what stood there.
    ///
    /// # Errors
    /// The system's.
    pub fn finish(mut self) -> io::Result<()> {
        replaceable(&self.target)?;
        fs::rename(&self.beside, &self.target)?;
        self.is_whole = true;
        Ok(())
    }

    /// The same of what must survive a power cut.
    ///
    /// # Errors
    /// The system's.
    pub fn finish_synced(self) -> io::Result<()> {
        self.file.sync_all()?;
        self.finish()
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_whole {
            // It is not whole, and nobody waits for it.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// Nothing, or a regular file that may be replaced.
fn replaceable(target: &Path) -> io::Result<()> {
    match fs::symlink_metadata(target) {
        Ok(found) if found.is_symlink() => Err(link()),
        Ok(found) => regular(found.file_type()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn link() -> io::Error {
    let problem =
        "is a symbolic link, through which nothing is written; find out who made it, and remove it";
    io::Error::new(io::ErrorKind::InvalidInput, problem)
}

/// Puts these bytes under that name in one step.
///
/// # Errors
/// As [`Draft::of`].
pub fn replace(target: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    let mut draft = Draft::of(target)?;
    draft.write_all(bytes.as_ref())?;
    draft.finish()
}

/// Makes names that were given in a directory survive a power cut.
///
/// # Errors
/// The system's.
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    File::open(directory)?.sync_all()
}

/// Opens a file of ours to read it and to write behind what stands in it; it is made where there is none.
///
/// # Errors
/// Something stands there that is no regular file, or the system's.
pub fn append(path: &Path) -> io::Result<File> {
    replaceable(path)?;
    let file = private().read(true).write(true).create(true).truncate(false).open(path)?;
    regular(file.metadata()?.file_type())?;
    Ok(file)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    options
}

/// Makes a directory of ours and those above it where they are missing, each for its owner alone. `base` and what is
/// above it are the user's, and may be links; what is below it is ours, and may not.
///
/// # Errors
/// A link or something else stands below `base`, or the system's.
pub fn make_directory(base: &Path, path: &Path) -> io::Result<()> {
    let Ok(below) = path.strip_prefix(base) else { return make(path) };
    make(base)?;
    let mut directory = base.to_owned();
    for name in below {
        directory.push(name);
        make(&directory)?;
        if fs::symlink_metadata(&directory)?.is_symlink() {
            return Err(linked(&directory));
        }
    }
    Ok(())
}

/// Looks whether a directory of ours or one below it is a link, where they are there. `base` and what is above it are the
/// user's, and may be links.
///
/// # Errors
/// As [`make_directory`], with the path of the link.
pub fn check_directory(base: &Path, name: &str) -> io::Result<()> {
    let mut unseen = vec![base.join(name)];
    while let Some(path) = unseen.pop() {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() && path.is_dir() => return Err(linked(&path)),
            Ok(found) if found.is_dir() => {}
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        for entry in fs::read_dir(&path)? {
            let entry = entry?;
            if !entry.file_type()?.is_file() {
                unseen.push(entry.path());
            }
        }
    }
    Ok(())
}

fn linked(directory: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{} {}", directory.display(), link()))
}

fn make(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let mut private = DirBuilder::new();
    private.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
    private.create(path)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_its_owners_alone_and_appears_whole() {
        let directory = tempfile::tempdir().unwrap();
        let ours = directory.path().join("exchange/2026-02-12");
        make_directory(directory.path(), &ours).unwrap();
        let target = ours.join("it");
        let mut draft = Draft::of(&target).unwrap();
        draft.write_all(b"half").unwrap();
        assert!(!target.exists(), "it is not whole");
        drop(draft);
        assert_eq!(fs::read_dir(&ours).unwrap().count(), 0, "nothing is left of it");

        replace(&target, "whole").unwrap();
        replace(&target, "again").unwrap();

        assert_eq!(fs::read(&target).unwrap(), b"again");
        assert_eq!(
            [mode(&target), mode(&ours), mode(ours.parent().unwrap())],
            [0o600, 0o700, 0o700]
        );
        assert_eq!(fs::read_dir(&ours).unwrap().count(), 1);
    }

    #[test]
    fn nothing_is_written_through_a_planted_link() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("outside"), "theirs").unwrap();
        for name in ["it", "journal", "other.part"] {
            symlink(at("outside"), at(name)).unwrap();
        }
        fs::create_dir(at("elsewhere")).unwrap();
        symlink(at("elsewhere"), at("ours")).unwrap();

        let refused = replace(&at("it"), "ours").unwrap_err().to_string();
        assert!(refused.contains("is a symbolic link"), "{refused}");
        let refused = append(&at("journal")).unwrap_err().to_string();
        assert!(refused.contains("is a symbolic link"), "{refused}");
        replace(&at("other"), "ours").unwrap();
        let refused =
            make_directory(directory.path(), &at("ours").join("day")).unwrap_err().to_string();
        assert!(refused.contains("is a symbolic link"), "{refused}");
        fs::create_dir_all(at("exchange").join("day")).unwrap();
        check_directory(directory.path(), "exchange").unwrap();
        symlink(at("elsewhere"), at("exchange").join("day/in")).unwrap();
        for (name, link) in [("ours", "ours"), ("exchange", "exchange/day/in")] {
            let refused = check_directory(directory.path(), name).unwrap_err().to_string();
            assert!(refused.contains(&format!("{link} is a symbolic link")), "{refused}");
        }

        assert_eq!(fs::read(at("outside")).unwrap(), b"theirs");
        assert_eq!(fs::read(at("other")).unwrap(), b"ours");
        assert_eq!(fs::read_dir(at("elsewhere")).unwrap().count(), 0);
    }

    #[test]
    fn a_device_is_no_place_for_a_file() {
        let refused = replace(Path::new("/dev/full"), "ours").unwrap_err().to_string();

        assert!(refused.contains("is a device"), "{refused}");
    }
}
