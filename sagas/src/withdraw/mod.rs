//! Takes shares of a money fund out of a wallet and pays their worth to the investor: redeemed on T
//! (024), paid on T+n to the account that the money came from.
//!
//! ```text
//! reserve -> order -> redeem -> confirm -> take out -> settle income -> pay out
//!    `-- rejected, cancelled: released, kept in the wallet
//! ```
//!
//! 1. Only what is available is reserved: not what is in transit, frozen or in dispute.
//! 2. A full withdrawal takes the unpaid income along, whatever the fund's carry.
//! 3. The register is truth: a part that a huge redemption leaves unconfirmed comes on later days or
//!    stays, by the investor's flag; the withdrawal waits for the registrar's last record, and pays all in one
//!    sum.
//! 4. Money that the bank cannot deliver waits for a person, who names another account of the same
//!    name.

mod act;
mod facts;
mod hear;
mod plan;
mod saga;
mod words;

pub use plan::Plan;
pub(crate) use plan::{balance, reserved_by};
pub use saga::{Answer, Command, Refusal, Withdraw};
pub use words::{Asked, Call, Do, Ending, Fact, Request, When};

use fundflow_runtime::step::{
    Deed, Exit, Move, Side, Step, Table, act, call, wait, well_formed, word,
};

type Saga = Withdraw;

const KEEP: &[Move<Saga>] = &[
    act("release", Do::Release, Fact::Released).to(),
    act("keep", Do::End(Ending::KeptInWallet), Fact::Ended).to(),
];

/// The fund's money is here on T+n, and is the investor's from then on.
const ANNOUNCE: Deed<Saga> =
    Deed { asks: Some(When::MoneyDue), ..act("pay out", Do::RequestPayout, Fact::PayoutRequested) };

const PAY_OUT: &[Move<Saga>] = &[
    ANNOUNCE.to(),
    call("paid out", Call::PayOut, Fact::PayoutAnswered, When::MoneyOverdue).to(),
    act("paid out: another account", Do::AskForAccount, Fact::PaidOut).to(),
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
    act("take out", Do::TakeOut, Fact::TakenOut).row(Exit::Landing(PAY_OUT, None));
const SETTLE: Step<Saga> =
    act("settle income", Do::SettleIncome, Fact::IncomeSettled).row(Exit::Landing(PAY_OUT, None));

/// The money is the investor's also where the shares left after somebody had given up.
const PAY_AT_LAST: Deed<Saga> = Deed {
    asks: Some(When::MoneyDue),
    ..act("pay out at last", Do::RequestPayout, Fact::ProceedsRequested)
};

/// The bank's word on money that a person took over while it was under way: it may have moved.
const BANK_AT_LAST: Side<Saga> =
    word("bank at last", Call::AskBank, Fact::BankHeard, When::BankAsked, When::BankOverdue)
        .after_the_end();

const BESIDE: &[Side<Saga>] = &[
    call("cancel redemption", Call::Cancel, Fact::CancelSettled, When::Overdue)
        .beside()
        .unless(Fact::CancelRefused),
    act("book", Do::TakeOut, Fact::Booked).beside(),
    act("close redemption", Do::Close, Fact::Closed).after_the_end(),
    word("redemption at last", Call::Redeem, Fact::Heard, When::Due, When::Overdue).after_the_end(),
    act("release at last", Do::Release, Fact::NothingReserved).after_the_end(),
    act("settle income at last", Do::SettleIncome, Fact::IncomeBooked).after_the_end(),
    PAY_AT_LAST.after_the_end(),
    call("paid out at last", Call::PayOut, Fact::ProceedsAnswered, When::MoneyOverdue)
        .after_the_end(),
    act("payout refused", Do::AskForAccount, Fact::NoneRefused).after_the_end(),
    BANK_AT_LAST,
    act("hand over", Do::HandOver, Fact::HandedOver).after_the_end(),
    wait("missing shares", Fact::NothingMissing).after_the_end(),
    call("pay compensation", Call::Compensate, Fact::Compensated, When::CompensationOverdue)
        .beside(),
    act("compensation refused", Do::AskForCompensation, Fact::CompensationTaken).beside(),
];

/// The one table of withdrawals.
pub const WITHDRAW: Table<Saga> = Table {
    version: "withdraw.v1",
    title: "Withdraw: money-fund shares are redeemed on T and paid out on T+n",
    steps: &[RESERVE, ORDER, REDEEM, CONFIRM, TAKE_OUT, SETTLE],
    beside: BESIDE,
};

const _: () =
    assert!(well_formed(&WITHDRAW), "starts on an undo, ends on a landing, waits have ends");
