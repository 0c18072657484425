//! A day's income, page by page: figures to the fen, carries, corrections, crashes, refusals.

use crate::{
    audited,
    checks::refused,
    outside::Outside,
    stage::{Stage, at, tx, wallet_of},
    tampered,
    terms::{house, money_fund},
};
use fundflow_domain::{
    fund::FundTerms,
    money_fund::{Carry, IncomeUnit},
    wallet,
};
use fundflow_kernel::store::Version;
use fundflow_runtime::{
    message::{Action, Reply},
    port::Payload,
};
use fundflow_sagas::{
    income::{Income, PAGE, Request},
    ports::wallets::{Listed, Page, PageAnswer},
};
use std::sync::Arc;

pub(crate) fn stage_of(fund: FundTerms, owners: &[(&str, &str)], now: &str) -> Stage<Income> {
    let saga = Income { house: house(vec![fund]), wallets: "wallets".parse().unwrap() };
    let mut stage = Stage::new(saga, now);
    for (owner, shares) in owners {
        stage.holding(owner, shares);
    }
    let list = Listed::new(owners.iter().map(|(owner, _)| owner.parse().unwrap()));
    stage.outside = Outside::with_wallets(list);
    stage
}

fn monthly() -> FundTerms {
    FundTerms { carry: Carry::Monthly { on_day: 28 }, ..money_fund() }
}

/// A stage on which a day's income can be asked for, and how.
pub(crate) fn one_day() -> (Stage<Income>, String, Request) {
    let request = request("2026-02-02", "0.4", 0);
    let id = request.job().unwrap().to_string();
    (stage_of(money_fund(), &[("i-1", "1000")], "02-03 10:00"), id, request)
}

pub(crate) fn request(day: &str, per_10_000: &str, publication: u8) -> Request {
    Request {
        fund: "000730".parse().unwrap(),
        day: day.parse().unwrap(),
        per_10_000: per_10_000.parse().unwrap(),
        publication,
    }
}

/// Runs the job under its own name.
pub(crate) fn run(stage: &mut Stage<Income>, request: &Request) {
    let id = request.job().unwrap();
    let reply = stage.request_as(id.as_str(), *request, ());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.run();
}

pub(crate) fn unpaid(stage: &Stage<Income>, owner: &str) -> String {
    wallet(stage, owner).unpaid_income().to_string()
}

pub(crate) fn registered(stage: &Stage<Income>, owner: &str) -> String {
    wallet(stage, owner).registered().to_string()
}

fn wallet(stage: &Stage<Income>, owner: &str) -> wallet::State {
    stage.fold(&wallet_of(owner)).state
}

const THREE: &[(&str, &str)] = &[("i-1", "10000"), ("i-2", "123.45"), ("i-3", "1000000")];

#[test]
fn every_wallet_gets_its_income_truncated_to_the_fen() {
    let mut stage = stage_of(monthly(), THREE, "02-03 20:00");
    run(&mut stage, &request("2026-02-03", "0.4012", 0));

    assert_eq!(
        stage.lines,
        [
            "income.prepared",
            "income.opened",
            "call wallets.000730",
            "wallet.income_accrued",
            "wallet.income_accrued",
            "wallet.income_accrued",
            "income.paged",
            "income.completed",
        ]
    );
    let figures = ["i-1", "i-2", "i-3"].map(|owner| unpaid(&stage, owner));
    assert_eq!(figures, ["0.4000", "0.0000", "40.1200"]);
    let page = stage.events.iter().find(|it| *it.event.event_type == *"income.paged").unwrap();
    let body: serde_json::Value = serde_json::from_str(&page.event.data).unwrap();
    assert_eq!((body["wallets"].as_u64(), body["accrued"].as_str()), (Some(3), Some("40.5200")));
}

#[test]
fn the_job_has_one_name_and_done_twice_it_changes_nothing() {
    let mut stage = stage_of(monthly(), THREE, "02-03 20:00");
    let first = request("2026-02-03", "0.4012", 0);
    let said = refused(&stage.request_as("TX-1", first, ()));
    assert_eq!(said, "the transaction ID of this job is 000730.2026-02-03");
    run(&mut stage, &first);
    let before = stage.events.len();
    run(&mut stage, &first);
    assert_eq!(stage.events.len(), before);

    let other = request("2026-02-03", "0.4013", 0);
    let said = refused(&stage.request_as("000730.2026-02-03", other, ()));
    assert_eq!(
        said,
        "the income of that fund, day and publication was requested with another per_10_000"
    );
}

#[test]
fn refusals_name_what_is_wrong_and_store_nothing() {
    let mut bond = money_fund();
    bond.kind = fundflow_domain::fund::FundKind::Bond;
    let rows = [
        (
            money_fund(),
            "2026-02-04",
            "the income of 2026-02-04 is given from 2026-02-04T15:00:00+08:00 on, and it is \
             2026-02-03T20:00:00+08:00",
        ),
        (
            bond,
            "2026-02-03",
            "fund 000730 is a bond fund; only a money-market fund has income of a day",
        ),
    ];
    for (fund, day, says) in rows {
        let mut stage = stage_of(fund, &[], "02-03 20:00");
        let request = request(day, "0.4", 0);
        let id = request.job().unwrap();
        assert_eq!(refused(&stage.request_as(id.as_str(), request, ())), says);
        assert_eq!(stage.events.len(), 0);
    }
    let mut stage = stage_of(money_fund(), &[], "02-03 20:00");
    let unknown = Request { fund: "999999".parse().unwrap(), ..request("2026-02-03", "0.4", 0) };
    let said = refused(&stage.request_as("999999.2026-02-03", unknown, ()));
    assert_eq!(said, "the catalogue has no terms of fund 999999 for that day");
}

#[test]
fn daily_income_becomes_shares_and_that_of_a_weekend_earns_from_monday_on() {
    let mut stage = stage_of(money_fund(), &[("i-1", "1000000")], "02-09 20:00");
    for (day, figure) in [
        ("2026-02-06", "0.40"),
        ("2026-02-07", "0.41"),
        ("2026-02-08", "0.42"),
        ("2026-02-09", "0.43"),
    ] {
        run(&mut stage, &request(day, figure, 0));
    }
    assert_eq!(stage.count("wallet.income_carried"), 4);
    assert_eq!(
        (registered(&stage, "i-1"), unpaid(&stage, "i-1")),
        ("1000166.00".into(), "0.0000".into())
    );
    let earning = |day: &str| wallet(&stage, "i-1").earning_on(day.parse().unwrap()).to_string();
    assert_eq!(earning("2026-02-07"), "1000040.00");
    assert_eq!(earning("2026-02-08"), "1000040.00", "Saturday's 41.00 are booked on Monday");
    assert_eq!(earning("2026-02-09"), "1000123.00", "its own 43.00 earn from Tuesday on");
    assert_eq!(earning("2026-02-10"), "1000166.00");
}

#[test]
fn monthly_income_stays_unpaid_until_its_day() {
    let mut stage = stage_of(monthly(), &[("i-1", "10000")], "03-02 20:00");
    for day in ["2026-02-26", "2026-02-27"] {
        run(&mut stage, &request(day, "0.4012", 0));
    }
    assert_eq!((stage.count("wallet.income_carried"), unpaid(&stage, "i-1")), (0, "0.8000".into()));

    run(&mut stage, &request("2026-02-28", "0.4012", 0));
    assert_eq!(
        (registered(&stage, "i-1"), unpaid(&stage, "i-1")),
        ("10001.20".into(), "0.0000".into())
    );
    let lot = wallet(&stage, "i-1").lots()[1].registered.to_string();
    assert_eq!(lot, "2026-03-02", "28 February is a Saturday");
}

#[test]
fn a_correction_replaces_the_publication_before_it() {
    let mut stage = stage_of(monthly(), THREE, "02-04 20:00");
    run(&mut stage, &request("2026-02-03", "0.4012", 0));
    run(&mut stage, &request("2026-02-03", "-0.1", 1));

    let figures = ["i-1", "i-2", "i-3"].map(|owner| unpaid(&stage, owner));
    assert_eq!(figures, ["-0.1000", "0.0000", "-10.0000"]);
    assert_eq!(stage.count("wallet.income_reversed"), 3);
    assert_eq!(stage.events.last().unwrap().stream.id(), "000730.2026-02-03.1");
}

#[test]
fn a_correction_may_leave_a_number_out_and_what_is_older_comes_too_late() {
    let mut stage = stage_of(monthly(), THREE, "02-04 20:00");
    run(&mut stage, &request("2026-02-03", "0.4012", 0));
    run(&mut stage, &request("2026-02-03", "-0.1", 2));
    run(&mut stage, &request("2026-02-03", "0.6", 1));

    let figures = ["i-1", "i-2", "i-3"].map(|owner| unpaid(&stage, owner));
    assert_eq!(figures, ["-0.1000", "0.0000", "-10.0000"]);
    assert_eq!(stage.count("wallet.income_reversed"), 3);
}

#[test]
fn a_wallet_that_refuses_is_named_and_keeps_nobody_waiting() {
    let mut stage = stage_of(monthly(), THREE, "02-04 20:00");
    let (day, per_10_000) = ("2026-02-03".parse().unwrap(), "0.5".parse().unwrap());
    let other =
        wallet::Command::AccrueIncome { day, publication: 0, per_10_000, unit: IncomeUnit::Fen };
    stage.given(&wallet_of("i-2"), &other);
    run(&mut stage, &request("2026-02-03", "0.4012", 0));

    assert_eq!(stage.last(), "income.completed");
    assert_eq!(unpaid(&stage, "i-3"), "40.1200");
    let page = stage.events.iter().find(|it| *it.event.event_type == *"income.paged").unwrap();
    let body: serde_json::Value = serde_json::from_str(&page.event.data).unwrap();
    assert_eq!(body["refused"][0]["investor"], "i-2");
    assert!(body["refused"][0]["why"].as_str().unwrap().contains("accrued at 0.5000"));
}

#[test]
fn negative_income_that_finds_no_free_shares_stays_unpaid() {
    let mut stage = stage_of(money_fund(), &[("i-1", "10000")], "02-03 20:00");
    let all = wallet::Command::Reserve(tx("HELD"), "10000".parse().unwrap());
    stage.given(&wallet_of("i-1"), &all);
    run(&mut stage, &request("2026-02-03", "-0.5", 0));

    assert_eq!((stage.last(), unpaid(&stage, "i-1")), ("income.completed", "-0.5000".into()));
}

fn many() -> Vec<(String, &'static str)> {
    (0..2 * PAGE + 3).map(|nth| (format!("i-{nth:04}"), "10000")).collect()
}

fn stage_of_many(now: &str) -> Stage<Income> {
    let owners = many();
    let owners: Vec<(&str, &str)> =
        owners.iter().map(|(o, shares)| (o.as_str(), *shares)).collect();
    stage_of(monthly(), &owners, now)
}

#[test]
fn pages_follow_one_another_and_a_list_that_cannot_be_read_is_asked_again() {
    let mut stage = stage_of_many("02-03 20:00");
    stage.outside.unreadable = 1;
    run(&mut stage, &request("2026-02-03", "0.4012", 0));

    assert_eq!(
        (stage.count("income.paged"), stage.count("wallet.income_accrued")),
        (3, 2 * PAGE + 3)
    );
    assert_eq!(stage.count("income.retry_scheduled"), 1);
    assert_eq!(stage.last(), "income.completed");
}

/// What the pages say that they came to.
fn accrued(stage: &Stage<Income>) -> String {
    let pages = stage.events.iter().filter(|it| *it.event.event_type == *"income.paged");
    let sum = pages.map(|it| {
        let body: serde_json::Value = serde_json::from_str(&it.event.data).unwrap();
        body["accrued"].as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap()
    });
    sum.sum::<rust_decimal::Decimal>().to_string()
}

#[test]
fn after_a_crash_the_job_goes_on_behind_its_last_page() {
    let whole = 2 * PAGE + 3;
    for fuse in [1, 2, PAGE, PAGE + 3, PAGE + 4, 2 * PAGE, whole + 3] {
        let mut stage = stage_of_many("02-03 20:00");
        stage.fuse = Some(fuse);
        let first = request("2026-02-03", "0.4012", 0);
        let id = first.job().unwrap();
        for _ in 0..2 {
            stage.request_as(id.as_str(), first, ());
            stage.run();
        }
        assert_eq!(stage.last(), "income.completed", "killed before append {fuse}");
        assert_eq!(stage.count("wallet.income_accrued"), whole, "killed before append {fuse}");
        assert_eq!(accrued(&stage), "161.2000", "killed before append {fuse}");
        let streams = stage.events.iter().filter(|it| it.version == Version(3)).count();
        assert_eq!(streams, whole + 1, "each wallet once, and the job itself");
    }
}

#[test]
fn a_page_that_comes_twice_or_late_changes_nothing() {
    let mut stage = stage_of_many("02-03 20:00");
    let first = request("2026-02-03", "0.4012", 0);
    stage.request_as("000730.2026-02-03", first, ());
    let effect = stage.in_flight[0].clone();
    let page: &Page = effect.call_as().unwrap();
    let owners = stage.outside.wallets.page_of(page);
    let answer: Payload = Arc::new(PageAnswer::Owners { page: page.clone(), owners });
    for _ in 0..2 {
        let (effect, answer) = (effect.clone(), answer.clone());
        let answered = fundflow_runtime::message::Answered { effect, answer };
        stage.handle(fundflow_runtime::message::What::Answer(Box::new(answered)));
    }
    assert_eq!((stage.count("income.paged"), stage.count("wallet.income_accrued")), (1, PAGE));
}

#[test]
fn a_person_can_stop_it_between_two_pages() {
    let mut stage = stage_of_many("02-03 20:00");
    stage.outside.unreadable = usize::MAX;
    stage.request_as("000730.2026-02-03", request("2026-02-03", "0.4012", 0), ());
    stage.clock("02-04 15:00");
    assert!(stage.is_parked(), "{}", stage.text());
    let reason = "the list is lost".into();
    stage.act_on("000730.2026-02-03", Action::SkipToLanding { reason });
    stage.act_on("000730.2026-02-03", Action::Resume { reason: "stop".into() });
    assert_eq!(
        (stage.last(), stage.now),
        ("income.stopped", at("02-04 15:00")),
        "{}",
        stage.text()
    );
}

#[test]
fn days_that_a_late_record_has_changed_are_reckoned_anew_before_the_next_one_is_given() {
    let mut stage = stage_of(monthly(), &[("i-1", "100000"), ("i-2", "50")], "02-05 20:00");
    for day in ["2026-02-02", "2026-02-03"] {
        run(&mut stage, &request(day, "1", 0));
    }
    assert_eq!(unpaid(&stage, "i-1"), "20.0000");
    // An older program booked it and left the days as they were.
    let (transaction, shares) = (tx("TX-9"), "60000".parse().unwrap());
    stage.given(&wallet_of("i-1"), &wallet::Command::Reserve(transaction.clone(), shares));
    let earns_through = "2026-02-02".parse().unwrap();
    let left = wallet::Command::TakeOut { transaction, shares, earns_through };
    stage.given(&wallet_of("i-1"), &left);
    stage.crash();

    run(&mut stage, &request("2026-02-04", "1", 0));
    assert_eq!(stage.count("wallet.income_corrected"), 1, "{}", stage.text());
    // 10.00 of the 2nd, 4.00 of the 3rd and of the 4th.
    assert_eq!(unpaid(&stage, "i-1"), "18.0000");
    run(&mut stage, &request("2026-02-05", "1", 0));
    assert_eq!(stage.count("wallet.income_corrected"), 1);
}

/// 1,000 shares at 0.4 per 10,000 earn 0.04: each of the three says what the others do not.
#[test]
fn income_that_the_wallets_shares_did_not_earn_is_named_by_the_audit() {
    let (mut stage, _, request) = one_day();
    run(&mut stage, &request);
    let named = |log: &[_]| audited::is_named(&audited::report(log, stage.kinds()));
    assert!(!named(&stage.events), "{}", stage.text());
    for (path, says) in [("/amount", "100.04"), ("/shares", "3500.00"), ("/per_10_000", "0.8")] {
        let log = tampered::with(&stage.events, "wallet.income_accrued", path, says);
        assert!(named(&log), "{path}");
    }
}
