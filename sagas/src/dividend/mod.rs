//! A dividend of a fund that is no money fund, as one record of the registrar's file 06 states it.
//!
//! ```text
//! reinvested: open -> book -> completed           its shares are a lot of the day on which they were registered
//! in cash:    open -> book -> pay out -> paid     the fund owes it, and the investor gets it on the day of payment
//! ```
//!
//! 1. One record is one dividend: its name follows from the registrar and its number, so that a file that is read twice
//!    books once, and a record that says otherwise under the same number is refused.
//! 2. The registrar is the truth: neither shares nor money are reckoned here. Whoever reads the file looks whether the
//!    record adds up, and whose account it is.
//! 3. Money that the bank cannot deliver waits for a person, who names another account of the investor's. Where a person
//!    gives it up, a case says whose it is until somebody has paid it.

mod by_hand;
mod pay;
mod prepare;
mod saga;
mod words;

pub use prepare::Refusal;
pub use saga::{Command, Dividends, Plan};
pub use words::{
    Answer, Call, Do, Ending, Fact, Given, Milestone, Notes, Promise, Request, When, id,
};

use fundflow_runtime::step::{Deed, Exit, Move, Side, Step, Table, act, call, well_formed};

type Saga = Dividends;

const STOP: &[Move<Saga>] = &[act("stop", Do::End(Ending::Stopped), Fact::Ended).to()];

const COMPLETE: &[Move<Saga>] = &[act("complete", Do::End(Ending::Completed), Fact::Ended).to()];

const PAY: &[Move<Saga>] = &[
    Deed { asks: Some(When::MoneyDue), ..act("pay out", Do::RequestPayout, Fact::PayoutRequested) }
        .to(),
    call("paid out", Call::PayOut, Fact::PayoutAnswered, When::MoneyOverdue).to(),
    act("paid out: another account", Do::AskForAccount, Fact::PaidOut).to(),
    act("end with the money", Do::End(Ending::PaidOut), Fact::Ended).to(),
];

const OPEN: Step<Saga> = act("open", Do::Open, Fact::Opened).row(Exit::Undo(STOP));

const fn book(moves: &'static [Move<Saga>]) -> Step<Saga> {
    act("book", Do::Book, Fact::Booked)
        .row(Exit::Landing(moves, None))
        .unless(Fact::Halted, Some(Do::Halt))
}

const HAND_OVER: Side<Saga> = act("hand over", Do::HandOver, Fact::HandedOver).after_the_end();

/// The table of dividends that became shares.
pub const REINVESTED: Table<Saga> = Table {
    version: "dividend_reinvested.v1",
    title: "Dividend, reinvested: its shares are a lot of their own",
    steps: &[OPEN, book(COMPLETE)],
    beside: &[],
};

/// The table of dividends in cash.
pub const IN_CASH: Table<Saga> = Table {
    version: "dividend_in_cash.v1",
    title: "Dividend in cash: the fund owes it, and it is paid out on its day",
    steps: &[OPEN, book(PAY)],
    beside: &[HAND_OVER],
};

const _: () = assert!(
    well_formed(&REINVESTED) && well_formed(&IN_CASH),
    "starts on an undo, ends on a landing, waits have ends"
);
