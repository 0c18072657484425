//! Puts money into a wallet: paid, and turned into shares of the money fund on T (022).
//!
//! ```text
//! count -> announce -> pay -> date -> readmit -> place -> buy -> credit -> confirm -> settle
//!    `-- declined, turned away, rejected, taken back: the money goes back
//! ```
//!
//! 1. T is fixed by the instant at which the money is ours; on a later T than was promised all that
//!    depends on the day is decided again.
//! 2. Shares are in transit until the registrar confirms them; what it does not accept goes back.
//! 3. Money goes back only to the account that it came from.

mod act;
mod facts;
mod hear;
mod plan;
mod prepare;
mod saga;
mod words;

pub use plan::Plan;
pub use prepare::Refusal;
pub use saga::{Answer, Command, Recharge};
pub use words::{Asked, Call, Do, Ending, Fact, Request, When};

use crate::parts::{compensation_lanes, refund_lanes};
use fundflow_runtime::step::{
    Exit, Late, Move, Side, Step, Table, act, call, wait, well_formed, word,
};

type Saga = Recharge;

/// "Failed" says that any payment was returned; so it waits until it was.
const FAIL: &[Move<Saga>] = &[
    act("give back", Do::GiveBack, Fact::GivenBack).to(),
    wait("refunded", Fact::NothingOwed).to(),
    act("fail", Do::End(Ending::RolledBack), Fact::Ended).to(),
];

const REFUND: &[Move<Saga>] = &[act("refund", Do::RequestRefund, Fact::RefundRequested).to()];

const REVERSE: &[Move<Saga>] = &[act("reverse", Do::ReverseCredit, Fact::CreditReversed).to()];

const COMPLETE: &[Move<Saga>] = &[
    wait("refunded at last", Fact::NothingOwed).to(),
    act("complete", Do::End(Ending::Completed), Fact::Ended).to(),
];

const COUNT: Step<Saga> = act("count", Do::Count, Fact::Counted).row(Exit::Undo(FAIL));
const ANNOUNCE: Step<Saga> =
    act("announce", Do::RequestPayment, Fact::PaymentRequested).row(Exit::Nothing);
const PAY: Step<Saga> = call("pay", Call::Charge, Fact::Paid, When::NextCutOff)
    .row(Exit::Undo(REFUND))
    .unless(Fact::Declined, Some(Do::ClosePayment))
    .late_from(When::ChargeUnwanted, Late::Refused);
const DATE: Step<Saga> = act("date", Do::AwaitDate, Fact::Dated).row(Exit::Nothing);
const READMIT: Step<Saga> =
    act("readmit", Do::Readmit, Fact::Admitted).row(Exit::Nothing).unless(Fact::TurnedAway, None);
const PLACE: Step<Saga> = act("place", Do::Place, Fact::Placed).row(Exit::Nothing);
const BUY: Step<Saga> = call("buy", Call::Buy, Fact::Accepted, When::NextCutOff)
    .row(Exit::Nothing)
    .unless(Fact::Rejected, Some(Do::Close))
    .late_from(When::OrderUnwanted, Late::Refused);
const CREDIT: Step<Saga> =
    act("credit", Do::CreditInTransit, Fact::Credited).row(Exit::Undo(REVERSE));
const CONFIRM: Step<Saga> =
    word("confirm buy", Call::Buy, Fact::Confirmed, When::Due, When::Overdue)
        .row(Exit::Nothing)
        .unless(Fact::Rejected, None);
const SETTLE: Step<Saga> =
    act("settle", Do::ConfirmCredit, Fact::CreditConfirmed).row(Exit::Nothing);
const RETURN: Step<Saga> =
    act("return rest", Do::ReturnRest, Fact::RestReturned).row(Exit::Landing(COMPLETE, None));

/// The bank's word on money that a person took over while it was under way: it may have moved.
const BANK_AT_LAST: Side<Saga> =
    word("bank at last", Call::AskBank, Fact::BankHeard, When::BankAsked, When::BankOverdue)
        .after_the_end();

/// Of money that goes back, each part in a lane of its own.
const fn refund(lane: usize) -> Side<Saga> {
    refund_lanes::lane(
        lane,
        Call::RefundIn(lane),
        Fact::NothingOwedIn(lane),
        When::RefundOverdueIn(lane),
    )
}

/// What a person owes by closing a case is paid whenever they say so.
/// Of money of ours, what each case owes in a lane of its own.
const fn compensation(lane: usize) -> Side<Saga> {
    compensation_lanes::lane(
        lane,
        Call::Compensate(lane),
        Fact::Compensated(lane),
        When::CompensationOverdue(lane),
    )
}

macro_rules! beside {
    ($($refunds:expr),* $(,)?) => {
        &[
            $($refunds,)*
            act("fall with the day", Do::FallWithDay, Fact::StandsOnDay).beside(),
            call("cancel purchase", Call::Cancel, Fact::CancelSettled, When::Overdue)
                .beside()
                .unless(Fact::CancelRefused),
            act("book", Do::ConfirmCredit, Fact::Booked).beside(),
            act("close payment", Do::ClosePayment, Fact::PaymentClosed).after_the_end(),
            act("close purchase", Do::Close, Fact::Closed).after_the_end(),
            word("purchase at last", Call::Buy, Fact::Heard, When::Due, When::Overdue).after_the_end(),
            act("reverse at last", Do::ReverseCredit, Fact::NothingInTransit).after_the_end(),
            act("return at last", Do::ReturnRest, Fact::RestReturned).after_the_end(),
            act("count no more", Do::GiveBack, Fact::NothingCounts).after_the_end(),
            BANK_AT_LAST,
            act("hand over", Do::HandOver, Fact::HandedOver).after_the_end(),
            wait("missing shares", Fact::NothingMissing).after_the_end(),
            compensation(1),
            compensation(2),
            compensation(3),
            compensation(4),
            act("compensation refused", Do::AskForCompensation, Fact::CompensationTaken)
                .beside()
                .while_parked(),
        ]
    };
}

const ROWS: &[Step<Saga>] =
    &[COUNT, ANNOUNCE, PAY, DATE, READMIT, PLACE, BUY, CREDIT, CONFIRM, SETTLE, RETURN];

/// The table of new recharges.
pub const RECHARGE: Table<Saga> = Table {
    version: "recharge.v2",
    title: "Recharge: money becomes shares of the money fund",
    steps: ROWS,
    beside: beside![refund(1), refund(2), refund(3), refund(4)],
};

/// The table of those that began before `recharge.v2`: the bank is asked about one refund at a time.
const RECHARGE_V1: Table<Saga> = Table {
    version: "recharge.v1",
    title: "Recharge, as begun under an earlier program: a refund waits for the one before it",
    steps: ROWS,
    beside: beside![
        call("refund payment", Call::Refund, Fact::NothingOwed, When::MoneyOverdue).beside()
    ],
};

const _: () = assert!(
    well_formed(&RECHARGE) && well_formed(&RECHARGE_V1),
    "starts on an undo, ends on a landing, waits have ends"
);
