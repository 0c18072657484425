//! What a member exchanges points for, as the shop tells it, under a number that we hand out.
//!
//! ```text
//! Requested -> Ordered -> Packed -> Shipped (-> damaged -> apologised)
//!     |           |          `----> Unshippable: the member fetches it
//!     |           |--Withdraw--> Withdrawn ---.
//!     |           `-----------> Unpackable ---+--> Cancelled
//!     `--> Declined
//! ```
//!
//! 1. News that were known decide nothing; news that contradict are refused and change nothing.
//! 2. The shop may tell a later stage first: what lies between is then known too.

use fundflow_kernel::{cause::Cause, codec::Stored, decider::Decider, stored_types};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is asked of a parcel.
#[derive(Debug, Clone)]
pub enum Command {
    /// Hand the number out, before the shop hears of it.
    Request(Arc<str>),
    /// Record what the shop says.
    Tell(News),
    /// The member does not want it any more.
    Withdraw,
}

/// What the shop says of a parcel, or an operator in its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum News {
    /// It takes the order.
    Ordered,
    /// It does not.
    Declined(Cause),
    /// It is ready.
    Packed,
    /// It cannot be made ready.
    Unpackable(Cause),
    /// It is on its way, and nobody is owed anything.
    Shipped,
    /// Nobody takes it there.
    Unshippable(Cause),
    /// It was taken apart again.
    Cancelled,
    /// It arrived damaged.
    Damaged,
    /// The member has an apology.
    Apologised,
}

/// What happened to a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The number is handed out.
    Requested {
        /// What is in it.
        goods: Arc<str>,
    },
    /// The shop takes the order.
    Ordered {},
    /// The shop does not.
    Declined {
        /// In the shop's words.
        cause: Cause,
    },
    /// It is ready.
    Packed {},
    /// It cannot be made ready.
    Unpackable {
        /// In the shop's words.
        cause: Cause,
    },
    /// It is on its way.
    Shipped {},
    /// Nobody takes it there.
    Unshippable {
        /// In the shop's words.
        cause: Cause,
    },
    /// The member does not want it any more.
    Withdrawn {},
    /// It was taken apart again.
    Cancelled {},
    /// It arrived damaged.
    Damaged {},
    /// The member has an apology.
    Apologised {},
}

/// How far a parcel has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Nobody asked for it.
    #[default]
    Absent,
    /// The number is handed out; what the shop does with it is not known.
    Requested,
    /// The shop takes the order.
    Ordered,
    /// The shop does not, or never said so until a person gave it up.
    Declined(Cause),
    /// It is ready.
    Packed,
    /// It cannot be made ready.
    Unpackable(Cause),
    /// The member does not want it any more.
    Withdrawn,
    /// It was taken apart again.
    Cancelled(Option<Cause>),
    /// It is on its way.
    Shipped,
    /// Nobody takes it there.
    Unshippable(Cause),
    /// It arrived damaged, and an apology is owed.
    Damaged,
    /// It arrived damaged, and that is settled.
    Apologised,
}

/// Why a parcel says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such parcel.
    #[error("nobody asked for this parcel")]
    Unknown,
    /// The shop says the opposite of what took effect, which stands.
    #[error("{news} contradicts what is known of the parcel")]
    Contradicts {
        /// Text of the news.
        news: &'static str,
    },
    /// It can be withdrawn from its order on, until it is ready.
    #[error("it can be withdrawn only between its order and its packing")]
    NotNow,
}

/// The rules of a parcel.
#[derive(Debug)]
pub struct Parcel;

impl Decider for Parcel {
    const CATEGORY: &'static str = "parcel";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        use {Command as C, State as S};
        match (state, command) {
            (S::Absent, C::Request(goods)) => Ok(vec![Event::Requested { goods: goods.clone() }]),
            (S::Absent, C::Tell(_) | C::Withdraw) => Err(Refusal::Unknown),
            (_, C::Request(_)) => Ok(vec![]),
            (S::Ordered, C::Withdraw) => Ok(vec![Event::Withdrawn {}]),
            (S::Withdrawn, C::Withdraw) => Ok(vec![]),
            (_, C::Withdraw) => Err(Refusal::NotNow),
            (_, C::Tell(news)) => record(state, news),
        }
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        use {Event as E, State as S};
        match (state, event) {
            (S::Absent, E::Requested { .. }) => Some(S::Requested),
            (S::Requested, E::Ordered {}) => Some(S::Ordered),
            (S::Requested, E::Declined { cause }) => Some(S::Declined(cause.clone())),
            (S::Ordered, E::Packed {}) => Some(S::Packed),
            (S::Ordered, E::Unpackable { cause }) => Some(S::Unpackable(cause.clone())),
            (S::Ordered, E::Withdrawn {}) => Some(S::Withdrawn),
            (S::Withdrawn, E::Cancelled {}) => Some(S::Cancelled(None)),
            (S::Unpackable(cause), E::Cancelled {}) => Some(S::Cancelled(Some(cause))),
            (S::Packed, E::Shipped {}) => Some(S::Shipped),
            (S::Packed, E::Unshippable { cause }) => Some(S::Unshippable(cause.clone())),
            (S::Shipped, E::Damaged {}) => Some(S::Damaged),
            (S::Damaged, E::Apologised {}) => Some(S::Apologised),
            (_, _) => None,
        }
    }
}

impl Stored for Parcel {
    stored_types!(Event {
        Requested => "parcel.requested",
        Ordered => "parcel.ordered",
        Declined => "parcel.declined",
        Packed => "parcel.packed",
        Unpackable => "parcel.unpackable",
        Shipped => "parcel.shipped",
        Unshippable => "parcel.unshippable",
        Withdrawn => "parcel.withdrawn",
        Cancelled => "parcel.cancelled",
        Damaged => "parcel.damaged",
        Apologised => "parcel.apologised",
    });
}

fn record(state: &State, news: &News) -> Result<Vec<Event>, Refusal> {
    use {News as N, State as S};
    let ordered = |event| Ok(vec![Event::Ordered {}, event]);
    match (state, news) {
        (S::Requested, N::Ordered) => Ok(vec![Event::Ordered {}]),
        (S::Requested, N::Declined(cause)) => Ok(vec![Event::Declined { cause: cause.clone() }]),
        (S::Requested, N::Packed) => ordered(Event::Packed {}),
        (S::Requested, N::Unpackable(cause)) => ordered(Event::Unpackable { cause: cause.clone() }),
        (S::Ordered, N::Packed) => Ok(vec![Event::Packed {}]),
        (S::Ordered, N::Unpackable(cause)) => Ok(vec![Event::Unpackable { cause: cause.clone() }]),
        (S::Withdrawn | S::Unpackable(_), N::Cancelled) => Ok(vec![Event::Cancelled {}]),
        (S::Packed, N::Shipped) => Ok(vec![Event::Shipped {}]),
        (S::Packed, N::Unshippable(cause)) => Ok(vec![Event::Unshippable { cause: cause.clone() }]),
        (S::Shipped, N::Damaged) => Ok(vec![Event::Damaged {}]),
        (S::Damaged, N::Apologised) => Ok(vec![Event::Apologised {}]),
        (_, _) if known(state, news) => Ok(vec![]),
        (_, _) => Err(Refusal::Contradicts { news: news.name() }),
    }
}

/// Whether the news say what is known already.
fn known(state: &State, news: &News) -> bool {
    use {News as N, State as S};
    match news {
        N::Ordered => !matches!(state, S::Absent | S::Requested | S::Declined(_)),
        N::Declined(_) => matches!(state, S::Declined(_)),
        N::Packed => matches!(state, S::Packed | S::Unshippable(_)) || known(state, &N::Shipped),
        N::Unpackable(_) => {
            matches!(state, S::Unpackable(_) | S::Withdrawn | S::Cancelled(_))
        }
        N::Shipped => matches!(state, S::Shipped | S::Damaged | S::Apologised),
        N::Unshippable(_) => matches!(state, S::Unshippable(_)),
        N::Cancelled => matches!(state, S::Cancelled(_)),
        N::Damaged => matches!(state, S::Damaged | S::Apologised),
        N::Apologised => matches!(state, S::Apologised),
    }
}

impl News {
    /// In one word.
    pub const fn name(&self) -> &'static str {
        match self {
            News::Ordered => "ordered",
            News::Declined(_) => "declined",
            News::Packed => "packed",
            News::Unpackable(_) => "unpackable",
            News::Shipped => "shipped",
            News::Unshippable(_) => "unshippable",
            News::Cancelled => "cancelled",
            News::Damaged => "damaged",
            News::Apologised => "apologised",
        }
    }
}
