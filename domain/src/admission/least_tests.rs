//! What is too small, and what is too young: a fee that eats the amount up, shares that may not leave.

use super::{
    buying::{self, Buying, Way},
    fixture::{self, request, with_target, with_wallet},
    *,
};
use crate::fund::RedemptionSequence;
use ConversionMode as Mode;

pub(super) fn fixed(fee: &str) -> AmountTiers {
    AmountTiers::flat(Charge::Fixed(fee.parse().unwrap()))
}

/// What is refused for being too little, in words.
pub(super) fn too_little() -> Vec<(Refusal, &'static str)> {
    let by_money = |a| admit(&Admission { mode: Some(Mode::RedeemToPurchase), ..a }).unwrap_err();
    let few = with_wallet(|fund| fund.limits.shares.redemption_min = "10000.01".parse().unwrap());
    let few = Admission { balance: fixture::held("1", "0"), ..few };
    let eaten = with_target(|fund| fund.fees.purchase = fixed("10000"));
    vec![
        (
            by_money(few),
            "10000.00 shares are below the minimum of 10000.01 to redeem of fund 000730, which pays for the target",
        ),
        (
            by_money(eaten),
            "amount 10000.00 is not above 10000.00, the fixed fee of fund 011162 for it; the smallest larger amount that works is 10000.01",
        ),
    ]
}

pub(super) fn tiers(json: &str) -> AmountTiers {
    serde_json::from_str(json).unwrap()
}

fn bought(way: Way, purchase: AmountTiers, amount: &str, step: Option<&str>) -> Buying {
    let a = with_target(|fund| {
        fund.fees.purchase = purchase;
        fund.limits.individual.step = step.map(|step| step.parse().unwrap());
    });
    Buying {
        way,
        amount: amount.parse().unwrap(),
        at: a.at,
        investor: a.investor,
        fund: a.target_fund,
        channel: a.channel,
        warning_confirmed: None,
        used: DayTally::default(),
        calendar: a.calendar,
    }
}

fn least(refused: &Result<buying::Admitted, Refusal>) -> Option<String> {
    match refused {
        Err(Refusal::FeeEatsAmount(eats)) => eats.least.map(|least| least.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_purchase_whose_fixed_fee_leaves_nothing_is_refused_with_the_next_amount_that_works() {
    let all = |amount, step| buying::admit(&bought(Way::Purchase, fixed("500"), amount, step));
    assert_eq!(least(&all("499.99", None)).as_deref(), Some("500.01"));
    assert_eq!(least(&all("500", None)).as_deref(), Some("500.01"));
    assert_eq!(least(&all("500", Some("100"))).as_deref(), Some("600.00"));
    assert!(all("500.01", None).is_ok());

    let rows = r#"[{"from": "0", "fixed": "500"}, {"from": "300", "rate": "0.01"}]"#;
    let by_tier = |amount| buying::admit(&bought(Way::Purchase, tiers(rows), amount, None));
    assert_eq!(least(&by_tier("200")).as_deref(), Some("300.00"));
    assert!(by_tier("300").is_ok());
}

#[test]
fn only_an_amount_that_is_taken_is_named() {
    let mut a = bought(Way::Purchase, fixed("500"), "400", None);
    Arc::make_mut(&mut a.fund).limits.individual.order_max = "450".parse().ok();
    let refused = buying::admit(&a);
    assert_eq!(least(&refused), None);
    let text = "amount 400.00 is not above 500.00, the fixed fee of fund 011162 for it; it must leave something to buy with";
    assert_eq!(refused.unwrap_err().to_string(), text);
}

#[test]
fn a_plan_whose_fee_eats_each_amount_is_not_agreed() {
    let refused = buying::agree(&bought(Way::RegularPlan, fixed("500"), "500", None), None);
    assert!(matches!(refused, Err(Refusal::FeeEatsAmount(_))), "{refused:?}");
    let by_money = |change: fn(&mut FundTerms)| {
        let mut a = with_target(|fund| fund.registrar = "csdc".parse().unwrap());
        change(Arc::make_mut(&mut a.wallet_fund));
        Arc::make_mut(&mut a.target_fund).fees.purchase = fixed("9999");
        a
    };
    assert!(again_and_again::agree(&by_money(|_| ()), None).is_ok());
    let mut eaten = by_money(|_| ());
    eaten.amount = "9999".parse().unwrap();
    let refused = again_and_again::agree(&eaten, None);
    assert!(matches!(refused, Err(Refusal::FeeEatsAmount(_))), "{refused:?}");
    let few = by_money(|wallet| wallet.limits.shares.redemption_min = "10000.01".parse().unwrap());
    let refused = again_and_again::agree(&few, None);
    assert!(matches!(refused, Err(Refusal::BelowRedemptionMinimum(_))), "{refused:?}");
}

/// A day's limit lets 150 yuan in, and the target charges 150 for it.
#[test]
fn what_fits_into_the_day_must_leave_something_too() {
    let mut a = bought(Way::Purchase, fixed("150"), "400", None);
    let on_excess = crate::limits::ExcessPolicy::AcceptUpToLimit;
    let amount = "150".parse().unwrap();
    Arc::make_mut(&mut a.fund).limits.individual.day_max =
        Some(crate::limits::DayMax { amount, on_excess });
    let refused = buying::admit(&a);
    assert!(matches!(refused, Err(Refusal::PartRefused(_))), "{refused:?}");
}

#[test]
fn what_redeem_to_purchase_redeems_and_leaves_is_held_against_the_money_funds_minima() {
    let by_money = |a: Admission| admit(&Admission { mode: Some(Mode::RedeemToPurchase), ..a });
    let min = |min: &'static str| {
        with_wallet(move |fund| fund.limits.shares.redemption_min = min.parse().unwrap())
    };
    let beside = |free, frozen, a| Admission { balance: fixture::held(free, frozen), ..a };
    assert!(by_money(beside("1", "0", min("10000"))).is_ok());
    for (free, frozen) in [("1", "0"), ("0", "1")] {
        let refused = by_money(beside(free, frozen, min("10000.01")));
        assert!(matches!(refused, Err(Refusal::BelowRedemptionMinimum(_))), "{free} {frozen}");
    }
    // All of a wallet may leave, and another mode redeems nothing.
    assert!(by_money(min("10000.01")).is_ok());
    assert!(admit(&beside("1", "0", min("10000.01"))).is_ok());

    for (there, stays) in [("0", true), ("0.99", false), ("1", true)] {
        let a = Admission { balance: fixture::held(there, "0"), ..request() };
        assert_eq!(by_money(a).is_ok(), stays, "{there}");
    }
}

/// T is Friday 13 February.
#[test]
fn held_shares_are_converted_that_are_old_enough_in_the_funds_sequence() {
    let lot = |day: &str, shares: &str| (day.parse().unwrap(), shares.parse().unwrap());
    let of = |sequence, lots: Vec<(NaiveDate, Shares)>| {
        let a = with_wallet(|fund| {
            fund.conversions[0].days_min = 7;
            fund.redemption_sequence = sequence;
        });
        let mode = Some(Mode::Held);
        admit(&Admission { mode, balance: fixture::held("20000", "0"), lots, ..a })
    };
    let since = |refused: Result<Admitted, Refusal>| match refused {
        Err(Refusal::HeldTooShort { since, .. }) => since.map(|day| day.to_string()),
        other => panic!("{other:?}"),
    };
    let lots = || vec![lot("2026-02-09", "10000"), lot("2026-02-06", "10000")];
    assert!(of(RedemptionSequence::Fifo, lots()).is_ok());
    assert_eq!(since(of(RedemptionSequence::Lifo, lots())).as_deref(), Some("2026-02-09"));
    let short = vec![lot("2026-02-09", "10000.01"), lot("2026-02-06", "9999.99")];
    let refused = of(RedemptionSequence::Fifo, short);
    let text = "fund 000730 converts into fund 011162 after 7 days of holding, and the shares that would go are held since 2026-02-09";
    assert_eq!(refused.as_ref().unwrap_err().to_string(), text);
    assert_eq!(since(refused).as_deref(), Some("2026-02-09"));
}
