//! One play: a queue of instants around the runner.

use super::{
    Days, Fallen, Moment, Plan, Played, Profile,
    fault::{Chance, Fault, mark},
    store::saga_of,
    watch::{Untrue, Watch},
};
use crate::{counterparties::Counterparties, shell::Shell};
use chrono::{NaiveDate, NaiveTime};
use fundflow_kernel::{ids::TransactionId, time::Timestamp};
use fundflow_runtime::{
    breaker::Limits,
    message::{Effect, Output, SagaId, Ticket, What},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    fmt::Display,
    sync::Arc,
};

/// What a failure says of what came before it.
const REMEMBERED: usize = 40;

/// What happens at an instant.
pub(super) enum Due {
    /// The moment at that place is said, for the first time or again.
    Said(usize),
    /// A call of that process arrives.
    Acts(Box<Effect>, u32),
    /// That comes in; an answer that only its own process waits for, if one is named.
    Hears(What, Option<u32>),
    /// What was held is stored.
    Drain,
    News,
    /// Somebody looks at what is stored, and asks for what follows.
    Daily,
    People,
    Jump(NaiveDate),
    /// The clock jumps from before the cut-off to behind it.
    Over(NaiveDate),
    SetBack(NaiveDate),
    SetRight,
    Whole,
}

/// Somebody who asked.
pub(super) struct Asking {
    pub(super) words: Arc<str>,
    is_request: bool,
    pub(super) stands: Stands,
}

/// How far somebody has got who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    Unasked,
    /// Without a reply.
    Asked,
    /// With a reply that places nothing.
    Answered,
    Placed,
}

impl Asking {
    fn of(moment: &Moment) -> Self {
        let (words, is_request) =
            (moment.words.clone(), matches!(moment.what, What::Request { .. }));
        Self { words, is_request, stands: Stands::Unasked }
    }

    /// Whoever has asked for a saga and has no reply asks again.
    fn waits(&self) -> bool {
        self.is_request && self.stands == Stands::Asked
    }
}

pub(super) struct Play<'a, C> {
    pub(super) days: &'a Days<C>,
    pub(super) plan: &'a Plan,
    pub(super) shell: Shell,
    pub(super) counterparties: C,
    pub(super) chance: Chance<'a>,
    pub(super) watch: Watch<'a>,
    queue: BTreeMap<(Timestamp, u64), Due>,
    scheduled: u64,
    /// Which process runs, counted from 0.
    pub(super) process: u32,
    pub(super) ahead: VecDeque<Output>,
    pub(super) asking: Vec<Asking>,
    /// Moments behind those of the plan: what is asked for each day.
    daily: Vec<Moment>,
    /// Kind and transaction of those that are over and owe nothing.
    pub(super) over: HashSet<(Arc<str>, TransactionId)>,
    /// Sagas that are not known to be over.
    pub(super) today: BTreeSet<SagaId>,
    pub(super) found: Played,
    /// Whether anything is noted: only a play that is known to fail is read by anybody.
    remembers: bool,
    last: VecDeque<(Timestamp, String)>,
}

fn at(date: NaiveDate, hour: u32, minute: u32) -> Timestamp {
    Timestamp::shanghai(date, NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default())
}

impl<'a, C: Counterparties> Play<'a, C> {
    pub(super) fn of(days: &'a Days<C>, plan: &'a Plan, profile: Profile) -> Self {
        let start = days.dates.first().map_or_else(Timestamp::default, |date| at(*date, 8, 0));
        // In every other house hardly any saga stays in memory while it waits.
        let awake = if plan.house.is_multiple_of(2) { usize::MAX } else { 1 };
        Self {
            days,
            plan,
            shell: Shell::new(days.kinds.clone(), Limits::default(), start).awake(awake),
            counterparties: days.counterparties.clone(),
            chance: Chance::new(plan.start(), profile, plan.strikes.as_ref()),
            watch: Watch::of(days),
            queue: BTreeMap::new(),
            scheduled: 0,
            process: 0,
            ahead: VecDeque::new(),
            asking: days.moments.iter().map(Asking::of).collect(),
            daily: Vec::new(),
            over: HashSet::new(),
            today: BTreeSet::new(),
            found: Played::default(),
            remembers: false,
            last: VecDeque::new(),
        }
    }

    /// The same, and whoever reads of its failure hears what came before.
    pub(super) fn remembering(mut self) -> Self {
        self.remembers = true;
        self
    }

    pub(super) fn run(mut self) -> Result<Played, Box<Fallen>> {
        match self.plays() {
            Ok(()) => {
                let log = &self.shell.log;
                let fold = |links, event: &fundflow_kernel::envelope::Recorded| {
                    event.event.chain.0.iter().fold(links, |links: u64, byte| {
                        (links ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
                    })
                };
                let links = log.events().fold(mark(0, ""), fold);
                let events = log.len();
                let (coverage, struck) = (self.watch.coverage, self.chance.struck);
                Ok(Played { events, coverage, links, struck, ..self.found })
            }
            Err((name, what)) => Err(Box::new(Fallen {
                truth: name.to_owned(),
                what,
                at: self.shell.now,
                last: self.last.iter().map(|(at, line)| format!("{at} {line}")).collect(),
                struck: self.chance.struck,
            })),
        }
    }

    fn plays(&mut self) -> Result<(), Untrue> {
        for (place, moment) in self.days.moments.iter().enumerate() {
            if self.plan.has(place) {
                self.schedule(moment.at, Due::Said(place));
            }
        }
        for date in &self.days.dates {
            self.hours(*date);
            let minute = self.chance.dice(&format!("jump {date}")).below(12 * 60);
            let minute = u32::try_from(minute).unwrap_or_default();
            self.schedule(at(*date, 9 + minute / 60, minute % 60), Due::Jump(*date));
            let minute = self.chance.dice(&format!("over {date}")).below(60);
            let minute = u32::try_from(minute).unwrap_or_default();
            self.schedule(at(*date, 14, minute), Due::Over(*date));
            let minute = self.chance.dice(&format!("set back {date}")).below(12 * 60);
            let minute = u32::try_from(minute).unwrap_or_default();
            self.schedule(at(*date, 9 + minute / 60, minute % 60), Due::SetBack(*date));
            self.schedule(at(*date, 23, 30), Due::Whole);
        }
        self.until_empty()?;
        self.chance.calm = true;
        for (nth, date) in self.days.after.iter().enumerate() {
            if self.is_over() && !self.is_to_come(&self.days.after[nth..]) {
                break;
            }
            self.nobody_has_answered();
            self.hours(*date);
            self.until_empty()?;
        }
        self.whole()?;
        self.again_by_the_log_alone()?;
        self.end()
    }

    /// Whether anything is going to be asked for on one of these days, by what is stored.
    fn is_to_come(&self, days: &[NaiveDate]) -> bool {
        days.iter().any(|date| !(self.days.daily)(&self.shell.log, at(*date, 9, 45)).is_empty())
    }

    fn is_over(&mut self) -> bool {
        !self.asking.iter().any(Asking::waits) && self.ahead.is_empty() && self.is_at_rest()
    }

    /// The hours at which something happens on any day.
    fn hours(&mut self, date: NaiveDate) {
        for hour in [8, 9, 10, 12, 14, 15, 16, 18, 20, 22] {
            self.schedule(at(date, hour, 5), Due::News);
        }
        self.schedule(at(date, 9, 45), Due::Daily);
        self.schedule(at(date, 17, 30), Due::Daily);
        self.schedule(at(date, 16, 30), Due::People);
    }

    pub(super) fn schedule(&mut self, at: Timestamp, due: Due) {
        self.scheduled += 1;
        self.queue.insert((at, self.scheduled), due);
    }

    /// Lets everything happen that is due, timers among it, until nothing is left but timers.
    fn until_empty(&mut self) -> Result<(), Untrue> {
        while let Some((next, _)) = self.queue.first_key_value().map(|(key, _)| *key) {
            let timer = self.shell.runner.next_timer();
            // After a jump some are overdue; while the clock is behind, they are late.
            let timer = timer.map(|timer| self.shell.outside(timer));
            if timer.is_some_and(|timer| timer <= next.max(self.shell.now)) {
                self.drain()?;
                if let Some(output) = self.shell.decide_to_ring() {
                    self.counterparties.notes(self.shell.now);
                    self.queue(output)?;
                }
                continue;
            }
            let Some(((at, _), due)) = self.queue.pop_first() else { break };
            self.shell.now = self.shell.now.max(at);
            self.happens(due)?;
        }
        Ok(())
    }

    fn happens(&mut self, due: Due) -> Result<(), Untrue> {
        match due {
            Due::Said(place) => self.says(place),
            Due::Acts(effect, process) => self.acts(*effect, process),
            Due::Hears(what, process) => match process {
                Some(process) if process != self.process => Ok(()),
                Some(_) | None => self.decide(0, what),
            },
            Due::Drain => self.drain(),
            Due::News => self.news(),
            Due::Daily => self.follows(),
            Due::People => self.people(),
            Due::Whole => self.whole(),
            Due::Jump(date) => self.jumps(&date, 2 * 1440),
            Due::Over(date) => self.jumps(&format!("{date} over the cut-off"), 60 + 30),
            Due::SetBack(date) => self.is_set_back(date),
            Due::SetRight => {
                self.shell.behind = 0;
                Ok(())
            }
        }
    }

    fn says(&mut self, place: usize) -> Result<(), Untrue> {
        let behind = place.checked_sub(self.days.moments.len());
        let moment = behind.map_or_else(|| &self.days.moments[place], |nth| &self.daily[nth]);
        let Moment { words, what, .. } = moment.clone();
        let first = self.asking[place].stands == Stands::Unasked;
        if first {
            self.asking[place].stands = Stands::Asked;
        }
        if first && self.strikes(Fault::AskedAgain, &words, &[]) {
            self.schedule(self.shell.now.plus_millis(3_600_000), Due::Said(place));
        }
        self.note(|| words.to_string());
        let ticket = Ticket::try_from(place + 1).unwrap_or_default();
        self.decide(ticket, what)
    }

    /// What somebody asks for who looks at what is stored.
    fn follows(&mut self) -> Result<(), Untrue> {
        for moment in (self.days.daily)(&self.shell.log, self.shell.now) {
            let place = self.asking.len();
            self.asking.push(Asking::of(&moment));
            self.daily.push(moment);
            self.says(place)?;
        }
        Ok(())
    }

    /// Whoever has asked and has no reply asks again.
    pub(super) fn nobody_has_answered(&mut self) {
        let open = self.asking.iter().enumerate().filter(|(_, it)| it.waits());
        let again: Vec<usize> = open.map(|(at, _)| at).collect();
        for place in again {
            self.schedule(self.shell.now.plus_millis(30_000), Due::Said(place));
        }
    }

    pub(super) fn decide(&mut self, ticket: Ticket, what: What) -> Result<(), Untrue> {
        self.looks_at_clock()?;
        if self.shell.is_untimely(&what) {
            self.refuses(ticket);
            return Ok(());
        }
        let output = self.shell.decide(ticket, what);
        self.queue(output)
    }

    /// Whether it goes wrong; noted for these sagas.
    pub(super) fn strikes(
        &mut self,
        fault: Fault,
        with: &dyn Display,
        sagas: &[(String, TransactionId)],
    ) -> bool {
        if !self.chance.strikes(fault, with) {
            return false;
        }
        *self.found.faults.entry(fault).or_default() += 1;
        for saga in sagas.iter().filter_map(|saga| saga_of(&self.days.kinds, saga)) {
            self.watch.strikes(fault, &saga);
        }
        self.note(|| format!("fault: {}: {with}", fault.name()));
        true
    }

    /// What happens, where somebody is going to read it.
    pub(super) fn note(&mut self, line: impl FnOnce() -> String) {
        if !self.remembers {
            return;
        }
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back((self.shell.now, line()));
    }
}
