//! The clearing as a saga: its admission, whom it asks, and what it records of a statement.

use super::{
    Answer, CLEARING, Call, Do, Ending, Fact, Milestone, Notes, Promise, Request, When, id,
    rest::{record, tell},
};
use crate::{
    house::House,
    parts::names::{self, Minted, Reserved},
    ports::statements::{Stated, StatementAnswer, StatementCall},
};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::CalendarError,
    case::Cases,
    ids::TransactionId,
    orders::Cause,
    settlement::{self, Command, Party, Settlements},
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::{Actor, StreamName},
    loaded::DecideError,
    streams::{Key, Need, Opener, Streams},
};
use fundflow_runtime::{
    port::{Callee, Payload, PortName},
    process::Open,
    process_names,
    saga::{
        self, Calling, Clash, Heard, NameForm, Names, NoCommand, OpenEnd, Preparing, Saga as _,
    },
    step::Table,
    turn::{self, NotDone},
};
use std::sync::Arc;

type View<'a> = saga::View<'a, Clearing>;
pub(super) type Turn<'a> = turn::Turn<'a, Clearing>;

/// The saga of clearings, with what it is run on.
#[derive(Debug, Clone)]
pub struct Clearing {
    /// Trading calendar and fund catalogue.
    pub house: House,
    /// The port of whoever has the statements.
    pub statements: PortName,
}

/// What a clearing works on.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is due, and what of it moved.
    pub settlement: Key<Settlements>,
    /// The first case on what remains of it.
    pub case: Key<Cases>,
}

/// Why a request is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What is due of a T is fixed once.
    #[error("that clearing was asked for with another {}", fields.join(", "))]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// A key belongs to another saga.
    #[error(transparent)]
    Clash(Clash),
    /// The name stands for something else. Use the clearing's own.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// A clearing has one name, so that nobody settles a T twice.
    #[error("the transaction ID of this clearing is {expected}")]
    NamedOtherwise {
        /// Counterparty and T.
        expected: TransactionId,
    },
    /// Only a trading day is settled.
    #[error("nothing is settled of {day}: {why}")]
    NoTradingDay {
        /// The day that was named.
        day: NaiveDate,
        /// What the calendar says to it.
        why: CalendarError,
    },
    /// Nobody knows what is due of a day that is not over.
    #[error("{t} is not over; what is due of it is known from the next day on")]
    NotOver {
        /// The day that was named.
        t: NaiveDate,
    },
    /// Money does not move before the day that it is of.
    #[error("{due_on} is not after {t}: money of a T moves on a later day")]
    DueTooEarly {
        /// The day of pay that was named.
        due_on: NaiveDate,
        /// The T that is settled.
        t: NaiveDate,
    },
    /// Nobody owes anything, or a sum is out of range.
    #[error("nothing is due between us and {0}, or a sum is out of range")]
    NothingDue(Party),
}

impl From<Clash> for Refusal {
    fn from(clash: Clash) -> Self {
        match clash {
            Clash::Differs(fields) => Refusal::DiffersFromFirst { fields },
            taken @ Clash::Taken { .. } => Refusal::Clash(taken),
        }
    }
}

/// What is said unasked of a settlement, for `Engine::deliver`. `clearing` is its transaction.
pub fn notice(clearing: &TransactionId, answer: StatementAnswer) -> (StreamName, Payload) {
    (StreamName::of(Clearing::KIND, clearing), Arc::new(answer))
}

impl Clearing {
    fn admitted(&self, of: &Preparing<'_, Self>) -> Result<Promise, Refusal> {
        let Request { party, t, due_on, .. } = *of.request;
        if let Some(expected) = id(of.request.id())
            && expected != *of.id
        {
            return Err(Refusal::NamedOtherwise { expected });
        }
        let day = t.date();
        self.house.calendar.day(day).map_err(|why| Refusal::NoTradingDay { day, why })?;
        if of.now.date() <= day {
            return Err(Refusal::NotOver { t: day });
        }
        if due_on <= day {
            return Err(Refusal::DueTooEarly { due_on, t: day });
        }
        if of.request.is_nothing() || of.request.net().is_none() {
            return Err(Refusal::NothingDue(party));
        }
        Ok(Promise { due_by: When::Due.instant(of.request) })
    }
}

/// Books what statements say, and says what remains.
fn hear(turn: &mut Turn<'_>, call: &StatementCall, stated: &Stated) -> Result<Heard, NotDone> {
    let view = turn.view()?;
    let (key, request) = (view.plan.settlement.clone(), view.open.request.clone());
    let due_by = view.open.promise.due_by;
    if call.settlement != request.id() {
        return Ok(Heard::Recorded(0));
    }
    let instructed = turn.state(&key).is_some_and(|state| state.settlement().is_some());
    if !instructed {
        return Ok(Heard::Pending(Cause::new("not_instructed", "what is due is not stored yet")));
    }
    let (parts, cause) = match stated {
        Stated::Parts(parts) => (Some(parts), None),
        Stated::NotYet(cause) => (None, Some(cause)),
        Stated::Unknown(cause) => return Ok(Heard::Unknown(cause.clone())),
    };
    turn.speaks(Actor::Counterparty(request.party.to_string().into()), "statement", turn.now());
    let (mut events, mut why, mark) = (0, None, turn.mark());
    for part in parts.into_iter().flatten() {
        match turn.decide(&key, &Command::Record(part.clone())) {
            Ok(happened) => events += happened,
            Err(DecideError::Refused(refusal)) => why = Some(refusal.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    // A part of them would end it, or call somebody, where all of them do not.
    turn.stored_as_one(mark);
    let late = turn.now() >= due_by;
    let why = why.or_else(|| match (parts, late) {
        (Some(_), _) => Some("the statement names these transfers and no others".to_owned()),
        (None, true) => Some("no statement came on the day of pay".to_owned()),
        (None, false) => None,
    });
    events += tell(turn, &key, why.as_deref())?;
    let waits = || Cause::new("rest_remains", "not all of the money that is due has moved");
    Ok(match (events, is_settled(turn.state(&key))) {
        (0, false) => Heard::Pending(cause.cloned().unwrap_or_else(waits)),
        (events, _) => Heard::Recorded(events),
    })
}

fn is_settled(state: Option<&settlement::State>) -> bool {
    let known = state.and_then(settlement::State::settlement);
    known.and_then(settlement::Settlement::remains).is_some_and(|rest| rest.is_zero())
}

impl saga::Saga for Clearing {
    const KIND: &'static str = "clearing";
    const RESERVES: &'static [NameForm] = names::RESERVED;
    const NAMES: Names = process_names!("clearing": ["opened", "halted"], ["completed", "stopped"]);
    const TABLES: &'static [&'static Table<Self>] = &[&CLEARING];

    type Request = Request;
    type Asked = ();
    type Promise = Promise;
    type Milestone = Milestone;
    type Notes = Notes;
    type Refusal = Refusal;
    type Plan = Plan;
    type Fact = Fact;
    type Do = Do;
    type Call = Call;
    type When = When;
    type Ending = Ending;
    type Command = NoCommand;
    type Answer = Answer;

    fn differences(first: &Request, again: &Request) -> Vec<&'static str> {
        let Request { party, t, due_on, receivable, payable, fees } = first;
        [
            ("party", *party != again.party),
            ("t", *t != again.t),
            ("due_on", *due_on != again.due_on),
            ("receivable", *receivable != again.receivable),
            ("payable", *payable != again.payable),
            ("fees", *fees != again.fees),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }

    names::refuses_reserved!(_request => Some(Minted::Clearing));

    crate::parts::by_calendar::by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<Settlements>(), Opener::of::<Cases>()]
    }

    fn reads(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        vec![Key::<Settlements>::of(&of.request.id()).need()]
    }

    fn prepare(
        &self,
        _: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static Table<Self>), Refusal> {
        Ok((self.admitted(of)?, &CLEARING))
    }

    fn callees(&self, _: &Open<Self>, _: &Plan) -> Vec<Callee> {
        self.foreseen()
    }

    fn foreseen(&self) -> Vec<Callee> {
        vec![Callee::of::<StatementCall>(self.statements.clone(), "whoever has the statements")]
    }

    fn plan(&self, _: &TransactionId, open: &Open<Self>) -> Plan {
        let of = open.request.id();
        Plan { settlement: Key::of(&of), case: record(of, 0).key() }
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        vec![plan.settlement.need(), plan.case.need()]
    }

    fn milestone_type(milestone: &Milestone) -> &'static str {
        match milestone {
            Milestone::Opened {} => "clearing.opened",
            Milestone::Halted {} => "clearing.halted",
        }
    }

    fn remember(notes: &mut Notes, milestone: &Milestone) -> Option<()> {
        match milestone {
            Milestone::Opened {} => notes.opened = true,
            Milestone::Halted {} => notes.halted = true,
        }
        Some(())
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "clearing.completed",
            Ending::Stopped => "clearing.stopped",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        let endings = [Ending::Completed, Ending::Stopped];
        endings.into_iter().find(|ending| Self::ending_type(*ending) == event_type)
    }

    fn holds(view: &View<'_>, fact: Fact) -> bool {
        let notes = &view.open.notes;
        let state = || view.state(&view.plan.settlement);
        match fact {
            Fact::Opened => notes.opened,
            Fact::Instructed => state().is_some_and(|it| it.settlement().is_some()),
            Fact::Settled => is_settled(state()),
            Fact::Halted => notes.halted,
            Fact::Ended => view.ending.is_some(),
        }
    }

    fn act(&self, turn: &mut Turn<'_>, what: Do) -> Result<usize, NotDone> {
        match what {
            Do::Open => turn.reach(Milestone::Opened {}),
            Do::Instruct => {
                let view = turn.view()?;
                let (key, terms) = (view.plan.settlement.clone(), (*view.open.request).clone());
                Ok(turn.decide(&key, &Command::Instruct(terms))?)
            }
            Do::Halt => turn.reach(Milestone::Halted {}),
            Do::End(ending) => turn.end(ending, Self::failure(&turn.view()?)),
        }
    }

    fn call(&self, view: &View<'_>, _: Call, _: Timestamp) -> Option<Calling<Self>> {
        let call = StatementCall { settlement: view.open.request.id() };
        Some(Calling::of(&self.statements, call, Answer))
    }

    fn hear(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        let StatementAnswer { call, stated } = &answer.0;
        hear(turn, call, stated)
    }

    fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        let is_ours = *stream == StreamName::of(Self::KIND, view.id);
        is_ours.then(|| news.downcast_ref::<StatementAnswer>().cloned().map(Answer)).flatten()
    }

    fn command(&self, _: &mut Turn<'_>, command: &NoCommand) -> Result<usize, Refusal> {
        match *command {}
    }

    fn when(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        Some(when.instant(&view.open.request))
    }

    fn open_ends(_: &View<'_>) -> Vec<OpenEnd> {
        Vec::new()
    }

    fn failure(view: &View<'_>) -> Option<Cause> {
        view.left_because().filter(|_| view.open.notes.halted)
    }

    fn business_date(view: &View<'_>) -> Option<NaiveDate> {
        Some(view.open.request.t.date())
    }

    fn requester(request: &Request) -> Arc<str> {
        request.party.to_string().into()
    }

    fn summary(request: &Request) -> String {
        let net = request.net().unwrap_or_default();
        let (party, t, due_on) = (request.party, request.t, request.due_on);
        format!("settlement of {t} with {party}: {net} yuan on {due_on}")
    }
}
