//! What a confirmation says of fees.

use super::{pricing::Converting, tests::market, *};
use crate::sandbox::fixture::{asked, calendar, fund, t};
use fundflow_domain::{
    application::{Ask, OnHuge, PromisedFee, Terms},
    fees::{
        ChargeMode,
        tiers::{AmountTiers, Charge},
    },
    fund::{ConversionFeeMethod, ConversionPair, FundTerms},
    lots::Parcel,
    money::{Discount, Income},
};

/// A fund whose fee for buying is put off, and which becomes the shipped 011162.
fn put_off() -> FundTerms {
    let market = market();
    let mut terms = FundTerms::clone(market.terms(fund("011162"), t().date()).unwrap().unwrap());
    (terms.code, terms.master) = (fund("600011"), fund("600011"));
    terms.fees.charge_mode = ChargeMode::BackEnd;
    terms.fees.purchase = AmountTiers::flat(Charge::FREE);
    terms.fees.redemption =
        serde_json::from_str(r#"[{"from_days":0,"rate":"0.015"},{"from_days":7,"rate":"0.01"}]"#)
            .unwrap();
    terms.fees.back_end = serde_json::from_str(r#"[{"from_days":0,"rate":"0.018"}]"#).unwrap();
    terms.conversions = vec![ConversionPair {
        target: fund("011162"),
        method: ConversionFeeMethod::FeeDifference,
        tier_base: fundflow_domain::conversion::TierBase::default(),
        shares_min: "1".parse().unwrap(),
        days_min: 0,
        topup_discount: Discount::NONE,
        rule: "pair".parse().unwrap(),
    }];
    terms
}

/// 300 × 1.3333 = 399.99; 1 % of it for leaving, 4.00, and the 1.8 % of what they cost that were put off, 7.20;
/// 388.79 × 0.015 / 1.015 = 5.75 on top. 4.00 + 7.20 + 5.75 + 383.04 = 399.99.
#[test]
fn what_was_put_off_is_taken_when_shares_are_converted_out_and_the_record_adds_up() {
    let shipped = market();
    let funds = shipped.funds(t().date()).into_iter().cloned();
    let market = Market::of(calendar(), funds.chain([Arc::new(put_off())]));
    let ask = Ask::Conversion {
        shares: "300".parse().unwrap(),
        into: fund("011162"),
        lots: vec![],
        topup_discount: Discount::NONE,
        on_huge: OnHuge::Cancel,
        take_income: false,
    };
    let mut terms: Terms = asked("TX-1", "convert", "600011", ask);
    terms.promised.fee = PromisedFee::Open;
    let parcel = Parcel {
        lot: "L1".parse().unwrap(),
        registered_on: "2026-02-03".parse().unwrap(),
        unit_cost: "1.3333".parse().unwrap(),
        shares: "300".parse().unwrap(),
        left: "0".parse().unwrap(),
    };
    let converting = Converting {
        parcels: &[parcel],
        navs: ("1.3333".parse().unwrap(), "1".parse().unwrap()),
        confirmed_on: "2026-02-13".parse().unwrap(),
    };
    let numbers = market.conversion(&terms, &converting, Income::ZERO).unwrap();
    let said = [numbers.redemption_fee, numbers.topup_fee, numbers.net_in];
    assert_eq!(said.map(|it| it.to_string()), ["11.20", "5.75", "383.04"]);
    assert_eq!(numbers.lots[0].fee, numbers.redemption_fee);
    assert_eq!(numbers.back_end_fee.to_string(), "7.20");
}
