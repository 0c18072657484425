//! Under which names a fast-redemption quota's facts are stored.

use super::{Event, FastQuota};
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for FastQuota {
    const SHARED: bool = true;

    stored_types!(Event {
        Counted => "fast_quota.counted",
        GivenBack => "fast_quota.given_back",
        Paid => "fast_quota.paid",
    });
}
