use super::*;
use crate::{
    fees::discount::DiscountRule,
    fund::FundKind,
    investor::{CustomerType, InvestorRisk},
    limits::{DayMax, ExcessPolicy},
    modes::LotState,
    money::Money,
    status::Stops,
    suitability::Verdict,
};
use ConversionMode as Mode;
use proptest::prelude::*;

use super::fixture::{
    self, cap, closed, request, used as used_on, with_investor, with_target, with_wallet,
};

fn admitted(a: &Admission) -> Admitted {
    admit(a).expect("the request is admissible")
}

/// T, price day, day of confirmation.
fn days(a: &Admission) -> [String; 3] {
    let admitted = admitted(a);
    [admitted.trade_date, admitted.nav_date, admitted.confirm_by].map(|day| day.to_string())
}

#[test]
fn an_admitted_purchase_pins_all_that_it_was_decided_on() {
    let admitted = admitted(&request());

    assert_eq!(admitted.mode, Mode::LinkedSameDay);
    assert_eq!(days(&request()), ["2026-02-13", "2026-02-13", "2026-02-24"]);
    assert_eq!(admitted.published_rate, "0.015".parse().unwrap());
    assert_eq!((admitted.discount, admitted.charge), (Discount::FREE, Charge::FREE));
    let versions = [
        admitted.calendar,
        admitted.wallet_terms,
        admitted.target_terms,
        admitted.fee_schedule,
        admitted.discount_rule,
    ];
    let names = versions.each_ref().map(VersionTag::as_str);
    assert_eq!(names, ["xshg-2026", "w-1", "t-1", "t-1", "wallet-0"]);
    let verdict = |leg: Suitability| (leg.fund.to_string(), leg.result);
    let verdicts: Vec<_> = admitted.suitability.into_iter().map(verdict).collect();
    let expected = ["000730", "011162"].map(|fund| (fund.to_owned(), Verdict::Allow));
    assert_eq!(verdicts, expected);
}

#[test]
fn each_mode_has_its_own_price_day() {
    let in_mode = |mode| Admission { mode: Some(mode), ..request() };
    let rows = [
        (Mode::LinkedSameDay, ["2026-02-13", "2026-02-13", "2026-02-24"]),
        (Mode::NextDay, ["2026-02-13", "2026-02-24", "2026-02-25"]),
        (Mode::RedeemToPurchase, ["2026-02-13", "2026-02-25", "2026-02-26"]),
    ];
    for (mode, expected) in rows {
        assert_eq!(days(&in_mode(mode)), expected, "{mode:?}");
    }
}

#[test]
fn the_engine_takes_the_earliest_price_that_is_possible() {
    let rows = [
        (request(), Mode::LinkedSameDay),
        (with_wallet(|fund| fund.linked_processing = false), Mode::NextDay),
        (with_target(|fund| fund.linked_processing = false), Mode::NextDay),
        (with_target(|fund| fund.registrar = "csdc".parse().unwrap()), Mode::RedeemToPurchase),
    ];
    for (a, mode) in rows {
        assert_eq!(admitted(&a).mode, mode);
    }
}

#[test]
fn what_shares_can_do_depends_on_their_state() {
    let (wallet, target) = (fixture::wallet(), fixture::target());
    let rows = [
        (LotState::BoughtNow, vec![Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase]),
        (LotState::Available, vec![Mode::Held, Mode::RedeemToPurchase]),
        (LotState::Locked, vec![]),
    ];
    for (lot, expected) in rows {
        assert_eq!(modes::possible(lot, &wallet, &target), expected, "{lot:?}");
    }
}

#[test]
fn a_registrar_works_on_days_on_which_a_fund_takes_no_orders() {
    let a = with_target(|fund| {
        fund.kind = FundKind::Qdii;
        fund.confirm_lag = 2;
        fund.closures = vec![closed("2026-02-24", "2026-02-24", Stops::Everything)];
    });
    assert_eq!(days(&a), ["2026-02-13", "2026-02-13", "2026-02-25"]);
}

/// The day on which the shares of each mode leave the money fund.
#[test]
fn a_money_fund_that_is_closed_when_its_shares_must_leave_is_refused_and_not_offered() {
    for stops in [Stops::Everything, Stops::Redemption] {
        let a = with_wallet(|fund| fund.closures = vec![closed("2026-02-24", "2026-02-24", stops)]);
        for mode in [Mode::NextDay, Mode::RedeemToPurchase] {
            let refusal = admit(&Admission { mode: Some(mode), ..a.clone() }).unwrap_err();
            let Refusal::ConversionOutNotOpen { day, .. } = &refusal else {
                panic!("{mode:?}: {refusal}")
            };
            assert_eq!(day.to_string(), "2026-02-24", "{mode:?} {stops:?}");
        }
        let held = admit(&Admission { mode: Some(Mode::Held), ..a }).unwrap_err();
        assert_eq!(held.offers(), Some(&[Mode::LinkedSameDay][..]), "{stops:?}");
    }
}

#[test]
fn a_stopped_purchase_still_lets_shares_leave_on_the_next_day() {
    let a = with_wallet(|fund| {
        fund.linked_processing = false;
        fund.closures = vec![closed("2026-02-24", "2026-02-24", Stops::Purchase)];
    });
    assert_eq!(admitted(&a).nav_date.to_string(), "2026-02-24");
}

#[test]
fn where_the_manager_accepts_up_to_the_limit_what_fits_is_accepted() {
    let capped = |used: &str| {
        let used_today = used_on("2026-02-13", DayTally::after(used.parse().unwrap()));
        let amount = "1000".parse().unwrap();
        let fund = with_target(|fund| {
            let on_excess = ExcessPolicy::AcceptUpToLimit;
            fund.limits.individual.day_max =
                Some(DayMax { amount: "1500".parse().unwrap(), on_excess });
        });
        Admission { amount, used_today, ..fund }
    };
    let accepted = |used: &str| admit(&capped(used)).map(|admitted| admitted.accepted);

    assert_eq!(accepted("500.00"), Ok(None), "all of it fits");
    assert_eq!(accepted("1000.00"), Ok("500".parse().ok()), "what fits");
    assert!(matches!(accepted("1500.00"), Err(Refusal::AboveDayMaximum { .. })), "nothing fits");
    let below_first = accepted("1450.00");
    assert!(matches!(below_first, Err(Refusal::PartRefused { .. })), "what fits is no order");
}

/// Steps of 50 and of 30 yuan have steps of 150 in common.
#[test]
fn what_fits_under_a_limit_is_a_whole_number_of_steps() {
    let stepped = |mode, used: &str| {
        let mut a = with_target(|fund| {
            let on_excess = ExcessPolicy::AcceptUpToLimit;
            fund.limits.individual.day_max =
                Some(DayMax { amount: "1234.56".parse().unwrap(), on_excess });
            fund.limits.individual.step = "50".parse().ok();
        });
        Arc::make_mut(&mut a.wallet_fund).limits.individual.step = "30".parse().ok();
        let used_today = used_on("2026-02-13", DayTally::after(used.parse().unwrap()));
        let a = Admission { mode: Some(mode), amount: "1500".parse().unwrap(), ..a };
        admit(&Admission { used_today, ..a }).map(|admitted| admitted.accepted)
    };

    assert_eq!(stepped(Mode::LinkedSameDay, "0.00"), Ok("1200".parse().ok()));
    assert_eq!(stepped(Mode::LinkedSameDay, "300.00"), Ok("900".parse().ok()));
    let less_than_a_step = stepped(Mode::LinkedSameDay, "1100.00");
    assert!(matches!(less_than_a_step, Err(Refusal::AboveDayMaximum { .. })));
}

#[test]
fn a_refusal_names_only_modes_that_would_be_admitted() {
    let linked = |a: Admission| Admission { mode: Some(Mode::Held), ..a };
    let possible = |a: &Admission| admit(a).unwrap_err().offers().unwrap().to_vec();
    let open = linked(request());
    assert_eq!(possible(&open), [Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase]);

    let closed = linked(with_target(|fund| {
        fund.closures = vec![closed("2026-02-13", "2026-02-13", Stops::Purchase)];
    }));
    assert_eq!(possible(&closed), [Mode::NextDay, Mode::RedeemToPurchase]);
    for mode in possible(&closed) {
        assert!(admit(&Admission { mode: Some(mode), ..closed.clone() }).is_ok(), "{mode:?}");
    }
}

#[test]
fn shares_that_the_wallet_holds_can_be_converted_when_they_are_enough() {
    let held = |shares: &str| Admission {
        mode: Some(Mode::Held),
        balance: fixture::held(shares, "500"),
        ..request()
    };
    assert!(admit(&held("10000.00")).is_ok());
    let refusal = admit(&held("9999.99")).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "10000.00 shares of fund 000730 would be converted, and 9999.99 are free: 10499.99 registered, 0.00 reserved, 500.00 frozen, 0.00 in dispute; possible: linked_same_day, next_day, redeem_to_purchase"
    );
}

#[test]
fn a_confirmed_warning_is_stored_with_the_leg_that_needed_it() {
    let current = SuitabilityRules::standard().warning;
    let a = Admission {
        warning_confirmed: Some(current.clone()),
        ..with_investor(|investor| investor.risk = InvestorRisk::C2)
    };
    let [wallet, target]: [Suitability; 2] = admitted(&a).suitability.try_into().unwrap();

    assert_eq!((wallet.result, wallet.warning), (Verdict::Allow, None));
    assert_eq!((target.result, target.warning), (Verdict::NeedWarning, Some(current)));
}

#[test]
fn a_professional_needs_no_questionnaire() {
    let a = with_investor(|investor| {
        investor.risk = InvestorRisk::Professional;
        investor.questionnaire_valid_until = "2020-01-01".parse().unwrap();
    });
    assert!(admit(&a).is_ok());
}

fn rule(source: &str, id: &str, multiplier: &str, businesses: &str) -> DiscountRule {
    serde_json::from_str(&format!(
        r#"{{"id":"{id}","source":"{source}","multiplier":"{multiplier}",
            "from":"2026-01-01","businesses":{businesses}}}"#
    ))
    .unwrap()
}

#[test]
fn a_campaign_goes_before_the_channel_and_the_channel_before_the_fund() {
    let conversion = r#"["conversion"]"#;
    let channel = rule("channel", "channel", "0.1", conversion);
    let campaign = rule("campaign", "campaign", "0.4", conversion);
    let general = rule("channel", "general", "0.1", "[]");
    let rows = [
        (vec![], Mode::LinkedSameDay, "wallet-0"),
        (vec![general.clone()], Mode::LinkedSameDay, "wallet-0"),
        (vec![channel.clone()], Mode::LinkedSameDay, "channel"),
        (vec![channel.clone(), campaign], Mode::LinkedSameDay, "campaign"),
        (vec![general], Mode::RedeemToPurchase, "general"),
        (vec![channel], Mode::RedeemToPurchase, "no-discount"),
    ];
    for (discounts, mode, expected) in rows {
        let a = Admission { mode: Some(mode), ..with_target(|fund| fund.discounts = discounts) };
        assert_eq!(admitted(&a).discount_rule.as_str(), expected);
    }
}

#[test]
fn free_is_free_for_an_order_that_would_pay_a_fixed_sum() {
    let a = Admission { amount: "6000000".parse().unwrap(), ..request() };
    let by_money = Admission { mode: Some(Mode::RedeemToPurchase), ..a.clone() };

    assert_eq!(admitted(&a).charge, Charge::FREE);
    assert_eq!(admitted(&by_money).charge, Charge::Fixed("1000".parse().unwrap()));
}

#[test]
fn the_first_minimum_is_for_those_who_hold_none() {
    let small = |a: Admission| Admission { amount: "50".parse().unwrap(), ..a };
    let holder = with_investor(|investor| {
        investor.holds = ["000730", "011162"].map(|code| code.parse().unwrap()).into();
    });
    assert!(admit(&small(holder)).is_ok());
    assert!(matches!(admit(&small(request())), Err(Refusal::BelowMinimum { .. })));
}

#[test]
fn a_notice_for_institutions_does_not_bind_a_person() {
    let capped =
        |who| with_target(|fund| fund.limits.large_purchases = vec![cap("9999", vec![who])]);

    assert!(admit(&capped(CustomerType::Institution)).is_ok());
    assert!(admit(&capped(CustomerType::Individual)).is_err());
}

proptest! {
    #[test]
    fn admitted_orders_of_a_day_never_add_up_to_more_than_the_cap(
        max in 100i64..5_000_000, orders in prop::collection::vec(1i64..2_000_000, 0..25)
    ) {
        let fen = |fen| Money::new(rust_decimal::Decimal::new(fen, 2)).unwrap();
        let base = with_target(|fund| {
            let policy = ExcessPolicy::RejectWhole;
            fund.limits.individual.day_max = Some(DayMax { amount: fen(max), on_excess: policy });
        });
        let mut used = Money::ZERO;
        for order in orders {
            let amount = Amount::new(fen(order).decimal()).unwrap();
            let used_today = used_on("2026-02-13", DayTally::after(used));
            if admit(&Admission { amount, used_today, ..base.clone() }).is_ok() {
                used = used.plus(amount.into()).unwrap();
            }
            prop_assert!(used <= fen(max));
        }
    }

    #[test]
    fn the_answer_depends_on_the_request_alone(micros in 0i64..28_000_000_000_000) {
        let start: Timestamp = "2025-12-01T00:00:00+08:00".parse().unwrap();
        let at = Timestamp::from_micros(start.micros() + micros);
        let a = Admission { at, ..request() };
        let answer = admit(&a);
        prop_assert_eq!(&answer, &admit(&a.clone()));
        if let Ok(admitted) = answer {
            let cut_off = a.calendar.cut_off(admitted.trade_date);
            let before = a.calendar.cut_off(a.calendar.before(admitted.trade_date).unwrap());
            prop_assert!(before <= at && at < cut_off);
            prop_assert!(admitted.trade_date <= admitted.nav_date);
            prop_assert!(admitted.nav_date < admitted.confirm_by);
        }
    }
}
