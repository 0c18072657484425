//! A row of a saga's table, and what a table must look like.
//!
//! Downwards a table is run; upwards it is left. A row that was done is left through its exit:
//! *undo* (new commands reverse it, then the row above) or *landing* (the row stands; the saga may
//! end here). What has nothing to reverse is left by doing nothing.

use crate::world::Fact;
use fundflow_domain::{discount_purchase::Ending, ids::Leg};

/// What a row or an exit brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Send {
    /// A command to one of our own aggregates: decided at once.
    Do(Do),
    /// A call to a counterparty, under its idempotency key.
    Call(Call),
    /// Nothing: the registrar will speak about that leg, by file or callback, by its due day.
    Await(Leg),
    /// Nothing: outstanding refunds are sent on their own and must arrive.
    AwaitRefunds,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Do {
    /// Place the money-fund order.
    PlaceBuy,
    /// Announce the charge.
    RequestPayment,
    /// Show the shares in transit.
    CreditInTransit,
    /// The money-fund purchase stands.
    Commit,
    /// Earmark the shares.
    Reserve,
    /// Place the conversion order.
    PlaceConversion,
    /// Turn what is in transit into a lot.
    ConfirmCredit,
    /// Hand the converted shares over.
    Spend,
    /// Give the earmark back.
    Release,
    /// Take the shares in transit away again.
    ReverseCredit,
    /// Send the payment back.
    RequestRefund,
    /// Close the order that nobody answered, so that a late answer is unapplied (operator).
    Refuse(Leg),
    /// Close the charge that nobody answered, so that a late payment goes back (operator).
    RefusePayment,
    /// Close the purchase.
    End(Ending),
}

/// Calls to counterparties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Take the money; query by payment number when unknown.
    Charge,
    /// Hand in the application; query by application number when unknown.
    Submit(Leg),
}

/// One move of an exit.
#[derive(Debug, Clone, Copy)]
pub struct Move {
    /// For people and for retries.
    pub name: &'static str,
    /// What it brings about.
    pub send: Send,
    /// When it is made.
    pub done: Fact,
    /// What must never be: then a person decides.
    pub blocked: Option<Fact>,
}

/// How to leave a row that was done.
#[derive(Debug, Clone, Copy)]
pub enum Exit {
    /// There is nothing to reverse.
    Nothing,
    /// Reverse it by these moves, then leave the row above.
    Undo(&'static [Move]),
    /// It stands: make these moves and the saga is over. Void once the fact holds: then the row
    /// above is left instead.
    Landing(&'static [Move], Option<Fact>),
}

/// When a row gives up waiting and asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// The answer is expected at once; unknown answers are asked again by the retry schedule.
    Now,
    /// At 12:00 of the day on which the registrar must have confirmed the leg.
    ConfirmationDay,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Stored in retry and parking events: never renamed.
    pub name: &'static str,
    /// What it brings about.
    pub send: Send,
    /// When it is done.
    pub done: Fact,
    /// When it will not be done.
    pub rejected: Option<Fact>,
    /// How an operator makes `rejected` hold when nobody answers.
    pub refuse: Option<Do>,
    /// When it starts to ask.
    pub deadline: Deadline,
    /// How it is left.
    pub exit: Exit,
}

/// A table and the name under which purchases pin it.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// `{mode}.v{n}`; a changed table gets another, and unfinished sagas stay on theirs.
    pub version: &'static str,
    /// For people.
    pub title: &'static str,
    /// In order.
    pub steps: &'static [Step],
}

/// Whether a table starts on a row that closes the purchase when it is left, ends on a landing, and
/// lets an operator refuse every row that a counterparty must answer and may not.
pub const fn well_formed(steps: &[Step]) -> bool {
    if steps.is_empty() || !matches!(steps[0].exit, Exit::Undo(_)) {
        return false;
    }
    let mut at = 0;
    while at < steps.len() {
        let step = &steps[at];
        let answered = matches!(step.send, Send::Call(_));
        if answered && (step.rejected.is_none() || step.refuse.is_none()) {
            return false;
        }
        at += 1;
    }
    matches!(steps[steps.len() - 1].exit, Exit::Landing(_, None))
}

/// A row that is its own name.
pub const fn row(name: &'static str, send: Send, done: Fact, exit: Exit) -> Step {
    let (rejected, refuse, deadline) = (None, None, Deadline::Now);
    Step { name, send, done, rejected, refuse, deadline, exit }
}

impl Step {
    /// Will not be done once the fact holds; an operator can make it hold.
    #[must_use]
    pub const fn unless(self, rejected: Fact, refuse: Option<Do>) -> Self {
        Self { rejected: Some(rejected), refuse, ..self }
    }

    /// Asks from noon of the confirmation day on.
    #[must_use]
    pub const fn due_on_confirmation_day(self) -> Self {
        Self { deadline: Deadline::ConfirmationDay, ..self }
    }
}

/// A move of an exit.
pub const fn to(name: &'static str, send: Send, done: Fact) -> Move {
    Move { name, send, done, blocked: None }
}
