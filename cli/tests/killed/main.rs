//! Programs that are killed in the middle of their work, and go on.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/reconciled.rs"]
mod reconciled;
#[path = "../common/week.rs"]
mod week;

mod backup;
mod calendar;
mod day;
mod day_cut;
mod foreign;
mod in_a_week;
mod recon;
mod watched;
