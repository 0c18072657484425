//! Which discount a conversion gets on what its target costs more than its source did.
//!
//! A campaign goes before the channel's rule, and that before what the pair of funds agreed on. A rule of the
//! target speaks of conversions where it names them.

use crate::{
    fees::{
        Business,
        discount::{self, DiscountCase, DiscountRule, DiscountSource},
    },
    fund::FundTerms,
    investor::SalesChannel,
};
use chrono::NaiveDate;

/// The rule of that T; `None` where the pair has agreed on nothing.
pub fn rule(
    source: &FundTerms,
    target: &FundTerms,
    channel: SalesChannel,
    on: NaiveDate,
) -> Option<DiscountRule> {
    let pair = source.conversion_into(target.code)?;
    let business = Business::Conversion;
    let agreed = DiscountRule {
        id: pair.rule.clone(),
        source: DiscountSource::FundDefault,
        multiplier: pair.topup_discount,
        floor: None,
        from: source.effective_from,
        until: None,
        channel: None,
        businesses: vec![business],
    };
    let of_target = target.discounts.iter().filter(|rule| rule.businesses.contains(&business));
    let rules: Vec<_> = std::iter::once(agreed).chain(of_target.cloned()).collect();
    discount::strongest(&rules, DiscountCase { channel, business, on }).cloned()
}
