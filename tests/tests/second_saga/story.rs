//! What the table stores and sends after a refusal at every row, in literals.
//!
//! The table is not read here but for the names of its rows: a test that reads a table cannot find a
//! wrong cell in it.

use super::world;
use fundflow_testkit::{
    explore::World,
    story,
    toy::{
        exchange::{Exchange, FORGETS_TO_CANCEL, V1},
        shop::{May, Shop},
    },
};

/// Refused at that row: the world at rest, and how long its transcript was before the refusal.
fn refused_at(row: &str) -> (World<Exchange, Shop>, usize) {
    refused(Exchange::default(), row)
}

fn refused(saga: Exchange, row: &str) -> (World<Exchange, Shop>, usize) {
    let (may, refusal, event) = match row {
        "order" => (May::Decline, "Declined", "parcel.declined"),
        "pack" => (May::FailToPack, "Unpackable", "parcel.unpackable"),
        "ship" => (May::FailToShip, "Unshippable", "parcel.unshippable"),
        other => panic!("{other} cannot be refused"),
    };
    let mut world = world(saga, [may]);
    world.run_by(|ways| ways.iter().position(|way| way.words.contains(refusal)).unwrap_or(0));
    let before = world.transcript.iter().position(|line| **line == *event).unwrap();
    (world, before)
}

#[test]
fn the_exchange_leaves_every_row_as_it_should() {
    story!(&V1, refused_at, {
        "order" => ["parcel.declined", "points.released", "exchange.failed"],
        "pack" => [
            "parcel.unpackable",
            "call TX-1.parcel.cancel at shop",
            "parcel.cancelled",
            "points.released",
            "exchange.failed",
        ],
        "ship" => ["parcel.unshippable", "exchange.collected"],
    });
}

#[test]
fn the_story_of_a_table_with_a_wrong_cell_is_another() {
    let (world, before) = refused(Exchange { table: &FORGETS_TO_CANCEL }, "pack");
    let lines: Vec<&str> = world.transcript[before..].iter().map(AsRef::as_ref).collect();

    assert_eq!(lines, ["parcel.unpackable", "points.released", "exchange.failed"]);
}

#[test]
fn an_exchange_that_goes_well_stores_and_sends_this() {
    let mut world = world(Exchange::default(), []);
    world.run();
    let lines: Vec<&str> = world.transcript.iter().map(AsRef::as_ref).collect();

    assert_eq!(
        lines,
        [
            "exchange.prepared",
            "points.reserved",
            "parcel.requested",
            "call TX-1.parcel.order at shop",
            "parcel.ordered",
            "parcel.packed",
            "points.spent",
            "call TX-1.parcel.ship at shop",
            "parcel.shipped",
            "exchange.completed",
        ]
    );
}
