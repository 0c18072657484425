//! What a saga does to the investor's shares of a target fund: lots come in, shares are reserved and
//! leave.
//!
//! 1. The register is the truth: each record of the registrar is one lot, or one taking, as soon as
//!    it is heard. A corrected record takes the place of the one that it corrects.
//! 2. Shares in dispute are registered and not available until their case is closed.
//! 3. Nothing that a reservation keeps is lost: what the registrar did not take is free again when
//!    its last word was heard.

use super::{
    application::{ApplicationLeg, FundSaga},
    disputes,
    lacking::{self, Lack},
    leaving::named,
    share_book::ShareBook,
};
use fundflow_domain::{
    application::{Application, Confirmation},
    case::CaseId,
    fund::RedemptionSequence,
    holdings::{Command, Credit, HoldingId, Holdings, Reservation, Standing, State, Taking},
    ids::{FundCode, InvestorId, LotId, OrderId},
    money::Shares,
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
            let name = ApplicationLeg::booked_as(application, it);
            state.lots_of(&self.order).all(|lot| lot.credit.serial != name)
        };
        let registered = |it: &&Confirmation| !it.outcome.registered().is_zero();
        application.confirmations().filter(registered).find(known)
    }

    /// A lot of a record that the registrar took back.
    fn stale(&self, state: &State, application: &Application) -> Option<LotId> {
        let name = |it: &Confirmation| ApplicationLeg::booked_as(application, it);
        let gone = |serial: &Serial| application.confirmations().all(|it| name(it) != *serial);
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

    pub(super) fn next_credit<S: Saga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<Option<Command>, NotDone> {
        let state = self.state(view).ok_or(NotDone::Lacks("the holdings"))?;
        let application = leg.application(view).ok_or(NotDone::Lacks("the application"))?;
        let missing = self.missing(state, application);
        let credit = match missing {
            Some(said) => Some(Box::new(self.lot(state, application, said)?)),
            None => None,
        };
        if let Some(lot) = self.stale(state, application) {
            let last = application.confirmations().last();
            let last = last.map(|it| Ok(ApplicationLeg::booked_as(application, it)));
            let withdrawn = leg.case_of_withdrawn(application).map(serial);
            let record = last.or(withdrawn).ok_or(NotDone::Lacks("a record"))??;
            return Ok(Some(Command::CorrectCredit { lot, record, with: credit }));
        }
        Ok(credit.map(Command::Credit))
    }

    fn lot(
        &self,
        state: &State,
        known: &Application,
        said: &Confirmation,
    ) -> Result<Credit, NotDone> {
        let earlier = state.lots_brought_by(&self.order);
        let name = match earlier {
            0 => self.order.to_string(),
            n => format!("{}.{}", self.order, n.saturating_add(1)),
        };
        Ok(Credit {
            lot: LotId::new(name).map_err(|_| NotDone::Lacks("the name of a lot"))?,
            order: self.order.clone(),
            serial: ApplicationLeg::booked_as(known, said),
            registered_on: said.registered_on,
            shares: said.outcome.registered(),
            cost: said.outcome.cost().ok_or(NotDone::Lacks("what the shares cost"))?,
        })
    }

    /// Shares are (or were) reserved.
    pub fn was_reserved<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.state(view).is_some_and(|state| state.reservation(&self.order).is_some())
    }

    /// Shares that are reserved now.
    pub fn reserved<S: Saga>(&self, view: &View<'_, S>) -> Shares {
        let reservation = self.state(view).and_then(|state| state.reservation(&self.order));
        reservation.map_or(Shares::ZERO, Reservation::reserved)
    }

    /// The reservation is gone, and nothing was taken of it.
    pub fn is_released<S: Saga>(&self, view: &View<'_, S>) -> bool {
        let reservation = self.state(view).and_then(|state| state.reservation(&self.order));
        // What was taken may have come back for good: a rejection holds in place of its record.
        let is_back = |it: &Reservation| it.standing == Standing::Finished && it.taken().is_zero();
        reservation.is_some_and(|it| it.standing == Standing::Released || is_back(it))
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

    /// The register is the truth: what its records took is out, what they took beyond it is held, what
    /// closed cases held is not, and after the last record nothing is reserved any more.
    pub fn is_booked_out<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
        let lack = || self.lack_out(view, leg);
        let taken = leg.was_never_confirmed(view)
            || self.next_taking(view, leg).is_ok_and(|command| command.is_none())
            || lacking::is_a_persons(view, lack);
        let held = || disputes::are_held(view, &self.book_of(), &self.beyond(view, leg));
        // While its case is open, all that left is held by that.
        let claimed =
            || self.is_claimed(view, || if leg.is_sound(view) { lack() } else { Lack::NONE });
        taken && (disputes::is_quiet(view) || held()) && claimed()
    }

    /// Books that. Returns how many events followed.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn book_out<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let booked = self.take(turn, leg);
        let view = turn.view()?;
        let lack = if leg.is_sound(&view) { self.lack_out(&view, leg) } else { Lack::NONE };
        let claimed = lacking::claim(turn, (&self.book_of(), &self.order), lack)?;
        Ok(booked? + claimed)
    }

    fn take<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let mut events = 0;
        while !leg.was_never_confirmed(&turn.view()?) {
            let view = turn.view()?;
            let Some(command) = self.next_taking(&view, leg)? else { break };
            if lacking::is_a_persons(&view, || self.lack_out(&view, leg)) {
                break;
            }
            let followed = match turn.decide(&self.key, &command) {
                Ok(followed) => followed,
                // What cannot be taken is held, so that nobody else takes it meanwhile.
                Err(error) => {
                    self.hold_beyond(turn, leg)?;
                    return Err(error.into());
                }
            };
            if followed == 0 {
                break;
            }
            events += followed;
        }
        Ok(events + self.hold_beyond(turn, leg)?)
    }

    fn hold_beyond<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        if disputes::is_quiet(&turn.view()?) {
            return Ok(0);
        }
        let beyond = self.beyond(&turn.view()?, leg);
        disputes::hold(turn, &self.book_of(), &beyond)
    }

    fn beyond<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
    ) -> Vec<disputes::Dispute> {
        let reservation = self.state(view).and_then(|state| state.reservation(&self.order));
        let covered = reservation.and_then(|it| it.taken().plus(it.reserved()));
        leg.disputed_out(view, covered.unwrap_or_default())
    }

    pub(super) fn book_of(&self) -> ShareBook {
        ShareBook::Holdings(self.key.clone())
    }

    pub(super) fn next_taking<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<Option<Command>, NotDone> {
        let state = self.state(view).ok_or(NotDone::Lacks("the holdings"))?;
        let application = leg.application(view).ok_or(NotDone::Lacks("the application"))?;
        let Some(reservation) = state.reservation(&self.order) else { return Ok(None) };
        let due = leg.due_parts(view);
        let of = |taking: &Taking, said: &Confirmation| {
            let case = || application.case_of(said).to_string();
            taking.serial == ApplicationLeg::booked_as(application, said)
                || taking.serial.as_str() == case()
        };
        let standing = || reservation.takings.iter().filter(|taking| taking.stands());
        let open = |(said, shares): &&(&Confirmation, Shares)| {
            !shares.is_zero() && standing().all(|taking| !of(taking, said))
        };
        let missing = due.iter().find(open);
        let gone = |taking: &&Taking| due.iter().all(|(said, _)| !of(taking, said));
        if let Some(stale) = standing().find(gone) {
            return self.corrected((state, application), leg, stale, missing).map(Some);
        }
        let (order, trade_date) = (self.order.clone(), application.terms.trade_date.date());
        if let Some((said, shares)) = missing {
            let (serial, finished) = (ApplicationLeg::booked_as(application, said), said.finished);
            let free = match reservation.standing {
                Standing::Held => reservation.reserved(),
                // The register took what we had let go; whether it is there, the holdings say.
                Standing::Released | Standing::Finished => *shares,
            };
            let shares = (*shares).min(free);
            if !shares.is_zero() {
                let named = named(state, said);
                return Ok(Some(Command::Take {
                    order,
                    serial,
                    shares,
                    trade_date,
                    named,
                    finished,
                }));
            }
        }
        // What was beyond the order, and is settled to have left.
        let short = |taking: &&Taking| {
            due.iter().any(|(said, shares)| of(taking, said) && taking.shares != *shares)
        };
        if let Some(taking) = standing().find(short) {
            let said = due.iter().find(|(said, _)| of(taking, said));
            let (said, shares) = said.ok_or(NotDone::Lacks("the record"))?;
            let record = serial(application.case_of(said))?;
            let (serial, shares, named) = (taking.serial.clone(), *shares, named(state, said));
            let take = Command::CorrectTake { order, serial, record, shares, trade_date, named };
            return Ok(Some(take));
        }
        // All that was reserved has left, and more is to: it is whoever's it is, as once the order is over.
        let over = application.stage.is_over() || missing.is_some();
        Ok((over && reservation.standing == Standing::Held).then_some(Command::Release(order)))
    }

    /// In place of a taking whose record was corrected or taken back.
    fn corrected(
        &self,
        (held, application): (&State, &Application),
        leg: &ApplicationLeg,
        stale: &Taking,
        missing: Option<&(&Confirmation, Shares)>,
    ) -> Result<Command, NotDone> {
        let (order, trade_date) = (self.order.clone(), application.terms.trade_date.date());
        if let Some((said, shares)) = missing {
            let (record, shares) = (ApplicationLeg::booked_as(application, said), *shares);
            let (serial, named) = (stale.serial.clone(), named(held, said));
            return Ok(Command::CorrectTake { order, serial, record, shares, trade_date, named });
        }
        let withdrawn = leg.case_of_withdrawn(application).map(serial);
        let last = application.confirmations().last();
        let last = last.map(|it| Ok(ApplicationLeg::booked_as(application, it)));
        let record = withdrawn.or(last).ok_or(NotDone::Lacks("a record"))??;
        let (serial, shares) = (stale.serial.clone(), Shares::ZERO);
        Ok(if application.stage.is_over() {
            Command::CorrectTake { order, serial, record, shares, trade_date, named: vec![] }
        } else {
            Command::WithdrawTake { order, serial, record }
        })
    }

    /// Lots are as the registrar says, what open cases dispute is held, and what closed ones did is
    /// not.
    pub fn is_booked_in<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
        let held = || disputes::are_held(view, &self.book_of(), &leg.disputed_in(view));
        let lack = || self.lack_in(view, leg);
        let there = self.is_credited(view, leg) || lacking::is_a_persons(view, lack);
        there && (disputes::is_quiet(view) || held()) && self.is_claimed(view, lack)
    }

    /// Books that: what is in dispute is held before it is there.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn book_in<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let booked = self.lots(turn, leg);
        let lack = self.lack_in(&turn.view()?, leg);
        let claimed = lacking::claim(turn, (&self.book_of(), &self.order), lack)?;
        Ok(booked? + claimed)
    }

    fn lots<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let view = turn.view()?;
        if lacking::is_a_persons(&view, || self.lack_in(&view, leg)) {
            let due = leg.disputed_in(&view);
            return disputes::hold(turn, &self.book_of(), &due);
        }
        if disputes::is_quiet(&view) {
            return self.credit(turn, leg);
        }
        let due = leg.disputed_in(&turn.view()?);
        let held = disputes::hold(turn, &self.book_of(), &due)?;
        Ok(held + self.credit(turn, leg)?)
    }
}

fn serial(case: CaseId) -> Result<Serial, NotDone> {
    Serial::new(case.to_string()).map_err(|_| NotDone::Lacks("a name for the case"))
}
