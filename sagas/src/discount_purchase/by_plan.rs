//! The same tables for the occurrence of a regular plan, which tell the plan what became of its date.
//!
//! | the purchase ends | the date is |
//! |---|---|
//! | with shares of the target, all of the amount or a part of it | done |
//! | with the money-market shares, the money of the redemption, or the money back | missed |
//!
//! 1. The plan hears as soon as that is certain, and waits for no money that is still on its way.

use super::lanes::{EARLIER_PLAN_BESIDE_FOR_MONEY, PLAN_BESIDE, PLAN_BESIDE_FOR_MONEY};
use super::{
    ANNOUNCE, BUY, BUY_TARGET, CONFIRM_BUY, CONFIRM_TARGET, CREDIT, CREDIT_TO_CONVERT,
    CREDIT_TO_REDEEM, Call, DATE, Do, Ending, FALLEN, Fact, GIVE_BACK, MONEY, PAY, PAY_MONEY,
    PAY_REST, PLACE, READMIT, RELEASE, SETTLE, SETTLE_INCOME, SPEND, Saga, When, commit, confirm,
    count, hold_target, order, out, reserve, spend_for_money,
};
use crate::parts::occurrence::Tell;
use fundflow_runtime::step::{Exit, Move, Step, Table, act, call, wait, well_formed, word};

/// The plan goes on; the investor hears what this date met.
const MISS: Move<Saga> =
    act("miss", Do::TellPlan(Tell::Missed), Fact::PlanKnows(Tell::Missed)).to();
const CARRY_OUT: Move<Saga> =
    act("carry out", Do::TellPlan(Tell::CarriedOut), Fact::PlanKnows(Tell::CarriedOut)).to();
const REFUNDED: Move<Saga> = wait("refunded at last", Fact::NothingOwed).to();
const COMPLETED: Move<Saga> = act("complete", Do::End(Ending::Completed), Fact::Ended).to();

const UNCOUNT: &[Move<Saga>] = &[GIVE_BACK];
const FAIL: &[Move<Saga>] = &[
    MISS,
    wait("refunded", Fact::NothingOwed).to(),
    act("fail", Do::End(Ending::RolledBack), Fact::Ended).to(),
];
const KEEP: &[Move<Saga>] = &[
    word("keep: confirm buy", Call::Buy, Fact::BuyConfirmed, When::BuyDue, When::BuyOverdue).to(),
    act("keep: settle", Do::ConfirmCredit, Fact::CreditConfirmed).to(),
    MISS,
    wait("keep: refunded", Fact::NothingOwed).to(),
    act("keep", Do::End(Ending::KeptInWallet), Fact::Ended).to(),
];
const COMPLETE: &[Move<Saga>] = &[CARRY_OUT, REFUNDED, COMPLETED];
const COMPLETE_WITH_REST: &[Move<Saga>] = &[
    CARRY_OUT,
    PAY_REST,
    call("rest paid out", Call::Payout, Fact::RestAnswered, When::PayoutOverdue).to(),
    act("rest paid out: another account", Do::AskForAccount, Fact::RestPaidOut).to(),
    REFUNDED,
    COMPLETED,
];
const PAY_OUT: &[Move<Saga>] = &[
    MISS,
    PAY_MONEY,
    call("paid out", Call::Payout, Fact::PayoutAnswered, When::PayoutOverdue).to(),
    act("paid out: another account", Do::AskForAccount, Fact::PaidOut).to(),
    wait("paid out: refunded", Fact::NothingOwed).to(),
    act("end with the money", Do::End(Ending::PaidOut), Fact::Ended).to(),
];

const BEGIN: Step<Saga> =
    act("begin", Do::TellPlan(Tell::Begun), Fact::PlanKnows(Tell::Begun)).row(Exit::Undo(FAIL));
const COUNT: Step<Saga> = count(UNCOUNT);
const COMMIT: Step<Saga> = commit(KEEP);
const TARGET_WITH_REST: Step<Saga> = hold_target(COMPLETE_WITH_REST);

/// An occurrence in the batch of one T.
pub const PLAN_LINKED: Table<Saga> = Table {
    version: "plan_linked.v2",
    title: "Occurrence of a plan, linked: bought and converted in the batch of one T",
    steps: &[
        BEGIN,
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
        hold_target(COMPLETE),
    ],
    beside: PLAN_BESIDE,
};

/// An occurrence that is converted once its purchase is confirmed.
pub const PLAN_NEXT_DAY: Table<Saga> = Table {
    version: "plan_next_day.v2",
    title: "Occurrence of a plan, next day: converted once the purchase is confirmed",
    steps: &[
        BEGIN,
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
    beside: PLAN_BESIDE_FOR_MONEY,
};

/// An occurrence that converts shares which the wallet held before.
pub const PLAN_HELD: Table<Saga> = Table {
    version: "plan_held.v1",
    title: "Occurrence of a plan, held: shares that the wallet held before are converted on T",
    steps: &[
        BEGIN,
        COUNT,
        reserve(Exit::Undo(RELEASE)),
        order("order conversion"),
        out("convert", Exit::Nothing),
        confirm("confirm conversion"),
        SPEND,
        SETTLE_INCOME,
        TARGET_WITH_REST,
    ],
    beside: EARLIER_PLAN_BESIDE_FOR_MONEY,
};

/// An occurrence whose target is at another registrar.
pub const PLAN_REDEEM_TO_PURCHASE: Table<Saga> = Table {
    version: "plan_redeem_to_purchase.v2",
    title: "Occurrence of a plan, redeem to purchase: redeemed, and the money buys the target",
    steps: &[
        BEGIN,
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
        spend_for_money(PAY_OUT),
        SETTLE_INCOME,
        MONEY,
        BUY_TARGET,
        CONFIRM_TARGET,
        TARGET_WITH_REST,
    ],
    beside: PLAN_BESIDE_FOR_MONEY,
};

const _: () = assert!(
    well_formed(&PLAN_LINKED)
        && well_formed(&PLAN_NEXT_DAY)
        && well_formed(&PLAN_HELD)
        && well_formed(&PLAN_REDEEM_TO_PURCHASE),
    "starts on an undo, ends on a landing, waits have ends"
);
