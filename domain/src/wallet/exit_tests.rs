//! Unpaid income with parts of a fen, paid along with shares that leave in one record or several.
//!
//! 2026-03-02 is a Monday; 100,000.00 shares at 0.12399 per 10,000 earn 1.2399 a day, 40,000.00 earn 0.4959.

use super::{
    Command, Event, State, Wallet,
    tests::{date, income, shares, tx},
};
use crate::{
    decider::Decider,
    money_fund::IncomeUnit,
    testing::{given, history},
};

const MONDAY: &str = "2026-03-02";
const TUESDAY: &str = "2026-03-03";

fn accrue(day: &str) -> Command {
    let (day, per_10_000) = (date(day), "0.12399".parse().unwrap());
    Command::AccrueIncome { day, publication: 0, per_10_000, unit: IncomeUnit::HundredthOfFen }
}

fn portion(shares_out: &str, last_day: &str) -> Command {
    let (shares, earns_through) = (shares(shares_out), date(last_day));
    Command::TakePortion { transaction: tx("TX-2"), shares, earns_through }
}

fn last(shares_out: &str, last_day: &str) -> Command {
    let (shares, earns_through) = (shares(shares_out), date(last_day));
    Command::TakeOut { transaction: tx("TX-2"), shares, earns_through }
}

/// All of 100,000.00 shares are to leave with what they earned, and that came of it.
fn leaving(commands: &[Command]) -> Vec<Event> {
    let bought = [
        Command::CreditInTransit(tx("TX-1"), shares("100000")),
        Command::ConfirmCredit(tx("TX-1"), shares("100000"), date("2026-02-02")),
        Command::ReserveAll(tx("TX-2"), shares("100000")),
    ];
    history::<Wallet>(bought.into_iter().chain(commands.iter().cloned()))
}

fn settle(amount: &str, records: u32) -> Command {
    Command::SettleIncome(tx("TX-2"), income(amount), records)
}

/// What is settled, what of it the fund keeps, and what is unpaid afterwards.
fn settles(commands: &[Command], settle: Command, [amount, left, unpaid]: [&str; 3]) -> State {
    let (amount, left_to_fund) = (income(amount), income(left));
    let settled = Event::IncomeSettled { transaction: tx("TX-2"), amount, left_to_fund };
    let state = given::<Wallet>(leaving(commands)).when(settle).then([settled]).state();
    assert_eq!(state.unpaid_income(), income(unpaid));
    state
}

/// 1.2399 + 0.4959 = 1.7358.
fn in_two_nights() -> [Command; 4] {
    [accrue(MONDAY), portion("60000", MONDAY), accrue(TUESDAY), last("100000", TUESDAY)]
}

#[test]
fn a_full_exit_in_several_nights_settles_all_unpaid_income() {
    // 1.23, then the whole fen of 0.0099 + 0.4959 = 0.5058.
    settles(&in_two_nights(), settle("1.73", 2), ["1.73", "0.0058", "0"]);
    // A registrar that keeps the part of a fen each night: 1.23, then 0.49.
    let state = settles(&in_two_nights(), settle("1.72", 2), ["1.72", "0.0158", "0"]);
    assert_eq!(state.registered(), shares("0"));
}

#[test]
fn what_a_registrar_paid_too_little_stays_unpaid() {
    settles(&in_two_nights(), settle("1.72", 1), ["1.72", "0", "0.0158"]);
    settles(&in_two_nights(), settle("1.71", 2), ["1.71", "0", "0.0258"]);
}

#[test]
fn where_shares_stay_the_part_of_a_fen_stays_with_them() {
    let in_part = [accrue(MONDAY), last("60000", MONDAY)];
    let state = settles(&in_part, settle("1.23", 1), ["1.23", "0", "0.0099"]);
    assert_eq!(state.registered(), shares("40000"));

    // The next full exit pays it: 0.0099 + 0.4959 = 0.5058.
    let rest = [
        settle("1.23", 1),
        Command::ReserveAll(tx("TX-3"), shares("40000")),
        accrue(TUESDAY),
        Command::TakeOut {
            transaction: tx("TX-3"),
            shares: shares("40000"),
            earns_through: date(TUESDAY),
        },
        Command::SettleIncome(tx("TX-3"), income("0.50"), 1),
    ];
    let state = given::<Wallet>(leaving(&[in_part.as_slice(), &rest].concat())).state();
    assert_eq!(state.unpaid_income(), income("0"));
}

#[test]
fn what_was_bought_meanwhile_keeps_nothing_of_a_full_exit() {
    let bought = [
        accrue(MONDAY),
        Command::CreditInTransit(tx("TX-3"), shares("5")),
        Command::ConfirmCredit(tx("TX-3"), shares("5"), date(TUESDAY)),
        last("100000", MONDAY),
    ];
    let state = settles(&bought, settle("1.23", 1), ["1.23", "0.0099", "0"]);
    assert_eq!(state.registered(), shares("5"));
}

#[test]
fn a_corrected_settlement_keeps_to_the_same_rule() {
    let settled = [in_two_nights().as_slice(), &[settle("1.71", 2)]].concat();
    let corrected = Event::IncomeSettlementCorrected {
        transaction: tx("TX-2"),
        reversed: income("1.71"),
        from_fund: income("0"),
        amount: income("1.73"),
        left_to_fund: income("0.0058"),
    };
    let then = given::<Wallet>(leaving(&settled))
        .when(Command::CorrectSettlement(tx("TX-2"), income("1.73"), 2))
        .then([corrected]);
    assert_eq!(then.state().unpaid_income(), income("0"));
}

#[test]
fn a_correction_settles_what_was_never_settled_as_the_first_word_would() {
    let state = given::<Wallet>(leaving(&in_two_nights())).state();
    let decide = |command: &Command| Wallet::decide(&state, command).unwrap();
    let first = decide(&settle("1.71", 2));
    assert!(matches!(first[..], [Event::IncomeSettled { .. }]), "{first:?}");
    assert_eq!(decide(&Command::CorrectSettlement(tx("TX-2"), income("1.71"), 2)), first);
}
