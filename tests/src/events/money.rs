//! Payments, payouts, advances.

use super::{Entry, id};
use crate::{
    orders::{order, payment_no, payment_terms, payout_terms, receipt},
    worlds::{account, amount, cause, date, instant, money},
};
use fundflow_domain::{
    advance::{self, Advances},
    case::CaseId,
    fast_redemption::Advancer,
    ids::PaymentNo,
    payment::{self, Of, Payments},
    payout::{self, Payouts},
    settlement::{self, Part, Settlements, Way},
};

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::of::<Payments>(&payments()),
        Entry::of::<Payouts>(&payouts()),
        Entry::of::<Advances>(&advances()),
        Entry::of::<Settlements>(&settlements()),
    ]
}

fn settlements() -> Vec<settlement::Event> {
    use settlement::Event as E;
    let part = |serial, way, yuan| Part {
        serial: id(serial),
        way,
        amount: amount(yuan),
        on: date("2026-02-24"),
    };
    vec![
        E::Instructed(Box::new(super::promises::due())),
        E::Moved(part("B-1", Way::In, "48000.00")),
        E::Moved(part("B-2", Way::Out, "10.00")),
        E::WrittenOff { case: CaseId::of(b"what remains"), rest: id("-0.05") },
    ]
}

fn payments() -> Vec<payment::Event> {
    use payment::Event as E;
    let nth = |nth| payment_no().nth_refund(nth).expect("room for a refund");
    let closed = || cause("0009", "the fund is closed");
    let asked = Some(crate::worlds::request_time());
    let refund_asked = |no, of, yuan, asked_at| E::RefundRequested {
        no,
        of,
        amount: amount(yuan),
        cause: closed(),
        asked_at,
    };
    let refund = |no, of, yuan| refund_asked(no, of, yuan, asked);
    // As earlier programs stored them.
    let before = payment::Terms { asked_at: None, ..payment_terms() };
    let refund_before = refund_asked(nth(1), Of::Payback, "10000.00", None);
    vec![
        E::Requested(Box::new(payment_terms())),
        E::Paid(receipt("CH-1", "10000.00")),
        E::Declined { cause: cause("51", "not enough money on the account") },
        E::Closed {
            cause: cause("cut_off", "the cut-off of the next trading day has passed"),
            at: None,
        },
        E::Closed {
            cause: cause("too_late", "the bank never got the charge"),
            at: Some(instant("2026-02-13T15:46:00+08:00")),
        },
        E::ReceiptUnapplied {
            receipt: receipt("CH-2", "10000.00"),
            cause: cause("paid_twice", "already paid"),
        },
        refund(nth(1), Of::Payback, "10000.00"),
        refund(nth(2), Of::Unapplied { serial: id("CH-2") }, "10000.00"),
        refund(nth(3), Of::Difference { due_to: id("TA-1") }, "4000.00"),
        E::Requested(Box::new(before)),
        refund_before,
        E::Refunded { no: nth(1), serial: id("R-1") },
    ]
}

fn payouts() -> Vec<payout::Event> {
    use payout::Event as E;
    let terms = payout_terms();
    let transfer = payout::Transfer {
        no: terms.no.clone(),
        serial: id("OUT-1"),
        amount: money("10000.00"),
        at: instant("2026-02-25T09:30:00+08:00"),
    };
    let next = terms.no.nth_attempt(2).expect("room for an attempt");
    let redirected = |asked_at| E::Redirected {
        after: terms.no.clone(),
        no: next.clone(),
        account: id("ACC-8"),
        reason: cause("operator", "the investor's new account"),
        asked_at,
    };
    // As earlier programs stored them.
    let before = payout::Terms { asked_at: None, ..terms.clone() };
    vec![
        E::Requested(Box::new(payout::Terms {
            compensates: Some(CaseId::of(b"a record")),
            ..terms.clone()
        })),
        E::PaidOut(transfer),
        E::Refused { no: terms.no.clone(), cause: cause("14", "the account is closed") },
        redirected(Some(crate::worlds::request_time())),
        E::Requested(Box::new(before)),
        redirected(None),
        E::Requested(Box::new(payout::Terms { record: Some(id("TA-1")), ..terms })),
    ]
}

fn advances() -> Vec<advance::Event> {
    use advance::Event as E;
    let no = PaymentNo::out(&order("advance"));
    let repayment = no.nth_repayment(1).expect("room for a repayment");
    let transfer = |serial, at| advance::Transfer {
        serial: id(serial),
        amount: money("10000.00"),
        at: instant(at),
    };
    let terms = advance::Terms {
        no,
        by: Advancer::LicensedBank(id("BANK-1")),
        account: account(),
        amount: amount("10000.00"),
        order: order("redeem"),
        asked_at: Some(crate::worlds::request_time()),
    };
    let asked_at = Some(crate::worlds::request_time());
    // As earlier programs stored them.
    let before = advance::Terms { asked_at: None, ..terms.clone() };
    let repayment_before =
        E::RepaymentRequested { no: repayment.clone(), amount: amount("10000.00"), asked_at: None };
    vec![
        E::Requested(Box::new(terms)),
        E::Requested(Box::new(before)),
        repayment_before,
        E::Advanced(transfer("ADV-1", "2026-02-13T10:00:05+08:00")),
        E::Declined { cause: cause("61", "above the bank's own limit"), by_us: false, at: None },
        E::Declined { cause: cause("operator", "closed by a person"), by_us: true, at: None },
        E::Declined {
            cause: cause("above_day_limit", "the next day has no room"),
            by_us: true,
            at: Some(instant("2026-02-14T00:00:10+08:00")),
        },
        E::Contested(advance::Contested {
            transfer: transfer("ADV-2", "2026-02-13T10:00:05+08:00"),
            heard_at: instant("2026-02-13T10:30:00+08:00"),
        }),
        E::RepaymentRequested { no: repayment, amount: amount("10000.00"), asked_at },
        E::Repaid(transfer("REP-1", "2026-02-24T09:30:00+08:00")),
        E::Recourse { amount: amount("1000.00") },
        E::ClaimChanged { retained: money("9000.00"), recourse: money("1000.00") },
        E::Overpaid { amount: money("4000.00") },
        E::Returned { amount: amount("4000.00"), case: CaseId::of(b"a record") },
    ]
}
