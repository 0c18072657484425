//! What comes in from outside, and how it is refused.

#[path = "../common/mod.rs"]
mod common;

mod file_command;
mod files_given;
mod filters;
mod large;
mod lax;
mod refused_names;
