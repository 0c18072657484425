//! Orders whose registrar says what does not add up, or carries out what it had rejected: however the cases
//! are closed, no difference is left in suspense, and the audit finds nothing.

use crate::{
    audited, conversion,
    outside::{bought_part, converted_part, redeemed, subscribed, subscribed_part},
    overruled::{Order, Word, by_hand},
    purchase, redemption,
    stage::{InHouse, Stage},
    subscription,
};
use fundflow_domain::{case::How, fund::ConversionFeeMethod};
use fundflow_sagas::{conversion::Conversion, purchase::Purchase, redemption::Redemption};
use rust_decimal::Decimal;
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
        let said = SAID.iter().flat_map(|it| [false, true].map(|last| (it, last)));
        // What comes after the first word comes at once, or when the money of that one has moved.
        let said = said.flat_map(|it| [None, Some("03-12 18:00")].map(|then| (it, then)));
        for ((words, last_first), then) in
            said.filter(|((it, _), then)| then.is_none() || it.len() > 1)
        {
            let mut stage: Stage = order.closed_after(words, then, &how, last_first);
            stage.until("03-20 18:00");
            let report = audited::report(&stage.events, stage.kinds());
            let context = || format!("{words:?} {how:?} {then:?}\n{}", stage.text());
            audited::adds_up(&report, context);
            if !matches!(how, How::Withdrawn) {
                audited::nothing_is_in_suspense(&report, context);
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
        rejects: "0",
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

pub(crate) fn subscription() -> Order<Purchase> {
    Order {
        stage: subscription::stage,
        request: subscription::request,
        of: "T.buy",
        at: "03-05 09:30",
        rejects: "2.35",
        confirms: |word| match word {
            Word::Portion => {
                let half = ["4000", "47.43", "0", "0.94", "3953.51", "0.94"];
                subscribed_part("C3", "2026-03-05", false, half)
            }
            Word::Sound => subscribed("C1", "2026-03-05", subscription::NUMBERS),
            Word::Wrong | Word::Rejected | Word::Cancelled => {
                let more = ["10000.02", "118.58", "0", "2.35", "9883.79", "2.35"];
                subscribed("C2", "2026-03-05", more)
            }
        },
        close: |case, closing| fundflow_sagas::purchase::Command::CloseCase { case, closing },
    }
}

/// The registrar says that the raising failed, and then that it did not: the interest is in the shares, too.
#[test]
fn interest_that_was_paid_for_a_rejection_that_holds_no_more_is_got_back() {
    for (how, word, overpaid) in [
        (How::Accepted, Word::Sound, "10002.35"),
        (by_hand(), Word::Sound, "10002.35"),
        (How::Accepted, Word::Wrong, "10002.37"),
        // It stands again.
        (How::Withdrawn, Word::Sound, "0"),
    ] {
        let words = [Word::Rejected, word];
        let mut stage = subscription().closed_after(&words, Some("03-12 18:00"), &how, false);
        stage.until("03-20 18:00");
        let context = format!("{how:?} {word:?}\n{}", stage.text());
        let ends = stage.look::<Purchase>("T").open_ends;
        let named = ends.iter().filter(|end| &*end.name == "overpaid").map(|end| end.worth);
        assert_eq!(named.sum::<Decimal>(), overpaid.parse().unwrap(), "{context}");
        assert_eq!(stage.outside.balance()[1], "10002.35".parse().unwrap(), "{context}");
    }
}

#[test]
fn a_subscription_of_more_than_was_paid_leaves_suspense_with_its_case() {
    let ends = ends(&subscription());

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
        rejects: "0",
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
        rejects: "0",
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
