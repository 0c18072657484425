//! Under which names a payment's facts are stored.

use super::{Event, Payments};
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for Payments {
    stored_types!(Event {
        Requested => "payment.requested",
        Paid => "payment.paid",
        Declined => "payment.declined",
        Closed => "payment.closed",
        ReceiptUnapplied => "payment.receipt_unapplied",
        RefundRequested => "payment.refund_requested",
        Refunded => "payment.refunded",
    });
}
