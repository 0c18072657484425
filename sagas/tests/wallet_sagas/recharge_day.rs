//! The day's limit of a recharge that falls with its day, or was given up.

use crate::{
    outside::rejected,
    recharge::{asked, request, stage_of},
    recharge_moves::{capped, counted, limit},
    stage::{Stage, at, order},
};
use fundflow_domain::{
    day_limit,
    ids::ApplicationNo,
    limits::{DayMax, ExcessPolicy},
};
use fundflow_runtime::process::Disposition;
use fundflow_sagas::{ports::registrar, recharge::Recharge};

/// Another order exceeds the day's limit, and all of the day are refused.
fn exceeded(stage: &mut Stage<Recharge>) {
    let cap = DayMax { amount: "5000".parse().unwrap(), on_excess: ExcessPolicy::RejectAllOfDay };
    let (transaction, amount) = ("EXCESS".parse().unwrap(), "4500".parse().unwrap());
    let count = day_limit::Command::Count { transaction, amount, cap: Some(cap) };
    stage.given(&limit("2026-02-03"), &count);
}

#[test]
fn a_recharge_falls_with_its_day_before_its_registrar_has_it_and_after_but_not_in_a_batch() {
    for (row, falls) in [("pay", true), ("buy", true), ("confirm buy", true), ("batch", false)] {
        let mut stage = stage_of(capped("5000", ExcessPolicy::RejectAllOfDay), "02-03 10:00");
        match row {
            "pay" => drop(stage.outside.down.insert("mmf.pay".into())),
            "buy" => drop(stage.outside.down.insert("mmf".into())),
            _ => {}
        }
        stage.request(request(), asked());
        stage.settle();
        if row == "batch" {
            let batch = registrar_batch();
            stage.notice(registrar::notice(&ApplicationNo::of(&order("mmf")), batch));
        }
        exceeded(&mut stage);
        stage.outside.down.clear();
        stage.crash();
        stage.run();
        let (look, text) = (stage.look(), stage.text());
        let ending = if falls { "recharge.rolled_back" } else { "recharge.completed" };
        assert_eq!(look.ending, Some(ending), "{row}\n{text}");
        let paid_back = stage.count("payment.refunded");
        assert_eq!(paid_back, stage.count("payment.paid") * usize::from(falls), "{row}\n{text}");
        let code = look.failure.unwrap().code;
        assert_eq!(&*code, if falls { "day_refused" } else { "not_taken_back" }, "{row}");
        assert!(look.finished, "{row}\n{text}");
    }
}

fn registrar_batch() -> registrar::ApplicationAnswer {
    registrar::ApplicationAnswer::Sealed("2026-02-03".into())
}

#[test]
fn a_recharge_that_was_given_up_and_brings_no_shares_counts_no_more() {
    for what in [Disposition::Manual, Disposition::Suspense, Disposition::Refund] {
        let mut stage = stage_of(capped("5000", ExcessPolicy::RejectWhole), "02-03 10:00");
        stage.request(request(), asked());
        stage.settle();
        assert_eq!(counted(&stage, "2026-02-03"), "1000.00");
        stage.abandon_with(what);
        stage.settle();
        let known = what == Disposition::Refund;
        let counts = if known { "0.00" } else { "1000.00" };
        assert_eq!(counted(&stage, "2026-02-03"), counts, "{what:?}\n{}", stage.text());
        stage.now = at("02-03 15:00");
        let word = registrar::notice(&ApplicationNo::of(&order("mmf")), rejected("0002"));
        stage.notice(word);
        stage.run();
        assert_eq!(counted(&stage, "2026-02-03"), "0.00", "{what:?}\n{}", stage.text());
        assert!(stage.look().finished, "{what:?}\n{}", stage.text());
    }
}

#[test]
fn a_recharge_that_was_given_up_before_its_order_counts_no_more() {
    let mut stage = stage_of(capped("5000", ExcessPolicy::RejectWhole), "02-03 14:50");
    stage.outside.down.insert("mmf.pay".into());
    stage.request(request(), asked());
    stage.settle();
    stage.now = at("02-03 14:55");
    stage.abandon_with(Disposition::Manual);
    stage.run();
    assert_eq!(counted(&stage, "2026-02-03"), "0.00", "{}", stage.text());
}
