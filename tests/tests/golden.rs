//! What is stored and what is written about it, compared with files. `UPDATE_GOLDEN=1` rewrites
//! them; what changed is then reviewed like code, because a stored name is a promise.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_runtime::{
    kind::Kind,
    retry,
    table_doc::{RowDoc, TableDoc},
};
use fundflow_testkit::{
    events::{Entry, book, meaning},
    shipped::kinds,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

const EVENTS: &str = "tests/golden/events";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Compares, or rewrites.
fn golden(path: &str, is: &str) {
    let path = root().join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, is).unwrap();
    }
    let was = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(is, was, "{}: UPDATE_GOLDEN=1 rewrites it", path.display());
}

/// The bodies of each type, one after the other.
fn bodies(entry: &Entry) -> BTreeMap<&'static str, Vec<&str>> {
    let mut bodies: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for (name, body) in &entry.examples {
        bodies.entry(*name).or_default().push(body);
    }
    bodies
}

fn file_of(entry: &Entry, name: &str, nth: usize) -> String {
    let more = if nth == 0 { String::new() } else { format!("-{}", nth + 1) };
    format!("{EVENTS}/{name}.v{}{more}.json", entry.schema(name))
}

struct GoldenEvent {
    file: PathBuf,
    name: String,
    schema: u16,
    text: String,
}

/// Every golden file: those of older schemas stay, to be read for ever.
fn golden_events() -> Vec<GoldenEvent> {
    let read = |file: PathBuf| {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let (name, version) = stem.rsplit_once(".v").unwrap();
        let (name, schema) = (name.to_owned(), version.split('-').next().unwrap().parse().unwrap());
        let text = fs::read_to_string(&file).unwrap();
        GoldenEvent { file, name, schema, text }
    };
    let files = fs::read_dir(root().join(EVENTS)).unwrap();
    files.map(|entry| read(entry.unwrap().path())).collect()
}

fn entry_of<'a>(book: &'a [Entry], name: &str) -> &'a Entry {
    let found = book.iter().find(|entry| entry.types.contains(&name));
    found.unwrap_or_else(|| panic!("{name} is a type of no category"))
}

#[test]
fn every_type_has_an_example_and_a_meaning() {
    for entry in book() {
        let types: BTreeSet<_> = entry.types.iter().copied().collect();
        let shown: BTreeSet<_> = bodies(&entry).into_keys().collect();
        assert_eq!(shown, types, "{}: types and examples", entry.category);
        for name in entry.types {
            assert!(meaning(name).is_some(), "{name} has no meaning");
        }
    }
}

#[test]
fn every_category_that_a_saga_writes_is_in_the_book() {
    let book = book();
    let known: BTreeSet<_> = book.iter().map(|entry| entry.category).collect();
    assert_eq!(known.len(), book.len(), "a category that is in the book twice");
    for kind in kinds() {
        for opener in kind.aggregates() {
            assert!(known.contains(opener.category()), "{}: {}", kind.name(), opener.category());
        }
        assert_eq!(entry_of(&book, kind.names().prepared).types, kind.names().all);
    }
}

#[test]
fn every_saga_that_has_a_folder_is_shipped() {
    let folders = fs::read_dir(root().join("sagas/src")).unwrap();
    let folders = folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let names = folders.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    let sagas: BTreeSet<_> = names.filter(|name| name != "parts" && name != "ports").collect();
    let shipped: BTreeSet<_> = kinds().iter().map(|kind| kind.name().to_owned()).collect();

    assert_eq!(shipped, sagas);
}

#[test]
fn every_event_is_stored_as_its_golden_file_says() {
    let book = book();
    let mut files = BTreeSet::new();
    for entry in &book {
        for (name, bodies) in bodies(entry) {
            for (nth, body) in bodies.iter().enumerate() {
                golden(&file_of(entry, name, nth), &format!("{body}\n"));
                files.insert(root().join(file_of(entry, name, nth)));
            }
        }
    }
    for GoldenEvent { file, name, schema, .. } in golden_events() {
        let older = schema < entry_of(&book, &name).schema(&name);
        assert!(older || files.contains(&file), "{}: no event is stored like it", file.display());
    }
}

#[test]
fn every_golden_file_can_still_be_read() {
    let book = book();
    for GoldenEvent { file, name, schema, text } in golden_events() {
        let entry = entry_of(&book, &name);
        let now = entry.rewrite(&name, schema, &text);
        let now = now.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(entry.rewrite(&name, entry.schema(&name), &now).unwrap(), now);
        let present = if schema == entry.schema(&name) {
            text
        } else {
            // The same event, as it is stored now, has the same number.
            let stem = file.file_stem().unwrap().to_str().unwrap();
            let (was, is) = (format!(".v{schema}"), format!(".v{}", entry.schema(&name)));
            fs::read_to_string(file.with_file_name(stem.replace(&was, &is) + ".json")).unwrap()
        };
        assert_eq!(now.trim_end(), present.trim_end(), "{}", file.display());
    }
}

#[test]
fn every_schema_that_a_type_ever_had_has_a_golden_file() {
    let files: BTreeSet<_> = golden_events().into_iter().map(|it| (it.name, it.schema)).collect();
    for entry in book() {
        for name in entry.types {
            for schema in 1..=entry.schema(name) {
                assert!(files.contains(&((*name).to_owned(), schema)), "{name} v{schema}");
            }
        }
    }
}

#[test]
fn the_list_of_events_is_up_to_date() {
    let mut text = String::from(
        "# Events\n\nEvery event type, what it says, and its body as it is stored, by the category \
         of its streams. Generated from the code; a test compares it.\n\nA name and its fields are \
         a promise: types and optional fields are added, nothing is renamed or removed. Where a \
         body changes shape, its schema grows by one and the older bodies are read for ever.\n",
    );
    for entry in book() {
        write!(text, "\n## {}\n", entry.category).unwrap();
        let bodies = bodies(&entry);
        for name in entry.types {
            let says = meaning(name).unwrap();
            write!(text, "\n### {name}\n\nSchema {}. {says}\n", entry.schema(name)).unwrap();
            for body in &bodies[name] {
                write!(text, "\n```json\n{body}\n```\n").unwrap();
            }
        }
    }
    golden("docs/EVENTS.md", &text);
}

const COLUMNS: [&str; 9] = [
    "row",
    "sends",
    "done when",
    "rejected when",
    "outcome unknown",
    "asked from",
    "retried",
    "parks",
    "exit once done",
];

#[test]
fn the_list_of_saga_tables_is_up_to_date() {
    let mut text = String::from(
        "# Sagas\n\nEach table is read downwards to run it. When a row is rejected, the rows that \
         were done are left upwards through their exits until one is a landing. Lanes beside the \
         table have no order; each is worked on while its fact does not hold. Generated from the \
         tables; a test compares it.\n",
    );
    for kind in kinds() {
        write!(text, "\n## {}\n", kind.name()).unwrap();
        for table in kind.tables() {
            write_table(&mut text, &table);
        }
        ends(&mut text, &*kind);
    }
    text.push_str(include_str!("quotes.md"));
    retries(&mut text);
    golden("docs/SAGAS.md", &text);
}

fn write_table(text: &mut String, table: &TableDoc) {
    write!(text, "\n### {}\n\n`{}`\n\n", table.title, table.version).unwrap();
    writeln!(text, "| # | {} |\n|{}", COLUMNS.join(" | "), "---|".repeat(10)).unwrap();
    for (at, row) in table.rows.iter().enumerate() {
        writeln!(text, "| {} | {} |", at + 1, cells(row).join(" | ")).unwrap();
    }
    for lane in &table.beside {
        writeln!(text, "| beside | {} |", cells(lane).join(" | ")).unwrap();
    }
}

fn cells(row: &RowDoc) -> [String; 9] {
    let or_dash = |text: Option<&str>| text.unwrap_or("–").to_owned();
    let calls = row.check_back.is_some();
    let exit = row.exit.as_deref();
    let exit = exit.map(|exit| match exit.strip_prefix("landing:") {
        Some(rest) => format!("**landing**:{rest}"),
        None => exit.to_owned(),
    });
    [
        row.name.to_owned(),
        row.sends.clone(),
        row.done.clone(),
        or_dash(row.rejected.as_deref()),
        or_dash(row.check_back),
        row.asks.clone().unwrap_or_else(|| if calls { "at once" } else { "–" }.to_owned()),
        if calls { "fast, then slowly" } else { "–" }.to_owned(),
        or_dash(row.parks.as_deref()),
        or_dash(exit.as_deref()),
    ]
}

fn ends(text: &mut String, kind: &dyn Kind) {
    text.push_str("\n### How it ends\n\n");
    for ending in kind.ending_types() {
        writeln!(text, "- `{ending}`: {}", meaning(ending).unwrap()).unwrap();
    }
}

fn retries(text: &mut String) {
    let waits: Vec<String> = retry::FAST.iter().map(|seconds| format!("{seconds} s")).collect();
    write!(
        text,
        "\n## Retries\n\nAn unknown answer is asked again after these waits, each moved by up to a \
         tenth; after the last one every {} hours, until the row's own time to park; no number of attempts parks it. A \
         parked saga is still asked for, slowly, and goes on by itself when the answer comes.\n\n{}\n",
        retry::SLOWEST.div_euclid(3_600),
        waits.join(", ")
    )
    .unwrap();
}
