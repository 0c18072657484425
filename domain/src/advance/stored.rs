//! Under which names an advance's facts are stored.

use super::{Advances, Event};
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for Advances {
    stored_types!(Event {
        Requested => "advance.requested",
        Advanced => "advance.advanced",
        Declined => "advance.declined",
        Contested => "advance.contested",
        RepaymentRequested => "advance.repayment_requested",
        Repaid => "advance.repaid",
        Recourse => "advance.recourse",
        ClaimChanged => "advance.claim_changed",
        Overpaid => "advance.overpaid",
        Returned => "advance.returned",
    });
}
