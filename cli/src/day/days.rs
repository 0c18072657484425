//! The days that a play goes on for, and what is on the agenda of each.
//!
//! 1. A folder is about its T, and about the trading day after it where a row belongs to that, or a plan of
//!    a row begins on it. Time goes on as long as something moves of what was asked for until then, and no
//!    further: the next folder begins where it stopped. How far was planned is stored beside the
//!    counterparties' books, and planned again after the process died.
//! 2. Plans invest on every trading day that passes, between two folders too. What they ask for after the
//!    folder's last day moves no time; it stays under way, and a later folder goes on with it.
//! 3. What was accepted goes out with its T, however much later that is, and so does what belongs to a T
//!    before the folder's.
//! 4. What a day waits for past the end of the trading calendar is not played.

use super::{
    Trouble,
    agenda::{Item, at, invests_at},
    play::Play,
};
use crate::sandbox::BOOKS;
use fundflow::Outlook;
use fundflow_domain::{
    admission::buying::Way,
    calendar::{TradingCalendar, TradingDay},
    plan,
    time::Timestamp,
};
use fundflow_infrastructure::{
    day_folder::{Day, Kind, Order, published_at},
    sandbox::saved::Played,
};
use fundflow_kernel::{
    clock::Clock as _,
    store::{Checkpoints, EventStore},
};
use std::{collections::BTreeSet, path::PathBuf};

/// Trading days within which something must move, or the day is over without it.
const SOON: u32 = 3;
/// Trading days that are played at most for what is converted or paid out later: whatever waits for
/// nothing that has a time would go on for ever.
const DAYS_MAX: usize = 10;

impl<S: EventStore + Checkpoints> Play<S> {
    /// The folder's days, and those that were planned before.
    pub(super) fn plan_days(&mut self) -> Result<(), Trouble> {
        let (t, next) = (self.day.trade_date, self.day.next);
        self.plan(t);
        self.plan(next);
        let planned = Played::load(&self.books_below(), t)?;
        while let Some(day) = self.day_after(self.last()).filter(|day| Some(*day) <= planned) {
            self.plan(day);
        }
        Ok(())
    }

    fn plan(&mut self, t: TradingDay) {
        self.days.push(t);
        self.pass(t);
    }

    /// Puts that day on the agenda, whoever waits for it.
    fn pass(&mut self, t: TradingDay) {
        self.plan_batch(t);
        self.invests.insert(t);
        self.agenda.insert((invests_at(t), Item::Plans(t)));
    }

    /// Puts every day on the agenda on which plans invest before that instant. Returns whether there was
    /// one that was not.
    fn pass_until(&mut self, until: Timestamp) -> bool {
        let now = self.table.clock.now();
        let first = self.calendar().t_of(now).ok();
        let before = first.and_then(|t| self.calendar().before(t).ok());
        let days = std::iter::successors(before.or(first), |t| self.day_after(*t));
        let due = |t: &TradingDay| (now..=until).contains(&invests_at(*t));
        let days = days.take_while(|t| invests_at(*t) <= until).filter(due);
        let missing: Vec<_> = days.filter(|t| !self.invests.contains(t)).collect();
        for t in &missing {
            self.pass(*t);
        }
        !missing.is_empty()
    }

    /// Past the calendar's end nobody knows when the registrars work.
    fn plan_batch(&mut self, t: TradingDay) {
        self.batches.insert(t);
        self.agenda.extend([(self.sent_at(t), Item::Send(t)), (published_at(t), Item::Prices(t))]);
        if let Some(next) = self.day_after(t) {
            self.agenda
                .extend([(at(next, 8, 0), Item::Night(t)), (at(next, 8, 30), Item::Answers(t))]);
        }
        for at in self.come_later(t) {
            self.agenda.extend([(at, Item::Files(t)), (at, Item::Answers(t))]);
        }
    }

    /// When the batch of T is complete: what was paid before a cut-off is heard of for two hours more,
    /// and some orders have a cut-off of their own.
    fn sent_at(&self, t: TradingDay) -> Timestamp {
        let house = &self.table.house;
        let terms = self.day.catalogue.codes();
        let terms = terms.filter_map(|code| self.day.catalogue.on(code, t.date()));
        let raised = terms.filter(|terms| {
            terms.raising.as_ref().is_some_and(|it| (it.from..=it.through).contains(&t.date()))
        });
        let own = raised.map(|terms| terms.cut_off_for(Way::Subscription)).max().flatten();
        house.sealed_by(t, own).max(house.sealed_by(t, None))
    }

    /// When something is due next. While something moves, further days are planned, to an end.
    pub(super) async fn next(&mut self) -> Result<Option<Timestamp>, Trouble> {
        let outlook = self.engine.outlook_beside(self.books.later.sagas()).await?;
        self.plan_left_behind();
        loop {
            let first = self.first_due(&outlook);
            let last = self.last();
            let batch = self.books.waits_for_batch_after(last);
            let moves = batch || self.moves(&outlook, last);
            let beyond = first.is_none_or(|first| first > self.sent_at(last));
            if moves
                && beyond
                && (self.days.len() < DAYS_MAX || batch)
                && let Some(day) = self.day_after(last)
            {
                Played::save(&self.books_below(), self.day.trade_date, day)?;
                self.plan(day);
                continue;
            }
            if !moves && !self.agenda.iter().any(|(_, item)| self.is_ours(item)) {
                return Ok(None);
            }
            let end = at(self.later(last, 1), 17, 0);
            let asked = self.day.orders.last().map_or(end, |order| order.time);
            let planned = self.agenda.last().map_or(end, |(due, _)| *due);
            let next = first.filter(|first| *first <= end.max(asked).max(planned));
            if next.is_some_and(|next| self.pass_until(next)) {
                continue;
            }
            return Ok(next);
        }
    }

    /// Whether the folder is not over without it.
    fn is_ours(&self, item: &Item) -> bool {
        match item {
            Item::Wave(..) | Item::Files(_) => true,
            Item::Plans(t) => *t <= self.until,
            Item::Send(t) | Item::Night(t) => *t <= self.until || self.books.waits_for_batch_of(*t),
            // Once the registrar has worked through a batch, whoever asks hears it: no play ends in between.
            Item::Answers(t) => {
                let worked = self.day_after(*t).map(|next| at(next, 8, 0));
                let worked = worked.is_some_and(|worked| worked <= self.table.clock.now());
                let is_cut = self.books.cuts.is_open(*t);
                worked || is_cut || *t <= self.until || self.books.waits_for_batch_of(*t)
            }
            // Whatever needs a price is on the agenda itself.
            Item::Prices(_) => false,
        }
    }

    /// What belongs to a T that is not on the agenda although its batch is due by now, or earlier than
    /// what is, goes out with it: one between two days that were played into this store.
    fn plan_left_behind(&mut self) {
        let (last, now) = (self.last(), self.table.clock.now());
        let of_its_own = |t: &TradingDay| *t < last || self.sent_at(*t) <= now;
        let behind = self.books.unanswered();
        let behind = behind.filter(|(t, _)| !self.batches.contains(t) && of_its_own(t));
        let behind: BTreeSet<(TradingDay, bool)> = behind.collect();
        self.plan_open_cuts();
        for (t, is_sent) in behind {
            if !is_sent && self.sent_at(t) < now {
                self.late.insert(t);
            }
            if !self.batches.contains(&t) {
                self.plan_batch(t);
            }
        }
    }

    /// What the day-cuts wait for that earlier folders left open, and of the last T whose batch was due before the
    /// store's end, since the process may have died before it was cut with every registrar.
    fn plan_open_cuts(&mut self) {
        let now = self.table.clock.now();
        let last = self.calendar().t_of(now).ok().and_then(|t| self.calendar().before(t).ok());
        let is_due = |t: &TradingDay| self.sent_at(*t) <= now;
        let last = last.into_iter().filter(|t| is_due(t) && self.sent_at(*t) == self.began);
        let left =
            self.books.cuts.days().into_iter().filter_map(|day| self.calendar().day(day).ok());
        let days: BTreeSet<TradingDay> = left.chain(last).collect();
        for t in days {
            if !self.batches.contains(&t) {
                self.plan_batch(t);
            }
        }
    }

    /// Whether the registrars have sent by now what they send of a T.
    pub(super) fn have_answered(&self, t: TradingDay) -> bool {
        have_answered(self.calendar(), t, self.table.clock.now())
    }

    /// Whether anything goes on without a person, and soon: what has its time in months is under way.
    fn moves(&self, outlook: &Outlook, last: TradingDay) -> bool {
        let soon = at(self.later(last, SOON), 17, 0);
        let outside = self.with.sandbox.next_due().is_some_and(|due| due <= soon);
        outside || outlook.moves_by(soon)
    }

    fn first_due(&self, outlook: &Outlook) -> Option<Timestamp> {
        let agenda = self.agenda.first().map(|(due, _)| *due);
        [agenda, self.with.sandbox.next_due(), outlook.next_timer].into_iter().flatten().min()
    }

    fn calendar(&self) -> &TradingCalendar {
        &self.table.house.calendar
    }

    fn last(&self) -> TradingDay {
        self.days.last().copied().unwrap_or(self.day.next)
    }

    fn day_after(&self, t: TradingDay) -> Option<TradingDay> {
        self.calendar().plus(t, 1).ok()
    }

    /// The n-th trading day after T, or the last one that the calendar knows.
    fn later(&self, t: TradingDay, n: u32) -> TradingDay {
        (0..n).fold(t, |day, _| self.day_after(day).unwrap_or(day))
    }

    fn books_below(&self) -> PathBuf {
        self.with.base.join(BOOKS)
    }
}

/// The last day that the folder is about.
pub(super) fn until(day: &Day, calendar: &TradingCalendar) -> TradingDay {
    let belongs = |order: &Order| match &order.kind {
        // On later days, and by itself.
        Kind::Income(_) => day.trade_date,
        Kind::Plan(terms) => {
            let before = terms.start.pred_opt().unwrap_or(terms.start);
            let first = plan::next_occurrence(terms, before, calendar).ok().flatten();
            first.map_or(order.t, |first| first.day.max(order.t))
        }
        _ => order.t,
    };
    let last = day.orders.iter().map(belongs).filter(|t| *t <= day.next).max();
    last.unwrap_or(day.trade_date).max(day.trade_date)
}

/// Whether the registrars have sent by that instant what they send of a T.
pub(super) fn have_answered(calendar: &TradingCalendar, t: TradingDay, now: Timestamp) -> bool {
    calendar.plus(t, 1).is_ok_and(|next| at(next, 8, 30) <= now)
}
