//! The rows of orders.csv as requests to the engine, each to the saga of its kind.

use super::{Trouble, play::Play};
use crate::registry::Word;
use fundflow::{ActError, Asking, RequestError, runtime::saga::Saga};
use fundflow_application::desk::{self, DeskError};
use fundflow_domain::{ids::TransactionId, investor::SalesChannel, time::Timestamp};
use fundflow_infrastructure::day_folder::{CancelScope, Kind, Order};
use fundflow_kernel::{
    envelope::Actor,
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::{
    discount_purchase::{self, DiscountPurchase},
    parts::milestone::Scope,
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
                let askings = run.iter().filter_map(|order| discounted(play, order)).collect();
                ask::<S, DiscountPurchase>(play, askings).await?;
            }
            Kind::Cancel { .. } => cancel_all(play, run).await?,
            Kind::Recharge(_)
            | Kind::Withdraw(_)
            | Kind::FastWithdraw(_)
            | Kind::Purchase(_)
            | Kind::Subscription(_)
            | Kind::Redemption(_)
            | Kind::Conversion(..)
            | Kind::Plan(_) => {
                let why = format!(
                    "nothing here carries a {}; write discount_purchase or cancel",
                    first.kind.name()
                );
                for order in run {
                    play.refused.insert(order.transaction.clone(), why.clone());
                }
            }
        }
    }
    Ok(())
}

fn discounted<S>(play: &Play<S>, order: &Order) -> Option<Asking<DiscountPurchase>> {
    let Kind::DiscountPurchase(it) = &order.kind else { return None };
    let investor = play.day.investors.get(&it.investor)?.profile.clone();
    let request = discount_purchase::Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        wallet_fund: it.wallet_fund,
        target_fund: it.target_fund,
        amount: it.amount,
        mode: it.mode,
        only_today: it.only_today,
    };
    let asked = discount_purchase::Asked {
        investor,
        channel: SalesChannel::DirectOnline,
        warning_confirmed: it.warning_confirmed.clone(),
        at: Some(order.time),
    };
    Some(asking(order, request, asked))
}

fn asking<G: Saga>(order: &Order, request: G::Request, asked: G::Asked) -> Asking<G> {
    let (transaction, at) = (order.transaction.clone(), Some(order.time));
    Asking { transaction, request, asked, at, trace_parent: None }
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
        RequestError::Unsure => Err(Trouble::Defect("somebody else writes to the store".to_owned())),
        RequestError::NoSuch(saga) => Err(Trouble::Defect(format!("{saga} is not known"))),
        RequestError::Defect(what) => Err(Trouble::Defect(what.to_string())),
    }
}
