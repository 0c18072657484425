//! Which purchases are open after a restart: a checkpoint's list, brought up to date from the log.
//!
//! The checkpoint is a cache. Without it the whole log is read, which finds the same list.

use fundflow_application::{
    envelope::StreamName,
    store::{Checkpoints, EventStore, Position, ReadError},
    transact::Loaded,
};
use fundflow_domain::ids::{Leg, TransactionId, WalletId};
use fundflow_sagas::runner::{Runner, order_stream, purchase_stream, wallet_stream};
use std::collections::BTreeSet;

const READER: &str = "engine.open_purchases";
const PAGE: u32 = 4096;

/// The purchases that may be open, and up to which position that is known.
pub(crate) async fn candidates<S: EventStore + Checkpoints>(
    store: &S,
) -> Result<(BTreeSet<TransactionId>, Position), ReadError> {
    let kept = store.load(READER).await?;
    let (mut position, mut open) = kept.map_or((Position::START, BTreeSet::new()), |(at, kept)| {
        // An unreadable cache is no loss: start over.
        serde_json::from_slice::<Vec<std::sync::Arc<str>>>(&kept)
            .ok()
            .and_then(|ids| ids.into_iter().map(|id| TransactionId::new(id).ok()).collect())
            .map_or((Position::START, BTreeSet::new()), |open| (at, open))
    });
    loop {
        let page = store.read_all(position, PAGE).await?;
        for recorded in &page {
            position = recorded.position;
            note(&mut open, &recorded.event.event_type, &recorded.event.correlation);
        }
        if page.len() < PAGE as usize {
            return Ok((open, position));
        }
    }
}

fn note(open: &mut BTreeSet<TransactionId>, event_type: &str, transaction: &TransactionId) {
    match event_type {
        // A refund that is owed after the end keeps its purchase in memory until it arrives.
        "discount_purchase.prepared" | "fund_order.refund_requested" => {
            open.insert(transaction.clone());
        }
        "discount_purchase.completed"
        | "discount_purchase.kept_in_wallet"
        | "discount_purchase.rolled_back"
        | "discount_purchase.compensated" => {
            open.remove(transaction);
        }
        _ => {}
    }
}

/// Keeps the list for the next start.
pub(crate) async fn keep<S: Checkpoints>(
    store: &S,
    at: Position,
    open: impl Iterator<Item = &TransactionId>,
) -> Result<(), fundflow_application::store::AppendError> {
    let ids: Vec<&str> = open.map(TransactionId::as_str).collect();
    let kept = serde_json::to_vec(&ids).unwrap_or_default();
    store.save(READER, at, kept).await
}

/// Loads a purchase and its orders into the runner's memory.
pub(crate) async fn load_saga<S: EventStore>(
    store: &S,
    runner: &mut Runner,
    transaction: &TransactionId,
) -> Result<(), ReadError> {
    let purchase = Loaded::load(store, &purchase_stream(transaction)).await?;
    // Orders are only ever placed after their purchase.
    let (buy, convert) = if purchase.version.0 == 0 {
        (Loaded::default(), Loaded::default())
    } else {
        let order = |leg| -> StreamName { order_stream(transaction, leg) };
        (
            Loaded::load(store, &order(Leg::MoneyFund)).await?,
            Loaded::load(store, &order(Leg::Conversion)).await?,
        )
    };
    runner.provide_saga(transaction.clone(), purchase, buy, convert);
    Ok(())
}

/// Loads a wallet into the runner's memory.
pub(crate) async fn load_wallet<S: EventStore>(
    store: &S,
    runner: &mut Runner,
    wallet: WalletId,
) -> Result<(), ReadError> {
    let loaded = Loaded::load(store, &wallet_stream(&wallet)).await?;
    runner.provide_wallet(wallet, loaded);
    Ok(())
}
