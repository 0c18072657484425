//! Money that a bank was asked to move, and of which nobody knows what became when a person gives the saga
//! up: the bank is asked that, nothing is sent once more, and what it says is recorded.

use crate::{fast_withdraw, outside::Fate, recharge, stage::Stage, withdraw};
use fundflow_domain::{ids::PaymentNo, payment::Receipt};
use fundflow_runtime::{process::Disposition, saga::Saga};
use fundflow_sagas::ports::bank::{ChargeAnswer, RefundAnswer, charge_notice, refund_notice};

const ALL: [Disposition; 3] = [Disposition::Refund, Disposition::Manual, Disposition::Suspense];

/// Nobody hears what became of that call, which arrives or does not, and the saga is given up.
fn given_up<S: Saga>(
    mut stage: Stage<S>,
    name: &str,
    arrives: bool,
    what: Disposition,
) -> Stage<S> {
    stage.outside.fate(name, [if arrives { Fate::Unheard } else { Fate::Lost }]);
    let call = format!("call {name}");
    stage.settle();
    while !stage.lines.contains(&call) {
        assert!(stage.ring(), "{name} is never called\n{}", stage.text());
        stage.settle();
    }
    stage.abandon_with(what);
    stage
}

/// The same; a week later.
fn unheard<S: Saga>(stage: Stage<S>, name: &str, arrives: bool, what: Disposition) -> Stage<S> {
    a_week_later(given_up(stage, name, arrives, what), name, what)
}

fn a_week_later<S: Saga>(mut stage: Stage<S>, name: &str, what: Disposition) -> Stage<S> {
    let call = format!("call {name}");
    let sent = stage.lines.iter().filter(|line| **line == call).count();
    let later = stage.now.plus_millis(7 * 24 * 3_600_000);
    stage.settle();
    while stage.runner.next_timer().is_some_and(|due| due <= later) {
        stage.ring();
        stage.settle();
    }
    let again = stage.lines.iter().filter(|line| **line == call).count();
    assert_eq!(again, sent, "{name} {what:?} is sent once more\n{}", stage.text());
    stage
}

pub(crate) fn debited_again(stage: &mut Stage<fundflow_sagas::recharge::Recharge>) {
    let payment: PaymentNo = "TX-1.mmf.pay".parse().unwrap();
    let (amount, paid_at) = ("1000".parse().unwrap(), stage.now);
    let serial = "again".parse().unwrap();
    let receipt = Receipt { no: payment.clone(), serial, amount, paid_at };
    stage.notice(charge_notice(&payment, ChargeAnswer::Paid(receipt)));
}

fn is_known<S: Saga>(stage: &Stage<S>, (name, event, not): (&str, &str, &str), arrived: bool) {
    let text = stage.text();
    assert_eq!(stage.count(event), usize::from(arrived), "{name} arrived: {arrived}\n{text}");
    assert_eq!(stage.count(not), usize::from(!arrived), "{name} arrived: {arrived}\n{text}");
    let look = stage.look();
    let waits_for_bank = look.waits.iter().any(|wait| format!("{wait:?}").contains("bank"));
    assert!(!waits_for_bank, "{name}: {:?}\n{text}", look.waits);
}

#[test]
fn what_a_bank_moved_is_known_and_what_it_never_got_is_not_sent() {
    for (what, arrives) in ALL.into_iter().flat_map(|it| [(it, true), (it, false)]) {
        let mut stage = recharge::stage("02-03 10:00");
        stage.request(recharge::request(), recharge::asked());
        let stage = unheard(stage, "mmf.pay", arrives, what);
        let row = ("charge", "payment.receipt_unapplied", "payment.declined");
        is_known(&stage, row, arrives);

        let mut stage = recharge::stage("02-03 10:00");
        stage.request(recharge::request(), recharge::asked());
        stage.settle();
        debited_again(&mut stage);
        let stage = unheard(stage, "mmf.pay.refund1", arrives, what);
        is_known(&stage, ("refund", "payment.refunded", "recharge.not_moved"), arrives);

        let mut stage = withdraw::stage("02-03 10:00");
        stage.request(withdraw::request(Some("400")), withdraw::asked());
        let stage = unheard(stage, "redeem.out", arrives, what);
        is_known(&stage, ("payout", "payout.paid_out", "payout.refused"), arrives);

        if what == Disposition::Refund {
            // The claim is left to the bank, and its money stays the engine's.
            continue;
        }
        let mut stage = fast_withdraw::stage("02-03 10:00");
        stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
        let stage = unheard(stage, "transfer.out.repay", arrives, what);
        is_known(&stage, ("repayment", "advance.repaid", "fast_withdraw.not_moved"), arrives);
    }
}

#[test]
fn that_it_never_got_a_call_is_no_last_word_while_the_call_may_be_under_way() {
    for what in ALL {
        let mut stage = recharge::stage("02-03 10:00");
        stage.request(recharge::request(), recharge::asked());
        stage.settle();
        debited_again(&mut stage);
        let name = "mmf.pay.refund1";
        let mut stage = given_up(stage, name, true, what);
        let [payment, refund] = ["mmf.pay", name].map(|it| format!("TX-1.{it}").parse().unwrap());
        stage.notice(refund_notice(&payment, refund, RefundAnswer::NotFound));
        assert_eq!(stage.count("recharge.not_moved"), 0, "{what:?}\n{}", stage.text());

        let stage = a_week_later(stage, name, what);
        is_known(&stage, ("refund", "payment.refunded", "recharge.not_moved"), true);
    }
}
