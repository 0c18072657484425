//! Joins both sides page by page, and says of each break what is to become of its case.
//!
//! 1. A page of breaks is applied and marked before the next page is read, so memory stays bounded and who dies repeats
//!    no more than a page.
//! 2. A record or an event counts as covered by a case only where that case is in the log.

use super::{
    PROGRAM,
    apply::Deed,
    figures::Tally,
    found::{Becomes, BreakRow, Found},
    gather::{Day, Gathered},
    known::{Known, Ours, Stands},
};
use fundflow_domain::case::{
    CaseId, Closing, How, Kind, Name, Proposal, Remark, Reopening, Severity, Side,
};
use fundflow_infrastructure::reconciled::{Group, Staging, StagingError};
use fundflow_reconciliation::{
    breaks::Break,
    coverage::Both,
    explained::Disputed,
    join::{Join, Judged, judge},
    report,
    row::{Row, Stand, Value},
    rules::short,
    source::Source,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// Breaks that a list shows; all are counted.
const SHOWN: usize = 1000;

/// The mark of how far both sides are joined, and what is remembered with it: cases that break again or anew, those that a
/// record answers, breaks of the list.
const JOINED: &str = "joined";
const MET: &str = "met";
const ANSWERS: &str = "answers";
const LISTED: &str = "listed";

/// A run over both sides.
pub(super) struct Run<'a> {
    pub(super) day: &'a Day<'a>,
    pub(super) known: Known,
    /// Whether deeds are done: what is only planned covers nothing.
    pub(super) applies: bool,
    pub(super) found: Found,
    pub(super) deeds: Vec<Deed>,
    pub(super) tally: Tally,
    disputed: Disputed,
    /// The record that joins what a case was opened about.
    answers: BTreeMap<CaseId, CaseId>,
    /// What was met or answered since the last mark.
    news: News,
}

/// What a run remembers of cases.
#[derive(Debug, Default)]
struct News {
    met: Vec<CaseId>,
    answers: Vec<(CaseId, CaseId)>,
    /// How many breaks of the list are put aside.
    listed: usize,
}

/// How far a run has come.
#[derive(Debug, Serialize, Deserialize)]
struct Joined<'a> {
    after: (Source, String),
    found: Cow<'a, Found>,
    tally: Cow<'a, Tally>,
    disputed: Cow<'a, Disputed>,
}

impl<'a> Run<'a> {
    pub(super) fn new(day: &'a Day<'a>, known: Known, applies: bool) -> Self {
        let (found, deeds, answers) = (Found::default(), Vec::new(), BTreeMap::new());
        let (tally, disputed, news) = (Tally::default(), Disputed::default(), News::default());
        Self { day, known, applies, found, deeds, tally, disputed, answers, news }
    }

    /// Takes over what was loose before anything was joined, or what an earlier run has joined: the key behind which it
    /// goes on.
    pub(super) fn begin(
        &mut self,
        gathered: &mut Gathered,
        late: &[Break],
    ) -> Result<Option<(Source, String)>, StagingError> {
        let staging = &gathered.staging;
        let Some(joined) = staging.marked::<Joined<'_>>(JOINED)? else {
            self.found.coverage = gathered.so_far.coverage.clone();
            self.found.files.clone_from(&gathered.so_far.files);
            self.broken(late);
            return Ok(None);
        };
        self.found = joined.found.into_owned();
        self.tally = joined.tally.into_owned();
        self.disputed = joined.disputed.into_owned();
        self.found.rows = staging.notes(LISTED)?.into_iter().map(|(_, row)| row).collect();
        self.news.listed = self.found.rows.len();
        for (_, case) in staging.notes::<CaseId>(MET)? {
            self.known.met(case);
        }
        for (_, (case, by)) in staging.notes::<(CaseId, CaseId)>(ANSWERS)? {
            self.answers.insert(case, by);
        }
        Ok(Some(joined.after))
    }

    /// Says how far it has come, once all that follows from it is in the log.
    pub(super) fn mark(
        &mut self,
        staging: &mut Staging,
        after: &(Source, String),
    ) -> Result<(), StagingError> {
        for case in self.news.met.drain(..) {
            staging.note(MET, &case.to_string(), &case)?;
        }
        for (case, by) in self.news.answers.drain(..) {
            staging.note(ANSWERS, &case.to_string(), &(case, by))?;
        }
        for (nth, row) in self.found.rows.iter().enumerate().skip(self.news.listed) {
            staging.note(LISTED, &format!("{nth:06}"), row)?;
        }
        self.news.listed = self.found.rows.len();
        let (found, tally) = (Cow::Borrowed(&self.found), Cow::Borrowed(&self.tally));
        let disputed = Cow::Borrowed(&self.disputed);
        staging.mark(JOINED, &Joined { after: after.clone(), found, tally, disputed })
    }

    fn answer(&mut self, case: CaseId, by: CaseId) {
        self.answers.insert(case, by);
        self.news.answers.push((case, by));
    }

    /// Judges a group of rows.
    pub(super) fn group(&mut self, group: Group, reached: &BTreeMap<Source, chrono::NaiveDate>) {
        let reached = reached.get(&group.source).copied().unwrap_or(self.day.date);
        self.tally.add(&group, self.day.date, reached);
        let Group { source, key, rows } = group;
        let is_nothing = source == Source::Holdings && rows.iter().all(has_nothing);
        let judged = judge(self.day.rules.source(source), &key, rows, reached);
        let Judged { joins, breaks, awaited, events_met } = judged;
        let both = breaks.iter().filter(|it| it.record.is_some()).filter_map(event_of);
        let both = both.collect::<BTreeSet<_>>().len();
        let covered = self.found.coverage.of(source);
        covered.awaited += awaited.len() as u64;
        // Several files may say the same of one event; it is one event all the same.
        covered.events.joined += events_met.saturating_sub(both) as u64;
        for join in &joins {
            covered.records.joined += u64::from(join.record.parts);
        }
        for join in &joins {
            self.doubted(source, join);
        }
        if let Some(join) = joins.first() {
            let by = Break::record_case(source, &key, &join.record);
            for case in self.known.under(source, &key) {
                self.answer(case, by);
            }
        }
        if is_nothing {
            // No record says that an account is empty: nothing is different where we have none of it, either.
            let date = self.day.date;
            let is_earlier =
                |case: &CaseId| self.known.ours.get(case).is_some_and(|it| it.day < date);
            let earlier = self.known.under(source, &key).into_iter().filter(is_earlier);
            for case in earlier.collect::<Vec<_>>() {
                self.answer(case, case);
            }
        }
        self.broken(&breaks);
    }

    /// What agrees and is in doubt all the same, since the engine has an open case about it, is covered by that case.
    fn doubted(&mut self, source: Source, join: &Join) {
        let Some(order) = &join.event.order else { return };
        let Some((case, kind)) = self.known.doubted(source, order) else { return };
        let (parts, event) = (u64::from(join.record.parts), u64::from(is_event(Some(&join.event))));
        let Both { records, events, .. } = self.found.coverage.of(source);
        (records.joined, records.by_case) = (records.joined - parts, records.by_case + parts);
        let moved = event.min(events.joined);
        (events.joined, events.by_case) = (events.joined - moved, events.by_case + moved);
        *self.found.kinds.entry(kind.as_str().to_owned()).or_default() += 1;
        *self.found.becomes.entry(Becomes::Engines).or_default() += 1;
        if self.found.rows.len() < SHOWN {
            self.found.rows.push(BreakRow {
                case,
                becomes: Becomes::Engines,
                source,
                kind: kind.as_str().to_owned(),
                side: Side::Both,
                severity: Severity::High,
                transaction: join.event.transaction.clone(),
                order: join.event.order.clone(),
                fund: join.event.fund,
                money: Decimal::ZERO,
                shares: Decimal::ZERO,
                what: format!("record {} of {} is in doubt", join.record.record, join.record.place),
            });
        }
    }

    /// Breaks of one key. What several files say word for word, or one file says three times, is one break with one case;
    /// each record of it is covered by that.
    fn broken(&mut self, breaks: &[Break]) {
        let (mut cases, mut events) = (BTreeMap::new(), BTreeSet::new());
        for found in breaks {
            self.tally.broken(found);
            let is_first = !cases.contains_key(&found.case);
            let (becomes, case, covers) =
                *cases.entry(found.case).or_insert_with(|| self.becomes(found));
            // Settled by a person, it explains the same sum as before.
            self.disputed.add(case, found);
            let covered = self.found.coverage.of(found.source);
            if covers {
                let parts = found.record.as_ref().map_or(0, |row| u64::from(row.parts));
                covered.records.by_case += parts;
                let event = event_of(found);
                covered.events.by_case += u64::from(event.is_some_and(|it| events.insert(it)));
            }
            if is_first {
                self.listed(found, becomes, case);
            }
        }
    }

    fn listed(&mut self, found: &Break, becomes: Becomes, case: CaseId) {
        *self.found.kinds.entry(short(found.kind).to_owned()).or_default() += 1;
        *self.found.becomes.entry(becomes).or_default() += 1;
        if self.found.rows.len() < SHOWN {
            let rules = self.day.rules.source(found.source);
            let known = found.known();
            self.found.rows.push(BreakRow {
                case,
                becomes,
                source: found.source,
                kind: short(found.kind).to_owned(),
                side: found.side(),
                severity: rules.treatment(found.kind).severity,
                transaction: known.and_then(|row| row.transaction.clone()),
                order: known.and_then(|row| row.order.clone()),
                fund: known.and_then(|row| row.fund),
                money: found.money(),
                shares: found.shares(),
                what: found.what.clone(),
            });
        }
    }

    /// What becomes of the case, which one it is, and whether it is in the log then.
    fn becomes(&mut self, found: &Break) -> (Becomes, CaseId, bool) {
        let (words, planned) = (self.words(), self.applies);
        if let Some(case) = self.disputed.explains(found) {
            // A case of its own, of when nothing explained it, is answered by that one.
            self.answer(found.case, case);
            return (Becomes::Explained, case, planned || self.known.is_there(case));
        }
        if let Some(ours) = self.known.ours.get_mut(&found.case) {
            ours.is_found = true;
            self.news.met.push(found.case);
            let is_the_days = ours.day == self.day.date;
            let (becomes, covers) = match &ours.stands {
                Stands::Open => (Becomes::Open, true),
                // A later day's files answered it, and they hold.
                Stands::Answered(why) if !(is_the_days && why.starts_with(&words)) => {
                    (Becomes::Settled, true)
                }
                Stands::Answered(_) => (Becomes::Reopened, planned),
                Stands::Settled => (Becomes::Settled, true),
            };
            if becomes == Becomes::Reopened {
                let reason = format!("{words} say so again, {}", ours.reopened + 1);
                let reopening =
                    Reopening { by: Name::lossy(PROGRAM), reason: Remark::lossy(reason) };
                self.deeds.push(Deed::Reopen(found.case, reopening));
            }
            return (becomes, found.case, covers);
        }
        if let Some(case) = self.known.engines(found) {
            return (Becomes::Engines, case, true);
        }
        self.news.met.push(found.case);
        let rules = self.day.rules.source(found.source);
        let report = report::report(found, self.day.now);
        let proposal: Proposal = report::proposal(rules, found, self.day.date);
        self.deeds.push(Deed::Open(Box::new(report), Box::new(proposal)));
        (Becomes::Opened, found.case, planned)
    }

    fn words(&self) -> String {
        format!("the files of {}", self.day.date)
    }

    /// Closes what nothing breaks any more: what this day's files opened, and what a record of theirs joins.
    pub(super) fn end(&mut self) {
        let words = self.words();
        let date = self.day.date;
        // In the order of their IDs, so that a run that is repeated writes the same log.
        let known: BTreeMap<&CaseId, &Ours> = self.known.ours.iter().collect();
        for (case, ours) in known {
            if ours.is_found || ours.stands != Stands::Open {
                continue;
            }
            let by = self.answers.get(case).copied();
            // Without its file nothing says that what a case is about is gone.
            let is_read = !self.absent(&ours.source);
            let is_gone = ours.day == date && is_read;
            if by.is_none() && !is_gone {
                continue;
            }
            let whole = format!("reconciliation\n{}\n{}\n{date}\nfiles", ours.source, ours.key);
            // Where our side came up with the record, no other record corrects it.
            let by_record =
                by.filter(|by| by != case).unwrap_or_else(|| CaseId::of(whole.as_bytes()));
            let how = How::Corrected { by_record };
            let kind: Kind = ours.kind;
            let reason = format!(
                "{words} answer it: no break {} any more, {}",
                short(kind),
                ours.reopened + 1
            );
            let closing = Closing { how, by: Name::lossy(PROGRAM), reason: Remark::lossy(reason) };
            self.deeds.push(Deed::Close(*case, closing));
            self.found.answered += 1;
        }
    }

    fn absent(&self, source: &str) -> bool {
        let of = |it: &Source| it.name() == source;
        let known = self.found.coverage.sources.iter().find(|(source, _)| of(source));
        known.is_none_or(|(_, both)| both.absent)
    }
}

/// Our side of an account in which we have no shares.
fn has_nothing(row: &Row) -> bool {
    let is_zero = |name| matches!(row.values.get(name), Some(Value::Number(it)) if it.is_zero());
    !row.is_record() && is_zero("registered") && is_zero("frozen")
}

/// Which event of ours breaks, where one does.
fn event_of(found: &Break) -> Option<(&str, &str)> {
    let event = found.event.as_ref().filter(|row| is_event(Some(row)))?;
    Some((&event.place, &event.record))
}

fn is_event(row: Option<&Row>) -> bool {
    row.is_some_and(|row| matches!(row.stand, Stand::Event { .. }))
}
