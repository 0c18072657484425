//! Heads: written of the log as it is, read from files that were stored elsewhere, and the log held against them.

use crate::reading::{Failure, complain, database, open};
use clap::Args;
use fundflow_application::audit::{Check, Report, Witness};
use fundflow_closing::HeadError;
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{counted::counted, merkle::Nodes as _};
#[cfg(feature = "signatures")]
use fundflow_proofs::VerifierKey;
use fundflow_proofs::{HEAD_MAX, Head, Refused, SignedHead};
use serde::Serialize;
use std::{
    ffi::OsStr,
    fmt, fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Whose signatures are checked.
#[derive(Debug, Clone, Args)]
pub(crate) struct Keys {
    /// A verifier key; a head must be signed by each of those that are given
    #[cfg(feature = "signatures")]
    #[arg(long = "key", value_name = "VERIFIERKEY")]
    keys: Vec<VerifierKey>,
}

impl From<HeadError> for Failure {
    fn from(error: HeadError) -> Self {
        match error {
            HeadError::Read(error) => Self::Read(error),
            unwritable @ HeadError::Unwritable(_) => Self::Engine(unwritable.to_string()),
        }
    }
}

impl Keys {
    /// Checks the signatures that are there, and says which are of no key that is given.
    ///
    /// # Errors
    /// [`Refused`] with the key whose signature does not hold.
    pub(crate) fn check(&self, file: &str, head: &SignedHead) -> Result<(), Refused> {
        #[cfg(feature = "signatures")]
        let unknown = head.check(&self.keys)?;
        #[cfg(not(feature = "signatures"))]
        let unknown: Vec<_> = head.signatures.iter().map(|it| it.name.clone()).collect();
        for name in unknown {
            complain(&format!(
                "{file}: the signature of {name} is not checked; no key of it is given\n"
            ));
        }
        Ok(())
    }

    /// Checks that each key that is given has signed.
    ///
    /// # Errors
    /// [`Refused`] with the key that did not.
    #[cfg(feature = "signatures")]
    pub(crate) fn have_signed(&self, head: &SignedHead) -> Result<(), Refused> {
        head.is_signed_by(&self.keys)
    }
}

/// A file that was given, and what it says.
pub(crate) struct Given {
    pub(crate) file: String,
    pub(crate) head: Result<SignedHead, Refused>,
}

/// What became of a head.
#[derive(Debug, Serialize)]
pub(crate) struct Held {
    file: String,
    size: Option<u64>,
    holds: bool,
}

impl Held {
    pub(crate) const fn holds(&self) -> bool {
        self.holds
    }
}

impl fmt::Display for Held {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.holds { "the log begins with it" } else { "FAILED" };
        match self.size {
            Some(size) => {
                write!(out, "{}, {}: {verdict}", self.file, counted(size, "event", "events"))
            }
            None => write!(out, "{}: {verdict}", self.file),
        }
    }
}

/// No more of a file than it may have, and one byte; a pipe or a device is refused.
pub(crate) fn bytes_of(path: &Path, most: usize) -> Result<Vec<u8>, Failure> {
    let read = fundflow_closing::bytes_of(path, most);
    read.map_err(|error| Failure::NotFound(format!("{} cannot be read: {error}", path.display())))
}

/// The heads of those files, with the counter-signatures beside them and checked by the keys.
pub(crate) fn read_all(files: &[PathBuf], keys: &Keys) -> Result<Vec<Given>, Failure> {
    files.iter().map(|file| read(file, keys)).collect()
}

/// The head of a file; each of the keys has signed it.
pub(crate) fn read(path: &Path, keys: &Keys) -> Result<Given, Failure> {
    #[cfg_attr(not(feature = "signatures"), expect(unused_mut, reason = "no key is demanded"))]
    let mut given = read_head(path, keys)?;
    #[cfg(feature = "signatures")]
    {
        given.head = given.head.and_then(|head| keys.have_signed(&head).map(|()| head));
    }
    Ok(given)
}

/// The head of a file; the keys may have signed it elsewhere.
pub(crate) fn read_head(path: &Path, keys: &Keys) -> Result<Given, Failure> {
    let file = path.display().to_string();
    let head = SignedHead::read(&bytes_of(path, HEAD_MAX)?);
    let head = match head.and_then(|head| keys.check(&file, &head).map(|()| head)) {
        Ok(head) => with_counters(path, head, keys)?,
        refused => refused,
    };
    Ok(Given { file, head })
}

/// Counter-signatures stand beside a head, named as it with `.sig` at the end.
fn with_counters(
    path: &Path,
    mut head: SignedHead,
    keys: &Keys,
) -> Result<Result<SignedHead, Refused>, Failure> {
    for counter in counters(path)? {
        let named = |refused: Refused| Refused {
            place: format!("{}, {}", counter.display(), refused.place),
            ..refused
        };
        let file = counter.display().to_string();
        let signed = SignedHead::read(&bytes_of(&counter, HEAD_MAX)?);
        match signed.and_then(|signed| keys.check(&file, &signed).map(|()| signed)) {
            Err(refused) => return Ok(Err(named(refused))),
            Ok(signed) => {
                if !head.join(signed) {
                    let what = "it is a counter-signature of another head; take it away".to_owned();
                    return Ok(Err(Refused { place: counter.display().to_string(), what }));
                }
            }
        }
    }
    Ok(Ok(head))
}

fn counters(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned() + ".";
    let failed = |error| Failure::NotFound(format!("{} cannot be read: {error}", path.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(beside.unwrap_or(Path::new("."))).map_err(failed)? {
        let entry = entry.map_err(failed)?.path();
        let is_of = entry.file_name().is_some_and(|it| it.to_string_lossy().starts_with(&name));
        if is_of && entry.extension() == Some(OsStr::new("sig")) {
            found.push(entry);
        }
    }
    found.sort();
    Ok(found)
}

/// What computes the roots that those heads name.
pub(crate) fn witness<'g>(
    store: &SqliteStore,
    given: impl IntoIterator<Item = &'g Given>,
) -> Result<Witness, Failure> {
    let hash = store.tree(|tree| Ok(tree.hash()))?;
    let sizes = given.into_iter().filter_map(|given| given.head.as_ref().ok());
    Ok(Witness::of(hash, sizes.map(|signed| signed.head.tree.size)))
}

/// Holds what was computed against each head; what does not fit is a finding.
pub(crate) fn hold(given: &[Given], witness: &Witness, report: &mut Report) -> Vec<Held> {
    let mut all = Vec::new();
    for Given { file, head } in given {
        let found = match head {
            Err(refused) => Err(refused.to_string()),
            Ok(signed) => fits(&signed.head, witness),
        };
        let size = head.as_ref().ok().map(|signed| signed.head.tree.size);
        all.push(Held { file: file.clone(), size, holds: found.is_ok() });
        if let Err(what) = found {
            report.add(Check::Head, file.clone(), what, None);
        }
    }
    all
}

fn fits(head: &Head, witness: &Witness) -> Result<(), String> {
    let (size, log) = (head.tree.size, witness.size());
    let tree = witness.head().hash;
    if head.tree.hash != tree {
        return Err(format!(
            "it is made with {}, and the store's tree with {tree}",
            head.tree.hash
        ));
    }
    if let Some(gap) = witness.gap() {
        return Err(format!("it cannot be told: {gap} cannot be read"));
    }
    let origin = witness.first().map(Head::origin_of);
    let Some(found) = witness.at(size) else {
        let (then, now) = (counted(size, "event", "events"), counted(log, "event", "events"));
        let missing = counted(size.saturating_sub(log), "event", "events");
        let what = format!(
            "the head has {then} and the log {now}: at least {missing} were taken out or cut off"
        );
        return Err(what);
    };
    if found.root == head.tree.root {
        let last = (found.last_event, found.last_recorded);
        if last == (head.last_event, head.last_recorded) && origin == Some(head.origin) {
            return Ok(());
        }
        return Err("the root is that of the log, and origin or last event are not".to_owned());
    }
    if origin != Some(head.origin) {
        return Err(
            "the log begins with another event: it is another log, or its first event was \\
                    changed or taken out"
                .to_owned(),
        );
    }
    Err(format!(
        "the first {} of the log are not those of the head: at least one was changed, taken out, put in or moved",
        counted(size, "event", "events")
    ))
}

/// The head of the log as it is; none of an empty one.
pub(crate) async fn of_now(store: &SqliteStore) -> Result<Option<Head>, Failure> {
    Ok(fundflow_closing::of_now(store).await?)
}

/// The head of the log as it was with so many events; none of an empty one.
pub(crate) async fn of_first(store: &SqliteStore, size: u64) -> Result<Option<Head>, Failure> {
    Ok(fundflow_closing::of_first(store, size).await?)
}

/// Why there is none.
pub(crate) fn empty(store: &Path) -> Failure {
    let path = database(store);
    Failure::NotFound(format!("the log of {} is empty, so it has no head", path.display()))
}

/// Writes the head of the log, as `audit head` was asked to.
pub(crate) async fn write(
    store: &Path,
    #[cfg(feature = "signatures")] signer: &super::sign::OptionalSigner,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    #[cfg(feature = "signatures")]
    let key = signer.key()?;
    let opened = open(store)?;
    let head = of_now(&opened).await?.ok_or_else(|| empty(store))?;
    let unsigned = |head| SignedHead { head, signatures: Vec::new() };
    #[cfg(feature = "signatures")]
    let whole = match key {
        Some(key) => key.sign(head),
        None => unsigned(head),
    };
    #[cfg(not(feature = "signatures"))]
    let whole = unsigned(head);
    write!(out, "{whole}")?;
    Ok(ExitCode::SUCCESS)
}
