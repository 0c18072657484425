//! What a run found, as whoever asked for it prints it.

use fundflow_domain::{
    case::{CaseId, Severity, Side},
    ids::{FundCode, OrderId, TransactionId},
};
use fundflow_infrastructure::reconciled::Begun;
use fundflow_reconciliation::{coverage::Coverage, source::Source};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What becomes of the case of a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    /// Its case is opened.
    Opened,
    /// Its case was answered before, and is open again.
    Reopened,
    /// Its case is open already.
    Open,
    /// A person has settled it.
    Settled,
    /// The engine has a case about it.
    Engines,
    /// A sum that differs by its disputed records: their cases are its cases.
    Explained,
}

/// A break in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakRow {
    /// The case that is about it.
    pub case: CaseId,
    /// What comes of that case.
    pub becomes: Becomes,
    /// Where the record comes from, or had to come from.
    pub source: Source,
    /// `missing`, `amount` and so on.
    pub kind: String,
    /// Whose record there is.
    pub side: Side,
    /// How much hangs on it, by the rules.
    pub severity: Severity,
    /// The request that it belongs to, where known.
    pub transaction: Option<TransactionId>,
    /// The order that it is about, where known.
    pub order: Option<OrderId>,
    /// The fund that it is about, where known.
    pub fund: Option<FundCode>,
    /// Yuan that the sides differ by, or that the only side states.
    pub money: Decimal,
    /// The same of shares.
    pub shares: Decimal,
    /// What is wrong, in a sentence.
    pub what: String,
}

/// What a run found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Found {
    /// How much of both sides joins.
    pub coverage: Coverage,
    /// By kind of break.
    pub kinds: BTreeMap<String, u64>,
    /// By what comes of their cases.
    pub becomes: BTreeMap<Becomes, u64>,
    /// The first of them.
    #[serde(skip)]
    pub rows: Vec<BreakRow>,
    /// Cases that files answer now.
    pub answered: u64,
    /// The files that were read, by name.
    pub files: Vec<String>,
    /// Where it began, and what it added.
    #[serde(skip)]
    pub begun: Began,
}

/// Where a run began, and what it has put aside itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Began {
    /// What an earlier run had left.
    pub from: Begun,
    /// Rows of both sides that this run put aside.
    pub rows: u64,
}
