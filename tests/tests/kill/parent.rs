//! Starts the child, listens, kills it at a drawn point, and does it again.

use crate::{PLACE, SEED, START, dice::Dice};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// At most so many acknowledgements before the kill.
const ACKS: u64 = 120;
/// At most so many earlier requests are repeated by the next child.
const AGAIN: u64 = 30;

/// What the children printed before they died.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Acknowledged, and what was promised then.
    pub(crate) acknowledged: BTreeMap<String, u64>,
    /// Asked, and the caller does not know.
    pub(crate) in_doubt: BTreeSet<String>,
    pub(crate) kills: u64,
    pub(crate) repeated: u64,
    pub(crate) took: Duration,
}

/// When the child is killed.
#[derive(Debug, Clone, Copy)]
enum Point {
    /// While it opens the store.
    Opening,
    /// As soon as the engine runs.
    Started,
    /// After so many acknowledgements.
    Acks(u64),
}

pub(crate) fn kill_again_and_again(place: &Path, kills: u64, seed: u64) -> Heard {
    let (mut dice, mut heard) = (Dice::of(seed), Heard::default());
    let begun = Instant::now();
    for start in 0..kills {
        let point = match dice.below(20) {
            0 => Point::Opening,
            1 | 2 => Point::Started,
            _ => Point::Acks(1 + dice.below(ACKS)),
        };
        let child = start_child(place, start, seed, &requests_again(&heard, &mut dice));
        listen_and_kill(child, point, dice.below(200_000), &mut heard);
        heard.kills += 1;
    }
    heard.took = begun.elapsed();
    heard
}

/// Those in doubt, as a caller must repeat them, and some whose answer is long known.
fn requests_again(heard: &Heard, dice: &mut Dice) -> Vec<String> {
    let mut again: Vec<_> = heard.in_doubt.iter().filter(|_| dice.below(2) == 0).cloned().collect();
    let known: Vec<_> = heard.acknowledged.keys().collect();
    if !known.is_empty() {
        again.extend((0..dice.below(AGAIN)).filter_map(|_| {
            let nth = dice.below(known.len() as u64);
            known.get(usize::try_from(nth).ok()?).map(|id| (*id).clone())
        }));
    }
    again
}

fn start_child(place: &Path, start: u64, seed: u64, again: &[String]) -> Child {
    let mut child = Command::new(env::current_exe().expect("this test binary"))
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(PLACE, place)
        .env(START, start.to_string())
        .env(SEED, seed.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut stdin = child.stdin.take().expect("a way to the child");
    stdin.write_all(again.join("\n").as_bytes()).expect("the requests to repeat");
    child
}

/// A child whose engine runs. What it says from then on is lost, which is all the same to it.
pub(crate) fn running(place: &Path) -> Child {
    let mut child = start_child(place, 0, 0, &[]);
    let output = BufReader::new(child.stderr.take().expect("a way from the child"));
    let started = output.lines().map_while(Result::ok).any(|line| line == "started");
    assert!(started, "the child ended before its engine ran");
    child
}

/// Reads what the child says until the point is reached, kills it, and reads what it had said by
/// then: an answer that was given counts, also when it was given a microsecond before the end.
fn listen_and_kill(mut child: Child, point: Point, spins: u64, heard: &mut Heard) {
    let output = BufReader::new(child.stderr.take().expect("a way from the child"));
    let (mut acks, mut killed, mut complaints) = (0, false, Vec::new());
    for line in output.lines() {
        let line = line.expect("the child's words");
        let mut words = line.split(' ');
        let reached = match (words.next(), words.next(), words.next()) {
            (Some("open"), None, None) => matches!(point, Point::Opening),
            (Some("started"), None, None) => matches!(point, Point::Started),
            (Some("ask"), Some(id), None) => {
                heard.asked(id);
                false
            }
            (Some("ack"), Some(id), Some(promised)) => {
                heard.answered(id, promised.parse().expect("a hash"));
                acks += 1;
                matches!(point, Point::Acks(wanted) if acks >= wanted)
            }
            // The end of a line that the kill cut off, or a panic.
            _ => {
                complaints.push(line);
                false
            }
        };
        if reached && !killed {
            (0..spins).for_each(|_| std::hint::spin_loop());
            child.kill().expect("SIGKILL");
            killed = true;
        }
    }
    let status = child.wait().expect("the child's end");
    assert!(killed && status.code().is_none(), "the child ended by itself: {complaints:#?}");
    let panicked = complaints.iter().any(|line| line.contains("panicked"));
    assert!(!panicked, "the child panicked: {complaints:#?}");
}

impl Heard {
    fn asked(&mut self, id: &str) {
        if !self.acknowledged.contains_key(id) {
            self.in_doubt.insert(id.to_owned());
        }
    }

    fn answered(&mut self, id: &str, promised: u64) {
        self.in_doubt.remove(id);
        match self.acknowledged.insert(id.to_owned(), promised) {
            None => {}
            Some(first) => {
                self.repeated += 1;
                assert_eq!(first, promised, "{id} was promised something else than the first time");
            }
        }
    }
}
