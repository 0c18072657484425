//! Settles what a counterparty and we owe each other of one T (清算交收): sets it off, and waits for the money.
//!
//! ```text
//! open -> instruct -> settle: completed
//!         T+n         the day of pay, 10:00 ... 17:00
//! ```
//!
//! 1. It has one name, of counterparty and T, so that nobody settles a T twice. What is booked for that T later is due
//!    with the next one.
//! 2. Money that statements name is booked as it came, each transfer once. What is still to move, or moved beyond what
//!    was due, has a case from the statement on, and where no statement comes from the end of the day of pay on.
//! 3. The case shows what remains now. It is closed when the rest moves; where a person closes it, the rest is settled
//!    outside of the engine and booked so.
//! 4. Whoever brings a later statement lets it go on, also while a person is called, and also once it has ended: what
//!    moves then has a case, too.

mod rest;
mod saga;
mod words;

pub use saga::{Clearing, Plan, Refusal, notice};
pub use words::{
    Answer, Call, Do, Ending, Fact, Milestone, Notes, Promise, Request, When, due_on, id,
};

use fundflow_runtime::step::{Exit, Move, Step, Table, act, well_formed, word};

type Saga = Clearing;

const STOP: &[Move<Saga>] = &[act("stop", Do::End(Ending::Stopped), Fact::Ended).to()];

const COMPLETE: &[Move<Saga>] = &[act("complete", Do::End(Ending::Completed), Fact::Ended).to()];

const OPEN: Step<Saga> = act("open", Do::Open, Fact::Opened).row(Exit::Undo(STOP));
const INSTRUCT: Step<Saga> = act("instruct", Do::Instruct, Fact::Instructed).row(Exit::Nothing);
const SETTLE: Step<Saga> =
    word("settle", Call::Statement, Fact::Settled, When::Expected, When::Due)
        .row(Exit::Landing(COMPLETE, None))
        .unless(Fact::Halted, Some(Do::Halt));

/// The one table of clearings.
pub const CLEARING: Table<Saga> = Table {
    version: "clearing.v1",
    title: "Clearing: what a counterparty and we owe each other of a T is settled",
    steps: &[OPEN, INSTRUCT, SETTLE],
    beside: &[],
};

const _: () =
    assert!(well_formed(&CLEARING), "starts on an undo, ends on a landing, waits have ends");
