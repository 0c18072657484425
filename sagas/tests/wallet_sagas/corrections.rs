//! Records that the registrar corrects or takes back, before the end and after it: what was booked is
//! reversed and posted anew.

use crate::{
    fast_withdraw,
    outside::{purchased, record, redeemed},
    recharge,
    stage::{Stage, order},
    withdraw,
};
use fundflow_domain::{
    application::{FastTransferConfirmed, Outcome},
    case::{CaseId, Closing, How},
    ids::ApplicationNo,
    text::Text,
};
use fundflow_runtime::{message::Reply, saga::Saga};
use fundflow_sagas::{
    fast_withdraw as fast,
    ports::registrar::{self, ApplicationAnswer},
    recharge as put, withdraw as out,
};

fn says<S: Saga>(stage: &mut Stage<S>, name: &'static str, word: ApplicationAnswer) -> Reply {
    let reply = stage.notice(registrar::notice(&ApplicationNo::of(&order(name)), word));
    stage.run();
    reply
}

fn closing(how: How) -> Closing {
    Closing { how, by: Text::lossy("chen"), reason: Text::lossy("they said so") }
}

/// The case that was opened last.
fn case<S: Saga>(stage: &Stage<S>) -> CaseId {
    let mut opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    opened.next_back().unwrap().stream.id().parse().unwrap()
}

/// Registered, reserved, in dispute, available.
fn figures<S: Saga>(stage: &Stage<S>) -> [String; 4] {
    let wallet = stage.wallet();
    [wallet.registered(), wallet.reserved(), wallet.disputed(), wallet.available()]
        .map(|it| it.to_string())
}

fn transferred(shares: &str) -> Outcome {
    let (shares, income) = (shares.parse().unwrap(), "0".parse().unwrap());
    Outcome::FastTransfer(FastTransferConfirmed { shares, income })
}

#[test]
fn a_fast_withdrawal_goes_on_with_the_corrected_record_of_its_transfer() {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    let wrong = record("c-1", "2026-02-04", true, transferred("9000"));
    stage.outside.records.insert("transfer".into(), vec![wrong]);
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage.run();
    assert_eq!(stage.parked().unwrap().1, "does_not_add_up");
    let held = ["3000.00", "0.00", "1000.00", "2000.00"];
    assert_eq!(figures(&stage), held, "9,000 are the bank's, and it paid for 1,000 more");

    says(&mut stage, "transfer", record("c-2", "2026-02-04", true, transferred("10000")));
    assert_eq!(stage.count("application.corrected"), 1, "{}", stage.text());
    assert_eq!(stage.count("case.closed"), 1);
    assert_eq!(stage.last(), "fast_withdraw.paid_out", "{}", stage.text());
    assert_eq!(figures(&stage), ["2000.00", "0.00", "0.00", "2000.00"]);
}

#[test]
fn what_is_held_for_the_bank_is_taken_by_the_corrected_record_where_the_wallet_has_no_other() {
    let saga = fast_withdraw::saga(fast_withdraw::licensed());
    let mut stage = Stage::new(saga, "02-03 10:00");
    stage.holding("i-1", "10000");
    let wrong = record("c-1", "2026-02-04", true, transferred("3000"));
    stage.outside.records.insert("transfer".into(), vec![wrong]);
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage.run();
    assert_eq!(figures(&stage), ["7000.00", "0.00", "7000.00", "0.00"]);

    says(&mut stage, "transfer", record("c-2", "2026-02-04", true, transferred("10000")));
    assert_eq!(stage.last(), "fast_withdraw.paid_out", "{}", stage.text());
    assert_eq!(stage.count("fast_withdraw.parked"), 1, "{}", stage.text());
    assert_eq!(figures(&stage), ["0.00", "0.00", "0.00", "0.00"]);
}

#[test]
fn a_transfer_that_the_registrar_takes_back_is_waited_for_with_its_shares_reserved() {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    let wrong = record("c-1", "2026-02-04", true, transferred("9000"));
    stage.outside.records.insert("transfer".into(), vec![wrong]);
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage.run();
    let case = case(&stage);
    stage.outside.records.clear();
    stage.command(fast::Command::CloseCase { case, closing: Box::new(closing(How::Withdrawn)) });

    assert_eq!(stage.count("application.withdrawn"), 1);
    let [registered, reserved, ..] = figures(&stage);
    assert_eq!([registered.as_str(), reserved.as_str()], ["12000.00", "9000.00"]);
    stage.run();
    assert_eq!(stage.last(), "fast_withdraw.paid_out", "{}", stage.text());
    assert_eq!(figures(&stage), ["2000.00", "0.00", "0.00", "2000.00"]);
}

#[test]
fn a_hundred_times_the_shares_stand_once_a_person_accepts_them_or_are_gone_once_withdrawn() {
    let wrong = || match purchased("1000".parse().unwrap(), "0".parse().unwrap()) {
        Outcome::Purchase(mut numbers) => {
            numbers.shares = "100000".parse().unwrap();
            Outcome::Purchase(numbers)
        }
        other => panic!("{other:?}"),
    };
    for (how, registered) in [(How::Accepted, "100000.00"), (How::Withdrawn, "1000.00")] {
        let mut stage = recharge::stage("02-03 10:00");
        let first = record("c-1", "2026-02-04", true, wrong());
        stage.outside.records.insert("mmf".into(), vec![first]);
        stage.request(recharge::request(), recharge::asked());
        stage.run();
        assert_eq!(figures(&stage), ["100000.00", "0.00", "99000.00", "1000.00"], "{how:?}");

        let case = case(&stage);
        stage.outside.records.clear();
        let closing = Box::new(closing(how.clone()));
        stage.command(put::Command::CloseCase { case, closing });
        if how == How::Withdrawn {
            assert_eq!(figures(&stage), ["0.00", "0.00", "0.00", "0.00"]);
            assert!(!stage.look().open_ends.is_empty(), "the money is at the fund");
        }
        stage.run();
        assert_eq!(stage.last(), "recharge.completed", "{how:?}: {}", stage.text());
        assert_eq!(figures(&stage), [registered, "0.00", "0.00", registered], "{how:?}");
    }
}

#[test]
fn after_the_end_a_second_record_is_held_until_a_person_says_which_holds() {
    for (how, left) in [(How::Accepted, "700.00"), (How::Withdrawn, "600.00")] {
        let mut stage = withdraw::stage("02-03 10:00");
        stage.request(withdraw::request(Some("400")), withdraw::asked());
        stage.run();
        assert_eq!(stage.last(), "withdraw.paid_out");

        let second = record("c-2", "2026-02-04", true, redeemed("300".parse().unwrap(), "0"));
        says(&mut stage, "redeem", second);
        assert_eq!(figures(&stage)[0], "600.00", "{how:?}: nothing changes yet");
        let case = case(&stage);
        let closing = Box::new(closing(how.clone()));
        stage.command(out::Command::CloseCase { case, closing });
        stage.run();
        assert_eq!(figures(&stage), [left, "0.00", "0.00", left], "{how:?}: {}", stage.text());
    }
}

#[test]
fn after_the_end_more_shares_by_a_second_record_are_held_at_once() {
    let mut stage = withdraw::stage("02-03 10:00");
    stage.request(withdraw::request(Some("400")), withdraw::asked());
    stage.run();
    let second = record("c-2", "2026-02-04", true, redeemed("450".parse().unwrap(), "0"));
    says(&mut stage, "redeem", second);
    assert_eq!(figures(&stage), ["600.00", "0.00", "50.00", "550.00"]);

    let case = case(&stage);
    stage.command(out::Command::CloseCase { case, closing: Box::new(closing(How::Accepted)) });
    stage.run();
    assert_eq!(figures(&stage), ["550.00", "0.00", "0.00", "550.00"], "{}", stage.text());
}

#[test]
fn more_shares_redeemed_than_were_asked_for_are_held_until_a_person_says_that_they_left() {
    for (how, left) in [(How::Accepted, "550.00"), (How::Withdrawn, "600.00")] {
        let mut stage = withdraw::stage("02-03 10:00");
        let more = record("c-1", "2026-02-04", true, redeemed("450".parse().unwrap(), "0"));
        stage.outside.records.insert("redeem".into(), vec![more]);
        stage.request(withdraw::request(Some("400")), withdraw::asked());
        stage.run();
        assert_eq!(stage.parked().unwrap().1, "does_not_add_up");
        assert_eq!(figures(&stage), ["600.00", "0.00", "50.00", "550.00"], "{how:?}");

        let case = case(&stage);
        stage.outside.records.clear();
        let closing = Box::new(closing(how.clone()));
        stage.command(out::Command::CloseCase { case, closing });
        stage.run();
        assert_eq!(figures(&stage), [left, "0.00", "0.00", left], "{how:?}: {}", stage.text());
        assert_eq!(stage.last(), "withdraw.paid_out", "{how:?}: {}", stage.text());
    }
}

#[test]
fn a_process_that_dies_while_a_case_is_closed_books_it_once() {
    for fuse in 0..8 {
        let mut stage = withdraw::stage("02-03 10:00");
        let more = record("c-1", "2026-02-04", true, redeemed("450".parse().unwrap(), "0"));
        stage.outside.records.insert("redeem".into(), vec![more]);
        stage.request(withdraw::request(Some("400")), withdraw::asked());
        stage.run();
        let case = case(&stage);
        stage.outside.records.clear();
        stage.fuse = Some(fuse);
        let command =
            || out::Command::CloseCase { case, closing: Box::new(closing(How::Withdrawn)) };
        stage.command(command());
        stage.fuse = None;
        stage.command(command());
        stage.run();
        assert_eq!(figures(&stage), ["600.00", "0.00", "0.00", "600.00"], "dead after {fuse}");
        assert_eq!(stage.last(), "withdraw.paid_out", "dead after {fuse}: {}", stage.text());
    }
}

#[test]
fn what_a_record_accepts_less_after_the_end_goes_back() {
    let mut stage = recharge::stage("02-03 10:00");
    stage.request(recharge::request(), recharge::asked());
    stage.run();
    assert_eq!(stage.last(), "recharge.completed");

    let second = purchased("999.99".parse().unwrap(), "0.01".parse().unwrap());
    says(&mut stage, "mmf", record("c-2", "2026-02-04", true, second));
    assert_eq!(stage.count("payment.refund_requested"), 0, "nobody has said which record holds");
    let case = case(&stage);
    let closing = Box::new(closing(How::Accepted));
    stage.command(put::Command::CloseCase { case, closing });
    stage.run();
    assert_eq!(figures(&stage), ["999.99", "0.00", "0.00", "999.99"], "{}", stage.text());
    assert_eq!(stage.count("payment.refund_requested"), 1, "{}", stage.text());
    assert!(stage.look().open_ends.is_empty(), "{}", stage.text());
}
