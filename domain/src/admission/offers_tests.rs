//! Whatever a refusal says would be possible is admitted when it is asked for at once.

use super::{
    buying::{self, Buying, Way},
    cash_out::{self, CashOut},
    fixture::{
        cap, closed, held, investor, request, target, used, wallet, with_target, with_wallet,
    },
    leaving::{self, Leaving},
    *,
};
use crate::{
    fast_redemption::Advancer,
    fund::{ConversionPair, RedemptionSequence},
    investor::InvestorRisk,
    limits::{DayMax, ExcessPolicy, ExitRefusal},
    money::{Money, Nav, ShareRounding, Shares},
    status::{ConvertStatus, FundStatus, Stops},
};
use proptest::prelude::*;

fn policy() -> impl Strategy<Value = ExcessPolicy> {
    prop::sample::select(vec![
        ExcessPolicy::RejectWhole,
        ExcessPolicy::AcceptUpToLimit,
        ExcessPolicy::RejectAllOfDay,
    ])
}

fn status() -> impl Strategy<Value = FundStatus> {
    prop::sample::select(vec![
        FundStatus::Open,
        FundStatus::Open,
        FundStatus::PurchaseStopped,
        FundStatus::RedemptionStopped,
        FundStatus::Stopped,
    ])
}

fn yuan(most: u32) -> impl Strategy<Value = Amount> {
    (1..=most).prop_map(|yuan| Amount::new(yuan.into()).unwrap())
}

prop_compose! {
    /// Terms with a status, a stop on one of the next days, limits, and a registrar.
    fn terms(of: fn() -> FundTerms)(
        status in status(),
        convert in prop::sample::select(vec![
            ConvertStatus::Both, ConvertStatus::Both, ConvertStatus::InOnly, ConvertStatus::OutOnly,
        ]),
        day in prop::option::of(prop::sample::select(vec![
            "2026-02-13", "2026-02-24", "2026-02-25", "2026-02-26",
        ])),
        (min, step, max) in (yuan(3000), prop::option::of(yuan(700)), prop::option::of(yuan(20_000))),
        day_max in prop::option::of((yuan(20_000), policy())),
        (lag, foreign, linked) in (1u8..3, any::<bool>(), any::<bool>()),
        (shares_min, pair_min, days_min) in (1u32..3000, 1u32..3000, prop::sample::select(vec![0, 0, 7])),
        balance_min in 1u32..3000,
    ) -> FundTerms {
        let mut fund = of();
        fund.status = status;
        fund.convert_status = convert;
        fund.closures = day.map(|day| closed(day, day, Stops::Purchase)).into_iter().collect();
        let limits = &mut fund.limits.individual;
        (limits.first_min, limits.step, limits.order_max) = (min, step, max);
        limits.day_max = day_max.map(|(max, on_excess)| DayMax { amount: max.into(), on_excess });
        fund.limits.shares.redemption_min = Shares::new(shares_min.into()).unwrap();
        fund.limits.shares.conversion_min = Shares::new(shares_min.into()).unwrap();
        fund.limits.shares.balance_min = Shares::new(balance_min.into()).unwrap();
        fund.confirm_lag = lag;
        fund.linked_processing = linked;
        if foreign && fund.code == target().code {
            fund.registrar = "csdc".parse().unwrap();
        }
        for pair in &mut fund.conversions {
            (pair.shares_min, pair.days_min) = (Shares::new(pair_min.into()).unwrap(), days_min);
        }
        fund
    }
}

prop_compose! {
    fn admissions()(
        amount in yuan(25_000),
        mode in prop::option::of(prop::sample::select(ConversionMode::ALL.to_vec())),
        (wallet, target) in (terms(wallet), terms(target)),
        (free, frozen) in (0u32..25_000, 0u32..1000),
        before in (0u32..20_000, 0u32..20_000, 0u32..20_000),
        risk in prop::sample::select(vec![InvestorRisk::C2, InvestorRisk::C3, InvestorRisk::C5]),
        refused in any::<bool>(),
    ) -> Admission {
        let tally = |yuan: u32| DayTally::after(Money::new(yuan.into()).unwrap());
        let first = used("2026-02-13", if refused { DayTally::refused() } else { tally(before.0) });
        let target_fund = [first, used("2026-02-24", tally(before.1)), used("2026-02-25", tally(before.2))];
        let target_fund = target_fund.into_iter().flat_map(|it| it.target_fund).collect();
        let mut a = Admission { amount, mode, ..request() };
        a.wallet_fund = Arc::new(wallet);
        a.target_fund = Arc::new(target);
        a.investor.risk = risk;
        a.balance = held(&free.to_string(), &frozen.to_string());
        a.used_today = DayUse { target_fund, ..DayUse::default() };
        a
    }
}

/// What would fit, of a refusal that says so.
fn room(refusal: &Refusal) -> Option<Amount> {
    let Refusal::AboveDayMaximum { room, .. } = refusal else { return None };
    Amount::new(room.decimal()).ok()
}

/// What would be taken where too few would be left.
fn amounts(refusal: &Refusal) -> Vec<Amount> {
    let Refusal::LeavesTooFew { possible, .. } = refusal else { return Vec::new() };
    possible.clone()
}

fn number(shares: u32) -> Shares {
    Shares::new(shares.into()).unwrap()
}

/// All of it in one lot that is old enough.
fn one_lot(free: u32, frozen: u32, reserved: u32) -> leaving::Held {
    let lot = leaving::FreeLot {
        serial: "L1".parse().unwrap(),
        registered_on: "2026-01-09".parse().unwrap(),
        shares: number(free),
    };
    leaving::Held {
        registered: number([free, frozen, reserved].into_iter().sum()),
        reserved: number(reserved),
        frozen: number(frozen),
        disputed: Shares::ZERO,
        free: number(free),
        lots: vec![lot],
    }
}

#[test]
fn what_fits_under_a_limit_and_is_no_order_of_its_own_is_refused_with_the_limit() {
    let day_max = || {
        let on_excess = ExcessPolicy::AcceptUpToLimit;
        Some(DayMax { amount: "50".parse().unwrap(), on_excess })
    };
    let in_pair = || {
        let mut a = with_target(|fund| {
            fund.limits.individual.day_max = day_max();
            fund.limits.individual.first_min = "1".parse().unwrap();
        });
        Arc::make_mut(&mut a.wallet_fund).limits.individual.first_min = "1".parse().unwrap();
        Arc::make_mut(&mut a.wallet_fund).conversions[0].shares_min = "60".parse().unwrap();
        a
    };
    let rows = [
        (
            with_target(|fund| fund.limits.individual.day_max = day_max()),
            "011162",
            "amount 50.00 is below the minimum of 100.00 for fund 000730",
        ),
        (
            with_wallet(|fund| fund.limits.individual.day_max = day_max()),
            "000730",
            "amount 50.00 is below the minimum of 100.00 for fund 000730",
        ),
        (
            in_pair(),
            "011162",
            "50.00 shares are below the minimum of 60.00 to convert into fund 011162",
        ),
    ];
    for (a, fund, rule) in rows {
        let said =
            admit(&Admission { amount: "200".parse().unwrap(), ..a }).unwrap_err().to_string();
        assert_eq!(
            said,
            format!(
                "amount 200.00 after 0.00 on 2026-02-13 is above 50.00, the most of fund {fund} in a day; \
                 only 50.00 of it fits, and {rule}"
            )
        );
    }
}

#[test]
fn where_no_mode_would_be_admitted_the_refusal_says_why_mode_by_mode() {
    let shut = |through: &str| {
        let a = with_target(|fund| {
            fund.closures = vec![closed("2026-02-13", through, Stops::Purchase)];
        });
        Admission { mode: Some(ConversionMode::Held), ..a }
    };
    let why = |day: &str| {
        format!(
            "fund 011162 takes no conversions on {day}: purchase stopped, conversion in and out (notice: a \
             holiday abroad)"
        )
    };
    let said = admit(&shut("2026-03-31")).unwrap_err().to_string();
    let none = said.split_once("; possible: ").unwrap().1;
    assert_eq!(
        none,
        format!(
            "none (linked_same_day: {}; next_day: {}; redeem_to_purchase: fund 011162 takes no purchases on \
             2026-02-25: purchase stopped (notice: a holiday abroad))",
            why("2026-02-13"),
            why("2026-02-24"),
        )
    );

    let unfit =
        Admission { amount: "50".parse().unwrap(), mode: Some(ConversionMode::Held), ..request() };
    let said = admit(&unfit).unwrap_err().to_string();
    let none = said.split_once("; possible: ").unwrap().1;
    let modes = "linked_same_day, next_day, redeem_to_purchase";
    let why = "amount 50.00 is below the minimum of 100.00 for fund 000730";
    assert_eq!(none, format!("none ({modes}: {why})"));
}

#[test]
fn where_too_few_would_be_left_no_amount_is_named_that_a_limit_forbids() {
    let most = |order_max: Option<&str>| {
        let a = with_target(|fund| {
            fund.limits.individual.order_max = order_max.map(|it| it.parse().unwrap());
        });
        let a = Admission { mode: Some(ConversionMode::Held), balance: held("10000.50", "0"), ..a };
        admit(&a).unwrap_err().to_string()
    };
    let left = "0.50 shares of fund 000730 would be left of 10000.50, below the minimum of 1.00";
    assert_eq!(most(None), format!("{left}; 9999.50 or 10000.50 would be taken"));
    assert_eq!(most(Some("10000")), format!("{left}; 9999.50 would be taken"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn of_a_discount_purchase(a in admissions()) {
        let Err(refusal) = admit(&a) else { return Ok(()) };
        for mode in refusal.offers().unwrap_or_default() {
            let again = admit(&Admission { mode: Some(*mode), ..a.clone() });
            prop_assert!(again.is_ok(), "{refusal}\nbut {mode:?}: {}", again.unwrap_err());
        }
        for amount in room(&refusal).into_iter().chain(amounts(&refusal)) {
            let again = admit(&Admission { amount, ..a.clone() });
            prop_assert!(again.is_ok(), "{refusal}\nbut {}", again.unwrap_err());
        }
        // Nothing that would be admitted is left out either.
        if let Some(offered) = refusal.offers() {
            for mode in ConversionMode::ALL.into_iter().filter(|mode| a.mode != Some(*mode)) {
                let would = admit(&Admission { mode: Some(mode), ..a.clone() }).is_ok();
                prop_assert_eq!(would, offered.contains(&mode));
            }
        }
    }

    #[test]
    fn of_a_purchase(fund in terms(target), amount in yuan(25_000), before in 0u32..20_000) {
        let a = Buying {
            way: Way::Purchase,
            amount,
            at: request().at,
            investor: investor(),
            fund: Arc::new(fund),
            channel: SalesChannel::DirectOnline,
            warning_confirmed: None,
            used: DayTally::after(Money::new(before.into()).unwrap()),
            calendar: request().calendar,
        };
        let Err(refusal) = buying::admit(&a) else { return Ok(()) };
        if let Some(amount) = room(&refusal) {
            let again = buying::admit(&Buying { amount, ..a });
            prop_assert!(again.is_ok(), "{refusal}\nbut {}", again.unwrap_err());
        }
    }

    #[test]
    fn of_a_conversion_or_redemption(
        (source, into) in (terms(target), prop::option::of(terms(target))),
        shares in 1u32..8000,
        (free, frozen, reserved) in (0u32..8000, 0u32..500, 0u32..500),
        (nav, before) in (prop::option::of(1u32..30_000), 0u32..20_000),
        max in prop::option::of(100u32..9000),
        (pair_min, days_min) in (1u32..3000, prop::sample::select(vec![0, 0, 60])),
    ) {
        let mut fund = source;
        fund.registrar = target().registrar;
        let into = into.map(|mut other| {
            other.code = "050027".parse().unwrap();
            other.master = other.code;
            other.limits.large_purchases = max.map(|max| cap(&max.to_string(), vec![])).into_iter().collect();
            let pair = ConversionPair {
                target: other.code,
                shares_min: number(pair_min),
                days_min,
                ..wallet().conversions[0].clone()
            };
            fund.conversions.push(pair);
            let nav = nav.map(|nav| Nav::new(rust_decimal::Decimal::new(nav.into(), 4)).unwrap());
            let used = DayTally::after(Money::new(before.into()).unwrap());
            leaving::Into { fund: Arc::new(other), nav, used }
        });
        fund.redemption_sequence = RedemptionSequence::Fifo;
        let a = Leaving {
            shares: Some(number(shares)),
            chosen: vec![],
            at: request().at,
            investor: investor(),
            fund: Arc::new(fund),
            into,
            held: one_lot(free, frozen, reserved),
            channel: SalesChannel::DirectOnline,
            warning_confirmed: None,
            calendar: request().calendar,
        };
        let Err(refusal) = leaving::admit(&a) else { return Ok(()) };
        let nav = a.into.as_ref().and_then(|into| into.nav);
        let offered = match &refusal {
            leaving::Refusal::Exit(ExitRefusal::BelowMinimum { all, .. }) => *all,
            leaving::Refusal::Order(rule) => room(rule).and_then(|worth| {
                Money::from(worth).shares_at(nav?, ShareRounding::Truncate)
            }),
            _ => None,
        };
        if let Some(shares) = offered {
            let again = leaving::admit(&Leaving { shares: Some(shares), ..a });
            prop_assert!(again.is_ok(), "{refusal}\nbut {}", again.unwrap_err());
        }
    }

    #[test]
    fn of_a_withdrawal(
        fund in terms(wallet), shares in 1u32..15_000, (free, frozen) in (0u32..15_000, 0u32..500),
        used in prop::option::of(0u32..12_000), offered in prop::option::of(1u32..20_000),
    ) {
        let yuan = |it: u32| Money::new(it.into()).unwrap();
        let mut fund = fund;
        fund.limits.fast_redemption_day_max = offered.map(yuan);
        let bank = || Advancer::LicensedBank("icbc".parse().unwrap());
        let a = CashOut {
            way: used.map_or(cash_out::Way::Ordinary, |used| cash_out::Way::Fast { by: bank(), used: yuan(used) }),
            shares: Some(Shares::new(shares.into()).unwrap()),
            at: request().at,
            investor: investor(),
            account: investor().account,
            fund: Arc::new(fund),
            balance: held(&free.to_string(), &frozen.to_string()),
            reserved_by: cash_out::ReservedBy::default(),
            calendar: request().calendar,
        };
        let Err(refusal) = cash_out::admit(&a) else { return Ok(()) };
        let ordinary = CashOut { way: cash_out::Way::Ordinary, ..a.clone() };
        let (part, whole) = match &refusal {
            cash_out::Refusal::TooFew(ExitRefusal::BelowMinimum { all, .. }) => (*all, false),
            cash_out::Refusal::AboveFastMaximum { room, ordinary, .. } => {
                let part = (!room.is_zero()).then(|| Shares::new(room.decimal()).unwrap());
                (part, *ordinary)
            }
            cash_out::Refusal::FastNotOffered { ordinary, .. } => (None, *ordinary),
            _ => (None, false),
        };
        if let Some(shares) = part {
            let again = cash_out::admit(&CashOut { shares: Some(shares), ..a.clone() });
            prop_assert!(again.is_ok(), "{refusal}\nbut {}", again.unwrap_err());
        }
        // A fen more than what fits does not fit.
        if let cash_out::Refusal::AboveFastMaximum { room, .. } = &refusal {
            let more = room.plus(Amount::FEN.into()).and_then(|it| Shares::new(it.decimal()).ok());
            let again = cash_out::admit(&CashOut { shares: more, ..a.clone() });
            prop_assert!(again.is_err(), "{refusal}");
        }
        if whole {
            prop_assert!(cash_out::admit(&ordinary).is_ok(), "{refusal}");
        }
    }
}
