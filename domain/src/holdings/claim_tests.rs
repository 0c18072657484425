//! What a record of the registrar could not be booked for is nobody else's, from the decision on that
//! brings it; and lots that make up for what had left one that never had it.

use super::{
    Command, Event, Holdings, Refusal,
    tests::{
        after, correct_credit, correct_take, credit, lot, parts, release, reserve, serial, shares,
        take,
    },
};
use crate::{
    claims::ClaimedByAnother,
    decider::Decider,
    testing::{Given, given},
};

fn claim(order: &str, count: &str) -> Command {
    Command::Claim {
        order: order.parse().unwrap(),
        transaction: "TX-9".parse().unwrap(),
        shares: shares(count),
    }
}

fn too_few(order: &str, asked: &str, free: &str) -> Refusal {
    Refusal::TooFew { order: order.parse().unwrap(), asked: shares(asked), free: shares(free) }
}

fn all(commands: impl IntoIterator<Item = Command>) -> Given<Holdings> {
    given::<Holdings>(after(commands))
}

/// TX-1 reserved 100.00 of 100.00 and let them go; TX-2 had them then; then the register says that TX-1
/// took them.
fn lacking() -> Vec<Command> {
    vec![
        credit(lot("L1", "2026-01-05", "100")),
        reserve("TX-1", "100", &[]),
        release("TX-1"),
        reserve("TX-2", "100", &[]),
        take("TX-2", "C2", "100", true),
        claim("TX-1", "100"),
    ]
}

#[test]
fn what_comes_where_something_is_lacking_is_nobodys_at_once_and_booked_as_a_whole() {
    let first = || lacking().into_iter().chain([credit(lot("L2", "2026-02-05", "60"))]);
    let state = all(first()).state();
    assert_eq!((state.available(), state.held()), (shares("0"), shares("100")));
    all(first()).when(reserve("TX-3", "1", &[])).then_refused(too_few("TX-3", "1", "0"));
    all(first()).when(take("TX-1", "C1", "100", true)).then_refused(too_few("TX-1", "100", "60"));

    let enough = first().chain([credit(lot("L3", "2026-02-05", "60"))]);
    let state = all(enough)
        .when(take("TX-1", "C1", "100", true))
        .then([Event::SharesTaken {
            order: "TX-1".parse().unwrap(),
            serial: serial("C1"),
            shares: shares("100"),
            lots: parts(&[("L2", "60"), ("L3", "40")]),
            finished: true,
        }])
        .when(claim("TX-1", "0"))
        .then([Event::ClaimLifted { order: "TX-1".parse().unwrap() }])
        .state();
    assert_eq!((state.available(), state.registered()), (shares("20"), shares("20")));
}

#[test]
fn the_older_claim_takes_first_and_a_waived_one_not_at_all() {
    let both = || {
        let two = [
            credit(lot("L1", "2026-01-05", "100")),
            reserve("TX-1", "50", &[]),
            reserve("TX-2", "50", &[]),
            release("TX-1"),
            release("TX-2"),
            claim("TX-1", "120"),
            claim("TX-2", "30"),
        ];
        two.into_iter()
    };
    all(both()).when(take("TX-2", "C2", "30", true)).then_refused(too_few("TX-2", "30", "0"));
    let waived = both().chain([Command::WaiveClaim("TX-1".parse().unwrap())]);
    let state = all(waived).when(take("TX-2", "C2", "30", true)).then([Event::SharesTaken {
        order: "TX-2".parse().unwrap(),
        serial: serial("C2"),
        shares: shares("30"),
        lots: parts(&[("L1", "30")]),
        finished: true,
    }]);
    assert_eq!(state.state().claims().waiting().len(), 1);
}

/// 100.00 came, and all of them were taken; the register corrects them to 40.00.
fn sold() -> Vec<Command> {
    vec![
        credit(lot("L1", "2026-01-05", "100")),
        reserve("TX-1", "100", &[]),
        take("TX-1", "C1", "100", true),
    ]
}

#[test]
fn other_lots_make_up_for_what_had_left_one_that_never_had_it() {
    let smaller = || correct_credit("L1", "R1", Some(lot("R1", "2026-01-05", "40")));
    let below = Refusal::BelowTaken {
        lot: "L1".parse().unwrap(),
        taken: shares("100"),
        shares: shares("40"),
    };
    let some = sold().into_iter().chain([credit(lot("L2", "2026-02-05", "59.99"))]);
    all(some).when(smaller()).then_refused(below);

    let enough = || sold().into_iter().chain([credit(lot("L2", "2026-02-05", "70"))]);
    let made_up = || Event::MadeUp { lot: "L1".parse().unwrap(), lots: parts(&[("L2", "60")]) };
    let reversed = || Event::CreditReversed {
        lot: "L1".parse().unwrap(),
        record: serial("R1"),
        replaced_by: Some("R1".parse().unwrap()),
    };
    let posted = || Event::Credited(Box::new(lot("R1", "2026-01-05", "40")));
    let state = all(enough()).when(smaller()).then([made_up(), reversed(), posted()]).state();
    assert_eq!((state.registered(), state.available()), (shares("10"), shares("10")));

    // What is given back after that goes where it came from in the end.
    let history: Vec<Event> =
        after(enough()).into_iter().chain([made_up(), reversed(), posted()]).collect();
    let back = correct_take("TX-1", "C1", "R2", "0");
    let state = given::<Holdings>(history).state();
    let events = Holdings::decide(&state, &back).unwrap();
    let state = events.iter().fold(state, |state, event| Holdings::evolve(state, event).unwrap());
    let left = |name: &str| state.lot(&name.parse().unwrap()).unwrap().left;
    assert_eq!((left("R1"), left("L2")), (shares("40"), shares("70")));
}

/// All that is free of the other lot is just enough.
#[test]
fn what_left_other_lots_by_the_same_record_has_left_them_all_the_same() {
    let commands = [
        credit(lot("L0", "2026-01-02", "50")),
        credit(lot("L1", "2026-01-05", "100")),
        reserve("TX-1", "150", &[]),
        take("TX-1", "C1", "150", true),
        credit(lot("L2", "2026-02-05", "60")),
        correct_credit("L1", "R1", Some(lot("R1", "2026-01-05", "40"))),
    ];
    let history = after(commands);
    let made_up = Event::MadeUp { lot: "L1".parse().unwrap(), lots: parts(&[("L2", "60")]) };
    assert!(history.contains(&made_up), "{history:?}");
    let state = given::<Holdings>(history).state();
    let events = Holdings::decide(&state, &correct_take("TX-1", "C1", "R2", "0")).unwrap();
    let state = events.iter().fold(state, |state, event| Holdings::evolve(state, event).unwrap());
    let left = |name: &str| state.lot(&name.parse().unwrap()).unwrap().left;
    assert_eq!(["L0", "R1", "L2"].map(left), ["50", "40", "60"].map(shares));
}

#[test]
fn lots_of_others_make_up_for_nothing() {
    let smaller = correct_credit("L1", "R1", None);
    let reserved = sold()
        .into_iter()
        .chain([credit(lot("L2", "2026-02-05", "100")), reserve("TX-2", "1", &[])]);
    all(reserved).when(smaller).then_refused(Refusal::BelowTaken {
        lot: "L1".parse().unwrap(),
        taken: shares("100"),
        shares: shares("0"),
    });
}

/// A portion was taken, and then the last of it, which the register reverses: what it says next is taken.
#[test]
fn after_its_last_confirmation_was_reversed_an_order_may_take_once_more() {
    let commands = [
        credit(lot("L1", "2026-01-05", "100")),
        reserve("TX-1", "50", &[]),
        take("TX-1", "C1", "20", false),
        take("TX-1", "C2", "30", true),
        correct_take("TX-1", "C2", "R1", "0"),
    ];
    let state = all(commands).when(take("TX-1", "C3", "30", true)).then([Event::SharesTaken {
        order: "TX-1".parse().unwrap(),
        serial: serial("C3"),
        shares: shares("30"),
        lots: parts(&[("L1", "30")]),
        finished: true,
    }]);
    let refused = Refusal::NothingReserved("TX-1".parse().unwrap());
    state.when(take("TX-1", "C4", "1", true)).then_refused(refused);
}

#[test]
fn an_order_that_another_transaction_has_claimed_for_is_refused_with_that_one() {
    let others = |count: &str| Command::Claim {
        order: "TX-1".parse().unwrap(),
        transaction: "TX-8".parse().unwrap(),
        shares: shares(count),
    };
    let refusal = Refusal::OfAnother(ClaimedByAnother {
        order: "TX-1".parse().unwrap(),
        earlier: "TX-9".parse().unwrap(),
        transaction: "TX-8".parse().unwrap(),
    });
    let says = "transaction TX-8 claims for order TX-1, which is transaction TX-9's by its own claim; \
                claim for an order of TX-8";
    assert_eq!(refusal.to_string(), says);
    let claimed = || [credit(lot("L1", "2026-01-05", "100")), claim("TX-1", "120")];
    for count in ["0", "120", "30"] {
        all(claimed()).when(others(count)).then_refused(refusal.clone());
    }
}

#[test]
fn holdings_wait_for_those_whose_records_lack_shares() {
    use fundflow_kernel::codec::Stored;
    assert_eq!(Holdings::waiting(&all(lacking()).state()), ["TX-9".parse().unwrap()]);
    assert_eq!(Holdings::waiting(&all(lacking().into_iter().take(1)).state()), []);
}

#[test]
fn an_orders_lots_are_counted_with_those_that_were_reversed() {
    let two = ["L1", "L2"].map(|name| credit(lot(name, "2026-01-05", "100")));
    let brought = |commands: Vec<Command>| {
        all(commands).state().lots_brought_by(&"TX-0.buy".parse().unwrap())
    };
    assert_eq!(brought(vec![]), 0);
    assert_eq!(brought(two.to_vec()), 2);
    let corrected =
        [two.as_slice(), &[correct_credit("L1", "K1", Some(lot("L3", "2026-01-05", "90")))]];
    assert_eq!(brought(corrected.concat()), 3);
    assert_eq!(all(two).state().lots_brought_by(&"TX-1".parse().unwrap()), 0);
}
