//! What both sides say, put into values in one place: a record read from a file and the event that it became must
//! come out alike.

use crate::row::Row;
use fundflow_domain::{
    application::{Confirmation, Outcome},
    status::{ConvertStatus, FundStatus},
};
use rust_decimal::Decimal;

/// Shares or money were confirmed.
pub const CONFIRMED: &str = "confirmed";
/// The money of a subscription counts.
pub const RECEIVED: &str = "received";
/// Nothing comes of it, or of the rest.
pub const REJECTED: &str = "rejected";
/// It was taken back.
pub const CANCELLED: &str = "cancelled";
/// It was to be taken back, and the registrar did not.
pub const NOT_CANCELLED: &str = "not cancelled";
/// Money came in to us.
pub const IN: &str = "in";
/// Money went out from us, or from the bank that advances for us.
pub const OUT: &str = "out";
/// The money moved.
pub const DONE: &str = "done";
/// We owe the registrar a sum.
pub const PAY: &str = "pay";
/// The registrar owes us a sum.
pub const RECEIVE: &str = "receive";

impl Row {
    /// With the numbers of a registrar's word.
    #[must_use]
    pub fn confirmed(self, said: &Confirmation) -> Self {
        let row = self.word("serial", &said.serial).word("status", CONFIRMED);
        let row = row.day("confirmed_on", Some(said.confirmed_on));
        match &said.outcome {
            Outcome::Purchase(it) => row
                .number("amount", it.amount.decimal())
                .number("refund", it.refund.decimal())
                .number("shares", it.shares.decimal())
                .number("fee", it.fee.decimal())
                .number("nav", it.nav.decimal()),
            Outcome::Subscription(it) => row
                .number("amount", it.amount.decimal())
                .number("refund", it.refund.decimal())
                .number("shares", it.shares.decimal())
                .number("fee", it.fee.decimal())
                .number("nav", it.face.decimal()),
            Outcome::Redemption(it) => row
                .number("amount", it.payout.decimal())
                .number("shares_out", it.shares.decimal())
                .number("fee", it.fee.decimal())
                .number("nav", it.nav.decimal()),
            Outcome::Conversion(it) => row
                .number("amount", it.net_in.decimal())
                .number("shares", it.shares_in.decimal())
                .number("shares_out", it.shares_out.decimal())
                .number("fee", it.redemption_fee.decimal() + it.topup_fee.decimal())
                .number("nav", it.nav_out.decimal())
                .number("nav_in", it.nav_in.decimal()),
            Outcome::FastTransfer(it) => row.number("shares_out", it.shares.decimal()),
        }
    }

    /// With what is owed for it: what a purchase costs, what a redemption brings; nothing for what moves no money.
    pub fn settled(said: &Confirmation) -> Option<(Decimal, &'static str)> {
        match &said.outcome {
            Outcome::Purchase(it) => Some((it.amount.decimal(), PAY)),
            Outcome::Subscription(it) => Some((it.amount.decimal(), PAY)),
            Outcome::Redemption(it) => Some((it.payout.decimal(), RECEIVE)),
            Outcome::Conversion(_) | Outcome::FastTransfer(_) => None,
        }
    }
}

/// A fund's status as rows have it: the standard has no digit for some, and says of them whether they are traded.
pub const fn status(status: FundStatus) -> &'static str {
    match status {
        FundStatus::Open | FundStatus::RecordDate | FundStatus::Dividend => "open",
        FundStatus::Raising => "raising",
        FundStatus::RaisingEnded | FundStatus::Stopped => "stopped",
        FundStatus::PurchaseStopped => "purchase stopped",
        FundStatus::RedemptionStopped => "redemption stopped",
        FundStatus::ClosedPeriod => "closed period",
        FundStatus::Terminated => "terminated",
    }
}

/// Which ways of conversion are open, as rows have it.
pub const fn convert_status(status: ConvertStatus) -> &'static str {
    match status {
        ConvertStatus::Both => "both",
        ConvertStatus::InOnly => "in",
        ConvertStatus::OutOnly => "out",
        ConvertStatus::Neither => "neither",
    }
}

/// The business code of the answer to an application of that code, as file 25 sums it up.
pub fn answering(code: &str) -> String {
    let number = code.parse::<u16>().ok().map(|code| code.saturating_add(100));
    match (code, number) {
        ("020", _) => "130".to_owned(),
        (_, Some(number)) => number.to_string(),
        (code, None) => code.to_owned(),
    }
}
