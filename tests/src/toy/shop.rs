//! The shop: the port that the toys call, and a play of it that the explorer and simulator run.
//!
//! It acts once per key and says the same for ever. What it *may* do besides taking every order is
//! the play's: each of these is another future.

use super::parcel::News;
use crate::explore::counterparties::{Counterparties, Said};
use fundflow_kernel::{cause::Cause, envelope::StreamName};
use fundflow_runtime::{
    message::Effect,
    port::{Ask, Callee, Keyed, Payload, Port, PortName},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

/// What can be asked of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Errand {
    /// Take an order.
    Order,
    /// Take it apart again.
    Cancel,
    /// Ship the parcel to the member.
    Ship,
    /// Tell the member that nothing comes.
    Apologise,
    /// Say whether a purchase deserves points.
    Check,
}

/// A call to the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The number that it is about.
    pub number: Arc<str>,
    /// What is asked.
    pub errand: Errand,
}

impl Keyed for Call {
    fn key(&self) -> Arc<str> {
        format!("{}.{}", self.number, format!("{:?}", self.errand).to_lowercase()).into()
    }
}

/// What the shop says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Answer {
    /// About a parcel.
    Parcel(News),
    /// A purchase deserves points.
    Deserved,
    /// A purchase deserves none.
    Undeserved(Cause),
    /// It never got the call.
    NotFound,
    /// Nobody knows whether it happened.
    Unknown(Cause),
}

/// The name under which the shop is registered.
///
/// # Panics
/// Never: the name is a port's.
pub fn name() -> PortName {
    PortName::new("shop").expect("a port name")
}

/// The shop, to be called.
pub fn callee() -> Callee {
    Callee::of::<Call>(name(), "the shop")
}

/// What it may do besides what is best for the member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum May {
    /// Decline an order.
    Decline,
    /// Find that an order cannot be packed.
    FailToPack,
    /// Find nobody who ships.
    FailToShip,
    /// Hear that a parcel arrived damaged.
    Damage,
    /// Find that a purchase deserves nothing.
    DenyPoints,
}

/// The shop's books, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Shop {
    may: BTreeSet<May>,
    parcels: BTreeMap<Arc<str>, News>,
    checked: BTreeMap<Arc<str>, Answer>,
    /// How often it was asked to take an order, by number.
    pub orders: BTreeMap<Arc<str>, u8>,
}

impl Shop {
    /// One that may do these.
    pub fn that(may: impl IntoIterator<Item = May>) -> Self {
        Self { may: may.into_iter().collect(), ..Self::default() }
    }

    /// What it last said of a parcel.
    pub fn parcel(&self, number: &str) -> Option<&News> {
        self.parcels.get(number)
    }

    /// Every way in which it may act on a call: what it says, and what it is then.
    pub fn act(&self, call: &Call, ask: Ask) -> Vec<(Answer, Self)> {
        if ask == Ask::Query {
            return vec![(self.standing(call), self.clone())];
        }
        let options = self.options(call);
        if options.is_empty() {
            return vec![(self.standing(call), self.clone())];
        }
        let after = |answer: Answer| {
            let mut after = self.clone();
            if let Answer::Parcel(news) = &answer {
                after.parcels.insert(call.number.clone(), news.clone());
            } else {
                after.checked.insert(call.number.clone(), answer.clone());
            }
            if call.errand == Errand::Order {
                *after.orders.entry(call.number.clone()).or_default() += 1;
            }
            (answer, after)
        };
        options.into_iter().map(after).collect()
    }

    /// What a call may lead to; nothing if it was acted on before.
    fn options(&self, call: &Call) -> Vec<Answer> {
        use Answer::Parcel;
        let may = |what, answer| self.may.contains(&what).then_some(answer);
        let best_or = |best, other: Option<Answer>| [Some(best), other].into_iter().flatten();
        let known = self.parcels.get(&call.number);
        let (best, other) = match (call.errand, known) {
            (Errand::Order, None) => {
                let declined = Parcel(News::Declined(Cause::new("sold_out", "it is sold out")));
                (Parcel(News::Ordered), may(May::Decline, declined))
            }
            (Errand::Ship, Some(News::Packed)) => {
                let stuck =
                    Parcel(News::Unshippable(Cause::new("no_driver", "nobody drives there")));
                (Parcel(News::Shipped), may(May::FailToShip, stuck))
            }
            (Errand::Cancel, Some(News::Ordered | News::Packed | News::Unpackable(_))) => {
                (Parcel(News::Cancelled), None)
            }
            (Errand::Apologise, Some(News::Damaged)) => (Parcel(News::Apologised), None),
            (Errand::Check, _) if !self.checked.contains_key(&call.number) => {
                let denied = Answer::Undeserved(Cause::new("returned", "it was returned"));
                (Answer::Deserved, may(May::DenyPoints, denied))
            }
            (
                Errand::Order | Errand::Ship | Errand::Cancel | Errand::Apologise | Errand::Check,
                _,
            ) => return Vec::new(),
        };
        best_or(best, other).collect()
    }

    /// How a call stands, as far as the shop knows it.
    fn standing(&self, call: &Call) -> Answer {
        use News as N;
        let known = self.parcels.get(&call.number);
        match (call.errand, known) {
            (Errand::Check, _) => {
                self.checked.get(&call.number).cloned().unwrap_or(Answer::NotFound)
            }
            (_, None) => Answer::NotFound,
            (Errand::Order, Some(news)) => Answer::Parcel(news.clone()),
            (Errand::Ship, Some(N::Shipped | N::Damaged | N::Apologised)) => {
                Answer::Parcel(N::Shipped)
            }
            (Errand::Ship, Some(N::Unshippable(cause))) => {
                Answer::Parcel(N::Unshippable(cause.clone()))
            }
            (Errand::Cancel, Some(N::Cancelled)) => Answer::Parcel(N::Cancelled),
            (Errand::Apologise, Some(N::Apologised)) => Answer::Parcel(N::Apologised),
            (Errand::Ship | Errand::Cancel | Errand::Apologise, Some(_)) => Answer::NotFound,
        }
    }

    /// What it may say by itself of a parcel that is so far.
    fn unasked(&self, news: &News) -> Vec<News> {
        match news {
            News::Ordered => {
                let none = News::Unpackable(Cause::new("broken", "the last one is broken"));
                let fails = self.may.contains(&May::FailToPack).then_some(none);
                [Some(News::Packed), fails].into_iter().flatten().collect()
            }
            News::Shipped if self.may.contains(&May::Damage) => vec![News::Damaged],
            News::Shipped
            | News::Declined(_)
            | News::Packed
            | News::Unpackable(_)
            | News::Unshippable(_)
            | News::Cancelled
            | News::Damaged
            | News::Apologised => Vec::new(),
        }
    }
}

impl Counterparties for Shop {
    fn answers(&self, effect: &Effect) -> Vec<Said<Self>> {
        let Some(call) = effect.call_as::<Call>() else { return Vec::new() };
        let acted = self.act(call, effect.ask).into_iter();
        acted.map(|(answer, after)| Said::of(answer, after)).collect()
    }

    fn silence(&self, _: &Effect) -> Payload {
        Arc::new(Answer::Unknown(Cause::new("time_out", "no answer in time")))
    }

    fn notices(&self) -> Vec<(StreamName, Said<Self>)> {
        let mut notices = Vec::new();
        for (number, known) in &self.parcels {
            for news in self.unasked(known) {
                let mut after = self.clone();
                after.parcels.insert(number.clone(), news.clone());
                let stream = StreamName::of("parcel", number);
                notices.push((stream, Said::of(Answer::Parcel(news), after)));
            }
        }
        notices
    }
}

/// A shop that does what is best for the member, behind the port.
#[derive(Debug, Default)]
pub struct OpenShop(Mutex<Shop>);

impl OpenShop {
    fn act(&self, call: &Call, ask: Ask) -> Answer {
        let mut shop = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let acted = shop.act(call, ask).into_iter().next();
        let (answer, after) = acted.unwrap_or((Answer::NotFound, shop.clone()));
        *shop = after;
        answer
    }
}

impl Port for OpenShop {
    type Call = Call;
    type Answer = Answer;

    async fn call(&self, call: Call) -> Answer {
        self.act(&call, Ask::Call)
    }

    async fn query(&self, call: Call) -> Answer {
        self.act(&call, Ask::Query)
    }

    fn silence(_: &Call, cause: Cause) -> Answer {
        Answer::Unknown(cause)
    }
}
