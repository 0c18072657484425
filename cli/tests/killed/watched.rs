//! A process of ours that is killed as soon as its store has so many events.

use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::store::EventStore as _;
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// Starts it, and kills it with SIGKILL once its store has that many events. Returns whether it was killed before its end.
pub(crate) async fn killed_at(mut command: Command, store: &Path, events: u64) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (mut child, mut opened) = (command.spawn().unwrap(), None);
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        match &opened {
            None => opened = SqliteStore::open_read_only(store.join("events.db")).ok(),
            // One that reads beside the writer looks at the file.
            Some(reader) if written(reader).await >= events => break,
            Some(_) => tokio::task::yield_now().await,
        }
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

async fn written(reader: &SqliteStore) -> u64 {
    let mut at = fundflow_kernel::store::Position(reader.head().borrow().0);
    loop {
        let page = reader.read_all(at, 1000).await.unwrap();
        let Some(last) = page.last() else { return at.0 };
        at = last.position;
    }
}
