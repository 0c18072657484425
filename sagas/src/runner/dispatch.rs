//! What a table's words mean: the command to one of our own aggregates, built from what is known.

use super::{Saga, order_of};
use crate::step::Do;
use fundflow_domain::{
    calendar::TradingDay,
    discount_purchase as purchase,
    fund_order::{self, Ask, Cause, Outcome, Stage, Terms},
    ids::{Leg, OrderId, PaymentNo, TransactionId},
    money::{Money, Nav, ShareRounding, Shares},
    wallet::{self, Credit, Entry, Reservation},
};

/// A command and its addressee.
#[derive(Debug)]
pub(super) enum Dispatch {
    /// To the purchase.
    Purchase(purchase::Command),
    /// To one of its orders.
    Order(Leg, fund_order::Command),
    /// To its wallet.
    Wallet(wallet::Command),
}

/// `None` when the log lacks what the command needs; the table's order makes that impossible, and
/// the runner parks the saga if it happens all the same.
pub(super) fn dispatch(
    what: Do,
    transaction: &TransactionId,
    saga: &Saga,
    entry: Entry,
) -> Option<Dispatch> {
    use Dispatch as D;
    let open = saga.known()?;
    let buy_id = || OrderId::of(transaction, Leg::MoneyFund);
    let id = || transaction.clone();
    Some(match what {
        Do::PlaceBuy => {
            let (amount, account) = (open.request.amount, open.request.account.clone());
            let ask = Ask::Purchase { amount, account };
            D::Order(Leg::MoneyFund, place(open, ask, open.admitted.trade_date))
        }
        Do::RequestPayment => {
            let no = PaymentNo::pay(&buy_id());
            D::Order(Leg::MoneyFund, fund_order::Command::RequestPayment(no))
        }
        Do::CreditInTransit => {
            let shares =
                Money::from(open.request.amount).shares_at(Nav::ONE, ShareRounding::HalfUp)?;
            D::Wallet(wallet::Command::CreditInTransit(id(), shares))
        }
        Do::Commit => D::Purchase(purchase::Command::Commit),
        Do::Reserve => D::Wallet(wallet::Command::Reserve(id(), credited(entry)?)),
        Do::PlaceConversion => {
            let Reservation::Held(shares) = entry.reservation else { return None };
            let (into, topup_discount) = (open.request.target_fund, open.admitted.discount);
            let ask = Ask::Conversion { shares, into, topup_discount };
            D::Order(Leg::Conversion, place(open, ask, conversion_day(saga)?))
        }
        Do::ConfirmCredit => {
            let told = confirmation(saga, Leg::MoneyFund)?;
            let Outcome::Purchase(numbers) = &told.outcome else { return None };
            let (shares, on) = (numbers.shares, told.registered_on);
            D::Wallet(wallet::Command::ConfirmCredit(id(), shares, on))
        }
        Do::Spend => {
            let told = confirmation(saga, Leg::Conversion)?;
            let Outcome::Conversion(numbers) = &told.outcome else { return None };
            D::Wallet(wallet::Command::Spend(id(), numbers.shares_out))
        }
        Do::Release => D::Wallet(wallet::Command::Release(id())),
        Do::ReverseCredit => D::Wallet(wallet::Command::ReverseCredit(id())),
        Do::RequestRefund => {
            let cause = failure(saga).unwrap_or_else(|| own("left", "the saga left this row"));
            D::Order(Leg::MoneyFund, fund_order::Command::RequestRefund(buy_id(), cause))
        }
        Do::Refuse(leg) => {
            let cause = own("operator", "closed by an operator without the registrar's answer");
            D::Order(leg, fund_order::Command::Reject(cause))
        }
        Do::RefusePayment => {
            let cause = own("operator", "closed by an operator without the channel's answer");
            let no = PaymentNo::pay(&buy_id());
            D::Order(Leg::MoneyFund, fund_order::Command::RecordDecline(no, cause))
        }
        Do::End(ending) => D::Purchase(purchase::Command::End(ending, failure(saga))),
    })
}

fn place(open: &purchase::Open, ask: Ask, trade_date: TradingDay) -> fund_order::Command {
    fund_order::Command::Place(Box::new(Terms {
        investor: open.request.investor.clone(),
        fund: open.request.wallet_fund,
        ask,
        trade_date,
        only_today: open.request.only_today,
    }))
}

/// The T of the conversion: the purchase's own in linked mode; the day on which it was confirmed
/// when that is known before the conversion is placed.
fn conversion_day(saga: &Saga) -> Option<TradingDay> {
    let confirmed = confirmation(saga, Leg::MoneyFund);
    let day = confirmed.map(|told| TradingDay::recorded(told.confirmed_on));
    day.or_else(|| Some(saga.buy.state.order()?.terms.trade_date))
}

fn confirmation(saga: &Saga, leg: Leg) -> Option<&fund_order::Confirmation> {
    match &order_of(saga, leg).order()?.stage {
        Stage::Confirmed(told) => Some(told),
        Stage::Placed
        | Stage::PaymentRequested
        | Stage::Paid
        | Stage::Declined(_)
        | Stage::Accepted(_)
        | Stage::Sealed
        | Stage::Sent
        | Stage::Rejected(_)
        | Stage::Cancelled(_) => None,
    }
}

fn credited(entry: Entry) -> Option<Shares> {
    match entry.credit {
        Credit::InTransit(shares) | Credit::Confirmed(shares) => Some(shares),
        Credit::None | Credit::Reversed => None,
    }
}

/// Why it did not go through, as the one who refused it said: the purchase before the conversion.
pub(super) fn failure(saga: &Saga) -> Option<Cause> {
    [Leg::MoneyFund, Leg::Conversion].into_iter().find_map(|leg| {
        match &order_of(saga, leg).order()?.stage {
            Stage::Declined(cause) | Stage::Rejected(cause) | Stage::Cancelled(cause) => {
                Some(cause.clone())
            }
            Stage::Placed
            | Stage::PaymentRequested
            | Stage::Paid
            | Stage::Accepted(_)
            | Stage::Sealed
            | Stage::Sent
            | Stage::Confirmed(_) => None,
        }
    })
}

pub(super) fn own(code: &str, text: &str) -> Cause {
    Cause { code: code.into(), text: text.into() }
}
