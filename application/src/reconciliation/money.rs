//! Money that came in and went out, as rows beside a channel's or a bank's statement.
//!
//! 1. A receipt is a row whether it was applied or not: the money is there.
//! 2. A charge or a transfer that the other side never answered is asked: the statement of its day must say it.
//! 3. What a bank advances is of its own statement, and joins one that says it; nobody misses it.

use crate::read_models::StreamFold;
use chrono::NaiveDate;
use fundflow_domain::{
    advance::{self, Advances},
    decider::Decider,
    ids::{OrderId, PaymentNo, TransactionId},
    orders::Serial,
    payment::{self, Payments},
    payout::{self, Payouts},
    time::Timestamp,
};
use fundflow_kernel::{
    codec::decode,
    envelope::{Recorded, StreamName},
    store::{EventStore, ReadError},
};
use fundflow_reconciliation::{
    row::{Row, Stand},
    source::Source,
    words,
};
use rust_decimal::Decimal;

/// The rows of a stream of money of that day; `day` is `None` for one that a record names: then all are only known.
///
/// # Errors
/// As the store's.
pub async fn of_money<S: EventStore>(
    store: &S,
    stream: &StreamName,
    day: Option<NaiveDate>,
) -> Result<Vec<Row>, ReadError> {
    match stream.category() {
        Payments::CATEGORY => {
            let (fold, events) = StreamFold::<Payments>::load(store, stream).await?;
            Ok(of_payment(&fold, &events, day))
        }
        Payouts::CATEGORY => {
            let (fold, events) = StreamFold::<Payouts>::load(store, stream).await?;
            Ok(of_payout(&fold, &events, day))
        }
        Advances::CATEGORY => {
            let (fold, events) = StreamFold::<Advances>::load(store, stream).await?;
            Ok(of_advance(&fold, &events, day))
        }
        _ => Ok(Vec::new()),
    }
}

/// What all rows of a stream have in common.
struct Base<'a> {
    stream: &'a StreamName,
    transaction: Option<TransactionId>,
    order: OrderId,
    day: Option<NaiveDate>,
}

struct Movement<'a> {
    no: &'a PaymentNo,
    serial: &'a Serial,
    direction: &'static str,
    amount: Decimal,
    at: Timestamp,
}

impl Base<'_> {
    /// `None` for what is of another day.
    fn moved(&self, it: &Movement<'_>) -> Option<Row> {
        let date = it.at.date();
        let stand = match self.day {
            None => Stand::Known { due: None },
            Some(day) if day == date => Stand::Event { due: None, heard: date, dated: date },
            Some(_) => return None,
        };
        let row = self.row(stand, it.no, it.direction, it.amount).word("serial", it.serial);
        let row = row.word("status", words::DONE).day("date", Some(date));
        Some(evident(row))
    }

    /// Asked of the other side on that day, and not answered.
    fn asked(
        &self,
        no: &PaymentNo,
        direction: &'static str,
        amount: Decimal,
        at: NaiveDate,
    ) -> Option<Row> {
        let stand = match self.day {
            None => Stand::Known { due: None },
            Some(day) if day == at => Stand::Asked { due: at },
            Some(_) => return None,
        };
        Some(evident(self.row(stand, no, direction, amount)))
    }

    fn row(&self, stand: Stand, no: &PaymentNo, direction: &'static str, amount: Decimal) -> Row {
        let row = Row::of(Source::Statement, stand, self.stream.as_str(), no);
        let row = row.word("number", no).word("direction", direction).number("amount", amount);
        Row { order: Some(self.order.clone()), transaction: self.transaction.clone(), ..row }
    }
}

fn evident(row: Row) -> Row {
    let said: Vec<String> =
        row.values.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    Row { evidence: format!("{}: {}", row.place, said.join("; ")), ..row }
}

/// Receipts and refunds of a payment.
pub fn of_payment(
    fold: &StreamFold<Payments>,
    events: &[Recorded],
    day: Option<NaiveDate>,
) -> Vec<Row> {
    let (Some(known), Some(first)) = (fold.loaded.state.payment(), events.first()) else {
        return Vec::new();
    };
    let transaction = fold.loaded.owner.as_ref().map(|(_, transaction)| transaction.clone());
    let base = Base { stream: &first.stream, transaction, order: known.terms.order.clone(), day };
    let (no, amount) = (&known.terms.no, known.terms.amount.decimal());
    let receipt = |it: &payment::Receipt| {
        let (serial, amount) = (&it.serial, it.amount.decimal());
        base.moved(&Movement { no, serial, direction: words::IN, amount, at: it.paid_at })
    };
    let receipts = known.applied().into_iter().chain(&known.unapplied);
    let mut rows: Vec<Row> = receipts.filter_map(receipt).collect();
    if matches!(known.stage, payment::Stage::Requested) {
        rows.extend(base.asked(no, words::IN, amount, first.event.recorded_at.date()));
    }
    for refund in &known.refunds {
        let returned = refunded_at(events, &refund.no).zip(refund.arrived.as_ref());
        let amount = refund.amount.decimal();
        rows.extend(returned.and_then(|(at, serial)| {
            base.moved(&Movement { no: &refund.no, serial, direction: words::OUT, amount, at })
        }));
        if refund.arrived.is_none() {
            let asked = refund.asked_at.unwrap_or(first.event.recorded_at).date();
            rows.extend(base.asked(&refund.no, words::OUT, amount, asked));
        }
    }
    rows
}

/// The channel states no instant of a refund: it is when we heard that it arrived.
fn refunded_at(events: &[Recorded], wanted: &PaymentNo) -> Option<Timestamp> {
    events.iter().find_map(|event| {
        let new = &event.event;
        match decode::<Payments>(&new.event_type, new.schema, &new.data).ok()? {
            payment::Event::Refunded { no, .. } if no == *wanted => Some(new.occurred_at),
            payment::Event::Refunded { .. }
            | payment::Event::Requested(_)
            | payment::Event::Paid(_)
            | payment::Event::Declined { .. }
            | payment::Event::Closed { .. }
            | payment::Event::ReceiptUnapplied { .. }
            | payment::Event::RefundRequested { .. } => None,
        }
    })
}

/// Attempts of a payout.
pub fn of_payout(
    fold: &StreamFold<Payouts>,
    events: &[Recorded],
    day: Option<NaiveDate>,
) -> Vec<Row> {
    let (payout::State::Known(known), Some(first)) = (&fold.loaded.state, events.first()) else {
        return Vec::new();
    };
    let transaction = fold.loaded.owner.as_ref().map(|(_, transaction)| transaction.clone());
    let base = Base { stream: &first.stream, transaction, order: known.terms.order.clone(), day };
    let attempt = &known.attempt;
    let row = match &attempt.stage {
        payout::Stage::PaidOut(it) => {
            let (no, serial, amount) = (&it.no, &it.serial, it.amount.decimal());
            base.moved(&Movement { no, serial, direction: words::OUT, amount, at: it.at })
        }
        payout::Stage::Requested => {
            let asked = attempt.asked_at.or(known.terms.asked_at);
            let asked = asked.unwrap_or(first.event.recorded_at).date();
            base.asked(&attempt.no, words::OUT, known.terms.amount.decimal(), asked)
        }
        payout::Stage::Refused(_) => None,
    };
    row.into_iter().collect()
}

/// What a bank advanced, and what it was paid back.
pub fn of_advance(
    fold: &StreamFold<Advances>,
    events: &[Recorded],
    day: Option<NaiveDate>,
) -> Vec<Row> {
    let (advance::State::Known(known), Some(first)) = (&fold.loaded.state, events.first()) else {
        return Vec::new();
    };
    let transaction = fold.loaded.owner.as_ref().map(|(_, transaction)| transaction.clone());
    let of_day = |it: &&advance::Transfer| day.is_none_or(|day| it.at.date() == day);
    let order = known.terms.order.clone();
    let base = Base { stream: &first.stream, transaction, order, day: None };
    let paid = known.paid.as_ref().filter(of_day).map(|it| (known.terms.no.clone(), it));
    let repaid = (1..).zip(&known.repaid);
    let repaid = repaid
        .filter(|(_, it)| of_day(it))
        .filter_map(|(nth, it)| Some((known.terms.no.nth_repayment(nth)?, it)));
    let all = paid.into_iter().chain(repaid);
    let rows = all.filter_map(|(no, it)| {
        let (serial, amount, at) = (&it.serial, it.amount.decimal(), it.at);
        base.moved(&Movement { no: &no, serial, direction: words::OUT, amount, at })
    });
    rows.collect()
}
