//! The rows of orders.csv as requests to the engine, each to the saga of its kind; and what plans ask
//! for by themselves.

mod kinds;
pub(super) mod plans;

use super::{Trouble, play::Play};
use crate::registry::Word;
use fundflow::{ActError, Asking, RequestError, runtime::saga::Saga};
use fundflow_application::desk::{self, DeskError};
use fundflow_domain::{ids::TransactionId, time::Timestamp};
use fundflow_infrastructure::day_folder::{CancelScope, Day, Kind, Order};
use fundflow_kernel::{
    envelope::Actor,
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::{
    conversion::Conversion, discount_purchase::DiscountPurchase, fast_withdraw::FastWithdraw,
    income::Income, parts::milestone::Scope, purchase::Purchase, recharge::Recharge,
    redemption::Redemption, regular_plan::RegularPlans, withdraw::Withdraw,
};

/// Makes those requests, in their order: neighbours of one kind together.
pub(super) async fn place<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<(), Trouble> {
    for run in orders.chunk_by(|one, next| one.kind.name() == next.kind.name()) {
        let Some(first) = run.first() else { continue };
        match &first.kind {
            Kind::DiscountPurchase(_) => {
                all::<S, DiscountPurchase>(play, run, kinds::discount_purchase).await?;
            }
            Kind::Recharge(_) => all::<S, Recharge>(play, run, kinds::recharge).await?,
            Kind::Withdraw(_) => all::<S, Withdraw>(play, run, kinds::withdraw).await?,
            Kind::FastWithdraw(_) => {
                all::<S, FastWithdraw>(play, run, kinds::fast_withdraw).await?;
            }
            Kind::Purchase(_) | Kind::Subscription(_) => {
                all::<S, Purchase>(play, run, kinds::purchase).await?;
            }
            Kind::Redemption(_) => all::<S, Redemption>(play, run, kinds::redemption).await?,
            Kind::Conversion(..) => all::<S, Conversion>(play, run, kinds::conversion).await?,
            Kind::Plan(_) => all::<S, RegularPlans>(play, run, kinds::plan).await?,
            Kind::PlanWord { .. } => plans::say(play, run).await?,
            Kind::Income(_) => incomes(play, run).await?,
            Kind::Cancel { .. } => cancel_all(play, run).await?,
        }
    }
    Ok(())
}

/// What a row asks of a saga of that kind.
type Reads<G> = fn(&Day, &Order) -> Option<(<G as Saga>::Request, <G as Saga>::Asked)>;

/// Asks for all of them, in one batch where they fit.
async fn all<S: EventStore + Checkpoints, G: Saga>(
    play: &mut Play<S>,
    orders: &[Order],
    of: Reads<G>,
) -> Result<(), Trouble> {
    let (mut askings, mut asked_for) = (Vec::new(), Vec::new());
    for order in orders {
        let Some((request, asked)) = of(&play.day, order) else { continue };
        if was_refused(play, order) {
            continue;
        }
        let (transaction, at) = (order.transaction.clone(), Some(order.time));
        askings.push(Asking::<G> { transaction, request, asked, at, trace_parent: None });
        asked_for.push(order);
    }
    let answers = play.engine.request_all(askings).await;
    for (order, answer) in asked_for.into_iter().zip(answers) {
        match answer {
            Ok(_) => {}
            Err(RequestError::Refused(refusal)) => refuse(play, order, refusal.to_string())?,
            Err(error) => refused(play, order.transaction.clone(), error)?,
        }
    }
    Ok(())
}

/// Whether the row was refused when the folder was played before; it stays so.
fn was_refused<S>(play: &mut Play<S>, order: &Order) -> bool {
    let why = play.with.refusals.why(&play.day, order).map(str::to_owned);
    let known = why.is_some();
    play.refused.extend(why.map(|why| (order.transaction.clone(), why)));
    known
}

/// Whether what the row is about is asked for by a later row: a word that comes too early stays so.
fn comes_later(day: &Day, row: &Order, of: &TransactionId) -> bool {
    day.orders
        .iter()
        .skip_while(|order| order.transaction != row.transaction)
        .any(|order| order.transaction == *of)
}

/// The business says no: now, and whenever the folder is played again.
fn refuse<S>(play: &mut Play<S>, order: &Order, why: String) -> Result<(), Trouble> {
    let noted = play.with.refusals.note(&play.day, order, &why);
    noted.map_err(|source| Trouble::Refusals { source })?;
    play.refused.insert(order.transaction.clone(), why);
    Ok(())
}

/// Both sides hear of a figure: the engine gives it to its wallets, each registrar to its holders. What
/// the engine refuses was never published.
async fn incomes<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<(), Trouble> {
    all::<S, Income>(play, orders, kinds::income).await?;
    for order in orders.iter().filter(|order| !play.refused.contains_key(&order.transaction)) {
        let Kind::Income(income) = &order.kind else { continue };
        for (_, registrar) in &play.with.sandbox.registrars {
            registrar.publish_income(income)?;
        }
    }
    Ok(())
}

async fn cancel_all<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<(), Trouble> {
    for order in orders {
        let Kind::Cancel { of, scope } = &order.kind else { continue };
        if was_refused(play, order) {
            continue;
        }
        match cancel(play, of, *scope, order.time).await? {
            Ok(()) => {
                play.taken_back.insert(order.transaction.clone(), (of.clone(), *scope));
            }
            Err(NotTaken::Refused(why)) => refuse(play, order, why)?,
            Err(NotTaken::NotThere(why)) if comes_later(&play.day, order, of) => {
                refuse(play, order, why)?;
            }
            // The order may be taken when the folder is played again.
            Err(NotTaken::NotThere(why)) => {
                play.refused.insert(order.transaction.clone(), why);
            }
        }
    }
    Ok(())
}

/// Why an order is not taken back.
enum NotTaken {
    /// There is none that could be.
    NotThere(String),
    /// Its saga says no.
    Refused(String),
}

/// Asks the saga of that transaction, whichever it is, to take it back. Inside: why not.
async fn cancel<S: EventStore + Checkpoints>(
    play: &Play<S>,
    of: &TransactionId,
    scope: CancelScope,
    at: Timestamp,
) -> Result<Result<(), NotTaken>, Trouble> {
    let shown = match desk::show(&*play.store, &play.table.sagas.desk, None, of).await {
        Ok(shown) => shown,
        Err(DeskError::Read(error)) => return Err(error.into()),
        Err(error) => return Ok(Err(NotTaken::NotThere(error.to_string()))),
    };
    let scope = match scope {
        CancelScope::All => Scope::All,
        CancelScope::Conversion => Scope::Conversion,
    };
    let saga = shown.look.id;
    let command = match play.table.sagas.spoken(saga.kind, Word::Cancel { at, scope }) {
        Ok(command) => command,
        Err(why) => return Ok(Err(NotTaken::Refused(why))),
    };
    let actor = Actor::Investor(shown.look.requester);
    let mut answers = play.engine.ask_all(vec![(saga, command)], actor, Some(at)).await;
    match answers.pop() {
        Some(Ok(())) | None => Ok(Ok(())),
        Some(Err(ActError::NotActed(error))) => Ok(Err(NotTaken::Refused(error.to_string()))),
        Some(Err(error @ ActError::Unsure)) => Err(Trouble::Defect(error.to_string())),
        Some(Err(ActError::Stopped(cause))) => Err(fundflow::Stopped { cause }.into()),
    }
}

fn refused<S, R: std::fmt::Display>(
    play: &mut Play<S>,
    transaction: TransactionId,
    error: RequestError<R>,
) -> Result<(), Trouble> {
    match error {
        RequestError::Refused(refusal) => {
            play.refused.insert(transaction, refusal.to_string());
            Ok(())
        }
        RequestError::NoPort(missing) => {
            play.refused.insert(transaction, missing.to_string());
            Ok(())
        }
        RequestError::Damaged { place, what } => {
            play.remarks.push(format!("{transaction}: {place} is damaged: {what}"));
            Ok(())
        }
        RequestError::Stopped(cause) => Err(fundflow::Stopped { cause }.into()),
        RequestError::Busy { .. } => Err(Trouble::Defect("the engine is busy".to_owned())),
        RequestError::Unsure => {
            Err(Trouble::Defect("somebody else writes to the store".to_owned()))
        }
        RequestError::NoSuch(saga) => Err(Trouble::Defect(format!("{saga} is not known"))),
        RequestError::Defect(what) => Err(Trouble::Defect(what.to_string())),
    }
}
