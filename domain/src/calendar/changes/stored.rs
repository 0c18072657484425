//! Under which names the calendar's facts are stored.

use super::{Calendars, Event};
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for Calendars {
    const SHARED: bool = true;

    stored_types!(Event {
        Added => "calendar.added",
    });
}
