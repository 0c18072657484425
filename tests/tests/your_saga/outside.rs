//! The points system and the registrar as one value, for every test that plays the exchange.

use crate::points::{PointsExchange, Request};
use fundflow::runtime::{message::Effect, port::Ask, prelude::*};
use fundflow_sagas::{ports::registrar::RegistrarCall, prelude::*};
use fundflow_testkit::{
    explore::{Counterparties, Said, World},
    orders,
    outside::confirmed,
    worlds,
};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What the outside may do besides what is best for the member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum May {
    DeclinePoints,
    RefuseOrder,
    RejectInBatch,
}

/// What became of the order at the registrar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Fate {
    WillConfirm,
    Confirmed,
    Rejected,
    Refused,
}

/// The points system's books and the registrar's, and what they may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Outside {
    pub(crate) may: BTreeSet<May>,
    pub(crate) taken: BTreeMap<Arc<str>, Verdict>,
    /// Fates, by application number.
    pub(crate) orders: BTreeMap<Arc<str>, Fate>,
}

impl Outside {
    fn points(&self, errand: &Errand<(InvestorId, i64)>, ask: Ask) -> Vec<Said<Self>> {
        let known = self.taken.get(&errand.key).cloned();
        let said = match (known, ask) {
            (Some(known), _) => vec![known],
            (None, Ask::Query) => vec![Verdict::NotFound],
            (None, Ask::Call) if errand.what.1 > 0 && self.may.contains(&May::DeclinePoints) => {
                vec![Verdict::Done, Verdict::Refused(Cause::new("too_few", "too few points"))]
            }
            (None, Ask::Call) => vec![Verdict::Done],
        };
        let after = |said: Verdict| {
            let mut after = self.clone();
            if said != Verdict::NotFound {
                after.taken.insert(errand.key.clone(), said.clone());
            }
            Said::of(said, after)
        };
        said.into_iter().map(after).collect()
    }

    fn registrar(&self, call: &RegistrarCall, ask: Ask) -> Vec<Said<Self>> {
        let RegistrarCall::Submit(application) = call else { return Vec::new() };
        let no: Arc<str> = application.terms.no.as_str().into();
        // Its word is out on the day on which it must have been said.
        let terms = &application.terms;
        let decided = application.applied_at.date() >= terms.promised.confirm_by.date();
        let may = |what, fate| self.may.contains(&what).then_some(fate);
        let fates = match (self.orders.get(&no).copied(), ask) {
            (Some(Fate::WillConfirm), _) if decided => {
                [Some(Fate::Confirmed), may(May::RejectInBatch, Fate::Rejected)]
            }
            (Some(fate), _) => [Some(fate), None],
            (None, Ask::Query) => {
                return vec![Said::of(ApplicationAnswer::NotFound, self.clone())];
            }
            (None, Ask::Call) => [Some(Fate::WillConfirm), may(May::RefuseOrder, Fate::Refused)],
        };
        let say = |fate| {
            let said = match fate {
                Fate::Refused | Fate::Rejected => ApplicationAnswer::Rejected(orders::rejection()),
                Fate::Confirmed => confirmed(terms, Decimal::ONE),
                Fate::WillConfirm => ApplicationAnswer::Accepted(worlds::read("TA-0")),
            };
            let mut after = self.clone();
            after.orders.insert(no.clone(), fate);
            Said::of(said, after)
        };
        fates.into_iter().flatten().map(say).collect()
    }
}

impl Counterparties for Outside {
    fn answers(&self, effect: &Effect) -> Vec<Said<Self>> {
        if let Some(errand) = effect.call_as() {
            return self.points(errand, effect.ask);
        }
        effect.call_as().map(|call| self.registrar(call, effect.ask)).unwrap_or_default()
    }

    fn silence(&self, effect: &Effect) -> Payload {
        let cause = Cause::new("time_out", "no answer in time");
        match effect.call_as::<RegistrarCall>() {
            Some(_) => Arc::new(ApplicationAnswer::Unknown(cause)),
            None => Arc::new(Verdict::Unknown(cause)),
        }
    }

    fn notices(&self) -> Vec<(StreamName, Said<Self>)> {
        Vec::new()
    }
}

/// A member about to exchange points that are worth 10,000.00 yuan.
pub(crate) fn world(may: impl IntoIterator<Item = May>) -> World<PointsExchange, Outside> {
    let outside = Outside { may: may.into_iter().collect(), ..Outside::default() };
    let (member, fund) = (worlds::investor_id(), worlds::wallet_code());
    let asked = (worlds::transaction("PX-1"), Request { member, points: 1_000_000, fund }, ());
    World::new(PointsExchange(worlds::house()), outside, asked, worlds::request_time())
}
