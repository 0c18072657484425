//! `fundflow recon assign`: who takes care of a case from now on.

use super::{AssignArgs, ReconFormat, plain};
use crate::{
    args::Format,
    folded,
    operate::held,
    reading::{Failure, Place, database, json, open},
};
use fundflow_closing::{Deed, PROGRAM, Writer};
use fundflow_domain::{
    case::{Assignment, CaseId, Cases, State},
    text::Text,
};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{envelope::Actor, streams::Key};
use serde::Serialize;
use std::{io::Write, process::ExitCode, sync::Arc};

/// How it goes with one case.
#[derive(Debug, Serialize)]
struct Row {
    case: CaseId,
    from: Option<String>,
    to: String,
    /// Whether that is so already.
    is_done: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    action: &'static str,
    applied: bool,
    operator: &'a str,
    reason: &'a str,
    cases: &'a [Row],
}

pub(super) async fn run(
    args: &AssignArgs,
    place: Place<'_>,
    format: ReconFormat,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let format = plain(format)?;
    let operator = args.order.operator()?;
    let typed = |error: fundflow_domain::text::TextError| Failure::Typed(error.to_string());
    let assignment = Assignment {
        owner: Text::new("to", args.to.as_str()).map_err(typed)?,
        by: Some(Text::new("operator", operator.as_str()).map_err(typed)?),
        reason: Some(Text::new("reason", args.reason.as_str()).map_err(typed)?),
    };
    let rows = rows(args, &place).await?;
    if args.order.applies() {
        let deeds = args.cases.iter().map(|case| Deed::Assign(*case, assignment.clone())).collect();
        let actor = Actor::Operator(operator.as_str().into());
        let path = database(place.store);
        let store = Arc::new(SqliteStore::open(path, &Settings::default()).map_err(held)?);
        let written = Writer::of(store.clone(), actor, PROGRAM)?.write(deeds).await;
        store.close().await;
        written?;
    }
    if format == Format::Json {
        let (applied, reason) = (args.order.applies(), args.reason.as_str());
        json(
            out,
            &Document { action: "assign case", applied, operator: &operator, reason, cases: &rows },
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    for row in &rows {
        let from = row.from.as_deref().unwrap_or("nobody");
        match (row.is_done, args.order.applies()) {
            (true, _) => writeln!(out, "{}: {} takes care of it already", row.case, row.to)?,
            (false, true) => writeln!(out, "assigned {}: {from} -> {}", row.case, row.to)?,
            (false, false) => writeln!(out, "{}: can be done: {from} -> {}", row.case, row.to)?,
        }
    }
    if !args.order.applies() {
        writeln!(out, "nothing was changed\nto do it, type the same with --apply")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// All of them must be there and open: nothing is done in part.
async fn rows(args: &AssignArgs, place: &Place<'_>) -> Result<Vec<Row>, Failure> {
    let store = open(place.store)?;
    let mut rows = Vec::new();
    for case in &args.cases {
        let stream = Key::<Cases>::of(case).stream().clone();
        let found = folded::one::<Cases, _>(&store, &stream).await?;
        let state = found.map(|it| it.fold.loaded.state).unwrap_or_default();
        let owner = state.case().and_then(|case| case.owner.clone());
        let is_done = owner.as_ref().is_some_and(|owner| owner.as_str() == args.to);
        match state {
            State::Open(_) => {}
            State::Closed(..) if is_done => {}
            State::Closed(..) => {
                return Err(Failure::Engine(format!(
                    "{case}: the case is closed; nobody need take care of it"
                )));
            }
            State::Absent => {
                let what = format!("there is no case {case}; `fundflow recon ls` lists them");
                return Err(Failure::NotFound(what));
            }
        }
        let from = owner.map(|owner| owner.to_string());
        rows.push(Row { case: *case, from, to: args.to.clone(), is_done });
    }
    Ok(rows)
}
