//! What a day came to, counted from the events and never from what the play remembers; only refused
//! requests are said by the play, because nothing is stored of them.

use super::{
    Trouble,
    agenda::invests_at,
    books::{Books, Placed},
    cancels,
    incomes::IncomeRow,
    lines,
    play::Played,
};
use crate::saga_words::{ending_words, is_income, is_stuck_at_home};
use fundflow::runtime::saga::Saga as _;
use fundflow_application::{
    audit::Holding,
    desk::{self, SagaRow, State},
};
use fundflow_domain::{
    application::{Ask, Last, Outcome, Quantity, Stage, Terms},
    case::Case,
    ids::{FundCode, PlanId, TransactionId},
    money::{Money, Shares, Sum},
    time::Timestamp,
};
use fundflow_infrastructure::day_folder::{Day, Problem};
use fundflow_kernel::store::EventStore;
use fundflow_sagas::{fast_withdraw::FastWithdraw, regular_plan::RegularPlans};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// Everything that is printed.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct DayReport {
    pub(super) trade_date: String,
    /// Good rows of orders.csv.
    pub(super) requests: usize,
    /// Of these, repeats of an earlier row.
    pub(super) repeats: usize,
    pub(super) endings: Vec<EndingRow>,
    /// What waits for a person's word, of the whole store.
    pub(super) open_cases: Vec<CaseRow>,
    /// By the books that the events keep.
    pub(super) money: Vec<Holding>,
    /// By the channel's own books.
    pub(super) channel: Channel,
    pub(super) fees: Fees,
    pub(super) shares: Vec<FundRow>,
    /// Of money funds, over the whole store.
    pub(super) incomes: Vec<IncomeRow>,
    pub(super) bad_rows: Vec<String>,
    /// For a person to look at.
    pub(super) remarks: Vec<String>,
    /// Of the audit; none on a sound store.
    pub(super) findings: u64,
    pub(super) events_added: u64,
    pub(super) events: u64,
    pub(super) files: Vec<PathBuf>,
    pub(super) virtual_end: String,
    pub(super) took_ms: u64,
}

/// Orders that ended alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct EndingRow {
    pub(super) ending: String,
    pub(super) reason: String,
    pub(super) transactions: Vec<TransactionId>,
}

/// A case that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CaseRow {
    pub(super) case: String,
    pub(super) kind: String,
    pub(super) transaction: Option<TransactionId>,
    pub(super) what: String,
}

/// Sums that the channel moved, in yuan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Channel {
    pub(super) debits: u64,
    pub(super) charged: Sum<2>,
    pub(super) refunds: u64,
    pub(super) refunded: Sum<2>,
}

/// Sums of fees, in yuan.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Fees {
    pub(super) purchase: Sum<2>,
    pub(super) redemption: Sum<2>,
    pub(super) topup: Sum<2>,
}

/// Shares of a fund that is in no wallet, whichever kind of order they came by.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct FundRow {
    pub(super) fund: FundCode,
    pub(super) orders: usize,
    pub(super) paid: Sum<2>,
    pub(super) shares: Sum<2>,
}

/// The transactions of the day; what its own plans asked for until its other orders were over, since time went on
/// for these; and what other plans asked for on the folder's days. A store may hold others, and what plans asked
/// for later is later folders'.
struct Ours<'a> {
    rows: BTreeSet<&'a TransactionId>,
    of_plans: BTreeSet<TransactionId>,
    /// Their name may stand for what another folder asked for.
    refused: BTreeMap<&'a TransactionId, &'a str>,
}

impl<'a> Ours<'a> {
    fn of(rows: BTreeSet<&'a TransactionId>, played: &'a Played, day: &Day) -> Self {
        let days = day.trade_date.date()..=played.until.date();
        let orders = || played.sagas.rows().filter(|row| rows.contains(&row.transaction));
        let moved = orders().filter(|row| *row.kind != *RegularPlans::KIND).map(|row| row.moved);
        let over = moved.max();
        let is_ours = |transaction: &TransactionId, asked: Timestamp| {
            let Some((plan, _)) = PlanId::of_occurrence(transaction) else { return false };
            let is_plan = played.books.plans.get(plan.as_str()).is_some();
            let own = TransactionId::new(plan.as_str()).is_ok_and(|plan| rows.contains(&plan));
            let meanwhile = over.is_some_and(|over| own && asked <= over);
            is_plan && (days.contains(&asked.date()) || meanwhile)
        };
        let of_plans = played.sagas.rows().filter(|row| is_ours(&row.transaction, row.since));
        let of_plans = of_plans.map(|row| row.transaction.clone()).collect();
        let plans = played.plans_refused.iter();
        let plans = plans.filter(|(of, (t, _))| is_ours(of, invests_at(*t)));
        let refused = played.refused.iter().map(|(of, why)| (of, why.as_str()));
        let refused = refused.chain(plans.map(|(of, (_, why))| (of, why.as_str()))).collect();
        Self { rows, of_plans, refused }
    }

    fn contains(&self, transaction: &TransactionId) -> bool {
        let asked = self.rows.contains(transaction) || self.of_plans.contains(transaction);
        asked && !self.refused.contains_key(transaction)
    }
}

/// In the order in which they are printed; others come between those that went on and those that
/// did not.
const FIRST: [&str; 3] = ["completed", "completed in part", "kept in wallet"];
/// An income that every wallet was asked to take.
const GIVEN: &str = "income given";
const LAST: [&str; 7] = [
    "abandoned",
    "stuck",
    "under way",
    "done",
    cancels::IN_PART,
    cancels::NOT_TAKEN_BACK,
    "refused",
];

/// Counts; how long it took is the caller's to say.
pub(super) async fn report<S: EventStore>(
    store: &S,
    played: &Played,
    day: &Day,
    problems: &[Problem],
) -> Result<DayReport, Trouble> {
    let late: BTreeSet<_> = played.mistakes.iter().filter_map(|it| it.line).collect();
    let good = || day.orders.iter().filter(|order| !late.contains(&order.line));
    let ours = Ours::of(good().map(|order| &order.transaction).collect(), played, day);
    let totals = played.totals;
    Ok(DayReport {
        trade_date: day.trade_date.to_string(),
        requests: good().count(),
        repeats: good().count() - ours.rows.len(),
        endings: endings(store, played, &ours).await?,
        open_cases: open_cases(&played.books),
        money: played.audit.balances.clone(),
        channel: Channel {
            debits: totals.debits,
            charged: totals.charged,
            refunds: totals.refunds,
            refunded: totals.refunded,
        },
        fees: fees(&played.books, &ours),
        shares: shares(&played.books, &ours),
        incomes: played.books.incomes.rows().collect(),
        bad_rows: lines(problems),
        remarks: played.remarks.clone(),
        findings: played.audit.failures,
        events_added: played.events_after - played.events_before,
        events: played.events_after,
        files: played.files.clone(),
        virtual_end: played.ended_at.to_string(),
        took_ms: 0,
    })
}

async fn endings<S: EventStore>(
    store: &S,
    played: &Played,
    ours: &Ours<'_>,
) -> Result<Vec<EndingRow>, Trouble> {
    let partial = partly_settled(&played.books);
    let partial = |row: &SagaRow| in_part(row, &partial);
    let told = |row: &&SagaRow| ours.contains(&row.transaction) || is_stuck_at_home(row);
    let mut rows: BTreeMap<(String, String), Vec<TransactionId>> = BTreeMap::new();
    for row in played.sagas.rows().filter(told) {
        let key = match partial(row) {
            Some(why) => (format!("{} in part", ending(row)), why),
            None => (ending(row), reason(store, played, row).await?),
        };
        rows.entry(key).or_default().push(row.transaction.clone());
    }
    for (transaction, refusal) in &ours.refused {
        let key = ("refused".into(), (*refusal).to_owned());
        rows.entry(key).or_default().push((*transaction).clone());
    }
    for (transaction, what) in &played.plan_words {
        rows.entry(("done".into(), what.clone())).or_default().push(transaction.clone());
    }
    for (transaction, became) in cancels::outcomes(store, played).await? {
        rows.entry(became).or_default().push(transaction);
    }
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|((ending, reason), transactions)| EndingRow { ending, reason, transactions })
        .collect();
    rows.sort_by_key(|row| rank(&row.ending));
    Ok(rows)
}

fn rank(ending: &str) -> usize {
    let at = |all: &[&str]| all.iter().position(|known| *known == ending);
    at(&FIRST).or_else(|| Some(FIRST.len() + 1 + at(&LAST)?)).unwrap_or(FIRST.len())
}

/// Why an order went through with less than was asked for: a registrar settled a part of it, or a day's
/// limit let a part of it in. Whoever got cash at once got all of it.
fn in_part(row: &SagaRow, partial: &BTreeMap<TransactionId, String>) -> Option<String> {
    let through = row.state() == State::Ended
        && matches!(row.ending_name(), Some("completed" | "paid_out"))
        && !is_income(row)
        && *row.kind != *FastWithdraw::KIND;
    let cut = || row.failure.as_ref().filter(|cause| &*cause.code == "above_day_limit");
    let why = || partial.get(&row.transaction).cloned();
    through.then(|| why().or_else(|| cut().map(|cause| cause.text.to_string()))).flatten()
}

fn ending(row: &SagaRow) -> String {
    match row.state() {
        State::Parked => "stuck".to_owned(),
        State::Open => "under way".to_owned(),
        State::Unknown => "unknown".to_owned(),
        State::Ended => {
            let ending = ending_words(row.ending.as_deref().unwrap_or_default());
            if is_income(row) && ending == FIRST[0] {
                return GIVEN.to_owned();
            }
            ending
        }
    }
}

/// Why it is stuck, did not go through, or passed over wallets.
async fn reason<S: EventStore>(
    store: &S,
    played: &Played,
    row: &SagaRow,
) -> Result<String, Trouble> {
    if let Some(parked) = &row.parked {
        return Ok(format!("{}: {}", parked.row, parked.cause.text));
    }
    let went_through = row.ending_name() == Some("completed") && !is_income(row);
    if row.state() == State::Open || went_through {
        return Ok(String::new());
    }
    let shown = desk::show(store, &played.desk, Some(&row.kind), &row.transaction).await;
    let shown =
        shown.map_err(|error| Trouble::Look(fundflow_kernel::loaded::with_sources(&error)))?;
    Ok(shown.look.failure.map(|cause| cause.text.to_string()).unwrap_or_default())
}

/// The transactions of which the registrar settled a part of what was asked, and what it says to that.
fn partly_settled(books: &Books) -> BTreeMap<TransactionId, String> {
    let partly = |placed: &Placed| {
        let some = placed.application.confirmations().next().is_some();
        some && !is_none(placed.application.unsettled())
    };
    let why = |placed: Placed| {
        let application = &placed.application;
        let why = match &application.stage {
            Stage::PartlyConfirmed(Last::Rejection(rejection)) => rejection.cause.text.to_string(),
            Stage::PartlyConfirmed(Last::Confirmation(_))
            | Stage::Confirmed(_)
            | Stage::Confirming
            | Stage::Placed
            | Stage::Accepted
            | Stage::Sealed
            | Stage::Sent
            | Stage::Received
            | Stage::Rejected(_)
            | Stage::Cancelled(_) => "the registrar took a part of it".to_owned(),
        };
        (placed.transaction, why)
    };
    books.placed().filter(partly).map(why).collect()
}

fn is_none(quantity: Quantity) -> bool {
    match quantity {
        Quantity::Money(money) => money.is_zero(),
        Quantity::Shares(shares) => shares.is_zero(),
    }
}

fn open_cases(books: &Books) -> Vec<CaseRow> {
    let open = books.cases.iter().filter(|(_, entry)| entry.loaded.state.is_open());
    let mut cases: Vec<&Case> = open.filter_map(|(_, entry)| entry.loaded.state.case()).collect();
    cases.sort_by_key(|case| (case.opened_at, case.transaction.clone(), case.id));
    let row = |case: &Case| CaseRow {
        case: case.id.to_string(),
        kind: case.kind().to_string(),
        transaction: case.transaction.clone(),
        what: case.findings.first().map(|it| it.what.to_string()).unwrap_or_default(),
    };
    cases.into_iter().map(row).collect()
}

/// Everything that a registrar confirmed of the day's orders.
fn confirmed<'a>(
    books: &'a Books,
    ours: &'a Ours<'_>,
) -> impl Iterator<Item = (Terms, Vec<Outcome>)> + 'a {
    books.placed().filter(|placed| ours.contains(&placed.transaction)).map(|placed| {
        let outcomes = placed.application.confirmations().map(|it| it.outcome.clone());
        let outcomes = outcomes.collect();
        (placed.application.terms, outcomes)
    })
}

fn fees(books: &Books, ours: &Ours<'_>) -> Fees {
    let add = |sum: &mut Sum<2>, fee: Money| sum.add(fee.decimal());
    // A fee for buying that was put off is none for leaving.
    let leaving = |fees: &mut Fees, (fee, put_off): (Money, Money)| {
        add(&mut fees.redemption, fee.minus(put_off).unwrap_or_default());
        add(&mut fees.purchase, put_off.min(fee));
    };
    let mut fees = Fees::default();
    for outcome in confirmed(books, ours).flat_map(|(_, outcomes)| outcomes) {
        match outcome {
            Outcome::Purchase(numbers) => add(&mut fees.purchase, numbers.fee),
            Outcome::Subscription(numbers) => add(&mut fees.purchase, numbers.fee),
            Outcome::Redemption(numbers) => leaving(&mut fees, (numbers.fee, numbers.back_end_fee)),
            Outcome::Conversion(numbers) => {
                leaving(&mut fees, (numbers.redemption_fee, numbers.back_end_fee));
                add(&mut fees.topup, numbers.topup_fee);
            }
            Outcome::FastTransfer(_) => {}
        }
    }
    fees
}

/// The fund that it registers shares of, what they cost, and how many.
fn reaches(terms: &Terms, outcome: &Outcome) -> Option<(FundCode, Money, Shares)> {
    match (outcome, &terms.ask) {
        (Outcome::Conversion(it), Ask::Conversion { into, .. }) => {
            Some((*into, it.net_in, it.shares_in))
        }
        (Outcome::Purchase(it), _) => Some((terms.fund, it.amount, it.shares)),
        (Outcome::Subscription(it), _) => Some((terms.fund, it.amount, it.shares)),
        (Outcome::Conversion(_) | Outcome::Redemption(_) | Outcome::FastTransfer(_), _) => None,
    }
}

fn shares(books: &Books, ours: &Ours<'_>) -> Vec<FundRow> {
    let mut funds: BTreeMap<FundCode, FundRow> = BTreeMap::new();
    for (terms, outcomes) in confirmed(books, ours) {
        let mut reached = outcomes.iter().filter_map(|it| reaches(&terms, it)).peekable();
        let Some((fund, ..)) = reached.peek().copied() else { continue };
        if books.wallet_funds.contains(&fund) {
            continue;
        }
        let none = FundRow { fund, orders: 0, paid: Sum::NOTHING, shares: Sum::NOTHING };
        let row = funds.entry(fund).or_insert(none);
        // An order that is confirmed in several parts is one order.
        row.orders += 1;
        for (_, paid, shares) in reached {
            row.paid.add(paid.decimal());
            row.shares.add(shares.decimal());
        }
    }
    funds.into_values().collect()
}
