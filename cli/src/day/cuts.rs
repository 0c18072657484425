//! The day-cuts of the days that are played: one for each registrar and T, asked for when the batch of T has gone out,
//! and told at once what the day has done for it.
//!
//! 1. A T whose batch went out before the store's end was cut then, or by a program that cut no days; only one with
//!    orders that still wait for its files is cut now. So a folder of an earlier program, played again, adds nothing.
//! 2. Registrars are told one after the other, each until nothing of its day-cut moves: the head that the last job
//!    keeps then stands for the same events whenever the process died.
//! 3. Nobody waits for a day-cut here: what it waits for when the folder is over, a later folder brings.

use super::{Trouble, agenda::Item, play::Play};
use crate::day_cut::news;
use chrono::NaiveDate;
use fundflow::{Asking, RequestError, runtime::saga::Saga as _};
use fundflow_closing::IncomeToCome;
use fundflow_domain::{calendar::TradingDay, ids::TransactionId};
use fundflow_infrastructure::day_folder::{Day, Kind};
use fundflow_kernel::{
    clock::{Clock as _, ManualClock},
    envelope::Recorded,
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::{
    day_cut::{self, DayCut, Request},
    ports::day_jobs::Job,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The day-cuts of the log.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    /// Those that are not over, and their T.
    open: BTreeMap<TransactionId, NaiveDate>,
    /// The T of all.
    begun: BTreeSet<NaiveDate>,
    /// Of these those that a program asked for whose day-cuts settle nothing.
    unsettled: BTreeSet<NaiveDate>,
    /// Of these those of which something was instructed since anybody looked.
    instructed: BTreeSet<NaiveDate>,
}

impl Cuts {
    /// Takes in how one begins and ends.
    pub(super) fn hear(&mut self, event: &Recorded) {
        if event.stream.category() != DayCut::KIND {
            return;
        }
        let Ok(cut) = TransactionId::new(event.stream.id()) else { return };
        let name = &*event.event.event_type;
        if name == DayCut::NAMES.prepared {
            let day = day_cut::t_of(cut.as_str()).map(TradingDay::date);
            self.begun.extend(day);
            let is_v1 = event.event.data.contains(&format!("\"{}\"", day_cut::DAY_CUT_V1.version));
            self.unsettled.extend(day.filter(|_| is_v1));
            self.open.extend(day.map(|day| (cut, day)));
        } else if name == day_cut::done_type(Job::Settlement) {
            self.instructed.extend(self.open.get(&cut));
        } else if name == DayCut::NAMES.abandoned || DayCut::ending_of(name).is_some() {
            self.open.remove(&cut);
        }
    }

    /// The T of those that are not over.
    pub(super) fn days(&self) -> BTreeSet<NaiveDate> {
        self.open.values().copied().collect()
    }

    /// Whether that T was cut, or is being cut.
    pub(super) fn has(&self, t: TradingDay) -> bool {
        self.begun.contains(&t.date())
    }

    /// Whether its day-cuts instruct what is due.
    pub(super) fn settle(&self, t: TradingDay) -> bool {
        self.has(t) && !self.unsettled.contains(&t.date())
    }

    /// The T of which something was instructed since this was asked.
    pub(super) fn take_instructed(&mut self) -> BTreeSet<NaiveDate> {
        std::mem::take(&mut self.instructed)
    }

    /// Whether a day-cut of that T is not over.
    pub(super) fn is_open(&self, t: TradingDay) -> bool {
        self.open.values().any(|day| *day == t.date())
    }

    /// Those that are not over, by T.
    fn open(&self) -> Vec<TransactionId> {
        let mut open: Vec<_> = self.open.iter().map(|(cut, t)| (*t, cut.clone())).collect();
        open.sort();
        open.into_iter().map(|(_, cut)| cut).collect()
    }
}

/// Whether a row of the folder is still to give the income of a fund for one of those natural days.
pub(super) fn income_to_come(day: &Arc<Day>, clock: &ManualClock) -> IncomeToCome {
    let (day, clock) = (day.clone(), clock.clone());
    Box::new(move |fund, (after, until)| {
        day.orders.iter().rev().take_while(|order| order.time > clock.now()).any(|order| {
            let Kind::Income(income) = &order.kind else { return false };
            income.fund == fund && income.day > after && income.day <= until
        })
    })
}

/// Asks for the day-cuts of a T whose batch has gone out. All that are open are told what the day has done, once all of
/// that instant is done.
pub(super) async fn follow<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    item: &Item,
) -> Result<(), Trouble> {
    match item {
        Item::Send(t) => open(play, *t).await?,
        Item::Wave(from, until) => {
            let rows = play.day.orders.get(*from..*until).unwrap_or_default();
            if !rows.iter().any(|row| matches!(row.kind, Kind::Income(_))) {
                return Ok(());
            }
        }
        Item::Plans(_) | Item::Night(_) | Item::Files(_) => return Ok(()),
        Item::Prices(_) | Item::Answers(_) => {}
    }
    play.follow_ups.tells = true;
    Ok(())
}

async fn open<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<(), Trouble> {
    let is_played_now = play.wave >= play.began || play.books.waits_for_answers_of(t);
    if !is_played_now || play.table.sagas.desk.get(DayCut::KIND).is_none() {
        return Ok(());
    }
    for registrar in play.registrars()? {
        let Some(id) = day_cut::id(&registrar, t) else { continue };
        let asking = Asking::<DayCut>::of(id.clone(), Request { registrar, t }, ());
        match play.engine.request_all(vec![asking]).await.pop() {
            Some(Ok(_)) | None => {}
            Some(Err(RequestError::Stopped(cause))) => {
                return Err(fundflow::Stopped { cause }.into());
            }
            Some(Err(error)) => play.remarks.push(format!("no day-cut {id}: {error}")),
        }
        play.settle().await?;
    }
    Ok(())
}

pub(super) async fn tell<S: EventStore + Checkpoints>(play: &mut Play<S>) -> Result<(), Trouble> {
    for cut in play.books.cuts.open() {
        while let Some(notice) =
            news::of((&*play.store, &play.jobs), &cut, |t| play.have_answered(t)).await?
        {
            let before = play.store.head().borrow().0;
            play.deliver(vec![notice]).await?;
            play.settle().await?;
            // What it does not take, it does not take the next time.
            if play.store.head().borrow().0 == before {
                break;
            }
        }
    }
    Ok(())
}
