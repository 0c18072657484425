//! A purchase that the registrar confirms in portions: shares are there with each portion and earn from its
//! own day on.

use crate::{
    outside::{purchased, record, rejected},
    recharge::{asked, request, stage},
    stage::{Stage, at, order, wallet_of},
};
use fundflow_domain::{
    case::{CaseId, Closing, How},
    ids::ApplicationNo,
    money_fund::IncomeUnit,
    text::Text,
    wallet::{Command as WalletCommand, Credit},
};
use fundflow_sagas::{
    ports::registrar::{self, ApplicationAnswer},
    recharge::{Command, Recharge},
};

pub(crate) fn portion(no: &str, on: &str, last: bool, amount: &str) -> ApplicationAnswer {
    record(no, on, last, purchased(amount.parse().unwrap(), "0".parse().unwrap()))
}

/// On the morning of the record's day, or later.
pub(crate) fn says(stage: &mut Stage<Recharge>, word: ApplicationAnswer) {
    if let ApplicationAnswer::Confirmed(said) = &word {
        let morning = at(&format!("{} 09:00", said.confirmed_on.format("%m-%d")));
        stage.now = stage.now.max(morning);
    }
    stage.notice(registrar::notice(&ApplicationNo::of(&order("mmf")), word));
    stage.settle();
}

/// 1,000.00 yuan are paid on Tuesday 3 February, and the registrar says nothing by itself.
pub(crate) fn paid() -> Stage<Recharge> {
    let mut stage = stage("02-03 10:00");
    stage.request(request(), asked());
    stage.settle();
    stage.outside.down.insert("mmf".into());
    stage
}

/// Registered, in transit, available.
fn figures(stage: &Stage<Recharge>) -> [String; 3] {
    let wallet = stage.wallet();
    [wallet.registered(), wallet.in_transit(), wallet.available()].map(|it| it.to_string())
}

fn earning(stage: &Stage<Recharge>) -> [String; 4] {
    let days = ["02-03", "02-04", "02-05", "02-06"];
    days.map(|day| stage.wallet().earning_on(format!("2026-{day}").parse().unwrap()).to_string())
}

#[test]
fn each_portion_is_there_when_it_is_confirmed_and_earns_from_its_own_day_on() {
    let mut stage = paid();
    assert_eq!(figures(&stage), ["0.00", "1000.00", "0.00"]);

    says(&mut stage, portion("c-1", "2026-02-04", false, "400"));
    assert_eq!(figures(&stage), ["400.00", "600.00", "400.00"], "{}", stage.text());
    says(&mut stage, portion("c-1", "2026-02-04", false, "400"));
    says(&mut stage, portion("c-2", "2026-02-05", false, "350"));
    assert_eq!(figures(&stage), ["750.00", "250.00", "750.00"]);
    assert!(stage.look().ending.is_none());

    says(&mut stage, portion("c-3", "2026-02-06", true, "250"));
    stage.run();
    assert_eq!(stage.last(), "recharge.completed", "{}", stage.text());
    assert_eq!(figures(&stage), ["1000.00", "0.00", "1000.00"]);
    assert_eq!(earning(&stage), ["0.00", "400.00", "750.00", "1000.00"]);
    assert_eq!(stage.count("wallet.portion_credited"), 2);
}

#[test]
fn portions_that_arrive_together_at_the_end_are_of_their_own_days_and_earn_what_they_missed() {
    let mut stage = paid();
    for day in ["2026-02-04", "2026-02-05"] {
        let (day, per_10_000) = (day.parse().unwrap(), "10".parse().unwrap());
        let unit = IncomeUnit::Fen;
        let accrue = WalletCommand::AccrueIncome { day, publication: 0, per_10_000, unit };
        stage.given(&wallet_of("i-1"), &accrue);
    }
    stage.crash();
    stage.now = at("02-06 09:00");
    says(&mut stage, portion("c-1", "2026-02-04", false, "400"));
    says(&mut stage, portion("c-2", "2026-02-06", true, "600"));
    stage.run();

    // 0.40 of each day became shares.
    assert_eq!(earning(&stage), ["0.00", "400.00", "400.40", "1000.80"], "{}", stage.text());
    let earned = |day: &str| stage.wallet().income_on(day.parse().unwrap()).unwrap().to_string();
    assert_eq!(["2026-02-04", "2026-02-05"].map(earned), ["0.4000", "0.4000"]);
}

#[test]
fn a_portion_that_is_taken_back_is_on_its_way_again() {
    let mut stage = paid();
    says(&mut stage, portion("c-1", "2026-02-04", false, "400"));
    says(&mut stage, portion("c-2", "2026-02-05", false, "700"));
    let mut opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let case: CaseId = opened.next_back().unwrap().stream.id().parse().unwrap();
    let (by, reason) = (Text::lossy("chen"), Text::lossy("they said so"));
    let closing = Box::new(Closing { how: How::Withdrawn, by, reason });
    stage.command(Command::CloseCase { case, closing });
    stage.settle();
    assert_eq!(figures(&stage), ["400.00", "700.00", "400.00"], "{}", stage.text());
    assert_eq!(earning(&stage), ["0.00", "400.00", "400.00", "400.00"]);

    says(&mut stage, portion("c-3", "2026-02-06", true, "600"));
    stage.run();
    assert_eq!(stage.last(), "recharge.completed", "{}", stage.text());
    assert_eq!(figures(&stage), ["1000.00", "0.00", "1000.00"]);
    assert_eq!(earning(&stage), ["0.00", "400.00", "400.00", "1000.00"]);
}

#[test]
fn what_is_refused_after_a_portion_goes_back_and_the_portion_stays() {
    let mut stage = paid();
    says(&mut stage, portion("c-1", "2026-02-04", false, "400"));
    says(&mut stage, rejected("0002"));
    stage.run();
    assert_eq!(figures(&stage), ["400.00", "0.00", "400.00"], "{}", stage.text());
    assert_eq!(stage.count("payment.refunded"), 1);
    let entry = stage.wallet().entry(&crate::stage::tx("TX-1"));
    assert_eq!(entry.credit, Credit::Confirmed("400".parse().unwrap()));
}

#[test]
fn a_death_between_two_portions_changes_nothing() {
    for fuse in 1..20 {
        let mut stage = paid();
        stage.fuse = Some(fuse);
        for _ in 0..2 {
            says(&mut stage, portion("c-1", "2026-02-04", false, "400"));
            says(&mut stage, portion("c-2", "2026-02-05", true, "600"));
        }
        stage.run();
        assert_eq!(stage.last(), "recharge.completed", "{}", stage.text());
        assert_eq!(figures(&stage), ["1000.00", "0.00", "1000.00"]);
        assert_eq!(stage.count("wallet.portion_credited"), 1);
    }
}
