//! Instructs what is due, and takes statements: by an engine on the store, as far as its time lets it.

use super::{OpenArgs, RecordArgs, print};
use crate::{
    args::Format,
    house::Terms as HouseTerms,
    ledger_command::{directory, followed},
    operate::{counterparties, engine, held, settle, time_of},
    reading::{Failure, Place, database, open as open_store},
    registry::{Registry, Sagas},
};
use fundflow::{ActError, Asking, Engine, Notice, RequestError};
use fundflow_closing::{NotDue, terms as terms_of};
use fundflow_domain::{
    orders::Cause,
    settlement::{SettlementId, Terms},
};
use fundflow_infrastructure::{
    sqlite::{Settings, SqliteStore},
    statements::{Statement, StatementError, StatementFolder},
};
use fundflow_kernel::{counted::counted, loaded::with_sources};
use fundflow_sagas::{
    clearing::{self, Clearing},
    ports::statements::{Stated, StatementAnswer, StatementCall},
};
use std::{collections::BTreeSet, io::Write, process::ExitCode, sync::Arc};

impl From<NotDue> for Failure {
    fn from(error: NotDue) -> Self {
        match error {
            NotDue::Calendar(why) => Failure::Calendar(why.to_string()),
            other => Failure::Engine(other.to_string()),
        }
    }
}

impl From<StatementError> for Failure {
    fn from(error: StatementError) -> Self {
        match error {
            line @ StatementError::Line { .. } => Self::Typed(line.to_string()),
            file @ StatementError::File { .. } => Self::Engine(with_sources(&file)),
        }
    }
}

/// What was said to an engine.
enum Said {
    Requests(Vec<Terms>),
    Statements(BTreeSet<SettlementId>),
}

/// Looks what would be instructed of a T, or does it; then lists that T's settlements.
pub(super) async fn open(
    registry: &Registry,
    args: &OpenArgs,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open_store(place.store)?;
    let terms = HouseTerms::of(&place, &store).await?;
    let house = terms.house(time_of(&store).await?)?;
    drop(store);
    let day = house.calendar.day(args.date);
    let t = day.map_err(|error| Failure::Typed(format!("--date: {}", with_sources(&error))))?;
    let ledger = followed(place.store).await?;
    let dues = ledger.dues(args.date)?;
    if !args.apply {
        print::dues(&dues, format, out)?;
        if format == Format::Table {
            writeln!(out, "nothing was changed\nto do it, type the same with --apply")?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut requests = Vec::new();
    for due in &dues {
        if ledger.settlements(Some(&due.party), Some(args.date))?.is_empty() {
            requests.push(terms_of(&house, due, t)?);
        }
    }
    drop(ledger);
    let sagas = registry.sagas(&house);
    carry_on(registry, (&sagas, &terms), &place, Said::Requests(requests)).await?;
    let rows = followed(place.store).await?.settlements(None, Some(args.date))?;
    print::settled(&rows, format, out)?;
    Ok(ExitCode::SUCCESS)
}

/// Looks at a statement, or takes it; then lists the settlements that it speaks of.
pub(super) async fn record(
    registry: &Registry,
    args: &RecordArgs,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let statement = Statement::read(&args.file)?;
    let named: BTreeSet<SettlementId> = statement.settlements().collect();
    let store = open_store(place.store)?;
    let terms = HouseTerms::of(&place, &store).await?;
    let house = terms.house(time_of(&store).await?)?;
    drop(store);
    if args.apply {
        let new = StatementFolder::below(&directory(place.store)).take(&statement)?;
        let sagas = registry.sagas(&house);
        let said = Said::Statements(named.clone());
        carry_on(registry, (&sagas, &terms), &place, said).await?;
        if format == Format::Table {
            writeln!(out, "{} new", counted(new, "line is", "lines are"))?;
        }
    }
    let rows = followed(place.store).await?.settlements(None, None)?;
    let stated: BTreeSet<String> = named.iter().map(ToString::to_string).collect();
    let rows: Vec<_> = rows.into_iter().filter(|row| stated.contains(&row.settlement)).collect();
    print::settled(&rows, format, out)?;
    if !args.apply && format == Format::Table {
        writeln!(out, "nothing was changed\nto do it, type the same with --apply")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks once more what statements say of a settlement, since a person has closed the case on its rest.
pub(crate) async fn goes_on(
    registry: &Registry,
    place: &Place<'_>,
    settlement: SettlementId,
) -> Result<(), Failure> {
    let store = open_store(place.store)?;
    let terms = HouseTerms::of(place, &store).await?;
    let house = terms.house(time_of(&store).await?)?;
    drop(store);
    let sagas = registry.sagas(&house);
    let said = Said::Statements([settlement].into());
    carry_on(registry, (&sagas, &terms), place, said).await
}

/// Takes the store for itself, and lets an engine go as far as time and statements let it.
async fn carry_on(
    registry: &Registry,
    (sagas, terms): (&Sagas, &HouseTerms),
    place: &Place<'_>,
    said: Said,
) -> Result<(), Failure> {
    let path = database(place.store);
    let store = Arc::new(SqliteStore::open(&path, &Settings::default()).map_err(held)?);
    let outside = counterparties(registry, terms, &path, time_of(&*store).await?)?;
    outside.keep_frozen(&store).await?;
    let engine = engine(sagas, &store, &outside).await?;
    match said {
        Said::Requests(requests) => ask(&engine, requests).await?,
        Said::Statements(named) => {
            let folder = StatementFolder::below(&directory(place.store));
            tell(&engine, &folder, named).await?;
        }
    }
    settle(&engine, &outside).await?;
    engine.shutdown().await?;
    store.close().await;
    Ok(())
}

async fn ask(engine: &Engine, requests: Vec<Terms>) -> Result<(), Failure> {
    for terms in requests {
        let Some(id) = clearing::id(terms.id()) else { continue };
        let asking = Asking::<Clearing>::of(id, terms, ());
        match engine.request_all(vec![asking]).await.pop() {
            Some(Ok(_)) | None => {}
            Some(Err(RequestError::Refused(why))) => return Err(Failure::Engine(why.to_string())),
            Some(Err(other)) => return Err(Failure::Engine(other.to_string())),
        }
    }
    Ok(())
}

async fn tell(
    engine: &Engine,
    folder: &StatementFolder,
    named: BTreeSet<SettlementId>,
) -> Result<(), Failure> {
    let mut notices = Vec::new();
    for settlement in named {
        let Some(id) = clearing::id(settlement) else { continue };
        let stated = folder.said(settlement)?.map_or_else(
            || Stated::NotYet(Cause::new("no_statement", "no statement speaks of it")),
            Stated::Parts,
        );
        let answer = StatementAnswer { call: StatementCall { settlement }, stated };
        let (stream, news) = clearing::notice(&id, answer);
        notices.push(Notice { stream, news });
    }
    for delivered in engine.deliver(notices).await {
        match delivered {
            Ok(_) | Err(ActError::NotActed(_)) => {}
            Err(error @ (ActError::Unsure | ActError::ClockSetBack(_) | ActError::Stopped(_))) => {
                return Err(Failure::Engine(error.to_string()));
            }
        }
    }
    Ok(())
}
