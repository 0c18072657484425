//! Which of several published discounts an order gets.
//!
//! 1. Campaign before channel before fund default; among equals the one that costs the investor
//!    least, and then the first in the terms.
//! 2. A discount multiplies the *rate*, never the fee; a fixed sum stays as it is unless the
//!    discount is 0, which waives it.
//! 3. The rule's identifier is stored with the order.

use crate::{
    fund::{DiscountPath, DiscountRule},
    investor::SalesChannel,
};
use chrono::NaiveDate;

/// The rule that wins on that day; none when no rule applies.
pub fn best(
    rules: &[DiscountRule],
    path: DiscountPath,
    channel: SalesChannel,
    day: NaiveDate,
) -> Option<&DiscountRule> {
    let applies = |rule: &&DiscountRule| {
        rule.path == path
            && rule.channel.is_none_or(|bound| bound == channel)
            && rule.from <= day
            && rule.through.is_none_or(|last| day <= last)
    };
    rules.iter().filter(applies).min_by_key(|rule| (rule.source, rule.discount))
}
