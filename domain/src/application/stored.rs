//! Under which names an application's facts are stored.

use super::{Applications, Event};
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for Applications {
    stored_types!(Event {
        Placed => "application.placed",
        Moved => "application.moved",
        Accepted => "application.accepted",
        Sealed => "application.sealed",
        Sent => "application.sent",
        Received => "application.received",
        PortionConfirmed => "application.portion_confirmed",
        Confirmed => "application.confirmed",
        PartlyConfirmed => "application.partly_confirmed",
        Corrected => "application.corrected",
        RestRejected => "application.rest_rejected",
        Rejected => "application.rejected",
        Cancelled => "application.cancelled",
    });
}
