//! A redemption that the registrar confirms in portions, and words that come late: shares leave with each
//! portion, and the income of the days since follows.

use crate::{
    outside::{record, redeemed},
    stage::{Stage, at, order, wallet_of},
    withdraw::{asked, request, stage},
};
use fundflow_domain::{
    application::Outcome,
    case::{CaseId, Closing, How},
    ids::ApplicationNo,
    money_fund::IncomeUnit,
    text::Text,
    wallet::{Command as WalletCommand, Reservation},
};
use fundflow_runtime::message::Action;
use fundflow_sagas::{
    ports::registrar::{self, ApplicationAnswer},
    withdraw::{Command, Withdraw},
};

pub(crate) fn portion(no: &str, on: &str, last: bool, shares: &str) -> ApplicationAnswer {
    record(no, on, last, redeemed(shares.parse().unwrap(), "0"))
}

/// On the morning of the record's day, or later.
pub(crate) fn says(stage: &mut Stage<Withdraw>, word: ApplicationAnswer) {
    if let ApplicationAnswer::Confirmed(said) = &word {
        let morning = at(&format!("{} 09:00", said.confirmed_on.format("%m-%d")));
        stage.now = stage.now.max(morning);
    }
    stage.notice(registrar::notice(&ApplicationNo::of(&order("redeem")), word));
    stage.settle();
}

/// 400 of 1,000 shares are asked for on Tuesday 3 February, and the registrar says nothing by itself.
pub(crate) fn asked_for() -> Stage<Withdraw> {
    let mut stage = stage("02-03 10:00");
    stage.request(request(Some("400")), asked());
    stage.settle();
    stage.outside.down.insert("redeem".into());
    stage
}

/// Registered, reserved, available.
pub(crate) fn figures(stage: &Stage<Withdraw>) -> [String; 3] {
    let wallet = stage.wallet();
    [wallet.registered(), wallet.reserved(), wallet.available()].map(|it| it.to_string())
}

fn accrue(stage: &mut Stage<Withdraw>, day: &str) {
    let (day, per_10_000) = (day.parse().unwrap(), "1".parse().unwrap());
    let unit = IncomeUnit::Fen;
    let accrue = WalletCommand::AccrueIncome { day, publication: 0, per_10_000, unit };
    stage.given(&wallet_of("i-1"), &accrue);
    stage.crash();
}

fn earned(stage: &Stage<Withdraw>, day: &str) -> String {
    stage.wallet().income_on(day.parse().unwrap()).unwrap().to_string()
}

#[test]
fn each_portion_leaves_when_it_is_confirmed_and_is_no_last_word() {
    let mut stage = asked_for();
    assert_eq!(figures(&stage), ["1000.00", "400.00", "600.00"]);

    says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
    assert_eq!(figures(&stage), ["850.00", "250.00", "600.00"]);
    says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
    says(&mut stage, portion("c-2", "2026-02-05", false, "100"));
    assert_eq!(figures(&stage), ["750.00", "150.00", "600.00"]);
    // The second is due at noon.
    assert_eq!(stage.count("payout.requested"), 1);
    assert!(stage.look().ending.is_none());

    says(&mut stage, portion("c-3", "2026-02-06", true, "50"));
    assert_eq!(figures(&stage), ["700.00", "0.00", "700.00"]);
    stage.run();
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    let through = |day: &str| stage.wallet().earning_on(day.parse().unwrap()).to_string();
    let days = ["02-03", "02-04", "02-05", "02-06"].map(|day| through(&format!("2026-{day}")));
    assert_eq!(days, ["1000.00", "850.00", "750.00", "700.00"], "each earns through its own T");
}

#[test]
fn what_contradicts_the_portions_is_a_case_and_books_nothing_twice() {
    let mut stage = asked_for();
    says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
    says(&mut stage, portion("c-1", "2026-02-04", false, "160"));
    assert_eq!(stage.count("case.opened"), 1, "one record says one number\n{}", stage.text());
    assert_eq!(figures(&stage), ["850.00", "250.00", "600.00"]);

    let mut stage = asked_for();
    says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
    says(&mut stage, portion("c-2", "2026-02-05", true, "250"));
    says(&mut stage, portion("c-0", "2026-02-04", false, "50"));
    assert_eq!(stage.count("case.opened"), 1, "it came after the last word\n{}", stage.text());
    assert_eq!(figures(&stage)[0], "600.00");
}

#[test]
fn portions_above_what_was_asked_take_no_others_shares_before_a_person_says_so() {
    let mut stage = asked_for();
    says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
    says(&mut stage, portion("c-2", "2026-02-05", false, "300"));
    assert_eq!(stage.count("case.opened"), 1, "{}", stage.text());
    assert_eq!(figures(&stage), ["600.00", "0.00", "550.00"]);
    assert_eq!(stage.wallet().disputed().to_string(), "50.00");

    says(&mut stage, portion("c-3", "2026-02-06", true, "0"));
    stage.run();
    let cases = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let cases: Vec<CaseId> = cases.map(|it| it.stream.id().parse().unwrap()).collect();
    for case in cases {
        let (by, reason) = (Text::lossy("chen"), Text::lossy("they said so"));
        let closing = Box::new(Closing { how: How::Accepted, by, reason });
        stage.command(Command::CloseCase { case, closing });
        stage.run();
    }
    assert_eq!(figures(&stage)[0], "550.00", "the register is the truth\n{}", stage.text());
    assert_eq!(stage.wallet().disputed().to_string(), "0.00");
}

#[test]
fn a_portion_that_is_taken_back_is_reserved_again_for_the_next_word() {
    let mut stage = asked_for();
    says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
    says(&mut stage, portion("c-2", "2026-02-05", false, "300"));
    let mut opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let case: CaseId = opened.next_back().unwrap().stream.id().parse().unwrap();
    let (by, reason) = (Text::lossy("chen"), Text::lossy("they said so"));
    let closing = Box::new(Closing { how: How::Withdrawn, by, reason });
    stage.command(Command::CloseCase { case, closing });
    stage.settle();

    assert_eq!(figures(&stage), ["850.00", "250.00", "600.00"], "{}", stage.text());
    let (gone, held) = ("150".parse().unwrap(), "250".parse().unwrap());
    let entry = stage.wallet().entry(&crate::stage::tx("TX-1"));
    assert_eq!(entry.reservation, Reservation::Leaving { gone, held });
}

#[test]
fn income_that_was_given_before_a_late_word_is_corrected_with_it() {
    let mut stage = asked_for();
    for day in ["2026-02-03", "2026-02-04", "2026-02-05"] {
        accrue(&mut stage, day);
    }
    assert_eq!(earned(&stage, "2026-02-05"), "0.1000");

    says(&mut stage, portion("c-1", "2026-02-04", true, "400"));
    assert_eq!(stage.count("wallet.income_corrected"), 2, "{}", stage.text());
    let days = ["2026-02-03", "2026-02-04", "2026-02-05"].map(|day| earned(&stage, day));
    assert_eq!(days, ["0.1000", "0.0600", "0.0600"]);
}

#[test]
fn a_death_between_two_portions_changes_nothing() {
    for fuse in 1..20 {
        let mut stage = asked_for();
        stage.fuse = Some(fuse);
        for _ in 0..2 {
            says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
            says(&mut stage, portion("c-2", "2026-02-05", true, "250"));
        }
        stage.run();
        assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
        assert_eq!(figures(&stage), ["600.00", "0.00", "600.00"]);
        assert_eq!(stage.count("wallet.portion_taken_out"), 1);
    }
}

#[test]
fn an_exit_whose_record_is_corrected_twice_has_settled_what_the_last_one_says() {
    let mut stage = stage("02-03 10:00");
    accrue(&mut stage, "2026-02-02");
    stage.request(request(None), asked());
    stage.settle();
    stage.outside.down.insert("redeem".into());
    let word = |no: &str, income: &str| {
        record(no, "2026-02-04", true, redeemed("1000".parse().unwrap(), income))
    };
    says(&mut stage, word("c-1", "0.10"));
    stage.run();
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    assert_eq!(stage.wallet().unpaid_income().to_string(), "0.0000");

    for (no, income, unpaid) in [("c-2", "0.08", "0.0200"), ("c-3", "0.10", "0.0000")] {
        says(&mut stage, word(no, income));
        let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
        let cases: Vec<CaseId> = opened.map(|it| it.stream.id().parse().unwrap()).collect();
        for case in cases {
            let (by, reason) = (Text::lossy("chen"), Text::lossy("they said so"));
            let closing = Box::new(Closing { how: How::Accepted, by, reason });
            stage.command(Command::CloseCase { case, closing });
            stage.run();
        }
        let wallet = stage.wallet();
        let settled = wallet.settled_income(&crate::stage::tx("TX-1")).unwrap();
        assert_eq!(settled.to_string(), format!("{income}00"), "{}", stage.text());
        assert_eq!(wallet.unpaid_income().to_string(), unpaid);
    }
}

#[test]
fn what_was_carried_before_a_late_word_is_taken_back_with_it() {
    let mut stage = asked_for();
    for day in ["2026-02-03", "2026-02-04", "2026-02-05"] {
        let (day, per_10_000) = (day.parse().unwrap(), "100".parse().unwrap());
        let unit = IncomeUnit::Fen;
        let accrue = WalletCommand::AccrueIncome { day, publication: 0, per_10_000, unit };
        stage.given(&wallet_of("i-1"), &accrue);
        let carry = WalletCommand::CarryIncome { through: day, registered: day };
        stage.given(&wallet_of("i-1"), &carry);
    }
    stage.crash();
    assert_eq!(figures(&stage), ["1030.30", "400.00", "630.30"]);

    // 10.00 of 1,000.00, 6.10 of 610.00 and 6.16 of 616.10: not 10.10 and 10.20.
    says(&mut stage, portion("c-1", "2026-02-04", true, "400"));
    assert_eq!(figures(&stage), ["622.26", "0.00", "622.26"], "{}", stage.text());
    assert_eq!(stage.wallet().unpaid_income().to_string(), "0.0000");
}

/// The same without one yuan of what it is to pay out.
fn too_little(word: ApplicationAnswer) -> ApplicationAnswer {
    let ApplicationAnswer::Confirmed(mut said) = word else { return word };
    if let Outcome::Redemption(numbers) = &mut said.outcome {
        numbers.payout = numbers.payout.minus("1".parse().unwrap()).unwrap();
    }
    ApplicationAnswer::Confirmed(said)
}

/// Earns on 4, 5 and 6 February.
fn earning(stage: &Stage<Withdraw>) -> [String; 3] {
    ["2026-02-04", "2026-02-05", "2026-02-06"]
        .map(|day| stage.wallet().earning_on(day.parse().unwrap()).to_string())
}

#[test]
fn a_corrected_record_of_as_many_shares_decides_again_until_when_they_earn() {
    for resumed in [false, true] {
        for fuse in (0..12).map(Some).chain([None]) {
            let mut stage = asked_for();
            says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
            says(&mut stage, too_little(portion("c-2", "2026-02-05", true, "250")));
            assert_eq!(earning(&stage), ["850.00", "600.00", "600.00"], "{}", stage.text());
            if resumed {
                stage.act(Action::Resume { reason: "a person looked".into() });
            }
            stage.fuse = fuse;
            let corrected = portion("c-3", "2026-02-06", true, "250");
            says(&mut stage, corrected.clone());
            stage.fuse = None;
            says(&mut stage, corrected.clone());
            says(&mut stage, corrected);
            assert_eq!(
                earning(&stage),
                ["850.00", "850.00", "600.00"],
                "{fuse:?}\n{}",
                stage.text()
            );
            assert_eq!(stage.count("wallet.take_out_corrected"), 1, "{fuse:?}\n{}", stage.text());
            assert_eq!(figures(&stage)[0], "600.00");
        }
    }
}

#[test]
fn whoever_dies_before_a_corrected_record_is_booked_books_it_without_hearing_it_again() {
    for (ended, fuse) in [false, true].into_iter().flat_map(|it| (0..8).map(move |at| (it, at))) {
        let mut stage = asked_for();
        says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
        says(&mut stage, too_little(portion("c-2", "2026-02-05", true, "250")));
        if ended {
            stage.abandon();
        }
        stage.fuse = Some(fuse);
        says(&mut stage, portion("c-3", "2026-02-06", true, "250"));
        stage.fuse = None;
        // A death before the record itself is stored leaves nothing of it.
        if stage.count("application.corrected") == 0 {
            continue;
        }
        stage.crash();
        stage.settle();
        let text = format!("ended: {ended}, {fuse}\n{}", stage.text());
        assert_eq!(earning(&stage), ["850.00", "850.00", "600.00"], "{text}");
        assert_eq!(stage.count("wallet.take_out_corrected"), 1, "{text}");
        assert_eq!(stage.count("case.closed"), 1, "{text}");
        assert_eq!(stage.count("withdraw.undisputed"), 1, "{text}");
        stage.crash();
        assert_eq!(stage.count("wallet.take_out_corrected"), 1, "{text}");
    }
}
