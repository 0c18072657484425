//! Carries a redemption of a target fund from reserved shares to money on the investor's account.
//!
//! ```text
//! reserve -> order -> confirmed (in parts, where the rest is carried over) -> taken out of the lots
//! each record: its money on T+n -> paid out        refused: a person names another account
//! ```
//!
//! 1. T is that of the order's own acceptance. On a later T than was promised the fund must still
//!    redeem, and the investor want it.
//! 2. What the registrar took is taken at once, out of the lots that the investor chose or in the
//!    fund's sequence; what it did not take is free again.
//! 3. Each part has its price and its pay day, and is paid by itself, however many there are. The money of a
//!    disputed record waits for its case, and the bank's silence about one keeps no other back.
//! 4. After the first record there is no way back, only a rest that stays.
//! 5. Who gives it up with `manual` or `suspense` has the money of what comes late, too.

mod act;
mod facts;
mod fund_saga;
mod hear;
mod prepare;
mod saga;
mod words;

pub use crate::discount_purchase::Asked;
pub use prepare::Refusal;
pub use saga::{Answer, Command, Plan, Redemption};
pub use words::{Call, Do, Ending, Fact, Request, When};

use crate::parts::compensation_lanes;
use crate::parts::payout_lanes::{LANES, beside};
use fundflow_runtime::step::{
    Deed, Exit, Late, Move, Side, Step, Table, act, call, wait, well_formed, word,
};

type Saga = Redemption;

const FAIL: &[Move<Saga>] = &[
    act("release", Do::Release, Fact::Released).to(),
    act("fail", Do::End(Ending::RolledBack), Fact::Ended).to(),
];
const COMPLETE: &[Move<Saga>] = &[
    wait("all paid out", Fact::PaidOut).to(),
    act("complete", Do::End(Ending::Completed), Fact::Ended).to(),
];

const RESERVE: Step<Saga> = act("reserve", Do::Reserve, Fact::Reserved).row(Exit::Undo(FAIL));
const ORDER: Step<Saga> =
    act("order", Do::Place, Fact::Placed).row(Exit::Nothing).unless(Fact::TurnedAway, None);
const REDEEM: Step<Saga> = call("redeem", Call::Redeem, Fact::Accepted, When::NextCutOff)
    .row(Exit::Nothing)
    .unless(Fact::Rejected, Some(Do::CloseOrder))
    .late_from(When::OrderUnwanted, Late::Refused);
const CONFIRM: Step<Saga> =
    word("confirm", Call::Redeem, Fact::Confirmed, When::ConfirmDue, When::ConfirmOverdue)
        .row(Exit::Nothing)
        .unless(Fact::Rejected, None);
const TAKE: Step<Saga> = act("take", Do::Take, Fact::Taken).row(Exit::Landing(COMPLETE, None));

/// The register is the truth: what a record took is gone as soon as it is heard.
const BOOK: Side<Saga> = act("book", Do::Take, Fact::Taken).beside();
const CANCEL: Side<Saga> = call("cancel", Call::Cancel, Fact::CancelSettled, When::ConfirmOverdue)
    .beside()
    .unless(Fact::CancelRefused);
const FORESEE: Side<Saga> =
    act("foresee payouts", Do::ForeseePayouts, Fact::PayoutsForeseen).beside().while_parked();
const REQUEST_PAYOUT: Side<Saga> = Deed {
    asks: Some(When::MoneyDue),
    ..act("pay out", Do::RequestPayout, Fact::PayoutsRequested)
}
.beside()
.while_parked();
const PAYOUT: Side<Saga> =
    call("paid out", Call::Payout, Fact::PayoutsAnswered, When::MoneyOverdue).beside();
const REFUSED: Side<Saga> =
    act("payout refused", Do::AskForAccount, Fact::NoneRefused).beside().while_parked();

/// What was given up without the registrar's word still has it coming.
const AT_LAST: Side<Saga> =
    word("order at last", Call::Redeem, Fact::OrderHeard, When::ConfirmDue, When::ConfirmOverdue)
        .after_the_end();

/// The bank's word on money that a person took over while it was under way: it may have moved.
const BANK_AT_LAST: Side<Saga> =
    word("bank at last", Call::AskBank, Fact::BankHeard, When::BankAsked, When::BankOverdue)
        .after_the_end();

const CLOSE: Side<Saga> = act("close order", Do::CloseOrder, Fact::OrderClosed).after_the_end();
const RELEASE_AT_LAST: Side<Saga> =
    act("release at last", Do::Release, Fact::NothingReserved).after_the_end();
const HAND_OVER: Side<Saga> = act("hand over", Do::HandOver, Fact::HandedOver).after_the_end();
const MISSING: Side<Saga> = wait("missing shares", Fact::NothingMissing).after_the_end();
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
const COMPENSATION_REFUSED: Side<Saga> =
    act("compensation refused", Do::AskForCompensation, Fact::CompensationTaken)
        .beside()
        .while_parked();

const ROWS: &[Step<Saga>] = &[RESERVE, ORDER, REDEEM, CONFIRM, TAKE];

const OTHERS: [Side<Saga>; 16] = [
    BOOK,
    CANCEL,
    FORESEE,
    REQUEST_PAYOUT,
    REFUSED,
    CLOSE,
    AT_LAST,
    RELEASE_AT_LAST,
    BANK_AT_LAST,
    HAND_OVER,
    MISSING,
    compensation(1),
    compensation(2),
    compensation(3),
    compensation(4),
    COMPENSATION_REFUSED,
];

const BESIDE: [Side<Saga>; OTHERS.len() + LANES] = beside(OTHERS, {
    let mut words = [(Call::PayoutIn(1), Fact::LaneAnswered(1), When::LaneOverdue(1)); LANES];
    let mut lane = 1;
    while lane <= LANES {
        words[lane - 1] = (Call::PayoutIn(lane), Fact::LaneAnswered(lane), When::LaneOverdue(lane));
        lane += 1;
    }
    words
});

/// Business code 024, confirmed by 124.
pub const REDEMPTION: Table<Saga> = Table {
    version: "redemption.v2",
    title: "Redemption: money for shares at the price of T",
    steps: ROWS,
    beside: &BESIDE,
};

/// The table of those that began before `redemption.v2`: the bank is asked about one payout at a time.
const REDEMPTION_V1: Table<Saga> = Table {
    version: "redemption.v1",
    title: "Redemption, as begun under an earlier program: a payout waits for the one before it",
    steps: ROWS,
    beside: &[
        BOOK,
        CANCEL,
        FORESEE,
        REQUEST_PAYOUT,
        PAYOUT,
        REFUSED,
        CLOSE,
        AT_LAST,
        RELEASE_AT_LAST,
        BANK_AT_LAST,
        HAND_OVER,
        MISSING,
        compensation(1),
        compensation(2),
        compensation(3),
        compensation(4),
        COMPENSATION_REFUSED,
    ],
};

const _: () = assert!(
    well_formed(&REDEMPTION) && well_formed(&REDEMPTION_V1),
    "starts on an undo, ends on a landing, waits have ends"
);
