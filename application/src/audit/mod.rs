//! Replays everything, checks everything, says everything. Changes nothing.
//!
//! 1. Every event is judged on what precedes it: position, version, ID, link, envelope, and whether
//!    a decider could have written it. Then its postings are booked and the ledger is judged.
//! 2. A finding never ends the audit. What follows damage is still read and its links are checked;
//!    only the meaning of events after an impossible one cannot be judged, and these are counted.
//! 3. A link is compared with the stored link before it, so one damaged event is one broken link,
//!    and a removed or moved one breaks the link of whatever stands behind it.
//! 4. It looks at what was committed when it began, so it may run beside an engine.
//! 5. What is over and settled is let go and read again if something follows, so the memory needed
//!    grows with the open purchases, and by a few hundred bytes with each closed one.
//!
//! What no replay can see: events cut off the very end of the log, and a log that was written anew
//! as a whole. Against these, keep the last position and the last links somewhere else.

mod books;
mod report;
mod whole;

pub use report::{Check, Counts, Finding, Holding, LISTED, Report};

use crate::read_models::{Kept, Sagas};
use books::Books;
use fundflow_domain::{
    decider::Decider,
    discount_purchase::DiscountPurchase,
    fund_order::FundOrder,
    ids::{OrderId, TransactionId},
    time::Timestamp,
    wallet::{self, Wallet},
};
use fundflow_kernel::{
    codec,
    envelope::{Chain, EventId, Recorded, StreamName},
    loaded::with_sources,
    store::{EventStore, Position, ReadError, Version},
};
use std::collections::{BTreeMap, HashMap, HashSet};

const PAGE: u32 = 2048;

/// What the audit left in memory: the answer, and the purchases that are not finished.
#[derive(Debug)]
pub struct Audited {
    /// The answer.
    pub report: Report,
    /// Unfinished purchases and everything they look at.
    pub unfinished: Sagas,
}

/// Replays the store. `progress` hears how far it is, and how far it will go.
///
/// # Errors
/// [`ReadError::Fault`] when the world fails; damage is a finding, not an error.
pub async fn verify<S: EventStore>(
    store: &S,
    mut progress: impl FnMut(Position, Position),
) -> Result<Audited, ReadError> {
    let head = *store.head().borrow();
    let mut audit = Audit::default();
    let (mut after, mut limit) = (Position::START, PAGE);
    while after < head {
        let page = match store.read_all(after, limit).await {
            Ok(page) => page,
            Err(ReadError::Damaged { .. }) if limit > 1 => {
                limit = 1;
                continue;
            }
            Err(ReadError::Damaged { place, what }) => {
                audit.unreadable(place, what);
                after = Position(after.0 + 1);
                continue;
            }
            Err(fault @ ReadError::Fault(_)) => return Err(fault),
        };
        let Some(last) = page.last() else { break };
        after = last.position;
        for event in page.iter().filter(|event| event.position <= head) {
            audit.revive(store, event).await?;
            audit.hear(event);
        }
        if limit == 1 {
            limit = PAGE;
        }
        progress(after.min(head), head);
    }
    Ok(audit.close(head))
}

/// What is remembered of a stream.
#[derive(Debug, Clone, Copy, Default)]
struct Trail {
    version: Version,
    chain: Chain,
    /// Something impossible was in it.
    broken: bool,
    /// The last event was a payment that no order wants.
    after_unapplied: bool,
}

#[derive(Debug, Default)]
struct Audit {
    report: Report,
    last: Position,
    last_recorded: Timestamp,
    unread: Option<String>,
    trails: HashMap<StreamName, Trail>,
    sagas: Sagas,
    books: Books,
    settled: HashSet<TransactionId>,
}

impl Audit {
    fn unreadable(&mut self, place: String, what: String) {
        // Skipping one position at a time meets the same row until it lies behind.
        if self.unread.as_ref() != Some(&place) {
            self.report.add(Check::Readable, place.clone(), what, None);
            self.unread = Some(place);
        }
    }

    fn hear(&mut self, event: &Recorded) {
        self.report.counts.events += 1;
        self.place(event);
        let mut trail = self.trails.get(&event.stream).copied().unwrap_or_default();
        if trail.version == Version::NONE {
            self.report.counts.streams += 1;
        }
        let expected = trail.version.plus(1);
        if event.version != expected {
            let what = format!("version {expected} was expected here");
            self.find(Check::Versions, event, what);
            trail.broken = true;
        }
        self.link(event, trail.chain);
        self.envelope(event);
        trail.version = event.version;
        trail.chain = event.event.chain;
        if trail.broken {
            self.report.counts.unjudged += 1;
        } else {
            trail.broken = !self.judge(event, &mut trail);
        }
        self.trails.insert(event.stream.clone(), trail);
        self.settle(event);
    }

    fn place(&mut self, event: &Recorded) {
        let expected = Position(self.last.0.saturating_add(1));
        if event.position != expected {
            let what = format!("position {expected} was expected here");
            self.find(Check::Positions, event, what);
        }
        self.last = event.position.max(self.last);
        if event.event.recorded_at < self.last_recorded {
            self.report.counts.clock_set_back += 1;
        }
        self.last_recorded = event.event.recorded_at;
    }

    fn link(&mut self, event: &Recorded, before: Chain) {
        let Recorded { stream, version, event: new, .. } = event;
        let link = new.link(before, stream, *version);
        let id = EventId::of(link);
        if id != new.event_id {
            let what = format!("the ID is {} and should be {id}", new.event_id);
            self.find(Check::EventId, event, what);
        }
        self.report.counts.links += 1;
        if link != new.chain {
            let what = format!("the link is {} and should be {link}", new.chain);
            self.find(Check::Chain, event, what);
        }
    }

    fn envelope(&mut self, event: &Recorded) {
        let correlation = &event.event.correlation;
        if event.event.causation.is_empty() {
            self.find(Check::Envelope, event, "it names no cause".into());
        }
        let Some(owner) = owner(&event.stream) else { return };
        if owner != *correlation {
            let what = format!("its correlation is {correlation} in a stream of {owner}");
            self.find(Check::Envelope, event, what);
        }
    }

    /// Folds the event and books it. Answers whether it was possible.
    fn judge(&mut self, event: &Recorded, trail: &mut Trail) -> bool {
        let id = event.stream.id();
        let outcome = match event.stream.category() {
            DiscountPurchase::CATEGORY => {
                let kept = self.sagas.purchases.entry(id);
                fold::<DiscountPurchase>(kept, event).map(drop)
            }
            FundOrder::CATEGORY => self.order(id, event, trail),
            Wallet::CATEGORY => self.wallet(id, event),
            other => Err(format!("no decider writes streams of category {other:?}")),
        };
        if let Err(what) = &outcome {
            self.find(Check::History, event, what.clone());
        }
        outcome.is_ok()
    }

    fn order(&mut self, id: &str, event: &Recorded, trail: &mut Trail) -> Result<(), String> {
        let order: OrderId = id.parse().map_err(|error| format!("{error}"))?;
        let new = &event.event;
        let told = codec::decode::<FundOrder>(&new.event_type, new.schema, &new.data)
            .map_err(|error| with_sources(&error))?;
        let kept = self.sagas.orders.entry(id);
        let (entry, mut findings) =
            Books::order(&order, &kept.loaded.state, trail.after_unapplied, &told);
        trail.after_unapplied = Books::is_unapplied(&told);
        let outcome = remember(kept, &told, event);
        if outcome.is_ok() {
            findings.extend(self.books.book(entry.as_deref()));
        }
        self.found(event, findings);
        outcome
    }

    fn wallet(&mut self, id: &str, event: &Recorded) -> Result<(), String> {
        let (investor, fund) =
            wallet::parse_id(id).ok_or("the stream's ID is not {investor}.{fund}")?;
        let wallet = fundflow_domain::ids::WalletId { investor, fund };
        let new = &event.event;
        let told = codec::decode::<Wallet>(&new.event_type, new.schema, &new.data)
            .map_err(|error| with_sources(&error))?;
        // What the register, a case or a day's income did speaks of no transaction.
        if let Some(of) = told.transaction().filter(|of| **of != new.correlation) {
            let correlation = &new.correlation;
            let what = format!("its correlation is {correlation} and it speaks of {of}");
            self.find(Check::Envelope, event, what);
        }
        let kept = self.sagas.wallets.entry(id);
        let entry = Books::wallet(&wallet, &kept.loaded.state, &told);
        remember(kept, &told, event)?;
        let findings = self.books.book(entry.as_deref());
        self.found(event, findings);
        Ok(())
    }

    fn found(&mut self, event: &Recorded, findings: Vec<(Check, String)>) {
        for (check, what) in findings {
            self.find(check, event, what);
        }
    }

    fn find(&mut self, check: Check, event: &Recorded, what: String) {
        let Recorded { stream, version, position, event: new } = event;
        let place = format!("{stream} version {version} (position {position})");
        let data = format!("{} {}", new.event_type, new.data);
        self.report.add(check, place, what, Some(&data));
    }

    fn close(mut self, head: Position) -> Audited {
        self.compare_unfinished();
        for (commodity, sum) in self.books.balances.totals() {
            if !sum.is_zero() {
                let check = match commodity {
                    fundflow_domain::postings::Commodity::Yuan => Check::I1,
                    fundflow_domain::postings::Commodity::SharesOf(_) => Check::I6,
                };
                let what = format!("all accounts together hold {sum}, not 0");
                self.report.add(check, commodity.to_string(), what, None);
            }
        }
        let by_class: BTreeMap<_, _> = self.books.balances.by_class();
        let mut report = self.report;
        report.balances = by_class.into_iter().map(|(at, sum)| Holding::of(at, sum)).collect();
        report.up_to = head;
        report.counts.entries = self.books.entries;
        report.counts.postings = self.books.postings;
        Audited { report, unfinished: self.sagas }
    }
}

/// The transaction that a stream belongs to; a wallet belongs to many.
fn owner(stream: &StreamName) -> Option<TransactionId> {
    match stream.category() {
        DiscountPurchase::CATEGORY => stream.id().parse().ok(),
        FundOrder::CATEGORY => Some(stream.id().parse::<OrderId>().ok()?.parent()?.0),
        _ => None,
    }
}

fn fold<D: codec::Stored>(kept: &mut Kept<D>, event: &Recorded) -> Result<D::Event, String> {
    let new = &event.event;
    let told = codec::decode::<D>(&new.event_type, new.schema, &new.data)
        .map_err(|error| with_sources(&error))?;
    remember(kept, &told, event)?;
    Ok(told)
}

fn remember<D: codec::Stored>(
    kept: &mut Kept<D>,
    told: &D::Event,
    event: &Recorded,
) -> Result<(), String> {
    let state = std::mem::take(&mut kept.loaded.state);
    kept.loaded.state = D::evolve(state, told).ok_or_else(|| {
        format!("a {} cannot follow the events before it", event.event.event_type)
    })?;
    kept.loaded.version = event.version;
    kept.loaded.chain = event.event.chain;
    kept.moved_by(event);
    Ok(())
}
