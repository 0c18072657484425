//! Tables of purchases that began before each refund had a lane of its own: the bank is asked about one at a time.

use super::{Saga, lanes};
use fundflow_domain::ids::VersionTag;
use fundflow_runtime::step::{Table, well_formed};

/// Of those that began before `linked.v3`.
pub(super) const LINKED: Table<Saga> = Table {
    version: "linked.v2",
    title: "Linked, as begun under an earlier program: a refund waits for the one before it",
    beside: lanes::EARLIER_BESIDE,
    ..super::LINKED
};

/// Of those that began before `next_day.v3`.
pub(super) const NEXT_DAY: Table<Saga> = Table {
    version: "next_day.v2",
    title: "Next day, as begun under an earlier program: a refund waits for the one before it",
    beside: lanes::EARLIER_BESIDE_FOR_MONEY,
    ..super::NEXT_DAY
};

/// Of those that began before `redeem_to_purchase.v2`.
pub(super) const REDEEM_TO_PURCHASE: Table<Saga> = Table {
    version: "redeem_to_purchase.v1",
    title: "Redeem to purchase, as begun under an earlier program: a refund waits for the one before it",
    beside: lanes::EARLIER_BESIDE_FOR_MONEY,
    ..super::REDEEM_TO_PURCHASE
};

/// Of those that began before `plan_linked.v2`.
pub(super) const PLAN_LINKED: Table<Saga> = Table {
    version: "plan_linked.v1",
    title: "Occurrence of a plan, linked, as begun under an earlier program: a refund waits for the one before it",
    beside: lanes::EARLIER_PLAN_BESIDE,
    ..super::PLAN_LINKED
};

/// Of those that began before `plan_next_day.v2`.
pub(super) const PLAN_NEXT_DAY: Table<Saga> = Table {
    version: "plan_next_day.v1",
    title: "Occurrence of a plan, next day, as begun under an earlier program: a refund waits for the one before it",
    beside: lanes::EARLIER_PLAN_BESIDE_FOR_MONEY,
    ..super::PLAN_NEXT_DAY
};

/// Of those that began before `plan_redeem_to_purchase.v2`.
pub(super) const PLAN_REDEEM_TO_PURCHASE: Table<Saga> = Table {
    version: "plan_redeem_to_purchase.v1",
    title: "Occurrence of a plan, redeem to purchase, as begun under an earlier program: a refund waits for the one before it",
    beside: lanes::EARLIER_PLAN_BESIDE_FOR_MONEY,
    ..super::PLAN_REDEEM_TO_PURCHASE
};

const _: () = assert!(
    well_formed(&LINKED)
        && well_formed(&NEXT_DAY)
        && well_formed(&REDEEM_TO_PURCHASE)
        && well_formed(&PLAN_LINKED)
        && well_formed(&PLAN_NEXT_DAY)
        && well_formed(&PLAN_REDEEM_TO_PURCHASE),
    "starts on an undo, ends on a landing, waits have ends"
);

/// Each of them, and the one that took its place.
const REPLACED: [(&Table<Saga>, &Table<Saga>); 6] = [
    (&LINKED, &super::LINKED),
    (&NEXT_DAY, &super::NEXT_DAY),
    (&REDEEM_TO_PURCHASE, &super::REDEEM_TO_PURCHASE),
    (&PLAN_LINKED, &super::PLAN_LINKED),
    (&PLAN_NEXT_DAY, &super::PLAN_NEXT_DAY),
    (&PLAN_REDEEM_TO_PURCHASE, &super::PLAN_REDEEM_TO_PURCHASE),
];

/// The table on which a purchase goes on that stands on the other one: a conversation about a refund stays in the lane
/// in which it began.
pub(super) fn beside(now: &VersionTag, next: &'static Table<Saga>) -> &'static Table<Saga> {
    let is_earlier = REPLACED.iter().any(|(was, _)| was.version == now.as_str());
    let was = REPLACED.iter().find(|(_, is)| is_earlier && is.version == next.version);
    was.map_or(next, |(was, _)| was)
}
