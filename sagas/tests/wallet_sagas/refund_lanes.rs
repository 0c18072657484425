//! Two refunds of one payment, of a second debit and of money that bought nothing, and a bank that says nothing of the
//! first one.

use crate::{last_word::debited_again, outside::rejected, recharge, stage::Stage, tampered};
use fundflow_runtime::message::Action;
use fundflow_sagas::recharge::Recharge;

const FIRST: &str = "mmf.pay.refund1";
const SECOND: &str = "mmf.pay.refund2";

/// The bank debits twice and does not speak of the first refund; then the registrar rejects the order.
fn silent_about_the_first(table: Option<&str>) -> Stage<Recharge> {
    let mut stage = recharge::stage("02-03 10:00");
    stage.outside.down.insert(FIRST.into());
    stage.outside.records.insert("mmf".into(), vec![rejected("0002")]);
    stage.request(recharge::request(), recharge::asked());
    if let Some(table) = table {
        stage.events = tampered::with(&stage.events, "recharge.prepared", "/table", table);
        stage.crash();
    }
    stage.settle();
    debited_again(&mut stage);
    stage.clock("02-04 18:00");
    stage
}

#[test]
fn a_refund_of_which_the_bank_says_nothing_keeps_no_other_money_back() {
    let mut stage = silent_about_the_first(None);
    let moved = stage.outside.moved();
    assert!(moved.contains(&SECOND.to_owned()), "{moved:?}\n{}", stage.text());
    assert_eq!(stage.count("payment.refunded"), 1, "{}", stage.text());
    assert_eq!(stage.look().ending, None, "the first one is still owed");
    stage.run();
    assert_eq!(stage.parked().map(|(row, _)| row).as_deref(), Some("refund payment"));

    stage.outside.down.clear();
    stage.act(Action::Resume { reason: "the bank is there again".into() });
    stage.run();
    assert_eq!(stage.count("payment.refunded"), 2, "{}", stage.text());
    assert_eq!(stage.look().ending, Some("recharge.rolled_back"), "{}", stage.text());
    let sent = |name: &str| stage.lines.iter().filter(|it| **it == format!("call {name}")).count();
    assert_eq!(sent(SECOND), 1, "{}", stage.text());
}

/// It began on a table with one lane for all refunds, whose stored retries and parkings are of whichever it is about.
#[test]
fn one_that_an_earlier_program_began_still_sends_one_at_a_time() {
    let mut stage = silent_about_the_first(Some("recharge.v1"));
    assert_eq!(stage.look().table.as_str(), "recharge.v1");
    assert_eq!(stage.count("payment.refunded"), 0, "{}", stage.text());
    stage.outside.down.clear();
    stage.run();
    assert_eq!(stage.count("payment.refunded"), 2, "{}", stage.text());
    assert_eq!(stage.look().ending, Some("recharge.rolled_back"), "{}", stage.text());
}

#[test]
fn who_dies_while_the_bank_is_silent_about_one_refund_sends_each_once() {
    let mut stage = silent_about_the_first(None);
    for arrive in [true, false] {
        stage.dies(arrive);
        stage.settle();
    }
    stage.outside.down.clear();
    stage.run();
    assert_eq!(stage.count("payment.refunded"), 2, "{}", stage.text());
    assert_eq!(stage.look().ending, Some("recharge.rolled_back"), "{}", stage.text());
}
