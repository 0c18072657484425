//! What counterparties and we owe each other of a T: set off and asked for on the morning after, and what their
//! statements say of it by then.
//!
//! 1. The day-cut asks what is due. Of a T whose day-cuts are of an earlier program, which asked nothing, it is asked here,
//!    once, which a mark beside the store says. A T of a program that cut no days is not asked about.
//! 2. The sandbox's statements say what follows from the settlement, the scenario and the day; what they said stays in
//!    the folder beside the store, and is said again on later days: each transfer is booked once.

use super::{Trouble, play::Play};
use fundflow::{Asking, Notice, RequestError, runtime::saga::Saga as _};
use fundflow_closing::{NotDue, terms};
use fundflow_domain::{
    calendar::TradingDay,
    money::{NumberError, SignedMoney},
    orders::Cause,
    settlement::Terms,
};
use fundflow_infrastructure::{
    sandbox::settlement::stated,
    statements::{Statement, StatementFolder},
};
use fundflow_kernel::{
    clock::Clock as _,
    store::{Checkpoints, EventStore},
};
use fundflow_ledger::{Due, Ledger, Settled};
use fundflow_sagas::{
    clearing::{self, Clearing},
    ports::statements::{Stated, StatementAnswer, StatementCall},
};

/// On the trading day after T, once its answers are read: what is due of T, and what statements say by now.
pub(super) async fn after_answers<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
    is_played_now: bool,
) -> Result<(), Trouble> {
    let now = play.table.clock.now();
    let folder = StatementFolder::below(&play.with.base);
    let is_asked = folder.is_asked(t)?;
    let is_ours = play.books.cuts.has(t) && play.table.sagas.desk.get(Clearing::KIND).is_some();
    // A T after the log's end has nothing yet, and of one that was played before nobody speaks again.
    if !is_ours || is_asked && !is_played_now || now.date() <= t.date() {
        return Ok(());
    }
    let (mut ledger, _) = Ledger::current(&play.with.base, &*play.store).await?;
    if !is_asked {
        // The day-cut has asked, or will.
        let dues = if play.books.cuts.settle(t) { Vec::new() } else { ledger.dues(t.date())? };
        for due in dues {
            let known = !ledger.settlements(Some(&due.party), Some(t.date()))?.is_empty();
            if let Some(terms) = if known { None } else { due_of(play, &due, t)? } {
                ask(play, terms).await?;
            }
        }
        play.settle().await?;
        // What a day-cut asks is said of when it has asked.
        if !play.books.cuts.settle(t) {
            folder.note_asked(t)?;
        }
        ledger.follow(&*play.store).await?;
    }
    say(play, &ledger).await
}

/// What statements say by now of a T whose day-cuts have instructed what is due, at whichever hour that was.
pub(super) async fn instructed<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
) -> Result<(), Trouble> {
    let folder = StatementFolder::below(&play.with.base);
    let days = play.books.cuts.take_instructed();
    let days = days.into_iter().filter_map(|day| play.table.house.calendar.day(day).ok());
    let mut new = Vec::new();
    for t in days {
        if !folder.is_asked(t)? {
            new.push(t);
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    let (ledger, _) = Ledger::current(&play.with.base, &*play.store).await?;
    say(play, &ledger).await?;
    for t in new {
        // Another registrar's day-cut may still ask.
        if !play.books.cuts.is_open(t) {
            folder.note_asked(t)?;
        }
    }
    Ok(())
}

/// What is asked for; `None` where the calendar does not reach the day of pay.
fn due_of<S>(play: &Play<S>, due: &Due, t: TradingDay) -> Result<Option<Terms>, Trouble> {
    match terms(&play.table.house, due, t) {
        Ok(terms) => Ok(Some(terms)),
        Err(NotDue::Calendar(_)) => Ok(None),
        Err(error) => Err(Trouble::Defect(error.to_string())),
    }
}

async fn ask<S: EventStore + Checkpoints>(play: &mut Play<S>, terms: Terms) -> Result<(), Trouble> {
    let Some(id) = clearing::id(terms.id()) else { return Ok(()) };
    let asking = Asking::<Clearing>::of(id, terms, ());
    match play.engine.request_all(vec![asking]).await.pop() {
        Some(Ok(_)) | None => Ok(()),
        Some(Err(RequestError::Refused(why))) => {
            play.remarks.push(format!("settlement: {why}"));
            Ok(())
        }
        Some(Err(other)) => Err(Trouble::Defect(other.to_string())),
    }
}

/// Stores what counterparties say by now of settlements of which something remains, and hands it to their sagas.
async fn say<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    ledger: &Ledger,
) -> Result<(), Trouble> {
    let on = play.table.clock.now().date();
    let folder = StatementFolder::below(&play.with.base);
    let mut notices = Vec::new();
    let rows = ledger.settlements(None, None)?;
    for row in rows.iter().filter(|row| !row.remains.is_zero()) {
        let terms = terms_of(row)?;
        let calendar = &play.table.house.calendar;
        let next = calendar.after(terms.due_on).map_or(terms.due_on, TradingDay::date);
        if let Some(parts) = stated(&play.day.scenario, &terms, (on, next)) {
            folder.take(&Statement::of(terms.id(), parts, on))?;
        }
        let stated = match folder.said(terms.id())? {
            Some(parts) => Stated::Parts(parts),
            None if on > terms.due_on => {
                Stated::NotYet(Cause::new("no_statement", "the day of pay is over"))
            }
            None => continue,
        };
        let Some(id) = clearing::id(terms.id()) else { continue };
        let call = StatementCall { settlement: terms.id() };
        let answer = StatementAnswer { call, stated };
        let (stream, news) = clearing::notice(&id, answer);
        notices.push(Notice { stream, news });
    }
    play.deliver(notices).await?;
    play.settle().await
}

/// As the ledger has them.
fn terms_of(row: &Settled) -> Result<Terms, Trouble> {
    let [receivable, payable, fees] = [row.receivable, row.payable, row.fees].map(SignedMoney::new);
    Ok(Terms {
        party: row.party.parse().map_err(unread)?,
        t: TradingDay::recorded(row.t.parse().map_err(unread)?),
        due_on: row.due_on.parse().map_err(unread)?,
        receivable: receivable.map_err(|error| too_much(&error))?,
        payable: payable.map_err(|error| too_much(&error))?,
        fees: fees.map_err(|error| too_much(&error))?,
    })
}

fn unread(error: impl std::fmt::Display) -> Trouble {
    Trouble::Defect(format!("the ledger's tables: {error}"))
}

fn too_much(error: &NumberError) -> Trouble {
    Trouble::Defect(format!("a sum of the ledger: {error}"))
}
