//! The change of the calendar as a saga: its admission, and what its one row does.

use super::{
    CALENDAR_CHANGE, Do, Ending, Fact, Milestone, Notes, Promise, Request, transaction_id,
};
use crate::{
    house::House,
    parts::{
        by_calendar::{by_calendar, calendar},
        names::{self, Reserved},
    },
};
use fundflow_domain::{
    calendar::{
        changes::{self, Calendars, Command},
        version::{Change, Version},
    },
    ids::TransactionId,
    orders::Cause,
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::Actor,
    streams::{Key, Need, Opener, Streams},
};
use fundflow_runtime::{
    port::Callee,
    process::Open,
    process_names,
    saga::{self, Calling, Clash, Heard, NameForm, Names, NoCommand, OpenEnd, Preparing},
    step::Table,
    turn::{self, NotDone},
};
use std::{convert::Infallible, sync::Arc};

type View<'a> = saga::View<'a, CalendarChange>;
type Turn<'a> = turn::Turn<'a, CalendarChange>;

/// Adds versions to the trading calendar.
#[derive(Debug, Clone)]
pub struct CalendarChange {
    /// Trading calendar, fund catalogue and names of ports.
    pub house: House,
}

/// The one stream that it adds to.
#[derive(Debug, Clone)]
pub struct Plan {
    calendar: Key<Calendars>,
}

/// Why a request is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A version has one content.
    #[error(
        "that version of the calendar is there with other content; it differs in {}; give this one another tag",
        fields.join(", ")
    )]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// A key belongs to another saga.
    #[error(transparent)]
    Clash(Clash),
    /// A version has one name, so that nobody adds it twice.
    #[error("the transaction ID of this version is calendar.{tag}, of a tag of 1 to 55 bytes", tag = .0)]
    NamedOtherwise(String),
    /// The calendar cannot take it.
    #[error(transparent)]
    NotAdded(#[from] changes::Refusal),
    /// The engine gives such names itself. Use another tag.
    #[error(transparent)]
    Reserved(#[from] Reserved),
}

impl From<Clash> for Refusal {
    fn from(clash: Clash) -> Self {
        match clash {
            Clash::Differs(fields) => Refusal::DiffersFromFirst { fields },
            taken @ Clash::Taken { .. } => Refusal::Clash(taken),
        }
    }
}

impl CalendarChange {
    fn add(&self, request: &Request, at: Timestamp) -> Command {
        let Request { version, reason, by } = request.clone();
        Command::Add { version, calendar: self.house.calendar.clone(), at, reason, by }
    }
}

/// What it changes, in a few words.
fn what(version: &Version) -> String {
    let dates = |days: &[chrono::NaiveDate]| {
        let days: Vec<String> = days.iter().map(ToString::to_string).collect();
        days.join(" ")
    };
    match &version.change {
        Change::Year { year, closed } => {
            format!("year {year}, {} weekdays closed", closed.len())
        }
        Change::Days { closed, opened } if opened.is_empty() => format!("closed {}", dates(closed)),
        Change::Days { closed, opened } if closed.is_empty() => format!("open {}", dates(opened)),
        Change::Days { closed, opened } => {
            format!("closed {}, open {}", dates(closed), dates(opened))
        }
    }
}

impl saga::Saga for CalendarChange {
    const KIND: &'static str = "calendar_change";
    const RESERVES: &'static [NameForm] = names::RESERVED;
    const NAMES: Names =
        process_names!("calendar_change": ["opened", "added", "halted"], ["completed", "stopped"]);
    const TABLES: &'static [&'static Table<Self>] = &[&CALENDAR_CHANGE];

    type Request = Request;
    type Asked = ();
    type Promise = Promise;
    type Milestone = Milestone;
    type Notes = Notes;
    type Refusal = Refusal;
    type Plan = Plan;
    type Fact = Fact;
    type Do = Do;
    type Call = Infallible;
    type When = Infallible;
    type Ending = Ending;
    type Command = NoCommand;
    type Answer = Infallible;

    /// Who types it again, and why, makes no other version of it.
    fn differences(first: &Request, again: &Request) -> Vec<&'static str> {
        let Version { version, source, notice_date, change } = &first.version;
        [
            ("version", *version != again.version.version),
            ("source", *source != again.version.source),
            ("notice_date", *notice_date != again.version.notice_date),
            ("change", *change != again.version.change),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }

    names::refuses_reserved!();

    by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<Calendars>()]
    }

    fn reads(&self, _: &Preparing<'_, Self>) -> Vec<Need> {
        vec![calendar().need()]
    }

    fn prepare(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static Table<Self>), Refusal> {
        let tag = &of.request.version.version;
        if transaction_id(tag).ok().as_ref() != Some(of.id) {
            return Err(Refusal::NamedOtherwise(tag.to_string()));
        }
        streams.would(&calendar(), &self.add(of.request, of.now))?;
        Ok((Promise { after: self.house.calendar.version().clone() }, &CALENDAR_CHANGE))
    }

    fn callees(&self, _: &Open<Self>, _: &Plan) -> Vec<Callee> {
        Vec::new()
    }

    fn plan(&self, _: &TransactionId, _: &Open<Self>) -> Plan {
        Plan { calendar: calendar() }
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        vec![plan.calendar.need()]
    }

    fn milestone_type(milestone: &Milestone) -> &'static str {
        match milestone {
            Milestone::Opened {} => "calendar_change.opened",
            Milestone::Added {} => "calendar_change.added",
            Milestone::Halted {} => "calendar_change.halted",
        }
    }

    fn remember(notes: &mut Notes, milestone: &Milestone) -> Option<()> {
        match milestone {
            Milestone::Opened {} => notes.opened = true,
            Milestone::Added {} => notes.added = true,
            Milestone::Halted {} => notes.halted = true,
        }
        Some(())
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "calendar_change.completed",
            Ending::Stopped => "calendar_change.stopped",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        let endings = [Ending::Completed, Ending::Stopped];
        endings.into_iter().find(|ending| Self::ending_type(*ending) == event_type)
    }

    fn holds(view: &View<'_>, fact: Fact) -> bool {
        let notes = &view.open.notes;
        match fact {
            Fact::Opened => notes.opened,
            Fact::Added => notes.added,
            Fact::Halted => notes.halted,
            Fact::Ended => view.ending.is_some(),
        }
    }

    fn act(&self, turn: &mut Turn<'_>, what: Do) -> Result<usize, NotDone> {
        match what {
            Do::Open => turn.reach(Milestone::Opened {}),
            Do::Add => {
                let (calendar, request) =
                    (turn.plan().calendar.clone(), turn.view()?.open.request.clone());
                let now = turn.now();
                turn.speaks(Actor::Operator(request.by.as_str().into()), "calendar", now);
                let added = turn.decide(&calendar, &self.add(&request, now))?;
                // Last: whoever dies in the middle adds the same again, which changes nothing.
                Ok(added + turn.reach(Milestone::Added {})?)
            }
            Do::Halt => turn.reach(Milestone::Halted {}),
            Do::End(ending) => turn.end(ending, Self::failure(&turn.view()?)),
        }
    }

    fn call(&self, _: &View<'_>, what: Infallible, _: Timestamp) -> Option<Calling<Self>> {
        match what {}
    }

    fn hear(&self, _: &mut Turn<'_>, answer: &Infallible) -> Result<Heard, NotDone> {
        match *answer {}
    }

    fn command(&self, _: &mut Turn<'_>, command: &NoCommand) -> Result<usize, Refusal> {
        match *command {}
    }

    fn when(&self, _: &View<'_>, when: Infallible) -> Option<Timestamp> {
        match when {}
    }

    fn open_ends(_: &View<'_>) -> Vec<OpenEnd> {
        Vec::new()
    }

    fn failure(view: &View<'_>) -> Option<Cause> {
        view.left_because().filter(|_| view.open.notes.halted)
    }

    fn requester(request: &Request) -> Arc<str> {
        request.by.as_str().into()
    }

    fn actor(request: &Request) -> Actor {
        Actor::Operator(request.by.as_str().into())
    }

    fn summary(request: &Request) -> String {
        let Version { version, source, .. } = &request.version;
        format!("calendar {version}: {}, by {source}", what(&request.version))
    }
}
