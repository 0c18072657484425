//! Whether the investor of an order is still fit for it on a later T: the papers, and the verdict on a fund.

use super::{Refusal, checks::permitted};
use crate::{
    calendar::TradingDay,
    fund::FundTerms,
    investor::InvestorRisk,
    suitability::{Suitability, SuitabilityRules},
};
use chrono::NaiveDate;

/// The identity document is valid on that T; of an order that does not say until when, it is.
pub(super) fn papers_again(valid_until: Option<NaiveDate>, t: TradingDay) -> Result<(), Refusal> {
    match valid_until.filter(|last| *last < t.date()) {
        Some(valid_until) => Err(Refusal::IdentityEnds { valid_until, day: t }),
        None => Ok(()),
    }
}

/// The verdict on the fund by its terms of that T, for the level that the order was judged with.
pub(super) fn suitable_again(
    was: &Suitability,
    fund: &FundTerms,
    t: TradingDay,
) -> Result<Suitability, Refusal> {
    let valid_until = was.questionnaire_valid_until;
    if was.investor != InvestorRisk::Professional && valid_until < t.date() {
        let questionnaire = was.questionnaire.clone();
        return Err(Refusal::QuestionnaireEnds { questionnaire, valid_until, day: t });
    }
    let rules = SuitabilityRules::standard();
    permitted(rules.judge_again(was, fund), &rules)
}
