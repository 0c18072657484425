//! Terms and confirmations of the two orders of the ready-made purchase.

use crate::worlds::{
    account, amount, date, day, investor_id, money, nav, shares, target_code, wallet_code,
};
use fundflow_domain::{
    fund_order::{Ask, Confirmation, ConversionConfirmed, Outcome, PurchaseConfirmed, Terms},
    money::{Discount, Money, Nav, ShareRounding},
};

/// To buy for so many yuan.
pub fn purchase(yuan: &str) -> Ask {
    Ask::Purchase { amount: amount(yuan), account: account() }
}

/// 10,000.00 yuan of the money-market fund, on 2026-02-13.
pub fn purchase_terms() -> Terms {
    Terms {
        investor: investor_id(),
        fund: wallet_code(),
        ask: purchase("10000.00"),
        trade_date: day("2026-02-13"),
        only_today: false,
    }
}

/// 10,000.00 shares of it into the target, at no fee.
pub fn conversion_terms() -> Terms {
    let (into, topup_discount) = (target_code(), Discount::FREE);
    let ask = Ask::Conversion { shares: shares("10000.00"), into, topup_discount };
    Terms { ask, ..purchase_terms() }
}

/// A confirmation on the day after T.
pub fn confirmation(serial: &str, outcome: Outcome) -> Confirmation {
    let next = date("2026-02-24");
    Confirmation { serial: serial.into(), confirmed_on: next, registered_on: next, outcome }
}

/// The registrar bought for so much and gives so much back.
pub fn bought(yuan: &str, refund: &str) -> Confirmation {
    let numbers = PurchaseConfirmed {
        amount: money(yuan),
        fee: Money::ZERO,
        refund: money(refund),
        nav: Nav::ONE,
        shares: shares(yuan),
    };
    confirmation("TA-1", Outcome::Purchase(numbers))
}

/// So many shares went out at 1.00 and in at 1.2345, at no fee.
pub fn converted_numbers(out: &str) -> ConversionConfirmed {
    let net_in = money(out);
    let nav_in = nav("1.2345");
    ConversionConfirmed {
        shares_out: shares(out),
        nav_out: Nav::ONE,
        redemption_fee: Money::ZERO,
        topup_fee: Money::ZERO,
        net_in,
        nav_in,
        shares_in: net_in.shares_at(nav_in, ShareRounding::HalfUp).unwrap_or_default(),
    }
}

/// The registrar converted so many.
pub fn converted(out: &str) -> Confirmation {
    confirmation("TA-2", Outcome::Conversion(converted_numbers(out)))
}
