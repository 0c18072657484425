//! What file 07 says of a fund, in the standard's digits.

use fundflow_domain::{
    fund::FundKind,
    status::{ConvertStatus, FundStatus},
};

/// The standard's digit; what it has none for is traded, or not, as the digit says.
pub(super) const fn status_code(status: FundStatus) -> &'static str {
    match status {
        FundStatus::Open | FundStatus::RecordDate | FundStatus::Dividend => "0",
        FundStatus::Raising => "1",
        FundStatus::RaisingEnded | FundStatus::Stopped => "4",
        FundStatus::PurchaseStopped => "5",
        FundStatus::RedemptionStopped => "6",
        FundStatus::Terminated => "8",
        FundStatus::ClosedPeriod => "9",
    }
}

/// Which ways of conversion are open.
pub(super) const fn convert_code(status: ConvertStatus) -> &'static str {
    match status {
        ConvertStatus::Both => "0",
        ConvertStatus::InOnly => "1",
        ConvertStatus::OutOnly => "2",
        ConvertStatus::Neither => "3",
    }
}

/// The kind of fund.
pub(super) const fn fund_type(kind: FundKind) -> &'static str {
    match kind {
        FundKind::Equity | FundKind::Index | FundKind::Qdii => "01",
        FundKind::Bond => "02",
        FundKind::Hybrid | FundKind::Fof => "03",
        FundKind::Money => "04",
    }
}
