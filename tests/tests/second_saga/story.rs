//! What the table stores and sends after a refusal at every row, in literals.
//!
//! The table is not read here but for the names of its rows: a test that reads a table cannot find a
//! wrong cell in it.

use super::world;
use fundflow_testkit::{
    explore::{World, refused_at},
    story,
    toy::{
        exchange::{Exchange, FORGETS_TO_CANCEL, V1},
        shop::{May, Shop},
    },
};

/// Refused at that row: the world at rest, and how long its transcript was before the refusal.
fn refused(saga: Exchange, row: &str) -> (World<Exchange, Shop>, usize) {
    refused_at(world(saga, [May::Decline, May::FailToPack, May::FailToShip]), row)
}

#[test]
fn the_exchange_leaves_every_row_as_it_should() {
    story!(&V1, |row| refused(Exchange::default(), row), {
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
