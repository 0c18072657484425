//! The names under which an order's events are stored. A name here is a promise.

use super::{Event, FundOrder};
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for FundOrder {
    stored_types!(Event {
        Placed => "fund_order.placed",
        PaymentRequested => "fund_order.payment_requested",
        Paid => "fund_order.paid",
        Declined => "fund_order.declined",
        PaymentUnapplied => "fund_order.payment_unapplied",
        Accepted => "fund_order.accepted",
        Sealed => "fund_order.sealed",
        Sent => "fund_order.sent",
        Confirmed => "fund_order.confirmed",
        PartlyConfirmed => "fund_order.partly_confirmed",
        Rejected => "fund_order.rejected",
        Cancelled => "fund_order.cancelled",
        RefundRequested => "fund_order.refund_requested",
        Refunded => "fund_order.refunded",
    });
}
