//! Programs that are killed in the middle of their work, and go on.

#[path = "../common/mod.rs"]
mod common;

mod backup;
mod calendar;
mod day;
mod day_cut;
mod foreign;
mod watched;
