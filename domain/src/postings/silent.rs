//! Events that post nothing, whatever stands in them and before them: nobody need decode or fold them for the ledger.
//!
//! What is not listed has its posting rule. Tests hold the list against the rules.

use crate::{
    advance::Advances, application::Applications, decider::Decider as _, payment::Payments,
    payout::Payouts, wallet::Wallet,
};

/// Types of that category of streams whose events post nothing.
pub fn posts_nothing(category: &str) -> &'static [&'static str] {
    match category {
        Payments::CATEGORY => &["payment.requested", "payment.declined", "payment.closed"],
        Payouts::CATEGORY => &["payout.refused", "payout.redirected"],
        Advances::CATEGORY => &["advance.requested", "advance.declined", "advance.contested"],
        Applications::CATEGORY => &[
            "application.placed",
            "application.moved",
            "application.ask_changed",
            "application.accepted",
            "application.sealed",
            "application.sent",
            "application.received",
            "application.contested",
            "application.rejection_contested",
            "application.rejection_dropped",
            "application.cancelled",
        ],
        // Unpaid income is the fund's.
        Wallet::CATEGORY => &[
            "wallet.income_accrued",
            "wallet.income_reversed",
            "wallet.income_corrected",
            "wallet.income_settlement_corrected",
        ],
        _ => &[],
    }
}
