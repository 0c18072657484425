//! The answer to a quote, and why there is none.

use super::args::Format;
use comfy_table::{Table, presets};
use fundflow_domain::{
    conversion,
    fees::schedule::NoCharge,
    fees::tiers::TierError,
    ids::{DistributorCode, FundCode, InvestorId},
    lots, money_fund, purchase, redemption,
    time::Timestamp,
};
use serde_json::{Map, Value, json};
use std::{
    fmt,
    io::{self, Write},
    path::PathBuf,
};

pub(super) const REFUSED: u8 = 1;
const USAGE: u8 = 2;

pub(super) type Row = Vec<(&'static str, String)>;

/// Named numbers, rows where there are several of a kind, and how they came about.
#[derive(Debug, Default)]
pub(super) struct Answer {
    fields: Row,
    rows: Option<(&'static str, Vec<Row>)>,
    explain: Vec<String>,
    /// Why the order itself would be refused, whatever is said besides.
    refused: Option<String>,
}

/// Why there is no quote.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("--{flag} is missing; give {allowed}")]
    Missing { flag: &'static str, allowed: &'static str },
    #[error("--{left} and --{right} are both given; give one of them")]
    Both { left: &'static str, right: &'static str },
    #[error("--{flag} has {given} values; {allowed}")]
    Count { flag: &'static str, given: usize, allowed: &'static str },
    #[error("{}: {problem}", path.display())]
    File { path: PathBuf, problem: String },
    #[error("no investor {investor} is in {}; add a row, or name another one", file.display())]
    NoInvestor { investor: InvestorId, file: PathBuf },
    #[error("--distributor {distributor}: {} has {known}; give one of them", file.display())]
    NoDistributor { distributor: DistributorCode, file: PathBuf, known: String },
    #[error(
        "--at {at}: the store knows what happened until {last}; give that instant or a later one"
    )]
    Past { at: Timestamp, last: Timestamp },
    #[error("--count {given}: give 1 to 400")]
    Dates { given: usize },
    #[error("--frequency {value:?}: write daily, weekly mon, biweekly mon, or monthly 15")]
    Frequency { value: String },
    #[error("{0}")]
    Store(String),
    #[error("{0}")]
    Refused(String),
    #[error("the catalogue cannot be read: {0}")]
    Catalogue(String),
    #[error("--tier: {0}")]
    Tiers(TierError),
    #[error(
        "fund {fund} has no terms on {on} in the catalogue; `fundflow fund ls` lists the funds"
    )]
    NoTerms { fund: FundCode, on: chrono::NaiveDate },
    #[error(transparent)]
    NoCharge(#[from] NoCharge),
    #[error(
        "fund {source_fund} lists no conversion into {target}; give --method to quote one anyway"
    )]
    NoPair { source_fund: FundCode, target: FundCode },
    #[error(
        "{fund} charges for buying when shares leave, by what each lot cost; no cost can be typed"
    )]
    BackEnd { fund: FundCode },
    #[error("--{flag}: a share of money fund {fund} always costs 1.00; leave it out")]
    AtPar { flag: &'static str, fund: FundCode },
    #[error(transparent)]
    Purchase(#[from] purchase::Refusal),
    #[error(transparent)]
    Lots(#[from] lots::Refusal),
    #[error(transparent)]
    Redemption(#[from] redemption::Refusal),
    #[error(transparent)]
    Conversion(#[from] conversion::Refusal),
    #[error(transparent)]
    MoneyFund(#[from] money_fund::Refusal),
    #[error("{0}")]
    Internal(String),
}

impl From<crate::reading::Failure> for Failure {
    fn from(failure: crate::reading::Failure) -> Self {
        Self::Store(failure.to_string())
    }
}

impl Failure {
    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Failure::Missing { .. }
            | Failure::Both { .. }
            | Failure::Count { .. }
            | Failure::File { .. }
            | Failure::NoInvestor { .. }
            | Failure::NoDistributor { .. }
            | Failure::Past { .. }
            | Failure::Dates { .. }
            | Failure::Frequency { .. }
            | Failure::Catalogue(_)
            | Failure::Tiers(_) => USAGE,
            Failure::NoTerms { .. }
            | Failure::NoCharge(_)
            | Failure::NoPair { .. }
            | Failure::BackEnd { .. }
            | Failure::AtPar { .. }
            | Failure::Purchase(_)
            | Failure::Lots(_)
            | Failure::Redemption(_)
            | Failure::Conversion(_)
            | Failure::MoneyFund(_)
            | Failure::Store(_)
            | Failure::Refused(_)
            | Failure::Internal(_) => REFUSED,
        }
    }
}

/// The value, or the flag that should have given it.
pub(super) fn needed<T>(
    value: Option<T>,
    flag: &'static str,
    allowed: &'static str,
) -> Result<T, Failure> {
    value.ok_or(Failure::Missing { flag, allowed })
}

impl Answer {
    pub(super) fn new(explain: Vec<String>) -> Self {
        Self { explain, ..Self::default() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.fields.push((name, value.to_string()));
        self
    }

    pub(super) fn with_rows(mut self, name: &'static str, rows: Vec<Row>) -> Self {
        self.rows = Some((name, rows));
        self
    }

    pub(super) fn refused(self, why: String) -> Self {
        Self { refused: Some(why), ..self }
    }

    /// Why the order would be refused, if it would.
    pub(super) fn refusal(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    pub(super) fn print(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => writeln!(out, "{}", self.json()),
            Format::Table => self.table(out),
        }
    }

    fn json(&self) -> Value {
        let object = |fields: &[(&'static str, String)]| -> Map<String, Value> {
            fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
        };
        let mut all = object(&self.fields);
        if let Some((name, rows)) = &self.rows {
            let rows: Vec<Value> = rows.iter().map(|row| Value::Object(object(row))).collect();
            all.insert((*name).to_owned(), Value::Array(rows));
        }
        if let Some(why) = &self.refused {
            all.insert("refused".to_owned(), json!(why));
        }
        all.insert("explain".to_owned(), json!(self.explain));
        Value::Object(all)
    }

    fn table(&self, out: &mut dyn Write) -> io::Result<()> {
        if let Some((_, rows)) = &self.rows {
            let mut table = Table::new();
            table.load_style(presets::NOTHING);
            if let Some(first) = rows.first() {
                table.set_header(first.iter().map(|(name, _)| name.to_uppercase()));
            }
            for row in rows {
                table.add_row(row.iter().map(|(_, value)| value));
            }
            writeln!(out, "{}\n", table.trim_fmt())?;
        }
        if !self.fields.is_empty() {
            let mut table = Table::new();
            table.load_style(presets::NOTHING);
            for (name, value) in &self.fields {
                table.add_row([*name, value]);
            }
            writeln!(out, "{}\n", table.trim_fmt())?;
        }
        self.explain.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}
