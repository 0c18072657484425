//! A person leaves the row of a charge whose answer was lost: the bank is asked until its word is known, and a
//! charge that went through goes back, in every mode that charges.

use crate::{books, outside::Fate, stage::Stage, terms::request};
use fundflow_domain::modes::ConversionMode as Mode;
use fundflow_runtime::message::{Action, Reply};

/// Nobody hears of the charge, which arrives or not, and a person leaves its row. The process dies before the
/// append of that number after that.
fn left(mode: Mode, arrives: bool, dies: Option<usize>) -> Stage {
    let mut stage = Stage::at("10:00");
    let fate = if arrives { Fate::Unheard } else { Fate::Lost };
    stage.outside.fate("mmf.pay", [fate]);
    stage.request(&request(mode));
    stage.settle();
    let reply = stage.act(Action::SkipToLanding { reason: "not known there".into() });
    assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
    stage.fuse = dies;
    let later = stage.now.plus_millis(7 * 24 * 3_600_000);
    stage.settle();
    while stage.runner.next_timer().is_some_and(|due| due <= later) {
        stage.ring();
        stage.settle();
    }
    stage
}

#[test]
fn a_charge_is_found_after_its_row_was_left() {
    let dies = || std::iter::once(None).chain((0..6).map(Some));
    for mode in [Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase] {
        for arrives in [true, false] {
            for dies in dies() {
                let stage = left(mode, arrives, dies);
                let text = format!("{mode:?} arrives: {arrives} {dies:?}\n{}", stage.text());
                assert_eq!(stage.has("payment.receipt_unapplied"), arrives, "{text}");
                assert_eq!(stage.has("payment.refunded"), arrives, "{text}");
                assert_eq!(stage.has("payment.declined"), !arrives, "{text}");
                let calls = stage.lines.iter().filter(|line| *line == "call mmf.pay").count();
                assert_eq!(calls, 1, "{text}");
                let look = stage.look();
                assert!(look.finished && look.parked.is_none(), "{:?}\n{text}", look.waits);
                books::at_the_end(&stage);
            }
        }
    }
}
