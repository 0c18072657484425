//! What a recharge stores and sends, in literals; refusals at each row, partial confirmations,
//! silence, crashes, taking back.

use crate::{
    checks::{refused, survives_every_crash},
    outside::{Fate, purchased, record, rejected},
    stage::{Stage, at, order, pay_no},
    terms::{house, investor, money_fund},
};
use fundflow_domain::{
    fund::FundTerms, ids::ApplicationNo, investor::SalesChannel, kyc::KycState, text::Text,
};
use fundflow_runtime::{
    message::{Action, Noticed, Reply},
    process::Disposition,
};
use fundflow_sagas::{
    ports::{
        bank::{ChargeAnswer, charge_notice},
        registrar,
    },
    recharge::{Asked, Command, Recharge, Request},
};

pub(crate) fn stage_of(fund: FundTerms, now: &str) -> Stage<Recharge> {
    Stage::new(Recharge { house: house(vec![fund]) }, now)
}

pub(crate) fn stage(now: &str) -> Stage<Recharge> {
    stage_of(money_fund(), now)
}

pub(crate) fn request() -> Request {
    Request {
        investor: "i-1".parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
        amount: "1000".parse().unwrap(),
        only_today: false,
        distributor: None,
    }
}

pub(crate) fn asked() -> Asked {
    let channel = SalesChannel::DirectOnline;
    Asked { investor: investor(), channel, warning_confirmed: None, at: None }
}

pub(crate) fn story(mut stage: Stage<Recharge>, request: Request) -> Stage<Recharge> {
    let reply = stage.request(request, asked());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.run();
    stage
}

#[test]
fn money_becomes_shares_that_are_in_transit_until_the_registrar_confirms_them() {
    let mut stage = stage("02-03 10:00");
    stage.request(request(), asked());
    stage.settle();
    assert_eq!(stage.wallet().in_transit().to_string(), "1000.00");
    assert_eq!(stage.wallet().available().to_string(), "0.00");
    stage.run();

    assert_eq!(
        stage.lines,
        [
            "recharge.prepared",
            "payment.requested",
            "call mmf.pay",
            "payment.paid",
            "application.placed",
            "call mmf",
            "application.accepted",
            "wallet.credited_in_transit",
            "ask mmf",
            "application.confirmed",
            "wallet.credit_confirmed",
            "recharge.completed",
        ]
    );
    assert_eq!(stage.wallet().available().to_string(), "1000.00");
    assert_eq!(stage.wallet().lots()[0].registered.to_string(), "2026-02-04");
}

#[test]
fn money_that_buys_nothing_goes_back_from_every_row() {
    let mut declined = stage("02-03 10:00");
    declined.outside.fate("mmf.pay", [Fate::Refused]);
    let declined = story(declined, request());
    assert_eq!(declined.after("payment.declined"), ["recharge.rolled_back"]);
    assert_eq!(declined.look().failure.unwrap().code.as_ref(), "0001");

    let back = [
        "payment.refund_requested",
        "call mmf.pay.refund1",
        "payment.refunded",
        "recharge.rolled_back",
    ];
    let mut front = stage("02-03 10:00");
    front.outside.fate("mmf", [Fate::Refused]);
    let front = story(front, request());
    assert_eq!(front.after("application.rejected"), back);

    let mut batch = stage("02-03 10:00");
    batch.outside.records.insert("mmf".into(), vec![rejected("0002")]);
    let batch = story(batch, request());
    let mut reversed = vec!["wallet.credit_reversed"];
    reversed.extend(back);
    assert_eq!(batch.after("application.rejected"), reversed);
    assert_eq!(batch.wallet().registered().to_string(), "0.00");
}

#[test]
fn what_the_registrar_does_not_accept_goes_back() {
    let mut stage = stage("02-03 10:00");
    let part = purchased("600".parse().unwrap(), "400".parse().unwrap());
    stage.outside.records.insert("mmf".into(), vec![record("c-1", "2026-02-04", true, part)]);
    let stage = story(stage, request());

    assert_eq!(
        stage.after("application.partly_confirmed"),
        [
            "wallet.credit_confirmed",
            "payment.refund_requested",
            "call mmf.pay.refund1",
            "payment.refunded",
            "recharge.completed",
        ]
    );
    let key =
        fundflow_kernel::streams::Key::<fundflow_domain::payment::Payments>::of(&pay_no("mmf"));
    let payment = stage.fold(&key).state;
    assert_eq!(payment.payment().unwrap().left().to_string(), "600.00");
    assert_eq!(stage.wallet().available().to_string(), "600.00");
}

#[test]
fn parts_that_come_one_after_the_other_are_one_lot() {
    let mut stage = stage("02-03 10:00");
    let part = |yuan: &str| purchased(yuan.parse().unwrap(), "0".parse().unwrap());
    let records = vec![
        record("c-1", "2026-02-04", false, part("600")),
        record("c-2", "2026-02-04", true, part("400")),
    ];
    stage.outside.records.insert("mmf".into(), records);
    let stage = story(stage, request());
    assert_eq!(stage.last(), "recharge.completed", "{}", stage.text());
    assert_eq!(stage.wallet().available().to_string(), "1000.00");
    assert_eq!(stage.count("payment.refund_requested"), 0);
}

#[test]
fn shares_that_do_not_follow_from_the_money_open_a_case() {
    let mut stage = stage("02-03 10:00");
    let wrong = match purchased("1000".parse().unwrap(), "0".parse().unwrap()) {
        fundflow_domain::application::Outcome::Purchase(numbers) => {
            let shares = "100000".parse().unwrap();
            let numbers = fundflow_domain::application::PurchaseConfirmed { shares, ..numbers };
            fundflow_domain::application::Outcome::Purchase(numbers)
        }
        other => panic!("{other:?}"),
    };
    stage.outside.records.insert("mmf".into(), vec![record("c-1", "2026-02-04", true, wrong)]);
    let stage = story(stage, request());

    assert_eq!(stage.parked().unwrap(), ("confirm buy".into(), "does_not_add_up".into()));
    assert_eq!(stage.count("case.opened"), 1);
    let wallet = stage.wallet();
    let figures = [wallet.registered(), wallet.disputed(), wallet.available()];
    assert_eq!(figures.map(|it| it.to_string()), ["100000.00", "99000.00", "1000.00"]);
}

#[test]
fn money_of_ours_that_an_account_does_not_take_goes_to_another_of_the_same_name() {
    let mut stage = stage("02-03 10:00");
    let less = purchased("1000".parse().unwrap(), "0".parse().unwrap());
    let fundflow_domain::application::Outcome::Purchase(mut numbers) = less else { panic!() };
    numbers.shares = "990".parse().unwrap();
    let less = fundflow_domain::application::Outcome::Purchase(numbers);
    stage.outside.records.insert("mmf".into(), vec![record("c-1", "2026-02-04", true, less)]);
    let mut stage = story(stage, request());
    let redirect = || Command::Redirect {
        account: "acc-2".parse().unwrap(),
        own_name: true,
        reason: "the old card was closed".into(),
    };
    let early = refused(&stage.command(redirect()));
    assert!(early.starts_with("nothing is being paid out"), "{early}");

    let opened = stage.events.iter().find(|it| &*it.event.event_type == "case.opened").unwrap();
    let case: fundflow_domain::case::CaseId = opened.stream.id().parse().unwrap();
    let how = fundflow_domain::case::How::PaidByUs { amount: "5".parse().unwrap() };
    let (by, reason) = (Text::lossy("chen"), Text::lossy("ours"));
    let closing = fundflow_domain::case::Closing { how, by, reason };
    stage.outside.fate(&format!("case-{case}.out"), [Fate::Refused]);
    let reply = stage.command(Command::CloseCase { case, closing: Box::new(closing) });
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage.run();
    assert_eq!(stage.parked().unwrap().0, "compensation refused", "{}", stage.text());
    assert!(matches!(stage.command(redirect()), Reply::Acted));
    stage.run();
    assert!(stage.look().finished, "{}", stage.text());
    assert_eq!(stage.count("payout.paid_out"), 1);
}

#[test]
fn every_refusal_of_a_request_is_a_sentence_and_stores_nothing() {
    let mut bond = money_fund();
    bond.kind = fundflow_domain::fund::FundKind::Bond;
    let rows = [
        (
            bond,
            request(),
            asked(),
            "fund 000730 is a bond fund and cannot be the wallet; a money-market fund can",
        ),
        (
            money_fund(),
            Request { amount: "99".parse().unwrap(), ..request() },
            asked(),
            "amount 99.00 is below the minimum of 100.00 for fund 000730",
        ),
        (
            money_fund(),
            Request { fund: "999999".parse().unwrap(), ..request() },
            asked(),
            "the catalogue has no terms of fund 999999 for that day",
        ),
        (
            money_fund(),
            request(),
            Asked {
                investor: fundflow_domain::investor::InvestorProfile {
                    kyc: KycState::Unverified,
                    ..investor()
                },
                ..asked()
            },
            "an investor who is unverified cannot buy; a verified one can",
        ),
    ];
    for (fund, request, asked, says) in rows {
        let mut stage = stage_of(fund, "02-03 10:00");
        assert_eq!(refused(&stage.request(request, asked)), says);
        assert_eq!(stage.events.len(), 0);
    }
}

#[test]
fn who_holds_shares_may_add_less_than_the_first_minimum() {
    let small = Request { amount: "10".parse().unwrap(), ..request() };
    let mut first = stage("02-03 10:00");
    refused(&first.request(small.clone(), asked()));
    let mut more = stage("02-03 10:00");
    more.holding("i-1", "1");
    assert!(matches!(more.request(small, asked()), Reply::Placed { .. }));
}

#[test]
fn the_same_request_again_is_free_and_another_one_is_named() {
    let mut stage = story(stage("02-03 10:00"), request());
    let before = stage.events.len();
    let reply = stage.request(request(), asked());
    let Reply::Placed { ending: Some(ending), .. } = reply else { panic!("{reply:?}") };
    assert_eq!(ending.as_ref(), "recharge.completed");
    let other = Request { only_today: true, amount: "999".parse().unwrap(), ..request() };
    let said = refused(&stage.request(other, asked()));
    assert!(said.ends_with("it differs in amount, only_today"), "{said}");
    assert_eq!(stage.events.len(), before);
}

#[test]
fn everything_heard_twice_is_heard_once_and_a_second_debit_goes_back() {
    let mut stage = story(stage("02-03 10:00"), request());
    let before = stage.events.len();
    let mmf = ApplicationNo::of(&order("mmf"));
    let key = fundflow_kernel::streams::Key::<fundflow_domain::application::Applications>::of(&mmf);
    let application = stage.fold(&key).state;
    let said = application.application().unwrap().confirmations().last().unwrap().clone();
    let again = registrar::ApplicationAnswer::Confirmed(Box::new(said));
    let reply = stage.notice(registrar::notice(&mmf, again));
    assert!(matches!(reply, Reply::Noticed(Noticed::Repeated)), "{reply:?}");
    let receipt = |serial: &str| fundflow_domain::payment::Receipt {
        no: pay_no("mmf"),
        serial: serial.parse().unwrap(),
        amount: "1000".parse().unwrap(),
        paid_at: at("02-03 10:00"),
    };
    let paid = |serial| charge_notice(&pay_no("mmf"), ChargeAnswer::Paid(receipt(serial)));
    let reply = stage.notice(paid("mmf.pay.1"));
    assert!(matches!(reply, Reply::Noticed(Noticed::Repeated)), "{reply:?}");
    assert_eq!(stage.events.len(), before);

    stage.notice(paid("twice"));
    stage.run();
    assert_eq!(stage.count("payment.refunded"), 1, "{}", stage.text());
}

#[test]
fn silence_is_asked_about_and_nothing_is_done_twice() {
    let mut stage = stage("02-03 10:00");
    stage.outside.fate("mmf.pay", [Fate::Lost, Fate::Unheard]);
    stage.outside.fate("mmf", [Fate::Unheard]);
    let stage = story(stage, request());
    assert_eq!(stage.last(), "recharge.completed", "{}", stage.text());
    assert_eq!(stage.lines.iter().filter(|it| *it == "call mmf").count(), 1);
}

#[test]
fn a_process_that_dies_before_any_append_ends_the_same_way() {
    survives_every_crash(|fuse| {
        let mut stage = stage("02-03 10:00");
        let part = purchased("600".parse().unwrap(), "400".parse().unwrap());
        stage.outside.records.insert("mmf".into(), vec![record("c-1", "2026-02-04", true, part)]);
        stage.fuse = fuse;
        for _ in 0..2 {
            stage.request(request(), asked());
            stage.run();
        }
        stage
    });
}

#[test]
fn until_the_cut_off_it_can_be_taken_back_and_the_money_goes_back() {
    let mut paid = stage("02-03 10:00");
    paid.request(request(), asked());
    paid.settle();
    assert!(matches!(paid.command(Command::Cancel { at: at("02-03 10:00") }), Reply::Acted));
    paid.run();
    assert_eq!(
        paid.after("recharge.cancel_asked"),
        [
            "call mmf.cancel",
            "application.cancelled",
            "wallet.credit_reversed",
            "payment.refund_requested",
            "call mmf.pay.refund1",
            "payment.refunded",
            "recharge.rolled_back",
        ]
    );

    let mut unpaid = stage("02-03 10:00");
    unpaid.request(request(), asked());
    unpaid.command(Command::Cancel { at: at("02-03 10:00") });
    unpaid.run();
    assert_eq!(unpaid.last(), "recharge.rolled_back", "{}", unpaid.text());
    assert_eq!(unpaid.count("application.placed"), 0, "what is not placed is not placed any more");
    assert_eq!(unpaid.count("payment.refunded"), 1);

    let mut late = stage("02-03 10:00");
    late.request(request(), asked());
    late.settle();
    late.now = at("02-03 15:00");
    let said = refused(&late.command(Command::Cancel { at: at("02-03 14:59") }));
    assert!(said.contains("only before 2026-02-03T15:00:00+08:00"), "{said}");
    late.run();
    assert_eq!(
        refused(&late.command(Command::Cancel { at: at("02-03 14:59") })),
        "it is over: completed; it could be taken back only before 2026-02-03T15:00:00+08:00"
    );
}

#[test]
fn who_gives_up_has_shares_in_transit_until_the_word_comes_and_a_person_can_take_them_back() {
    let mut stage = stage("02-03 10:00");
    stage.request(request(), asked());
    stage.settle();
    let ends: Vec<String> =
        stage.look().open_ends.iter().map(|end| format!("{} {}", end.name, end.worth)).collect();
    assert_eq!(ends, ["money_fund 1000.00"]);
    stage.abandon();
    assert_eq!(stage.wallet().in_transit().to_string(), "1000.00");
    stage.abandon_with(Disposition::Refund);
    assert_eq!(stage.wallet().in_transit().to_string(), "0.00");

    stage.now = at("02-04 09:00");
    let all = purchased("1000".parse().unwrap(), "0".parse().unwrap());
    let late = record("c-1", "2026-02-04", true, all);
    let reply = stage.notice(registrar::notice(&ApplicationNo::of(&order("mmf")), late));
    assert!(matches!(reply, Reply::Noticed(Noticed::Contradicted(_))), "{reply:?}");
    assert_eq!(stage.count("case.opened"), 1);
    let wallet = stage.wallet();
    let figures = [wallet.registered(), wallet.disputed(), wallet.available()];
    assert_eq!(figures.map(|it| it.to_string()), ["1000.00", "1000.00", "0.00"]);
}

#[test]
fn an_operator_closes_what_the_bank_never_answers_and_late_money_goes_back() {
    let mut stage = stage("02-03 10:00");
    stage.request(request(), asked());
    stage.act(Action::SkipToLanding { reason: "the bank is gone".into() });
    assert_eq!(stage.last(), "recharge.rolled_back", "{}", stage.text());
    stage.run();
    assert_eq!(stage.count("payment.refunded"), 1, "{}", stage.text());
}
