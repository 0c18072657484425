//! What became of rows when a day was played, where no stream says so. Of what is refused nothing is
//! stored, and what is there later would decide otherwise: a row that was refused stays refused when the
//! folder is played again, for the same reason. A word to something that runs may leave nothing either, or
//! be refused once that is over: one that was taken stays taken.
//!
//! 1. A row is known by what it asks for, when, and of whom: a row that was changed, or whose investor
//!    was, is asked for anew.
//! 2. One JSON line per row. A line that the end of the file cuts off was written by a process that
//!    died: its row is asked for anew.
//! 3. An earlier program noted only what is refused. In its store the file of what is taken begins with how
//!    far that store had been played.

use super::{Day, Order};
use fundflow_domain::{calendar::TradingDay, ids::TransactionId, time::Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{self, Read as _, Write as _},
    path::Path,
};

const REFUSED: &str = "refused.jsonl";
const TAKEN: &str = "taken.jsonl";
/// Bytes of a file of ours.
const MOST: u64 = 1 << 28;

/// What was said to rows of a store's days, in files beside the counterparties' books.
#[derive(Debug)]
pub struct Verdicts {
    refused: File,
    taken: File,
    no: HashMap<String, No>,
    yes: HashSet<String>,
    noted_since: Option<Timestamp>,
}

/// Why a row is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct No {
    /// In the words of whoever says so.
    pub why: String,
    /// The store had been played past its instant before it came: it is no row of a folder to be played
    /// into that store.
    pub is_late: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Refused {
    row: String,
    why: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    late: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Taken {
    Row { row: String },
    Since { noted_since: Timestamp },
}

impl Verdicts {
    /// The verdicts of that directory. `played_until`: how far its store has been played; none of one
    /// that has no events.
    ///
    /// # Errors
    /// A file cannot be read or written, or a line of it is none of ours.
    pub fn open(directory: &Path, played_until: Option<Timestamp>) -> io::Result<Self> {
        let (refused, no) = open(&directory.join(REFUSED))?;
        let path = directory.join(TAKEN);
        let since = played_until.filter(|_| !path.exists());
        let (mut taken, lines) = open(&path)?;
        if let Some(noted_since) = since {
            write(&mut taken, &Taken::Since { noted_since })?;
        }
        let no = no.into_iter().map(|it: Refused| (it.row, No { why: it.why, is_late: it.late }));
        let (mut yes, mut noted_since) = (HashSet::new(), since);
        for line in lines {
            match line {
                Taken::Row { row } => drop(yes.insert(row)),
                Taken::Since { noted_since: at } => noted_since = Some(at),
            }
        }
        Ok(Self { refused, taken, no: no.collect(), yes, noted_since })
    }

    /// Since when it is noted what was taken; none where it always was. What an earlier program took before
    /// that is not known here.
    pub const fn noted_since(&self) -> Option<Timestamp> {
        self.noted_since
    }

    /// Why that row is not carried out, if it was not.
    pub fn why_not(&self, day: &Day, order: &Order) -> Option<&No> {
        self.no.get(&row(day, order))
    }

    /// Whether that row was taken.
    pub fn is_taken(&self, day: &Day, order: &Order) -> bool {
        self.yes.contains(&row(day, order))
    }

    /// What plans asked for on that T and was refused, and why.
    pub fn of_plans(&self, t: TradingDay) -> Vec<(TransactionId, String)> {
        let begins = occurrence(t, "");
        let known = self.no.iter().filter_map(|(row, no)| {
            let transaction = row.strip_prefix(&begins)?.parse().ok()?;
            Some((transaction, no.why.clone()))
        });
        known.collect()
    }

    /// Notes that it is not carried out.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&mut self, day: &Day, order: &Order, no: No) -> io::Result<()> {
        self.keep(row(day, order), no)
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
        let no = No { why: why.to_owned(), is_late: false };
        self.keep(occurrence(t, transaction.as_str()), no)
    }

    /// Notes that it is taken.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note_taken(&mut self, day: &Day, order: &Order) -> io::Result<()> {
        let row = row(day, order);
        write(&mut self.taken, &Taken::Row { row: row.clone() })?;
        self.yes.insert(row);
        Ok(())
    }

    fn keep(&mut self, row: String, no: No) -> io::Result<()> {
        let line = Refused { row: row.clone(), why: no.why.clone(), late: no.is_late };
        write(&mut self.refused, &line)?;
        self.no.insert(row, no);
        Ok(())
    }
}

/// The file, its end where the next line goes, and its whole lines.
fn open<L: DeserializeOwned>(path: &Path) -> io::Result<(File, Vec<L>)> {
    let mut file = fundflow_files::append(path)?;
    let mut bytes = Vec::new();
    (&file).take(MOST).read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let lines = bytes.get(..whole).unwrap_or_default().split_inclusive(|byte| *byte == b'\n');
    let lines = lines.map(serde_json::from_slice).collect::<Result<_, _>>()?;
    file.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
    io::Seek::seek(&mut file, io::SeekFrom::End(0))?;
    Ok((file, lines))
}

fn write(file: &mut File, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write_all(&text)
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
    use std::fs;

    fn not_today() -> No {
        No { why: "not today".to_owned(), is_late: false }
    }

    #[test]
    fn a_refusal_is_stored_for_the_row_as_it_was_and_a_line_that_was_cut_off_is_none() {
        let day = with("scenario.toml", Some(b"")).1.day.unwrap();
        let (one, other) = (&day.orders[0], &day.orders[1]);
        let books = tempfile::tempdir().unwrap();
        let mut verdicts = Verdicts::open(books.path(), None).unwrap();
        verdicts.note(&day, one, not_today()).unwrap();
        drop(verdicts);
        let path = books.path().join(REFUSED);
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("late"), "as earlier programs wrote it: {text}");
        fs::write(&path, format!("{text}{{\"row\": \"half")).unwrap();

        let saved = Verdicts::open(books.path(), None).unwrap();
        assert_eq!(saved.why_not(&day, one), Some(&not_today()));
        assert_eq!(saved.why_not(&day, other), None);
        let later = Order { time: one.time.plus_millis(1), ..one.clone() };
        assert_eq!(saved.why_not(&day, &later), None, "it is another attempt");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn what_was_taken_or_came_too_late_is_known_when_the_files_are_opened_again() {
        let day = with("scenario.toml", Some(b"")).1.day.unwrap();
        let (one, other) = (&day.orders[0], &day.orders[1]);
        let books = tempfile::tempdir().unwrap();
        let mut verdicts = Verdicts::open(books.path(), None).unwrap();
        let late = No { is_late: true, ..not_today() };
        verdicts.note(&day, one, late.clone()).unwrap();
        verdicts.note_taken(&day, other).unwrap();
        drop(verdicts);

        let saved = Verdicts::open(books.path(), None).unwrap();
        assert_eq!(saved.why_not(&day, one), Some(&late));
        assert!(saved.is_taken(&day, other) && !saved.is_taken(&day, one));
    }

    #[test]
    fn a_store_that_was_played_without_such_notes_has_them_from_then_on() {
        let day = with("scenario.toml", Some(b"")).1.day.unwrap();
        let books = tempfile::tempdir().unwrap();
        let (then, later) = (day.orders[0].time, day.orders[0].time.plus_millis(60_000));
        let mut verdicts = Verdicts::open(books.path(), Some(then)).unwrap();
        assert_eq!(verdicts.noted_since(), Some(then));
        verdicts.note_taken(&day, &day.orders[0]).unwrap();
        drop(verdicts);

        let again = Verdicts::open(books.path(), Some(later)).unwrap();
        assert_eq!(again.noted_since(), Some(then));
        assert!(again.is_taken(&day, &day.orders[0]) && !again.is_taken(&day, &day.orders[1]));
        let empty = tempfile::tempdir().unwrap();
        drop(Verdicts::open(empty.path(), None).unwrap());
        assert_eq!(Verdicts::open(empty.path(), Some(later)).unwrap().noted_since(), None);
    }
}
