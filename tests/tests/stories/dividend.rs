//! A dividend that a registrar's record states.

use crate::table;
use fundflow_domain::holdings::{Command as Booking, Credit, Dividend};
use fundflow_sagas::dividend::{Dividends, Given, Request, id};
use fundflow_testkit::{
    at_par::{held, holdings_key, house, world_of},
    explore::{
        World,
        given::{asked, given},
        refusal::Refused,
        refused_by_a_person,
    },
    outside::Outside,
    story,
    worlds::{date, investor_id, read, shares, target_code},
};

fn world(given: Given) -> World<Dividends, Outside> {
    let request = Request {
        registrar: read("own"),
        serial: read("DIV-1"),
        investor: investor_id(),
        fund: target_code(),
        record_date: date("2026-02-11"),
        confirmed_on: date("2026-02-12"),
        basis: shares("1000"),
        given,
    };
    let name = id(&request.registrar, &request.serial).unwrap();
    world_of(Dividends { house: house() }, Outside::that([]), (name, request, ()))
        .with(&holdings_key(target_code()), held("1000"))
}

fn reinvested() -> Given {
    Given::Reinvested { shares: shares("40.00"), nav: read("1.25"), amount: read("50.00") }
}

fn in_cash() -> Given {
    Given::Cash { amount: read("50.00"), paid_on: date("2026-02-12"), account: read("A-1") }
}

#[test]
fn given_a_dividend_that_was_reinvested_its_shares_are_a_lot_of_their_own() {
    let when = given(world(reinvested())).when(asked()).then_events([
        "dividend.prepared",
        "dividend.opened",
        "holdings.credited",
        "dividend.booked",
        "dividend.completed",
    ]);
    let state = when.world.log().loaded(&holdings_key(target_code())).state;
    assert_eq!(state.registered(), shares("1040.00"));
}

/// The process dies once it is asked for, and the next one finds that booked under its record which says otherwise: it
/// waits for a person.
fn refused(given: Given, other: Booking, row: &str) -> Refused<Dividends, Outside> {
    let mut world = world(given);
    let asked = world.request();
    let decided = world.decide(asked);
    let mut world = world.with(&holdings_key(target_code()), [other]);
    world.commit_and_crash(decided, 1);
    assert!(world.is_parked(), "{:?}", world.transcript);
    refused_by_a_person(world, row)
}

fn refused_lot(row: &str) -> Refused<Dividends, Outside> {
    let other = Booking::Credit(Box::new(Credit {
        lot: read("dividend.own.DIV-1.dividend"),
        order: read("dividend.own.DIV-1.dividend"),
        serial: read("DIV-1"),
        registered_on: date("2026-02-12"),
        shares: shares("39.00"),
        cost: read("50.00"),
    }));
    refused(reinvested(), other, row)
}

fn refused_money(row: &str) -> Refused<Dividends, Outside> {
    let other = Booking::Declare(Box::new(Dividend {
        record: read("DIV-1"),
        transaction: read("dividend.own.DIV-1"),
        amount: read("49.00"),
        basis: shares("1000"),
        record_date: date("2026-02-11"),
        paid_on: date("2026-02-12"),
    }));
    refused(in_cash(), other, row)
}

#[test]
fn the_stories_of_dividends() {
    story!(table::<Dividends>("dividend_reinvested.v1"), refused_lot, {
        "book" => ["dividend.landing_chosen", "dividend.halted", "dividend.stopped"],
    });
    story!(table::<Dividends>("dividend_in_cash.v1"), refused_money, {
        "book" => ["dividend.landing_chosen", "dividend.halted", "dividend.stopped"],
    });
}
