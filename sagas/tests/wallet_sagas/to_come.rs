//! What is open of a recharge or a fast transfer some of which is confirmed, with more to come.

use crate::{
    arrivals, audited,
    fast_withdraw::{asked, request, stage},
    outside::record,
    stage::{Stage, order},
};
use fundflow_domain::{
    application::{FastTransferConfirmed, Outcome},
    ids::ApplicationNo,
};
use fundflow_runtime::saga::Saga;
use fundflow_sagas::{fast_withdraw::FastWithdraw, ports::registrar};

fn ends<S: Saga>(stage: &Stage<S>) -> Vec<String> {
    let ends = stage.look().open_ends;
    ends.iter().map(|end| format!("{} {}", end.name, end.worth)).collect()
}

#[test]
fn of_a_recharge_it_is_what_is_not_in_shares_yet() {
    let mut stage = arrivals::paid();
    assert_eq!(ends(&stage), ["money_fund 1000.00"]);
    arrivals::says(&mut stage, arrivals::portion("c-1", "2026-02-04", false, "400"));
    assert_eq!(ends(&stage), ["money_fund 600.00"], "{}", stage.text());

    let mut given_up = arrivals::paid();
    arrivals::says(&mut given_up, arrivals::portion("c-1", "2026-02-04", false, "400"));
    given_up.abandon();
    assert_eq!(crate::by_hand::named(&given_up.events)["money_fund"], 600.into());
    let report = audited::report(&given_up.events, given_up.kinds());
    audited::adds_up(&report, || given_up.text());

    // All of it is there, and no record is the last.
    arrivals::says(&mut stage, arrivals::portion("c-2", "2026-02-05", false, "600"));
    assert_eq!(ends(&stage), [""; 0], "{}", stage.text());
    stage.abandon();
    assert!(stage.look().finished, "{:?}", stage.look().waits);
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
}

#[test]
fn of_a_fast_transfer_it_is_what_is_not_the_banks_yet() {
    let mut stage: Stage<FastWithdraw> = stage("02-03 10:00");
    stage.outside.down.insert("transfer".into());
    stage.request(request("10000"), asked());
    stage.settle();
    assert_eq!(ends(&stage), ["transfer 10000.00", "repayment 10000.00"]);
    let income = "0".parse().unwrap();
    let part = FastTransferConfirmed { shares: "4000".parse().unwrap(), income };
    let said = record("c-1", "2026-02-04", false, Outcome::FastTransfer(part));
    stage.notice(registrar::notice(&ApplicationNo::of(&order("transfer")), said));
    stage.settle();
    assert_eq!(ends(&stage), ["transfer 6000.00", "repayment 10000.00"], "{}", stage.text());
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
}
