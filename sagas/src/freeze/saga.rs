//! The freeze as a saga: its admission, and what its one row does.

use super::{
    Do, Ending, FREEZE, Fact, Holder, Milestone, Notes, Promise, Request, Word, statement_ids,
};
use crate::{
    house::House,
    parts::{
        names::{self, Brought, Minted, Reserved},
        share_book::{Freezing, NotFrozen, ShareBook},
    },
};
use chrono::NaiveDate;
use fundflow_domain::{
    freeze::Frozen,
    fund::FundKind,
    holdings::Holdings,
    ids::{FundCode, InvestorId, RegisterRecord, TransactionId},
    orders::Cause,
    time::Timestamp,
    wallet::Wallet,
};
use fundflow_kernel::{
    envelope::Actor,
    store::Version,
    streams::{Need, Opener, Streams},
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

type View<'a> = saga::View<'a, Freeze>;
type Turn<'a> = turn::Turn<'a, Freeze>;

/// Freezes and frees shares.
#[derive(Debug, Clone)]
pub struct Freeze {
    /// Trading calendar, fund catalogue and names of ports.
    pub house: House,
}

/// The book of the shares, and under which record they are frozen or lifted.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The wallet or the holdings in which the shares are.
    pub book: ShareBook,
    /// The record of the word, or of the order that is lifted.
    pub record: RegisterRecord,
}

/// Why a request is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One statement has one figure, one order one number of shares.
    #[error("the transaction ID already stands for another word; it differs in {}", fields.join(", "))]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// A key belongs to another saga.
    #[error(transparent)]
    Clash(Clash),
    /// A statement has one name, so that nobody books it twice.
    #[error("the transaction ID of this statement is {expected}")]
    NamedOtherwise {
        /// Day, fund and investor.
        expected: TransactionId,
    },
    /// Which book the shares of a fund are in only its terms say.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// No register speaks of a day before it has come.
    #[error("{on} has not come yet; today is {today}")]
    NotYet {
        /// The day that the register's statement is about.
        on: NaiveDate,
        /// The date of the engine's clock, in Shanghai.
        today: NaiveDate,
    },
    /// The order is on shares that never were.
    #[error(
        "investor {investor} has never had shares of fund {fund} here; check both, and enter an order on \
         shares that are still to come once they are there"
    )]
    NeverHeld {
        /// Owner of the shares by the statement.
        investor: InvestorId,
        /// The fund that they are said to be of.
        fund: FundCode,
    },
    /// The wallet or the holdings say no.
    #[error(transparent)]
    NotFrozen(#[from] NotFrozen),
    /// Nothing is stored for it.
    #[error("that is known already: nothing is to be frozen or lifted")]
    NothingNew,
    /// The engine gives such names itself. Use another ID.
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

impl Word {
    fn minted(&self) -> Option<Minted> {
        matches!(self, Word::Statement { .. }).then_some(Minted::Statement)
    }

    fn freezing(&self, id: &TransactionId) -> Freezing {
        match self {
            Word::Statement { on, frozen, .. } => Freezing::Register(*on, Frozen::InAll(*frozen)),
            Word::Order { shares, cause, .. } => Freezing::Order(*shares, *cause),
            Word::Lift { .. } => Freezing::Lift(id.into()),
        }
    }

    /// The transaction that names the record.
    fn named<'a>(&'a self, id: &'a TransactionId) -> &'a TransactionId {
        match self {
            Word::Statement { .. } | Word::Order { .. } => id,
            Word::Lift { order, .. } => order,
        }
    }
}

impl Freeze {
    fn holder(&self, request: &Request, now: Timestamp) -> Option<Holder> {
        let day = match &request.word {
            Word::Statement { on, .. } => *on,
            Word::Order { .. } | Word::Lift { .. } => now.date(),
        };
        let fund = (self.house.funds)(request.fund, day)?;
        Some(if fund.kind == FundKind::Money { Holder::Wallet } else { Holder::Holdings })
    }

    fn admitted(&self, streams: &Streams, of: &Preparing<'_, Self>) -> Result<Promise, Refusal> {
        let Request { investor, fund, word } = of.request;
        if let Word::Statement { on, .. } = word {
            let (on, today) = (*on, of.now.date());
            if let Some(names) = statement_ids(on, *fund, investor)
                && !names.contains(of.id)
            {
                let [expected, _] = names;
                return Err(Refusal::NamedOtherwise { expected });
            }
            if today < on {
                return Err(Refusal::NotYet { on, today });
            }
        }
        let holder = self.holder(of.request, of.now).ok_or(Refusal::UnknownFund(*fund))?;
        let plan = Plan::of(of.id, of.request, holder);
        // The register knows its holders; who enters an order may have misread a name.
        let never = streams.version(plan.book.need().stream()) == Version::NONE;
        if never && matches!(word, Word::Order { .. }) {
            return Err(Refusal::NeverHeld { investor: investor.clone(), fund: *fund });
        }
        if !plan.book.would_change(streams, &plan.record, &word.freezing(of.id))? {
            return Err(Refusal::NothingNew);
        }
        Ok(Promise { holder })
    }
}

impl Plan {
    fn of(id: &TransactionId, request: &Request, holder: Holder) -> Self {
        Self { book: holder.book(request), record: request.word.named(id).into() }
    }
}

impl Holder {
    fn book(self, request: &Request) -> ShareBook {
        match self {
            Holder::Wallet => ShareBook::wallet(&request.investor, request.fund),
            Holder::Holdings => ShareBook::holdings(&request.investor, request.fund),
        }
    }
}

/// Whose word it is, in the envelope of what it changes.
fn speaker(word: &Word) -> Actor {
    match word {
        Word::Statement { registrar, .. } => Actor::Counterparty(registrar.clone().into()),
        Word::Order { by, .. } | Word::Lift { by, .. } => Actor::Operator(by.as_str().into()),
    }
}

impl saga::Saga for Freeze {
    const KIND: &'static str = "freeze";
    const RESERVES: &'static [NameForm] = names::RESERVED;
    const NAMES: Names =
        process_names!("freeze": ["opened", "booked", "halted"], ["completed", "stopped"]);
    const TABLES: &'static [&'static Table<Self>] = &[&FREEZE];

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

    fn differences(first: &Request, again: &Request) -> Vec<&'static str> {
        let Request { investor, fund, word } = first;
        [
            ("investor", *investor != again.investor),
            ("fund", *fund != again.fund),
            ("word", *word != again.word),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }

    names::refuses_reserved!(request => request.word.minted());

    crate::parts::by_calendar::by_calendar!();

    /// What a register states is not ours to refuse.
    fn brings(request: &Request) -> Vec<Brought<'_>> {
        match &request.word {
            Word::Statement { .. } => Vec::new(),
            Word::Order { source, reason, by, .. } | Word::Lift { source, reason, by, .. } => vec![
                Brought::token("investor", request.investor.as_str()),
                Brought::words("source", source.as_str()),
                Brought::words("reason", reason.as_str()),
                Brought::words("operator", by.as_str()),
            ],
        }
    }

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<Wallet>(), Opener::of::<Holdings>()]
    }

    fn reads(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        let holder = self.holder(of.request, of.now);
        holder.map(|holder| holder.book(of.request).need()).into_iter().collect()
    }

    fn prepare(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static Table<Self>), Refusal> {
        Ok((self.admitted(streams, of)?, &FREEZE))
    }

    fn callees(&self, _: &Open<Self>, _: &Plan) -> Vec<Callee> {
        Vec::new()
    }

    fn plan(&self, id: &TransactionId, open: &Open<Self>) -> Plan {
        Plan::of(id, &open.request, open.promise.holder)
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        vec![plan.book.need()]
    }

    fn milestone_type(milestone: &Milestone) -> &'static str {
        match milestone {
            Milestone::Opened {} => "freeze.opened",
            Milestone::Booked {} => "freeze.booked",
            Milestone::Halted {} => "freeze.halted",
        }
    }

    fn remember(notes: &mut Notes, milestone: &Milestone) -> Option<()> {
        match milestone {
            Milestone::Opened {} => notes.opened = true,
            Milestone::Booked {} => notes.booked = true,
            Milestone::Halted {} => notes.halted = true,
        }
        Some(())
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "freeze.completed",
            Ending::Stopped => "freeze.stopped",
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
            Fact::Booked => notes.booked,
            Fact::Halted => notes.halted,
            Fact::Ended => view.ending.is_some(),
        }
    }

    fn act(&self, turn: &mut Turn<'_>, what: Do) -> Result<usize, NotDone> {
        match what {
            Do::Open => turn.reach(Milestone::Opened {}),
            Do::Book => {
                let (plan, word) = (turn.plan(), turn.view()?.open.request.word.clone());
                let now = turn.now();
                turn.speaks(speaker(&word), "freeze", now);
                let freezing = word.freezing(turn.id());
                let events = plan.book.freeze(turn, &plan.record, &freezing)?;
                // Last: whoever dies in the middle freezes the same again, which changes nothing.
                Ok(events + turn.reach(Milestone::Booked {})?)
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

    fn business_date(view: &View<'_>) -> Option<NaiveDate> {
        day_of(&view.open.request.word)
    }

    fn requester(request: &Request) -> Arc<str> {
        match &request.word {
            Word::Statement { registrar, .. } => format!("registrar.{registrar}").into(),
            Word::Order { by, .. } | Word::Lift { by, .. } => by.as_str().into(),
        }
    }

    fn actor(request: &Request) -> Actor {
        speaker(&request.word)
    }

    fn summary(request: &Request) -> String {
        let Request { investor, fund, word } = request;
        match word {
            Word::Statement { registrar, on, frozen } => format!(
                "{investor}: {frozen} shares of {fund} are frozen on {on}, says registrar {registrar}"
            ),
            Word::Order { shares, source, .. } => {
                format!("{investor}: freeze {shares} shares of {fund} by {source}")
            }
            Word::Lift { order, source, .. } => {
                format!("{investor}: lift order {order} on shares of {fund} by {source}")
            }
        }
    }
}

const fn day_of(word: &Word) -> Option<NaiveDate> {
    match word {
        Word::Statement { on, .. } => Some(*on),
        Word::Order { .. } | Word::Lift { .. } => None,
    }
}
