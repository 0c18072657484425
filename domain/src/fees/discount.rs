//! Discounts: a multiplier on the published rate, with or without a floor.
//!
//! `rate = max(published × multiplier, min(published, floor))`
//!
//! 1. A campaign goes before the channel's rule, the channel's before the fund's own. Within one of
//!    the three the rule that began last wins, then the greater id.
//! 2. The floor never raises a rate: one that is published below it stays as it is.
//! 3. A fixed fee per order is not discounted.
//! 4. Whoever prices an order records the id of the rule that applied.

use super::{Business, Channel, tiers::Charge};
use crate::{
    ids::VersionTag,
    money::{Discount, Rate},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Who grants a discount. The order is the order of precedence, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountSource {
    /// The fund's own discount, for every order.
    FundDefault,
    /// The channel, for orders through it.
    Channel,
    /// A campaign, while it lasts.
    Campaign,
}

/// One discount and when it applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscountRule {
    /// Recorded with every order that it applied to.
    pub id: VersionTag,
    /// Decides between rules that all apply.
    pub source: DiscountSource,
    /// On the rate: 0 is free, 1 is none.
    pub multiplier: Discount,
    /// The rate below which the multiplier cannot push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Rate>,
    /// First day (T) of orders that get it.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub from: NaiveDate,
    /// Last day, included; open when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "fundflow_kernel::written::read_date_if_any")]
    pub until: Option<NaiveDate>,
    /// Only orders through this channel; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Only these businesses; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub businesses: Vec<Business>,
}

/// The order that asks for a discount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscountCase {
    /// Through whom it is ordered.
    pub channel: Channel,
    /// For which kind of order.
    pub business: Business,
    /// The T that it belongs to.
    pub on: NaiveDate,
}

/// A charge and how a discount came to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discounted {
    /// Charge as the schedule publishes it.
    pub published: Charge,
    /// What the order is charged.
    pub charge: Charge,
    /// The rule that applied, if any did.
    pub rule: Option<VersionTag>,
}

impl DiscountRule {
    /// Whether the rule speaks of this order.
    pub fn covers(&self, case: DiscountCase) -> bool {
        self.from <= case.on
            && self.until.is_none_or(|until| case.on <= until)
            && self.channel.is_none_or(|channel| channel == case.channel)
            && (self.businesses.is_empty() || self.businesses.contains(&case.business))
    }

    /// The rate after it, to the nearest 1e-8, a half away from zero.
    pub fn on_rate(&self, published: Rate) -> Rate {
        lowered(published, self.multiplier, self.floor)
    }

    /// Whether it makes free what it is on, whatever that is.
    pub fn is_free(&self) -> bool {
        is_free(self.multiplier, self.floor)
    }
}

/// A rate after a multiplier that pushes none below the floor, to the nearest 1e-8, a half away from zero.
pub fn lowered(published: Rate, multiplier: Discount, floor: Option<Rate>) -> Rate {
    let lowered = published.discounted_half_up(multiplier);
    floor.map_or(lowered, |floor| lowered.max(published.min(floor)))
}

/// Whether nothing is left of any rate.
pub fn is_free(multiplier: Discount, floor: Option<Rate>) -> bool {
    multiplier == Discount::FREE && floor.is_none()
}

/// The rule that goes before all others that cover the order.
pub fn strongest(rules: &[DiscountRule], case: DiscountCase) -> Option<&DiscountRule> {
    let covering = rules.iter().filter(|rule| rule.covers(case));
    covering.max_by_key(|rule| (rule.source, rule.from, &rule.id))
}

/// The charge after the rule; a fixed fee stays what it is and names no rule.
pub fn apply(published: Charge, rule: Option<&DiscountRule>) -> Discounted {
    match (published, rule) {
        (Charge::Rate(rate), Some(rule)) => Discounted {
            published,
            charge: Charge::Rate(rule.on_rate(rate)),
            rule: Some(rule.id.clone()),
        },
        (Charge::Rate(_), None) | (Charge::Fixed(_), Some(_) | None) => {
            Discounted { published, charge: published, rule: None }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(id: &str, source: DiscountSource, multiplier: &str) -> DiscountRule {
        DiscountRule {
            id: id.parse().unwrap(),
            source,
            multiplier: multiplier.parse().unwrap(),
            floor: None,
            from: day("2026-01-01"),
            until: None,
            channel: None,
            businesses: Vec::new(),
        }
    }

    fn case() -> DiscountCase {
        DiscountCase {
            channel: Channel::DirectOnline,
            business: Business::Purchase,
            on: day("2026-02-13"),
        }
    }

    #[test]
    fn a_floor_holds_a_rate_up_but_never_raises_one() {
        let floored = DiscountRule {
            floor: "0.006".parse().ok(),
            ..rule("online-2013", DiscountSource::Channel, "0.4")
        };
        let rows = [("0.02", "0.008"), ("0.015", "0.006"), ("0.012", "0.006"), ("0.005", "0.005")];
        for (published, expected) in rows {
            let rate = floored.on_rate(published.parse().unwrap());
            assert_eq!(rate, expected.parse().unwrap(), "{published}");
        }
        let free = rule("zero", DiscountSource::Campaign, "0");
        assert_eq!(free.on_rate("0.015".parse().unwrap()), Rate::ZERO);
    }

    #[test]
    fn a_campaign_goes_before_the_channel_and_the_channel_before_the_fund() {
        let fund = rule("fund", DiscountSource::FundDefault, "0.1");
        let channel = rule("channel", DiscountSource::Channel, "0.4");
        let campaign = rule("campaign", DiscountSource::Campaign, "0.8");
        let over = DiscountRule { until: Some(day("2026-02-12")), ..campaign.clone() };
        let rows = [
            (vec![campaign.clone(), channel.clone(), fund.clone()], Some("campaign")),
            (vec![fund.clone(), over.clone(), channel], Some("channel")),
            (vec![over, fund], Some("fund")),
            (vec![], None),
        ];
        for (rules, expected) in rows {
            let id = strongest(&rules, case()).map(|rule| rule.id.as_str());
            assert_eq!(id, expected);
        }
    }

    #[test]
    fn a_rule_speaks_of_its_own_channel_business_and_days_only() {
        let narrow = DiscountRule {
            channel: Some(Channel::DirectOnline),
            businesses: vec![Business::Purchase, Business::RegularPlan],
            until: Some(day("2026-02-13")),
            ..rule("narrow", DiscountSource::Channel, "0.1")
        };
        assert!(narrow.covers(case()));
        assert!(!narrow.covers(DiscountCase { channel: Channel::Agency, ..case() }));
        assert!(!narrow.covers(DiscountCase { business: Business::Subscription, ..case() }));
        assert!(!narrow.covers(DiscountCase { on: day("2026-02-14"), ..case() }));
        assert!(!narrow.covers(DiscountCase { on: day("2025-12-31"), ..case() }));
    }

    #[test]
    fn a_fixed_fee_is_not_discounted_and_names_no_rule() {
        let free = rule("zero", DiscountSource::Campaign, "0");
        let fixed = Charge::Fixed("1000.00".parse().unwrap());

        let discounted = apply(fixed, Some(&free));

        assert_eq!(discounted, Discounted { published: fixed, charge: fixed, rule: None });
    }
}
