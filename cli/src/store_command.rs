//! `fundflow store`: the files of the store themselves.
//!
//! ```text
//! fundflow store create                  an empty one; `day` makes one by itself
//! fundflow store check                   is all there that was acknowledged, is the database whole, and its tree, and
//!                                        can every event be read
//! fundflow store backup TO               a consistent copy while an engine runs, a store of its own
//! fundflow store restore FROM            a copy takes the place of a store that is not there
//! fundflow store accept --reason R --apply
//! fundflow store convert FROM TO         the log of one store in another one of any kind
//! fundflow store contract URL            what every store promises, tried on a server of the user's own
//! ```
//!
//! A copy and a restored store have an identity of their own, so no companion of another store fits them.

use crate::{
    args::Format,
    audit_command::VERIFICATION_FAILED,
    contract_command, convert_command,
    house::Terms,
    reading::{Failure, Place, complain, database, finish, json, open, pairs, quoted},
    registry::Registry,
    sandbox::BOOKS,
    store_url::StoreUrl,
};
use clap::Subcommand;
use fundflow::SystemClock;
use fundflow_application::desk;
use fundflow_infrastructure::sqlite::{self, BackupError, Condition, Settings, SqliteStore};
use fundflow_kernel::{
    clock::Clock as _, counted::counted, loaded::with_sources, merkle::TreeHash,
};
use serde::Serialize;
use std::{
    fs::{DirBuilder, OpenOptions},
    io::Write,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What to do with the files of a store.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Make an empty store
    Create {
        /// What the tree over its events is made with, for good: sha256 or sm3
        #[arg(long, value_name = "HASH", default_value_t = TreeHash::Sha256)]
        tree_hash: TreeHash,
    },
    /// Whether everything is there that was acknowledged, the database is whole, and every event can be read; changes
    /// nothing. What the events say of each other is checked by `audit verify`
    Check,
    /// Copy the store to a new directory, also while an engine runs
    Backup {
        /// A directory that is empty, or is to be made
        #[arg(value_name = "TO")]
        to: PathBuf,
    },
    /// Put a copy in the place of a store that is not there; the copy stays as it is
    Restore {
        /// The directory of a copy, or its events.db
        #[arg(value_name = "FROM")]
        from: PathBuf,
    },
    /// Take what is there for all that was acknowledged, where a part of it is lost; without --apply it only says
    /// what would be given up
    Accept {
        /// Why, in your words; stays beside the store
        #[arg(long)]
        reason: String,
        /// Give it up; otherwise nothing is changed
        #[arg(long)]
        apply: bool,
    },
    /// Copy the log of a store into another one, of any kind, event for event; a run that was stopped goes on
    Convert {
        /// The store that is copied, and not written to: a path, sqlite:PATH, or `postgres://USER@HOST/DATABASE`
        #[arg(value_name = "FROM")]
        from: StoreUrl,
        /// A new store, or one that a run before had begun
        #[arg(value_name = "TO")]
        to: StoreUrl,
    },
    /// Try on a server, or a disk, what every store promises; what is there already is not touched
    Contract {
        /// A directory, sqlite:DIRECTORY, or `postgres://USER@HOST/DATABASE`
        #[arg(value_name = "URL")]
        url: StoreUrl,
    },
}

/// Events that cannot be read and are named each.
const LISTED: usize = 20;

/// What a command on the files of a store has to say.
#[derive(Debug, Serialize)]
struct Said {
    store: String,
    format: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    events: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged: Option<u64>,
    faults: Vec<String>,
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &StoreCommand,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    finish(match command {
        StoreCommand::Create { tree_hash } => create(store, *tree_hash, format, out),
        StoreCommand::Check => check(registry, store, format, out).await,
        StoreCommand::Backup { to } => copy(&database(store), to, format, out),
        StoreCommand::Restore { from } => restore(from, store, format, out),
        StoreCommand::Accept { reason, apply: true } => accept(store, reason, format, out),
        StoreCommand::Accept { apply: false, .. } => look(store, format, out),
        StoreCommand::Convert { from, to } => convert_command::run((from, to), format, out).await,
        StoreCommand::Contract { url } => contract_command::run(url, format, out).await,
    })
}

fn create(
    store: &Path,
    tree_hash: TreeHash,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let path = database(store);
    if path.exists() {
        return Err(Failure::Typed(format!("{} is there already", path.display())));
    }
    SqliteStore::open(&path, &Settings { tree_hash, ..Settings::default() }).map(drop)?;
    say(&sqlite::condition(&path)?, format, out)?;
    Ok(ExitCode::SUCCESS)
}

async fn check(
    registry: &Registry,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let mut condition = sqlite::condition(database(store))?;
    if condition.faults.is_empty() {
        condition.faults = sqlite::tree_faults(database(store))?;
    }
    if condition.faults.is_empty() {
        condition.faults = unread(registry, store).await?;
    }
    say(&condition, format, out)?;
    if condition.faults.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    out.flush()?;
    complain(&format!("error: {}; nothing was changed\n", condition.faults.join("; ")));
    Ok(ExitCode::from(VERIFICATION_FAILED))
}

/// Events that no command can read, in words.
async fn unread(registry: &Registry, store: &Path) -> Result<Vec<String>, Failure> {
    let events = open(store)?;
    // Which events can be read depends on no term of a fund and no instant.
    let terms = Terms::of(&Place { store, folder: None }, &events).await?;
    let sagas = registry.sagas(&terms.house(SystemClock.now())?);
    let found = desk::unreadable(&events, &sagas.desk).await?;
    let listed = found.iter().take(LISTED).map(|it| format!("{}: {}", it.place, it.what));
    let more = found.len().saturating_sub(LISTED);
    let more = (more > 0).then(|| counted(more as u64, "more event", "more events"));
    let more =
        more.map(|more| format!("{more} that cannot be read; `fundflow audit verify` lists them"));
    Ok(listed.chain(more).collect())
}

fn say(condition: &Condition, format: Format, out: &mut impl Write) -> Result<(), Failure> {
    let said = Said {
        store: condition.path.display().to_string(),
        format: condition.format,
        identity: condition.identity.clone(),
        events: condition.head.0,
        acknowledged: condition.acknowledged.map(|position| position.0),
        faults: condition.faults.clone(),
    };
    if format == Format::Json {
        return json(out, &said);
    }
    let none = || "-".to_owned();
    let verdict = if said.faults.is_empty() { "nothing is wrong" } else { "FAILED" };
    pairs(
        out,
        &[
            ("store", said.store),
            ("format", said.format.to_string()),
            ("identity", said.identity.unwrap_or_else(none)),
            ("events", said.events.to_string()),
            ("acknowledged up to", said.acknowledged.map_or_else(none, |it| it.to_string())),
            ("verdict", verdict.to_owned()),
        ],
    )
}

fn copy(from: &Path, to: &Path, format: Format, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let source = SqliteStore::open_read_only(from)?;
    let target = database(to);
    let unwritable = |what: &str| Failure::Typed(format!("{}: {what}", to.display()));
    if let Some(left) = left_of_a_copy(to, &target) {
        return Err(unwritable(&format!(
            "a copy into it was stopped before it was whole; where none is being made now, remove {left} and try again"
        )));
    }
    if to.is_file() || to.read_dir().is_ok_and(|mut files| files.next().is_some()) {
        return Err(unwritable("name a directory that is empty, or that does not exist"));
    }
    private(to).map_err(|error| unwritable(&error.to_string()))?;
    source.backup(&target).map_err(|error: BackupError| Failure::Engine(with_sources(&error)))?;
    say(&sqlite::condition(&target)?, format, out)?;
    Ok(ExitCode::SUCCESS)
}

/// What a copy that was killed has left, where nothing else is there: it is no store, and nothing of it counts.
fn left_of_a_copy(to: &Path, target: &Path) -> Option<String> {
    let name = target.file_name()?.to_string_lossy().into_owned();
    let files: Result<Vec<_>, _> = to.read_dir().ok()?.collect();
    let files: Vec<PathBuf> = files.ok()?.into_iter().map(|file| file.path()).collect();
    let is_left = |file: &PathBuf| {
        let suffix =
            file.file_name().and_then(|it| it.to_str()).and_then(|it| it.strip_prefix(&*name));
        suffix.is_some_and(|it| it.starts_with(".unfinished") || it.starts_with(".acknowledged"))
    };
    let begun = files.iter().any(|file| file.to_string_lossy().contains(".unfinished"));
    let files: Vec<String> =
        files.iter().filter(|_| files.iter().all(is_left)).map(|it| quoted(it)).collect();
    (begun && !files.is_empty()).then(|| files.join(" "))
}

fn private(directory: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

fn restore(
    from: &Path,
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let target = database(store);
    if target.exists() {
        return Err(Failure::Typed(format!(
            "{} is there; move the directory of that store away first, it is evidence",
            target.display()
        )));
    }
    let target = target.parent().unwrap_or(Path::new(".")).to_owned();
    let code = copy(&database(from), &target, format, out)?;
    out.flush()?;
    complain(&format!(
        "`fundflow audit verify --store {}` looks at all of it. A copy has the events alone: what the sandbox's \
         counterparties know ({BOOKS}), the exchange files and the heads stay in the directory of the old store\n",
        quoted(&target)
    ));
    Ok(code)
}

fn look(store: &Path, format: Format, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let condition = sqlite::condition(database(store))?;
    say(&condition, format, out)?;
    out.flush()?;
    complain(&match condition.acknowledged {
        Some(acknowledged) if acknowledged > condition.head => {
            let lost = counted(
                acknowledged.0 - condition.head.0,
                "acknowledged event",
                "acknowledged events",
            );
            format!("{lost} would be given up; --apply does it\n")
        }
        _ if condition.faults.is_empty() => "nothing is to be accepted\n".to_owned(),
        _ => "what is there would be taken for all that was acknowledged; --apply does it\n".into(),
    });
    Ok(ExitCode::SUCCESS)
}

fn accept(
    store: &Path,
    reason: &str,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let path = database(store);
    let before = sqlite::condition(&path)?;
    if let Some(old_mark) = sqlite::accept(&path)? {
        let who = std::env::var("USER").unwrap_or_default();
        let mut note = old_mark.clone().into_os_string();
        note.push(".reason");
        let faults = before.faults.join("\n");
        let mut private = OpenOptions::new();
        let mut note = private.write(true).create_new(true).mode(0o600).open(&note)?;
        writeln!(note, "{who}: {reason}\n{faults}")?;
        complain(&format!("the mark of before is kept as {}\n", old_mark.display()));
    }
    say(&sqlite::condition(&path)?, format, out)?;
    // An opening that works is what was wanted.
    SqliteStore::open(&path, &Settings::default()).map(drop)?;
    Ok(ExitCode::SUCCESS)
}
