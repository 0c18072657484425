//! `fundflow store contract URL`: what every store promises, tried on a server of the user's own.
//!
//! Each promise is tried on a new and empty store: a schema of its own on the server, a directory of its own below the path.
//! All of them are removed afterwards; what is there already is not touched.

use crate::{
    args::Format,
    audit_command::VERIFICATION_FAILED,
    reading::{Failure, complain, json, table},
    store_url::StoreUrl,
};
use fundflow_contract::store_contract::{Outcome, try_all};
#[cfg(feature = "postgres")]
use fundflow_infrastructure::postgres;
use fundflow_infrastructure::{
    files::make_directory,
    sqlite::{self, SqliteStore},
};
use fundflow_kernel::{counted::counted, loaded::with_sources};
use serde::Serialize;
use std::{
    cell::{Cell, RefCell},
    io::Write,
    path::Path,
    process::ExitCode,
};

/// What came of it, for programs.
#[derive(Debug, Serialize)]
struct Report {
    store: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    durability: Option<String>,
    promises: Vec<Line>,
    broken: usize,
}

#[derive(Debug, Serialize)]
struct Line {
    promise: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<String>,
}

/// Tries all promises and prints what came of each.
pub(crate) async fn run(
    url: &StoreUrl,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    // A promise that is broken says so by a panic of its test, and the report has its words.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let report = match url {
        StoreUrl::Sqlite(path) => on_files(path).await,
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(place) => on_postgres(place).await,
    };
    std::panic::set_hook(hook);
    let report = report?;
    print(&report, format, out)?;
    if report.broken == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    out.flush()?;
    let broken = counted(report.broken, "promise is", "promises are");
    complain(&format!("error: {broken} broken; no engine should run on this store\n"));
    Ok(ExitCode::from(VERIFICATION_FAILED))
}

fn report(store: String, durability: Option<String>, outcomes: Vec<Outcome>) -> Report {
    let promises = outcomes.into_iter();
    let promises: Vec<Line> =
        promises.map(|Outcome { promise, broken }| Line { promise, broken }).collect();
    let broken = promises.iter().filter(|line| line.broken.is_some()).count();
    Report { store, durability, promises, broken }
}

fn print(report: &Report, format: Format, out: &mut impl Write) -> Result<(), Failure> {
    if format == Format::Json {
        return json(out, report);
    }
    let rows = report.promises.iter().map(|line| {
        let outcome = line.broken.as_deref().unwrap_or("holds").to_owned();
        vec![line.promise.clone(), outcome]
    });
    table(out, &["PROMISE", "OUTCOME"], rows)
}

async fn on_files(path: &Path) -> Result<Report, Failure> {
    let unusable = |error: &dyn std::error::Error| {
        Failure::Typed(format!("{}: {}", path.display(), with_sources(error)))
    };
    if !path.is_dir() {
        return Err(Failure::Typed(format!("{} is no directory that is there", path.display())));
    }
    let scratch = path.join(format!(".fundflow-contract-{}", std::process::id()));
    make_directory(&scratch, &scratch).map_err(|error| unusable(&error))?;
    let (next, outcomes) = (Cell::new(0_u32), RefCell::new(Vec::new()));
    let open = || {
        next.set(next.get() + 1);
        let file = scratch.join(next.get().to_string()).join("events.db");
        async move {
            let opened = SqliteStore::open(file, &sqlite::Settings::default());
            opened.map(|store| (store, ())).map_err(|error| with_sources(&error))
        }
    };
    try_all(open, |outcome| outcomes.borrow_mut().push(outcome)).await;
    let removed = std::fs::remove_dir_all(&scratch);
    removed.map_err(|error| unusable(&error))?;
    Ok(report(path.display().to_string(), None, outcomes.into_inner()))
}

#[cfg(feature = "postgres")]
async fn on_postgres(server: &postgres::Place) -> Result<Report, Failure> {
    use postgres::{PostgresStore, Scratch};

    let refused = |error: postgres::OpenError| Failure::Typed(with_sources(&error));
    let settings = postgres::Settings::default();
    // Once before all, so that a server that cannot carry a store says why, and says it once.
    let first = Scratch::on(server);
    let opened = PostgresStore::open(first.place(), &settings, "store contract").await;
    let durability = opened.map_err(refused)?.durability().to_owned();
    first.remove().await.map_err(refused)?;

    let (made, outcomes) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let open = || {
        let scratch = Scratch::on(server);
        let place = scratch.place().clone();
        made.borrow_mut().push(scratch);
        let settings = settings.clone();
        async move {
            let opened = PostgresStore::open(&place, &settings, "store contract").await;
            opened.map(|store| (store, ())).map_err(|error| with_sources(&error))
        }
    };
    try_all(open, |outcome| outcomes.borrow_mut().push(outcome)).await;
    for scratch in made.into_inner() {
        scratch.remove().await.map_err(refused)?;
    }
    Ok(report(server.to_string(), Some(durability), outcomes.into_inner()))
}
