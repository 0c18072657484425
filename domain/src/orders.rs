//! Values that payments, payouts, advances, applications and holdings share.
//!
//! ```text
//! payment {no}  --nth_refund(n)-->  {no}.refund{n}  --refund_of-->  {no}
//! payout {no}   --nth_attempt(n)->  {no}.{n}         a number that a bank refused is never reused
//! advance {no}  --repayment------>  {no}.repay
//! ```
//!
//! 1. Numbers are derived, never drawn: whoever asks again names the same thing.
//! 2. A number that is derived from must leave room for what is derived from it.
//! 3. A serial is what a counterparty calls its own record. It tells a repetition from a second
//!    fact, and nothing else is read into it.

pub use fundflow_kernel::cause::Cause;

use crate::{
    ids::{IdError, LotId, PaymentNo},
    money::Shares,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

const SERIAL_MAX: usize = 64;
const DERIVING_MAX: usize = 84;

/// A counterparty's own number for one of its records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Arc<str>", into = "Arc<str>")]
pub struct Serial(Arc<str>);

impl Serial {
    /// Takes the text if it is printable ASCII without spaces.
    ///
    /// # Errors
    /// [`IdError`] naming the text and what is allowed.
    pub fn new(text: impl Into<Arc<str>>) -> Result<Self, IdError> {
        let text = text.into();
        let sized = (1..=SERIAL_MAX).contains(&text.len());
        if sized && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Self(text));
        }
        Err(IdError {
            what: "a serial number",
            value: text.chars().take(80).collect(),
            allowed: "1 to 64 printable ASCII characters without spaces",
        })
    }

    /// A serial out of a short literal and a number, in 16 hexadecimal digits.
    pub fn numbered(prefix: &'static str, number: u64) -> Self {
        debug_assert!(prefix.bytes().all(|byte| byte.is_ascii_graphic()) && prefix.len() <= 48);
        Self(format!("{prefix}{number:016X}").into())
    }

    /// The serial number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Arc<str>> for Serial {
    type Error = IdError;
    fn try_from(text: Arc<str>) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl From<Serial> for Arc<str> {
    fn from(serial: Serial) -> Arc<str> {
        serial.0
    }
}

impl FromStr for Serial {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// Shares out of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotTaken {
    /// The lot that they come out of.
    pub lot: LotId,
    /// How many of its shares.
    pub shares: Shares,
}

impl PaymentNo {
    /// Whether further numbers can be derived from it: up to 99,999 refunds, attempts or repayments.
    pub fn leaves_room(&self) -> bool {
        self.as_str().len() <= DERIVING_MAX
    }

    /// What goes back of this payment for the `nth` time, from 1. `None` without room for it.
    pub fn nth_refund(&self, nth: usize) -> Option<Self> {
        Self::new(format!("{self}.refund{nth}")).ok()
    }

    /// The payment that a refund's number was derived from; `None` for a number of another kind.
    pub fn refund_of(&self) -> Option<Self> {
        let (payment, nth) = self.as_str().rsplit_once(".refund")?;
        let counted = !nth.is_empty() && nth.bytes().all(|byte| byte.is_ascii_digit());
        counted.then(|| Self::new(payment).ok())?
    }

    /// The `nth` attempt to pay out, from 1; the first has the payout's own number. `None` without
    /// room for it.
    pub fn nth_attempt(&self, nth: usize) -> Option<Self> {
        if nth <= 1 { Some(self.clone()) } else { Self::new(format!("{self}.{nth}")).ok() }
    }

    /// The payout that an attempt's number was derived from; the number itself for a first attempt.
    #[must_use]
    pub fn attempt_of(&self) -> Self {
        let counted = |nth: &str| !nth.is_empty() && nth.bytes().all(|byte| byte.is_ascii_digit());
        let split = self.as_str().rsplit_once('.').filter(|(_, nth)| counted(nth));
        split.and_then(|(payout, _)| Self::new(payout).ok()).unwrap_or_else(|| self.clone())
    }

    /// The `nth` transfer back to the bank of this advance, from 1. `None` without room for it.
    pub fn nth_repayment(&self, nth: usize) -> Option<Self> {
        let number = if nth <= 1 { String::new() } else { nth.to_string() };
        Self::new(format!("{self}.repay{number}")).ok()
    }
}

/// A cause of our own, for what follows from the facts alone.
pub(crate) fn own_cause(code: &str, text: &str) -> Cause {
    Cause { code: code.into(), text: text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no(text: &str) -> PaymentNo {
        text.parse().unwrap()
    }

    #[test]
    fn a_serial_is_printable_and_never_empty() {
        for text in ["", "a b", "张三", "a\n", &"x".repeat(65)] {
            assert!(Serial::new(text).is_err(), "{text:?}");
        }
        assert_eq!(Serial::new("2026/02:13-#1").unwrap().as_str(), "2026/02:13-#1");
        assert!(serde_json::from_str::<Serial>("\"\"").is_err());
    }

    #[test]
    fn a_refund_leads_back_to_its_payment() {
        let payment = no("TX-1.mmf.pay");

        let refund = payment.nth_refund(2).unwrap();

        assert_eq!(refund.as_str(), "TX-1.mmf.pay.refund2");
        assert_eq!(refund.refund_of(), Some(payment.clone()));
        assert_eq!(payment.refund_of(), None);
        assert_eq!(no("TX-1.refund").refund_of(), None);
        assert_eq!(no("TX-1.refundable").refund_of(), None);
    }

    #[test]
    fn a_number_that_leaves_room_has_its_99999th_refund() {
        let longest = no(&"x".repeat(84));

        assert!(longest.leaves_room() && longest.nth_refund(99_999).is_some());
        assert!(!no(&"x".repeat(85)).leaves_room());
        assert_eq!(no(&"x".repeat(96)).nth_refund(1), None);
    }

    #[test]
    fn a_second_attempt_and_a_repayment_have_numbers_of_their_own() {
        let payout = no("TX-1.out");
        let numbers = [payout.nth_attempt(1), payout.nth_attempt(2), payout.nth_repayment(1)];

        assert_eq!(
            numbers.map(Option::unwrap),
            ["TX-1.out", "TX-1.out.2", "TX-1.out.repay"].map(no)
        );
        assert_eq!([no("TX-1.out.2").attempt_of(), payout.attempt_of()], [payout.clone(), payout]);
    }
}
