//! The discount purchase on the shipped runner: its four tables, the rules that it must keep, and
//! what it owes when counterparties, clocks and processes fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what a test cannot make or find fails it"
)]

#[path = "../common/audited.rs"]
mod audited;
mod beyond_bought;
mod books;
mod bought_back;
#[path = "../common/by_hand.rs"]
mod by_hand;
#[path = "../common/foreseen.rs"]
mod foreseen;
mod frozen;
mod held;
mod names;
mod outside;
#[path = "../common/reasons.rs"]
mod reasons;
mod stage;
mod target_cancelled;
mod terms;
mod unlisted;

mod abandoned;
mod cancel;
mod checks;
mod compensation;
mod corrections;
mod crash;
#[path = "../common/cut.rs"]
mod cut;
mod cut_streams;
mod doubted;
mod earning;
mod lacking;
mod late;
mod later_terms;
mod left_before_it_came;
mod left_of_it;
mod left_row;
mod missing_again;
mod moved;
mod moved_again;
mod offers;
mod owed;
mod own_t;
mod people;
#[path = "../common/planted.rs"]
mod planted;
mod random;
mod redeemed_late;
mod rejected;
mod spent_twice;
mod story;
mod to_come;
mod with_income;
