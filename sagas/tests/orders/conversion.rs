//! Conversions: 20,000.00 shares of 001546 at 1.0523 into 011162 at 1.2345 (domain reference, 2.8).

use crate::{
    funds::{bond, equity},
    outside::{converted, converted_part, rejected},
    stage::{Stage, at},
};
use fundflow_domain::{
    application::Designated, fund::ConversionFeeMethod as Method, ids::ApplicationNo,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::{Command, Conversion, Request},
    ports::registrar::notice,
};

pub(crate) fn request() -> Request {
    Request {
        investor: "i-1".parse().unwrap(),
        fund: "001546".parse().unwrap(),
        into: "011162".parse().unwrap(),
        shares: Some("20000".parse().unwrap()),
        lots: vec![],
        only_today: false,
        distributor: None,
    }
}

pub(crate) const CONFIRMED_AT: &str = "2026-02-24T09:00:00+08:00";
pub(crate) const BY_FEES: [&str; 7] =
    ["20000", "1.0523", "21.05", "143.85", "20881.10", "1.2345", "16914.62"];

pub(crate) fn stage(method: Method) -> Stage {
    let mut stage = Stage::with(vec![equity(), bond(method)], "02-13 10:00");
    // Held 40 days on 24 February: 0.1 % for leaving.
    stage.holds("001546", "B1", "2026-01-15", "25000");
    stage
}

pub(crate) fn asked_for(method: Method, request: Request) -> Stage {
    let mut stage = stage(method);
    let reply = stage.request::<Conversion>("C", request);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.until("02-13 10:01");
    stage
}

fn ending(stage: &Stage) -> Option<&'static str> {
    stage.look::<Conversion>("C").ending
}

#[test]
fn a_conversion_runs_in_this_order_and_its_lot_starts_anew() {
    let mut stage = asked_for(Method::FeeDifference, request());
    stage.outside.says("C.convert", CONFIRMED_AT, converted("K1", "2026-02-24", BY_FEES));
    assert_eq!(
        stage.take_lines(),
        [
            "conversion.prepared",
            "holdings.shares_reserved",
            "application.placed",
            "call convert",
            "application.accepted"
        ]
    );
    stage.until("02-25 18:00");
    assert_eq!(
        stage.take_lines(),
        [
            "ask convert",
            "application.confirmed",
            "holdings.shares_taken",
            "holdings.credited",
            "conversion.completed"
        ]
    );
    let lot = &stage.shares("011162").lots()[0].credit.clone();
    assert_eq!(lot.shares, "16914.62".parse().unwrap());
    assert_eq!(lot.registered_on.to_string(), "2026-02-24");
    assert_eq!(lot.cost, "21046".parse().unwrap());
    assert_eq!(stage.shares("001546").available(), "5000".parse().unwrap());
}

/// Each method has its own top-up; that of another does not add up.
#[test]
fn the_fee_is_that_of_the_pairs_method() {
    let by_rates = ["20000", "1.0523", "21.05", "146.15", "20878.80", "1.2345", "16912.76"];
    let by_both = ["20000", "1.0523", "0", "143.99", "20902.01", "1.2345", "16931.56"];
    let rows = [
        (Method::FeeDifference, BY_FEES),
        (Method::RateDifference, by_rates),
        (Method::BothDifferences, by_both),
    ];
    for (method, right) in rows {
        for (_, numbers) in rows {
            let mut stage = asked_for(method, request());
            stage.outside.says("C.convert", CONFIRMED_AT, converted("K1", "2026-02-24", numbers));
            stage.until("02-24 18:00");
            let sound = ending(&stage) == Some("conversion.completed");
            assert_eq!(sound, numbers == right, "{method:?} {numbers:?}\n{}", stage.text());
            assert_eq!(stage.has("case.opened"), !sound);
        }
    }
}

#[test]
fn what_a_huge_redemption_leaves_unconfirmed_stays_with_the_investor() {
    let mut stage = asked_for(Method::FeeDifference, request());
    // Half: 10,523.00 out, 10.52 for leaving; 155.36 less 83.43 on top.
    let half = ["10000", "1.0523", "10.52", "71.93", "10440.55", "1.2345", "8457.31"];
    stage.outside.says("C.convert", CONFIRMED_AT, converted("K1", "2026-02-24", half));
    stage.until("02-25 18:00");
    assert_eq!(ending(&stage), Some("conversion.completed"), "{}", stage.text());
    assert_eq!(stage.shares("001546").available(), "15000".parse().unwrap());
}

#[test]
fn what_was_asked_of_a_chosen_lot_is_stated_in_its_shares() {
    let chosen = |lots| Request { shares: None, lots, ..request() };
    let lot = Designated { serial: "B1".parse().unwrap(), shares: "20000".parse().unwrap() };
    for (lots, said) in [(vec![lot], "20000.00 shares of 001546"), (vec![], "all shares of 001546")]
    {
        let stage = asked_for(Method::FeeDifference, chosen(lots));
        assert_eq!(stage.look::<Conversion>("C").summary, format!("i-1: {said} into 011162"));
    }
}

#[test]
fn after_a_refusal_the_shares_are_free_again() {
    let mut refused = stage(Method::FeeDifference);
    refused.outside.rejects.insert("C.convert".into());
    refused.request::<Conversion>("C", request());
    refused.until("02-13 10:01");
    assert_eq!(
        refused.take_lines()[3..],
        [
            "call convert",
            "application.rejected",
            "holdings.shares_released",
            "conversion.rolled_back"
        ]
    );

    let mut later = asked_for(Method::FeeDifference, request());
    later.outside.says("C.convert", CONFIRMED_AT, rejected("0"));
    later.until("02-25 18:00");
    assert_eq!(ending(&later), Some("conversion.rolled_back"));
    assert_eq!(later.shares("001546").available(), "25000".parse().unwrap());
}

#[test]
fn it_is_taken_back_until_the_cut_off() {
    let mut stage = asked_for(Method::FeeDifference, request());
    stage.command::<Conversion>("C", Command::Cancel { at: at("02-13 10:02") });
    stage.until("02-13 10:03");
    assert_eq!(ending(&stage), Some("conversion.rolled_back"), "{}", stage.text());
    // Nobody takes back what was not asked for yet.
    let mut early = asked_for(Method::FeeDifference, request());
    let before = Command::Cancel { at: at("02-13 09:00") };
    let Reply::Refused(_, text) = early.command::<Conversion>("C", before) else {
        panic!("a cancellation before the request is taken");
    };
    assert!(text.starts_with("asked at 2026-02-13T09:00:00+08:00, but this was asked for only at"));

    let mut late = asked_for(Method::FeeDifference, request());
    late.until("02-13 15:00");
    let reply = late.command::<Conversion>("C", Command::Cancel { at: late.now });
    assert!(matches!(reply, Reply::Refused(..)));
}

#[test]
fn what_is_in_dispute_is_registered_and_not_available() {
    let mut stage = asked_for(Method::FeeDifference, request());
    let mut wrong = BY_FEES;
    wrong[6] = "169146.20";
    stage.outside.says("C.convert", CONFIRMED_AT, converted("K1", "2026-02-24", wrong));
    stage.until("02-24 18:00");
    assert_eq!(stage.shares("011162").registered(), "169146.20".parse().unwrap());
    assert_eq!(stage.shares("011162").available(), "16914.62".parse().unwrap());

    stage.outside.says(
        "C.convert",
        "2026-02-24T19:00:00+08:00",
        converted("K2", "2026-02-24", BY_FEES),
    );
    stage.until("02-26 18:00");
    assert_eq!(ending(&stage), Some("conversion.completed"), "{}", stage.text());
    assert_eq!(stage.shares("011162").available(), "16914.62".parse().unwrap());
}

#[test]
fn a_day_limit_of_the_target_counts_what_the_shares_were_worth() {
    let mut target = equity();
    target.limits.individual.day_max =
        serde_json::from_str(r#"{"amount":"21000","on_excess":"reject_whole"}"#).unwrap();
    let mut stage = Stage::with(vec![target, bond(Method::FeeDifference)], "02-13 10:00");
    stage.holds("001546", "B1", "2026-01-15", "25000");
    stage.request::<Conversion>("C", request());
    assert!(stage.has("day_limit.counted"), "{}", stage.text());
    let Reply::Refused(_, text) = stage
        .request::<Conversion>("D", Request { shares: Some("100".parse().unwrap()), ..request() })
    else {
        panic!()
    };
    assert_eq!(
        &*text,
        "amount 105.00 after 21000.00 on 2026-02-13 is above 21000.00, the most of fund 011162 in a day; 0.00 would fit"
    );
    stage.outside.rejects.insert("C.convert".into());
    stage.until("02-13 10:01");
    assert!(stage.has("day_limit.given_back"));
}

#[test]
fn what_the_registrar_takes_after_the_cut_off_counts_on_the_next_t() {
    let mut target = equity();
    target.limits.individual.day_max =
        serde_json::from_str(r#"{"amount":"21000","on_excess":"reject_whole"}"#).unwrap();
    let mut stage = Stage::with(vec![target, bond(Method::FeeDifference)], "02-13 14:59");
    stage.holds("001546", "B1", "2026-01-15", "25000");
    stage.silent = true;
    stage.request::<Conversion>("C", request());
    stage.now = at("02-13 15:46");
    stage.silent = false;
    stage.until("02-13 15:50");

    assert!(stage.has("application.moved"), "{}", stage.text());
    let counted = stage.events.iter().filter(|it| it.stream.category() == "day_limit");
    let taken: Vec<_> =
        counted.map(|it| format!("{} {}", &it.stream.id()[11..21], it.event.event_type)).collect();
    assert_eq!(
        taken,
        [
            "2026-02-13 day_limit.counted",
            "2026-02-13 day_limit.given_back",
            "2026-02-24 day_limit.counted"
        ]
    );
    stage.outside.says("C.convert", "2026-02-25T09:00:00+08:00", rejected("0"));
    stage.until("02-26 18:00");
    assert_eq!(ending(&stage), Some("conversion.rolled_back"));
    assert_eq!(stage.shares("001546").available(), "25000".parse().unwrap());
}

#[test]
fn a_conversion_names_no_account_so_that_what_we_bear_is_paid_by_hand() {
    let mut stage = asked_for(Method::FeeDifference, request());
    let dear = ["20000", "1.0523", "0", "143.99", "20902.01", "1.2345", "16931.56"];
    stage.outside.says("C.convert", CONFIRMED_AT, converted("K1", "2026-02-24", dear));
    stage.until("02-24 18:00");
    let case: fundflow_domain::case::CaseId = stage.stream_of("case.opened").id().parse().unwrap();
    let how = fundflow_domain::case::How::PaidByUs { amount: "1".parse().unwrap() };
    let (by, reason) = (
        fundflow_domain::text::Text::lossy("chen"),
        fundflow_domain::text::Text::lossy("we promised less"),
    );
    let closing = Box::new(fundflow_domain::case::Closing { how, by, reason });
    let events = stage.events.len();
    let reply = stage.command::<Conversion>("C", Command::CloseCase { case, closing });
    let Reply::Refused(_, text) = reply else { panic!("{reply:?}") };
    assert!(text.contains("no account of the investor is known here"), "{text}");
    assert_eq!(stage.events.len(), events);
}

/// Half of it by each of two records: 10,523.00 out, 10.52 for leaving; 500.00 from 15,000 yuan on, less 166.86 for all.
#[test]
fn a_fixed_fee_of_a_conversion_in_portions_is_charged_once() {
    let with = ["10000", "1.0523", "10.52", "333.14", "10179.34", "1.2345", "8245.72"];
    let without = ["10000", "1.0523", "10.52", "0", "10512.48", "1.2345", "8515.58"];
    let rows = [(with, without, true), (without, with, true), (with, with, false)];
    for (first, last, is_sound) in rows {
        let mut target = equity();
        let tiers = r#"[{"from":"0","rate":"0.015"},{"from":"15000","fixed":"500"}]"#;
        target.fees.purchase = serde_json::from_str(tiers).unwrap();
        let mut stage = Stage::with(vec![target, bond(Method::FeeDifference)], "02-13 10:00");
        stage.holds("001546", "B1", "2026-01-15", "25000");
        stage.request::<Conversion>("C", request());
        stage.until("02-24 09:00");
        for (serial, numbers, finished) in [("K1", first, false), ("K2", last, true)] {
            let said = converted_part(serial, "2026-02-24", finished, numbers);
            stage.notice(notice(&ApplicationNo::of(&"C.convert".parse().unwrap()), said));
        }
        stage.until("02-25 18:00");
        assert_eq!(!stage.has("case.opened"), is_sound, "{first:?} {last:?}\n{}", stage.text());
    }
}

/// 10,523.00 out of each of two lots, of which leaving costs nothing and 0.1 %: 21,035.48 are converted, and buying
/// their source cost 166.95. By what the first one costs it would be 167.03 of 21,046.00.
#[test]
fn what_is_to_come_of_a_conversion_costs_what_its_own_lots_cost() {
    let with = ["10000", "1.0523", "0", "333.05", "10189.95", "1.2345", "8254.31"];
    let without = ["10000", "1.0523", "10.52", "0", "10512.48", "1.2345", "8515.58"];
    // They are below that tier, and each of the two portions has the rate of the first.
    let rates = [
        ["10000", "1.0523", "0", "71.99", "10451.01", "1.2345", "8465.78"],
        ["10000", "1.0523", "10.52", "71.93", "10440.55", "1.2345", "8457.31"],
    ];
    for (from, portions) in [("15000", [with, without]), ("21040", rates)] {
        let mut target = equity();
        let fixed = r#"[{"from":"0","rate":"0.015"},{"from":"FROM","fixed":"500"}]"#;
        target.fees.purchase = serde_json::from_str(&fixed.replace("FROM", from)).unwrap();
        let mut stage = Stage::with(vec![target, bond(Method::FeeDifference)], "02-13 10:00");
        stage.holds("001546", "B1", "2025-10-15", "10000");
        stage.holds("001546", "B2", "2026-01-15", "15000");
        stage.request::<Conversion>("C", request());
        stage.until("02-24 09:00");
        for (serial, numbers, last) in [("K1", portions[0], false), ("K2", portions[1], true)] {
            let said = converted_part(serial, "2026-02-24", last, numbers);
            stage.notice(notice(&ApplicationNo::of(&"C.convert".parse().unwrap()), said));
        }
        stage.until("02-25 18:00");
        assert_eq!(ending(&stage), Some("conversion.completed"), "{from}\n{}", stage.text());
        assert!(!stage.has("case.opened"));
    }
}
