//! What the records of an order lack of a target fund: left, or never come, and others' by now.

use super::{
    application::{ApplicationLeg, FundSaga},
    by_hand, disputes,
    holdings::HoldingsPart,
    lacking::{self, Lack, MISSING},
};
use fundflow_domain::{
    claims::Claims,
    holdings::{Command, State},
    money::Shares,
};
use fundflow_runtime::{
    saga::{Saga, View},
    turn::{NotDone, Turn},
};

impl HoldingsPart {
    /// Holds what open cases dispute of lots that are there.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn hold_credited<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let view = turn.view()?;
        if disputes::is_quiet(&view) || !self.is_credited(&view, leg) {
            return Ok(0);
        }
        let due = leg.disputed_in(&view);
        disputes::hold_open(turn, &self.book_of(), &due)
    }

    /// Shares that left by the leg's records and are not there: all that is not booked of them.
    pub fn lack_out<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> Lack {
        if leg.was_never_confirmed(view) {
            return Lack::NONE;
        }
        self.lack(view, self.next_taking(view, leg), || {
            let reservation = self.state(view).and_then(|state| state.reservation(&self.order));
            let booked = reservation.map(fundflow_domain::holdings::Reservation::taken);
            let due = leg.due_out(view).unwrap_or_default();
            due.minus(booked.unwrap_or_default()).unwrap_or_default()
        })
    }

    /// Shares that came by the leg's records once, do no more, and are others' by now.
    pub fn lack_in<S: Saga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> Lack {
        if leg.application(view).is_none() {
            return Lack::NONE;
        }
        self.lack(view, self.next_credit(view, leg), || {
            let lots = self.state(view).into_iter().flat_map(|state| state.lots_of(&self.order));
            let booked = lots.map(|lot| lot.credit.shares);
            let booked = booked.fold(Shares::ZERO, Shares::plus_or_most);
            let due = leg.shares_in(view).unwrap_or_default();
            booked.minus(due).unwrap_or_default()
        })
    }

    /// What is not booked, where the next booking cannot take it, or a person made up for just that.
    fn lack<S: Saga>(
        &self,
        view: &View<'_, S>,
        next: Result<Option<Command>, NotDone>,
        unbooked: impl Fn() -> Shares,
    ) -> Lack {
        let (Ok(Some(command)), Some(state)) = (next, self.state(view)) else {
            return Lack::NONE;
        };
        let waived = state.claims().of(&self.order).filter(|claim| claim.waived);
        let made_up = waived.is_some_and(|claim| claim.shares == unbooked());
        let lacks = made_up || lacking::is_in_holdings(state, &command);
        if !lacks {
            return Lack::NONE;
        }
        Lack::of(unbooked(), state.available_for(&self.order))
    }

    /// What is lacking is withheld. The common case, that nothing is, costs nothing.
    pub(super) fn is_claimed<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        lack: impl Fn() -> Lack,
    ) -> bool {
        let known = self.claims(view).is_some_and(|it| it.of(&self.order).is_some());
        let lack = if known || by_hand::has(view, MISSING) { lack() } else { Lack::NONE };
        lacking::is_claimed(view, (self.claims(view), &self.order), lack)
    }

    /// Whether a record waits for shares to come.
    pub fn waits_for_shares<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        lacking::waits(view, self.claims(view))
    }

    fn claims<'a, S: FundSaga>(&self, view: &View<'a, S>) -> Option<&'a Claims> {
        self.state(view).map(State::claims)
    }
}
