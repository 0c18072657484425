//! What a group of batches leaves when a stream that a caller believed new is not.

use super::*;
use crate::{Settings, open, place::Place, reader::Reader, tree};
use fundflow_kernel::{
    envelope::{Actor, Chain, EventId, NewEvent, Recorded},
    merkle::TreeHash,
    store::Version,
    time::Timestamp,
};
use std::path::{Path, PathBuf};

/// A directory with a store in it.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("events.db")
    }

    fn open(&self) -> (Connection, i64, Position) {
        open_at(&self.path())
    }
}

fn open_at(path: &Path) -> (Connection, i64, Position) {
    let place = Place::of(path).expect("a place");
    if !path.exists() {
        let Ok(()) = open::create(&place, TreeHash::Sha256) else { panic!("a new store") };
    }
    let Ok(opened) = open::for_writing(&place, &Settings::default()) else { panic!("a store") };
    let database = opened.connection;
    let epoch = database.query_row(sql::TAKE_OVER, ["a test"], |row| row.get(0)).expect("an epoch");
    let head = open::head(&database).expect("a head");
    (database, epoch, head)
}

fn ids() -> Arc<PossibleIds> {
    Arc::new(PossibleIds::with_room(0))
}

fn writer((database, epoch, head): &(Connection, i64, Position)) -> Writer<'_> {
    let tree = tree::frontier(database);
    let Ok(tree) = tree else { panic!("a tree") };
    Writer::new(database, (companion(database), tree), *epoch, *head, 100, ids()).expect("a writer")
}

fn companion(database: &Connection) -> Acknowledged {
    let place = Place::of(Path::new(database.path().expect("a file"))).expect("a place");
    let Ok(Some(last)) = place.mark() else { panic!("a mark") };
    Acknowledged::open(&place, last, true).expect("a companion")
}

/// An append of one event per cause; the cause's first letter is its type.
fn append(name: &str, expected: u64, causes: &[&str]) -> StreamAppend {
    let stream: fundflow_kernel::envelope::StreamName = name.parse().expect("a name");
    let event = |(index, cause): (usize, &&str)| {
        let mut event = NewEvent {
            event_id: EventId([0; 16]),
            event_type: format!("wallet.{}", &cause[..1]).into(),
            schema: 1,
            correlation: "TX-1".parse().expect("a transaction"),
            process: "discount_purchase".into(),
            causation: (*cause).into(),
            actor: Actor::Engine,
            trace_parent: None,
            occurred_at: Timestamp::from_micros(1),
            recorded_at: Timestamp::from_micros(2),
            trade_date: None,
            data: "{}".into(),
            chain: Chain::START,
        };
        event.seal(Chain::START, &stream, Version(expected).plus(index + 1));
        event
    };
    let events = causes.iter().enumerate().map(event).collect();
    StreamAppend { stream: stream.clone(), expected: Version(expected), events }
}

fn work(batch: &[StreamAppend]) -> Work {
    Work::Append(batch.into())
}

/// An answer as text: a position, or the stream, what was expected and what is there.
fn in_words(answers: Vec<Answer>) -> Vec<String> {
    let in_words = |answer| match answer {
        Ok(Position(position)) => position.to_string(),
        Err(AppendError::Conflict { stream, expected, actual }) => {
            format!("{stream}: {expected}, not {}", actual.expect("what is there"))
        }
        Err(other) => panic!("{other:?}"),
    };
    answers.into_iter().map(in_words).collect()
}

/// What is stored: stream and version, cause and type, in order of commit.
fn stored(database: &Connection) -> Vec<String> {
    let path = database.path().expect("a file");
    let Ok(mut reader) = Reader::open(&Place::of(Path::new(path)).expect("a place")) else {
        panic!("a store to read")
    };
    let events = reader.events(sql::READ_ALL, (0, u32::MAX), None).expect("events");
    let positions: Vec<_> = events.iter().map(|event| event.position.0).collect();
    assert_eq!(positions, (1..=events.len() as u64).collect::<Vec<_>>(), "no gap");
    let line = |recorded: Recorded| {
        let Recorded { stream, version, event, .. } = recorded;
        format!("{stream} {version} {} {}", event.causation, event.event_type)
    };
    events.into_iter().map(line).collect()
}

/// The streams in the order of their numbers, which have no gap.
fn streams(database: &Connection) -> Vec<String> {
    let last: i64 = database.query_row(sql::LAST_STREAM, [], |row| row.get(0)).expect("a number");
    let name = |id| database.query_row(sql::STREAM_NAME, [id], |row| row.get(0)).expect("a name");
    (1..=last).map(name).collect()
}

/// The event types in the order of their numbers, which have no gap.
fn types(database: &Connection) -> Vec<String> {
    let mut all = database.prepare(sql::EVENT_TYPES).expect("a statement");
    let rows = all.query_map([0], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    let rows: Vec<(i64, String)> = rows.collect::<Result<_, _>>().expect("rows");
    assert!((1..).zip(&rows).all(|(number, (id, _))| number == *id), "{rows:?}");
    rows.into_iter().map(|(_, name)| name).collect()
}

/// A store that holds `wallet-old` at version 2, opened anew: its writer remembers nothing.
fn with_an_old_stream() -> (Scratch, (Connection, i64, Position)) {
    let scratch = Scratch::new();
    let opened = scratch.open();
    let answers = writer(&opened).commit(&[work(&[append("wallet-old", 0, &["a1", "a2"])])]);
    assert_eq!(in_words(answers), ["2"]);
    drop(opened);
    let opened = scratch.open();
    (scratch, opened)
}

#[test]
fn a_repeated_append_of_a_new_stream_is_recognised_among_other_batches() {
    let (_scratch, opened) = with_an_old_stream();
    let mut writer = writer(&opened);
    let group = || {
        vec![
            work(&[append("wallet-b", 0, &["b1"]), append("wallet-c", 0, &["c1", "c2"])]),
            work(&[append("wallet-d", 0, &["d1"]), append("wallet-old", 0, &["a1", "a2"])]),
            Work::Save { reader: "ledger".into(), at: Position(2), content: vec![7] },
            work(&[append("wallet-b", 1, &["b2"]), append("wallet-e", 0, &["e1"])]),
        ]
    };

    assert_eq!(in_words(writer.commit(&group())), ["5", "6", "2", "8"]);
    assert_eq!(writer.head, Position(8));
    let after = stored(&opened.0);
    let expected = [
        "wallet-old 1 a1 wallet.a",
        "wallet-old 2 a2 wallet.a",
        "wallet-b 1 b1 wallet.b",
        "wallet-c 1 c1 wallet.c",
        "wallet-c 2 c2 wallet.c",
        "wallet-d 1 d1 wallet.d",
        "wallet-b 2 b2 wallet.b",
        "wallet-e 1 e1 wallet.e",
    ];
    assert_eq!(after, expected);
    let expected = ["wallet-old", "wallet-b", "wallet-c", "wallet-d", "wallet-e"];
    assert_eq!(streams(&opened.0), expected);
    let expected = ["wallet.a", "wallet.b", "wallet.c", "wallet.d", "wallet.e"];
    assert_eq!(types(&opened.0), expected);
    let content = opened.0.query_row(sql::LOAD_CHECKPOINT, ["ledger"], |row| row.get::<_, i64>(0));
    assert_eq!(content.expect("a checkpoint"), 2);

    assert_eq!(in_words(writer.commit(&group())), ["5", "6", "2", "8"], "repeated as a whole");
    assert_eq!(stored(&opened.0), after);
    assert_eq!(in_words(writer.commit(&[work(&[append("wallet-e", 1, &["f1"])])])), ["9"]);
    assert_eq!(types(&opened.0).last().map(String::as_str), Some("wallet.f"));
}

#[test]
fn a_conflict_on_a_name_believed_new_leaves_the_other_batches_alone() {
    let (_scratch, opened) = with_an_old_stream();
    let mut writer = writer(&opened);
    let other = append("wallet-old", 0, &["x1"]);
    let group = vec![
        work(&[append("wallet-b", 0, &["b1"])]),
        work(&[append("wallet-n", 0, &["n1"]), other, append("wallet-b", 1, &["n2"])]),
        work(&[append("wallet-b", 1, &["b2"]), append("wallet-n", 0, &["m1"])]),
    ];

    assert_eq!(in_words(writer.commit(&group)), ["3", "wallet-old: 0, not 2", "5"]);
    let after = stored(&opened.0);
    let expected = ["wallet-b 1 b1 wallet.b", "wallet-b 2 b2 wallet.b", "wallet-n 1 m1 wallet.m"];
    assert_eq!(after[2..], expected);
    assert_eq!(streams(&opened.0), ["wallet-old", "wallet-b", "wallet-n"]);
    assert_eq!(types(&opened.0), ["wallet.a", "wallet.b", "wallet.m"]);
    assert_eq!(in_words(writer.commit(&[work(&[append("wallet-old", 2, &["a3"])])])), ["6"]);
}

#[test]
fn a_batch_that_goes_on_with_a_name_believed_new_conflicts_with_what_is_there() {
    let (_scratch, opened) = with_an_old_stream();
    let mut writer = writer(&opened);
    let [first, second] = [append("wallet-old", 0, &["a1"]), append("wallet-old", 1, &["a2"])];
    let rows = [
        // Repeated in two parts.
        (vec![first.clone(), second.clone()], "2"),
        (vec![first.clone(), append("wallet-old", 2, &["a3"])], "3"),
        // The first contradicts what is there, although the second would fit either.
        (vec![append("wallet-old", 0, &["x1"]), second.clone()], "wallet-old: 0, not 3"),
        // The name of a refused batch is new again.
        (
            vec![append("wallet-n", 0, &["n1"]), append("wallet-n", 0, &["n1"])],
            "wallet-n: 0, not 1",
        ),
        (
            vec![append("wallet-n", 0, &["n1"]), append("wallet-n", 3, &["n4"])],
            "wallet-n: 3, not 1",
        ),
        (vec![append("wallet-n", 0, &["n1"]), append("wallet-n", 1, &["n2"])], "5"),
        (vec![first], "1"),
    ];
    for (batch, expected) in rows {
        // Forgotten, so that each row meets a writer that knows nothing.
        writer.heads = Heads::of(&opened.0, 100, ids()).expect("heads");
        assert_eq!(in_words(writer.commit(&[work(&batch)])), [expected], "{batch:?}");
    }
    assert_eq!(stored(&opened.0).len(), 5);
    assert_eq!(streams(&opened.0), ["wallet-old", "wallet-n"]);
}

#[test]
fn a_process_that_dies_before_the_commit_leaves_nothing_of_the_group() {
    let (scratch, mut opened) = with_an_old_stream();
    let batches = [
        vec![append("wallet-b", 0, &["b1"])],
        vec![append("wallet-old", 0, &["a1", "a2"])],
        vec![append("wallet-old", 0, &["x"])],
    ];
    let group = || batches.iter().map(|batch| work(batch)).collect::<Vec<_>>();
    let (from, to) = (scratch.path(), scratch.0.path().join("died"));
    let hook = move || {
        std::fs::create_dir_all(&to).expect("a directory");
        for file in ["events.db", "events.db-wal", "events.db.acknowledged"] {
            std::fs::copy(from.with_file_name(file), to.join(file)).expect("a copy");
        }
        false
    };
    opened.0.commit_hook(Some(hook)).expect("a hook");

    let expected = ["3", "2", "wallet-old: 0, not 2"];
    assert_eq!(in_words(writer(&opened).commit(&group())), expected);
    let died = open_at(&scratch.0.path().join("died").join("events.db"));
    assert_eq!(streams(&died.0), ["wallet-old"]);
    assert_eq!(stored(&died.0).len(), 2);
    assert_eq!(in_words(writer(&died).commit(&group())), expected);
}

#[test]
fn nothing_is_surely_absent_before_all_that_was_there_at_the_opening_is_known() {
    let (_scratch, opened) = with_an_old_stream();
    let mut first = writer(&opened);
    let many = 3 * LEARNED;
    let batches: Vec<_> =
        (0..many).map(|nth| append(&format!("wallet-m{nth}"), 0, &["a"])).collect();
    assert!(first.commit(&[work(&batches)])[0].is_ok());
    let (Position(head), ids) = (first.head, ids());
    drop(first);
    let opened = (opened.0, opened.1, Position(head));
    let Ok(tree) = tree::frontier(&opened.0) else { panic!("a tree") };
    let companions = (companion(&opened.0), tree);
    let mut writer =
        Writer::new(&opened.0, companions, opened.1, opened.2, 100, ids.clone()).expect("one");

    let mut pages = 0;
    while writer.learn() {
        pages += 1;
        assert!(!ids.surely_lacks("nobody's"), "after {pages} pages");
        // What is begun meanwhile is known at once.
        let name = format!("wallet-n{pages}");
        assert!(writer.commit(&[work(&[append(&name, 0, &["a"])])])[0].is_ok());
    }

    assert_eq!(pages, 4, "three full ones, and one for the old stream");
    assert!(ids.surely_lacks("nobody's"));
    let known = ["old".to_owned()].into_iter().chain((0..many).map(|nth| format!("m{nth}")));
    for id in known.chain((1..=pages).map(|nth| format!("n{nth}"))) {
        assert!(!ids.surely_lacks(&id), "{id}");
    }
}

#[test]
fn who_only_reads_is_sure_of_nothing() {
    let (scratch, opened) = with_an_old_stream();
    drop(opened);
    let Ok(store) = crate::SqliteStore::open_read_only(scratch.path()) else { panic!("a store") };
    assert!(!fundflow_kernel::store::EventStore::surely_lacks(&store, "nobody's"));
}
