//! The leg on which shares are bought, converted or redeemed at a registrar.

pub use super::fund_saga::{FundSaga, book};

use super::timing::{closing, never_comes, never_got};
use crate::ports::registrar::{self as port, RegistrarCall};
use fundflow_domain::{
    application::{
        Application, Applications, Ask, Command, Confirmation, Last, Outcome, Promise, Quantity,
        Rejection, Stage, Terms,
    },
    calendar::TradingDay,
    fund::FundTerms,
    ids::{ApplicationNo, InvestorId, OrderId},
    money::{Income, Money, ShareRounding, Shares},
    orders::Cause,
    time::Timestamp,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    process::{Disposition, Over},
    saga::{Saga, View},
    turn::{NotDone, Turn},
};

/// Keys and facts of one application.
#[derive(Debug, Clone)]
pub struct ApplicationLeg {
    /// The idempotency key at the registrar.
    pub no: ApplicationNo,
    /// The stream of the application.
    pub key: Key<Applications>,
    /// The order that it carries out.
    pub order: OrderId,
}

impl ApplicationLeg {
    /// The application of that order.
    pub fn of(order: &OrderId) -> Self {
        let no = ApplicationNo::of(order);
        Self { key: Key::of(&no), no, order: order.clone() }
    }

    /// The application, once it was placed.
    pub fn application<'a, S: Saga>(&self, view: &View<'a, S>) -> Option<&'a Application> {
        view.state(&self.key)?.application()
    }

    /// Whether the order is stored; a registrar may have it.
    pub fn is_placed<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.application(view).is_some()
    }

    /// The registrar's front had taken it, whatever came after.
    pub fn is_accepted<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.application(view).is_some_and(Application::is_taken)
    }

    /// It is over without shares, and nobody doubts that: also where the registrar confirmed nothing of what was
    /// asked.
    pub fn is_rejected<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        let nothing_came = self.application(view).is_some_and(|it| {
            matches!(it.stage, Stage::Rejected(_) | Stage::Cancelled(_)) || is_void(it)
        });
        nothing_came && !self.is_rejection_doubted(view)
    }

    /// The registrar's last word on it is shares, in full or in part.
    pub fn is_confirmed<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.application(view).is_some_and(|it| {
            matches!(it.stage, Stage::Confirmed(_) | Stage::PartlyConfirmed(_)) && !is_void(it)
        })
    }

    /// No record of it that holds or is contested is in dispute, and no rejection.
    pub fn is_sound<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        self.open_records(view).is_empty() && self.is_rejection_settled(view)
    }

    /// No record says, or ever said, that anything came of it: nothing that it reserved is missed there.
    pub fn was_never_confirmed<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.application(view)
            .is_none_or(|it| it.confirmations().next().is_none() && it.withdrawn().next().is_none())
    }

    /// A person who gave the saga up says that it will not be carried out, so that what it reserved
    /// goes back; `end` is what they disposed of.
    pub fn is_given_back<S: Saga>(view: &View<'_, S>, end: &str) -> bool {
        let disposed = view.open.disposed(end);
        disposed.is_some_and(|it| matches!(it.disposition, Disposition::Refund))
    }

    /// Nothing of it is to be closed by us: it is over, or its registrar's word is waited for.
    pub fn need_not_be_closed<S: Saga>(&self, view: &View<'_, S>, end: &str) -> bool {
        self.is_over(view) || !Self::is_given_back(view, end)
    }

    /// What it reserved may go back: it was never placed, or nothing came of it.
    pub fn lets_go<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        !self.is_placed(view) || self.is_rejected(view)
    }

    /// The saga has ended, and nothing will come of it: it was never placed, or nothing came of it.
    pub fn is_lost<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        view.ending.is_some() && self.lets_go(view)
    }

    /// Nobody will hand it in any more, and none of our calls for it is under way.
    pub(super) fn never_comes<S: Saga>(&self, view: &View<'_, S>, now: Timestamp) -> bool {
        never_comes(view, now) && self.is_placed(view) && !self.is_over(view)
    }

    /// It has its outcome, or was never placed.
    pub fn is_over<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.application(view).is_none_or(|it| it.stage.is_over())
    }

    /// It has its outcome, or lacks no more than the mark of it.
    pub fn brings_no_more<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        self.is_over(view) || self.lacks_only_its_mark(view)
    }

    /// Its portions are all that was asked for, none is in dispute, and none is marked as the last: nothing more can
    /// come of it, and only its registrar's mark ends it.
    pub fn lacks_only_its_mark<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        let used_up = |it: &Application| {
            matches!(it.stage, Stage::Confirming)
                && it.unsettled() == it.terms.ask.quantity().none()
        };
        self.application(view).is_some_and(used_up) && self.is_sound(view)
    }

    /// The last confirmation that holds; `None` before the first.
    pub fn confirmation<'a, S: Saga>(&self, view: &View<'a, S>) -> Option<&'a Confirmation> {
        self.application(view)?.confirmations().last()
    }

    /// The T of the order as it was placed, or moved to.
    pub fn trade_date<S: Saga>(&self, view: &View<'_, S>) -> Option<TradingDay> {
        Some(self.application(view)?.terms.trade_date)
    }

    /// Shares that left by it, over all records of the registrar; `None` for an ask of money.
    pub fn shares_out<S: Saga>(&self, view: &View<'_, S>) -> Option<Shares> {
        let mut confirmations = self.application(view)?.confirmations();
        confirmations.try_fold(Shares::ZERO, |sum, it| sum.plus(Self::shares_out_of(it)?))
    }

    /// Shares that left by one record; `None` for an ask of money.
    pub const fn shares_out_of(confirmation: &Confirmation) -> Option<Shares> {
        match &confirmation.outcome {
            Outcome::Conversion(numbers) => Some(numbers.shares_out),
            Outcome::Redemption(numbers) => Some(numbers.shares),
            Outcome::FastTransfer(numbers) => Some(numbers.shares),
            Outcome::Purchase(_) | Outcome::Subscription(_) => None,
        }
    }

    /// Shares that it brought, over all records of the registrar.
    pub fn shares_in<S: Saga>(&self, view: &View<'_, S>) -> Option<Shares> {
        let mut confirmations = self.application(view)?.confirmations();
        confirmations.try_fold(Shares::ZERO, |sum, it| sum.plus(it.outcome.registered()))
    }

    /// Yuan that a redemption brought, settled income included, over all records of the registrar.
    pub fn proceeds<S: Saga>(&self, view: &View<'_, S>) -> Option<Money> {
        let mut confirmations = self.application(view)?.confirmations();
        confirmations.try_fold(Money::ZERO, |sum, it| sum.plus(Self::proceeds_of(it)?))
    }

    /// Yuan that one record of a redemption brought; `None` for every other ask.
    pub const fn proceeds_of(confirmation: &Confirmation) -> Option<Money> {
        match &confirmation.outcome {
            Outcome::Redemption(numbers) => Some(numbers.payout),
            Outcome::Purchase(_)
            | Outcome::Subscription(_)
            | Outcome::Conversion(_)
            | Outcome::FastTransfer(_) => None,
        }
    }

    /// Number of records of the registrar that hold.
    pub fn records<S: Saga>(&self, view: &View<'_, S>) -> u32 {
        let all = self.application(view).map_or(0, |it| it.confirmations().count());
        u32::try_from(all).unwrap_or(u32::MAX)
    }

    /// Unpaid income of a money fund that was settled with shares that left, over all records.
    pub fn income<S: Saga>(&self, view: &View<'_, S>) -> Option<Income> {
        let mut confirmations = self.application(view)?.confirmations();
        confirmations.try_fold(Income::ZERO, |sum, it| sum.plus(Self::income_of(it)?))
    }

    /// Unpaid income that one record settled with shares that left; `None` for an ask of money.
    pub fn income_of(confirmation: &Confirmation) -> Option<Income> {
        let income = match &confirmation.outcome {
            Outcome::Redemption(numbers) => numbers.income,
            Outcome::Conversion(numbers) => numbers.income,
            Outcome::FastTransfer(numbers) => numbers.income,
            Outcome::Purchase(_) | Outcome::Subscription(_) => return None,
        };
        Income::new(income.decimal()).ok()
    }

    /// Why no shares came of it.
    pub fn failure<S: Saga>(&self, view: &View<'_, S>) -> Option<Cause> {
        let application = self.application(view)?;
        match &application.stage {
            Stage::PartlyConfirmed(Last::Rejection(rejection)) if is_void(application) => {
                Some(rejection.cause.clone())
            }
            Stage::Confirmed(_) | Stage::PartlyConfirmed(_) if is_void(application) => {
                Some(Cause::new("nothing_confirmed", "the registrar confirmed nothing of it"))
            }
            Stage::Rejected(rejection) => Some(rejection.cause.clone()),
            Stage::Cancelled(cause) => Some(cause.clone()),
            Stage::Placed
            | Stage::Accepted
            | Stage::Sealed
            | Stage::Sent
            | Stage::Received
            | Stage::Confirming
            | Stage::Confirmed(_)
            | Stage::PartlyConfirmed(_) => None,
        }
    }

    /// What the registrar of that fund is asked for.
    pub fn terms(
        &self,
        fund: &FundTerms,
        investor: InvestorId,
        ask: Ask,
        trade_date: TradingDay,
        promised: fundflow_domain::application::Promise,
    ) -> Terms {
        Terms {
            order: self.order.clone(),
            no: self.no.clone(),
            registrar: fund.registrar.clone(),
            investor,
            fund: fund.code,
            ask,
            trade_date,
            rounding: fund.share_rounding,
            promised,
            distributor: None,
        }
    }

    /// Places it.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn place<S: Saga>(&self, turn: &mut Turn<'_, S>, terms: Terms) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, &Command::Place(Box::new(terms)))?)
    }

    /// Closes it without the registrar's word.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn close<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        let view = turn.view()?;
        let undecided = match self.application(&view).map(|application| &application.stage) {
            Some(Stage::Placed) | None => "whether it takes the order",
            Some(_) => "what becomes of the order",
        };
        let cause = closing(&view, ("the registrar", "the application"), undecided);
        self.close_for(turn, cause)
    }

    /// Closes it: the registrar never got it, and nobody hands it in any more.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub(super) fn never_came<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        self.close_for(turn, never_got("the registrar", "the application"))
    }

    fn close_for<S: Saga>(&self, turn: &mut Turn<'_, S>, cause: Cause) -> Result<usize, NotDone> {
        let rejection = Rejection { by_us: true, ..Rejection::of(cause) };
        Ok(turn.decide(&self.key, &Command::Reject(rejection))?)
    }

    /// Moves it to a later T.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn move_to<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        day: TradingDay,
        (promised, rounding): (Promise, ShareRounding),
    ) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, &Command::MoveTo(day, promised, rounding))?)
    }

    /// The application, as the registrar is given it at that instant.
    pub fn submit<S: Saga>(&self, view: &View<'_, S>, now: Timestamp) -> Option<RegistrarCall> {
        let terms = self.application(view)?.terms.clone();
        Some(RegistrarCall::Submit(port::Application { terms, applied_at: now }))
    }

    /// The request to take it back.
    pub fn cancel<S: Saga>(
        &self,
        view: &View<'_, S>,
        asked_at: Timestamp,
    ) -> Option<RegistrarCall> {
        let terms = self.application(view)?.terms.clone();
        Some(RegistrarCall::Cancel(port::Cancellation { terms, asked_at }))
    }
}

/// The registrar's last word is that nothing was settled and nothing registered.
fn is_void(application: &Application) -> bool {
    // The sum is asked for last: it is rarely needed to say no.
    matches!(application.stage, Stage::Confirmed(_) | Stage::PartlyConfirmed(_))
        && application.confirmations().all(|said| said.outcome.registered().is_zero())
        && application.settled() == application.terms.ask.quantity().none()
}

/// Why less came of a saga that has ended than was asked for.
pub fn less<S: FundSaga>(view: &View<'_, S>) -> Option<Cause> {
    matches!(view.ending, Some(Over::Ended(_))).then(|| partly(view)).flatten()
}

/// Why less came, or will come, of the saga than was asked for.
pub fn partly<S: FundSaga>(view: &View<'_, S>) -> Option<Cause> {
    of_nothing(view).or_else(|| of_limits(view)).or_else(|| of_registrars(view))
}

/// A registrar took something and gave nothing for it, as a person has accepted.
fn of_nothing<S: FundSaga>(view: &View<'_, S>) -> Option<Cause> {
    let of_leg = |leg: &ApplicationLeg| {
        let application = leg.application(view).filter(|it| it.stage.is_over())?;
        let mut records = application.confirmations().peekable();
        records.peek()?;
        let all = records.all(|said| said.outcome.is_for_nothing());
        all.then(|| nothing_for(application.settled(), &application.terms.ask))
    };
    S::legs(view.plan).into_iter().filter(|leg| leg.is_sound(view)).find_map(of_leg)
}

fn nothing_for(settled: Quantity, ask: &Ask) -> Cause {
    match (settled, ask) {
        (Quantity::Shares(shares), Ask::Redemption { .. }) => {
            Cause::new("nothing_paid", format!("{shares} shares were taken, and brought no money"))
        }
        (Quantity::Shares(shares), _) => {
            Cause::new("not_bought", format!("{shares} shares were taken, and bought none"))
        }
        (Quantity::Money(money), _) => {
            let text = format!("{money} yuan bought no shares, and stay with the fund");
            Cause::new("not_bought", text)
        }
    }
}

/// A day's limit let less in than was asked for.
fn of_limits<S: FundSaga>(view: &View<'_, S>) -> Option<Cause> {
    let (asked, room) = S::let_in(view).filter(|(asked, room)| room < asked)?;
    let text = format!("the day's limit let in {room} of {asked}");
    Some(Cause::new("above_day_limit", text))
}

fn of_registrars<S: FundSaga>(view: &View<'_, S>) -> Option<Cause> {
    let of_leg = |leg: &ApplicationLeg| {
        let Stage::PartlyConfirmed(last) = &leg.application(view)?.stage else { return None };
        let of_registrar = match last {
            Last::Rejection(rejection) => Some(rejection.cause.clone()),
            Last::Confirmation(_) => None,
        };
        let own = || Cause::new("partly_confirmed", "the registrar took a part of it");
        Some(of_registrar.unwrap_or_else(own))
    };
    S::legs(view.plan).into_iter().find_map(of_leg)
}
