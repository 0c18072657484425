//! Carries a conversion of holdings: shares of one fund become shares of another, on one T and
//! without money leaving.
//!
//! ```text
//! count (target's limit) -> reserve -> order -> confirmed -> taken out of the lots -> target's lot
//! ```
//!
//! 1. T is that of the order's own acceptance. On a later T than was promised both funds must still
//!    convert, and the investor want it.
//! 2. The fee is what the pair of funds says: difference of fees, of rates, or of both. A
//!    confirmation is held against it, lot by lot.
//! 3. The holding period of the target's lot starts on its own registration.
//! 4. What a huge redemption leaves unconfirmed is not carried over: it stays with the investor.

mod act;
mod facts;
mod fund_saga;
mod hear;
mod prepare;
mod saga;
mod words;

pub use crate::discount_purchase::Asked;
pub use prepare::Refusal;
pub use saga::{Answer, Command, Conversion, Plan};
pub use words::{Call, Do, Ending, Fact, Request, When};

use fundflow_runtime::step::{
    Exit, Late, Move, Side, Step, Table, act, call, wait, well_formed, word,
};

type Saga = Conversion;

const FAIL: &[Move<Saga>] = &[
    act("give back", Do::GiveBack, Fact::GivenBack).to(),
    act("fail", Do::End(Ending::RolledBack), Fact::Ended).to(),
];
const RELEASE: &[Move<Saga>] = &[act("release", Do::Release, Fact::Released).to()];
const COMPLETE: &[Move<Saga>] = &[act("complete", Do::End(Ending::Completed), Fact::Ended).to()];

const COUNT: Step<Saga> = act("count", Do::Count, Fact::Counted).row(Exit::Undo(FAIL));
const RESERVE: Step<Saga> = act("reserve", Do::Reserve, Fact::Reserved).row(Exit::Undo(RELEASE));
const ORDER: Step<Saga> =
    act("order", Do::Place, Fact::Placed).row(Exit::Nothing).unless(Fact::TurnedAway, None);
const CONVERT: Step<Saga> = call("convert", Call::Convert, Fact::Accepted, When::NextCutOff)
    .row(Exit::Nothing)
    .unless(Fact::Rejected, Some(Do::CloseOrder))
    .late_from(When::OrderUnwanted, Late::Refused);
const CONFIRM: Step<Saga> =
    word("confirm", Call::Convert, Fact::Confirmed, When::ConfirmDue, When::ConfirmOverdue)
        .row(Exit::Nothing)
        .unless(Fact::Rejected, None);
const TAKE: Step<Saga> = act("take", Do::Take, Fact::Taken).row(Exit::Nothing);
const HOLD: Step<Saga> =
    act("hold target", Do::Credit, Fact::Credited).row(Exit::Landing(COMPLETE, None));

/// The register is the truth: what a record took is gone as soon as it is heard, and what it
/// registered is there.
const BOOK_OUT: Side<Saga> = act("book out", Do::Take, Fact::Taken).beside();
const BOOK_IN: Side<Saga> = act("book in", Do::Credit, Fact::Booked).beside();
const CANCEL: Side<Saga> = call("cancel", Call::Cancel, Fact::CancelSettled, When::ConfirmOverdue)
    .beside()
    .unless(Fact::CancelRefused);

/// What was given up without the registrar's word still has it coming.
const AT_LAST: Side<Saga> =
    word("order at last", Call::Convert, Fact::OrderHeard, When::ConfirmDue, When::ConfirmOverdue)
        .after_the_end();

/// Business code 036, confirmed by 136.
pub const CONVERSION: Table<Saga> = Table {
    version: "conversion.v1",
    title: "Conversion: shares of one fund for shares of another at the prices of T",
    steps: &[COUNT, RESERVE, ORDER, CONVERT, CONFIRM, TAKE, HOLD],
    beside: &[
        BOOK_OUT,
        BOOK_IN,
        act("fall with the day", Do::FallWithDay, Fact::StandsOnDay).beside(),
        CANCEL,
        act("close order", Do::CloseOrder, Fact::OrderClosed).after_the_end(),
        AT_LAST,
        act("release at last", Do::Release, Fact::NothingReserved).after_the_end(),
        act("hand over", Do::HandOver, Fact::HandedOver).after_the_end(),
        wait("missing shares", Fact::NothingMissing).after_the_end(),
    ],
};

const _: () =
    assert!(well_formed(&CONVERSION), "starts on an undo, ends on a landing, waits have ends");
