//! The fundflow command.
fn main() {}
