//! What a saga's own events say of the income that it gave.

use rust_decimal::Decimal;

/// Said once everybody was asked; an audit holds the log against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncomeGiven {
    /// What everybody together is owed by it, in yuan.
    pub sum: Decimal,
    /// A period ends with its day: what is due by then becomes shares, in the append in which it is given.
    pub is_carried: bool,
}
