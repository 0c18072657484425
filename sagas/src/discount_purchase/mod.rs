//! Carries a discount purchase to the best end that it can reach: the target fund, the wallet, or
//! the money back. One table per conversion mode.
//!
//! Read downwards it runs; on a refusal it is left upwards, row by row, until a landing. Nothing is
//! ever unwound over a confirmation of the registrar: after the purchase of the money fund stands,
//! the worst ending is that its shares are the investor's. Only the registrar can void that, by
//! rejecting the purchase in its batch; then the money goes back.
//!
//! T is fixed by the instant at which the money is ours, never by a date that others state. When
//! that is a later T than was promised, everything that depends on the day is decided again.

mod act;
mod again;
mod beyond_bought;
mod by_plan;
mod commands;
mod earlier;
mod ends;
mod facts;
mod fund_saga;
mod hear;
mod lanes;
mod limits;
mod out;
mod own_t;
mod plan;
mod prepare;
pub mod quote;
mod saga;
mod words;

pub use by_plan::{PLAN_HELD, PLAN_LINKED, PLAN_NEXT_DAY, PLAN_REDEEM_TO_PURCHASE};
pub use plan::Plan;
pub use prepare::Refusal;
pub use saga::{Answer, Command, DiscountPurchase};
pub use words::{Asked, AtLast, Call, Do, Ending, Fact, Request, When};

use fundflow_domain::modes::ConversionMode;
use fundflow_runtime::step::{
    Deed, Exit, Late, Move, Step, Table, act, call, wait, well_formed, word,
};

use lanes::{BESIDE, BESIDE_FOR_MONEY};

type Saga = DiscountPurchase;

const GIVE_BACK: Move<Saga> = act("give back", Do::GiveBack, Fact::GivenBack).to();

/// "Failed" says that any payment was returned; so it waits until it was.
const FAIL: &[Move<Saga>] = &[
    GIVE_BACK,
    wait("refunded", Fact::NothingOwed).to(),
    act("fail", Do::End(Ending::RolledBack), Fact::Ended).to(),
];

const REFUND: &[Move<Saga>] = &[act("refund", Do::RequestRefund, Fact::RefundRequested).to()];

const REVERSE: &[Move<Saga>] = &[act("reverse", Do::ReverseCredit, Fact::CreditReversed).to()];

/// The same where shares leave only once the purchase is confirmed. A purchase that is rejected after that takes
/// shares back that may have left: then the register and we disagree about shares, and a person decides.
const fn reverse(falls: &'static str) -> [Move<Saga>; 3] {
    [
        word(falls, Call::Out, Fact::OutFallen, When::OutDue, When::OutOverdue)
            .to_unless(Fact::OutStands),
        act("release what never came", Do::Release, Fact::AtLast(AtLast::NothingReserved)).to(),
        act("reverse", Do::ReverseCredit, Fact::CreditReversed).to(),
    ]
}
const REVERSE_CONVERTED: &[Move<Saga>] = &reverse("conversion falls");
const REVERSE_REDEEMED: &[Move<Saga>] = &reverse("redemption falls");

const RELEASE: &[Move<Saga>] = &[act("release", Do::Release, Fact::Released).to()];

/// The wallet keeps what the registrar confirms; that must be known before the saga may end.
const KEEP: &[Move<Saga>] = &[
    word("keep: confirm buy", Call::Buy, Fact::BuyConfirmed, When::BuyDue, When::BuyOverdue).to(),
    act("keep: settle", Do::ConfirmCredit, Fact::CreditConfirmed).to(),
    wait("keep: refunded", Fact::NothingOwed).to(),
    act("keep", Do::End(Ending::KeptInWallet), Fact::Ended).to(),
];

/// At the registrar a conversion falls with its purchase. If it was confirmed all the same, the
/// register and we disagree about shares, and no rule of ours may settle that.
const FALLEN: &[Move<Saga>] =
    &[word("conversion falls", Call::Out, Fact::OutRejected, When::OutDue, When::OutOverdue)
        .to_unless(Fact::OutConfirmedAtAll)];

const COMPLETE: &[Move<Saga>] = &[
    wait("refunded at last", Fact::NothingOwed).to(),
    act("complete", Do::End(Ending::Completed), Fact::Ended).to(),
];

/// What the target did not take of the redemption's money is the investor's, and so is income that came
/// along with the shares. The fund pays both on T+n.
const PAY_REST: Move<Saga> = Deed {
    asks: Some(When::MoneyDue),
    ..act("pay out rest", Do::RequestPayout, Fact::RestRequested)
}
.to();
const COMPLETE_WITH_REST: &[Move<Saga>] = &[
    PAY_REST,
    call("rest paid out", Call::Payout, Fact::RestAnswered, When::PayoutOverdue).to(),
    act("rest paid out: another account", Do::AskForAccount, Fact::RestPaidOut).to(),
    wait("refunded at last", Fact::NothingOwed).to(),
    act("complete", Do::End(Ending::Completed), Fact::Ended).to(),
];

/// The money of the redemption is the investor's, whatever becomes of the target, from the day on which the
/// fund pays it.
const PAY_MONEY: Move<Saga> =
    Deed { asks: Some(When::MoneyDue), ..act("pay out", Do::RequestPayout, Fact::PayoutRequested) }
        .to();
const PAY_OUT: &[Move<Saga>] = &[
    PAY_MONEY,
    call("paid out", Call::Payout, Fact::PayoutAnswered, When::PayoutOverdue).to(),
    act("paid out: another account", Do::AskForAccount, Fact::PaidOut).to(),
    wait("paid out: refunded", Fact::NothingOwed).to(),
    act("end with the money", Do::End(Ending::PaidOut), Fact::Ended).to(),
];

const fn count(exit: &'static [Move<Saga>]) -> Step<Saga> {
    act("count", Do::Count, Fact::Counted).row(Exit::Undo(exit))
}
const COUNT: Step<Saga> = count(FAIL);
const ANNOUNCE: Step<Saga> = act("announce", Do::RequestPayment, Fact::PaymentRequested)
    .row(Exit::Nothing)
    .unless(Fact::TurnedAway, None);
const PAY: Step<Saga> = call("pay", Call::Charge, Fact::Paid, When::NextCutOff)
    .row(Exit::Undo(REFUND))
    .unless(Fact::Declined, Some(Do::ClosePayment))
    .late_from(When::ChargeUnwanted, Late::Refused);
const DATE: Step<Saga> = act("date", Do::AwaitDate, Fact::Dated).row(Exit::Nothing);
const READMIT: Step<Saga> =
    act("readmit", Do::Readmit, Fact::Admitted).row(Exit::Nothing).unless(Fact::TurnedAway, None);
const PLACE: Step<Saga> = act("place", Do::PlaceBuy, Fact::BuyPlaced).row(Exit::Nothing);
const BUY: Step<Saga> = call("buy", Call::Buy, Fact::BuyAccepted, When::NextCutOff)
    .row(Exit::Nothing)
    .unless(Fact::BuyRejected, Some(Do::CloseBuy))
    .late_from(When::BuyUnwanted, Late::Refused);
const fn credit(exit: &'static [Move<Saga>]) -> Step<Saga> {
    act("credit", Do::CreditInTransit, Fact::Credited).row(Exit::Undo(exit))
}
const CREDIT: Step<Saga> = credit(REVERSE);
const CREDIT_TO_CONVERT: Step<Saga> = credit(REVERSE_CONVERTED);
const CREDIT_TO_REDEEM: Step<Saga> = credit(REVERSE_REDEEMED);
const fn commit(exit: &'static [Move<Saga>]) -> Step<Saga> {
    act("commit", Do::Commit, Fact::Committed).row(Exit::Landing(exit, Some(Fact::BuyRejected)))
}
const COMMIT: Step<Saga> = commit(KEEP);
const fn reserve(exit: Exit<Saga>) -> Step<Saga> {
    act("reserve", Do::Reserve, Fact::Reserved).row(exit).unless(Fact::ReserveUnwanted, None)
}
const fn order(name: &'static str) -> Step<Saga> {
    act(name, Do::PlaceOut, Fact::OutPlaced).row(Exit::Nothing).unless(Fact::OutRejected, None)
}
const fn out(name: &'static str, exit: Exit<Saga>) -> Step<Saga> {
    call(name, Call::Out, Fact::OutAccepted, When::NextCutOff)
        .row(exit)
        .unless(Fact::OutRejected, Some(Do::CloseOut))
        .late_from(When::OutUnwanted, Late::Refused)
}
const CONFIRM_BUY: Step<Saga> =
    word("confirm buy", Call::Buy, Fact::BuyConfirmed, When::BuyDue, When::BuyOverdue)
        .row(Exit::Nothing)
        .unless(Fact::BuyRejected, None);
const SETTLE: Step<Saga> =
    act("settle", Do::ConfirmCredit, Fact::CreditConfirmed).row(Exit::Nothing);
const fn confirm(name: &'static str) -> Step<Saga> {
    word(name, Call::Out, Fact::OutConfirmed, When::OutDue, When::OutOverdue)
        .row(Exit::Nothing)
        .unless(Fact::OutRejected, None)
}
const SPEND: Step<Saga> = act("spend", Do::Spend, Fact::Spent).row(Exit::Nothing);
const fn hold_target(exit: &'static [Move<Saga>]) -> Step<Saga> {
    act("hold target", Do::CreditTarget, Fact::TargetCredited).row(Exit::Landing(exit, None))
}
const TARGET_WITH_REST: Step<Saga> = hold_target(COMPLETE_WITH_REST);
const SETTLE_INCOME: Step<Saga> =
    act("settle income", Do::SettleIncome, Fact::IncomeSettled).row(Exit::Nothing);
const TARGET: Step<Saga> = hold_target(COMPLETE);

/// Both legs in the batch of one T: the target is priced at T.
pub const LINKED: Table<Saga> = Table {
    version: "linked.v3",
    title: "Linked: bought and converted in the batch of one T",
    steps: &[
        COUNT,
        ANNOUNCE,
        PAY,
        DATE,
        READMIT,
        PLACE,
        BUY,
        CREDIT,
        COMMIT,
        reserve(Exit::Undo(RELEASE)),
        order("order conversion"),
        out("convert", Exit::Undo(FALLEN)),
        CONFIRM_BUY,
        SETTLE,
        confirm("confirm conversion"),
        SPEND,
        TARGET,
    ],
    beside: BESIDE,
};

/// Converted once the purchase is confirmed: the target is priced at that day.
pub const NEXT_DAY: Table<Saga> = Table {
    version: "next_day.v3",
    title: "Next day: converted once the purchase is confirmed",
    steps: &[
        COUNT,
        ANNOUNCE,
        PAY,
        DATE,
        READMIT,
        PLACE,
        BUY,
        CREDIT_TO_CONVERT,
        COMMIT,
        CONFIRM_BUY,
        SETTLE,
        reserve(Exit::Undo(RELEASE)),
        order("order conversion"),
        out("convert", Exit::Nothing),
        confirm("confirm conversion"),
        SPEND,
        SETTLE_INCOME,
        TARGET_WITH_REST,
    ],
    beside: BESIDE_FOR_MONEY,
};

/// Shares that the wallet held before are converted on T. No money moves but their unpaid income.
pub const HELD: Table<Saga> = Table {
    version: "held.v1",
    title: "Held: shares that the wallet held before are converted on T",
    steps: &[
        COUNT,
        reserve(Exit::Undo(RELEASE)),
        order("order conversion"),
        out("convert", Exit::Nothing),
        confirm("confirm conversion"),
        SPEND,
        SETTLE_INCOME,
        TARGET_WITH_REST,
    ],
    beside: lanes::EARLIER_BESIDE_FOR_MONEY,
};

const fn spend_for_money(exit: &'static [Move<Saga>]) -> Step<Saga> {
    act("spend", Do::Spend, Fact::Spent).row(Exit::Landing(exit, None))
}
const SPEND_FOR_MONEY: Step<Saga> = spend_for_money(PAY_OUT);
const MONEY: Step<Saga> =
    Deed { asks: Some(When::MoneyDue), ..act("order target", Do::PlaceTarget, Fact::TargetPlaced) }
        .row(Exit::Nothing)
        .unless(Fact::TargetRejected, None);
const BUY_TARGET: Step<Saga> =
    call("buy target", Call::Target, Fact::TargetAccepted, When::TargetCutOff)
        .row(Exit::Nothing)
        .unless(Fact::TargetRejected, Some(Do::CloseTarget));
const CONFIRM_TARGET: Step<Saga> = word(
    "confirm target",
    Call::Target,
    Fact::TargetConfirmed,
    When::TargetDue,
    When::TargetOverdue,
)
.row(Exit::Nothing)
.unless(Fact::TargetRejected, None);

/// Redeemed, and the money buys the target on the day on which it arrives: for a target that is at
/// another registrar.
pub const REDEEM_TO_PURCHASE: Table<Saga> = Table {
    version: "redeem_to_purchase.v2",
    title: "Redeem to purchase: redeemed, and the money buys the target when it arrives",
    steps: &[
        COUNT,
        ANNOUNCE,
        PAY,
        DATE,
        READMIT,
        PLACE,
        BUY,
        CREDIT_TO_REDEEM,
        COMMIT,
        CONFIRM_BUY,
        SETTLE,
        reserve(Exit::Undo(RELEASE)),
        order("order redemption"),
        out("redeem", Exit::Nothing),
        confirm("confirm redemption"),
        SPEND_FOR_MONEY,
        SETTLE_INCOME,
        MONEY,
        BUY_TARGET,
        CONFIRM_TARGET,
        TARGET_WITH_REST,
    ],
    beside: BESIDE_FOR_MONEY,
};

const _: () = assert!(
    well_formed(&LINKED)
        && well_formed(&NEXT_DAY)
        && well_formed(&HELD)
        && well_formed(&REDEEM_TO_PURCHASE),
    "starts on an undo, ends on a landing, waits have ends"
);

/// Every table, in the order of the documents.
const TABLES: &[&Table<Saga>] = &[
    &LINKED,
    &NEXT_DAY,
    &HELD,
    &REDEEM_TO_PURCHASE,
    &PLAN_LINKED,
    &PLAN_NEXT_DAY,
    &PLAN_HELD,
    &PLAN_REDEEM_TO_PURCHASE,
    &earlier::LINKED,
    &earlier::NEXT_DAY,
    &earlier::REDEEM_TO_PURCHASE,
    &earlier::PLAN_LINKED,
    &earlier::PLAN_NEXT_DAY,
    &earlier::PLAN_REDEEM_TO_PURCHASE,
];

/// The table for a new purchase.
pub const fn table_for(mode: ConversionMode, by_plan: bool) -> &'static Table<Saga> {
    match (mode, by_plan) {
        (ConversionMode::LinkedSameDay, false) => &LINKED,
        (ConversionMode::NextDay, false) => &NEXT_DAY,
        (ConversionMode::Held, false) => &HELD,
        (ConversionMode::RedeemToPurchase, false) => &REDEEM_TO_PURCHASE,
        (ConversionMode::LinkedSameDay, true) => &PLAN_LINKED,
        (ConversionMode::NextDay, true) => &PLAN_NEXT_DAY,
        (ConversionMode::Held, true) => &PLAN_HELD,
        (ConversionMode::RedeemToPurchase, true) => &PLAN_REDEEM_TO_PURCHASE,
    }
}
