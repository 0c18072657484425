//! A case excuses nothing but what it is about: while one is open, whatever else is wrong by a few fen or
//! hundredths of a share is found.

use crate::{
    audited, conversion,
    outside::{bought_part, converted_part, redeemed},
    overruled::{Order, Word},
    plan,
    planted::excused,
    purchase, redemption,
    stage::InHouse,
};
use fundflow_domain::{fund::ConversionFeeMethod, ids::ApplicationNo};
use fundflow_sagas::{
    conversion::Conversion, ports::registrar::notice, purchase::Purchase, redemption::Redemption,
};

const SAID: [&[Word]; 5] = [
    &[Word::Wrong],
    &[Word::Sound, Word::Wrong],
    &[Word::Rejected, Word::Sound],
    &[Word::Rejected, Word::Wrong],
    &[Word::Wrong, Word::Rejected],
];

fn nothing_else_is_excused<S>(order: &Order<S>)
where
    S: InHouse<Command: 'static, Request: 'static>,
{
    for (words, until) in SAID.iter().flat_map(|it| [order.at, "03-20 18:00"].map(|at| (it, at))) {
        let mut stage = (order.stage)();
        stage.request::<S>("T", (order.request)());
        stage.until(order.at);
        for word in *words {
            order.tells(&mut stage, *word);
        }
        stage.until(until);
        let context = || format!("{words:?} until {until}\n{}", stage.text());
        let report = audited::report(&stage.events, stage.kinds());
        audited::adds_up(&report, context);
        assert!(report.counts.open_cases > 0, "{}", context());
        let named = |log: &[_]| audited::is_named(&audited::report(log, stage.kinds()));
        let unseen = crate::cut::unseen_in_dispute(&stage.events, named);
        assert_eq!(unseen, [""; 0], "cut off");
        let excused = excused(&stage.events, named);
        assert!(excused.is_empty(), "{excused:?}\n{}", context());
    }
}

#[test]
fn a_case_about_a_purchase_excuses_nothing_else_of_it() {
    nothing_else_is_excused(&Order::<Purchase> {
        stage: purchase::stage,
        request: purchase::request,
        of: "T.buy",
        at: "02-24 09:30",
        rejects: "0",
        confirms: |word| match word {
            Word::Sound => bought_part("C1", "2026-02-24", true, purchase::NUMBERS),
            Word::Wrong | Word::Portion | Word::Rejected | Word::Cancelled => {
                let more = ["10000.02", "147.78", "0", "1.2345", "7980.76"];
                bought_part("C2", "2026-02-24", true, more)
            }
        },
        close: |case, closing| fundflow_sagas::purchase::Command::CloseCase { case, closing },
    });
}

#[test]
fn a_case_about_a_subscription_excuses_nothing_else_of_it() {
    nothing_else_is_excused(&crate::suspense::subscription());
}

/// The purchase of a plan's date.
#[test]
fn a_case_about_a_date_of_a_plan_excuses_nothing_else_of_it() {
    let dear = ["10000.02", "147.78", "0", "1.2345", "7980.76"];
    let records = [("C1", purchase::NUMBERS), ("C2", dear)];
    for said in [&records[1..], &records[..]] {
        let mut stage = plan::opened(plan::terms());
        stage.until("02-24 09:30");
        plan::job(&mut stage);
        stage.until("02-25 09:30");
        let no = ApplicationNo::of(&"PLAN.20260224.buy".parse().unwrap());
        for (serial, numbers) in said {
            stage.notice(notice(&no, bought_part(serial, "2026-02-25", true, *numbers)));
        }
        let context = || format!("{said:?}\n{}", stage.text());
        let report = audited::report(&stage.events, stage.kinds());
        audited::adds_up(&report, context);
        assert!(report.counts.open_cases > 0, "{}", context());
        let named = |log: &[_]| audited::is_named(&audited::report(log, stage.kinds()));
        let unseen = crate::cut::unseen_in_dispute(&stage.events, named);
        assert_eq!(unseen, [""; 0], "cut off");
        let excused = excused(&stage.events, named);
        assert!(excused.is_empty(), "{excused:?}\n{}", context());
    }
}

#[test]
fn a_case_about_a_redemption_excuses_nothing_else_of_it() {
    nothing_else_is_excused(&Order::<Redemption> {
        stage: redemption::stage,
        request: redemption::request,
        of: "T.redeem",
        at: "02-25 09:30",
        rejects: "0",
        confirms: |word| match word {
            Word::Sound => redeemed("C1", "2026-02-25", true, redemption::NUMBERS, &[]),
            Word::Wrong | Word::Portion | Word::Rejected | Word::Cancelled => {
                let less = ["6000", "1.3071", "7842.60", "34.30", "7808.29"];
                redeemed("C2", "2026-02-25", true, less, &[])
            }
        },
        close: |case, closing| fundflow_sagas::redemption::Command::CloseCase { case, closing },
    });
}

#[test]
fn a_case_about_a_conversion_excuses_nothing_else_of_it() {
    nothing_else_is_excused(&Order::<Conversion> {
        stage: || conversion::stage(ConversionFeeMethod::FeeDifference),
        request: conversion::request,
        of: "T.convert",
        at: "02-24 09:30",
        rejects: "0",
        confirms: |word| match word {
            Word::Sound => converted_part("C1", "2026-02-24", true, conversion::BY_FEES),
            Word::Wrong | Word::Portion | Word::Rejected | Word::Cancelled => {
                let less = ["20000", "1.0523", "21.05", "143.85", "20881.09", "1.2345", "16914.61"];
                converted_part("C2", "2026-02-24", true, less)
            }
        },
        close: |case, closing| fundflow_sagas::conversion::Command::CloseCase { case, closing },
    });
}
