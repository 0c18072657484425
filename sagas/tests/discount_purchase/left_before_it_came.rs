//! A conversion that holds against a rejection takes shares whose purchase has no last word yet: they leave the books
//! once they came. The audit knows that they wait, and names them where they are gone.

use crate::{
    audited,
    books::cases,
    doubted::{closes, confirms},
    random::{Event, happen},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{case::State, modes::ConversionMode as Mode};
use fundflow_kernel::envelope::Recorded;

/// Half of it was converted after a person had left it, and its purchase is still to be confirmed. A record
/// that says otherwise has a case.
fn left_before_it_came() -> Stage {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    let [answer, forgotten] = [Event::Answer(0), Event::Forgotten(0)];
    for it in [&answer, &forgotten, &answer, &answer, &Event::Skip] {
        happen(&mut stage, it);
    }
    confirms(&mut stage, "convert", false, 0);
    closes(&mut stage, 0, 2);
    confirms(&mut stage, "convert", true, 0);
    assert!(cases(&stage).iter().any(State::is_open), "{}", stage.text());
    stage
}

fn findings(stage: &Stage, log: &[Recorded]) -> Vec<String> {
    let report = audited::report(log, stage.kinds());
    report.findings.iter().map(ToString::to_string).collect()
}

#[test]
fn shares_that_leave_once_they_came_are_on_their_way() {
    let stage = left_before_it_came();

    assert!(!stage.has("wallet.credit_confirmed"), "{}", stage.text());
    assert_eq!(findings(&stage, &stage.events), [""; 0], "{}", stage.text());
}

#[test]
fn shares_that_came_and_did_not_leave_are_named_although_another_record_is_in_dispute() {
    let mut stage = left_before_it_came();
    confirms(&mut stage, "mmf", true, 0);
    assert_eq!(findings(&stage, &stage.events), [""; 0], "{}", stage.text());

    let mut log = stage.events.clone();
    let taken = log.iter().rposition(|it| &*it.event.event_type == "wallet.take_out_corrected");
    let cut = log.remove(taken.expect("they left"));
    log.retain(|it| it.stream != cut.stream || it.version < cut.version);

    let named = findings(&stage, &log);
    assert!(named.iter().any(|it| it.contains("-500.00 shares of 000730")), "{named:?}");
}
