//! One order at a time: how it is quoted, cancelled, moved and ended.

#[path = "../common/mod.rs"]
mod common;

mod advance;
mod cancel;
mod closed_funds;
mod conversion_price;
mod fast_income;
mod fast_overpaid;
mod fast_short;
mod for_nothing;
mod freeze;
mod hyphens;
mod moved_again;
mod moved_fee;
mod moved_t;
mod names_taken;
mod quote;
mod quote_ahead;
mod redirect;
