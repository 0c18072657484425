//! Purchases: 10,000 yuan of 011162 at 1.2345 (domain reference, 2.4).

use crate::{
    funds::equity,
    outside::{bought, bought_part, rejected},
    stage::{Stage, at, nav},
};
use fundflow_domain::{admission::buying::Way, money::Shares};
use fundflow_runtime::{message::Reply, process::Disposition};
use fundflow_sagas::purchase::{Command, Purchase, Request};

pub(crate) fn request() -> Request {
    Request {
        investor: "i-1".parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        fund: "011162".parse().unwrap(),
        amount: "10000".parse().unwrap(),
        way: Way::Purchase,
        only_today: false,
        distributor: None,
    }
}

pub(crate) const CONFIRMED_AT: &str = "2026-02-24T09:00:00+08:00";
pub(crate) const NUMBERS: [&str; 5] = ["10000", "147.78", "0", "1.2345", "7980.74"];

pub(crate) fn stage() -> Stage {
    Stage::with(vec![equity()], "02-13 14:50")
}

/// Requested, paid and taken by the registrar.
fn bought_in_time() -> Stage {
    let mut stage = stage();
    assert!(matches!(stage.request::<Purchase>("P", request()), Reply::Placed { .. }));
    stage.until("02-13 14:51");
    stage
}

fn ending(stage: &Stage) -> Option<&'static str> {
    stage.look::<Purchase>("P").ending
}

#[test]
fn a_purchase_runs_in_this_order_and_ends_to_the_cent() {
    let mut stage = bought_in_time();
    stage.outside.says("P.buy", CONFIRMED_AT, bought("C1", "2026-02-24", NUMBERS));
    assert_eq!(
        stage.take_lines(),
        [
            "purchase.prepared",
            "payment.requested",
            "call buy.pay",
            "payment.paid",
            "application.placed",
            "call buy",
            "application.accepted",
        ]
    );
    stage.until("02-25 18:00");
    assert_eq!(
        stage.take_lines(),
        ["ask buy", "application.confirmed", "holdings.credited", "purchase.completed"]
    );
    assert_eq!(ending(&stage), Some("purchase.completed"));
    let held = stage.shares("011162");
    assert_eq!(held.available(), "7980.74".parse().unwrap());
    let lot = &held.lots()[0].credit;
    assert_eq!((lot.lot.as_str(), lot.serial.as_str()), ("P.buy", "C1"));
    assert_eq!(lot.registered_on.to_string(), "2026-02-24");
    assert_eq!(held.value_half_up(nav("1.3071")), "10431.63".parse().ok());
    assert_eq!(stage.look::<Purchase>("P").open_ends, []);
}

/// What is stored and sent after a refusal at every row.
#[test]
fn after_a_refusal_the_money_goes_back_and_the_purchase_fails() {
    let mut declined = stage();
    declined.outside.declines.insert("P.buy.pay".into());
    declined.request::<Purchase>("P", request());
    declined.until("02-13 15:00");
    assert_eq!(
        declined.take_lines()[2..],
        ["call buy.pay", "payment.declined", "purchase.rolled_back"]
    );

    let mut refused = stage();
    refused.outside.rejects.insert("P.buy".into());
    refused.request::<Purchase>("P", request());
    refused.until("02-13 15:00");
    assert_eq!(
        refused.take_lines()[5..],
        [
            "call buy",
            "application.rejected",
            "payment.refund_requested",
            "call buy.pay.refund1",
            "payment.refunded",
            "purchase.rolled_back"
        ]
    );

    let mut rejected_later = bought_in_time();
    rejected_later.outside.says("P.buy", CONFIRMED_AT, rejected("0"));
    rejected_later.take_lines();
    rejected_later.until("02-25 18:00");
    assert_eq!(
        rejected_later.take_lines(),
        [
            "ask buy",
            "application.rejected",
            "payment.refund_requested",
            "call buy.pay.refund1",
            "payment.refunded",
            "purchase.rolled_back"
        ]
    );
    assert_eq!(rejected_later.outside.balance(), ["10000", "10000"].map(|it| it.parse().unwrap()));
    assert!(rejected_later.shares("011162").lots().is_empty());
}

#[test]
fn what_the_registrar_does_not_accept_goes_back() {
    let mut stage = bought_in_time();
    let half = ["4000", "59.11", "6000", "1.2345", "3192.30"];
    stage.outside.says("P.buy", CONFIRMED_AT, bought("C1", "2026-02-24", half));
    stage.until("02-25 18:00");

    assert_eq!(ending(&stage), Some("purchase.completed"), "{}", stage.text());
    assert_eq!(stage.outside.balance(), ["10000", "6000"].map(|it| it.parse().unwrap()));
    assert_eq!(stage.shares("011162").available(), "3192.30".parse().unwrap());
}

#[test]
fn each_record_of_a_purchase_is_a_lot_as_soon_as_it_is_heard() {
    let mut stage = bought_in_time();
    let first = bought_part("C1", "2026-02-24", false, ["4000", "59.11", "0", "1.2345", "3192.30"]);
    let second = bought("C2", "2026-02-25", ["5000", "73.89", "1000", "1.2345", "3990.37"]);
    stage.outside.says("P.buy", CONFIRMED_AT, first);
    stage.outside.says("P.buy", "2026-02-25T09:00:00+08:00", second);
    stage.until("02-24 18:00");
    assert_eq!(stage.shares("011162").available(), "3192.30".parse().unwrap());
    assert_eq!(ending(&stage), None);
    stage.until("02-27 18:00");

    let held = stage.shares("011162");
    let lots: Vec<_> = held.lots().into_iter().map(|lot| lot.credit.lot.to_string()).collect();
    assert_eq!(lots, ["P.buy", "P.buy.2"]);
    assert_eq!(held.available(), "7182.67".parse().unwrap());
    assert_eq!(stage.outside.balance(), ["10000", "1000"].map(|it| it.parse().unwrap()));
    assert_eq!(ending(&stage), Some("purchase.completed"));
}

#[test]
fn a_payment_after_the_cut_off_is_decided_again_for_its_own_t() {
    let mut stage = stage();
    stage.silent = true;
    stage.request::<Purchase>("P", request());
    stage.now = at("02-13 15:00:01");
    stage.silent = false;
    stage.until("02-13 15:30");
    let look = stage.look::<Purchase>("P");
    assert_eq!(look.promise["trade_date"], "2026-02-13");
    assert!(stage.has("purchase.redated") && stage.has("purchase.readmitted"));
    let numbers = ["10000", "147.78", "0", "1.3071", "7537.46"];
    stage.outside.says("P.buy", "2026-02-25T09:00:00+08:00", bought("C1", "2026-02-25", numbers));
    stage.until("02-26 18:00");
    assert_eq!(ending(&stage), Some("purchase.completed"), "{}", stage.text());
}

#[test]
fn who_wants_only_today_gets_the_money_back_when_t_moves() {
    let mut stage = stage();
    stage.silent = true;
    stage.request::<Purchase>("P", Request { only_today: true, ..request() });
    stage.now = at("02-13 15:00:01");
    stage.silent = false;
    stage.until("02-13 15:30");

    assert_eq!(ending(&stage), Some("purchase.rolled_back"));
    assert_eq!(stage.outside.balance(), ["10000", "10000"].map(|it| it.parse().unwrap()));
    assert!(!stage.has("application.placed"));
}

/// The process dies after the charge is announced; whoever goes on asks, and hears that it never came.
fn charge_lost(request: Request, until: &str) -> Stage {
    let mut stage = stage();
    stage.silent = true;
    stage.request::<Purchase>("P", request);
    stage.now = at(until);
    stage.crash();
    stage.silent = false;
    stage.until(until);
    stage
}

#[test]
fn a_charge_that_never_came_is_not_made_once_its_time_is_over() {
    let today = || Request { only_today: true, ..request() };
    let in_time = charge_lost(today(), "02-13 14:59:59");
    assert_eq!(in_time.outside.balance()[0], "10000".parse().unwrap());
    assert_eq!(ending(&in_time), None);

    let mut late = charge_lost(today(), "02-13 15:00");
    assert_eq!(ending(&late), Some("purchase.rolled_back"), "{}", late.text());
    assert_eq!(late.outside.balance(), [fundflow_domain::money::Money::ZERO; 2]);
    let cause = late.look::<Purchase>("P").failure.unwrap();
    assert_eq!(cause.text, "the bank never got the charge, and its time is over".into());
    let expected = ["ask buy.pay", "payment.closed", "purchase.rolled_back"];
    assert_eq!(late.take_lines()[3..], expected);

    let next_day = charge_lost(request(), "02-24 14:59:59");
    assert!(next_day.has("purchase.redated") && next_day.has("application.placed"));
    let over = charge_lost(request(), "02-24 15:00");
    assert_eq!(ending(&over), Some("purchase.rolled_back"), "{}", over.text());
    assert_eq!(over.outside.balance(), [fundflow_domain::money::Money::ZERO; 2]);
}

#[test]
fn an_order_of_who_wants_only_today_is_not_handed_in_after_its_batch_is_sealed() {
    let mut stage = stage();
    stage.silent = true;
    stage.request::<Purchase>("P", Request { only_today: true, ..request() });
    stage.silent = false;
    stage.until("02-13 14:50");
    let mut lost = Stage::with(vec![equity()], "02-13 14:50");
    lost.events = stage
        .events
        .iter()
        .take_while(|it| &*it.event.event_type != "application.accepted")
        .cloned()
        .collect();
    lost.outside.moved = stage.outside.moved.clone();
    lost.now = at("02-13 17:00");
    lost.crash();
    lost.until("02-13 17:30");

    assert_eq!(ending(&lost), Some("purchase.rolled_back"), "{}", lost.text());
    assert_eq!(lost.outside.balance(), ["10000", "10000"].map(|it| it.parse().unwrap()));
    assert!(!lost.text().contains("call buy\n"), "{}", lost.text());
}

#[test]
fn it_is_taken_back_until_its_cut_off_and_not_after() {
    let mut stage = bought_in_time();
    stage.command::<Purchase>("P", Command::Cancel { at: at("02-13 14:52") });
    stage.until("02-13 14:59");
    assert_eq!(ending(&stage), Some("purchase.rolled_back"), "{}", stage.text());
    assert_eq!(stage.outside.balance(), ["10000", "10000"].map(|it| it.parse().unwrap()));

    let mut late = bought_in_time();
    late.until("02-13 15:00");
    let Reply::Refused(_, text) = late.command::<Purchase>("P", Command::Cancel { at: late.now })
    else {
        panic!("a cancellation after the cut-off is taken");
    };
    assert_eq!(
        &*text,
        "asked at 2026-02-13T15:00:00+08:00, but this could be taken back only before 2026-02-13T15:00:00+08:00"
    );
}

#[test]
fn what_was_turned_away_is_not_taken_back_while_its_money_is_on_its_way() {
    let mut stage = stage();
    stage.outside.takes_back_nothing = true;
    stage.silent = true;
    stage.request::<Purchase>("P", Request { only_today: true, ..request() });
    stage.now = at("02-13 15:00:01");
    stage.silent = false;
    stage.until("02-13 15:10");
    let events = stage.events.len();
    let reply = stage.command::<Purchase>("P", Command::Cancel { at: at("02-13 14:55") });
    let Reply::Refused(_, text) = reply else { panic!("{reply:?}\n{}", stage.text()) };
    assert_eq!(
        &*text,
        "nothing is bought, and the money goes back; it could be taken back only before \
         2026-02-13T15:00:00+08:00"
    );
    assert_eq!(stage.events.len(), events);
}

#[test]
fn a_wrong_confirmation_is_booked_and_held_until_a_corrected_record_takes_its_place() {
    let mut stage = bought_in_time();
    let wrong = ["10000", "147.78", "0", "1.2345", "798074.00"];
    stage.outside.says("P.buy", CONFIRMED_AT, bought("C1", "2026-02-24", wrong));
    stage.until("02-24 18:00");

    let held = stage.shares("011162");
    assert_eq!(held.registered(), "798074.00".parse().unwrap());
    assert_eq!(held.available(), "7980.74".parse().unwrap());
    assert!(stage.has("case.opened") && stage.look::<Purchase>("P").parked.is_some());

    stage.outside.says("P.buy", "2026-02-24T19:00:00+08:00", bought("C2", "2026-02-24", NUMBERS));
    stage.until("02-26 18:00");
    assert_eq!(ending(&stage), Some("purchase.completed"), "{}", stage.text());
    let held = stage.shares("011162");
    assert_eq!((held.registered(), held.held()), ("7980.74".parse().unwrap(), Shares::ZERO));
    assert!(stage.has("case.closed") && stage.has("holdings.credit_reversed"));
}

#[test]
fn a_fee_that_was_not_promised_opens_a_case() {
    let mut stage = bought_in_time();
    let dear = ["10000", "200.00", "0", "1.2345", "7938.44"];
    stage.outside.says("P.buy", CONFIRMED_AT, bought("C1", "2026-02-24", dear));
    stage.until("02-24 18:00");
    let parked = stage.look::<Purchase>("P").parked.unwrap().1;
    assert!(parked.text.contains("fee 200.00 is not the promised 147.78"), "{parked}");
}

#[test]
fn what_we_bear_of_a_fee_that_was_not_promised_is_paid_to_the_investor_once() {
    let mut stage = bought_in_time();
    let dear = ["10000", "200.00", "0", "1.2345", "7938.44"];
    stage.outside.says("P.buy", CONFIRMED_AT, bought("C1", "2026-02-24", dear));
    stage.until("02-24 18:00");
    let case: fundflow_domain::case::CaseId = stage.stream_of("case.opened").id().parse().unwrap();
    let close = || {
        let how = fundflow_domain::case::How::PaidByUs { amount: "52.22".parse().unwrap() };
        let (by, reason) = (
            fundflow_domain::text::Text::lossy("chen"),
            fundflow_domain::text::Text::lossy("we promised less"),
        );
        let closing = Box::new(fundflow_domain::case::Closing { how, by, reason });
        Command::CloseCase { case, closing }
    };
    for _ in 0..2 {
        assert!(matches!(stage.command::<Purchase>("P", close()), Reply::Acted));
        stage.until("02-25 18:00");
    }
    let look = stage.look::<Purchase>("P");
    assert_eq!(look.ending, Some("purchase.completed"), "{}", stage.text());
    assert!(look.finished && look.open_ends.is_empty());
    assert_eq!(stage.outside.moved[&format!("case-{case}.out")], "52.22".parse().unwrap());
    let requested = stage.events.iter().filter(|it| it.event.event_type == "payout.requested");
    assert_eq!(requested.count(), 1);
}

#[test]
fn a_record_that_comes_twice_changes_nothing_and_another_one_opens_a_case() {
    let mut stage = bought_in_time();
    stage.until("02-24 10:00");
    let no = fundflow_domain::ids::ApplicationNo::of(&"P.buy".parse().unwrap());
    let news = |answer| fundflow_sagas::ports::registrar::notice(&no, answer);
    stage.notice(news(bought("C1", "2026-02-24", NUMBERS)));
    assert_eq!(ending(&stage), Some("purchase.completed"), "{}", stage.text());
    let events = stage.events.len();
    stage.notice(news(bought("C1", "2026-02-24", NUMBERS)));
    assert_eq!(stage.events.len(), events);
    stage.notice(news(bought("C2", "2026-02-24", NUMBERS)));
    assert!(stage.has("case.opened"));
    assert_eq!(stage.shares("011162").registered(), "7980.74".parse().unwrap());
}

#[test]
fn who_gives_up_still_hears_the_registrar_and_has_the_shares_as_it_says() {
    for (what, held) in [(Disposition::Manual, "0.00"), (Disposition::Refund, "7980.74")] {
        let mut stage = bought_in_time();
        let reply = stage.abandon_with::<Purchase>("P", what);
        assert!(matches!(reply, Reply::Acted), "{reply:?}");
        assert_eq!(stage.look::<Purchase>("P").ending, Some("purchase.abandoned"));
        // Closed only where a person says that the money goes back.
        let back = matches!(what, Disposition::Refund);
        assert_eq!(stage.has("application.rejected"), back, "{what:?}");
        assert_eq!(stage.look::<Purchase>("P").finished, back, "{what:?}");
        let no = fundflow_domain::ids::ApplicationNo::of(&"P.buy".parse().unwrap());
        stage.now = at("02-24 10:00");
        let word = bought("C1", "2026-02-24", NUMBERS);
        stage.notice(fundflow_sagas::ports::registrar::notice(&no, word));

        assert_eq!(stage.has("case.opened"), back, "{what:?}");
        let shares = stage.shares("011162");
        assert_eq!(shares.registered(), "7980.74".parse().unwrap(), "{what:?}");
        assert_eq!(shares.held(), held.parse().unwrap(), "{what:?}");
        assert!(stage.look::<Purchase>("P").finished, "{what:?}: {}", stage.text());
    }
}

#[test]
fn what_cannot_be_bought_is_refused_and_the_id_stays_free() {
    let mut stage = stage();
    let little = Request { amount: "99.99".parse().unwrap(), ..request() };
    let Reply::Refused(_, text) = stage.request::<Purchase>("P", little) else { panic!() };
    assert_eq!(&*text, "amount 99.99 is below the minimum of 100.00 for fund 011162");
    assert!(stage.events.is_empty());
    let unknown = Request { fund: "999999".parse().unwrap(), ..request() };
    let Reply::Refused(_, text) = stage.request::<Purchase>("P", unknown) else { panic!() };
    assert_eq!(&*text, "the catalogue has no terms of fund 999999 for that day");
    assert!(matches!(stage.request::<Purchase>("P", request()), Reply::Placed { .. }));
    let other = Request { amount: "20000".parse().unwrap(), ..request() };
    let Reply::Refused(_, text) = stage.request::<Purchase>("P", other) else { panic!() };
    assert_eq!(
        &*text,
        "the transaction ID already stands for another request; it differs in amount"
    );
}
