//! What an audit finds, and what it does not take for a finding.

use crate::{
    outside::Manner,
    world::{KIND, World, abandon, copied, registry, tx},
};
use fundflow_application::{
    audit::{Check, Report, verify, verify_within},
    desk::{Registry, show},
};
use fundflow_kernel::{
    envelope::{Chain, NewEvent, Recorded},
    memory_store::MemoryStore,
    store::Version,
};
use fundflow_runtime::message::SagaId;
use std::{borrow::Cow, collections::HashMap};

fn checks(report: &Report) -> Vec<Check> {
    let mut checks: Vec<Check> = report.findings.iter().map(|finding| finding.check).collect();
    checks.sort();
    checks.dedup();
    checks
}

#[track_caller]
fn passed(report: &Report) {
    assert!(report.passed(), "{:#?}", report.findings);
}

async fn mixed() -> World {
    let world = World::open().await;
    for (n, manner) in [
        Manner::Well,
        Manner::Declined,
        Manner::Rejected,
        Manner::Half,
        Manner::Silent,
        Manner::Wrong,
        Manner::Well,
    ]
    .into_iter()
    .enumerate()
    {
        world.buy(&format!("TX-{n}"), manner).await;
    }
    world
}

#[tokio::test]
async fn a_sound_store_passes_on_every_day_of_it() {
    let world = mixed().await;
    let report = world.audit().await;
    passed(&report);
    assert_eq!((report.counts.sagas, report.counts.unjudged), (7, 0));

    for instant in ["03-03 09:30", "03-03 12:00", "03-05 12:00"] {
        world.until(instant).await;
        passed(&world.audit().await);
    }
    let report = world.audit().await;
    assert_eq!((report.counts.unfinished, report.counts.open_cases), (2, 1));
    let pending = report.balances.iter().find(|held| held.class == "L:CUST:PENDING");
    assert_eq!(pending, None, "{:?}", report.balances);
}

#[tokio::test]
async fn money_under_way_is_on_the_books() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let report = world.audit().await;

    let held: Vec<String> =
        report.balances.iter().map(|it| format!("{} {}", it.class, it.balance)).collect();
    assert_eq!(
        held,
        [
            "A:CHANNEL:RECV 1000.00",
            "L:CUST:PENDING 1000.00",
            "U:FROZEN 1000.00",
            "U:REGISTER 1000.00",
        ]
    );
}

#[tokio::test]
async fn a_changed_body_breaks_its_link_and_its_id() {
    let world = mixed().await;
    let events = world.events().await;
    let mut changed = 0;
    let store = copied(&events, |event, _| {
        if event.event_type == "wallet.credited_in_transit" && changed == 0 {
            event.data = event.data.replace("1000", "1001").into();
            changed += 1;
        }
    });
    let report = verify(&store.await, &registry(), |_, _| {}).await.unwrap();

    assert!(checks(&report).contains(&Check::Chain), "{:#?}", report.findings);
    assert!(checks(&report).contains(&Check::EventId));
}

#[tokio::test]
async fn an_event_that_cannot_follow_is_named_and_the_audit_goes_on() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let events = world.events().await;
    let prepared = &events[0].event;
    world.forge("discount_purchase-TX-1", prepared).await;
    world.buy("TX-2", Manner::Well).await;

    let report = world.audit().await;

    assert_eq!(checks(&report), [Check::History], "{:#?}", report.findings);
    assert!(report.findings[0].place.starts_with("discount_purchase-TX-1 version"));
    assert_eq!(report.counts.sagas, 2);
}

#[tokio::test]
async fn categories_that_nobody_registered_are_verified_and_said_not_to_be_checked() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let foreign = NewEvent {
        event_type: Cow::Borrowed("points.reserved"),
        process: "points_exchange".into(),
        ..world.events().await[0].event.clone()
    };
    world.forge("points-M-1", &foreign).await;
    world.forge("points-M-1", &foreign).await;

    let report = world.audit().await;
    passed(&report);
    let [points] = &report.unchecked[..] else { panic!("{:?}", report.unchecked) };
    assert_eq!((points.category.as_str(), points.streams, points.events), ("points", 1, 2));

    let none = verify(&*world.store, &Registry::new(), |_, _| {}).await.unwrap();
    passed(&none);
    assert_eq!(none.counts.links, none.counts.events);
    assert_eq!(none.counts.sagas, 0);
}

#[tokio::test]
async fn a_stream_belongs_to_a_saga_that_exists_and_knows_it() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let events = world.events().await;
    let requested = events.iter().find(|it| it.event.event_type == "payment.requested").unwrap();
    let of = |correlation: &str| {
        let data = requested.event.data.replace("TX-1", correlation);
        NewEvent { correlation: tx(correlation), data: data.into(), ..requested.event.clone() }
    };
    world.forge("payment-TX-9.mmf.pay", &of("TX-9")).await;
    world.forge("payment-TX-1.lunch.pay", &of("TX-1")).await;

    let report = world.audit().await;

    let what: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.check == Check::Saga)
        .map(|finding| format!("{}: {}", finding.place, finding.what))
        .collect();
    assert_eq!(
        what,
        [
            "discount_purchase TX-1: payment-TX-1.lunch.pay is its stream, and it says not",
            "discount_purchase TX-9: it wrote payment-TX-9.mmf.pay version 1 (position 11), and it never was",
        ]
    );
}

#[tokio::test]
async fn another_sagas_event_in_a_stream_of_ones_own_is_found() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Silent).await;
    let declined = NewEvent {
        event_type: Cow::Borrowed("payment.closed"),
        correlation: tx("TX-2"),
        data: r#"{"cause":{"code":"x","text":"y"}}"#.into(),
        ..world.events().await[0].event.clone()
    };
    world.buy("TX-2", Manner::Declined).await;
    world.forge("payment-TX-1.mmf.pay", &declined).await;

    let report = world.audit().await;

    let foreign = |it: &&fundflow_application::audit::Finding| it.what.contains("TX-2 wrote to");
    let found = report.findings.iter().find(foreign).unwrap_or_else(|| panic!("{report:#?}"));
    assert_eq!((found.check, found.place.as_str()), (Check::Saga, "discount_purchase TX-1"));
}

#[tokio::test]
async fn whoever_is_over_may_leave_nothing_open_but_what_was_given_up() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let ends = show(&*world.store, &registry(), None, &tx("TX-1")).await.unwrap().look.open_ends;
    let names: Vec<&str> = ends.iter().map(|end| &*end.name).collect();

    let given_up = World::open().await;
    given_up.buy("TX-1", Manner::Well).await;
    let saga = SagaId { kind: KIND, transaction: tx("TX-1") };
    given_up.engine.act(saga, abandon(&names), "chen".into()).await.unwrap();
    passed(&given_up.audit().await);

    let ended = NewEvent {
        event_type: Cow::Borrowed("discount_purchase.completed"),
        data: "{}".into(),
        ..world.events().await[0].event.clone()
    };
    world.forge("discount_purchase-TX-1", &ended).await;
    let report = world.audit().await;

    let open = report.findings.iter().filter(|it| it.check == Check::OpenEnds);
    assert_eq!(open.count(), names.len(), "{:#?}", report.findings);
    let left = |it: &fundflow_application::audit::Finding| it.what.contains("L:CUST:PENDING");
    assert!(report.findings.iter().any(left), "{:#?}", report.findings);
}

#[tokio::test]
async fn what_a_registrar_said_wrongly_has_a_case_and_without_one_it_is_found() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Wrong).await;
    world.until("03-05 12:00").await;
    let report = world.audit().await;
    passed(&report);
    assert_eq!(report.counts.open_cases, 1);

    let honest = World::open().await;
    honest.buy("TX-1", Manner::Well).await;
    honest.until("03-05 12:00").await;
    let events = honest.events().await;
    let mut links = HashMap::new();
    let store = copied(&events, |event, stream| {
        if event.event_type == "holdings.credited" {
            event.data = event.data.replace("800.00", "801.00").into();
        }
        let (before, version) = links.remove(stream).unwrap_or((Chain::START, 0));
        event.seal(before, stream, Version(version + 1));
        links.insert(stream.clone(), (event.chain, version + 1));
    });
    let report = verify(&store.await, &registry(), |_, _| {}).await.unwrap();

    let [finding] = &report.findings[..] else { panic!("{:#?}", report.findings) };
    assert_eq!(finding.check, Check::Saga);
    assert!(finding.what.contains("confirmed -1.00 shares of 011162 more than its"), "{finding}");
}

/// Whoever can write the store links what was changed again.
async fn rewritten(events: &[Recorded], event_type: &str, from: &str, to: &str) -> MemoryStore {
    let mut links = HashMap::new();
    copied(events, |event, stream| {
        if event.event_type == event_type {
            assert!(event.data.contains(from), "{}", event.data);
            event.data = event.data.replace(from, to).into();
        }
        let (before, version) = links.remove(stream).unwrap_or((Chain::START, 0));
        event.seal(before, stream, Version(version + 1));
        links.insert(stream.clone(), (event.chain, version + 1));
    })
    .await
}

#[tokio::test]
async fn what_two_events_say_is_found_where_one_of_them_was_rewritten_and_linked_again() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let events = world.events().await;
    for (event_type, from, to, what) in [
        (
            "payment.requested",
            "acc-1",
            "acc-2",
            "the account is acc-2 here, and acc-1 by *.prepared",
        ),
        (
            "discount_purchase.prepared",
            "acc-1",
            "acc-2",
            "the account is acc-1 here, and acc-2 by *.prepared",
        ),
        (
            "application.placed",
            "\"2026-03-02\"",
            "\"2026-03-03\"",
            "the T in force is 2026-03-03 here, and 2026-03-02 by *.prepared",
        ),
    ] {
        let store = rewritten(&events, event_type, from, to).await;
        // Also where no saga that is over stays in memory.
        for at_rest in [usize::MAX, 0] {
            let report = verify_within(&store, &registry(), at_rest, |_, _| {}).await.unwrap();
            let alike = report.findings.iter().filter(|it| it.check == Check::Alike);
            let found: Vec<&str> = alike.map(|it| &*it.what).collect();
            assert_eq!(found, [what], "{event_type}: {:#?}", report.findings);
        }
    }
}
