//! Whoever is resumed before the case on a record is closed gets the same answer again: it parks with that
//! case, asks no more, and goes on once the case is closed.

use crate::{
    fast_withdraw,
    outside::{purchased, record, redeemed},
    recharge,
    stage::Stage,
    withdraw,
};
use fundflow_domain::{
    application::{FastTransferConfirmed, Outcome},
    case::{CaseId, Closing, How},
    ids::PaymentNo,
    orders::Serial,
    payment::Receipt,
    text::Text,
};
use fundflow_runtime::{
    message::{Action, Reply},
    saga::Saga,
};
use fundflow_sagas::{
    fast_withdraw::{Command as Fast, FastWithdraw},
    ports::{
        bank::{BankAnswer, ChargeAnswer, RefundAnswer, charge_notice},
        registrar::ApplicationAnswer,
    },
    recharge::{Command as In, Recharge},
    withdraw::{Command as Out, Withdraw},
};

fn shares(outcome: Outcome, instead: &str) -> Outcome {
    match outcome {
        Outcome::Purchase(numbers) => {
            let shares = instead.parse().unwrap();
            Outcome::Purchase(fundflow_domain::application::PurchaseConfirmed { shares, ..numbers })
        }
        other => panic!("{other:?}"),
    }
}

fn wrong_purchase() -> ApplicationAnswer {
    let bought = purchased("1000".parse().unwrap(), "0".parse().unwrap());
    record("c-1", "2026-02-04", true, shares(bought, "999"))
}

fn recharged() -> Stage<Recharge> {
    let mut stage = recharge::stage("02-03 10:00");
    stage.outside.records.insert("mmf".into(), vec![wrong_purchase()]);
    recharge::story(stage, recharge::request())
}

fn withdrawn() -> Stage<Withdraw> {
    let mut stage = withdraw::stage("02-03 10:00");
    let part = record("c-1", "2026-02-04", true, redeemed("400".parse().unwrap(), "0.04"));
    stage.outside.records.insert("redeem".into(), vec![part]);
    withdraw::story(stage, withdraw::request(Some("400")))
}

fn advanced(name: &str, on: &str, outcome: Outcome) -> Stage<FastWithdraw> {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    stage.outside.records.insert(name.into(), vec![record("c-1", on, true, outcome)]);
    let reply = stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.run();
    stage
}

fn open_case<S: Saga>(stage: &Stage<S>) -> CaseId {
    let opened = stage.events.iter().find(|it| &*it.event.event_type == "case.opened");
    opened.unwrap().stream.id().parse().unwrap()
}

fn parks_again<S: Saga>(
    mut stage: Stage<S>,
    (order, row): (&str, &str),
    close: fn(CaseId, Box<Closing>) -> S::Command,
) where
    S::Command: 'static,
{
    let case = open_case(&stage);
    for _ in 0..3 {
        let asked = |stage: &Stage<S>| {
            let asks = [format!("ask {order}"), format!("call {order}")];
            stage.lines.iter().filter(|line| asks.contains(line)).count()
        };
        let before = asked(&stage);
        stage.act(Action::Resume { reason: "look again".into() });
        stage.run();
        let (at, why) = stage.look().parked.unwrap();
        let expected = format!("what was said is in dispute; close case {case} first");
        assert_eq!((&*at, &*why.code, &*why.text), (row, "does_not_add_up", &*expected));
        assert_eq!(asked(&stage), before + 1, "{order} asks once\n{}", stage.text());
    }
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    stage.command(close(case, Box::new(Closing { how: How::Accepted, by, reason })));
    stage.run();
    let look = stage.look();
    assert!(look.finished, "{order}: {:?} {:?}\n{}", look.parked, look.waits, stage.text());
}

#[test]
fn a_record_in_dispute_that_is_repeated_parks_with_its_case_until_that_is_closed() {
    parks_again(recharged(), ("mmf", "confirm buy"), |case, closing| In::CloseCase {
        case,
        closing,
    });
    parks_again(withdrawn(), ("redeem", "confirm redemption"), |case, closing| Out::CloseCase {
        case,
        closing,
    });
    let fast: [(&str, &str, &str, Outcome); 2] = [
        ("transfer", "confirm transfer", "2026-02-04", {
            let (shares, income) = ("10000".parse().unwrap(), "0.40".parse().unwrap());
            Outcome::FastTransfer(FastTransferConfirmed { shares, income })
        }),
        ("redeem", "confirm redemption", "2026-02-05", redeemed("10000".parse().unwrap(), "0.40")),
    ];
    for (order, row, on, outcome) in fast {
        let stage = advanced(order, on, outcome);
        parks_again(stage, (order, row), |case, closing| Fast::CloseCase { case, closing });
    }
}

/// An answer to a lane beside the table says nothing of the record: the lane asks on.
#[test]
fn a_refund_whose_bank_repeats_itself_is_asked_for_again_while_a_record_is_in_dispute() {
    let mut stage = recharged();
    assert_eq!(stage.parked().unwrap().0, "confirm buy");
    let payment: PaymentNo = "TX-1.mmf.pay".parse().unwrap();
    let debited = |stage: &mut Stage<Recharge>, serial: &str| {
        let (amount, paid_at) = ("1000".parse().unwrap(), stage.now);
        let serial: Serial = serial.parse().unwrap();
        let receipt = Receipt { no: payment.clone(), serial, amount, paid_at };
        stage.notice(charge_notice(&payment, ChargeAnswer::Paid(receipt)));
    };
    debited(&mut stage, "again-1");
    stage.settle();
    debited(&mut stage, "again-2");
    // It says once more what it said of the first.
    let first = payment.nth_refund(1).unwrap();
    let said = RefundAnswer::Refunded("mmf.pay.refund1.1".parse().unwrap());
    stage.answer("mmf.pay.refund2", BankAnswer::Refund(first, said));
    let rows: Vec<String> = stage
        .events
        .iter()
        .filter(|it| it.event.event_type.ends_with(".parked"))
        .map(|it| it.event.data.to_string())
        .collect();
    assert!(rows.iter().all(|row| !row.contains("refund payment")), "{rows:?}");
    let later = stage.now.plus_millis(3_600_000);
    while stage.runner.next_timer().is_some_and(|due| due <= later) {
        stage.ring();
        stage.settle();
    }
    assert_eq!(stage.count("payment.refunded"), 2, "{}", stage.text());
    assert!(!stage.look().finished && stage.parked().unwrap().0 == "confirm buy");
}
