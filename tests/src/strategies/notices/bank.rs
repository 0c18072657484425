//! What banks say of money: of charges, refunds and payouts, of advances and their repayments.

use super::{causes, orders, serials};
use crate::worlds::{instant, money, request_time, transaction};
use fundflow_domain::{
    advance,
    ids::{OrderId, PaymentNo},
    money::Money,
    payment::Receipt,
    payout,
    time::Timestamp,
};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::port::Payload;
use fundflow_sagas::ports::{
    advance::{AdvanceAnswer, AdvanceSaid, RepaymentAnswer, notice},
    bank::{ChargeAnswer, PayoutAnswer, RefundAnswer, charge_notice, payout_notice, refund_notice},
};
use proptest::{prelude::*, sample::select};

/// The sum that is right, more often than those that are not.
fn sums() -> impl Strategy<Value = Money> {
    select(vec!["10000.00", "10000.00", "10000.00", "9999.99", "10000.01"]).prop_map(money)
}

/// Soon, days later, and years before anything was asked for.
fn instants() -> impl Strategy<Value = Timestamp> {
    let later = vec!["2026-02-13T15:00:00+08:00", "2026-02-25T09:30:00+08:00"];
    let never = select(vec!["2016-02-13T10:00:05+08:00", "2062-02-13T10:00:05+08:00"]);
    prop_oneof![
        6 => Just(request_time().plus_millis(5_000)),
        2 => select(later).prop_map(instant),
        1 => never.prop_map(instant),
    ]
}

/// What a bank says of a charge, of its refunds, and of what an order pays out.
pub fn bank_notices() -> impl Strategy<Value = (StreamName, Payload)> {
    let charges = orders().prop_flat_map(|order| {
        let no = PaymentNo::pay(&order);
        charge_answers(no.clone()).prop_map(move |answer| charge_notice(&no, answer))
    });
    let refunds = (orders(), 1..4_usize, refund_answers()).prop_map(|(order, nth, answer)| {
        let no = PaymentNo::pay(&order);
        let back = no.nth_refund(nth).expect("room for a refund");
        refund_notice(&no, back, answer)
    });
    let payouts = (orders(), 1..3_usize).prop_flat_map(|(order, nth)| {
        let no = PaymentNo::out(&order);
        let attempt = no.nth_attempt(nth).expect("room for an attempt");
        payout_answers(attempt.clone())
            .prop_map(move |answer| payout_notice(&no, attempt.clone(), answer))
    });
    prop_oneof![2 => charges, 1 => refunds, 1 => payouts]
}

fn charge_answers(no: PaymentNo) -> impl Strategy<Value = ChargeAnswer> {
    use ChargeAnswer as A;
    let paid = (serials("CH"), sums(), instants()).prop_map(move |(serial, amount, paid_at)| {
        A::Paid(Receipt { no: no.clone(), serial, amount, paid_at })
    });
    prop_oneof![
        5 => paid,
        2 => causes().prop_map(A::Declined),
        1 => Just(A::NotFound),
        1 => causes().prop_map(A::Pending),
        1 => causes().prop_map(A::Unknown),
    ]
}

fn refund_answers() -> impl Strategy<Value = RefundAnswer> {
    use RefundAnswer as A;
    prop_oneof![
        3 => serials("R").prop_map(A::Refunded),
        2 => causes().prop_map(A::Refused),
        1 => Just(A::NotFound),
        1 => causes().prop_map(A::Pending),
        1 => causes().prop_map(A::Unknown),
    ]
}

fn payout_answers(no: PaymentNo) -> impl Strategy<Value = PayoutAnswer> {
    use PayoutAnswer as A;
    let paid = (serials("OUT"), sums(), instants()).prop_map(move |(serial, amount, at)| {
        A::PaidOut(payout::Transfer { no: no.clone(), serial, amount, at })
    });
    prop_oneof![
        4 => paid,
        2 => causes().prop_map(A::Refused),
        1 => Just(A::NotFound),
        1 => causes().prop_map(A::Pending),
        1 => causes().prop_map(A::Unknown),
    ]
}

/// What an advancing bank says of cash at once, and of what it gets back for it.
pub fn advance_notices() -> impl Strategy<Value = (StreamName, Payload)> {
    let transfers = || {
        let drawn = (serials("AD"), sums(), instants());
        drawn.prop_map(|(serial, amount, at)| advance::Transfer { serial, amount, at })
    };
    let advances = {
        use AdvanceAnswer as A;
        prop_oneof![
            4 => transfers().prop_map(A::Advanced),
            2 => causes().prop_map(A::Declined),
            1 => Just(A::NotFound),
            1 => causes().prop_map(A::Pending),
            1 => causes().prop_map(A::Unknown),
        ]
    };
    let repayments = {
        use RepaymentAnswer as A;
        prop_oneof![
            4 => transfers().prop_map(A::Repaid),
            2 => causes().prop_map(A::Refused),
            1 => Just(A::NotFound),
            1 => causes().prop_map(A::Pending),
            1 => causes().prop_map(A::Unknown),
        ]
    };
    let said = prop_oneof![
        advances.prop_map(AdvanceSaid::Advance),
        repayments.prop_map(AdvanceSaid::Repayment),
    ];
    let transfer = Just(OrderId::part(&transaction("TX-1"), "transfer"));
    let orders = prop_oneof![3 => transfer, 1 => orders()];
    (orders, said).prop_map(|(order, said)| notice(&PaymentNo::out(&order), said))
}
