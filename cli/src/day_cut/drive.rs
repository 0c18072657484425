//! `fundflow day-cut run`: opens day-cuts, or goes on with those that are open, as far as the store's time and files
//! let them.

use super::{FoundJobs, name_of, registrars, status, trading_day};
use crate::{
    args::Format,
    house::Terms,
    operate::{RunArgs, counterparties, engine, held, settle, time_of},
    reading::{Failure, Place, complain, database, open},
    registry::Registry,
};
use chrono::NaiveDate;
use fundflow::runtime::saga::Saga as _;
use fundflow::{ActError, Asking, Engine, Notice, RequestError, SagaId, runtime::kind::payload};
use fundflow_application::desk;
use fundflow_domain::{calendar::TradingDay, ids::RegistrarCode};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_sagas::{
    day_cut::{self, DayCut, Request},
    house::House,
    ports::day_jobs::{DayJobs as _, Job, JobAnswer, JobCall, JobStand},
};
use std::{io::Write, process::ExitCode, sync::Arc};

/// What a registrar sends, and may have sent before it is asked for.
const INPUTS: [Job; 2] = [Job::Prices, Job::Confirmations];

/// Looks what would be opened, or does it; then says how each stands.
pub(super) async fn run(
    registry: &Registry,
    (date, registrar): (NaiveDate, Option<&RegistrarCode>),
    args: &RunArgs,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let operator = args.operator()?;
    let terms = Terms::of(&place)?;
    let store = open(place.store)?;
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
        let id = SagaId { kind: DayCut::KIND, transaction: name_of(&request.registrar, t)? };
        let payloads = (payload::<Request>(request.clone()), payload::<()>(()));
        let foreseen = desk::preview_request(&store, &sagas.desk, &id, payloads, now).await;
        let foreseen = foreseen.map_err(|why| Failure::Engine(why.to_string()))?;
        if !foreseen.events.is_empty() {
            new.push(id.transaction.to_string());
        }
    }
    drop(store);
    if !args.applies() {
        let what = if new.is_empty() { "none".to_owned() } else { new.join(", ") };
        complain(&format!(
            "would be opened by {operator}: {what}; nothing was changed, --apply does it\n"
        ));
    } else {
        let path = database(place.store);
        let store = SqliteStore::open(&path, &Settings::default()).map_err(held)?;
        let store = Arc::new(store);
        let outside = counterparties(registry, &terms, &path, time_of(&*store).await?)?;
        outside.keep_frozen(&store).await?;
        let engine = engine(&sagas, &store, &outside).await?;
        open_all(&engine, &requests).await?;
        settle(&engine, &outside).await?;
        let jobs = FoundJobs::of(store.clone(), Some(store.clone()), outside.beside.clone());
        tell(&engine, &jobs, &requests).await?;
        settle(&engine, &outside).await?;
        engine.shutdown().await?;
        store.close().await;
    }
    say(registry, (&house, t, registrar), place, format, out).await
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

/// What came from the registrars by now is told before the hour at which it is asked for.
async fn tell(
    engine: &Engine,
    jobs: &FoundJobs<SqliteStore>,
    requests: &[Request],
) -> Result<(), Failure> {
    let mut notices = Vec::new();
    for Request { registrar, t } in requests {
        for job in INPUTS {
            let call = JobCall { registrar: registrar.clone(), t: *t, job, after: None };
            let stand = jobs.work(call.clone()).await;
            if matches!(stand, JobStand::Done(_)) {
                let answer = JobAnswer { call, stand };
                let (stream, news) = day_cut::notice(&name_of(registrar, *t)?, answer);
                notices.push(Notice { stream, news });
            }
        }
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

async fn say(
    registry: &Registry,
    (house, t, registrar): (&House, TradingDay, Option<&RegistrarCode>),
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open(place.store)?;
    let desk = registry.sagas(house).desk;
    let cuts = status::of(&store, &desk, house, (Some(t.date()), registrar)).await?;
    status::print(&cuts, format, out)?;
    Ok(ExitCode::SUCCESS)
}
