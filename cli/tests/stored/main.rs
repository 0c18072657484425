//! Stores: damaged, foreign, of earlier programs, and proved by heads.

#[path = "../common/mod.rs"]
mod common;

mod before;
mod clock_behind;
mod damage;
mod files;
mod first_cause;
mod foreign;
mod heads;
mod heads_beside;
mod server;
