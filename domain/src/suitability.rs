//! May this investor buy this product? (CSRC order 130 of 2016; AMAC's guideline of 2017)
//!
//! | | R1 | R2 | R3 | R4 | R5 |
//! |---|---|---|---|---|---|
//! | C1 lowest | allow | forbid | forbid | forbid | forbid |
//! | C1 | allow | warn | warn | warn | warn |
//! | C2 | allow | allow | warn | warn | warn |
//! | C3 | allow | allow | allow | warn | warn |
//! | C4 | allow | allow | allow | allow | warn |
//! | C5, professional | allow | allow | allow | allow | allow |
//!
//! 1. Both funds of a discount purchase are judged, by the level valid at the instant of the order.
//! 2. "Warn": the investor insists, and confirms a special written warning first. A house may refuse
//!    instead; it may never be more lenient than the table.
//! 3. The investor of the lowest class never buys above its level, warned or not.
//! 4. A level is judged again when the order's T moves, by the fund's class of that T. The warning that was
//!    confirmed for the order stands for the class that it was confirmed for, and for none above it.
//! 5. A verdict is stored with the version of the rule, of the questionnaire and of the warning, so
//!    that later changes of any of them cannot alter what was decided.

use crate::{
    fund::{FundTerms, ProductRisk},
    ids::{FundCode, VersionTag},
    investor::{InvestorProfile, InvestorRisk},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Result of the suitability table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The level covers the product.
    Allow,
    /// Only after a confirmed special warning.
    NeedWarning,
    /// Nothing may be bought of a higher class.
    Forbid,
}

/// What a house does where the law only asks for a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MismatchPolicy {
    /// Takes the order after the confirmed warning.
    #[default]
    Warn,
    /// The purchase is refused; a signature does not help.
    Refuse,
}

/// The house's rule, versioned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuitabilityRules {
    /// Names the table and the policy.
    pub version: VersionTag,
    /// What to do where the table says "warn".
    pub on_mismatch: MismatchPolicy,
    /// Which text of the warning is current; an older confirmation does not count.
    pub warning: VersionTag,
}

/// A verdict as it is stored with the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suitability {
    /// Code of the fund that it is about.
    pub fund: FundCode,
    /// The investor's level at the instant of the order.
    pub investor: InvestorRisk,
    /// The fund's risk class, R1 to R5.
    pub product: ProductRisk,
    /// The verdict on investor and product.
    pub result: Verdict,
    /// Version of the rule that decided it.
    pub rule: VersionTag,
    /// Which questionnaire gave the level.
    pub questionnaire: VersionTag,
    /// Until when the level counts.
    pub questionnaire_valid_until: NaiveDate,
    /// The warning that was confirmed, where one was needed.
    pub warning: Option<VersionTag>,
}

/// Returns what the matrix of risk classes says about the two.
pub const fn verdict(investor: InvestorRisk, product: ProductRisk) -> Verdict {
    use InvestorRisk as C;
    use ProductRisk as R;
    match (investor, product) {
        (C::C1Lowest | C::C1 | C::C2 | C::C3 | C::C4 | C::C5 | C::Professional, R::R1)
        | (C::C2 | C::C3 | C::C4 | C::C5 | C::Professional, R::R2)
        | (C::C3 | C::C4 | C::C5 | C::Professional, R::R3)
        | (C::C4 | C::C5 | C::Professional, R::R4)
        | (C::C5 | C::Professional, R::R5) => Verdict::Allow,
        (C::C1Lowest, R::R2 | R::R3 | R::R4 | R::R5) => Verdict::Forbid,
        (C::C1, R::R2 | R::R3 | R::R4 | R::R5)
        | (C::C2, R::R3 | R::R4 | R::R5)
        | (C::C3, R::R4 | R::R5)
        | (C::C4, R::R5) => Verdict::NeedWarning,
    }
}

impl SuitabilityRules {
    /// The rules that are shipped: the table above, and a warning where it asks for one.
    pub fn standard() -> Self {
        Self {
            version: VersionTag::literal("suitability-2017"),
            on_mismatch: MismatchPolicy::Warn,
            warning: VersionTag::literal("risk-warning-2017"),
        }
    }

    /// The table, tightened by the house's policy.
    pub const fn verdict(&self, investor: InvestorRisk, product: ProductRisk) -> Verdict {
        match (verdict(investor, product), self.on_mismatch) {
            (Verdict::Allow, MismatchPolicy::Warn | MismatchPolicy::Refuse) => Verdict::Allow,
            (Verdict::NeedWarning, MismatchPolicy::Warn) => Verdict::NeedWarning,
            (Verdict::NeedWarning, MismatchPolicy::Refuse)
            | (Verdict::Forbid, MismatchPolicy::Warn | MismatchPolicy::Refuse) => Verdict::Forbid,
        }
    }

    /// What is stored of the verdict on one leg.
    pub fn judge(
        &self,
        investor: &InvestorProfile,
        fund: &FundTerms,
        warning_confirmed: Option<&VersionTag>,
    ) -> Suitability {
        let result = self.verdict(investor.risk, fund.risk);
        let warning = required_warning(result, warning_confirmed);
        Suitability {
            fund: fund.code,
            investor: investor.risk,
            product: fund.risk,
            result,
            rule: self.version.clone(),
            questionnaire: investor.questionnaire.clone(),
            questionnaire_valid_until: investor.questionnaire_valid_until,
            warning,
        }
    }

    /// The same for the level that an order was judged with, on the fund as it is classed by now.
    pub fn judge_again(&self, was: &Suitability, fund: &FundTerms) -> Suitability {
        let result = self.verdict(was.investor, fund.risk);
        let confirmed = was.warning.as_ref().filter(|_| fund.risk <= was.product);
        Suitability {
            product: fund.risk,
            result,
            rule: self.version.clone(),
            warning: required_warning(result, confirmed),
            ..was.clone()
        }
    }
}

fn required_warning(result: Verdict, confirmed: Option<&VersionTag>) -> Option<VersionTag> {
    match result {
        Verdict::NeedWarning => confirmed.cloned(),
        Verdict::Allow | Verdict::Forbid => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [InvestorRisk; 7] = [
        InvestorRisk::C1Lowest,
        InvestorRisk::C1,
        InvestorRisk::C2,
        InvestorRisk::C3,
        InvestorRisk::C4,
        InvestorRisk::C5,
        InvestorRisk::Professional,
    ];
    const PRODUCTS: [ProductRisk; 5] =
        [ProductRisk::R1, ProductRisk::R2, ProductRisk::R3, ProductRisk::R4, ProductRisk::R5];

    #[test]
    fn the_matrix_is_the_published_one() {
        use Verdict::{Allow as A, Forbid as F, NeedWarning as W};
        let expected = [
            [A, F, F, F, F],
            [A, W, W, W, W],
            [A, A, W, W, W],
            [A, A, A, W, W],
            [A, A, A, A, W],
            [A, A, A, A, A],
            [A, A, A, A, A],
        ];
        let found = LEVELS.map(|level| PRODUCTS.map(|product| verdict(level, product)));
        assert_eq!(found, expected);
    }

    #[test]
    fn more_capacity_or_less_risk_never_makes_a_verdict_stricter() {
        for on_mismatch in [MismatchPolicy::Warn, MismatchPolicy::Refuse] {
            let rules = SuitabilityRules { on_mismatch, ..SuitabilityRules::standard() };
            for level in LEVELS {
                for pair in PRODUCTS.windows(2) {
                    assert!(rules.verdict(level, pair[0]) <= rules.verdict(level, pair[1]));
                }
            }
            for product in PRODUCTS {
                for pair in LEVELS.windows(2) {
                    assert!(rules.verdict(pair[0], product) >= rules.verdict(pair[1], product));
                }
            }
        }
    }

    #[test]
    fn a_house_may_be_stricter_than_the_table_and_never_more_lenient() {
        for (level, product) in LEVELS.into_iter().flat_map(|l| PRODUCTS.map(|p| (l, p))) {
            let strict = SuitabilityRules {
                on_mismatch: MismatchPolicy::Refuse,
                ..SuitabilityRules::standard()
            };
            let (table, house) = (verdict(level, product), strict.verdict(level, product));
            assert_eq!(house == Verdict::Allow, table == Verdict::Allow);
            assert_ne!(house, Verdict::NeedWarning);
        }
    }

    #[test]
    fn a_level_is_written_as_the_industry_writes_it() {
        let json = serde_json::to_string(&LEVELS).unwrap();

        assert_eq!(json, r#"["C1-lowest","C1","C2","C3","C4","C5","professional"]"#);
    }

    /// The investor signed the warning for a class; for a higher one it was never given.
    #[test]
    fn a_warning_counts_again_for_the_class_that_it_was_given_for_and_for_those_below() {
        use crate::admission::fixture::{investor, target};
        let (rules, warning) = (SuitabilityRules::standard(), "risk-warning-2017".parse().unwrap());
        let of = |risk| FundTerms { risk, ..target() };
        let was = rules.judge(&investor(), &of(ProductRisk::R4), Some(&warning));
        assert_eq!((was.result, was.warning.as_ref()), (Verdict::NeedWarning, Some(&warning)));
        let again = |risk| {
            let judged = rules.judge_again(&was, &of(risk));
            assert_eq!((judged.product, &judged.rule), (risk, &rules.version));
            assert_eq!((judged.fund, judged.investor), (was.fund, was.investor));
            (judged.result, judged.warning.is_some())
        };
        assert_eq!(again(ProductRisk::R3), (Verdict::Allow, false));
        assert_eq!(again(ProductRisk::R4), (Verdict::NeedWarning, true));
        assert_eq!(again(ProductRisk::R5), (Verdict::NeedWarning, false));
    }
}
