//! Which lots leave: what was chosen stays chosen, one day's lots have an order, and nobody chooses what others take.

use super::{
    Command, Credit, Event, Holdings, Refusal, State,
    tests::{
        after, correct_credit, correct_take, credit, lot, parts, release, reserve, serial, shares,
        take,
    },
};
use crate::{fund::RedemptionSequence, ids::OrderId, testing::given};

fn order(name: &str) -> OrderId {
    name.parse().unwrap()
}

/// 100.00 old and 100.00 young shares.
fn two() -> Vec<Command> {
    vec![credit(lot("A1", "2026-01-06", "100.00")), credit(lot("B1", "2026-01-20", "100.00"))]
}

fn with(more: impl IntoIterator<Item = Command>) -> Vec<Event> {
    after(two().into_iter().chain(more))
}

fn state(commands: impl IntoIterator<Item = Command>) -> State {
    given::<Holdings>(with(commands)).state()
}

fn left(state: &State) -> Vec<(String, String)> {
    let row = |lot: &super::Lot| (lot.credit.lot.to_string(), lot.left.to_string());
    state.lots().into_iter().filter(|lot| lot.stands()).map(row).collect()
}

fn rows(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(lot, left)| ((*lot).into(), (*left).into())).collect()
}

fn named(command: Command, lots: &[(&str, &str)]) -> Command {
    let lots = parts(lots);
    match command {
        Command::Take { order, serial, shares, trade_date, finished, .. } => {
            Command::Take { order, serial, shares, trade_date, named: lots, finished }
        }
        Command::CorrectTake { order, serial, record, shares, trade_date, .. } => {
            Command::CorrectTake { order, serial, record, shares, trade_date, named: lots }
        }
        other => other,
    }
}

// The young lot was chosen: 50.00 of it left, and come back, and leave again. The old one is not touched.
#[test]
fn a_corrected_record_takes_the_lot_that_was_chosen() {
    let chosen = reserve("TX-1.out", "50.00", &[("B1", "50.00")]);
    let state = state([
        chosen,
        take("TX-1.out", "C1", "50.00", true),
        correct_take("TX-1.out", "C1", "C2", "50.00"),
    ]);

    assert_eq!(left(&state), rows(&[("A1", "100.00"), ("B1", "50.00")]));
}

#[test]
fn so_do_a_record_that_comes_after_the_release_and_one_that_is_said_again() {
    let chosen = || reserve("TX-1.out", "50.00", &[("B1", "50.00")]);
    let overruled = state([chosen(), release("TX-1.out"), take("TX-1.out", "C1", "50.00", true)]);
    let withdrawn = Command::WithdrawTake {
        order: order("TX-1.out"),
        serial: serial("C1"),
        record: serial("case-1"),
    };
    let again = state([
        chosen(),
        take("TX-1.out", "C1", "50.00", true),
        withdrawn,
        take("TX-1.out", "C2", "50.00", true),
    ]);
    // 20.00 leave with more to come; the second record is corrected, and the first one stays.
    let portions = state([
        chosen(),
        take("TX-1.out", "C1", "20.00", false),
        take("TX-1.out", "C2", "30.00", true),
        correct_take("TX-1.out", "C2", "C3", "30.00"),
    ]);

    let expected = rows(&[("A1", "100.00"), ("B1", "50.00")]);
    assert_eq!(
        [overruled, again, portions].each_ref().map(left),
        [expected.clone(), expected.clone(), expected]
    );
}

#[test]
fn the_register_says_which_lots_left_where_its_record_names_them() {
    let state = state([
        reserve("TX-1.out", "100.00", &[]),
        named(take("TX-1.out", "C1", "100.00", true), &[("A1", "30.00"), ("B1", "70.00")]),
    ]);
    assert_eq!(left(&state), rows(&[("A1", "70.00"), ("B1", "30.00")]));
}

// What is named is too much for the lot, unknown, or not what left: by the sequence.
#[test]
fn names_that_cannot_be_are_not_followed() {
    for lots in [&[("A1", "30.00"), ("B1", "70.01")][..], &[("C1", "100.00")], &[("B1", "99.00")]] {
        let state = state([
            reserve("TX-1.out", "100.00", &[]),
            named(take("TX-1.out", "C1", "100.00", true), lots),
        ]);
        assert_eq!(left(&state), rows(&[("A1", "0.00"), ("B1", "100.00")]), "{lots:?}");
    }
}

// Both are of one day. L1 has the smaller number, whichever was heard first.
#[test]
fn lots_of_one_day_leave_by_the_number_of_their_records() {
    for heard in [["L1", "L2"], ["L2", "L1"]] {
        let lots = heard.map(|name| credit(lot(name, "2026-01-06", "100.00")));
        for sequence in [RedemptionSequence::Fifo, RedemptionSequence::Lifo] {
            let reserved = Command::Reserve {
                order: order("TX-1.out"),
                shares: shares("60.00"),
                sequence,
                designated: vec![],
            };
            let commands = lots.clone().into_iter().chain([reserved]);
            let state = given::<Holdings>(after(commands)).state();
            let parcels = state
                .parcels(&order("TX-1.out"), shares("60.00"), "2026-02-24".parse().unwrap())
                .unwrap();
            assert_eq!(parcels[0].lot.as_str(), "L1", "{heard:?} {sequence:?}");
        }
    }
}

// L1 is corrected by L9, which would be the last by its own number.
#[test]
fn a_corrected_lot_keeps_the_place_of_the_one_it_replaces() {
    let corrected = Credit { lot: "L1.2".parse().unwrap(), ..lot("L9", "2026-01-06", "100.00") };
    let lots = [
        credit(lot("L1", "2026-01-06", "90.00")),
        credit(lot("L2", "2026-01-06", "100.00")),
        correct_credit("L1", "L9", Some(corrected)),
        reserve("TX-1.out", "60.00", &[]),
        take("TX-1.out", "C1", "60.00", true),
    ];
    let state = given::<Holdings>(after(lots)).state();

    assert_eq!(left(&state), rows(&[("L2", "100.00"), ("L1.2", "40.00")]));
    let order: Vec<_> = state
        .in_order(RedemptionSequence::Fifo)
        .iter()
        .map(|lot| lot.credit.lot.to_string())
        .collect();
    assert_eq!(order, ["L1.2", "L2"]);
}

// 50.00 go by the sequence, and they come out of the old lot: 50.00 of it can be chosen.
#[test]
fn nobody_chooses_what_an_order_before_takes_by_its_sequence() {
    let too_small = |free: &str| {
        Err(Refusal::LotTooSmall {
            lot: "A1".parse().unwrap(),
            asked: shares("60.00"),
            free: shares(free),
        })
    };
    let choose = || reserve("TX-2.out", "60.00", &[("A1", "60.00")]);
    let decide =
        |state: &State| <Holdings as crate::decider::Decider>::decide(state, &choose()).map(|_| ());

    let one = state([reserve("TX-1.out", "50.00", &[])]);
    assert_eq!(decide(&one), too_small("50.00"));
    let two = state([reserve("TX-1.out", "50.00", &[]), reserve("TX-3.out", "10.00", &[])]);
    assert_eq!(decide(&two), too_small("40.00"));
    // The young lot was chosen: that takes nothing of the old one.
    let chosen = state([reserve("TX-1.out", "50.00", &[("B1", "50.00")])]);
    assert_eq!(decide(&chosen), Ok(()));
    let lifo = Command::Reserve {
        order: order("TX-1.out"),
        shares: shares("50.00"),
        sequence: RedemptionSequence::Lifo,
        designated: vec![],
    };
    assert_eq!(decide(&state([lifo])), Ok(()));
    // It takes no more: all of it can be chosen.
    assert_eq!(decide(&state([reserve("TX-1.out", "50.00", &[]), release("TX-1.out")])), Ok(()));
}

// 50.00 by the sequence first, then 50.00 of the old lot are chosen: both come out of it, whoever is heard first.
#[test]
fn what_is_left_to_choose_leaves_beside_what_goes_by_the_sequence() {
    let orders =
        || [reserve("TX-1.out", "50.00", &[]), reserve("TX-2.out", "50.00", &[("A1", "50.00")])];
    let (first, second) =
        (take("TX-1.out", "C1", "50.00", true), take("TX-2.out", "C2", "50.00", true));
    for heard in [[first.clone(), second.clone()], [second, first]] {
        let state = state(orders().into_iter().chain(heard));
        assert_eq!(left(&state), rows(&[("A1", "0.00"), ("B1", "100.00")]));
    }
}

#[test]
fn a_record_in_the_place_of_another_finds_the_lots_as_they_were_before_that() {
    let state = state([reserve("TX-1.out", "100.00", &[]), take("TX-1.out", "C1", "100.00", true)]);
    let out = order("TX-1.out");
    let t = "2026-02-24".parse().unwrap();
    let first =
        |state: &State| state.parcels(&out, shares("100.00"), t).unwrap()[0].lot.to_string();

    assert_eq!(first(&state), "B1");
    assert_eq!(first(&state.without(&out, |taking| taking.serial == serial("C1"))), "A1");
    assert_eq!(first(&state.without(&out, |_| false)), "B1");
}

#[test]
fn a_chosen_lot_that_could_have_given_more_was_passed_over() {
    let state = state([reserve("TX-1.out", "50.00", &[("B1", "50.00")])]);
    let over = |lots: &[(&str, &str)]| {
        let over = state.passed_over(&order("TX-1.out"), &parts(lots));
        over.map(|lot| lot.credit.lot.to_string())
    };

    assert_eq!(over(&[("A1", "50.00")]), Some("B1".to_owned()));
    assert_eq!(over(&[("B1", "20.00"), ("A1", "30.00")]), Some("B1".to_owned()));
    assert_eq!(over(&[("B1", "50.00")]), None);
    assert_eq!(over(&[("B1", "20.00")]), None);
}
