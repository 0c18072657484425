//! The income job as a saga: its admission, and what a page of wallets does.

use super::{
    Answer, Call, Do, Ending, Fact, INCOME, Milestone, Notes, PAGE, Promise, Request, When,
    page::give_page,
};
use crate::{
    house::House,
    parts::names::{self, Minted, Reserved},
    ports::wallets::{Page, PageAnswer},
};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::TradingDay,
    case::Cases,
    fund::FundKind,
    ids::{FundCode, InvestorId, TransactionId, WalletId},
    orders::Cause,
    time::Timestamp,
    wallet::Wallet,
};
use fundflow_kernel::counted::counted;
use fundflow_kernel::streams::{Key, Need, Opener, Streams};
use fundflow_runtime::{
    port::{Callee, PortName},
    process::Open,
    process_names,
    saga::{
        self, Calling, Clash, Heard, IncomeGiven, NameForm, Names, NoCommand, OpenEnd, Preparing,
    },
    step::Table,
    turn::{self, NotDone},
};
use std::sync::Arc;

type View<'a> = saga::View<'a, Income>;
pub(super) type Turn<'a> = turn::Turn<'a, Income>;

/// The saga of income jobs, with what it is run on.
#[derive(Debug, Clone)]
pub struct Income {
    /// Trading calendar, fund catalogue and names of ports.
    pub house: House,
    /// The port of the list of wallets.
    pub wallets: PortName,
}

/// What a job reads with: which fund's wallets.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Code of the money-market fund whose shares the wallet holds.
    pub fund: FundCode,
}

/// Why a request is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One publication has one figure. A correction is another publication.
    #[error("the income of that fund, day and publication was requested with another {}", fields.join(", "))]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// A key belongs to another saga.
    #[error(transparent)]
    Clash(Clash),
    /// The name stands for something else. Use the job's own.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// A job has one name, so that nobody does it twice.
    #[error("the transaction ID of this job is {expected}")]
    NamedOtherwise {
        /// Fund, day and publication.
        expected: TransactionId,
    },
    /// Nobody can decide on a fund without its terms.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// Only a money fund pays income by the day.
    #[error("fund {fund} is a {kind} fund; only a money-market fund has income of a day")]
    NotAMoneyFund {
        /// The fund that was asked for.
        fund: FundCode,
        /// The kind that the fund is of instead.
        kind: FundKind,
    },
    /// Until then the register may still say that other shares earn.
    #[error("the income of {day} is given from {from} on, and it is {now}")]
    NotYet {
        /// The natural day whose income it is.
        day: NaiveDate,
        /// 15:00 of that day.
        from: Timestamp,
        /// Instant by the engine's clock.
        now: Timestamp,
    },
    /// The calendar does not reach that far.
    #[error("no trading day can be named: {0}")]
    NoTradingDay(String),
}

impl From<Clash> for Refusal {
    fn from(clash: Clash) -> Self {
        match clash {
            Clash::Differs(fields) => Refusal::DiffersFromFirst { fields },
            taken @ Clash::Taken { .. } => Refusal::Clash(taken),
        }
    }
}

impl Income {
    fn admitted(&self, of: &Preparing<'_, Self>) -> Result<Promise, Refusal> {
        let Request { fund: code, day, .. } = *of.request;
        if let Some(names) = of.request.jobs()
            && !names.contains(of.id)
        {
            let [expected, _] = names;
            return Err(Refusal::NamedOtherwise { expected });
        }
        let fund = (self.house.funds)(code, day).ok_or(Refusal::UnknownFund(code))?;
        if fund.kind != FundKind::Money {
            return Err(Refusal::NotAMoneyFund { fund: code, kind: fund.kind });
        }
        let (from, now) = (of.request.given_from(), of.now);
        if now < from {
            return Err(Refusal::NotYet { day, from, now });
        }
        let booked =
            fund.carry.ends_on(day).then(|| fund.carry.booked_on(&self.house.calendar, day));
        let booked =
            booked.transpose().map_err(|error| Refusal::NoTradingDay(error.to_string()))?;
        let (terms, unit) = (fund.version.clone(), fund.income_unit);
        Ok(Promise { terms, unit, registered: booked.map(TradingDay::date) })
    }
}

pub(super) fn wallet_of(investor: &InvestorId, fund: FundCode) -> Key<Wallet> {
    Key::of(&WalletId { investor: investor.clone(), fund })
}

impl saga::Saga for Income {
    const KIND: &'static str = "income";
    const RESERVES: &'static [NameForm] = names::RESERVED;
    const NAMES: Names =
        process_names!("income": ["opened", "paged", "halted"], ["completed", "stopped"]);
    const TABLES: &'static [&'static Table<Self>] = &[&INCOME];

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
        let Request { fund, day, per_10_000, publication } = first;
        [
            ("fund", *fund != again.fund),
            ("day", *day != again.day),
            ("per_10_000", *per_10_000 != again.per_10_000),
            ("publication", *publication != again.publication),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }

    names::refuses_reserved!(_request => Some(Minted::Income));

    crate::parts::by_calendar::by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<Wallet>(), Opener::of::<Cases>()]
    }

    fn reads(&self, _: &Preparing<'_, Self>) -> Vec<Need> {
        Vec::new()
    }

    fn prepare(
        &self,
        _: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static Table<Self>), Refusal> {
        Ok((self.admitted(of)?, &INCOME))
    }

    fn callees(&self, _: &Open<Self>, _: &Plan) -> Vec<Callee> {
        self.foreseen()
    }

    fn foreseen(&self) -> Vec<Callee> {
        vec![Callee::of::<Page>(self.wallets.clone(), "the list of wallets")]
    }

    fn plan(&self, _: &TransactionId, open: &Open<Self>) -> Plan {
        Plan { fund: open.request.fund }
    }

    /// Wallets come page by page, and leave with their page.
    fn streams(_: &Plan) -> Vec<Need> {
        Vec::new()
    }

    fn milestone_type(milestone: &Milestone) -> &'static str {
        match milestone {
            Milestone::Opened {} => "income.opened",
            Milestone::Paged { .. } => "income.paged",
            Milestone::Halted {} => "income.halted",
        }
    }

    fn remember(notes: &mut Notes, milestone: &Milestone) -> Option<()> {
        notes.remember(milestone)
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "income.completed",
            Ending::Stopped => "income.stopped",
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
            Fact::All => notes.all,
            Fact::Halted => notes.halted,
            Fact::Ended => view.ending.is_some(),
        }
    }

    fn act(&self, turn: &mut Turn<'_>, what: Do) -> Result<usize, NotDone> {
        match what {
            Do::Open => turn.reach(Milestone::Opened {}),
            Do::Halt => turn.reach(Milestone::Halted {}),
            Do::End(ending) => turn.end(ending, Self::failure(&turn.view()?)),
        }
    }

    fn call(&self, view: &View<'_>, what: Call, _: Timestamp) -> Option<Calling<Self>> {
        match what {
            Call::Page => {
                let after = view.open.notes.through.clone();
                let page = Page { fund: view.plan.fund, after, at_most: PAGE };
                Some(Calling::of(&self.wallets, page, Answer))
            }
        }
    }

    fn needs(&self, view: &View<'_>, answer: &Answer, _: Timestamp) -> Vec<Need> {
        match &answer.0 {
            PageAnswer::Owners { owners, .. } => {
                owners.iter().map(|owner| wallet_of(owner, view.plan.fund).need()).collect()
            }
            PageAnswer::Unknown(_) => Vec::new(),
        }
    }

    fn hear(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        match &answer.0 {
            PageAnswer::Owners { page, owners } => give_page(turn, &self.house, page, owners),
            PageAnswer::Unknown(cause) => Ok(Heard::Unknown(cause.clone())),
        }
    }

    fn command(&self, _: &mut Turn<'_>, command: &NoCommand) -> Result<usize, Refusal> {
        match *command {}
    }

    fn when(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        let calendar = &self.house.calendar;
        match when {
            When::NextCutOff => {
                let next = calendar.after(view.open.request.day).ok()?;
                Some(calendar.cut_off(next))
            }
        }
    }

    fn open_ends(_: &View<'_>) -> Vec<OpenEnd> {
        Vec::new()
    }

    /// A wallet that refused may have taken a part of what was to be done.
    fn income_given(view: &View<'_>) -> Option<IncomeGiven> {
        let (notes, is_carried) = (&view.open.notes, view.open.promise.registered.is_some());
        let given = IncomeGiven { sum: notes.accrued, is_carried };
        (notes.all && notes.refused == 0).then_some(given)
    }

    fn failure(view: &View<'_>) -> Option<Cause> {
        let refused = view.open.notes.refused;
        let text = || {
            let wallets = counted(refused, "wallet did not take its", "wallets did not take their");
            format!("{wallets} income; see the pages")
        };
        let refused = (refused > 0).then(|| Cause::new("wallets_refused", text()));
        refused.or_else(|| view.left_because().filter(|_| view.open.notes.halted))
    }

    fn business_date(view: &View<'_>) -> Option<NaiveDate> {
        Some(view.open.request.day)
    }

    fn requester(request: &Request) -> Arc<str> {
        format!("fund.{}", request.fund).into()
    }

    fn summary(request: &Request) -> String {
        let Request { fund, day, per_10_000, publication } = request;
        match publication {
            0 => format!("income of fund {fund} on {day}: {per_10_000} per 10,000 shares"),
            corrected => {
                format!(
                    "income of fund {fund} on {day}, correction {corrected}: {per_10_000} per 10,000 shares"
                )
            }
        }
    }
}
