//! What a registrar confirmed, held against what was asked and promised.

use crate::house::House;
use fundflow_domain::{
    application::{
        Ask, Confirmation, ConversionConfirmed, LotConfirmed, Outcome, PromisedFee,
        PurchaseConfirmed, RedemptionConfirmed, SubscriptionConfirmed, Terms,
    },
    case::Finding,
    confirmation_check::{
        ConversionExpected, ConversionNumbers, Dates, LotNumbers, LotTerms, Promised,
        PurchaseExpected, PurchaseNumbers, RedemptionExpected, RedemptionNumbers,
        SubscriptionExpected, SubscriptionNumbers, When, conversion, dates, purchase, redemption,
        subscription,
    },
    fund::FundKind,
    ids::FundCode,
    money::{Amount, Money, Nav, Rate, Shares},
    time::Timestamp,
};

/// Everything that does not add up; empty for a sound confirmation.
pub fn findings(
    house: &House,
    terms: &Terms,
    confirmation: &Confirmation,
    received_at: Timestamp,
) -> Vec<Finding> {
    let mut found = numbers(house, terms, confirmation);
    let stated = Dates {
        trade_date: None,
        confirmed_on: confirmation.confirmed_on,
        registered_on: Some(confirmation.registered_on),
    };
    let when = When {
        received_at,
        t: terms.trade_date,
        cut_off_of_t: house.calendar.cut_off(terms.trade_date),
        lag_min: 1,
        calendar: &house.calendar,
    };
    found.extend(dates(&stated, &when, confirmation.outcome.registered()));
    found
}

fn numbers(house: &House, terms: &Terms, confirmation: &Confirmation) -> Vec<Finding> {
    let finished = confirmation.finished;
    match (&terms.ask, &confirmation.outcome) {
        (Ask::Purchase { amount, .. }, Outcome::Purchase(numbers)) => {
            bought(house, terms, (*amount, numbers), finished)
        }
        (Ask::Subscription { amount }, Outcome::Subscription(numbers)) => {
            subscribed(terms, (*amount, numbers), finished)
        }
        (Ask::Conversion { shares, into, .. }, Outcome::Conversion(numbers)) => {
            converted(house, terms, (*shares, *into), numbers)
        }
        (Ask::Redemption { shares, .. }, Outcome::Redemption(numbers)) => {
            redeemed(house, terms, *shares, numbers)
        }
        // A transfer has no price, and what does not fit was refused by the application.
        (
            Ask::Purchase { .. }
            | Ask::Subscription { .. }
            | Ask::Conversion { .. }
            | Ask::Redemption { .. }
            | Ask::FastTransfer { .. },
            Outcome::Purchase(_)
            | Outcome::Subscription(_)
            | Outcome::Conversion(_)
            | Outcome::Redemption(_)
            | Outcome::FastTransfer(_),
        ) => Vec::new(),
    }
}

fn bought(
    house: &House,
    terms: &Terms,
    (asked, n): (Amount, &PurchaseConfirmed),
    finished: bool,
) -> Vec<Finding> {
    let (amount, fee, refund, nav, shares) = (n.amount, n.fee, n.refund, n.nav, n.shares);
    let expected = PurchaseExpected {
        asked,
        fee: promised(terms.promised.fee),
        nav: published(house, terms, terms.fund),
        rounding: terms.rounding,
    };
    purchase(&PurchaseNumbers { amount, fee, refund, nav, shares, finished }, &expected)
}

fn subscribed(
    terms: &Terms,
    (asked, n): (Amount, &SubscriptionConfirmed),
    finished: bool,
) -> Vec<Finding> {
    let numbers = SubscriptionNumbers {
        amount: n.amount,
        fee: n.fee,
        refund: n.refund,
        interest: n.interest,
        nav: n.face,
        shares: n.shares,
        interest_shares: n.interest_shares,
        finished,
    };
    let expected = SubscriptionExpected {
        asked,
        fee: promised(terms.promised.fee),
        interest: None,
        face: Nav::ONE,
        rounding: terms.rounding,
    };
    subscription(&numbers, &expected)
}

fn converted(
    house: &House,
    terms: &Terms,
    (asked, into): (Shares, FundCode),
    n: &ConversionConfirmed,
) -> Vec<Finding> {
    let numbers = ConversionNumbers {
        shares_out: n.shares_out,
        nav_out: n.nav_out,
        redemption_fee: n.redemption_fee,
        back_end_fee: Money::ZERO,
        topup_fee: n.topup_fee,
        net_in: n.net_in,
        nav_in: n.nav_in,
        shares_in: n.shares_in,
    };
    let expected = ConversionExpected {
        asked,
        lots: &free_lots(house, terms, n.shares_out),
        leaving_target: Rate::ZERO,
        nav_out: published(house, terms, terms.fund),
        topup: promised(terms.promised.fee),
        nav_in: published(house, terms, into),
        rounding: terms.rounding,
    };
    conversion(&numbers, &expected)
}

fn redeemed(house: &House, terms: &Terms, asked: Shares, n: &RedemptionConfirmed) -> Vec<Finding> {
    let lot =
        |lot: &LotConfirmed| LotNumbers { shares: lot.shares, gross: lot.gross, fee: lot.fee };
    let numbers = RedemptionNumbers {
        shares: n.shares,
        nav: n.nav,
        gross: n.gross,
        fee: n.fee,
        back_end_fee: Money::ZERO,
        income: n.income,
        payout: n.payout,
        lots: n.lots.iter().map(lot).collect(),
    };
    let expected = RedemptionExpected {
        asked,
        lots: &free_lots(house, terms, n.shares),
        nav: published(house, terms, terms.fund),
        income: None,
    };
    redemption(&numbers, &expected)
}

/// The price of T as it was published; 1.00 for a money fund, by definition.
fn published(house: &House, terms: &Terms, fund: FundCode) -> Option<Nav> {
    let day = terms.trade_date.date();
    match (house.funds)(fund, day)?.kind {
        FundKind::Money => Some(Nav::ONE),
        FundKind::Bond
        | FundKind::Hybrid
        | FundKind::Equity
        | FundKind::Index
        | FundKind::Qdii
        | FundKind::Fof => (house.navs)(fund, day),
    }
}

/// Leaving a money fund costs nothing; what leaving another costs depends on its lots.
fn free_lots(house: &House, terms: &Terms, shares: Shares) -> Vec<LotTerms> {
    let kind = (house.funds)(terms.fund, terms.trade_date.date()).map(|fund| fund.kind);
    if kind == Some(FundKind::Money) && !shares.is_zero() {
        return vec![LotTerms { shares, rate: Rate::ZERO, put_off: None }];
    }
    Vec::new()
}

const fn promised(fee: PromisedFee) -> Promised {
    match fee {
        PromisedFee::Open => Promised::Unsaid,
        PromisedFee::Charge(charge) => Promised::Charge(charge),
        PromisedFee::Exact(fee) => Promised::Fee(fee),
    }
}
