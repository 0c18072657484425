//! What does not add up, with both sides' figures beside each other.
//!
//! 1. A kind is a stored name: add kinds, never rename them.
//! 2. Figures are texts as they were stated and as we hold them; nobody calculates with them again.
//! 3. `disputed` is what the difference is worth. The shares of it are held, not available, until the
//!    case is closed; the money is what a person decides about.

use crate::{
    ids::{FundCode, IdError, OrderId, TransactionId},
    money::{Money, Shares},
    spelling::Spelling,
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// Names a record by its content: 128 bits of the SHA-256 of its canonical bytes, in hexadecimal.
/// The same record, sent again in another file, is the same case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseId(u128);

impl CaseId {
    /// The case on that record.
    pub fn of(record: &[u8]) -> Self {
        let hash = Sha256::digest(record);
        Self(hash.iter().take(16).fold(0, |id, byte| id << 8 | u128::from(*byte)))
    }

    /// The case on what a counterparty said, by its name, the number that the record is of, the record as it
    /// is spelled, and how often it had been taken back before it was said.
    pub fn of_said(name: &str, record: &str, said: &Spelling, again: usize) -> Self {
        let Spelling::First(said) = said;
        let all = format!("{name}\n{record}\n{said}");
        match again {
            0 => Self::of(all.as_bytes()),
            again => Self::of(format!("{all}\nagain {again}").as_bytes()),
        }
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&format!("{:032x}", self.0))
    }
}

impl FromStr for CaseId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let plain = text.len() == 32 && text.bytes().all(digits);
        let id = if plain { u128::from_str_radix(text, 16).ok() } else { None };
        id.map(Self).ok_or_else(|| IdError {
            what: "a case ID",
            value: text.chars().take(80).collect(),
            allowed: "exactly 32 of 0-9 a-f",
        })
    }
}

impl TryFrom<String> for CaseId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<CaseId> for String {
    fn from(id: CaseId) -> String {
        id.to_string()
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What kind of thing does not add up. The stored format: add kinds, never rename them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind {
            $($(#[$doc])* $name,)+
        }

        impl Kind {
            /// Each of them, in the order of the code.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As events and JSON spell it: snake case, never renamed.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

kinds! {
    /// Confirmed shares are not the net amount divided by the price, rounded as the fund rounds.
    SharesDoNotFollowFromNav = "shares_do_not_follow_from_nav",
    /// The confirmed price is not the one that was published for T.
    NavDiffersFromPublished = "nav_differs_from_published",
    /// The fee is not what was promised.
    FeeDiffersFromPromise = "fee_differs_from_promise",
    /// Sums of money of one record contradict each other or the application.
    AmountDiffers = "amount_differs",
    /// More shares went out than were asked for.
    SharesExceedAsked = "shares_exceed_asked",
    /// A date is no trading day, too early for its T, or in the future.
    DateOutOfBounds = "date_out_of_bounds",
    /// The confirmation came before orders of its T could be complete.
    ConfirmedBeforeCutOff = "confirmed_before_cut_off",
    /// The same application was confirmed twice, with other figures.
    SecondConfirmationDiffers = "second_confirmation_differs",
    /// A record names its order otherwise than it was placed: another fund, another investor, another T.
    NamesAnotherOrder = "names_another_order",
    /// A record names an order that nobody placed.
    UnknownOrder = "unknown_order",
    /// An answer came after the order had ended.
    AfterTheEnd = "after_the_end",
    /// One order was debited twice.
    PaidTwice = "paid_twice",
    /// Another amount was paid than was asked for.
    PaidAmountDiffers = "paid_amount_differs",
    /// An instant before the request or in the future.
    InstantOutOfBounds = "instant_out_of_bounds",
    /// Money was taken and no share given.
    ZeroShares = "zero_shares",
    /// A rejection of what had been confirmed.
    RejectedAfterConfirmed = "rejected_after_confirmed",
    /// A rejection of what a bank has already advanced cash on.
    RejectedAfterAdvance = "rejected_after_advance",
    /// A court or a pledge froze the shares.
    FrozenByRegister = "frozen_by_register",
    /// Money came of what a person took over, and that person owes it.
    OwedByHand = "owed_by_hand",
    /// More went to the customer than records brought in the end, and a person gets it back.
    Overpaid = "overpaid",
    /// The register took shares that are not there, and a person makes up for them.
    SharesMissing = "shares_missing",
    /// More cash at once was paid to an investor on a natural day than the quota allows.
    FastQuotaExceeded = "fast_quota_exceeded",
    /// A bank has a part of what it advanced twice: in money, in shares that it keeps, or as the claim that was
    /// left to it.
    BankSettledTwice = "bank_settled_twice",
    /// The shares that a transfer gave a bank are not those that were redeemed for it and that it keeps for its
    /// advance.
    BankSharesDiffer = "bank_shares_differ",
    /// Income below zero is more than the shares that it could take, and a person gets it back.
    IncomeBelowZero = "income_below_zero",
    /// Other money moved between a counterparty and us than was due, or none in time.
    SettlementDiffers = "settlement_differs",
    /// A record of a registrar's file that is about no application of ours, or says nothing that one takes.
    NotAssigned = "not_assigned",
    /// A reconciliation: an event of ours that must have a record has none.
    BreakMissing = "break_missing",
    /// A reconciliation: a record that belongs to no event of ours, or that cannot be read.
    BreakExtra = "break_extra",
    /// A reconciliation: record and event differ in money.
    BreakAmount = "break_amount",
    /// A reconciliation: record and event differ in shares.
    BreakShares = "break_shares",
    /// A reconciliation: record and event differ in what it cost.
    BreakFee = "break_fee",
    /// A reconciliation: record and event differ in the price of a share.
    BreakNav = "break_nav",
    /// A reconciliation: record and event differ in what became of it, or of a fund.
    BreakStatus = "break_status",
    /// A reconciliation: record and event differ in a day.
    BreakDate = "break_date",
    /// A reconciliation: an account's shares on the register are others than ours.
    BreakHolding = "break_holding",
    /// A reconciliation: one thing has several records, or several events.
    BreakDuplicate = "break_duplicate",
    /// A reconciliation: a record came after its day, or a file is not there after its time.
    BreakLate = "break_late",
    /// None of the others; the words say it.
    Other = "other",
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// One number or date of a record, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What it measures, by the same name on both sides.
    pub name: Text<40>,
    /// As stated, with its decimals.
    pub value: Text<80>,
}

impl Figure {
    /// A figure and its name.
    pub fn new(name: &str, value: impl fmt::Display) -> Self {
        Self { name: Text::lossy(name), value: Text::lossy(value.to_string()) }
    }
}

/// What a figure measures, where something is reckoned from it once more. The stored name is a promise: whoever reads
/// a stored case finds a figure by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Price of a share, yuan.
    Nav,
    /// Shares times price, yuan, before fees.
    Gross,
    /// What is paid out, yuan: gross less fees and with income.
    Payout,
    /// Income of a money fund that was settled with shares, yuan, of either sign.
    Income,
    /// Income of a money fund that stays in the wallet, yuan, of either sign.
    UnpaidIncome,
    /// Interest of a raising, yuan.
    Interest,
}

impl Measure {
    /// The name under which its figures are stored, on both sides.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nav => "nav",
            Self::Gross => "gross",
            Self::Payout => "payout",
            Self::Income => "income",
            Self::UnpaidIncome => "unpaid income",
            Self::Interest => "interest",
        }
    }
}

impl Figure {
    /// A figure that something is reckoned from.
    pub fn of(measure: Measure, value: impl fmt::Display) -> Self {
        Self::new(measure.name(), value)
    }
}

/// What a difference is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Disputed {
    /// Registered shares that may not be the investor's.
    pub shares: Shares,
    /// Yuan by which the two sides differ, whoever owes them.
    pub money: Money,
}

/// One thing that does not add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check that failed; a stored name.
    pub kind: Kind,
    /// The difference in a sentence, with both figures.
    pub what: Text,
    /// What must hold, by our own figures.
    pub ours: Vec<Figure>,
    /// The counterparty's figures.
    pub theirs: Vec<Figure>,
    /// Money and shares that are held until the case is closed.
    pub disputed: Disputed,
}

impl Disputed {
    /// What several findings of one record put in doubt together. Each of them is measured against
    /// the same right result, so the greatest counts; a sum would count one share twice.
    pub fn of(findings: &[Finding]) -> Self {
        findings.iter().fold(Self::default(), |all, finding| Self {
            shares: all.shares.max(finding.disputed.shares),
            money: all.money.max(finding.disputed.money),
        })
    }
}

/// Through which door a record came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A batch file of a registrar.
    RegistrarFile,
    /// A single answer of a registrar.
    RegistrarCallback,
    /// A single answer of a payment channel.
    ChannelCallback,
    /// A day file of a payment channel.
    ChannelFile,
    /// Our own books: no record of others says it.
    Ledger,
    /// A person of the operations desk.
    Operator,
}

/// Where a record came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The door through which the record came.
    pub kind: SourceKind,
    /// The file, or the counterparty that called.
    pub name: Text<120>,
    /// Which record of it: a line, an application number, a serial.
    pub record: Text<120>,
}

/// A record that does not add up, and everything a person needs to judge it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Of the record's canonical bytes; the case's own name.
    pub id: CaseId,
    /// Instant at which the case was found.
    pub at: Timestamp,
    /// Where the record came from.
    pub source: Source,
    /// The request that it belongs to, where known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub transaction: Option<TransactionId>,
    /// The order that it belongs to, where known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub order: Option<OrderId>,
    /// The fund that it is about, where known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fund: Option<FundCode>,
    /// At least one; the first gives the case its kind.
    pub findings: Vec<Finding>,
    /// The record itself, escaped and cut to 2 KiB.
    pub evidence: Text<2048>,
}

impl Report {
    /// The kind of the first finding.
    pub fn kind(&self) -> Kind {
        self.findings.first().map_or(Kind::Other, |finding| finding.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_named_by_the_content_of_its_record() {
        let id = CaseId::of(b"abc");

        assert_eq!(id.to_string(), "ba7816bf8f01cfea414140de5dae2223");
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in
            ["", "ba78", "BA7816BF8F01CFEA414140DE5DAE2223", "+a7816bf8f01cfea414140de5dae2223"]
        {
            assert!(text.parse::<CaseId>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_kind_is_stored_under_its_name() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{kind}\""));
        }
    }
}
