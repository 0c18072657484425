//! Identifiers: one newtype each, valid by construction, never empty.
//!
//! 1. The caller makes the transaction ID; everything else is derived from it, never drawn, so that
//!    a retry anywhere names the same thing.
//! 2. None of them may carry personal data: they are stored for decades and cannot be erased.

pub use fundflow_kernel::ids::{IdError, TransactionId, VersionTag};

use fundflow_kernel::identifier;
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

identifier!(
    /// One leg of a transaction: `{transaction}.{leg}`.
    OrderId, "an order ID", 80, "1 to 80 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// An investor, by the trading service's own key; no name, no card number.
    InvestorId, "an investor ID", 40, "1 to 40 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// The account that pays and that refunds go back to, as a token of the trading service.
    AccountRef, "a payment account", 40, "1 to 40 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// A payment or refund, one per attempt chain: a retry reuses it.
    PaymentNo, "a payment number", 96, "1 to 96 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// Keeps the register of shares (TA); `own` for the manager's own.
    RegistrarCode, "a registrar code", 18, "1 to 18 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// Through whom an order goes to its registrar: the code in files and records, at most 9 wide there.
    DistributorCode, "a distributor code", 18, "1 to 18 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// Shares that one confirmation registered, for as long as any of them are left.
    LotId, "a lot ID", 80, "1 to 80 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// The number under which a registrar knows an application; unique per distributor, 24 wide.
    ApplicationNo, "an application number", 24, "1 to 24 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// A regular plan, for as long as it lives; short enough that `{plan}.{yyyymmdd}` names each of
    /// its occurrences.
    PlanId, "a plan ID", 48, "1 to 48 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// A record of the register: tells a repeated record from a second one.
    RegisterRecord, "a register's record", 64, "1 to 64 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// The case that keeps something in dispute.
    CaseRef, "a case", 64, "1 to 64 of A-Z a-z 0-9 . _ -"
);

impl From<&TransactionId> for RegisterRecord {
    /// What a transaction says of the register; both names have the same letters and room.
    fn from(transaction: &TransactionId) -> Self {
        Self(transaction.clone().into())
    }
}

impl From<&ApplicationNo> for RegisterRecord {
    /// What the register says of an application.
    fn from(no: &ApplicationNo) -> Self {
        Self(no.clone().into())
    }
}

impl From<&DistributorCode> for AccountRef {
    /// As the quota of a natural day names a distributor; both have the same letters, and this one more room.
    fn from(code: &DistributorCode) -> Self {
        Self(code.clone().into())
    }
}

impl AccountRef {
    /// Stands where an account is not looked at.
    pub(crate) fn judged() -> Self {
        Self("judged-before".into())
    }
}

/// Which order of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// Money into the money-market fund.
    MoneyFund,
    /// Money-market shares into the target fund.
    Conversion,
}

impl Leg {
    const fn suffix(self) -> &'static str {
        match self {
            Leg::MoneyFund => ".mmf",
            Leg::Conversion => ".convert",
        }
    }
}

impl OrderId {
    /// The one order of that leg.
    pub fn of(transaction: &TransactionId, leg: Leg) -> Self {
        Self(format!("{transaction}{}", leg.suffix()).into())
    }

    /// The transaction and leg that it was derived from; `None` for an order of another kind.
    pub fn parent(&self) -> Option<(TransactionId, Leg)> {
        [Leg::MoneyFund, Leg::Conversion].into_iter().find_map(|leg| {
            let parent = self.0.strip_suffix(leg.suffix())?;
            Some((TransactionId::new(parent).ok()?, leg))
        })
    }
}

impl OrderId {
    /// An order of that transaction: `{transaction}.{suffix}`. Suffixes are literals of at most 15
    /// letters, so that the name always fits.
    pub fn part(transaction: &TransactionId, suffix: &'static str) -> Self {
        debug_assert!(suffix.len() <= 15, "{suffix} is too long");
        Self([transaction.as_str(), ".", suffix].concat().into())
    }
}

impl PaymentNo {
    /// What an order pays out.
    pub fn out(order: &OrderId) -> Self {
        Self([order.as_str(), ".out"].concat().into())
    }

    /// The payment for an order.
    pub fn pay(order: &OrderId) -> Self {
        Self([order.as_str(), ".pay"].concat().into())
    }

    /// The refund for an order. `nth` tells a second refund (an unapplied payment) from the first.
    pub fn refund(order: &OrderId, nth: u32) -> Self {
        Self(format!("{order}.refund{nth}").into())
    }

    /// The order that it was derived from.
    pub fn order(&self) -> Option<OrderId> {
        OrderId::new(self.0.rsplit_once('.')?.0).ok()
    }
}

impl ApplicationNo {
    /// 24 characters of base 32 out of SHA-256: the same order always applies under the same
    /// number, and two orders share one with a chance of 2^-60 for a billion orders.
    pub fn of(order: &OrderId) -> Self {
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let hash = Sha256::digest(order.as_str().as_bytes());
        let bits = hash.iter().take(15).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let digit = |n: usize| DIGITS[(bits >> (115 - 5 * n)) as usize & 31];
        let text: [u8; 24] = std::array::from_fn(digit);
        Self(std::str::from_utf8(&text).unwrap_or_default().into())
    }
}

/// A fund's six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct FundCode([u8; 6]);

impl FundCode {
    /// The code as its six digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for FundCode {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let bad = || IdError {
            what: "a fund code",
            value: text.chars().take(80).collect(),
            allowed: "exactly 6 digits",
        };
        let digits: [u8; 6] = text.as_bytes().try_into().map_err(|_| bad())?;
        if digits.iter().all(u8::is_ascii_digit) { Ok(Self(digits)) } else { Err(bad()) }
    }
}

impl TryFrom<String> for FundCode {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl Serialize for FundCode {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.as_str())
    }
}

impl fmt::Display for FundCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// One investor's shares of one money-market fund.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WalletId {
    /// The investor whose wallet it is.
    pub investor: InvestorId,
    /// The money-market fund of the wallet.
    pub fund: FundCode,
}

impl fmt::Display for WalletId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.investor, self.fund)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fund_code_is_six_ascii_digits() {
        assert!("12345".parse::<FundCode>().is_err());
        assert!("1234５".parse::<FundCode>().is_err());
    }

    #[test]
    fn what_is_derived_leads_back_to_its_parent() {
        let transaction: TransactionId = "TX-1.mmf".parse().unwrap();
        let order = OrderId::of(&transaction, Leg::Conversion);

        assert_eq!(order.parent(), Some((transaction, Leg::Conversion)));
        assert_eq!(PaymentNo::refund(&order, 1).order(), Some(order.clone()));
        assert_eq!(ApplicationNo::of(&order).as_str().len(), 24);
        assert_eq!(ApplicationNo::of(&order), ApplicationNo::of(&order.clone()));
    }

    /// The first 120 bits of the SHA-256 of the order's name, five to the digit: a registrar has seen it.
    #[test]
    fn an_order_applies_under_the_same_number_for_ever() {
        let order: OrderId = "TX-1.mmf".parse().unwrap();
        assert_eq!(ApplicationNo::of(&order).as_str(), "5DS4QQER2Q0AB8BQD7D3ASMB");
    }

    #[test]
    fn a_wallet_is_named_by_its_investor_and_its_fund() {
        let (investor, fund) = ("i-1".parse().unwrap(), "000730".parse().unwrap());
        assert_eq!(WalletId { investor, fund }.to_string(), "i-1.000730");
    }
}
