//! Cash for shares of a money fund at once (T+0): a licensed bank pays out of its own money, the
//! shares become the bank's (098), are redeemed (024), and the proceeds repay the bank.
//!
//! ```text
//! count -> reserve -> advance -> transfer -> take out -> redeem -> repay
//!             `-- declined: released, counted no more
//! ```
//!
//! 1. 10,000 yuan per investor, fund, distributor and natural day over all channels, on the day on which
//!    the cash goes out; what no bank advanced counts no more. While nobody knows, it counts on every day on
//!    which it may go out.
//! 2. No cash while the shares could be used twice: they are earmarked first, and only a decline
//!    frees them. An advance whose answer is unknown is asked for, never assumed.
//! 3. Once the cash is out, nothing is undone. What the registrar then rejects, or settles with other
//!    figures, opens a case with cash and shares side by side.
//! 4. The shares are the bank's, so it gets what they bring, no less and no more; what nobody redeems it
//!    keeps. What they do not come to of the advance is its own claim, and leaves our books once a person
//!    has closed the case.
//! 5. Where that is less after all than the bank has got of it, the bank returns the difference by hand: a case
//!    says how much, and its closing that the money is back.
//! 6. Where what was redeemed for the bank, or what it keeps, is not what the transfer gave it, a case says so;
//!    shares that came back to the investor are held, and nothing more goes to the bank until it is closed.
//! 7. While nobody has said that the bank's redemption arrived, it is of what the bank has by the records that hold.
//!    What the registrar has taken is not changed any more.
//! 8. It cannot be taken back.
//! 9. What never reached the bank by the end of its T, or of its natural day, is decided again: status,
//!    closure, minima and quota of the new ones. Once the cash is out, a T that moves changes nothing.
//! 10. Shares change hands and no income with them, be they the last ones: only what the investor redeems or
//!     converts settles income. What is owed stays in the wallet, and becomes shares by the fund's carry.

mod act;
mod bank;
mod bank_shares;
mod checks;
mod contested;
mod day;
mod facts;
mod hear;
mod overpaid;
mod own_cases;
mod plan;
mod prepare;
pub mod quote;
mod saga;
mod words;

pub use hear::Leg;
pub use plan::Plan;
pub use prepare::Refusal;
pub use saga::{Answer, Command, FastWithdraw};
pub use words::{Asked, Call, Do, Ending, Fact, Promise, Request, When};

use crate::parts::compensation_lanes;
use fundflow_runtime::step::{
    Deed, Exit, Move, Side, Step, Table, act, call, wait, well_formed, word,
};

type Saga = FastWithdraw;

const DECLINE: &[Move<Saga>] = &[
    act("give back", Do::GiveBack, Fact::GivenBack).to(),
    act("keep", Do::End(Ending::KeptInWallet), Fact::Ended).to(),
];

const RELEASE: &[Move<Saga>] = &[act("release", Do::Release, Fact::Released).to()];

/// The investor has the cash, and nothing will come for the shares: no rule of ours may settle that,
/// only whoever closes the case. What the registrar did not move stays the investor's.
const CASH_IS_OUT: &[Move<Saga>] = &[
    wait("cash is out", Fact::PersonDecided).to_unless(Fact::CashIsOut),
    act("keep what did not move", Do::Release, Fact::NothingReserved).to(),
    act("leave to the bank", Do::RequestRepayment, Fact::Repaid).to(),
    act("end with the cash alone", Do::End(Ending::PaidOut), Fact::Ended).to(),
];

/// The fund's money is here on T+n, and is the bank's from then on.
const ANNOUNCE: Deed<Saga> = Deed {
    asks: Some(When::MoneyDue),
    ..act("repay", Do::RequestRepayment, Fact::RepaymentRequested)
};

const REPAY: &[Move<Saga>] = &[
    ANNOUNCE.to(),
    call("repaid", Call::Repay, Fact::Repaid, When::MoneyOverdue).to(),
    act("end with the cash", Do::End(Ending::PaidOut), Fact::Ended).to(),
];

const COUNT: Step<Saga> = act("count", Do::Count, Fact::Counted).row(Exit::Undo(DECLINE));
const RESERVE: Step<Saga> = act("reserve", Do::Reserve, Fact::Reserved)
    .row(Exit::Undo(RELEASE))
    .unless(Fact::Declined, None);
const REQUEST: Step<Saga> = act("request advance", Do::RequestAdvance, Fact::AdvanceRequested)
    .row(Exit::Nothing)
    .unless(Fact::Declined, None);
const ADVANCE: Step<Saga> = call("advance", Call::Advance, Fact::Advanced, When::NextCutOff)
    .row(Exit::Landing(CASH_IS_OUT, None))
    .unless(Fact::Declined, Some(Do::CloseAdvance))
    .anew_from(When::EndOfDayOrT, Do::DecideAgain);
const ORDER: Step<Saga> = act("order transfer", Do::PlaceTransfer, Fact::TransferPlaced)
    .row(Exit::Nothing)
    .unless(Fact::TransferRejected, None);
const TRANSFER: Step<Saga> =
    call("transfer", Call::Transfer, Fact::TransferAccepted, When::NextCutOff)
        .row(Exit::Nothing)
        .unless(Fact::TransferRejected, Some(Do::CloseTransfer));
const CONFIRM: Step<Saga> = word(
    "confirm transfer",
    Call::Transfer,
    Fact::TransferConfirmed,
    When::TransferDue,
    When::TransferOverdue,
)
.row(Exit::Nothing)
.unless(Fact::TransferRejected, None);
const TAKE_OUT: Step<Saga> = act("take out", Do::TakeOut, Fact::TakenOut).row(Exit::Nothing);
const ORDER_REDEMPTION: Step<Saga> =
    act("order redemption", Do::PlaceRedemption, Fact::RedemptionPlaced)
        .row(Exit::Nothing)
        .unless(Fact::RedemptionRejected, None);
const REDEEM: Step<Saga> =
    call("redeem", Call::Redeem, Fact::RedemptionAccepted, When::RedemptionNextCutOff)
        .row(Exit::Nothing)
        .unless(Fact::RedemptionRejected, Some(Do::CloseRedemption));
const REDEEMED: Step<Saga> = word(
    "confirm redemption",
    Call::Redeem,
    Fact::Redeemed,
    When::RedemptionDue,
    When::RedemptionOverdue,
)
.row(Exit::Landing(REPAY, None))
.unless(Fact::RedemptionRejected, None);

/// What was given up without the bank's word still has it coming: cash and shares must not both be the
/// investor's.
const ADVANCE_AT_LAST: Deed<Saga> =
    word("advance at last", Call::Advance, Fact::AdvanceHeard, When::EndOfDay, When::NextCutOff);

/// What was given up without the registrar's word still has it coming.
const TRANSFER_AT_LAST: Deed<Saga> = word(
    "transfer at last",
    Call::Transfer,
    Fact::TransferHeard,
    When::TransferDue,
    When::TransferOverdue,
);
const REDEMPTION_AT_LAST: Deed<Saga> = word(
    "redemption at last",
    Call::Redeem,
    Fact::RedemptionHeard,
    When::RedemptionDue,
    When::RedemptionOverdue,
);

/// What the shares bring is the bank's also where it comes late, or by a corrected record.
const REPAY_AT_LAST: Deed<Saga> = Deed {
    asks: Some(When::MoneyDue),
    ..act("repay at last", Do::RequestRepayment, Fact::BankSettled)
};

/// At each midnight at which nobody knows what the bank did.
const COUNT_ON: Deed<Saga> = Deed {
    asks: Some(When::NextDay),
    ..act("count on the next day", Do::CountOn, Fact::AdvanceHeard)
};

/// The bank's word on money that a person took over while it was under way: it may have moved.
const BANK_AT_LAST: Side<Saga> =
    word("bank at last", Call::AskBank, Fact::BankHeard, When::BankAsked, When::BankOverdue)
        .after_the_end();

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

const BESIDE: &[Side<Saga>] = &[
    COUNT_ON.beside().while_parked(),
    act("keep the day's quota", Do::KeepQuotas, Fact::QuotasBalance).beside().while_parked(),
    act("book", Do::TakeOut, Fact::Booked).beside(),
    act("fit redemption", Do::FitRedemption, Fact::RedemptionFits).beside().while_parked(),
    act("close advance", Do::CloseAdvance, Fact::AdvanceClosed).after_the_end(),
    act("close transfer", Do::CloseTransfer, Fact::TransferClosed).after_the_end(),
    act("close redemption", Do::CloseRedemption, Fact::RedemptionClosed).after_the_end(),
    ADVANCE_AT_LAST.after_the_end(),
    TRANSFER_AT_LAST.after_the_end(),
    REDEMPTION_AT_LAST.after_the_end(),
    act("release at last", Do::Release, Fact::NothingReserved).after_the_end(),
    REPAY_AT_LAST.after_the_end(),
    call("repaid at last", Call::Repay, Fact::BankPaid, When::MoneyOverdue).after_the_end(),
    BANK_AT_LAST,
    act("hand over", Do::HandOver, Fact::HandedOver).after_the_end(),
    act("ask the bank back", Do::AskBack, Fact::AskedBack).after_the_end(),
    wait("missing shares", Fact::NothingMissing).after_the_end(),
    wait("a person closes the bank's case", Fact::ClaimAgreed).after_the_end(),
    compensation(1),
    compensation(2),
    compensation(3),
    compensation(4),
    act("compensation refused", Do::AskForCompensation, Fact::CompensationTaken)
        .beside()
        .while_parked(),
];

/// The one table of fast withdrawals.
pub const FAST_WITHDRAW: Table<Saga> = Table {
    version: "fast_withdraw.v1",
    title: "Fast withdraw: a bank advances the cash, and gets the shares and their worth",
    steps: &[
        COUNT,
        RESERVE,
        REQUEST,
        ADVANCE,
        ORDER,
        TRANSFER,
        CONFIRM,
        TAKE_OUT,
        ORDER_REDEMPTION,
        REDEEM,
        REDEEMED,
    ],
    beside: BESIDE,
};

const _: () =
    assert!(well_formed(&FAST_WITHDRAW), "starts on an undo, ends on a landing, waits have ends");
