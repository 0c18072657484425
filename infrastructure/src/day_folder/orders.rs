//! `orders.csv`: who buys what.

use super::{
    Investor, Problem, funds_listed, is_listed,
    table::{self, Columns, Fields, Row, Table},
};
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    catalogue::Catalogue,
    ids::{FundCode, InvestorId, TransactionId, VersionTag},
    modes::ConversionMode,
    money::Amount,
    time::Timestamp,
};
use std::collections::{BTreeMap, HashMap};

pub(super) const FILE: &str = "orders.csv";
pub(super) const COLUMNS: Columns = Columns {
    needed: &["transaction", "time", "investor", "wallet_fund", "target_fund", "amount"],
    optional: &["mode", "only_today", "warning_confirmed", "note"],
};

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Counted from 1.
    pub line: usize,
    /// Its identity.
    pub transaction: TransactionId,
    /// When the investor asks.
    pub time: Timestamp,
    /// The T that the instant belongs to.
    pub t: TradingDay,
    /// Who.
    pub investor: InvestorId,
    /// The money-market fund.
    pub wallet_fund: FundCode,
    /// The fund that is wanted.
    pub target_fund: FundCode,
    /// Gross, in yuan.
    pub amount: Amount,
    /// Which way to convert; none: the engine's choice.
    pub mode: Option<ConversionMode>,
    /// Rather send the money back than move to a later T.
    pub only_today: bool,
    /// The risk warning that was confirmed.
    pub warning_confirmed: Option<VersionTag>,
    /// For people.
    pub note: String,
}

pub(super) struct Known<'a> {
    pub(super) trade_date: TradingDay,
    pub(super) next: TradingDay,
    pub(super) calendar: &'a TradingCalendar,
    pub(super) catalogue: &'a Catalogue,
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
                match before.map(|before| (before.line, before.differences(&order))) {
                    Some((line, fields)) if !fields.is_empty() => {
                        let problem = format!(
                            "already stands for another order on line {line}; it differs in {}: \
                             give a new order a new transaction",
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
    let mut fields = Fields::of(table, row);
    let transaction =
        fields.parse("transaction", "1 to 64 of A-Z a-z 0-9 . _ -", |told| told.parse().ok());
    let when = time(&mut fields, known);
    let investor = fields.parse("investor", "an investor of investors.csv", |told| {
        told.parse().ok().filter(|id| investors.contains_key(id))
    });
    let listed = format!("one of {}", funds_listed(known.catalogue));
    let mut fund = |column| {
        fields.parse(column, &listed, |told| {
            told.parse().ok().filter(|code| is_listed(known.catalogue, *code, known.trade_date))
        })
    };
    let (wallet_fund, target_fund) = (fund("wallet_fund"), fund("target_fund"));
    let amount =
        "yuan: 0.01 to 99999999999999.99, at most 2 decimals, no exponent and no separators";
    let amount = fields.parse("amount", amount, |told| told.parse().ok());
    let mode = optional(&mut fields, "mode", MODES, mode_of);
    let only_today = fields.flag("only_today", false);
    let tag = "the tag of a warning, or nothing";
    let warning = optional(&mut fields, "warning_confirmed", tag, |told| told.parse().ok());
    let note = fields.told("note").to_owned();
    let build = || {
        let (time, t) = when?;
        Some(Order {
            line: row.line,
            transaction: transaction?,
            time,
            t,
            investor: investor?,
            wallet_fund: wallet_fund?,
            target_fund: target_fund?,
            amount: amount?,
            mode,
            only_today: only_today?,
            warning_confirmed: warning,
            note,
        })
    };
    let whole = build();
    fields.finish(whole)
}

/// Nothing where nothing stands; a mistake is noted and reads as nothing.
fn optional<T>(
    fields: &mut Fields<'_>,
    column: &str,
    allowed: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    if fields.told(column).is_empty() { None } else { fields.parse(column, allowed, read) }
}

fn time(fields: &mut Fields<'_>, known: &Known<'_>) -> Option<(Timestamp, TradingDay)> {
    let date = known.trade_date.date();
    let allowed = "a time of the day like 10:30:00, or an instant like 2026-02-12T10:30:00+08:00";
    let time = fields.parse("time", allowed, |told| table::instant(told, date))?;
    match known.calendar.t_of(time) {
        Ok(t) if t == known.trade_date || t == known.next => return Some((time, t)),
        Ok(t) => {
            let plays = format!("belongs to {t}; this day plays {date} and {}", known.next);
            fields.note("time", plays);
        }
        Err(error) => fields.note("time", error.to_string()),
    }
    None
}

const MODES: &str = "linked_same_day, next_day, redeem_to_purchase, held or nothing";

fn mode_of(told: &str) -> Option<ConversionMode> {
    match told {
        "held" => Some(ConversionMode::Held),
        "linked_same_day" => Some(ConversionMode::LinkedSameDay),
        "next_day" => Some(ConversionMode::NextDay),
        "redeem_to_purchase" => Some(ConversionMode::RedeemToPurchase),
        _ => None,
    }
}

impl Order {
    /// Columns in which another order asks for something else. A repeat comes at another time.
    fn differences(&self, other: &Self) -> Vec<&'static str> {
        [
            ("investor", self.investor != other.investor),
            ("wallet_fund", self.wallet_fund != other.wallet_fund),
            ("target_fund", self.target_fund != other.target_fund),
            ("amount", self.amount != other.amount),
            ("mode", self.mode != other.mode),
            ("only_today", self.only_today != other.only_today),
        ]
        .into_iter()
        .filter_map(|(column, differs)| differs.then_some(column))
        .collect()
    }
}
