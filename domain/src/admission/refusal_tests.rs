use super::fixture::{self, cap, closed, request, with_investor, with_target, with_wallet};
use super::*;
use crate::{
    fees::ChargeMode,
    fund::FundKind,
    investor::InvestorRisk,
    kyc::KycState,
    limits::{DayMax, ExcessPolicy},
    status::{ConvertStatus, FundStatus, Stops},
};
use ConversionMode as Mode;
use std::collections::BTreeSet;

/// Ties the list of names to the enum: a new variant does not compile until it is listed, and the
/// table below fails until it has a row.
macro_rules! variants {
    ($($variant:ident),* $(,)?) => {
        const VARIANTS: &[&str] = &[$(stringify!($variant)),*];
        fn name(refusal: &Refusal) -> &'static str {
            match refusal { $(Refusal::$variant { .. } => stringify!($variant)),* }
        }
    };
}
variants!(
    NoTradingDay,
    NotAMoneyFund,
    SameFund,
    TargetIsMoneyFund,
    TermsNotInForce,
    KycForbids,
    IdentityExpired,
    IdentityEnds,
    AccountOfAnotherName,
    ModeUnavailable,
    NotEnoughHeld,
    LeavesTooFew,
    PurchaseNotOpen,
    SubscriptionNotOpen,
    ConversionOutNotOpen,
    ConversionInNotOpen,
    NoConversionPair,
    OtherRegistrar,
    ChargeSideMismatch,
    HeldTooShort,
    BelowConversionMinimum,
    BelowRedemptionMinimum,
    BelowMinimum,
    NotAMultiple,
    AboveOrderMaximum,
    AboveDayMaximum,
    PartRefused,
    DayRefused,
    NoCharge,
    FeeEatsAmount,
    QuestionnaireExpired,
    QuestionnaireEnds,
    Unsuitable,
    WarningNotConfirmed,
);

fn place(refusal: &Refusal) -> Option<usize> {
    VARIANTS.iter().position(|variant| *variant == name(refusal))
}

fn refused_requests() -> Vec<(Admission, &'static str)> {
    let mut rows = of_day_funds_and_investor();
    rows.extend(of_mode_status_and_pair());
    rows.extend(of_limits_and_suitability());
    rows
}

fn of_day_funds_and_investor() -> Vec<(Admission, &'static str)> {
    let beyond = Admission { at: "2026-12-31T15:00:00+08:00".parse().unwrap(), ..request() };
    vec![
        (
            beyond,
            "no trading day can be named: 2027-01-01 is outside the trading calendar xshg-2026 (1990-12-19 to 2026-12-31); install the exchange's calendar for that year",
        ),
        (
            with_wallet(|f| f.kind = FundKind::Bond),
            "fund 000730 is a bond fund and cannot be the wallet; a money-market fund can",
        ),
        (
            with_target(|f| f.master = "000730".parse().unwrap()),
            "fund 011162 cannot be converted into itself or another of its share classes",
        ),
        (
            with_target(|f| f.kind = FundKind::Money),
            "fund 011162 is a money-market fund, whose shares belong in a wallet; a discount purchase buys other funds",
        ),
        (
            with_target(|f| f.effective_from = "2026-02-24".parse().unwrap()),
            "the terms t-1 of fund 011162 hold from 2026-02-24, the order's T is 2026-02-13",
        ),
        (
            with_investor(|i| i.kyc = KycState::Frozen),
            "an investor who is frozen by an authority cannot buy; a verified one can",
        ),
        (
            with_investor(|i| i.id_valid_until = "2026-02-12".parse().unwrap()),
            "the identity document was valid until 2026-02-12, the request is of 2026-02-13",
        ),
        (
            with_investor(|i| i.same_name_card = false),
            "payment account acc-1 is not in the investor's own name",
        ),
    ]
}

fn of_mode_status_and_pair() -> Vec<(Admission, &'static str)> {
    let balance = fixture::held("9000", "500");
    let held = Admission { mode: Some(Mode::Held), balance, ..request() };
    let elsewhere = with_target(|fund| fund.registrar = "csdc".parse().unwrap());
    vec![
        (
            Admission { mode: Some(Mode::NextDay), ..elsewhere },
            "conversion mode next_day is not possible here; possible: redeem_to_purchase",
        ),
        (
            held,
            "10000.00 shares of fund 000730 would be converted, and 9000.00 are free: 9500.00 registered, 0.00 reserved, 500.00 frozen, 0.00 in dispute; possible: linked_same_day, next_day, redeem_to_purchase",
        ),
        (
            Admission {
                mode: Some(Mode::Held),
                balance: fixture::held("10000.50", "0"),
                ..request()
            },
            "0.50 shares of fund 000730 would be left of 10000.50, below the minimum of 1.00; 9999.50 or 10000.50 would be taken",
        ),
        (
            with_wallet(|f| f.closures = vec![closed("2026-02-12", "2026-02-13", Stops::Purchase)]),
            "fund 000730 takes no purchases on 2026-02-13: purchase stopped (notice: a holiday abroad)",
        ),
        (
            with_wallet(|f| f.convert_status = ConvertStatus::InOnly),
            "shares of fund 000730 cannot leave on 2026-02-13: open, conversion only in",
        ),
        (
            with_target(|f| f.status = FundStatus::Terminated),
            "fund 011162 takes no conversions on 2026-02-13: terminated, conversion in and out",
        ),
        (
            with_wallet(|f| f.conversions.clear()),
            "fund 000730 cannot be converted into fund 011162",
        ),
        (
            with_target(|f| {
                f.fees.charge_mode = ChargeMode::BackEnd;
                f.fees.back_end = Some(f.fees.redemption.clone());
            }),
            "front-end shares of fund 000730 cannot become back-end shares of fund 011162",
        ),
        (
            with_wallet(|f| f.conversions[0].days_min = 7),
            "fund 000730 converts into fund 011162 after 7 days of holding, not at once",
        ),
        (
            with_wallet(|f| f.conversions[0].shares_min = "10000.01".parse().unwrap()),
            "10000.00 shares are below the minimum of 10000.01 to convert into fund 011162",
        ),
    ]
}

fn of_limits_and_suitability() -> Vec<(Admission, &'static str)> {
    let person = |change: fn(&mut crate::limits::OrderLimits)| {
        with_target(|fund| change(&mut fund.limits.individual))
    };
    let used = |tally| fixture::used("2026-02-13", tally);
    let capped = with_target(|fund| fund.limits.large_purchases = vec![cap("12000", vec![])]);
    vec![
        (
            person(|l| l.first_min = "10000.01".parse().unwrap()),
            "amount 10000.00 is below the minimum of 10000.01 for fund 011162",
        ),
        (
            person(|l| l.step = "3000".parse().ok()),
            "amount 10000.00 is not a multiple of 3000.00, the step of fund 011162",
        ),
        (
            person(|l| l.conversion_in_max = "9999".parse().ok()),
            "amount 10000.00 is above 9999.00, the most of fund 011162 in one order",
        ),
        (
            Admission { used_today: used(DayTally::after("4999.99".parse().unwrap())), ..capped },
            "amount 10000.00 after 4999.99 on 2026-02-13 is above 12000.00, the most of fund 011162 in a day; 7000.01 would fit (notice: large purchases)",
        ),
        (
            with_target(|f| {
                let on_excess = ExcessPolicy::AcceptUpToLimit;
                f.limits.individual.day_max =
                    Some(DayMax { amount: "99.99".parse().unwrap(), on_excess });
            }),
            "amount 10000.00 after 0.00 on 2026-02-13 is above 99.99, the most of fund 011162 in a day; only 99.99 of it fits, and amount 99.99 is below the minimum of 100.00 for fund 000730",
        ),
        (
            Admission { used_today: used(DayTally::refused()), ..request() },
            "fund 011162 takes no more orders of 2026-02-13: all of them are refused since one exceeded the day's limit",
        ),
        (
            with_investor(|i| i.questionnaire_valid_until = "2026-02-12".parse().unwrap()),
            "the risk questionnaire q-1 was valid until 2026-02-12, the request is of 2026-02-13",
        ),
        (
            with_investor(|i| i.risk = InvestorRisk::C1Lowest),
            "an investor of level C1-lowest may not buy fund 011162 of risk R3",
        ),
        (
            Admission {
                warning_confirmed: "an-old-one".parse().ok(),
                ..with_investor(|i| i.risk = InvestorRisk::C1)
            },
            "an investor of level C1 must confirm the warning risk-warning-2017 before buying fund 011162 of risk R3",
        ),
    ]
}

#[test]
fn every_refusal_has_its_request_in_the_order_of_the_checks() {
    let mut refusals: Vec<_> =
        refused_requests().into_iter().map(|(a, says)| (admit(&a).unwrap_err(), says)).collect();
    let mut elsewhere = super::buying_tests::refused_by_amount_alone();
    elsewhere.extend(super::again_tests::refused_on_a_later_t());
    elsewhere.extend(super::least_tests::too_little());
    elsewhere.sort_by_key(|(refusal, _)| place(refusal));
    for (refusal, says) in elsewhere {
        let at = place(&refusal).unwrap();
        refusals.insert(at, (refusal, says));
    }
    let names: Vec<_> = refusals.iter().map(|(refusal, _)| name(refusal)).collect();

    assert_eq!(names, VARIANTS);
    for (refusal, says) in &refusals {
        assert_eq!(refusal.to_string(), *says);
        let json = serde_json::to_string(refusal).unwrap();
        assert_eq!(serde_json::from_str::<Refusal>(&json).unwrap(), *refusal);
    }
    let texts: BTreeSet<_> = refusals.iter().map(|(refusal, _)| refusal.to_string()).collect();
    assert_eq!(texts.len(), VARIANTS.len());
}

type Mend = fn(&mut Admission);

fn wallet(a: &mut Admission) -> &mut FundTerms {
    Arc::make_mut(&mut a.wallet_fund)
}

fn target(a: &mut Admission) -> &mut FundTerms {
    Arc::make_mut(&mut a.target_fund)
}

/// A request that every check would refuse, but for those that cannot fail together.
fn hopeless() -> Admission {
    let mut a = request();
    a.mode = Some(Mode::Held);
    wallet(&mut a).kind = FundKind::Bond;
    wallet(&mut a).convert_status = ConvertStatus::Neither;
    wallet(&mut a).status = FundStatus::Stopped;
    wallet(&mut a).conversions.clear();
    let fund = target(&mut a);
    fund.master = "000730".parse().unwrap();
    fund.kind = FundKind::Money;
    fund.effective_from = "2026-12-31".parse().unwrap();
    fund.status = FundStatus::Raising;
    fund.registrar = "csdc".parse().unwrap();
    fund.limits.individual.first_min = "10001".parse().unwrap();
    fund.limits.individual.step = "3000".parse().ok();
    fund.limits.individual.order_max = "9000".parse().ok();
    fund.limits.large_purchases = vec![cap("8000", vec![])];
    a.investor.kyc = KycState::Closed;
    a.investor.id_valid_until = "2020-01-01".parse().unwrap();
    a.investor.same_name_card = false;
    a.investor.questionnaire_valid_until = "2020-01-01".parse().unwrap();
    a.investor.risk = InvestorRisk::C1Lowest;
    a
}

#[test]
fn of_several_reasons_the_first_in_the_order_of_definition_is_the_answer() {
    let mend: [(&str, Mend); 20] = [
        ("NotAMoneyFund", |a| wallet(a).kind = FundKind::Money),
        ("SameFund", |a| target(a).master = "011162".parse().unwrap()),
        ("TargetIsMoneyFund", |a| target(a).kind = request().target_fund.kind),
        ("TermsNotInForce", |a| target(a).effective_from = "2021-02-01".parse().unwrap()),
        ("KycForbids", |a| a.investor.kyc = KycState::Verified),
        ("IdentityExpired", |a| a.investor.id_valid_until = "2030-01-01".parse().unwrap()),
        ("AccountOfAnotherName", |a| a.investor.same_name_card = true),
        ("ModeUnavailable", |a| target(a).registrar = "own".parse().unwrap()),
        ("NotEnoughHeld", |a| a.mode = None),
        ("PurchaseNotOpen", |a| wallet(a).status = FundStatus::Open),
        ("ConversionOutNotOpen", |a| wallet(a).convert_status = ConvertStatus::Both),
        ("ConversionInNotOpen", |a| target(a).status = FundStatus::Open),
        ("NoConversionPair", |a| {
            wallet(a).conversions.clone_from(&request().wallet_fund.conversions);
        }),
        ("BelowMinimum", |a| target(a).limits.individual.first_min = "1".parse().unwrap()),
        ("NotAMultiple", |a| target(a).limits.individual.step = None),
        ("AboveOrderMaximum", |a| target(a).limits.individual.order_max = None),
        ("AboveDayMaximum", |a| target(a).limits.large_purchases.clear()),
        ("QuestionnaireExpired", |a| {
            a.investor.questionnaire_valid_until = "2026-12-31".parse().unwrap();
        }),
        ("Unsuitable", |a| a.investor.risk = InvestorRisk::C1),
        ("WarningNotConfirmed", |a| a.investor.risk = InvestorRisk::C3),
    ];
    let mut a = hopeless();
    for (reason, mended) in mend {
        assert_eq!(admit(&a).as_ref().map_err(name), Err(reason));
        mended(&mut a);
    }
    assert!(admit(&a).is_ok());
}
