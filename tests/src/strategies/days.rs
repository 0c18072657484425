//! Whole days: who asks for what and when, who takes it back, what the register says of it, what operators do,
//! which chance rules outside, and when the process dies.
//!
//! 1. Five investors bring wallets and holdings along, so that most of what they ask for is possible,
//!    and few numbers are drawn, so that one order meets what another one keeps back.
//! 2. All of it is a value: the same seed of the test is the same day.

use super::{
    asks,
    operators::{Operates, operations},
};
use crate::{
    faulty_store::Fault,
    wanted::Wanted,
    worlds::{amount, instant, transaction},
};
use fundflow_domain::{ids::TransactionId, money_fund::Publication, plan, time::Timestamp};
use fundflow_sagas::{freeze, parts::milestone::Scope, regular_plan};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

/// Something that a caller does.
#[derive(Debug, Clone, PartialEq)]
pub enum Happens {
    /// A request; some are repeated, some contradict an earlier one.
    Asks(TransactionId, Box<Wanted>),
    /// What was asked for is taken back, or only what is done with the wallet's shares.
    Cancels(TransactionId, Scope),
    /// The investor says something about a plan.
    Says(TransactionId, Box<regular_plan::Command>),
    /// A court, a creditor or the register says something about shares.
    Freezes(TransactionId, Box<freeze::Request>),
    /// A money fund's income is published.
    Publishes(Publication),
    /// A person has that in mind with what was asked for.
    Operates(TransactionId, Operates),
}

impl Happens {
    /// Of which kind it is, for those who count.
    pub fn name(&self) -> &'static str {
        match self {
            Happens::Asks(_, wanted) => wanted.name(),
            Happens::Cancels(..) => "cancel",
            Happens::Says(..) => "plan word",
            Happens::Freezes(..) => "freeze",
            Happens::Publishes(_) => "income",
            Happens::Operates(..) => "operator",
        }
    }
}

/// A trading day in the life of an engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// What chance outside follows from.
    pub seed: u64,
    /// What investors asked for on 2026-02-09, and own since.
    pub before: Vec<(TransactionId, Wanted)>,
    /// In the order of time: from 09:30 until 15:10 of 2026-02-12.
    pub moments: Vec<(Timestamp, Happens)>,
    /// After so many appends of the day the process dies while it writes; how much of that one is stored.
    pub death: Option<(usize, Fault)>,
}

impl Day {
    /// When everybody asks for what they own later.
    pub fn begin() -> Timestamp {
        instant("2026-02-09T10:00:00+08:00")
    }

    /// When the first moment may be.
    pub fn open() -> Timestamp {
        instant("2026-02-12T09:30:00+08:00")
    }
}

/// Days of up to that many moments, of as many transactions and five investors, with orders of
/// every kind; in the house of [`crate::wanted`].
pub fn days(moments: usize) -> impl Strategy<Value = Day> {
    let ids = moments.max(1);
    let one = (0..340_i64, 0..ids, happenings());
    let deaths = proptest::option::of((0..moments, faults()));
    let plans = (asks::plans(), asks::plans());
    let drawn = (any::<u64>(), plans, vec(one, 1..=moments), deaths);
    drawn.prop_map(|(seed, plans, moments, death)| {
        let at = |minute: i64| Day::open().plus_millis(minute * 60_000);
        let plans = [plans.0, plans.1];
        let named = |nth: usize, it: Drawn| it.of(nth, &plans);
        let moments = moments.into_iter().map(|(minute, nth, it)| {
            let at = at(minute);
            (at, said_by(named(nth, it), at))
        });
        let mut moments: Vec<(Timestamp, Happens)> = moments.collect();
        moments.sort_by_key(|(at, _)| *at);
        let moments = of_one_kind(moments);
        let mut before = capital();
        before.push((transaction("P-0"), Wanted::Plan(plans[0].clone())));
        Day { seed, before, moments, death }
    })
}

/// What a death leaves of the batch that it met: all, nothing, or its first streams.
fn faults() -> impl Strategy<Value = Fault> {
    prop_oneof![
        any::<bool>().prop_map(|written| Fault::SyncFailed { written }),
        (1..5_usize).prop_map(Fault::Prefix),
    ]
}

/// A word to a plan of an instant that has not come by then would be refused: it is of that moment.
fn said_by(mut happens: Happens, now: Timestamp) -> Happens {
    use regular_plan::Command as C;
    if let Happens::Says(_, word) = &mut happens
        && let C::Change { at, .. } | C::Pause { at, .. } | C::Resume { at } = word.as_mut()
    {
        *at = now.min(*at);
    }
    happens
}

/// Whoever asks under an ID again asks for the same kind of thing, or for the very same.
fn of_one_kind(mut moments: Vec<(Timestamp, Happens)>) -> Vec<(Timestamp, Happens)> {
    let mut first: BTreeMap<TransactionId, Wanted> = BTreeMap::new();
    for (_, happens) in &mut moments {
        if let Happens::Asks(id, wanted) = happens {
            let first = first.entry(id.clone()).or_insert_with(|| wanted.as_ref().clone());
            if first.name() != wanted.name() {
                **wanted = first.clone();
            }
        }
    }
    moments
}

/// 20,000.00 yuan in the wallet, and in the target, of each investor.
fn capital() -> Vec<(TransactionId, Wanted)> {
    let yuan = || amount("20000.00");
    let of = |nth: u8| {
        let investor = asks::investor(nth);
        let wallet = asks::recharge(investor.clone(), yuan());
        let holding = asks::bought(investor, yuan());
        [(transaction(&format!("W-{nth}")), wallet), (transaction(&format!("H-{nth}")), holding)]
    };
    (1..=asks::INVESTORS).flat_map(of).collect()
}

#[derive(Debug, Clone)]
enum Drawn {
    Asks(Box<Wanted>),
    Cancels(Scope),
    Plan,
    Occurs,
    Ends,
    Says(Box<regular_plan::Command>),
    Freezes(Box<freeze::Request>),
    Lifts(Box<freeze::Request>),
    Publishes(Publication),
    Operates(Operates),
}

impl Drawn {
    fn of(self, nth: usize, plans: &[plan::Terms; 2]) -> Happens {
        let id = transaction(&format!("D-{nth}"));
        let terms = &plans[nth % 2];
        let plan = transaction(&format!("P-{}", nth % 2));
        match self {
            Drawn::Asks(wanted) => Happens::Asks(id, wanted),
            Drawn::Cancels(scope) => Happens::Cancels(id, scope),
            Drawn::Plan => Happens::Asks(plan, Box::new(Wanted::Plan(terms.clone()))),
            Drawn::Occurs => {
                let id = transaction(&format!("{plan}.20260212"));
                Happens::Asks(id, Box::new(Wanted::occurrence(terms)))
            }
            Drawn::Ends => Happens::Cancels(plan, Scope::All),
            Drawn::Says(command) => Happens::Says(plan, command),
            Drawn::Freezes(request) => match asks::statement(&request) {
                Some(id) => Happens::Freezes(id, request),
                None => Happens::Freezes(transaction(&format!("F-{}", nth % 3)), request),
            },
            Drawn::Lifts(request) => {
                Happens::Freezes(transaction(&format!("L-{}", nth % 3)), request)
            }
            Drawn::Publishes(income) => Happens::Publishes(income),
            Drawn::Operates(operates) => Happens::Operates(id, operates),
        }
    }
}

fn happenings() -> impl Strategy<Value = Drawn> {
    let asks = asks::wanted().prop_map(|wanted| Drawn::Asks(Box::new(wanted)));
    let scopes = proptest::sample::select(vec![Scope::All, Scope::All, Scope::Conversion]);
    prop_oneof![
        16 => asks,
        4 => scopes.prop_map(Drawn::Cancels),
        2 => Just(Drawn::Plan),
        4 => Just(Drawn::Occurs),
        1 => Just(Drawn::Ends),
        2 => asks::plan_words().prop_map(|it| Drawn::Says(Box::new(it))),
        1 => asks::freezes().prop_map(|it| Drawn::Freezes(Box::new(it))),
        1 => asks::lifts().prop_map(|it| Drawn::Lifts(Box::new(it))),
        1 => asks::incomes().prop_map(Drawn::Publishes),
        2 => operations().prop_map(Drawn::Operates),
    ]
}

/// Every name that [`Happens::name`] has in a long enough series of days.
pub const EVERYTHING: [&str; 16] = [
    "cancel",
    "conversion",
    "discount_purchase",
    "fast_withdraw",
    "freeze",
    "income",
    "operator",
    "plan word",
    "plan_by_wallet",
    "plan_occurrence",
    "purchase",
    "recharge",
    "redemption",
    "regular_plan",
    "subscription",
    "withdraw",
];
