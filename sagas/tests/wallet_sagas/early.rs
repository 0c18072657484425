//! Records of a wallet's fund that are dated on a day before the one that its terms promise: booked, and in a case.

use crate::{
    fast_withdraw::{self, saga},
    outside::{purchased, record, redeemed},
    recharge,
    stage::Stage,
    terms::{house, money_fund},
    withdraw,
};
use fundflow_domain::{
    application::{FastTransferConfirmed, Outcome},
    case::{Case, CaseId, Cases},
    fund::FundTerms,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{message::Reply, saga::Saga};
use fundflow_sagas::{fast_withdraw::FastWithdraw, withdraw::Withdraw};

/// Confirmed on T+2, paid out on T+2.
fn slow() -> FundTerms {
    FundTerms { confirm_lag: 2, payout_lag: 2, ..money_fund() }
}

/// Ordered on Tuesday the 3rd, so that the registrar's day is Thursday the 5th, and confirmed on Wednesday.
#[track_caller]
fn early<S: Saga<Request: 'static, Asked: 'static>>(
    mut stage: Stage<S>,
    (request, asked): (S::Request, S::Asked),
    (name, outcome): (&str, Outcome),
) -> Stage<S> {
    let said = record("c-1", "2026-02-04", true, outcome);
    stage.outside.records.insert(name.into(), vec![said]);
    let reply = stage.request(request, asked);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.run();
    let opened = stage.events.iter().find(|it| &*it.event.event_type == "case.opened");
    let id: CaseId = opened.unwrap().stream.id().parse().unwrap();
    let case = stage.fold(&Key::<Cases>::of(&id)).state.case().cloned();
    let said: Vec<_> = case.iter().flat_map(|it: &Case| &it.findings).map(|it| &it.what).collect();
    let text = "confirmed on 2026-02-04 is not 2026-02-05 to 2026-02-05";
    assert_eq!(said[0].as_str(), text, "{}", stage.text());
    assert!(stage.look().parked.is_some() && stage.look().ending.is_none(), "{}", stage.text());
    stage
}

#[test]
fn a_recharge_that_is_confirmed_too_early_is_held() {
    let stage = early(
        recharge::stage_of(slow(), "02-03 10:00"),
        (recharge::request(), recharge::asked()),
        ("buy", purchased("1000".parse().unwrap(), "0".parse().unwrap())),
    );
    let wallet = stage.wallet();
    assert_eq!(
        (wallet.registered().to_string(), wallet.available().is_zero()),
        ("1000.00".to_owned(), true)
    );
}

#[test]
fn a_withdrawal_that_is_confirmed_too_early_is_not_paid_out() {
    let mut stage = Stage::new(Withdraw { house: house(vec![slow()]) }, "02-03 10:00");
    stage.holding("i-1", "1000");
    let stage = early(
        stage,
        (withdraw::request(Some("400")), withdraw::asked()),
        ("redeem", redeemed("400".parse().unwrap(), "0")),
    );
    assert!(stage.events.iter().all(|it| &*it.event.event_type != "payout.requested"));
}

#[test]
fn a_transfer_to_the_bank_that_is_confirmed_too_early_is_not_over() {
    let by = fast_withdraw::licensed();
    let mut stage =
        Stage::new(FastWithdraw { house: house(vec![slow()]), ..saga(by) }, "02-03 10:00");
    stage.holding("i-1", "12000");
    let transferred = Outcome::FastTransfer(FastTransferConfirmed {
        shares: "1000".parse().unwrap(),
        income: "0".parse().unwrap(),
    });
    early(
        stage,
        (fast_withdraw::request("1000"), fast_withdraw::asked()),
        ("transfer", transferred),
    );
}
