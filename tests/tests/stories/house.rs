//! Worlds in which our own books refuse a row.

use chrono::NaiveDate;
use fundflow_domain::{
    day_limit::{Command, DayLimit},
    fund::FundTerms,
    ids::FundCode,
    investor::{CustomerType, SalesChannel},
    limits::{DayMax, ExcessPolicy, LimitKey},
    status::FundStatus,
    time::Timestamp,
};
use fundflow_kernel::{envelope::Chain, store::Version, streams::Key};
use fundflow_runtime::saga::Saga;
use fundflow_sagas::house::House;
use fundflow_testkit::{
    at_par,
    explore::{World, refusal::Refused, refused_after_death, refused_at},
    outside::Outside,
    worlds::{amount, day, instant, investor_id, money, transaction},
};
use std::sync::Arc;

/// After the cut-off of T.
pub(crate) fn too_late() -> Timestamp {
    instant("2026-02-13T15:10:00+08:00")
}

/// Ten thousand yuan are let in a day, or nothing.
fn cap() -> DayMax {
    DayMax { amount: money("10000.00"), on_excess: ExcessPolicy::RejectWhole }
}

/// Every fund has that limit.
pub(crate) fn limited() -> House {
    changed(at_par::house(), |fund, _| fund.limits.individual.day_max = Some(cap()))
}

/// No fund takes an order of a later T than the 13th.
pub(crate) fn closing() -> House {
    changed(at_par::house(), |fund, at| {
        if at > day("2026-02-13").date() {
            fund.status = FundStatus::Stopped;
        }
    })
}

/// The same, with other terms of its funds.
pub(crate) fn changed(house: House, change: fn(&mut FundTerms, NaiveDate)) -> House {
    let funds = house.funds.clone();
    let changed = move |code, at| {
        let mut terms = FundTerms::clone(&*funds(code, at)?);
        change(&mut terms, at);
        Some(Arc::new(terms))
    };
    House { funds: Arc::new(changed), ..house }
}

/// The process dies before the saga is counted, and others take all that the limit of that fund and day lets in.
#[track_caller]
pub(crate) fn limit_is_used_up<S: Saga>(
    world: World<S, Outside>,
    row: &str,
    (master, on): (FundCode, &str),
) -> Refused<S, Outside> {
    let key: Key<DayLimit> = Key::of(&LimitKey {
        master,
        investor: investor_id(),
        day: day(on),
        customer: CustomerType::Individual,
        channel: SalesChannel::DirectOnline,
    });
    let other = Command::Count {
        transaction: transaction("OTHER"),
        amount: amount("10000.00"),
        cap: Some(cap()),
    };
    refused_after_death(world, row, "count", |world| *world = world.clone().with(&key, [other]))
}

/// The process dies in front of that row, and the next one starts after the cut-off.
#[track_caller]
pub(crate) fn comes_too_late<S: Saga>(
    world: World<S, Outside>,
    row: &str,
    late: Timestamp,
) -> Refused<S, Outside> {
    refused_after_death(world, row, row, |world| world.shell.now = late)
}

/// The same row of one whose table is that of an earlier program. Where it comes too late, it dies in front of the row,
/// with what it reserved.
pub(crate) fn begun_on<S: Saga>(
    mut world: World<S, Outside>,
    (now, then): (&str, &str),
    row: &str,
    late: Option<&str>,
) -> Refused<S, Outside> {
    let asked = world.request();
    let mut decided = world.decide(asked);
    let append = &mut decided.appends[0];
    let prepared = &mut append.events[0];
    assert!(prepared.data.contains(now), "{}", prepared.data);
    prepared.data = prepared.data.replace(now, then).into();
    prepared.chain = prepared.link(Chain::START, &append.stream, Version(1));
    let Some(reserved) = late else {
        world.commit_and_crash(decided, 1);
        return refused_at(world, row);
    };
    world.shell.now = too_late();
    world.commit_and_crash(decided, 2);
    assert_eq!(&*world.transcript[1], reserved);
    (world, 2)
}
