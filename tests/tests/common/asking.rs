//! How a test asks an engine for whatever investors may ask for, and takes it back.

use fundflow::{Asking, Engine, RequestError, Resting};
use fundflow_domain::{ids::TransactionId, time::Timestamp};
use fundflow_kernel::envelope::Actor;
use fundflow_runtime::saga::Saga;
use fundflow_sagas::{
    conversion::{self, Conversion},
    discount_purchase::{self, DiscountPurchase},
    fast_withdraw::{self, FastWithdraw},
    parts::milestone::Scope,
    purchase::{self, Purchase},
    recharge::{self, Recharge},
    redemption::{self, Redemption},
    regular_plan::{self, RegularPlans},
    withdraw::{self, Withdraw},
};
use fundflow_testkit::wanted::{Wanted, asked, asked_recharge, profile};
use std::time::Duration;

/// What became of a request.
pub(crate) enum Asked {
    /// It is durable: what was promised, as it is stored, and its coming to rest.
    Placed(String, Resting),
    /// The business says no.
    Refused(String),
    /// To be made again after that time.
    Busy(Duration),
    /// The engine has stopped, or what it decided was not stored.
    Stopped,
}

/// Asks the saga that carries it.
pub(crate) async fn ask(engine: &Engine, id: TransactionId, wanted: Wanted) -> Asked {
    let who = wanted.investor().clone();
    let investor = profile(&who);
    match wanted {
        Wanted::DiscountPurchase(it) => one::<DiscountPurchase>(engine, id, it, asked(&who)).await,
        Wanted::Recharge(it) => one::<Recharge>(engine, id, it, asked_recharge(&who)).await,
        Wanted::Withdraw(it) => {
            one::<Withdraw>(engine, id, it, withdraw::Asked { investor, at: None }).await
        }
        Wanted::FastWithdraw(it) => {
            one::<FastWithdraw>(engine, id, it, fast_withdraw::Asked { investor, at: None }).await
        }
        Wanted::Purchase(it) => one::<Purchase>(engine, id, it, asked(&who)).await,
        Wanted::Redemption(it) => one::<Redemption>(engine, id, it, asked(&who)).await,
        Wanted::Conversion(it) => one::<Conversion>(engine, id, it, asked(&who)).await,
        Wanted::Plan(it) => one::<RegularPlans>(engine, id, it, asked(&who)).await,
    }
}

/// Asks for a saga of that type.
pub(crate) async fn one<S: Saga>(
    engine: &Engine,
    transaction: TransactionId,
    request: S::Request,
    asked: S::Asked,
) -> Asked {
    let asking = Asking::<S> {
        transaction: transaction.clone(),
        request,
        asked,
        at: None,
        trace_parent: None,
    };
    match engine.request_watched(asking).await {
        Ok((placed, rest)) => {
            let promise = serde_json::to_string(&placed.promise).expect("a promise as JSON");
            Asked::Placed(promise, rest)
        }
        Err(RequestError::Refused(refusal)) => Asked::Refused(refusal.to_string()),
        Err(RequestError::Busy { retry_after }) => Asked::Busy(retry_after),
        Err(RequestError::Stopped(_) | RequestError::Unsure) => Asked::Stopped,
        Err(error) => panic!("{transaction}: {error}"),
    }
}

/// Takes it back, or only what is done with the wallet's shares, if that is still possible; a plan is
/// ended. Returns why not.
pub(crate) async fn take_back(
    engine: &Engine,
    id: &TransactionId,
    wanted: &Wanted,
    (at, scope): (Timestamp, Scope),
) -> Result<(), String> {
    match wanted {
        Wanted::DiscountPurchase(_) => {
            let command = discount_purchase::Command::Cancel { at, scope };
            say::<DiscountPurchase>(engine, id, command).await
        }
        Wanted::Recharge(_) => say::<Recharge>(engine, id, recharge::Command::Cancel { at }).await,
        Wanted::Withdraw(_) => say::<Withdraw>(engine, id, withdraw::Command::Cancel { at }).await,
        Wanted::FastWithdraw(_) => {
            say::<FastWithdraw>(engine, id, fast_withdraw::Command::Cancel).await
        }
        Wanted::Purchase(_) => say::<Purchase>(engine, id, purchase::Command::Cancel { at }).await,
        Wanted::Redemption(_) => {
            say::<Redemption>(engine, id, redemption::Command::Cancel { at }).await
        }
        Wanted::Conversion(_) => {
            say::<Conversion>(engine, id, conversion::Command::Cancel { at }).await
        }
        Wanted::Plan(_) => {
            let command = regular_plan::Command::End { reason: "enough".into() };
            say::<RegularPlans>(engine, id, command).await
        }
    }
}

/// Says that to a saga. Returns why it does not listen.
pub(crate) async fn say<S: Saga>(
    engine: &Engine,
    id: &TransactionId,
    command: S::Command,
) -> Result<(), String> {
    let actor = Actor::Requester("INV-7".into());
    match engine.command::<S>(id.clone(), command, actor, None).await {
        Ok(()) => Ok(()),
        Err(
            error @ (RequestError::Refused(_)
            | RequestError::NoSuch(_)
            | RequestError::Busy { .. }
            | RequestError::Stopped(_)
            | RequestError::Unsure),
        ) => Err(error.to_string()),
        Err(error) => panic!("{id}: {error}"),
    }
}
