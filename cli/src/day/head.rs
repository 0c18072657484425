//! The head of the day: what stands for the whole log at its end, in a file of its own.
//!
//! ```text
//! heads/2026-03-02.head      at the end of the day
//! heads/2026-03-02.2.head    the day was played again, and there was more
//! ```
//!
//! A head is never written over. The one before is a claim about this log, so it is looked whether it still holds.

use super::Trouble;
use crate::{audit_command::heads, reading::Failure};
use chrono::NaiveDate;
use fundflow_closing::{HEADS, write_head};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_proofs::{HEAD_MAX, SignedHead};
use std::path::{Path, PathBuf};

/// Writes the head of that day's end below `base`, unless it is there. Returns what is wrong where the log is not the one of
/// an earlier head of that day; nothing is written then.
pub(super) async fn keep(
    store: &SqliteStore,
    base: &Path,
    date: NaiveDate,
) -> Result<Option<String>, Trouble> {
    let directory = base.join(HEADS);
    let named =
        |failure: Failure| Trouble::Head { path: directory.clone(), what: failure.to_string() };
    let Some(head) = heads::of_now(store).await.map_err(named)? else { return Ok(None) };
    let mut nth = 1;
    let mut path = path_of(&directory, date, nth);
    while path.exists() {
        let trouble = |what: String| Trouble::Head { path: path.clone(), what };
        let bytes = heads::bytes_of(&path, HEAD_MAX).map_err(named)?;
        let written =
            SignedHead::read(&bytes).map_err(|refused| trouble(refused.to_string()))?.head;
        if written == head {
            return Ok(None);
        }
        let size = written.tree.size;
        let then = match size {
            size if size < head.tree.size => heads::of_first(store, size).await.map_err(named)?,
            _ => None,
        };
        if then.as_ref() != Some(&written) {
            return Ok(Some(format!(
                "the log does not begin with the {size} events of {}; keep a copy of both, and see `fundflow audit verify --head`",
                path.display()
            )));
        }
        nth += 1;
        path = path_of(&directory, date, nth);
    }
    let text = SignedHead { head, signatures: Vec::new() }.to_string();
    let written = write_head(base, &directory, &path, &text);
    written.map_err(|error| Trouble::Head { path: path.clone(), what: error.to_string() })?;
    Ok(None)
}

fn path_of(directory: &Path, date: NaiveDate, nth: u32) -> PathBuf {
    directory.join(match nth {
        1 => format!("{date}.head"),
        nth => format!("{date}.{nth}.head"),
    })
}
