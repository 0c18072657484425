//! A regular plan (定投): the investor agrees once, and every so often a fund is bought.
//!
//! ```text
//! absent --Open--> running --Pause--> paused --Resume--> running      dates in between are passed over
//!                  running | paused --End | Finish | misses in a row | periods used--> ended
//!
//! each nominal date:  open --Begin--> under way --Done--> done        whatever becomes of the plan
//!                       |                 `-------Miss--> missed
//!                       `--Miss (nothing was begun)-----> skipped
//! ```
//!
//! 1. An occurrence is keyed on its nominal date and has one outcome; done and missed contradict.
//! 2. Terms in force belong to the nominal date. A change holds from its day on and never reaches an
//!    occurrence that is under way or over. Each field changes alone: of what was agreed for later days a
//!    change replaces the fields that it names, and agrees the others again.
//! 3. Misses are counted in the order of nominal dates, occurrences under way left out. The miss
//!    that fills the number ends the plan in the same decision; a success resets the count.
//! 4. An occurrence that is under way when the plan pauses or ends is carried through.
//! 5. A request carries its instant. One that is older than the latest of its kind decides nothing:
//!    it was heard, or a newer word has overtaken it, and [`State::already`] says which. So a word that
//!    changes nothing is recorded as well: an older one that is heard later would undo what it says. An end
//!    has no instant, since nothing undoes it.

mod decide;
#[cfg(test)]
mod edge_tests;
mod evolve;
mod occurrence;
#[cfg(test)]
mod occurrence_tests;
mod refusal;
#[cfg(test)]
mod refusal_tests;
mod stored;
#[cfg(test)]
mod stored_tests;
mod terms;
#[cfg(test)]
mod tests;
mod words;
#[cfg(test)]
mod words_tests;

pub use occurrence::{Occurrence, Upcoming, due_on, next_occurrence, upcoming};
pub use refusal::Refusal;
pub use terms::{Changes, DayOfMonth, Frequency, MissingDay, MoveRule, NotADayOfMonth, Terms};
pub use words::Already;

use crate::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    decider::Decider,
    ids::TransactionId,
    orders::Cause,
    time::Timestamp,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The code of a miss that is none of the investor's: whoever asks for the date did not list its investor.
pub const NO_INVESTOR: &str = "investor_not_listed";

/// A request to the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The investor agrees to a plan on these terms.
    Open(Box<Terms>),
    /// The investor wants it otherwise, for nominal dates from that day on.
    Change {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// What is to be different.
        changes: Changes,
        /// The first nominal date that it holds for.
        from: NaiveDate,
    },
    /// Nothing is begun until the plan is resumed.
    Pause {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// In the investor's or the operator's words.
        reason: Arc<str>,
    },
    /// Nominal dates count again from that day on.
    Resume {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// The first date that counts; none before the day on which it was asked.
        from: NaiveDate,
    },
    /// The investor wants no more of it.
    End {
        /// In the investor's or the operator's words.
        reason: Arc<str>,
    },
    /// The last nominal date is behind: nothing is left to do.
    Finish {
        /// The natural day on which that is said.
        today: NaiveDate,
    },
    /// The occurrence of that date starts.
    Begin {
        /// The date of the occurrence before it is moved to a trading day.
        nominal: NaiveDate,
        /// Carries it out: `{plan}.{yyyymmdd}`.
        transaction: TransactionId,
    },
    /// The purchase of the date was carried out.
    Done {
        /// The date of the occurrence before it is moved to a trading day.
        nominal: NaiveDate,
    },
    /// It was not: the balance was short, or the fund would not take it.
    Miss {
        /// The date of the occurrence before it is moved to a trading day.
        nominal: NaiveDate,
        /// What the investor is to hear.
        cause: Cause,
    },
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Agreed on these terms.
    Opened(Box<Terms>),
    /// The investor has agreed on other terms.
    Changed {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// The fields that are different; the others stay.
        changes: Changes,
        /// The first nominal date that it holds for; after every date that was begun or missed.
        from: NaiveDate,
    },
    /// Stopped for a while.
    Paused {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// In the investor's or the operator's words.
        reason: Arc<str>,
    },
    /// The investor lets the plan go on.
    Resumed {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// Earlier nominal dates are passed over; none: those before the day on which it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<NaiveDate>,
    },
    /// The investor said what was so already, and the newest word on it.
    WordKept {
        /// Instant of the investor's word.
        at: Timestamp,
        /// The word that changed nothing.
        said: Unchanged,
    },
    /// An occurrence is under way.
    OccurrenceBegun {
        /// The date of the occurrence before it is moved to a trading day.
        nominal: NaiveDate,
        /// The transaction that carries the date out.
        transaction: TransactionId,
    },
    /// An occurrence was carried out.
    OccurrenceDone {
        /// The date of the occurrence before it is moved to a trading day.
        nominal: NaiveDate,
    },
    /// An occurrence was not carried out, and the investor hears why.
    OccurrenceMissed {
        /// The date of the occurrence before it is moved to a trading day.
        nominal: NaiveDate,
        /// In the words of who refused it.
        cause: Cause,
    },
    /// No occurrence begins any more.
    Ended {
        /// Who or what ended it.
        cause: EndCause,
    },
}

/// A word that changed nothing when it was heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unchanged {
    /// The terms were these already.
    Terms(Changes),
    /// The plan was paused already.
    Pause,
}

/// Who or what ended a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// The investor, or an operator for the investor.
    Asked {
        /// Why, in the words of whoever ended it.
        reason: Arc<str>,
    },
    /// So many misses in a row as the terms allow.
    Misses {
        /// Misses in a row.
        in_a_row: u8,
    },
    /// Its dates or its periods are used up.
    Finished,
}

/// What became of one nominal date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The fund was bought.
    Done,
    /// It began, and nothing came of it.
    Missed,
    /// Nothing was begun on that date.
    Skipped,
}

/// Terms that hold from a nominal date on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    from: NaiveDate,
    /// None: the terms that the plan was opened on.
    asked: Option<Timestamp>,
    terms: Box<Terms>,
}

/// A plan that was opened. Each list is sorted by date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Never empty: the first holds the terms that the plan was opened on.
    segments: Vec<Segment>,
    paused: Option<Timestamp>,
    resumed: Option<Timestamp>,
    /// Dates before it are passed over.
    passed: Option<NaiveDate>,
    under_way: Vec<(NaiveDate, TransactionId)>,
    outcomes: Vec<(NaiveDate, Outcome)>,
    last_miss: Option<Cause>,
    /// Dates on which nobody asked, and the investor is not to blame.
    not_asked: Vec<NaiveDate>,
    ended: Option<EndCause>,
    /// Every word of the investor, in the order in which they were heard, those that changed nothing
    /// included.
    words: Vec<words::Word>,
}

/// What is remembered of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// No plan was opened.
    #[default]
    Absent,
    /// Running, paused or over.
    Known(Box<Plan>),
}

/// The plan's rules.
#[derive(Debug, Clone, Copy)]
pub struct RegularPlan;

impl Decider for RegularPlan {
    const CATEGORY: &'static str = "plan";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        decide::decide(state, command)
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        evolve::evolve(state, event)
    }
}

impl State {
    /// The plan, if it was opened.
    pub fn plan(&self) -> Option<&Plan> {
        match self {
            State::Absent => None,
            State::Known(plan) => Some(plan),
        }
    }
}

impl Plan {
    /// The terms that an occurrence of that nominal date is carried out on.
    pub fn terms_on(&self, nominal: NaiveDate) -> &Terms {
        let in_force = self.segments.iter().rev().find(|segment| segment.from <= nominal);
        &in_force.unwrap_or(&self.segments[0]).terms
    }

    /// What was agreed, and the first nominal date that each holds for: the terms of the opening first, and
    /// those for later dates that a newer word has replaced left out.
    pub fn agreed(&self) -> impl Iterator<Item = (NaiveDate, &Terms)> {
        self.segments.iter().map(|segment| (segment.from, &*segment.terms))
    }

    /// The terms of the first date that could still begin, or could if the plan were not paused or over. Where
    /// no date is left, those of the day after all that began. Past the end of the calendar every weekday is taken
    /// for a trading day.
    pub fn terms_in_force(&self, calendar: &TradingCalendar) -> &Terms {
        let open = self.first_open_date().max(self.segments[0].terms.start);
        // Dates before the newest word to a paused plan are passed over, whenever it is resumed.
        let heard =
            self.words.iter().map(|word| word.at.date()).max().filter(|_| self.paused.is_some());
        let first = open.max(self.passed.unwrap_or(open)).max(heard.unwrap_or(open));
        let last = self.segments.last().map_or(first, |segment| segment.from.max(first));
        let before = first.iter_days().take_while(|date| *date < last);
        let mut dates = before.chain(last.iter_days().take(occurrence::APART_DAYS));
        let is_one = |date: &NaiveDate| {
            let terms = self.terms_on(*date);
            let closed = || matches!(calendar.day(*date), Err(CalendarError::Closed(_)));
            terms.names(*date) && (terms.frequency != Frequency::Daily || !closed())
        };
        self.terms_on(dates.find(is_one).unwrap_or(first))
    }

    /// Who or what ended it, if it has ended.
    pub fn ended(&self) -> Option<&EndCause> {
        self.ended.as_ref()
    }

    /// Since when it has been paused, if it is.
    pub fn paused(&self) -> Option<Timestamp> {
        self.paused
    }

    /// Occurrences that have begun and have no outcome, by nominal date.
    pub fn under_way(&self) -> &[(NaiveDate, TransactionId)] {
        &self.under_way
    }

    /// What became of every nominal date that is over.
    pub fn outcomes(&self) -> &[(NaiveDate, Outcome)] {
        &self.outcomes
    }

    /// Whether a nominal date has begun, or has its outcome.
    pub fn is_known(&self, nominal: NaiveDate) -> bool {
        self.place_under_way(nominal).is_ok() || self.outcome(nominal).is_some()
    }

    /// How many of the latest outcomes in a row are misses of the investor's.
    pub fn misses_in_a_row(&self) -> usize {
        let latest = self.outcomes.iter().rev();
        let misses = latest.take_while(|(_, outcome)| *outcome != Outcome::Done);
        misses.filter(|(nominal, _)| !self.not_asked.contains(nominal)).count()
    }

    /// The first occurrence after a nominal date that could still begin; none while the plan is
    /// paused, when it is over, and when its dates or periods are used up.
    ///
    /// # Errors
    /// The trading calendar ends before that occurrence.
    pub fn next_occurrence(
        &self,
        after: NaiveDate,
        calendar: &TradingCalendar,
    ) -> Result<Option<Occurrence>, CalendarError> {
        if !self.begins() {
            return Ok(None);
        }
        occurrence::first_after(after, |date| self.open_on(date), calendar)
    }

    /// The next so many occurrences that could still begin after a nominal date: no more than there are
    /// periods left.
    pub fn upcoming(&self, after: NaiveDate, calendar: &TradingCalendar, most: usize) -> Upcoming {
        let most = self.periods_left().map_or(most, |left| most.min(left));
        let next = |after| self.next_occurrence(after, calendar);
        occurrence::one_after_the_other(after, most, next)
    }

    /// Every occurrence that could begin on a trading day, by nominal date: no more than there are
    /// periods left.
    ///
    /// # Errors
    /// The trading calendar does not cover the days around `day`.
    pub fn due_on(
        &self,
        day: TradingDay,
        calendar: &TradingCalendar,
    ) -> Result<Vec<Occurrence>, CalendarError> {
        if !self.begins() {
            return Ok(Vec::new());
        }
        Ok(self.within_periods(occurrence::all_on(day, |date| self.open_on(date), calendar)?))
    }
}
