//! The day's limit of a fund: what counts towards it, and what becomes of orders when their T moves.

use crate::{
    funds::{bond, equity, raised},
    outside::bought,
    purchase::{request, stage},
    stage::{Stage, at, tx},
};
use fundflow_domain::{
    admission::buying::Way,
    day_limit::{Command as Count, DayLimit},
    fund::{ConversionFeeMethod, FundTerms},
    limits::DayMax,
    money::Amount,
};
use fundflow_kernel::{envelope::Recorded, streams::Key};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::{self, Conversion},
    purchase::{Purchase, Request},
};

fn ending(stage: &Stage, id: &str) -> Option<&'static str> {
    stage.look::<Purchase>(id).ending
}

pub(crate) fn with_cap(mut fund: FundTerms, on_excess: &str) -> FundTerms {
    fund.limits.individual.day_max = Some(cap(on_excess));
    fund
}

pub(crate) fn cap(on_excess: &str) -> DayMax {
    serde_json::from_str(&format!(r#"{{"amount":"15000","on_excess":"{on_excess}"}}"#)).unwrap()
}

pub(crate) fn capped(on_excess: &str) -> Stage {
    Stage::with(vec![with_cap(equity(), on_excess)], "02-13 14:50")
}

/// Paid in time; the registrar's front answers only after that batch is sealed.
fn taken_too_late(mut stage: Stage, only_today: bool) -> Stage {
    stage.request::<Purchase>("P", Request { only_today, ..request() });
    stage.outside.deaf = true;
    stage.until("02-13 16:59");
    stage.outside.deaf = false;
    stage.until("02-24 18:00");
    stage
}

#[test]
fn what_the_registrar_takes_after_its_batch_is_sealed_counts_on_the_next_t() {
    let mut stage = taken_too_late(capped("reject_whole"), false);
    assert!(stage.has("application.moved"), "{}", stage.text());
    let counted = stage.events.iter().filter(|it| it.stream.category() == "day_limit");
    let counted: Vec<_> =
        counted.map(|it| format!("{} {}", &it.stream.id()[11..21], it.event.event_type)).collect();
    assert_eq!(
        counted,
        [
            "2026-02-13 day_limit.counted",
            "2026-02-13 day_limit.given_back",
            "2026-02-24 day_limit.counted"
        ]
    );
    let numbers = ["10000", "147.78", "0", "1.3071", "7537.46"];
    stage.outside.says("P.buy", "2026-02-25T09:00:00+08:00", bought("C1", "2026-02-25", numbers));
    stage.until("02-26 18:00");
    assert_eq!(ending(&stage, "P"), Some("purchase.completed"), "{}", stage.text());
}

#[test]
fn what_the_registrar_takes_too_late_for_who_wants_only_today_is_taken_back() {
    let stage = taken_too_late(stage(), true);
    assert_eq!(ending(&stage, "P"), Some("purchase.rolled_back"), "{}", stage.text());
    assert_eq!(stage.outside.balance(), ["10000", "10000"].map(|it| it.parse().unwrap()));
}

#[test]
fn up_to_the_days_limit_is_accepted_where_the_manager_says_so() {
    let mut stage = capped("accept_up_to_limit");
    stage.request::<Purchase>("P", request());
    stage.request::<Purchase>("Q", request());
    assert_eq!(stage.look::<Purchase>("Q").promise["accepted"], "5000.00");
    stage.until("02-13 14:51");
    assert_eq!(stage.outside.moved["Q.buy.pay"], "5000".parse().unwrap());
    let numbers = ["5000", "73.89", "0", "1.2345", "3990.37"];
    stage.outside.says("Q.buy", "2026-02-24T09:00:00+08:00", bought("C1", "2026-02-24", numbers));
    stage.until("02-25 14:00");
    assert_eq!(ending(&stage, "Q"), Some("purchase.completed"), "{}", stage.text());
    let why = stage.look::<Purchase>("Q").failure.unwrap();
    assert_eq!(
        (&*why.code, &*why.text),
        ("above_day_limit", "the day's limit let in 5000.00 of 10000.00",)
    );
    assert_eq!(stage.look::<Purchase>("P").failure, None);
}

#[test]
fn above_the_days_limit_is_refused_and_what_failed_counts_no_more() {
    let mut stage = capped("reject_whole");
    stage.outside.declines.insert("P.buy.pay".into());
    stage.request::<Purchase>("P", request());
    let reply = stage.request::<Purchase>("Q", request());
    assert!(matches!(reply, Reply::Refused(..)));
    stage.until("02-13 14:51");
    let reply = stage.request::<Purchase>("Q", request());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
}

#[test]
fn a_later_t_whose_limit_is_used_up_takes_nothing_and_the_money_goes_back() {
    let mut stage = capped("reject_whole");
    stage.request::<Purchase>("P", request());
    stage.outside.deaf = true;
    stage.until("02-13 16:59");
    // Somebody else's order of the same investor uses the next T up.
    stage.request::<Purchase>("Q", request());
    stage.outside.deaf = false;
    stage.until("02-24 14:00");

    assert_eq!(ending(&stage, "P"), Some("purchase.rolled_back"), "{}", stage.text());
    let cause = stage.look::<Purchase>("P").failure.unwrap();
    assert_eq!(cause.text, "amount 10000.00 after 10000.00 on 2026-02-24 is above 15000.00, the most of fund 011162 in a day; 5000.00 would fit".into());
    assert_eq!(stage.outside.moved["P.buy.pay.refund1"], "10000".parse().unwrap());
}

fn amount(yuan: &str) -> Amount {
    yuan.parse().unwrap()
}

/// 10,000 yuan that are asked for before the cut-off and paid after it, when 9,000 of the same investor
/// count on the next T already and are not paid.
fn moved_beside(mut stage: Stage, order: Request, cut_off: &str) -> Stage {
    stage.silent = true;
    stage.now = at(&format!("02-13 {cut_off}")).plus_millis(-30_000);
    let reply = stage.request::<Purchase>("P", order.clone());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.now = at(&format!("02-13 {cut_off}")).plus_millis(10_000);
    let reply = stage.request::<Purchase>("Q", Request { amount: amount("9000"), ..order });
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.now = stage.now.plus_millis(20_000);
    stage.silent = false;
    stage.until("02-13 17:30");
    stage
}

/// What was taken from the account and what went back, of that order.
fn money(stage: &Stage, id: &str) -> [Option<String>; 2] {
    let of = |no: String| stage.outside.moved.get(&no).map(ToString::to_string);
    [of(format!("{id}.buy.pay")), of(format!("{id}.buy.pay.refund1"))]
}

/// Yuan that count on the next T, by transaction.
fn counted(stage: &Stage, fund: &str) -> Vec<Option<String>> {
    let limit = stage.state(&next_day(fund));
    let entry = |id: &str| match limit.entry(&tx(id)) {
        Some(fundflow_domain::day_limit::Entry::Counted { accepted, .. }) => {
            Some(accepted.to_string())
        }
        _ => None,
    };
    ["P", "Q"].map(entry).to_vec()
}

fn next_day(fund: &str) -> Key<DayLimit> {
    Key::of(&format!("{fund}.i-1.2026-02-24.individual.direct_online"))
}

#[test]
fn a_later_t_that_accepts_up_to_its_limit_takes_what_fits_and_the_rest_goes_back() {
    let subscription =
        || Request { fund: "018145".parse().unwrap(), way: Way::Subscription, ..request() };
    for (order, fund, cut_off) in
        [(request(), equity(), "15:00:00"), (subscription(), raised(), "17:00:00")]
    {
        let code = fund.code.to_string();
        let stage = Stage::with(vec![with_cap(fund, "accept_up_to_limit")], "02-13 14:50");
        let stage = moved_beside(stage, order, cut_off);

        assert!(stage.has("purchase.readmitted"), "{}", stage.text());
        assert_eq!(stage.look::<Purchase>("P").parked, None);
        assert_eq!(counted(&stage, &code), ["6000.00", "9000.00"].map(|it| Some(it.into())));
        assert_eq!(money(&stage, "P"), ["10000.00", "4000.00"].map(|it| Some(it.into())));
        let placed = stage
            .events
            .iter()
            .find(|it| it.stream.category() == "application" && it.event.correlation == tx("P"));
        assert!(placed.unwrap().event.data.contains(r#""amount":"6000.00""#), "{code}");
    }
}

#[test]
fn a_later_t_that_rejects_the_whole_order_sends_all_of_it_back() {
    let stage = moved_beside(capped("reject_whole"), request(), "15:00:00");

    assert_eq!(ending(&stage, "P"), Some("purchase.rolled_back"), "{}", stage.text());
    assert_eq!(money(&stage, "P"), ["10000.00", "10000.00"].map(|it| Some(it.into())));
    assert_eq!(counted(&stage, "011162"), [None, Some("9000.00".to_owned())]);
    let cause = stage.look::<Purchase>("P").failure.unwrap();
    assert!(
        cause.text.contains("10000.00 after 9000.00 on 2026-02-24 is above 15000.00"),
        "{cause}"
    );
    assert_eq!(ending(&stage, "Q"), None);
}

#[test]
fn a_later_t_that_rejects_all_of_the_day_takes_the_unpaid_ones_with_it_and_every_later_request() {
    let mut stage = moved_beside(capped("reject_all_of_day"), request(), "15:00:00");

    for id in ["P", "Q"] {
        assert_eq!(ending(&stage, id), Some("purchase.rolled_back"), "{id}: {}", stage.text());
    }
    assert_eq!(counted(&stage, "011162"), [None, None]);
    assert_eq!(stage.outside.balance()[0], stage.outside.balance()[1]);
    let events = stage.events.len();
    for yuan in ["100", "20000"] {
        let small = Request { amount: amount(yuan), ..request() };
        let Reply::Refused(_, text) = stage.request::<Purchase>("R", small) else { panic!() };
        assert_eq!(&*text, REFUSED);
    }
    assert_eq!(stage.events.len(), events);
    stage.now = at("02-24 15:00");
    let reply = stage.request::<Purchase>("R", request());
    assert!(matches!(reply, Reply::Placed { .. }), "another T: {reply:?}");
}

const REFUSED: &str = "fund 011162 takes no more orders of 2026-02-24: all of them are refused since one exceeded the day's limit";

/// All orders of the next T are refused.
fn refused_day(stage: &mut Stage) {
    for (id, yuan) in [("X", "15000"), ("Y", "1")] {
        let (transaction, amount) = (tx(id), amount(yuan));
        let cap = Some(cap("reject_all_of_day"));
        stage.given(&next_day("011162"), &Count::Count { transaction, amount, cap });
    }
}

#[test]
fn a_conversion_into_a_fund_whose_day_was_refused_is_refused_at_the_request() {
    let funds =
        vec![with_cap(equity(), "reject_all_of_day"), bond(ConversionFeeMethod::FeeDifference)];
    let mut stage = Stage::with(funds, "02-24 10:00");
    stage.holds("001546", "B1", "2026-01-15", "25000");
    refused_day(&mut stage);
    let order = conversion::Request {
        shares: Some("100".parse().unwrap()),
        ..crate::conversion::request()
    };
    let events = stage.events.len();
    let Reply::Refused(_, text) = stage.request::<Conversion>("C", order) else { panic!() };
    assert_eq!((&*text, stage.events.len()), (REFUSED, events));
}

#[test]
fn money_that_moves_onto_a_day_that_was_refused_goes_back() {
    let mut stage = capped("reject_all_of_day");
    refused_day(&mut stage);
    stage.silent = true;
    stage.request::<Purchase>("P", request());
    stage.now = at("02-13 15:00:30");
    stage.silent = false;
    stage.until("02-13 15:30");

    assert_eq!(ending(&stage, "P"), Some("purchase.rolled_back"), "{}", stage.text());
    assert_eq!(&*stage.look::<Purchase>("P").failure.unwrap().text, REFUSED);
    assert_eq!(money(&stage, "P"), ["10000.00", "10000.00"].map(|it| Some(it.into())));
}

#[test]
fn what_the_registrar_has_already_is_taken_back_where_the_later_t_lets_in_a_part() {
    let mut stage = capped("accept_up_to_limit");
    stage.request::<Purchase>("P", request());
    stage.outside.deaf = true;
    stage.until("02-13 16:59");
    stage.request::<Purchase>("Q", request());
    stage.outside.deaf = false;
    stage.until("02-24 14:00");

    assert_eq!(ending(&stage, "P"), Some("purchase.rolled_back"), "{}", stage.text());
    let cause = stage.look::<Purchase>("P").failure.unwrap();
    assert_eq!(
        cause.text,
        "the later T lets in 5000.00 of 10000.00, and all of it is handed in".into()
    );
    assert_eq!(money(&stage, "P"), ["10000.00", "10000.00"].map(|it| Some(it.into())));
}

fn converting(on_excess: &str) -> Stage {
    let funds = vec![with_cap(equity(), on_excess), bond(ConversionFeeMethod::FeeDifference)];
    let mut stage = Stage::with(funds, "02-13 14:59");
    stage.holds("001546", "B1", "2026-01-15", "25000");
    let order = conversion::Request {
        shares: Some("10000".parse().unwrap()),
        ..crate::conversion::request()
    };
    let reply = stage.request::<Conversion>("C", order);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage
}

/// The process died before the order was placed, and starts again after the cut-off.
fn placed_late(stage: &mut Stage, before: impl FnOnce(&mut Stage)) {
    let placed = stage.events.iter().position(|it| it.event.event_type == "application.placed");
    stage.events.truncate(placed.unwrap());
    before(stage);
    stage.now = at("02-13 15:30");
    stage.crash();
    stage.until("02-13 15:40");
}

/// So much of the equity fund counts on the next T.
fn count_next(stage: &mut Stage, id: &str, yuan: &str, on_excess: &str) {
    let (transaction, amount, cap) = (tx(id), amount(yuan), Some(cap(on_excess)));
    stage.given(&next_day("011162"), &Count::Count { transaction, amount, cap });
}

fn counts_of(played: &Stage, id: &str) -> [bool; 2] {
    let on = |day: &str| {
        let key = Key::<DayLimit>::of(&format!("011162.i-1.{day}.individual.direct_online"));
        let state = played.state(&key);
        matches!(state.entry(&tx(id)), Some(fundflow_domain::day_limit::Entry::Counted { .. }))
    };
    ["2026-02-13", "2026-02-24"].map(on)
}

#[test]
fn a_conversion_whose_order_is_placed_on_a_later_t_counts_there() {
    let mut stage = converting("reject_whole");
    assert_eq!(counts_of(&stage, "C"), [true, false]);
    placed_late(&mut stage, |_| ());
    assert_eq!(counts_of(&stage, "C"), [false, true], "{}", stage.text());
    assert_eq!(stage.look::<Conversion>("C").parked, None);
}

#[test]
fn a_conversion_whose_order_is_placed_on_a_t_that_is_used_up_is_not_made() {
    for policy in ["reject_whole", "accept_up_to_limit", "reject_all_of_day"] {
        let mut stage = converting(policy);
        placed_late(&mut stage, |stage| count_next(stage, "X", "9000", policy));
        let look = stage.look::<Conversion>("C");
        assert_eq!(look.ending, Some("conversion.rolled_back"), "{policy}\n{}", stage.text());
        assert_eq!(counts_of(&stage, "C"), [false, false], "{policy}");
        assert_eq!(stage.shares("001546").available(), "25000".parse().unwrap());
        let refused = stage.has("day_limit.day_refused");
        assert_eq!(refused, policy == "reject_all_of_day", "{policy}");
    }
}

#[test]
fn a_conversion_falls_with_its_day_before_it_is_placed_and_after() {
    for is_placed in [false, true] {
        let mut stage = converting("reject_all_of_day");
        if is_placed {
            stage.until("02-13 14:59:10");
        } else {
            let placed = |it: &Recorded| it.event.event_type == "application.placed";
            stage.events.truncate(stage.events.iter().position(placed).unwrap());
        }
        let key = Key::<DayLimit>::of(&"011162.i-1.2026-02-13.individual.direct_online".to_owned());
        let cap = Some(cap("reject_all_of_day"));
        stage.given(&key, &Count::Count { transaction: tx("Y"), amount: amount("9000"), cap });
        stage.crash();
        stage.until("02-13 14:59:30");
        let look = stage.look::<Conversion>("C");
        assert_eq!(look.ending, Some("conversion.rolled_back"), "{}", stage.text());
        assert_eq!(&*look.failure.unwrap().code, "day_refused");
        assert_eq!(stage.shares("001546").available(), "25000".parse().unwrap());
    }
}

/// P is asked for before the cut-off and paid after it; Q of the next T is with its registrar by then.
fn falls_with_its_day(keeps: bool) -> Stage {
    let mut stage = capped("reject_all_of_day");
    stage.outside.keeps = keeps;
    stage.silent = true;
    stage.now = at("02-13 14:59:30");
    stage.request::<Purchase>("P", request());
    stage.now = at("02-13 15:00:10");
    stage.silent = false;
    stage.outside.mute.insert("P.buy.pay".into());
    stage.request::<Purchase>("Q", Request { amount: amount("9000"), ..request() });
    stage.until("02-13 15:02");
    assert!(stage.has("application.accepted"), "{}", stage.text());
    stage.outside.mute.clear();
    stage.until("02-13 17:30");
    stage
}
#[test]
fn an_order_that_its_registrar_has_falls_with_its_day() {
    let stage = falls_with_its_day(false);
    for id in ["P", "Q"] {
        assert_eq!(ending(&stage, id), Some("purchase.rolled_back"), "{id}: {}", stage.text());
        assert_eq!(money(&stage, id)[0], money(&stage, id)[1], "{id}");
    }
    assert_eq!(&*stage.look::<Purchase>("Q").failure.unwrap().code, "day_refused");
    let stage = falls_with_its_day(true);
    let (row, _) = stage.look::<Purchase>("Q").parked.unwrap();
    assert_eq!(&*row, "cancel", "a person settles it with the registrar");
}
