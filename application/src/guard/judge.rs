//! Each event of a decision in order, with the states around it.

use super::{Broken, money, request::Request, shares};
use fundflow_domain::{
    advance::Advances,
    application::Applications,
    holdings::{HoldingId, Holdings},
    ids::WalletId,
    payment::Payments,
    payout::Payouts,
    postings::{
        Posting, imbalance, of_advance, of_application, of_holdings, of_payment, of_payout,
        of_settlement, of_wallet, posts_nothing,
    },
    settlement::Settlements,
    wallet::{self, Wallet},
};
use fundflow_kernel::{
    codec::{self, Stored},
    decider::Decider as _,
    envelope::{NewEvent, StreamName},
    fold::Fold,
    loaded::Loaded,
};
use fundflow_runtime::guard::Decided;
use std::any::Any;

/// One event, and the states on both sides of it.
pub(super) struct Step<'a, D: Stored> {
    pub(super) before: &'a D::State,
    pub(super) said: &'a D::Event,
    pub(super) after: &'a D::State,
}

/// The first thing that breaks the ledger.
pub(super) fn all(decided: &Decided<'_>) -> Result<(), Broken> {
    let request = Request::of(decided);
    for (at, append) in decided.appends.iter().enumerate() {
        let stream = &append.stream;
        let same = |it: &&fundflow_kernel::store::StreamAppend| it.stream == *stream;
        // What is decided on one stream twice is judged with its first part.
        if decided.appends.iter().take(at).any(|it| it.stream == *stream) {
            continue;
        }
        let events = decided.appends.iter().filter(same).flat_map(|it| &it.events);
        let events: Vec<&NewEvent> = events.collect();
        if events.iter().all(|event| posts_nothing(stream.category()).contains(&&*event.event_type))
        {
            continue;
        }
        of_stream(&request, decided, stream, &events)?;
    }
    Ok(())
}

fn of_stream(
    request: &Request<'_>,
    decided: &Decided<'_>,
    stream: &StreamName,
    events: &[&NewEvent],
) -> Result<(), Broken> {
    let around = (decided, stream, events);
    match stream.category() {
        Payments::CATEGORY => each::<Payments>(around, |step| {
            balanced::<Payments>(step.said, of_payment(step.before, step.said))?;
            money::of_payment(request, &step)
        }),
        Payouts::CATEGORY => each::<Payouts>(around, |step| {
            balanced::<Payouts>(step.said, Some(of_payout(decided.by, step.said)))?;
            money::of_payout(request, &step)
        }),
        Advances::CATEGORY => each::<Advances>(around, |step| {
            balanced::<Advances>(step.said, of_advance(decided.by, step.before, step.said))?;
            money::of_advance(request, &step)
        }),
        Applications::CATEGORY => each::<Applications>(around, |step| {
            let source = request.source(step.before);
            let entry = of_application(decided.by, source, step.before, step.said);
            let entry = balanced::<Applications>(step.said, entry)?;
            money::of_application(request, &step, &entry)
        }),
        Wallet::CATEGORY => each::<Wallet>(around, |step| {
            let id =
                wallet::parse_id(stream.id()).map(|(investor, fund)| WalletId { investor, fund });
            let entry =
                id.as_ref().and_then(|id| of_wallet(id, step.before, step.after, step.said));
            balanced::<Wallet>(step.said, entry)?;
            id.map_or(Ok(()), |id| shares::of_wallet(request, id.fund, &step))
        }),
        Holdings::CATEGORY => each::<Holdings>(around, |step| {
            let id = HoldingId::parse(stream.id());
            let entry =
                id.as_ref().and_then(|id| of_holdings(id, step.before, step.after, step.said));
            balanced::<Holdings>(step.said, entry)?;
            shares::of_holdings(request, &step)
        }),
        Settlements::CATEGORY => each::<Settlements>(around, |step| {
            balanced::<Settlements>(step.said, of_settlement(step.before, step.said)).map(drop)
        }),
        // Of another business, or of none of ours: it is in no account.
        _ => Ok(()),
    }
}

/// Shows each event of one stream, in order.
fn each<D>(
    (decided, stream, events): (&Decided<'_>, &StreamName, &[&NewEvent]),
    mut see: impl FnMut(Step<'_, D>) -> Result<(), Broken>,
) -> Result<(), Broken>
where
    D: Stored<State: Clone + Send + Sync> + 'static,
{
    let nothing = D::State::default();
    let first = decided.before(stream).and_then(state::<D>).unwrap_or(&nothing);
    let last = decided.after(stream).and_then(state::<D>).unwrap_or(&nothing);
    let facts = Facts::<D::Event>::of::<D>(decided, stream, events)?;
    let mut between: Option<D::State> = None;
    for (at, event) in events.iter().enumerate() {
        let said = facts.get(at).ok_or_else(|| unposted(event))?;
        let before = between.as_ref().unwrap_or(first);
        if at + 1 == events.len() {
            return see(Step { before, said, after: last });
        }
        let after = D::evolve(before.clone(), said).ok_or_else(|| unposted(event))?;
        see(Step { before, said, after: &after })?;
        between = Some(after);
    }
    Ok(())
}

/// What events say: as it was decided, or read from their bodies where a log is judged.
enum Facts<'a, E> {
    Known(Vec<&'a E>),
    Read(Vec<E>),
}

impl<'a, E> Facts<'a, E> {
    fn of<D: Stored<Event = E>>(
        decided: &Decided<'a>,
        stream: &StreamName,
        events: &[&NewEvent],
    ) -> Result<Self, Broken> {
        let known = decided.events::<D>(stream);
        if known.len() == events.len() {
            return Ok(Self::Known(known));
        }
        let read = |event: &&NewEvent| {
            let read = codec::decode::<D>(&event.event_type, event.schema, &event.data);
            read.map_err(|_| unposted(event))
        };
        events.iter().map(read).collect::<Result<_, _>>().map(Self::Read)
    }

    fn get(&self, at: usize) -> Option<&E> {
        match self {
            Self::Known(events) => events.get(at).copied(),
            Self::Read(events) => events.get(at),
        }
    }
}

fn unposted(event: &NewEvent) -> Broken {
    Broken::NoPosting { event: event.event_type.to_string() }
}

fn balanced<D: Stored>(
    said: &D::Event,
    entry: Option<Vec<Posting>>,
) -> Result<Vec<Posting>, Broken> {
    let event = || D::type_of(said).to_owned();
    let entry = entry.ok_or_else(|| Broken::NoPosting { event: event() })?;
    match imbalance(&entry).into_iter().next() {
        None => Ok(entry),
        Some((commodity, by)) => Err(Broken::Unbalanced { event: event(), commodity, by }),
    }
}

/// The state behind a fold; `None` where it is another decider's.
pub(super) fn state<D: Stored<State: Clone + Send + Sync> + 'static>(
    fold: &dyn Fold,
) -> Option<&D::State> {
    let fold: &dyn Any = fold;
    Some(&fold.downcast_ref::<Loaded<D>>()?.state)
}
