//! The end of one stream of a saga of one's own is cut off: what was decided later and rests on it says so.

use super::world;
use fundflow_kernel::envelope::Recorded;
use fundflow_runtime::{
    kind::{Kind, Of},
    look::Look,
};
use fundflow_testkit::toy::{exchange::Exchange, shop::May, transaction};
use std::sync::Arc;

/// All that was stored of an exchange that comes to its end.
fn played(may: &[May]) -> Vec<Recorded> {
    let mut world = world(Exchange::default(), may.iter().copied());
    world.run();
    world.log().events().cloned().collect()
}

fn look(log: &[Recorded]) -> Look {
    Of(Arc::new(Exchange::default())).look(&transaction("TX-1"), log).unwrap()
}

/// What is said once the last event of that type, the last of its stream, is missing.
fn without(log: &[Recorded], last: &str) -> Vec<String> {
    let nth = log.iter().rposition(|it| *it.event.event_type == *last).unwrap();
    let cut: Vec<Recorded> =
        log.iter().enumerate().filter(|(at, _)| *at != nth).map(|(_, it)| it.clone()).collect();
    let said = look(&cut).groundless.into_iter();
    said.map(|it| format!("{} version {}: {}", it.stream, it.version, it.why)).collect()
}

#[test]
fn a_whole_log_says_nothing() {
    for may in [May::Damage, May::FailToPack] {
        assert_eq!(look(&played(&[may])).groundless, []);
    }
}

#[test]
fn what_rests_on_what_is_not_there_is_named() {
    let log = played(&[]);
    let ended = |stood: &str| {
        format!(
            "exchange-TX-1 version 2: it was decided at complete, and by what precedes it there was nothing to decide there: the saga stood at {stood}"
        )
    };
    assert_eq!(without(&log, "parcel.shipped"), [ended("ship")]);
    let spent = without(&log, "points.spent");
    assert_eq!(spent.last(), Some(&ended("spend")));
}
