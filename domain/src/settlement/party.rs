//! With whom money of a T is settled, and the name of a settlement.

use crate::{
    calendar::TradingDay,
    ids::{FundCode, IdError},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// A counterparty that settles by the day; as a text `channel` or `fund.{code}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Arc<str>", into = "String")]
pub enum Party {
    /// The payment channel: it collected investors' payments of T, and sent refunds.
    Channel,
    /// The custodian of that fund: purchases, redemptions and conversions that its registrar confirmed.
    Fund(FundCode),
}

/// A counterparty and a T; as a text the ID of their stream, `{party}.{yyyy-mm-dd}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettlementId {
    /// With whom it is settled.
    pub party: Party,
    /// The trading day that is settled.
    pub t: TradingDay,
}

impl fmt::Display for Party {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::Channel => out.pad("channel"),
            Party::Fund(fund) => out.pad(&format!("fund.{fund}")),
        }
    }
}

impl FromStr for Party {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text == "channel" {
            return Ok(Party::Channel);
        }
        let fund = text.strip_prefix("fund.").and_then(|fund| fund.parse().ok());
        fund.map(Party::Fund).ok_or_else(|| IdError {
            what: "a counterparty that settles",
            value: text.chars().take(80).collect(),
            allowed: "\"channel\" or \"fund.\" and the fund's code",
        })
    }
}

impl TryFrom<Arc<str>> for Party {
    type Error = IdError;

    fn try_from(text: Arc<str>) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Party> for String {
    fn from(party: Party) -> Self {
        party.to_string()
    }
}

impl fmt::Display for SettlementId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.party, self.t)
    }
}

impl SettlementId {
    /// Reads a stream's ID back.
    pub fn parse(id: &str) -> Option<Self> {
        let (party, day) = id.rsplit_once('.')?;
        let day: NaiveDate = day.parse().ok()?;
        Some(Self { party: party.parse().ok()?, t: TradingDay::recorded(day) })
    }
}
