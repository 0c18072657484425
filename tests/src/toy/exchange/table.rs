//! The exchange's table, the words that it is written in, and the same with a wrong cell.

use super::Exchange;
use crate::toy::shop::Errand;
use fundflow_runtime::step::{Exit, Table, act, call, well_formed, word};

/// A table of this saga.
pub type ExchangeTable = Table<Exchange>;

/// Something that the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the table says what each makes done")]
pub enum Fact {
    Reserved,
    Released,
    Requested,
    Ordered,
    Declined,
    Packed,
    NotPacked,
    Cancelled,
    Spent,
    Shipped,
    Unshippable,
    NoApologyOwed,
    Ended,
}

/// A command to an aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the table says when each is sent")]
pub enum Do {
    Reserve,
    Release,
    Request,
    GiveUpOrder,
    Withdraw,
    Spend,
    GiveUpShipping,
    End(Ending),
}

/// A time that rows refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// The shop has promised to have packed by then.
    Promised,
    /// A person is called then.
    Patience,
}

/// How it ends for the member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// The goods are on their way.
    Completed,
    /// The goods wait at the shop.
    Collected,
    /// The points are free again.
    Failed,
}

/// The only table of the exchange.
#[rustfmt::skip]
pub static V1: ExchangeTable = Table {
    version: "exchange.v1",
    title: "Points for goods",
    steps: &[
        act("reserve", Do::Reserve, Fact::Reserved).row(Exit::Undo(&[
            act("release", Do::Release, Fact::Released).to(),
            act("fail", Do::End(Ending::Failed), Fact::Ended).to(),
        ])),
        act("request", Do::Request, Fact::Requested).row(Exit::Nothing),
        call("order", Errand::Order, Fact::Ordered, When::Patience).row(Exit::Undo(&[
            call("cancel", Errand::Cancel, Fact::Cancelled, When::Patience).to(),
        ])).unless(Fact::Declined, Some(Do::GiveUpOrder)),
        word("pack", Errand::Order, Fact::Packed, When::Promised, When::Patience)
            .row(Exit::Nothing).unless(Fact::NotPacked, Some(Do::Withdraw)),
        act("spend", Do::Spend, Fact::Spent).row(Exit::Landing(&[
            act("collect", Do::End(Ending::Collected), Fact::Ended).to(),
        ], None)),
        call("ship", Errand::Ship, Fact::Shipped, When::Patience).row(Exit::Landing(&[
            act("complete", Do::End(Ending::Completed), Fact::Ended).to(),
        ], None)).unless(Fact::Unshippable, Some(Do::GiveUpShipping)),
    ],
    beside: &[
        call("apologise", Errand::Apologise, Fact::NoApologyOwed, When::Patience).beside(),
    ],
};
const _: () = assert!(well_formed(&V1), "it starts with an undo and ends on a landing");

/// The same with a wrong cell: after a refusal the shop is not asked to take the order apart.
#[rustfmt::skip]
pub static FORGETS_TO_CANCEL: ExchangeTable = Table {
    version: "exchange.forgets",
    title: "Points for goods, with a wrong cell",
    steps: &[
        V1.steps[0],
        V1.steps[1],
        call("order", Errand::Order, Fact::Ordered, When::Patience).row(Exit::Nothing)
            .unless(Fact::Declined, Some(Do::GiveUpOrder)),
        V1.steps[3],
        V1.steps[4],
        V1.steps[5],
    ],
    beside: V1.beside,
};
