//! Which facts follow from a command to a case, or why none may.

use super::{
    Assignment, Case, CaseId, Closing, Command, Event, Finding, How, Kind, Name, Note, Proposal,
    REMARKS_MAX, Remark, Reopening, Report, State,
};
use crate::time::Timestamp;

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No record opened it.
    #[error("no case was opened under this ID")]
    NotOpened,
    /// A case without anything that does not add up.
    #[error("the report has 0 findings; a case needs at least 1")]
    NothingFound,
    /// A report about another record.
    #[error("the report is about record {given}, and this case is about {own}")]
    ForeignRecord {
        /// The case that the command was sent to.
        own: CaseId,
        /// The record that the report names.
        given: CaseId,
    },
    /// A record cannot correct itself.
    #[error("record {0} is the one in question; it cannot be its own correction")]
    OwnRecord(CaseId),
    /// Figures of something that the case has not found.
    #[error("the case has no finding {0} whose figures could change")]
    NotAbout(Kind),
    /// The case is closed; it must be reopened first.
    #[error("the case is closed; reopen it to {0} it")]
    IsClosed(&'static str),
    /// The case is closed in another way, by somebody else, or for another reason.
    #[error("the case was already closed by {}, with the reason: {}", .0.by, .0.reason)]
    ClosedDifferently(Box<Closing>),
    /// The case is open.
    #[error("the case is open; there is nothing to reopen")]
    IsOpen,
    /// The very same closing or reopening took effect before and did not hold.
    #[error("the same {0} was overturned since; to {0} it again give the new reason")]
    Overturned(&'static str),
    /// More remarks than one case can need.
    #[error("{what}: the case has {limit}, the most that a case may have")]
    TooMany {
        /// What kind of remark is too many.
        what: &'static str,
        /// The most entries of its kind that a case may have.
        limit: usize,
    },
}

pub(super) fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
    use {Command as C, State as S};
    match (state, command) {
        (S::Absent, C::Open(report)) => open(report),
        (S::Open(case), C::Open(report)) => seen_again(case, report, None),
        (S::Closed(case, closing), C::Open(report)) => seen_again(case, report, Some(closing)),

        (S::Open(case), C::Restate { at, finding }) => restate(case, *at, finding),
        (S::Closed(..), C::Restate { .. }) => Err(Refusal::IsClosed("restate")),

        (S::Open(case), C::Assign(to)) => Ok(assign(case, to)),
        (S::Closed(case, _), C::Assign(to)) if case.owner.as_ref() == Some(&to.owner) => Ok(vec![]),
        (S::Open(case), C::Propose(now)) => Ok(propose(case, now)),
        (S::Closed(case, _), C::Propose(now)) if case.proposal.as_ref() == Some(&**now) => {
            Ok(vec![])
        }
        (S::Open(case) | S::Closed(case, _), C::Note(text)) => note(case, text),

        (S::Open(case), C::Close(now)) => close(case, now),
        (S::Closed(_, was), C::Close(now)) if was == now => Ok(vec![]),
        (S::Closed(case, _), C::Reopen(now)) => reopen(case, now),
        (S::Open(case), C::Reopen(now)) if case.reopenings.last() == Some(now) => Ok(vec![]),

        (S::Closed(..), C::Assign(_)) => Err(Refusal::IsClosed("assign")),
        (S::Closed(..), C::Propose(_)) => Err(Refusal::IsClosed("propose an act for")),
        (S::Closed(_, was), C::Close(_)) => Err(Refusal::ClosedDifferently(Box::new(was.clone()))),
        (S::Open(_), C::Reopen(_)) => Err(Refusal::IsOpen),
        (
            S::Absent,
            C::Restate { .. }
            | C::Assign(_)
            | C::Propose(_)
            | C::Note(_)
            | C::Close(_)
            | C::Reopen(_),
        ) => Err(Refusal::NotOpened),
    }
}

fn open(report: &Report) -> Result<Vec<Event>, Refusal> {
    if report.findings.is_empty() {
        return Err(Refusal::NothingFound);
    }
    Ok(vec![Event::Opened(Box::new(report.clone()))])
}

/// Rules 2 and 3 of the module.
fn seen_again(
    case: &Case,
    report: &Report,
    closed: Option<&Closing>,
) -> Result<Vec<Event>, Refusal> {
    if report.findings.is_empty() {
        return Err(Refusal::NothingFound);
    }
    if report.id != case.id {
        return Err(Refusal::ForeignRecord { own: case.id, given: report.id });
    }
    let new = |finding: &&Finding| !case.has(finding.kind);
    let findings: Vec<Finding> = report.findings.iter().filter(new).cloned().collect();
    if let Some(first) = findings.first() {
        let reason = Remark::lossy(format!("the same record shows more: {}", first.what));
        let reopened = closed
            .map(|_| Event::Reopened(Reopening { by: Name::lossy(&*report.source.name), reason }));
        let widened = Event::Widened { at: report.at, findings };
        return Ok(reopened.into_iter().chain([widened]).collect());
    }
    let later = report.at.date() > case.seen_at.date();
    Ok(if later { vec![Event::SeenAgain { at: report.at }] } else { vec![] })
}

fn restate(case: &Case, at: Timestamp, finding: &Finding) -> Result<Vec<Event>, Refusal> {
    let known = case.of_kind(finding.kind).ok_or(Refusal::NotAbout(finding.kind))?;
    if known == finding {
        return Ok(vec![]);
    }
    Ok(vec![Event::FiguresChanged { at, finding: Box::new(finding.clone()) }])
}

fn assign(case: &Case, to: &Assignment) -> Vec<Event> {
    if case.owner.as_ref() == Some(&to.owner) {
        return vec![];
    }
    let Assignment { owner, by, reason } = to.clone();
    vec![Event::Assigned { owner, by, reason }]
}

fn propose(case: &Case, proposal: &Proposal) -> Vec<Event> {
    if case.proposal.as_ref() == Some(proposal) {
        return vec![];
    }
    vec![Event::Proposed(Box::new(proposal.clone()))]
}

fn note(case: &Case, note: &Note) -> Result<Vec<Event>, Refusal> {
    if case.notes.contains(note) {
        return Ok(vec![]);
    }
    if case.notes.len() >= REMARKS_MAX {
        return Err(Refusal::TooMany { what: "notes", limit: REMARKS_MAX });
    }
    Ok(vec![Event::Noted(note.clone())])
}

fn close(case: &Case, closing: &Closing) -> Result<Vec<Event>, Refusal> {
    match closing.how {
        How::Corrected { by_record } if by_record == case.id => {
            return Err(Refusal::OwnRecord(by_record));
        }
        How::Corrected { .. }
        | How::Accepted
        | How::PaidByUs { .. }
        | How::Withdrawn
        | How::Manual { .. } => {}
    }
    if case.overturned.contains(closing) {
        return Err(Refusal::Overturned("close"));
    }
    Ok(vec![Event::Closed(closing.clone())])
}

fn reopen(case: &Case, reopening: &Reopening) -> Result<Vec<Event>, Refusal> {
    if case.reopenings.contains(reopening) {
        return Err(Refusal::Overturned("reopen"));
    }
    if case.reopenings.len() >= REMARKS_MAX {
        return Err(Refusal::TooMany { what: "reopenings", limit: REMARKS_MAX });
    }
    Ok(vec![Event::Reopened(reopening.clone())])
}
