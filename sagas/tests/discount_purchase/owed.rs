//! Money that comes after the end goes back; where the bank does not take it, a person is called and can
//! steer that lane like any other.

use crate::{
    books::{self, cases},
    names::order,
    outside::{Fate, serial},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{ids::PaymentNo, modes::ConversionMode as Mode, payment::Receipt};
use fundflow_runtime::{
    message::{Action, ActionError, Reply},
    process::Disposition,
};
use fundflow_sagas::ports::bank::{ChargeAnswer, RefundAnswer, charge_notice, refund_notice};

/// The bank debits the account once more, after all is over.
fn debited_again(stage: &mut Stage) {
    let no = PaymentNo::pay(&order("mmf"));
    let receipt = Receipt {
        no: no.clone(),
        serial: serial("again"),
        amount: "1000".parse().unwrap(),
        paid_at: stage.now,
    };
    stage.notice(charge_notice(&no, ChargeAnswer::Paid(receipt)));
}

/// Completed, debited again, and the refund does not get through.
fn parked(silent: bool) -> Stage {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.run();
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"));
    if silent {
        stage.outside.down.insert("mmf.pay.refund1".to_owned());
    } else {
        stage.outside.fate("mmf.pay.refund1", [Fate::Refused]);
    }
    debited_again(&mut stage);
    stage.run();
    assert_eq!(stage.parked().map(|(row, _)| row), Some("refund payment".to_owned()));
    stage
}

fn given_up(stage: &mut Stage, end: &str) -> Reply {
    let dispositions = vec![(end.into(), Disposition::Manual)];
    stage.act(Action::Abandon { reason: "paid by cheque, ticket 4712".into(), dispositions })
}

#[test]
fn who_is_parked_after_the_end_goes_on_when_a_person_resumes() {
    for silent in [false, true] {
        let mut stage = parked(silent);
        stage.outside.down.clear();
        assert!(matches!(stage.act(Action::Resume { reason: "open again".into() }), Reply::Acted));
        stage.run();
        books::at_the_end(&stage);
        assert!(stage.has("payment.refunded"), "{}", stage.text());
    }
}

#[test]
fn what_is_owed_after_the_end_can_be_given_up_by_its_name() {
    for silent in [false, true] {
        let mut stage = parked(silent);
        let reply = stage.act(Action::Abandon { reason: "why".into(), dispositions: vec![] });
        assert!(matches!(reply, Reply::NotActed(ActionError::Refused(_))), "{reply:?}");
        assert!(matches!(given_up(&mut stage, "refund1"), Reply::Acted));
        let calls = stage.lines.iter().filter(|it| *it == "call mmf.pay.refund1").count();
        stage.run();
        assert_eq!(stage.look().finished, !silent, "{:?}", stage.look().waits);
        if silent {
            assert_eq!(stage.parked().map(|(row, _)| row), Some("bank at last".to_owned()));
            let dispositions = vec![("refund1".into(), Disposition::Suspense)];
            stage.act(Action::Abandon { reason: "the bank: never sent".into(), dispositions });
            stage.run();
        }
        let again = stage.lines.iter().filter(|it| *it == "call mmf.pay.refund1").count();
        assert_eq!(again, calls, "it is asked about, and never sent again");

        let look = stage.look();
        assert_eq!(look.ending, Some("discount_purchase.completed"), "it stays what it was");
        assert!(look.finished, "{:?}\n{}", look.waits, stage.text());
        assert_eq!(look.given_up, ["refund1".into()]);
        books::always(&stage);

        // Nothing is asked any more, and what comes next is the engine's again.
        let asked = stage.lines.len();
        debited_again(&mut stage);
        stage.run();
        assert_eq!(stage.since(asked), [""; 0]);
    }
}

#[test]
fn a_refund_that_arrives_after_a_person_took_it_over_is_named() {
    let mut stage = parked(true);
    given_up(&mut stage, "refund1");
    let payment = PaymentNo::pay(&order("mmf"));
    let refund = payment.nth_refund(1).unwrap();
    let arrived = RefundAnswer::Refunded(serial("back"));
    stage.notice(refund_notice(&payment, refund, arrived));
    stage.run();

    assert_eq!(
        crate::by_hand::cases(&stage.events),
        ["0.00 yuan (refund1) are owed by hand, where 1000.00 were named before"]
    );
    assert_eq!(cases(&stage).len(), 1);
    assert!(stage.look().finished, "{}", stage.text());
}

#[test]
fn nothing_is_given_up_where_nothing_is_owed() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.run();
    let reply = given_up(&mut stage, "refund1");
    let Reply::NotActed(ActionError::Refused(text)) = reply else { panic!("{reply:?}") };
    assert_eq!(&*text, "it has ended; a late abandonment cannot change that");
}

#[test]
fn a_receipt_to_the_second_and_one_to_the_millisecond_are_one_record() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.run();
    let no = PaymentNo::pay(&order("mmf"));
    // The applied receipt, with another amount: from a callback, and from the day file.
    for millis in [123, 0] {
        let receipt = Receipt {
            no: no.clone(),
            serial: serial("P-mmf.pay"),
            amount: "999".parse().unwrap(),
            paid_at: crate::names::at("10:00").plus_millis(millis),
        };
        let known = stage
            .state(&fundflow_kernel::streams::Key::<fundflow_domain::payment::Payments>::of(&no));
        let applied = known.payment().unwrap().applied().unwrap().serial.clone();
        let receipt = Receipt { serial: applied, ..receipt };
        stage.notice(charge_notice(&no, ChargeAnswer::Paid(receipt)));
    }
    assert_eq!(cases(&stage).len(), 1, "{}", stage.text());
}
