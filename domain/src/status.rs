//! What a fund lets its investors do, and how each registrar's dictionary says so.
//!
//! | ours | buy | subscribe | redeem, convert out | convert in |
//! |---|---|---|---|---|
//! | open, record date, dividend | yes | no | yes | yes |
//! | raising | no | yes | no | no |
//! | raising ended, stopped, closed period, terminated | no | no | no | no |
//! | purchase stopped | no | no | yes | no |
//! | redemption stopped | yes | no | no | yes |
//!
//! 1. A code means nothing without its dictionary: `8` is "terminated" in the exchange standard
//!    (GB/T 39595, market file 07) and "paying a dividend", which is open, in a widespread vendor set.
//! 2. A fund whose purchase is stopped may still be the *source* of a conversion.
//! 3. A conversion needs the [`ConvertStatus`] besides the fund's status, never instead of it.

use serde::{Deserialize, Serialize};

/// Where a fund stands. Ours; mapped from a registrar's code by [`FundStatus::from_code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FundStatus {
    /// Bought and redeemed every trading day.
    Open,
    /// Before it exists: subscriptions only.
    Raising,
    /// Raising succeeded or failed; nothing is traded.
    RaisingEnded,
    /// Purchase and redemption are stopped.
    Stopped,
    /// Purchase is stopped, redemption goes on.
    PurchaseStopped,
    /// Redemption is stopped, purchase goes on.
    RedemptionStopped,
    /// The day that decides who gets a dividend; traded as usual.
    RecordDate,
    /// Paying a dividend; traded as usual.
    Dividend,
    /// Between two open periods of a fund that opens periodically.
    ClosedPeriod,
    /// Wound up or merged.
    Terminated,
}

/// Whose meaning of the status digits a registrar follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusDictionary {
    /// GB/T 39595, file 07.
    #[default]
    Standard,
    /// The set that vendor front ends use.
    Vendor,
}

/// A status digit that its dictionary does not define.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fund status {code:?} is not in the {dictionary} dictionary")]
pub struct UnknownStatus {
    /// Code in file 07.
    pub code: char,
    /// What it was looked up in.
    pub dictionary: StatusDictionary,
}

impl FundStatus {
    /// All, in the order of their definition.
    pub const ALL: [Self; 10] = [
        Self::Open,
        Self::Raising,
        Self::RaisingEnded,
        Self::Stopped,
        Self::PurchaseStopped,
        Self::RedemptionStopped,
        Self::RecordDate,
        Self::Dividend,
        Self::ClosedPeriod,
        Self::Terminated,
    ];

    /// Our meaning of a registrar's digit.
    ///
    /// # Errors
    /// [`UnknownStatus`]; a digit without a meaning is never taken for an open fund.
    pub fn from_code(code: char, dictionary: StatusDictionary) -> Result<Self, UnknownStatus> {
        use StatusDictionary as D;
        match (code, dictionary) {
            ('0', D::Standard | D::Vendor) => Ok(Self::Open),
            ('1', D::Standard | D::Vendor) => Ok(Self::Raising),
            ('2' | '3', D::Vendor) => Ok(Self::RaisingEnded),
            ('4', D::Standard | D::Vendor) => Ok(Self::Stopped),
            ('5', D::Standard | D::Vendor) => Ok(Self::PurchaseStopped),
            ('6', D::Standard | D::Vendor) => Ok(Self::RedemptionStopped),
            ('7', D::Vendor) => Ok(Self::RecordDate),
            ('8', D::Standard) => Ok(Self::Terminated),
            ('8', D::Vendor) => Ok(Self::Dividend),
            ('9', D::Standard | D::Vendor) => Ok(Self::ClosedPeriod),
            (code, dictionary) => Err(UnknownStatus { code, dictionary }),
        }
    }

    /// Whether purchases (022, 039) are taken.
    pub const fn permits_purchase(self) -> bool {
        match self {
            Self::Open | Self::RedemptionStopped | Self::RecordDate | Self::Dividend => true,
            Self::Raising
            | Self::RaisingEnded
            | Self::Stopped
            | Self::PurchaseStopped
            | Self::ClosedPeriod
            | Self::Terminated => false,
        }
    }

    /// Whether subscriptions (020) are taken.
    pub const fn permits_subscription(self) -> bool {
        matches!(self, Self::Raising)
    }

    /// Whether redemptions (024) are taken. A conversion out needs the same and more.
    pub const fn permits_redemption(self) -> bool {
        match self {
            Self::Open | Self::PurchaseStopped | Self::RecordDate | Self::Dividend => true,
            Self::Raising
            | Self::RaisingEnded
            | Self::Stopped
            | Self::RedemptionStopped
            | Self::ClosedPeriod
            | Self::Terminated => false,
        }
    }

    /// Whether a conversion may take shares out of the fund.
    pub const fn permits_conversion_out(self, convert: ConvertStatus) -> bool {
        self.permits_redemption() && convert.permits_out()
    }

    /// Whether a conversion may bring money into the fund.
    pub const fn permits_conversion_in(self, convert: ConvertStatus) -> bool {
        self.permits_purchase() && convert.permits_in()
    }

    /// The tighter of the two: what remains when a notice stops something that the status permits.
    #[must_use]
    pub const fn without(self, stopped: Stops) -> Self {
        let (buy, redeem) = match stopped {
            Stops::Everything => (false, false),
            Stops::Purchase => (false, self.permits_redemption()),
            Stops::Redemption => (self.permits_purchase(), false),
        };
        match (self.permits_purchase(), self.permits_redemption()) {
            (false, false) => self,
            (true | false, true | false) => match (buy, redeem) {
                (true, true) => self,
                (true, false) => Self::RedemptionStopped,
                (false, true) => Self::PurchaseStopped,
                (false, false) => Self::Stopped,
            },
        }
    }
}

/// What a dated notice stops. Conversions in go with purchases, conversions out with redemptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stops {
    /// Both directions: the fund is closed.
    Everything,
    /// Purchases, plans and conversions in.
    Purchase,
    /// Redemptions and conversions out.
    Redemption,
}

/// Which directions of conversion are open (GB/T 39595, file 07, `ConvertStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConvertStatus {
    /// Code 0: in and out.
    Both,
    /// Shares may come in, and none may leave (code 1).
    InOnly,
    /// Shares may leave, and none may come in (code 2).
    OutOnly,
    /// Conversion is closed in both directions (code 3).
    Neither,
}

impl ConvertStatus {
    /// The meaning of a registrar's digit; `None` when the standard has none for it.
    pub fn from_code(code: char) -> Option<Self> {
        let digits =
            [('0', Self::Both), ('1', Self::InOnly), ('2', Self::OutOnly), ('3', Self::Neither)];
        digits.into_iter().find(|(digit, _)| *digit == code).map(|(_, status)| status)
    }

    /// Whether it can be the target of a conversion.
    pub const fn permits_in(self) -> bool {
        matches!(self, Self::Both | Self::InOnly)
    }

    /// Whether it can be the source of a conversion.
    pub const fn permits_out(self) -> bool {
        matches!(self, Self::Both | Self::OutOnly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_means_what_its_dictionary_says() {
        use FundStatus as S;
        let rows = [
            ('0', Some(S::Open), Some(S::Open)),
            ('1', Some(S::Raising), Some(S::Raising)),
            ('2', None, Some(S::RaisingEnded)),
            ('3', None, Some(S::RaisingEnded)),
            ('4', Some(S::Stopped), Some(S::Stopped)),
            ('5', Some(S::PurchaseStopped), Some(S::PurchaseStopped)),
            ('6', Some(S::RedemptionStopped), Some(S::RedemptionStopped)),
            ('7', None, Some(S::RecordDate)),
            ('8', Some(S::Terminated), Some(S::Dividend)),
            ('9', Some(S::ClosedPeriod), Some(S::ClosedPeriod)),
            ('a', None, None),
        ];
        for (code, standard, vendor) in rows {
            let both = [StatusDictionary::Standard, StatusDictionary::Vendor];
            let found = both.map(|dictionary| S::from_code(code, dictionary).ok());
            assert_eq!(found, [standard, vendor], "{code}");
        }
        let error = S::from_code('7', StatusDictionary::Standard).unwrap_err();
        assert_eq!(error.to_string(), "fund status '7' is not in the standard dictionary");
    }

    #[test]
    fn every_status_permits_exactly_what_the_table_says() {
        use FundStatus as S;
        // purchase, subscription, redemption, conversion out, conversion in
        let rows = [
            (S::Open, [true, false, true, true, true]),
            (S::Raising, [false, true, false, false, false]),
            (S::RaisingEnded, [false; 5]),
            (S::Stopped, [false; 5]),
            (S::PurchaseStopped, [false, false, true, true, false]),
            (S::RedemptionStopped, [true, false, false, false, true]),
            (S::RecordDate, [true, false, true, true, true]),
            (S::Dividend, [true, false, true, true, true]),
            (S::ClosedPeriod, [false; 5]),
            (S::Terminated, [false; 5]),
        ];
        assert_eq!(rows.map(|(status, _)| status), S::ALL);
        for (status, expected) in rows {
            let found = [
                status.permits_purchase(),
                status.permits_subscription(),
                status.permits_redemption(),
                status.permits_conversion_out(ConvertStatus::Both),
                status.permits_conversion_in(ConvertStatus::Both),
            ];
            assert_eq!(found, expected, "{status:?}");
        }
    }

    #[test]
    fn a_conversion_needs_its_own_status_too() {
        let rows = [
            ('0', Some(ConvertStatus::Both), [true, true]),
            ('1', Some(ConvertStatus::InOnly), [true, false]),
            ('2', Some(ConvertStatus::OutOnly), [false, true]),
            ('3', Some(ConvertStatus::Neither), [false, false]),
        ];
        for (code, status, [into, out]) in rows {
            assert_eq!(ConvertStatus::from_code(code), status);
            let status = status.unwrap();
            assert_eq!(FundStatus::Open.permits_conversion_in(status), into, "{status:?}");
            assert_eq!(FundStatus::Open.permits_conversion_out(status), out, "{status:?}");
            assert!(!FundStatus::Stopped.permits_conversion_in(status));
        }
        assert_eq!(ConvertStatus::from_code('4'), None);
    }

    #[test]
    fn a_notice_only_ever_takes_away() {
        for status in FundStatus::ALL {
            for stops in [Stops::Everything, Stops::Purchase, Stops::Redemption] {
                let left = status.without(stops);
                let bought = status.permits_purchase() && stops == Stops::Redemption;
                let redeemed = status.permits_redemption() && stops == Stops::Purchase;
                assert_eq!(left.permits_purchase(), bought, "{status:?} {stops:?}");
                assert_eq!(left.permits_redemption(), redeemed, "{status:?} {stops:?}");
            }
        }
    }
}
