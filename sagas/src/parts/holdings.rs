//! What a saga does to the investor's shares of a target fund: lots come in, shares are reserved and
//! leave.
//!
//! 1. The register is the truth: each record of the registrar is one lot, or one taking, as soon as
//!    it is heard. A corrected record takes the place of the one that it corrects.
//! 2. Shares in dispute are registered and not available until their case is closed.
//! 3. Nothing that a reservation keeps is lost: what the registrar did not take is free again when
//!    its last word was heard.

use super::{application::ApplicationLeg, milestone::Notes};
use fundflow_domain::{
    application::{Application, Confirmation, Outcome},
    case::{CaseId, Cases},
    fund::RedemptionSequence,
    holdings::{Command, Credit, HoldingId, Holdings, Mark, Standing, State},
    ids::{FundCode, InvestorId, LotId, OrderId},
    money::{Money, Shares},
    orders::{LotTaken, Serial},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    saga::{Saga, View},
    turn::{NotDone, Turn},
};

/// One investor's shares of one fund, as one order sees them.
#[derive(Debug, Clone)]
pub struct HoldingsPart {
    /// The stream of that investor and fund.
    pub key: Key<Holdings>,
    /// The order that brings or takes shares.
    pub order: OrderId,
}

impl HoldingsPart {
    /// The shares of that investor and fund.
    pub fn of(investor: &InvestorId, fund: FundCode, order: &OrderId) -> Self {
        let id = HoldingId { investor: investor.clone(), fund };
        Self { key: Key::of(&id), order: order.clone() }
    }

    /// All of them; `None` when their stream is damaged.
    pub fn state<'a, S: Saga>(&self, view: &View<'a, S>) -> Option<&'a State> {
        view.state(&self.key)
    }

    /// Every record of the leg that registered shares has its lot, and no other lot is there.
    pub fn is_credited<S: Saga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
        let Some(state) = self.state(view) else { return false };
        let Some(application) = leg.application(view) else { return true };
        self.missing(state, application).is_none() && self.stale(state, application).is_none()
    }

    /// A record without a lot of its own.
    fn missing<'a>(&self, state: &State, application: &'a Application) -> Option<&'a Confirmation> {
        let known = |it: &&Confirmation| {
            state.lots_of(&self.order).all(|lot| lot.credit.serial != it.serial)
        };
        let registered = |it: &&Confirmation| !it.outcome.registered().is_zero();
        application.confirmations().filter(registered).find(known)
    }

    /// A lot of a record that the registrar took back.
    fn stale(&self, state: &State, application: &Application) -> Option<LotId> {
        let gone = |serial: &Serial| application.confirmations().all(|it| it.serial != *serial);
        let mut lots = state.lots_of(&self.order);
        lots.find(|lot| gone(&lot.credit.serial)).map(|lot| lot.credit.lot.clone())
    }

    /// Brings the lots of the order to what the registrar says. Returns how many events followed.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn credit<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let mut events = 0;
        loop {
            let command = self.next_credit(&turn.view()?, leg)?;
            let Some(command) = command else { return Ok(events) };
            let followed = turn.decide(&self.key, &command)?;
            if followed == 0 {
                return Ok(events);
            }
            events += followed;
        }
    }

    fn next_credit<S: Saga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<Option<Command>, NotDone> {
        let state = self.state(view).ok_or(NotDone::Lacks("the holdings"))?;
        let application = leg.application(view).ok_or(NotDone::Lacks("the application"))?;
        let missing = self.missing(state, application);
        let credit = match missing {
            Some(said) => Some(Box::new(self.lot(state, said)?)),
            None => None,
        };
        if let Some(lot) = self.stale(state, application) {
            let last = application.confirmations().last().ok_or(NotDone::Lacks("a record"))?;
            let record = last.serial.clone();
            return Ok(Some(Command::CorrectCredit { lot, record, with: credit }));
        }
        Ok(credit.map(Command::Credit))
    }

    fn lot(&self, state: &State, said: &Confirmation) -> Result<Credit, NotDone> {
        let earlier = state.lots().iter().filter(|lot| lot.credit.order == self.order).count();
        let name = match earlier {
            0 => self.order.to_string(),
            n => format!("{}.{}", self.order, n.saturating_add(1)),
        };
        Ok(Credit {
            lot: LotId::new(name).map_err(|_| NotDone::Lacks("the name of a lot"))?,
            order: self.order.clone(),
            serial: said.serial.clone(),
            registered_on: said.registered_on,
            shares: said.outcome.registered(),
            cost: cost(&said.outcome).ok_or(NotDone::Lacks("what the shares cost"))?,
        })
    }

    /// Shares are (or were) reserved.
    pub fn was_reserved<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.state(view).is_some_and(|state| state.reservation(&self.order).is_some())
    }

    /// Shares that are reserved now.
    pub fn reserved<S: Saga>(&self, view: &View<'_, S>) -> Shares {
        let reservation = self.state(view).and_then(|state| state.reservation(&self.order));
        reservation.map_or(Shares::ZERO, fundflow_domain::holdings::Reservation::reserved)
    }

    /// The reservation is gone, and nothing was taken of it.
    pub fn is_released<S: Saga>(&self, view: &View<'_, S>) -> bool {
        let reservation = self.state(view).and_then(|state| state.reservation(&self.order));
        reservation.is_some_and(|it| it.standing == Standing::Released)
    }

    /// Reserves shares for the order.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn reserve<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        shares: Shares,
        sequence: RedemptionSequence,
        designated: Vec<LotTaken>,
    ) -> Result<usize, NotDone> {
        let command = Command::Reserve { order: self.order.clone(), shares, sequence, designated };
        Ok(turn.decide(&self.key, &command)?)
    }

    /// Gives the reservation back.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn release<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, &Command::Release(self.order.clone()))?)
    }

    /// Every record of the leg took its shares, and after its last one nothing is reserved any more.
    pub fn is_taken<S: Saga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
        if leg.confirmation(view).is_none() {
            return true;
        }
        self.next_taking(view, leg).is_ok_and(|command| command.is_none())
    }

    /// Takes what the registrar's records say. Returns how many events followed.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn take<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let mut events = 0;
        loop {
            let command = self.next_taking(&turn.view()?, leg)?;
            let Some(command) = command else { return Ok(events) };
            let followed = turn.decide(&self.key, &command)?;
            if followed == 0 {
                return Ok(events);
            }
            events += followed;
        }
    }

    fn next_taking<S: Saga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<Option<Command>, NotDone> {
        let state = self.state(view).ok_or(NotDone::Lacks("the holdings"))?;
        let application = leg.application(view).ok_or(NotDone::Lacks("the application"))?;
        let order = self.order.clone();
        let reservation = state.reservation(&order).ok_or(NotDone::Lacks("the reservation"))?;
        let standing = || reservation.takings.iter().filter(|taking| taking.stands());
        let left = |it: &&Confirmation| standing().all(|taking| taking.serial != it.serial);
        let moved = |it: &&Confirmation| !out(&it.outcome).is_zero();
        let missing = application.confirmations().filter(moved).find(left);
        let gone = |serial: &Serial| application.confirmations().all(|it| it.serial != *serial);
        if let Some(stale) = standing().find(|taking| gone(&taking.serial)) {
            let last = application.confirmations().last().ok_or(NotDone::Lacks("a record"))?;
            let (serial, record) = (stale.serial.clone(), last.serial.clone());
            let shares = missing.map_or(Shares::ZERO, |it| out(&it.outcome));
            return Ok(Some(Command::CorrectTake { order, serial, record, shares }));
        }
        if let Some(said) = missing {
            // More than was asked for is in dispute, and not ours to take from other orders.
            let shares = out(&said.outcome).min(reservation.reserved());
            let (serial, finished) = (said.serial.clone(), said.finished);
            if !shares.is_zero() {
                return Ok(Some(Command::Take { order, serial, shares, finished }));
            }
        }
        let over = application.stage.is_over() && reservation.standing == Standing::Held;
        Ok(over.then_some(Command::Release(order)))
    }

    /// Holds what open cases dispute, as far as they are in memory: those that are opened now are.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn hold<S, P>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone>
    where
        S: Saga<Notes = Notes<P>>,
    {
        let open = turn.view()?.open.notes.disputes.clone();
        let mut events = 0;
        for case in open {
            let disputed = turn.streams().state(&Key::<Cases>::of(&case));
            let shares = disputed.map_or(Shares::ZERO, |state| state.disputed().shares);
            let known = turn.state(&self.key).is_some_and(|state| mark(state, case).is_some());
            if !shares.is_zero() && !known {
                events += turn.decide(&self.key, &Command::Hold { case: serial(case)?, shares })?;
            }
        }
        Ok(events)
    }

    /// Brings lots and disputes to what the registrar and the cases say: what is in dispute is held
    /// before it is there.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn book<S, P>(&self, turn: &mut Turn<'_, S>, leg: &ApplicationLeg) -> Result<usize, NotDone>
    where
        S: Saga<Notes = Notes<P>>,
    {
        let held = self.hold(turn)?;
        let credited = self.credit(turn, leg)?;
        Ok(held + credited + self.unhold(turn)?)
    }

    /// Lots are as the registrar says, what open cases dispute is held, and what closed ones did is
    /// not.
    pub fn is_booked<S, P>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> bool
    where
        S: Saga<Notes = Notes<P>>,
    {
        self.is_credited(view, leg) && self.is_held(view) && self.is_unheld(view)
    }

    fn is_held<S, P>(&self, view: &View<'_, S>) -> bool
    where
        S: Saga<Notes = Notes<P>>,
    {
        let Some(state) = self.state(view) else { return false };
        let held = |case: &CaseId| {
            let disputed = view.streams.state(&Key::<Cases>::of(case));
            disputed.is_none_or(|it| it.disputed().shares.is_zero()) || mark(state, *case).is_some()
        };
        view.open.notes.disputes.iter().all(held)
    }

    /// Lets go what closed cases held.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn unhold<S, P>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone>
    where
        S: Saga<Notes = Notes<P>>,
    {
        let settled = turn.view()?.open.notes.settled.clone();
        let mut events = 0;
        for case in settled {
            let state = turn.state(&self.key).and_then(|state| mark(state, case));
            if matches!(state, Some(Mark::Set(_))) {
                events += turn.decide(&self.key, &Command::Unhold(serial(case)?))?;
            }
        }
        Ok(events)
    }

    /// No case that is closed holds any shares.
    pub fn is_unheld<S, P>(&self, view: &View<'_, S>) -> bool
    where
        S: Saga<Notes = Notes<P>>,
    {
        let Some(state) = self.state(view) else { return false };
        let set = |case: &CaseId| matches!(mark(state, *case), Some(Mark::Set(_)));
        !view.open.notes.settled.iter().any(set)
    }
}

/// The streams of open cases: a saga that holds what they dispute has them in memory.
pub fn open_cases<P>(notes: &Notes<P>) -> Vec<Key<Cases>> {
    notes.disputes.iter().map(|case| Key::of(case)).collect()
}

fn mark(state: &State, case: CaseId) -> Option<Mark> {
    let name = case.to_string();
    state.disputes().find(|(key, _)| key.as_str() == name).map(|(_, mark)| *mark)
}

fn serial(case: CaseId) -> Result<Serial, NotDone> {
    Serial::new(case.to_string()).map_err(|_| NotDone::Lacks("a name for the case"))
}

/// What the investor gave for the shares that came in, fee included.
fn cost(outcome: &Outcome) -> Option<Money> {
    match outcome {
        Outcome::Purchase(numbers) => Some(numbers.amount),
        Outcome::Subscription(numbers) => Some(numbers.amount),
        Outcome::Conversion(numbers) => numbers.shares_out.value_half_up(numbers.nav_out),
        Outcome::Redemption(_) | Outcome::FastTransfer(_) => None,
    }
}

/// Shares that left.
const fn out(outcome: &Outcome) -> Shares {
    match outcome {
        Outcome::Redemption(numbers) => numbers.shares,
        Outcome::Conversion(numbers) => numbers.shares_out,
        Outcome::FastTransfer(numbers) => numbers.shares,
        Outcome::Purchase(_) | Outcome::Subscription(_) => Shares::ZERO,
    }
}
