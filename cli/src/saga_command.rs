//! `fundflow saga`: sagas of every kind, where they stand and what they wait for.
//!
//! ```text
//! fundflow saga ls [--kind K] [--stuck] [--open] [--ending E] [--requester R] [--trade-date D]
//!                  [--parked-at ROW] [--code CODE] [--limit N]
//! fundflow saga show TX [--kind K]
//! fundflow saga resume | skip-to-landing | abandon | cancel | date | redirect TX …      (see `operate`)
//! ```
//!
//! `show` reads the saga's own streams and reads like its table: what was done when, where it stands,
//! what is ahead, and the way out once it leaves.

use crate::{
    args::Format,
    folded, foreign,
    house::Terms,
    moved_t::{self, MovedT},
    offers,
    operate::{
        self, AbandonArgs, CancelArgs, DateArgs, Order, ParkedArgs, RedirectArgs, SomeArgs, time_of,
    },
    plan_words::PlanFacts,
    reading::{Failure, LIMIT, List, Place, complain, finish, json, one_of, open, pairs, table},
    registry::Registry,
    saga_words::{HEADER, LineJson, SagaRow, in_flight},
};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use fundflow::runtime::{look::Agreed, process::Retry};
use fundflow_application::{
    desk::{self, DeskError, Page, SagaList, Standing},
    read_models::CaseRow,
};
use fundflow_domain::{case::Cases, ids::TransactionId};
use fundflow_infrastructure::sqlite::SqliteStore;
use serde::Serialize;
use serde_json::Value;
use std::{collections::BTreeSet, io::Write, process::ExitCode, sync::Arc};

/// What to do with sagas.
#[derive(Debug, Subcommand)]
pub(crate) enum SagaCommand {
    /// List sagas, one line each
    Ls(Filter),
    /// Show a saga: its timeline, what it waits for, what an operator may do
    Show {
        /// Its transaction ID
        transaction: TransactionId,
        /// Only a saga of this kind; needed when several kinds stand under one ID
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
    },
    /// Go on with sagas that are parked; their retries start over. Only looks without --apply
    Resume(SomeArgs),
    /// Close the row that nobody answers and leave towards the nearest landing. Only looks without
    /// --apply
    SkipToLanding(SomeArgs),
    /// Give a saga up; every open end needs a disposition. Only looks without --apply
    Abandon(AbandonArgs),
    /// Take it back before its own cut-off, or only the conversion. Only looks without --apply
    Cancel(CancelArgs),
    /// Say when its money counts as paid, where the bank's word cannot be right. Only looks without
    /// --apply
    Date(DateArgs),
    /// Pay out to another account after the bank has refused the first. Only looks without --apply
    Redirect(RedirectArgs),
}

/// Which of them; all that are given must hold.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Only of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only those that wait for an operator
    #[arg(long)]
    stuck: bool,
    /// Only those that are not over
    #[arg(long)]
    open: bool,
    /// Only those that ended so, as in `kept_in_wallet` or `abandoned`
    #[arg(long, conflicts_with = "open", value_parser = crate::args::ending)]
    ending: Option<String>,
    /// Only of this requester: an investor
    #[arg(long, alias = "investor")]
    requester: Option<String>,
    /// Only of this T (YYYY-MM-DD)
    #[arg(long, value_name = "DATE", value_parser = crate::args::date)]
    trade_date: Option<NaiveDate>,
    #[command(flatten)]
    parked: ParkedArgs,
    /// At most so many
    #[arg(long, allow_negative_numbers = true, value_parser = crate::args::whole::<usize>)]
    limit: Option<usize>,
}

/// Does what was typed.
pub(crate) async fn run(
    registry: &Registry,
    command: &SagaCommand,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> ExitCode {
    let order = match command {
        SagaCommand::Ls(filter) => {
            return finish(list(registry, place, filter, format, out).await);
        }
        SagaCommand::Show { transaction, kind } => {
            let kind = kind.as_deref();
            return finish(show(registry, place, (transaction, kind), format, out).await);
        }
        SagaCommand::Resume(args) => Order::resume(args),
        SagaCommand::SkipToLanding(args) => Order::skip_to_landing(args),
        SagaCommand::Abandon(args) => Order::abandon(args),
        SagaCommand::Cancel(args) => Order::cancel(args),
        SagaCommand::Date(args) => Order::date(args),
        SagaCommand::Redirect(args) => Order::redirect(args),
    };
    finish(operate::run(registry, &order, place, format, out).await)
}

impl Filter {
    fn wanted(&self) -> desk::Filter {
        let standing = match (self.stuck, self.open) {
            (true, _) => Some(Standing::Parked),
            (false, true) => Some(Standing::Unfinished),
            (false, false) => None,
        };
        desk::Filter {
            kind: self.kind.clone(),
            standing,
            ending: self.ending.clone(),
            requester: self.requester.clone(),
            day: self.trade_date,
            parked_at: self.parked.at.clone(),
            code: self.parked.code.clone(),
        }
    }

    /// What no saga here has would list nothing, as if there were none.
    fn check(&self, sagas: &desk::Registry, all: &SagaList) -> Result<(), Failure> {
        if let Some(wanted) = self.ending.as_deref() {
            self.check_ending(sagas, all, wanted)?;
        }
        self.parked.check(sagas, all)?;
        let Some(wanted) = self.requester.as_deref() else { return Ok(()) };
        let known: BTreeSet<&str> =
            all.rows().chain(all.foreign()).map(|row| &*row.requester).collect();
        if known.contains(wanted) {
            return Ok(());
        }
        Err(Failure::Typed(format!("{wanted:?} has asked for nothing here; {}", one_of(&known))))
    }

    /// Of a kind that is not known any event may be an ending.
    fn check_ending(
        &self,
        sagas: &desk::Registry,
        all: &SagaList,
        wanted: &str,
    ) -> Result<(), Failure> {
        let of = |kind: &str| self.kind.as_deref().is_none_or(|wanted| wanted == kind);
        let foreign = all.foreign().filter(|row| of(&row.kind));
        let foreign = foreign.filter_map(|row| row.foreign.as_deref());
        let kinds = sagas.kinds().filter(|kind| of(kind.name()));
        let whole: Vec<_> = kinds.flat_map(|kind| kind.ending_types()).chain(foreign).collect();
        let short = |it: &&'_ str| it.split_once('.').map_or(*it, |it| it.1) == wanted;
        if whole.iter().any(|it| *it == wanted || short(it)) {
            return Ok(());
        }
        let known = whole.iter().map(|it| it.split_once('.').map_or(*it, |it| it.1)).collect();
        Err(Failure::Typed(format!("{wanted:?} is no ending here; {}", one_of(&known))))
    }
}

async fn list(
    registry: &Registry,
    place: Place<'_>,
    filter: &Filter,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open(place.store)?;
    let now = time_of(&store).await?;
    let sagas = registry.sagas(&Terms::of(&place, &store).await?.house(now)?).desk;
    let mut all = SagaList::of(&store, sagas.clone()).await?;
    filter.check(&sagas, &all)?;
    let limit = filter.limit.unwrap_or(LIMIT);
    let page = Page { after: None, limit: Some(limit) };
    let listing = all.page(&store, &filter.wanted(), &page).await?;
    for damage in &listing.unread {
        complain(&format!("{}: {}; what stands there is left out\n", damage.place, damage.what));
    }
    let rows = listing.rows.iter().map(SagaRow::listed);
    let not_known = listing.rows.iter().filter(|it| it.row.foreign.is_some());
    complain(&foreign::note(not_known.map(|it| &*it.row.kind)));
    let code = List::of(rows, Some(limit)).print(format, HEADER, SagaRow::cells, out)?;
    if listing.more {
        complain("more are not shown; --limit shows more of them\n");
    }
    Ok(code)
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    row: SagaRow,
    table: &'a str,
    /// The T that was promised, where it belongs to a later one now.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_trade_date: Option<String>,
    /// Every T that moved, also of one order alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved_t: Vec<MovedT>,
    request: &'a Value,
    /// As it was promised first.
    promise: &'a Value,
    /// As it is promised since it was decided again, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    promise_now: Option<Value>,
    /// What was agreed one after the other, where the request was changed.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    agreed: &'a [Agreed],
    /// Of a regular plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<PlanFacts>,
    timeline: Vec<LineJson>,
    retries: &'a [Retry],
    given_up: &'a [Arc<str>],
    /// Cases about it that wait for somebody.
    open_cases: Vec<OpenCase>,
    actions: Vec<String>,
}

#[derive(Serialize)]
struct OpenCase {
    case: String,
    kind: String,
    what: String,
}

async fn show(
    registry: &Registry,
    place: Place<'_>,
    (transaction, kind): (&TransactionId, Option<&str>),
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let store = open(place.store)?;
    let now = time_of(&store).await?;
    let sagas = registry.sagas(&Terms::of(&place, &store).await?.house(now)?);
    let seen = match desk::show(&store, &sagas.desk, kind, transaction).await {
        Ok(seen) => seen,
        Err(DeskError::Foreign { .. }) => {
            let found = desk::foreign(&store, &sagas.desk, kind, transaction).await?;
            return foreign::show(&found, format, out).map(|()| ExitCode::SUCCESS);
        }
        Err(error) => return Err(error.into()),
    };
    let look = &seen.look;
    let cases = open_cases(&store, &seen).await?;
    let desk = offers::Desk { store: &store, sagas: &sagas, now };
    let actions = place.typed_behind(desk.of_saga(&seen, &cases).await?);
    let shown = Shown {
        row: SagaRow::of(&seen),
        table: look.table.as_str(),
        first_trade_date: (look.promised_date != look.business_date)
            .then(|| look.promised_date.map(|day| day.to_string()))
            .flatten(),
        moved_t: moved_t::of(&seen),
        request: &look.request,
        promise: &look.promise,
        promise_now: moved_t::promise_now(&seen),
        agreed: &look.agreed,
        plan: PlanFacts::of(&store, look.id.kind, &look.id.transaction).await?,
        timeline: look.timeline.iter().map(LineJson::of).collect(),
        retries: &look.retries,
        given_up: &look.given_up,
        open_cases: cases.iter().map(OpenCase::of).collect(),
        actions,
    };
    match format {
        Format::Json => json(out, &shown)?,
        Format::Table => print(&shown, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Of that saga: of its kind, too, since several may share a transaction ID.
async fn open_cases(store: &SqliteStore, seen: &desk::Shown) -> Result<Vec<CaseRow>, Failure> {
    let id = &seen.look.id;
    let mut cases = folded::all::<Cases>(store, "").await?;
    cases.retain(|case| {
        let owner = case.fold.loaded.owner.as_ref();
        owner.is_some_and(|(kind, of)| **kind == *id.kind && *of == id.transaction)
    });
    let mut rows: Vec<CaseRow> = cases.iter().filter_map(|it| CaseRow::of(&it.fold)).collect();
    rows.retain(|row| row.open);
    rows.sort_by(|a, b| (a.since, &a.case).cmp(&(b.since, &b.case)));
    Ok(rows)
}

impl Shown<'_> {
    fn trade_date(&self) -> String {
        let now = self.row.trade_date.as_deref().unwrap_or("-");
        match &self.first_trade_date {
            Some(first) => format!("{now}, first {first}"),
            None => now.to_owned(),
        }
    }
}

/// All shares leave although fewer were asked for.
fn forced(promise: &Value) -> Option<(&'static str, String)> {
    let all = promise.pointer("/exit/forced_full")?.as_str()?;
    Some(("leaves", format!("all {all} shares: the fund does not let so few stay behind")))
}

/// What was agreed before what holds now, or for later.
fn otherwise((nth, agreed): (usize, &Agreed)) -> Option<(&'static str, String)> {
    let name = if nth == 0 { "first" } else { "changed" };
    (!agreed.in_force).then(|| (name, agreed.what.clone()))
}

impl OpenCase {
    fn of(row: &CaseRow) -> Self {
        let words: Vec<&str> = row.findings.iter().map(|finding| finding.what.as_str()).collect();
        Self { case: row.case.clone(), kind: row.kind.clone(), what: words.join("; ") }
    }
}

fn print(shown: &Shown<'_>, out: &mut impl Write) -> Result<(), Failure> {
    let row = &shown.row;
    let dash = || "-".to_owned();
    let mut facts = vec![
        ("transaction", row.transaction.to_string()),
        ("kind", row.kind.to_string()),
        ("asked", row.summary.to_string()),
        ("by", row.requester.to_string()),
        ("table", shown.table.to_owned()),
        ("T", shown.trade_date()),
        ("placed", row.since.to_string()),
        ("moved", row.moved.to_string()),
        ("state", row.state.clone()),
        ("stands at", row.stands_at.clone().unwrap_or_else(dash)),
        ("waits for", row.waits()),
        ("in flight", in_flight(&row.in_flight)),
    ];
    let at = facts.iter().position(|(name, _)| *name == "by").unwrap_or(facts.len());
    let agreed = shown.agreed.iter().enumerate().filter_map(otherwise);
    let plan = shown.plan.iter().flat_map(PlanFacts::rows);
    facts.splice(at..at, forced(shown.promise).into_iter().chain(agreed).chain(plan));
    let at = facts.iter().position(|(name, _)| *name == "T").map_or(facts.len(), |at| at + 1);
    facts.splice(at..at, shown.moved_t.iter().map(|it| ("T moved", it.line())));
    if let Some((at, cause)) = &row.parked {
        facts.push(("parked", format!("at {at}: {} ({})", cause.text, cause.code)));
    }
    if let Some(cause) = &row.failure {
        facts.push(("because", format!("{} ({})", cause.text, cause.code)));
    }
    if !shown.given_up.is_empty() {
        facts.push(("given up", shown.given_up.join(", ")));
    }
    facts.extend(shown.open_cases.iter().map(|case| {
        let OpenCase { case, kind, what } = case;
        ("open case", format!("{case}, {kind}: {what}"))
    }));
    pairs(out, &facts)?;
    writeln!(out)?;
    let header = &["", "ROW", "WHEN", "POSITION ", "BY"];
    table(out, header, shown.timeline.iter().map(LineJson::cells))?;
    if !shown.retries.is_empty() {
        writeln!(out)?;
        let cells = |retry: &Retry| {
            let cause = format!("{} ({})", retry.cause.text, retry.cause.code);
            vec![retry.row.to_string(), retry.attempt.to_string(), retry.due.to_string(), cause]
        };
        table(
            out,
            &["RETRIED", "ATTEMPTS ", "NEXT", "LAST ANSWER"],
            shown.retries.iter().map(cells),
        )?;
    }
    if !shown.actions.is_empty() {
        writeln!(out, "\nan operator may (looks only; does it with --apply)")?;
        shown.actions.iter().try_for_each(|action| writeln!(out, "  {action}"))?;
    }
    Ok(())
}
