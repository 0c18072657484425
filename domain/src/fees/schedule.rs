//! A fund's fee schedule and the book that keeps every one it ever had.
//!
//! `book.in_force(key, date)` → schedule · `schedule.charge_for(business, amount, rules, case)`
//!
//! 1. In force is the schedule with the latest `effective_from` not after the date. A schedule for
//!    exactly this channel and customer goes before one for any.
//! 2. Nothing is removed: [`FeeBook::version`] finds the schedule of an old order by its tag.
//! 3. A subscription table that is absent means that the fund is not being raised: no charge can
//!    be named for it. A standing order and a conversion are charged as purchases.

use super::{
    Business, Channel, ChargeMode, CustomerType, FundKind, ShareClass,
    discount::{self, DiscountCase, DiscountRule, Discounted},
    tiers::{AmountTiers, DaysTiers},
};
use crate::{
    ids::{FundCode, VersionTag},
    money::{Money, Rate},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What one class of one fund charges from a date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeSchedule {
    /// Names it for ever; every priced order carries it.
    pub version: VersionTag,
    /// The fund that charges it.
    pub fund: FundCode,
    /// Class of shares with this schedule.
    pub share_class: ShareClass,
    /// What the fund invests in; the regime asks.
    pub fund_kind: FundKind,
    /// When the fee for buying is paid.
    pub charge_mode: ChargeMode,
    /// First T that it prices.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub effective_from: NaiveDate,
    /// Only orders through this channel; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Only holders of this type; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_type: Option<CustomerType>,
    /// Service fee a year, accrued in the net asset value; zero when absent.
    #[serde(default = "none")]
    pub service_fee: Rate,
    /// By amount, while the fund is raised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<AmountTiers>,
    /// Charges by the gross amount.
    pub purchase: AmountTiers,
    /// By holding days, of the gross amount redeemed.
    pub redemption: DaysTiers,
    /// By holding days, of what the shares cost: the fee for buying that was put off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_end: Option<DaysTiers>,
}

fn none() -> Rate {
    Rate::ZERO
}

/// Which schedule is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeKey {
    /// The fund that charges it.
    pub fund: FundCode,
    /// The class of its shares.
    pub share_class: ShareClass,
    /// Through whom it is ordered.
    pub channel: Channel,
    /// For which kind of holder.
    pub customer_type: CustomerType,
}

/// Why there is no charge to name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum NoCharge {
    /// The schedule has no table for it.
    #[error("schedule {version} has no {table} table; it cannot price a {business}")]
    NoTable {
        version: VersionTag,
        /// The table that would be needed.
        table: &'static str,
        /// What was to be priced.
        business: Business,
    },
    /// Shares are given back at rates by holding days, lot by lot.
    #[error("schedule {version} charges a redemption by holding days, not by amount")]
    ByDays { version: VersionTag },
}

impl FeeSchedule {
    /// The charges by amount for a business; nothing for classes that charge later or never.
    ///
    /// # Errors
    /// [`NoCharge`] for a redemption, and for a subscription without a table.
    pub fn tiers_for(&self, business: Business) -> Result<&AmountTiers, NoCharge> {
        let version = || self.version.clone();
        match business {
            Business::Purchase | Business::RegularPlan | Business::Conversion => Ok(&self.purchase),
            Business::Subscription => self.subscription.as_ref().ok_or_else(|| NoCharge::NoTable {
                version: version(),
                table: "subscription",
                business,
            }),
            Business::Redemption => Err(NoCharge::ByDays { version: version() }),
        }
    }

    /// What an order over `amount` (gross) is charged, after the strongest discount.
    ///
    /// # Errors
    /// [`NoCharge`], as [`Self::tiers_for`].
    pub fn charge_for(
        &self,
        amount: Money,
        rules: &[DiscountRule],
        case: DiscountCase,
    ) -> Result<Discounted, NoCharge> {
        let published = self.tiers_for(case.business)?.at(amount).charge;
        Ok(discount::apply(published, discount::strongest(rules, case)))
    }

    /// Whether a conversion counts it as front-end: it charges so, or charges nothing for buying.
    pub fn counts_as_front_end(&self) -> bool {
        match self.charge_mode {
            ChargeMode::FrontEnd | ChargeMode::ServiceFee => true,
            ChargeMode::BackEnd => self.back_end.is_none(),
        }
    }

    fn serves(&self, key: FeeKey) -> bool {
        self.fund == key.fund
            && self.share_class == key.share_class
            && self.channel.is_none_or(|channel| channel == key.channel)
            && self.customer_type.is_none_or(|customer| customer == key.customer_type)
    }
}

/// Every schedule there ever was.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeeBook(Vec<FeeSchedule>);

impl FeeBook {
    /// Of schedules in any order.
    pub const fn new(schedules: Vec<FeeSchedule>) -> Self {
        Self(schedules)
    }

    /// The one that prices an order whose T is `on`.
    pub fn in_force(&self, key: FeeKey, on: NaiveDate) -> Option<&FeeSchedule> {
        let serving = self.0.iter().filter(|it| it.serves(key) && it.effective_from <= on);
        serving.max_by_key(|it| {
            (it.channel.is_some(), it.customer_type.is_some(), it.effective_from, &it.version)
        })
    }

    /// The one that an old order was priced under.
    pub fn version(&self, version: &VersionTag) -> Option<&FeeSchedule> {
        self.0.iter().find(|schedule| schedule.version == *version)
    }

    /// Every version, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &FeeSchedule> {
        self.0.iter()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::fees::tiers::Charge;

    pub(crate) fn schedule(json_extra: &str) -> FeeSchedule {
        let json = format!(
            r#"{{"version":"011162-a-2021","fund":"011162","share_class":"A",
                "fund_kind":"active_equity","charge_mode":"front_end",
                "effective_from":"2021-02-01",
                "purchase":[{{"from":"0","rate":"0.015"}},{{"from":"1000000","rate":"0.012"}},
                    {{"from":"3000000","rate":"0.01"}},{{"from":"5000000","fixed":"1000.00"}}],
                "redemption":[{{"from_days":0,"rate":"0.015"}},{{"from_days":7,"rate":"0.0075"}},
                    {{"from_days":30,"rate":"0.005"}},{{"from_days":180,"rate":"0"}}]{json_extra}}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    fn key() -> FeeKey {
        FeeKey {
            fund: "011162".parse().unwrap(),
            share_class: ShareClass::A,
            channel: Channel::DirectOnline,
            customer_type: CustomerType::Individual,
        }
    }

    fn named(version: &str, from: &str) -> FeeSchedule {
        FeeSchedule {
            version: version.parse().unwrap(),
            effective_from: from.parse().unwrap(),
            ..schedule("")
        }
    }

    #[test]
    fn an_old_order_keeps_its_schedule_when_a_new_one_takes_over() {
        let book = FeeBook::new(vec![named("new", "2026-01-01"), named("old", "2021-02-01")]);
        let rows = [
            ("2021-01-31", None),
            ("2021-02-01", Some("old")),
            ("2025-12-31", Some("old")),
            ("2026-01-01", Some("new")),
        ];
        for (on, expected) in rows {
            let found = book.in_force(key(), on.parse().unwrap());
            assert_eq!(found.map(|it| it.version.as_str()), expected, "{on}");
        }
        let old = "old".parse().unwrap();
        assert_eq!(book.version(&old).map(|it| &it.version), Some(&old));
    }

    #[test]
    fn the_schedule_for_exactly_this_channel_goes_before_the_one_for_any() {
        let agency =
            FeeSchedule { channel: Some(Channel::Agency), ..named("agency", "2022-01-01") };
        let book = FeeBook::new(vec![named("any", "2023-01-01"), agency]);
        let on = "2026-02-13".parse().unwrap();
        let through = |channel| book.in_force(FeeKey { channel, ..key() }, on);

        assert_eq!(through(Channel::Agency).unwrap().version.as_str(), "agency");
        assert_eq!(through(Channel::DirectCounter).unwrap().version.as_str(), "any");
    }

    #[test]
    fn a_charge_is_the_tier_of_the_gross_amount_after_the_discount() {
        let rule: DiscountRule = serde_json::from_str(
            r#"{"id":"online-1","source":"channel","multiplier":"0.1","from":"2026-01-01"}"#,
        )
        .unwrap();
        let case = DiscountCase {
            channel: Channel::DirectOnline,
            business: Business::Purchase,
            on: "2026-02-13".parse().unwrap(),
        };
        let charged = |amount: &str| {
            let rules = std::slice::from_ref(&rule);
            schedule("").charge_for(amount.parse().unwrap(), rules, case).unwrap()
        };

        assert_eq!(charged("10000").charge, Charge::Rate("0.0015".parse().unwrap()));
        assert_eq!(charged("1000000").charge, Charge::Rate("0.0012".parse().unwrap()));
        assert_eq!(charged("6000000").charge, Charge::Fixed("1000".parse().unwrap()));
        assert_eq!(charged("10000").rule, "online-1".parse().ok());
    }

    #[test]
    fn a_fund_that_is_not_raised_cannot_price_a_subscription() {
        let none = schedule("");
        assert_eq!(
            none.tiers_for(Business::Subscription).unwrap_err().to_string(),
            "schedule 011162-a-2021 has no subscription table; it cannot price a subscription"
        );
        assert!(matches!(none.tiers_for(Business::Redemption), Err(NoCharge::ByDays { .. })));
    }

    #[test]
    fn a_schedule_serves_its_own_fund_and_class_and_the_holders_that_it_names() {
        let on = "2026-02-13".parse().unwrap();
        let products = FeeSchedule {
            customer_type: Some(CustomerType::Product),
            ..named("products", "2021-02-01")
        };
        let book = FeeBook::new(vec![products]);
        let key = FeeKey { customer_type: CustomerType::Product, ..key() };
        let found = |key| book.in_force(key, on).map(|it| it.version.as_str());
        assert_eq!(found(key), Some("products"));
        assert_eq!(found(FeeKey { customer_type: CustomerType::Individual, ..key }), None);
        assert_eq!(found(FeeKey { share_class: ShareClass::C, ..key }), None);
        assert_eq!(found(FeeKey { fund: "011163".parse().unwrap(), ..key }), None);
    }
}
