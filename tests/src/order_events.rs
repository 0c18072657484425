//! The events and commands of the ready-made money-fund order, by short names.

use crate::{
    orders::{bought, conversion_terms, purchase_terms},
    worlds::{cause, day, instant, money, transaction},
};
use fundflow_domain::{
    fund_order::{Cause, Command, Confirmation, Event, Payment},
    ids::{Leg, OrderId, PaymentNo},
};

/// The money-fund order of `TX-1`.
pub fn order_id() -> OrderId {
    OrderId::of(&transaction("TX-1"), Leg::MoneyFund)
}

/// The number of its payment.
pub fn pay_no() -> PaymentNo {
    PaymentNo::pay(&order_id())
}

/// The number of its refunds; 0 is the whole payment.
pub fn refund_no(nth: u32) -> PaymentNo {
    PaymentNo::refund(&order_id(), nth)
}

/// The purchase is placed.
pub fn placed() -> Event {
    Event::Placed(Box::new(purchase_terms()))
}

/// The conversion is placed.
pub fn conversion() -> Event {
    Event::Placed(Box::new(conversion_terms()))
}

/// The charge is announced.
pub fn requested() -> Event {
    Event::PaymentRequested { no: pay_no() }
}

/// A debit under that serial.
pub fn payment(serial: &str, yuan: &str) -> Payment {
    let paid_at = instant("2026-02-13T10:00:05+08:00");
    Payment { no: pay_no(), serial: serial.into(), amount: money(yuan), paid_at }
}

/// It is paid in full.
pub fn paid() -> Event {
    Event::Paid { payment: payment("CH-1", "10000.00"), trade_date: day("2026-02-13") }
}

/// It is declined.
pub fn declined() -> Event {
    Event::Declined { no: pay_no(), cause: no_funds() }
}

/// The registrar accepted it.
pub fn accepted() -> Event {
    Event::Accepted { serial: "TA-1".into() }
}

/// It is in a batch.
pub fn sealed() -> Event {
    Event::Sealed { batch: "B-1".into() }
}

/// It is in a file.
pub fn sent() -> Event {
    Event::Sent { file: "OFD-1".into(), record: 3 }
}

/// The registrar rejected it.
pub fn rejected() -> Event {
    Event::Rejected { cause: closed() }
}

/// It is taken back.
pub fn cancelled() -> Event {
    Event::Cancelled { cause: changed_mind() }
}

/// It is confirmed in full.
pub fn in_full() -> Event {
    Event::Confirmed(Box::new(bought("10000.00", "0.00")))
}

/// Why it is declined.
pub fn no_funds() -> Cause {
    cause("51", "not enough money on the account")
}

/// Why it is rejected.
pub fn closed() -> Cause {
    cause("0009", "the fund is closed")
}

/// Why it is taken back.
pub fn changed_mind() -> Cause {
    cause("investor", "changed their mind")
}

/// The channel tells of a debit, on T.
pub fn record(payment: Payment) -> Command {
    Command::RecordPayment(payment, day("2026-02-13"))
}

/// The registrar confirms.
pub fn confirm(told: Confirmation) -> Command {
    Command::Confirm(Box::new(told))
}

/// The investor takes it back.
pub fn cancel(at: &str) -> Command {
    let cut_off = instant("2026-02-13T15:00:00+08:00");
    Command::Cancel { at: instant(at), cut_off, cause: changed_mind() }
}

/// What follows from a debit that no order wants.
pub fn unapplied(payment: Payment, why: &Cause, nth: u32) -> [Event; 2] {
    let amount = payment.amount;
    [
        Event::PaymentUnapplied { payment, cause: why.clone() },
        Event::RefundRequested { no: refund_no(nth), amount, cause: why.clone() },
    ]
}
