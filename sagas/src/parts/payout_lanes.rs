//! A lane for each payout of an order, so that one of which the bank says nothing keeps none of those behind it back.
//!
//! 1. A lane holds one conversation: its retries, and whether the next word is a call or only a question, are stored
//!    under the lane's name. Payouts that shared one would begin each other's conversations anew.
//! 2. A fund may delay what it redeems by at most twenty trading days in a row, so that so many records can wait for
//!    the bank at a time. The 21st payout goes by the first lane again, and waits there for the first one.

use super::{payout::PayoutLeg, payout_legs::PayoutLegs};
use crate::house::House;
use crate::ports::bank::BankCall;
use fundflow_domain::time::Timestamp;
use fundflow_runtime::saga::{Saga, View};
use fundflow_runtime::step::{Side, call};

/// How many payouts of one order may be under way without waiting for each other.
pub const LANES: usize = 20;

/// Their names, as they are stored. The first is the name of the only lane that tables before these had.
const NAMES: [&str; LANES] = [
    "paid out",
    "paid out 2",
    "paid out 3",
    "paid out 4",
    "paid out 5",
    "paid out 6",
    "paid out 7",
    "paid out 8",
    "paid out 9",
    "paid out 10",
    "paid out 11",
    "paid out 12",
    "paid out 13",
    "paid out 14",
    "paid out 15",
    "paid out 16",
    "paid out 17",
    "paid out 18",
    "paid out 19",
    "paid out 20",
];

/// The words of one lane, by its number: what is called, when that is answered, when a person is called about it.
pub type Words<S> = (<S as Saga>::Call, <S as Saga>::Fact, <S as Saga>::When);

/// The lanes of a table beside its payouts, followed by one for each payout.
///
/// # Panics
/// Where `ALL` is not the sum of both; a table is a constant, so that stops the build.
pub const fn beside<S: Saga, const OTHERS: usize, const ALL: usize>(
    others: [Side<S>; OTHERS],
    words: [Words<S>; LANES],
) -> [Side<S>; ALL] {
    assert!(ALL == OTHERS + LANES, "a lane for each payout, and the others");
    let (what, done, parks) = words[0];
    let mut all = [call(NAMES[0], what, done, parks).beside(); ALL];
    let mut at = 0;
    while at < OTHERS {
        all[at] = others[at];
        at += 1;
    }
    let mut nth = 0;
    while nth < LANES {
        let (what, done, parks) = words[nth];
        all[OTHERS + nth] = call(NAMES[nth], what, done, parks).beside();
        nth += 1;
    }
    all
}

impl PayoutLegs {
    /// The first payout of that lane that the bank was asked for and has not answered about. Lanes count from 1.
    pub fn unanswered_in<S: Saga>(&self, view: &View<'_, S>, lane: usize) -> Option<&PayoutLeg> {
        let of_lane = self.iter().skip(lane.checked_sub(1)?).step_by(LANES);
        first_unanswered(of_lane, view)
    }

    /// What the bank is asked for next in that lane.
    pub fn call_in<S: Saga>(&self, view: &View<'_, S>, lane: usize) -> Option<BankCall> {
        self.unanswered_in(view, lane)?.call(view)
    }

    /// When a person is called about that.
    pub fn overdue_in<S: Saga>(
        &self,
        house: &House,
        view: &View<'_, S>,
        lane: usize,
    ) -> Option<Timestamp> {
        self.unanswered_in(view, lane)?.overdue(house, view)
    }
}

/// One that is asked for later interrupts no conversation.
pub(super) fn first_unanswered<'a, S: Saga>(
    legs: impl Iterator<Item = &'a PayoutLeg>,
    view: &View<'_, S>,
) -> Option<&'a PayoutLeg> {
    let unanswered = legs.filter(|leg| leg.is_requested(view) && !leg.is_answered(view));
    unanswered.min_by_key(|leg| {
        let payout = leg.payout(view);
        payout.and_then(|it| it.attempt.asked_at.or(it.terms.asked_at))
    })
}
