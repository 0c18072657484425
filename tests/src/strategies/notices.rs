//! What counterparties say unasked: about orders of ours, wrongly, twice, and about nobody's.

use crate::{
    orders::{bought, converted, order, payment_no, receipt, rejection},
    worlds::{cause, read},
};
use fundflow_domain::{
    ids::{ApplicationNo, OrderId, PaymentNo},
    money::Money,
};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::port::Payload;
use fundflow_sagas::ports::{
    bank::{ChargeAnswer, RefundAnswer, charge_notice, refund_notice},
    registrar::{ApplicationAnswer, notice},
};
use proptest::{prelude::*, sample::select};

/// Anything that a bank or a registrar may say about transaction `TX-1`, and about none of ours.
pub fn notices() -> impl Strategy<Value = (StreamName, Payload)> {
    prop_oneof![bank_notices(), registrar_notices()]
}

/// What a bank says of the charge and of its refunds.
pub fn bank_notices() -> impl Strategy<Value = (StreamName, Payload)> {
    let numbers = || select(vec![payment_no(), PaymentNo::pay(&nobodys())]);
    let paid = (select(vec!["CH-1", "CH-2"]), select(vec!["10000.00", "9999.99"]))
        .prop_map(|(serial, yuan)| ChargeAnswer::Paid(receipt(serial, yuan)));
    let charge = prop_oneof![
        3 => paid,
        1 => Just(ChargeAnswer::Declined(cause("51", "not enough money"))),
        1 => Just(ChargeAnswer::NotFound),
        1 => Just(ChargeAnswer::Unknown(cause("timeout", "no answer"))),
    ];
    let refund = prop_oneof![
        select(vec!["R-1", "R-2"]).prop_map(|serial| RefundAnswer::Refunded(read(serial))),
        Just(RefundAnswer::Refused(cause("14", "account closed"))),
        Just(RefundAnswer::Unknown(cause("timeout", "no answer"))),
    ];
    let refunds = (numbers(), 1..3_usize, refund).prop_map(|(no, nth, answer)| {
        let back = no.nth_refund(nth).expect("room for a refund");
        refund_notice(&no, back, answer)
    });
    let charges = (numbers(), charge).prop_map(|(no, answer)| charge_notice(&no, answer));
    prop_oneof![2 => charges, 1 => refunds]
}

/// What a registrar says of both orders.
pub fn registrar_notices() -> impl Strategy<Value = (StreamName, Payload)> {
    use ApplicationAnswer as A;
    let nothing = {
        let mut none = bought("10000.00", "0.00");
        if let fundflow_domain::application::Outcome::Purchase(numbers) = &mut none.outcome {
            numbers.shares = fundflow_domain::money::Shares::ZERO;
            numbers.fee = Money::ZERO;
        }
        none
    };
    let confirmations = vec![
        bought("10000.00", "0.00"),
        bought("6000.00", "4000.00"),
        converted("10000.00"),
        nothing,
    ];
    let answers = prop_oneof![
        1 => select(vec!["F-1", "F-2"]).prop_map(|serial| A::Accepted(read(serial))),
        3 => select(confirmations).prop_map(|one| A::Confirmed(Box::new(one))),
        1 => Just(A::Rejected(rejection())),
        1 => Just(A::Cancelled),
        1 => Just(A::NotFound),
        1 => Just(A::Unknown(cause("timeout", "no answer"))),
    ];
    let orders = select(vec![order("mmf"), order("convert"), nobodys()]);
    (orders, answers).prop_map(|(order, answer)| notice(&ApplicationNo::of(&order), answer))
}

fn nobodys() -> OrderId {
    read("NOBODY.mmf")
}
