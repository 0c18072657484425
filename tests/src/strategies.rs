//! Proptest strategies for numbers, identifiers, requests and commands.
//!
//! Commands are drawn from few transactions and few numbers, so that sequences of them meet: the
//! same command again, the same transaction with another number, a release before its reservation.

use crate::{
    orders::{bought, conversion_terms, converted, purchase_terms},
    worlds::{cause, date, day, instant, request, transaction},
};
use fundflow_domain::{
    discount_purchase::Request,
    fund_order::{self, Payment},
    ids::{Leg, OrderId, PaymentNo, TransactionId},
    modes::ConversionMode,
    money::{Amount, Money, Shares},
    wallet,
};
use proptest::prelude::*;
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
    let modes = [ConversionMode::LinkedSameDay, ConversionMode::NextDay];
    let mode = proptest::sample::select(modes.to_vec());
    (amounts(), mode, any::<bool>()).prop_map(|(amount, mode, only_today)| Request {
        amount,
        only_today,
        ..request(mode)
    })
}

/// Commands to a wallet, of three transactions and numbers up to five.
pub fn wallet_commands() -> impl Strategy<Value = wallet::Command> {
    use wallet::Command as C;
    let number = (0..=5_i64).prop_map(|n| Shares::new(Decimal::new(n, 0)).expect("few shares"));
    let tx = proptest::sample::select(vec!["TX-1", "TX-2", "TX-3"]).prop_map(transaction);
    let dates = proptest::sample::select(vec!["2026-02-13", "2026-02-24"]);
    (0..6_u8, tx, number, dates).prop_map(|(which, tx, shares, on)| match which {
        0 => C::CreditInTransit(tx, shares),
        1 => C::ConfirmCredit(tx, shares, date(on)),
        2 => C::ReverseCredit(tx),
        3 => C::Reserve(tx, shares),
        4 => C::Spend(tx, shares),
        _ => C::Release(tx),
    })
}

/// Commands to the ready-made purchase order: payments that fit and do not, twice and late;
/// answers in any order.
pub fn purchase_order_commands() -> impl Strategy<Value = fund_order::Command> {
    use fund_order::Command as C;
    let id = OrderId::of(&transaction("TX-1"), Leg::MoneyFund);
    let no = PaymentNo::pay(&id);
    let closed = || cause("0009", "the fund is closed");
    let cut_off = instant("2026-02-13T15:00:00+08:00");
    let taken_back = |at| C::Cancel { at: instant(at), cut_off, cause: closed() };
    let rest = proptest::sample::select(vec![
        C::Place(Box::new(purchase_terms())),
        C::RequestPayment(no.clone()),
        C::RecordDecline(no.clone(), cause("51", "not enough money")),
        C::Accept("TA-1".into()),
        C::Reject(closed()),
        C::Seal("B-1".into()),
        C::Send("F-1".into(), 1),
        C::Confirm(Box::new(bought("10000.00", "0.00"))),
        C::Confirm(Box::new(bought("6000.00", "4000.00"))),
        taken_back("2026-02-13T14:00:00+08:00"),
        taken_back("2026-02-13T15:00:00+08:00"),
        C::RequestRefund(id.clone(), closed()),
        C::RecordRefund(PaymentNo::refund(&id, 0), "R-0".into()),
        C::RecordRefund(PaymentNo::refund(&id, 1), "R-1".into()),
    ]);
    let serials = proptest::sample::select(vec!["CH-1", "CH-2", "CH-3"]);
    let sums = proptest::sample::select(vec!["10000.00", "10000.00", "9999.99"]);
    let paid = (serials, sums).prop_map(move |(serial, sum)| {
        let paid_at = instant("2026-02-13T10:00:05+08:00");
        let amount = crate::worlds::money(sum);
        let payment = Payment { no: no.clone(), serial: serial.into(), amount, paid_at };
        C::RecordPayment(payment, day("2026-02-13"))
    });
    prop_oneof![3 => rest, 1 => paid]
}

/// Commands to the ready-made conversion.
pub fn conversion_commands() -> impl Strategy<Value = fund_order::Command> {
    use fund_order::Command as C;
    proptest::sample::select(vec![
        C::Place(Box::new(conversion_terms())),
        C::Accept("TA-2".into()),
        C::Reject(cause("0009", "the fund is closed")),
        C::Seal("B-1".into()),
        C::Send("F-1".into(), 1),
        C::Confirm(Box::new(converted("10000.00"))),
        C::Confirm(Box::new(converted("3600.00"))),
    ])
}
