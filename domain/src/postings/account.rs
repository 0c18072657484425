//! The chart of accounts. One commodity per account: yuan, or one fund's shares.

use crate::{
    application::{Application, Confirmation, Rejection},
    case::CaseId,
    ids::{AccountRef, FundCode, InvestorId, OrderId, TransactionId},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether shares of a customer may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Paid by the investor, and not registered yet.
    Pending,
    /// Registered, and withheld by no order, freeze or case.
    Available,
    /// Earmarked, registered or not; frozen by the register; in dispute.
    Frozen,
}

/// Where money or shares are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Paid by customers and not yet settled by the payment channel; refunds go out of it.
    ChannelReceivable,
    /// Our settlement account at the supervising bank.
    Settlement,
    /// Money that a fund owes us: its shares were redeemed or converted away.
    FundReceivable(FundCode),
    /// A bank's money that the customer of that request has for shares that have not changed hands;
    /// the other way round where the shares went first.
    Advanced(TransactionId),
    /// A customer's money of an order that the registrar has not confirmed.
    Pending(OrderId),
    /// A customer's money that no order wants, by the account that paid.
    Unapplied(AccountRef),
    /// A customer's money on its way back, by the account that paid.
    Refund(AccountRef),
    /// What shares that left brought the customer of that request.
    Redeem(TransactionId),
    /// What does not add up of a record, until somebody settles it.
    Suspense(Differing),
    /// What did not add up of a record that a person let stand: our gain, or our loss.
    OverShort(Differing),
    /// What did not add up of a record, and what a person settles outside of the engine: the other side is
    /// in the firm's own ledger.
    ByHand(Differing),
    /// What remained of a settlement, and what a person settles outside of the engine.
    SettledByHand,
    /// Cash that a bank advanced and waits for.
    BankAdvance(AccountRef),
    /// Money that a fund is owed for shares that its registrar confirmed.
    FundPayable(FundCode),
    /// Redemption fees, which go to the fund's own assets.
    RedemptionFee(FundCode),
    /// The seller's fee on purchases.
    PurchaseFee,
    /// The seller's fee on conversions.
    ConversionFee,
    /// What we pay out of our own money.
    Compensation,
    /// Shares of a fund that a customer owns, in that part of the book.
    Holding(FundCode, InvestorId, Part),
    /// The registrar's side of a fund's shares: the customers' sum, negative.
    Register(FundCode),
}

/// A record of a registrar that does not add up, or takes money that is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Differing {
    /// The order that it is about.
    pub order: OrderId,
    /// The case that it opens.
    pub case: CaseId,
}

/// What is counted on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Commodity {
    /// Money, in yuan to the fen.
    Yuan,
    /// Shares of that fund.
    SharesOf(FundCode),
}

/// Accounts of one kind, for sums over all orders, customers and funds.
#[allow(missing_docs, reason = "each is the [`Account`] of that name, without whose it is")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    ChannelReceivable,
    Settlement,
    FundReceivable,
    Advanced,
    Pending,
    Unapplied,
    Refund,
    Redeem,
    Suspense,
    OverShort,
    ByHand,
    SettledByHand,
    BankAdvance,
    FundPayable,
    RedemptionFee,
    PurchaseFee,
    ConversionFee,
    Compensation,
    Holding(Part),
    Register,
}

/// On which side an account usually stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Assets, expenses, and customers' shares.
    Debit,
    /// Liabilities, income, and the register's counter-account.
    Credit,
}

impl Differing {
    /// The difference of that rejection.
    pub fn of_rejection(application: &Application, rejection: &Rejection) -> Self {
        let case = application.case_of_rejection(rejection);
        Self { order: application.terms.order.clone(), case }
    }

    pub(super) fn of(application: &Application, record: &Confirmation) -> Self {
        let (order, case) = (application.terms.order.clone(), application.case_of(record));
        Self { order, case }
    }
}

impl Account {
    /// What is counted on it.
    pub const fn commodity(&self) -> Commodity {
        match self {
            Account::Holding(fund, ..) | Account::Register(fund) => Commodity::SharesOf(*fund),
            Account::ChannelReceivable
            | Account::Settlement
            | Account::FundReceivable(_)
            | Account::Advanced(_)
            | Account::Pending(_)
            | Account::Unapplied(_)
            | Account::Refund(_)
            | Account::Redeem(_)
            | Account::Suspense(_)
            | Account::OverShort(_)
            | Account::ByHand(_)
            | Account::SettledByHand
            | Account::BankAdvance(_)
            | Account::FundPayable(_)
            | Account::RedemptionFee(_)
            | Account::PurchaseFee
            | Account::ConversionFee
            | Account::Compensation => Commodity::Yuan,
        }
    }

    /// The record whose difference is on it.
    pub const fn differing(&self) -> Option<&Differing> {
        match self {
            Account::Suspense(of) | Account::OverShort(of) | Account::ByHand(of) => Some(of),
            Account::ChannelReceivable
            | Account::Settlement
            | Account::FundReceivable(_)
            | Account::Advanced(_)
            | Account::Pending(_)
            | Account::Unapplied(_)
            | Account::Refund(_)
            | Account::Redeem(_)
            | Account::SettledByHand
            | Account::BankAdvance(_)
            | Account::FundPayable(_)
            | Account::RedemptionFee(_)
            | Account::PurchaseFee
            | Account::ConversionFee
            | Account::Compensation
            | Account::Holding(..)
            | Account::Register(_) => None,
        }
    }

    /// Returns the class of account in the chart of accounts.
    pub const fn class(&self) -> Class {
        match self {
            Account::ChannelReceivable => Class::ChannelReceivable,
            Account::Settlement => Class::Settlement,
            Account::FundReceivable(_) => Class::FundReceivable,
            Account::Advanced(_) => Class::Advanced,
            Account::Pending(_) => Class::Pending,
            Account::Unapplied(_) => Class::Unapplied,
            Account::Refund(_) => Class::Refund,
            Account::Redeem(_) => Class::Redeem,
            Account::Suspense(_) => Class::Suspense,
            Account::OverShort(_) => Class::OverShort,
            Account::ByHand(_) => Class::ByHand,
            Account::SettledByHand => Class::SettledByHand,
            Account::BankAdvance(_) => Class::BankAdvance,
            Account::FundPayable(_) => Class::FundPayable,
            Account::RedemptionFee(_) => Class::RedemptionFee,
            Account::PurchaseFee => Class::PurchaseFee,
            Account::ConversionFee => Class::ConversionFee,
            Account::Compensation => Class::Compensation,
            Account::Holding(_, _, part) => Class::Holding(*part),
            Account::Register(_) => Class::Register,
        }
    }
}

impl Class {
    /// On which side a healthy balance stands.
    pub const fn side(self) -> Side {
        match self {
            Class::ChannelReceivable
            | Class::Settlement
            | Class::FundReceivable
            | Class::Advanced
            | Class::OverShort
            | Class::ByHand
            | Class::SettledByHand
            | Class::Compensation
            | Class::Holding(_) => Side::Debit,
            Class::Pending
            | Class::Unapplied
            | Class::Refund
            | Class::Redeem
            | Class::Suspense
            | Class::BankAdvance
            | Class::FundPayable
            | Class::RedemptionFee
            | Class::PurchaseFee
            | Class::ConversionFee
            | Class::Register => Side::Credit,
        }
    }

    /// Money or shares of a customer: such an account is never on the wrong side.
    pub const fn is_customers(self) -> bool {
        match self {
            Class::Pending
            | Class::Unapplied
            | Class::Refund
            | Class::Redeem
            | Class::Holding(_) => true,
            Class::ChannelReceivable
            | Class::Settlement
            | Class::FundReceivable
            | Class::Advanced
            | Class::Suspense
            | Class::OverShort
            | Class::ByHand
            | Class::SettledByHand
            | Class::BankAdvance
            | Class::FundPayable
            | Class::RedemptionFee
            | Class::PurchaseFee
            | Class::ConversionFee
            | Class::Compensation
            | Class::Register => false,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Class::ChannelReceivable => "A:CHANNEL:RECV",
            Class::Settlement => "A:BANK:SETTLE",
            Class::FundReceivable => "A:FUND:RECV",
            Class::Advanced => "A:CUST:ADVANCED",
            Class::Pending => "L:CUST:PENDING",
            Class::Unapplied => "L:CUST:UNAPPLIED",
            Class::Refund => "L:CUST:REFUND",
            Class::Redeem => "L:CUST:REDEEM",
            Class::Suspense => "L:SUSPENSE",
            Class::OverShort => "E:OVERSHORT",
            Class::ByHand => "A:BYHAND",
            Class::SettledByHand => "A:SETTLE:BYHAND",
            Class::BankAdvance => "L:BANK:ADVANCE",
            Class::FundPayable => "L:FUND:PAYABLE",
            Class::RedemptionFee => "L:FUND:REDEEMFEE",
            Class::PurchaseFee => "I:FEE:PURCHASE",
            Class::ConversionFee => "I:FEE:CONV",
            Class::Compensation => "E:COMPENSATION",
            Class::Holding(Part::Pending) => "PENDING",
            Class::Holding(Part::Available) => "AVAIL",
            Class::Holding(Part::Frozen) => "FROZEN",
            Class::Register => "REGISTER",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Class::Holding(_) | Class::Register => write!(out, "U:{}", self.code()),
            Class::ChannelReceivable
            | Class::Settlement
            | Class::FundReceivable
            | Class::Advanced
            | Class::Pending
            | Class::Unapplied
            | Class::Refund
            | Class::Redeem
            | Class::Suspense
            | Class::OverShort
            | Class::ByHand
            | Class::SettledByHand
            | Class::BankAdvance
            | Class::FundPayable
            | Class::RedemptionFee
            | Class::PurchaseFee
            | Class::ConversionFee
            | Class::Compensation => out.write_str(self.code()),
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.class().code();
        match self {
            Account::ChannelReceivable
            | Account::Settlement
            | Account::SettledByHand
            | Account::PurchaseFee
            | Account::ConversionFee
            | Account::Compensation => out.write_str(code),
            Account::FundReceivable(fund)
            | Account::FundPayable(fund)
            | Account::RedemptionFee(fund) => write!(out, "{code}:{fund}"),
            Account::Pending(order) => write!(out, "{code}:{order}"),
            Account::Suspense(of) | Account::OverShort(of) | Account::ByHand(of) => {
                write!(out, "{code}:{}:{}", of.order, of.case)
            }
            Account::Advanced(request) | Account::Redeem(request) => {
                write!(out, "{code}:{request}")
            }
            Account::Unapplied(account)
            | Account::Refund(account)
            | Account::BankAdvance(account) => {
                write!(out, "{code}:{account}")
            }
            Account::Holding(fund, investor, _) => write!(out, "U:{fund}:{investor}:{code}"),
            Account::Register(fund) => write!(out, "U:{fund}:{code}"),
        }
    }
}

impl fmt::Display for Commodity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Commodity::Yuan => out.write_str("CNY"),
            Commodity::SharesOf(fund) => write!(out, "shares of {fund}"),
        }
    }
}
