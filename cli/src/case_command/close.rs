//! How a case is settled, by whom and why.

use super::{
    alone::{self, is_closed_so},
    closed, found, row, settled,
};
use crate::{
    args::Format,
    folded::Folded,
    house::Terms,
    offers::{closes, is_paid, keeps, waits_for},
    operate::{
        self, Beside, Done, IN_PART, Order, OrderArgs, Outcome, Row, not_blank, time_of, versioned,
    },
    reading::{Failure, Place, complain, finish, json, open},
    registry::{Registry, Sagas, Word},
    settlement_command,
};
use clap::{Args, ValueEnum};
use fundflow_application::{
    desk::{self, DeskError},
    read_models::CaseRow,
};
use fundflow_domain::{
    case::{CaseId, Cases, Closing, How, Kind},
    ids::TransactionId,
    money::Amount,
    settlement::SettlementId,
    text::Text,
};
use fundflow_infrastructure::sqlite::SqliteStore;
use serde::Serialize;
use serde_json::Value;
use std::{collections::BTreeSet, io::Write, process::ExitCode, str::FromStr};

/// Which cases, and how they are settled.
#[derive(Debug, Clone, Args)]
pub(crate) struct CloseArgs {
    /// The 32 digits of each, as `case ls` prints them; with @VERSION, as a look prints it, only if it has
    /// not moved since
    #[arg(required = true, value_name = "CASE[@VERSION]")]
    targets: Vec<Target>,
    /// In which way
    #[arg(long, value_enum)]
    how: HowArg,
    /// With --how paid-by-us: yuan to the investor
    #[arg(
        long,
        value_name = "YUAN",
        required_if_eq("how", "paid-by-us"),
        allow_negative_numbers = true
    )]
    amount: Option<Amount>,
    /// With --how manual: in which other way
    #[arg(long, value_name = "TEXT", value_parser = not_blank, required_if_eq("how", "manual"))]
    text: Option<String>,
    /// What convinced you; it is stored with the case
    #[arg(long, value_name = "TEXT", value_parser = not_blank)]
    reason: String,
    #[command(flatten)]
    pub(super) order: OrderArgs,
}

/// A case, and how it was when somebody looked.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) case: CaseId,
    version: Option<u64>,
}

impl Target {
    /// What is to be said where the case is not as it was seen.
    pub(super) fn moved(&self, case: &Folded<Cases>) -> Option<String> {
        let (seen, now) = (self.version?, version(case));
        let Self { case, .. } = self;
        let text = || format!("case {case} moved: version {seen} was seen, it is {now} now");
        (seen != now).then(text)
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (case, version) = versioned(text)?;
        Ok(Self { case, version })
    }
}

/// Spelling on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HowArg {
    /// The record is right after all, or its difference is taken as it is
    Accepted,
    /// We bear the difference out of our own funds
    PaidByUs,
    /// The counterparty takes the record back
    Withdrawn,
    /// In another way
    Manual,
}

/// What would be, or was, closed: through the saga that waits for it, or where none does on its own stream.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    action: &'static str,
    applied: bool,
    outcome: Outcome,
    /// Why it is refused, or has moved; none where it can be done.
    why: Option<String>,
    operator: &'a str,
    reason: &'a str,
    case: CaseRow,
    /// What `CASE@VERSION` names: the position of the last event of that saga, or else of the case.
    version: Option<u64>,
    how: String,
    /// Where what does not add up of the record goes.
    differences: Vec<String>,
    /// The saga that closes it; none where no saga does.
    sagas: &'a [Row],
    events_of_others: u64,
}

impl CloseArgs {
    fn closing(&self) -> Result<Closing, Failure> {
        let typed = |error: fundflow_domain::text::TextError| Failure::Typed(error.to_string());
        let no = |what: &str| Err(Failure::Typed(what.to_owned()));
        let how = match (self.how, self.amount, &self.text) {
            (HowArg::PaidByUs, None, _) => return no("--how paid-by-us needs --amount"),
            (HowArg::Manual, _, None) => return no("--how manual needs --text"),
            (HowArg::Accepted | HowArg::Withdrawn | HowArg::Manual, Some(_), _) => {
                return no(
                    "--amount is what we pay, with --how paid-by-us only; leave it out, or say that",
                );
            }
            (HowArg::Accepted | HowArg::Withdrawn | HowArg::PaidByUs, _, Some(_)) => {
                return no(
                    "--text says in which other way, with --how manual only; what convinced you is --reason",
                );
            }
            (HowArg::PaidByUs, Some(amount), None) => How::PaidByUs { amount },
            (HowArg::Manual, None, Some(text)) => {
                How::Manual { text: Text::new("text", text.as_str()).map_err(typed)? }
            }
            (HowArg::Accepted, None, None) => How::Accepted,
            (HowArg::Withdrawn, None, None) => How::Withdrawn,
        };
        let by = Text::new("operator", self.order.operator()?).map_err(typed)?;
        let reason = Text::new("reason", self.reason.as_str()).map_err(typed)?;
        Ok(Closing { how, by, reason })
    }
}

/// Looks, or does it: one after the other, each as if it were alone. What goes wrong with one keeps none of
/// the others.
pub(super) async fn run(
    registry: &Registry,
    args: &CloseArgs,
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let mut seen = BTreeSet::new();
    let targets: Vec<_> = args.targets.iter().filter(|it| seen.insert(it.case)).collect();
    if let [target] = targets[..] {
        return one(registry, (args, target), place, format, out).await;
    }
    let (mut codes, mut documents) = (Vec::new(), Vec::new());
    for target in targets {
        let mut text = Vec::new();
        let code = finish(one(registry, (args, target), place, format, &mut text).await);
        codes.push(code);
        match format {
            Format::Table => out.write_all(&text)?,
            Format::Json if text.is_empty() => {}
            Format::Json => documents.push(serde_json::from_slice::<Value>(&text)?),
        }
    }
    if format == Format::Json {
        json(out, &documents)?;
    }
    let good = codes.iter().filter(|code| **code == ExitCode::SUCCESS).count();
    Ok(match codes.first() {
        Some(first) if good == 0 => *first,
        Some(_) if good < codes.len() => ExitCode::from(IN_PART),
        Some(_) | None => ExitCode::SUCCESS,
    })
}

async fn one(
    registry: &Registry,
    (args, wanted): (&CloseArgs, &Target),
    place: Place<'_>,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let closing = args.closing()?;
    let (store, id) = (place.store, wanted.case);
    let case = found(store, &id).await?;
    let lost = lost(&case, &closing.how);
    let differences = differences(registry, place, (&case, id), &closing).await?;
    if let Some(transaction) = holds_up(registry, place, (&case, id), &closing).await? {
        let (how, repeated) = (closed(&closing), is_closed_so(&case, &closing));
        let word = Word::CloseCase { case: id, closing: Box::new(closing) };
        // What was closed so already has moved by that.
        let seen = wanted.version.filter(|_| !repeated);
        let target = (transaction, seen);
        let order = Order::ask("close case", target, (id.to_string(), word), &args.order);
        let beside = Beside { lost, differences: differences.clone() };
        let order = order.because(&args.reason).beside(beside);
        let done = operate::carry_out(registry, &order, place).await?;
        match (format, done.sagas.first()) {
            (Format::Json, Some(saga)) => {
                let case = row(&found(store, &id).await?)?;
                let (outcome, why, version) = (saga.outcome, saga.why.clone(), saga.version);
                let own = Own { outcome, why, version, case, how, differences };
                json(out, &args.report(own, &done))?;
            }
            (Format::Json | Format::Table, _) => operate::tell(&order, &done, format, out)?,
        }
        return Ok(done.exit_code());
    }
    let code = alone::run(args, (wanted, &closing, differences), store, format, out).await?;
    if let Some(settlement) = settlement_of(&case).filter(|_| args.order.applies()) {
        // The case is closed all the same: its clearing goes on when it is asked about again.
        if let Err(failure) = settlement_command::goes_on(registry, &place, settlement).await {
            complain(&format!("the clearing of {settlement} does not go on yet: {failure}\n"));
        }
    }
    Ok(code)
}

/// The settlement whose rest the case is about: its clearing takes over what a person settled.
fn settlement_of(case: &Folded<Cases>) -> Option<SettlementId> {
    let known = case.fold.loaded.state.case()?;
    let is_rest = known.kind() == Kind::SettlementDiffers;
    SettlementId::parse(known.source.record.as_str()).filter(|_| is_rest)
}

/// How it went with the case itself.
pub(super) struct Own {
    pub(super) outcome: Outcome,
    pub(super) why: Option<String>,
    pub(super) version: Option<u64>,
    pub(super) case: CaseRow,
    pub(super) how: String,
    pub(super) differences: Vec<String>,
}

impl CloseArgs {
    pub(super) fn report<'a>(&'a self, own: Own, done: &'a Done) -> Report<'a> {
        let Own { outcome, why, version, case, how, differences } = own;
        let Done { operator, sagas, events_of_others } = done;
        Report {
            action: "close case",
            applied: self.order.applies(),
            outcome,
            why,
            operator,
            reason: &self.reason,
            case,
            version,
            how,
            differences,
            sagas,
            events_of_others: *events_of_others,
        }
    }
}

/// What becomes of the difference of the case's record, in words.
async fn differences(
    registry: &Registry,
    place: Place<'_>,
    (case, id): (&Folded<Cases>, CaseId),
    closing: &Closing,
) -> Result<Vec<String>, Failure> {
    let Some(known) = case.fold.loaded.state.case() else { return Ok(Vec::new()) };
    let store = open(place.store)?;
    let sagas = registry.sagas(&Terms::of(&place, &store).await?.house(time_of(&store).await?)?);
    let shown = saga_of(&store, &sagas, case).await?;
    let becomes = shown.and_then(|shown| {
        let request = &shown.look.id.transaction;
        desk::becomes(request, &shown.events, (id, known), closing)
    });
    Ok(becomes.map_or_else(Vec::new, |becomes| settled::words(&becomes, &closing.how)))
}

/// What a record of nothing, if it stands, has done with the investor's money.
fn lost(case: &Folded<Cases>, how: &How) -> Option<String> {
    let case = case.fold.loaded.state.case().filter(|_| *how == How::Accepted)?;
    let nothing = case.findings.iter().find(|it| it.kind == Kind::ZeroShares)?;
    let money = nothing.disputed.money;
    Some(format!("{money} yuan have bought no shares, and stay with the fund; none comes back"))
}

/// The saga that waits for this case, if one does: only then is the case its to close. Money of ours goes
/// out by way of the saga whether it waits or not.
async fn holds_up(
    registry: &Registry,
    place: Place<'_>,
    (case, id): (&Folded<Cases>, CaseId),
    closing: &Closing,
) -> Result<Option<TransactionId>, Failure> {
    let store = open(place.store)?;
    let sagas = registry.sagas(&Terms::of(&place, &store).await?.house(time_of(&store).await?)?);
    if let Some(why) = held_by_foreign(&store, &sagas, case, id).await? {
        return Err(Failure::Engine(why));
    }
    let shown = saga_of(&store, &sagas, case).await?;
    let kind = case.fold.loaded.state.case().map(|known| known.kind().as_str());
    let repeated = is_closed_so(case, closing);
    let closed_by = |shown: &desk::Shown| {
        if repeated { keeps(shown, id) } else { closes(shown, (id, kind), &closing.how) }
    };
    let shown = shown.filter(closed_by);
    if is_paid(&closing.how) && shown.is_none() && !repeated {
        return Err(Failure::Engine(
            "this case belongs to no transaction, so nobody knows where money of ours could go; pay by hand, \
             and close it with --how manual"
                .to_owned(),
        ));
    }
    Ok(shown.map(|shown| shown.look.id.transaction))
}

/// Why this program may not close the case: a saga of a kind that it does not know waits for it.
pub(super) async fn held_by_foreign(
    store: &SqliteStore,
    sagas: &Sagas,
    case: &Folded<Cases>,
    id: CaseId,
) -> Result<Option<String>, Failure> {
    let Some((kind, transaction)) = &case.fold.loaded.owner else { return Ok(None) };
    if sagas.desk.opener(kind).is_some() {
        return Ok(None);
    }
    let found = desk::foreign(store, &sagas.desk, Some(&**kind), transaction).await?;
    let keeps = found.iter().any(|saga| waits_for(&saga.events, id));
    let why = || {
        format!(
            "{transaction} of kind {kind} waits for this case, and this program does not know that \
             kind; close it with the program that registers it"
        )
    };
    Ok(keeps.then(why))
}

/// The saga that the case is about, if it is one of a kind that is known here.
pub(super) async fn saga_of(
    store: &SqliteStore,
    sagas: &Sagas,
    case: &Folded<Cases>,
) -> Result<Option<desk::Shown>, Failure> {
    let Some((kind, transaction)) = &case.fold.loaded.owner else { return Ok(None) };
    if sagas.desk.get(kind).is_none() {
        return Ok(None);
    }
    match desk::show(store, &sagas.desk, Some(&**kind), transaction).await {
        Ok(shown) => Ok(Some(shown)),
        Err(DeskError::NotFound { .. } | DeskError::AnotherKind { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The position of its last event.
pub(super) fn version(case: &Folded<Cases>) -> u64 {
    case.events.last().map_or(0, |event| event.position.0)
}
