//! Which facts follow from a command to holdings, or why none may.

use super::{
    Command, Credit, Event, Lot, Mark, Refusal, Reservation, Standing, State, Taking, dividend,
    evolve::evolve, leaving::Leaving, state::sum,
};
use crate::{
    claims::{Change as Claimed, Claims},
    freeze::{self, Change, Frozen, FrozenBy, FrozenCause},
    fund::RedemptionSequence,
    ids::{LotId, OrderId, TransactionId},
    money::Shares,
    orders::{LotTaken, Serial},
};
use chrono::NaiveDate;

type Decision = Result<Vec<Event>, Refusal>;

pub(super) fn decide(state: &State, command: &Command) -> Decision {
    use Command as C;
    match command {
        C::Credit(credit) => credited(state, credit),
        C::Reserve { order, shares, sequence, designated } => {
            reserved(state, order, *shares, *sequence, designated)
        }
        C::Release(order) => released(state, order),
        C::Take { order, serial, shares, trade_date, named, finished } => {
            let leaving = Leaving { shares: *shares, trade_date: *trade_date, named };
            taken(state, order, serial, leaving, *finished)
        }
        C::Freeze { record, shares, cause } => {
            let (shares, by) = (*shares, FrozenBy::Order);
            let cause = (*cause).into();
            let frozen =
                || Event::SharesFrozen { record: record.clone(), shares, cause, by, in_all: None };
            let known = state.freezes.get(record).map(|(mark, _)| mark);
            set(known, record, shares, frozen)
        }
        C::Unfreeze { record, by } => Ok(unfrozen(state, record, by)),
        C::FollowRegister { record, on, frozen } => Ok(follow(state, record, *on, *frozen)),
        C::Hold { case, shares } => {
            let shares = *shares;
            let held = || Event::SharesHeld { case: case.clone(), shares };
            set(state.disputes.get(case), case, shares, held)
        }
        C::Unhold(case) => {
            Ok(lifted(state.disputes.get(case), || Event::SharesUnheld { case: case.clone() }))
        }
        C::Claim { order, transaction, shares } => {
            claimed(&state.claims, order, transaction, *shares)
        }
        C::WaiveClaim(order) => {
            let waived = || Event::ClaimWaived { order: order.clone() };
            Ok(state.claims.stands(order).then(waived).into_iter().collect())
        }
        C::CorrectCredit { lot, record, with } => {
            credit_corrected(state, lot, record, with.as_deref())
        }
        C::CorrectTake { order, serial, record, shares, trade_date, named } => {
            let leaving = Leaving { shares: *shares, trade_date: *trade_date, named };
            take_corrected(state, order, serial, record, leaving)
        }
        C::Declare(said) => dividend::declared(state, said),
        C::WithdrawTake { order, serial, record } => take_withdrawn(state, order, serial, record),
    }
}

fn credited(state: &State, credit: &Credit) -> Decision {
    match state.lot(&credit.lot) {
        Some(known) if known.credit == *credit => Ok(vec![]),
        Some(_) => Err(Refusal::CreditedDifferently(credit.lot.clone())),
        None => {
            countable(state.registered(), credit.shares)?;
            Ok(vec![Event::Credited(Box::new(credit.clone()))])
        }
    }
}

fn countable(sum: Shares, more: Shares) -> Result<(), Refusal> {
    if more.is_zero() {
        return Err(Refusal::NoShares);
    }
    sum.plus(more).map(|_| ()).ok_or(Refusal::OutOfRange(more))
}

fn reserved(
    state: &State,
    order: &OrderId,
    shares: Shares,
    sequence: RedemptionSequence,
    designated: &[LotTaken],
) -> Decision {
    if let Some(known) = state.reservation(order) {
        let same = known.shares == shares
            && known.sequence == sequence
            && known.designated.as_slice() == designated;
        return match known.standing {
            Standing::Released => Err(Refusal::AlreadyReleased(order.clone())),
            Standing::Held | Standing::Finished if same => Ok(vec![]),
            Standing::Held | Standing::Finished => Err(Refusal::ReservedDifferently(order.clone())),
        };
    }
    if shares.is_zero() {
        return Err(Refusal::NoShares);
    }
    chosen(state, shares, (sequence, designated))?;
    let free = state.available();
    if shares > free {
        return Err(Refusal::TooFew { order: order.clone(), asked: shares, free });
    }
    let (order, designated) = (order.clone(), designated.to_vec());
    Ok(vec![Event::SharesReserved { order, shares, sequence, designated }])
}

fn chosen(
    state: &State,
    asked: Shares,
    (sequence, designated): (RedemptionSequence, &[LotTaken]),
) -> Result<(), Refusal> {
    if designated.is_empty() {
        return Ok(());
    }
    let lots = state.free_lots(sequence);
    for (at, part) in designated.iter().enumerate() {
        let lot = lots.iter().find(|(lot, _)| lot.credit.lot == part.lot);
        let (_, free) = *lot.ok_or_else(|| Refusal::UnknownLot(part.lot.clone()))?;
        let twice = designated[..at].iter().any(|earlier| earlier.lot == part.lot);
        if part.shares.is_zero() || part.shares > free || twice {
            let (lot, asked) = (part.lot.clone(), part.shares);
            let free = if twice { Shares::ZERO } else { free };
            return Err(Refusal::LotTooSmall { lot, asked, free });
        }
    }
    let all = sum(designated.iter().map(|part| part.shares));
    if all == asked {
        return Ok(());
    }
    Err(Refusal::DesignationDiffers { asked, designated: all })
}

fn released(state: &State, order: &OrderId) -> Decision {
    match state.reservation(order).map(|known| known.standing) {
        None | Some(Standing::Held) => Ok(vec![Event::SharesReleased { order: order.clone() }]),
        Some(Standing::Released) => Ok(vec![]),
        Some(Standing::Finished) => Err(Refusal::AlreadyTaken(order.clone())),
    }
}

fn taken(
    state: &State,
    order: &OrderId,
    serial: &Serial,
    leaving: Leaving<'_>,
    finished: bool,
) -> Decision {
    let shares = leaving.shares;
    let known = state.reservation(order);
    let known = known.ok_or_else(|| Refusal::NothingReserved(order.clone()))?;
    if let Some(was) = known.takings.iter().find(|taking| taking.serial == *serial) {
        if was.shares == shares && was.finished == finished {
            return Ok(vec![]);
        }
        return Err(Refusal::TakenDifferently { serial: serial.clone(), known: was.shares });
    }
    let free = match known.standing {
        Standing::Finished if known.is_finished() => {
            return Err(Refusal::NothingReserved(order.clone()));
        }
        Standing::Held => known.reserved(),
        // The register is the truth: it may take what was released, or came back, as far as nobody else
        // has it.
        Standing::Finished | Standing::Released => state.available_for(order),
    };
    if shares.is_zero() {
        return Err(Refusal::NoShares);
    }
    if shares > free {
        return Err(Refusal::TooFew { order: order.clone(), asked: shares, free });
    }
    Ok(vec![posting(state, order, known, serial, leaving, finished)?])
}

fn posting(
    state: &State,
    order: &OrderId,
    known: &Reservation,
    serial: &Serial,
    leaving: Leaving<'_>,
    finished: bool,
) -> Result<Event, Refusal> {
    let shares = leaving.shares;
    let lots = state.lots_for(order, known, leaving);
    let lots = lots.ok_or_else(|| Refusal::NotCovered { order: order.clone(), asked: shares })?;
    let (order, serial) = (order.clone(), serial.clone());
    Ok(Event::SharesTaken { order, serial, shares, lots, finished })
}

fn set(
    known: Option<&Mark>,
    key: &Serial,
    asked: Shares,
    event: impl FnOnce() -> Event,
) -> Decision {
    match known {
        Some(Mark::Set(known)) if *known == asked => Ok(vec![]),
        Some(Mark::Set(known)) => {
            Err(Refusal::MarkedDifferently { mark: key.clone(), known: *known, asked })
        }
        Some(Mark::Lifted) => Err(Refusal::AlreadyLifted(key.clone())),
        None if asked.is_zero() => Err(Refusal::NoShares),
        None => Ok(vec![event()]),
    }
}

fn follow(state: &State, record: &Serial, on: NaiveDate, frozen: Frozen) -> Vec<Event> {
    let known = (state.known_freezes(), state.stated);
    let Change { lifted, more, in_all } = freeze::follow(known, record, on, frozen);
    let mut events: Vec<Event> =
        lifted.into_iter().map(|record| Event::SharesUnfrozen { record }).collect();
    if !more.is_zero() || in_all.is_some() {
        let (cause, by) = (FrozenCause::Unstated.into(), FrozenBy::Register(on));
        let record = record.clone();
        events.push(Event::SharesFrozen { record, shares: more, cause, by, in_all });
    }
    events
}

fn unfrozen(state: &State, record: &Serial, by: &Serial) -> Vec<Event> {
    let known = state.freezes.get(record).map(|(mark, _)| mark);
    let mut events = lifted(known, || Event::SharesUnfrozen { record: record.clone() });
    let stays = freeze::stays(state.known_freezes(), (record, by), state.stated);
    let stays = stays.filter(|_| !events.is_empty());
    events.extend(stays.map(|(on, shares)| {
        let (cause, by_register) = (FrozenCause::Unstated.into(), FrozenBy::Register(on));
        let record = by.clone();
        Event::SharesFrozen { record, shares, cause, by: by_register, in_all: None }
    }));
    events
}

fn lifted(known: Option<&Mark>, event: impl FnOnce() -> Event) -> Vec<Event> {
    match known {
        None | Some(Mark::Set(_)) => vec![event()],
        Some(Mark::Lifted) => vec![],
    }
}

fn claimed(
    claims: &Claims,
    order: &OrderId,
    transaction: &TransactionId,
    shares: Shares,
) -> Decision {
    let order = order.clone();
    Ok(match claims.claim(&order, transaction, shares)? {
        Claimed::Nothing => vec![],
        Claimed::Claimed => {
            vec![Event::SharesClaimed { order, transaction: transaction.clone(), shares }]
        }
        Claimed::Lifted => vec![Event::ClaimLifted { order }],
    })
}

fn credit_corrected(
    state: &State,
    lot: &LotId,
    record: &Serial,
    with: Option<&Credit>,
) -> Decision {
    let known = state.lot(lot).ok_or_else(|| Refusal::UnknownLot(lot.clone()))?;
    if let Some((by, replacement)) = &known.reversed {
        let stands = replacement.as_ref().and_then(|id| state.lot(id));
        let same = by == record && stands.map(|lot| &lot.credit) == with;
        let contradiction = || Refusal::CorrectedDifferently(record.clone());
        return if same { Ok(vec![]) } else { Err(contradiction()) };
    }
    if let Some(again) = with.filter(|credit| state.lot(&credit.lot).is_some()) {
        return Err(Refusal::CreditedDifferently(again.lot.clone()));
    }
    let (taken, shares) = (known.taken(), with.map_or(Shares::ZERO, |credit| credit.shares));
    let gone = taken.minus(shares).filter(|gone| !gone.is_zero());
    let made_up = gone.map(|gone| {
        let below = || Refusal::BelowTaken { lot: lot.clone(), taken, shares };
        made_up(state, known, (gone, shares)).ok_or_else(below)
    });
    let (lot, record) = (lot.clone(), record.clone());
    let replaced_by = with.map(|credit| credit.lot.clone());
    let mut events: Vec<Event> = made_up.transpose()?.into_iter().collect();
    events.push(Event::CreditReversed { lot, record, replaced_by });
    if let Some(credit) = with {
        let others = state.registered().minus(known.left).unwrap_or_default();
        countable(others, credit.shares)?;
        events.push(Event::Credited(Box::new(credit.clone())));
    }
    Ok(events)
}

/// Other lots give what had left this one and was never in it: the oldest that nobody chose first, and only
/// what nobody else has. `None` where they cannot.
fn made_up(state: &State, known: &Lot, (gone, shares): (Shares, Shares)) -> Option<Event> {
    let less = known.credit.shares.minus(shares)?;
    if less > state.available_for(&known.credit.order) {
        return None;
    }
    let mut others = state.in_order(RedemptionSequence::Fifo);
    others.retain(|it| it.credit.lot != known.credit.lot);
    let (mut missing, mut lots) = (gone, Vec::new());
    for other in others {
        let part = state.free_of(other).min(missing);
        if !part.is_zero() {
            lots.push(LotTaken { lot: other.credit.lot.clone(), shares: part });
            missing = missing.minus(part)?;
        }
    }
    let lot = known.credit.lot.clone();
    missing.is_zero().then_some(Event::MadeUp { lot, lots })
}

fn take_corrected(
    state: &State,
    order: &OrderId,
    serial: &Serial,
    record: &Serial,
    leaving: Leaving<'_>,
) -> Decision {
    let shares = leaving.shares;
    let unknown = || Refusal::UnknownTaking { order: order.clone(), serial: serial.clone() };
    let known = state.reservation(order).ok_or_else(unknown)?;
    let numbered = |serial: &Serial| known.takings.iter().find(|taking| taking.serial == *serial);
    let was = numbered(serial).ok_or_else(unknown)?;
    let replacement = numbered(record);
    if let Some(by) = &was.reversed_by {
        let posted = replacement.map_or(Shares::ZERO, |taking| taking.shares);
        if by == record && posted == shares {
            return Ok(vec![]);
        }
        return Err(Refusal::CorrectedDifferently(record.clone()));
    }
    if replacement.is_some() {
        return Err(Refusal::CorrectedDifferently(record.clone()));
    }
    let (order, serial) = (order.clone(), serial.clone());
    let reversed = Event::TakeReversed {
        order: order.clone(),
        serial,
        record: record.clone(),
        awaited: false,
    };
    if shares.is_zero() {
        return Ok(vec![reversed]);
    }
    let posted = reposted(state, &order, was, &reversed, record, leaving)?;
    Ok(vec![reversed, posted])
}

fn take_withdrawn(state: &State, order: &OrderId, serial: &Serial, record: &Serial) -> Decision {
    let unknown = || Refusal::UnknownTaking { order: order.clone(), serial: serial.clone() };
    let known = state.reservation(order).ok_or_else(unknown)?;
    let was = known.takings.iter().find(|taking| taking.serial == *serial).ok_or_else(unknown)?;
    match &was.reversed_by {
        Some(by) if by == record => Ok(vec![]),
        Some(_) => Err(Refusal::CorrectedDifferently(record.clone())),
        None => {
            let (order, serial, record) = (order.clone(), serial.clone(), record.clone());
            Ok(vec![Event::TakeReversed { order, serial, record, awaited: true }])
        }
    }
}

/// The corrected taking, on the lots as they were before the wrong one.
fn reposted(
    state: &State,
    order: &OrderId,
    was: &Taking,
    reversed: &Event,
    record: &Serial,
    leaving: Leaving<'_>,
) -> Result<Event, Refusal> {
    let shares = leaving.shares;
    let uncovered = || Refusal::NotCovered { order: order.clone(), asked: shares };
    let before = evolve(state.clone(), reversed).ok_or_else(uncovered)?;
    let known = before.reservation(order).ok_or_else(uncovered)?;
    let free = known.reserved().plus(before.available_for(order));
    let free = free.unwrap_or_else(|| before.registered());
    if shares > free {
        return Err(Refusal::TooFew { order: order.clone(), asked: shares, free });
    }
    posting(&before, order, known, record, leaving, was.finished)
}
