//! The records of the purchase flow as plain values: text, exact decimals, days and times.
//!
//! Each type names the columns the flow needs, not all of its file. A column that a header
//! leaves out reads as blank or zero, unless it is one of the record's keys; writing a value to
//! a column that the header leaves out is an error. Absent days are `None` and written as spaces.

mod columns;
pub mod dividend;
pub mod fund_day;
pub mod settlement;
pub mod share_balance;
pub mod trade_application;
pub mod trade_confirmation;
