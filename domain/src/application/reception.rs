//! That the registrar has an application, before its outcome: its front took it, or the money of a subscription counts.

use super::{Application, Stage};
use crate::{money::Money, orders::Serial};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// That the money of a subscription counts (120); shares come when the fund is founded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reception {
    /// The registrar's own number.
    pub serial: Serial,
    /// The date that the registrar gives its record.
    pub on: NaiveDate,
    /// Yuan that count; absent from events stored before the field was added, and where the record says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

impl Reception {
    /// Whether both are of one record, of which each may know less.
    pub fn is_same(&self, other: &Self) -> bool {
        let amounts = self.amount.zip(other.amount).is_none_or(|(one, other)| one == other);
        self.serial == other.serial && self.on == other.on && amounts
    }
}

impl Application {
    /// The registrar's front took it, or something that follows from that is known of it.
    pub fn is_taken(&self) -> bool {
        let known = self.accepted.is_some() || self.batch.is_some() || self.received.is_some();
        known || matches!(self.stage, Stage::Accepted) || self.confirmations().next().is_some()
    }

    /// The registrar has it, and it is in no batch; that its money counts (120) seals nothing.
    pub const fn is_unsealed(&self) -> bool {
        matches!(self.stage, Stage::Accepted | Stage::Received) && self.batch.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_knows_less_is_the_same_and_one_of_another_amount_is_not() {
        let said = |amount: &str| Reception {
            serial: "S-1".parse().unwrap(),
            on: "2026-02-24".parse().unwrap(),
            amount: amount.parse().ok(),
        };
        assert!(said("").is_same(&said("5")) && said("5").is_same(&said("")));
        assert!(said("5").is_same(&said("5.00")) && !said("5").is_same(&said("6")));
    }
}
