//! Which rows of which tables were passed, refused, left and parked at, and under which fault.

use super::fault::Fault;
use fundflow_runtime::{kind::Kind, stand::Place};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// How a row was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// The row was done.
    Passed,
    /// It was refused, and left.
    Refused,
    /// A move of its exit was made: its name.
    Left(&'static str),
}

/// A way of a row of a table of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The kind of saga.
    pub kind: &'static str,
    /// The table's version.
    pub table: &'static str,
    /// The row's place in it.
    pub at: usize,
    /// The row's name.
    pub row: &'static str,
    /// Way in which the cell was met.
    pub way: Way,
}

/// How often each cell was met, by the fault that struck last before that; without one, none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Counts, by cell and fault.
    pub met: BTreeMap<Cell, BTreeMap<Option<Fault>, u64>>,
    /// How often a saga was parked, by kind and row.
    pub parked: BTreeMap<(&'static str, Arc<str>), u64>,
}

impl Coverage {
    /// Adds what another play met.
    pub fn add(&mut self, other: &Self) {
        for (cell, by) in &other.met {
            let met = self.met.entry(*cell).or_default();
            for (fault, times) in by {
                *met.entry(*fault).or_default() += times;
            }
        }
        for (place, times) in &other.parked {
            *self.parked.entry(place.clone()).or_default() += times;
        }
    }

    pub(super) fn meets(&mut self, cell: Cell, fault: Option<Fault>) {
        *self.met.entry(cell).or_default().entry(fault).or_default() += 1;
    }
}

/// The rows of one table, each with the moves of its exit and whether it can be refused.
#[derive(Debug, Clone)]
pub struct Rows {
    kind: &'static str,
    table: &'static str,
    lines: Vec<(&'static str, Vec<&'static str>, bool)>,
}

impl Rows {
    /// Those of every table of a kind.
    pub fn of(kind: &dyn Kind) -> Vec<Self> {
        let name = kind.name();
        let tables = kind.tables().into_iter().map(|table| {
            let rows = table.rows.into_iter();
            let rows = rows.map(|row| (row.name, row.moves, row.rejected.is_some())).collect();
            Self { kind: name, table: table.version, lines: rows }
        });
        tables.collect()
    }

    /// The same of several kinds.
    pub fn of_all(kinds: &[Arc<dyn Kind>]) -> Arc<[Self]> {
        kinds.iter().flat_map(|kind| Self::of(kind.as_ref())).collect()
    }

    /// Everything that can be met.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (at, (_, moves, can_be_refused)) in self.lines.iter().enumerate() {
            cells.push(self.cell(at, Way::Passed));
            cells.extend(can_be_refused.then(|| self.cell(at, Way::Refused)));
            cells.extend(moves.iter().map(|made| self.cell(at, Way::Left(made))));
        }
        cells
    }

    fn cell(&self, at: usize, way: Way) -> Cell {
        Cell { kind: self.kind, table: self.table, at, row: self.lines[at].0, way }
    }

    fn at(&self, row: &str) -> Option<usize> {
        self.lines.iter().position(|(name, ..)| *name == row)
    }

    /// What is met by going from one place to another.
    fn between(&self, from: Option<Place>, to: Place) -> Vec<Cell> {
        let start = match from {
            None => 0,
            Some(Place::Row(row)) => self.at(row).unwrap_or_default(),
            Some(Place::Exit(at, made)) => return vec![self.cell(at, Way::Left(made))],
            Some(Place::Over) => return Vec::new(),
        };
        let passed = |end: usize| (start..end).map(|at| self.cell(at, Way::Passed)).collect();
        match to {
            Place::Row(row) => passed(self.at(row).unwrap_or(start)),
            Place::Over => passed(self.lines.len()),
            // Whoever leaves from the end has passed every row.
            Place::Exit(at, _) if at + 1 == self.lines.len() => passed(self.lines.len()),
            Place::Exit(at, _) => {
                let refused = (at + 1..self.lines.len()).filter(|at| *at >= start);
                let refused = refused.filter(|at| self.lines[*at].2);
                refused.take(1).map(|at| self.cell(at, Way::Refused)).collect()
            }
        }
    }
}

/// Follows sagas from place to place.
#[derive(Debug)]
pub(super) struct Places<'a> {
    tables: HashMap<&'static str, &'a Rows>,
    at: HashMap<(usize, Arc<str>), Place>,
}

impl<'a> Places<'a> {
    pub(super) fn of(rows: &'a [Rows]) -> Self {
        Self { tables: rows.iter().map(|rows| (rows.table, rows)).collect(), at: HashMap::new() }
    }

    /// Notes where it stands now; returns what it met on its way.
    pub(super) fn moves(&mut self, saga: (usize, Arc<str>), table: &str, to: Place) -> Vec<Cell> {
        let from = self.at.insert(saga, to);
        if from == Some(to) {
            return Vec::new();
        }
        self.tables.get(table).map(|rows| rows.between(from, to)).unwrap_or_default()
    }
}
