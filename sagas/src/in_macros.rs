//! What the macros of this crate expand to, so that who uses them depends on nothing else.

pub use chrono::NaiveDate;
pub use fundflow_domain::{calendar::TradingDay, ids::VersionTag, orders::Cause, time::Timestamp};
pub use fundflow_kernel::{
    envelope::StreamName,
    streams::{Need, Streams},
};
pub use fundflow_runtime::{
    port::{Callee, Payload},
    process::{Open, Parked},
    process_names,
    saga::{NameForm, Names, View},
    turn::{NotDone, Turn},
};
