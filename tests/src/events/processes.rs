//! The processes of the shipped sagas: what happens to any, and the milestones and endings of each.

use super::{Entry, id};
use crate::worlds::{admission, cause, day, instant, request, request_time};
use fundflow_domain::{admission::admit, case::CaseId, modes::ConversionMode};
use fundflow_runtime::{
    process::{Disposed, Disposition, Event, Process, Retry},
    saga::Saga,
};
use fundflow_sagas::{
    discount_purchase::DiscountPurchase,
    parts::milestone::{Milestone, Scope},
};

pub(super) fn entries() -> Vec<Entry> {
    vec![discount_purchases()]
}

/// What happens to any process of that kind, its own milestones aside.
pub fn lives<S: Saga>(request: S::Request, promise: S::Promise) -> Vec<Event<S>> {
    let timeout = || cause("timeout", "no answer from the channel");
    let (due, why) = (request_time().plus_millis(10_000), || "case 17".into());
    let row = || S::TABLES[0].steps[0].deed.name.into();
    let ends = vec![Disposed {
        name: "money_fund".into(),
        worth: id("10000.00"),
        disposition: Disposition::Suspense,
    }];
    let closed = || Some(cause("0009", "the fund is closed"));
    let endings = S::NAMES.all.iter().filter_map(|name| S::ending_of(name));
    let table = id(S::TABLES[0].version);
    let mut life = vec![
        Event::Prepared { request: Box::new(request), promise: Box::new(promise), table },
        Event::RetryScheduled(Retry { row: row(), attempt: 1, cause: timeout(), due }),
        Event::Parked { row: row(), cause: timeout() },
        Event::Resumed { reason: why() },
        Event::LandingChosen { reason: why() },
        Event::Abandoned { reason: why(), ends },
    ];
    life.extend(endings.map(|ending| Event::Ended { ending, cause: closed() }));
    life
}

/// One milestone of every kind, for a saga whose promise is that.
pub fn milestones<P>(admitted: P) -> Vec<Milestone<P>> {
    use Milestone as M;
    let at = instant("2026-02-13T15:00:00.5+08:00");
    let case = CaseId::of(b"a record");
    vec![
        M::Committed {},
        M::Redated { trade_date: day("2026-02-24") },
        M::Readmitted { admitted: Box::new(admitted) },
        M::TurnedAway { cause: cause("closed", "the fund is closed on the later T") },
        M::Undated { cause: cause("paid_at", "the payment is dated before the request") },
        M::Dated { at, reason: cause("operator", "the bank's statement") },
        M::Disputed { case },
        M::Undisputed { case },
        M::CancelAsked { at, scope: Scope::Conversion },
        M::CancelRefused { cause: cause("sealed", "the batch is sealed") },
    ]
}

fn discount_purchases() -> Entry {
    let request = request(ConversionMode::LinkedSameDay);
    let admitted = admit(&admission(&request)).expect("the ready-made request");
    let mut events = lives::<DiscountPurchase>(request, admitted.clone());
    events.extend(milestones(admitted).into_iter().map(Event::Reached));
    Entry::of::<Process<DiscountPurchase>>(&events)
}
