//! What orders of courts and creditors froze in a store, for the sandbox's registrars: a person enters them with
//! `fundflow freeze`, and a real registrar has the paper by itself.

use crate::{folded, reading::Failure};
use fundflow::runtime::saga::Saga as _;
use fundflow_domain::{
    holdings::{HoldingId, Holdings},
    ids::{FundCode, InvestorId, WalletId},
    money::Shares,
    wallet::Wallet,
};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{
    store::{EventStore, ReadError, Version},
    streams::Key,
};
use fundflow_sagas::freeze::{Freeze, Request, Word};
use std::collections::BTreeSet;

/// An investor, a fund, and how many of their shares orders froze.
pub(crate) type Ordered = (InvestorId, FundCode, Shares);

/// What orders froze of each of these; 0.00 where they are lifted.
pub(crate) async fn of_each<S: EventStore>(
    store: &S,
    holders: impl Iterator<Item = (InvestorId, FundCode)>,
) -> Result<Vec<Ordered>, ReadError> {
    let mut all = Vec::new();
    for (investor, fund) in holders {
        let wallet = Key::<Wallet>::of(&WalletId { investor: investor.clone(), fund });
        let holding = Key::<Holdings>::of(&HoldingId { investor: investor.clone(), fund });
        let wallet = folded::one::<Wallet, _>(store, wallet.stream()).await?;
        let holding = folded::one::<Holdings, _>(store, holding.stream()).await?;
        let in_wallet = wallet.map(|it| it.fold.loaded.state.frozen_by_orders());
        let held = holding.map(|it| it.fold.loaded.state.frozen_by_orders());
        let sum = in_wallet.unwrap_or_default().plus_or_most(held.unwrap_or_default());
        all.push((investor, fund, sum));
    }
    Ok(all)
}

/// The same of everybody whom an order of that store is about.
pub(crate) async fn of_store(store: &SqliteStore) -> Result<Vec<Ordered>, Failure> {
    let (from, until) = (format!("{}-", Freeze::KIND), format!("{}.", Freeze::KIND));
    let mut holders = BTreeSet::new();
    for stream in store.stream_names(&from, &until)? {
        let first = store.read(&stream, Version(0), 1).await?;
        let asked = first.first().and_then(|event| {
            let prepared: serde_json::Value = serde_json::from_str(&event.event.data).ok()?;
            serde_json::from_value::<Request>(prepared.get("request")?.clone()).ok()
        });
        if let Some(Request { investor, fund, word: Word::Order { .. } }) = asked {
            holders.insert((investor, fund));
        }
    }
    Ok(of_each(store, holders.into_iter()).await?)
}
