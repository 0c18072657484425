//! Sagas that are nobody's business: points of a loyalty programme, spent at a shop and earned there.
//!
//! ```text
//! account (a member's points)  <--  exchange: reserve, order, spend, ship   -->  the shop
//!                              <--  award: check, credit                    -->
//! ```
//!
//! They are what the kit's own tests run, and an example of what a saga of one's own looks like: two
//! aggregates, one port, a table with an undo, a landing and a lane beside it.

pub mod account;
pub mod award;
pub mod exchange;
pub mod parcel;
pub mod shop;

use account::{Account, Command, Points};
use fundflow_kernel::{ids::TransactionId, streams::Key, time::Timestamp};

/// The member whose account the toys work on.
pub const MEMBER: &str = "M-1";

/// 2026-02-13 10:00 on a Shanghai wall.
pub const MORNING: Timestamp = Timestamp::from_micros(1_770_948_000_000_000);

/// That member's account.
pub fn account() -> Key<Account> {
    Key::of(&MEMBER)
}

/// A transaction of that name.
///
/// # Panics
/// If it cannot be one.
pub fn transaction(name: &str) -> TransactionId {
    name.parse().expect("a transaction ID")
}

/// So many points, once given to the member.
pub fn given_points(points: u64) -> Command {
    Command::Earn(transaction("WELCOME"), Points(points))
}
