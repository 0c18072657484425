//! What a restart must know of the log: which purchases are open, and what was ordered under each
//! day's limit. A checkpoint's answer, brought up to date from the log.
//!
//! The checkpoint is a cache. Without it the whole log is read, which finds the same answer.

use fundflow_domain::{
    discount_purchase::{DiscountPurchase, Open},
    ids::{Leg, TransactionId, WalletId},
    limits::LimitKey,
    money::Money,
    wallet::Entry,
};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    loaded::Loaded,
    store::{AppendError, Checkpoints, EventStore, Position, ReadError},
};
use fundflow_sagas::runner::{DayUses, Runner, Saga, order_stream, purchase_stream, wallet_stream};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const READER: &str = "engine.open_purchases";
const PAGE: u32 = 4096;

/// Purchases that are not over yet, as far as the events of the log tell without being read.
pub(crate) type OpenPurchases = BTreeMap<TransactionId, Progress>;

/// How far a purchase is. It is over when it has ended and owes nothing: money that no order wants
/// is sent back after the end, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    ended: bool,
    owed: u32,
    /// The day's limits that its amount counts against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    counted: Vec<(LimitKey, Money)>,
}

/// What the log says to a restart.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Purchases that may be open.
    pub(crate) open: OpenPurchases,
    /// What was ordered under each day's limit.
    pub(crate) uses: DayUses,
    /// Up to which position that is known.
    pub(crate) at: Position,
}

/// The same as the checkpoint keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    open: Vec<(TransactionId, Progress)>,
    uses: Vec<(LimitKey, Money)>,
}

impl Progress {
    /// As memory has it.
    pub(crate) fn of(saga: &Saga) -> Self {
        let world = saga.world(Entry::default());
        let given_up = saga.known().map_or(&[][..], |open| &open.given_up);
        let owed = world.buy.order().map_or(0, |order| order.owed_except(given_up).count());
        Self {
            ended: world.purchase.ending().is_some(),
            owed: u32::try_from(owed).unwrap_or(u32::MAX),
            counted: saga.known().map_or_else(Vec::new, counted),
        }
    }

    const fn is_over(&self) -> bool {
        self.ended && self.owed == 0
    }
}

fn counted(open: &Open) -> Vec<(LimitKey, Money)> {
    let amount = Money::from(open.request.amount);
    open.admitted.counted.iter().map(|key| (key.clone(), amount)).collect()
}

/// What the log says to a restart.
pub(crate) async fn find<S: EventStore + Checkpoints>(store: &S) -> Result<Found, ReadError> {
    let mut found = Found::default();
    if let Some((at, kept)) = store.load(READER).await?
        // An unreadable cache is no loss: start over.
        && let Ok(kept) = serde_json::from_slice::<Kept>(&kept)
    {
        found.at = at;
        found.open = kept.open.into_iter().collect();
        kept.uses.into_iter().for_each(|(key, used)| found.uses.add(key, used));
    }
    loop {
        let page = store.read_all(found.at, PAGE).await?;
        for recorded in &page {
            found.at = recorded.position;
            note(&mut found, recorded)?;
        }
        if page.len() < PAGE as usize {
            return Ok(found);
        }
    }
}

fn note(found: &mut Found, recorded: &Recorded) -> Result<(), ReadError> {
    let transaction = &recorded.event.correlation;
    let open = &mut found.open;
    match recorded.event.event_type.as_ref() {
        "discount_purchase.prepared" => {
            let mut purchase = Loaded::<DiscountPurchase>::default();
            purchase.replay(recorded)?;
            let counted = purchase.state.known().map_or_else(Vec::new, counted);
            for (key, amount) in &counted {
                found.uses.add(key.clone(), *amount);
            }
            open.entry(transaction.clone()).or_default().counted = counted;
        }
        "fund_order.refund_requested" => {
            // Without an entry it had ended: nothing else makes the list forget it.
            let ended = Progress { ended: true, ..Progress::default() };
            open.entry(transaction.clone()).or_insert(ended).owed += 1;
        }
        "fund_order.refunded" => {
            told(open, transaction, |progress| progress.owed = progress.owed.saturating_sub(1));
        }
        "discount_purchase.completed" | "discount_purchase.kept_in_wallet" => {
            told(open, transaction, |progress| progress.ended = true);
        }
        "discount_purchase.rolled_back" | "discount_purchase.compensated" => {
            let progress = open.get(transaction);
            for (key, amount) in progress.map_or(&[][..], |progress| &progress.counted) {
                found.uses.take_back(key, *amount);
            }
            told(open, transaction, |progress| progress.ended = true);
        }
        // What was owed is a person's now; what is owed afterwards makes an entry of its own.
        "discount_purchase.abandoned" => {
            open.remove(transaction);
        }
        _ => {}
    }
    Ok(())
}

fn told(open: &mut OpenPurchases, transaction: &TransactionId, change: impl Fn(&mut Progress)) {
    if let Some(progress) = open.get_mut(transaction) {
        change(progress);
        if progress.is_over() {
            open.remove(transaction);
        }
    }
}

/// Keeps what was found for the next start, which then reads only what came since.
pub(crate) async fn keep_found<S: Checkpoints>(
    store: &S,
    found: &Found,
) -> Result<(), AppendError> {
    let open = found.open.iter().map(|(id, progress)| (id.clone(), progress.clone()));
    keep(store, found.at, open, &found.uses).await
}

/// Keeps what is in memory, all of which is durable at that position.
pub(crate) async fn keep_memory<S: Checkpoints>(
    store: &S,
    at: Position,
    runner: &Runner,
) -> Result<(), AppendError> {
    let open = runner.sagas().map(|(id, saga)| (id.clone(), Progress::of(saga)));
    keep(store, at, open, runner.uses()).await
}

async fn keep<S: Checkpoints>(
    store: &S,
    at: Position,
    open: impl Iterator<Item = (TransactionId, Progress)>,
    uses: &DayUses,
) -> Result<(), AppendError> {
    let kept = Kept {
        open: open.filter(|(_, progress)| !progress.is_over()).collect(),
        uses: uses.iter().map(|(key, used)| (key.clone(), used)).collect(),
    };
    // A list that cannot be written is an unreadable cache.
    store.save(READER, at, serde_json::to_vec(&kept).unwrap_or_default()).await
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
