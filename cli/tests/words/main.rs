//! What the command prints, held against the pages that say so.

#[path = "../common/mod.rs"]
mod common;

mod docs;
mod said_plainly;
mod sim;
mod transcripts;
