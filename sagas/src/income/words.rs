//! The words of an income job's table, and what it remembers of its pages.

use crate::ports::wallets::PageAnswer;
use chrono::NaiveDate;
use fundflow_domain::{
    ids::{InvestorId, VersionTag},
    money,
    money_fund::IncomeUnit,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The request of the caller, under the transaction ID that it [names](Request::job). Repeating it
/// is free.
pub use fundflow_domain::money_fund::Publication as Request;

/// The promise decided on a request; stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Version of the fund's terms that decided it.
    pub terms: VersionTag,
    /// The smallest income that is credited.
    pub unit: IncomeUnit,
    /// Where a period ends with the day: the working day on which unpaid income becomes shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<NaiveDate>,
}

/// A wallet that did not take its income.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The investor whose wallet it is.
    pub investor: InvestorId,
    /// As the wallet says it.
    pub why: String,
}

/// Milestones of the job. The stored format: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The job begins; no wallet has its income yet.
    Opened {},
    /// A page of wallets has its income.
    Paged {
        /// The last wallet of it; none for an empty page.
        through: Option<InvestorId>,
        /// Number of wallets on the page.
        wallets: u32,
        /// Sum of their income, in yuan.
        accrued: money::Income,
        /// Wallets that refused it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<Refused>,
        /// No wallet is behind it.
        last: bool,
    },
    /// A person stops it where it is.
    Halted {},
}

/// State folded from milestones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// Whether the job began.
    pub opened: bool,
    /// The last wallet that has its income.
    pub through: Option<InvestorId>,
    /// Number of wallets with their income so far.
    pub wallets: u64,
    /// Sum of that income, in yuan.
    pub accrued: Decimal,
    /// Wallets that did not take it.
    pub refused: u64,
    /// Every wallet was asked.
    pub all: bool,
    /// A person stopped it.
    pub halted: bool,
}

impl Notes {
    /// Remembers a milestone; `None` if it cannot follow those before it.
    pub(super) fn remember(&mut self, milestone: &Milestone) -> Option<()> {
        match milestone {
            Milestone::Opened {} => self.opened = true,
            Milestone::Paged { through, wallets, accrued, refused, last } => {
                (!self.all && *through >= self.through).then_some(())?;
                self.through.clone_from(through);
                self.wallets = self.wallets.checked_add(u64::from(*wallets))?;
                self.accrued = self.accrued.checked_add(accrued.decimal())?;
                self.refused = self.refused.checked_add(u64::try_from(refused.len()).ok()?)?;
                self.all = *last;
            }
            Milestone::Halted {} => self.halted = true,
        }
        Some(())
    }
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The milestone is stored that the job is under way.
    Opened,
    /// Every wallet was asked.
    All,
    /// A person stopped it.
    Halted,
    /// Over, with its ending stored.
    Ended,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Note that the job is under way.
    Open,
    /// Stop where it is.
    Halt,
    /// End the job, with how far it came.
    End(Ending),
}

/// Calls to counterparties, each under an idempotency key of the saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Read the next page of wallets.
    Page,
}

/// Times that rows refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// The cut-off of the working day after the income's own day.
    NextCutOff,
}

/// What has become of the wallets when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Each has its income, but for those that the milestones name.
    Completed,
    /// Those up to the last page have it.
    Stopped,
}

/// What the list of wallets says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer(pub PageAnswer);
