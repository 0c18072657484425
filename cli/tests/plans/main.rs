//! Plans: agreed, changed by a word, and ended.

#[path = "../common/mod.rs"]
mod common;

mod agreed;
mod by_wallet;
mod fates;
mod words;
