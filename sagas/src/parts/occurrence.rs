//! One date of a regular plan, as the saga that carries it out sees it: what the plan has to agree to
//! first, what it knows, and what it has to hear.
//!
//! ```text
//! begun -> done     shares of the fund that the plan buys are the investor's, all or a part of them
//!       `> missed   it ended in any other way: the money is back, or the wallet's, or paid out
//! ```
//!
//! 1. The plan is notified in the batch of the saga's own row, so neither knows without the other.
//! 2. Whoever gives the saga up ends the date, too: it is done where the shares are there already, and
//!    missed otherwise. What a registrar says after that changes no date.

use chrono::NaiveDate;
use fundflow_domain::{
    calendar::{CalendarError, TradingCalendar, TradingDay},
    ids::{PlanId, TransactionId},
    orders::Cause,
    plan::{self, Outcome, RegularPlan, Terms},
    time::Timestamp,
};
use fundflow_kernel::streams::{Key, Need, Streams};
use fundflow_runtime::{
    saga::{Saga, View},
    turn::{NotDone, Turn},
};

/// The plan's stream, and the nominal date.
#[derive(Debug, Clone)]
pub struct Occurrence {
    key: Key<RegularPlan>,
    nominal: NaiveDate,
}

/// The news for a plan about its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tell {
    /// The date is under way.
    Begun,
    /// The fund was bought.
    CarriedOut,
    /// The date was missed.
    Missed,
    /// What became of it by the time at which a person gave it up.
    GivenUp,
}

/// Why a request is no occurrence that its plan agrees to. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    /// An occurrence is named after its plan and date.
    #[error("transaction {0} is no occurrence of a plan; name it {{plan}}.{{yyyymmdd}}")]
    NotAnOccurrence(TransactionId),
    /// The plan does not invest like that.
    #[error("plan {plan} has other terms on that date; they differ in {}", fields.join(", "))]
    DiffersFromPlan {
        /// The plan that the transaction names.
        plan: PlanId,
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// The calendar does not reach that far.
    #[error("no trading day can be named: {0}")]
    NoTradingDay(CalendarError),
    /// The plan does not invest on that T.
    #[error("no occurrence {transaction} is due on {day}")]
    NotDue {
        /// The occurrence that was asked for.
        transaction: TransactionId,
        /// The T of the request.
        day: TradingDay,
    },
}

impl Occurrence {
    /// The one that a transaction of that name is; `None` for any other name.
    pub fn of(id: &TransactionId) -> Option<Self> {
        let (plan, nominal) = PlanId::of_occurrence(id)?;
        Some(Self { key: Key::of(&plan), nominal })
    }

    /// The plan's stream.
    pub fn need(&self) -> Need {
        self.key.need()
    }

    /// Whether the plan agreed to exactly this, for the T of the request.
    ///
    /// # Errors
    /// The first [`NotAsked`] that applies.
    pub fn asked(
        streams: &Streams,
        (id, at): (&TransactionId, Timestamp),
        calendar: &TradingCalendar,
        differing: impl FnOnce(&Terms) -> Vec<(&'static str, bool)>,
    ) -> Result<(), NotAsked> {
        let not_one = || NotAsked::NotAnOccurrence(id.clone());
        let (name, nominal) = PlanId::of_occurrence(id).ok_or_else(not_one)?;
        let plan = streams.state(&Key::<RegularPlan>::of(&name)).and_then(plan::State::plan);
        let plan = plan.ok_or_else(not_one)?;
        let differing = differing(plan.terms_on(nominal)).into_iter();
        let fields: Vec<_> = differing.filter_map(|(name, it)| it.then_some(name)).collect();
        if !fields.is_empty() {
            return Err(NotAsked::DiffersFromPlan { plan: name, fields });
        }
        let day = calendar.t_of(at).map_err(NotAsked::NoTradingDay)?;
        let due = plan.due_on(day, calendar).map_err(NotAsked::NoTradingDay)?;
        if due.iter().any(|occurrence| occurrence.nominal == nominal) {
            return Ok(());
        }
        Err(NotAsked::NotDue { transaction: id.clone(), day })
    }

    /// Whether the plan knows that already.
    pub fn knows<S: Saga>(&self, view: &View<'_, S>, what: Tell) -> bool {
        let plan = view.state(&self.key).and_then(plan::State::plan);
        let outcome = plan.and_then(|plan| plan.outcome(self.nominal));
        match what {
            Tell::Begun => plan.is_some_and(|plan| plan.is_known(self.nominal)),
            Tell::CarriedOut => outcome == Some(Outcome::Done),
            Tell::Missed => matches!(outcome, Some(Outcome::Missed | Outcome::Skipped)),
            Tell::GivenUp => outcome.is_some(),
        }
    }

    /// Tells the plan that it is under way.
    ///
    /// # Errors
    /// The plan says no.
    pub fn begin<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        let (nominal, transaction) = (self.nominal, turn.id().clone());
        Ok(turn.decide(&self.key, &plan::Command::Begin { nominal, transaction })?)
    }

    /// Tells the plan that the fund was bought.
    ///
    /// # Errors
    /// The plan says no.
    pub fn carry_out<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, &plan::Command::Done { nominal: self.nominal })?)
    }

    /// Tells the plan that it was not, and why.
    ///
    /// # Errors
    /// The plan says no.
    pub fn miss<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        cause: Option<Cause>,
    ) -> Result<usize, NotDone> {
        let cause = cause.unwrap_or_else(|| Cause::new("abandoned", "a person gave up on it"));
        Ok(turn.decide(&self.key, &plan::Command::Miss { nominal: self.nominal, cause })?)
    }
}
