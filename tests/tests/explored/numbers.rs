//! A registrar's figures: at a price of one, and without a fee.

use crate::outside::serial_of;
use fundflow_domain::{
    application::{
        Ask, Confirmation, ConversionConfirmed, FastTransferConfirmed, Outcome, PurchaseConfirmed,
        RedemptionConfirmed, SubscriptionConfirmed, Terms,
    },
    money::{Amount, Money, Nav, ShareRounding, Shares, SignedMoney},
};
use fundflow_sagas::ports::registrar::ApplicationAnswer;
use rust_decimal::Decimal;

/// That part of what was asked for, at a price of one and without a fee.
pub(crate) fn confirmed(terms: &Terms, part: Decimal) -> ApplicationAnswer {
    let day = terms.promised.confirm_by.date();
    ApplicationAnswer::Confirmed(Box::new(Confirmation {
        serial: serial_of(terms.no.as_str()),
        confirmed_on: day,
        registered_on: day,
        finished: true,
        outcome: outcome(terms, part),
    }))
}

/// Yuan that are accepted and that go back, and shares.
fn paid(asked: Amount, part: Decimal) -> (Money, Money, Shares) {
    let all = Money::from(asked);
    let amount = Money::new((all.decimal() * part).trunc_with_scale(2)).unwrap();
    let shares = amount.shares_at(Nav::ONE, ShareRounding::HalfUp).unwrap();
    (amount, all.minus(amount).unwrap(), shares)
}

/// Shares that leave, and what they are worth in yuan.
fn left(asked: Shares, part: Decimal) -> (Shares, Money) {
    let shares = Shares::new((asked.decimal() * part).trunc_with_scale(2)).unwrap();
    (shares, shares.value_half_up(Nav::ONE).unwrap())
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
                topup_fee: Money::ZERO,
                net_in,
                nav_in: Nav::ONE,
                shares_in: net_in.shares_at(Nav::ONE, ShareRounding::HalfUp).unwrap(),
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
