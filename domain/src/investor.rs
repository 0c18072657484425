//! Who wants to buy: what the rules need to know of an investor, and nothing that names a person.
//!
//! 1. No name, no card number, no identity number: only tokens, levels, states and dates.
//! 2. A level is worth nothing after its questionnaire has expired.
//! 3. Dates are Shanghai dates; "valid until" includes the day itself.

pub use crate::fees::{Channel as SalesChannel, CustomerType};

use crate::{
    admission::Admitted,
    ids::{AccountRef, FundCode, InvestorId, VersionTag},
    kyc::KycState,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How much risk an investor can bear, by the questionnaire (CSRC order 130; AMAC guideline 2017).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum InvestorRisk {
    /// The lowest sub-class of C1: may not buy above its level even when it insists.
    #[serde(rename = "C1-lowest")]
    C1Lowest,
    /// Conservative (保守型), the lowest class.
    C1,
    /// Cautious (稳健型), the second class.
    C2,
    /// Balanced (平衡型), the third class.
    C3,
    /// Active (成长型), the fourth class.
    C4,
    /// Aggressive (进取型), the highest class.
    C5,
    /// Outside the scale: a professional investor needs no match.
    #[serde(rename = "professional")]
    Professional,
}

/// What is known of an investor at the instant of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvestorProfile {
    /// The investor's ID with the distributor.
    pub id: InvestorId,
    /// The account that pays, and the only one that refunds go back to.
    pub account: AccountRef,
    /// The level that the questionnaire gave.
    pub risk: InvestorRisk,
    /// The last day on which that level counts. Ignored for a professional investor.
    pub questionnaire_valid_until: NaiveDate,
    /// Version of the questionnaire and of its answers.
    pub questionnaire: VersionTag,
    /// Whether the person behind the account is known.
    pub kyc: KycState,
    /// The last day of the identity document.
    pub id_valid_until: NaiveDate,
    /// Whether the paying account is in the investor's own name.
    pub same_name_card: bool,
    /// Whose limits apply: those of natural persons and of institutions differ.
    pub customer_type: CustomerType,
    /// Funds of which shares are held already: the additional minimum applies to them, the first
    /// minimum to all others.
    #[serde(default)]
    pub holds: BTreeSet<FundCode>,
}

/// Money comes from the investor's own account and goes back there, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the investor's account is {own}, from which money comes and to which it goes, and not {asked}"
)]
pub struct AnotherAccount {
    /// The requested account.
    pub asked: AccountRef,
    /// The one that is known.
    pub own: AccountRef,
}

impl InvestorProfile {
    /// Whether the account that an order names is the investor's.
    ///
    /// # Errors
    /// [`AnotherAccount`] with both.
    pub fn owns(&self, asked: &AccountRef) -> Result<(), AnotherAccount> {
        if self.account == *asked {
            return Ok(());
        }
        Err(AnotherAccount { asked: asked.clone(), own: self.account.clone() })
    }

    /// As far as an earlier decision needs it again: who it is and whose limits apply. What was
    /// judged then (level, papers) is not known here and not looked at.
    pub(crate) fn judged(id: InvestorId, was: &Admitted, target: FundCode) -> Self {
        Self::judged_as(id, was.customer, was.held_before.then_some(target))
    }

    /// The same of any order: whose limits apply, and the fund of which shares were held.
    pub fn judged_as(id: InvestorId, customer_type: CustomerType, held: Option<FundCode>) -> Self {
        Self {
            id,
            account: AccountRef::judged(),
            risk: InvestorRisk::Professional,
            questionnaire_valid_until: NaiveDate::MAX,
            questionnaire: VersionTag::literal("judged-before"),
            kyc: KycState::Verified,
            id_valid_until: NaiveDate::MAX,
            same_name_card: true,
            customer_type,
            holds: held.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::admission::fixture::investor;

    #[test]
    fn money_comes_from_the_investor_s_own_account_and_from_no_other() {
        assert_eq!(investor().owns(&"acc-1".parse().unwrap()), Ok(()));
        let refused = investor().owns(&"acc-2".parse().unwrap()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the investor's account is acc-1, from which money comes and to which it goes, and not acc-2"
        );
    }
}
