//! A recharge whose money counts for a later T than was promised: everything that depends on the day
//! is decided again.

use crate::{
    checks::refused,
    outside::Fate,
    recharge::{asked, request, stage, stage_of, story},
    stage::{Stage, at, order, pay_no},
    terms::{closed_on, money_fund},
};
use fundflow_domain::{
    day_limit,
    fund::FundTerms,
    ids::ApplicationNo,
    investor::CustomerType,
    limits::{DayMax, ExcessPolicy, LargePurchaseNotice, LimitKey},
    payment::Receipt,
    status::Stops,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::{Action, Reply};
use fundflow_sagas::{
    ports::bank::{BankAnswer, ChargeAnswer},
    recharge::{Command, Recharge, Request},
};

/// The bank says so much later that the money came, with that instant on it.
fn paid_late(stage: &mut Stage<Recharge>, heard: &str, paid: &str) {
    stage.now = at(heard);
    let receipt = Receipt {
        no: pay_no("mmf"),
        serial: "r-1".parse().unwrap(),
        amount: "1000".parse().unwrap(),
        paid_at: at(paid),
    };
    stage.answer("mmf.pay", BankAnswer::Charge(ChargeAnswer::Paid(receipt)));
}

fn t_of(stage: &Stage<Recharge>) -> String {
    let key =
        Key::<fundflow_domain::application::Applications>::of(&ApplicationNo::of(&order("mmf")));
    stage.fold(&key).state.application().unwrap().terms.trade_date.to_string()
}

pub(crate) fn capped(max: &str, on_excess: ExcessPolicy) -> FundTerms {
    let mut fund = money_fund();
    fund.limits.large_purchases.push(LargePurchaseNotice {
        from: "2026-01-01".parse().unwrap(),
        through: None,
        channels: vec![],
        customers: vec![],
        day_max: DayMax { amount: max.parse().unwrap(), on_excess },
        notice: "large purchases".to_owned(),
    });
    fund
}

/// Yuan that count on that T.
pub(crate) fn counted(stage: &Stage<Recharge>, day: &str) -> String {
    stage.fold(&limit(day)).state.used().to_string()
}

pub(crate) fn limit(day: &str) -> Key<day_limit::DayLimit> {
    let calendar = fundflow_domain::calendar::TradingCalendar::xshg().unwrap();
    let key = LimitKey {
        master: "000730".parse().unwrap(),
        investor: "i-1".parse().unwrap(),
        day: calendar.day(day.parse().unwrap()).unwrap(),
        customer: CustomerType::Individual,
        channel: fundflow_domain::investor::SalesChannel::DirectOnline,
    };
    Key::of(&day_limit::stream_id(&key))
}

fn count(stage: &mut Stage<Recharge>, day: &str, yuan: &str) {
    let (transaction, amount) = ("OTHER".parse().unwrap(), yuan.parse().unwrap());
    stage.given(&limit(day), &day_limit::Command::Count { transaction, amount, cap: None });
}

#[test]
fn paid_in_time_and_heard_before_the_sealing_counts_for_its_t() {
    let mut stage = stage("02-03 14:50");
    stage.request(request(), asked());
    paid_late(&mut stage, "02-03 16:59", "02-03 14:59");
    stage.run();
    assert_eq!((t_of(&stage), stage.last()), ("2026-02-03".into(), "recharge.completed"));
}

#[test]
fn paid_or_heard_too_late_counts_for_the_next_t() {
    for (heard, paid) in [("02-03 15:10", "02-03 15:00"), ("02-03 17:00", "02-03 14:59")] {
        let mut stage = stage("02-03 14:50");
        stage.request(request(), asked());
        paid_late(&mut stage, heard, paid);
        stage.run();
        assert_eq!(
            (t_of(&stage), stage.last()),
            ("2026-02-04".into(), "recharge.completed"),
            "{}",
            stage.text()
        );
    }
}

#[test]
fn who_wants_only_today_gets_the_money_back() {
    let mut stage = stage("02-03 14:50");
    stage.request(Request { only_today: true, ..request() }, asked());
    paid_late(&mut stage, "02-03 15:10", "02-03 15:00");
    stage.run();
    assert_eq!(
        stage.after("recharge.turned_away"),
        [
            "payment.refund_requested",
            "call mmf.pay.refund1",
            "payment.refunded",
            "recharge.rolled_back"
        ]
    );
    assert_eq!(stage.look().failure.unwrap().code.as_ref(), "cut_off_passed");
}

#[test]
fn what_was_turned_away_is_not_taken_back_while_its_money_is_on_its_way() {
    let mut stage = stage("02-03 14:50");
    stage.request(Request { only_today: true, ..request() }, asked());
    paid_late(&mut stage, "02-03 15:10", "02-03 15:00");
    let lines = stage.lines.len();
    let Reply::Refused(_, text) = stage.command(Command::Cancel { at: at("02-03 14:55") }) else {
        panic!("{}", stage.text())
    };
    assert_eq!(
        &*text,
        "nothing is bought, and the money goes back; it could be taken back only before \
         2026-02-03T15:00:00+08:00"
    );
    assert_eq!(stage.lines.len(), lines);
}

#[test]
fn who_wants_only_today_is_not_charged_after_the_cut_off() {
    let mut stage = stage("02-03 14:50");
    stage.request(Request { only_today: true, ..request() }, asked());
    stage.now = at("02-03 15:00");
    stage.outside.fate("mmf.pay", [Fate::Lost]);
    stage.crash();
    stage.run();
    assert_eq!(
        stage.after("call mmf.pay"),
        [
            "ask mmf.pay",
            "payment.closed",
            "recharge.rolled_back",
            // An hour later, when no call can be under way.
            "ask mmf.pay",
            "payment.declined",
        ],
        "{}",
        stage.text()
    );
    assert_eq!(stage.look().failure.unwrap().code.as_ref(), "too_late");
}

#[test]
fn a_fund_that_is_closed_on_the_later_t_sends_the_money_back() {
    let fund = closed_on(money_fund(), "2026-02-04", Stops::Purchase);
    let mut stage = stage_of(fund, "02-03 14:50");
    stage.request(request(), asked());
    paid_late(&mut stage, "02-03 15:10", "02-03 15:00");
    stage.run();
    assert_eq!(stage.last(), "recharge.rolled_back");
    let failure = stage.look().failure.unwrap();
    assert_eq!(failure.code.as_ref(), "not_admitted");
    assert!(failure.text.contains("takes no purchases on 2026-02-04"), "{failure}");
}

#[test]
fn the_limit_of_the_old_t_is_given_back_and_that_of_the_new_one_counted() {
    let mut stage = stage_of(capped("5000", ExcessPolicy::RejectWhole), "02-03 14:50");
    stage.request(request(), asked());
    assert_eq!(counted(&stage, "2026-02-03"), "1000.00");
    paid_late(&mut stage, "02-03 15:10", "02-03 15:00");
    stage.run();
    assert_eq!(stage.last(), "recharge.completed", "{}", stage.text());
    assert_eq!(
        (counted(&stage, "2026-02-03"), counted(&stage, "2026-02-04")),
        ("0.00".into(), "1000.00".into())
    );
}

#[test]
fn a_later_t_without_room_sends_the_money_back_and_counts_nothing() {
    let mut stage = stage_of(capped("5000", ExcessPolicy::RejectWhole), "02-03 14:50");
    count(&mut stage, "2026-02-04", "4500");
    stage.request(request(), asked());
    paid_late(&mut stage, "02-03 15:10", "02-03 15:00");
    stage.run();
    assert_eq!(stage.last(), "recharge.rolled_back", "{}", stage.text());
    assert_eq!(
        (counted(&stage, "2026-02-03"), counted(&stage, "2026-02-04")),
        ("0.00".into(), "4500.00".into())
    );
}

#[test]
fn a_later_t_that_accepts_up_to_its_limit_sends_the_rest_back() {
    let mut stage = stage_of(capped("5000", ExcessPolicy::AcceptUpToLimit), "02-03 14:50");
    count(&mut stage, "2026-02-04", "4500");
    stage.request(request(), asked());
    paid_late(&mut stage, "02-03 15:10", "02-03 15:00");
    stage.run();
    assert_eq!(stage.last(), "recharge.completed", "{}", stage.text());
    assert_eq!(stage.wallet().available().to_string(), "500.00");
    assert_eq!(stage.count("payment.refunded"), 1);
    assert_eq!(counted(&stage, "2026-02-04"), "5000.00");
}

#[test]
fn a_first_t_that_accepts_up_to_its_limit_charges_only_that() {
    let mut stage = stage_of(capped("5000", ExcessPolicy::AcceptUpToLimit), "02-03 10:00");
    count(&mut stage, "2026-02-03", "4500");
    let stage = story(stage, request());
    assert_eq!(stage.wallet().available().to_string(), "500.00", "{}", stage.text());
    assert_eq!(stage.count("payment.refund_requested"), 0);
}

#[test]
fn a_rejected_recharge_gives_its_limit_back() {
    let mut stage = stage_of(capped("5000", ExcessPolicy::RejectWhole), "02-03 10:00");
    stage.outside.fate("mmf", [crate::outside::Fate::Refused]);
    let stage = story(stage, request());
    assert_eq!(
        (stage.last(), counted(&stage, "2026-02-03")),
        ("recharge.rolled_back", "0.00".into())
    );
}

#[test]
fn an_instant_that_cannot_be_right_waits_for_a_person_and_moves_no_t() {
    for paid in ["02-03 06:50", "02-03 22:50"] {
        let mut stage = stage("02-03 14:50");
        stage.request(request(), asked());
        let said =
            refused(&stage.command(Command::Date { at: at("02-03 14:51"), reason: "x".into() }));
        assert_eq!(said, "the T of this recharge is not in question");
        paid_late(&mut stage, "02-03 14:55", paid);
        assert_eq!(stage.parked().unwrap().1, "instant_out_of_bounds", "{}", stage.text());
        assert_eq!((stage.count("payment.paid"), stage.count("case.opened")), (1, 1));
        // Let go on without that, it waits for the same person.
        stage.act(Action::Resume { reason: "try again".into() });
        assert_eq!(stage.parked().unwrap(), ("date".to_owned(), "refused".to_owned()));
        stage.crash();
        assert_eq!(stage.parked().unwrap().0, "date");

        let reason = "the bank's day file".into();
        let reply = stage.command(Command::Date { at: at("02-03 14:52"), reason });
        assert!(matches!(reply, Reply::Acted), "{reply:?}");
        stage.run();
        assert_eq!((t_of(&stage), stage.last()), ("2026-02-03".into(), "recharge.completed"));
    }
}

#[test]
fn who_says_when_it_was_paid_closes_its_case_and_says_it_again_where_the_process_dies() {
    for fuse in (0..6).map(Some).chain([None]) {
        let mut stage = stage("02-03 14:50");
        stage.request(request(), asked());
        paid_late(&mut stage, "02-03 14:55", "02-03 06:50");
        stage.fuse = fuse;
        let date = || Command::Date { at: at("02-03 14:52"), reason: "the bank's day file".into() };
        stage.command(date());
        stage.fuse = None;
        if stage.parked().is_some() {
            assert!(matches!(stage.command(date()), Reply::Acted), "{fuse:?}\n{}", stage.text());
        }
        stage.run();
        let text = format!("{fuse:?}\n{}", stage.text());
        assert_eq!(stage.last(), "recharge.completed", "{text}");
        assert_eq!((stage.count("case.opened"), stage.count("case.closed")), (1, 1), "{text}");
    }
}

#[test]
fn a_purchase_that_the_registrar_takes_after_the_sealing_is_decided_again() {
    let fund = capped("5000", ExcessPolicy::RejectWhole);
    let mut stage = stage_of(fund, "02-03 14:50");
    stage.request(request(), asked());
    paid_late(&mut stage, "02-03 14:55", "02-03 14:54");
    stage.now = at("02-03 17:00");
    stage.run();
    assert_eq!((t_of(&stage), stage.last()), ("2026-02-04".into(), "recharge.completed"));
    let used = (counted(&stage, "2026-02-03"), counted(&stage, "2026-02-04"));
    assert_eq!(used, ("0.00".into(), "1000.00".into()));

    let shut = closed_on(money_fund(), "2026-02-04", Stops::Purchase);
    let mut stage = stage_of(shut, "02-03 14:50");
    stage.request(request(), asked());
    paid_late(&mut stage, "02-03 14:55", "02-03 14:54");
    stage.now = at("02-03 17:00");
    stage.run();
    assert_eq!(stage.last(), "recharge.rolled_back", "{}", stage.text());
    assert_eq!(stage.count("payment.refunded"), 1);
}

#[test]
fn what_the_registrar_takes_too_late_is_taken_back_whoever_dies_in_the_middle_of_it() {
    let shut = || closed_on(money_fund(), "2026-02-04", Stops::Purchase);
    for (fund, only_today) in [(money_fund as fn() -> _, true), (shut, false)] {
        let late = |fuse| {
            let mut stage = stage_of(fund(), "02-03 14:50");
            stage.request(Request { only_today, ..request() }, asked());
            paid_late(&mut stage, "02-03 14:55", "02-03 14:54");
            stage.now = at("02-03 17:00");
            stage.fuse = fuse;
            stage.run();
            stage
        };
        let undisturbed = late(None);
        assert_eq!(undisturbed.last(), "recharge.rolled_back", "{}", undisturbed.text());
        for fuse in 0..12 {
            let stage = late(Some(fuse));
            let text = format!("{only_today} {fuse}\n{}", stage.text());
            assert_eq!(stage.last(), "recharge.rolled_back", "{text}");
            assert_eq!(stage.count("payment.refunded"), 1, "{text}");
        }
    }
}

/// 4,500 yuan of 5,000 count on that T, and one order more makes the manager refuse all of it.
fn refused_day(stage: &mut Stage<Recharge>, day: &str) {
    let cap = DayMax { amount: "5000".parse().unwrap(), on_excess: ExcessPolicy::RejectAllOfDay };
    for (id, yuan) in [("OTHER", "4500"), ("EXCESS", "501")] {
        let (transaction, amount) = (id.parse().unwrap(), yuan.parse().unwrap());
        let count = day_limit::Command::Count { transaction, amount, cap: Some(cap) };
        stage.given(&limit(day), &count);
    }
}

#[test]
fn a_request_of_a_day_that_was_refused_as_a_whole_is_refused_and_stores_nothing() {
    let mut stage = stage_of(capped("5000", ExcessPolicy::RejectAllOfDay), "02-03 10:00");
    refused_day(&mut stage, "2026-02-03");
    let events = stage.events.len();
    let said = refused(&stage.request(request(), asked()));
    assert_eq!(
        said,
        "fund 000730 takes no more orders of 2026-02-03: all of them are refused since one exceeded the day's limit"
    );
    assert_eq!(stage.events.len(), events);
}

#[test]
fn money_that_exceeds_the_limit_of_a_later_t_takes_the_day_with_it_where_the_manager_says_so() {
    let mut stage = stage_of(capped("5000", ExcessPolicy::RejectAllOfDay), "02-03 14:50");
    count(&mut stage, "2026-02-04", "4500");
    stage.request(request(), asked());
    paid_late(&mut stage, "02-03 15:10", "02-03 15:00");
    stage.run();
    assert_eq!(stage.last(), "recharge.rolled_back", "{}", stage.text());
    assert_eq!(counted(&stage, "2026-02-04"), "0.00");
    stage.now = at("02-04 10:00");
    let said = refused(&stage.request_as("TX-2", request(), asked()));
    assert!(said.contains("takes no more orders of 2026-02-04"), "{said}");
}

#[test]
fn what_the_registrar_has_already_is_taken_back_where_the_later_t_lets_in_a_part() {
    let mut stage = stage_of(capped("5000", ExcessPolicy::AcceptUpToLimit), "02-03 14:50");
    count(&mut stage, "2026-02-04", "4500");
    stage.request(request(), asked());
    paid_late(&mut stage, "02-03 14:55", "02-03 14:54");
    stage.now = at("02-03 17:00");
    stage.run();
    assert_eq!(stage.last(), "recharge.rolled_back", "{}", stage.text());
    assert_eq!(stage.wallet().available().to_string(), "0.00");
    assert_eq!(stage.count("payment.refunded"), 1);
    assert_eq!(stage.look().failure.unwrap().code.as_ref(), "above_day_limit");
    assert_eq!(counted(&stage, "2026-02-04"), "4500.00");
}
