//! Statements of a channel, a bank or custodians, as CSV, and the folder beside the store in which they are kept.
//!
//! ```text
//! settlement,serial,way,amount,booked_on
//! channel.2026-02-13,B-0001,in,81769.22,2026-02-24
//! fund.000730.2026-02-13,B-0002,out,10000.00,2026-02-24
//! fund.050002.2026-02-13,,,,2026-02-24              nothing moved until then
//! ```
//!
//! 1. A statement is taken whole or not at all: one bad line, and nothing of it is kept.
//! 2. What is taken is kept by settlement, each line once, whichever statement says it. Two lines with one serial and
//!    other figures are both kept: whoever books them finds out.
//! 3. A file is replaced in one step, so whoever dies leaves the one before.

#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use fundflow_domain::{
    calendar::TradingDay,
    money::Amount,
    orders::{Cause, Serial},
    settlement::{Part, SettlementId, Way},
    written,
};
use fundflow_sagas::ports::statements::{Stated, StatementCall, StatementDesk};
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

const FOLDER: &str = "settlement";
const HEADER: [&str; 5] = ["settlement", "serial", "way", "amount", "booked_on"];
/// Bytes of a statement, and of what is kept of one settlement.
const MOST: u64 = 16 * 1024 * 1024;

/// What statements say, by settlement. An empty list: nothing moved so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement(BTreeMap<String, (SettlementId, Vec<Row>)>);

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    part: Option<Part>,
    booked_on: NaiveDate,
}

/// Why a statement is not taken.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// The file cannot be read or written.
    #[error("{path} cannot be read or written")]
    File {
        /// The statement, or what is kept of one.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A line says nothing that can be taken; nothing of the statement is.
    #[error("{path}, line {line}: {what}")]
    Line {
        /// The statement that is read.
        path: PathBuf,
        /// Counted from 1, with the header.
        line: u64,
        /// What to write there.
        what: String,
    },
}

impl Statement {
    /// What is said of one settlement.
    pub fn of(settlement: SettlementId, parts: Vec<Part>, booked_on: NaiveDate) -> Self {
        let rows = parts.into_iter().map(|part| Row { booked_on: part.on, part: Some(part) });
        let mut rows: Vec<Row> = rows.collect();
        if rows.is_empty() {
            rows.push(Row { part: None, booked_on });
        }
        Self([(settlement.to_string(), (settlement, rows))].into())
    }

    /// Reads a statement.
    ///
    /// # Errors
    /// [`StatementError`], with the line.
    pub fn read(path: &Path) -> Result<Self, StatementError> {
        let failed = |source| StatementError::File { path: path.to_owned(), source };
        let text = fundflow_files::text(path, MOST).map_err(failed)?;
        Self::parse(&text).map_err(|(line, what)| {
            let path = path.to_owned();
            StatementError::Line { path, line, what }
        })
    }

    /// Which settlements it speaks of.
    pub fn settlements(&self) -> impl Iterator<Item = SettlementId> {
        self.0.values().map(|(id, _)| *id)
    }

    fn parse(text: &str) -> Result<Self, (u64, String)> {
        let mut lines = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let header = lines.headers().map_err(|error| (1, error.to_string()))?;
        if header.iter().ne(HEADER) {
            return Err((1, format!("write the header {}", HEADER.join(","))));
        }
        let mut statement = Self::default();
        for (line, record) in (2..).zip(lines.records()) {
            let record = record.map_err(|error| (line, error.to_string()))?;
            let fields: Vec<&str> = record.iter().collect();
            let (id, row) = row(&fields).map_err(|what| (line, what))?;
            let of = statement.0.entry(id.to_string()).or_insert_with(|| (id, Vec::new()));
            if !of.1.contains(&row) {
                of.1.push(row);
            }
        }
        Ok(statement)
    }

    fn text(rows: &[Row], id: SettlementId) -> String {
        let mut text = HEADER.join(",") + "\n";
        for Row { part, booked_on } in rows {
            let line = match part {
                None => format!("{id},,,,{booked_on}\n"),
                Some(Part { serial, way, amount, on }) => {
                    format!("{id},{serial},{},{amount},{on}\n", name(*way))
                }
            };
            text.push_str(&line);
        }
        text
    }
}

const fn name(way: Way) -> &'static str {
    match way {
        Way::In => "in",
        Way::Out => "out",
    }
}

fn row(fields: &[&str]) -> Result<(SettlementId, Row), String> {
    let [id, serial, way, amount, booked_on] = *fields else {
        return Err(format!("write {} fields: {}", HEADER.len(), HEADER.join(",")));
    };
    let settlement = SettlementId::parse(id).ok_or_else(|| {
        format!("settlement {id}: write channel.YYYY-MM-DD or fund.CODE.YYYY-MM-DD")
    })?;
    let booked_on = written::date(booked_on)
        .ok_or_else(|| format!("booked_on {booked_on}: write a date as YYYY-MM-DD"))?;
    if [serial, way, amount].iter().all(|field| field.is_empty()) {
        return Ok((settlement, Row { part: None, booked_on }));
    }
    let way = match way {
        "in" => Way::In,
        "out" => Way::Out,
        other => return Err(format!("way {other}: write in or out")),
    };
    let serial: Serial = serial.parse().map_err(|error| format!("serial: {error}"))?;
    let amount: Amount = amount.parse().map_err(|error| format!("amount: {error}"))?;
    let part = Part { serial, way, amount, on: booked_on };
    Ok((settlement, Row { part: Some(part), booked_on }))
}

/// What is kept of statements, beside a store.
#[derive(Debug, Clone)]
pub struct StatementFolder(PathBuf);

impl StatementFolder {
    /// In the directory of a store.
    pub fn below(directory: &Path) -> Self {
        Self(directory.join(FOLDER))
    }

    /// Keeps what a statement says. Returns how many lines are new.
    ///
    /// # Errors
    /// [`StatementError::File`]; what was kept before that stays.
    pub fn take(&self, statement: &Statement) -> Result<usize, StatementError> {
        let failed = |source| StatementError::File { path: self.0.clone(), source };
        let base = self.0.parent().unwrap_or(Path::new("."));
        fundflow_files::make_directory(base, &self.0).map_err(failed)?;
        let mut new = 0;
        for (id, rows) in statement.0.values() {
            let mut all = self.rows(*id)?.unwrap_or_default();
            let more: Vec<Row> = rows.iter().filter(|row| !all.contains(row)).cloned().collect();
            if more.is_empty() {
                continue;
            }
            new += more.len();
            all.extend(more);
            let path = self.path(*id);
            let failed = |source| StatementError::File { path: path.clone(), source };
            fundflow_files::replace(&path, Statement::text(&all, *id)).map_err(failed)?;
        }
        Ok(new)
    }

    /// What statements say of a settlement; `None` where none speaks of it.
    ///
    /// # Errors
    /// [`StatementError`]: what is kept cannot be read.
    pub fn said(&self, id: SettlementId) -> Result<Option<Vec<Part>>, StatementError> {
        let rows = self.rows(id)?;
        Ok(rows.map(|rows| rows.into_iter().filter_map(|row| row.part).collect()))
    }

    /// Whether everybody was asked about what is due of that T.
    ///
    /// # Errors
    /// [`StatementError`]: what stands there is no file of ours.
    pub fn is_asked(&self, t: TradingDay) -> Result<bool, StatementError> {
        let path = self.mark(t);
        match fundflow_files::open_itself(&path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(StatementError::File { path, source }),
        }
    }

    /// From here on everybody was.
    ///
    /// # Errors
    /// [`StatementError`]: the mark cannot be written.
    pub fn note_asked(&self, t: TradingDay) -> Result<(), StatementError> {
        let path = self.mark(t);
        let failed = |source| StatementError::File { path: path.clone(), source };
        let base = self.0.parent().unwrap_or(Path::new("."));
        fundflow_files::make_directory(base, &self.0).map_err(failed)?;
        fundflow_files::replace(&path, "").map_err(failed)
    }

    fn mark(&self, t: TradingDay) -> PathBuf {
        self.0.join(format!("{}.asked", t.date()))
    }

    fn rows(&self, id: SettlementId) -> Result<Option<Vec<Row>>, StatementError> {
        let path = self.path(id);
        match fundflow_files::open_itself(&path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StatementError::File { path, source }),
        }
        let statement = Statement::read(&path)?;
        Ok(statement.0.into_values().next().map(|(_, rows)| rows))
    }

    fn path(&self, id: SettlementId) -> PathBuf {
        self.0.join(format!("{id}.csv"))
    }
}

impl StatementDesk for StatementFolder {
    async fn stated(&self, call: StatementCall) -> Stated {
        match self.said(call.settlement) {
            Ok(Some(parts)) => Stated::Parts(parts),
            Ok(None) => {
                let text = format!("no statement speaks of {}", call.settlement);
                Stated::NotYet(Cause::new("no_statement", text))
            }
            Err(error) => Stated::Unknown(Cause::new("unreadable", error.to_string())),
        }
    }
}
