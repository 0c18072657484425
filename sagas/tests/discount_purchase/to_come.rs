//! What is open of a discount purchase whose orders are confirmed in part, with more to come: of each what no record
//! has settled, and of the money fund's shares what came of them.

use crate::{
    audited, books, by_hand,
    names::order,
    outside::{Verdict, halved},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    application::{Applications, Confirmation, Outcome},
    ids::ApplicationNo,
    modes::ConversionMode as Mode,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    message::{Action, Reply},
    process::Disposition,
};

fn asked_for(mode: Mode, silent: &[&str]) -> Stage {
    let mut stage = Stage::at("10:00");
    for name in silent {
        stage.outside.verdicts.insert((*name).to_owned(), Verdict::Silence);
    }
    stage.request(&request(mode));
    stage
}

/// What is open, as an operator names it.
fn ends(stage: &Stage) -> Vec<String> {
    let ends = stage.look().open_ends;
    ends.iter().map(|end| format!("{} {}", end.name, end.worth)).collect()
}

/// Half of the order, of which nothing is sent back yet.
fn half(stage: &mut Stage, name: &str, serial: &str, finished: bool) {
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order(name)));
    let terms = stage.state(&key).application().unwrap().terms.clone();
    let mut said = halved(stage.confirmation(name), &terms);
    if let Outcome::Purchase(numbers) = &mut said.outcome {
        numbers.refund = "0".parse().unwrap();
    }
    let serial = serial.parse().unwrap();
    stage.confirmed(name, Confirmation { serial, finished, ..said });
}

#[track_caller]
fn adds_up(stage: &Stage) {
    books::always(stage);
    audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
}

#[test]
fn of_each_leg_it_is_what_is_not_confirmed_yet() {
    let mut stage = asked_for(Mode::LinkedSameDay, &["mmf", "convert"]);
    stage.clock("03-03 09:30");
    assert_eq!(ends(&stage), ["money_fund 1000.00", "conversion 1000.00"]);
    half(&mut stage, "mmf", "M1", false);
    assert_eq!(ends(&stage), ["money_fund 500.00", "conversion 1000.00"], "{}", stage.text());
    half(&mut stage, "mmf", "M2", true);
    assert_eq!(ends(&stage), ["conversion 1000.00"], "{}", stage.text());
    half(&mut stage, "convert", "C1", false);
    assert_eq!(ends(&stage), ["conversion 500.00"], "{}", stage.text());
    adds_up(&stage);
    half(&mut stage, "convert", "C2", true);
    books::at_the_end(&stage);
    assert_eq!(ends(&stage), [""; 0]);
}

#[test]
fn who_gives_up_between_portions_has_what_is_left() {
    for what in [Disposition::Manual, Disposition::Suspense, Disposition::Refund] {
        let mut stage = asked_for(Mode::LinkedSameDay, &["mmf", "convert"]);
        stage.clock("03-03 09:30");
        half(&mut stage, "mmf", "M1", false);
        half(&mut stage, "mmf", "M2", true);
        half(&mut stage, "convert", "C1", false);
        assert!(matches!(stage.abandon_with(what), Reply::Acted), "{what:?}\n{}", stage.text());
        assert_eq!(by_hand::named(&stage.events)["conversion"], 500.into(), "{what:?}");
        stage.settle();
        let free = stage.state(&crate::held::wallet_key()).available();
        let is_free = what == Disposition::Refund;
        assert_eq!(free, if is_free { "500" } else { "0" }.parse().unwrap(), "{}", stage.text());
        adds_up(&stage);
    }
}

/// Redeemed in part, and of that the target bought in part.
#[test]
fn money_that_portions_of_a_redemption_brought_is_open_until_it_is_in_the_target() {
    let mut stage = asked_for(Mode::RedeemToPurchase, &["redeem", "target"]);
    stage.run();
    assert_eq!(ends(&stage), ["conversion 1000.00"], "{}", stage.text());
    half(&mut stage, "redeem", "R1", false);
    assert_eq!(ends(&stage), ["conversion 500.00", "target 500.00"], "{}", stage.text());
    adds_up(&stage);
    half(&mut stage, "redeem", "R2", true);
    stage.act(Action::Resume { reason: "it has come".into() });
    stage.run();
    assert_eq!(ends(&stage), ["target 1000.00"], "{}", stage.text());
    half(&mut stage, "target", "T1", false);
    assert_eq!(ends(&stage), ["target 500.00"], "{}", stage.text());
    adds_up(&stage);
    half(&mut stage, "target", "T2", false);
    assert_eq!(ends(&stage), [""; 0], "{}", stage.text());
    adds_up(&stage);
}
