//! Does it: takes the store, looks again, lets an engine act, and waits until nothing moves.

use super::{
    outside::{Counterparties, counterparties, time_of},
    plan::{Desk, EventLine, Outcome, Row, version_of},
};
use crate::{
    reading::{Failure, database},
    saga_words::Told,
};
use fundflow::{ActError, Engine, StartError, Stopped};
use fundflow_application::read_models::SagaStates;
use fundflow_infrastructure::sqlite::{OpenError, Settings, SqliteStore};
use fundflow_kernel::{
    loaded::with_sources,
    store::{EventStore as _, Position},
};
use std::{path::Path, sync::Arc};

/// Answers how many events other purchases had while the engine ran.
pub(super) async fn apply(desk: &Desk<'_>, store: &Path, rows: &mut [Row]) -> Result<u64, Failure> {
    let database = database(store);
    let store = SqliteStore::open(&database, &Settings::default()).map_err(held)?;
    let store = Arc::new(store);
    // Whoever held the store a moment ago may have moved them.
    for row in rows.iter_mut().filter(|row| row.outcome == Outcome::Planned) {
        *row = desk.look(&*store, &row.transaction.clone(), row.version).await?;
    }
    let outside = counterparties(&database, &desk.calendar, time_of(&*store).await?)?;
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

fn held(error: OpenError) -> Failure {
    match error {
        OpenError::Held { path, holder } => Failure::Engine(format!(
            "{} is held by {holder}; to apply, stop that engine first. Without --apply this command \
             looks beside it",
            path.display()
        )),
        error @ (OpenError::Newer { .. }
        | OpenError::Older { .. }
        | OpenError::NotAStore { .. }
        | OpenError::Missing { .. }
        | OpenError::Io { .. }
        | OpenError::NoLog { .. }
        | OpenError::Database { .. }) => error.into(),
    }
}

async fn act(
    desk: &Desk<'_>,
    store: &Arc<SqliteStore>,
    outside: &Counterparties,
    rows: &mut [Row],
) -> Result<(), Failure> {
    let (channel, registrar) = (outside.channel.clone(), outside.registrar.clone());
    let engine = Engine::builder(store.clone(), channel, registrar, desk.calendar.clone())
        .clock(outside.clock.clone())
        .start()
        .await
        .map_err(|error: StartError| Failure::Engine(with_sources(&error)))?;
    let planned: Vec<_> = rows.iter_mut().filter(|row| row.outcome == Outcome::Planned).collect();
    let action = |row: &&mut Row| (row.transaction.clone(), desk.order.action.clone());
    let actions = planned.iter().map(action).collect();
    let answers = engine.act_all(actions, desk.operator.clone()).await?;
    for (row, answer) in planned.into_iter().zip(answers) {
        match answer {
            Ok(()) => row.outcome = Outcome::Applied,
            Err(ActError::NotActed(error)) => {
                row.outcome = Outcome::Refused;
                row.why = Some(error.to_string());
            }
            Err(ActError::Stopped { cause }) => return Err(Stopped { cause }.into()),
        }
    }
    settle(&engine, outside).await?;
    Ok(engine.shutdown().await?)
}

/// Until nothing moves and nobody has anything to tell at this instant.
async fn settle(engine: &Engine, outside: &Counterparties) -> Result<(), Stopped> {
    loop {
        engine.settle().await?;
        let notices = outside.due();
        if notices.is_empty() {
            return Ok(());
        }
        engine.deliver(notices).await?;
    }
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        Failure::Engine(format!("{stopped}; look at the purchases before you repeat"))
    }
}

/// What has become of a purchase; answers how many events it had.
async fn follow(
    desk: &Desk<'_>,
    store: &Arc<SqliteStore>,
    row: &mut Row,
    before: Position,
) -> Result<u64, Failure> {
    let states = SagaStates::load(&**store, &row.transaction).await?;
    let Some((states, view)) = states.as_ref().and_then(|it| Some((it, it.view()?))) else {
        return Ok(0);
    };
    let new = states.events.iter().filter(|event| event.position > before);
    let count = new.clone().count() as u64;
    if row.outcome == Outcome::Applied {
        row.events = new
            .map(|event| EventLine {
                stream: event.stream.to_string(),
                event_type: event.event.event_type.to_string(),
                actor: event.event.actor.to_string(),
                position: Some(event.position.0),
            })
            .collect();
        row.after = Some(Told::of(&view, &desk.calendar));
        row.version = Some(version_of(states));
    }
    Ok(count)
}
