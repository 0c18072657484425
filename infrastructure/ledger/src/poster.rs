//! From events to entries: the domain's posting rules, on folds that follow the log.
//!
//! A stream's fold is read again where it had left memory, so that memory does not grow with the log.

use fundflow_domain::{
    advance::Advances,
    application::{self, Applications},
    case::{CaseId, Cases},
    holdings::{HoldingId, Holdings},
    ids::{ApplicationNo, InvestorId, OrderId, TransactionId, WalletId},
    payment::{self, Payments},
    payout::Payouts,
    postings::{
        Balances, Differences, Posting, Source, of_advance, of_application, of_holdings,
        of_payment, of_payout, of_wallet,
    },
    wallet::{self, Wallet},
};
use fundflow_kernel::{
    codec::{self, Stored},
    decider::Decider as _,
    envelope::{Recorded, StreamName},
    loaded::Loaded,
    store::{EventStore, ReadError},
};
use std::{
    any::Any,
    collections::{HashMap, HashSet},
};

/// Folds in memory, of a few KB each.
const AT_MOST: usize = 65_536;
const PAGE: u32 = 512;

/// What one event says of the books.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// What it posts; empty where it moves nothing.
    pub(crate) lines: Vec<Posting>,
    /// Whose saga the stream is.
    pub(crate) request: Option<TransactionId>,
    pub(crate) note: Option<Note>,
}

/// What else is in the tables.
#[derive(Debug)]
pub(crate) enum Note {
    Placed {
        application: ApplicationNo,
        order: OrderId,
        investor: InvestorId,
    },
    /// So many more final records hold.
    Final {
        application: ApplicationNo,
        more: i64,
    },
    Payment {
        order: OrderId,
    },
    Case {
        case: CaseId,
        request: Option<TransactionId>,
        is_open: bool,
    },
}

#[derive(Default)]
pub(crate) struct Poster {
    folds: HashMap<StreamName, Box<dyn Any + Send + Sync>>,
    balances: Balances,
    differences: Differences,
    paid: HashSet<OrderId>,
}

/// A stream's fold before an event, the event, and the fold after it.
type Step<D> = (Loaded<D>, <D as fundflow_kernel::decider::Decider>::Event, Loaded<D>);

impl Poster {
    /// Books the next event of the log.
    ///
    /// # Errors
    /// As the store's, and [`ReadError::Damaged`] where the event cannot follow or has no posting.
    pub(crate) async fn hear<S: EventStore>(
        &mut self,
        store: &S,
        event: &Recorded,
    ) -> Result<Heard, ReadError> {
        if self.folds.len() > AT_MOST {
            self.folds.clear();
        }
        let heard = match event.stream.category() {
            Payments::CATEGORY => {
                let step = self.step::<Payments, S>(store, event).await?;
                self.payment(&step)
            }
            Payouts::CATEGORY => {
                let step = self.step::<Payouts, S>(store, event).await?;
                request(&step).map(|request| Heard {
                    lines: of_payout(&request, &step.1),
                    request: Some(request),
                    note: None,
                })
            }
            Advances::CATEGORY => {
                let step = self.step::<Advances, S>(store, event).await?;
                request(&step).and_then(|request| {
                    let lines = of_advance(&request, &step.0.state, &step.1)?;
                    Some(Heard { lines, request: Some(request), note: None })
                })
            }
            Applications::CATEGORY => {
                let step = self.step::<Applications, S>(store, event).await?;
                self.application(&step)
            }
            Wallet::CATEGORY => wallet_entry(event, &self.step::<Wallet, S>(store, event).await?),
            Holdings::CATEGORY => {
                holdings_entry(event, &self.step::<Holdings, S>(store, event).await?)
            }
            Cases::CATEGORY => {
                let step = self.step::<Cases, S>(store, event).await?;
                self.case(event, &step)
            }
            _ => return Ok(Heard::default()),
        };
        let heard = heard.ok_or_else(|| damaged(event, "no postings can be made of it"))?;
        for line in &heard.lines {
            let posted = self.balances.post(line);
            posted.ok_or_else(|| damaged(event, "an account leaves every range"))?;
        }
        Ok(heard)
    }

    fn payment(&mut self, step: &Step<Payments>) -> Option<Heard> {
        let request = request(step);
        let note = match &step.1 {
            payment::Event::Requested(terms) => {
                self.paid.insert(terms.order.clone());
                Some(Note::Payment { order: terms.order.clone() })
            }
            payment::Event::Paid(_)
            | payment::Event::Declined { .. }
            | payment::Event::Closed { .. }
            | payment::Event::ReceiptUnapplied { .. }
            | payment::Event::RefundRequested { .. }
            | payment::Event::Refunded { .. } => None,
        };
        Some(Heard { lines: of_payment(&step.0.state, &step.1)?, request, note })
    }

    fn application(&mut self, step: &Step<Applications>) -> Option<Heard> {
        let request = request(step)?;
        let (before, said, after) = (&step.0.state, &step.1, &step.2.state);
        let known = after.application()?;
        let is_paid = self.paid.contains(&known.terms.order);
        let source = if is_paid { Source::Payment } else { Source::Proceeds };
        let mut lines = of_application(&request, source, before, said)?;
        let of = (&request, source);
        self.differences.of_application(of, (before, said), &mut lines, &self.balances);
        let application = known.terms.no.clone();
        let more = finals(after) - finals(before);
        let note = if let application::Event::Placed(terms) = said {
            let (order, investor) = (terms.order.clone(), terms.investor.clone());
            Some(Note::Placed { application, order, investor })
        } else {
            (more != 0).then_some(Note::Final { application, more })
        };
        Some(Heard { lines, request: Some(request), note })
    }

    fn case(&mut self, event: &Recorded, step: &Step<Cases>) -> Option<Heard> {
        let case: CaseId = event.stream.id().parse().ok()?;
        let state = &step.2.state;
        let lines = self.differences.of_case(case, state, &self.balances);
        let of = state.case().and_then(|it| it.transaction.clone());
        let note = Note::Case { case, request: of.clone(), is_open: state.is_open() };
        Some(Heard { lines, request: of.or_else(|| request(step)), note: Some(note) })
    }

    /// The event, and the states on both sides of it.
    async fn step<D, S>(&mut self, store: &S, event: &Recorded) -> Result<Step<D>, ReadError>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
        S: EventStore,
    {
        let kept = self.folds.remove(&event.stream).and_then(|it| it.downcast::<Loaded<D>>().ok());
        let before = match kept {
            Some(kept) => *kept,
            None => until::<D, S>(store, event).await?,
        };
        let mut after = before.clone();
        after.replay(event)?;
        let new = &event.event;
        let said = codec::decode::<D>(&new.event_type, new.schema, &new.data);
        let said = said.map_err(|error| damaged(event, &error.to_string()))?;
        self.folds.insert(event.stream.clone(), Box::new(after.clone()));
        Ok((before, said, after))
    }
}

/// The stream as it was before that event.
async fn until<D, S>(store: &S, event: &Recorded) -> Result<Loaded<D>, ReadError>
where
    D: Stored<State: Clone + Send + Sync> + 'static,
    S: EventStore,
{
    let mut loaded = Loaded::<D>::default();
    while loaded.version.plus(1) < event.version {
        let page = store.read(&event.stream, loaded.version, PAGE).await?;
        let earlier = |it: &&Recorded| it.version < event.version;
        let at = loaded.version;
        loaded.refold(&mut page.iter().filter(earlier))?;
        if loaded.version == at {
            return Err(damaged(event, "the events before it are missing"));
        }
    }
    Ok(loaded)
}

/// Final records that hold.
fn finals(state: &application::State) -> i64 {
    let known = state.application();
    let finals = known.into_iter().flat_map(|it| it.confirmations().filter(|said| said.finished));
    i64::try_from(finals.count()).unwrap_or(i64::MAX)
}

fn request<D: Stored>(step: &Step<D>) -> Option<TransactionId> {
    step.2.owner.as_ref().map(|(_, transaction)| transaction.clone())
}

fn wallet_entry(event: &Recorded, step: &Step<Wallet>) -> Option<Heard> {
    let (investor, fund) = wallet::parse_id(event.stream.id())?;
    let id = WalletId { investor, fund };
    let lines = of_wallet(&id, &step.0.state, &step.2.state, &step.1)?;
    Some(Heard { lines, request: Some(event.event.correlation.clone()), note: None })
}

fn holdings_entry(event: &Recorded, step: &Step<Holdings>) -> Option<Heard> {
    let id = HoldingId::parse(event.stream.id())?;
    let lines = of_holdings(&id, &step.0.state, &step.2.state, &step.1)?;
    Some(Heard { lines, request: Some(event.event.correlation.clone()), note: None })
}

fn damaged(event: &Recorded, what: &str) -> ReadError {
    let Recorded { stream, version, position, .. } = event;
    let place = format!("{stream} version {version} (position {position})");
    ReadError::Damaged { place, what: what.to_owned() }
}
