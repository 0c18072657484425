//! Given/when/then for a payment.

use super::{Command, Event, Of, Payments, Receipt, Refusal, SentBack, Stage, Terms};
use crate::{
    decider::{Decider, replay},
    ids::PaymentNo,
    money::{Amount, Money},
    orders::{Cause, Serial, own_cause},
    testing::{each_once, given, history},
};
use chrono::NaiveDate;
use proptest::prelude::*;

fn no(text: &str) -> PaymentNo {
    text.parse().unwrap()
}

fn yuan(text: &str) -> Amount {
    text.parse().unwrap()
}

fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

fn cause(code: &str) -> Cause {
    own_cause(code, "in words")
}

fn terms() -> Terms {
    let day = NaiveDate::from_ymd_opt(2026, 2, 13).unwrap();
    Terms {
        no: no("TX-1.pay"),
        account: "acc-1".parse().unwrap(),
        amount: yuan("1000"),
        order: "TX-1.mmf".parse().unwrap(),
        trade_date: crate::calendar::TradingDay::recorded(day),
        asked_at: None,
    }
}

fn receipt(name: &str, amount: &str) -> Receipt {
    let amount: Money = amount.parse().unwrap();
    let paid_at = "2026-02-13T14:00:00+08:00".parse().unwrap();
    Receipt { no: no("TX-1.pay"), serial: serial(name), amount, paid_at }
}

fn requested() -> Command {
    Command::Request(terms())
}

fn paid(name: &str, amount: &str) -> Command {
    Command::RecordPaid(receipt(name, amount))
}

fn payback() -> Command {
    Command::SendBack(SentBack::Payback, cause("rejected"))
}

fn difference(due_to: &str, amount: &str) -> Command {
    let what = SentBack::Difference { due_to: serial(due_to), amount: yuan(amount) };
    Command::SendBack(what, cause("partly_confirmed"))
}

fn returned(refund: &str, name: &str) -> Command {
    Command::RecordReturned { no: no(refund), serial: serial(name) }
}

fn refund(nth: &str, of: Of, amount: &str, cause: Cause) -> Event {
    Event::RefundRequested { no: no(nth), of, amount: yuan(amount), cause, asked_at: None }
}

fn after(commands: impl IntoIterator<Item = Command>) -> Vec<Event> {
    history::<Payments>(commands)
}

#[test]
fn a_charge_is_announced_and_the_amount_asked_for_is_applied() {
    given::<Payments>([])
        .when(requested())
        .then([Event::Requested(Box::new(terms()))])
        .when(paid("S1", "1000"))
        .then([Event::Paid(receipt("S1", "1000"))]);
}

#[test]
fn another_amount_is_not_applied_and_goes_back() {
    let why = own_cause("amount_differs", "the amount is not the one that was asked for");
    let of = Of::Unapplied { serial: serial("S1") };

    given::<Payments>(after([requested()])).when(paid("S1", "999.99")).then([
        Event::Declined { cause: why.clone() },
        Event::ReceiptUnapplied { receipt: receipt("S1", "999.99"), cause: why.clone() },
        refund("TX-1.pay.refund1", of, "999.99", why),
    ]);
}

#[test]
fn a_second_debit_goes_back_and_leaves_the_first_alone() {
    let why = own_cause("paid_twice", "another receipt was applied already");
    let of = Of::Unapplied { serial: serial("S2") };
    let state = given::<Payments>(after([requested(), paid("S1", "1000")]))
        .when(paid("S2", "1000"))
        .then([
            Event::ReceiptUnapplied { receipt: receipt("S2", "1000"), cause: why.clone() },
            refund("TX-1.pay.refund1", of, "1000", why),
        ])
        .state();

    assert_eq!(state.payment().unwrap().left(), "1000".parse().unwrap());
}

#[test]
fn money_that_comes_after_a_decline_or_a_close_goes_back() {
    let why = own_cause("not_wanted", "the payment was over before the money came");
    for over in [Command::RecordDecline(cause("no_balance")), Command::Close(cause("cut_off"))] {
        let of = Of::Unapplied { serial: serial("S1") };
        given::<Payments>(after([requested(), over])).when(paid("S1", "1000")).then([
            Event::ReceiptUnapplied { receipt: receipt("S1", "1000"), cause: why.clone() },
            refund("TX-1.pay.refund1", of, "1000", why.clone()),
        ]);
    }
}

#[test]
fn a_closed_payment_is_outstanding_until_money_or_a_decline_comes() {
    let outstanding = |more: Vec<Command>| {
        let before = [requested(), Command::Close(cause("cut_off"))];
        let state = given::<Payments>(after(before.into_iter().chain(more))).state();
        state.payment().unwrap().is_outstanding()
    };

    assert!(outstanding(vec![]));
    assert!(!outstanding(vec![paid("S1", "1000")]));
    assert!(!outstanding(vec![Command::RecordDecline(cause("timeout"))]));
}

#[test]
fn a_payback_is_all_that_is_left_after_a_difference() {
    let of = Of::Difference { due_to: serial("C1") };
    given::<Payments>(after([requested(), paid("S1", "1000")]))
        .when(difference("C1", "250.50"))
        .then([refund("TX-1.pay.refund1", of, "250.50", cause("partly_confirmed"))])
        .when(payback())
        .then([refund("TX-1.pay.refund2", Of::Payback, "749.50", cause("rejected"))])
        .when(returned("TX-1.pay.refund1", "R1"))
        .then([Event::Refunded { no: no("TX-1.pay.refund1"), serial: serial("R1") }]);
}

#[test]
fn two_records_owe_two_differences_even_of_one_amount() {
    let of = |due_to| Of::Difference { due_to: serial(due_to) };
    given::<Payments>(after([requested(), paid("S1", "1000")]))
        .when(difference("C1", "100"))
        .then([refund("TX-1.pay.refund1", of("C1"), "100", cause("partly_confirmed"))])
        .when(difference("C2", "100"))
        .then([refund("TX-1.pay.refund2", of("C2"), "100", cause("partly_confirmed"))]);
}

#[test]
fn a_difference_may_be_all_that_is_left() {
    let of = |due_to| Of::Difference { due_to: serial(due_to) };
    given::<Payments>(after([requested(), paid("S1", "1000"), difference("C1", "400")]))
        .when(difference("C2", "600"))
        .then([refund("TX-1.pay.refund2", of("C2"), "600", cause("partly_confirmed"))]);
}

#[test]
fn what_is_sent_back_of_an_unapplied_receipt_was_requested_with_it() {
    let twice = [requested(), paid("S1", "1000"), paid("S2", "1000")];
    let again = Command::SendBack(SentBack::Unapplied(serial("S2")), cause("paid_twice"));

    given::<Payments>(after(twice)).when(again).then([]);
}

fn place(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NotRequested => 0,
        Refusal::NoRoomForRefund(_) => 1,
        Refusal::RequestedDifferently(_) => 2,
        Refusal::ForeignNumber(_) => 3,
        Refusal::EmptyReceipt(_) => 4,
        Refusal::ReceiptDiffers { .. } => 5,
        Refusal::DeclinedAfterReceipt { .. } => 6,
        Refusal::AlreadyPaid(_) => 7,
        Refusal::NothingApplied => 8,
        Refusal::UnknownReceipt(_) => 9,
        Refusal::SentBackDifferently { .. } => 10,
        Refusal::AboveWhatArrived { .. } => 11,
        Refusal::ReturnedTwice { .. } => 12,
    }
}

#[test]
fn every_refusal_has_its_case() {
    let open = || vec![requested()];
    let had = || vec![requested(), paid("S1", "1000")];
    let back =
        || vec![requested(), paid("S1", "1000"), payback(), returned("TX-1.pay.refund1", "R1")];
    let part = || vec![requested(), paid("S1", "1000"), difference("C1", "400")];
    let long = Terms { no: no(&"x".repeat(85)), ..terms() };
    let other = Terms { amount: yuan("1001"), ..terms() };
    let foreign = Receipt { no: no("TX-2.pay"), ..receipt("S1", "1000") };
    let unknown = Command::SendBack(SentBack::Unapplied(serial("S9")), cause("paid_twice"));
    let decline = Command::RecordDecline(cause("no_balance"));
    let rows = [
        (vec![], paid("S1", "1000"), "the payment was not requested"),
        (
            vec![],
            Command::Request(long),
            &format!("payment number {} leaves no room for the number of a refund", "x".repeat(85)),
        ),
        (open(), Command::Request(other), "payment TX-1.pay was already requested on other terms"),
        (open(), Command::RecordPaid(foreign), "TX-2.pay is not a number of this payment"),
        (open(), paid("S1", "0"), "receipt S1 says that 0.00 yuan arrived"),
        (had(), paid("S1", "999"), "receipt S1 was of 1000.00 yuan and now says 999.00"),
        (
            had(),
            decline,
            "receipt S1 of 1000.00 yuan arrived; a late decline (no_balance) cannot undo it",
        ),
        (
            had(),
            Command::Close(cause("late")),
            "the payment was received as S1; send it back instead of closing it",
        ),
        (open(), payback(), "no receipt of this payment was applied"),
        (had(), unknown, "no unapplied receipt of this payment has the serial S9"),
        (part(), difference("C1", "401"), "C1 already sent back 400.00 yuan, not 401.00"),
        (
            part(),
            difference("C2", "600.01"),
            "600.01 yuan cannot go back; 600.00 are left of what arrived",
        ),
        (
            back(),
            returned("TX-1.pay.refund1", "R2"),
            "refund TX-1.pay.refund1 arrived as R1 and now as R2",
        ),
    ];
    let mut places = Vec::new();
    for (before, command, says) in rows {
        let state = given::<Payments>(after(before)).state();
        let refusal = Payments::decide(&state, &command).unwrap_err();
        assert_eq!(refusal.to_string(), says);
        places.push(place(&refusal));
    }
    each_once(places, 13);
}

#[test]
fn a_decline_after_an_unapplied_receipt_contradicts_it() {
    let before = [requested(), Command::Close(cause("cut_off")), paid("S1", "1000")];

    given::<Payments>(after(before)).when(Command::RecordDecline(cause("timeout"))).then_refused(
        Refusal::DeclinedAfterReceipt {
            receipt: Box::new(receipt("S1", "1000")),
            cause: cause("timeout"),
        },
    );
}

#[test]
fn a_history_without_a_request_is_impossible() {
    assert!(replay::<Payments>(&[Event::Paid(receipt("S1", "1000"))]).is_err());
}

#[test]
fn a_history_that_sends_back_twice_under_one_number_or_for_one_reason_is_impossible() {
    let owed = |due_to: &str| Of::Difference { due_to: serial(due_to) };
    let refund = |nth: usize, due_to: &str| {
        refund(&format!("TX-1.pay.refund{nth}"), owed(due_to), "100", cause("not_accepted"))
    };
    let possible = |twice: [Event; 2]| {
        let paid = after([requested(), paid("S1", "1000")]);
        replay::<Payments>(&[paid, twice.to_vec()].concat()).is_ok()
    };
    assert!(possible([refund(1, "C1"), refund(2, "C2")]));
    assert!(!possible([refund(1, "C1"), refund(1, "C2")]));
    assert!(!possible([refund(1, "C1"), refund(2, "C1")]));
}

fn any_command() -> impl Strategy<Value = Command> {
    let name = || prop::sample::select(vec!["S1", "S2", "S3"]);
    let sum = || prop::sample::select(vec!["1000", "400", "0.01", "1000.01"]);
    let nth =
        prop::sample::select(vec!["TX-1.pay.refund1", "TX-1.pay.refund2", "TX-1.pay.refund3"]);
    prop_oneof![
        1 => Just(requested()),
        3 => (name(), sum()).prop_map(|(name, sum)| paid(name, sum)),
        1 => Just(Command::RecordDecline(cause("no_balance"))),
        1 => Just(Command::Close(cause("cut_off"))),
        1 => Just(payback()),
        2 => (name(), sum()).prop_map(|(name, sum)| difference(name, sum)),
        2 => (nth, name()).prop_map(|(nth, name)| returned(nth, name)),
    ]
}

proptest! {
    #[test]
    fn what_goes_back_never_exceeds_what_arrived(commands in prop::collection::vec(any_command(), 0..30)) {
        let mut events = after([requested()]);
        for command in commands {
            let state = replay::<Payments>(&events).unwrap();
            let Ok(decided) = Payments::decide(&state, &command) else { continue };
            events.extend(decided);
            let state = replay::<Payments>(&events).unwrap();
            prop_assert_eq!(Payments::decide(&state, &command), Ok(vec![]));
        }
        let sum = |some: &mut dyn Iterator<Item = Money>| {
            some.fold(Money::ZERO, |sum, one| sum.plus(one).unwrap())
        };
        let arrived = sum(&mut events.iter().filter_map(|event| match event {
            Event::Paid(receipt) | Event::ReceiptUnapplied { receipt, .. } => Some(receipt.amount),
            Event::Requested(_) | Event::Declined { .. } | Event::Closed { .. }
            | Event::RefundRequested { .. } | Event::Refunded { .. } => None,
        }));
        let state = replay::<Payments>(&events).unwrap();
        let payment = state.payment().unwrap();
        let back = sum(&mut payment.refunds.iter().map(|refund| refund.amount.into()));
        prop_assert_eq!(back.plus(payment.left()), Some(arrived));
        prop_assert!(matches!(payment.stage, Stage::Paid(_)) || payment.left().is_zero());
    }
}

#[test]
fn what_goes_back_says_when_it_was_asked_for() {
    let at: crate::time::Timestamp = "2026-03-20T10:00:00+08:00".parse().unwrap();
    let at_then = |command: Command| Command::At(at, Box::new(command));
    let asked = |event: Event| match event {
        Event::RefundRequested { no, of, amount, cause, .. } => {
            Event::RefundRequested { no, of, amount, cause, asked_at: Some(at) }
        }
        other => other,
    };
    let state = |events: &[Event]| {
        events
            .iter()
            .fold(super::State::Absent, |state, event| Payments::evolve(state, event).unwrap())
    };
    let requested = vec![Event::Requested(Box::new(terms()))];
    let closed = [requested, vec![Event::Closed { cause: cause("late"), at: None }]].concat();
    let late = paid("S1", "100");
    let plain = Payments::decide(&state(&closed), &late).unwrap();
    let stamped = Payments::decide(&state(&closed), &at_then(late)).unwrap();
    assert_eq!(stamped, plain.into_iter().map(asked).collect::<Vec<_>>());
    let after = state(&[closed, stamped].concat());
    assert_eq!(after.payment().unwrap().refunds[0].asked_at, Some(at));
}
