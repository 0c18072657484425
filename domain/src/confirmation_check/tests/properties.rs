//! What our own pricing gives is never a case, and a change of any one figure always is.

use super::*;
use crate::{
    calendar::{TradingCalendar, TradingDay},
    conversion::{self as own, Policy, TierBase},
    fees::tiers::{AmountTiers, DaysTiers},
    fund::ConversionFeeMethod as Method,
    lots::Parcel,
    money::{Amount, Discount, Rate},
    purchase as own_purchase, redemption as own_redemption,
    time::Timestamp,
};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn decimal(number: u64, scale: u32) -> Decimal {
    Decimal::from_i128_with_scale(i128::from(number), scale)
}

const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
const POINT: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// One step up or down; the other way where that leaves the range.
fn moved<T: TryFrom<Decimal> + Into<Decimal> + Copy>(it: T, step: Decimal, up: bool) -> T {
    let by = |step: Decimal| T::try_from(it.into() + step).ok();
    let (first, second) = if up { (step, -step) } else { (-step, step) };
    by(first).or_else(|| by(second)).unwrap()
}

fn confirmed_on() -> NaiveDate {
    "2026-02-25".parse().unwrap()
}

fn parcels(held: &[(u64, u64)]) -> Vec<Parcel> {
    let parcel = |(age, cents): &(u64, u64)| Parcel {
        lot: "L".parse().unwrap(),
        registered_on: confirmed_on().checked_sub_days(Days::new(*age)).unwrap(),
        unit_cost: Nav::ONE,
        shares: Shares::new(decimal(*cents, 2)).unwrap(),
        left: Shares::ZERO,
    };
    held.iter().map(parcel).collect()
}

fn total(parcels: &[Parcel]) -> Shares {
    parcels.iter().try_fold(Shares::ZERO, |sum, it| sum.plus(it.shares)).unwrap()
}

fn tiers() -> DaysTiers {
    let rate = |text: &str| text.parse::<Rate>().unwrap();
    DaysTiers::below(&[(7, rate("0.015")), (30, rate("0.0075")), (180, rate("0.005"))]).unwrap()
}

/// Whole order, NAV to four decimals and at least 1, so that a cent of shares is a fen of money.
fn navs() -> impl Strategy<Value = Nav> {
    (10_000..500_000_u64).prop_map(|nav| Nav::new(decimal(nav, 4)).unwrap())
}

fn charges() -> impl Strategy<Value = Charge> {
    prop_oneof![
        Just(Charge::FREE),
        (0..5_000_000_u64).prop_map(|it| Charge::Rate(Rate::new(decimal(it, 8)).unwrap())),
        (0..100_000_u64).prop_map(|it| Charge::Fixed(Money::new(decimal(it, 2)).unwrap())),
    ]
}

fn roundings() -> impl Strategy<Value = ShareRounding> {
    prop_oneof![Just(ShareRounding::HalfUp), Just(ShareRounding::Truncate)]
}

fn change_purchase(it: PurchaseNumbers, which: usize, up: bool) -> PurchaseNumbers {
    match which {
        0 => PurchaseNumbers { amount: moved(it.amount, CENT, up), ..it },
        1 => PurchaseNumbers { fee: moved(it.fee, CENT, up), ..it },
        2 => PurchaseNumbers { refund: moved(it.refund, CENT, up), ..it },
        3 => PurchaseNumbers { nav: moved(it.nav, POINT, up), ..it },
        _ => PurchaseNumbers { shares: moved(it.shares, CENT, up), ..it },
    }
}

fn change_subscription(it: SubscriptionNumbers, which: usize, up: bool) -> SubscriptionNumbers {
    match which {
        0 => SubscriptionNumbers { amount: moved(it.amount, CENT, up), ..it },
        1 => SubscriptionNumbers { fee: moved(it.fee, CENT, up), ..it },
        2 => SubscriptionNumbers { refund: moved(it.refund, CENT, up), ..it },
        3 => SubscriptionNumbers { nav: moved(it.nav, POINT, up), ..it },
        4 => SubscriptionNumbers { shares: moved(it.shares, CENT, up), ..it },
        5 => SubscriptionNumbers { interest: moved(it.interest, CENT, up), ..it },
        _ => SubscriptionNumbers { interest_shares: moved(it.interest_shares, CENT, up), ..it },
    }
}

fn change_conversion(it: ConversionNumbers, which: usize, up: bool) -> ConversionNumbers {
    match which {
        0 => ConversionNumbers { shares_out: moved(it.shares_out, CENT, up), ..it },
        1 => ConversionNumbers { nav_out: moved(it.nav_out, POINT, up), ..it },
        2 => ConversionNumbers { redemption_fee: moved(it.redemption_fee, CENT, up), ..it },
        3 => ConversionNumbers { back_end_fee: moved(it.back_end_fee, CENT, up), ..it },
        4 => ConversionNumbers { topup_fee: moved(it.topup_fee, CENT, up), ..it },
        5 => ConversionNumbers { net_in: moved(it.net_in, CENT, up), ..it },
        6 => ConversionNumbers { nav_in: moved(it.nav_in, POINT, up), ..it },
        _ => ConversionNumbers { shares_in: moved(it.shares_in, CENT, up), ..it },
    }
}

fn change_redemption(mut it: RedemptionNumbers, which: usize, up: bool) -> RedemptionNumbers {
    match which {
        0 => it.shares = moved(it.shares, CENT, up),
        1 => it.nav = moved(it.nav, POINT, up),
        2 => it.gross = moved(it.gross, CENT, up),
        3 => it.fee = moved(it.fee, CENT, up),
        4 => it.back_end_fee = moved(it.back_end_fee, CENT, up),
        5 => it.income = moved(it.income, CENT, up),
        6 => it.payout = moved(it.payout, CENT, up),
        7 => it.lots[0].shares = moved(it.lots[0].shares, CENT, up),
        8 => it.lots[0].gross = moved(it.lots[0].gross, CENT, up),
        _ => it.lots[0].fee = moved(it.lots[0].fee, CENT, up),
    }
    it
}

proptest! {
    #[test]
    fn our_own_purchases_add_up_and_any_other_figure_does_not(
        fen in 100..1_000_000_000_000_u64, charge in charges(), nav in navs(), which in 0..5_usize,
        up: bool, rounding in roundings(), refund in 0..1_000_000_u64,
    ) {
        let accepted = Amount::new(decimal(fen, 2)).unwrap();
        let refund = Money::new(decimal(refund, 2)).unwrap();
        let Ok(it) = own_purchase::price(accepted, charge, nav, rounding) else { return Ok(()) };
        let asked = Money::from(accepted).plus(refund).unwrap();
        let expected = PurchaseExpected {
            order: whole(Amount::new(asked.decimal()).unwrap()),
            fee: Promised::Charge(charge),
            nav: Some(nav),
            rounding,
        };
        let right = PurchaseNumbers {
            amount: accepted.into(), fee: it.fee, refund, nav, shares: it.shares, finished: true,
        };
        let wrong = change_purchase(right, which, up);

        prop_assert_eq!(purchase(&right, &expected), vec![]);
        prop_assert!(!purchase(&wrong, &expected).is_empty(), "{:?}", wrong);
    }

    #[test]
    fn our_own_subscriptions_add_up_and_any_other_figure_does_not(
        fen in 100..1_000_000_000_000_u64, charge in charges(), interest in 0..100_000_u64,
        which in 0..7_usize, up: bool, rounding in roundings(),
    ) {
        let asked = Amount::new(decimal(fen, 2)).unwrap();
        let interest = Money::new(decimal(interest, 2)).unwrap();
        let Ok(it) = own_purchase::subscribe(asked, charge, interest, Nav::ONE, rounding) else {
            return Ok(());
        };
        let expected = SubscriptionExpected {
            order: whole(asked), fee: Promised::Charge(charge), most_interest: Some(interest), face: Nav::ONE,
            rounding,
        };
        let right = SubscriptionNumbers {
            amount: asked.into(), fee: it.fee, refund: Money::ZERO, interest, nav: Nav::ONE,
            shares: it.shares, interest_shares: Shares::new(interest.decimal()).unwrap(),
            finished: true,
        };
        let wrong = change_subscription(right, which, up);

        prop_assert_eq!(subscription(&right, &expected), vec![]);
        prop_assert!(!subscription(&wrong, &expected).is_empty(), "{:?}", wrong);
    }

    #[test]
    fn our_own_conversions_add_up_and_any_other_figure_does_not(
        held in prop::collection::vec((0..900_u64, 10_000..10_000_000_u64), 1..5),
        nav_out in navs(), nav_in in navs(), charge_out in charges(), charge_in in charges(),
        target in 0..2_000_000_u64, discount in 0..=10_000_u64, which in 0..8_usize, up: bool,
        method in prop::sample::select(&[Method::FeeDifference, Method::RateDifference, Method::BothDifferences][..]),
    ) {
        let leaving_tiers = tiers();
        let leaving = own_redemption::Terms { tiers: &leaving_tiers, back_end: None, regime: None };
        let leaving_target = Rate::new(decimal(target, 8)).unwrap();
        let policy = Policy {
            method, tier_base: TierBase::AfterRedemptionFee,
            topup_discount: Discount::new(decimal(discount, 4)).unwrap(),
            topup_floor: None,
            rounding: ShareRounding::HalfUp,
        };
        let (buying_source, buying_target) = (AmountTiers::flat(charge_out), AmountTiers::flat(charge_in));
        let terms = own::Terms { leaving, buying_source: &buying_source, buying_target: &buying_target, leaving_target, policy };
        let parcels = parcels(&held);
        let Ok(it) = own::price(&parcels, nav_out, nav_in, confirmed_on(), terms) else { return Ok(()) };
        let lots: Vec<LotTerms> = parcels.iter().map(|it| LotTerms::of(it, confirmed_on(), leaving).unwrap()).collect();
        let less = if method == Method::BothDifferences { leaving_target } else { Rate::ZERO };
        let expected = ConversionExpected {
            asked: total(&parcels), lots: &lots, leaving_target: less, nav_out: Some(nav_out),
            topup: Promised::Fee(it.topup), nav_in: Some(nav_in), rounding: policy.rounding,
            charged: Money::ZERO, finished: true, in_portions: false,
        };
        let right = ConversionNumbers {
            shares_out: total(&parcels), nav_out, redemption_fee: it.redemption_fee,
            back_end_fee: it.out.back_end_fee, topup_fee: it.topup, net_in: it.net_in, nav_in,
            shares_in: it.shares_in, income: crate::money::SignedMoney::ZERO,
        };
        let wrong = change_conversion(right, which, up);

        prop_assert_eq!(conversion(&right, &expected), vec![]);
        prop_assert!(!conversion(&wrong, &expected).is_empty(), "{:?}", wrong);
    }

    #[test]
    fn our_own_redemptions_add_up_and_any_other_figure_does_not(
        held in prop::collection::vec((0..900_u64, 10_000..10_000_000_u64), 1..5),
        nav in navs(), which in 0..10_usize, up: bool,
    ) {
        let days = tiers();
        let back_end = DaysTiers::flat("0.01".parse().unwrap());
        let terms = own_redemption::Terms { tiers: &days, back_end: Some(&back_end), regime: None };
        let parcels = parcels(&held);
        let it = own_redemption::price(&parcels, nav, confirmed_on(), terms).unwrap();
        let lots: Vec<LotTerms> = parcels.iter().map(|it| LotTerms::of(it, confirmed_on(), terms).unwrap()).collect();
        let income = "0".parse().unwrap();
        let expected = RedemptionExpected { asked: total(&parcels), lots: &lots, nav: Some(nav), income: Some(income) };
        let fees = |it: &own_redemption::LotRedemption| it.fee.plus(it.back_end_fee).unwrap();
        let line = |it: &own_redemption::LotRedemption| LotNumbers { shares: it.parcel.shares, gross: it.gross, fee: fees(it) };
        let right = RedemptionNumbers {
            shares: total(&parcels), nav, gross: it.gross, fee: it.fee, back_end_fee: it.back_end_fee,
            income, payout: it.payout, lots: it.lots.iter().map(line).collect(),
        };
        let wrong = change_redemption(right.clone(), which, up);

        prop_assert_eq!(redemption(&right, &expected), vec![]);
        prop_assert!(!redemption(&wrong, &expected).is_empty(), "{:?}", wrong);
    }

    #[test]
    fn nothing_is_disputed_beyond_what_was_registered_and_no_number_is_too_great_to_check(
        fen in prop::array::uniform4(0..=9_999_999_999_999_999_u64),
        nav in 1..=9_999_999_999_999_999_u64, published in 1..=9_999_999_999_999_999_u64,
        charge in charges(), finished: bool,
    ) {
        let [amount, fee, refund, asked] = fen.map(|fen| Money::new(decimal(fen, 2)).unwrap());
        let shares = Shares::new(decimal(fen[0], 2)).unwrap();
        let expected = PurchaseExpected {
            order: whole(Amount::new(asked.decimal()).unwrap_or("0.01".parse().unwrap())),
            fee: Promised::Charge(charge), nav: Nav::new(decimal(published, 8)).ok(),
            rounding: ShareRounding::HalfUp,
        };
        let nav = Nav::new(decimal(nav, 8)).unwrap();
        let stated = PurchaseNumbers { amount, fee, refund, nav, shares, finished };

        prop_assert!(Disputed::of(&purchase(&stated, &expected)).shares <= shares);
    }

    #[test]
    fn any_date_is_judged_and_never_panics(micros: i64, t in 0..20_000_u64, confirmed in 0..40_000_u64) {
        let calendar = TradingCalendar::xshg().unwrap();
        let first: NaiveDate = "1980-01-01".parse().unwrap();
        let day = |days| first.checked_add_days(Days::new(days)).unwrap();
        let t = TradingDay::recorded(day(t));
        let when = When {
            received_at: Timestamp::from_micros(micros), t, cut_off_of_t: calendar.cut_off(t),
            first_day: calendar.plus(t, 1), calendar: &calendar,
        };
        let stated = Dates { trade_date: None, confirmed_on: day(confirmed), registered_on: Some(day(confirmed)) };
        let found = dates(&stated, &when, Shares::ZERO);

        prop_assert!(day(confirmed) > t.date() || !found.is_empty());
    }
}
