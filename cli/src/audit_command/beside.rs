//! The heads that stand beside a store, which `fundflow day` leaves there. Nobody has to name them: what one of them claims
//! of the log and is not so is a finding, and so is one that cannot be read.

use super::heads::{Given, Held, Keys, read_head};
use fundflow_closing::HEADS;
use fundflow_kernel::counted::counted;
use fundflow_proofs::Refused;
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

/// All of them but those that were named, by their names. A key need not have signed them: they have not left the house.
pub(super) fn read(database: &Path, named: &[PathBuf], keys: &Keys) -> Vec<Given> {
    let directory = database.with_file_name(HEADS);
    let files = match files(&directory) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => return vec![unread(&directory, &error.to_string())],
    };
    let named: BTreeSet<PathBuf> = named.iter().filter_map(|it| it.canonicalize().ok()).collect();
    let is_named = |file: &PathBuf| file.canonicalize().is_ok_and(|file| named.contains(&file));
    let others = files.into_iter().filter(|file| !is_named(file));
    let read = |file: PathBuf| {
        read_head(&file, keys).unwrap_or_else(|failure| unread(&file, &failure.to_string()))
    };
    others.map(read).collect()
}

fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("head")) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn unread(path: &Path, what: &str) -> Given {
    let refused = Refused { place: "the file".to_owned(), what: what.to_owned() };
    Given { file: path.display().to_string(), head: Err(refused) }
}

/// Those that hold in one line, and each that does not in one of its own.
pub(super) fn lines(beside: &[Held]) -> Vec<(&'static str, String)> {
    let (hold, fail): (Vec<&Held>, Vec<&Held>) = beside.iter().partition(|held| held.holds());
    let mut lines = Vec::new();
    if !hold.is_empty() {
        let heads = counted(hold.len(), "head", "heads");
        lines.push(("beside it", format!("{heads}: the log begins with each")));
    }
    lines.extend(fail.iter().map(|held| ("beside it", held.to_string())));
    lines
}
