//! Carries an order by amount to shares of a fund, or the money back: purchase, subscription, and
//! the occurrence of a regular plan.
//!
//! ```text
//! count -> pay -> (T of the payment: decided again if it is a later one) -> order -> confirmed
//!       -> what was not accepted goes back -> lots among the holdings
//! ```
//!
//! 1. T is fixed by the instant at which the money is ours. On a later T than was promised, status,
//!    limits and charge are decided again.
//! 2. A confirmed part stands. Only what the registrar did not accept goes back.
//! 3. A subscription is received first; its shares come when the fund is founded, interest included,
//!    or its money goes back, and what it earned is paid out.
//! 4. A plan hears in the same batch that its occurrence begins, and what became of it.

mod act;
mod facts;
mod hear;
mod plan;
mod prepare;
mod saga;
mod words;

pub use crate::discount_purchase::Asked;
pub use plan::Plan;
pub use prepare::Refusal;
pub use saga::{Answer, Command, Purchase};
pub use words::{Call, Do, Ending, Fact, Request, When};

use crate::parts::{compensation_lanes, refund_lanes};
use fundflow_domain::admission::buying::Way;
use fundflow_runtime::step::{
    Deed, Exit, Late, Move, Side, Step, Table, act, call, wait, well_formed, word,
};

type Saga = Purchase;

const GIVE_BACK: Move<Saga> = act("give back", Do::GiveBack, Fact::GivenBack).to();
/// "Failed" says that any payment was returned; so it waits until it was.
const REFUNDED: Move<Saga> = wait("refunded", Fact::NothingOwed).to();
const FAILED: Move<Saga> = act("fail", Do::End(Ending::RolledBack), Fact::Ended).to();

const FAIL: &[Move<Saga>] = &[GIVE_BACK, REFUNDED, FAILED];
const UNCOUNT: &[Move<Saga>] = &[GIVE_BACK, REFUNDED];
/// The plan goes on; the investor hears what this occurrence met.
const MISS: &[Move<Saga>] = &[act("miss", Do::Miss, Fact::Missed).to(), FAILED];

const REFUND: &[Move<Saga>] = &[act("refund", Do::RequestRefund, Fact::RefundRequested).to()];
const REFUND_WITH_INTEREST: &[Move<Saga>] = &[
    act("refund", Do::RequestRefund, Fact::RefundRequested).to(),
    act("owe interest", Do::OweInterest, Fact::InterestOwed).to(),
    call("pay interest", Call::Interest, Fact::InterestAnswered, When::InterestOverdue).to(),
    act("interest refused", Do::AskForAccount, Fact::InterestPaid).to(),
];

const COMPLETE: &[Move<Saga>] = &[
    wait("refunded at last", Fact::NothingOwed).to(),
    act("complete", Do::End(Ending::Completed), Fact::Ended).to(),
];
const CARRY_OUT: &[Move<Saga>] = &[
    wait("refunded at last", Fact::NothingOwed).to(),
    act("carry out", Do::CarryOut, Fact::CarriedOut).to(),
    act("complete", Do::End(Ending::Completed), Fact::Ended).to(),
];

const BEGIN: Step<Saga> = act("begin", Do::Begin, Fact::Begun).row(Exit::Undo(MISS));
const fn count(exit: &'static [Move<Saga>]) -> Step<Saga> {
    act("count", Do::Count, Fact::Counted).row(Exit::Undo(exit))
}
const ANNOUNCE: Step<Saga> = act("announce", Do::RequestPayment, Fact::PaymentRequested)
    .row(Exit::Nothing)
    .unless(Fact::TurnedAway, None);
const fn pay(exit: &'static [Move<Saga>]) -> Step<Saga> {
    call("pay", Call::Charge, Fact::Paid, When::NextCutOff)
        .row(Exit::Undo(exit))
        .unless(Fact::Declined, Some(Do::ClosePayment))
        .late_from(When::ChargeUnwanted, Late::Refused)
}
const DATE: Step<Saga> = act("date", Do::AwaitDate, Fact::Dated).row(Exit::Nothing);
const READMIT: Step<Saga> =
    act("readmit", Do::Readmit, Fact::Admitted).row(Exit::Nothing).unless(Fact::TurnedAway, None);
const PLACE: Step<Saga> = act("place", Do::Place, Fact::Placed).row(Exit::Nothing);
const fn buy(name: &'static str) -> Step<Saga> {
    call(name, Call::Buy, Fact::Accepted, When::NextCutOff)
        .row(Exit::Nothing)
        .unless(Fact::Rejected, Some(Do::CloseOrder))
        .late_from(When::OrderUnwanted, Late::Refused)
}
const RECEIVE: Step<Saga> =
    word("receive", Call::Buy, Fact::Received, When::ConfirmDue, When::ConfirmOverdue)
        .row(Exit::Nothing)
        .unless(Fact::Rejected, None);
const fn confirm(asks: When, parks: When) -> Step<Saga> {
    word("confirm", Call::Buy, Fact::Confirmed, asks, parks)
        .row(Exit::Nothing)
        .unless(Fact::Rejected, None)
}
const CONFIRM: Step<Saga> = confirm(When::ConfirmDue, When::ConfirmOverdue);
const RETURN_REST: Step<Saga> =
    act("return rest", Do::ReturnRest, Fact::RestReturned).row(Exit::Nothing);
const fn hold(exit: &'static [Move<Saga>]) -> Step<Saga> {
    act("hold", Do::Credit, Fact::Credited).row(Exit::Landing(exit, None))
}

/// Of money that goes back, each part in a lane of its own.
const fn refund(lane: usize) -> Side<Saga> {
    refund_lanes::lane(
        lane,
        Call::RefundIn(lane),
        Fact::NothingOwedIn(lane),
        When::RefundOverdueIn(lane),
    )
}
/// Of earlier tables: the bank is asked about one refund at a time.
const REFUNDS: Side<Saga> =
    call("refund payment", Call::Refund, Fact::NothingOwed, When::MoneyOverdue).beside();
/// The register is the truth: a record's lot is there as soon as it is heard.
const BOOK: Side<Saga> = act("book", Do::Credit, Fact::Credited).beside();
const CANCEL: Side<Saga> = call("cancel", Call::Cancel, Fact::CancelSettled, When::ConfirmOverdue)
    .beside()
    .unless(Fact::CancelRefused);

/// No order of the day stands, and the registrar has this one.
const FALL: Side<Saga> = act("fall with the day", Do::FallWithDay, Fact::StandsOnDay).beside();

/// What a person who gave up leaves is closed, so that nothing is asked for without an owner.
const fn closing(deed: Deed<Saga>) -> Side<Saga> {
    deed.after_the_end()
}
const CLOSE_PAYMENT: Side<Saga> =
    closing(act("close payment", Do::ClosePayment, Fact::PaymentClosed));
const CLOSE_ORDER: Side<Saga> = closing(act("close order", Do::CloseOrder, Fact::OrderClosed));
/// What was given up without the registrar's word still has it coming.
const fn at_last(asks: When, parks: When) -> Side<Saga> {
    closing(word("order at last", Call::Buy, Fact::OrderHeard, asks, parks))
}
const AT_LAST: Side<Saga> = at_last(When::ConfirmDue, When::ConfirmOverdue);
/// A record that takes the place of another after the end may accept less.
const RETURN_AT_LAST: Side<Saga> =
    closing(act("return at last", Do::ReturnRest, Fact::RestReturned));
/// What the money of a raising earned that failed once its shares were there is owed as any other.
const OWE_AT_LAST: Side<Saga> =
    closing(act("owe interest at last", Do::OweInterest, Fact::InterestOwed));
const PAY_AT_LAST: Side<Saga> = closing(call(
    "pay interest at last",
    Call::Interest,
    Fact::InterestAnswered,
    When::InterestOverdue,
));
const INTEREST_REFUSED: Side<Saga> =
    closing(act("interest refused at last", Do::AskForAccount, Fact::InterestTaken));
/// What was given up and brings no shares counts no more.
const COUNT_NO_MORE: Side<Saga> = closing(act("count no more", Do::GiveBack, Fact::NothingCounts));
/// A person who has the order has what comes of it.
const HAND_OVER: Side<Saga> = closing(act("hand over", Do::HandOver, Fact::HandedOver));
/// What a record could not be booked for is booked when others bring it.
const MISSING: Side<Saga> = closing(wait("missing shares", Fact::NothingMissing));
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
/// The bank's word on money that a person took over while it was under way: it may have moved.
const BANK_AT_LAST: Side<Saga> =
    word("bank at last", Call::AskBank, Fact::BankHeard, When::BankAsked, When::BankOverdue)
        .after_the_end();
macro_rules! beside {
    ($($refunds:expr),* $(,)?) => {
        &[
            $($refunds,)*
            BOOK,
            FALL,
            CANCEL,
            CLOSE_PAYMENT,
            CLOSE_ORDER,
            AT_LAST,
            RETURN_AT_LAST,
            compensation(1),
            compensation(2),
            compensation(3),
            compensation(4),
            COMPENSATION_REFUSED,
            BANK_AT_LAST,
            COUNT_NO_MORE,
            HAND_OVER,
            MISSING,
        ]
    };
}
macro_rules! beside_raising {
    ($($refunds:expr),* $(,)?) => {
        &[
            $($refunds,)*
            BOOK,
            FALL,
            CANCEL,
            CLOSE_PAYMENT,
            CLOSE_ORDER,
            at_last(When::FoundedDue, When::FoundedOverdue),
            RETURN_AT_LAST,
            OWE_AT_LAST,
            PAY_AT_LAST,
            INTEREST_REFUSED,
            BANK_AT_LAST,
            COUNT_NO_MORE,
            HAND_OVER,
            MISSING,
            compensation(1),
            compensation(2),
            compensation(3),
            compensation(4),
            COMPENSATION_REFUSED,
        ]
    };
}
macro_rules! beside_occurrence {
    ($($refunds:expr),* $(,)?) => {
        &[
            $($refunds,)*
            BOOK,
            FALL,
            CANCEL,
            CLOSE_PAYMENT,
            CLOSE_ORDER,
            AT_LAST,
            RETURN_AT_LAST,
            BANK_AT_LAST,
            COUNT_NO_MORE,
            HAND_OVER,
            MISSING,
            closing(act("miss at last", Do::SettleDate, Fact::PlanSettled)),
            compensation(1),
            compensation(2),
            compensation(3),
            compensation(4),
            COMPENSATION_REFUSED,
        ]
    };
}

/// Business code 022, confirmed by 122.
pub const PURCHASE: Table<Saga> = Table {
    version: "purchase.v2",
    title: "Purchase: shares of an open fund at the price of T",
    steps: &[
        count(FAIL),
        ANNOUNCE,
        pay(REFUND),
        DATE,
        READMIT,
        PLACE,
        buy("buy"),
        CONFIRM,
        RETURN_REST,
        hold(COMPLETE),
    ],
    beside: beside![refund(1), refund(2), refund(3), refund(4)],
};

/// Business code 020, received by 120, confirmed by 130 or sent back by 149.
pub const SUBSCRIPTION: Table<Saga> = Table {
    version: "subscription.v2",
    title: "Subscription: shares of a fund that is being raised, at face value",
    steps: &[
        count(FAIL),
        ANNOUNCE,
        pay(REFUND_WITH_INTEREST),
        DATE,
        READMIT,
        PLACE,
        buy("subscribe"),
        RECEIVE,
        confirm(When::FoundedDue, When::FoundedOverdue),
        RETURN_REST,
        hold(COMPLETE),
    ],
    beside: beside_raising![refund(1), refund(2), refund(3), refund(4)],
};

/// Business code 039, confirmed by 139.
pub const OCCURRENCE: Table<Saga> = Table {
    version: "plan_occurrence.v2",
    title: "Occurrence of a regular plan: a purchase that the plan hears of",
    steps: &[
        BEGIN,
        count(UNCOUNT),
        ANNOUNCE,
        pay(REFUND),
        DATE,
        READMIT,
        PLACE,
        buy("buy"),
        CONFIRM,
        RETURN_REST,
        hold(CARRY_OUT),
    ],
    beside: beside_occurrence![refund(1), refund(2), refund(3), refund(4)],
};

/// Of those that began before `purchase.v2`.
const PURCHASE_V1: Table<Saga> = Table {
    version: "purchase.v1",
    title: "Purchase, as begun under an earlier program: a refund waits for the one before it",
    beside: beside![REFUNDS],
    ..PURCHASE
};

/// Of those that began before `subscription.v2`.
const SUBSCRIPTION_V1: Table<Saga> = Table {
    version: "subscription.v1",
    title: "Subscription, as begun under an earlier program: a refund waits for the one before it",
    beside: beside_raising![REFUNDS],
    ..SUBSCRIPTION
};

/// Of those that began before `plan_occurrence.v2`.
const OCCURRENCE_V1: Table<Saga> = Table {
    version: "plan_occurrence.v1",
    title: "Occurrence of a regular plan, as begun under an earlier program: a refund waits for the one before it",
    beside: beside_occurrence![REFUNDS],
    ..OCCURRENCE
};

const _: () = assert!(
    well_formed(&PURCHASE) && well_formed(&SUBSCRIPTION) && well_formed(&OCCURRENCE),
    "starts on an undo, ends on a landing, waits have ends"
);
const _: () = assert!(
    well_formed(&PURCHASE_V1) && well_formed(&SUBSCRIPTION_V1) && well_formed(&OCCURRENCE_V1),
    "starts on an undo, ends on a landing, waits have ends"
);

/// Every table, in the order of the documents.
const TABLES: &[&Table<Saga>] =
    &[&PURCHASE, &SUBSCRIPTION, &OCCURRENCE, &PURCHASE_V1, &SUBSCRIPTION_V1, &OCCURRENCE_V1];

/// The table for a new order.
pub const fn table_for(way: Way) -> &'static Table<Saga> {
    match way {
        Way::Purchase => &PURCHASE,
        Way::Subscription => &SUBSCRIPTION,
        Way::RegularPlan => &OCCURRENCE,
    }
}
