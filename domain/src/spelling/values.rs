//! How numbers, instants, names and reasons are spelled.

use super::{Letters, Spelled};
use crate::{
    ids::PaymentNo,
    money::{Money, Nav, Shares, SignedMoney},
    orders::{Cause, Serial},
    text::Text,
    time::Timestamp,
};
use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;
use std::sync::Arc;

impl Spelled for bool {
    fn spell(&self, letters: &mut Letters) {
        letters.word(if *self { "true" } else { "false" });
    }
}

impl Spelled for u64 {
    fn spell(&self, letters: &mut Letters) {
        letters.word(&self.to_string());
    }
}

impl Spelled for Arc<str> {
    fn spell(&self, letters: &mut Letters) {
        letters.quoted(self);
    }
}

impl<const MAX: usize> Spelled for Text<MAX> {
    fn spell(&self, letters: &mut Letters) {
        letters.quoted(self);
    }
}

impl<T: Spelled> Spelled for Option<T> {
    fn spell(&self, letters: &mut Letters) {
        match self {
            None => letters.word("None"),
            Some(some) => letters.around("Some", &[some]),
        }
    }
}

impl<T: Spelled> Spelled for Vec<T> {
    fn spell(&self, letters: &mut Letters) {
        letters.list(self);
    }
}

/// With as many decimals as it carries.
impl Spelled for Decimal {
    fn spell(&self, letters: &mut Letters) {
        let decimals = usize::try_from(self.scale()).unwrap_or_default();
        let width = decimals.saturating_add(1);
        let digits = format!("{:0>width$}", self.mantissa().unsigned_abs());
        let (whole, rest) = digits.split_at(digits.len().saturating_sub(decimals));
        let sign = if self.is_sign_negative() { "-" } else { "" };
        let point = if decimals == 0 { "" } else { "." };
        for part in [sign, whole, point, rest] {
            letters.word(part);
        }
    }
}

/// `YYYY-MM-DD`; a year of more digits has its sign.
impl Spelled for NaiveDate {
    fn spell(&self, letters: &mut Letters) {
        let (year, month, day) = (self.year(), self.month(), self.day());
        letters.word(&match year {
            0..=9999 => format!("{year:04}-{month:02}-{day:02}"),
            _ => format!("{year:+05}-{month:02}-{day:02}"),
        });
    }
}

/// In microseconds since the Unix epoch.
impl Spelled for Timestamp {
    fn spell(&self, letters: &mut Letters) {
        letters.word(&format!("Timestamp({})", self.micros()));
    }
}

/// Yuan, to the fen.
impl Spelled for Money {
    fn spell(&self, letters: &mut Letters) {
        letters.around("Money", &[&self.decimal()]);
    }
}

/// Yuan, below zero or not.
impl Spelled for SignedMoney {
    fn spell(&self, letters: &mut Letters) {
        letters.around("SignedMoney", &[&self.decimal()]);
    }
}

impl Spelled for Shares {
    fn spell(&self, letters: &mut Letters) {
        letters.around("Shares", &[&self.decimal()]);
    }
}

/// A price: yuan per share, with its eight decimals.
impl Spelled for Nav {
    fn spell(&self, letters: &mut Letters) {
        letters.around("Nav", &[&self.decimal()]);
    }
}

impl Spelled for Serial {
    fn spell(&self, letters: &mut Letters) {
        letters.around("Serial", &[&Arc::from(self.as_str())]);
    }
}

impl Spelled for PaymentNo {
    fn spell(&self, letters: &mut Letters) {
        letters.around("PaymentNo", &[&Arc::from(self.as_str())]);
    }
}

impl Spelled for Cause {
    fn spell(&self, letters: &mut Letters) {
        let Cause { code, text } = self;
        letters.fields("Cause", &[("code", code), ("text", text)]);
    }
}
