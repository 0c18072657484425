//! What is to be taken back goes into no batch, and is taken back by that, whoever does not answer; what a
//! registrar keeps although we turned it away waits for a person.

use crate::{
    conversion::{BY_FEES, CONFIRMED_AT, asked_for, request},
    outside::converted,
    stage::{Stage, at},
};
use fundflow_domain::{fund::ConversionFeeMethod, ids::ApplicationNo, orders::Cause};
use fundflow_runtime::process::Disposition;
use fundflow_sagas::{
    conversion::{Command, Conversion, Request},
    ports::registrar::{self, ApplicationAnswer},
};

/// Handed in before the cut-off; the front's word comes after it, and only that T was wanted.
fn turned_away(keeps: bool) -> Stage {
    let mut stage = Stage::with(
        vec![crate::funds::equity(), crate::funds::bond(ConversionFeeMethod::FeeDifference)],
        "02-13 14:59",
    );
    stage.holds("001546", "B1", "2026-01-15", "25000");
    stage.outside.keeps = keeps;
    stage.silent = true;
    stage.request::<Conversion>("C", Request { only_today: true, ..request() });
    stage.now = at("02-13 15:00:10");
    stage.silent = false;
    stage.until("02-13 15:01");
    stage
}

/// The batch of that order's T is sealed.
fn seal(stage: &mut Stage) {
    let no = ApplicationNo::of(&"C.convert".parse().unwrap());
    stage.notice(registrar::notice(&no, ApplicationAnswer::Sealed("T-2026-02-24".into())));
}

#[test]
fn what_was_turned_away_is_taken_back_and_in_no_batch() {
    let mut stage = turned_away(false);
    seal(&mut stage);
    stage.until("02-26 18:00");

    assert!(!stage.has("application.sealed"), "{}", stage.text());
    let look = stage.look::<Conversion>("C");
    assert_eq!(look.ending, Some("conversion.rolled_back"), "{}", stage.text());
    assert_eq!(&*look.failure.unwrap().code, "cut_off_passed");
    assert_eq!(stage.shares("001546").available(), "25000".parse().unwrap());
}

#[test]
fn what_was_turned_away_and_the_registrar_keeps_waits_for_a_person() {
    let mut stage = turned_away(true);
    seal(&mut stage);

    assert!(!stage.has("application.sealed"), "{}", stage.text());
    let (row, cause) = stage.look::<Conversion>("C").parked.unwrap();
    assert_eq!((&*row, &*cause.code), ("cancel", "0218"));

    let mut settled = stage.clone();
    settled.outside.keeps = false;
    settled.until("02-24 10:00");
    let look = settled.look::<Conversion>("C");
    assert_eq!(look.ending, Some("conversion.rolled_back"), "{}", settled.text());

    let mut given_up = stage.clone();
    given_up.abandon_with::<Conversion>("C", Disposition::Refund);
    given_up.until("02-24 10:00");
    assert_eq!(given_up.shares("001546").available(), "25000".parse().unwrap());
}

#[test]
fn what_the_registrar_carries_out_although_it_was_turned_away_says_so() {
    let mut stage = turned_away(true);
    stage.until("02-25 08:30");
    let no = ApplicationNo::of(&"C.convert".parse().unwrap());
    let mut numbers = BY_FEES;
    (numbers[5], numbers[6]) = ("1.3071", "15975.14");
    stage.notice(registrar::notice(&no, converted("K1", "2026-02-25", numbers)));
    stage.until("02-26 18:00");

    let look = stage.look::<Conversion>("C");
    assert_eq!(look.ending, Some("conversion.completed"), "{}", stage.text());
    let cause = look.failure.unwrap();
    assert_eq!(&*cause.code, "not_taken_back", "{cause}");
    assert!(cause.text.contains("only 2026-02-13 was wanted, and the registrar carried it out"));
}

#[test]
fn what_the_registrar_keeps_of_what_the_investor_takes_back_goes_into_its_batch() {
    let mut stage = asked_for(ConversionFeeMethod::FeeDifference, request());
    stage.outside.keeps = true;
    stage.command::<Conversion>("C", Command::Cancel { at: stage.now });
    stage.until("02-13 10:05");
    seal(&mut stage);
    assert!(stage.has("application.sealed"), "{}", stage.text());
    stage.until("02-13 18:00");
    assert_eq!(stage.look::<Conversion>("C").parked, None);
}

/// Taken back in time by the investor; the registrar never says whether it does.
fn unanswered() -> Stage {
    let mut stage = asked_for(ConversionFeeMethod::FeeDifference, request());
    stage.outside.mute.insert(no().to_string());
    stage.command::<Conversion>("C", Command::Cancel { at: stage.now });
    stage.until("02-13 16:00");
    stage
}

fn no() -> ApplicationNo {
    ApplicationNo::of(&"C.convert".parse().unwrap())
}

#[test]
fn a_cancel_that_nobody_answers_is_done_once_the_batch_is_sealed_without_its_order() {
    let mut stage = unanswered();
    let look = stage.look::<Conversion>("C");
    assert_eq!((look.ending, look.parked), (None, None), "{}", stage.text());
    seal(&mut stage);
    stage.until("02-13 18:00");

    assert!(!stage.has("application.sealed"), "{}", stage.text());
    let look = stage.look::<Conversion>("C");
    assert_eq!(look.ending, Some("conversion.rolled_back"), "{}", stage.text());
    assert_eq!(&*look.failure.unwrap().code, "cancelled");
    assert_eq!(stage.shares("001546").available(), "25000".parse().unwrap());

    // What the registrar says of it at last changes nothing.
    let events = stage.events.len();
    for late in [
        ApplicationAnswer::Cancelled,
        ApplicationAnswer::NotCancelled(Cause::new("0218", "too late")),
    ] {
        stage.notice(registrar::notice(&no(), late));
        stage.until("02-24 08:00");
    }
    assert_eq!(stage.events.len(), events, "{}", stage.text());
}

#[test]
fn a_cancel_that_nobody_answers_ends_with_the_word_of_a_registrar_that_has_no_batch_of_ours() {
    for confirms in [true, false] {
        let mut stage = unanswered();
        let word = if confirms {
            converted("K1", "2026-02-24", BY_FEES)
        } else {
            crate::outside::rejected("0")
        };
        stage.outside.says("C.convert", CONFIRMED_AT, word);
        stage.until("02-24 18:00");
        stage.until("02-26 18:00");
        let look = stage.look::<Conversion>("C");
        let ending = if confirms { "conversion.completed" } else { "conversion.rolled_back" };
        assert_eq!(look.ending, Some(ending), "{}", stage.text());
        assert!(look.finished && !stage.has("conversion.parked"), "{}", stage.text());
        let report = crate::audited::report(&stage.events, stage.kinds());
        crate::audited::adds_up(&report, || stage.text());
    }
}
