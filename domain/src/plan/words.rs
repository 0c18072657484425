//! What an investor says of a running plan: what follows from it, and why nothing does.
//!
//! | a word | decides |
//! |---|---|
//! | that was heard before | nothing |
//! | that is not newer than the newest of its kind | nothing: the answer names the one that stands |
//! | that says what is so already | that it is recorded: an older one that is heard later would undo it |

use super::{Changes, Command, EndCause, Event, Plan, Refusal, RegularPlan, State, Unchanged};
use crate::{decider::Decider as _, time::Timestamp};
use chrono::NaiveDate;
use fundflow_kernel::counted::counted;
use std::{fmt, sync::Arc};

/// A word that was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) at: Timestamp,
    pub(super) what: What,
    /// Anything followed from it.
    pub(super) changed: bool,
    /// What it says otherwise of what was agreed for later days, and from when on that would have held.
    pub(super) replaced: Vec<(NaiveDate, Changes)>,
}

impl Word {
    /// One that something followed from.
    pub(super) const fn followed(at: Timestamp, what: What) -> Self {
        Self { at, what, changed: true, replaced: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Changed(Changes),
    Paused,
    Resumed,
}

impl What {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Changed(was), Self::Changed(now)) => was.is_same_word(now),
            (was, now) => was == now,
        }
    }
}

/// Why a word that is not refused changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Already {
    /// It was heard when it was said first.
    Heard(Timestamp),
    /// Paused since that instant.
    PausedSince(Timestamp),
    /// The terms of that date say the same.
    SameTerms(NaiveDate),
    /// A newer word stands.
    Overtaken {
        /// What the newer one did.
        what: &'static str,
        /// Instant of the word that stands.
        since: Timestamp,
        /// Instant of this word.
        at: Timestamp,
    },
    /// The plan is over.
    Over(EndCause),
}

pub(super) fn change(
    plan: &Plan,
    at: Timestamp,
    changes: &Changes,
    from: NaiveDate,
) -> Result<Vec<Event>, Refusal> {
    if let Some(before) = plan.changed_at(at) {
        return before.is_same_word(changes).then(Vec::new).ok_or(Refusal::OtherChange(at));
    }
    if plan.changed().is_some_and(|since| at < since) {
        return Ok(vec![]);
    }
    if plan.ended.is_some() {
        return Err(Refusal::Over);
    }
    let from = plan.first_open_date().max(from);
    if plan.says(changes, from) {
        return Ok(vec![Event::WordKept { at, said: Unchanged::Terms(changes.clone()) }]);
    }
    let change = Event::Changed { at, changes: changes.clone(), from };
    Ok(std::iter::once(change).chain(agreed_again(plan, at, changes, from)).collect())
}

/// A recorded change replaces all that was agreed for later days, so that what the word leaves of it is
/// recorded once more.
fn agreed_again(
    plan: &Plan,
    at: Timestamp,
    changes: &Changes,
    from: NaiveDate,
) -> impl Iterator<Item = Event> {
    let mut before = changes.applied(plan.terms_on(from));
    plan.agreed().filter(move |(since, _)| *since > from).filter_map(move |(since, terms)| {
        let terms = changes.applied(terms);
        let changes = Changes::between(&before, &terms);
        before = terms;
        let differs = changes != Changes::default();
        differs.then_some(Event::Changed { at, changes, from: since })
    })
}

pub(super) fn pause(plan: &Plan, at: Timestamp, reason: &Arc<str>) -> Result<Vec<Event>, Refusal> {
    if plan.paused.is_some() {
        let newest = plan.ended.is_none() && plan.paused_last().is_none_or(|since| at > since);
        return Ok(newest
            .then_some(Event::WordKept { at, said: Unchanged::Pause })
            .into_iter()
            .collect());
    }
    if plan.resumed.is_some_and(|since| at <= since) {
        return Ok(vec![]);
    }
    if plan.ended.is_some() {
        return Err(Refusal::Over);
    }
    Ok(vec![Event::Paused { at, reason: reason.clone() }])
}

pub(super) fn resume(plan: &Plan, at: Timestamp, from: NaiveDate) -> Result<Vec<Event>, Refusal> {
    match (plan.paused.and(plan.paused_last()), plan.resumed) {
        (_, Some(since)) if at <= since => Ok(vec![]),
        (Some(_) | None, _) if plan.ended.is_some() => Err(Refusal::Over),
        (Some(paused), _) if at < paused => Err(Refusal::PausedSince(paused)),
        (Some(_), _) => {
            let from = Some(from).filter(|from| *from > at.date());
            Ok(vec![Event::Resumed { at, from }])
        }
        (None, _) => Err(Refusal::NotPaused),
    }
}

impl State {
    /// As it would be after that command; none if it is refused.
    pub fn after(&self, command: &Command) -> Option<Self> {
        let events = RegularPlan::decide(self, command).ok()?;
        events.iter().try_fold(self.clone(), RegularPlan::evolve)
    }

    /// Why that word of an investor changes nothing, where it is neither refused nor followed by anything.
    pub fn already(&self, command: &Command) -> Option<Already> {
        let plan = self.plan()?;
        if let Some(at) = instant(command).filter(|_| plan.heard(command)) {
            return Some(Already::Heard(at));
        }
        let overtaken = |what, at, since: Option<Timestamp>| {
            Some(Already::Overtaken { what, since: since?, at })
        };
        match command {
            Command::Change { at, changes, from } => {
                let from = plan.first_open_date().max(*from);
                let newer = plan.changed().filter(|since| at < since);
                let same = || plan.says(changes, from).then_some(Already::SameTerms(from));
                overtaken("changed", *at, newer).or_else(same)
            }
            Command::Pause { at, .. } => {
                let paused = plan.paused.map(Already::PausedSince);
                paused.or_else(|| overtaken("resumed", *at, plan.resumed))
            }
            Command::Resume { at, .. } => overtaken("resumed", *at, plan.resumed),
            Command::End { .. } => plan.ended.clone().map(Already::Over),
            Command::Open(_)
            | Command::Finish { .. }
            | Command::Begin { .. }
            | Command::Done { .. }
            | Command::Miss { .. } => None,
        }
    }
}

/// When it was asked, of a word that says so.
const fn instant(command: &Command) -> Option<Timestamp> {
    match command {
        Command::Change { at, .. } | Command::Pause { at, .. } | Command::Resume { at, .. } => {
            Some(*at)
        }
        Command::Open(_)
        | Command::End { .. }
        | Command::Finish { .. }
        | Command::Begin { .. }
        | Command::Done { .. }
        | Command::Miss { .. } => None,
    }
}

impl Plan {
    /// Whether that word of an investor was heard, whatever followed from it: it is taken once.
    pub fn heard(&self, command: &Command) -> bool {
        self.knows(command, |_| true)
    }

    /// What that word replaced of what was agreed for later days, if anything: in words.
    pub fn replaced(&self, command: &Command) -> Option<String> {
        let Command::Change { at, .. } = command else { return None };
        let word = self.words.iter().find(|word| word.at == *at && !word.replaced.is_empty())?;
        let one = |(from, was): &(NaiveDate, Changes)| format!("{was} from {from} on");
        let all: Vec<_> = word.replaced.iter().map(one).collect();
        Some(format!("replaces what was agreed for later days: {}", all.join("; ")))
    }

    pub(super) fn replaced_by(
        &self,
        changes: &Changes,
        from: NaiveDate,
        said_on: NaiveDate,
    ) -> Vec<(NaiveDate, Changes)> {
        let mut before = self.terms_on(from.pred_opt().unwrap_or(from));
        let mut replaced = Vec::new();
        let later = |since: &NaiveDate| *since >= from && *since > said_on;
        for (since, terms) in self.agreed().filter(|(since, _)| later(since)) {
            let was = Changes::between(before, terms).undone_by(changes);
            before = terms;
            if was != Changes::default() {
                replaced.push((since, was));
            }
        }
        replaced
    }

    /// Whether anything followed from that word when it was heard; nothing of one that said what was so
    /// already.
    pub fn followed(&self, command: &Command) -> bool {
        self.knows(command, |word| word.changed)
    }

    fn knows(&self, command: &Command, counts: impl Fn(&Word) -> bool) -> bool {
        let said = |at: &Timestamp, what: &What| {
            let is_it = |word: &&Word| word.at == *at && word.what.is_same(what);
            self.words.iter().filter(is_it).any(&counts)
        };
        match command {
            Command::Change { at, changes, .. } => said(at, &What::Changed(changes.clone())),
            Command::Pause { at, .. } => said(at, &What::Paused),
            Command::Resume { at, .. } => said(at, &What::Resumed),
            Command::End { reason } => {
                matches!(&self.ended, Some(EndCause::Asked { reason: first }) if first == reason)
            }
            Command::Open(_)
            | Command::Finish { .. }
            | Command::Begin { .. }
            | Command::Done { .. }
            | Command::Miss { .. } => false,
        }
    }

    /// When terms were last asked for, other ones or those in force.
    fn changed(&self) -> Option<Timestamp> {
        self.newest(|what| matches!(what, What::Changed(_)))
    }

    /// When a pause was last asked for.
    fn paused_last(&self) -> Option<Timestamp> {
        self.newest(|what| *what == What::Paused)
    }

    fn newest(&self, is_one: impl Fn(&What) -> bool) -> Option<Timestamp> {
        self.words.iter().filter(|word| is_one(&word.what)).map(|word| word.at).max()
    }

    pub(super) fn changed_at(&self, at: Timestamp) -> Option<&Changes> {
        self.words.iter().filter(|word| word.at == at).find_map(|word| match &word.what {
            What::Changed(changes) => Some(changes),
            What::Paused | What::Resumed => None,
        })
    }

    /// Whether all terms from that date on say already what the changes say, also those that were agreed
    /// for later days: whatever else these say stays.
    fn says(&self, changes: &Changes, from: NaiveDate) -> bool {
        let later = self.terms_after(from);
        let mut terms = std::iter::once(self.terms_on(from)).chain(later);
        terms.all(|terms| changes.applied(terms) == *terms)
    }
}

impl fmt::Display for Already {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Already::Heard(at) => write!(out, "this word of {at} was heard before"),
            Already::PausedSince(since) => write!(out, "the plan is paused since {since}"),
            Already::SameTerms(from) => {
                write!(out, "the plan has these terms already for dates from {from} on")
            }
            Already::Overtaken { what, since, at } => write!(
                out,
                "the plan was {what} by a newer word, of {since}, and this one is of {at}: to have it \
                 otherwise now, give an instant after that"
            ),
            Already::Over(EndCause::Asked { reason }) => {
                write!(out, "the plan is over, as asked: {reason}")
            }
            Already::Over(EndCause::Misses { in_a_row }) => {
                let dates = counted(*in_a_row, "date", "dates in a row");
                write!(out, "the plan is over after {dates} that came to nothing")
            }
            Already::Over(EndCause::Finished) => {
                write!(out, "the plan is over: its dates are used up")
            }
        }
    }
}
