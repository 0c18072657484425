//! The sagas of the wallet: money in, money out, cash at once, income.

#![allow(clippy::unwrap_used, reason = "tests")]

mod arrivals;
#[path = "../common/audited.rs"]
mod audited;
mod beside;
mod brought;
#[path = "../common/by_hand.rs"]
mod by_hand;
mod checks;
mod closed;
mod closed_t;
mod corrections;
#[path = "../common/cut.rs"]
mod cut;
mod cut_off;
mod cut_streams;
mod deadlines;
mod doubted;
#[path = "../common/doubts.rs"]
mod doubts;
mod early;
mod fast_classes;
mod fast_day;
mod fast_differs;
mod fast_differs_again;
mod fast_doubted;
mod fast_given_up;
mod fast_moves;
mod fast_overpaid;
mod fast_overpaid_again;
mod fast_short;
mod fast_too_many;
mod fast_withdraw;
#[path = "../common/foreseen.rs"]
mod foreseen;
mod freed;
mod freeze;
mod given_up;
mod income;
mod income_debt;
mod last_word;
mod left_row;
mod minima;
mod missing;
mod names;
mod never_got;
mod outside;
mod overdue;
mod overruled;
#[path = "../common/paid.rs"]
mod paid;
mod paid_income;
#[path = "../common/planted.rs"]
mod planted;
mod portions;
mod portions_paid;
mod ports;
mod quoted;
mod random;
#[path = "../common/reasons.rs"]
mod reasons;
mod recharge;
mod recharge_day;
mod recharge_moves;
mod refund_lanes;
mod request_instants;
mod resumed_early;
mod silence;
mod stage;
mod taken_income;
#[path = "../common/tampered.rs"]
mod tampered;
mod terms;
mod to_come;
mod unlisted;
mod unowed;
mod vouched;
mod withdraw;
mod withdraw_people;
