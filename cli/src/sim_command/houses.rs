//! Plays houses side by side, and adds up what was seen in their order, whoever was faster.

use crate::reading::{Failure, complain};
use fundflow_simulation::{
    days::{Coverage, Days, Fallen, Fault, Plan, Played, Profile, profile},
    town::{self, Everybody},
};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How often it is said how far it is.
const EVERY: Duration = Duration::from_secs(5);

/// What was seen in all houses up to the first that failed.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) houses: usize,
    pub(super) sagas: usize,
    pub(super) events: usize,
    pub(super) refused: usize,
    pub(super) endings: BTreeMap<(&'static str, String), usize>,
    pub(super) faults: BTreeMap<Fault, usize>,
    pub(super) coverage: Coverage,
    pub(super) links: u64,
    /// The plan that failed, and how.
    pub(super) failed: Option<(Plan, Box<Fallen>)>,
    took: Duration,
    /// Of every house that was played, those behind a failure too.
    played: usize,
}

impl Seen {
    /// Speed, in words.
    pub(super) fn speed(&self) -> String {
        let millis = self.took.as_millis().max(1);
        let per_minute = self.played as u128 * 60_000 / millis;
        format!("{} sagas in {millis} ms: {per_minute} sagas a minute\n", self.played)
    }

    fn add(&mut self, played: &Played) {
        self.houses += 1;
        self.sagas += played.sagas;
        self.events += played.events;
        self.refused += played.refused;
        for (how, times) in &played.endings {
            *self.endings.entry(how.clone()).or_default() += times;
        }
        for (fault, times) in &played.faults {
            *self.faults.entry(*fault).or_default() += times;
        }
        self.coverage.add(&played.coverage);
        self.links = self.links.rotate_left(7) ^ played.links;
    }
}

type Outcome = Result<Played, Box<Fallen>>;

/// What a plan is played on; `None` for what is no plan of a town.
pub(super) type Stage = fn(&Plan) -> Option<(Days<Everybody>, Profile)>;

/// The ready-made town.
pub(super) fn in_town(plan: &Plan) -> Option<(Days<Everybody>, Profile)> {
    Some((town::days(plan).ok()?, profile(&plan.faults)?))
}

/// Plays every plan, in so many threads.
pub(super) fn play(plans: &[Plan], threads: usize, stage: Stage) -> Result<Seen, Failure> {
    let began = Instant::now();
    let outcomes: Vec<Mutex<Option<Outcome>>> = plans.iter().map(|_| Mutex::new(None)).collect();
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
    let played = AtomicUsize::new(0);
    let said = Mutex::new(began);
    thread::scope(|scope| {
        for _ in 0..threads.min(plans.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    // What comes behind a failure tells nothing more.
                    if at >= plans.len() || at > failed.load(Ordering::Relaxed) {
                        return;
                    }
                    let Some((days, profile)) = stage(&plans[at]) else { return };
                    let outcome = days.play(&plans[at], profile);
                    match &outcome {
                        Ok(it) => drop(played.fetch_add(it.sagas, Ordering::Relaxed)),
                        Err(_) => drop(failed.fetch_min(at, Ordering::Relaxed)),
                    }
                    if let Ok(mut slot) = outcomes[at].lock() {
                        *slot = Some(outcome);
                    }
                    say(&said, at, plans.len(), played.load(Ordering::Relaxed));
                }
            });
        }
    });
    let mut seen = Seen { played: played.into_inner(), took: began.elapsed(), ..Seen::default() };
    for (plan, outcome) in plans.iter().zip(outcomes) {
        match outcome.into_inner().ok().flatten() {
            Some(Ok(played)) => seen.add(&played),
            Some(Err(fallen)) => {
                seen.failed = Some((plan.clone(), fallen));
                break;
            }
            None => {
                let what =
                    format!("house {} of seed {} could not be played", plan.house, plan.seed);
                return Err(Failure::Engine(what));
            }
        }
    }
    Ok(seen)
}

fn say(said: &Mutex<Instant>, at: usize, of: usize, sagas: usize) {
    let Ok(mut last) = said.lock() else { return };
    if last.elapsed() >= EVERY {
        *last = Instant::now();
        complain(&format!("house {} of {of}: {sagas} sagas so far\n", at + 1));
    }
}
