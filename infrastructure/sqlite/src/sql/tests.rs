//! That an opening asks nothing whose answer takes longer where the log is longer.

use super::*;
use rusqlite::{Connection, Params, StatementStatus};

/// A store of so many events, each the first of its stream.
fn store(events: i64) -> Connection {
    let database = Connection::open_in_memory().expect("a database");
    for statement in CREATE {
        database.execute(statement, []).expect("a table");
    }
    database.execute(SET_IDENTITY, [[7_u8; 16]]).expect("an identity");
    let fill = include_str!("tests/fill.sql").replace(":events", &events.to_string());
    database.execute_batch(&fill).expect("events");
    database
}

/// How much work a statement is, in steps of SQLite's machine.
fn steps(database: &Connection, statement: &str, binds: impl Params) -> i32 {
    let mut prepared = database.prepare(statement).expect("a statement");
    let mut rows = prepared.query(binds).expect("rows");
    while rows.next().expect("a row").is_some() {}
    drop(rows);
    prepared.get_status(StatementStatus::VmStep)
}

/// What an opening asks, and a start of an engine of the log's end.
fn of_a_start(events: i64) -> Vec<(&'static str, i32)> {
    let database = store(events);
    let at = |statement, binds| (statement, steps(&database, statement, binds));
    vec![
        at(HEAD, rusqlite::params![]),
        at(LAST_STREAM, rusqlite::params![]),
        at(IDENTITY, rusqlite::params![]),
        at(LINK_AT, rusqlite::params![events]),
        at(TAKE_OVER, rusqlite::params!["a test"]),
        at(OWNER, rusqlite::params![]),
        at(EVENT_TYPES, rusqlite::params![0]),
        at(LOAD_CHECKPOINT, rusqlite::params!["engine.open_sagas.a"]),
        at(READ_ALL, rusqlite::params![events - 1, 1]),
        at(STREAMS_AFTER, rusqlite::params![0, 8]),
    ]
}

#[test]
fn an_opening_is_as_much_work_however_long_the_log_is() {
    assert_eq!(of_a_start(50), of_a_start(20_000));
}
