//! What does not add up is in suspense while its own case is open, by exactly its amount, and no longer.

use crate::{
    outside::Manner,
    world::{World, copied, registry, tx},
};
use fundflow_application::audit::{Check, Report, verify};
use fundflow_domain::{
    case::{Closing, How},
    text::Text,
};
use fundflow_kernel::{
    envelope::{Actor, Chain, NewEvent, Recorded},
    store::Version,
};
use fundflow_sagas::discount_purchase::{Command, DiscountPurchase};
use std::collections::HashMap;

/// A purchase whose conversion is confirmed with a fen less than its shares were worth.
async fn short() -> World {
    let world = World::open().await;
    world.buy("TX-1", Manner::Short).await;
    world.until("03-05 12:00").await;
    world
}

async fn closed(how: How) -> World {
    let world = short().await;
    let events = world.events().await;
    let opened = events.iter().find(|it| it.event.event_type == "case.opened").unwrap();
    let case = opened.stream.id().parse().unwrap();
    let closing = Closing { how, by: Text::lossy("chen"), reason: Text::lossy("asked") };
    let close = Command::CloseCase { case, closing: Box::new(closing) };
    let actor = Actor::Operator("chen".into());
    world.engine.command::<DiscountPurchase>(tx("TX-1"), close, actor, None).await.unwrap();
    world.until("03-10 12:00").await;
    world
}

/// Accounts of differences, with their balances.
fn differences(report: &Report) -> Vec<String> {
    let classes = ["L:SUSPENSE", "E:OVERSHORT", "A:BYHAND"];
    let held = report.balances.iter().filter(|it| classes.contains(&it.class.as_str()));
    held.map(|it| format!("{} {}", it.class, it.balance)).collect()
}

#[track_caller]
fn passed(report: &Report) {
    assert!(report.passed(), "{:#?}", report.findings);
}

/// The one finding on a confirmation, without the name of the record.
#[track_caller]
fn found(report: &Report) -> (Check, &str, String) {
    let mut found = report.findings.iter().filter(|it| it.check == Check::I3);
    let (Some(finding), None) = (found.next(), found.next()) else {
        panic!("{:#?}", report.findings)
    };
    let words: Vec<&str> = finding.what.split(':').collect();
    (finding.check, &finding.place, words[..3].join(":"))
}

#[tokio::test]
async fn a_difference_that_a_person_accepts_leaves_suspense() {
    let world = short().await;
    let open = world.audit().await;
    passed(&open);
    assert_eq!(differences(&open), ["L:SUSPENSE 0.01"]);
    assert_eq!((open.counts.open_cases, open.counts.unfinished), (1, 1));

    let manual = How::Manual { text: Text::lossy("by letter") };
    for (how, account) in [(How::Accepted, "E:OVERSHORT -0.01"), (manual, "A:BYHAND -0.01")] {
        let report = closed(how).await.audit().await;
        passed(&report);
        assert_eq!(differences(&report), [account]);
        assert_eq!((report.counts.open_cases, report.counts.unfinished), (0, 0));
    }
}

/// What the registrar would say, had it moved so much into the target: no decider refuses that.
async fn moved(world: &World, net_in: &str) {
    let events = world.events().await;
    let confirmed = events.iter().rfind(|it| it.event.event_type == "application.confirmed");
    let Recorded { stream, event, .. } = confirmed.unwrap();
    let mut said: serde_json::Value = serde_json::from_str(&event.data).unwrap();
    let reverses = said["serial"].clone();
    said["serial"] = "C-9".into();
    said["outcome"]["conversion"]["net_in"] = net_in.into();
    let data = serde_json::json!({ "reverses": reverses, "confirmation": said });
    let corrected = NewEvent {
        event_type: "application.corrected".into(),
        data: data.to_string().into(),
        ..event.clone()
    };
    world.forge(&stream.to_string(), &corrected).await;
}

#[tokio::test]
async fn a_case_that_was_closed_excuses_nothing_that_is_moved_after_it() {
    for how in [How::Accepted, How::Manual { text: Text::lossy("by letter") }] {
        let world = closed(how).await;
        passed(&world.audit().await);
        moved(&world, "6000.00").await;
        let report = world.audit().await;
        let what = "1000.00 yuan are left at L:SUSPENSE:TX-1.convert".to_owned();
        assert_eq!(found(&report), (Check::I3, "TX-1.convert", what), "{:#?}", report.findings);
    }
}

#[tokio::test]
async fn an_open_case_explains_its_own_record_and_no_other_one() {
    let world = short().await;
    moved(&world, "6000.00").await;

    let report = world.audit().await;

    let what = "1000.00 yuan are left at L:SUSPENSE:TX-1.convert".to_owned();
    assert_eq!(found(&report), (Check::I3, "TX-1.convert", what));
}

#[tokio::test]
async fn a_record_that_was_rewritten_with_its_links_is_not_the_one_of_its_case() {
    let world = closed(How::Accepted).await;
    let mut links = HashMap::new();
    let events = world.events().await;
    let store = copied(&events, |event, stream| {
        if event.event_type == "application.confirmed" {
            event.data = event.data.replace("6999.99", "6000.00").into();
        }
        let (before, version) = links.remove(stream).unwrap_or((Chain::START, 0));
        event.seal(before, stream, Version(version + 1));
        links.insert(stream.clone(), (event.chain, version + 1));
    });

    let report = verify(&store.await, &registry(), |_, _| {}).await.unwrap();

    let what = "1000.00 yuan are left at L:SUSPENSE:TX-1.convert".to_owned();
    assert_eq!(found(&report), (Check::I3, "TX-1.convert", what));
}
