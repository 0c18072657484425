//! Loyalty points (积分) become fund shares: a saga of the user's own, with an account and a port of its
//! own. `points FOLDER` exchanges points twice; with more words it is the command `fundflow`.

#![allow(missing_docs, clippy::missing_panics_doc, reason = "docs/YOUR_SAGA.md walks through it")]

use fundflow::{Asking, runtime::prelude::*};
use fundflow_cli::{Registry, Stage};
use fundflow_sagas::prelude::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, error::Error, path::Path, process::ExitCode, sync::Arc};

/// What happened to the points of an exchange: stored, so never renamed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Reserved { by: TransactionId, points: u32 },
    Spent { by: TransactionId, points: u32 },
    Released { by: TransactionId, cause: Cause },
}

/// What is asked of an account for an exchange.
pub enum Change {
    Reserve(u32),
    Spend,
    Release(Cause),
    TakeBack,
}

/// A member's account: at most 10,000,000 points are reserved or spent.
pub struct Points;

impl Decider for Points {
    const CATEGORY: &'static str = "points";
    type Command = (TransactionId, Change);
    type Event = Event;
    type State = BTreeMap<TransactionId, Event>; // the last that happened to each exchange
    type Refusal = No;

    fn decide(state: &Self::State, (by, change): &Self::Command) -> Result<Vec<Event>, No> {
        use {Change as C, Event as E};
        let taken = |sum: u32, last: &Event| match last {
            E::Reserved { points, .. } | E::Spent { points, .. } => sum.saturating_add(*points),
            E::Released { .. } => sum,
        };
        let (taken, last, by) = (state.values().fold(0, taken), state.get(by), by.clone());
        Ok(vec![match (last, change) {
            (None, C::Reserve(points)) if taken.saturating_add(*points) > 10_000_000 => {
                return Err(No::from("a member has 10,000,000 points for exchanges"));
            }
            (None, C::Reserve(points)) => E::Reserved { by, points: *points },
            (Some(E::Reserved { points, .. }), C::Spend) => E::Spent { by, points: *points },
            (Some(E::Reserved { .. }), C::Release(why)) => E::Released { by, cause: why.clone() },
            (Some(E::Spent { .. }), C::TakeBack) => {
                E::Released { by, cause: Cause::new("taken_back", "no shares could be had") }
            }
            // The same again changes nothing.
            (Some(_), C::Reserve(_)) | (Some(E::Spent { .. }), C::Spend) => return Ok(vec![]),
            (Some(E::Released { .. }), C::Release(_) | C::TakeBack) => return Ok(vec![]),
            (None | Some(_), _) => return Err(No::from("these points moved in another way")),
        }])
    }

    fn evolve(mut state: Self::State, event: &Event) -> Option<Self::State> {
        use Event as E;
        let (E::Reserved { by, .. } | E::Spent { by, .. } | E::Released { by, .. }) = event;
        match (state.insert(by.clone(), event.clone()), event) {
            (None, E::Reserved { .. })
            | (Some(E::Reserved { .. }), E::Spent { .. } | E::Released { .. })
            | (Some(E::Spent { .. }), E::Released { .. }) => Some(state),
            (None | Some(_), _) => None,
        }
    }
}

impl Stored for Points {
    stored_types!(Event {
        Reserved => "points.reserved", Spent => "points.spent", Released => "points.released",
    });
}

/// Takes no more than 1,000,000 points at once; says the same to every repeat.
pub struct PointsSystem;

impl Port for PointsSystem {
    type Call = Errand<(InvestorId, i64)>; // whose points it takes; gives, if negative
    type Answer = Verdict;

    async fn call(&self, Errand { what: (_, points), .. }: Self::Call) -> Verdict {
        match points {
            ..=1_000_000 => Verdict::Done,
            _ => Verdict::Refused(Cause::new("too_few", "the member has fewer points")),
        }
    }
    fn silence(_: &Self::Call, cause: Cause) -> Verdict {
        Verdict::Unknown(cause)
    }
}

/// What a member asks for. A point is worth a fen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub member: InvestorId,
    pub points: u32,
    pub fund: FundCode,
}

/// Every key of an exchange, minted once.
#[derive(Debug, Clone)]
pub struct Plan {
    pub account: Key<Points>,
    pub shares: Buying,
}

impl Plan {
    fn of(id: &TransactionId, Request { member, points, fund }: &Request) -> Self {
        let (order, worth) = (OrderId::part(id, "points"), Decimal::new((*points).into(), 2));
        let shares = Buying::of(member, *fund, &order, (worth, "points-system"));
        Self { account: Key::of(member), shares }
    }
}

words! {
    Fact: Reserved, Spent, Released, Shares(Bought), Ended;
    Do: Reserve, Release, Shares(Buy), End(Ending);
    Call: Redeem, TakeBack, Submit;
    Ending: Exchanged, Kept;
}

pub static V1: Table<PointsExchange> = Table::of("points_exchange.v1", "Points for fund shares")
    .rows(&[
        act("reserve", Do::Reserve, Fact::Reserved).undo(&[
            act("release", Do::Release, Fact::Released).to(),
            act("keep", Do::End(Ending::Kept), Fact::Ended).to(),
        ]),
        call("redeem", Call::Redeem, Fact::Spent, BuyBy::NextCutOff)
            .undo(&[call("take_back", Call::TakeBack, Fact::Released, BuyBy::Overdue).to()])
            .unless(Fact::Released, Some(Do::Release)),
        act("order", Do::Shares(Buy::Order), Fact::Shares(Bought::Ordered)).undo(&[act(
            "return",
            Do::Shares(Buy::Return),
            Fact::Shares(Bought::Returned),
        )
        .to()]),
        call("submit", Call::Submit, Fact::Shares(Bought::Accepted), BuyBy::NextCutOff)
            .unless(Fact::Shares(Bought::Rejected), Do::Shares(Buy::Close)),
        word("confirm", Call::Submit, Fact::Shares(Bought::Confirmed), BuyBy::Due, BuyBy::Overdue)
            .unless(Fact::Shares(Bought::Rejected), Do::Shares(Buy::Close)),
        act("credit", Do::Shares(Buy::Credit), Fact::Shares(Bought::Credited))
            .landing(&[act("exchange", Do::End(Ending::Exchanged), Fact::Ended).to()], None),
    ]);

#[derive(Debug, Clone)]
pub enum Answer {
    Redeemed(Verdict),
    TakenBack(Verdict),
    Registrar(ApplicationAnswer),
}
fund_saga!(PointsExchange);

impl Saga for PointsExchange {
    fund_milestones!("points_exchange", ["exchanged", "kept"]);
    endings!("points_exchange", Ending { Exchanged => "exchanged", Kept => "kept" });
    request_fields!(Request { member, points, fund } by member, "{member}: {points} into {fund}");
    plain_plan!(Plan { account: Key<Points>, shares: Buying });
    plain_words!(Answer);
    no_commands!();
    buying!(shares, Answer::Registrar, "points": Errand<(InvestorId, i64)>);
    const TABLES: &'static [&'static Table<Self>] = &[&V1];

    fn prepare(&self, streams: &Streams, asked: &Preparing<'_, Self>) -> Prepared<Self> {
        let plan = Plan::of(asked.id, asked.request);
        streams.would(&plan.account, &(asked.id.clone(), Change::Reserve(asked.request.points)))?;
        Ok((plan.shares.promise(&self.0, asked.now)?, &V1))
    }
    fn holds(view: &View<'_, Self>, fact: Fact) -> bool {
        match fact {
            Fact::Reserved => points(view).is_some(),
            Fact::Spent => matches!(points(view), Some(Event::Spent { .. })),
            Fact::Released => matches!(points(view), Some(Event::Released { .. })),
            Fact::Shares(fact) => view.plan.shares.holds(view, fact),
            Fact::Ended => view.ending.is_some(),
        }
    }
    fn act(&self, turn: &mut Turn<'_, Self>, what: Do) -> Result<usize, NotDone> {
        let change = match what {
            Do::Reserve => Change::Reserve(turn.view()?.open.request.points),
            Do::Release => Change::Release(Cause::new("operator", "given up by a person")),
            Do::Shares(what) => return turn.plan().shares.act(self, turn, what),
            Do::End(ending) => return turn.end(ending, Self::failure(&turn.view()?)),
        };
        Ok(turn.decide(&turn.plan().account, &(turn.id().clone(), change))?)
    }
    fn call(&self, view: &View<'_, Self>, what: Call, now: Timestamp) -> Option<Calling<Self>> {
        let Request { member, points, .. } = &*view.open.request;
        let (member, sum) = (member.clone(), i64::from(*points));
        match what {
            Call::Redeem => view.errand("points", "redeem", (member, sum), Answer::Redeemed),
            Call::TakeBack => view.errand("points", "take_back", (member, -sum), Answer::TakenBack),
            Call::Submit => view.plan.shares.submit(self, view, now, Answer::Registrar),
        }
    }
    fn hear(&self, turn: &mut Turn<'_, Self>, answer: &Answer) -> Result<Heard, NotDone> {
        let (Plan { account, shares }, id) = (turn.plan(), turn.id());
        let of = |change| (id.clone(), change);
        let release = |why| of(Change::Release(why));
        match answer {
            Answer::Redeemed(said) => said.record(turn, account, &of(Change::Spend), release),
            Answer::TakenBack(said) => said.record_done(turn, account, &of(Change::TakeBack)),
            Answer::Registrar(said) => shares.hear(self, turn, said),
        }
    }
    fn open_ends(view: &View<'_, Self>) -> Vec<OpenEnd> {
        let bound = matches!(points(view), Some(Event::Reserved { .. } | Event::Spent { .. }));
        view.plan.shares.open_ends(view, bound.then_some("points"))
    }
    fn failure(view: &View<'_, Self>) -> Option<Cause> {
        let Event::Released { cause, .. } = points(view)? else { return None };
        view.plan.shares.leg.failure(view).or(Some(cause.clone()))
    }
}

fn points<'a>(view: &View<'a, PointsExchange>) -> Option<&'a Event> {
    view.state(&view.plan.account)?.get(view.id)
}

pub fn registry() -> Registry {
    Registry::shipped().saga(PointsExchange).port("points", |_| Ok(Arc::new(PointsSystem)))
}

#[tokio::main(flavor = "current_thread")]
pub async fn exchange(folder: &Path) -> Result<(), Box<dyn Error>> {
    let stage = Stage::open(&registry(), folder, "2026-02-12T10:00:00+08:00".parse()?).await?;
    for (id, points) in [("PX-1", 10_000), ("PX-2", 2_000_000), ("PX-1", 10_000)] {
        let request = Request { member: "INV-1".parse()?, points, fund: "011162".parse()? };
        let asking = Asking::<PointsExchange>::of(id.parse()?, request, ());
        let (placed, rest) = stage.play(asking, "2026-02-13T10:00:00+08:00".parse()?).await?;
        println!("{id}, T {}: {rest}", placed.promise.trade_date);
    }
    Ok(stage.close().await?)
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    match &std::env::args().collect::<Vec<_>>()[..] {
        [_, folder] => exchange(Path::new(folder)).map(|()| ExitCode::SUCCESS),
        typed => Ok(fundflow_cli::run(&registry(), typed)),
    }
}
