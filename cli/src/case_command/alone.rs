//! Closes a case that no saga waits for, on its own stream.

use super::{
    close::{CloseArgs, Own, Target, version},
    closed, found, row,
};
use crate::{
    args::Format,
    folded::{self, Folded},
    offers::refuses,
    operate::{self, Done, Outcome, time_of},
    reading::{Failure, complain, database, json},
};
use fundflow_domain::case::{Cases, Closing, Command, State};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{
    envelope::Actor,
    loaded::{Loaded, Meta, with_sources},
    store::EventStore as _,
};
use std::{io::Write, path::Path, process::ExitCode};

/// A case that no saga closes.
pub(super) async fn run(
    args: &CloseArgs,
    (wanted, closing, differences): (&Target, &Closing, Vec<String>),
    store: &Path,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let (id, applied) = (wanted.case, args.order.applies());
    let case = found(store, &id).await?;
    let outcome = if applied { Outcome::Applied } else { Outcome::Planned };
    let (outcome, why) = match refusal(&case, closing) {
        _ if is_closed_so(&case, closing) => (Outcome::DoneBefore, None),
        Some(why) => (Outcome::Refused, Some(why)),
        None => {
            match if applied { close(store, wanted, closing).await? } else { wanted.moved(&case) } {
                Some(moved) => (Outcome::Stale, Some(moved)),
                None => (outcome, None),
            }
        }
    };
    let case = found(store, &id).await?;
    let version = version(&case);
    let how = closed(closing);
    if format == Format::Json {
        let (operator, version) = (args.order.operator()?, Some(version));
        let own = Own { outcome, why, version, case: row(&case)?, how, differences };
        json(out, &args.report(own, &Done { operator, sagas: Vec::new(), events_of_others: 0 }))?;
        return Ok(operate::exit_code(outcome));
    }
    if let Some(why) = why {
        complain(&format!("error: {why}\n"));
        return Ok(operate::exit_code(outcome));
    }
    let lead = match (outcome, applied) {
        (Outcome::DoneBefore, _) => format!("close case {id}: was done before: {how}"),
        (_, true) => format!("closed {id}: {how}"),
        (_, false) => format!("close case {id}: can be done: {how}"),
    };
    writeln!(out, "{lead}")?;
    differences.iter().try_for_each(|it| writeln!(out, "difference  {it}"))?;
    if outcome == Outcome::Planned {
        writeln!(out, "nothing was changed")?;
        writeln!(out, "to do it, type the same with {id}@{version} and --apply")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether it was closed in that way, by the same person and for the same reason: asked for again, that is done.
pub(super) fn is_closed_so(case: &Folded<Cases>, closing: &Closing) -> bool {
    matches!(&case.fold.loaded.state, State::Closed(_, was) if was == closing)
}

/// Why the case is not closed in that way.
fn refusal(case: &Folded<Cases>, closing: &Closing) -> Option<String> {
    let kind = case.fold.loaded.state.case().map(|known| known.kind().as_str());
    let why = kind.and_then(|kind| refuses(kind, &closing.how)).map(str::to_owned);
    why.or_else(|| planned(case, closing).err().map(|error| error.to_string()))
}

fn planned(case: &Folded<Cases>, closing: &Closing) -> Result<(), Failure> {
    let stream = &case.stream;
    let mut loaded: Loaded<Cases> = case.fold.loaded.clone();
    let command = Command::Close(closing.clone());
    let decided = loaded.decide(stream, &command, &meta(case, closing)?, &mut Vec::new());
    decided.map(drop).map_err(|error| Failure::Engine(error.to_string()))
}

/// As if the one who opened it went on: the case stays with its transaction.
fn meta(case: &Folded<Cases>, closing: &Closing) -> Result<Meta, Failure> {
    let nobody = || Failure::NotFound("the case has no events".to_owned());
    let owner = case.fold.loaded.owner.as_ref().ok_or_else(nobody)?;
    let (process, correlation) = owner;
    let last = case.fold.moved;
    Ok(Meta {
        correlation: correlation.clone(),
        process: process.clone(),
        causation: "operator".into(),
        actor: Actor::Operator(closing.by.as_str().into()),
        trace_parent: None,
        occurred_at: last,
        recorded_at: last,
        trade_date: None,
    })
}

/// Takes the store for itself, looks again, and appends; or says that the case has moved.
async fn close(
    store: &Path,
    target: &Target,
    closing: &Closing,
) -> Result<Option<String>, Failure> {
    let found = found(store, &target.case).await?;
    let store = SqliteStore::open(database(store), &Settings::default()).map_err(operate::held)?;
    let now = time_of(&store).await?;
    let again = folded::one::<Cases, _>(&store, &found.stream).await?;
    let case = again.unwrap_or(found);
    // Whoever held the store a moment ago may have moved it.
    if let Some(moved) = target.moved(&case) {
        return Ok(Some(moved));
    }
    let mut loaded: Loaded<Cases> = case.fold.loaded.clone();
    let mut batch = Vec::new();
    let meta = Meta { occurred_at: now, recorded_at: now, ..meta(&case, closing)? };
    let command = Command::Close(closing.clone());
    let decided = loaded.decide(&case.stream, &command, &meta, &mut batch);
    decided.map_err(|error| Failure::Engine(error.to_string()))?;
    if !batch.is_empty() {
        let appended = store.append(batch).await;
        appended.map_err(|error| Failure::Engine(with_sources(&error)))?;
    }
    store.close().await;
    Ok(None)
}
