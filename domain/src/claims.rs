//! Shares that a record of the registrar took, or took back, and that are not there: what comes next is
//! theirs first.
//!
//! ```text
//! none --claim--> stands --claim (another number)--> stands --claim (none: booked)--> none
//!                    `-----waive----> waived ------claim (another number)--> stands
//! ```
//!
//! 1. A claim is keyed on the order whose record it is. What stands is available to nobody.
//! 2. Older claims come first; one whose number changes keeps its place.
//! 3. A claim books nothing: only its own record does, as a whole, once so many shares are there.
//! 4. An order is one transaction's: another one's claim of it is refused.
//! 5. Waived, it keeps nothing back, and its record is not booked: a person made up for the shares in
//!    another way.

use crate::{
    ids::{OrderId, TransactionId},
    money::Shares,
};

/// What one order's record lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its record took the shares, or takes back what it brought.
    pub order: OrderId,
    /// Whose order it is: its saga looks again when something comes.
    pub transaction: TransactionId,
    /// As many as the record moves, and is not booked for.
    pub shares: Shares,
    /// Whether a person made up for them.
    pub waived: bool,
}

/// A claim of an order that another transaction has claimed for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "transaction {transaction} claims for order {order}, which is transaction {earlier}'s by its own claim; claim for \
     an order of {transaction}"
)]
pub struct ClaimedByAnother {
    /// Whose record it would be.
    pub order: OrderId,
    /// The transaction that has claimed for it.
    pub earlier: TransactionId,
    /// The one that claims now.
    pub transaction: TransactionId,
}

/// What follows from a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It says what it said.
    Nothing,
    /// So many are claimed now.
    Claimed,
    /// Nothing is lacking any more.
    Lifted,
}

/// Claims on one wallet or holding, the oldest first. Most have none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims(Vec<Claim>);

impl Claims {
    /// Of a stream that nothing is lacking in.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// The claim of that order, waived or not.
    pub fn of(&self, order: &OrderId) -> Option<&Claim> {
        self.0.iter().find(|claim| claim.order == *order)
    }

    /// Shares that claims keep back.
    pub fn standing(&self) -> Shares {
        sum(self.0.iter())
    }

    /// Shares that claims keep back from whoever has these: those that are older; all of them from whoever
    /// has none.
    pub(crate) fn before(&self, own: impl Fn(&Claim) -> bool) -> Shares {
        sum(self.0.iter().take_while(|claim| claim.waived || !own(claim)))
    }

    /// Whose claims stand, the oldest first.
    pub fn waiting(&self) -> Vec<TransactionId> {
        let mut all: Vec<TransactionId> = Vec::new();
        for claim in self.0.iter().filter(|claim| !claim.waived) {
            if !all.contains(&claim.transaction) {
                all.push(claim.transaction.clone());
            }
        }
        all
    }

    pub(crate) fn claim(
        &self,
        order: &OrderId,
        transaction: &TransactionId,
        shares: Shares,
    ) -> Result<Change, ClaimedByAnother> {
        match self.of(order) {
            Some(known) if known.transaction != *transaction => Err(ClaimedByAnother {
                order: order.clone(),
                earlier: known.transaction.clone(),
                transaction: transaction.clone(),
            }),
            None if shares.is_zero() => Ok(Change::Nothing),
            Some(known) if known.shares == shares => Ok(Change::Nothing),
            Some(_) if shares.is_zero() => Ok(Change::Lifted),
            None | Some(_) => Ok(Change::Claimed),
        }
    }

    /// Whether a claim of that order stands that a person can make up for.
    pub(crate) fn stands(&self, order: &OrderId) -> bool {
        self.of(order).is_some_and(|claim| !claim.waived)
    }

    /// `None`: no decider wrote this.
    pub(crate) fn claimed(
        &mut self,
        order: &OrderId,
        transaction: &TransactionId,
        shares: Shares,
    ) -> Option<()> {
        (self.claim(order, transaction, shares) == Ok(Change::Claimed)).then_some(())?;
        match self.0.iter_mut().find(|claim| claim.order == *order) {
            Some(known) => {
                (known.shares, known.waived) = (shares, false);
            }
            None => self.0.push(Claim {
                order: order.clone(),
                transaction: transaction.clone(),
                shares,
                waived: false,
            }),
        }
        Some(())
    }

    pub(crate) fn lifted(&mut self, order: &OrderId) -> Option<()> {
        let before = self.0.len();
        self.0.retain(|claim| claim.order != *order);
        (self.0.len() < before).then_some(())
    }

    pub(crate) fn waived(&mut self, order: &OrderId) -> Option<()> {
        let mut standing = self.0.iter_mut().filter(|claim| !claim.waived);
        standing.find(|claim| claim.order == *order)?.waived = true;
        Some(())
    }
}

fn sum<'a>(claims: impl Iterator<Item = &'a Claim>) -> Shares {
    let standing = claims.filter(|claim| !claim.waived);
    standing.fold(Shares::ZERO, |sum, claim| sum.plus_or_most(claim.shares))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(name: &str) -> OrderId {
        name.parse().unwrap()
    }

    fn shares(number: &str) -> Shares {
        number.parse().unwrap()
    }

    /// Each order's transaction is its letter: `A-1` is one of `A`.
    fn of(order: &OrderId) -> TransactionId {
        order.as_str()[..1].parse().unwrap()
    }

    fn claims(all: &[(&str, &str)]) -> Claims {
        let mut claims = Claims::NONE;
        for (name, number) in all {
            claims.claimed(&order(name), &of(&order(name)), shares(number)).unwrap();
        }
        claims
    }

    #[test]
    fn a_transaction_is_notified_once_however_many_of_its_orders_wait() {
        let mut claims = claims(&[("B-1", "1"), ("A-1", "2"), ("B-2", "4"), ("C-1", "8")]);
        claims.waived(&order("C-1")).unwrap();
        assert_eq!(claims.waiting(), [of(&order("B-1")), of(&order("A-1"))]);
    }

    #[test]
    fn whoever_waived_has_none_and_comes_after_all_until_it_claims_again() {
        let mut claims = claims(&[("A-1", "1"), ("B-1", "2"), ("C-1", "4")]);
        let before =
            |claims: &Claims, name: &str| claims.before(|claim| claim.order == order(name));
        assert_eq!(
            ["A-1", "B-1", "C-1"].map(|it| before(&claims, it)),
            ["0", "1", "3"].map(shares)
        );
        claims.waived(&order("A-1")).unwrap();
        assert_eq!(
            ["A-1", "B-1", "C-1"].map(|it| before(&claims, it)),
            ["6", "0", "2"].map(shares)
        );

        claims.claimed(&order("A-1"), &of(&order("A-1")), shares("8")).unwrap();
        assert!(claims.stands(&order("A-1")));
        assert_eq!(
            ["A-1", "B-1", "C-1"].map(|it| before(&claims, it)),
            ["0", "8", "10"].map(shares)
        );
        assert_eq!(claims.standing(), shares("14"));
    }

    #[test]
    fn what_does_not_stand_is_neither_lifted_nor_waived_nor_claimed_as_it_is() {
        let mut claims = claims(&[("A-1", "1")]);
        assert_eq!((claims.lifted(&order("B-1")), claims.waived(&order("B-1"))), (None, None));
        let same = claims.claimed(&order("A-1"), &of(&order("A-1")), shares("1"));
        assert_eq!((same, claims.waived(&order("A-1"))), (None, Some(())));
        assert_eq!(claims.waived(&order("A-1")), None, "it was waived");
        assert_eq!(claims.lifted(&order("A-1")), Some(()));
        assert_eq!(claims.lifted(&order("A-1")), None, "it was lifted");
    }
}
