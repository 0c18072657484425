//! Applications and answers for tests, as the sagas make and read them.

use super::Notice;
use crate::day_batch::{Accounts, Applied, Customers, Investors, fund_account};
use fundflow_domain::{
    application::{Ask, Promise, PromisedFee, Terms},
    calendar::{TradingCalendar, TradingDay},
    fees::tiers::Charge,
    ids::{ApplicationNo, FundCode, OrderId},
    money::{Discount, ShareRounding},
    time::Timestamp,
};
use fundflow_sagas::ports::registrar::{Application, ApplicationAnswer, RegistrarNotice};
use std::sync::{Arc, LazyLock};

/// Ten in the morning of T.
pub(crate) fn start() -> Timestamp {
    "2026-02-12T10:00:00+08:00".parse().unwrap()
}

pub(crate) fn calendar() -> Arc<TradingCalendar> {
    Arc::new(TradingCalendar::xshg().unwrap())
}

pub(crate) fn t() -> TradingDay {
    calendar().t_of(start()).unwrap()
}

pub(crate) fn fund(code: &str) -> FundCode {
    code.parse().unwrap()
}

pub(crate) fn asked(transaction: &str, suffix: &'static str, code: &str, ask: Ask) -> Terms {
    let order = OrderId::part(&transaction.parse().unwrap(), suffix);
    Terms {
        no: ApplicationNo::of(&order),
        order,
        registrar: "own".parse().unwrap(),
        investor: "I-1".parse().unwrap(),
        fund: fund(code),
        ask,
        trade_date: t(),
        rounding: ShareRounding::HalfUp,
        promised: Promise {
            fee: PromisedFee::Charge(Charge::FREE),
            discount: Discount::FREE,
            floor: None,
            confirm_by: calendar().plus(t(), 1).unwrap(),
        },
        distributor: None,
    }
}

/// As a batch takes them.
pub(crate) fn applied(all: &[Application]) -> Vec<Applied<'_>> {
    all.iter().map(Applied::from).collect()
}

/// Customers whose accounts follow from nothing but themselves.
pub(crate) fn investors(customers: Customers<'_>) -> Investors<'_> {
    static NOBODY: LazyLock<Accounts> = LazyLock::new(Accounts::default);
    Investors { customers, accounts: &NOBODY }
}

/// The fund account of an order in such a file.
pub(crate) fn account_of(application: &Application) -> String {
    fund_account(&application.terms.investor)
}

/// A purchase of the money fund.
pub(crate) fn bought(transaction: &str, amount: &str) -> Terms {
    let ask = Ask::Purchase { amount: amount.parse().unwrap(), plan: None };
    asked(transaction, "mmf", "000730", ask)
}

/// A conversion of money-fund shares into 011162.
pub(crate) fn converted(transaction: &str, shares: &str) -> Terms {
    let ask = Ask::Conversion {
        shares: shares.parse().unwrap(),
        into: fund("011162"),
        lots: Vec::new(),
        topup_discount: Discount::FREE,
        on_huge: fundflow_domain::application::OnHuge::Cancel,
        take_income: false,
    };
    asked(transaction, "convert", "000730", ask)
}

/// A redemption of money-fund shares.
pub(crate) fn redeemed(transaction: &str, shares: &str) -> Terms {
    let ask = Ask::Redemption {
        shares: shares.parse().unwrap(),
        lots: Vec::new(),
        on_huge: fundflow_domain::application::OnHuge::CarryOver,
        take_income: false,
    };
    asked(transaction, "redeem", "000730", ask)
}

pub(crate) fn handed_in(terms: Terms) -> Application {
    Application { terms, applied_at: start() }
}

/// What a registrar's notice says.
pub(crate) fn said((_, payload): &Notice) -> ApplicationAnswer {
    payload.downcast_ref::<RegistrarNotice>().unwrap().0.clone()
}
