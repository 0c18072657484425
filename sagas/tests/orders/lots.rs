//! Which lots a record is held against, and which it takes: the table of domain reference, 2.7, by T of 24 February.

use crate::{
    conversion,
    outside::{converted, read, redeemed},
    redemption::{self, CONFIRMED_AT},
    stage::{Stage, holding},
};
use fundflow_domain::{
    application::{Designated, OnHuge},
    case::{CaseId, Closing, How},
    fund::ConversionFeeMethod,
    holdings::{Command as Held, Credit},
    ids::ApplicationNo,
    text::Text,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::Conversion,
    ports::registrar::notice,
    redemption::{Command, Redemption, Request},
};

/// All of the lot that was held for 400 days: leaving it costs nothing.
const RIGHT: [&str; 5] = ["3000", "1.3071", "3921.30", "0", "3921.30"];
/// 500.00 of the lot that was held for 5 days: 653.55 at 1.5 % are 9.80.
const CHOSEN: [&str; 5] = ["500", "1.3071", "653.55", "9.80", "643.75"];
const CORRECTED_AT: &str = "2026-02-26T18:00:00+08:00";

fn request(shares: &str, chosen: &[(&str, &str)]) -> Request {
    let lot =
        |(serial, shares): &(&str, &str)| Designated { serial: read(serial), shares: read(shares) };
    let lots = chosen.iter().map(lot).collect();
    let on_huge = OnHuge::Cancel;
    Request { shares: Some(read(shares)), lots, on_huge, ..redemption::request() }
}

fn asked_for(request: Request) -> Stage {
    let mut stage = redemption::stage();
    let reply = stage.request::<Redemption>("R", request);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.until("02-24 10:01");
    stage
}

fn says(stage: &mut Stage, at: &str, serial: &str, numbers: [&str; 5]) {
    stage.outside.says("R.redeem", at, redeemed(serial, "2026-02-25", true, numbers, &[]));
}

fn no() -> ApplicationNo {
    ApplicationNo::of(&read("R.redeem"))
}

fn left(stage: &Stage, fund: &str) -> Vec<String> {
    let held = stage.shares(fund);
    held.lots().into_iter().filter(|lot| lot.stands()).map(|lot| lot.left.to_string()).collect()
}

fn ending(stage: &Stage) -> Option<&'static str> {
    stage.look::<Redemption>("R").ending
}

#[track_caller]
fn close(stage: &mut Stage, case: CaseId, how: How) {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how, by, reason });
    let reply = stage.command::<Redemption>("R", Command::CloseCase { case, closing });
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
}

// The first record takes a fee of 29.41 out of a lot that costs nothing to leave. By the lots that are left after
// it the second one would have to take 34.30.
#[test]
fn a_corrected_record_is_held_against_the_lots_as_they_were_before_the_wrong_one() {
    let mut stage = asked_for(request("3000", &[]));
    says(&mut stage, CONFIRMED_AT, "C1", ["3000", "1.3071", "3921.30", "29.41", "3891.89"]);
    says(&mut stage, CORRECTED_AT, "C2", RIGHT);
    stage.until("03-06 18:00");

    assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
    assert!(!stage.has("application.contested"));
    assert_eq!(stage.outside.moved["R.redeem.out"], read("3921.30"));
    assert_eq!(left(&stage, "011162"), ["0.00", "2500.55", "1000.00"]);
}

// 24.51 and 9.79 are what the lots of 20 and 5 days cost: the second record is as wrong as the first.
#[test]
fn a_second_record_that_fits_only_the_lots_after_the_first_corrects_nothing() {
    let mut stage = asked_for(request("3000", &[]));
    says(&mut stage, CONFIRMED_AT, "C1", ["3000", "1.3071", "3921.30", "29.41", "3891.89"]);
    says(&mut stage, CORRECTED_AT, "C2", ["3000", "1.3071", "3921.30", "34.30", "3887.00"]);
    stage.until("03-06 18:00");

    assert_eq!(ending(&stage), None);
    assert!(stage.has("application.contested") && !stage.has("application.corrected"));
}

// All 6,500.55 leave for 44.12: 24.51 of the second lot, and 19.61 of the third, 1,307.10 at 1.5 %. By what is left
// after that, which is nothing, no fee is wrong.
#[test]
fn a_record_in_the_place_of_one_that_took_everything_has_a_fee_as_well() {
    let mut stage = asked_for(request("6500.55", &[]));
    says(&mut stage, CONFIRMED_AT, "C1", ["6500.55", "1.3071", "8496.87", "100.00", "8396.87"]);
    says(&mut stage, CORRECTED_AT, "C2", ["6500.55", "1.3071", "8496.87", "90.00", "8406.87"]);
    stage.until("03-06 18:00");

    assert_eq!(ending(&stage), None);
    assert!(stage.has("application.contested") && !stage.has("application.corrected"));
}

#[test]
fn a_corrected_record_takes_the_lot_that_was_chosen() {
    let mut stage = asked_for(request("500", &[("L3", "500")]));
    says(&mut stage, CONFIRMED_AT, "C1", ["500", "1.3071", "653.55", "19.60", "633.95"]);
    says(&mut stage, CORRECTED_AT, "C2", CHOSEN);
    stage.until("03-06 18:00");

    assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
    assert_eq!(left(&stage, "011162"), ["3000.00", "2500.55", "500.00"]);
}

#[test]
fn so_does_a_second_record_that_a_person_accepts_and_one_after_the_first_was_taken_back() {
    let wrong = ["500", "1.3071", "653.55", "0", "653.55"];
    for how in [How::Accepted, How::Withdrawn] {
        let mut stage = asked_for(request("500", &[("L3", "500")]));
        let numbers = if matches!(how, How::Accepted) { CHOSEN } else { wrong };
        says(&mut stage, CONFIRMED_AT, "C1", numbers);
        let second = if matches!(how, How::Accepted) { wrong } else { CHOSEN };
        says(&mut stage, CORRECTED_AT, "C2", second);
        // The second one is heard at once: nobody asks after the first.
        if matches!(how, How::Accepted) {
            stage.until("02-26 18:00");
            stage.notice(notice(&no(), redeemed("C2", "2026-02-25", true, wrong, &[])));
        } else {
            stage.until("02-26 17:59");
        }
        let opened = stage.events.iter().rfind(|it| &*it.event.event_type == "case.opened");
        let case = opened.unwrap().stream.id().parse().unwrap();
        close(&mut stage, case, how);
        stage.until("03-06 18:00");

        assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
        assert_eq!(left(&stage, "011162"), ["3000.00", "2500.55", "500.00"]);
    }
}

// Both lots cost 0.1 % to leave. 5,261.50 out, 5.26 for that: 5,256.24; 77.68 less 41.72 are 35.96 on top; 5,220.28
// buy 4,228.66.
#[test]
fn a_corrected_conversion_takes_the_lot_that_was_chosen() {
    let mut stage = conversion::stage(ConversionFeeMethod::FeeDifference);
    stage.holds("001546", "B2", "2026-02-05", "10000");
    let lots = vec![Designated { serial: read("B2"), shares: read("5000") }];
    let request = fundflow_sagas::conversion::Request {
        shares: Some(read("5000")),
        lots,
        ..conversion::request()
    };
    let reply = stage.request::<Conversion>("C", request);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.until("02-13 10:01");
    let right = ["5000", "1.0523", "5.26", "35.96", "5220.28", "1.2345", "4228.66"];
    let wrong = ["5000", "1.0523", "5.26", "35.96", "5220.28", "1.2345", "4300.00"];
    stage.outside.says("C.convert", conversion::CONFIRMED_AT, converted("K1", "2026-02-24", wrong));
    let at = "2026-02-25T18:00:00+08:00";
    stage.outside.says("C.convert", at, converted("K2", "2026-02-24", right));
    stage.until("02-27 18:00");

    assert_eq!(
        stage.look::<Conversion>("C").ending,
        Some("conversion.completed"),
        "{}",
        stage.text()
    );
    assert_eq!(left(&stage, "001546"), ["25000.00", "5000.00"]);
}

// By the date that the wrong record of the purchase had, the lot was held for 20 days: 0.75 % are 29.41.
#[test]
fn a_record_that_adds_up_once_its_lot_is_corrected_closes_its_case_by_itself() {
    let mut stage = asked_for(request("2500.55", &[("L2", "2500.55")]));
    says(&mut stage, CONFIRMED_AT, "C1", ["2500.55", "1.3071", "3268.47", "0", "3268.47"]);
    stage.until("02-26 18:00");
    assert_eq!(ending(&stage), None);
    assert!(stage.has("case.opened") && !stage.has("case.closed"));

    let credit = Credit {
        lot: read("L2.again"),
        order: read("GIVEN.L2"),
        serial: read("L9"),
        registered_on: read("2025-01-21"),
        shares: read("2500.55"),
        cost: read("2500.55"),
    };
    let (lot, record, with) = (read("L2"), read("L9"), Some(Box::new(credit)));
    stage.given(&holding("011162"), &Held::CorrectCredit { lot, record, with });
    stage.crash();
    stage.until("03-06 18:00");

    assert!(stage.has("case.closed"), "{}", stage.text());
    assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
    assert_eq!(stage.outside.moved["R.redeem.out"], read("3268.47"));
}

// 500.00 go by the sequence, out of the oldest lot: 2,500.00 of it can be chosen, and no more.
#[test]
fn nobody_chooses_what_an_order_before_takes_by_the_sequence() {
    let mut stage = asked_for(request("500", &[]));
    let reply = stage.request::<Redemption>("R2", request("2500.01", &[("L1", "2500.01")]));
    let Reply::Refused(_, refused) = &reply else { panic!("{reply:?}") };
    assert!(refused.contains("2500.00 of it"), "{refused}");
    let reply = stage.request::<Redemption>("R3", request("2500", &[("L1", "2500")]));
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    // 653.55 out of a lot that costs nothing to leave.
    says(&mut stage, CONFIRMED_AT, "C1", ["500", "1.3071", "653.55", "0", "653.55"]);
    stage.until("03-06 18:00");
    assert_eq!(ending(&stage), Some("redemption.completed"), "{}", stage.text());
}
