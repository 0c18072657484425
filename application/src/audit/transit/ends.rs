//! Open ends of a saga, as what they may explain.

use fundflow_domain::postings::Commodity;
use fundflow_runtime::look::Look;
use rust_decimal::Decimal;

#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) unit: Option<String>,
    /// Shares that records lack and that nothing claims: a case may still say of which record.
    pub(super) is_unclaimed: bool,
    /// Now, and as it was last shown to a person.
    pub(super) worths: Vec<Decimal>,
}

impl End {
    pub(super) fn is_of(&self, commodity: Commodity) -> bool {
        match (&self.unit, commodity) {
            (None, _) => true,
            (Some(unit), Commodity::Yuan) => unit.starts_with("yuan"),
            (Some(unit), Commodity::SharesOf(fund)) => {
                unit.starts_with("shares of ") && unit.contains(&fund.to_string())
            }
        }
    }
}

/// The worth of the end of that name as it was last shown to a person.
pub(super) fn named(look: &Look, name: &str) -> Option<Decimal> {
    let nth = look.given_up.iter().position(|it| **it == *name)?;
    look.given_up_as.get(nth).copied()
}
