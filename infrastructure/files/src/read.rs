//! Opened without waiting, and never read further than a limit.

use std::{
    fs::{self, File, FileType, OpenOptions},
    io::{self, BufRead, BufReader, Read as _},
    path::Path,
};

/// Bytes of a file that are looked at in one go.
const CHUNK: usize = 64 * 1024;

/// The most that is read of a file that people write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole file.
    pub file: u64,
    /// Bytes between two line breaks.
    pub line: usize,
    /// Lines, blank ones too.
    pub lines: u64,
}

/// Opens a regular file, or a link to one, to read it.
///
/// # Errors
/// What else stands there, in words; else the system's.
pub fn open(path: &Path) -> io::Result<File> {
    // A device may do something when it is opened.
    regular(fs::metadata(path)?.file_type())?;
    let mut options = OpenOptions::new();
    options.read(true);
    // What took the file's place meanwhile may be a pipe that nobody writes into.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    regular(file.metadata()?.file_type())?;
    Ok(file)
}

/// Opens a regular file, and no link to one, to read it.
///
/// # Errors
/// As [`open`].
pub fn open_itself(path: &Path) -> io::Result<File> {
    regular(fs::symlink_metadata(path)?.file_type())?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NONBLOCK | libc::O_NOFOLLOW,
    );
    let file = options.open(path)?;
    regular(file.metadata()?.file_type())?;
    Ok(file)
}

pub(crate) fn regular(found: FileType) -> io::Result<()> {
    if found.is_file() {
        return Ok(());
    }
    let what = name_of(found);
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("is {what}; only a regular file is taken"),
    ))
}

fn name_of(found: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if found.is_fifo() {
            return "a pipe (FIFO)";
        }
        if found.is_socket() {
            return "a socket";
        }
        if found.is_char_device() || found.is_block_device() {
            return "a device";
        }
    }
    if found.is_dir() {
        "a directory"
    } else if found.is_symlink() {
        "a symbolic link"
    } else {
        "no file"
    }
}

/// The content of a file of at most so many bytes.
///
/// # Errors
/// As [`open`], and a file that is larger.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read <= most) {
        Ok(bytes)
    } else {
        Err(too_large(most))
    }
}

/// The same as text.
///
/// # Errors
/// As [`read`], and a file that is not UTF-8.
pub fn text(path: &Path, most: u64) -> io::Result<String> {
    let no_text = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    String::from_utf8(read(path, most)?).map_err(no_text)
}

/// The content of a file within all of these limits, looked at as it comes: of a line that is too long no more than the
/// limit is ever in memory. The error has the line, where one is meant.
///
/// # Errors
/// As [`open`], and the first limit that is passed.
pub fn lines_within(path: &Path, limits: Limits) -> Result<Vec<u8>, (Option<u64>, io::Error)> {
    let whole = |error: io::Error| (None, error);
    let mut input = BufReader::with_capacity(CHUNK, open(path).map_err(whole)?);
    let (mut bytes, mut line, mut long) = (Vec::new(), 1_u64, 0_usize);
    loop {
        let chunk = input.fill_buf().map_err(whole)?;
        if chunk.is_empty() {
            return Ok(bytes);
        }
        for byte in chunk {
            if matches!(byte, b'\n' | b'\r') {
                // A pair of them is one line, so the limit of lines is not to the line.
                line += u64::from(*byte == b'\n');
                long = 0;
            } else {
                long += 1;
            }
            if long > limits.line {
                return Err((Some(line), too_long(limits.line)));
            }
        }
        if line > limits.lines {
            return Err((Some(line), too_many(limits.lines)));
        }
        bytes.extend_from_slice(chunk);
        let used = chunk.len();
        input.consume(used);
        if u64::try_from(bytes.len()).is_ok_and(|read| read > limits.file) {
            return Err(whole(too_large(limits.file)));
        }
    }
}

fn too_large(most: u64) -> io::Error {
    io::Error::new(
        io::ErrorKind::FileTooLarge,
        format!("is larger than {most} bytes, which are the most that is read"),
    )
}

fn too_long(most: usize) -> io::Error {
    let problem = format!("the line is longer than {most} bytes, which are the most that is read");
    io::Error::new(io::ErrorKind::FileTooLarge, problem)
}

fn too_many(most: u64) -> io::Error {
    let problem = format!("the file has more than {most} lines, which are the most that is read");
    io::Error::new(io::ErrorKind::FileTooLarge, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Limits = Limits { file: 20, line: 5, lines: 3 };

    fn said(content: &[u8]) -> Result<Vec<u8>, (Option<u64>, String)> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("it");
        fs::write(&path, content).unwrap();
        lines_within(&path, SMALL).map_err(|(line, error)| (line, error.to_string()))
    }

    #[test]
    fn what_is_within_the_limits_is_read_and_what_is_not_is_named_with_its_line() {
        assert_eq!(said(b"12345\r\n12345\n"), Ok(b"12345\r\n12345\n".to_vec()));
        let (line, problem) = said(b"1\n123456\n").unwrap_err();
        assert_eq!(line, Some(2));
        assert!(problem.contains("longer than 5 bytes"), "{problem}");
        let (line, problem) = said(b"1\n2\n3\n4\n").unwrap_err();
        assert_eq!(line, Some(5));
        assert!(problem.contains("more than 3 lines"), "{problem}");
        let (line, problem) = said(b"12345\r\n\r\n\r12345\r12345\r").unwrap_err();
        assert_eq!(line, None);
        assert!(problem.contains("larger than 20 bytes"), "{problem}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_refused_at_once_and_a_link_to_one_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let error_of = |path: &Path| open(path).unwrap_err().to_string();
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();

        assert!(error_of(&at("pipe")).contains("is a pipe (FIFO)"));
        assert!(error_of(&at("socket")).contains("is a socket"));
        assert!(error_of(directory.path()).contains("is a directory"));
        assert!(error_of(Path::new("/dev/zero")).contains("is a device"));
        fs::write(at("file"), "1").unwrap();
        std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
        assert_eq!(read(&at("link"), 1).unwrap(), b"1");
        assert!(read(&at("link"), 0).is_err(), "it is larger");
        let refused = open_itself(&at("link")).unwrap_err().to_string();
        assert!(refused.contains("is a symbolic link"), "{refused}");
        assert!(open_itself(&at("file")).is_ok());
        let refused = open_itself(&at("pipe")).unwrap_err().to_string();
        assert!(refused.contains("is a pipe (FIFO)"), "{refused}");
    }
}
