//! Loyalty points (积分) become fund shares: a saga of the user's own on the shipped runtime.
//!
//! | row | sends | done | rejected | exit |
//! |---|---|---|---|---|
//! | reserve | reserve the points | reserved | | undo: release them, end *kept* |
//! | redeem | the points, at the points system | spent | released | undo: take them back there |
//! | order | an order for shares, on the T of now | ordered | | |
//! | submit | the order, to the registrar | accepted | rejected | |
//! | confirm | (the registrar speaks) | confirmed | rejected | |
//! | credit | the shares, to the holdings | credited | | **landing**: end *exchanged* |
//!
//! `points FOLDER` exchanges points twice; with more words it is the command `fundflow`.

use fundflow::{Asking, Engine, Notice, kernel::clock::ManualClock, runtime::prelude::*};
use fundflow_cli::Registry;
use fundflow_infrastructure::sandbox::registrar::{Market, SandboxRegistrar};
use fundflow_infrastructure::sandbox::scenario::Scenario;
use fundflow_infrastructure::{catalogue, sqlite::Settings, sqlite::SqliteStore};
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

/// What is asked of an account, for which exchange.
pub struct Order(pub TransactionId, pub Change);
#[rustfmt::skip]
pub enum Change { Reserve(u32), Spend, Release(Cause), TakeBack }

/// A member's account: at most 10,000,000 points are reserved or spent.
#[derive(Debug)]
pub struct Points;

impl Decider for Points {
    const CATEGORY: &'static str = "points";
    type Command = Order;
    type Event = Event;
    /// The last that happened to each exchange.
    type State = BTreeMap<TransactionId, Event>;
    type Refusal = No;

    fn decide(state: &Self::State, Order(by, change): &Order) -> Result<Vec<Event>, No> {
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
            (Some(E::Reserved { .. }), C::Release(cause)) => E::Released { by, cause: cause.clone() },
            (Some(E::Spent { .. }), C::TakeBack) => {
                E::Released { by, cause: Cause::new("taken_back", "no shares could be had") }
            }
            // The same again changes nothing.
            (Some(_), C::Reserve(_)) | (Some(E::Spent { .. }), C::Spend) => return Ok(vec![]),
            (Some(E::Released { .. }), C::Release(_) | C::TakeBack) => return Ok(vec![]),
            (None | Some(_), C::Spend | C::Release(_) | C::TakeBack) => {
                return Err(No::from("the points of this exchange moved in another way"));
            }
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

#[rustfmt::skip]
impl Stored for Points {
    stored_types!(Event {
        Reserved => "points.reserved", Spent => "points.spent", Released => "points.released",
    });
}

/// A points system to try it against: nobody has more than 1,000,000 points. What it says follows
/// from the call alone, so it says the same to every repeat.
#[derive(Debug)]
pub struct PointsSystem;

impl Port for PointsSystem {
    /// Whose points leave; a negative number goes back.
    type Call = Errand<(InvestorId, i64)>;
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

#[rustfmt::skip]
impl Plan {
    pub fn of(id: &TransactionId, Request { member, fund, .. }: &Request) -> Self {
        let shares = Buying::of(member, *fund, &OrderId::part(id, "points"));
        Self { account: Key::of(member), shares }
    }
    fn needs(&self) -> Vec<Need> { [vec![self.account.need()], self.shares.needs().into()].concat() }
    fn own(&self) -> Vec<StreamName> { vec![self.shares.own()] }
}

words! {
    Fact: Reserved, Spent, Released, Ordered, Accepted, Rejected, Confirmed, Credited, Ended;
    Do: Reserve, Release, Order, Close, Credit, End(Ending);
    Call: Redeem, TakeBack, Submit;
    When: NextCutOff, Due, Overdue;
    Ending: Exchanged, Kept;
}

#[rustfmt::skip]
pub static V1: Table<PointsExchange> = Table {
    version: "points_exchange.v1",
    title: "Points for fund shares",
    steps: &[
        act("reserve", Do::Reserve, Fact::Reserved).row(Exit::Undo(&[
            act("release", Do::Release, Fact::Released).to(),
            act("keep", Do::End(Ending::Kept), Fact::Ended).to(),
        ])),
        call("redeem", Call::Redeem, Fact::Spent, When::NextCutOff).row(Exit::Undo(&[
            call("take_back", Call::TakeBack, Fact::Released, When::Overdue).to(),
        ])).unless(Fact::Released, Some(Do::Release)),
        act("order", Do::Order, Fact::Ordered).row(Exit::Nothing),
        call("submit", Call::Submit, Fact::Accepted, When::NextCutOff).row(Exit::Nothing)
            .unless(Fact::Rejected, Some(Do::Close)),
        word("confirm", Call::Submit, Fact::Confirmed, When::Due, When::Overdue).row(Exit::Nothing)
            .unless(Fact::Rejected, Some(Do::Close)),
        act("credit", Do::Credit, Fact::Credited).row(Exit::Landing(&[
            act("exchange", Do::End(Ending::Exchanged), Fact::Ended).to(),
        ], None)),
    ],
    beside: &[],
};
const _: () = assert!(well_formed(&V1), "it starts with an undo and ends on a landing");

#[derive(Debug, Clone)]
pub enum Answer { Redeemed(Verdict), TakenBack(Verdict), Registrar(ApplicationAnswer) }
#[derive(Debug)]
pub struct PointsExchange { pub house: House }
fund_saga!(PointsExchange);

#[rustfmt::skip]
impl Saga for PointsExchange {
    fund_milestones!("points_exchange", ["exchanged", "kept"]);
    endings!("points_exchange", Ending { Exchanged => "exchanged", Kept => "kept" });
    request_fields!(Request { member, points, fund });
    plain_plan!(Plan);
    no_commands!();
    const TABLES: &'static [&'static Table<Self>] = &[&V1];
    type Request = Request; type Asked = (); type Promise = OnDay; type Refusal = No;
    type Milestone = Milestone<OnDay>; type Notes = Notes<OnDay>; type Answer = Answer;
    type Fact = Fact; type Do = Do; type Call = Call; type When = When; type Ending = Ending;

    fn aggregates() -> Vec<Opener> { [vec![Opener::of::<Points>()], Buying::aggregates().into()].concat() }
    fn requester(request: &Request) -> Arc<str> { request.member.clone().into() }
    fn summary(Request { member, points, fund }: &Request) -> String {
        format!("{member}: {points} points into {fund}")
    }

    /// What the account would refuse is refused before anything is stored.
    fn prepare(&self, streams: &Streams, asked: &Preparing<'_, Self>) -> Result<(OnDay, &'static Table<Self>), No> {
        let (requested_at, request) = (asked.now, asked.request);
        let trade_date = self.house.t_of(requested_at).map_err(|_| "the calendar has ended")?;
        self.house.terms(request.fund, trade_date).map_err(|_| "no such fund")?;
        Amount::new(worth(request)).map_err(|_| "no points")?;
        let account = streams.state(&Plan::of(asked.id, request).account).ok_or("a damaged account")?;
        Points::decide(account, &Order(asked.id.clone(), Change::Reserve(request.points)))?;
        Ok((OnDay { requested_at, trade_date }, &V1))
    }

    fn holds(view: &View<'_, Self>, fact: Fact) -> bool {
        let (shares, points) = (&view.plan.shares, points(view));
        match fact {
            Fact::Reserved => points.is_some(),
            Fact::Spent => matches!(points, Some(Event::Spent { .. })),
            Fact::Released => matches!(points, Some(Event::Released { .. })),
            Fact::Ordered => shares.leg.is_placed(view),
            Fact::Accepted => shares.leg.is_accepted(view),
            Fact::Rejected => shares.leg.is_rejected(view),
            Fact::Confirmed => shares.is_confirmed(view),
            Fact::Credited => shares.is_credited(view),
            Fact::Ended => view.ending.is_some(),
        }
    }

    fn act(&self, turn: &mut Turn<'_, Self>, what: Do) -> Result<usize, NotDone> {
        let (plan, id, request) = (turn.plan(), turn.id().clone(), turn.view()?.open.request.clone());
        let change = match what {
            Do::Reserve => Change::Reserve(request.points),
            Do::Release => Change::Release(Cause::new("operator", "given up by a person")),
            Do::Order => {
                let worth = Amount::new(worth(&request)).map_err(|_| NotDone::Lacks("points"))?;
                return plan.shares.place(self, turn, worth, PromisedFee::Exact(Money::ZERO));
            }
            Do::Close => return plan.shares.close(turn),
            Do::Credit => return plan.shares.credit(turn),
            Do::End(ending) => { let why = Self::failure(&turn.view()?); return turn.end(ending, why); }
        };
        Ok(turn.decide(&plan.account, &Order(id, change))?)
    }

    fn call(&self, view: &View<'_, Self>, what: Call, now: Timestamp) -> Option<Calling<Self>> {
        let (request, port) = (&view.open.request, "points".parse().ok()?);
        let errand = |name, points| Errand { key: format!("{}.{name}", view.id).into(), what: (request.member.clone(), points) };
        Some(match what {
            Call::Redeem => Calling::to::<PointsSystem>(&port, errand("redeem", request.points.into()), Answer::Redeemed),
            Call::TakeBack => Calling::to::<PointsSystem>(&port, errand("take_back", -i64::from(request.points)), Answer::TakenBack),
            Call::Submit => view.plan.shares.submit(self, view, now, Answer::Registrar)?,
        })
    }

    fn hear(&self, turn: &mut Turn<'_, Self>, answer: &Answer) -> Result<Heard, NotDone> {
        let (plan, id) = (turn.plan(), turn.id().clone());
        let order = |change| Order(id.clone(), change);
        match answer {
            Answer::Redeemed(said) => said.record(turn, &plan.account, order(Change::Spend), |why| order(Change::Release(why))),
            Answer::TakenBack(Verdict::Refused(why)) => Ok(Heard::Refused(why.clone())),
            Answer::TakenBack(said) => said.record(turn, &plan.account, order(Change::TakeBack), |_| order(Change::TakeBack)),
            Answer::Registrar(said) => plan.shares.hear(self, turn, said),
        }
    }
    fn needs(&self, view: &View<'_, Self>, answer: &Answer, now: Timestamp) -> Vec<Need> {
        let Answer::Registrar(said) = answer else { return Vec::new() };
        view.plan.shares.leg.needs_for(self, view, said, now)
    }
    fn notice(view: &View<'_, Self>, stream: &StreamName, news: &Payload) -> Option<Answer> {
        view.plan.shares.news(stream, news).map(Answer::Registrar)
    }

    fn when(&self, view: &View<'_, Self>, when: When) -> Option<Timestamp> {
        match when {
            When::NextCutOff => self.house.cut_off_after(view.plan.shares.day(view), 1),
            When::Due => view.plan.shares.noon_after_due(self, view, 0),
            When::Overdue => view.plan.shares.noon_after_due(self, view, 1),
        }
    }
    /// Points, and yuan.
    fn open_ends(view: &View<'_, Self>) -> Vec<OpenEnd> {
        let request = &view.open.request;
        let bound = match points(view) {
            Some(Event::Reserved { .. }) => true,
            Some(Event::Spent { .. }) => !view.plan.shares.is_credited(view),
            Some(Event::Released { .. }) | None => false,
        };
        let points = bound.then(|| OpenEnd { name: "points".into(), worth: request.points.into() });
        points.into_iter().chain(view.plan.shares.open_end(view, worth(request))).collect()
    }
    fn failure(view: &View<'_, Self>) -> Option<Cause> {
        let released = match points(view)? { Event::Released { cause, .. } => Some(cause.clone()), _ => None };
        view.plan.shares.leg.failure(view).or(released)
    }
}

fn points<'a>(view: &View<'a, PointsExchange>) -> Option<&'a Event> {
    view.state(&view.plan.account)?.get(view.id)
}

/// A point is worth a fen.
fn worth(request: &Request) -> Decimal {
    Decimal::new(request.points.into(), 2)
}

pub fn registry() -> Registry {
    let registry = Registry::shipped().saga(|house| PointsExchange { house });
    registry.port("points", |_| Ok(Arc::new(PointsSystem)))
}

/// A house of one registrar, with the shipped calendar and funds.
pub fn house() -> Result<House, Box<dyn Error>> {
    let (own, funds) = ("ta-05".parse()?, catalogue::shipped().map_err(|it| format!("{it:?}"))?);
    Ok(House {
        calendar: Arc::new(TradingCalendar::xshg()?),
        funds: Arc::new(move |code, day| funds.on(code, day)),
        navs: Arc::new(|_, _| None),
        bank: "bank".parse()?,
        registrars: Arc::new(move |_| PortName::clone(&own)),
    })
}

#[tokio::main(flavor = "current_thread")]
async fn exchange(folder: &Path) -> Result<(), Box<dyn Error>> {
    // A fixed instant, so that it goes the same way on any day. A service leaves `.clock` out.
    let (clock, house) = (ManualClock::at("2026-02-12T10:00:00+08:00".parse()?), house()?);
    let (books, time) = (folder.join("sandbox"), Arc::new(clock.clone()));
    std::fs::create_dir_all(&books)?;
    let market = Market::at_par(house.calendar.clone());
    let registrar = SandboxRegistrar::open(Scenario::default(), market, time, &books)?;
    let registrar = Arc::new(registrar);
    let store = SqliteStore::open(folder.join("events.db"), &Settings::default())?;
    let engine = Engine::builder(Arc::new(store)).clock(clock.clone()).saga(PointsExchange { house });
    let engine = engine.port("points", Arc::new(PointsSystem))?;
    let engine = engine.port("ta-05", Arc::new(Register(registrar.clone())))?.start().await?;
    for (id, points) in [("PX-1", 10_000), ("PX-2", 2_000_000), ("PX-1", 10_000)] {
        let request = Request { member: "INV-1".parse()?, points, fund: "011162".parse()? };
        let (transaction, asked) = (id.parse()?, ());
        let asking = Asking::<PointsExchange> { transaction, request, asked, at: None, trace_parent: None };
        let (placed, rest) = engine.request_watched(asking).await?;
        engine.settle().await?;
        // The next morning the registrar confirms.
        clock.advance_to("2026-02-13T10:00:00+08:00".parse()?);
        let due = registrar.due(clock.now()).into_iter();
        engine.deliver(due.map(|(stream, news)| Notice { stream, news }).collect()).await;
        println!("{id}, T {}: {:?}", placed.promise.trade_date, rest.await?);
    }
    Ok(engine.shutdown().await?)
}

fn main() -> ExitCode {
    let typed: Vec<String> = std::env::args().collect();
    let [_, folder] = &typed[..] else { return fundflow_cli::run(&registry(), typed) };
    match exchange(Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => { eprintln!("error: {error}"); ExitCode::FAILURE }
    }
}
