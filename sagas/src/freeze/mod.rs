//! Freezes and frees shares on the register's word or on an order that a person entered.
//!
//! ```text
//! open -> book -> completed
//! ```
//!
//! 1. The register's statement of a day (file 05) says how many shares of one investor and fund are
//!    frozen in all. Its name follows from day, fund and investor, so that a file that is read twice
//!    freezes once; where it says what is known already, it is refused and nothing is stored.
//! 2. An order (a court's, a pledge) freezes under its own transaction ID, and only a lifting that
//!    names that ID frees it: the register's figures may be older than the paper.
//! 3. Wallets and holdings are shared by many sagas. What is frozen here carries this saga's name, so
//!    that an auditor finds the word behind it.

mod saga;
mod words;

pub use saga::{Freeze, Plan, Refusal};
pub use words::{
    Do, Ending, Fact, Holder, Milestone, Notes, Promise, Request, Word, statement_id, statement_ids,
};

use fundflow_runtime::step::{Exit, Move, Step, Table, act, well_formed};

type Saga = Freeze;

const STOP: &[Move<Saga>] = &[act("stop", Do::End(Ending::Stopped), Fact::Ended).to()];

const COMPLETE: &[Move<Saga>] = &[act("complete", Do::End(Ending::Completed), Fact::Ended).to()];

const OPEN: Step<Saga> = act("open", Do::Open, Fact::Opened).row(Exit::Undo(STOP));
const BOOK: Step<Saga> = act("book", Do::Book, Fact::Booked)
    .row(Exit::Landing(COMPLETE, None))
    .unless(Fact::Halted, Some(Do::Halt));

/// The one table of freezes.
pub const FREEZE: Table<Saga> = Table {
    version: "freeze.v1",
    title: "Freeze: shares are kept from leaving, or free again, on somebody's word",
    steps: &[OPEN, BOOK],
    beside: &[],
};

const _: () =
    assert!(well_formed(&FREEZE), "starts on an undo, ends on a landing, waits have ends");
