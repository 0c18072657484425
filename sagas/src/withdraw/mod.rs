//! Takes shares of a money fund out of a wallet and pays their worth to the investor: redeemed on T
//! (024), paid on T+n to the account that the money came from.
//!
//! ```text
//! reserve -> order -> redeem -> confirm -> take out -> settle income -> pay out
//!    `-- rejected, cancelled: released, still in the wallet
//! ```
//!
//! 1. Only what is available is reserved: not what is in transit, frozen or in dispute.
//! 2. A full withdrawal takes the unpaid income along, whatever the fund's carry.
//! 3. The register is truth: a part that a huge redemption leaves unconfirmed comes on later days or
//!    stays, by the investor's flag. The money of each record is paid by itself, on its own day; those that began
//!    under an earlier program wait for the last record, and pay all in one sum (`one_sum`).
//! 4. Money that the bank cannot deliver waits for a person, who names another account of the same
//!    name.

mod act;
mod facts;
mod hear;
mod one_sum;
mod plan;
pub mod quote;
mod saga;
mod words;

pub use plan::Plan;
pub(crate) use plan::{balance, reserved_by};
pub use saga::{Answer, Command, Refusal, Withdraw};
pub use words::{Asked, Call, Do, Ending, Fact, Request, When};

use crate::parts::compensation_lanes;
use crate::parts::payout_lanes::{LANES, beside};
use fundflow_runtime::step::{
    Deed, Exit, Move, Side, Step, Table, act, call, wait, well_formed, word,
};

type Saga = Withdraw;

const KEEP: &[Move<Saga>] = &[
    act("release", Do::Release, Fact::Released).to(),
    act("keep", Do::End(Ending::KeptInWallet), Fact::Ended).to(),
];

const COMPLETE: &[Move<Saga>] = &[
    wait("all paid out", Fact::AllPaidOut).to(),
    act("end with the money", Do::End(Ending::PaidOut), Fact::Ended).to(),
];

const RESERVE: Step<Saga> = act("reserve", Do::Reserve, Fact::Reserved).row(Exit::Undo(KEEP));
const ORDER: Step<Saga> = act("order redemption", Do::Place, Fact::Placed)
    .row(Exit::Nothing)
    .unless(Fact::Rejected, None);
const REDEEM: Step<Saga> = call("redeem", Call::Redeem, Fact::Accepted, When::NextCutOff)
    .row(Exit::Nothing)
    .unless(Fact::Rejected, Some(Do::Close));
const CONFIRM: Step<Saga> =
    word("confirm redemption", Call::Redeem, Fact::Confirmed, When::Due, When::Overdue)
        .row(Exit::Nothing)
        .unless(Fact::Rejected, None);
const TAKE_OUT: Step<Saga> =
    act("take out", Do::TakeOut, Fact::TakenOut).row(Exit::Landing(COMPLETE, None));
const SETTLE: Step<Saga> =
    act("settle income", Do::SettleIncome, Fact::IncomeSettled).row(Exit::Landing(COMPLETE, None));

const BOOK: Side<Saga> = act("book", Do::TakeOut, Fact::Booked).beside();
const CANCEL: Side<Saga> =
    call("cancel redemption", Call::Cancel, Fact::CancelSettled, When::Overdue)
        .beside()
        .unless(Fact::CancelRefused);
const FORESEE: Side<Saga> =
    act("foresee payouts", Do::ForeseePayouts, Fact::PayoutsForeseen).beside().while_parked();
/// The fund's money is here on T+n of each record, and is the investor's from then on.
const REQUEST_PAYOUT: Side<Saga> = Deed {
    asks: Some(When::MoneyDue),
    ..act("pay out", Do::RequestPayout, Fact::PayoutsRequested)
}
.beside()
.while_parked();
const PAYOUT: Side<Saga> =
    call("paid out", Call::PayOut, Fact::PayoutsAnswered, When::MoneyOverdue).beside();
const REFUSED: Side<Saga> =
    act("payout refused", Do::AskForAccount, Fact::NoneRefused).beside().while_parked();

const CLOSE: Side<Saga> = act("close redemption", Do::Close, Fact::Closed).after_the_end();
const AT_LAST: Side<Saga> =
    word("redemption at last", Call::Redeem, Fact::Heard, When::Due, When::Overdue).after_the_end();
const RELEASE_AT_LAST: Side<Saga> =
    act("release at last", Do::Release, Fact::NothingReserved).after_the_end();
const SETTLE_AT_LAST: Side<Saga> =
    act("settle income at last", Do::SettleIncome, Fact::IncomeBooked).after_the_end();

/// The bank's word on money that a person took over while it was under way: it may have moved.
const BANK_AT_LAST: Side<Saga> =
    word("bank at last", Call::AskBank, Fact::BankHeard, When::BankAsked, When::BankOverdue)
        .after_the_end();

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

const ROWS: &[Step<Saga>] = &[RESERVE, ORDER, REDEEM, CONFIRM, TAKE_OUT, SETTLE];

const OTHERS: [Side<Saga>; 17] = [
    CANCEL,
    BOOK,
    FORESEE,
    REQUEST_PAYOUT,
    REFUSED,
    CLOSE,
    AT_LAST,
    RELEASE_AT_LAST,
    SETTLE_AT_LAST,
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
    let mut words = [(Call::PayOutIn(1), Fact::LaneAnswered(1), When::LaneOverdue(1)); LANES];
    let mut lane = 1;
    while lane <= LANES {
        words[lane - 1] = (Call::PayOutIn(lane), Fact::LaneAnswered(lane), When::LaneOverdue(lane));
        lane += 1;
    }
    words
});

/// The table of withdrawals.
pub const WITHDRAW: Table<Saga> = Table {
    version: "withdraw.v3",
    title: "Withdraw: money-fund shares are redeemed on T, and each record is paid out on its T+n",
    steps: ROWS,
    beside: &BESIDE,
};

/// The table of those that began before `withdraw.v3`: the bank is asked about one payout at a time.
const WITHDRAW_V2: Table<Saga> = Table {
    version: "withdraw.v2",
    title: "Withdraw, as begun under an earlier program: a payout waits for the one before it",
    steps: ROWS,
    beside: &[
        CANCEL,
        BOOK,
        FORESEE,
        REQUEST_PAYOUT,
        PAYOUT,
        REFUSED,
        CLOSE,
        AT_LAST,
        RELEASE_AT_LAST,
        SETTLE_AT_LAST,
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
    well_formed(&WITHDRAW) && well_formed(&WITHDRAW_V2) && well_formed(&one_sum::TABLE),
    "starts on an undo, ends on a landing, waits have ends"
);
