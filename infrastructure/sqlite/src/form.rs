//! Whether a database still has the form in which it is made. SQLite believes its own header and its own statements:
//! a trigger that is gone or says something else stops nobody, and no check of its own tells of it.
//!
//! The header as <https://sqlite.org/fileformat2.html> has it; what is not looked at here is looked at where the store is
//! opened (application, format), by `integrity_check` (page count, free pages), or by nobody: the schema cookie, which a
//! connection compares with what it read itself, and the version of the library that wrote last.

use crate::{
    open::{self, PAGE_BYTES},
    open_error::Trouble,
    place::Place,
    sql,
};
use rusqlite::Connection;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
};

const HEADER: usize = 100;
/// A header that is being written is read again: the next time it is whole.
const LOOKS: usize = 3;
/// What stands at these bytes of every store, in words.
const FIXED: [(usize, &[u8], &str); 7] = [
    (20, &[0], "the bytes reserved on a page"),
    (21, &[64, 32, 32], "the fractions of a page"),
    (44, &[0, 0, 0, 4], "the format of its schema"),
    (48, &[0, 0, 0, 0], "the suggested cache"),
    (52, &[0, 0, 0, 0, 0, 0, 0, 1], "its largest root or its encoding"),
    (64, &[0, 0, 0, 0], "how it is vacuumed"),
    (72, &[0; 20], "what is reserved for later"),
];

type Objects = BTreeMap<(String, String), (String, Option<String>, bool)>;

/// What is not as it is made, in words.
pub(super) fn faults(
    connection: &Connection,
    place: &Place,
    format: i32,
) -> Result<Vec<String>, Trouble> {
    let mut found = header(place)?;
    let made = Connection::open_in_memory()?;
    for statement in of_format(format) {
        made.execute(statement, [])?;
    }
    let (made, there) = (objects(&made)?, objects(connection)?);
    for (named @ (kind, name), object) in &made {
        match there.get(named) {
            Some(found) if found == object => {}
            Some(_) => found.push(format!("the {kind} {name} is not the one that a store has")),
            None => found.push(format!("the {kind} {name} is missing")),
        }
    }
    let others = there.keys().filter(|named| !made.contains_key(*named));
    found.extend(others.map(|(kind, name)| format!("the {kind} {name} is none of a store")));
    Ok(found)
}

fn of_format(format: i32) -> &'static [&'static str] {
    let statements = match format {
        open::WITHOUT_IDENTITY => sql::OF_FORMAT_2,
        open::WITHOUT_TREE => sql::OF_FORMAT_3,
        _ => sql::CREATE.len(),
    };
    sql::CREATE.get(..statements).unwrap_or(&sql::CREATE)
}

fn objects(connection: &Connection) -> rusqlite::Result<Objects> {
    let mut all = connection.prepare(sql::OBJECTS)?;
    let all = all.query_map([], |row| {
        Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?, row.get(4)?)))
    })?;
    all.collect()
}

fn header(place: &Place) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for _ in 0..LOOKS {
        let mut header = [0; HEADER];
        File::open(place.database())?.read_exact(&mut header)?;
        found = of_header(&header);
        if found.is_empty() {
            break;
        }
    }
    Ok(found)
}

fn of_header(header: &[u8; HEADER]) -> Vec<String> {
    let at = |from: usize, bytes: usize| header.get(from..from + bytes).unwrap_or_default();
    let page = u16::try_from(PAGE_BYTES).unwrap_or_default().to_be_bytes();
    let mut wrong: Vec<&str> = Vec::new();
    if at(16, 2) != page {
        wrong.push("the size of a page");
    }
    if !matches!(at(18, 2), [1, 1] | [2, 2]) {
        wrong.push("how it is read and written");
    }
    wrong.extend(
        FIXED.iter().filter(|(from, made, _)| at(*from, made.len()) != *made).map(|it| it.2),
    );
    // Both are written at once.
    if at(24, 4) != at(92, 4) {
        wrong.push("the number of its last change");
    }
    wrong.into_iter().map(|what| format!("its header is damaged: {what}")).collect()
}
