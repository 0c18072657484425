//! Adds the version of a file: takes the store for itself, and lets an engine decide.

use super::{ExtendArgs, Fit, Known, REFUSED, moves::Moves, print::Report, refused, tell};
use crate::{
    args::Format,
    house::{Terms, warn_of_end},
    operate::{Counterparties, counterparties, engine, held, operator, settle},
    reading::{Failure, Place, complain, database},
    registry::Registry,
};
use fundflow::RequestError;
use fundflow_domain::{
    calendar::version::Version,
    text::{Text, TextError},
};
use fundflow_infrastructure::sqlite::{OpenError, Settings, SqliteStore};
use fundflow_kernel::store::EventStore as _;
use fundflow_sagas::calendar_change::{CalendarChange, Request, transaction_id};
use std::{io::Write, process::ExitCode, sync::Arc};

pub(super) async fn run(
    registry: &Registry,
    args: &ExtendArgs,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let typed = |error: TextError| Failure::Typed(error.to_string());
    let reason = Text::new("reason", args.reason.as_str()).map_err(typed)?;
    let by = Text::new("operator", operator(args.operator.as_ref())?).map_err(typed)?;
    let known = Known::of(place).await?;
    let (version, report) = match known.fit(&args.file) {
        Fit::Refused(errors) => return Ok(refused(&errors)),
        Fit::Known(added) => {
            tell(&Report::known(&added), format, out)?;
            return Ok(ExitCode::SUCCESS);
        }
        Fit::New(file) => {
            let moves = Moves::of(registry, place, &known, &file.version).await?;
            let report = Report::of("extend", (&file.version, &known.calendar), true, moves);
            (file.version, report)
        }
    };
    let request = Request { version, reason, by };
    let calendar = Arc::new(known.calendar.with(&request.version));
    let now = known.now;
    if let Err(why) = apply(registry, known, place, request).await? {
        complain(&format!("error: {why}\nnothing was changed\n"));
        return Ok(ExitCode::from(REFUSED));
    }
    warn_of_end(&calendar, now);
    tell(&report, format, out)?;
    Ok(ExitCode::SUCCESS)
}

/// Returns why the engine refused it, if it did: somebody may have been faster since it was looked at.
async fn apply(
    registry: &Registry,
    known: Known,
    place: Place<'_>,
    request: Request,
) -> Result<Result<(), String>, Failure> {
    let Known { store, calendar, .. } = known;
    drop(store);
    let file = database(place.store);
    let store = Arc::new(SqliteStore::open(&file, &Settings::default()).map_err(held_by_service)?);
    let terms = Terms::by(&place, calendar.clone())?;
    let outside = outside(registry, place, (&terms, &request.version), &store).await?;
    outside.keep_frozen(&store).await?;
    let sagas = registry.sagas(&terms.house(outside.clock.now())?);
    let engine = engine(&sagas, &store, &outside).await?;
    let transaction = transaction_id(&request.version.version)
        .map_err(|error| Failure::Engine(error.to_string()))?;
    let asked = engine.request::<CalendarChange>(transaction, request, (), None, None).await;
    settle(&engine, &outside).await?;
    engine.shutdown().await?;
    store.close().await;
    match asked {
        Ok(_) => Ok(Ok(())),
        Err(RequestError::Refused(why)) => Ok(Err(why.to_string())),
        Err(other) => Err(Failure::Engine(other.to_string())),
    }
}

/// Who answers sagas that go on by the new days; nobody, where nothing has happened yet.
async fn outside(
    registry: &Registry,
    place: Place<'_>,
    (terms, version): (&Terms, &Version),
    store: &Arc<SqliteStore>,
) -> Result<Counterparties, Failure> {
    if store.head().borrow().0 == 0 {
        return Counterparties::nobody(terms, &database(place.store));
    }
    let now = crate::operate::time_of(&**store).await?;
    let terms = Terms::by(&place, Arc::new(terms.calendar().with(version)))?;
    counterparties(registry, &terms, &database(place.store), now)
}

/// A service need not stop for it.
fn held_by_service(error: OpenError) -> Failure {
    match error {
        OpenError::Held { path, holder } => Failure::Engine(format!(
            "{} is held by {holder}; it takes the version while it runs: have it ask its own engine \
             (Engine::request::<CalendarChange>), or stop it and repeat. `fundflow calendar check` looks beside it",
            path.display()
        )),
        other => held(other),
    }
}
