//! The dividend as a saga: its admission, what its rows do, and what the bank says.

use super::{
    Answer, Call, Do, Ending, Fact, Given, IN_CASH, Milestone, Notes, Promise, REINVESTED, Refusal,
    Request, When, by_hand, pay,
};
use crate::{
    house::House,
    parts::{
        names::{self, Minted},
        payout::PayoutLeg,
    },
    ports::bank::{BankAnswer, BankNotice},
};
use chrono::NaiveDate;
use fundflow_domain::{
    case::Cases,
    holdings::{Command as Booking, Credit, Dividend, HoldingId, Holdings},
    ids::{AccountRef, LotId, OrderId, TransactionId},
    money::Money,
    orders::Cause,
    payout::Payouts,
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::{Actor, StreamName},
    streams::{Key, Need, Opener, Streams},
};
use fundflow_runtime::{
    port::{Callee, Payload},
    process::Open,
    process_names,
    saga::{self, Calling, Heard, NameForm, Names, OpenEnd, Prepared, Preparing},
    step::Table,
    turn::{self, NotDone},
};
use std::sync::Arc;

pub(super) type View<'a> = saga::View<'a, Dividends>;
pub(super) type Turn<'a> = turn::Turn<'a, Dividends>;

/// Books dividends, and pays out those in cash.
#[derive(Debug, Clone)]
pub struct Dividends {
    /// Trading calendar, fund catalogue and names of ports.
    pub house: House,
}

/// The keys of a dividend.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The order under which its shares or its money are booked; no registrar knows it.
    pub order: OrderId,
    /// Of one in cash: how the money leaves.
    pub payout: PayoutLeg,
    /// The investor's shares of the fund.
    pub holding: Key<Holdings>,
    /// Of one in cash: the case of its money, where a person gives that up.
    pub case: Option<Key<Cases>>,
}

/// What a person may ask of a dividend whose money the bank does not deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Pay it out to another account.
    Redirect {
        /// The investor's other account.
        account: AccountRef,
        /// It is in the investor's own name, as an operator has seen.
        own_name: bool,
        /// For the auditor.
        reason: Arc<str>,
    },
}

pub(super) fn holding(request: &Request) -> Key<Holdings> {
    Key::of(&HoldingId { investor: request.investor.clone(), fund: request.fund })
}

/// What the holdings are told.
fn booking(id: &TransactionId, plan: &Plan, request: &Request) -> Result<Booking, NotDone> {
    let record = request.serial.clone();
    match &request.given {
        Given::Reinvested { shares, amount, .. } => Ok(Booking::Credit(Box::new(Credit {
            lot: LotId::new(plan.order.as_str()).map_err(|_| NotDone::Lacks("a lot's name"))?,
            order: plan.order.clone(),
            serial: record,
            registered_on: request.confirmed_on,
            shares: *shares,
            cost: Money::from(*amount),
        }))),
        Given::Cash { amount, paid_on, .. } => Ok(Booking::Declare(Box::new(Dividend {
            record,
            transaction: id.clone(),
            amount: *amount,
            basis: request.basis,
            record_date: request.record_date,
            paid_on: *paid_on,
        }))),
    }
}

impl saga::Saga for Dividends {
    const KIND: &'static str = "dividend";
    const RESERVES: &'static [NameForm] = names::RESERVED;
    const NAMES: Names = process_names!("dividend": ["opened", "booked", "halted"], [
        "completed", "paid_out", "stopped",
    ]);
    const TABLES: &'static [&'static Table<Self>] = &[&REINVESTED, &IN_CASH];

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
    type Command = Command;
    type Answer = Answer;

    fn differences(first: &Request, again: &Request) -> Vec<&'static str> {
        let Request { registrar, serial, investor, fund, record_date, confirmed_on, basis, given } =
            first;
        [
            ("registrar", *registrar != again.registrar),
            ("serial", *serial != again.serial),
            ("investor", *investor != again.investor),
            ("fund", *fund != again.fund),
            ("record_date", *record_date != again.record_date),
            ("confirmed_on", *confirmed_on != again.confirmed_on),
            ("basis", *basis != again.basis),
            ("given", *given != again.given),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }

    names::refuses_reserved!(_request => Some(Minted::Dividend));

    crate::parts::by_calendar::by_calendar!();

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<Holdings>(), Opener::of::<Payouts>(), Opener::of::<Cases>()]
    }

    fn reads(&self, of: &Preparing<'_, Self>) -> Vec<Need> {
        vec![holding(of.request).need()]
    }

    fn prepare(&self, streams: &Streams, of: &Preparing<'_, Self>) -> Prepared<Self> {
        self.admitted(streams, of)?;
        let table = match &of.request.given {
            Given::Reinvested { .. } => &REINVESTED,
            Given::Cash { .. } => &IN_CASH,
        };
        Ok((Promise {}, table))
    }

    fn callees(&self, open: &Open<Self>, _: &Plan) -> Vec<Callee> {
        match &open.request.given {
            Given::Reinvested { .. } => Vec::new(),
            Given::Cash { .. } => vec![self.house.to_bank()],
        }
    }

    fn foreseen(&self) -> Vec<Callee> {
        vec![self.house.to_bank()]
    }

    fn plan(&self, id: &TransactionId, open: &Open<Self>) -> Plan {
        Plan::of(id, holding(&open.request), by_hand::case(id, &open.request))
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        let case = plan.case.iter().map(Key::need);
        [plan.holding.need(), plan.payout.key.need()].into_iter().chain(case).collect()
    }

    fn own_streams(plan: &Plan) -> Vec<StreamName> {
        vec![plan.payout.key.stream().clone()]
    }

    fn milestone_type(milestone: &Milestone) -> &'static str {
        match milestone {
            Milestone::Opened {} => "dividend.opened",
            Milestone::Booked {} => "dividend.booked",
            Milestone::Halted {} => "dividend.halted",
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
            Ending::Completed => "dividend.completed",
            Ending::PaidOut => "dividend.paid_out",
            Ending::Stopped => "dividend.stopped",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        let endings = [Ending::Completed, Ending::PaidOut, Ending::Stopped];
        endings.into_iter().find(|ending| Self::ending_type(*ending) == event_type)
    }

    fn holds(view: &View<'_>, fact: Fact) -> bool {
        let (notes, payout) = (&view.open.notes, &view.plan.payout);
        match fact {
            Fact::Opened => notes.opened,
            Fact::Booked => notes.booked,
            Fact::Halted => notes.halted,
            Fact::PayoutRequested => payout.is_requested(view),
            Fact::PayoutAnswered => payout.is_answered(view),
            Fact::PaidOut => payout.is_paid_out(view),
            Fact::HandedOver => by_hand::is_handed_over(view),
            Fact::Ended => view.ending.is_some(),
        }
    }

    fn act(&self, turn: &mut Turn<'_>, what: Do) -> Result<usize, NotDone> {
        match what {
            Do::Open => turn.reach(Milestone::Opened {}),
            Do::Book => {
                let (plan, request) = (turn.plan(), turn.view()?.open.request.clone());
                let now = turn.now();
                turn.speaks(Self::actor(&request), "dividend", now);
                let command = booking(turn.id(), plan, &request)?;
                let events = turn.decide(&plan.holding, &command)?;
                // Last: whoever dies in the middle books the same again, which changes nothing.
                Ok(events + turn.reach(Milestone::Booked {})?)
            }
            Do::Halt => turn.reach(Milestone::Halted {}),
            Do::RequestPayout => self.request_payout(turn),
            Do::HandOver => Self::hand_over(turn),
            Do::AskForAccount => turn.plan().payout.ask_for_account(turn),
            Do::End(ending) => turn.end(ending, Self::failure(&turn.view()?)),
        }
    }

    fn call(&self, view: &View<'_>, what: Call, _: Timestamp) -> Option<Calling<Self>> {
        Some(Calling::of(&self.house.bank, pay::call(view, what)?, Answer))
    }

    fn hear(&self, turn: &mut Turn<'_>, answer: &Answer) -> Result<Heard, NotDone> {
        match &answer.0 {
            BankAnswer::Payout(no, said) => turn.plan().payout.hear(turn, no, said),
            BankAnswer::Charge(_) | BankAnswer::Refund(..) => {
                Ok(Heard::Contradicts("a dividend takes no money in".into(), 0))
            }
        }
    }

    fn notice(view: &View<'_>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        let BankNotice(said) = news.downcast_ref()?;
        (view.plan.payout.key.stream() == stream).then(|| Answer(said.clone()))
    }

    fn command(&self, turn: &mut Turn<'_>, command: &Command) -> Result<usize, Refusal> {
        let Command::Redirect { account, own_name, reason } = command;
        self.redirect(turn, (account, *own_name), reason)
    }

    fn when(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        self.instant(view, when)
    }

    /// Money that the investor does not have yet. Yuan.
    fn open_ends(view: &View<'_>) -> Vec<OpenEnd> {
        let Given::Cash { amount, .. } = &view.open.request.given else { return Vec::new() };
        if !view.open.notes.booked || view.plan.payout.is_paid_out(view) {
            return Vec::new();
        }
        let is_requested = view.plan.payout.is_requested(view);
        let name = if is_requested { "payout" } else { "proceeds" };
        vec![OpenEnd { name: name.into(), worth: amount.decimal() }]
    }

    fn failure(view: &View<'_>) -> Option<Cause> {
        view.left_because().filter(|_| view.open.notes.halted)
    }

    fn business_date(view: &View<'_>) -> Option<NaiveDate> {
        Some(view.open.request.confirmed_on)
    }

    fn requester(request: &Request) -> Arc<str> {
        format!("registrar.{}", request.registrar).into()
    }

    fn actor(request: &Request) -> Actor {
        Actor::Counterparty(request.registrar.clone().into())
    }

    fn summary(request: &Request) -> String {
        let Request { investor, fund, given, .. } = request;
        match given {
            Given::Reinvested { shares, nav, .. } => {
                format!("{investor}: a dividend of {fund} became {shares} shares at {nav}")
            }
            Given::Cash { amount, paid_on, .. } => {
                format!("{investor}: a dividend of {fund}, {amount} yuan on {paid_on}")
            }
        }
    }
}
