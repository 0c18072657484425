//! What a registrar's records are called: the case that each would open, and the name under which it is
//! booked.

use super::{application::ApplicationLeg, cases::Record};
use crate::ports::registrar::ApplicationAnswer;
use fundflow_domain::{
    application::{Application, Confirmation, REGISTRAR, Rejection},
    case::{CaseId, SourceKind},
    orders::Serial,
    spelling::Spelling,
};
use fundflow_runtime::saga::{Saga, View};

impl ApplicationLeg {
    /// The record of a confirmation of that application, under the spelling in which it was heard first:
    /// whether a file or a query says it, with its lots or without, it is one record.
    pub(super) fn record_of(
        &self,
        known: &Application,
        said: &Confirmation,
        again: usize,
    ) -> Record {
        let first = known.first_said(said).clone();
        self.spelled(&ApplicationAnswer::Confirmed(Box::new(first)), again)
    }

    /// The record of a rejection of that application: under the wording of the one that is contested, where
    /// only that differs; another one where the registrar had taken it back and says it again.
    pub(super) fn record_of_rejection(&self, known: &Application, said: &Rejection) -> Record {
        let said = known.worded_as(said).clone();
        self.spelled(&ApplicationAnswer::Rejected(said), known.rejections_taken_back())
    }

    /// The case on the rejection that contests its confirmation, if one does.
    pub(crate) fn case_of_contested_rejection(&self, known: &Application) -> Option<CaseId> {
        let said = known.contested_rejection()?;
        Some(self.record_of_rejection(known, said).case())
    }

    fn spelled(&self, answer: &ApplicationAnswer, again: usize) -> Record {
        Record {
            source: SourceKind::RegistrarCallback,
            name: REGISTRAR.to_owned(),
            record: self.no.to_string(),
            said: Spelling::of(answer),
            again,
            to_the_letter: None,
        }
    }

    /// The case of the last record that was taken back, or settled without effect.
    pub(super) fn case_of_withdrawn(&self, known: &Application) -> Option<CaseId> {
        let last = known.withdrawn().last()?;
        let times = known.times_taken_back(&last.serial);
        let before = times.saturating_sub(usize::from(known.is_away(&last.serial)));
        Some(self.record_of(known, last, before).case())
    }

    /// The name under which the record is booked: its serial, unless a record of that serial was booked
    /// and reversed before.
    pub(super) fn booked_as(known: &Application, said: &Confirmation) -> Serial {
        let before = known.withdrawn().filter(|it| it.serial == said.serial).count();
        if before == 0 {
            return said.serial.clone();
        }
        let name = format!("{}.again{before}", said.serial);
        let short = || Serial::new(CaseId::of(name.as_bytes()).to_string());
        Serial::new(name.as_str()).or_else(|_| short()).unwrap_or_else(|_| said.serial.clone())
    }

    /// The record behind an answer; `None` where it says nothing that could contradict.
    pub(crate) fn record<S: Saga>(
        &self,
        view: &View<'_, S>,
        answer: &ApplicationAnswer,
    ) -> Option<Record> {
        match answer {
            ApplicationAnswer::Confirmed(said) => Some(match self.application(view) {
                Some(known) => self.record_of(known, said, known.times_taken_back(&said.serial)),
                None => self.spelled(answer, 0),
            }),
            ApplicationAnswer::Rejected(said) => Some(match self.application(view) {
                Some(known) => self.record_of_rejection(known, said),
                None => self.spelled(answer, 0),
            }),
            ApplicationAnswer::OfAnother(_)
            | ApplicationAnswer::Accepted(_)
            | ApplicationAnswer::Received(_)
            | ApplicationAnswer::Cancelled => Some(self.spelled(answer, 0)),
            ApplicationAnswer::NotCancelled(_)
            | ApplicationAnswer::NotFound
            | ApplicationAnswer::Pending(_)
            | ApplicationAnswer::Unknown(_)
            | ApplicationAnswer::Sealed(_)
            | ApplicationAnswer::Sent { .. } => None,
        }
    }
}
