//! A person leaves a row whose call nobody heard of. Whatever a bank did by that call is found: it is asked until
//! its word is known, and nothing is sent once more.

use crate::{
    audited, fast_withdraw,
    outside::Fate,
    recharge,
    stage::{Stage, at},
    tampered,
};
use fundflow_runtime::{
    message::{Action, Reply},
    process::Disposition,
    saga::Saga,
};

/// What becomes of the call before the person leaves.
#[derive(Debug, Clone, Copy)]
enum End {
    /// No answer in time.
    Unknown,
    /// The process dies while it is under way.
    Died,
    /// It is under way still.
    UnderWay,
}

const ALL: [End; 3] = [End::Unknown, End::Died, End::UnderWay];

fn skip<S: Saga>(stage: &mut Stage<S>) {
    let reply = stage.act(Action::SkipToLanding { reason: "not known there".into() });
    assert!(matches!(reply, Reply::Acted), "{reply:?} {}", stage.text());
}

/// Its row is left; of its call, which arrives or does not, nobody has heard.
fn left<S: Saga>(mut stage: Stage<S>, name: &str, end: End, arrives: bool) -> Stage<S> {
    let fate = if arrives { Fate::Unheard } else { Fate::Lost };
    match end {
        End::Unknown => {
            stage.outside.fate(name, [fate]);
            stage.settle();
        }
        End::Died => {
            stage.dies(arrives);
            // Nobody answers the next process either.
            stage.in_flight.clear();
        }
        End::UnderWay => stage.outside.fate(name, [fate]),
    }
    skip(&mut stage);
    stage
}

/// A week passes. The process dies before the append of that number.
fn a_week_later<S: Saga>(mut stage: Stage<S>, name: &str, dies: Option<usize>) -> Stage<S> {
    let call = format!("call {name}");
    let sent = stage.lines.iter().filter(|line| **line == call).count();
    stage.fuse = dies;
    let later = stage.now.plus_millis(7 * 24 * 3_600_000);
    stage.settle();
    while stage.runner.next_timer().is_some_and(|due| due <= later) {
        stage.ring();
        stage.settle();
    }
    let again = stage.lines.iter().filter(|line| **line == call).count();
    assert_eq!(again, sent, "{name} is sent once more\n{}", stage.text());
    let look = stage.look();
    assert!(look.finished && look.parked.is_none(), "{:?}\n{}", look.waits, stage.text());
    stage
}

fn recharging() -> Stage<fundflow_sagas::recharge::Recharge> {
    let mut stage = recharge::stage("02-03 10:00");
    stage.request(recharge::request(), recharge::asked());
    stage
}

fn cashing() -> Stage<fundflow_sagas::fast_withdraw::FastWithdraw> {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage
}

/// Every end, whether the call arrives, and every append before which the process dies.
fn ways() -> impl Iterator<Item = (End, bool, Option<usize>)> {
    let dies = || std::iter::once(None).chain((0..8).map(Some));
    let arrives = move |end| [true, false].into_iter().map(move |it| (end, it));
    let all = ALL.into_iter().flat_map(arrives);
    all.flat_map(move |(end, arrives)| dies().map(move |dies| (end, arrives, dies)))
}

#[test]
fn a_charge_whose_row_a_person_left_is_asked_about_and_goes_back() {
    for (end, arrives, dies) in ways() {
        let stage = left(recharging(), "mmf.pay", end, arrives);
        let stage = a_week_later(stage, "mmf.pay", dies);
        let text = format!("{end:?} arrives: {arrives} dies: {dies:?}\n{}", stage.text());
        let [came, declined] = [usize::from(arrives), usize::from(!arrives)];
        assert_eq!(stage.count("payment.receipt_unapplied"), came, "{text}");
        assert_eq!(stage.count("payment.refunded"), came, "{text}");
        assert_eq!(stage.count("payment.declined"), declined, "{text}");
        assert_eq!(stage.count("recharge.rolled_back"), 1, "{text}");
    }
}

#[test]
fn cash_whose_row_a_person_left_is_asked_about_and_has_its_case() {
    for (end, arrives, dies) in ways() {
        let stage = left(cashing(), "transfer.out", end, arrives);
        let mut stage = a_week_later(stage, "transfer.out", dies);
        let text = format!("{end:?} arrives: {arrives} dies: {dies:?}\n{}", stage.text());
        assert_eq!(stage.count("case.opened"), usize::from(arrives), "{text}");
        assert_eq!(stage.count("fast_withdraw.disputed"), usize::from(arrives), "{text}");
        let free = if arrives { "2000" } else { "12000" };
        assert_eq!(stage.wallet().available(), free.parse().unwrap(), "{text}");
        stage.crash();
        assert!(stage.look().finished && stage.in_flight.is_empty(), "{text}");
    }
}

#[test]
fn cash_of_which_a_person_said_that_none_will_come_is_asked_about_all_the_same() {
    for arrives in [true, false] {
        let mut stage = cashing();
        let fate = if arrives { Fate::Unheard } else { Fate::Lost };
        stage.outside.fate("transfer.out", [fate]);
        stage.settle();
        assert!(matches!(stage.abandon_with(Disposition::Refund), Reply::Acted));
        let stage = a_week_later(stage, "transfer.out", None);
        assert_eq!(stage.count("case.opened"), usize::from(arrives), "{}", stage.text());
    }
}

#[test]
fn that_it_never_got_a_charge_is_no_last_word_for_an_hour_after_its_row_was_left() {
    let mut stage = left(recharging(), "mmf.pay", End::Unknown, false);
    stage.clock("02-03 10:59");
    assert_eq!(stage.count("payment.declined"), 0, "{}", stage.text());
    assert!(!stage.look().finished, "{}", stage.text());
    stage.clock("02-03 11:02");
    assert_eq!(stage.count("payment.declined"), 1, "{}", stage.text());
    assert!(stage.look().finished, "{}", stage.text());
}

#[test]
fn a_bank_that_says_nothing_of_what_was_left_calls_a_person_the_day_after_and_is_asked_on() {
    for name in ["mmf.pay", "transfer.out"] {
        let waits = |down: &mut std::collections::BTreeSet<String>| down.insert(name.to_owned());
        let parked = if name == "mmf.pay" {
            let mut stage = recharging();
            waits(&mut stage.outside.down);
            silent(left(stage, name, End::Unknown, true))
        } else {
            let mut stage = cashing();
            waits(&mut stage.outside.down);
            silent(left(stage, name, End::Unknown, true))
        };
        assert_eq!(parked, Some(("bank at last".to_owned(), "timeout".to_owned())));
    }
}

/// Where it is parked when the next day's cut-off is over. Then the bank speaks.
fn silent<S: Saga>(mut stage: Stage<S>) -> Option<(String, String)> {
    stage.clock("02-04 14:59");
    assert_eq!(stage.parked(), None, "{}", stage.text());
    stage.clock("02-04 15:01");
    let parked = stage.parked();
    stage.outside.down.clear();
    let later = at("02-11 10:00");
    while stage.runner.next_timer().is_some_and(|due| due <= later) {
        stage.ring();
        stage.settle();
    }
    assert!(stage.look().finished, "{}", stage.text());
    parked
}

/// What goes back of a receipt that nobody wants is that receipt.
#[test]
fn a_receipt_of_another_sum_than_went_back_of_it_is_named_by_the_audit() {
    let stage = a_week_later(left(recharging(), "mmf.pay", ALL[0], true), "mmf.pay", None);
    let named = |log: &[_]| audited::is_named(&audited::report(log, stage.kinds()));
    assert!(!named(&stage.events), "{}", stage.text());
    let unapplied = "payment.receipt_unapplied";
    let log = tampered::with(&stage.events, unapplied, "/receipt/amount", "90000.00");
    assert!(named(&log));
}
