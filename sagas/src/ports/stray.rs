//! A record of a registrar's file that no saga takes: a forced redemption, a dividend, a number that is blank.

use crate::parts::cases::Record;
use fundflow_domain::{
    case::{CaseId, Figure, Kind, SourceKind},
    ids::{ApplicationNo, FundCode, OrderId, TransactionId},
    spelling::Spelling,
};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::port::Payload;
use std::sync::Arc;

/// Such a record, and what its case shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The registrar, by its code.
    pub registrar: String,
    /// Which record of it: the kind of file, and the registrar's number.
    pub record: String,
    /// Every field that says something. The case is named after it, in whichever file it comes.
    pub said: String,
    /// What its case is of.
    pub kind: Kind,
    /// Reason why no saga takes it.
    pub why: String,
    /// The application that it names, if it names one.
    pub no: Option<ApplicationNo>,
    /// Whose application that is, where it is one of ours.
    pub of: Option<(TransactionId, OrderId)>,
    /// The fund that it names, if it is one.
    pub fund: Option<FundCode>,
    /// Its business, whose it is, and how much.
    pub figures: Vec<Figure>,
}

impl Stray {
    /// The record as cases have it.
    pub fn record(&self) -> Record {
        Record {
            source: SourceKind::RegistrarFile,
            name: self.registrar.clone(),
            record: self.record.clone(),
            said: Spelling::words(&*self.said),
            again: 0,
            to_the_letter: None,
        }
    }

    /// The case that it opens.
    pub fn case(&self) -> CaseId {
        self.record().case()
    }

    /// For `Engine::deliver`: no saga has a stream of that category.
    pub fn notice(self) -> (StreamName, Payload) {
        (StreamName::of("stray", &self.case()), Arc::new(self))
    }
}
