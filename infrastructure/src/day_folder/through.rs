//! The column `distributor` of `orders.csv`: through whom an order is asked for.
//!
//! 1. Whatever has an investor may name one of the day's; without, it is the first one's.
//! 2. What is about an earlier order is that one's, and an income is everybody's: they name none.

use super::{Kind, incomes, kinds::Reader};
use fundflow_domain::{ids::DistributorCode, plan::Terms};

/// Kinds that have no investor of their own, and so no distributor either.
const OF_NOBODY: [&str; 6] =
    ["plan_change", "plan_pause", "plan_resume", "plan_end", incomes::INCOME, "cancel"];

impl Reader<'_> {
    /// Whose order it is; that of what is about an earlier order is that one's, and an income is everybody's.
    #[expect(
        clippy::option_option,
        reason = "an order without one is an answer, a code that is wrong is none"
    )]
    pub(super) fn distributor(&mut self) -> Option<Option<DistributorCode>> {
        if OF_NOBODY.contains(&self.fields.text("kind")) {
            return Some(None);
        }
        let settings = self.known.settings;
        let codes: Vec<_> = settings.distributors().map(DistributorCode::as_str).collect();
        let allowed =
            format!("one of {}, or nothing for {}", codes.join(", "), settings.distributor);
        self.fields.parse("distributor", &allowed, |text| settings.distributor_of(text))
    }
}

impl Kind {
    /// A plan asks for each of its dates through its distributor; every other row is asked for once.
    pub(super) fn through(self, distributor: Option<&DistributorCode>) -> Self {
        let Self::Plan(terms) = self else { return self };
        Self::Plan(Box::new(Terms { distributor: distributor.cloned(), ..*terms }))
    }
}
