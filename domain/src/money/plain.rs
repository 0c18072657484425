//! A decimal as people exchange it, and as it is stored. `Decimal` itself reads exponents and separators too: in a file
//! they are slips of the keyboard, and so is a minus before nothing.

use fundflow_kernel::written::is_whole;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// Digits, a point, at most a minus before them.
#[derive(Debug)]
pub(super) struct Plain(pub(super) Decimal);

impl Plain {
    pub(super) fn of(text: &str) -> Option<Decimal> {
        if !is_plain(text) {
            return None;
        }
        // `from_str_exact`: a plain parse would silently round the 29th digit away.
        Decimal::from_str_exact(text).ok()
    }
}

/// Digits, and after a point at least one: nothing that people would read in two ways, no
/// separators, no zero before another digit of the whole part, and no sign but a minus before what is not nothing.
fn is_plain(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let is_something = number.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    is_whole(whole) && digits(part) && (is_something || number == text)
}

/// The second where a zero stands before another digit of the whole part.
pub(super) fn allowed<'a>(text: &str, usually: &'a str, then: &'a str) -> &'a str {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    if matches!(digits, [b'0', b'0'..=b'9', ..]) { then } else { usually }
}

/// Whether no more decimals are written than the quantity has.
pub(super) fn has_at_most(text: &str, decimals: u32) -> bool {
    let written = text.split_once('.').map_or(0, |(_, part)| part.len());
    u32::try_from(written).is_ok_and(|written| written <= decimals)
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Digits)
    }
}

struct Digits;

impl de::Visitor<'_> for Digits {
    type Value = Plain;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a decimal in quotes, without exponent and separators")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Plain, E> {
        let bad = || E::invalid_value(de::Unexpected::Str(text), &self);
        Plain::of(text).map(Plain).ok_or_else(bad)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Plain, E> {
        Ok(Plain(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Plain, E> {
        Ok(Plain(number.into()))
    }
}

#[cfg(test)]
mod tests {
    use crate::money::{Amount, Nav, Rate, Shares};

    fn is_read<T: serde::de::DeserializeOwned + std::str::FromStr>(text: &str) -> [bool; 2] {
        [serde_json::from_str::<T>(&format!("{text:?}")).is_ok(), text.parse::<T>().is_ok()]
    }

    #[test]
    fn a_number_from_outside_has_neither_exponent_nor_separators_nor_a_plus_however_it_is_read() {
        for text in [
            "1e3", "1E2", "1.5e1", "1e0", "1_000", "1,000", "+5", " 5", "5 ", "5.", ".5", "-",
            "0x5", "", "-0", "-0.00", "005.00", "00.7", "-05", "00", "００", "５", "5\u{a0}",
            "5元",
        ] {
            let read = [is_read::<Amount>, is_read::<Shares>, is_read::<Nav>, is_read::<Rate>];
            for read in read.map(|read| read(text)) {
                assert_eq!(read, [false; 2], "{text:?}");
            }
        }
        for text in ["1", "1.50", "0.01"] {
            assert_eq!(is_read::<Amount>(text), [true; 2], "{text:?}");
        }
        assert!(serde_json::from_str::<Amount>("5").is_ok(), "whole, and exact");
        assert!(serde_json::from_str::<Amount>("5.5").is_err(), "no floating point");
    }
}
