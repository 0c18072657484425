//! What a registrar says of applications: portions, corrections, receptions, rejections of any kind, answers to a
//! cancel, records of other orders, and what our own exchange of files says in its place.

use super::{causes, orders, serials};
use crate::{
    orders::{confirmation, converted},
    worlds::{date, money, nav, shares, text},
};
use fundflow_domain::{
    application::{
        Confirmation, FastTransferConfirmed, Misnamed, Outcome, PurchaseConfirmed, Reception,
        RedemptionConfirmed, Rejection, Stated, SubscriptionConfirmed,
    },
    ids::{ApplicationNo, OrderId},
    money::{Money, Nav, Shares, SignedMoney},
    orders::Cause,
};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::port::Payload;
use fundflow_sagas::ports::registrar::{ApplicationAnswer, OfAnother, notice};
use proptest::{prelude::*, sample::select};

/// What the registrars of the money fund and of the target say of their applications.
pub fn registrar_notices() -> impl Strategy<Value = (StreamName, Payload)> {
    orders().prop_flat_map(|order| {
        let no = ApplicationNo::of(&order);
        application_answers(&order).prop_map(move |answer| notice(&no, answer))
    })
}

/// Anything that is said of an application for that order of transaction `TX-1`; mostly of the kind of
/// business that the sagas give such an order.
pub fn application_answers(order: &OrderId) -> impl Strategy<Value = ApplicationAnswer> + use<> {
    use ApplicationAnswer as A;
    let misnamed =
        || Misnamed { field: text("FundCode"), placed: text("000009"), said: text("000010") };
    let another = plain_answers(order).prop_map(move |said| {
        A::OfAnother(Box::new(OfAnother { said, misnamed: vec![misnamed()] }))
    });
    prop_oneof![9 => plain_answers(order), 1 => another]
}

/// The same of what names the order as it was placed.
fn plain_answers(order: &OrderId) -> impl Strategy<Value = ApplicationAnswer> + use<> {
    use ApplicationAnswer as A;
    let received = (serials("TA"), select(vec![None, Some("10000.00"), Some("9999.99")]));
    let received = received.prop_map(|(serial, amount)| {
        A::Received(Reception { serial, on: date("2026-02-24"), amount: amount.map(money) })
    });
    let sent = (1..3_u64).prop_map(|record| A::Sent { file: "OFD_03".into(), record });
    prop_oneof![
        2 => serials("F").prop_map(A::Accepted),
        1 => received,
        6 => confirmations(order).prop_map(|said| A::Confirmed(Box::new(said))),
        2 => rejections().prop_map(A::Rejected),
        1 => Just(A::Cancelled),
        1 => causes().prop_map(A::NotCancelled),
        1 => Just(A::NotFound),
        1 => causes().prop_map(A::Pending),
        1 => causes().prop_map(A::Unknown),
        1 => select(vec!["B-1", "B-2"]).prop_map(|batch| A::Sealed(batch.into())),
        1 => sent,
    ]
}

/// First and second records, last ones and those with more to come, of few serials.
fn confirmations(order: &OrderId) -> impl Strategy<Value = Confirmation> + use<> {
    let fitting = match order.as_str().rsplit_once('.').map(|(_, suffix)| suffix) {
        Some("convert") => vec![Business::Conversion],
        Some("redeem") => vec![Business::Redemption],
        Some("transfer") => vec![Business::FastTransfer],
        Some(_) | None => vec![Business::Purchase, Business::Subscription],
    };
    let outcomes = prop_oneof![7 => outcomes(fitting), 1 => outcomes(Business::ALL.to_vec())];
    let days = select(vec!["2026-02-24", "2026-02-24", "2026-02-24", "2026-02-25", "2062-02-24"]);
    let fields = select(vec![vec![], vec![], vec![], vec!["TransferFee"], vec!["FundCode"]]);
    let drawn = (serials("TA"), days, 0..4_u8, fields, outcomes);
    drawn.prop_map(|(serial, day, more, fields, outcome)| {
        let misnamed = fields.into_iter().map(|field| Misnamed {
            field: text(field),
            placed: text("0.00"),
            said: text("1.00"),
        });
        let (confirmed_on, registered_on) = (date(day), date(day));
        let misnamed = misnamed.collect();
        let finished = more != 0;
        let plain = confirmation(serial.as_str(), outcome);
        Confirmation { confirmed_on, registered_on, finished, misnamed, ..plain }
    })
}

#[derive(Debug, Clone, Copy)]
enum Business {
    Subscription,
    Purchase,
    Redemption,
    Conversion,
    FastTransfer,
}

impl Business {
    const ALL: [Self; 5] = [
        Self::Subscription,
        Self::Purchase,
        Self::Redemption,
        Self::Conversion,
        Self::FastTransfer,
    ];
}

/// All of 10,000.00, a part of it, nothing for it, and too much.
fn outcomes(of: Vec<Business>) -> impl Strategy<Value = Outcome> {
    let numbers = vec![
        ("10000.00", "10000.00"),
        ("10000.00", "10000.00"),
        ("6000.00", "6000.00"),
        ("4000.00", "4000.00"),
        ("10000.00", "0.00"),
        ("10000.00", "1000000.00"),
    ];
    (select(of), select(numbers)).prop_map(|(of, (yuan, number))| match of {
        Business::Subscription => Outcome::Subscription(subscribed(money(yuan), shares(number))),
        Business::Purchase => Outcome::Purchase(PurchaseConfirmed {
            amount: money(yuan),
            fee: Money::ZERO,
            refund: rest(money(yuan)),
            nav: Nav::ONE,
            shares: shares(number),
        }),
        Business::Redemption => Outcome::Redemption(redeemed(shares(yuan), money(number))),
        Business::Conversion if number == "0.00" => converted("0.00").outcome,
        Business::Conversion => converted(yuan).outcome,
        Business::FastTransfer => Outcome::FastTransfer(FastTransferConfirmed {
            shares: shares(number),
            income: SignedMoney::ZERO,
        }),
    })
}

fn rest(accepted: Money) -> Money {
    money("10000.00").minus(accepted).unwrap_or_default()
}

fn subscribed(amount: Money, shares: Shares) -> SubscriptionConfirmed {
    SubscriptionConfirmed {
        amount,
        fee: Money::ZERO,
        refund: rest(amount),
        interest: Money::ZERO,
        face: Nav::ONE,
        shares,
        interest_shares: Shares::ZERO,
    }
}

fn redeemed(shares: Shares, payout: Money) -> RedemptionConfirmed {
    RedemptionConfirmed {
        shares,
        nav: nav("1.0000"),
        gross: payout,
        fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        payout,
        income: SignedMoney::ZERO,
        lots: vec![],
    }
}

/// For want of something, of a raising that failed with its interest, and with sums that no rejection has.
fn rejections() -> impl Strategy<Value = Rejection> {
    let failed = Rejection {
        interest: money("1.23"),
        ..Rejection::of(Cause::new("149", "the raising has failed"))
    };
    let stated = Stated {
        on: Some(date("2026-02-24")),
        refund: money("10000.00"),
        amount: money("1.00"),
        shares: Shares::ZERO,
    };
    let odd = Rejection { stated: Some(stated), ..crate::orders::rejection() };
    prop_oneof![3 => causes().prop_map(Rejection::of), 1 => Just(failed), 1 => Just(odd)]
}
