//! The rows of orders.csv as requests to the engine, each to the saga of its kind.

use super::{Trouble, play::Play};
use fundflow::{Asking, RequestError, runtime::saga::Saga};
use fundflow_domain::{ids::TransactionId, investor::SalesChannel};
use fundflow_infrastructure::day_folder::Order;
use fundflow_kernel::store::{Checkpoints, EventStore};

use fundflow_sagas::discount_purchase::{self, DiscountPurchase};

/// Makes those requests, in their order.
pub(super) async fn place<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<(), Trouble> {
    let askings = orders.iter().filter_map(|order| purchase(play, order)).collect();
    ask::<S, DiscountPurchase>(play, askings).await
}

fn purchase<S>(play: &Play<S>, order: &Order) -> Option<Asking<DiscountPurchase>> {
    let investor = play.day.investors.get(&order.investor)?.profile.clone();
    let request = discount_purchase::Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        wallet_fund: order.wallet_fund,
        target_fund: order.target_fund,
        amount: order.amount,
        mode: order.mode,
        only_today: order.only_today,
    };
    let asked = discount_purchase::Asked {
        investor,
        channel: SalesChannel::DirectOnline,
        warning_confirmed: order.warning_confirmed.clone(),
        at: Some(order.time),
    };
    let (transaction, at) = (order.transaction.clone(), Some(order.time));
    Some(Asking { transaction, request, asked, at, trace_parent: None })
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
