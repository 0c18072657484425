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
    dated("2026-02-11", "2026-02-12", given)
}

fn dated(record_date: &str, confirmed_on: &str, given: Given) -> World<Dividends, Outside> {
    let request = Request {
        registrar: read("own"),
        serial: read("DIV-1"),
        investor: investor_id(),
        fund: target_code(),
        record_date: date(record_date),
        confirmed_on: date(confirmed_on),
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
    paid_on("2026-02-12")
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

fn paid_on(day: &str) -> Given {
    Given::Cash { amount: read("50.00"), paid_on: date(day), account: read("A-1") }
}

/// A lot of last year would leave at a lower fee, and a day of payment in 2062 would be waited for.
#[test]
fn a_date_that_cannot_be_right_books_nothing() {
    let rows = [
        (
            "2025-02-11",
            "2025-02-12",
            reinvested(),
            "confirmed_on 2025-02-12 is outside of 2026-01-29 to 2026-02-13",
        ),
        (
            "2062-02-11",
            "2062-02-12",
            reinvested(),
            "2062-02-12 has not come yet; today is 2026-02-13",
        ),
        (
            "2026-02-06",
            "2026-02-07",
            reinvested(),
            "confirmed_on: 2026-02-07 is not a trading day; the exchange is closed",
        ),
        (
            "2026-02-13",
            "2026-02-12",
            reinvested(),
            "record_date 2026-02-13 is outside of 2026-01-28 to 2026-02-12",
        ),
        (
            "2025-02-11",
            "2026-02-12",
            reinvested(),
            "record_date 2025-02-11 is outside of 2026-01-28 to 2026-02-12",
        ),
        (
            "2026-02-11",
            "2026-02-12",
            paid_on("2062-02-12"),
            "paid_on 2062-02-12 is outside of 2026-02-11 to 2026-03-15",
        ),
        (
            "2026-02-11",
            "2026-02-12",
            paid_on("2026-02-10"),
            "paid_on 2026-02-10 is outside of 2026-02-11 to 2026-03-15",
        ),
    ];
    for (record, confirmed, given_, why) in rows {
        given(dated(record, confirmed, given_)).when(asked()).then_refused(why);
    }
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
