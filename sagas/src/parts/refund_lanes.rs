//! A lane for each refund of a payment, so that one of which the bank says nothing keeps no other money back.
//!
//! 1. A lane holds one conversation, as with [payouts](super::payout_lanes): its retries, and whether the next word is a
//!    call or only a question, are stored under the lane's name.
//! 2. A payment has few refunds: what a day's limit or the registrar did not let in, a second debit, all that is left.
//!    The fifth goes by the first lane again, and waits there for the first one.

use super::{
    application::FundSaga,
    by_hand,
    payment::{PaymentLeg, end_name},
};
use crate::{house::House, ports::bank::BankCall};
use fundflow_domain::{calendar::TradingDay, payment::Refund, time::Timestamp};
use fundflow_runtime::{
    saga::{Saga, View},
    step::{Side, call},
};

/// How many refunds of one payment may be under way without waiting for each other.
pub const LANES: usize = 4;

/// Their names, as they are stored. The first is the name of the only lane that tables before these had.
const NAMES: [&str; LANES] =
    ["refund payment", "refund payment 2", "refund payment 3", "refund payment 4"];

/// The lane of that number: what is called, when that is answered, when a person is called about it. Lanes count from
/// 1.
///
/// # Panics
/// For another number; a table is a constant, so that stops the build.
pub const fn lane<S: Saga>(nth: usize, what: S::Call, done: S::Fact, parks: S::When) -> Side<S> {
    call(NAMES[nth - 1], what, done, parks).beside()
}

impl PaymentLeg {
    /// The next refund of that lane: the first that has not arrived and that nobody took over. Lanes count from 1.
    pub fn owed_in<'a, S: FundSaga>(&self, view: &View<'a, S>, lane: usize) -> Option<&'a Refund> {
        let of_lane = self.payment(view)?.refunds.iter().skip(lane.checked_sub(1)?).step_by(LANES);
        let is_ours = |it: &&Refund| !by_hand::is_by_hand(view, end_name(&it.no));
        of_lane.filter(|it| it.arrived.is_none()).find(is_ours)
    }

    /// That refund, as the bank is given it.
    pub fn refund_in<S: FundSaga>(&self, view: &View<'_, S>, lane: usize) -> Option<BankCall> {
        Some(BankCall::Refund(self.refund_of(view, self.owed_in(view, lane)?)?))
    }

    /// When a person is called about it; `t` as in [`refund_overdue`](Self::refund_overdue).
    pub fn refund_overdue_in<S: FundSaga>(
        &self,
        house: &House,
        view: &View<'_, S>,
        (t, lane): (TradingDay, usize),
    ) -> Option<Timestamp> {
        Self::overdue(house, self.owed_in(view, lane), t)
    }
}
