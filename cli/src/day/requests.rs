//! The rows of orders.csv as requests to the engine, each to the saga of its kind; and what plans ask
//! for by themselves.

mod kinds;
pub(super) mod plans;

use super::{Trouble, play::Play};
use crate::registry::Word;
use fundflow::{ActError, Asking, RequestError, runtime::saga::Saga};
use fundflow_application::{
    desk::{self, DeskError},
    read_models::Kept,
};
use fundflow_domain::{
    holdings::{HoldingId, Holdings},
    ids::TransactionId,
    time::Timestamp,
};
use fundflow_infrastructure::day_folder::{CancelScope, Day, Kind, Order};
use fundflow_kernel::{
    envelope::Actor,
    store::{Checkpoints, EventStore},
    streams::Key,
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
            Kind::Redemption(_) => {
                let run = with_shares(play, run).await?;
                all::<S, Redemption>(play, &run, kinds::redemption).await?;
            }
            Kind::Conversion(..) => {
                let run = with_shares(play, run).await?;
                all::<S, Conversion>(play, &run, kinds::conversion).await?;
            }
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
    let asking = |order: &Order| {
        let (request, asked) = of(&play.day, order)?;
        let (transaction, at) = (order.transaction.clone(), Some(order.time));
        Some(Asking { transaction, request, asked, at, trace_parent: None })
    };
    let askings = orders.iter().filter_map(asking).collect();
    ask::<S, G>(play, askings).await
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

/// Without a number of shares all that are free are meant: they are counted now.
async fn with_shares<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<Vec<Order>, Trouble> {
    let mut counted = Vec::new();
    for order in orders {
        let mut order = order.clone();
        if let Kind::Redemption(it) | Kind::Conversion(it, _) = &mut order.kind
            && it.shares.is_none()
        {
            let id = HoldingId { investor: it.investor.clone(), fund: it.fund };
            let key = Key::<Holdings>::of(&id);
            let (kept, _) = Kept::<Holdings>::load(&*play.store, key.stream()).await?;
            let free = kept.loaded.state.available();
            if free.is_zero() {
                let why = format!("{} has no free shares of {}", it.investor, it.fund);
                play.refused.insert(order.transaction, why);
                continue;
            }
            it.shares = Some(free);
        }
        counted.push(order);
    }
    Ok(counted)
}

async fn cancel_all<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<(), Trouble> {
    for order in orders {
        let Kind::Cancel { of, scope } = &order.kind else { continue };
        match cancel(play, of, *scope, order.time).await? {
            Ok(()) => {
                play.done.insert(order.transaction.clone(), format!("{of} is to be taken back"));
            }
            Err(why) => drop(play.refused.insert(order.transaction.clone(), why)),
        }
    }
    Ok(())
}

/// Asks the saga of that transaction, whichever it is, to take it back. Inside: why not.
async fn cancel<S: EventStore + Checkpoints>(
    play: &Play<S>,
    of: &TransactionId,
    scope: CancelScope,
    at: Timestamp,
) -> Result<Result<(), String>, Trouble> {
    let shown = match desk::show(&*play.store, &play.table.sagas.desk, None, of).await {
        Ok(shown) => shown,
        Err(DeskError::Read(error)) => return Err(error.into()),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let scope = match scope {
        CancelScope::All => Scope::All,
        CancelScope::Conversion => Scope::Conversion,
    };
    let saga = shown.look.id;
    let command = match play.table.sagas.spoken(saga.kind, Word::Cancel { at, scope }) {
        Ok(command) => command,
        Err(why) => return Ok(Err(why)),
    };
    let actor = Actor::Investor(shown.look.requester);
    let mut answers = play.engine.ask_all(vec![(saga, command)], actor, Some(at)).await;
    match answers.pop() {
        Some(Ok(())) | None => Ok(Ok(())),
        Some(Err(ActError::NotActed(error))) => Ok(Err(error.to_string())),
        Some(Err(error @ ActError::Unsure)) => Err(Trouble::Defect(error.to_string())),
        Some(Err(ActError::Stopped(cause))) => Err(fundflow::Stopped { cause }.into()),
    }
}

async fn ask<S: EventStore + Checkpoints, G: Saga>(
    play: &mut Play<S>,
    askings: Vec<Asking<G>>,
) -> Result<(), Trouble> {
    let who: Vec<TransactionId> = askings.iter().map(|asking| asking.transaction.clone()).collect();
    let answers = play.engine.request_all(askings).await;
    for (transaction, answer) in who.into_iter().zip(answers) {
        if let Err(error) = answer {
            refused(play, transaction, error)?;
        }
    }
    Ok(())
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
