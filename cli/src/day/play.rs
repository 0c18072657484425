//! The hands of the virtual clock: what happens next, until nothing does.
//!
//! 1. Time only moves to the next thing that is due: an order, a job of the day, a callback, a
//!    timer. What is due is done, and the engine settles, before time moves again.
//! 2. What is due is read off the log and the counterparties' books, so that a day that was killed
//!    finds the same agenda. Everything on it may be done twice; a notice whose instant lies before
//!    the log's end was delivered before the end, and is not delivered again. A later day begins where
//!    the log ends: what is said, or is due, in between comes in its turn.
//! 3. Orders within a second go in together, in one wave, at the instant of its last; a day of many
//!    orders has wider waves. A wave never spans a cut-off, and each order keeps its own instant.
//! 4. The day is over when everything is over or waits for a person. What is parked is asked for
//!    slowly for ever, and nobody waits for that.

use super::{
    Trouble,
    agenda::{Done, FollowUps, Item, at, invests_at, waves},
    answer_faults, batch,
    books::Books,
    cancels::TakenBack,
    cuts, days,
    dealing::Heard,
    earlier, overrides,
    progress::{Job, Moment},
    repriced, requests, settlement,
    table::{Counterparties, Table},
};
use crate::frozen_orders;
use fundflow::{ActError, Engine, Notice, Noticed};
use fundflow_application::{
    audit::{self, Report},
    desk::{self, SagaList},
    read_models::catch_up,
};
use fundflow_closing::{Attached, Jobs};
use fundflow_domain::{
    calendar::TradingDay, ids::TransactionId, time::Timestamp, wallet::parse_id,
};
use fundflow_infrastructure::{
    day_folder::{Day, Kind, Order, Price, Problem, published_at, published_for},
    sandbox::channel::Totals,
};
use fundflow_kernel::{
    clock::Clock as _,
    store::{Checkpoints, EventStore, Position},
};
use fundflow_sagas::regular_plan::Command as PlanWord;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

/// Result of a played day.
pub(super) struct Played {
    pub(super) desk: desk::Registry,
    pub(super) sagas: SagaList,
    pub(super) books: Books,
    /// Requests that the business refused, and why.
    pub(super) refused: BTreeMap<TransactionId, String>,
    /// Those of plans on the days that passed, whichever folder these are of.
    pub(super) plans_refused: BTreeMap<TransactionId, (TradingDay, String)>,
    /// Rows that came after the store had been played past their instant, and what could not be booked.
    pub(super) mistakes: Vec<Problem>,
    /// What was to be taken back of sagas that were under way.
    pub(super) taken_back: BTreeMap<TransactionId, TakenBack>,
    /// What became of words to plans.
    pub(super) plan_words: BTreeMap<TransactionId, String>,
    /// The last day that the folder is about.
    pub(super) until: TradingDay,
    /// Things that a person should look at.
    pub(super) remarks: Vec<String>,
    pub(super) audit: Report,
    pub(super) totals: Totals,
    pub(super) events_before: u64,
    pub(super) events_after: u64,
    pub(super) ended_at: Timestamp,
    pub(super) files: Vec<PathBuf>,
}

/// A day under way.
pub(super) struct Play<S> {
    pub(super) engine: Engine,
    pub(super) store: Arc<S>,
    /// Whoever does the jobs of day-cuts.
    pub(super) jobs: Arc<Jobs<S>>,
    /// What these say.
    pub(super) heard: Heard,
    _attached: Attached,
    pub(super) day: Arc<Day>,
    pub(super) table: Table,
    pub(super) with: Counterparties,
    pub(super) books: Books,
    pub(super) remarks: Vec<String>,
    pub(super) written: Vec<PathBuf>,
    pub(super) refused: BTreeMap<TransactionId, String>,
    /// Those of plans on the days that passed, whichever folder these are of.
    pub(super) plans_refused: BTreeMap<TransactionId, (TradingDay, String)>,
    pub(super) mistakes: Vec<Problem>,
    pub(super) taken_back: BTreeMap<TransactionId, TakenBack>,
    /// What was said to which plan, and what that does.
    pub(super) plan_words: BTreeMap<TransactionId, (TransactionId, PlanWord, &'static str)>,
    /// Requests that were made of the engine.
    made: usize,
    /// How far the store had been played before.
    pub(super) began: Timestamp,
    /// Until when a program played the folder that did not note what it took, if one did.
    pub(super) played_earlier: Option<Timestamp>,
    /// When the wave was due that is being placed.
    pub(super) wave: Timestamp,
    pub(super) agenda: BTreeSet<(Timestamp, Item)>,
    /// What is still to follow from items of this instant.
    pub(super) follow_ups: FollowUps,
    pub(super) days: Vec<TradingDay>,
    /// The last day that the folder is about.
    pub(super) until: TradingDay,
    /// The days on which plans are on the agenda, or were.
    pub(super) invests: BTreeSet<TradingDay>,
    /// The T whose batches are on the agenda, or were.
    pub(super) batches: BTreeSet<TradingDay>,
    /// Of these, those that were due before the day began and have not gone out yet.
    pub(super) late: BTreeSet<TradingDay>,
}

/// Eight in the morning of T; where the log ends if something was played before, days ago or until it
/// was killed.
pub(super) async fn start_of<S: EventStore>(store: &S, day: &Day) -> Result<Timestamp, Trouble> {
    let first = at(day.trade_date, 8, 0);
    let earliest = day.orders.first().map_or(first, |order| order.time.min(first));
    let head = store.head().borrow().0;
    let last = store.read_all(Position(head.saturating_sub(1)), 1).await?;
    Ok(last.first().map_or(earliest, |event| event.event.recorded_at))
}

impl<S: EventStore + Checkpoints> Play<S> {
    /// Starts the engine and writes the agenda.
    pub(super) async fn start(
        (store, jobs, heard): (Arc<S>, Arc<Jobs<S>>, Heard),
        day: Arc<Day>,
        table: Table,
        with: Counterparties,
    ) -> Result<Self, Trouble> {
        let (engine, remarks) = table.engine(store.clone(), &with).await?;
        let attached = jobs.attach(&engine);
        let began = table.clock.now();
        let until = days::until(&day, &table.house.calendar);
        let mut play = Self {
            engine,
            store,
            jobs,
            heard,
            _attached: attached,
            day,
            table,
            with,
            books: Books::of_folder_until(until),
            remarks,
            written: Vec::new(),
            refused: BTreeMap::new(),
            plans_refused: BTreeMap::new(),
            mistakes: Vec::new(),
            taken_back: BTreeMap::new(),
            plan_words: BTreeMap::new(),
            made: 0,
            began,
            played_earlier: None,
            wave: began,
            agenda: BTreeSet::new(),
            follow_ups: FollowUps::default(),
            days: Vec::new(),
            until,
            invests: BTreeSet::new(),
            batches: BTreeSet::new(),
            late: BTreeSet::new(),
        };
        for (from, until) in waves(&play.day.orders, &play.table.house.calendar) {
            if let Some(last) = play.day.orders.get(until.saturating_sub(1)) {
                play.agenda.insert((last.time, Item::Wave(from, until)));
            }
        }
        play.plan_days()?;
        play.played_earlier = earlier::played_until(&play).await?;
        catch_up(&*play.store, &mut play.books).await?;
        let frozen = play.books.frozen.iter().filter_map(|id| parse_id(id));
        play.with.sandbox.keep(&frozen_orders::of_each(&*play.store, frozen).await?);
        play.mistakes = overrides::of_no_plan(&play.day, &play.books);
        // Delivered before the log's end, or the log would end earlier.
        let delivered = Timestamp::from_micros(play.table.clock.now().micros() - 1);
        drop(play.with.sandbox.due(delivered, false));
        play.publish_all(play.table.clock.now());
        Ok(play)
    }

    /// Plays until nothing moves. `progress` hears of every step.
    pub(super) async fn run(
        mut self,
        mut progress: impl FnMut(&Moment),
    ) -> Result<Played, Trouble> {
        let events_before = self.store.head().borrow().0;
        let whole = self.agenda.len() as u64;
        self.settle().await?;
        repriced::tell(&mut self).await?;
        while let Some(step) = self.step().await? {
            progress(&self.moment(whole, step.job()));
        }
        self.engine.shutdown().await?;
        self.take_remarks();
        let events = self.store.head().borrow().0;
        progress(&self.moment(whole, Some(Job::Settled { events })));
        let desk = self.table.sagas.desk.clone();
        let audit = audit::verify(&*self.store, &desk, |_, _| {}).await?;
        let mut sagas = SagaList::new(desk.clone());
        sagas.catch_up(&*self.store).await?;
        let now = self.table.clock.now();
        let plan_words = requests::plans::became(&self.books, self.plan_words);
        self.mistakes.sort_by_key(|problem| problem.line);
        Ok(Played {
            totals: self.with.sandbox.channel.totals(now),
            events_before,
            events_after: self.store.head().borrow().0,
            ended_at: now,
            files: self.written,
            sagas,
            books: self.books,
            refused: self.refused,
            plans_refused: self.plans_refused,
            mistakes: self.mistakes,
            taken_back: self.taken_back,
            plan_words,
            until: self.until,
            remarks: self.remarks,
            audit,
            desk,
        })
    }

    fn moment(&self, whole: u64, job: Option<Job>) -> Moment {
        let left = self.agenda.len() as u64;
        Moment {
            now: self.table.clock.now(),
            done: whole.saturating_sub(left),
            of: whole.max(left),
            made: self.made,
            requests: self.day.orders.len(),
            job,
        }
    }

    /// Moves time to the next thing that is due and does it; `None` when nothing is left.
    pub(super) async fn step(&mut self) -> Result<Option<Done>, Trouble> {
        let Some(next) = self.next().await? else { return Ok(None) };
        self.table.clock.advance_to(next);
        let now = self.table.clock.now();
        let (mut done, mut carried) = (Done(None), None);
        if self.agenda.first().is_some_and(|(due, _)| *due <= now)
            && let Some((due, item)) = self.agenda.pop_first()
        {
            self.wave = due;
            let worked = self.carry_out(item.clone()).await?;
            // Prices that were due before the day began are known already.
            let is_known = matches!(item, Item::Prices(_)) && due <= self.began;
            carried = Some(item.clone());
            done = Done((worked && !is_known).then_some(item));
        }
        let at_once = self.agenda.iter().take_while(|(due, _)| *due <= now);
        let files_to_come = at_once.into_iter().any(|(_, item)| matches!(item, Item::Night(_)));
        let notices = self.with.sandbox.due(now, files_to_come);
        self.deliver(notices).await?;
        self.settle().await?;
        if let Some(item) = carried {
            cuts::follow(self, &item).await?;
            self.follow_ups.note(&item, self.wave >= self.began);
        }
        // A process that starts does all of that instant again, and then only what follows from it.
        if self.agenda.first().is_none_or(|(due, _)| *due > now) {
            self.follow_up().await?;
        }
        Ok(Some(done))
    }

    /// What follows from all that was due by now: day-cuts are told, and then it is said what statements say.
    async fn follow_up(&mut self) -> Result<(), Trouble> {
        let FollowUps { tells, carried, answered } = std::mem::take(&mut self.follow_ups);
        if tells {
            cuts::tell(self).await?;
        }
        if carried {
            settlement::instructed(self).await?;
        }
        for (t, is_played_now) in answered {
            settlement::after_answers(self, t, is_played_now).await?;
        }
        Ok(())
    }

    /// Returns whether there was something to do.
    async fn carry_out(&mut self, item: Item) -> Result<bool, Trouble> {
        match item {
            Item::Wave(from, until) => {
                let day = self.day.clone();
                let orders = day.orders.get(from..until).unwrap_or_default();
                self.made += orders.len();
                self.invest_again(orders);
                requests::place(self, orders).await.map(|()| true)
            }
            Item::Plans(t) => requests::plans::invest(self, t).await,
            Item::Send(t) => batch::send(self, t).await,
            Item::Prices(t) => Ok(self.publish(t)),
            Item::Night(t) => batch::night(self, t).await,
            Item::Files(t) => answer_faults::rest(self, t).await,
            Item::Answers(t) => batch::answers(self, t).await,
        }
    }

    /// Whoever opens or changes a plan between its hour and the cut-off still invests on that T.
    fn invest_again(&mut self, orders: &[Order]) {
        let now = self.table.clock.now();
        let calendar = &self.table.house.calendar;
        let plans =
            orders.iter().any(|order| matches!(order.kind, Kind::Plan(_) | Kind::PlanWord { .. }));
        if let Ok(t) = calendar.day(now.date())
            && plans
            && (invests_at(t)..calendar.cut_off(t)).contains(&now)
        {
            self.agenda.insert((now, Item::Plans(t)));
        }
    }

    /// Prices of T become known; returns whether the folder has any of that very day.
    fn publish(&self, t: TradingDay) -> bool {
        for price in published_for(&self.day.prices, self.day.trade_date, t) {
            self.tell(price);
        }
        self.day.prices.iter().any(|price| price.date == t.date())
    }

    fn tell(&self, Price { fund, date, nav }: Price) {
        self.table.prices.publish(fund, date, nav);
        for (_, registrar) in &self.with.sandbox.registrars {
            registrar.market().publish(fund, date, nav);
        }
    }

    /// The prices that were published before that instant, those of days before the folder's among them.
    fn publish_all(&self, now: Timestamp) {
        let known = |price: &&Price| {
            let day = self.table.house.calendar.day(price.date);
            day.is_ok_and(|day| published_at(day) <= now)
        };
        for price in self.day.prices.iter().filter(known) {
            self.tell(*price);
        }
        for (due, item) in &self.agenda {
            if let (true, Item::Prices(t)) = (*due <= now, item) {
                self.publish(*t);
            }
        }
    }

    /// Hands notices to the engine. What is about nobody's key is a case by then.
    pub(super) async fn deliver(
        &mut self,
        notices: Vec<Notice>,
    ) -> Result<Vec<Option<Noticed>>, Trouble> {
        let mut all = Vec::with_capacity(notices.len());
        for delivered in self.engine.deliver(notices).await {
            match delivered {
                Ok(heard) => all.push(Some(heard)),
                Err(ActError::NotActed(error)) => {
                    self.remarks.push(error.to_string());
                    all.push(None);
                }
                Err(error @ (ActError::Unsure | ActError::ClockSetBack(_))) => {
                    return Err(Trouble::Defect(error.to_string()));
                }
                Err(ActError::Stopped(cause)) => return Err(fundflow::Stopped { cause }.into()),
            }
        }
        Ok(all)
    }

    pub(super) async fn settle(&mut self) -> Result<(), Trouble> {
        self.engine.settle().await?;
        catch_up(&*self.store, &mut self.books).await?;
        Ok(())
    }
}
