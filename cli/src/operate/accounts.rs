//! Whose accounts are: those that each request named, as its saga was prepared.

use crate::reading::Failure;
use fundflow_domain::ids::{AccountRef, InvestorId};
use fundflow_kernel::store::{EventStore, Position};
use serde::Deserialize;
use std::collections::BTreeMap;

const PAGE: u32 = 4096;

#[derive(Deserialize)]
struct Prepared {
    request: Request,
}

#[derive(Deserialize)]
struct Request {
    investor: InvestorId,
    account: AccountRef,
}

/// Every account that was ever named, with the investor who named it first.
pub(super) async fn seen<S: EventStore>(
    store: &S,
) -> Result<BTreeMap<AccountRef, InvestorId>, Failure> {
    let (mut seen, mut at) = (BTreeMap::new(), Position::START);
    loop {
        let page = store.read_all(at, PAGE).await?;
        let Some(last) = page.last() else { return Ok(seen) };
        at = last.position;
        for event in page.iter().filter(|it| it.event.event_type.ends_with(".prepared")) {
            // Requests without an account name none.
            if let Ok(Prepared { request }) = serde_json::from_str(&event.event.data) {
                seen.entry(request.account).or_insert(request.investor);
            }
        }
    }
}
