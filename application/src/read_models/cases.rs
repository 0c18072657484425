//! Cases as people read them: what does not add up, both sides' figures, who closed it and how.

use super::{StreamFold, Streams};
use fundflow_domain::{
    case::{Cases, Closing, Finding, Note, Proposal, Source, State},
    ids::{FundCode, OrderId, TransactionId},
    time::Timestamp,
};
use serde::Serialize;

/// Every case, open and closed, by its ID.
pub type CaseStreams = Streams<Cases>;

/// One case in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseRow {
    /// The hash of its record.
    pub case: String,
    /// The kind of its first finding.
    pub kind: String,
    /// Somebody must look at it.
    pub open: bool,
    /// Where the record came from.
    pub source: Source,
    /// The request that it belongs to, where known.
    pub transaction: Option<TransactionId>,
    /// The order that it belongs to, where known.
    pub order: Option<OrderId>,
    /// The fund that it is about, where known.
    pub fund: Option<FundCode>,
    /// Everything that does not add up, with both sides' figures.
    pub findings: Vec<Finding>,
    /// Who takes care of it.
    pub owner: Option<String>,
    /// What a reconciliation says of it, where one opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// In the order they were written.
    pub notes: Vec<Note>,
    /// How it was closed, if it is.
    pub closing: Option<Closing>,
    /// When it was first found.
    pub since: Timestamp,
    /// Instant of its last event.
    pub moved: Timestamp,
}

impl CaseRow {
    /// `None` for a stream that holds no case.
    pub fn of(fold: &StreamFold<Cases>) -> Option<Self> {
        let state = &fold.loaded.state;
        let case = state.case()?;
        let closing = match state {
            State::Closed(_, closing) => Some(closing.clone()),
            State::Absent | State::Open(_) => None,
        };
        Some(Self {
            case: case.id.to_string(),
            kind: case.kind().as_str().to_owned(),
            open: state.is_open(),
            source: case.source.clone(),
            transaction: case.transaction.clone(),
            order: case.order.clone(),
            fund: case.fund,
            findings: case.findings.clone(),
            owner: case.owner.as_ref().map(ToString::to_string),
            proposal: case.proposal.clone(),
            notes: case.notes.clone(),
            closing,
            since: fold.since,
            moved: fold.moved,
        })
    }
}
