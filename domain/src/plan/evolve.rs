//! What a plan remembers of each fact. Judges nothing; `None` means no decider wrote this.

use super::{
    Changes, Event, Outcome, Plan, Segment, State, Unchanged,
    words::{What, Word},
};
use crate::{orders::Cause, time::Timestamp};
use chrono::NaiveDate;

pub(super) fn evolve(state: State, event: &Event) -> Option<State> {
    let mut plan = match (state, event) {
        (State::Absent, Event::Opened(terms)) => {
            let first = Segment { from: terms.start, asked: None, terms: terms.clone() };
            return Some(State::Known(Box::new(Plan {
                segments: vec![first],
                paused: None,
                resumed: None,
                passed: None,
                under_way: Vec::new(),
                outcomes: Vec::new(),
                last_miss: None,
                not_asked: Vec::new(),
                ended: None,
                words: Vec::new(),
            })));
        }
        (State::Absent, _) | (State::Known(_), Event::Opened(_)) => return None,
        (State::Known(plan), _) => plan,
    };
    remember(&mut plan, event)?;
    Some(State::Known(plan))
}

fn remember(plan: &mut Plan, event: &Event) -> Option<()> {
    let running = plan.ended.is_none();
    match event {
        Event::Opened(_) => return None,
        Event::Changed { at, changes, from } => {
            running.then(|| plan.change(*at, changes, *from))?;
        }
        Event::Paused { at, .. } => {
            (running && plan.paused.is_none()).then(|| plan.paused = Some(*at))?;
            plan.words.push(Word::followed(*at, What::Paused));
        }
        Event::Resumed { at, from } => {
            (running && plan.paused.is_some()).then_some(())?;
            (plan.paused, plan.resumed) = (None, Some(*at));
            plan.passed = Some(from.unwrap_or_else(|| at.date()));
            plan.words.push(Word::followed(*at, What::Resumed));
        }
        Event::WordKept { at, said } => {
            let what = match said {
                Unchanged::Terms(changes) => Some(What::Changed(changes.clone())),
                Unchanged::Pause => plan.paused.map(|_| What::Paused),
            };
            let what = what.filter(|_| running)?;
            plan.words.push(Word { changed: false, ..Word::followed(*at, what) });
        }
        Event::OccurrenceBegun { nominal, transaction } => {
            plan.outcome(*nominal).is_none().then_some(())?;
            let at = plan.place_under_way(*nominal).err()?;
            running.then(|| plan.under_way.insert(at, (*nominal, transaction.clone())))?;
        }
        Event::OccurrenceDone { nominal } => {
            let at = plan.place_under_way(*nominal).ok()?;
            plan.under_way.remove(at);
            plan.settle(*nominal, Outcome::Done)?;
        }
        Event::OccurrenceMissed { nominal, cause } => {
            match plan.place_under_way(*nominal) {
                Ok(at) => {
                    plan.under_way.remove(at);
                    plan.settle(*nominal, Outcome::Missed)?;
                }
                Err(_) => running.then(|| plan.settle(*nominal, Outcome::Skipped))??,
            }
            plan.note_miss(*nominal, cause);
            plan.last_miss = Some(cause.clone());
        }
        Event::Ended { cause } => {
            running.then(|| plan.ended = Some(cause.clone()))?;
        }
    }
    Some(())
}

impl Plan {
    fn change(&mut self, at: Timestamp, changes: &Changes, from: NaiveDate) {
        let terms = Box::new(changes.applied(self.terms_on(from)));
        // The first of an instant is the word itself; others agree again what it left.
        if self.changed_at(at).is_none() {
            let replaced = self.replaced_by(changes, from, at.date());
            let word = Word::followed(at, What::Changed(changes.clone()));
            self.words.push(Word { replaced, ..word });
        }
        // What was agreed for later days is replaced; the first terms tell a repeated opening.
        self.segments.retain(|segment| segment.asked.is_none() || segment.from < from);
        self.segments.push(Segment { from, asked: Some(at), terms });
    }

    /// Why the latest date on which it missed or skipped came to nothing.
    pub const fn last_miss(&self) -> Option<&Cause> {
        self.last_miss.as_ref()
    }

    /// What became of a nominal date; none while nothing did.
    pub fn outcome(&self, nominal: NaiveDate) -> Option<Outcome> {
        self.place_of(nominal).ok().map(|at| self.outcomes[at].1)
    }

    pub(super) fn place_under_way(&self, nominal: NaiveDate) -> Result<usize, usize> {
        self.under_way.binary_search_by(|(other, _)| other.cmp(&nominal))
    }

    /// Whether the miss is none of the investor's.
    pub(super) fn note_miss(&mut self, nominal: NaiveDate, cause: &Cause) {
        self.not_asked.extend((&*cause.code == super::NO_INVESTOR).then_some(nominal));
    }

    /// `None`: the date has an outcome already.
    pub(super) fn settle(&mut self, nominal: NaiveDate, outcome: Outcome) -> Option<()> {
        let at = self.place_of(nominal).err()?;
        self.outcomes.insert(at, (nominal, outcome));
        Some(())
    }

    fn place_of(&self, nominal: NaiveDate) -> Result<usize, usize> {
        self.outcomes.binary_search_by(|(other, _)| other.cmp(&nominal))
    }
}
