//! Every future of a purchase, within small bounds, on each table.
//!
//! What is true at every point is in `fundflow_testkit::saga_world::truths`; what can go wrong on
//! the way is in `explore`. The endings of each play are spelled out here.

use fundflow_domain::modes::ConversionMode;
use fundflow_testkit::{
    saga_world::{
        World,
        counterparties::{Pay, Script, Take},
        explore::explore,
    },
    worlds,
};

const COMPLETED: &str = "completed";
const KEPT: &str = "kept in wallet";
const FAILED: &str = "failed";
const BREAK: &str = "parked at conversion falls (blocked)";

/// What the channel and the registrar do, and how the purchase then ends: linked, and next day.
const PLAYS: [(Pay, Take, Take, [&str; 2]); 14] = [
    (Pay::Declines, Take::Confirms, Take::Confirms, [FAILED, FAILED]),
    (Pay::PaysLess, Take::Confirms, Take::Confirms, [FAILED, FAILED]),
    (Pay::Pays, Take::Refuses, Take::Confirms, [FAILED, FAILED]),
    (Pay::Pays, Take::Rejects, Take::Refuses, [FAILED, FAILED]),
    (Pay::Pays, Take::Rejects, Take::Rejects, [FAILED, FAILED]),
    (Pay::Pays, Take::Confirms, Take::Refuses, [KEPT, KEPT]),
    (Pay::Pays, Take::Confirms, Take::Rejects, [KEPT, KEPT]),
    (Pay::Pays, Take::Confirms, Take::Confirms, [COMPLETED, COMPLETED]),
    (Pay::Pays, Take::Confirms, Take::Partly, [COMPLETED, COMPLETED]),
    (Pay::Pays, Take::Partly, Take::Confirms, [COMPLETED, COMPLETED]),
    (Pay::Pays, Take::Partly, Take::Partly, [COMPLETED, COMPLETED]),
    (Pay::Pays, Take::Partly, Take::Rejects, [KEPT, KEPT]),
    (Pay::PaysLate, Take::Confirms, Take::Confirms, [COMPLETED, COMPLETED]),
    (Pay::PaysTwice, Take::Confirms, Take::Confirms, [COMPLETED, COMPLETED]),
];

fn explored(mode: ConversionMode, which: usize) -> (usize, usize) {
    let mut total = (0, 0);
    for (pay, buy, convert, endings) in PLAYS {
        let script = Script { pay, buy, convert, breaks: false };
        let found = explore(World::new(mode, script), FAULTS);
        let rests: Vec<&str> = found.rests.keys().map(String::as_str).collect();
        println!("{pay:?} {buy:?} {convert:?}: {} states, {} moves", found.states, found.moves);
        assert_eq!(rests, [endings[which]], "{script:?}");
        total = (total.0 + found.states, total.1 + found.moves);
    }
    println!("{mode:?} with {FAULTS} faults: {} states, {} moves", total.0, total.1);
    total
}

/// In one future.
const FAULTS: u8 = 1;

#[test]
fn whatever_happens_on_the_linked_table_is_sound() {
    assert_eq!(explored(ConversionMode::LinkedSameDay, 0), (0, 0));
}

#[test]
fn whatever_happens_on_the_next_day_table_is_sound() {
    assert_eq!(explored(ConversionMode::NextDay, 1), (0, 0));
}
