//! Income that is taken out of a wallet, and nothing that follows rests on it: its job's page says it.

use crate::{
    audited,
    income::{request, run, stage_of, unpaid},
    planted::seal,
    stage::{Stage, wallet_of},
    terms::money_fund,
};
use fundflow_domain::{
    fund::FundTerms,
    money_fund::{Carry, IncomeUnit},
    wallet,
};
use fundflow_kernel::{envelope::Recorded, store::Version};
use fundflow_sagas::income::{Income, PAGE};

const TWO: &[(&str, &str)] = &[("i-1", "10000"), ("i-3", "1000000")];

fn monthly(owners: &[(&str, &str)]) -> Stage<Income> {
    let fund = FundTerms { carry: Carry::Monthly { on_day: 28 }, ..money_fund() };
    stage_of(fund, owners, "02-05 20:00")
}

/// The log without that event, as if it had never been.
fn without(log: &[Recorded], nth: usize) -> Vec<Recorded> {
    let mut log = log.to_vec();
    let gone = log.remove(nth);
    for later in log.iter_mut().filter(|it| it.stream == gone.stream) {
        if later.version > gone.version {
            later.version = Version(later.version.0 - 1);
        }
    }
    seal(&mut log);
    log
}

fn adds_up(stage: &Stage<Income>) {
    audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
}

#[test]
fn what_a_wallet_was_given_and_has_not_is_found_from_what_the_pages_say() {
    let mut stage = monthly(TWO);
    for day in ["2026-02-03", "2026-02-04", "2026-02-05"] {
        run(&mut stage, &request(day, "0.4012", 0));
    }
    adds_up(&stage);
    let mut taken = 0;
    for (nth, event) in stage.events.iter().enumerate() {
        if &*event.event.event_type != "wallet.income_accrued" {
            continue;
        }
        taken += 1;
        let report = audited::report(&without(&stage.events, nth), stage.kinds());
        let job = format!("income {}", event.event.correlation);
        let said = |place: &str, what: &str| place == job && what.contains("its pages say 40.5200");
        let is_named = report.findings.iter().any(|it| said(&it.place, &it.what));
        assert!(is_named, "{event:?}: {:?}", report.findings);
    }
    assert_eq!(taken, 6);
}

#[test]
fn what_a_job_counts_and_another_gave_is_no_finding() {
    let mut stage = monthly(TWO);
    run(&mut stage, &request("2026-02-03", "0.4012", 0));
    run(&mut stage, &request("2026-02-03", "-0.1", 2));
    run(&mut stage, &request("2026-02-03", "0.6", 1));
    adds_up(&stage);

    let mut stage = monthly(TWO);
    let (day, per_10_000) = ("2026-02-03".parse().unwrap(), "0.4012".parse().unwrap());
    let unit = IncomeUnit::Fen;
    let accrue = wallet::Command::AccrueIncome { day, publication: 0, per_10_000, unit };
    stage.given(&wallet_of("i-3"), &accrue);
    run(&mut stage, &request("2026-02-03", "0.4012", 0));
    assert_eq!(unpaid(&stage, "i-3"), "40.1200");
    adds_up(&stage);
}

#[test]
fn a_correction_that_comes_before_the_first_publication_is_no_finding() {
    let mut stage = monthly(TWO);
    run(&mut stage, &request("2026-02-03", "0.5", 1));
    run(&mut stage, &request("2026-02-03", "0.4012", 0));
    assert_eq!(unpaid(&stage, "i-3"), "50.0000");
    adds_up(&stage);
}

#[test]
fn a_job_that_died_within_a_page_says_what_it_gave_all_the_same() {
    let owners: Vec<String> = (0..PAGE + 3).map(|nth| format!("i-{nth:04}")).collect();
    let owners: Vec<(&str, &str)> = owners.iter().map(|owner| (owner.as_str(), "10000")).collect();
    for fuse in [2, PAGE, PAGE + 4] {
        let mut stage = monthly(&owners);
        stage.fuse = Some(fuse);
        for _ in 0..2 {
            stage.request_as("000730.2026-02-03", request("2026-02-03", "0.4012", 0), ());
            stage.run();
        }
        assert_eq!(stage.last(), "income.completed");
        adds_up(&stage);
    }
}
