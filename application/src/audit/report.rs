//! What an audit found, and what it looked at.

use fundflow_domain::postings::{Class, Commodity};
use fundflow_kernel::store::Position;
use rust_decimal::Decimal;
use serde::Serialize;
use std::fmt;

/// Findings that are listed; more are counted.
pub const LISTED: usize = 10_000;

/// Which rule a finding breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The database finds its pages whole, and its indexes fit its tables.
    Database,
    /// A row can be read as an event.
    Readable,
    /// Positions have no gap and only grow.
    Positions,
    /// Versions of a stream have no gap.
    Versions,
    /// The event ID is the one derived from stream, version and cause.
    EventId,
    /// The link covers the event and the link before.
    Chain,
    /// What the store keeps of the tree over the log fits the events.
    Tree,
    /// The log begins with the log of a head that was stored elsewhere.
    Head,
    /// Process, correlation and causation fit the stream.
    Envelope,
    /// A decider could have written the event onto what precedes it.
    History,
    /// I1: an entry balances in every commodity.
    I1,
    /// I2: nothing of a customer is below zero.
    I2,
    /// I3: a confirmation adds up to what was asked, or a case is there because it does not.
    I3,
    /// I4: an application is confirmed at most once.
    I4,
    /// I5: a payment belongs to one order and is what that order asked for.
    I5,
    /// I6: the customers' shares of a fund and its register cancel out, and leave the lots that they must.
    I6,
    /// A saga owns its streams, and what is recorded under it adds up once it is over.
    Saga,
    /// A saga decided where it stood by what precedes the decision.
    Grounds,
    /// Whoever is over has nothing in transit, reserved, owed or unpaid, but what was given up.
    OpenEnds,
    /// An unfinished saga waits for somebody.
    Liveness,
    /// What several events say is the same in all of them.
    Alike,
    /// A T is a trading day of the calendar that it was decided by, and every version follows the one before.
    Calendar,
}

impl Check {
    /// Name in tables and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Check::Database => "database",
            Check::Readable => "readable",
            Check::Positions => "positions",
            Check::Versions => "versions",
            Check::EventId => "event id",
            Check::Chain => "chain",
            Check::Tree => "tree",
            Check::Head => "head",
            Check::Envelope => "envelope",
            Check::History => "history",
            Check::I1 => "I1 entry balances",
            Check::I2 => "I2 never below zero",
            Check::I3 => "I3 confirmation adds up",
            Check::I4 => "I4 confirmed once",
            Check::I5 => "I5 payment of one order",
            Check::I6 => "I6 register",
            Check::Saga => "saga",
            Check::Grounds => "grounds",
            Check::OpenEnds => "open ends",
            Check::Liveness => "liveness",
            Check::Alike => "said alike",
            Check::Calendar => "calendar",
        }
    }
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule does not hold there.
    pub check: Check,
    /// Stream and version, position, transaction or account.
    pub place: String,
    /// What is wrong, with the two values that do not fit.
    pub what: String,
    /// What is stored there, as it is stored.
    pub data: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}", self.check.name(), self.place, self.what)?;
        self.data.iter().try_for_each(|data| write!(out, "\n    stored: {data}"))
    }
}

/// Counts of what the audit has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Events that were read, damaged ones aside.
    pub events: u64,
    /// Streams that have an event.
    pub streams: u64,
    /// Links that were computed again and compared.
    pub links: u64,
    /// Sagas that were looked at as a whole.
    pub sagas: u64,
    /// Sagas among them that are not finished.
    pub unfinished: u64,
    /// Entries of the ledger.
    pub entries: u64,
    /// Lines of these entries.
    pub postings: u64,
    /// Events after an impossible one in their stream: their meaning could not be judged.
    pub unjudged: u64,
    /// Cases that are open: somebody must look at them. No finding.
    pub open_cases: u64,
    /// Open ends of sagas that are over, which wait for an open case of their request. They are not compared with
    /// what the case is about. No finding.
    pub ends_left_to_cases: u64,
    /// Events recorded before the one that precedes them: the clock was set back. No finding.
    pub clock_set_back: u64,
}

/// A category of streams that nobody registered: their links were verified, their decisions were not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unchecked {
    /// The part of their names before the first `-`.
    pub category: String,
    /// Streams of it that were read.
    pub streams: u64,
    /// Events in these streams.
    pub events: u64,
}

/// Money or shares on one kind of account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// The kind of account.
    pub class: String,
    /// As ledgers name it: yuan, or shares of one fund.
    pub commodity: String,
    /// How much, positive on the usual side.
    pub balance: Decimal,
}

impl Holding {
    pub(super) fn of((class, commodity): (Class, Commodity), balance: Decimal) -> Self {
        Self { class: class.to_string(), commodity: commodity.to_string(), balance }
    }
}

/// What does not add up of a registrar's record, and where it is booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The kind of account: in suspense, over and short, or settled by hand.
    pub class: String,
    /// The order that the record is about.
    pub order: String,
    /// The case that the record opens.
    pub case: String,
    /// Yuan, positive on the account's usual side.
    pub balance: Decimal,
    /// Who closed the case; `None` while nobody has.
    pub by: Option<String>,
}

/// What an audit found, counted, and could not check.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// The store as far as this position was looked at.
    pub up_to: Position,
    /// Counts of what the audit has read.
    pub counts: Counts,
    /// How many findings there are.
    pub failures: u64,
    /// The first of them, at most [`LISTED`].
    pub findings: Vec<Finding>,
    /// Categories whose decisions were not checked. No findings.
    pub unchecked: Vec<Unchecked>,
    /// Where the customers' money and shares are.
    pub balances: Vec<Holding>,
    /// What of that does not add up: the first by order, at most [`LISTED`].
    pub differences: Vec<Difference>,
}

impl Report {
    /// Counts a finding, and lists it while fewer than [`LISTED`] are.
    pub fn add(&mut self, check: Check, place: String, what: String, data: Option<&str>) {
        self.failures += 1;
        if self.findings.len() < LISTED {
            let data = data.map(str::to_owned);
            self.findings.push(Finding { check, place, what, data });
        }
    }

    /// Whether a listed finding breaks that rule.
    pub fn has(&self, check: Check) -> bool {
        self.findings.iter().any(|finding| finding.check == check)
    }

    /// Whether there is no finding; what was not checked is none.
    pub const fn passed(&self) -> bool {
        self.failures == 0
    }
}
