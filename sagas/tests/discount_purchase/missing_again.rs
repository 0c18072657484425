//! Shares that the registrar says left, and that were never bought: a person is called each time that it says so,
//! and only once for each.

use crate::{
    books::cases,
    doubted::{closes, confirms, over},
    outside::rejection,
    random::{Event, happen},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    case::{Case, Kind, State},
    modes::ConversionMode as Mode,
};
use fundflow_runtime::process::Disposition;
use fundflow_sagas::ports::registrar::ApplicationAnswer;

/// Abandoned before the registrar spoke, and what it then says left was never bought.
fn missing_shares() -> Stage {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    for _ in 0..2 {
        happen(&mut stage, &Event::Answer(0));
    }
    stage.abandon_with(Disposition::Refund);
    stage
}

/// The registrar's record holds, and what it took has the last case.
fn misses(stage: &mut Stage, serial: u8) {
    confirms(stage, "convert", true, serial);
    stage.run();
    stage.abandon_with(Disposition::Refund);
    for nth in 0..cases(stage).len() {
        closes(stage, nth, 0);
        stage.run();
    }
}

/// The registrar rejects it after all, and the shares are missing no more.
fn takes_back(stage: &mut Stage, serial: u8) {
    let said = rejection("0410", &format!("taken back, {serial}"));
    stage.deliver("convert", ApplicationAnswer::Rejected(said));
    stage.run();
    for nth in 0..cases(stage).len() {
        closes(stage, nth, 0);
        stage.run();
    }
}

/// Of shares that are missing.
fn open_cases_of_missing(stage: &Stage) -> usize {
    let known = cases(stage);
    let of_missing = |case: &Case| case.findings.iter().any(|it| it.kind == Kind::SharesMissing);
    known.iter().filter(|it| it.is_open() && it.case().is_some_and(of_missing)).count()
}

#[test]
fn who_disposes_of_missing_shares_once_more_keeps_their_case() {
    let mut stage = missing_shares();
    confirms(&mut stage, "convert", true, 0);
    stage.abandon_with(Disposition::Refund);
    closes(&mut stage, 0, 1);
    misses(&mut stage, 1);
    assert_eq!(open_cases_of_missing(&stage), 1, "{}", stage.text());

    stage.abandon_with(Disposition::Manual);
    stage.run();
    assert_eq!(open_cases_of_missing(&stage), 1, "{}", stage.text());
    for nth in 0..cases(&stage).len() {
        closes(&mut stage, nth, 2);
        stage.run();
    }

    assert!(stage.look().finished, "{:?}\n{}", stage.look().waits, stage.text());
    over(&stage);
}

#[test]
fn shares_that_are_missing_once_more_call_a_person_once_more() {
    for person_closes in [false, true] {
        let mut stage = missing_shares();
        for serial in [1, 2, 3] {
            misses(&mut stage, serial);
            assert_eq!(open_cases_of_missing(&stage), 1, "{serial}\n{}", stage.text());
            if person_closes {
                let nth = cases(&stage).iter().rposition(State::is_open).unwrap();
                closes(&mut stage, nth, 2);
                stage.run();
                assert!(stage.look().finished, "{serial}\n{}", stage.text());
            }
            takes_back(&mut stage, serial);
            assert_eq!(open_cases_of_missing(&stage), 0, "{serial}\n{}", stage.text());
        }
    }
}
