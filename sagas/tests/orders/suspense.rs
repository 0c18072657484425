//! Orders whose registrar says what does not add up, or carries out what it had rejected: however the cases
//! are closed, no difference is left in suspense, and the audit finds nothing.

use crate::{
    audited, conversion,
    outside::{bought_part, converted_part, redeemed},
    overruled::{Order, Word, by_hand},
    purchase, redemption,
    stage::{InHouse, Stage},
};
use fundflow_domain::{case::How, fund::ConversionFeeMethod};
use fundflow_sagas::{conversion::Conversion, purchase::Purchase, redemption::Redemption};
use std::collections::BTreeSet;

/// What is said, one word after another. `Wrong` is a record that does not add up.
const SAID: [&[Word]; 8] = [
    &[Word::Wrong],
    &[Word::Portion, Word::Wrong],
    &[Word::Wrong, Word::Sound],
    &[Word::Sound, Word::Wrong],
    &[Word::Rejected, Word::Sound],
    &[Word::Rejected, Word::Wrong],
    &[Word::Rejected, Word::Wrong, Word::Sound],
    &[Word::Wrong, Word::Rejected],
];

/// Where the differences of that order are at the end, over all that is said and all ways of closing.
fn ends<S>(order: &Order<S>) -> BTreeSet<String>
where
    S: InHouse<Command: 'static, Request: 'static>,
{
    let ours = How::PaidByUs { amount: "0.01".parse().unwrap() };
    let mut accounts = BTreeSet::new();
    for how in [How::Accepted, ours, by_hand(), How::Withdrawn] {
        for (words, last_first) in SAID.iter().flat_map(|it| [false, true].map(|last| (it, last))) {
            let mut stage: Stage = order.closed(words, &how, last_first);
            stage.until("03-20 18:00");
            let report = audited::report(&stage.events, stage.kinds());
            let told = || format!("{words:?} {how:?}\n{}", stage.text());
            audited::adds_up(&report, told);
            if !matches!(how, How::Withdrawn) {
                audited::nothing_is_in_suspense(&report, told);
            }
            let overpaid = stage.look::<S>("T").open_ends.into_iter();
            let overpaid: Vec<_> = overpaid.filter(|end| &*end.name == "overpaid").collect();
            if let [overpaid] = &overpaid[..] {
                let by_hand = report.balances.iter().find(|it| it.class == "A:BYHAND");
                let by_hand = by_hand.map(|it| it.balance);
                assert!(by_hand == Some(overpaid.worth), "{by_hand:?} {}", told());
            }
            let at = ["E:OVERSHORT", "A:BYHAND"];
            let held = report.balances.iter().filter(|it| at.contains(&it.class.as_str()));
            accounts.extend(held.map(|it| format!("{} {}", it.class, it.balance)));
        }
    }
    accounts
}

#[test]
fn a_purchase_of_more_than_was_paid_leaves_suspense_with_its_case() {
    let ends = ends(&Order::<Purchase> {
        stage: purchase::stage,
        request: purchase::request,
        of: "T.buy",
        at: "02-24 09:30",
        confirms: |word| match word {
            Word::Portion => {
                let half = ["4000", "59.11", "0", "1.2345", "3192.30"];
                bought_part("C3", "2026-02-24", false, half)
            }
            Word::Sound => bought_part("C1", "2026-02-24", true, purchase::NUMBERS),
            Word::Wrong | Word::Rejected | Word::Cancelled => {
                let more = ["10000.02", "147.78", "0", "1.2345", "7980.76"];
                bought_part("C2", "2026-02-24", true, more)
            }
        },
        close: |case, closing| fundflow_sagas::purchase::Command::CloseCase { case, closing },
    });

    assert_eq!(
        ends.into_iter().collect::<Vec<_>>(),
        ["A:BYHAND 0.02", "A:BYHAND 10000.00", "A:BYHAND 10000.02", "A:BYHAND 4000.02"]
    );
}

#[test]
fn a_redemption_that_pays_less_than_it_brought_leaves_suspense_with_its_case() {
    let ends = ends(&Order::<Redemption> {
        stage: redemption::stage,
        request: redemption::request,
        of: "T.redeem",
        at: "02-25 09:30",
        confirms: |word| match word {
            Word::Portion => {
                let half = ["3000", "1.3071", "3921.30", "0", "3921.30"];
                redeemed("C3", "2026-02-25", false, half, &[])
            }
            Word::Sound => redeemed("C1", "2026-02-25", true, redemption::NUMBERS, &[]),
            Word::Wrong | Word::Rejected | Word::Cancelled => {
                let less = ["6000", "1.3071", "7842.60", "34.30", "7808.29"];
                redeemed("C2", "2026-02-25", true, less, &[])
            }
        },
        close: |case, closing| fundflow_sagas::redemption::Command::CloseCase { case, closing },
    });

    assert_eq!(ends.into_iter().collect::<Vec<_>>(), ["A:BYHAND -0.01", "E:OVERSHORT -0.01"]);
}

#[test]
fn a_conversion_whose_money_in_is_not_its_money_out_leaves_suspense_with_its_case() {
    let ends = ends(&Order::<Conversion> {
        stage: || conversion::stage(ConversionFeeMethod::FeeDifference),
        request: conversion::request,
        of: "T.convert",
        at: "02-24 09:30",
        confirms: |word| match word {
            Word::Portion => {
                let half = ["10000", "1.0523", "10.52", "71.93", "10440.55", "1.2345", "8457.31"];
                converted_part("C3", "2026-02-24", false, half)
            }
            Word::Sound => converted_part("C1", "2026-02-24", true, conversion::BY_FEES),
            Word::Wrong | Word::Rejected | Word::Cancelled => {
                let less = ["20000", "1.0523", "21.05", "143.85", "20881.09", "1.2345", "16914.61"];
                converted_part("C2", "2026-02-24", true, less)
            }
        },
        close: |case, closing| fundflow_sagas::conversion::Command::CloseCase { case, closing },
    });

    assert_eq!(ends.into_iter().collect::<Vec<_>>(), ["A:BYHAND -0.01", "E:OVERSHORT -0.01"]);
}
