//! Why a later T does not carry an order that is paid for: the investor wants no later one, its rules
//! refuse it, it exceeds a limit of that day, or nobody can be called who would carry it out.

use super::{application::FundSaga, limits::Limits, milestone::Milestone};
use fundflow_domain::{
    admission::Refusal, calendar::TradingDay, ids::FundCode, limits::ExcessPolicy, money::Amount,
    orders::Cause,
};
use fundflow_runtime::{
    port::{self, Callee, NoPort, PortName, Ports},
    turn::{NotDone, Turn},
};
use std::sync::Arc;

/// Somebody whom an order of a later T would call cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{who} cannot be called for {day}: no port {port} is registered for it")]
pub struct Unreachable {
    day: TradingDay,
    who: Arc<str>,
    port: PortName,
}

impl Unreachable {
    /// Whether all of them can be called, as far as it is known whom there is.
    ///
    /// # Errors
    /// The first of them who cannot.
    pub fn none_on(day: TradingDay, callees: &[Callee], ports: Option<&Ports>) -> Result<(), Self> {
        match port::missing(callees, ports) {
            None => Ok(()),
            Some(NoPort { who, port, .. }) => Err(Self { day, who, port }),
        }
    }

    /// Why, by code and words that the investor may read.
    pub fn cause(&self) -> Cause {
        Cause::new("no_port", self.to_string())
    }
}

impl From<Unreachable> for NotOn {
    fn from(nobody: Unreachable) -> Self {
        Self { cause: nobody.cause(), excess: None }
    }
}

/// Why a later T does not take an order.
#[derive(Debug, Clone, PartialEq)]
pub struct NotOn {
    /// Why, by code and words that the investor may read.
    pub cause: Cause,
    /// The order exceeds the day's limit of that fund, and its manager then refuses all of the day.
    excess: Option<FundCode>,
}

impl NotOn {
    /// Only the first T was wanted.
    pub fn unwanted(day: TradingDay, wanted: TradingDay) -> Self {
        let text = format!("it counts for {day}, and only {wanted} was wanted");
        Self { cause: Cause::new("cut_off_passed", text), excess: None }
    }

    /// Only the price of an earlier T was wanted.
    pub fn priced(day: TradingDay, wanted: TradingDay) -> Self {
        let text = format!("it would be priced on {day}, and only {wanted} was wanted");
        Self { cause: Cause::new("cut_off_passed", text), excess: None }
    }

    /// It exceeds a day's limit; `all_of` is the fund of which no order of that day stands then.
    pub fn above(text: String, all_of: Option<FundCode>) -> Self {
        Self { cause: Cause::new("above_day_limit", text), excess: all_of }
    }

    /// The rules of that T say no; `rule` is theirs, if one of them is the reason.
    pub fn refused(why: &impl std::error::Error, rule: Option<&Refusal>) -> Self {
        let excess = match rule {
            Some(Refusal::AboveDayMaximum {
                fund, policy: ExcessPolicy::RejectAllOfDay, ..
            }) => Some(*fund),
            _ => None,
        };
        Self { cause: Cause::new("not_admitted", why.to_string()), excess }
    }

    /// No T will carry the order. Where it takes the whole day with it, the day remembers that first.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn turn_away<S: FundSaga>(
        self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        on_that_day: &Limits,
        amount: Amount,
    ) -> Result<usize, NotDone> {
        let events = self.refuse_day(saga, turn, on_that_day, amount)?;
        Ok(events + turn.reach(Milestone::TurnedAway { cause: self.cause })?)
    }

    /// The day remembers it where the order takes the whole of it with it.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn refuse_day<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        on_that_day: &Limits,
        amount: Amount,
    ) -> Result<usize, NotDone> {
        let Some(fund) = self.excess else { return Ok(0) };
        on_that_day.of_fund(saga.house(), fund)?.count(turn, saga.house(), fund, amount)
    }
}

/// Why an order that the registrar has already cannot be one of a T that lets in less of it.
pub fn less_than(amount: Amount, accepted: Option<Amount>) -> Option<Cause> {
    let room = accepted.filter(|accepted| *accepted < amount)?;
    let text = format!("the later T lets in {room} of {amount}, and all of it is handed in");
    Some(Cause::new("above_day_limit", text))
}
