//! The house rules, as far as a program can check them. An exception stands in its list with a
//! reason, and a list may only shrink.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

mod arrows;
mod causes;
mod code;
mod docs;
mod failures;
mod sizes;
mod sources;
mod words;
