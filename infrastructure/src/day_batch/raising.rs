//! What records of a raising say of money: a reception (120) that confirms nothing yet, shares (130), and money that
//! goes back (149).
//!
//! `Interest` and `RaiseInterest` are both the interest of the raising period. Registrars fill one of them, or both
//! with one figure. Nobody is promised a tax on it.

use crate::exchange::flow::trade_confirmation::TradeConfirmation;
use fundflow_domain::{
    application::{Misnamed, SubscriptionConfirmed},
    money::{Money, Nav, NumberError, Shares},
};
use rust_decimal::Decimal;

/// Yuan of interest of the raising period, whichever field has it.
pub(super) fn interest(record: &TradeConfirmation) -> Decimal {
    if record.interest.is_zero() { record.raise_interest } else { record.interest }
}

/// Where a record of a raising says two things of the interest, or more than a record of its business can.
pub(super) fn contradicting(record: &TradeConfirmation) -> Vec<Misnamed> {
    let raise_interest = ("RaiseInterest", interest(record), record.raise_interest);
    let raise_interest = Some(raise_interest).filter(|(.., said)| !said.is_zero());
    let none = |field, said| (field, Decimal::ZERO, said);
    let tax = none("InterestTax", record.interest_tax);
    let bought = none("VolumeByInterest", record.volume_by_interest);
    let all = match &*record.business_code {
        "120" => vec![
            none("ConfirmedVol", record.confirmed_vol),
            none("RefundAmount", record.refund_amount),
            none("Interest", interest(record)),
            tax,
            bought,
        ],
        "149" => vec![none("Charge", record.charge), tax, bought],
        "130" => vec![tax],
        _ => return Vec::new(),
    };
    let differs = |(field, placed, said): (_, Decimal, Decimal)| {
        Misnamed::unless_same(field, &format!("{placed:.2}"), &format!("{said:.2}"))
    };
    all.into_iter().chain(raise_interest).filter_map(differs).collect()
}

/// The numbers of a 130.
///
/// # Errors
/// A number is negative, or has more decimals than its field.
pub(super) fn subscribed(record: &TradeConfirmation) -> Result<SubscriptionConfirmed, NumberError> {
    Ok(SubscriptionConfirmed {
        amount: Money::new(record.confirmed_amount)?,
        fee: Money::new(record.charge)?,
        refund: Money::new(record.refund_amount)?,
        interest: Money::new(interest(record))?,
        face: Nav::new(if record.nav.is_zero() { Decimal::ONE } else { record.nav })?,
        shares: Shares::new(record.confirmed_vol)?,
        interest_shares: Shares::new(record.volume_by_interest)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut TradeConfirmation);

    fn said(business: &str, change: Change) -> String {
        let mut record =
            TradeConfirmation { business_code: business.to_owned(), ..Default::default() };
        change(&mut record);
        let words = contradicting(&record).into_iter();
        let words = words.map(|it| format!("{} {} of {}", it.field, it.said, it.placed));
        words.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn either_field_has_the_interest_and_both_have_one() {
        let only = TradeConfirmation { raise_interest: 2.into(), ..Default::default() };
        assert_eq!(interest(&only), 2.into());
        for business in ["130", "149"] {
            assert_eq!(said(business, |it| it.raise_interest = 2.into()), "");
            let both: Change = |it| (it.interest, it.raise_interest) = (2.into(), 2.into());
            assert_eq!(said(business, both), "");
            let differ: Change = |it| (it.interest, it.raise_interest) = (2.into(), 10.into());
            assert_eq!(said(business, differ), "RaiseInterest 10.00 of 2.00");
        }
    }

    #[test]
    fn a_share_is_subscribed_at_one_yuan_where_the_record_names_no_price() {
        let face = |nav: i64| {
            let record = TradeConfirmation { nav: nav.into(), ..Default::default() };
            subscribed(&record).unwrap().face
        };
        assert_eq!([face(0), face(1), face(100)], ["1", "1", "100"].map(|it| it.parse().unwrap()));
    }

    #[test]
    fn what_a_record_of_its_business_cannot_say_is_named() {
        let rows: [(&str, Change, &str); 9] = [
            ("120", |it| it.confirmed_vol = 5.into(), "ConfirmedVol 5.00 of 0.00"),
            ("120", |it| it.refund_amount = 5.into(), "RefundAmount 5.00 of 0.00"),
            ("120", |it| it.interest = 5.into(), "Interest 5.00 of 0.00"),
            ("120", |it| it.raise_interest = 5.into(), "Interest 5.00 of 0.00"),
            ("120", |it| it.interest_tax = 5.into(), "InterestTax 5.00 of 0.00"),
            ("149", |it| it.charge = 5.into(), "Charge 5.00 of 0.00"),
            ("149", |it| it.interest_tax = 5.into(), "InterestTax 5.00 of 0.00"),
            ("149", |it| it.volume_by_interest = 5.into(), "VolumeByInterest 5.00 of 0.00"),
            ("130", |it| it.interest_tax = 5.into(), "InterestTax 5.00 of 0.00"),
        ];
        for (business, change, expected) in rows {
            assert_eq!(said(business, change), expected);
        }
        assert_eq!(said("120", |it| it.confirmed_amount = 5.into()), "");
        assert_eq!(said("130", |it| it.volume_by_interest = 5.into()), "");
    }
}
