//! Exchanges a member's points for goods that the shop packs and ships.
//!
//! | row | sends | done | rejected | exit |
//! |---|---|---|---|---|
//! | reserve | reserve the points | reserved | | undo: release them, end *failed* |
//! | request | hand the number out | requested | | |
//! | order | the order, to the shop | ordered | declined | undo: cancel it at the shop |
//! | pack | (the shop speaks) | packed | withdrawn, unpackable | |
//! | spend | spend the points | spent | | **landing**: end *collected* |
//! | ship | the shipping, to the shop | shipped | unshippable | **landing**: end *completed* |
//!
//! Beside it: who gets damaged goods gets an apology, also after the end.

mod table;

pub use table::{Do, Ending, ExchangeTable, FORGETS_TO_CANCEL, Fact, V1, When};

use super::{
    account::{self, Account, Hold, Points},
    parcel::{self, News, Parcel},
    shop::{self, Answer, Errand, OpenShop},
};
use fundflow_kernel::{
    cause::Cause,
    envelope::StreamName,
    ids::TransactionId,
    loaded::DecideError,
    streams::{Key, Need, Opener, Streams},
    time::Timestamp,
};
use fundflow_runtime::{
    port::Callee,
    port::Payload,
    process::Open,
    process_names,
    saga::{Calling, Clash, Heard, Names, NoMilestone, OpenEnd, Preparing, Saga, View},
    turn::{NotDone, Turn},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the member asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The member whose points are spent.
    pub member: Arc<str>,
    /// The goods that the points are for.
    pub goods: Arc<str>,
    /// How many points it costs.
    pub price: Points,
}

/// What is promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The shop is asked from then on.
    pub packed_by: Timestamp,
    /// A person is called then.
    pub patience: Timestamp,
}

/// Why an exchange is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The account says no.
    #[error(transparent)]
    Points(#[from] account::Refusal),
    /// The parcel says no.
    #[error(transparent)]
    Parcel(#[from] parcel::Refusal),
    /// The transaction ID stands for another exchange, or the parcel's number belongs to somebody else.
    #[error(transparent)]
    Clash(#[from] Clash),
    /// A defect, or a damaged stream.
    #[error("{0}")]
    Broken(Arc<str>),
}

/// What a member may ask of a running exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Not to get it after all.
    Withdraw,
}

/// Every key, minted once.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The member's account.
    pub account: Key<Account>,
    /// What the shop says.
    pub parcel: Key<Parcel>,
    /// The number that the shop is given.
    pub number: Arc<str>,
}

/// The saga, and which tables it prepares on.
#[derive(Debug)]
pub struct Exchange {
    /// The table of new exchanges.
    pub table: &'static ExchangeTable,
}

impl Default for Exchange {
    fn default() -> Self {
        Self { table: &V1 }
    }
}

impl Saga for Exchange {
    const KIND: &'static str = "exchange";
    const NAMES: Names = process_names!("exchange": [], ["completed", "collected", "failed"]);
    const TABLES: &'static [&'static ExchangeTable] = &[&V1, &FORGETS_TO_CANCEL];

    type Request = Request;
    type Asked = ();
    type Promise = Promise;
    type Milestone = NoMilestone;
    type Notes = ();
    type Refusal = Refusal;
    type Plan = Plan;
    type Fact = Fact;
    type Do = Do;
    type Call = Errand;
    type When = When;
    type Ending = Ending;
    type Command = Command;
    type Answer = Answer;

    fn differences(first: &Request, again: &Request) -> Vec<&'static str> {
        let fields = [
            ("member", first.member == again.member),
            ("goods", first.goods == again.goods),
            ("price", first.price == again.price),
        ];
        fields.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<Account>(), Opener::of::<Parcel>()]
    }

    fn reads(&self, asked: &Preparing<'_, Self>) -> Vec<Need> {
        let Plan { account, parcel, .. } = plan(asked.id, &asked.request.member);
        vec![account.need(), parcel.need()]
    }

    fn prepare(
        &self,
        streams: &Streams,
        asked: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static ExchangeTable), Refusal> {
        let account = plan(asked.id, &asked.request.member).account;
        let absent = || Refusal::Broken("the account is not in memory".into());
        let available = streams.state(&account).ok_or_else(absent)?.available();
        let price = asked.request.price;
        if available < price {
            return Err(account::Refusal::NotEnough { asked: price, available }.into());
        }
        let days = |days: i64| asked.now.plus_millis(days * 86_400_000);
        Ok((Promise { packed_by: days(1), patience: days(3) }, self.table))
    }

    fn callees(&self, _: &Open<Self>, _: &Plan) -> Vec<Callee> {
        vec![shop::callee()]
    }

    fn plan(&self, id: &TransactionId, open: &Open<Self>) -> Plan {
        plan(id, &open.request.member)
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        vec![plan.account.need(), plan.parcel.need()]
    }

    fn own_streams(plan: &Plan) -> Vec<StreamName> {
        vec![plan.parcel.stream().clone()]
    }

    fn milestone_type(milestone: &NoMilestone) -> &'static str {
        match *milestone {}
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Completed => "exchange.completed",
            Ending::Collected => "exchange.collected",
            Ending::Failed => "exchange.failed",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        let all = [Ending::Completed, Ending::Collected, Ending::Failed];
        all.into_iter().find(|ending| Self::ending_type(*ending) == event_type)
    }

    fn holds(view: &View<'_, Self>, fact: Fact) -> bool {
        use {Fact as F, parcel::State as P};
        let Some(parcel) = view.state(&view.plan.parcel) else { return false };
        let hold = hold(view);
        match fact {
            F::Reserved => hold.is_some(),
            F::Released => hold == Some(Hold::Released),
            F::Spent => matches!(hold, Some(Hold::Spent(_))),
            F::Requested => *parcel != P::Absent,
            F::Ordered => !matches!(parcel, P::Absent | P::Requested | P::Declined(_)),
            F::Declined => matches!(parcel, P::Declined(_)),
            F::Packed => {
                matches!(parcel, P::Packed | P::Unshippable(_)) || Self::holds(view, F::Shipped)
            }
            F::NotPacked => matches!(parcel, P::Unpackable(_) | P::Withdrawn | P::Cancelled(_)),
            F::Cancelled => matches!(parcel, P::Cancelled(_)),
            F::Shipped => matches!(parcel, P::Shipped | P::Damaged | P::Apologised),
            F::Unshippable => matches!(parcel, P::Unshippable(_)),
            F::NoApologyOwed => *parcel != P::Damaged,
            F::Ended => view.ending.is_some(),
        }
    }

    fn act(&self, turn: &mut Turn<'_, Self>, what: Do) -> Result<usize, NotDone> {
        let (id, plan) = (turn.id().clone(), turn.plan());
        let Request { goods, price, .. } = turn.view()?.open.request.as_ref().clone();
        let operator = || Cause::new("operator", "a person gave it up");
        let parcel = match what {
            Do::End(ending) => {
                let cause = Self::failure(&turn.view()?).filter(|_| ending != Ending::Completed);
                return turn.end(ending, cause);
            }
            Do::Reserve => return points(turn, &account::Command::Reserve(id, price)),
            Do::Release => return points(turn, &account::Command::Release(id)),
            Do::Spend => return points(turn, &account::Command::Spend(id)),
            Do::Request => parcel::Command::Request(goods),
            Do::GiveUpOrder => parcel::Command::Tell(News::Declined(operator())),
            Do::Withdraw => parcel::Command::Withdraw,
            Do::GiveUpShipping => parcel::Command::Tell(News::Unshippable(operator())),
        };
        Ok(turn.decide(&plan.parcel, &parcel)?)
    }

    fn call(&self, view: &View<'_, Self>, errand: Errand, _: Timestamp) -> Option<Calling<Self>> {
        let call = shop::Call { number: view.plan.number.clone(), errand };
        Some(Calling::to::<OpenShop>(&shop::name(), call, |answer| answer))
    }

    fn hear(&self, turn: &mut Turn<'_, Self>, answer: &Answer) -> Result<Heard, NotDone> {
        let news = match answer {
            Answer::Parcel(news) => news.clone(),
            Answer::NotFound => return Ok(Heard::NotFound),
            Answer::Unknown(cause) => return Ok(Heard::Unknown(cause.clone())),
            Answer::Deserved | Answer::Undeserved(_) => {
                return Err(NotDone::Refused("it is no answer about a parcel".into()));
            }
        };
        let plan = turn.plan();
        match turn.decide(&plan.parcel, &parcel::Command::Tell(news)) {
            Ok(events) => Ok(Heard::Recorded(events)),
            Err(DecideError::Refused(refusal)) => {
                Ok(Heard::Contradicts(refusal.to_string().into(), 0))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn notice(view: &View<'_, Self>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        let ours = stream == view.plan.parcel.stream();
        news.downcast_ref::<Answer>().filter(|_| ours).cloned()
    }

    fn command(&self, turn: &mut Turn<'_, Self>, command: &Command) -> Result<usize, Refusal> {
        let Command::Withdraw = command;
        let plan = turn.plan();
        turn.decide(&plan.parcel, &parcel::Command::Withdraw).map_err(|error| match error {
            DecideError::Refused(refusal) => refusal.into(),
            other => Refusal::Broken(other.to_string().into()),
        })
    }

    fn when(&self, view: &View<'_, Self>, when: When) -> Option<Timestamp> {
        Some(match when {
            When::Promised => view.open.promise.packed_by,
            When::Patience => view.open.promise.patience,
        })
    }

    fn open_ends(view: &View<'_, Self>) -> Vec<OpenEnd> {
        use parcel::State as P;
        let end = |name: &str, worth: u64| OpenEnd { name: name.into(), worth: worth.into() };
        let mut ends = Vec::new();
        let hold = hold(view);
        if let Some(Hold::Held(points)) = hold {
            ends.push(end("points", points.0));
        }
        let parcel = view.state(&view.plan.parcel);
        let spent = matches!(hold, Some(Hold::Spent(_)));
        let there = match parcel {
            Some(P::Requested | P::Ordered | P::Unpackable(_) | P::Withdrawn) => true,
            Some(P::Packed | P::Unshippable(_)) => !spent,
            Some(
                P::Absent
                | P::Declined(_)
                | P::Cancelled(_)
                | P::Shipped
                | P::Damaged
                | P::Apologised,
            )
            | None => false,
        };
        if there {
            ends.push(end("parcel", view.open.request.price.0));
        }
        if parcel == Some(&P::Damaged) {
            ends.push(end("apology", 0));
        }
        ends
    }

    fn failure(view: &View<'_, Self>) -> Option<Cause> {
        use parcel::State as P;
        match view.state(&view.plan.parcel)? {
            P::Declined(cause) | P::Unpackable(cause) | P::Unshippable(cause) => {
                Some(cause.clone())
            }
            P::Cancelled(cause) => cause.clone(),
            P::Absent
            | P::Requested
            | P::Ordered
            | P::Packed
            | P::Withdrawn
            | P::Shipped
            | P::Damaged
            | P::Apologised => None,
        }
    }

    fn day_of_promise(promise: &Promise) -> Option<chrono::NaiveDate> {
        Some(promise.packed_by.date())
    }

    fn business_date(view: &View<'_, Self>) -> Option<chrono::NaiveDate> {
        Self::day_of_promise(&view.open.promise)
    }

    fn requester(request: &Request) -> Arc<str> {
        request.member.clone()
    }

    fn summary(request: &Request) -> String {
        format!("{} for {}", request.goods, request.price)
    }
}

fn plan(id: &TransactionId, member: &str) -> Plan {
    let number: Arc<str> = format!("{id}.parcel").into();
    Plan { account: Key::of(&member), parcel: Key::of(&number), number }
}

fn points(turn: &mut Turn<'_, Exchange>, command: &account::Command) -> Result<usize, NotDone> {
    let plan = turn.plan();
    Ok(turn.decide(&plan.account, command)?)
}

fn hold(view: &View<'_, Exchange>) -> Option<Hold> {
    view.state(&view.plan.account)?.holds.get(view.id).copied()
}
