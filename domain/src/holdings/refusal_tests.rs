//! Every refusal of holdings, in its order.

use super::{
    Command, Credit, Dividend, Holdings, Refusal,
    tests::{
        after, correct_credit, correct_take, credit, freeze, lot, release, reserve, serial, take,
        three,
    },
};
use crate::{
    decider::Decider,
    testing::{each_once, given},
};

fn place(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NoShares => 0,
        Refusal::OutOfRange(_) => 1,
        Refusal::CreditedDifferently(_) => 2,
        Refusal::AlreadyReleased(_) => 3,
        Refusal::ReservedDifferently(_) => 4,
        Refusal::UnknownLot(_) => 5,
        Refusal::DesignationDiffers { .. } => 6,
        Refusal::LotTooSmall { .. } => 7,
        Refusal::TooFew { .. } => 8,
        Refusal::NothingReserved(_) => 9,
        Refusal::AlreadyTaken(_) => 10,
        Refusal::TakenDifferently { .. } => 11,
        Refusal::UnknownTaking { .. } => 12,
        Refusal::CorrectedDifferently(_) => 13,
        Refusal::BelowTaken { .. } => 14,
        Refusal::AlreadyLifted(_) => 15,
        Refusal::MarkedDifferently { .. } => 16,
        Refusal::NotCovered { .. } => 17,
        Refusal::OfAnother(_) => 18,
        Refusal::DeclaredDifferently(_) => 19,
    }
}

fn check(rows: Vec<(Vec<Command>, Command, &str)>) -> Vec<usize> {
    let one = |(more, command, says): (Vec<Command>, Command, &str)| {
        let before = after(three().into_iter().chain(more));
        let state = given::<Holdings>(before).state();
        let refusal = Holdings::decide(&state, &command).unwrap_err();
        assert_eq!(refusal.to_string(), says);
        place(&refusal)
    };
    rows.into_iter().map(one).collect()
}

fn gone() -> Vec<Command> {
    vec![reserve("TX-1.out", "600", &[]), take("TX-1.out", "C1", "600", true)]
}

fn of_credits_and_reservations() -> Vec<(Vec<Command>, Command, &'static str)> {
    let held = || vec![reserve("TX-1.out", "600", &[])];
    let chosen = || vec![reserve("TX-1.out", "900", &[("young", "900")])];
    vec![
        (
            vec![],
            credit(lot("L4", "2026-02-24", "0")),
            "0.00 shares are asked for; at least 0.01 must be",
        ),
        (
            vec![],
            credit(Credit {
                shares: "99999999999999.99".parse().unwrap(),
                ..lot("L4", "2026-02-24", "1")
            }),
            "99999999999999.99 more shares are more than can be counted",
        ),
        (
            vec![],
            credit(lot("old", "2025-01-06", "3000.01")),
            "lot old was already credited with other details",
        ),
        (
            vec![release("TX-1.out")],
            reserve("TX-1.out", "1", &[]),
            "the reservation of order TX-1.out was released and cannot be made any more",
        ),
        (held(), reserve("TX-1.out", "601", &[]), "order TX-1.out already reserved other shares"),
        (vec![], reserve("TX-1.out", "1", &[("none", "1")]), "there is no lot none"),
        (
            vec![],
            reserve("TX-1.out", "2", &[("old", "1")]),
            "2.00 shares are asked for, and 1.00 in the lots that were chosen",
        ),
        (
            chosen(),
            reserve("TX-2.out", "101", &[("young", "101")]),
            "101.00 shares are asked for of lot young; 100.00 of it are free",
        ),
        (
            held(),
            reserve("TX-2.out", "5900.56", &[]),
            "order TX-2.out asks for 5900.56 shares; 5900.55 are free for it",
        ),
        (vec![], take("TX-1.out", "C1", "1", true), "order TX-1.out has no reserved shares"),
        (
            gone(),
            release("TX-1.out"),
            "the registrar took the shares of order TX-1.out; they cannot be released",
        ),
        (
            gone(),
            take("TX-1.out", "C1", "599", true),
            "confirmation C1 took 600.00 shares, and now says otherwise",
        ),
    ]
}

fn of_corrections_and_marks() -> Vec<(Vec<Command>, Command, &'static str)> {
    let corrected = vec![correct_credit("old", "K1", None)];
    let mut lost = vec![reserve("TX-1.out", "6500.55", &[])];
    lost.push(correct_credit("young", "K1", None));
    vec![
        (
            gone(),
            correct_take("TX-1.out", "C2", "K1", "1"),
            "confirmation C2 took no shares of order TX-1.out",
        ),
        (corrected, correct_credit("old", "K2", None), "correction K2 contradicts an earlier one"),
        (
            gone().into_iter().chain([reserve("TX-9", "5900.55", &[])]).collect(),
            correct_credit("old", "K1", Some(lot("old-2", "2025-01-06", "599.99"))),
            "600.00 shares have left lot old, which would have had 599.99",
        ),
        (
            vec![Command::Unfreeze { record: serial("F1"), by: serial("L1") }],
            freeze("F1", "1"),
            "F1 was lifted and cannot be set any more",
        ),
        (vec![freeze("F1", "1")], freeze("F1", "2"), "F1 makes 1.00 shares unavailable, not 2.00"),
        (
            lost,
            take("TX-1.out", "C1", "6500.55", true),
            "the lots cannot give the 6500.55 shares of order TX-1.out any more",
        ),
    ]
}

/// Whatever is there is frozen: all nines say everything.
#[test]
fn freezes_that_are_more_than_can_be_counted_together_freeze_everything() {
    let all = ["0.01", "99999999999999.99"].into_iter().zip(["F1", "F2"]);
    let orders: Vec<Command> = all.map(|(shares, record)| freeze(record, shares)).collect();
    let before = after(three().into_iter().chain(orders));
    let state = given::<Holdings>(before).state();
    assert_eq!(state.frozen(), "99999999999999.99".parse().unwrap());
    assert_eq!(state.frozen_by_orders(), state.frozen());
    assert!(state.available().is_zero() && !state.registered().is_zero());
}

#[test]
fn every_refusal_has_its_case() {
    let mut places = check(of_credits_and_reservations());
    places.extend(check(of_corrections_and_marks()));
    let claim = |transaction: &str| Command::Claim {
        order: "TX-1".parse().unwrap(),
        transaction: transaction.parse().unwrap(),
        shares: "5".parse().unwrap(),
    };
    let says = "transaction TX-8 claims for order TX-1, which is transaction TX-9's by its own claim; \
                claim for an order of TX-8";
    places.extend(check(vec![(vec![claim("TX-9")], claim("TX-8"), says)]));

    let declared = |amount: &str| {
        Command::Declare(Box::new(Dividend {
            record: serial("DIV-1"),
            transaction: "dividend.05.DIV-1".parse().unwrap(),
            amount: amount.parse().unwrap(),
            basis: "1000".parse().unwrap(),
            record_date: "2026-03-03".parse().unwrap(),
            paid_on: "2026-03-05".parse().unwrap(),
        }))
    };
    let says = "record DIV-1 has stated another dividend";
    places.extend(check(vec![(vec![declared("1")], declared("2"), says)]));

    each_once(places, 20);
}

#[test]
fn one_lot_is_not_chosen_twice_by_one_order() {
    let twice = reserve("TX-1.out", "2", &[("old", "1"), ("old", "1")]);

    given::<Holdings>(after(three())).when(twice).then_refused(Refusal::LotTooSmall {
        lot: "old".parse().unwrap(),
        asked: "1".parse().unwrap(),
        free: "0".parse().unwrap(),
    });
}
