//! A process whose catalogue lacks the money fund, wherever the one before it died: recharges, withdrawals and
//! cash at once wait, with the fund and the day, and come to the same end in the next process that has it.

use crate::{
    fast_withdraw, recharge,
    stage::{Stage, tx},
    terms::{house, money_fund},
    withdraw,
};
use fundflow_domain::fund::FundTerms;
use fundflow_runtime::{look::look, message::Reply, saga::Saga};
use fundflow_sagas::{
    fast_withdraw::FastWithdraw, house::House, recharge::Recharge, withdraw::Withdraw,
};
use std::sync::Arc;

/// Within each step the process dies, one without the terms takes its place, and is replaced at the end.
const STEPS: [&str; 13] = [
    "02-03 10:01",
    "02-03 10:02",
    "02-03 10:03",
    "02-04 09:30",
    "02-04 11:00",
    "02-04 12:30",
    "02-04 14:30",
    "02-04 18:00",
    "02-05 12:30",
    "02-05 18:00",
    "02-06 12:30",
    "02-06 18:00",
    "02-13 18:00",
];

/// What is there in the end: the wallet, the money that moved, and how it ended.
fn outcome<S: Saga>(stage: &Stage<S>) -> String {
    let wallet = stage.wallet();
    let shares = [wallet.registered(), wallet.available(), wallet.in_transit()];
    let moved = stage.events.iter().filter(|it| it.event.event_type.ends_with(".redated")).count();
    let look = stage.look();
    let ends = (look.ending, look.open_ends);
    let mut paid = stage.outside.moved();
    paid.sort();
    format!("{ends:?} {shares:?} {paid:?}, T moved {moved} times, {:?}", days(stage))
}

/// The days that money was promised for.
fn days<S: Saga>(stage: &Stage<S>) -> Vec<String> {
    let payouts = stage.events.iter().filter(|it| &*it.event.event_type == "payout.requested");
    let due =
        |data: &str| serde_json::from_str::<serde_json::Value>(data).unwrap()["due"].to_string();
    payouts.map(|it| due(&it.event.data)).collect()
}

/// Plays it, dying after each of its events into a process without the fund; returns why it waited.
fn survives<S: Saga>(
    of: impl Fn(House) -> S,
    begun: impl Fn() -> Stage<S>,
    fund: &FundTerms,
) -> Vec<String> {
    let mut happy = begun();
    let first = happy.events.len();
    for step in STEPS {
        happy.clock(step);
    }
    let expected = outcome(&happy);
    assert!(happy.look().ending.is_some(), "{}", happy.text());
    let mut reasons = Vec::new();
    for fuse in 0..happy.events.len() - first {
        let mut stage = begun();
        stage.fuse = Some(fuse);
        stage.saga = Arc::new(of(house(vec![])));
        for step in STEPS {
            stage.clock(step);
            if stage.fuse.is_none() {
                let seen = look(stage.saga.as_ref(), &tx("TX-1"), &stage.events).unwrap();
                reasons.extend(seen.parked.map(|(_, cause)| cause.code.to_string()));
                stage.saga = Arc::new(of(house(vec![fund.clone()])));
                stage.crash();
            }
        }
        assert_eq!(outcome(&stage), expected, "lacking after {fuse}: {}", stage.text());
    }
    reasons
}

/// It waited for the fund and for nothing else.
#[track_caller]
fn only_unlisted(reasons: &[String]) {
    assert!(!reasons.is_empty());
    assert!(reasons.iter().all(|code| code == "not_listed"), "{reasons:?}");
}

#[test]
fn of_a_recharge() {
    let begun = || {
        let mut stage = recharge::stage("02-03 10:00");
        let reply = stage.request(recharge::request(), recharge::asked());
        assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
        stage
    };
    only_unlisted(&survives(|house| Recharge { house }, begun, &money_fund()));
}

/// Its money comes on T+3: whoever does not know that pays nothing before.
#[test]
fn of_a_withdrawal() {
    let slow = FundTerms { payout_lag: 3, ..money_fund() };
    let begun = || {
        let mut stage = Stage::new(Withdraw { house: house(vec![slow.clone()]) }, "02-03 10:00");
        stage.holding("i-1", "1000");
        let reply = stage.request(withdraw::request(Some("400")), withdraw::asked());
        assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
        stage
    };
    only_unlisted(&survives(|house| Withdraw { house }, begun, &slow));
}

#[test]
fn of_cash_at_once() {
    let begun = || {
        let mut stage = fast_withdraw::stage("02-03 10:00");
        let reply = stage.request(fast_withdraw::request("5000"), fast_withdraw::asked());
        assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
        stage
    };
    let of = |house| FastWithdraw { house, ..fast_withdraw::saga(fast_withdraw::licensed()) };
    only_unlisted(&survives(of, begun, &money_fund()));
}
