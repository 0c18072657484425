//! Given/when/then for a payout.

use super::{Command, Event, Payouts, Refusal, Stage, Terms, Transfer};
use crate::{
    calendar::TradingDay,
    decider::{Decider, replay},
    ids::PaymentNo,
    orders::{Cause, own_cause},
    testing::{each_once, given, history},
};
use chrono::NaiveDate;
use proptest::prelude::*;

fn no(text: &str) -> PaymentNo {
    text.parse().unwrap()
}

fn cause(code: &str) -> Cause {
    own_cause(code, "in words")
}

fn terms() -> Terms {
    Terms {
        no: no("TX-1.out"),
        account: "acc-1".parse().unwrap(),
        amount: "500".parse().unwrap(),
        order: "TX-1.redeem".parse().unwrap(),
        due: TradingDay::recorded(NaiveDate::from_ymd_opt(2026, 2, 25).unwrap()),
        asked_at: None,
        compensates: None,
        record: None,
    }
}

fn transfer(attempt: &str, serial: &str, amount: &str) -> Transfer {
    Transfer {
        no: no(attempt),
        serial: serial.parse().unwrap(),
        amount: amount.parse().unwrap(),
        at: "2026-02-25T09:30:00+08:00".parse().unwrap(),
    }
}

fn requested() -> Command {
    Command::Request(terms())
}

fn paid(attempt: &str, serial: &str, amount: &str) -> Command {
    Command::RecordPaidOut(transfer(attempt, serial, amount))
}

fn refused(attempt: &str) -> Command {
    Command::RecordRefusal(no(attempt), cause("account_closed"))
}

fn redirect(after: &str, account: &str) -> Command {
    let account = account.parse().unwrap();
    Command::Redirect { after: no(after), account, reason: cause("new_card") }
}

fn after(commands: impl IntoIterator<Item = Command>) -> Vec<Event> {
    history::<Payouts>(commands)
}

#[test]
fn a_closed_account_is_followed_by_another_under_a_number_of_its_own() {
    let state = given::<Payouts>([])
        .when(requested())
        .then([Event::Requested(Box::new(terms()))])
        .when(refused("TX-1.out"))
        .then([Event::Refused { no: no("TX-1.out"), cause: cause("account_closed") }])
        .when(redirect("TX-1.out", "acc-2"))
        .then([Event::Redirected {
            after: no("TX-1.out"),
            no: no("TX-1.out.2"),
            account: "acc-2".parse().unwrap(),
            reason: cause("new_card"),
            asked_at: None,
        }])
        .when(paid("TX-1.out.2", "S1", "500"))
        .then([Event::PaidOut(transfer("TX-1.out.2", "S1", "500"))])
        .state();

    let payout = state.payout().unwrap();
    assert_eq!(payout.paid(), Some(&transfer("TX-1.out.2", "S1", "500")));
    assert_eq!(payout.earlier[0].stage, Stage::Refused(cause("account_closed")));
}

#[test]
fn a_redirection_that_is_repeated_after_the_next_refusal_starts_no_third_attempt() {
    let way =
        [requested(), refused("TX-1.out"), redirect("TX-1.out", "acc-2"), refused("TX-1.out.2")];

    given::<Payouts>(after(way)).when(redirect("TX-1.out", "acc-2")).then([]);
}

#[test]
fn a_history_that_answers_an_attempt_not_under_way_is_impossible() {
    let asked = || Event::Requested(Box::new(terms()));
    let no_account =
        |attempt: &str| Event::Refused { no: no(attempt), cause: cause("account_closed") };
    let out = |attempt: &str| Event::PaidOut(transfer(attempt, "S1", "500"));
    for history in [
        vec![asked(), no_account("TX-1.out.2")],
        vec![asked(), out("TX-1.out.2")],
        vec![asked(), no_account("TX-1.out"), no_account("TX-1.out")],
        vec![asked(), no_account("TX-1.out"), out("TX-1.out")],
        vec![asked(), out("TX-1.out"), no_account("TX-1.out")],
    ] {
        assert!(replay::<Payouts>(&history).is_err(), "{history:?}");
    }
}

#[test]
fn every_attempt_has_a_number_of_its_own() {
    let way = [
        requested(),
        refused("TX-1.out"),
        redirect("TX-1.out", "acc-2"),
        refused("TX-1.out.2"),
        redirect("TX-1.out.2", "acc-3"),
    ];
    let state = given::<Payouts>(after(way)).state();

    let numbers: Vec<_> = state.payout().unwrap().attempts().map(|it| it.no.as_str()).collect();
    assert_eq!(numbers, ["TX-1.out", "TX-1.out.2", "TX-1.out.3"]);
}

fn place(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NotRequested => 0,
        Refusal::NoRoomForAttempt(_) => 1,
        Refusal::RequestedDifferently(_) => 2,
        Refusal::ForeignNumber(_) => 3,
        Refusal::AmountDiffers { .. } => 4,
        Refusal::PaidAfterRefusal { .. } => 5,
        Refusal::PaidTwice { .. } => 6,
        Refusal::RefusedAfterPaid { .. } => 7,
        Refusal::NotRefused(_) => 8,
        Refusal::RedirectedDifferently { .. } => 9,
    }
}

#[test]
fn every_refusal_has_its_case() {
    let open = || vec![requested()];
    let had = || vec![requested(), paid("TX-1.out", "S1", "500")];
    let again = || vec![requested(), refused("TX-1.out"), redirect("TX-1.out", "acc-2")];
    let long = Terms { no: no(&"x".repeat(85)), ..terms() };
    let other = Terms { account: "acc-9".parse().unwrap(), ..terms() };
    let rows = [
        (vec![], refused("TX-1.out"), "the payout was not requested"),
        (
            vec![],
            Command::Request(long),
            &format!(
                "payout number {} leaves no room for the number of another attempt",
                "x".repeat(85)
            ),
        ),
        (open(), Command::Request(other), "payout TX-1.out was already requested on other terms"),
        (open(), refused("TX-1.out.2"), "TX-1.out.2 is not a number of this payout"),
        (
            open(),
            paid("TX-1.out", "S1", "499.99"),
            "499.99 yuan arrived as S1, 500.00 were to be paid out",
        ),
        (
            again(),
            paid("TX-1.out", "S1", "500"),
            "attempt TX-1.out was refused (account_closed); now S1 says that it was paid",
        ),
        (
            had(),
            paid("TX-1.out", "S2", "500"),
            "payout TX-1.out arrived as S1 of 500.00 yuan and now as S2 of 500.00",
        ),
        (
            had(),
            refused("TX-1.out"),
            "payout TX-1.out arrived as S1; a late refusal (account_closed) cannot undo it",
        ),
        (
            open(),
            redirect("TX-1.out", "acc-2"),
            "attempt TX-1.out was not refused; there is nothing to redirect",
        ),
        (
            again(),
            redirect("TX-1.out", "acc-3"),
            "after attempt TX-1.out the payout goes to account acc-2, not to acc-3",
        ),
    ];
    let mut places = Vec::new();
    for (before, command, says) in rows {
        let state = given::<Payouts>(after(before)).state();
        let refusal = Payouts::decide(&state, &command).unwrap_err();
        assert_eq!(refusal.to_string(), says);
        places.push(place(&refusal));
    }
    each_once(places, 10);
}

#[test]
fn a_history_without_a_request_is_impossible() {
    assert!(replay::<Payouts>(&[Event::PaidOut(transfer("TX-1.out", "S1", "500"))]).is_err());
}

fn any_command() -> impl Strategy<Value = Command> {
    let attempt = || prop::sample::select(vec!["TX-1.out", "TX-1.out.2", "TX-1.out.3"]);
    let some = || prop::sample::select(vec!["1", "2"]);
    prop_oneof![
        (attempt(), some()).prop_map(|(no, n)| paid(no, &format!("S{n}"), "500")),
        attempt().prop_map(refused),
        (attempt(), some()).prop_map(|(no, n)| redirect(no, &format!("acc-{n}"))),
    ]
}

proptest! {
    #[test]
    fn nothing_is_paid_out_twice(commands in prop::collection::vec(any_command(), 0..30)) {
        let mut events = after([requested()]);
        for command in commands {
            let state = replay::<Payouts>(&events).unwrap();
            let Ok(decided) = Payouts::decide(&state, &command) else { continue };
            events.extend(decided);
            let state = replay::<Payouts>(&events).unwrap();
            prop_assert_eq!(Payouts::decide(&state, &command), Ok(vec![]));
        }
        let paid = events.iter().filter(|event| matches!(event, Event::PaidOut(_))).count();
        prop_assert!(paid <= 1);
    }
}

#[test]
fn an_attempt_after_the_first_one_says_when_it_was_asked_for() {
    let at = "2026-03-20T10:00:00+08:00".parse().unwrap();
    let state = given::<Payouts>([])
        .when(requested())
        .then([Event::Requested(Box::new(terms()))])
        .when(refused("TX-1.out"))
        .then([Event::Refused { no: no("TX-1.out"), cause: cause("account_closed") }])
        .when(Command::At(at, Box::new(redirect("TX-1.out", "acc-2"))))
        .then([Event::Redirected {
            after: no("TX-1.out"),
            no: no("TX-1.out.2"),
            account: "acc-2".parse().unwrap(),
            reason: cause("new_card"),
            asked_at: Some(at),
        }])
        .state();
    assert_eq!(state.payout().unwrap().attempt.asked_at, Some(at));
}
