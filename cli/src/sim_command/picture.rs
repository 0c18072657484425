//! Which rows of which tables were met, how they were left and under which fault: as text and as an SVG.

use fundflow_simulation::{
    days::{
        Coverage, Fault,
        coverage::{Cell, Rows, Way},
    },
    shipped,
};
use std::{fmt::Write as _, sync::OnceLock};

/// Everything that can be met, in the order of the tables.
pub(super) fn cells() -> &'static [Cell] {
    static CELLS: OnceLock<Vec<Cell>> = OnceLock::new();
    CELLS.get_or_init(|| {
        let rows = Rows::of_all(&shipped::kinds());
        rows.iter().flat_map(Rows::cells).collect()
    })
}

/// Cells that were never met.
pub(super) fn never(coverage: &Coverage) -> Vec<Cell> {
    let met = |cell: &Cell| coverage.met.contains_key(cell);
    cells().iter().filter(|cell| !met(cell)).copied().collect()
}

/// A cell in words: the row, and how it was met.
pub(super) fn words(cell: &Cell) -> String {
    match cell.way {
        Way::Passed => cell.row.to_owned(),
        Way::Refused => format!("{} ✗", cell.row),
        Way::Left(made) => format!("{} ↩ {made}", cell.row),
    }
}

fn columns() -> impl Iterator<Item = Option<Fault>> {
    [None].into_iter().chain(Fault::ALL.map(Some))
}

fn times(coverage: &Coverage, cell: &Cell, fault: Option<Fault>) -> u64 {
    coverage.met.get(cell).and_then(|by| by.get(&fault)).copied().unwrap_or_default()
}

/// A letter for how often: its order of magnitude.
const fn shade(times: u64) -> char {
    match times {
        0 => '·',
        1..=9 => '░',
        10..=99 => '▒',
        100..=999 => '▓',
        _ => '█',
    }
}

/// A line for each row and each way to leave it, a column for each fault.
pub(super) fn text(coverage: &Coverage) -> String {
    let mut text =
        String::from("rows (✗ refused, ↩ left by that move) × faults, columns from the left:");
    let names = columns().map(|fault| fault.map_or("no fault", Fault::name));
    let _ = writeln!(text, " {}", names.collect::<Vec<_>>().join(", "));
    text.push_str("· never  ░ under 10 times  ▒ under 100  ▓ under 1000  █ more\n");
    let mut table = "";
    for cell in cells() {
        if cell.table != table {
            table = cell.table;
            let _ = writeln!(text, "\n{} {}", cell.kind, cell.table);
        }
        let row: String = columns().map(|fault| shade(times(coverage, cell, fault))).collect();
        let _ = writeln!(text, "  {row}  {}", words(cell));
    }
    text
}

/// Points of a cell's side, of a line, and left of the first column.
const SIDE: usize = 14;
const LINE: usize = 16;
const LEFT: usize = 330;
const TOP: usize = 120;

/// The same as a picture: the darker the more often, white for never.
pub(super) fn svg(coverage: &Coverage) -> String {
    let cells = cells();
    let (mut body, mut y, mut table) = (String::new(), TOP, "");
    for cell in cells {
        if cell.table != table {
            table = cell.table;
            y += LINE;
            let title = format!("{} {}", cell.kind, cell.table);
            let _ =
                writeln!(body, "<text x=\"4\" y=\"{y}\" class=\"t\">{}</text>", escaped(&title));
            y += LINE;
        }
        let _ = writeln!(body, "<text x=\"12\" y=\"{y}\">{}</text>", escaped(&words(cell)));
        for (nth, fault) in columns().enumerate() {
            let times = times(coverage, cell, fault);
            let (x, top) = (LEFT + nth * SIDE, y + 3 - SIDE);
            let color = color(times);
            let name = fault.map_or("no fault", Fault::name);
            let _ = writeln!(
                body,
                "<rect x=\"{x}\" y=\"{top}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"{color}\">\
                 <title>{name}: {times}</title></rect>"
            );
        }
        y += LINE;
    }
    let mut heads = String::new();
    for (nth, fault) in columns().enumerate() {
        let (x, name) = (LEFT + nth * SIDE + 11, fault.map_or("no fault", Fault::name));
        let top = TOP - 6;
        let _ = writeln!(
            heads,
            "<text x=\"{x}\" y=\"{top}\" transform=\"rotate(-60 {x} {top})\">{name}</text>"
        );
    }
    let width = LEFT + columns().count() * SIDE + 74;
    let height = y + LINE;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\n\
         <style>text{{font:11px sans-serif}}.t{{font-weight:bold}}rect{{stroke:#ccc}}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n{heads}{body}</svg>\n"
    )
}

const fn color(times: u64) -> &'static str {
    match times {
        0 => "#ffffff",
        1..=9 => "#c6dbef",
        10..=99 => "#6baed6",
        100..=999 => "#2171b5",
        _ => "#08306b",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
