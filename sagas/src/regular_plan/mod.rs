//! Carries a regular plan (定投) for as long as it lives: the investor's word on it, and a look after
//! its dates. Each occurrence is a purchase of its own, named `{plan}.{yyyymmdd}`: a discount purchase
//! where the plan goes by way of a wallet.
//!
//! ```text
//! open -> runs: change, pause, resume, end (commands) -> over -> closed
//!   each T: `due` names the purchases to request; a refused one is missed (command)
//!   a date that nobody began: missed at noon of the day after its T
//! ```
//!
//! 1. The plan's own stream is the truth: purchases write there that they begin, and what became of
//!    them, in the batches of their own rows. So nothing here is lost or done twice by a crash.
//! 2. `due` is a pure function of that stream: asked again it names the same transactions, and a
//!    purchase that was requested before is answered as it was then.
//! 3. The investor hears of every miss; too many in a row end the plan, whoever wrote the last one.
//! 4. Past the end of the trading calendar nothing is guessed: the plan waits for a person who
//!    installs the next one.

mod agreed;
mod due;
mod look;
pub mod quote;
mod refusal;
mod saga;
mod summary;

pub use crate::discount_purchase::Asked;
pub use due::{Buys, Due, due};
pub use refusal::Refusal;
pub use saga::{Command, Limits, Plan, Promise, RegularPlans};

use fundflow_runtime::step::{Deed, Exit, Move, Table, act, wait, well_formed};

type Saga = RegularPlans;

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The plan was opened.
    Opened,
    /// No occurrence begins any more.
    Over,
    /// Nothing has to be looked after: the plan is over, or paused without a last date that ends it, or what a
    /// person was called for has come.
    LookedAfter,
    /// The carrying of it is closed.
    Ended,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Open the plan on the terms of the request.
    Open,
    /// Record what was missed, or that the plan is finished.
    LookAfter,
    /// End the plan: no further date begins.
    EndPlan,
    /// Close the carrying of it.
    Close,
}

/// A plan calls nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {}

/// Times that rows refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// Noon of the trading day after the next occurrence: whoever has not begun by then never will.
    /// Where none is left, or none begins since the plan is paused, the day after the plan's last date.
    NextMissed,
}

/// How the carrying of a plan ends: the plan's own stream says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// No occurrence begins any more.
    Over,
}

const LOOK_AFTER: &str = "look after";

const CLOSE: &[Move<Saga>] = &[act("close", Do::Close, Fact::Ended).to()];
const WITHDRAW: &[Move<Saga>] =
    &[act("end plan", Do::EndPlan, Fact::Over).to(), act("close", Do::Close, Fact::Ended).to()];

/// One table for every plan.
pub const REGULAR_PLAN: Table<Saga> = Table {
    version: "regular_plan.v1",
    title: "Regular plan: opened, looked after for years, closed when it is over",
    steps: &[
        act("open", Do::Open, Fact::Opened).row(Exit::Undo(WITHDRAW)),
        wait("run", Fact::Over).row(Exit::Landing(CLOSE, None)),
    ],
    beside: &[
        Deed { asks: Some(When::NextMissed), ..act(LOOK_AFTER, Do::LookAfter, Fact::LookedAfter) }
            .beside(),
        act("end at last", Do::EndPlan, Fact::Over).after_the_end(),
    ],
};

const _: () =
    assert!(well_formed(&REGULAR_PLAN), "starts on an undo, ends on a landing, waits have ends");
