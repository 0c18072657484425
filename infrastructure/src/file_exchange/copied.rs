//! Files that are read once from their first byte to their last, with the digest of exactly those bytes.

use super::{of_file, too_large, unreachable};
use fundflow_files::Draft;
use fundflow_sagas::ports::file_exchange::{FileSum, NotExchanged};
use sha2::{Digest as _, Sha256};
use std::{
    fs::{File, Metadata},
    io::{self, Read as _, Write},
    path::Path,
    time::SystemTime,
};

const CHUNK: usize = 256 * 1024;

/// Reads a file that nobody changes meanwhile.
pub(super) fn digest_of(path: &Path, most: u64) -> Result<FileSum, NotExchanged> {
    read_into(path, most, &mut io::sink())
}

/// Puts a file of one directory under the same name into another. What stands there already is left as it is, where it
/// has the same bytes; other bytes are put in its place only as long as no index has `announced` them.
pub(super) fn copy(
    (from, to): (&Path, &Path),
    name: &str,
    announced: bool,
    most: u64,
) -> Result<FileSum, NotExchanged> {
    let (source, target) = (from.join(name), to.join(name));
    let failed = |error: &io::Error| unreachable(&target, error);
    if target.symlink_metadata().is_ok() {
        let (there, ours) = (digest_of(&target, most)?, digest_of(&source, most)?);
        if there == ours {
            return Ok(ours);
        }
        if announced {
            return Err(NotExchanged::Otherwise { name: name.to_owned() });
        }
    }
    let mut draft = Draft::of(&target).map_err(|error| failed(&error))?;
    let sum = read_into(&source, most, &mut draft)?;
    draft.finish_synced().map_err(|error| failed(&error))?;
    Ok(sum)
}

fn read_into(path: &Path, most: u64, into: &mut impl Write) -> Result<FileSum, NotExchanged> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let failed = |error: &io::Error| unreachable(path, error);
    let file = fundflow_files::open_itself(path).map_err(|error| of_file(&name, path, &error))?;
    let before = state(&file).map_err(|error| failed(&error))?;
    if before.0 > most {
        return Err(too_large(&name, most));
    }
    let (mut digest, mut len, mut chunk) = (Sha256::new(), 0_u64, vec![0; CHUNK]);
    // One byte more than there was says that it has grown.
    let mut input = file.take(before.0.saturating_add(1));
    loop {
        let read = input.read(&mut chunk).map_err(|error| failed(&error))?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        digest.update(bytes);
        len += bytes.len() as u64;
        into.write_all(bytes).map_err(|error| failed(&error))?;
    }
    let after = state(input.get_ref()).map_err(|error| failed(&error))?;
    let stands = std::fs::symlink_metadata(path).and_then(|it| of_metadata(&it));
    let unchanged = len == before.0 && before == after && stands.is_ok_and(|it| it == before);
    if !unchanged {
        let why = "it changed while it was read".to_owned();
        return Err(NotExchanged::Incomplete { name, why });
    }
    Ok(FileSum { name: name.into(), sha256: digest.finalize().into(), len })
}

/// Length and time of the last change.
type State = (u64, SystemTime);

fn state(file: &File) -> io::Result<State> {
    of_metadata(&file.metadata()?)
}

fn of_metadata(metadata: &Metadata) -> io::Result<State> {
    Ok((metadata.len(), metadata.modified()?))
}
