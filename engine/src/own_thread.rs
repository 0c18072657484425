//! The loop's own thread, beside a runtime of several.
//!
//! On a worker the loop would share its turn with the counterparties' calls, the replies and the caller's
//! own tasks, while other workers sleep. A runtime of one thread keeps it as a task: a run in there can be repeated.

use std::{io, thread};
use tokio::runtime::{Builder, Handle, RuntimeFlavor};

/// Runs the loop until it ends, whatever becomes of the caller's runtime: when that is dropped, the loop
/// finds nobody who makes its calls, and stops.
///
/// # Errors
/// The system's, when it has no further thread.
pub(crate) fn run(deciding: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
        tokio::spawn(deciding);
        return Ok(());
    }
    let own = Builder::new_current_thread().enable_all().build()?;
    let thread = thread::Builder::new().name("fundflow".into());
    thread.spawn(move || own.block_on(deciding))?;
    Ok(())
}
