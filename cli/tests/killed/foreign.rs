//! A program of somebody else's is killed with SIGKILL in the middle of its work, and started again.
//!
//! ```text
//! events stored    1 ………………… | line 1 | …………… | line 2 | the first request again | line 3
//!                  reserved, ordered    PX-2 is
//!                  confirmed, credited  refused
//! ```
//!
//! 1. The example's output is a pipe that is full but for so many lines: at the next one it waits, and cannot
//!    come to its end before it is killed.
//! 2. It is killed at the first sight of so many events in its store.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::store::{EventStore as _, Position};
use serde_json::Value;
use std::{
    ffi::OsStr,
    io::{Write as _, pipe},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

/// What the example prints when nobody disturbs it.
const LINES: [&str; 3] = [
    "PX-1, T 2026-02-12: ended: points_exchange.exchanged\n",
    "PX-2, T 2026-02-13: ended: points_exchange.kept\n",
    "PX-1, T 2026-02-12: ended: points_exchange.exchanged\n",
];
/// How much a pipe holds before its writer waits.
const PIPE: usize = 65_536;

/// The example's program, compiled as its reader would.
fn points() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut build = Command::new(cargo);
        build.args([
            "build",
            "--offline",
            "--quiet",
            "--package",
            "fundflow",
            "--example",
            "points",
        ]);
        let said = build.arg("--target-dir").arg(target).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        target.join("debug/examples/points")
    })
}

/// Exit code, output, error output.
fn said(program: impl AsRef<OsStr>, folder: &Path, words: &str) -> (i32, String, String) {
    let mut command = Command::new(program);
    command.arg("--store").arg(folder).args(words.split(' ')).env("USER", "li");
    let said = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (said.status.code().unwrap(), text(said.stdout), text(said.stderr))
}

/// The example's own answer, which must be a success.
fn own(folder: &Path, words: &str) -> Value {
    let (code, out, complaint) = said(points(), folder, words);
    assert_eq!(code, 0, "{words}: {out}{complaint}");
    serde_json::from_str(&out).unwrap()
}

/// How many events the store has, as somebody sees who looks beside the running program.
fn stored(folder: &Path) -> u64 {
    let store = SqliteStore::open_read_only(folder.join("events.db"));
    store.map_or(0, |store| store.head().borrow().0)
}

/// Stream and type of every event, in no order: what waits on one clock may happen in another one.
fn events(folder: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open_read_only(folder.join("events.db")).unwrap();
        let all = store.read_all(Position::START, u32::MAX).await.unwrap();
        let line = |it: &fundflow_kernel::envelope::Recorded| {
            format!("{} {} {}", it.stream, it.event.event_type, it.event.data)
        };
        let mut lines: Vec<String> = all.iter().map(line).collect();
        store.close().await;
        lines.sort();
        lines
    })
}

/// Starts the example with room for so many lines, and kills it once its store has so many events.
fn kill(folder: &Path, lines: usize, at: u64) {
    let room: usize = LINES[..lines].iter().map(|line| line.len()).sum();
    let (reader, mut writer) = pipe().unwrap();
    writer.write_all(&vec![b' '; PIPE - room]).unwrap();
    let mut child: Child =
        Command::new(points()).arg(folder).stdout(writer).stderr(Stdio::null()).spawn().unwrap();
    while stored(folder) < at {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it had {at} events");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    let ended = child.wait().unwrap();
    assert_eq!(ended.code(), None, "it was killed in the middle, after {at} events");
    drop(reader);
}

/// Runs to the end.
fn run(folder: &Path) {
    let said = Command::new(points()).arg(folder).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(String::from_utf8(said.stdout).unwrap(), LINES.concat());
}

/// All of it has ended; points and shares are what was exchanged, and nothing is under way.
fn assert_accounted_for(folder: &Path, undisturbed: &Path) {
    assert_eq!(events(folder), events(undisturbed));
    let sagas = own(folder, "saga ls -o json");
    let states: Vec<&Value> = sagas.as_array().unwrap().iter().map(|it| &it["state"]).collect();
    assert_eq!(states, ["exchanged", "kept"], "{sagas}");
    assert_eq!(own(folder, "saga ls --open -o json"), serde_json::json!([]));
    assert_eq!(own(folder, "holdings ls -o json"), own(undisturbed, "holdings ls -o json"));

    let points = |kind: &str| -> u64 {
        let log = events(folder);
        let of = log.iter().filter(|it| it.starts_with(&format!("points-INV-1 points.{kind} ")));
        let body = |line: &String| -> Value {
            serde_json::from_str(line.splitn(3, ' ').nth(2).unwrap()).unwrap()
        };
        of.map(|line| body(line)["points"].as_u64().unwrap()).sum()
    };
    assert_eq!(
        (points("reserved"), points("spent")),
        (2_010_000, 10_000),
        "PX-2 gets its points back"
    );
}

/// The user's own program audits everything; the stock one says what it does not know.
fn assert_audited(folder: &Path, undisturbed: &Path) {
    let report = own(folder, "audit verify -o json");
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(report["unchecked"], serde_json::json!([]));
    assert_eq!(report["balances"], own(undisturbed, "audit verify -o json")["balances"]);

    let (code, out, complaint) = said(env!("CARGO_BIN_EXE_fundflow"), folder, "audit verify");
    assert_eq!((code, complaint.as_str()), (0, ""), "{out}");
    for category in ["points", "points_exchange"] {
        let line = format!("{category}: decisions not checked (");
        assert!(out.contains(&line), "{out}");
    }
}

#[test]
fn killed_anywhere_it_is_started_again_and_everything_ends_and_adds_up() {
    let undisturbed = tempfile::tempdir().unwrap();
    run(undisturbed.path());
    let all = stored(undisturbed.path());
    // The third request repeats the first: no event is its own.
    let first = first_of_second(undisturbed.path());
    let points = [(0, 1), (0, 2), (0, first / 2), (0, first), (1, first + 1), (1, all), (2, all)];
    for (lines, at) in points {
        let folder = tempfile::tempdir().unwrap();
        kill(folder.path(), lines, at);
        run(folder.path());
        assert_accounted_for(folder.path(), undisturbed.path());
        assert_audited(folder.path(), undisturbed.path());
    }
}

#[test]
fn killed_again_and_again_in_one_store_it_ends_all_the_same() {
    let (undisturbed, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    run(undisturbed.path());
    let first = first_of_second(undisturbed.path());
    for (lines, at) in [(0, 1), (0, first / 2), (0, first), (1, first + 1)] {
        kill(folder.path(), lines, at);
    }
    run(folder.path());
    assert_accounted_for(folder.path(), undisturbed.path());
    assert_audited(folder.path(), undisturbed.path());
}

/// How many events the first exchange has: what is stored before the second is asked for.
fn first_of_second(folder: &Path) -> u64 {
    let log = own(folder, "event ls -o json");
    let second = log.as_array().unwrap().iter().find(|it| it["correlation_id"] == "PX-2");
    second.unwrap()["position"].as_u64().unwrap() - 1
}
