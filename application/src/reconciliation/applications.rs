//! What became of an application, as rows beside file 04.
//!
//! | stands | row |
//! |---|---|
//! | a confirmation that holds | an event |
//! | received, rejected by the registrar, cancelled after it was sent | an event |
//! | sent, and not answered | asked, until its confirmation is due |
//! | anything else that went out | known: joins a record, and is missed by nobody |
//!
//! A word belongs to the day on which its registrar's files come that are of its date: those of T have what is dated until
//! then, and a later word is of a later day.

use super::sums::Sums;
use crate::read_models::StreamFold;
use chrono::NaiveDate;
use fundflow_domain::{
    application::{
        Application, Applications, Confirmation, Event, Last, Quantity, Rejection, Stage,
    },
    ids::TransactionId,
    orders::Serial,
};
use fundflow_kernel::{codec::decode, envelope::Recorded};
use fundflow_reconciliation::{
    row::{Row, Stand},
    source::Source,
    words,
};
use std::collections::HashMap;

/// What is known of an application besides its events.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The day that is reconciled; `None` for an application that only a record names: its rows are only known.
    pub day: Option<NaiveDate>,
    /// Who sells it, as files name it.
    pub distributor: &'a str,
    /// To whom its registrar sends its record, as records have it.
    pub recipient: &'a str,
    /// The date of the day's files: what is dated later is in none of them.
    pub until: NaiveDate,
}

/// The rows of an application, and its part of the sums that file 25 has; none of one that never went out.
pub fn of_application(
    fold: &StreamFold<Applications>,
    events: &[Recorded],
    about: About<'_>,
    sums: &mut Sums,
) -> Vec<Row> {
    let Some(application) = fold.loaded.state.application() else { return Vec::new() };
    let transaction = fold.loaded.owner.as_ref().map(|(_, transaction)| transaction.clone());
    let heard = Heard::of(events);
    let base = Base { application, transaction, heard: &heard, about };
    let mut rows: Vec<Row> =
        application.confirmations().map(|said| base.confirmation(said)).collect();
    for said in application.confirmations().filter(|said| base.is_due(said.confirmed_on)) {
        sums.add(application, said, about);
    }
    rows.extend(base.rest());
    rows
}

/// On which day each word was heard, and in which event.
struct Heard {
    by_serial: HashMap<Serial, (NaiveDate, String)>,
    last: (NaiveDate, String),
}

impl Heard {
    fn of(events: &[Recorded]) -> Self {
        let mut by_serial = HashMap::new();
        let mut last = (NaiveDate::default(), String::new());
        for event in events {
            let new = &event.event;
            last = (
                new.recorded_at.date(),
                format!("{} at position {}", new.event_type, event.position),
            );
            let Ok(said) = decode::<Applications>(&new.event_type, new.schema, &new.data) else {
                continue;
            };
            let serial = match said {
                Event::PortionConfirmed(said)
                | Event::Confirmed(said)
                | Event::PartlyConfirmed(said)
                | Event::Upheld(said) => said.serial,
                Event::Corrected { confirmation, .. } => confirmation.serial,
                Event::Received(said) => said.serial,
                Event::Placed(_)
                | Event::Moved { .. }
                | Event::AskChanged { .. }
                | Event::Accepted { .. }
                | Event::Sealed { .. }
                | Event::Sent { .. }
                | Event::Contested(_)
                | Event::Withdrawn { .. }
                | Event::RestRejected(_)
                | Event::Rejected(_)
                | Event::RejectionContested(_)
                | Event::RejectionDropped { .. }
                | Event::Cancelled { .. } => continue,
            };
            by_serial.insert(serial, last.clone());
        }
        Self { by_serial, last }
    }
}

struct Base<'a> {
    application: &'a Application,
    transaction: Option<TransactionId>,
    heard: &'a Heard,
    about: About<'a>,
}

impl Base<'_> {
    fn due(&self) -> NaiveDate {
        self.application.terms.promised.confirm_by.date()
    }

    /// Whether the day that is reconciled is its T.
    fn is_of_t(&self) -> bool {
        self.about.day == Some(self.application.terms.trade_date.date())
    }

    /// Whether a word of that date must be in the day's files.
    fn is_due(&self, dated: NaiveDate) -> bool {
        let About { day, until, .. } = self.about;
        day.is_some() && (dated == until || self.is_of_t() && dated < until)
    }

    fn row(&self, stand: Stand, said: &(NaiveDate, String)) -> Row {
        let (terms, due) = (&self.application.terms, Some(self.due()));
        let is_of_day = match stand {
            Stand::Event { dated, .. } => self.is_due(dated),
            Stand::Asked { .. } => self.is_of_t(),
            Stand::Known { .. } | Stand::Record | Stand::Unreadable => true,
        };
        let stand = if is_of_day { stand } else { Stand::Known { due } };
        let row =
            Row::of(Source::Confirmations, stand, format!("application-{}", terms.no), &said.1);
        let row = row.word("application", &terms.no).word("fund", terms.fund);
        let row = row.word("business", words::answering(terms.ask.code()));
        Row {
            recipient: self.about.recipient.to_owned(),
            order: Some(terms.order.clone()),
            transaction: self.transaction.clone(),
            fund: Some(terms.fund),
            ..row.day("trade_date", Some(terms.trade_date.date()))
        }
    }

    fn confirmation(&self, said: &Confirmation) -> Row {
        let heard = self.heard.by_serial.get(&said.serial).unwrap_or(&self.heard.last);
        let dated = said.confirmed_on;
        let due = if self.is_of_later(said) { self.due().max(dated) } else { self.due() };
        let stand = Stand::Event { due: Some(due), heard: heard.0, dated };
        evident(self.row(stand, heard).confirmed(said))
    }

    /// Whether its day is a later one than that by which the application had to be answered: the shares of a
    /// subscription, whose reception came by then, and what is confirmed after a first portion.
    fn is_of_later(&self, said: &Confirmation) -> bool {
        let first = self.application.confirmations().next();
        self.application.received.is_some() || first.is_some_and(|it| it.serial != said.serial)
    }

    /// What stands beside the confirmations.
    fn rest(&self) -> Vec<Row> {
        let Application { stage, sent, .. } = self.application;
        let last = &self.heard.last;
        let due = self.due();
        let due = if self.application.received.is_some() { due.max(last.0) } else { due };
        let event = Stand::Event { due: Some(due), heard: last.0, dated: last.0 };
        let known = Stand::Known { due: Some(self.due()) };
        let row = match stage {
            Stage::Sent => self.row(Stand::Asked { due: self.due() }, last),
            Stage::Received
            | Stage::Confirmed(_)
            | Stage::PartlyConfirmed(Last::Confirmation(_)) => {
                return self.received().into_iter().collect();
            }
            Stage::Rejected(said) if is_the_registrars(said) && sent.is_some() => {
                self.row(event, last).word("status", words::REJECTED)
            }
            Stage::Rejected(_) => self.row(known, last).word("status", words::REJECTED),
            Stage::PartlyConfirmed(Last::Rejection(_)) => {
                self.row(known, last).word("status", words::REJECTED)
            }
            Stage::Cancelled(_) => self.row(known, last).word("status", words::CANCELLED),
            Stage::Placed | Stage::Accepted | Stage::Sealed | Stage::Confirming => {
                self.row(known, last)
            }
        };
        self.received().into_iter().chain([evident(self.asked(row))]).collect()
    }

    /// With what was asked for: of an application without a record that is what nobody has answered.
    fn asked(&self, row: Row) -> Row {
        match self.application.terms.ask.quantity() {
            Quantity::Money(amount) => row.number("asked_amount", amount.decimal()),
            Quantity::Shares(shares) => row.number("asked_shares", shares.decimal()),
        }
    }

    /// That the money of a subscription counts is a word of its own, whatever came of it later.
    fn received(&self) -> Option<Row> {
        let received = self.application.received.as_ref()?;
        let heard = self.heard.by_serial.get(&received.serial).unwrap_or(&self.heard.last);
        // The day of the shares is a later one.
        let stand = Stand::Event { due: None, heard: heard.0, dated: received.on };
        let row = self.row(stand, heard).word("status", words::RECEIVED);
        let row = row.word("serial", &received.serial).day("confirmed_on", Some(received.on));
        let amount = received.amount.map(fundflow_domain::money::Money::decimal);
        let row = match amount {
            Some(amount) => row.number("amount", amount),
            None => row,
        };
        Some(evident(row))
    }
}

/// We close by ourselves what a registrar never heard of.
fn is_the_registrars(said: &Rejection) -> bool {
    !said.by_us
}

/// With all that it says as evidence.
fn evident(row: Row) -> Row {
    let said: Vec<String> =
        row.values.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    Row { evidence: format!("{}, {}: {}", row.place, row.record, said.join("; ")), ..row }
}
