//! The program's log, on the error output: what happened, at which level, in which part of the program.
//!
//! ```text
//! RUST_LOG                    what of it: LEVEL or TARGET=LEVEL, several with commas; warn where nothing is said,
//!                             without the alerts of what is only played
//! --log-format text | json    a line for people, or an object for programs; so is then all else on the error output
//! ```
//!
//! 1. Levels are off, error, warn, info, debug and trace; a target is a part of the program, like `fundflow_sqlite`.
//! 2. A line is never written into a progress bar: that steps aside.
//! 3. It has no escape sequences, on a terminal neither.

use crate::safe::{Escapes, Safe};
use clap::ValueEnum;
use indicatif::ProgressBar;
use std::{
    io::{self, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    registry,
};

const VARIABLE: &str = "RUST_LOG";
const ALERTS: &str = "fundflow::alerts";
const LEVELS: &str = "off, error, warn, info, debug, trace";

/// How lines of the log are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for people
    Text,
    /// One JSON object a line, for programs
    Json,
}

/// Whether every line of the error output is an object.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Whether programs read the error output.
pub(crate) fn is_json() -> bool {
    IS_JSON.load(Ordering::Relaxed)
}

/// What a command says to the error output, as lines of the log: the level that its first word says, else `INFO`.
pub(crate) fn objects(text: &str) -> String {
    let of = |line: &str| {
        let levels = [("error: ", "ERROR"), ("warning: ", "WARN")];
        let found =
            levels.into_iter().find_map(|(word, level)| Some((level, line.strip_prefix(word)?)));
        let (level, message) = found.unwrap_or(("INFO", line));
        let target = "fundflow_cli";
        serde_json::json!({ "level": level, "fields": { "message": message }, "target": target })
            .to_string()
            + "\n"
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(of).collect()
}

/// The bar that lines of the log must not run into.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Lines of the log go around that bar from now on; around none after it is gone.
pub(crate) fn around(bar: Option<ProgressBar>) {
    *BAR.lock().unwrap_or_else(PoisonError::into_inner) = bar;
}

/// Begins the log, unless the program that this library is part of has one already. Of a command that plays counterparties
/// the alerts are left out where `RUST_LOG` says nothing: its report has them.
///
/// # Errors
/// What is wrong with `RUST_LOG`, and what may stand there.
pub(crate) fn begin(format: LogFormat, plays: bool) -> Result<(), String> {
    let wanted = match std::env::var_os(VARIABLE) {
        None => String::new(),
        Some(text) => text.into_string().map_err(|text| refused(&text.to_string_lossy()))?,
    };
    let mut targets = targets(&wanted)?;
    IS_JSON.store(format == LogFormat::Json, Ordering::Relaxed);
    if plays && wanted.is_empty() {
        targets = targets.with_target(ALERTS, LevelFilter::OFF);
    }
    let lines = fmt::layer().with_ansi(false);
    let begun = match format {
        LogFormat::Text => {
            let lines = lines.with_writer(|| Line::of(Escapes::Plain)).with_filter(targets);
            tracing::subscriber::set_global_default(registry().with(lines))
        }
        LogFormat::Json => {
            let lines = lines.json().with_writer(|| Line::of(Escapes::Json)).with_filter(targets);
            tracing::subscriber::set_global_default(registry().with(lines))
        }
    };
    // Somebody else's log has the lines.
    drop(begun);
    Ok(())
}

/// A word alone is a level: as a target of that name it would say nothing about a slip of the keyboard.
fn targets(wanted: &str) -> Result<Targets, String> {
    let mut targets = Targets::new().with_default(LevelFilter::WARN);
    for directive in wanted.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        targets = match directive.split_once('=') {
            None => targets.with_default(level(directive, wanted)?),
            Some((target, of)) if is_target(target) => {
                targets.with_target(target, level(of, wanted)?)
            }
            Some(_) => return Err(refused(wanted)),
        };
    }
    Ok(targets)
}

fn level(text: &str, wanted: &str) -> Result<LevelFilter, String> {
    let is_word = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    text.parse().ok().filter(|_| is_word).ok_or_else(|| refused(wanted))
}

fn is_target(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
    !text.is_empty() && text.bytes().all(plain)
}

fn refused(wanted: &str) -> String {
    format!(
        "{VARIABLE} {wanted:?} cannot be used; write LEVEL or TARGET=LEVEL, several with commas between them, \
         like info or warn,fundflow_sqlite=debug; levels are {LEVELS}"
    )
}

/// A line, written in one go.
struct Line {
    escapes: Escapes,
    text: Vec<u8>,
}

impl Line {
    const fn of(escapes: Escapes) -> Self {
        Self { escapes, text: Vec::new() }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let write = || {
            // Whoever closed the error output reads no log.
            let _ = Safe::to(io::stderr().lock(), self.escapes).write_all(&self.text);
        };
        match &*BAR.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn a_level_is_for_all_and_a_target_has_its_own() {
        let some = targets("info, fundflow_sqlite=debug").unwrap();

        assert!(some.would_enable("fundflow", &Level::INFO));
        assert!(!some.would_enable("fundflow", &Level::DEBUG));
        assert!(some.would_enable("fundflow_sqlite::writer", &Level::DEBUG));
        let usual = targets("").unwrap();
        assert!(usual.would_enable("fundflow", &Level::WARN));
        assert!(!usual.would_enable("fundflow", &Level::INFO));
        assert!(!targets("off").unwrap().would_enable("fundflow", &Level::ERROR));
    }

    #[test]
    fn what_a_command_says_is_an_object_a_line_where_programs_read_it() {
        let said = objects("error: no store \"a\"\n\n2 rows left out\n");
        let said: Vec<serde_json::Value> =
            said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(said.len(), 2);
        assert_eq!((&said[0]["level"], &said[1]["level"]), (&"ERROR".into(), &"INFO".into()));
        assert_eq!(said[0]["fields"]["message"], "no store \"a\"");
    }

    #[test]
    fn a_word_that_is_no_level_is_named_with_what_may_stand_there() {
        for wrong in ["wanr", "3", "fundflow=", "=info", "fundflow=loud", "a b=info", "info;debug"]
        {
            let said = targets(wrong).unwrap_err();
            assert!(
                said.contains(&format!("RUST_LOG {wrong:?}")) && said.contains(LEVELS),
                "{said}"
            );
        }
    }
}
