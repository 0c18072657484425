//! Does it: takes the store, looks again, lets an engine act, and waits until nothing moves.

use super::{
    outside::{Counterparties, counterparties, time_of},
    plan::{Desk, EventLine, Outcome, Row},
};
use crate::{
    house::{DAY_JOBS, Terms, WALLETS},
    reading::{Failure, database},
    registry::{Registry, Sagas},
    saga_words::{SagaRow, cancel_refused},
};
use fundflow::{ActError, Engine, SagaId, StartError, StopCause, Stopped, runtime::port::AnyPort};
use fundflow_application::{
    desk::{self, Deed, DeskError, Wanted},
    guard::LedgerGuard,
};
use fundflow_closing::{Attached, Jobs};
use fundflow_infrastructure::{
    sqlite::{OpenError, Settings, SqliteStore},
    wallet_owners::WalletOwners,
};
use fundflow_kernel::{
    envelope::{Actor, Recorded, StreamName},
    loaded::with_sources,
    store::{EventStore as _, Position},
};
use fundflow_sagas::ports::{day_jobs, wallets::Wallets};
use std::{collections::BTreeSet, ops::Deref, path::Path, sync::Arc};

/// Returns how many events other sagas had while the engine ran.
pub(super) async fn apply(
    registry: &Registry,
    desk: &Desk<'_>,
    (terms, store): (&Terms, &Path),
    rows: &mut [Row],
) -> Result<u64, Failure> {
    let database = database(store);
    let store = SqliteStore::open(&database, &Settings::default()).map_err(held)?;
    let store = Arc::new(store);
    // Whoever held the store a moment ago may have moved them.
    for row in rows.iter_mut().filter(|row| row.outcome == Outcome::Planned) {
        *row = desk.look(&*store, &row.transaction.clone(), row.version).await?;
    }
    let outside = counterparties(registry, terms, &database, time_of(&*store).await?)?;
    outside.keep_frozen(&store).await?;
    let before = *store.head().borrow();
    act(desk, &store, &outside, rows).await?;
    let mut own = 0;
    for row in rows.iter_mut() {
        own += follow(desk, &store, row, before).await?;
    }
    let all = store.head().borrow().0 - before.0;
    store.close().await;
    Ok(all.saturating_sub(own))
}

pub(crate) fn held(error: OpenError) -> Failure {
    match error {
        OpenError::Held { path, holder } => Failure::Engine(format!(
            "{} is held by {holder}; to apply, stop that engine first. Without --apply this command \
             looks beside it",
            path.display()
        )),
        error @ (OpenError::Newer { .. }
        | OpenError::Older { .. }
        | OpenError::NotAStore { .. }
        | OpenError::Unfinished { .. }
        | OpenError::Missing { .. }
        | OpenError::Gone { .. }
        | OpenError::Alone { .. }
        | OpenError::Unfit { .. }
        | OpenError::Lost { .. }
        | OpenError::Broken { .. }
        | OpenError::Read { .. }
        | OpenError::Io { .. }
        | OpenError::NoLog { .. }
        | OpenError::Database { .. }) => error.into(),
    }
}

/// An engine, which the jobs of day-cuts may ask.
#[derive(Debug)]
pub(crate) struct Running {
    engine: Engine,
    _attached: Attached,
}

impl Deref for Running {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.engine
    }
}

/// An engine on that store, with those sagas.
pub(crate) async fn engine(
    sagas: &Sagas,
    store: &Arc<SqliteStore>,
    outside: &Counterparties,
) -> Result<Running, Failure> {
    let mut builder = Engine::builder(store.clone())
        .clock(outside.clock.clone())
        .guard(LedgerGuard)
        .unclaimed(fundflow_sagas::parts::cases::UnknownOrders);
    for kind in sagas.kinds() {
        builder = builder.kind(kind.clone());
    }
    let wallets = (WALLETS.to_owned(), wallets(store));
    let done = Jobs::of(store.clone(), Some(store.clone()), outside.beside.clone());
    let done = Arc::new(done);
    let jobs: (String, Arc<dyn AnyPort>) =
        (DAY_JOBS.to_owned(), Arc::new(day_jobs::Jobs(done.clone())));
    for (name, port) in outside.ports.iter().chain([&wallets, &jobs]) {
        let built = builder.port(name, port.clone());
        builder = built.map_err(|error| Failure::Engine(with_sources(&error)))?;
    }
    let started = builder.start().await;
    let engine = started.map_err(|error: StartError| Failure::Engine(with_sources(&error)))?;
    let attached = done.attach(&engine);
    Ok(Running { engine, _attached: attached })
}

/// The list of wallets, which an income job pages by.
fn wallets(store: &Arc<SqliteStore>) -> Arc<dyn AnyPort> {
    Arc::new(Wallets(Arc::new(WalletOwners::of(store.clone()))))
}

async fn act(
    desk: &Desk<'_>,
    store: &Arc<SqliteStore>,
    outside: &Counterparties,
    rows: &mut [Row],
) -> Result<(), Failure> {
    let engine = engine(desk.sagas, store, outside).await?;
    let planned: Vec<_> = rows.iter_mut().filter(|row| row.outcome == Outcome::Planned).collect();
    let ids: Vec<SagaId> = planned.iter().filter_map(|row| row.id()).collect();
    let (mut actions, mut commands) = (Vec::new(), Vec::new());
    for id in ids {
        match desk.deed(id.kind).map_err(Failure::Engine)? {
            Deed::Act(action) => actions.push((id, action)),
            Deed::Command { command, .. } => commands.push((id, command)),
        }
    }
    // An order is one or the other for all of its sagas.
    let mut answers = engine.act_all(actions, desk.operator.clone()).await;
    let actor = Actor::Operator(desk.operator.clone());
    answers.extend(engine.ask_all(commands, actor, desk.order.at).await);
    for (row, answer) in planned.into_iter().zip(answers) {
        match answer {
            Ok(()) => row.outcome = Outcome::Applied,
            Err(ActError::NotActed(error)) => {
                row.outcome = Outcome::Refused;
                row.why = Some(error.to_string());
            }
            Err(error @ (ActError::Unsure | ActError::ClockSetBack(_))) => {
                return Err(Failure::Engine(error.to_string()));
            }
            Err(ActError::Stopped(cause)) => return Err(stopped(&cause)),
        }
    }
    settle(&engine, outside).await?;
    Ok(engine.shutdown().await?)
}

/// Until nothing moves and nobody has anything to say at this instant.
pub(crate) async fn settle(engine: &Engine, outside: &Counterparties) -> Result<(), Failure> {
    loop {
        engine.settle().await?;
        let notices = outside.due();
        if notices.is_empty() {
            return Ok(());
        }
        for delivered in engine.deliver(notices).await {
            match delivered {
                Ok(_) | Err(ActError::NotActed(_)) => {}
                Err(error @ (ActError::Unsure | ActError::ClockSetBack(_))) => {
                    return Err(Failure::Engine(error.to_string()));
                }
                Err(ActError::Stopped(cause)) => return Err(stopped(&cause)),
            }
        }
    }
}

fn stopped(cause: &StopCause) -> Failure {
    Failure::Engine(format!("the engine has stopped: {cause}; look at the sagas before you repeat"))
}

impl From<Stopped> for Failure {
    fn from(stop: Stopped) -> Self {
        stopped(&stop.cause)
    }
}

/// What has become of a saga; returns how many events it had.
async fn follow(
    desk: &Desk<'_>,
    store: &Arc<SqliteStore>,
    row: &mut Row,
    before: Position,
) -> Result<u64, Failure> {
    let shown = desk::show(&**store, &desk.sagas.desk, row.kind, &row.transaction).await;
    let shown = match shown {
        Ok(shown) => shown,
        Err(DeskError::NotFound { .. } | DeskError::AnotherKind { .. }) => return Ok(0),
        Err(error) => return Err(error.into()),
    };
    let seen = shown.events.iter().filter(|event| event.position > before).cloned();
    let mut new: Vec<Recorded> = seen.collect();
    new.extend(out_of_sight(store, row, &new, before).await?);
    new.sort_by_key(|event| event.position);
    if row.outcome == Outcome::Applied {
        row.events = new
            .iter()
            .map(|event| EventLine {
                stream: event.stream.to_string(),
                event_type: event.event.event_type.to_string(),
                actor: event.event.actor.to_string(),
                position: Some(event.position.0),
            })
            .collect();
        row.after = Some(SagaRow::of(&shown));
        row.version = Some(shown.version.0);
        // It was asked for, now or before, and the other side has said no.
        let scope = desk.order.takes_back();
        let refused = scope.and_then(|scope| cancel_refused(&shown.events, scope));
        if let Some(why) = refused {
            (row.outcome, row.why) = (Outcome::Refused, Some(why));
        }
    }
    Ok(new.len() as u64)
}

/// Its events in streams that the look named and that it has lost sight of since: a case that is closed after
/// the saga's end.
async fn out_of_sight(
    store: &SqliteStore,
    row: &Row,
    seen: &[Recorded],
    before: Position,
) -> Result<Vec<Recorded>, Failure> {
    let mut found = Vec::new();
    let named: BTreeSet<&str> = row.events.iter().map(|event| &*event.stream).collect();
    for stream in named {
        let Ok(stream) = StreamName::try_from(Arc::<str>::from(stream)) else { continue };
        let wanted = Wanted { stream: Some(stream), event_type: None, after: before };
        let events = desk::events(store, &wanted, usize::MAX).await?.found.into_iter();
        found.extend(events.filter(|event| {
            event.event.correlation == row.transaction
                && seen.iter().all(|known| known.position != event.position)
        }));
    }
    Ok(found)
}
