//! `orders.csv`: who asks for what, and when.

use super::{
    Investor, Kind, Problem, Settings,
    headings::Columns,
    incomes,
    kinds::Reader,
    table::{self, Fields, Row, Table},
};
use fundflow_domain::{
    admission::buying::Way,
    calendar::{TradingCalendar, TradingDay},
    catalogue::Catalogue,
    ids::{DistributorCode, FundCode, InvestorId, TransactionId},
    time::Timestamp,
};
use std::collections::{BTreeMap, HashMap};

pub(super) const FILE: &str = "orders.csv";
pub(super) const COLUMNS: Columns = Columns {
    needed: &["transaction", "time", "investor", "wallet_fund", "target_fund", "amount"],
    optional: &["mode", "only_today", "warning_confirmed", "distributor", "note", "kind"],
    unless: Some(("kind", &OF_KINDS)),
};
pub(super) const OF_KINDS: Columns = Columns {
    needed: &["transaction", "time", "kind"],
    optional: &[
        "investor",
        "wallet_fund",
        "target_fund",
        "fund",
        "amount",
        "shares",
        "lots",
        "on_huge",
        "account",
        "mode",
        "only_today",
        "warning_confirmed",
        "distributor",
        "of",
        "scope",
        "frequency",
        "start",
        "through",
        "periods",
        "misses_max",
        "closed_day",
        "missing_day",
        "day",
        "per_10_000",
        "publication",
        "note",
    ],
    unless: None,
};

/// A row of `orders.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Counted from 1.
    pub line: usize,
    /// The column `transaction`: the same again is a repeated request.
    pub transaction: TransactionId,
    /// Instant of the investor's request.
    pub time: Timestamp,
    /// The T that the instant belongs to, by the order's own cut-off.
    pub t: TradingDay,
    /// Business of the row.
    pub kind: Kind,
    /// Through whom, where the day names its distributors; a plan through whom each of its dates is asked for.
    pub distributor: Option<DistributorCode>,
    /// The column `note`, which nothing reads but people.
    pub note: String,
}

impl Order {
    /// All that it asks for, and when, in one line.
    pub(super) fn words(&self) -> String {
        let mut words = format!("{} {} {}", self.transaction, self.time, self.kind.name());
        for (name, value) in columns(self) {
            words.extend([" ", name, "=", &value]);
        }
        words
    }
}

pub(super) struct Known<'a> {
    pub(super) trade_date: TradingDay,
    pub(super) next: TradingDay,
    pub(super) calendar: &'a TradingCalendar,
    pub(super) catalogue: &'a Catalogue,
    pub(super) settings: &'a Settings,
}

/// The good rows, by time and line.
pub(super) fn rows(
    table: &Table,
    known: &Known<'_>,
    investors: &BTreeMap<InvestorId, Investor>,
    problems: &mut Vec<Problem>,
) -> Vec<Order> {
    let mut orders: Vec<Order> = Vec::new();
    let mut first: HashMap<TransactionId, usize> = HashMap::new();
    for row in &table.rows {
        match order(table, row, known, investors) {
            Ok(order) => {
                let before = first.get(&order.transaction).and_then(|index| orders.get(*index));
                match before.map(|before| (before.line, differences(before, &order))) {
                    Some((line, fields)) if !fields.is_empty() => {
                        let new = if matches!(order.kind, Kind::Income(_)) {
                            "a corrected figure is another publication"
                        } else {
                            "give a new order a new transaction"
                        };
                        let problem = format!(
                            "already stands for another order on line {line}; it differs in {}: \
                             {new}",
                            fields.join(", ")
                        );
                        problems.push(table.problem(row, "transaction", problem));
                    }
                    Some(_) => orders.push(order),
                    None => {
                        first.insert(order.transaction.clone(), orders.len());
                        orders.push(order);
                    }
                }
            }
            Err(found) => problems.extend(found),
        }
    }
    orders.sort_by_key(|order| (order.time, order.line));
    orders
}

/// The order, or every mistake of the row.
fn order(
    table: &Table,
    row: &Row,
    known: &Known<'_>,
    investors: &BTreeMap<InvestorId, Investor>,
) -> Result<Order, Vec<Problem>> {
    let mut reader = Reader::of(table, row, known, investors);
    let an_id = "1 to 64 of A-Z a-z 0-9 . _ -";
    let transaction = reader.fields.parse("transaction", an_id, |text| text.parse().ok());
    let transaction = transaction.filter(|name: &TransactionId| {
        let is_named = name.as_str().bytes().any(|byte| byte.is_ascii_alphanumeric());
        if !is_named {
            let problem = format!("write {an_id}, a letter or a digit among them");
            reader.fields.note("transaction", problem);
        }
        is_named
    });
    let when = match reader.fields.text("kind") {
        incomes::INCOME => incomes::income_time(&mut reader.fields, known),
        _ => time(&mut reader.fields, known, whose_cut_off(table, row)),
    };
    let kind = reader.kind((transaction.as_ref(), when.map(|(time, _)| time)));
    let distributor = reader.distributor();
    let kind = kind.map(|kind| kind.through(distributor.as_ref().and_then(Option::as_ref)));
    let note = reader.fields.text("note").to_owned();
    let build = || {
        let (time, t) = when?;
        let (transaction, kind, distributor) = (transaction?, kind?, distributor?);
        Some(Order { line: row.line, transaction, time, t, kind, distributor, note })
    };
    let whole = build();
    reader.fields.finish(whole)
}

/// The fund and the kind that decide until when the row belongs to its T: of what is taken back, those of
/// the order.
fn whose_cut_off(table: &Table, row: &Row) -> Option<(FundCode, Way)> {
    let order = match table.get(row, "kind") {
        "cancel" => {
            let of = table.get(row, "of");
            table.rows.iter().find(|order| table.get(order, "transaction") == of)?
        }
        _ => row,
    };
    let way = match table.get(order, "kind") {
        "purchase" => Way::Purchase,
        "subscription" => Way::Subscription,
        _ => return None,
    };
    Some((table.get(order, "fund").parse().ok()?, way))
}

fn time(
    fields: &mut Fields<'_>,
    known: &Known<'_>,
    of: Option<(FundCode, Way)>,
) -> Option<(Timestamp, TradingDay)> {
    let date = known.trade_date.date();
    let allowed = "a time of the day like 10:30:00, or an instant like 2026-02-12T10:30:00+08:00";
    let time = fields.figure("time", allowed, |text| table::instant(text, date))?;
    let terms = of.and_then(|(fund, way)| Some((known.catalogue.on(fund, time.date())?, way)));
    let own = terms.and_then(|(terms, way)| terms.cut_off_for(way));
    match known.calendar.t_by(time, own) {
        Ok(t) if t == known.trade_date || t == known.next => return Some((time, t)),
        Ok(t) => {
            let plays = format!("belongs to {t}; this day plays {date} and {}", known.next);
            fields.note("time", plays);
        }
        Err(error) => fields.note("time", error.to_string()),
    }
    None
}

/// Columns in which another order asks for something else. A repeat comes at another time.
fn differences(one: &Order, other: &Order) -> Vec<&'static str> {
    if one.kind.name() != other.kind.name() {
        return vec!["kind"];
    }
    if one.distributor.is_some() != other.distributor.is_some() {
        return vec!["distributor"];
    }
    let (one, other) = (columns(one), columns(other));
    let differ = one.into_iter().zip(other).filter(|(one, other)| one != other);
    differ.map(|((column, _), _)| column).collect()
}

/// What identifies an order, column by column. A row that names no distributor has no such column: it is known by
/// what it always was.
fn columns(order: &Order) -> Vec<(&'static str, String)> {
    let named = order.distributor.iter().map(|code| ("distributor", code.to_string()));
    of_kind(&order.kind).into_iter().chain(named).collect()
}

fn of_kind(kind: &Kind) -> Vec<(&'static str, String)> {
    match kind {
        Kind::DiscountPurchase(it) => vec![
            ("investor", it.investor.to_string()),
            ("wallet_fund", it.wallet_fund.to_string()),
            ("target_fund", it.target_fund.to_string()),
            ("amount", it.amount.to_string()),
            ("mode", format!("{:?}", it.mode)),
            ("only_today", it.only_today.to_string()),
        ],
        Kind::Recharge(it) | Kind::Purchase(it) | Kind::Subscription(it) => vec![
            ("investor", it.investor.to_string()),
            ("fund", it.fund.to_string()),
            ("amount", it.amount.to_string()),
            ("account", format!("{:?}", it.account)),
            ("only_today", it.only_today.to_string()),
        ],
        Kind::Withdraw(it) | Kind::FastWithdraw(it) | Kind::Redemption(it) => leaving(it),
        Kind::Conversion(it, target) => {
            [leaving(it), vec![("target_fund", target.to_string())]].concat()
        }
        Kind::Plan(it) => vec![
            ("investor", it.investor.to_string()),
            ("fund", it.fund.to_string()),
            ("wallet_fund", format!("{:?}", it.wallet_fund)),
            ("amount", it.amount.to_string()),
            ("account", it.account.to_string()),
            ("frequency", format!("{:?}", it.frequency)),
            ("start", it.start.to_string()),
            ("through", format!("{:?}", it.through)),
            ("periods", format!("{:?}", it.periods)),
            ("misses_max", it.max_misses.to_string()),
            ("closed_day", format!("{:?}", it.move_rule)),
            ("missing_day", format!("{:?}", it.missing_day)),
        ],
        Kind::PlanWord { of, word } => {
            vec![("of", of.to_string()), ("what is said", format!("{word:?}"))]
        }
        Kind::Income(it) => vec![
            ("fund", it.fund.to_string()),
            ("day", it.day.to_string()),
            ("per_10_000", it.per_10_000.to_string()),
            ("publication", it.publication.to_string()),
        ],
        Kind::Cancel { of, scope } => vec![("of", of.to_string()), ("scope", format!("{scope:?}"))],
    }
}

fn leaving(it: &super::Leaving) -> Vec<(&'static str, String)> {
    vec![
        ("investor", it.investor.to_string()),
        ("fund", it.fund.to_string()),
        ("shares", format!("{:?}", it.shares)),
        ("lots", format!("{:?}", it.lots)),
        ("on_huge", format!("{:?}", it.on_huge)),
        ("account", format!("{:?}", it.account)),
    ]
}
