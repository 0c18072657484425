//! Events that move neither money nor shares, whatever stands in them: they are not even decoded.
//!
//! What is not listed is judged by its posting rule. A test holds the list against the rules.

use fundflow_domain::{
    advance::Advances, application::Applications, decider::Decider as _, payment::Payments,
    payout::Payouts,
};

/// Whether events of that type post nothing.
pub(super) fn is_silent(category: &str, event_type: &str) -> bool {
    of(category).contains(&event_type)
}

pub(super) fn of(category: &str) -> &'static [&'static str] {
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
        _ => &[],
    }
}
