//! Under which names a payout's facts are stored.

use super::{Event, Payouts};
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for Payouts {
    stored_types!(Event {
        Requested => "payout.requested",
        PaidOut => "payout.paid_out",
        Refused => "payout.refused",
        Redirected => "payout.redirected",
    });
}
