//! Proptest strategies for numbers, identifiers, requests to every saga, commands, notices, what operators do, and
//! whole days.
//!
//! Commands are drawn from few transactions and few numbers, so that sequences of them meet: the
//! same command again, the same transaction with another number, a release before its reservation.

pub mod asks;
mod counts;
mod days;
mod money;
mod notices;
pub mod operators;
mod orders;
mod people;
mod shares;

pub use counts::{day_limit_commands, fast_quota_commands};
pub use days::{Day, EVERYTHING, Happens, days};
pub use money::{advance_commands, payment_commands, payout_commands};
pub use notices::{
    advance_notices, application_answers, bank_notices, notices, registrar_notices, stray_notices,
};
pub use operators::{Operates, Operation, operations};
pub use orders::{conversion_commands, purchase_commands};
pub use people::{case_commands, plan_commands};
pub use shares::{holdings_commands, wallet_commands};

use crate::worlds::{request, transaction};
use fundflow_domain::{
    ids::TransactionId,
    modes::ConversionMode,
    money::{Amount, Money, Shares},
};
use fundflow_sagas::discount_purchase::Request;
use proptest::{prelude::*, sample::select};
use rust_decimal::Decimal;

/// 0.01 to a hundred million yuan, more often small.
pub fn amounts() -> impl Strategy<Value = Amount> {
    let fen = prop_oneof![1..=100_i64, 1..=1_000_000_i64, 1..=10_000_000_000_i64];
    fen.prop_map(|fen| Amount::new(Decimal::new(fen, 2)).expect("an amount"))
}

/// Nothing to a hundred million yuan.
pub fn moneys() -> impl Strategy<Value = Money> {
    prop_oneof![Just(Money::ZERO), amounts().prop_map(Money::from)]
}

/// None to a hundred million shares.
pub fn share_numbers() -> impl Strategy<Value = Shares> {
    moneys().prop_map(|money| Shares::new(money.decimal()).expect("as many shares"))
}

/// Valid transaction IDs of every length.
pub fn transaction_ids() -> impl Strategy<Value = TransactionId> {
    "[A-Za-z0-9._-]{1,64}".prop_map(|id| transaction(&id))
}

/// Requests that differ in amount, mode and whether a later T will do.
pub fn requests() -> impl Strategy<Value = Request> {
    let modes = ConversionMode::ALL.to_vec();
    (amounts(), select(modes), any::<bool>()).prop_map(|(amount, mode, only_today)| Request {
        amount,
        only_today,
        ..request(mode)
    })
}

/// One of three transactions.
fn transactions() -> impl Strategy<Value = TransactionId> {
    select(vec!["TX-1", "TX-2", "TX-3"]).prop_map(transaction)
}

/// None to five shares.
fn few_shares() -> impl Strategy<Value = Shares> {
    (0..=5_i64).prop_map(|n| Shares::new(Decimal::new(n, 0)).expect("few shares"))
}
