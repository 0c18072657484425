//! A process whose catalogue lacks a fund, wherever the one before it died: the saga waits, with the fund and
//! the day, and goes on to the same end in the next process that has it. Nothing is guessed meanwhile.

use crate::{
    conversion,
    funds::{bond, equity, house, raised},
    outside::{bought, converted, received, redeemed, subscribed},
    purchase, redemption,
    stage::{InHouse, Stage},
    subscription,
};
use fundflow_domain::{fund::ConversionFeeMethod as Method, fund::FundTerms};
use fundflow_runtime::{look::Look, message::Reply};
use fundflow_sagas::{conversion::Conversion, purchase::Purchase, redemption::Redemption};

fn all() -> Vec<FundTerms> {
    vec![equity(), raised(), bond(Method::FeeDifference)]
}

fn without(code: &str) -> Vec<FundTerms> {
    all().into_iter().filter(|fund| fund.code.as_str() != code).collect()
}

/// Within each step the process dies, one without the terms takes its place, and is replaced at the end.
const STEPS: [&str; 16] = [
    "02-13 10:01",
    "02-13 14:51",
    "02-13 16:31",
    "02-13 17:00",
    "02-24 09:30",
    "02-24 10:01",
    "02-24 12:30",
    "02-24 18:00",
    "02-25 09:30",
    "02-25 12:30",
    "02-25 18:00",
    "02-26 12:30",
    "02-27 12:30",
    "03-04 12:30",
    "03-05 12:30",
    "03-12 18:00",
];

/// What is there in the end: what the investor has, what went in and out, and how it ended.
fn outcome<S: InHouse>(stage: &Stage, id: &str) -> String {
    let shares = ["011162", "018145", "001546"].map(|fund| stage.shares(fund).available());
    let Look { ending, open_ends, .. } = stage.look::<S>(id);
    let moved = stage.events.iter().filter(|it| it.event.event_type.ends_with(".redated")).count();
    let money = (stage.outside.balance(), &stage.outside.moved);
    format!("{ending:?} {open_ends:?} {shares:?} {money:?}, T moved {moved} times")
}

fn codes<S: InHouse>(stage: &Stage, id: &str) -> Vec<String> {
    let parked = stage.look::<S>(id).parked;
    parked.into_iter().map(|(_, cause)| cause.code.to_string()).collect()
}

/// Plays it, dying after each of its appends into a process without that fund; returns why it waited.
fn survives<S: InHouse>(
    stage: impl Fn() -> Stage,
    (id, request): (&str, impl Fn() -> S::Request),
    lacking: &str,
) -> Vec<String>
where
    S::Request: 'static,
{
    let mut happy = stage();
    assert!(matches!(happy.request::<S>(id, request()), Reply::Placed { .. }));
    let appends = |stage: &Stage| stage.lines.iter().filter(|line| !line.contains(' ')).count();
    let first = appends(&happy);
    for step in STEPS {
        happy.until(step);
    }
    let expected = outcome::<S>(&happy, id);
    assert!(expected.contains("completed"), "{expected}\n{}", happy.text());
    let last = appends(&happy);
    let mut reasons = Vec::new();
    for fuse in first..last {
        let mut stage = stage();
        stage.request::<S>(id, request());
        stage.fuse = Some(fuse - first);
        stage.house = house(without(lacking));
        for step in STEPS {
            stage.until(step);
            if stage.fuse.is_none() {
                reasons.extend(codes::<S>(&stage, id));
                stage.house = house(all());
                stage.crash();
            }
        }
        let text = format!("{lacking} lacks after {fuse}: {}", stage.text());
        assert_eq!(outcome::<S>(&stage, id), expected, "{text}");
    }
    reasons
}

/// It waited for that fund and for nothing else.
#[track_caller]
fn only_unlisted(reasons: &[String]) {
    assert!(!reasons.is_empty());
    assert!(reasons.iter().all(|code| code == "not_listed"), "{reasons:?}");
}

#[test]
fn of_a_purchase() {
    let stage = || {
        let mut stage = purchase::stage();
        let said = bought("C1", "2026-02-24", purchase::NUMBERS);
        stage.outside.says("P.buy", purchase::CONFIRMED_AT, said);
        stage
    };
    only_unlisted(&survives::<Purchase>(stage, ("P", purchase::request), "011162"));
}

/// Its own cut-off is one of its terms: who lacks them counts nothing for another T.
#[test]
fn of_a_subscription() {
    let stage = || {
        let mut stage = subscription::stage();
        stage.outside.says("P.buy", "2026-02-24T09:00:00+08:00", received("R1", "2026-02-24"));
        let founded = subscribed("C1", "2026-03-05", subscription::NUMBERS);
        stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", founded);
        stage
    };
    only_unlisted(&survives::<Purchase>(stage, ("P", subscription::request), "018145"));
}

#[test]
fn of_a_redemption() {
    let stage = || {
        let mut stage = redemption::stage();
        let said = redeemed("C1", "2026-02-25", true, redemption::NUMBERS, &redemption::LOTS);
        stage.outside.says("R.redeem", redemption::CONFIRMED_AT, said);
        stage
    };
    only_unlisted(&survives::<Redemption>(stage, ("R", redemption::request), "011162"));
}

#[test]
fn of_a_conversion() {
    let stage = || {
        let mut stage = conversion::stage(Method::FeeDifference);
        let said = converted("K1", "2026-02-24", conversion::BY_FEES);
        stage.outside.says("C.convert", conversion::CONFIRMED_AT, said);
        stage
    };
    for lacking in ["001546", "011162"] {
        only_unlisted(&survives::<Conversion>(stage, ("C", conversion::request), lacking));
    }
}
