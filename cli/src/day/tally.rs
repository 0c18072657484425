//! What a day came to, counted from the events and never from what the play remembers; only refused
//! requests are told by the play, because nothing is stored of them.

use super::{play::Played, told};
use fundflow_application::{
    audit::Holding,
    read_models::{SagaView, Sagas},
};
use fundflow_domain::{
    discount_purchase::Ending,
    fund_order::{Ask, Cause, Order, Outcome, Stage},
    ids::{FundCode, OrderId, TransactionId},
    money::{Money, Shares},
};
use fundflow_infrastructure::day_folder::{Day, Problem};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
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
    /// By the books that the events keep.
    pub(super) money: Vec<Holding>,
    /// By the channel's own books.
    pub(super) channel: Option<Channel>,
    pub(super) fees: Fees,
    pub(super) shares: Vec<FundRow>,
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
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct EndingRow {
    pub(super) ending: &'static str,
    pub(super) reason: String,
    pub(super) transactions: Vec<TransactionId>,
}

/// What the channel moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Channel {
    pub(super) debits: u64,
    pub(super) charged: Money,
    pub(super) refunds: u64,
    pub(super) refunded: Money,
}

/// What was charged.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Fees {
    pub(super) purchase: Money,
    pub(super) redemption: Money,
    pub(super) topup: Money,
}

/// Shares that were registered of a target.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct FundRow {
    pub(super) fund: FundCode,
    pub(super) orders: usize,
    pub(super) paid: Money,
    pub(super) shares: Shares,
}

/// The transactions of the day; a store may hold others.
type Ours<'a> = BTreeSet<&'a TransactionId>;

/// In the order in which they are printed.
const ENDINGS: [&str; 8] = [
    "completed",
    "completed in part",
    "kept in wallet",
    "failed",
    "abandoned",
    "stuck",
    "under way",
    "refused",
];

pub(super) fn report(
    played: &Played,
    day: &Day,
    problems: &[Problem],
    took: Duration,
) -> DayReport {
    let first: BTreeSet<_> = day.orders.iter().map(|order| &order.transaction).collect();
    let totals = played.totals;
    DayReport {
        trade_date: day.trade_date.to_string(),
        requests: day.orders.len(),
        repeats: day.orders.len() - first.len(),
        endings: endings(played, &first),
        money: played.audit.balances.clone(),
        channel: totals.map(|totals| Channel {
            debits: totals.debits,
            charged: totals.charged,
            refunds: totals.refunds,
            refunded: totals.refunded,
        }),
        fees: fees(&played.sagas, &first),
        shares: shares(&played.sagas, &first),
        bad_rows: told(problems),
        remarks: played.remarks.clone(),
        findings: played.audit.failures,
        events_added: played.events_after - played.events_before,
        events: played.events_after,
        files: played.files.clone(),
        virtual_end: played.ended_at.to_string(),
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    }
}

fn endings(played: &Played, ours: &Ours<'_>) -> Vec<EndingRow> {
    let mut rows: BTreeMap<(&'static str, String), Vec<TransactionId>> = BTreeMap::new();
    for (transaction, parts) in played.sagas.iter() {
        let view = parts.view(&transaction).filter(|_| ours.contains(&transaction));
        let Some(view) = view else { continue };
        let key = (ending(&view), reason(&view));
        rows.entry(key).or_default().push(transaction.clone());
    }
    for (transaction, refusal) in &played.refused {
        rows.entry(("refused", refusal.clone())).or_default().push(transaction.clone());
    }
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|((ending, reason), transactions)| EndingRow { ending, reason, transactions })
        .collect();
    rows.sort_by_key(|row| ENDINGS.iter().position(|ending| *ending == row.ending));
    rows
}

fn ending(view: &SagaView<'_>) -> &'static str {
    match (view.open.parked.is_some(), view.purchase.ending()) {
        (true, _) => "stuck",
        (false, None) => "under way",
        (false, Some(Ending::Completed)) if is_partial(view) => "completed in part",
        (false, Some(ending)) => ending.name(),
    }
}

fn is_partial(view: &SagaView<'_>) -> bool {
    let partly = |order: &Order| match (&order.terms.ask, &order.stage) {
        (Ask::Purchase { .. }, Stage::Confirmed(told)) => match &told.outcome {
            Outcome::Purchase(told) => !told.refund.is_zero(),
            Outcome::Conversion(_) => false,
        },
        (Ask::Conversion { shares, .. }, Stage::Confirmed(told)) => match &told.outcome {
            Outcome::Conversion(told) => told.shares_out < *shares,
            Outcome::Purchase(_) => false,
        },
        (
            Ask::Purchase { .. } | Ask::Conversion { .. },
            Stage::Placed
            | Stage::PaymentRequested
            | Stage::Paid
            | Stage::Declined(_)
            | Stage::Accepted(_)
            | Stage::Sealed
            | Stage::Sent
            | Stage::Rejected(_)
            | Stage::Cancelled(_),
        ) => false,
    };
    [view.buy, view.convert].into_iter().filter_map(|state| state.order()).any(partly)
}

/// Why it is stuck, or why an order of it came to nothing.
fn reason(view: &SagaView<'_>) -> String {
    if let Some((row, cause)) = view.open.parked.as_deref() {
        return format!("{row}: {}", cause.text);
    }
    let legs = [("purchase", view.buy), ("conversion", view.convert)];
    let told = legs.into_iter().filter_map(|(leg, state)| Some((leg, cause(state.order()?)?)));
    told.map(|(leg, cause)| format!("{leg}: {}", cause.text)).next().unwrap_or_default()
}

const fn cause(order: &Order) -> Option<&Cause> {
    match &order.stage {
        Stage::Declined(cause) | Stage::Rejected(cause) | Stage::Cancelled(cause) => Some(cause),
        Stage::Placed
        | Stage::PaymentRequested
        | Stage::Paid
        | Stage::Accepted(_)
        | Stage::Sealed
        | Stage::Sent
        | Stage::Confirmed(_) => None,
    }
}

/// Every confirmed order of the day and what the registrar said of it.
fn confirmed<'a>(
    sagas: &'a Sagas,
    ours: &'a Ours<'_>,
) -> impl Iterator<Item = (&'a Order, &'a Outcome)> {
    sagas.orders().iter().filter_map(|(id, kept)| {
        let (transaction, _) = OrderId::new(id).ok()?.parent()?;
        ours.contains(&transaction).then_some(())?;
        let order = kept.loaded.state.order()?;
        let Stage::Confirmed(told) = &order.stage else { return None };
        Some((order, &told.outcome))
    })
}

fn fees(sagas: &Sagas, ours: &Ours<'_>) -> Fees {
    let add = |sum: &mut Money, fee: Money| *sum = sum.plus(fee).unwrap_or(*sum);
    let mut fees = Fees::default();
    for (_, outcome) in confirmed(sagas, ours) {
        match outcome {
            Outcome::Purchase(told) => add(&mut fees.purchase, told.fee),
            Outcome::Conversion(told) => {
                add(&mut fees.redemption, told.redemption_fee);
                add(&mut fees.topup, told.topup_fee);
            }
        }
    }
    fees
}

fn shares(sagas: &Sagas, ours: &Ours<'_>) -> Vec<FundRow> {
    let mut funds: BTreeMap<FundCode, FundRow> = BTreeMap::new();
    for (order, outcome) in confirmed(sagas, ours) {
        let (Ask::Conversion { into, .. }, Outcome::Conversion(told)) = (&order.terms.ask, outcome)
        else {
            continue;
        };
        let none = FundRow { fund: *into, orders: 0, paid: Money::ZERO, shares: Shares::ZERO };
        let row = funds.entry(*into).or_insert(none);
        row.orders += 1;
        row.paid = row.paid.plus(told.net_in).unwrap_or(row.paid);
        row.shares = row.shares.plus(told.shares_in).unwrap_or(row.shares);
    }
    funds.into_values().collect()
}
