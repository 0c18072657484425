//! The names under which a plan's events are stored. Each is a promise: add, never rename.

use super::{Event, RegularPlan};
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for RegularPlan {
    stored_types!(Event {
        Opened => "plan.opened",
        Changed => "plan.changed",
        Paused => "plan.paused",
        Resumed => "plan.resumed",
        WordKept => "plan.word_kept",
        OccurrenceBegun => "plan.occurrence_begun",
        OccurrenceDone => "plan.occurrence_done",
        OccurrenceMissed => "plan.occurrence_missed",
        Ended => "plan.ended",
    });
}
