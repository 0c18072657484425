//! What each table sends after a refusal at every row, in literals.
//!
//! The tables are not read here: a test that reads a table cannot find a wrong cell in it.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_domain::modes::ConversionMode::{self, LinkedSameDay, NextDay};
use fundflow_testkit::saga_world::{
    World,
    counterparties::{Pay, Script, Take},
};

fn told(mode: ConversionMode, pay: Pay, buy: Take, convert: Take) -> World {
    let mut world = World::new(mode, Script { pay, buy, convert, breaks: false });
    world.run();
    world
}

fn decided(world: &World) -> Vec<String> {
    world.log.types().into_iter().map(|name| name.split_once('.').unwrap().1.to_owned()).collect()
}

const PLACED: [&str; 3] = ["prepared", "placed", "payment_requested"];
const BOUGHT: [&str; 4] = ["paid", "accepted", "credited_in_transit", "committed"];

struct Row {
    refused_at: &'static str,
    play: (Pay, Take, Take),
    calls: &'static [&'static str],
    after: Vec<&'static str>,
}

fn check(mode: ConversionMode, rows: Vec<Row>) {
    for Row { refused_at, play: (pay, buy, convert), calls, after } in rows {
        let world = told(mode, pay, buy, convert);
        let decided = decided(&world);
        assert_eq!(decided[..3], PLACED, "refused at {refused_at}");
        assert_eq!(decided[3..], after, "refused at {refused_at}");
        assert_eq!(world.sent, calls, "refused at {refused_at}");
    }
}

fn before_the_commit() -> Vec<Row> {
    vec![
        Row {
            refused_at: "pay",
            play: (Pay::Declines, Take::Confirms, Take::Confirms),
            calls: &["charge TX-1.mmf.pay"],
            after: vec!["declined", "rolled_back"],
        },
        Row {
            refused_at: "pay, for another amount",
            play: (Pay::PaysLess, Take::Confirms, Take::Confirms),
            calls: &["charge TX-1.mmf.pay", "refund TX-1.mmf.refund1 9999.99"],
            after: vec![
                "declined",
                "payment_unapplied",
                "refund_requested",
                "refunded",
                "rolled_back",
            ],
        },
        Row {
            refused_at: "buy",
            play: (Pay::Pays, Take::Refuses, Take::Confirms),
            calls: &["charge TX-1.mmf.pay", "submit mmf", "refund TX-1.mmf.refund0 10000.00"],
            after: vec!["paid", "rejected", "refund_requested", "refunded", "rolled_back"],
        },
    ]
}

fn with(start: [&'static str; 4], rest: &[&'static str]) -> Vec<&'static str> {
    [&start[..], rest].concat()
}

const CALLS: [&str; 3] = ["charge TX-1.mmf.pay", "submit mmf", "submit convert"];

#[test]
fn the_linked_table_leaves_every_row_as_it_should() {
    let linked = vec![
        Row {
            refused_at: "convert",
            play: (Pay::Pays, Take::Confirms, Take::Refuses),
            calls: &CALLS,
            after: with(
                BOUGHT,
                &[
                    "shares_reserved",
                    "placed",
                    "rejected",
                    "shares_released",
                    "confirmed",
                    "credit_confirmed",
                    "kept_in_wallet",
                ],
            ),
        },
        Row {
            refused_at: "confirm buy",
            play: (Pay::Pays, Take::Rejects, Take::Rejects),
            calls: &[
                "charge TX-1.mmf.pay",
                "submit mmf",
                "submit convert",
                "refund TX-1.mmf.refund0 10000.00",
            ],
            after: with(
                BOUGHT,
                &[
                    "shares_reserved",
                    "placed",
                    "accepted",
                    "rejected",
                    "rejected",
                    "shares_released",
                    "credit_reversed",
                    "refund_requested",
                    "refunded",
                    "compensated",
                ],
            ),
        },
        Row {
            refused_at: "confirm conversion",
            play: (Pay::Pays, Take::Confirms, Take::Rejects),
            calls: &CALLS,
            after: with(
                BOUGHT,
                &[
                    "shares_reserved",
                    "placed",
                    "accepted",
                    "confirmed",
                    "credit_confirmed",
                    "rejected",
                    "shares_released",
                    "kept_in_wallet",
                ],
            ),
        },
        Row {
            refused_at: "nowhere",
            play: (Pay::Pays, Take::Confirms, Take::Confirms),
            calls: &CALLS,
            after: with(
                BOUGHT,
                &[
                    "shares_reserved",
                    "placed",
                    "accepted",
                    "confirmed",
                    "credit_confirmed",
                    "confirmed",
                    "shares_spent",
                    "completed",
                ],
            ),
        },
    ];
    check(LinkedSameDay, before_the_commit());
    check(LinkedSameDay, linked);
}

#[test]
fn the_next_day_table_leaves_every_row_as_it_should() {
    const CONVERTING: [&str; 4] = ["confirmed", "credit_confirmed", "shares_reserved", "placed"];
    let next_day = vec![
        Row {
            refused_at: "confirm buy",
            play: (Pay::Pays, Take::Rejects, Take::Confirms),
            calls: &["charge TX-1.mmf.pay", "submit mmf", "refund TX-1.mmf.refund0 10000.00"],
            after: with(
                BOUGHT,
                &["rejected", "credit_reversed", "refund_requested", "refunded", "compensated"],
            ),
        },
        Row {
            refused_at: "convert",
            play: (Pay::Pays, Take::Confirms, Take::Refuses),
            calls: &CALLS,
            after: [
                with(BOUGHT, &CONVERTING),
                vec!["rejected", "shares_released", "kept_in_wallet"],
            ]
            .concat(),
        },
        Row {
            refused_at: "confirm conversion",
            play: (Pay::Pays, Take::Confirms, Take::Rejects),
            calls: &CALLS,
            after: [
                with(BOUGHT, &CONVERTING),
                vec!["accepted", "rejected", "shares_released", "kept_in_wallet"],
            ]
            .concat(),
        },
        Row {
            refused_at: "nowhere",
            play: (Pay::Pays, Take::Confirms, Take::Confirms),
            calls: &CALLS,
            after: [
                with(BOUGHT, &CONVERTING),
                vec!["accepted", "confirmed", "shares_spent", "completed"],
            ]
            .concat(),
        },
    ];
    check(NextDay, before_the_commit());
    check(NextDay, next_day);
}
