//! Which purchases are open after a restart: a checkpoint's list, brought up to date from the log.
//!
//! The checkpoint is a cache. Without it the whole log is read, which finds the same list.

use fundflow_application::{
    envelope::StreamName,
    store::{Checkpoints, EventStore, Position, ReadError},
    transact::Loaded,
};
use fundflow_domain::{
    ids::{Leg, TransactionId, WalletId},
    wallet::Entry,
};
use fundflow_sagas::runner::{Runner, Saga, order_stream, purchase_stream, wallet_stream};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const READER: &str = "engine.open_purchases";
const PAGE: u32 = 4096;

/// Purchases that are not over yet, as far as the events of the log tell without being read.
pub(crate) type OpenPurchases = BTreeMap<TransactionId, Progress>;

/// How far a purchase is. It is over when it has ended and owes nothing: money that no order wants
/// is sent back after the end, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    ended: bool,
    owed: u32,
}

impl Progress {
    /// As memory has it.
    pub(crate) fn of(saga: &Saga) -> Self {
        let world = saga.world(Entry::default());
        let refunds = world.buy.order().map_or(&[][..], |order| &order.refunds);
        let owed = refunds.iter().filter(|refund| !refund.arrived).count();
        Self {
            ended: world.purchase.ending().is_some(),
            owed: u32::try_from(owed).unwrap_or(u32::MAX),
        }
    }

    const fn is_over(self) -> bool {
        self.ended && self.owed == 0
    }
}

/// The purchases that may be open, and up to which position that is known.
pub(crate) async fn candidates<S: EventStore + Checkpoints>(
    store: &S,
) -> Result<(OpenPurchases, Position), ReadError> {
    let kept = store.load(READER).await?;
    let (mut position, mut open) = kept.map_or((Position::START, BTreeMap::new()), |(at, kept)| {
        // An unreadable cache is no loss: start over.
        serde_json::from_slice::<Vec<(TransactionId, Progress)>>(&kept)
            .map_or((Position::START, BTreeMap::new()), |open| (at, open.into_iter().collect()))
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

fn note(open: &mut OpenPurchases, event_type: &str, transaction: &TransactionId) {
    match event_type {
        "discount_purchase.prepared" => {
            open.entry(transaction.clone()).or_default();
        }
        "fund_order.refund_requested" => {
            // Without an entry it had ended: nothing else makes the list forget it.
            let ended = Progress { ended: true, owed: 0 };
            open.entry(transaction.clone()).or_insert(ended).owed += 1;
        }
        "fund_order.refunded" => {
            told(open, transaction, |progress| progress.owed = progress.owed.saturating_sub(1));
        }
        "discount_purchase.completed"
        | "discount_purchase.kept_in_wallet"
        | "discount_purchase.rolled_back"
        | "discount_purchase.compensated"
        | "discount_purchase.abandoned" => {
            told(open, transaction, |progress| progress.ended = true);
        }
        _ => {}
    }
}

fn told(open: &mut OpenPurchases, transaction: &TransactionId, change: impl Fn(&mut Progress)) {
    if let Some(progress) = open.get_mut(transaction) {
        change(progress);
        if progress.is_over() {
            open.remove(transaction);
        }
    }
}

/// Keeps the list for the next start.
pub(crate) async fn keep<S: Checkpoints>(
    store: &S,
    at: Position,
    open: impl Iterator<Item = (&TransactionId, Progress)>,
) -> Result<(), fundflow_application::store::AppendError> {
    let open: Vec<_> = open.filter(|(_, progress)| !progress.is_over()).collect();
    // A list that cannot be written is an unreadable cache.
    let kept = serde_json::to_vec(&open).unwrap_or_default();
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
