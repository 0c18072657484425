//! A play as data: what of the seed's requests and faults is in it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Everything that a play follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Seed of the random numbers.
    pub seed: u64,
    /// Which of the seed's houses: each has its own investors, log and counterparties.
    pub house: u32,
    /// Trading days on which something is asked for.
    pub days: u16,
    /// Requests a day.
    pub per_day: u16,
    /// The profile of faults, by name.
    pub faults: String,
    /// The moments that are in it, by their place among the seed's; all without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moments: Option<BTreeSet<usize>>,
    /// The faults that strike, by name; by chance without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strikes: Option<BTreeSet<String>>,
    /// The truth that does not hold in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails: Option<String>,
}

impl Plan {
    /// Everything that the seed has for a house.
    pub fn of(seed: u64, house: u32, days: u16, per_day: u16, faults: &str) -> Self {
        let (moments, strikes, fails) = (None, None, None);
        Self { seed, house, days, per_day, faults: faults.to_owned(), moments, strikes, fails }
    }

    /// The number that chance in this house begins with.
    pub fn start(&self) -> u64 {
        super::fault::mark(self.seed, &format!("house {}", self.house))
    }

    /// Whether the moment at that place is in it.
    pub fn has(&self, place: usize) -> bool {
        self.moments.as_ref().is_none_or(|moments| moments.contains(&place))
    }

    /// As a plan file.
    ///
    /// # Errors
    /// In words; a plan of a seed never has any.
    pub fn to_toml(&self) -> Result<String, String> {
        toml::to_string(self).map_err(|error| error.to_string())
    }

    /// Reads a plan file.
    ///
    /// # Errors
    /// In words, with the line, what is wrong.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }
}
