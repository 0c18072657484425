//! Large-value transfers: when a day's money of one customer must be reported.
//!
//! | transfer | person | institution, product |
//! |---|---|---|
//! | domestic | 500,000 yuan | 2,000,000 yuan |
//! | cross-border | 200,000 yuan | 2,000,000 yuan |
//! | cash | 50,000 yuan | 50,000 yuan |
//!
//! Source: central bank order 3 of 2016 on large-value and suspicious transactions.
//!
//! 1. "From … on": the threshold itself is reported.
//! 2. Money in and money out are added up apart, per customer, kind of transfer and *calendar* day in
//!    Shanghai; T plays no part.
//! 3. The money of a discount purchase comes in once. The step from the money-market fund into the
//!    target moves shares, not a customer's money, and is never counted.
//! 4. A key is reported once, when it first reaches the threshold; the report names the sum then.
//! 5. The report is due within 5 working days. Whether the bank or the fund's manager files it
//!    depends on whose account moved; this file only says that it is due.

use crate::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    ids::InvestorId,
    investor::CustomerType,
    money::{Amount, Money},
    time::Timestamp,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const REPORT_DAYS: u32 = 5;

/// Towards the funds or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The customer pays.
    In,
    /// The customer is paid: redemptions, refunds, dividends.
    Out,
}

/// How the money travelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// Between accounts within the country.
    Domestic,
    /// Across the border.
    CrossBorder,
    /// Notes and coins.
    Cash,
}

/// Something that moved for a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// Money between the customer and the settlement account.
    Money {
        /// Which way.
        direction: Direction,
        /// By which means.
        transfer: Transfer,
    },
    /// Shares of one fund into shares of another: nobody's money crossed an account of the customer.
    Internal,
}

/// A movement with its customer, sum and instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Whose.
    pub customer: InvestorId,
    /// Decides the threshold.
    pub customer_type: CustomerType,
    /// Yuan.
    pub amount: Amount,
    /// When; its Shanghai date counts.
    pub at: Timestamp,
    /// What.
    pub movement: Movement,
}

/// What is added up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FlowKey {
    /// Whose.
    pub customer: InvestorId,
    /// The calendar day in Shanghai.
    pub day: NaiveDate,
    /// Which way.
    pub direction: Direction,
    /// By which means.
    pub transfer: Transfer,
}

/// A report is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LargeValue {
    /// For what.
    pub key: FlowKey,
    /// Yuan of the day so far.
    pub sum: Money,
    /// The threshold that it reached.
    pub threshold: Money,
}

/// From which sum on a day's transfers are reported.
pub const fn threshold(customer: CustomerType, transfer: Transfer) -> Money {
    match (customer, transfer) {
        (CustomerType::Individual, Transfer::Domestic) => Money::whole_yuan(500_000),
        (CustomerType::Individual, Transfer::CrossBorder) => Money::whole_yuan(200_000),
        (
            CustomerType::Institution | CustomerType::Product,
            Transfer::Domestic | Transfer::CrossBorder,
        ) => Money::whole_yuan(2_000_000),
        (
            CustomerType::Individual | CustomerType::Institution | CustomerType::Product,
            Transfer::Cash,
        ) => Money::whole_yuan(50_000),
    }
}

/// The last working day on which a report for that day is in time.
///
/// # Errors
/// The calendar does not reach that far.
pub fn report_by(calendar: &TradingCalendar, day: NaiveDate) -> Result<TradingDay, CalendarError> {
    let first = calendar.after(day)?;
    calendar.plus(first, REPORT_DAYS - 1)
}

/// The sums of all days that it has seen. A fold over [`Moved`]; rebuilt at any time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watch {
    sums: BTreeMap<FlowKey, Money>,
}

impl Watch {
    /// Counts a movement; says so when it makes a report due.
    pub fn count(&mut self, moved: &Moved) -> Option<LargeValue> {
        let (direction, transfer) = match moved.movement {
            Movement::Money { direction, transfer } => (direction, transfer),
            Movement::Internal => return None,
        };
        let (customer, day) = (moved.customer.clone(), moved.at.date());
        let key = FlowKey { customer, day, direction, transfer };
        let before = self.sums.get(&key).copied().unwrap_or(Money::ZERO);
        let threshold = threshold(moved.customer_type, transfer);
        // A sum beyond the range of money stays at what it was: it is far above every threshold.
        let sum = before.plus(moved.amount.into()).unwrap_or(before);
        self.sums.insert(key.clone(), sum);
        (before < threshold && threshold <= sum).then_some(LargeValue { key, sum, threshold })
    }

    /// Yuan of one key so far.
    pub fn sum(&self, key: &FlowKey) -> Money {
        self.sums.get(key).copied().unwrap_or(Money::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn paid(amount: &str, at: &str, direction: Direction) -> Moved {
        Moved {
            customer: "i-1".parse().unwrap(),
            customer_type: CustomerType::Individual,
            amount: amount.parse().unwrap(),
            at: at.parse().unwrap(),
            movement: Movement::Money { direction, transfer: Transfer::Domestic },
        }
    }

    fn reported(moves: &[Moved]) -> Vec<Option<String>> {
        let mut watch = Watch::default();
        moves.iter().map(|moved| Some(watch.count(moved)?.sum.to_string())).collect()
    }

    const MORNING: &str = "2026-02-13T09:00:00+08:00";
    const EVENING: &str = "2026-02-13T23:59:59+08:00";
    const NEXT_DAY: &str = "2026-02-14T00:00:00+08:00";

    #[test]
    fn the_threshold_itself_is_reported_and_a_fen_less_is_not() {
        let (less, exact) = ("499999.99", "500000");

        assert_eq!(reported(&[paid(less, MORNING, Direction::In)]), [None]);
        assert_eq!(
            reported(&[paid(exact, MORNING, Direction::In)]),
            [Some("500000.00".to_owned())]
        );
    }

    #[test]
    fn a_calendar_day_is_added_up_and_reported_once_whatever_its_t() {
        let moves = [
            paid("300000", MORNING, Direction::In),
            paid("200000", EVENING, Direction::In),
            paid("1", EVENING, Direction::In),
            paid("499999.99", NEXT_DAY, Direction::In),
        ];
        assert_eq!(reported(&moves), [None, Some("500000.00".to_owned()), None, None]);
    }

    #[test]
    fn money_in_and_money_out_are_added_up_apart() {
        let moves =
            [paid("300000", MORNING, Direction::In), paid("300000", EVENING, Direction::Out)];
        assert_eq!(reported(&moves), [None, None]);
    }

    #[test]
    fn a_discount_purchase_is_counted_once() {
        let payment = paid("300000", MORNING, Direction::In);
        let conversion = Moved { movement: Movement::Internal, ..payment.clone() };

        assert_eq!(reported(&[payment, conversion]), [None, None]);
    }

    #[test]
    fn every_customer_and_kind_of_transfer_has_its_threshold() {
        use CustomerType as C;
        let rows = [
            (C::Individual, ["500000.00", "200000.00", "50000.00"]),
            (C::Institution, ["2000000.00", "2000000.00", "50000.00"]),
            (C::Product, ["2000000.00", "2000000.00", "50000.00"]),
        ];
        for (customer, expected) in rows {
            let kinds = [Transfer::Domestic, Transfer::CrossBorder, Transfer::Cash];
            let found = kinds.map(|transfer| threshold(customer, transfer).to_string());
            assert_eq!(found, expected, "{customer:?}");
        }
    }

    #[test]
    fn a_report_is_due_within_five_working_days() {
        let calendar = TradingCalendar::xshg().unwrap();
        let due = report_by(&calendar, "2026-02-13".parse().unwrap()).unwrap();

        assert_eq!(due.to_string(), "2026-03-02");
    }

    proptest! {
        #[test]
        fn splitting_a_payment_never_escapes_the_report(
            parts in prop::collection::vec(1i64..20_000_000, 1..20)
        ) {
            let whole: i64 = parts.iter().sum();
            let moves: Vec<Moved> = parts
                .iter()
                .map(|fen| {
                    let amount = Amount::new(rust_decimal::Decimal::new(*fen, 2)).unwrap();
                    Moved { amount, ..paid("1", MORNING, Direction::In) }
                })
                .collect();
            let reports = reported(&moves).into_iter().flatten().count();
            prop_assert_eq!(reports, usize::from(whole >= 50_000_000));
        }
    }
}
