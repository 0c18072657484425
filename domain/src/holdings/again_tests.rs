//! The same word twice, a word that contradicts, and the last share that an order may have.

use super::{
    Command, Event, Holdings, Refusal, State,
    tests::{
        after, correct_credit, correct_take, credit, follow, freeze, hold, lot, parts, reserve,
        serial, shares, take, three,
    },
};
use crate::{
    decider::{Decider, replay},
    testing::{Given, given},
};

fn with(more: impl IntoIterator<Item = Command>) -> Given<Holdings> {
    given::<Holdings>(after(three().into_iter().chain(more)))
}

fn state(more: impl IntoIterator<Item = Command>) -> State {
    with(more).state()
}

/// 600.00 shares reserved, and all of them taken as C1.
fn gone() -> [Command; 2] {
    [reserve("TX-1.out", "600", &[]), take("TX-1.out", "C1", "600", true)]
}

fn and(more: impl IntoIterator<Item = Command>) -> Given<Holdings> {
    with(gone().into_iter().chain(more))
}

fn withdraw(record: &str) -> Command {
    let order = "TX-1.out".parse().unwrap();
    Command::WithdrawTake { order, serial: serial("C1"), record: serial(record) }
}

fn differs(record: &str) -> Refusal {
    Refusal::CorrectedDifferently(serial(record))
}

#[test]
fn a_correction_is_known_by_its_record_and_by_what_it_says() {
    let corrected = || and([correct_take("TX-1.out", "C1", "K1", "500")]);
    corrected().when(correct_take("TX-1.out", "C1", "K1", "500")).then([]);
    corrected().when(correct_take("TX-1.out", "C1", "K1", "499")).then_refused(differs("K1"));
    corrected().when(correct_take("TX-1.out", "C1", "K2", "500")).then_refused(differs("K2"));

    let nothing = || and([correct_take("TX-1.out", "C1", "K1", "0")]);
    nothing().when(correct_take("TX-1.out", "C1", "K1", "0")).then([]);
    nothing().when(correct_take("TX-1.out", "C1", "K2", "0")).then_refused(differs("K2"));

    let withdrawn = || and([withdraw("K1")]);
    withdrawn().when(withdraw("K1")).then([]);
    withdrawn().when(withdraw("K2")).then_refused(differs("K2"));

    let right = |count: &str| lot("old-2", "2025-01-06", count);
    let credited = || with([correct_credit("old", "K1", Some(right("2900")))]);
    credited().when(correct_credit("old", "K1", Some(right("2900")))).then([]);
    for (record, with) in [("K1", None), ("K2", Some(right("2900"))), ("K1", Some(right("2901")))] {
        credited().when(correct_credit("old", record, with)).then_refused(differs(record));
    }
}

#[test]
fn a_corrected_record_may_take_the_last_free_share_and_not_one_more() {
    let order = || "TX-1.out".parse().unwrap();
    let state = || and([reserve("TX-2.out", "5000", &[])]);
    state().when(correct_take("TX-1.out", "C1", "K1", "1500.56")).then_refused(Refusal::TooFew {
        order: order(),
        asked: shares("1500.56"),
        free: shares("1500.55"),
    });
    let last = correct_take("TX-1.out", "C1", "K1", "1500.55");
    let decided = Holdings::decide(&state().state(), &last).unwrap();
    assert!(matches!(&decided[..], [_, Event::SharesTaken { .. }]), "{decided:?}");
}

#[test]
fn nothing_at_all_is_neither_frozen_nor_in_dispute() {
    for command in [freeze("F1", "0"), hold("case-1", "0")] {
        with([]).when(command).then_refused(Refusal::NoShares);
    }
}

#[test]
fn an_order_is_lifted_once_and_what_the_register_counts_stays_frozen_once() {
    // 1,000.00 by the order are among the 4,000.00 that the register counts.
    let lift = || Command::Unfreeze { record: serial("F1"), by: serial("L1") };
    let before = [freeze("F1", "1000"), follow("S1", "2026-02-13", "4000")];
    let state = state(before.into_iter().chain([lift()]));
    assert_eq!(state.frozen(), shares("4000"));
    assert_eq!(Holdings::decide(&state, &lift()), Ok(vec![]));

    let unknown = with([lift()]).state();
    assert_eq!(Holdings::decide(&unknown, &lift()), Ok(vec![]));
}

#[test]
fn what_the_register_no_longer_counts_is_free_when_its_order_is_lifted() {
    let lift = Command::Unfreeze { record: serial("F1"), by: serial("L1") };
    let words =
        [follow("S1", "2026-02-13", "4000"), freeze("F1", "1000"), follow("S2", "2026-02-24", "0")];
    let state = state(words.into_iter().chain([lift]));
    assert_eq!((state.frozen(), state.available()), (shares("0"), shares("6500.55")));
}

#[test]
fn only_the_lots_that_were_named_whole_and_once_give_what_a_record_names() {
    let state = state([]);
    let gives = |named: &[(&str, &str)], count: &str| state.gives(&parts(named), shares(count));
    assert!(gives(&[("old", "1000"), ("young", "1000")], "2000"));
    assert!(gives(&[("young", "1000")], "1000"));
    assert!(!gives(&[], "0"));
    assert!(!gives(&[("young", "1000.01")], "1000.01"));
    assert!(!gives(&[("old", "500"), ("old", "500")], "1000"));
    assert!(!gives(&[("old", "1000"), ("young", "0")], "1000"));
    assert!(!gives(&[("old", "1000")], "999"));
    assert!(!gives(&[("none", "1")], "1"));
}

#[test]
fn the_lot_of_a_confirmation_is_the_one_that_stands_under_its_number() {
    let state = state([correct_credit("young", "K1", None)]);
    let named = |name: &str| state.lot_of(&serial(name)).map(|lot| lot.credit.lot.to_string());
    assert_eq!(named("old").as_deref(), Some("old"));
    assert_eq!(named("middle").as_deref(), Some("middle"));
    assert_eq!(named("young"), None, "it was reversed");
    assert_eq!(named("C9"), None);
}

#[test]
fn a_chosen_lot_gives_the_rest_of_what_was_chosen_whatever_left_others() {
    // 300.00 of each were chosen; the record took the young ones alone, and more is to come.
    let chosen = reserve("TX-1.out", "600", &[("young", "300"), ("middle", "300")]);
    let named = parts(&[("young", "300")]);
    let order: crate::ids::OrderId = "TX-1.out".parse().unwrap();
    let first = Command::Take {
        order: order.clone(),
        serial: serial("C1"),
        shares: shares("300"),
        trade_date: "2026-02-24".parse().unwrap(),
        named,
        finished: false,
    };
    let second = take("TX-1.out", "C2", "300", true);
    let state = state([chosen, first, second]);
    let left = |lot: &str| state.lot(&lot.parse().unwrap()).unwrap().left;
    assert_eq!(
        [left("young"), left("middle"), left("old")],
        ["700", "2200.55", "3000"].map(shares)
    );
    assert_eq!(state.passed_over(&order, &parts(&[("old", "300")])).map(|it| &it.credit.lot), None);
}

#[test]
fn a_history_that_takes_after_the_last_word_or_twice_under_one_number_is_impossible() {
    let taken = |name: &str, finished| Event::SharesTaken {
        order: "TX-1.out".parse().unwrap(),
        serial: serial(name),
        shares: shares("10"),
        lots: parts(&[("old", "10")]),
        finished,
    };
    let reserved = after(three().into_iter().chain([reserve("TX-1.out", "600", &[])]));
    let holds = |more: &[Event]| replay::<Holdings>(&[&reserved, more].concat()).is_ok();
    assert!(holds(&[taken("C1", false), taken("C2", true)]));
    assert!(!holds(&[taken("C1", false), taken("C1", false)]));
    assert!(!holds(&[taken("C1", true), taken("C2", false)]));
    assert!(!holds(&[taken("C1", false), taken("C2", true), taken("C3", true)]));
}

#[test]
fn the_same_lot_is_credited_once() {
    with([]).when(credit(lot("old", "2025-01-06", "3000.00"))).then([]);
}
