//! Whatever is said about a transaction a second time: old news decides nothing, a contradiction is refused.

use super::{
    Command, Event, Portion, Refusal, Wallet,
    tests::{date, shares, tx},
};
use crate::{
    decider::Decider,
    freeze::FrozenCause,
    testing::{given, history},
};

const MONDAY: &str = "2026-03-02";
const FRIDAY: &str = "2026-03-06";

/// What a wallet says to a command that may be a repetition.
#[derive(Clone, Copy, Debug)]
enum Says {
    OldNews,
    Contradicts,
}

fn coming(number: &str) -> Command {
    Command::CreditInTransit(tx("TX-1"), shares(number))
}

fn portion_came(number: &str) -> Command {
    Command::ConfirmPortion(tx("TX-1"), shares(number), date(MONDAY))
}

fn came(number: &str) -> Command {
    Command::ConfirmCredit(tx("TX-1"), shares(number), date(MONDAY))
}

fn never_comes() -> Command {
    Command::ReverseCredit(tx("TX-1"))
}

fn came_after_all(number: &str) -> Command {
    let portions = vec![Portion { shares: shares(number), day: date(MONDAY) }];
    let record = "R-1".parse().unwrap();
    Command::CorrectCredit { transaction: tx("TX-1"), record, portions, waits: false }
}

fn reserve(number: &str) -> Command {
    Command::Reserve(tx("TX-2"), shares(number))
}

fn release() -> Command {
    Command::Release(tx("TX-2"))
}

fn portion_left(number: &str) -> Command {
    let (transaction, shares) = (tx("TX-2"), shares(number));
    Command::TakePortion { transaction, shares, earns_through: date(FRIDAY) }
}

fn left(number: &str) -> Command {
    let (transaction, shares) = (tx("TX-2"), shares(number));
    Command::TakeOut { transaction, shares, earns_through: date(FRIDAY) }
}

fn left_after_all(number: &str) -> Command {
    Command::CorrectTakeOut {
        transaction: tx("TX-2"),
        record: "R-2".parse().unwrap(),
        portions: vec![Portion { shares: shares(number), day: date(FRIDAY) }],
        held: shares("0"),
        earns_through: date(FRIDAY),
    }
}

/// 100.00 shares of TX-1 are registered, and TX-2 did this.
fn with_hundred(commands: Vec<Command>) -> Vec<Command> {
    [coming("100"), came("100")].into_iter().chain(commands).collect()
}

/// Commands that come after a history, each with what follows.
type Said = Vec<(Command, Says)>;

#[track_caller]
fn holds(of: &str, rows: Vec<(Vec<Command>, Said)>) {
    for (before, said) in rows {
        for (command, says) in said {
            let wallet = given::<Wallet>(history::<Wallet>(before.clone())).when(command);
            match says {
                Says::OldNews => drop(wallet.then([])),
                Says::Contradicts => wallet.then_refused(Refusal::ContradictsEarlier(tx(of))),
            }
        }
    }
}

#[test]
fn a_credit_that_is_said_again_is_old_news_up_to_what_came_and_a_contradiction_beyond() {
    use Says::{Contradicts, OldNews};
    holds(
        "TX-1",
        vec![
            (
                vec![coming("100")],
                vec![
                    (coming("100"), OldNews),
                    (coming("99.99"), Contradicts),
                    (portion_came("0"), OldNews),
                ],
            ),
            // 40.00 are there and 60.00 on their way.
            (
                vec![coming("100"), portion_came("40")],
                vec![
                    (coming("100"), OldNews),
                    (coming("40"), OldNews),
                    (coming("60"), Contradicts),
                    (coming("100.01"), Contradicts),
                    (portion_came("40"), OldNews),
                    (portion_came("30"), OldNews),
                    (came("39.99"), Contradicts),
                ],
            ),
            // The registrar confirmed fewer than were on their way.
            (
                vec![coming("100"), came("90")],
                vec![
                    (coming("100"), OldNews),
                    (coming("90"), OldNews),
                    (coming("89.99"), Contradicts),
                    (portion_came("90"), OldNews),
                    (portion_came("40"), OldNews),
                    (portion_came("90.01"), Contradicts),
                    (came("90"), OldNews),
                    (came("40"), Contradicts),
                    (never_comes(), Contradicts),
                ],
            ),
            // Nothing is on its way any more; what is there stays.
            (
                vec![coming("100"), portion_came("40"), never_comes()],
                vec![(never_comes(), OldNews), (coming("40"), OldNews)],
            ),
            (
                vec![coming("100"), never_comes()],
                vec![
                    (never_comes(), OldNews),
                    (coming("100"), Contradicts),
                    (portion_came("40"), Contradicts),
                    (came("100"), Contradicts),
                ],
            ),
        ],
    );
}

#[test]
fn a_corrected_credit_is_the_newer_word_and_what_it_replaced_is_old_news() {
    use Says::{Contradicts, OldNews};
    holds(
        "TX-1",
        vec![
            (
                vec![coming("100"), came("100"), came_after_all("80")],
                vec![
                    (coming("60"), OldNews),
                    (came("100"), OldNews),
                    (came("60"), Contradicts),
                    (never_comes(), Contradicts),
                ],
            ),
            (
                vec![coming("100"), never_comes(), came_after_all("80")],
                vec![(never_comes(), OldNews), (came("100"), Contradicts)],
            ),
        ],
    );
}

#[test]
fn what_left_is_old_news_up_to_what_was_reserved_and_a_contradiction_beyond() {
    use Says::{Contradicts, OldNews};
    holds(
        "TX-2",
        vec![
            (
                with_hundred(vec![reserve("60")]),
                vec![
                    (reserve("60"), OldNews),
                    (reserve("70"), OldNews),
                    (reserve("59.99"), Contradicts),
                ],
            ),
            // 20.00 have left and 40.00 are still held.
            (
                with_hundred(vec![reserve("60"), portion_left("20")]),
                vec![
                    (reserve("60"), OldNews),
                    (reserve("70"), OldNews),
                    (reserve("59.99"), Contradicts),
                    (portion_left("20"), OldNews),
                    (left("19.99"), Contradicts),
                    (release(), Contradicts),
                ],
            ),
            (
                with_hundred(vec![reserve("60"), left("50")]),
                vec![
                    (reserve("50"), OldNews),
                    (reserve("60"), OldNews),
                    (reserve("49.99"), Contradicts),
                    (portion_left("50"), OldNews),
                    (portion_left("50.01"), Contradicts),
                    (left("50"), OldNews),
                    (left("49.99"), Contradicts),
                    (release(), Contradicts),
                ],
            ),
            (
                with_hundred(vec![reserve("60"), release()]),
                vec![
                    (release(), OldNews),
                    (portion_left("20"), Contradicts),
                    (left("60"), Contradicts),
                ],
            ),
        ],
    );
}

#[test]
fn a_corrected_taking_is_the_newer_word_and_what_it_replaced_is_old_news() {
    use Says::{Contradicts, OldNews};
    holds(
        "TX-2",
        vec![
            (
                with_hundred(vec![reserve("60"), left("50"), left_after_all("40")]),
                vec![
                    (reserve("30"), OldNews),
                    (left("50"), OldNews),
                    (left("30"), Contradicts),
                    (release(), Contradicts),
                ],
            ),
            (
                with_hundred(vec![reserve("60"), release(), left_after_all("60")]),
                vec![(release(), OldNews), (left("50"), Contradicts)],
            ),
        ],
    );
}

#[test]
fn the_first_word_needs_something_that_it_is_about() {
    let nothing_coming = || Refusal::NothingInTransit(tx("TX-1"));
    for command in [portion_came("40"), came("40"), never_comes()] {
        given::<Wallet>([]).when(command).then_refused(nothing_coming());
    }
    let hundred = || given::<Wallet>(history::<Wallet>(with_hundred(vec![])));
    for command in [portion_left("40"), left("40")] {
        hundred().when(command).then_refused(Refusal::NothingReserved(tx("TX-2")));
    }
    let (transaction, free) = (tx("TX-2"), shares("100"));
    for asked in ["100.01", "0"].map(shares) {
        let too_few = Refusal::TooFew { transaction: transaction.clone(), asked, free };
        hundred().when(Command::Reserve(transaction.clone(), asked)).then_refused(too_few);
    }
    let gone = given::<Wallet>(history::<Wallet>(with_hundred(vec![reserve("60"), release()])));
    gone.when(reserve("60")).then_refused(Refusal::AlreadyReleased(tx("TX-2")));
}

#[test]
fn the_last_word_on_a_purchase_brings_the_rest_and_no_more() {
    let some = || given::<Wallet>(history::<Wallet>([coming("100"), portion_came("40")]));
    let rest = |number: &str| Event::CreditConfirmed {
        transaction: tx("TX-1"),
        shares: shares(number),
        registered: date(MONDAY),
    };
    assert_eq!(some().when(came("90")).then([rest("50")]).state().registered(), shares("90"));
    assert_eq!(some().when(came("40")).then([rest("0")]).state().registered(), shares("40"));
    let more = Event::PortionCredited {
        transaction: tx("TX-1"),
        shares: shares("30"),
        registered: date(MONDAY),
    };
    assert_eq!(some().when(portion_came("70")).then([more]).state().registered(), shares("70"));
}

#[test]
fn what_is_still_to_come_of_a_purchase_may_never_come() {
    let half = history::<Wallet>([coming("100"), portion_came("40")]);
    let reversed = Event::CreditReversed { transaction: tx("TX-1") };
    given::<Wallet>(half).when(never_comes()).then([reversed]);
}

/// Frozen shares are no reason where nothing was asked for.
#[test]
fn nothing_is_reserved_by_nobody() {
    let (record, cause) = ("F-1".parse().unwrap(), FrozenCause::Judicial);
    let freeze = Command::Freeze { record, shares: shares("100"), cause };
    let frozen = || given::<Wallet>(history::<Wallet>(with_hundred(vec![freeze.clone()])));
    let (transaction, asked, free) = (tx("TX-2"), shares("0"), shares("0"));
    frozen().when(reserve("0")).then_refused(Refusal::TooFew { transaction, asked, free });
    let refusal = Wallet::decide(&frozen().state(), &reserve("100")).unwrap_err();
    assert!(refusal.to_string().contains("frozen"), "{refusal}");
}
