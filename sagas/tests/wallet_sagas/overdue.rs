//! A registrar that is asked and only repeats what it said before is late, whatever it said: taken, or
//! confirmed in part.

use crate::{
    fast_withdraw,
    outside::{Word, record, redeemed},
    recharge,
    stage::Stage,
    withdraw,
};
use fundflow_domain::{
    application::{FastTransferConfirmed, Outcome, PurchaseConfirmed},
    money::{Money, Nav},
};
use fundflow_runtime::saga::Saga;

/// Parked as overdue in the end, and never with another reason.
#[track_caller]
fn overdue<S: Saga>(mut stage: Stage<S>, row: &str)
where
    S::Request: 'static,
{
    for day in 4..=27 {
        stage.clock(&format!("02-{day:02} 18:00"));
        if stage.parked().is_some() {
            break;
        }
    }
    let parked = stage.parked();
    assert_eq!(parked, Some((row.to_owned(), "overdue".to_owned())), "{}", stage.text());
}

fn said<S: Saga>(stage: &mut Stage<S>, order: &str, word: Word) {
    stage.outside.records.insert(order.into(), vec![word]);
}

#[test]
fn of_a_withdrawal_whose_rest_is_carried() {
    let mut stage = withdraw::stage("02-03 10:00");
    let part = record("c-1", "2026-02-04", false, redeemed("150".parse().unwrap(), "0"));
    said(&mut stage, "redeem", part);
    stage.request(withdraw::request(Some("400")), withdraw::asked());
    overdue(stage, "confirm redemption");
}

#[test]
fn of_a_recharge_in_portions() {
    let mut stage = recharge::stage("02-03 10:00");
    let (amount, nav, shares) = ("100".parse().unwrap(), Nav::ONE, "100".parse().unwrap());
    let (fee, refund) = (Money::ZERO, Money::ZERO);
    let part = Outcome::Purchase(PurchaseConfirmed { amount, fee, refund, nav, shares });
    said(&mut stage, "mmf", record("c-1", "2026-02-04", false, part));
    stage.request(recharge::request(), recharge::asked());
    overdue(stage, "confirm buy");
}

#[test]
fn of_cash_at_once_whose_transfer_is_confirmed_in_part() {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    let (shares, income) = ("150".parse().unwrap(), "0".parse().unwrap());
    let part = Outcome::FastTransfer(FastTransferConfirmed { shares, income });
    said(&mut stage, "transfer", record("c-1", "2026-02-04", false, part));
    stage.request(fast_withdraw::request("400"), fast_withdraw::asked());
    overdue(stage, "confirm transfer");
}
