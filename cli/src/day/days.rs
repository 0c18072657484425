//! The days that a play goes on for, and what is on the agenda of each.
//!
//! 1. A folder has two days; further ones are played while something moves, and what was planned once is
//!    planned again after the process died: how far is kept beside the counterparties' books.
//! 2. Plans invest on the folder's own days and those right after them. What was accepted by then goes out
//!    with its T, however much later that is, and so does what belongs to a T before the folder's.
//! 3. What a day waits for past the end of the trading calendar is not played.

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
    time::Timestamp,
};
use fundflow_infrastructure::{day_folder::published_at, sandbox::kept::Played};
use fundflow_kernel::{
    clock::Clock as _,
    store::{Checkpoints, EventStore},
};
use std::{collections::BTreeSet, path::PathBuf};

/// Trading days within which something must move, or the day is over without it.
const SOON: u32 = 3;
/// Trading days on which plans invest at most, for what is converted or paid out later.
const DAYS_MAX: usize = 7;

impl<S: EventStore + Checkpoints> Play<S> {
    /// The folder's days, and those that were planned before.
    pub(super) fn plan_days(&mut self) -> Result<(), Trouble> {
        let (t, next) = (self.day.trade_date, self.day.next);
        self.plan(t, true);
        self.plan(next, true);
        let planned = Played::kept(&self.books_below(), t)?;
        while let Some(day) = self.day_after(self.last()).filter(|day| Some(*day) <= planned) {
            self.plan(day, true);
        }
        Ok(())
    }

    fn plan(&mut self, t: TradingDay, invests: bool) {
        self.days.push(t);
        self.plan_batch(t);
        if invests {
            self.agenda.insert((invests_at(t), Item::Plans(t)));
        }
    }

    /// Past the calendar's end nobody knows when the registrars work.
    fn plan_batch(&mut self, t: TradingDay) {
        self.batches.insert(t);
        self.agenda.extend([(self.sent_at(t), Item::Send(t)), (published_at(t), Item::Prices(t))]);
        if let Some(next) = self.day_after(t) {
            self.agenda
                .extend([(at(next, 8, 0), Item::Night(t)), (at(next, 8, 30), Item::Answers(t))]);
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
        let outlook = self.engine.outlook().await?;
        self.plan_left_behind();
        loop {
            let first = self.first_due(&outlook);
            let last = self.last();
            let batch = self.books.waits_for_batch_after(last);
            let moves = batch || self.moves(&outlook, last);
            let beyond = first.is_none_or(|first| first > self.sent_at(last));
            let invests = self.days.len() < DAYS_MAX;
            if moves
                && beyond
                && (invests || batch)
                && let Some(day) = self.day_after(last)
            {
                if invests {
                    Played::keep(&self.books_below(), self.day.trade_date, day)?;
                }
                self.plan(day, invests);
                continue;
            }
            if self.agenda.is_empty() && !moves {
                return Ok(None);
            }
            let end = at(self.later(last, 1), 17, 0);
            let asked = self.day.orders.last().map_or(end, |order| order.time);
            let planned = self.agenda.last().map_or(end, |(due, _)| *due);
            return Ok(first.filter(|first| *first <= end.max(asked).max(planned)));
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
        for (t, is_sent) in behind {
            if !is_sent && self.sent_at(t) < now {
                self.late.insert(t);
            }
            if !self.batches.contains(&t) {
                self.plan_batch(t);
            }
        }
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
