//! Terms and messages of the two orders of the ready-made purchase: 10,000.00 yuan of the money fund,
//! and their shares into the target.

use crate::worlds::{
    account, amount, day, investor_id, money, nav, read, request_time, shares, target_code,
    transaction, wallet_code,
};
use fundflow_domain::{
    application::{
        Ask, Confirmation, ConversionConfirmed, OnHuge, Outcome, Promise, PromisedFee,
        PurchaseConfirmed, Rejection, Terms,
    },
    fees::tiers::Charge,
    ids::{ApplicationNo, OrderId, PaymentNo},
    money::{Discount, Money, Nav, ShareRounding, SignedMoney},
    payment, payout,
};

/// The order of transaction `TX-1` that has this suffix.
pub fn order(suffix: &'static str) -> OrderId {
    OrderId::part(&transaction("TX-1"), suffix)
}

/// The number of the payment for the first of them.
pub fn payment_no() -> PaymentNo {
    PaymentNo::pay(&order("mmf"))
}

/// Terms of an order of that suffix, on 2026-02-13 and without a fee.
pub fn terms(suffix: &'static str, ask: Ask) -> Terms {
    let order = order(suffix);
    Terms {
        no: ApplicationNo::of(&order),
        order,
        registrar: read("own"),
        investor: investor_id(),
        fund: wallet_code(),
        ask,
        trade_date: day("2026-02-13"),
        rounding: ShareRounding::HalfUp,
        promised: promise("2026-02-24"),
        distributor: None,
    }
}

/// No fee, and a confirmation by that day.
pub fn promise(confirm_by: &str) -> Promise {
    let (fee, discount) = (PromisedFee::Charge(Charge::FREE), Discount::FREE);
    Promise { fee, discount, floor: None, confirm_by: day(confirm_by) }
}

/// 10,000.00 yuan of the money fund.
pub fn purchase_terms() -> Terms {
    terms("mmf", Ask::Purchase { amount: amount("10000.00"), plan: None })
}

/// 10,000.00 shares of it into the target, at no fee.
pub fn conversion_terms() -> Terms {
    let ask = Ask::Conversion {
        shares: shares("10000.00"),
        into: target_code(),
        lots: vec![],
        topup_discount: Discount::FREE,
        on_huge: OnHuge::Cancel,
        take_income: false,
    };
    terms("convert", ask)
}

/// 10,000.00 shares of it for money.
pub fn redemption_terms() -> Terms {
    let ask = Ask::Redemption {
        shares: shares("10000.00"),
        lots: vec![],
        on_huge: OnHuge::CarryOver,
        take_income: true,
    };
    terms("redeem", ask)
}

/// The last word on an application, on the day after T.
pub fn confirmation(serial: &str, outcome: Outcome) -> Confirmation {
    let next = day("2026-02-24").date();
    let (confirmed_on, registered_on) = (next, next);
    Confirmation {
        serial: read(serial),
        confirmed_on,
        registered_on,
        finished: true,
        outcome,
        misnamed: vec![],
    }
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
pub fn converted(out: &str) -> Confirmation {
    let (net_in, nav_in) = (money(out), nav("1.2345"));
    let numbers = ConversionConfirmed {
        shares_out: shares(out),
        nav_out: Nav::ONE,
        redemption_fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        topup_fee: Money::ZERO,
        net_in,
        nav_in,
        shares_in: net_in.shares_at(nav_in, ShareRounding::HalfUp).unwrap_or_default(),
        income: SignedMoney::ZERO,
        lots: vec![],
    };
    confirmation("TA-2", Outcome::Conversion(numbers))
}

/// The registrar refused it because the fund is closed.
pub fn rejection() -> Rejection {
    let cause = crate::worlds::cause("0009", "the fund is closed");
    Rejection::of(cause)
}

/// The charge of the first order.
pub fn payment_terms() -> payment::Terms {
    payment::Terms {
        no: payment_no(),
        account: account(),
        amount: amount("10000.00"),
        order: order("mmf"),
        trade_date: day("2026-02-13"),
        asked_at: Some(request_time()),
    }
}

/// So much arrived five seconds after the request.
pub fn receipt(serial: &str, yuan: &str) -> payment::Receipt {
    payment::Receipt {
        no: payment_no(),
        serial: read(serial),
        amount: money(yuan),
        paid_at: request_time().plus_millis(5_000),
    }
}

/// What the redemption pays out.
pub fn payout_terms() -> payout::Terms {
    payout::Terms {
        no: PaymentNo::out(&order("redeem")),
        account: account(),
        amount: amount("10000.00"),
        order: order("redeem"),
        due: day("2026-02-25"),
        asked_at: Some(request_time()),
        compensates: None,
        record: None,
    }
}
