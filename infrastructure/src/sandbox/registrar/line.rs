//! A line of the registrar's books: an application as it stands now, or the income of a day as it was
//! given. The key `income` tells them apart; books of version 0.2 have applications only.

use super::{entry::ApplicationEntry, income::IncomeEntry};
use serde::Deserialize;

/// A line of the registrar's books.
#[derive(Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub(super) enum Line {
    Application(Box<ApplicationEntry>),
    Income(IncomeEntry),
}

impl TryFrom<serde_json::Value> for Line {
    type Error = serde_json::Error;

    fn try_from(line: serde_json::Value) -> Result<Self, serde_json::Error> {
        match line.get("income") {
            Some(_) => serde_json::from_value(line).map(Line::Income),
            None => serde_json::from_value(line).map(Line::Application),
        }
    }
}
