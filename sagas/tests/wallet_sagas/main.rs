//! The sagas of the wallet: money in, money out, cash at once, income.

#![allow(clippy::unwrap_used, reason = "tests")]

mod arrivals;
mod beside;
#[path = "../common/by_hand.rs"]
mod by_hand;
mod checks;
mod closed;
mod corrections;
mod deadlines;
mod doubted;
#[path = "../common/doubts.rs"]
mod doubts;
mod fast_day;
mod fast_given_up;
mod fast_short;
mod fast_withdraw;
mod freeze;
mod given_up;
mod income;
mod income_debt;
mod missing;
mod never_got;
mod outside;
mod overdue;
mod overruled;
mod portions;
mod ports;
mod random;
#[path = "../common/reasons.rs"]
mod reasons;
mod recharge;
mod recharge_day;
mod recharge_moves;
mod silence;
mod stage;
mod terms;
mod told;
mod withdraw;
mod withdraw_people;
