//! The rows that were refused when a day was played. Of what is refused nothing is stored, and what is
//! there later would decide otherwise: a row that was refused stays refused when the folder is played
//! again, for the same reason.
//!
//! 1. A row is known by what it asks for, when, and of whom: a row that was changed, or whose investor
//!    was, is asked for anew.
//! 2. One JSON line per refusal. A line that the end of the file cuts off was written by a process that
//!    died: its row is asked for anew.

use super::{Day, Order};
use fundflow_domain::{calendar::TradingDay, ids::TransactionId};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

const FILE: &str = "refused.jsonl";

/// Refusals of a store's days, in a file beside the counterparties' books.
#[derive(Debug)]
pub struct Refusals {
    file: File,
    known: HashMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    row: String,
    why: String,
}

impl Refusals {
    /// Those that are kept in that directory.
    ///
    /// # Errors
    /// The file cannot be read or written, or a line of it is none of ours.
    pub fn open(directory: &Path) -> io::Result<Self> {
        let path = directory.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let whole = text.rfind('\n').map_or(0, |last| last + 1);
        let mut known = HashMap::new();
        for line in text.get(..whole).unwrap_or_default().lines() {
            let Line { row, why } = serde_json::from_str(line)?;
            known.insert(row, why);
        }
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        let end = u64::try_from(whole).unwrap_or(u64::MAX);
        file.set_len(end)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0))?;
        Ok(Self { file, known })
    }

    /// Why that row was refused, if it was.
    pub fn why(&self, day: &Day, order: &Order) -> Option<&str> {
        self.known.get(&row(day, order)).map(String::as_str)
    }

    /// What plans asked for on that T and was refused, and why.
    pub fn of_plans(&self, t: TradingDay) -> Vec<(TransactionId, String)> {
        let begins = occurrence(t, "");
        let known = self.known.iter().filter_map(|(row, why)| {
            let transaction = row.strip_prefix(&begins)?.parse().ok()?;
            Some((transaction, why.clone()))
        });
        known.collect()
    }

    /// Notes that it is refused.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&mut self, day: &Day, order: &Order, why: &str) -> io::Result<()> {
        self.keep(Line { row: row(day, order), why: why.to_owned() })
    }

    /// Notes that what a plan asked for on that T is refused: it is a miss, and asked for no more.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note_of_plan(
        &mut self,
        t: TradingDay,
        transaction: &TransactionId,
        why: &str,
    ) -> io::Result<()> {
        self.keep(Line { row: occurrence(t, transaction.as_str()), why: why.to_owned() })
    }

    fn keep(&mut self, line: Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        self.file.write_all(&text)?;
        self.known.insert(line.row, line.why);
        Ok(())
    }
}

/// No row of a folder begins like that.
fn occurrence(t: TradingDay, transaction: &str) -> String {
    format!("of a plan on {t}: {transaction}")
}

/// Everything of the folder that says what is asked for, and by whom.
fn row(day: &Day, order: &Order) -> String {
    let investor = order.kind.investor().and_then(|id| day.investors.get(id));
    let investor = investor.and_then(|it| serde_json::to_string(&it.profile).ok());
    format!("{} {}", order.words(), investor.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{super::tests::with, *};

    #[test]
    fn a_refusal_is_kept_for_the_row_as_it_was_and_a_line_that_was_cut_off_is_none() {
        let day = with("scenario.toml", Some(b"")).1.day.unwrap();
        let (one, other) = (&day.orders[0], &day.orders[1]);
        let books = tempfile::tempdir().unwrap();
        let mut refusals = Refusals::open(books.path()).unwrap();
        refusals.note(&day, one, "not today").unwrap();
        drop(refusals);
        let path = books.path().join(FILE);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}{{\"row\": \"half")).unwrap();

        let kept = Refusals::open(books.path()).unwrap();
        assert_eq!(kept.why(&day, one), Some("not today"));
        assert_eq!(kept.why(&day, other), None);
        let later = Order { time: one.time.plus_millis(1), ..one.clone() };
        assert_eq!(kept.why(&day, &later), None, "it is another attempt");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
