//! What a case remembers of each fact. Judges nothing; `None` means no decider wrote this.

use super::{Case, Closing, Event, Finding, Name, Proposal, Report, State};
use crate::time::Timestamp;

pub(super) fn evolve(state: State, event: &Event) -> Option<State> {
    use {Event as E, State as S};
    match (state, event) {
        (S::Absent, E::Opened(report)) => opened(report),

        (S::Open(case), E::SeenAgain { at }) => Some(S::Open(seen_again(case, *at)?)),
        (S::Closed(case, closing), E::SeenAgain { at }) => {
            Some(S::Closed(seen_again(case, *at)?, closing))
        }
        (S::Open(case), E::Widened { at, findings }) => {
            Some(S::Open(widened(case, *at, findings)?))
        }
        (S::Open(case), E::FiguresChanged { finding, .. }) => figures_changed(case, finding),
        (S::Open(case), E::Assigned { owner, .. }) => assigned(case, owner),
        (S::Open(case), E::Proposed(proposal)) => proposed(case, proposal),
        (S::Open(mut case), E::Noted(note)) => {
            case.notes.push(note.clone());
            Some(S::Open(case))
        }
        (S::Closed(mut case, closing), E::Noted(note)) => {
            case.notes.push(note.clone());
            Some(S::Closed(case, closing))
        }

        (S::Open(case), E::Closed(closing)) => closed(case, closing),
        (S::Closed(mut case, closing), E::Reopened(reopening)) => {
            case.overturned.push(closing);
            case.reopenings.push(reopening.clone());
            Some(S::Open(case))
        }

        (S::Open(_) | S::Closed(..), E::Opened(_)) => None,
        (S::Open(_), E::Reopened(_)) => None,
        (
            S::Closed(..),
            E::Widened { .. }
            | E::FiguresChanged { .. }
            | E::Assigned { .. }
            | E::Proposed(_)
            | E::Closed(_),
        ) => None,
        (
            S::Absent,
            E::SeenAgain { .. }
            | E::Widened { .. }
            | E::FiguresChanged { .. }
            | E::Assigned { .. }
            | E::Proposed(_)
            | E::Noted(_)
            | E::Closed(_)
            | E::Reopened(_),
        ) => None,
    }
}

fn opened(report: &Report) -> Option<State> {
    let Report { id, at, source, transaction, order, fund, findings, evidence: _ } = report;
    let case = Case {
        id: *id,
        opened_at: *at,
        source: source.clone(),
        transaction: transaction.clone(),
        order: order.clone(),
        fund: *fund,
        findings: findings.clone(),
        owner: None,
        proposal: None,
        notes: Vec::new(),
        seen_at: *at,
        days_seen_again: 0,
        overturned: Vec::new(),
        reopenings: Vec::new(),
    };
    (!findings.is_empty()).then(|| State::Open(Box::new(case)))
}

fn figures_changed(mut case: Box<Case>, finding: &Finding) -> Option<State> {
    let known = case.findings.iter_mut().find(|known| known.kind == finding.kind)?;
    let other = known != finding;
    known.clone_from(finding);
    other.then_some(State::Open(case))
}

fn assigned(mut case: Box<Case>, owner: &Name) -> Option<State> {
    let other = case.owner.as_ref() != Some(owner);
    case.owner = Some(owner.clone());
    other.then_some(State::Open(case))
}

fn proposed(mut case: Box<Case>, proposal: &Proposal) -> Option<State> {
    let other = case.proposal.as_ref() != Some(proposal);
    case.proposal = Some(proposal.clone());
    other.then_some(State::Open(case))
}

fn seen_again(mut case: Box<Case>, at: Timestamp) -> Option<Box<Case>> {
    if at.date() <= case.seen_at.date() {
        return None;
    }
    case.seen_at = at;
    case.days_seen_again = case.days_seen_again.saturating_add(1);
    Some(case)
}

fn widened(mut case: Box<Case>, at: Timestamp, findings: &[Finding]) -> Option<Box<Case>> {
    if findings.is_empty() || findings.iter().any(|finding| case.has(finding.kind)) {
        return None;
    }
    if at.date() > case.seen_at.date() {
        case.seen_at = at;
        case.days_seen_again = case.days_seen_again.saturating_add(1);
    }
    case.findings.extend_from_slice(findings);
    Some(case)
}

fn closed(case: Box<Case>, closing: &Closing) -> Option<State> {
    (!case.overturned.contains(closing)).then(|| State::Closed(case, closing.clone()))
}
