//! What is open of an order some of which is confirmed, with more to come: what no record has settled yet.

use crate::{
    audited, by_hand, conversion,
    outside::{bought_part, converted_part, received, subscribed_part},
    purchase,
    stage::{InHouse, Stage},
    subscription, tampered,
};
use fundflow_domain::{fund::ConversionFeeMethod, ids::ApplicationNo};
use fundflow_runtime::{message::Reply, process::Disposition};
use fundflow_sagas::{
    conversion::Conversion,
    ports::registrar::{ApplicationAnswer, notice},
    purchase::Purchase,
};

/// 4,000.00 and 6,000.00 of 10,000.00 yuan.
const FIRST: [&str; 5] = ["4000", "59.11", "0", "1.2345", "3192.30"];
const REST: [&str; 5] = ["6000", "88.67", "0", "1.2345", "4788.44"];
/// 2,000.00 and 4,000.00 of these; the latter, and 3,000.00 of them.
const SECOND: [&str; 5] = ["2000", "29.56", "0", "1.2345", "1596.14"];
const THIRD: [&str; 5] = ["4000", "59.11", "0", "1.2345", "3192.30"];
const THIRD_IN_PART: [&str; 5] = ["3000", "44.33", "1000", "1.2345", "2394.22"];

/// What is open, as an operator names it.
fn ends<S: InHouse>(stage: &Stage, id: &str) -> Vec<String> {
    let ends = stage.look::<S>(id).open_ends;
    ends.iter().map(|end| format!("{} {}", end.name, end.worth)).collect()
}

fn deliver(stage: &mut Stage, order: &str, said: ApplicationAnswer) {
    stage.notice(notice(&ApplicationNo::of(&order.parse().unwrap()), said));
    stage.until_instant(stage.now);
}

fn bought(stage: &mut Stage, serial: &str, last: bool, numbers: [&str; 5]) {
    deliver(stage, "P.buy", bought_part(serial, "2026-02-24", last, numbers));
}

/// Taken by the registrar, which confirms a first part.
fn in_part() -> Stage {
    let mut stage = purchase::stage();
    stage.request::<Purchase>("P", purchase::request());
    stage.until("02-24 09:00");
    assert_eq!(ends::<Purchase>(&stage, "P"), ["order 10000.00"]);
    bought(&mut stage, "C1", false, FIRST);
    stage
}

#[track_caller]
fn adds_up(stage: &Stage) {
    audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
}

#[test]
fn of_a_purchase_it_is_what_is_not_in_shares_yet() {
    let mut stage = in_part();
    assert_eq!(ends::<Purchase>(&stage, "P"), ["order 6000.00"], "{}", stage.text());
    bought(&mut stage, "C2", false, SECOND);
    assert_eq!(ends::<Purchase>(&stage, "P"), ["order 4000.00"]);
    bought(&mut stage, "C3", true, THIRD_IN_PART);
    stage.until("02-26 18:00");
    assert_eq!(stage.look::<Purchase>("P").ending, Some("purchase.completed"));
    assert_eq!(ends::<Purchase>(&stage, "P"), [""; 0], "{}", stage.text());
    assert_eq!(stage.outside.balance()[1], "1000".parse().unwrap());
}

#[test]
fn portions_that_are_all_of_a_purchase_leave_nothing_to_be_given_up() {
    let mut stage = in_part();
    bought(&mut stage, "C2", false, REST);
    assert_eq!(ends::<Purchase>(&stage, "P"), [""; 0]);
    stage.until("02-26 18:00");
    let (row, _) = stage.look::<Purchase>("P").parked.unwrap();
    assert_eq!(&*row, "confirm");
    assert!(matches!(stage.abandon::<Purchase>("P"), Reply::Acted));
    let look = stage.look::<Purchase>("P");
    assert!(look.finished && look.waits.is_empty(), "{:?}", look.waits);
    adds_up(&stage);
}

#[test]
fn who_gives_a_purchase_up_between_portions_has_what_is_left_and_hears_what_it_came_to() {
    let owed = "1000.00 yuan (order) are owed by hand, where 6000.00 were named before";
    for what in [Disposition::Manual, Disposition::Suspense] {
        for (last, cases) in [(THIRD, vec![]), (THIRD_IN_PART, vec![owed])] {
            let mut stage = in_part();
            assert!(matches!(stage.abandon_with::<Purchase>("P", what), Reply::Acted));
            assert_eq!(by_hand::named(&stage.events)["order"], 6000.into());
            // Less of it is to come now, as it was to be.
            bought(&mut stage, "C2", false, SECOND);
            assert_eq!(ends::<Purchase>(&stage, "P"), ["order 4000.00"]);
            assert_eq!(by_hand::cases(&stage.events), [""; 0], "{}", stage.text());
            bought(&mut stage, "C3", true, last);
            assert_eq!(by_hand::cases(&stage.events), cases, "{what:?}\n{}", stage.text());
            stage.until("03-02 18:00");
            assert!(stage.look::<Purchase>("P").finished, "{}", stage.text());
            assert!(stage.outside.balance()[1].is_zero());
            adds_up(&stage);
        }
    }
    let mut stage = in_part();
    stage.abandon_with::<Purchase>("P", Disposition::Refund);
    stage.until("03-02 18:00");
    // All that a person sends back was named from the beginning.
    assert_eq!(by_hand::named(&stage.events)["order"], 6000.into());
    assert_eq!(by_hand::cases(&stage.events), [""; 0], "{}", stage.text());
    assert!(stage.look::<Purchase>("P").finished && stage.outside.balance()[1].is_zero());
    adds_up(&stage);
}

/// Programs before this one said that all of it was.
#[test]
fn whoever_saw_all_of_it_in_an_earlier_program_gave_up_on_good_grounds() {
    let mut stage = in_part();
    stage.abandon::<Purchase>("P");
    for (worth, is_known) in [("10000.00", true), ("7000.00", false)] {
        let log = tampered::with(&stage.events, "purchase.abandoned", "/ends/0/worth", worth);
        let report = audited::report(&log, stage.kinds());
        assert_eq!(audited::is_named(&report), !is_known, "{worth}");
    }
}

#[test]
fn of_a_subscription_it_is_the_same_once_its_fund_is_founded() {
    let mut stage = subscription::subscribed_in_time();
    stage.until("02-24 09:30");
    deliver(&mut stage, "P.buy", received("R1", "2026-02-24"));
    assert_eq!(ends::<Purchase>(&stage, "P"), ["order 10000.00"]);
    stage.until("03-05 09:00");
    let part = ["4000", "47.43", "0", "0.94", "3953.51", "0.94"];
    deliver(&mut stage, "P.buy", subscribed_part("C1", "2026-03-05", false, part));
    assert_eq!(stage.shares("018145").registered(), "3953.51".parse().unwrap());
    assert_eq!(ends::<Purchase>(&stage, "P"), ["order 6000.00"], "{}", stage.text());
}

#[test]
fn of_a_conversion_nothing_is_on_its_way_whose_target_is_there() {
    let mut stage =
        conversion::asked_for(ConversionFeeMethod::FeeDifference, conversion::request());
    stage.until("02-24 09:00");
    assert_eq!(ends::<Conversion>(&stage, "C"), ["shares 20000.00"]);
    let half = ["10000", "1.0523", "10.52", "71.93", "10440.55", "1.2345", "8457.31"];
    deliver(&mut stage, "C.convert", converted_part("K1", "2026-02-24", false, half));
    assert_eq!(stage.shares("011162").registered(), "8457.31".parse().unwrap());
    assert_eq!(ends::<Conversion>(&stage, "C"), ["shares 10000.00"], "{}", stage.text());
    adds_up(&stage);
    // All of it is there, and no record is the last.
    deliver(&mut stage, "C.convert", converted_part("K2", "2026-02-24", false, half));
    assert_eq!(ends::<Conversion>(&stage, "C"), [""; 0], "{}", stage.text());
    assert!(matches!(stage.abandon::<Conversion>("C"), Reply::Acted));
    assert!(stage.look::<Conversion>("C").finished);
    adds_up(&stage);
}
