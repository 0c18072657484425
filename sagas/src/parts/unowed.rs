//! Money that a registrar says it sends with a rejection, and that nobody is owed: interest belongs to the money of a
//! raising that failed altogether, as far as money can earn it. Its case is open beside the saga, and keeps nobody's money from going back.

use super::{
    application::{ApplicationLeg, FundSaga},
    cases,
};
use crate::ports::registrar::ApplicationAnswer;
use fundflow_domain::{
    application::{Confirmation, Rejection},
    case::{Disputed, Figure, Finding, Kind, Measure},
    money::{Income, Money},
};
use fundflow_runtime::{
    saga::{Saga, View},
    turn::{NotDone, Turn},
};

/// Income that a registrar pays along with shares whose income stays where it is, or that have none.
pub fn income(said: &Confirmation) -> Option<Finding> {
    let income = ApplicationLeg::income_of(said).filter(|income| *income != Income::ZERO)?;
    let what = format!("income of {income} was paid along, and nobody asked for it");
    let figure = |income: Income| vec![Figure::of(Measure::Income, income)];
    let (ours, theirs) = (figure(Income::ZERO), figure(income));
    let found = cases::finding(Kind::AmountDiffers, &what, ours, theirs);
    Some(Finding { disputed: cases::of_income(income), ..found })
}

impl ApplicationLeg {
    /// What a rejection sends that nobody is owed.
    pub(super) fn unowed<S: Saga>(&self, view: &View<'_, S>, said: &Rejection) -> Option<Finding> {
        let known = self.application(view)?;
        let of_rest = !known.portions.is_empty();
        let unowed = said.unowed(&known.terms.ask, of_rest);
        let why = if said.unearned {
            "more than money on demand can earn"
        } else {
            "that nobody is owed"
        };
        let what = format!(
            "the registrar rejects the {} {} and sends {unowed} yuan with it, {why}",
            known.terms.ask.name(),
            known.terms.no
        );
        let figure = |money: Money| vec![Figure::of(Measure::Interest, money)];
        let found = cases::finding(Kind::AmountDiffers, &what, figure(Money::ZERO), figure(unowed));
        let disputed = Disputed { money: unowed, ..Disputed::default() };
        (!unowed.is_zero()).then_some(Finding { disputed, ..found })
    }

    /// Opens the case of a record that takes effect all the same.
    ///
    /// # Errors
    /// [`NotDone::Missing`] when the case is not in memory; nothing has changed.
    pub(super) fn noticed<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        findings: Vec<Finding>,
    ) -> Result<usize, NotDone> {
        match self.record(&turn.view()?, answer).filter(|_| !findings.is_empty()) {
            Some(record) => cases::open_with_effect(turn, &record, self.about(turn)?, findings),
            None => Ok(0),
        }
    }
}
