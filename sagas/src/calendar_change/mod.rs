//! Adds a version to the trading calendar: a further year, or days that the exchange closes or opens against its list.
//!
//! ```text
//! open -> add -> completed
//! ```
//!
//! 1. Its transaction ID is `calendar.{version}`, so that a file that is typed twice adds once, and other days under
//!    the same tag are refused.
//! 2. Whether the calendar can take it is decided before anything is stored, and once more when it is added; what is
//!    over meanwhile, by a death between the two, parks it.
//! 3. Every saga rests on the calendar: once the version is in its stream all of them are made anew by it, and the
//!    open ones look at their days again.

mod saga;
mod words;

pub use saga::{CalendarChange, Plan, Refusal};
pub use words::{Do, Ending, Fact, Milestone, Notes, Promise, Request, transaction_id};

use fundflow_runtime::step::{Exit, Move, Step, Table, act, well_formed};

type Saga = CalendarChange;

const STOP: &[Move<Saga>] = &[act("stop", Do::End(Ending::Stopped), Fact::Ended).to()];

const COMPLETE: &[Move<Saga>] = &[act("complete", Do::End(Ending::Completed), Fact::Ended).to()];

const OPEN: Step<Saga> = act("open", Do::Open, Fact::Opened).row(Exit::Undo(STOP));
const ADD: Step<Saga> = act("add", Do::Add, Fact::Added)
    .row(Exit::Landing(COMPLETE, None))
    .unless(Fact::Halted, Some(Do::Halt));

/// The one table of changes of the calendar.
pub const CALENDAR_CHANGE: Table<Saga> = Table {
    version: "calendar_change.v1",
    title: "Calendar change: a version of the trading calendar, by the exchange's notice",
    steps: &[OPEN, ADD],
    beside: &[],
};

const _: () =
    assert!(well_formed(&CALENDAR_CHANGE), "starts on an undo, ends on a landing, waits have ends");
