//! Shares that the register says left, or never came, and that others have by now: they cannot be booked,
//! and none are made up.
//!
//! ```text
//! a record cannot be booked -> claimed, and parked with both figures -> shares are there again: booked
//!    `-> a person takes the lack over (`missing`): named, with a case
//!           |-> shares come: booked, and the case is closed
//!           `-> the person closes the case: waived, what comes is free, and the record is not booked
//! ```
//!
//! 1. While nobody has the lack, nothing that hangs on it is booked either.
//! 2. A record is booked as a whole or not at all, so all that it took and is not booked is missing.
//! 3. What is lacking is claimed where it should be, by the decision that finds it lacking: nobody else uses
//!    what comes, and whoever brings it lets this saga go on. It is not over before.

use super::{application::FundSaga, by_hand, share_book::ShareBook};
use fundflow_domain::{
    claims::Claims,
    decider::Decider,
    holdings::{self, Command, Holdings},
    ids::OrderId,
    money::Shares,
    wallet,
};
use fundflow_runtime::{
    saga::{OpenEnd, View},
    turn::{NotDone, Turn},
};

/// Open ends that an operator disposes of.
pub const MISSING: &str = "missing";

/// Shares that one record moves and that cannot be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lack {
    /// All of it, since it is booked as a whole.
    pub moves: Shares,
    /// Shares among them that are missing.
    pub missing: Shares,
}

impl Lack {
    /// No share of any record is lacking.
    pub const NONE: Self = Self { moves: Shares::ZERO, missing: Shares::ZERO };

    /// So much is moved, and so much is there for it. What cannot be booked although there is enough of it
    /// lies in lots that may not leave: all of it is missing.
    pub fn of(moves: Shares, there: Shares) -> Self {
        let missing = moves.minus(there).filter(|missing| !missing.is_zero());
        Self { moves, missing: missing.unwrap_or(moves) }
    }

    /// Nothing of it is missing, and nothing is to be booked.
    pub fn is_none(&self) -> bool {
        self.moves.is_zero()
    }

    fn and(self, other: &Self) -> Self {
        let sum = |one: Shares, two: Shares| one.plus_or_most(two);
        Self { moves: sum(self.moves, other.moves), missing: sum(self.missing, other.missing) }
    }
}

/// What the wallet cannot do, where it is for want of shares.
pub fn in_wallet(refusal: &wallet::Refusal) -> Option<Lack> {
    match refusal {
        wallet::Refusal::TooFew { asked, free, .. } => Some(Lack::of(*asked, *free)),
        _ => None,
    }
}

/// Whether the holdings cannot do it for want of shares.
pub fn is_in_holdings(state: &holdings::State, command: &Command) -> bool {
    use holdings::Refusal as R;
    let refusal = Holdings::decide(state, command).err();
    matches!(refusal, Some(R::TooFew { .. } | R::BelowTaken { .. } | R::NotCovered { .. }))
}

/// Whether a person has that lack, so that nothing waits for it. The common case costs nothing.
pub fn is_a_persons<S: FundSaga>(view: &View<'_, S>, lack: impl Fn() -> Lack) -> bool {
    by_hand::has(view, MISSING) && !lack().is_none()
}

/// Whether the person who has it closed its case while it was the same as now: they made up for it.
pub fn is_made_up<S: FundSaga>(view: &View<'_, S>) -> bool {
    let Some(named) = view.open.disposed(MISSING) else { return false };
    let now = || end(&S::lacks(view)).is_some_and(|end| end.worth == named.worth);
    by_hand::is_closed_by_a_person(view, named) && now()
}

/// Nothing that its records moved is lacking, or a person made up for it.
pub(super) fn is_settled<S: FundSaga>(view: &View<'_, S>) -> bool {
    end(&S::lacks(view)).is_none() || is_made_up(view)
}

/// Keeps back what the record of that order lacks, or lets it go.
///
/// # Errors
/// [`NotDone`]; nothing has changed.
pub(super) fn claim<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    (book, order): (&ShareBook, &OrderId),
    lack: Lack,
) -> Result<usize, NotDone> {
    let view = turn.view()?;
    if is_claimed(&view, (book.claims(view.streams), order), lack) {
        return Ok(0);
    }
    let events = book.claim(turn, order, lack.moves)?;
    let waives = !lack.is_none() && is_made_up(&turn.view()?);
    Ok(if waives { events + book.waive(turn, order)? } else { events })
}

/// Whether it is withheld, unless somebody made up for it. The common case, that nothing is lacking, costs
/// nothing.
pub(super) fn is_claimed<S: FundSaga>(
    view: &View<'_, S>,
    (claims, order): (Option<&Claims>, &OrderId),
    lack: Lack,
) -> bool {
    match claims.and_then(|claims| claims.of(order)) {
        None => lack.is_none(),
        Some(claim) => claim.shares == lack.moves && (claim.waived || !is_made_up(view)),
    }
}

/// Whether a record of that transaction waits for shares to come.
pub(super) fn waits<S: FundSaga>(view: &View<'_, S>, claims: Option<&Claims>) -> bool {
    claims.is_some_and(|claims| claims.waiting().contains(view.id))
}

/// All that records lack of one another.
pub fn sum(parts: &[Lack]) -> Lack {
    parts.iter().fold(Lack::NONE, Lack::and)
}

/// The lack, as an operator disposes of it: all that is not booked for want of it.
pub fn end(parts: &[Lack]) -> Option<OpenEnd> {
    let worth = sum(parts).moves.decimal();
    (!worth.is_zero()).then(|| OpenEnd { name: MISSING.into(), worth })
}
