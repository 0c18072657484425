//! Gives every wallet of a money fund its income of one natural day, page by page.
//!
//! ```text
//! open -> page -> page -> ... -> all: completed
//! a wallet:  (correct days of before) -> (reverse the publication before) -> accrue
//!            -> (carry, where a period ends)
//! ```
//!
//! 1. A job is named after fund, day and publication, and so is what it does to a wallet: done twice,
//!    it changes nothing.
//! 2. Each page is one batch with the milestone that says how far the job is; after a crash it goes
//!    on behind the last page.
//! 3. A wallet that refuses (its day was published with another figure, or lies too far back) is
//!    named in the page's milestone and keeps no other waiting.
//! 4. Daily or monthly, by the fund's terms: on the last natural day of a period unpaid income
//!    becomes shares, registered on the working day on which it is booked.
//! 5. Income below zero that is more than a wallet's shares has a case with both figures, until later income
//!    or shares make up for it.
//! 6. Days of before on which other shares earned than was known then are reckoned anew: whoever books
//!    a late record does so at once, and the job does it for what older programs have booked.

mod page;
mod saga;
mod words;

pub use saga::{Income, Plan, Refusal};
pub use words::{
    Answer, Call, Do, Ending, Fact, Milestone, Notes, Promise, Refused, Request, When,
};

use fundflow_runtime::step::{Exit, Move, Step, Table, act, call, well_formed};

type Saga = Income;

/// Wallets of one batch.
pub const PAGE: usize = 200;

const STOP: &[Move<Saga>] = &[act("stop", Do::End(Ending::Stopped), Fact::Ended).to()];

const COMPLETE: &[Move<Saga>] = &[act("complete", Do::End(Ending::Completed), Fact::Ended).to()];

const OPEN: Step<Saga> = act("open", Do::Open, Fact::Opened).row(Exit::Undo(STOP));
const PAGES: Step<Saga> = call("page", Call::Page, Fact::All, When::NextCutOff)
    .row(Exit::Landing(COMPLETE, None))
    .unless(Fact::Halted, Some(Do::Halt));

/// The one table of income jobs.
pub const INCOME: Table<Saga> = Table {
    version: "income.v1",
    title: "Income: one natural day of a money fund, wallet by wallet",
    steps: &[OPEN, PAGES],
    beside: &[],
};

const _: () =
    assert!(well_formed(&INCOME), "starts on an undo, ends on a landing, waits have ends");
