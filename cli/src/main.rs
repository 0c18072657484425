//! The fundflow command: the sagas that are shipped, and nothing besides.

use std::process::ExitCode;

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    fundflow_cli::run(&fundflow_cli::Registry::shipped(), std::env::args_os())
}
