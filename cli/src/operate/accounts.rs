//! Whose accounts are: those that each request named, as its saga was prepared, and those to which its money
//! was redirected.

use crate::reading::Failure;
use fundflow_domain::ids::{AccountRef, InvestorId};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{EventStore, Position, Version},
};
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
    account: Option<AccountRef>,
}

#[derive(Deserialize)]
struct Redirected {
    account: AccountRef,
}

/// Every account that was ever named, with the investor who named it first.
pub(super) async fn seen<S: EventStore>(
    store: &S,
) -> Result<BTreeMap<AccountRef, InvestorId>, Failure> {
    let (mut seen, mut redirected, mut at) = (BTreeMap::new(), Vec::new(), Position::START);
    loop {
        let page = store.read_all(at, PAGE).await?;
        let Some(last) = page.last() else { break };
        at = last.position;
        for event in &page {
            if let Some(Request { investor, account: Some(account) }) = request_of(event) {
                seen.entry(account).or_insert(investor);
            }
            redirected.extend(redirected_by(event));
        }
    }
    for (saga, account) in redirected {
        let first = store.read(&saga, Version::NONE, 1).await?;
        if let Some(request) = first.first().and_then(request_of) {
            seen.entry(account).or_insert(request.investor);
        }
    }
    Ok(seen)
}

/// What a saga was prepared with; nothing where its requests name no investor.
fn request_of(event: &Recorded) -> Option<Request> {
    let prepared = event.event.event_type.ends_with(".prepared");
    let read = || serde_json::from_str::<Prepared>(&event.event.data).ok();
    prepared.then(read).flatten().map(|prepared| prepared.request)
}

/// The saga whose money went to another account, and that account.
fn redirected_by(event: &Recorded) -> Option<(StreamName, AccountRef)> {
    let event = &event.event;
    if !event.event_type.ends_with(".redirected") {
        return None;
    }
    let Redirected { account } = serde_json::from_str(&event.data).ok()?;
    let saga = format!("{}-{}", event.process, event.correlation);
    Some((saga.parse().ok()?, account))
}
