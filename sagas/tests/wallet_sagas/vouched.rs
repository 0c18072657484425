//! A person vouches for money that a bank was asked to move, and the bank later says otherwise: whatever was
//! said of it, and whenever the process dies, a case has the figures, or what came goes back by itself.

use crate::{
    fast_withdraw, recharge,
    stage::{Stage, at, out_no, pay_no},
    withdraw,
};
use fundflow_domain::{advance, ids::PaymentNo, orders::Cause, payment::Receipt, payout};
use fundflow_kernel::{envelope::StreamName, time::Timestamp};
use fundflow_runtime::{
    message::Reply,
    port::Payload,
    process::Disposition::{self, Manual, Refund, Suspense},
    saga::Saga,
};
use fundflow_sagas::ports::{
    advance::{AdvanceAnswer, AdvanceSaid, RepaymentAnswer, notice},
    bank::{ChargeAnswer, PayoutAnswer, RefundAnswer, charge_notice, payout_notice, refund_notice},
};

const ALL: [Disposition; 3] = [Refund, Manual, Suspense];

/// What the bank says late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Moved,
    /// Under two of its own numbers.
    Twice,
    /// Another sum than was asked for.
    Other,
}

const WORDS: [Word; 3] = [Word::Moved, Word::Twice, Word::Other];

type News = (StreamName, Payload);

/// One end, how it is reached, and how the bank speaks of it.
struct End<S: Saga> {
    name: &'static str,
    call: &'static str,
    begin: fn() -> Stage<S>,
    says: fn(&str, bool, Timestamp) -> News,
}

fn no(text: &str) -> PaymentNo {
    text.parse().unwrap()
}

fn paid(serial: &str, whole: bool, at: Timestamp) -> News {
    let amount = if whole { "1000" } else { "999" }.parse().unwrap();
    let (no, serial) = (pay_no("mmf"), serial.parse().unwrap());
    charge_notice(&no.clone(), ChargeAnswer::Paid(Receipt { no, serial, amount, paid_at: at }))
}

fn refunded(serial: &str, _: bool, _: Timestamp) -> News {
    let answer = RefundAnswer::Refunded(serial.parse().unwrap());
    refund_notice(&pay_no("mmf"), no("TX-1.mmf.pay.refund1"), answer)
}

fn paid_out(serial: &str, whole: bool, at: Timestamp) -> News {
    let amount = if whole { "400" } else { "399" }.parse().unwrap();
    let (no, serial) = (out_no("redeem"), serial.parse().unwrap());
    let transfer = payout::Transfer { no: no.clone(), serial, amount, at };
    payout_notice(&no.clone(), no, PayoutAnswer::PaidOut(transfer))
}

fn moved(serial: &str, whole: bool, at: Timestamp) -> advance::Transfer {
    let amount = if whole { "10000" } else { "9999" }.parse().unwrap();
    advance::Transfer { serial: serial.parse().unwrap(), amount, at }
}

fn advanced(serial: &str, whole: bool, at: Timestamp) -> News {
    let said = AdvanceAnswer::Advanced(moved(serial, whole, at));
    notice(&out_no("transfer"), AdvanceSaid::Advance(said))
}

fn repaid(serial: &str, whole: bool, at: Timestamp) -> News {
    let said = RepaymentAnswer::Repaid(moved(serial, whole, at));
    notice(&out_no("transfer"), AdvanceSaid::Repayment(said))
}

fn recharging() -> Stage<fundflow_sagas::recharge::Recharge> {
    let mut stage = recharge::stage("02-03 10:00");
    stage.request(recharge::request(), recharge::asked());
    stage
}

fn debited_again() -> Stage<fundflow_sagas::recharge::Recharge> {
    let mut stage = recharging();
    stage.settle();
    let again = paid("again", true, stage.now);
    stage.notice(again);
    stage
}

fn withdrawing() -> Stage<fundflow_sagas::withdraw::Withdraw> {
    let mut stage = withdraw::stage("02-03 10:00");
    stage.request(withdraw::request(Some("400")), withdraw::asked());
    stage
}

fn cashing() -> Stage<fundflow_sagas::fast_withdraw::FastWithdraw> {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage
}

/// It is called, and nobody answers.
fn called<S: Saga>(end: &End<S>) -> Stage<S> {
    let mut stage = (end.begin)();
    stage.outside.down.insert(end.call.to_owned());
    let call = format!("call {}", end.call);
    stage.settle();
    while !stage.lines.contains(&call) {
        assert!(stage.ring(), "{} is never called\n{}", end.call, stage.text());
        stage.settle();
    }
    stage
}

/// Nobody hears of its call any more, and a person gives it up, perhaps twice.
fn given_up<S: Saga>(end: &End<S>, first: Disposition, again: Option<Disposition>) -> Stage<S> {
    let mut stage = called(end);
    for what in [Some(first), again].into_iter().flatten() {
        stage.abandon_with(what);
        stage.settle();
    }
    stage
}

/// Cases, and sums that went back by themselves. A repayment whose claim is left to the bank stays on its way,
/// and arrives as the engine has sent it.
fn known<S: Saga>(stage: &Stage<S>, engines: bool) -> usize {
    let arrived = if engines { stage.count("advance.repaid") } else { 0 };
    stage.count("case.opened") + stage.count("payment.refunded") + arrived
}

fn drive<S: Saga>(end: &End<S>, fuses: std::ops::Range<usize>) {
    for first in ALL {
        for again in [None, Some(Refund), Some(Manual)].into_iter().filter(|it| *it != Some(first))
        {
            for word in WORDS {
                for fuse in std::iter::once(None).chain(fuses.clone().map(Some)) {
                    late(end, (first, again), word, fuse);
                }
            }
        }
    }
}

fn late<S: Saga>(
    end: &End<S>,
    (first, again): (Disposition, Option<Disposition>),
    word: Word,
    fuse: Option<usize>,
) {
    let mut stage = given_up(end, first, again);
    let before = stage.count("case.opened");
    stage.now = stage.now.max(at("02-05 10:00"));
    let said = stage.now;
    stage.fuse = fuse;
    let serials: &[&str] = if word == Word::Twice { &["B-1", "B-2"] } else { &["B-1"] };
    for serial in serials {
        // Whoever dies while it is heard is asked once more.
        for _ in 0..2 {
            let news = (end.says)(serial, word != Word::Other, said);
            let reply = stage.notice(news);
            assert!(!matches!(reply, Reply::NotActed(_)), "{reply:?}");
        }
    }
    stage.fuse = None;
    stage.settle();
    stage.crash();
    stage.settle();
    let text = format!("{} {first:?} {again:?} {word:?} {fuse:?}\n{}", end.name, stage.text());
    let engines = again.unwrap_or(first) == Refund;
    let news = known(&stage, engines) - before;
    assert!(news >= serials.len(), "{news} of {} are known: {text}", serials.len());
}

#[test]
fn a_late_word_on_what_a_person_vouched_for_has_a_case_or_goes_back() {
    let (call, begin) = ("mmf.pay", recharging as fn() -> _);
    drive(&End { name: "payment", call, begin, says: paid }, 0..4);
    let (call, begin) = ("mmf.pay.refund1", debited_again as fn() -> _);
    drive(&End { name: "refund1", call, begin, says: refunded }, 0..4);
    let (call, begin) = ("redeem.out", withdrawing as fn() -> _);
    drive(&End { name: "payout", call, begin, says: paid_out }, 0..4);
    let (call, begin) = ("transfer.out", cashing as fn() -> _);
    drive(&End { name: "advance", call, begin, says: advanced }, 0..4);
    let (call, begin) = ("transfer.out.repay", cashing as fn() -> _);
    drive(&End { name: "repayment", call, begin, says: repaid }, 0..4);
}

/// Kinds of the cases that these words open, which come one after the other once it is called.
#[track_caller]
fn kinds<S: Saga>(end: &End<S>, said: impl FnOnce(Timestamp) -> [News; 2]) -> Vec<String> {
    let mut stage = called(end);
    let said = said(stage.now);
    for news in said {
        stage.notice(news);
    }
    let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let opened = opened.map(|it| serde_json::from_str(&it.event.data).unwrap());
    let kind = |case: serde_json::Value| case["findings"][0]["kind"].as_str().unwrap().to_owned();
    opened.map(kind).collect()
}

/// A person reads the kind first: money that moved twice is not money of another sum.
#[test]
fn what_contradicts_a_bank_that_has_spoken_is_a_case_of_its_own_kind() {
    const TWICE: [&str; 1] = ["paid_twice"];
    const OTHER: [&str; 1] = ["paid_amount_differs"];
    const REJECTED: [&str; 1] = ["rejected_after_confirmed"];
    fn twice(says: fn(&str, bool, Timestamp) -> News) -> impl Fn(Timestamp) -> [News; 2] {
        move |at| ["B-1", "B-2"].map(|serial| says(serial, true, at))
    }
    fn other(says: fn(&str, bool, Timestamp) -> News) -> impl Fn(Timestamp) -> [News; 2] {
        move |at| [false, false].map(|whole| says("B-1", whole, at))
    }
    let cause = || Cause::new("x", "it says now");

    let (call, begin) = ("mmf.pay", recharging as fn() -> _);
    let payment = End { name: "payment", call, begin, says: paid };
    let otherwise = |at| [true, false].map(|whole| paid("B-1", whole, at));
    assert_eq!(kinds(&payment, otherwise), OTHER);
    let declined = || charge_notice(&pay_no("mmf"), ChargeAnswer::Declined(cause()));
    assert_eq!(kinds(&payment, |at| [paid("B-1", true, at), declined()]), REJECTED);

    let (call, begin) = ("mmf.pay.refund1", debited_again as fn() -> _);
    let refund = End { name: "refund1", call, begin, says: refunded };
    assert_eq!(kinds(&refund, twice(refunded)), TWICE);

    let (call, begin) = ("redeem.out", withdrawing as fn() -> _);
    let payout = End { name: "payout", call, begin, says: paid_out };
    assert_eq!(kinds(&payout, twice(paid_out)), TWICE);
    assert_eq!(kinds(&payout, other(paid_out)), OTHER);

    let (call, begin) = ("transfer.out", cashing as fn() -> _);
    let advance = End { name: "advance", call, begin, says: advanced };
    assert_eq!(kinds(&advance, twice(advanced)), TWICE);
    assert_eq!(kinds(&advance, other(advanced)), OTHER);
    let declined = AdvanceSaid::Advance(AdvanceAnswer::Declined(cause()));
    let declined = || notice(&out_no("transfer"), declined.clone());
    assert_eq!(kinds(&advance, |at| [advanced("B-1", true, at), declined()]), REJECTED);
}
