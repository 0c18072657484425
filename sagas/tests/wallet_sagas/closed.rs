//! What is said of a saga that a person gave up: what the other side had not said by then, and no more.

use crate::{fast_withdraw, recharge, stage::Stage, withdraw};
use fundflow_runtime::{process::Disposition, saga::Saga};

/// Given up while that call is not answered, or at once.
fn because<S: Saga>(
    mut stage: Stage<S>,
    unanswered: Option<&str>,
    ask: impl FnOnce(&mut Stage<S>),
) -> String {
    stage.outside.down.extend(unanswered.map(str::to_owned));
    ask(&mut stage);
    stage.settle();
    stage.abandon_with(Disposition::Refund);
    stage.settle();
    stage.look().failure.unwrap().text.to_string()
}

#[test]
fn who_gives_up_is_said_to_have_done_so_before_what_was_not_said_yet() {
    let bought = |down| {
        because(recharge::stage("02-12 10:00"), down, |stage| {
            stage.request(recharge::request(), recharge::asked());
        })
    };
    let left = |down| {
        because(withdraw::stage("02-12 10:00"), down, |stage| {
            stage.request(withdraw::request(Some("100")), withdraw::asked());
        })
    };
    let cash = |down| {
        because(fast_withdraw::stage("02-12 10:00"), down, |stage| {
            stage.request(fast_withdraw::request("400"), fast_withdraw::asked());
        })
    };
    for (said, undecided) in [
        (bought(Some("mmf.pay")), "the bank had said whether the money was taken"),
        (bought(Some("mmf")), "the registrar had said whether it takes the order"),
        (bought(None), "the registrar had said what becomes of the order"),
        (left(Some("redeem")), "the registrar had said whether it takes the order"),
        (left(None), "the registrar had said what becomes of the order"),
        (cash(Some("transfer.out")), "the bank had said whether it advanced the money"),
    ] {
        assert_eq!(said, format!("closed by a person before {undecided}"));
    }
}
