//! The sums beside a set: a line for each file of it, digest and name, as `sha256sum` writes and checks them.

use super::{of_file, unreachable};
use crate::exchange::check::hex;
use fundflow_files::Draft;
use fundflow_sagas::ports::file_exchange::{FileSum, NotExchanged};
use std::{
    collections::BTreeMap,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

/// Bytes of such a file.
const MOST: u64 = 1 << 21;

/// Beside an index, under its name.
fn beside(directory: &Path, index: &str) -> PathBuf {
    directory.join(index).with_extension("sha256")
}

pub(super) fn write(directory: &Path, index: &str, files: &[FileSum]) -> Result<(), NotExchanged> {
    let path = beside(directory, index);
    let lines = files.iter().map(|it| format!("{}  {}\n", hex(&it.sha256), it.name));
    let text: String = lines.collect();
    let write = || -> io::Result<()> {
        let mut draft = Draft::of(&path)?;
        draft.write_all(text.as_bytes())?;
        draft.finish_synced()
    };
    write().map_err(|error| unreachable(&path, &error))
}

/// Those that lie beside an index; none where the counterparty writes none.
pub(super) fn read(
    directory: &Path,
    index: &str,
) -> Result<BTreeMap<String, [u8; 32]>, NotExchanged> {
    let path = beside(directory, index);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let file = match fundflow_files::open_itself(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(of_file(&name, &path, &error)),
    };
    let mut text = String::new();
    let read = file.take(MOST).read_to_string(&mut text);
    read.map_err(|error| unreachable(&path, &error))?;
    let sums: Option<BTreeMap<_, _>> = text.lines().map(line).collect();
    sums.ok_or_else(|| {
        let why = "a line of it is no digest with the name of a file".to_owned();
        NotExchanged::Incomplete { name, why }
    })
}

fn line(line: &str) -> Option<(String, [u8; 32])> {
    let (digits, name) = line.split_once(' ')?;
    // A star says that the file was read as bytes, and is no part of the name.
    let name = name.strip_prefix([' ', '*'])?;
    Some((name.to_owned(), digest(digits)?))
}

/// A digest of 64 hexadecimal digits.
pub(super) fn digest(digits: &str) -> Option<[u8; 32]> {
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut digest = [0; 32];
    for (nth, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * nth..2 * nth + 2)?, 16).ok()?;
    }
    Some(digest)
}
