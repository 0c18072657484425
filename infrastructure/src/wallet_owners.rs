//! The owners of a money fund's wallets, as the log names them: the list that income is paged by.
//!
//! ```text
//! page: what came since the last page is read ─► owners by fund, ascending ─► those behind the last one
//! ```
//!
//! 1. A wallet is on the list from its first event on. It is never folded here, so that it stays on
//!    the list when it is empty: shares that left still earn on days that are published later.
//! 2. The log is read once; each page reads only what is new. A wallet that begins meanwhile comes
//!    with a later page, or with none where pages are past it: it holds nothing that has earned.
//! 3. The list is saved in the store now and then. That is a cache: without one that fits the log the whole log is
//!    read again. One that does not fit is said aloud: it would leave somebody without income.
//! 4. A place of the log that is damaged is said aloud and passed over. A wallet is named by each of
//!    its events; one that cannot be folded is refused by name when its page is given.

use fundflow_domain::{
    decider::Decider as _,
    ids::{FundCode, InvestorId},
    orders::Cause,
    wallet::{self, Wallet},
};
use fundflow_kernel::{
    checkpoint::Reader,
    envelope::Recorded,
    loaded::with_sources,
    store::{Checkpoints, EventStore, Position, ReadError},
};
use fundflow_sagas::ports::wallets::{Page, WalletList};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    sync::Arc,
};
use tokio::sync::Mutex;

const READER: Reader = Reader { name: "wallet_owners", format: 1 };
/// Events that are read at once; so many new ones are worth a checkpoint.
const LOG_PAGE: u32 = 4096;

/// The owners of the wallets in a store.
#[derive(Debug)]
pub struct WalletOwners<S> {
    store: Arc<S>,
    /// `None` until the first page is asked for.
    list: Mutex<Option<List>>,
}

#[derive(Debug, Default)]
struct List {
    at: Position,
    saved: Position,
    owners: Owners,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Owners(BTreeMap<FundCode, BTreeSet<InvestorId>>);

impl<S: EventStore + Checkpoints> WalletOwners<S> {
    /// Of that store. Nothing is read before the first page is asked for.
    pub fn of(store: Arc<S>) -> Self {
        Self { store, list: Mutex::new(None) }
    }

    async fn last(&self) -> Result<List, ReadError> {
        let checkpoint = READER.load::<_, Owners>(&*self.store).await?;
        for unfit in &checkpoint.unfit {
            tracing::warn!("a list of wallets does not fit the log ({unfit}); read again");
        }
        let list = checkpoint.content.map(|(at, owners)| List { at, saved: at, owners });
        Ok(list.unwrap_or_default())
    }

    /// The lists in a store that do not fit its log: for people. They are not used.
    ///
    /// # Errors
    /// [`ReadError`] as for any read.
    pub async fn unfit(store: &S) -> Result<Vec<String>, ReadError> {
        READER.unfit(store).await
    }

    /// Takes in everything that was committed when it was called.
    async fn follow(&self, list: &mut List) -> Result<(), ReadError> {
        let (head, mut limit) = (*self.store.head().borrow(), LOG_PAGE);
        while list.at < head {
            match self.store.read_all(list.at, limit).await {
                Ok(page) => {
                    let Some(newest) = page.last() else { break };
                    list.at = newest.position;
                    for event in &page {
                        list.owners.note(event);
                    }
                }
                Err(ReadError::Damaged { .. }) if limit > 1 => limit = 1,
                Err(ReadError::Damaged { place, what }) => {
                    tracing::error!(%place, "{what}; verify the store");
                    (list.at, limit) = (Position(list.at.0.saturating_add(1)), LOG_PAGE);
                }
                Err(error @ ReadError::Fault(_)) => return Err(error),
            }
        }
        Ok(())
    }

    async fn keep(&self, list: &mut List) {
        if list.at.0.saturating_sub(list.saved.0) < u64::from(LOG_PAGE) {
            return;
        }
        match READER.save(&*self.store, list.at, &list.owners).await {
            Ok(()) => list.saved = list.at,
            Err(error) => {
                tracing::warn!("cannot keep the list of wallets: {}", with_sources(&error));
            }
        }
    }

    async fn read(&self, page: &Page) -> Result<Vec<InvestorId>, ReadError> {
        let mut known = self.list.lock().await;
        let list = match &mut *known {
            Some(list) => list,
            none => none.insert(self.last().await?),
        };
        self.follow(list).await?;
        self.keep(list).await;
        Ok(list.owners.behind(page))
    }
}

impl Owners {
    fn note(&mut self, event: &Recorded) {
        if event.stream.category() != Wallet::CATEGORY {
            return;
        }
        if let Some((investor, fund)) = wallet::parse_id(event.stream.id()) {
            self.0.entry(fund).or_default().insert(investor);
        }
    }

    fn behind(&self, page: &Page) -> Vec<InvestorId> {
        let Some(all) = self.0.get(&page.fund) else { return Vec::new() };
        let after = page.after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        all.range::<InvestorId, _>((after, Bound::Unbounded)).take(page.at_most).cloned().collect()
    }
}

impl<S: EventStore + Checkpoints> WalletList for WalletOwners<S> {
    async fn page(&self, page: Page) -> Result<Vec<InvestorId>, Cause> {
        let owners = self.read(&page).await;
        owners.map_err(|error| Cause::new("list_unreadable", with_sources(&error)))
    }
}

#[cfg(test)]
#[path = "wallet_owners_tests.rs"]
mod tests;
