//! What a fund's status digit in file 07 means. Two code sets are in use and contradict each
//! other: 8 is "terminated" in the standard's and "dividend payment", an open state, in a common
//! vendor's. The set is the registrar's, so it is chosen per registrar, and a digit outside it is
//! refused rather than guessed.

/// The code set a registrar uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusSet {
    /// GB/T 39595-2020: 0, 1, 4, 5, 6, 8 and 9.
    Standard,
    /// The vendor's set: 0 to 9.
    Vendor,
}

/// A fund's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FundStatus {
    /// Everything may be traded.
    Open,
    /// Being raised: only subscriptions.
    Raising,
    /// Raised, not yet open.
    RaisingSucceeded,
    /// Its raising came to nothing, and money goes back.
    RaisingFailed,
    /// Neither purchases nor redemptions.
    Stopped,
    /// No purchases; redemptions and conversions out go on.
    PurchaseStopped,
    /// No redemptions; purchases go on.
    RedemptionStopped,
    /// The record date of a dividend; open.
    RecordDate,
    /// A dividend is being paid; open.
    DividendPayment,
    /// Its contract is over, and it is wound up.
    Terminated,
    /// Closed period: neither subscription nor redemption.
    Closed,
}

/// What may be converted, the field `ConvertStatus` of file 07.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConvertStatus {
    /// Purchases and redemptions.
    Both,
    /// Shares of others may become its own, and not the other way round.
    In,
    /// Its shares may become those of others, and not the other way round.
    Out,
    /// Closed in both directions.
    Neither,
}

/// A digit that is in no set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} = {code:?} is not in the registrar's code set; ask the registrar what it means")]
pub struct UnknownStatus {
    /// As the standard names it.
    pub field: &'static str,
    /// Text in the field.
    pub code: String,
}

impl FundStatus {
    /// Reads the digit of a registrar that uses `set`.
    pub fn from_code(set: StatusSet, code: &str) -> Result<Self, UnknownStatus> {
        use StatusSet::{Standard, Vendor};
        Ok(match (code, set) {
            ("0", _) => Self::Open,
            ("1", _) => Self::Raising,
            ("2", Vendor) => Self::RaisingSucceeded,
            ("3", Vendor) => Self::RaisingFailed,
            ("4", _) => Self::Stopped,
            ("5", _) => Self::PurchaseStopped,
            ("6", _) => Self::RedemptionStopped,
            ("7", Vendor) => Self::RecordDate,
            ("8", Standard) => Self::Terminated,
            ("8", Vendor) => Self::DividendPayment,
            ("9", _) => Self::Closed,
            _ => return Err(UnknownStatus { field: "FundStatus", code: code.to_owned() }),
        })
    }
}

impl ConvertStatus {
    /// Reads the digit.
    pub fn from_code(code: &str) -> Result<Self, UnknownStatus> {
        Ok(match code {
            "0" => Self::Both,
            "1" => Self::In,
            "2" => Self::Out,
            "3" => Self::Neither,
            _ => return Err(UnknownStatus { field: "ConvertStatus", code: code.to_owned() }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_is_the_end_in_one_set_and_a_payment_in_the_other() {
        let status = |set| FundStatus::from_code(set, "8");
        assert_eq!(status(StatusSet::Standard), Ok(FundStatus::Terminated));
        assert_eq!(status(StatusSet::Vendor), Ok(FundStatus::DividendPayment));
    }

    #[test]
    fn a_digit_outside_the_set_is_not_guessed() {
        let unknown = |field, code: &str| UnknownStatus { field, code: code.into() };
        let status = FundStatus::from_code(StatusSet::Standard, "7");
        assert_eq!(status, Err(unknown("FundStatus", "7")));
        assert_eq!(ConvertStatus::from_code(""), Err(unknown("ConvertStatus", "")));
    }
}
