//! The end of one stream is cut off, and what was decided later stands: the audit says so.

use crate::{
    audited,
    cut::unseen,
    fast_withdraw, income,
    outside::{Fate, rejected},
    recharge,
    stage::Stage,
    withdraw,
};
use fundflow_runtime::saga::Saga;

#[track_caller]
fn missed<S: Saga>(stage: &Stage<S>) -> Vec<String> {
    let report = |log: &[_]| audited::report(log, stage.kinds());
    audited::adds_up(&report(&stage.events), || stage.text());
    unseen(&stage.events, |log| audited::is_named(&report(log)))
}

#[test]
fn a_withdrawal_that_lacks_the_end_of_one_of_its_streams_is_found() {
    let paid = withdraw::story(withdraw::stage("02-03 10:00"), withdraw::request(Some("400")));
    assert_eq!(missed(&paid), [""; 0]);
    let mut rejected_story = withdraw::stage("02-03 10:00");
    rejected_story.outside.records.insert("redeem".into(), vec![rejected("0002")]);
    let rejected_story = withdraw::story(rejected_story, withdraw::request(Some("400")));
    assert_eq!(missed(&rejected_story), [""; 0]);
}

#[test]
fn a_recharge_that_lacks_the_end_of_one_of_its_streams_is_found() {
    let there = recharge::story(recharge::stage("02-03 10:00"), recharge::request());
    assert_eq!(missed(&there), [""; 0]);
    let mut back = recharge::stage("02-03 10:00");
    back.outside.records.insert("mmf".into(), vec![rejected("0002")]);
    let back = recharge::story(back, recharge::request());
    assert_eq!(missed(&back), [""; 0]);
    let mut declined = recharge::stage("02-03 10:00");
    declined.outside.fate("mmf.pay", [Fate::Refused]);
    let declined = recharge::story(declined, recharge::request());
    assert_eq!(missed(&declined), [""; 0]);
}

#[test]
fn a_fast_withdrawal_that_lacks_the_end_of_one_of_its_streams_is_found() {
    let mut paid = fast_withdraw::stage("02-03 10:00");
    paid.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    paid.run();
    assert_eq!(missed(&paid), [""; 0]);
}

#[test]
fn a_job_of_income_that_lacks_the_end_of_one_of_its_streams_is_found() {
    let (mut stage, id, request) = income::one_day();
    stage.request_as(&id, request, ());
    stage.run();
    assert_eq!(missed(&stage), [""; 0]);
}
