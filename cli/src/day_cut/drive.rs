//! `fundflow day-cut run`: opens day-cuts, or goes on with those that are open, as far as the store's time and files
//! let them.

use super::{name_of, news, registrars, status, trading_day};
use crate::{
    args::Format,
    house::Terms,
    operate::{Counterparties, counterparties, engine, held, settle, time_of},
    reading::{Failure, Place, database, open},
    registry::{Registry, Sagas},
};
use chrono::NaiveDate;
use fundflow::runtime::saga::Saga as _;
use fundflow::{ActError, Asking, Engine, RequestError, SagaId, runtime::kind::payload};
use fundflow_application::desk;
use fundflow_closing::Jobs;
use fundflow_domain::{ids::RegistrarCode, time::Timestamp};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::store::EventStore as _;
use fundflow_sagas::day_cut::{DayCut, Request};
use std::{io::Write, process::ExitCode, sync::Arc};

/// Looks what would be opened, or does it; then says how each stands.
pub(super) async fn run(
    registry: &Registry,
    (date, registrar): (NaiveDate, Option<&RegistrarCode>),
    apply: bool,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open(place.store)?;
    let terms = Terms::of(&place, &store).await?;
    let now = time_of(&store).await?;
    let house = terms.house(now)?;
    let sagas = registry.sagas(&house);
    sagas.desk.known(DayCut::KIND)?;
    let t = trading_day(&house.calendar, date)?;
    let all = registrars(&terms, registrar)?;
    let requests: Vec<Request> =
        all.into_iter().map(|registrar| Request { registrar, t }).collect();
    let mut new = Vec::new();
    for request in &requests {
        if is_new(&store, &sagas, request, now).await? {
            new.push(name_of(&request.registrar, t)?.to_string());
        }
    }
    drop(store);
    if apply {
        carry_on(registry, (&sagas, &terms), &place, &requests).await?;
    } else if format == Format::Table {
        let what = if new.is_empty() { "no other one".to_owned() } else { new.join(", ") };
        writeln!(out, "would be opened: {what}")?;
        writeln!(out, "nothing was changed\nto do it, type the same with --apply\n")?;
    }
    let store = open(place.store)?;
    let cuts = status::of(&store, &sagas.desk, &house, (Some(date), registrar)).await?;
    status::print(&cuts, format, out)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the request would open one; of one that is there nothing follows.
async fn is_new(
    store: &SqliteStore,
    sagas: &Sagas,
    request: &Request,
    now: Timestamp,
) -> Result<bool, Failure> {
    let transaction = name_of(&request.registrar, request.t)?;
    let id = SagaId { kind: DayCut::KIND, transaction };
    let payloads = (payload::<Request>(request.clone()), payload::<()>(()));
    let foreseen = desk::preview_request(store, &sagas.desk, &id, payloads, now).await;
    let foreseen = foreseen.map_err(|why| Failure::Engine(why.to_string()))?;
    Ok(!foreseen.events.is_empty())
}

/// Takes the store for itself, and lets an engine go as far as time and files let it.
async fn carry_on(
    registry: &Registry,
    (sagas, terms): (&Sagas, &Terms),
    place: &Place<'_>,
    requests: &[Request],
) -> Result<(), Failure> {
    let path = database(place.store);
    let store = Arc::new(SqliteStore::open(&path, &Settings::default()).map_err(held)?);
    let outside = counterparties(registry, terms, &path, time_of(&*store).await?)?;
    outside.keep_frozen(&store).await?;
    let engine = engine(sagas, &store, &outside).await?;
    open_all(&engine, requests).await?;
    settle(&engine, &outside).await?;
    tell((&*engine, &outside), &store, requests).await?;
    engine.shutdown().await?;
    store.close().await;
    Ok(())
}

async fn open_all(engine: &Engine, requests: &[Request]) -> Result<(), Failure> {
    for request in requests {
        let id = name_of(&request.registrar, request.t)?;
        let asking = Asking::<DayCut>::of(id, request.clone(), ());
        let asked = engine.request_all(vec![asking]).await.pop();
        match asked {
            Some(Ok(_)) | None => {}
            Some(Err(RequestError::Refused(why))) => return Err(Failure::Engine(why.to_string())),
            Some(Err(other)) => return Err(Failure::Engine(other.to_string())),
        }
    }
    Ok(())
}

/// Files that came from the registrars by now are delivered before the hour at which they are asked for.
async fn tell(
    (engine, outside): (&Engine, &Counterparties),
    store: &Arc<SqliteStore>,
    requests: &[Request],
) -> Result<(), Failure> {
    let jobs = Jobs::of(store.clone(), Some(store.clone()), outside.beside.clone());
    for Request { registrar, t } in requests {
        let cut = name_of(registrar, *t)?;
        while let Some(notice) = news::of((&**store, &jobs), &cut, |_| true).await? {
            let before = store.head().borrow().0;
            for delivered in engine.deliver(vec![notice]).await {
                match delivered {
                    Ok(_) | Err(ActError::NotActed(_)) => {}
                    Err(
                        error @ (ActError::Unsure
                        | ActError::ClockSetBack(_)
                        | ActError::Stopped(_)),
                    ) => {
                        return Err(Failure::Engine(error.to_string()));
                    }
                }
            }
            settle(engine, outside).await?;
            // What it does not take, it does not take the next time.
            if store.head().borrow().0 == before {
                break;
            }
        }
    }
    Ok(())
}
