//! What a record of the registrar could not be booked for is nobody else's, from the decision on that
//! brings it.

use super::{
    Command, Event, LotTaken, Portion, Refusal, Wallet, WithheldRefusal,
    tests::{credited, date, reserved, shares, tx},
};
use crate::{
    claims::ClaimedByAnother,
    ids::TransactionId,
    testing::{Given, given},
};

fn claim(name: &str, number: &str) -> Command {
    Command::Claim(format!("{name}.convert").parse().unwrap(), tx(name), shares(number))
}

fn claimed(name: &str, number: &str) -> Event {
    let order = format!("{name}.convert").parse().unwrap();
    Event::SharesClaimed { order, transaction: tx(name), shares: shares(number) }
}

fn confirm(name: &str, number: &str) -> Command {
    Command::ConfirmCredit(tx(name), shares(number), date("2026-02-25"))
}

fn confirmed(name: &str, number: &str) -> Event {
    let (transaction, registered) = (tx(name), date("2026-02-25"));
    Event::CreditConfirmed { transaction, shares: shares(number), registered }
}

/// The register took so many of a transaction that had nothing left.
fn taken(name: &str, number: &str) -> Command {
    Command::CorrectTakeOut {
        transaction: tx(name),
        record: format!("R-{name}").parse().unwrap(),
        portions: vec![Portion { shares: shares(number), day: date("2026-02-24") }],
        held: shares("0"),
        earns_through: date("2026-02-24"),
    }
}

fn released(name: &str) -> Event {
    Event::SharesReleased { transaction: tx(name) }
}

fn too_few(name: &str, asked: &str, free: &str) -> Refusal {
    Refusal::TooFew { transaction: tx(name), asked: shares(asked), free: shares(free) }
}

fn coming(name: &str, number: &str) -> Event {
    Event::CreditedInTransit { transaction: tx(name), shares: shares(number) }
}

fn took(name: &str, number: &str, lots: &[(&str, &str)]) -> Event {
    let taken = |(lot, part): &(&str, &str)| LotTaken { lot: tx(lot), shares: shares(part) };
    Event::TakeOutCorrected {
        transaction: tx(name),
        record: format!("R-{name}").parse().unwrap(),
        reversed: shares("0"),
        shares: shares(number),
        returned: shares("0"),
        lots: lots.iter().map(taken).collect(),
        held: shares("0"),
        earns_through: date("2026-02-24"),
        portions: Vec::new(),
    }
}

/// TX-1 lacks 1,000.00, and 600.00 of TX-2 are on their way.
fn lacking() -> Given<Wallet> {
    given([released("TX-1"), claimed("TX-1", "1000"), coming("TX-2", "600")])
}

#[test]
fn what_comes_where_something_is_lacking_is_nobodys_at_once_and_booked_as_a_whole() {
    let some = lacking().when(taken("TX-1", "1000"));
    some.then_refused(too_few("TX-1", "1000", "0"));
    let some = lacking().when(confirm("TX-2", "600")).then([confirmed("TX-2", "600")]).state();
    assert_eq!((some.available(), some.disputed()), (shares("0"), shares("1000")));

    let history = || {
        [released("TX-1"), claimed("TX-1", "1000"), coming("TX-2", "600"), confirmed("TX-2", "600")]
    };
    let refused = WithheldRefusal::NotFree {
        transaction: tx("TX-3"),
        asked: shares("1"),
        free: shares("0"),
        frozen: shares("0"),
        disputed: shares("1000"),
    };
    let reserve = |name: &str| Command::Reserve(tx(name), shares("1"));
    given::<Wallet>(history()).when(reserve("TX-3")).then_refused(refused.into());
    given::<Wallet>(history())
        .when(taken("TX-1", "1000"))
        .then_refused(too_few("TX-1", "1000", "600"));

    let enough = history().into_iter().chain(credited("TX-4", "500", "2026-02-25"));
    let enough: Vec<Event> = enough.collect();
    assert_eq!(given::<Wallet>(enough.clone()).state().available(), shares("100"));
    let lots = [("TX-2", "600"), ("TX-4", "400")];
    let state = given::<Wallet>(enough)
        .when(taken("TX-1", "1000"))
        .then([took("TX-1", "1000", &lots)])
        .when(claim("TX-1", "0"))
        .then([Event::ClaimLifted { order: "TX-1.convert".parse().unwrap() }])
        .state();
    assert_eq!((state.available(), state.registered()), (shares("100"), shares("100")));
    assert_eq!(state.claims().waiting(), Vec::<TransactionId>::new());
}

#[test]
fn the_older_claim_takes_first_and_keeps_its_place_when_its_number_changes() {
    let both = || {
        let mut events = vec![released("TX-1"), released("TX-2")];
        events.extend([claimed("TX-1", "400"), claimed("TX-2", "100"), claimed("TX-1", "500")]);
        events.extend(credited("TX-3", "550", "2026-02-25"));
        events
    };
    assert_eq!(given::<Wallet>(both()).state().claims().waiting(), [tx("TX-1"), tx("TX-2")]);
    given::<Wallet>(both()).when(taken("TX-2", "100")).then_refused(too_few("TX-2", "100", "50"));
    // Whoever lacks something for the first time comes after all of them.
    let third = both().into_iter().chain([released("TX-4")]);
    given::<Wallet>(third).when(taken("TX-4", "1")).then_refused(too_few("TX-4", "1", "0"));
    given::<Wallet>(both())
        .when(taken("TX-1", "500"))
        .then([took("TX-1", "500", &[("TX-3", "500")])])
        .when(claim("TX-1", "0"))
        .then([Event::ClaimLifted { order: "TX-1.convert".parse().unwrap() }])
        .when(taken("TX-2", "100"))
        .then_refused(too_few("TX-2", "100", "50"));
}

#[test]
fn a_purchase_that_is_corrected_loses_its_own_shares_whatever_others_claim() {
    let correct = |number: &str| Command::CorrectCredit {
        transaction: tx("TX-2"),
        record: "R-2".parse().unwrap(),
        portions: vec![Portion { shares: shares(number), day: date("2026-02-25") }],
        waits: false,
    };
    let events = || {
        let older = [released("TX-1"), claimed("TX-1", "1000")];
        older.into_iter().chain(credited("TX-2", "600", "2026-02-25"))
    };
    let state = given::<Wallet>(events()).when(correct("250")).then([Event::CreditCorrected {
        transaction: tx("TX-2"),
        record: "R-2".parse().unwrap(),
        reversed: shares("600"),
        lots: vec![LotTaken { lot: tx("TX-2"), shares: shares("600") }],
        shares: shares("250"),
        left: shares("250"),
        registered: date("2026-02-25"),
        coming: shares("0"),
        portions: Vec::new(),
    }]);
    assert_eq!(state.state().available(), shares("0"));

    // What others have to make up for is theirs first.
    let mut gone = credited("TX-2", "600", "2026-02-25");
    gone.extend([
        reserved("TX-2", "600"),
        Event::SharesTakenOut {
            transaction: tx("TX-2"),
            shares: shares("600"),
            lots: vec![LotTaken { lot: tx("TX-2"), shares: shares("600") }],
            earns_through: date("2026-02-26"),
        },
    ]);
    gone.extend([released("TX-1"), claimed("TX-1", "1000")]);
    gone.extend(credited("TX-3", "900", "2026-02-27"));
    given::<Wallet>(gone).when(correct("250")).then_refused(too_few("TX-2", "350", "0"));
}

#[test]
fn what_a_person_made_up_for_is_free_and_is_claimed_again_only_by_another_number() {
    let order = || "TX-1.convert".parse().unwrap();
    let state = lacking()
        .when(confirm("TX-2", "600"))
        .then([confirmed("TX-2", "600")])
        .when(Command::WaiveClaim(order()))
        .then([Event::ClaimWaived { order: order() }])
        .when(claim("TX-1", "1000"))
        .then([]);
    let state = state.state();
    assert_eq!((state.available(), state.claims().waiting().len()), (shares("600"), 0));

    let history =
        [released("TX-1"), claimed("TX-1", "1000"), Event::ClaimWaived { order: order() }];
    given::<Wallet>(history.clone()).when(claim("TX-1", "200")).then([claimed("TX-1", "200")]);
    given::<Wallet>(history)
        .when(claim("TX-1", "0"))
        .then([Event::ClaimLifted { order: order() }])
        .when(Command::WaiveClaim(order()))
        .then([]);
}

#[test]
fn an_order_that_another_transaction_has_claimed_for_is_refused_with_that_one() {
    let order = || "TX-1.convert".parse().unwrap();
    let refusal = ClaimedByAnother { order: order(), earlier: tx("TX-1"), transaction: tx("TX-2") };
    for number in ["0", "5", "7"] {
        given::<Wallet>([claimed("TX-1", "5")])
            .when(Command::Claim(order(), tx("TX-2"), shares(number)))
            .then_refused(WithheldRefusal::OfAnother(refusal.clone()).into());
    }
}
