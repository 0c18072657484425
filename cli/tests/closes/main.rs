//! What closes a day: the calendar, the day-cut, the ledger, settlement and reconciliation.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/reconciled.rs"]
mod reconciled;

mod answers;
mod calendar;
mod day_cut;
mod later_mornings;
mod ledger;
mod measured;
mod recon;
mod recon_planted;
mod settlement;
