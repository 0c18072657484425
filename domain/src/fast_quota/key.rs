//! What one quota is for, as the ID of its stream.

use crate::ids::{AccountRef, FundCode, InvestorId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the quota is counted for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct QuotaKey {
    /// The investor who owns the shares.
    pub investor: InvestorId,
    /// The money-market fund that all share classes belong to; in earlier stores one class.
    pub fund: FundCode,
    /// The distributor's code; all of its channels count together.
    pub distributor: AccountRef,
    /// The natural day in Shanghai.
    pub day: NaiveDate,
}

/// The key as a stream's ID, at most 102 bytes. Investor and distributor may both hold dots, so the
/// investor's length says where the one ends; no two keys share a text.
impl fmt::Display for QuotaKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { investor, fund, distributor, day } = self;
        let length = investor.as_str().len();
        write!(out, "{fund}.{day}.{length}.{investor}.{distributor}")
    }
}

impl QuotaKey {
    /// Reads a stream's ID back; `None` for what no key is written as.
    pub fn parse(id: &str) -> Option<Self> {
        let (fund, rest) = id.split_once('.')?;
        let (day, rest) = rest.split_once('.')?;
        let (length, rest) = rest.split_once('.')?;
        let (investor, rest) = rest.split_at_checked(length.parse().ok()?)?;
        let key = Self {
            investor: investor.parse().ok()?,
            fund: fund.parse().ok()?,
            distributor: rest.strip_prefix('.')?.parse().ok()?,
            day: day.parse().ok()?,
        };
        (key.to_string() == id).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(investor: &str, distributor: &str) -> QuotaKey {
        QuotaKey {
            investor: investor.parse().unwrap(),
            fund: "000730".parse().unwrap(),
            distributor: distributor.parse().unwrap(),
            day: NaiveDate::from_ymd_opt(2026, 2, 13).unwrap(),
        }
    }

    proptest! {
        #[test]
        fn a_key_is_read_back_from_its_text(
            investor in "[A-Za-z0-9._-]{1,32}",
            distributor in "[A-Za-z0-9._-]{1,18}",
        ) {
            let key = key(&investor, &distributor);
            prop_assert_eq!(QuotaKey::parse(&key.to_string()), Some(key));
        }
    }

    #[test]
    fn what_no_key_is_written_as_is_none() {
        let text = key("I.1", "3.05").to_string();
        assert_eq!(text, "000730.2026-02-13.3.I.1.3.05");
        for other in [
            "",
            "000730.2026-02-13.3.I.1",
            "000730.2026-02-13.3.I.1.",
            "000730.2026-02-13.03.I.1.305",
            "000730.2026-02-13.2.I.1.305",
            "000730.2026-02-13.99.I.1.305",
            "000730.2026-2-13.3.I.1.305",
            "73.2026-02-13.3.I.1.305",
        ] {
            assert_eq!(QuotaKey::parse(other), None, "{other}");
        }
    }
}
