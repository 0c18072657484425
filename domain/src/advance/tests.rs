//! Given/when/then for an advance.

mod refusals;

use super::{Advances, Brought, Command, Contested, Event, Refusal, Stage, Terms, Transfer};
use crate::{
    case::CaseId,
    decider::{Decider, replay},
    fast_redemption::Advancer,
    ids::PaymentNo,
    money::Money,
    orders::{Cause, own_cause},
    testing::{given, history},
};

fn no(text: &str) -> PaymentNo {
    text.parse().unwrap()
}

fn cause(code: &str) -> Cause {
    own_cause(code, "in words")
}

fn terms() -> Terms {
    Terms {
        no: no("TX-1.advance"),
        by: Advancer::LicensedBank("bank-1".parse().unwrap()),
        account: "acc-1".parse().unwrap(),
        amount: "5000".parse().unwrap(),
        order: "TX-1.fast".parse().unwrap(),
        asked_at: None,
    }
}

fn transfer(serial: &str, amount: &str) -> Transfer {
    Transfer {
        serial: serial.parse().unwrap(),
        amount: amount.parse().unwrap(),
        at: "2026-02-13T10:00:00+08:00".parse().unwrap(),
    }
}

fn requested() -> Command {
    Command::Request(terms())
}

fn advanced(serial: &str, amount: &str) -> Command {
    Command::RecordAdvanced(transfer(serial, amount))
}

fn declined() -> Command {
    Command::RecordDecline(cause("no_limit"))
}

fn repaid(serial: &str, amount: &str) -> Command {
    Command::RecordRepaid(transfer(serial, amount))
}

fn back(brought: &str) -> Command {
    Command::RequestRepayment(Brought { money: brought.parse().unwrap(), retained: Money::ZERO })
}

fn returned(case: &str) -> Command {
    Command::RecordReturned(CaseId::of(case.as_bytes()))
}

fn after(commands: impl IntoIterator<Item = Command>) -> Vec<Event> {
    history::<Advances>(commands)
}

#[test]
fn the_bank_gets_back_what_it_paid_under_a_number_of_its_own() {
    let state = given::<Advances>([])
        .when(requested())
        .then([Event::Requested(Box::new(terms()))])
        .when(advanced("A1", "5000"))
        .then([Event::Advanced(transfer("A1", "5000"))])
        .when(back("5000"))
        .then([Event::RepaymentRequested {
            no: no("TX-1.advance.repay"),
            amount: "5000".parse().unwrap(),
            asked_at: None,
        }])
        .when(repaid("R1", "5000"))
        .then([Event::Repaid(transfer("R1", "5000"))])
        .when(back("5000"))
        .then([])
        .when(advanced("A1", "5000"))
        .then([])
        .state();

    assert_eq!(state.advance().unwrap().stage, Stage::Settled);
}

fn contested(serial: &str) -> Contested {
    let heard_at = "2026-02-13T10:30:00+08:00".parse().unwrap();
    Contested { transfer: transfer(serial, "5000"), heard_at }
}

#[test]
fn a_bank_that_declined_and_says_that_it_paid_contests_that_once() {
    let declined = || history::<Advances>([requested(), declined()]);
    let contest = || Command::Contest(contested("A1"));
    given::<Advances>(declined()).when(contest()).then([Event::Contested(contested("A1"))]);

    let twice = [requested(), self::declined(), contest(), Command::Contest(contested("A2"))];
    let state = given::<Advances>(history::<Advances>(twice)).state();
    let advance = state.advance().unwrap();
    assert!(matches!(advance.stage, Stage::Declined(_)) && advance.paid.is_none());
    assert_eq!(advance.contested, [contested("A1"), contested("A2")]);
    // Heard again later it is the same word.
    let later = "2026-02-14T10:30:00+08:00".parse().unwrap();
    let again = Command::Contest(Contested { heard_at: later, ..contested("A1") });
    assert_eq!(Advances::decide(&state, &again), Ok(vec![]));
}

#[test]
fn what_we_give_up_by_ourselves_says_when_until_the_bank_has_spoken() {
    let at = "2026-02-14T00:00:10+08:00".parse().unwrap();
    let ours = Event::Declined { cause: cause("above_day_limit"), by_us: true, at: Some(at) };
    let theirs = Event::Declined { cause: cause("too_late"), by_us: false, at: None };
    let state = given::<Advances>(after([requested()]))
        .when(Command::GiveUp { cause: cause("above_day_limit"), at })
        .then([ours])
        .when(Command::RecordDecline(cause("too_late")))
        .then([theirs])
        .state();
    let advance = state.advance().unwrap();
    assert_eq!(advance.stage, Stage::Declined(cause("above_day_limit")), "the reason stays");
    assert_eq!((advance.closed_by_us, advance.given_up_at), (false, None));
}

#[test]
fn a_decline_is_final() {
    given::<Advances>(after([requested()])).when(declined()).then([Event::Declined {
        cause: cause("no_limit"),
        by_us: false,
        at: None,
    }]);
}

#[test]
fn a_repayment_of_another_sum_or_a_second_one_is_refused() {
    let way = [requested(), advanced("A1", "5000"), back("5000")];
    let back = way.iter().cloned().chain([repaid("R1", "5000")]);

    given::<Advances>(after(way.clone())).when(repaid("R1", "5000.01")).then_refused(
        Refusal::AmountDiffers {
            asked: "5000".parse().unwrap(),
            came: "5000.01".parse().unwrap(),
            serial: "R1".parse().unwrap(),
        },
    );
    given::<Advances>(after(back)).when(repaid("R2", "5000")).then_refused(Refusal::MovedTwice {
        known: Box::new(transfer("R1", "5000")),
        came: Box::new(transfer("R2", "5000")),
    });
}

#[test]
fn the_bank_gets_what_the_shares_brought_and_the_rest_is_its_own_claim() {
    let amount = |text: &str| text.parse().unwrap();
    let had = || given::<Advances>(after([requested(), advanced("A1", "5000")]));

    let state = had()
        .when(back("4000"))
        .then([
            Event::Recourse { amount: amount("1000") },
            Event::RepaymentRequested {
                no: no("TX-1.advance.repay"),
                amount: amount("4000"),
                asked_at: None,
            },
        ])
        .when(back("4100"))
        .then([])
        .when(repaid("R1", "4000"))
        .then([Event::Repaid(transfer("R1", "4000"))])
        .when(back("4100"))
        .then([
            settled("0", "900"),
            Event::RepaymentRequested {
                no: no("TX-1.advance.repay2"),
                amount: amount("100"),
                asked_at: None,
            },
        ])
        .when(repaid("R1", "4000"))
        .then([])
        .when(repaid("R2", "100"))
        .then([Event::Repaid(transfer("R2", "100"))])
        .state();
    let advance = state.advance().unwrap();
    assert_eq!(advance.stage, Stage::Settled);
    assert_eq!(advance.got_back().unwrap().to_string(), "4100.00");
    assert_eq!(advance.recourse.to_string(), "900.00");

    had().when(back("0")).then([Event::Recourse { amount: amount("5000") }]);
    had().when(back("5000.40")).then([Event::RepaymentRequested {
        no: no("TX-1.advance.repay"),
        amount: amount("5000.40"),
        asked_at: None,
    }]);
}

fn came(money: &str, retained: &str) -> Command {
    let (money, retained) = (money.parse().unwrap(), retained.parse().unwrap());
    Command::RequestRepayment(Brought { money, retained })
}

fn keeps(money: &str, retained: &str) -> Command {
    let (money, retained) = (money.parse().unwrap(), retained.parse().unwrap());
    Command::KeepShares(Brought { money, retained })
}

fn overpaid(amount: &str) -> Event {
    Event::Overpaid { amount: amount.parse().unwrap() }
}

fn returned_of(case: &str, amount: &str) -> Event {
    Event::Returned { amount: amount.parse().unwrap(), case: CaseId::of(case.as_bytes()) }
}

fn settled(retained: &str, recourse: &str) -> Event {
    let (retained, recourse) = (retained.parse().unwrap(), recourse.parse().unwrap());
    Event::ClaimChanged { retained, recourse }
}

#[test]
fn of_each_yuan_the_bank_has_money_shares_or_a_claim_and_never_two_of_them() {
    let repay = |no: &str, amount: &str| Event::RepaymentRequested {
        no: self::no(no),
        amount: amount.parse().unwrap(),
        asked_at: None,
    };
    let had = || given::<Advances>(after([requested(), advanced("A1", "5000")]));
    // It keeps them, or some; more than it lent settle no more than that.
    let state = had().when(came("0", "5000")).then([settled("5000", "0")]).state();
    assert_eq!(state.advance().unwrap().stage, Stage::Settled);
    had().when(came("0", "4000")).then([settled("4000", "1000")]);
    had().when(came("0", "9000")).then([settled("5000", "0")]);
    had()
        .when(came("3000", "2000"))
        .then([settled("2000", "0"), repay("TX-1.advance.repay", "3000")]);

    // A claim that was left to it is none any more once it has the shares, and then their money.
    let state = had()
        .when(came("0", "0"))
        .then([Event::Recourse { amount: "5000".parse().unwrap() }])
        .when(came("0", "4000"))
        .then([settled("4000", "1000")])
        .when(came("4000", "0"))
        .then([settled("0", "1000"), repay("TX-1.advance.repay", "4000")])
        .when(repaid("R1", "4000"))
        .then([Event::Repaid(transfer("R1", "4000"))])
        .when(came("4000", "0"))
        .then([])
        .state();
    assert_eq!(state.advance().unwrap().still_lent(), Some(Money::ZERO));
}

#[test]
fn what_a_bank_keeps_while_a_person_settles_with_it_leaves_the_rest_to_that_person() {
    let keeps = |retained: &str| keeps("0", retained);
    let had = || given::<Advances>(after([requested(), advanced("A1", "5000")]));
    let state = had().when(keeps("4000")).then([settled("4000", "0")]).state();
    let advance = state.advance().unwrap();
    assert_eq!((&advance.stage, advance.still_lent()), (&Stage::Advanced, "1000".parse().ok()));

    let state = had()
        .when(keeps("5000"))
        .then([settled("5000", "0")])
        .when(keeps("0"))
        .then([settled("0", "0")])
        .state();
    assert_eq!(state.advance().unwrap().stage, Stage::Advanced, "they came back");
    had().when(keeps("0")).then([]);
    given::<Advances>(after([requested()])).when(keeps("1")).then_refused(Refusal::NothingAdvanced);
}

#[test]
fn money_that_the_shares_brought_is_the_banks_however_many_more_it_keeps() {
    let had = || given::<Advances>(after([requested(), advanced("A1", "5000")]));
    had().when(keeps("5000", "495000")).then([]);
    had().when(keeps("2000", "495000")).then([settled("3000", "0")]);
    let state = had()
        .when(keeps("0", "500000"))
        .then([settled("5000", "0")])
        .when(keeps("5000", "495000"))
        .then([settled("0", "0")])
        .state();
    assert_eq!(state.advance().unwrap().still_lent(), "5000".parse().ok());
    // A claim that was left to it, whose money comes all the same.
    had()
        .when(came("0", "0"))
        .then([Event::Recourse { amount: "5000".parse().unwrap() }])
        .when(keeps("5000", "0"))
        .then([settled("0", "0")]);
}

#[test]
fn what_the_bank_has_too_much_comes_back_before_it_has_shares_or_a_claim_for_it() {
    let had = || [requested(), advanced("A1", "5000"), back("5000"), repaid("R1", "5000")];
    // By the engine, and by a person who settles the rest: shares that it keeps are its claim's end.
    for say in [came, keeps] {
        let state = given::<Advances>(after(had()))
            .when(say("2000", "3000"))
            .then([overpaid("3000")])
            .when(returned("1"))
            .then([returned_of("1", "3000")])
            .when(say("2000", "3000"))
            .then([settled("3000", "0")])
            .when(returned("1"))
            .then([])
            .state();
        let advance = state.advance().unwrap();
        assert_eq!((&advance.stage, advance.still_lent()), (&Stage::Settled, Some(Money::ZERO)));
        assert_eq!(advance.got_back(), "2000".parse().ok());
    }
    // No shares for it: its own claim, or a person's.
    let left = || given::<Advances>(after(had())).when(came("4000", "0"));
    left().then([overpaid("1000")]).when(returned("1")).then([returned_of("1", "1000")]);
    let gone = || after(had().into_iter().chain([came("4000", "0"), returned("1")]));
    let recourse = Event::Recourse { amount: "1000".parse().unwrap() };
    given::<Advances>(gone()).when(came("4000", "0")).then([recourse]);
    let state = given::<Advances>(gone()).when(keeps("4000", "0")).then([]).state();
    assert_eq!(state.advance().unwrap().still_lent(), "1000".parse().ok());
}

#[test]
fn what_the_bank_has_too_much_is_less_once_the_shares_bring_it_and_is_returned_round_by_round() {
    let repay = |no: &str, amount: &str| Event::RepaymentRequested {
        no: self::no(no),
        amount: amount.parse().unwrap(),
        asked_at: None,
    };
    let had = [requested(), advanced("A1", "5000"), back("5000"), repaid("R1", "5000")];
    let state = given::<Advances>(after(had))
        .when(came("0", "5000"))
        .then([overpaid("5000")])
        .when(came("4000", "0"))
        .then([overpaid("1000")])
        .when(came("5000", "0"))
        .then([overpaid("0")])
        .when(came("4000", "0"))
        .then([overpaid("1000")])
        .when(returned("1"))
        .then([returned_of("1", "1000")])
        .when(came("4500", "0"))
        .then([
            Event::Recourse { amount: "500".parse().unwrap() },
            repay("TX-1.advance.repay2", "500"),
        ])
        .when(repaid("R2", "500"))
        .then([Event::Repaid(transfer("R2", "500"))])
        .when(came("4400", "0"))
        .then([overpaid("100")])
        .when(returned("1"))
        .then([])
        .when(returned("2"))
        .then([returned_of("2", "100")])
        .when(came("4400", "0"))
        .then([settled("0", "600")])
        .state();
    assert_eq!(state.advance().unwrap().got_back(), "4400".parse().ok());
}

#[test]
fn an_advance_that_was_never_paid_cannot_be_repaid_in_any_history() {
    let events = [Event::Requested(Box::new(terms())), Event::Repaid(transfer("R1", "5000"))];

    assert!(replay::<Advances>(&events).is_err());
}

#[test]
fn a_repayment_says_when_it_was_asked_for() {
    let at = "2026-02-24T09:00:00+08:00".parse().unwrap();
    let state = given::<Advances>(after([requested(), advanced("A1", "5000")]))
        .when(Command::At(at, Box::new(back("5000"))))
        .then([Event::RepaymentRequested {
            no: no("TX-1.advance.repay"),
            amount: "5000".parse().unwrap(),
            asked_at: Some(at),
        }])
        .state();
    let Stage::Repaying { asked_at, .. } = &state.advance().unwrap().stage else { panic!() };
    assert_eq!(*asked_at, Some(at));
}
