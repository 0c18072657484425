//! Under which names a day limit's facts are stored.

use super::{DayLimit, Event};
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for DayLimit {
    const SHARED: bool = true;

    stored_types!(Event {
        Counted => "day_limit.counted",
        DayRefused => "day_limit.day_refused",
        GivenBack => "day_limit.given_back",
    });
}
