//! A registrar's figures: at a price of one, and without a fee.

use crate::worlds;
use chrono::NaiveDate;
use fundflow_domain::{
    application::{
        Ask, Confirmation, ConversionConfirmed, FastTransferConfirmed, Outcome, PurchaseConfirmed,
        RAISING_FAILED, RedemptionConfirmed, Rejection, Stated, SubscriptionConfirmed, Terms,
    },
    money::{Amount, Money, Nav, ShareRounding, Shares, SignedMoney},
    orders::{Cause, Serial},
};
use fundflow_sagas::ports::registrar::ApplicationAnswer;
use rust_decimal::Decimal;

/// That part of what was asked for, at a price of one and without a fee.
pub fn confirmed(terms: &Terms, part: Decimal) -> ApplicationAnswer {
    let day = confirmed_on(terms);
    ApplicationAnswer::Confirmed(Box::new(Confirmation {
        serial: serial_of(terms.no.as_str()),
        confirmed_on: day,
        registered_on: day,
        finished: true,
        misnamed: vec![],
        outcome: outcome(terms, part),
    }))
}

/// The day that was promised; shares of a raising come when the fund is founded.
pub(super) fn confirmed_on(terms: &Terms) -> NaiveDate {
    match terms.ask {
        Ask::Subscription { .. } => worlds::date("2026-02-26"),
        Ask::Purchase { .. }
        | Ask::Redemption { .. }
        | Ask::Conversion { .. }
        | Ask::FastTransfer { .. } => terms.promised.confirm_by.date(),
    }
}

/// The same of one of two portions, or of a corrected record: all of it where that is the only one.
pub(super) fn portion(terms: &Terms, nth: &str, finished: bool) -> ApplicationAnswer {
    let part = if nth == "c" { Decimal::ONE } else { Decimal::new(5, 1) };
    with(terms, part, |said| {
        said.serial = serial_of(&format!("{nth}{}", terms.no));
        said.finished = finished;
        // What one portion leaves is the other one's.
        match &mut said.outcome {
            Outcome::Purchase(numbers) => numbers.refund = Money::ZERO,
            Outcome::Subscription(numbers) => numbers.refund = Money::ZERO,
            Outcome::Redemption(_) | Outcome::Conversion(_) | Outcome::FastTransfer(_) => {}
        }
    })
}

/// The raising has failed: all of it goes back, and a fen that it earned.
pub(super) fn unraised(terms: &Terms) -> ApplicationAnswer {
    let refund = match &terms.ask {
        Ask::Subscription { amount } => Money::from(*amount),
        Ask::Purchase { .. }
        | Ask::Redemption { .. }
        | Ask::Conversion { .. }
        | Ask::FastTransfer { .. } => Money::ZERO,
    };
    let stated =
        Stated { on: Some(confirmed_on(terms)), refund, amount: Money::ZERO, shares: Shares::ZERO };
    ApplicationAnswer::Rejected(Rejection {
        interest: "0.01".parse().expect("a number in range"),
        stated: Some(stated),
        ..Rejection::of(Cause::new(RAISING_FAILED, "the raising has failed"))
    })
}

/// A record of all of it that does not add up.
pub(super) fn wrong(terms: &Terms) -> ApplicationAnswer {
    let one: Money = "1".parse().expect("a number in range");
    with(terms, Decimal::ONE, |said| match &mut said.outcome {
        Outcome::Purchase(numbers) => numbers.shares = twice(numbers.shares),
        Outcome::Subscription(numbers) => numbers.shares = twice(numbers.shares),
        Outcome::Redemption(numbers) => {
            numbers.payout = numbers.payout.minus(one).unwrap_or(Money::ZERO);
        }
        Outcome::Conversion(numbers) => numbers.shares_in = twice(numbers.shares_in),
        Outcome::FastTransfer(numbers) => numbers.shares = twice(numbers.shares),
    })
}

fn twice(shares: Shares) -> Shares {
    shares.plus(shares).expect("a number in range")
}

fn with(terms: &Terms, part: Decimal, change: impl Fn(&mut Confirmation)) -> ApplicationAnswer {
    let mut answer = confirmed(terms, part);
    if let ApplicationAnswer::Confirmed(said) = &mut answer {
        change(said);
    }
    answer
}

/// The serial under which a counterparty knows that key.
pub fn serial_of(key: &str) -> Serial {
    Serial::new(format!("S-{key}").chars().take(32).collect::<String>()).expect("a number in range")
}

/// Yuan that are accepted and that go back, and shares.
fn paid(asked: Amount, part: Decimal) -> (Money, Money, Shares) {
    let all = Money::from(asked);
    let amount = Money::new((all.decimal() * part).trunc_with_scale(2)).expect("a number in range");
    let shares = amount.shares_at(Nav::ONE, ShareRounding::HalfUp).expect("a number in range");
    (amount, all.minus(amount).expect("a number in range"), shares)
}

/// Shares that leave, and what they are worth in yuan.
fn left(asked: Shares, part: Decimal) -> (Shares, Money) {
    let shares =
        Shares::new((asked.decimal() * part).trunc_with_scale(2)).expect("a number in range");
    (shares, shares.value_half_up(Nav::ONE).expect("a number in range"))
}

fn outcome(terms: &Terms, part: Decimal) -> Outcome {
    match &terms.ask {
        Ask::Purchase { amount, .. } => {
            let (amount, refund, shares) = paid(*amount, part);
            let (fee, nav) = (Money::ZERO, Nav::ONE);
            Outcome::Purchase(PurchaseConfirmed { amount, fee, refund, nav, shares })
        }
        Ask::Subscription { amount } => {
            let (amount, refund, shares) = paid(*amount, part);
            Outcome::Subscription(SubscriptionConfirmed {
                amount,
                fee: Money::ZERO,
                refund,
                interest: Money::ZERO,
                face: Nav::ONE,
                shares,
                interest_shares: Shares::ZERO,
            })
        }
        Ask::Redemption { shares, .. } => {
            let (shares, gross) = left(*shares, part);
            Outcome::Redemption(RedemptionConfirmed {
                shares,
                nav: Nav::ONE,
                gross,
                fee: Money::ZERO,
                back_end_fee: Money::ZERO,
                payout: gross,
                income: SignedMoney::ZERO,
                lots: Vec::new(),
            })
        }
        Ask::Conversion { shares, .. } => {
            let (shares_out, net_in) = left(*shares, part);
            Outcome::Conversion(ConversionConfirmed {
                shares_out,
                nav_out: Nav::ONE,
                redemption_fee: Money::ZERO,
                back_end_fee: Money::ZERO,
                topup_fee: Money::ZERO,
                net_in,
                nav_in: Nav::ONE,
                shares_in: net_in
                    .shares_at(Nav::ONE, ShareRounding::HalfUp)
                    .expect("a number in range"),
                income: SignedMoney::ZERO,
                lots: Vec::new(),
            })
        }
        Ask::FastTransfer { shares, .. } => {
            let (shares, _) = left(*shares, part);
            Outcome::FastTransfer(FastTransferConfirmed { shares, income: SignedMoney::ZERO })
        }
    }
}
