//! The names of cases on records, once they were asked for: each is a hash over all of the record as it is spelled, and a
//! saga with an open case asks for it at every step.
//!
//! It is no part of the state: two applications are the same whatever was asked of them.

use super::Confirmation;
use crate::case::CaseId;
use std::sync::{Mutex, PoisonError};

/// A record, how often it had been taken back before, and its case.
type Known = (Confirmation, usize, CaseId);

/// Empty for nearly all applications.
#[derive(Debug, Default)]
pub(super) struct Named(Mutex<Vec<Known>>);

impl Named {
    /// The case of that record; made if it was not asked for before.
    pub(super) fn case(
        &self,
        record: &Confirmation,
        again: usize,
        make: impl FnOnce() -> CaseId,
    ) -> CaseId {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(said, times, _)| *times == again && said == record);
        if let Some((_, _, case)) = found {
            return *case;
        }
        let case = make();
        known.push((record.clone(), again, case));
        case
    }
}

impl Clone for Named {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }
}

impl PartialEq for Named {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Named {}

#[cfg(test)]
mod tests {
    use crate::{
        application::{
            Applications, Command, State,
            tests::{bought, cause, confirm, out, purchase, serial},
        },
        decider::Decider as _,
    };

    /// What was asked for at each step is what is made of the same history without having been asked before.
    #[test]
    fn a_name_that_was_asked_for_before_is_that_of_the_record_as_it_stands() {
        let said = bought("C1", "1000", "0");
        let take_back = Command::TakeBack(serial("C1"), cause());
        let mut commands = out(purchase());
        commands.extend([confirm(said.clone()), take_back, confirm(said.clone())]);
        let (mut asked, mut history, mut names) = (State::default(), Vec::new(), Vec::new());
        for command in commands {
            let events = Applications::decide(&asked, &command).unwrap();
            history.extend(events.clone());
            let follow = |state, event| Applications::evolve(state, event);
            asked = events.iter().try_fold(asked, follow).unwrap();
            let fresh = history.iter().try_fold(State::default(), follow).unwrap();
            let [asked, fresh] = [&asked, &fresh].map(|it| it.application().unwrap());
            let name = asked.case_of(&said);
            assert_eq!([asked.case_of(&said), fresh.case_of(&said)], [name; 2]);
            names.push(name);
        }
        names.dedup();
        assert_eq!(names.len(), 2, "taken back and said again, it is another case");
    }
}
