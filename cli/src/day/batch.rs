//! The jobs of the day's cut: seal, send, the registrar's night, its answers.
//!
//! 1. A batch is what was accepted by then and is in no batch yet. A late order of an earlier T
//!    keeps its T and goes with the next batch.
//! 2. The files are written before *sent* is recorded. If the process dies in between, the files
//!    are found, and *sent* is recorded then.
//! 3. The registrar's night runs once: where its index is, it is not run again.

use super::{Trouble, play::Play};
use fundflow::{ActError, Action};
use fundflow_application::{
    counterparty::{Application, Notice},
    store::{Checkpoints, EventStore},
};
use fundflow_domain::{
    calendar::TradingDay,
    fund_order::Stage,
    ids::{ApplicationNo, Leg, OrderId, TransactionId},
};
use fundflow_infrastructure::{
    day_batch::{Parties, application_numbers, read_answers, write_applications},
    day_folder::Settings,
    exchange::file_name::IndexName,
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

const OPERATOR: &str = "day";

impl<S> Play<S> {
    fn parties(&self) -> Parties {
        let Settings { distributor, registrar, .. } = &self.day.settings;
        let (distributor, registrar) = (distributor.clone(), registrar.clone());
        Parties { distributor, registrar, version: Settings::VERSION }
    }

    fn directory(&self, t: TradingDay, way: &str) -> PathBuf {
        self.with.files.join(t.to_string()).join(way)
    }

    /// The orders at that stage whose T has come, as applications.
    fn applications(&self, t: TradingDay, at: fn(&Stage) -> bool) -> Vec<Application> {
        let orders = self.sagas.orders().iter().filter_map(|(id, kept)| {
            let order = kept.loaded.state.order()?;
            let id = OrderId::new(id).ok()?;
            (at(&order.stage) && order.terms.trade_date <= t).then(|| Application {
                no: ApplicationNo::of(&id),
                order: id,
                investor: order.terms.investor.clone(),
                fund: order.terms.fund,
                ask: order.terms.ask.clone(),
                trade_date: order.terms.trade_date,
                applied_at: kept.since,
            })
        });
        orders.collect()
    }

    /// The index of a directory, if its files are announced.
    fn index(directory: &Path) -> Option<PathBuf> {
        let entries = std::fs::read_dir(directory).ok()?;
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.find(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.parse::<IndexName>().is_ok())
        })
    }
}

/// Seals what was accepted, writes the file, and records that it was sent.
pub(super) async fn send<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<(), Trouble> {
    let out = play.directory(t, "out");
    let records = if let Some(index) = Play::<S>::index(&out) {
        application_numbers(&index)?
    } else {
        let accepted = play.applications(t, |stage| matches!(stage, Stage::Accepted(_)));
        let name = format!("T-{t}");
        let seal = |leg| Action::Seal(leg, name.as_str().into());
        act(play, accepted.iter().map(|it| &it.order), |_, leg| seal(leg)).await?;
        play.settle().await?;
        let sealed = play.applications(t, |stage| matches!(stage, Stage::Sealed));
        if sealed.is_empty() {
            return Ok(());
        }
        let batch = write_applications(&out, &play.parties(), t, &sealed)?;
        play.written.push(out.join(&batch.file));
        (batch.file, batch.records)
    };
    let (file, records) = records;
    let numbers: HashMap<&ApplicationNo, u64> = records.iter().zip(1..).collect();
    let sealed = play.applications(t, |stage| matches!(stage, Stage::Sealed));
    let ours = sealed.iter().filter(|it| numbers.contains_key(&it.no)).map(|it| &it.order);
    act(play, ours, |order, leg| {
        let record = numbers.get(&ApplicationNo::of(order)).copied().unwrap_or(0);
        Action::Send(leg, file.as_str().into(), record)
    })
    .await
}

async fn act<'a, S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: impl Iterator<Item = &'a OrderId>,
    action: impl Fn(&OrderId, Leg) -> Action,
) -> Result<(), Trouble> {
    let actions: Vec<(TransactionId, Action)> = orders
        .filter_map(|order| {
            let (transaction, leg) = order.parent()?;
            Some((transaction, action(order, leg)))
        })
        .collect();
    let who: Vec<TransactionId> = actions.iter().map(|(who, _)| who.clone()).collect();
    let answers = play.engine.act_all(actions, OPERATOR.into()).await?;
    for (transaction, answer) in who.iter().zip(answers) {
        match answer {
            Ok(()) => {}
            // It moved on in the meantime; the batch goes without it.
            Err(ActError::NotActed(error)) => {
                play.remarks.push(format!("{transaction}: not in the batch: {error}"));
            }
            Err(ActError::Stopped { reason }) => return Err(fundflow::Stopped { reason }.into()),
        }
    }
    Ok(())
}

/// Lets the registrar answer the files of that day.
pub(super) fn night<S>(play: &mut Play<S>, t: TradingDay) -> Result<(), Trouble> {
    let (out, into) = (play.directory(t, "out"), play.directory(t, "in"));
    if let (Some(index), None) = (Play::<S>::index(&out), Play::<S>::index(&into)) {
        let night = play.with.registrar.run_batch(&index, &into)?;
        play.written.extend(night.files);
    }
    Ok(())
}

/// Reads the registrar's answers and hands them to the engine.
pub(super) async fn answers<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<(), Trouble> {
    let Some(index) = Play::<S>::index(&play.directory(t, "in")) else { return Ok(()) };
    let answers = read_answers(&index)?;
    play.remarks.extend(answers.puzzles.iter().map(ToString::to_string));
    let ids = play.sagas.orders().iter().filter_map(|(id, _)| OrderId::new(id).ok());
    let orders: HashMap<ApplicationNo, OrderId> =
        ids.map(|id| (ApplicationNo::of(&id), id)).collect();
    let (mut notices, mut unknown) = (Vec::new(), Vec::new());
    for (no, answer) in answers.confirmations {
        match orders.get(&no) {
            Some(order) => notices.push(Notice::Application(order.clone(), answer)),
            None => unknown.push(format!("a confirmation under {no} is about no order of ours")),
        }
    }
    play.remarks.extend(unknown);
    play.deliver(notices).await
}
