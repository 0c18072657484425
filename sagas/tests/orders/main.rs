//! Purchases, subscriptions, redemptions, conversions and regular plans, played as stories: what is
//! sent and stored, to the cent, and what becomes of every refusal.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and so do the helpers beside it"
)]

mod abandoned;
mod abroad;
mod another_order;
#[path = "../common/audited.rs"]
mod audited;
#[path = "../common/by_hand.rs"]
mod by_hand;
mod calendar_end;
mod carried;
mod carried_doubts;
mod carried_gaps;
mod carried_silence;
mod carried_unmarked;
mod closed;
mod closed_t;
mod conversion;
mod corrected_interest;
mod crash;
#[path = "../common/cut.rs"]
mod cut;
mod cut_streams;
mod dead_within;
mod deadlines;
mod doubted;
#[path = "../common/doubts.rs"]
mod doubts;
mod early;
mod failed_after;
mod for_nothing;
#[path = "../common/foreseen.rs"]
mod foreseen;
mod frozen_after;
mod funds;
mod further;
mod instants;
mod late_price;
mod later_terms;
mod left_row;
mod limits;
mod lots;
mod missing;
mod moved_again;
mod names;
mod outside;
mod overdue;
mod overruled;
mod overtaken;
#[path = "../common/paid.rs"]
mod paid;
mod paid_once;
mod plan;
mod plan_by_wallet;
mod plan_by_wallet_ends;
mod plan_late;
#[path = "../common/planted.rs"]
mod planted;
mod planted_amounts;
mod ports;
mod purchase;
mod raising;
#[path = "../common/reasons.rs"]
mod reasons;
mod redemption;
mod refused_wrongly;
mod rejected_early;
mod resumed_early;
mod said_again;
mod stage;
mod subscription;
mod suspense;
mod taken_back;
#[path = "../common/tampered.rs"]
mod tampered;
mod to_come;
mod unlisted;
mod unowed;
mod unpaid_shares;
mod withheld;
