//! Sagas as a whole, once everything was heard: whom they wait for, what they owe, whose their
//! streams are, and whether what the books hold of them fits their end.

use super::{Audit, Check, Owner, trail::Trail};
use fundflow_kernel::{
    envelope::StreamName,
    ids::TransactionId,
    loaded::with_sources,
    store::{EventStore, ReadError},
};
use fundflow_runtime::{
    grounds::Groundless,
    liveness::Wait,
    look::{Look, LookError},
    saga::OpenEnd,
};
use std::collections::{BTreeSet, HashSet};

/// The end of a saga that is what its customer has too much.
const OVERPAID: &str = "overpaid";

impl Audit<'_> {
    /// Looks at every saga of a registered kind, as what was heard leaves it.
    pub(super) async fn look_at_sagas<S: EventStore>(
        &mut self,
        store: &S,
    ) -> Result<(), ReadError> {
        let (mut claimed, mut categories) = (HashSet::new(), BTreeSet::new());
        let mut unread = BTreeSet::new();
        for owner in self.sagas.clone() {
            let Some(kind) = self.registry.get(&owner.0) else { continue };
            self.report.counts.sagas += 1;
            let look = self.memory.look(store, &self.trails, (&owner, kind)).await?;
            let look = match look {
                Ok(look) => look,
                Err(error) => {
                    self.report.counts.unfinished += 1;
                    self.unreadable(&owner, &error);
                    unread.insert(owner);
                    continue;
                }
            };
            for stream in &look.own_streams {
                categories.insert(stream.category().to_owned());
                claimed.insert(stream.clone());
            }
            self.saga(&owner, &look);
            let differs = look.income_given.map(|said| self.books.given.differs(&owner.1, said));
            for what in differs.into_iter().flatten() {
                self.find_of(&owner, Check::Grounds, what);
            }
        }
        claimed.extend(self.begun_by_any(&unread));
        self.unclaimed(&claimed, &categories);
        Ok(())
    }

    /// Streams of sagas that cannot say which are theirs.
    fn begun_by_any(&self, owners: &BTreeSet<Owner>) -> Vec<StreamName> {
        let of = |trail: &Trail| trail.owner.as_ref().is_some_and(|owner| owners.contains(owner));
        let theirs = self.trails.iter().filter(|(_, trail)| of(trail));
        theirs.map(|(stream, _)| stream.clone()).collect()
    }

    /// What is wrong with one of its streams was said when it was heard.
    fn unreadable(&mut self, owner: &Owner, error: &LookError) {
        let broken = |trail: &Trail| trail.broken && trail.owner.as_ref() == Some(owner);
        if self.trails.values().any(broken) || self.report.has(Check::Readable) {
            return;
        }
        self.find_of(owner, Check::Saga, format!("it cannot be read: {}", with_sources(error)));
    }

    fn find_of(&mut self, (kind, transaction): &Owner, check: Check, what: String) {
        self.report.add(check, format!("{kind} {transaction}"), what, None);
    }

    fn saga(&mut self, owner: &Owner, look: &Look) {
        if look.finished {
            self.books.finished(owner.1.clone());
        } else {
            self.report.counts.unfinished += 1;
        }
        if !look.finished && look.waits.is_empty() {
            let what = "it is not over and waits for nothing".to_owned();
            self.find_of(owner, Check::Liveness, what);
        }
        for wait in look.waits.iter().filter(|wait| !wait.is_alive()) {
            self.find_of(owner, Check::Liveness, forgotten(wait));
        }
        if self.books.explained.has_open_case(&owner.1) {
            self.books.transit.ends(&owner.1, look);
        }
        let reported = look.open_ends.iter().filter(|end| look.given_up.contains(&end.name));
        for end in reported.filter(|end| *end.name == *OVERPAID) {
            self.books.explained.is_overpaid(owner.1.clone(), end.worth);
        }
        let left = look.open_ends.iter().filter(|end| !look.given_up.contains(&end.name));
        // What was given up, or corrected after the end, may still be on its way; so may money that came
        // after it, for which somebody is called or a person waited for.
        let late = !look.given_up.is_empty() || self.books.explained.has_case(&owner.1);
        let moving = |wait: &Wait| {
            matches!(wait, Wait::Answer { .. } | Wait::Timer(_) | Wait::Operator { .. })
        };
        let moves = look.waits.iter().any(|wait| moving(wait) || (late && wait.is_alive()));
        if look.ending.is_some() && !moves {
            // What waits for a case to be closed has its owner: whoever closes it.
            let left: Vec<_> = left.collect();
            let cased = !left.is_empty() && self.books.explained.has_open_case(&owner.1);
            if cased {
                self.report.counts.ends_left_to_cases += left.len() as u64;
            }
            for end in left.into_iter().filter(|_| !cased) {
                let what = format!("it is over, and {} ({}) is open", end.name, end.worth);
                self.find_of(owner, Check::OpenEnds, what);
            }
            if look.given_up.is_empty() {
                self.books.ended(owner.1.clone(), owner.0.clone());
            } else {
                let has = |end: &&OpenEnd| look.given_up.contains(&end.name);
                let worths = look.open_ends.iter().filter(has).map(|end| end.worth).collect();
                self.books.explained.gives_up(owner.1.clone(), worths);
            }
        }
        for stream in &look.own_streams {
            self.owned(owner, stream);
        }
        for what in &look.not_there {
            self.find_of(owner, Check::Grounds, what.clone());
        }
        for Groundless { stream, version, position, why } in &look.groundless {
            let place = format!("{stream} version {version} (position {position})");
            self.report.add(Check::Grounds, place, why.to_string(), None);
        }
    }

    /// A stream that may belong to no other saga.
    fn owned(&mut self, owner: &Owner, stream: &StreamName) {
        let Some(trail) = self.trails.get(stream) else { return };
        let mut findings = Vec::new();
        if let Some((kind, transaction)) = trail.owner.as_ref().filter(|first| *first != owner) {
            findings.push(format!("its stream {stream} was begun by {kind} {transaction}"));
        } else if let Some((position, (kind, transaction))) =
            trail.stranger.as_ref().filter(|(_, (_, who))| !is_part_of(who, &owner.1))
        {
            let what = format!("{kind} {transaction} wrote to its stream {stream} at {position}");
            findings.push(what);
        }
        for what in findings {
            self.find_of(owner, Check::Saga, what);
        }
    }

    /// Streams whose saga is not there, or does not know them.
    fn unclaimed(&mut self, claimed: &HashSet<StreamName>, categories: &BTreeSet<String>) {
        let mut findings = Vec::new();
        for (stream, trail) in &self.trails {
            let Some(owner) = &trail.owner else { continue };
            let foreign = self.registry.get(&owner.0).is_none();
            if foreign || trail.broken || claimed.contains(stream) {
                continue;
            }
            if self.sagas.contains(owner) && categories.contains(stream.category()) {
                findings.push((owner.clone(), format!("{stream} is its stream, and it says not")));
            }
        }
        // A request that cannot be read was said.
        let unprepared = std::mem::take(&mut self.unprepared).into_iter();
        for (owner, place) in unprepared.filter(|_| !self.report.has(Check::Readable)) {
            let what = if self.sagas.contains(&owner) {
                format!("it wrote {place} before anything was asked of it")
            } else {
                format!("it wrote {place}, and it never was")
            };
            findings.push((owner, what));
        }
        findings.sort();
        for (owner, what) in findings {
            self.find_of(&owner, Check::Saga, what);
        }
    }
}

/// Whether one transaction is a part of the other, as an occurrence is of its plan: it acts for it.
fn is_part_of(part: &TransactionId, whole: &TransactionId) -> bool {
    let rest = part.as_str().strip_prefix(whole.as_str());
    rest.is_some_and(|rest| rest.starts_with('.'))
}

fn forgotten(wait: &Wait) -> String {
    match wait {
        Wait::Nobody { row } => {
            format!("it stands at {row}, our own move, with no timer, effect or hold")
        }
        Wait::UnknownTable { table } => format!("it is on table {table}, which is not known here"),
        Wait::Answer { row, .. }
        | Wait::Word { row, .. }
        | Wait::Time { row, .. }
        | Wait::Requester { row }
        | Wait::Others { row }
        | Wait::Operator { row, .. } => format!("it waits at {row}"),
        Wait::Timer(retry) => format!("it waits at {}", retry.row),
    }
}
