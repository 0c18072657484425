//! A lane for each payout of money of ours, so that one of which the bank says nothing keeps back none that a person owes
//! for another case of the same transaction.
//!
//! 1. A lane holds one conversation, as with [payouts](super::payout_lanes): its retries, and whether the next word is a
//!    call or only a question, are stored under the lane's name.
//! 2. A payout has its lane by how many cases were closed before its own, ever: a case that is opened again leaves the
//!    others where they are, and comes back into its own lane.
//! 3. Few transactions have more than one such case. The fifth goes by the first lane again, and waits there for the
//!    first one.
//! 4. Tables of earlier programs had the first lane alone. A process that begins asks in every lane before it calls, so
//!    that what such a program had under way there is found in whichever lane it is now.

use super::{
    compensation::{Compensations, is_given_up},
    payout::PayoutLeg,
    payout_lanes::first_unanswered,
};
use crate::{house::House, ports::bank::BankCall};
use fundflow_domain::time::Timestamp;
use fundflow_runtime::{
    saga::{Saga, View},
    step::{Side, call},
};

/// How many of them may be under way without waiting for each other.
const LANES: usize = 4;

/// Their names, as they are stored.
const NAMES: [&str; LANES] =
    ["pay compensation", "pay compensation 2", "pay compensation 3", "pay compensation 4"];

/// The lane of that number: what is called, when that is answered, when a person is called about it. Lanes count from
/// 1.
///
/// # Panics
/// For another number; a table is a constant, so that stops the build.
pub const fn lane<S: Saga>(nth: usize, what: S::Call, done: S::Fact, parks: S::When) -> Side<S> {
    call(NAMES[nth - 1], what, done, parks).beside()
}

impl Compensations {
    /// The first of that lane that the bank was asked for and has not answered about. Lanes count from 1.
    fn unanswered_in<S: Saga>(&self, view: &View<'_, S>, lane: usize) -> Option<&PayoutLeg> {
        let numbered = self.legs.iter().zip(&self.numbers);
        let of_lane = numbered.filter(|(_, number)| **number % LANES + 1 == lane);
        first_unanswered(of_lane.map(|(leg, _)| leg), view)
    }

    /// The bank has answered about each of that lane.
    pub fn are_answered_in<S: Saga>(&self, view: &View<'_, S>, lane: usize) -> bool {
        self.unanswered_in(view, lane).is_none() || is_given_up(view)
    }

    /// The next one of that lane, as the bank is given it.
    pub fn call_in<S: Saga>(&self, view: &View<'_, S>, lane: usize) -> Option<BankCall> {
        self.unanswered_in(view, lane)?.call(view)
    }

    /// When a person is called about it.
    pub fn overdue_in<S: Saga>(
        &self,
        house: &House,
        view: &View<'_, S>,
        lane: usize,
    ) -> Option<Timestamp> {
        self.unanswered_in(view, lane)?.overdue(house, view)
    }
}
