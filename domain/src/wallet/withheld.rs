//! Shares that are registered and not available: frozen by the register, or in dispute.
//!
//! 1. A freeze is keyed on its record and a hold on its case. Each happens once; what is lifted stays
//!    remembered, so that the freeze, heard again, freezes nothing.
//! 2. Nothing is asked back: the register may freeze more than is free, and a case may hold it.
//! 3. Corrections are remembered by their record, with what they replaced.
//! 4. A claim keeps back what a record of the registrar could not be booked for (`claims`).

use super::{
    Event, Refusal as WalletRefusal, State,
    correct::{Correction, remember, repeated},
};
use crate::{
    claims::{Change as Claimed, ClaimedByAnother, Claims},
    freeze::{self, Change, Freeze, Frozen, FrozenBy, FrozenCause},
    ids::{CaseRef, OrderId, RegisterRecord, TransactionId},
    money::Shares,
};
use chrono::NaiveDate;
use std::sync::Arc;

/// Why shares cannot be withheld, or cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There would be enough, but for a freeze or a dispute.
    #[error(
        "transaction {transaction} asks for {asked} shares; {free} are free for it, {frozen} are \
         frozen by the register and {disputed} are in dispute"
    )]
    NotFree {
        /// The transaction that asks for the shares.
        transaction: TransactionId,
        /// Shares that the transaction or order asks for.
        asked: Shares,
        /// Shares that are free for the transaction, to 0.01.
        free: Shares,
        /// Withheld by the register.
        frozen: Shares,
        /// Withheld by cases.
        disputed: Shares,
    },
    /// A freeze or hold of 0.00 shares says nothing.
    #[error("{key} would keep back 0.00 shares; at least 0.01 must be")]
    Nothing {
        /// Name of the record or case.
        key: String,
    },
    /// Same record or case, other numbers.
    #[error("{key} already keeps back {was} shares, and says something else now")]
    Differs {
        /// Name of the record or case.
        key: String,
        /// Shares that it withholds, or withheld until it was lifted.
        was: Shares,
    },
    /// Nothing was withheld under that name.
    #[error("nothing was kept back by {key}")]
    NotWithheld {
        /// Name of the record or case.
        key: String,
    },
    /// Of an order that another transaction has claimed for.
    #[error(transparent)]
    OfAnother(#[from] ClaimedByAnother),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Frozen(FrozenCause, FrozenBy),
    Disputed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    shares: Shares,
    why: Why,
    lifted: bool,
}

/// Most wallets have nothing of it. In the order in which it happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Withheld {
    freezes: Vec<(RegisterRecord, Part)>,
    /// What the register's last word says is frozen in all.
    stated: Shares,
    holds: Vec<(CaseRef, Part)>,
    corrections: Vec<Correction>,
    take_outs: Vec<Correction>,
    claims: Claims,
}

/// Of a wallet that nothing was ever withheld in.
static NOTHING: Withheld = Withheld {
    freezes: Vec::new(),
    stated: Shares::ZERO,
    holds: Vec::new(),
    corrections: Vec::new(),
    take_outs: Vec::new(),
    claims: Claims::NONE,
};

pub(super) fn freeze(
    withheld: &Withheld,
    record: &RegisterRecord,
    shares: Shares,
    cause: FrozenCause,
) -> Result<Vec<Event>, WalletRefusal> {
    let by = FrozenBy::Order;
    let fact = || Event::SharesFrozen { record: record.clone(), shares, cause, by, in_all: None };
    begin(find(&withheld.freezes, record), shares, Why::Frozen(cause, by), record.as_str(), fact)
}

pub(super) fn follow(
    withheld: &Withheld,
    record: &RegisterRecord,
    on: NaiveDate,
    frozen: Frozen,
) -> Vec<Event> {
    let known = (withheld.known(), withheld.stated);
    let Change { lifted, more, in_all } = freeze::follow(known, record, on, frozen);
    let mut events: Vec<Event> =
        lifted.into_iter().map(|record| Event::SharesUnfrozen { record }).collect();
    if !more.is_zero() || in_all.is_some() {
        let (cause, by) = (FrozenCause::Unstated, FrozenBy::Register(on));
        let record = record.clone();
        events.push(Event::SharesFrozen { record, shares: more, cause, by, in_all });
    }
    events
}

pub(super) fn hold(
    withheld: &Withheld,
    case: &CaseRef,
    shares: Shares,
) -> Result<Vec<Event>, WalletRefusal> {
    let fact = || Event::SharesHeld { case: case.clone(), shares };
    begin(find(&withheld.holds, case), shares, Why::Disputed, case.as_str(), fact)
}

pub(super) fn unfreeze(
    withheld: &Withheld,
    record: &RegisterRecord,
    by: &RegisterRecord,
) -> Result<Vec<Event>, WalletRefusal> {
    let fact = || Event::SharesUnfrozen { record: record.clone() };
    let mut events = lift(find(&withheld.freezes, record), record.as_str(), fact)?;
    let stays = freeze::stays(withheld.known(), (record, by), withheld.stated);
    let stays = stays.filter(|_| !events.is_empty());
    events.extend(stays.map(|(on, shares)| {
        let (cause, by_register) = (FrozenCause::Unstated, FrozenBy::Register(on));
        let record = by.clone();
        Event::SharesFrozen { record, shares, cause, by: by_register, in_all: None }
    }));
    Ok(events)
}

pub(super) fn unhold(withheld: &Withheld, case: &CaseRef) -> Result<Vec<Event>, WalletRefusal> {
    let fact = || Event::SharesUnheld { case: case.clone() };
    lift(find(&withheld.holds, case), case.as_str(), fact)
}

pub(super) fn claim(
    withheld: &Withheld,
    order: &OrderId,
    tx: &TransactionId,
    shares: Shares,
) -> Result<Vec<Event>, WalletRefusal> {
    let order = order.clone();
    Ok(match withheld.claims.claim(&order, tx, shares).map_err(Refusal::from)? {
        Claimed::Nothing => vec![],
        Claimed::Claimed => vec![Event::SharesClaimed { order, transaction: tx.clone(), shares }],
        Claimed::Lifted => vec![Event::ClaimLifted { order }],
    })
}

pub(super) fn waive(withheld: &Withheld, order: &OrderId) -> Vec<Event> {
    let fact = || Event::ClaimWaived { order: order.clone() };
    withheld.claims.stands(order).then(fact).into_iter().collect()
}

fn begin(
    known: Option<&Part>,
    shares: Shares,
    why: Why,
    key: &str,
    fact: impl FnOnce() -> Event,
) -> Result<Vec<Event>, WalletRefusal> {
    match known {
        Some(was) if was.shares == shares && was.why == why => Ok(vec![]),
        Some(was) => Err(Refusal::Differs { key: key.to_owned(), was: was.shares }.into()),
        None if shares.is_zero() => Err(Refusal::Nothing { key: key.to_owned() }.into()),
        None => Ok(vec![fact()]),
    }
}

fn lift(
    known: Option<&Part>,
    key: &str,
    fact: impl FnOnce() -> Event,
) -> Result<Vec<Event>, WalletRefusal> {
    match known {
        Some(was) if was.lifted => Ok(vec![]),
        Some(_) => Ok(vec![fact()]),
        None => Err(Refusal::NotWithheld { key: key.to_owned() }.into()),
    }
}

fn find<'a, K: PartialEq>(parts: &'a [(K, Part)], key: &K) -> Option<&'a Part> {
    parts.iter().find(|(other, _)| other == key).map(|(_, part)| part)
}

fn insert<K: PartialEq + Clone>(
    parts: &mut Vec<(K, Part)>,
    key: &K,
    shares: Shares,
    why: Why,
) -> Option<()> {
    find(parts, key).is_none().then(|| {
        parts.push((key.clone(), Part { shares, why, lifted: false }));
    })
}

fn remove<K: PartialEq>(parts: &mut [(K, Part)], key: &K) -> Option<()> {
    let (_, part) = parts.iter_mut().find(|(other, part)| other == key && !part.lifted)?;
    part.lifted = true;
    Some(())
}

fn sum<K>(parts: &[(K, Part)]) -> Shares {
    let standing = parts.iter().filter(|(_, part)| !part.lifted);
    standing.fold(Shares::ZERO, |sum, (_, part)| sum.plus_or_most(part.shares))
}

impl Part {
    const fn as_freeze(&self) -> Freeze {
        let by = match self.why {
            Why::Frozen(_, by) => by,
            Why::Disputed => FrozenBy::Order,
        };
        Freeze { shares: if self.lifted { Shares::ZERO } else { self.shares }, by }
    }
}

impl Withheld {
    fn known(&self) -> impl Iterator<Item = (&RegisterRecord, Freeze)> {
        self.freezes.iter().map(|(record, part)| (record, part.as_freeze()))
    }

    /// Whether the record was heard, and whether it said the same.
    pub(super) fn is_repeated(
        &self,
        record: &RegisterRecord,
        tx: &TransactionId,
        shares: Shares,
    ) -> Option<bool> {
        repeated(&self.corrections, record, tx, shares)
    }

    /// The same of a record that says what was taken out.
    pub(super) fn is_take_out_repeated(
        &self,
        record: &RegisterRecord,
        tx: &TransactionId,
        shares: Shares,
    ) -> Option<bool> {
        repeated(&self.take_outs, record, tx, shares)
    }

    /// Whether a correction of the transaction replaced such a confirmation.
    pub(super) fn corrected(&self, tx: &TransactionId, was: impl Fn(Shares) -> bool) -> bool {
        self.corrections.iter().any(|known| known.transaction == *tx && was(known.reversed))
    }

    /// Whether a correction of what the transaction took out replaced so much.
    pub(super) fn take_out_corrected(
        &self,
        tx: &TransactionId,
        was: impl Fn(Shares) -> bool,
    ) -> bool {
        self.take_outs.iter().any(|known| known.transaction == *tx && was(known.reversed))
    }

    pub(super) fn correct(&mut self, correction: Correction) -> Option<()> {
        remember(&mut self.corrections, correction)
    }

    pub(super) fn correct_take_out(&mut self, correction: Correction) -> Option<()> {
        remember(&mut self.take_outs, correction)
    }

    pub(super) fn freeze(
        &mut self,
        record: &RegisterRecord,
        shares: Shares,
        (cause, by, in_all): (FrozenCause, FrozenBy, Option<Shares>),
    ) -> Option<()> {
        insert(&mut self.freezes, record, shares, Why::Frozen(cause, by))?;
        self.hears(by, in_all);
        Some(())
    }

    pub(super) fn unfreeze(&mut self, record: &RegisterRecord) -> Option<()> {
        let by = find(&self.freezes, record)?.as_freeze().by;
        remove(&mut self.freezes, record).map(|()| self.hears(by, None))
    }

    fn hears(&mut self, by: FrozenBy, in_all: Option<Shares>) {
        if !by.is_order() {
            self.stated = in_all.unwrap_or_else(|| freeze::stated(self.known()));
        }
    }

    pub(super) fn hold(&mut self, case: &CaseRef, shares: Shares) -> Option<()> {
        insert(&mut self.holds, case, shares, Why::Disputed)
    }

    pub(super) fn unhold(&mut self, case: &CaseRef) -> Option<()> {
        remove(&mut self.holds, case)
    }
}

impl State {
    /// Frozen by the register: a court, a pledge or the counter.
    pub fn frozen(&self) -> Shares {
        sum(&self.withheld().freezes)
    }

    /// Of these, what orders of courts and creditors froze that a person entered.
    pub fn frozen_by_orders(&self) -> Shares {
        let orders = self.withheld().known().filter(|(_, freeze)| freeze.by.is_order());
        orders.fold(Shares::ZERO, |sum, (_, freeze)| sum.plus_or_most(freeze.shares))
    }

    /// Whether that record froze shares and was not lifted.
    pub fn is_frozen_by(&self, record: &RegisterRecord) -> bool {
        find(&self.withheld().freezes, record).is_some_and(|part| !part.lifted)
    }

    /// Whether shares are held for the case of that name: `false` once they were let go, `None` if they
    /// never were.
    pub fn is_held_for(&self, case: &str) -> Option<bool> {
        let holds = &self.withheld().holds;
        let part = holds.iter().find(|(known, _)| known.as_str() == case);
        part.map(|(_, part)| !part.lifted)
    }

    /// In dispute: under a case, or claimed for a record of the registrar that could not be booked.
    pub fn disputed(&self) -> Shares {
        let (held, claimed) = (sum(&self.withheld().holds), self.claims().standing());
        held.plus_or_most(claimed)
    }

    /// What records of the registrar lack.
    pub fn claims(&self) -> &Claims {
        &self.withheld().claims
    }

    /// Shares that older claims keep back from the transaction.
    pub(super) fn claimed_before(&self, tx: &TransactionId) -> Shares {
        self.claims().before(|claim| claim.transaction == *tx)
    }

    pub(super) fn claims_mut(&mut self) -> &mut Claims {
        &mut self.withheld_mut().claims
    }

    /// The refusal says so where only a freeze or a dispute stands in the way.
    pub(super) fn too_few(&self, tx: &TransactionId, asked: Shares, free: Shares) -> WalletRefusal {
        let (transaction, frozen, disputed) = (tx.clone(), self.frozen(), self.disputed());
        let withheld = frozen.plus_or_most(disputed);
        if asked > free && asked <= free.plus_or_most(withheld) {
            Refusal::NotFree { transaction, asked, free, frozen, disputed }.into()
        } else {
            WalletRefusal::TooFew { transaction, asked, free }
        }
    }

    pub(super) fn withheld(&self) -> &Withheld {
        self.withheld.as_deref().unwrap_or(&NOTHING)
    }

    pub(super) fn withheld_mut(&mut self) -> &mut Withheld {
        Arc::make_mut(self.withheld.get_or_insert_default())
    }
}
