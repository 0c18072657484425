//! Lists, one saga as a whole, and what an action would do.

use fundflow::{Notice, Noticed};

use crate::{
    outside::Manner,
    world::{KIND, World, abandon, asking, at, registry, tx},
};
use fundflow_application::desk::{
    Deed, DeskError, Filter, Outcome, Page, Preview, Registry, SagaList, Standing, State, Wanted,
    event_at, event_by_id, events, preview, preview_request, show,
};
use fundflow_domain::{
    application::Rejection,
    ids::{ApplicationNo, Leg, OrderId},
    orders::Cause,
};
use fundflow_kernel::{
    checkpoint::Reader,
    store::{Checkpoints as _, Position},
};
use fundflow_runtime::{
    kind::{payload, saga_id},
    liveness::Wait,
    message::Action,
    port::{Payload, Ports},
};
use fundflow_sagas::{
    discount_purchase::{Command, DiscountPurchase},
    parts::milestone::Scope,
    ports::registrar::{ApplicationAnswer, notice},
};
use std::sync::Arc;

const READER: Reader = Reader { name: "desk.sagas", format: 5 };

async fn listed(world: &World, filter: Filter) -> Vec<String> {
    let mut list = SagaList::of(&*world.store, registry()).await.unwrap();
    let listing = list.page(&*world.store, &filter, &Page::default()).await.unwrap();
    let name = |row: &fundflow_application::desk::SagaRow| {
        format!("{} {}", row.transaction, row.ending_name().unwrap_or(row.state().name()))
    };
    listing.rows.iter().map(|listed| name(&listed.row)).collect()
}

#[tokio::test]
async fn a_saga_is_listed_with_where_it_stands_until_it_is_settled() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let mut list = SagaList::of(&*world.store, registry()).await.unwrap();
    let all = (Filter::default(), Page::default());

    let listing = list.page(&*world.store, &all.0, &all.1).await.unwrap();
    let [listed] = &listing.rows[..] else { panic!("{listing:?}") };
    assert_eq!(listed.row.state(), State::Open);
    assert_eq!(*listed.row.requester, *"i-1000");
    assert_eq!(listed.row.day, Some("2026-03-02".parse().unwrap()));
    let stands = listed.stands.as_ref().unwrap();
    assert!(stands.waits.iter().all(Wait::is_alive) && !stands.waits.is_empty(), "{stands:?}");
    assert!(!stands.open_ends.is_empty());

    world.until("03-04 12:00").await;
    assert!(list.catch_up(&*world.store).await.unwrap() > 0);
    assert_eq!(list.catch_up(&*world.store).await.unwrap(), 0);
    let listing = list.page(&*world.store, &all.0, &all.1).await.unwrap();
    let [listed] = &listing.rows[..] else { panic!("{listing:?}") };
    assert_eq!(listed.row.ending_name(), Some("completed"));
    assert!(listed.row.settled && listed.stands.is_none());
    assert!(list.get(KIND, &tx("TX-1")).unwrap().settled);
}

#[tokio::test]
async fn a_list_is_filtered_by_standing_ending_requester_and_day() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    world.buy("TX-2", Manner::Declined).await;
    world.buy("TX-3", Manner::Silent).await;
    world.until("03-05 12:00").await;

    let filter = Filter::default;
    let standing = |standing| Filter { standing: Some(standing), ..filter() };
    let silent = "TX-3 parked";
    assert_eq!(listed(&world, filter()).await.len(), 3);
    assert_eq!(listed(&world, standing(Standing::Parked)).await, [silent]);
    assert_eq!(listed(&world, standing(Standing::Unfinished)).await, [silent]);
    assert_eq!(
        listed(&world, standing(Standing::Ended)).await,
        ["TX-1 completed", "TX-2 rolled_back"]
    );
    let ending = Some("discount_purchase.rolled_back".to_owned());
    assert_eq!(listed(&world, Filter { ending, ..filter() }).await, ["TX-2 rolled_back"]);
    let requester = Some("i-5000".to_owned());
    assert_eq!(listed(&world, Filter { requester, ..filter() }).await, [silent]);
    let day = Some("2026-03-01".parse().unwrap());
    assert_eq!(listed(&world, Filter { day, ..filter() }).await, [""; 0]);

    let mut list = SagaList::of(&*world.store, registry()).await.unwrap();
    let kind = Some("redemptoin".to_owned());
    let refused = list.page(&*world.store, &Filter { kind, ..filter() }, &Page::default()).await;
    assert!(matches!(refused, Err(DeskError::UnknownKind { known, .. }) if known == [KIND]));
}

#[tokio::test]
async fn a_completed_saga_that_a_case_is_about_is_finished_for_lists_and_audits_alike() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    world.until("03-04 12:00").await;
    let convert = OrderId::of(&tx("TX-1"), Leg::Conversion);
    let cause = Cause::new("0010", "rejected after all");
    let rejected = Rejection::of(cause);
    let said = ApplicationAnswer::Rejected(rejected);
    let (stream, news) = notice(&ApplicationNo::of(&convert), said);
    let again = Notice { stream: stream.clone(), news: news.clone() };
    let heard = world.engine.deliver(vec![Notice { stream, news }]).await;
    let [Ok(Noticed::Contradicted(opened))] = &heard[..] else { panic!("{heard:?}") };
    let known = opened.iter().find(|stream| stream.category() == "case").unwrap();
    // Whoever says it again gets the same case.
    let heard = world.engine.deliver(vec![again]).await;
    let [Ok(Noticed::Contradicted(stands))] = &heard[..] else { panic!("{heard:?}") };
    assert_eq!(stands[..], *std::slice::from_ref(known));

    let unfinished = Filter { standing: Some(Standing::Unfinished), ..Filter::default() };
    assert_eq!(listed(&world, unfinished).await, [""; 0]);
    let report = world.audit().await;
    assert_eq!((report.counts.unfinished, report.counts.open_cases), (0, 1));
}

#[tokio::test]
async fn pages_follow_one_another() {
    let world = World::open().await;
    for n in 1..=5 {
        world.buy(&format!("TX-{n}"), Manner::Declined).await;
    }
    let mut list = SagaList::of(&*world.store, registry()).await.unwrap();
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = Page { after: after.take(), limit: Some(2) };
        let listing = list.page(&*world.store, &Filter::default(), &page).await.unwrap();
        seen.extend(listing.rows.iter().map(|it| it.row.transaction.to_string()));
        after = listing.rows.last().map(|it| it.row.transaction.clone());
        if !listing.more {
            break;
        }
    }
    assert_eq!(seen, ["TX-1", "TX-2", "TX-3", "TX-4", "TX-5"]);
}

#[tokio::test]
async fn a_list_that_was_saved_is_read_back_and_one_that_does_not_fit_is_built_again() {
    let world = World::open().await;
    for n in 0..250 {
        world.buy(&format!("TX-{n}"), Manner::Declined).await;
    }
    let rows = |list: &SagaList| list.rows().cloned().collect::<Vec<_>>();
    let built = SagaList::of(&*world.store, registry()).await.unwrap();
    let (at, saved) = world.store.load("desk.sagas.a").await.unwrap().expect("much was new");
    assert_eq!(at, built.at());

    let mut read_back = SagaList::of(&*world.store, registry()).await.unwrap();
    assert_eq!(read_back.catch_up(&*world.store).await.unwrap(), 0);
    assert_eq!(rows(&read_back), rows(&built));

    let text = String::from_utf8_lossy(&saved).replace("rolled_back", "completed");
    let edited = [&saved[..32], &text.as_bytes()[text.find('{').unwrap()..]].concat();
    let wrong = [(at, edited), (Position(at.0 - 1), saved.clone()), (at, b"short".to_vec())];
    for (at, saved) in wrong {
        for place in ["desk.sagas.a", "desk.sagas.b"] {
            world.store.save(place, at, saved.clone()).await.unwrap();
        }
        let again = SagaList::of(&*world.store, registry()).await.unwrap();
        assert_eq!(rows(&again), rows(&built));
    }
    world.store.save("desk.sagas.a", at, saved).await.unwrap();
    let none = SagaList::of(&*world.store, Registry::new()).await.unwrap();
    assert_eq!(rows(&none), []);
}

#[tokio::test]
async fn a_list_of_another_format_or_of_other_kinds_is_built_again() {
    let world = World::open().await;
    for n in 0..250 {
        world.buy(&format!("TX-{n}"), Manner::Declined).await;
    }
    SagaList::of(&*world.store, registry()).await.unwrap();
    let reader = READER;
    let checkpoint = reader.load::<_, serde_json::Value>(&*world.store).await.unwrap();
    let (at, saved) = checkpoint.content.expect("much was new");
    let other = Reader { format: 4, ..reader };
    let (own, foreign) = (saved["kinds"].clone(), serde_json::json!(["discount_purchase", "plum"]));
    // A list that is used, and no other, shows nothing.
    for (reader, kinds, rows) in [(reader, &own, 0), (other, &own, 250), (reader, &foreign, 250)] {
        let emptied = serde_json::json!({ "kinds": kinds, "rows": [] });
        for place in ["desk.sagas.a", "desk.sagas.b"] {
            world.store.save(place, Position::START, Vec::new()).await.unwrap();
        }
        reader.save(&*world.store, at, &emptied).await.unwrap();
        let list = SagaList::of(&*world.store, registry()).await.unwrap();
        assert_eq!(list.rows().count(), rows, "{kinds}");
    }
}

#[tokio::test]
async fn rows_are_saved_in_the_shape_of_their_format() {
    let world = World::open().await;
    for n in 0..250 {
        world.buy(&format!("TX-{n}"), Manner::Declined).await;
    }
    SagaList::of(&*world.store, registry()).await.unwrap();
    // Another shape, or another meaning of a field, is another format: raise it.
    let checkpoint = READER.load::<_, serde_json::Value>(&*world.store).await.unwrap();
    let (_, body) = checkpoint.content.expect("much was new");
    let row = body["rows"][0].as_object().unwrap();
    let fields: Vec<&str> = row.keys().map(String::as_str).collect();
    assert_eq!(
        fields,
        [
            "by_hand",
            "by_hand_units",
            "day",
            "ending",
            "failure",
            "foreign",
            "kind",
            "moved",
            "parked",
            "requester",
            "settled",
            "since",
            "summary",
            "transaction",
            "version",
        ]
    );
}

#[tokio::test]
async fn one_saga_is_shown_as_its_own_streams_tell_it() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    world.buy("TX-2", Manner::Well).await;
    world.until("03-04 12:00").await;

    let shown = show(&*world.store, &registry(), None, &tx("TX-1")).await.unwrap();

    assert!(shown.look.finished && shown.look.open_ends.is_empty());
    assert!(shown.events.iter().all(|it| it.event.correlation == tx("TX-1")));
    assert!(shown.events.windows(2).all(|pair| pair[0].position < pair[1].position));
    assert_eq!(shown.version, shown.events.last().unwrap().position);
    assert_eq!(shown.since, at("03-02 10:00"));
    assert!(shown.look.own_streams.iter().all(|own| {
        shown.look.streams.contains(own) || shown.events.iter().all(|it| it.stream != *own)
    }));
    let missing = show(&*world.store, &registry(), Some(KIND), &tx("TX-9")).await;
    assert!(matches!(missing, Err(DeskError::NotFound { .. })));
}

#[tokio::test]
async fn a_preview_of_a_request_says_whom_an_engine_could_not_call() {
    let world = World::open().await;
    let (request, asked) = asking(Manner::Well);
    let foresee = |registry: Registry| {
        let payloads = (payload(request.clone()), payload(asked.clone()));
        let store = world.store.clone();
        async move {
            let saga = saga_id::<DiscountPurchase>(&tx("TX-1"));
            preview_request(&*store, &registry, &saga, payloads, at("03-02 11:00")).await
        }
    };
    assert!(!foresee(registry()).await.unwrap().events.is_empty());
    let refused = foresee(registry().ports(Arc::new(Ports::new()))).await.unwrap_err();
    assert!(refused.contains("no port of that name is registered"), "{refused}");
}

async fn seen(world: &World, deed: &Deed, version: Option<Position>) -> Preview {
    let (kind, id) = (Some(KIND), tx("TX-1"));
    let operator: Arc<str> = "chen".into();
    let asked = (deed, &operator);
    let now = at("03-02 11:00");
    preview(&*world.store, &registry(), (kind, &id), version, asked, now).await.unwrap()
}

#[tokio::test]
async fn a_preview_of_giving_up_asks_for_every_disposition_and_writes_nothing() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let before = world.events().await;
    let open = show(&*world.store, &registry(), None, &tx("TX-1")).await.unwrap().look.open_ends;
    let names: Vec<&str> = open.iter().map(|end| &*end.name).collect();

    let refused = seen(&world, &Deed::Act(abandon(&[])), None).await;
    let Outcome::Refused(why) = &refused.outcome else { panic!("{refused:?}") };
    for name in &names {
        assert!(why.contains(&format!("--disposition {name}=refund|suspense|manual")), "{why}");
    }
    let strange = [&names[..], &["lunch"]].concat();
    let refused = seen(&world, &Deed::Act(abandon(&strange)), None).await;
    assert!(matches!(&refused.outcome, Outcome::Refused(why) if why.contains("lunch is not open")));

    let planned = seen(&world, &Deed::Act(abandon(&names)), None).await;
    assert_eq!(planned.outcome, Outcome::Planned);
    let first = &planned.foreseen.events[0];
    assert_eq!(first.event_type, "discount_purchase.abandoned");
    assert_eq!(first.actor.to_string(), "operator:chen");
    assert_eq!(world.events().await, before);
}

#[tokio::test]
async fn a_preview_says_what_an_engine_then_does() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Silent).await;
    world.until("03-05 12:00").await;
    let skip = Action::SkipToLanding { reason: "a test".into() };
    let planned = seen(&world, &Deed::Act(skip.clone()), None).await;
    assert_eq!(planned.outcome, Outcome::Planned);

    let before = world.events().await.len();
    world.engine.act(planned.saga.clone(), skip, "chen".into()).await.unwrap();
    let done: Vec<String> =
        world.events().await[before..].iter().map(|it| it.event.event_type.to_string()).collect();

    let foreseen = planned.foreseen.events.iter().map(|event| event.event_type.clone());
    assert_eq!(foreseen.collect::<Vec<_>>(), done);
}

#[tokio::test]
async fn a_preview_is_refused_in_the_words_of_the_rules_and_where_the_saga_has_moved() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let resume = Deed::Act(Action::Resume { reason: "a test".into() });

    let refused = seen(&world, &resume, None).await;
    assert!(matches!(&refused.outcome, Outcome::Refused(why) if why.contains("not parked")));

    let version = refused.shown.version;
    world.until("03-03 12:00").await;
    let moved = seen(&world, &resume, Some(version)).await;
    assert_eq!(moved.outcome, Outcome::Moved { seen: version });
}

#[tokio::test]
async fn a_command_of_the_kind_is_previewed_like_an_action() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let command: Payload = Arc::new(Command::Cancel { at: at("03-02 11:00"), scope: Scope::All });

    let planned = seen(&world, &Deed::Command { command, at: None }, None).await;

    assert_eq!(planned.outcome, Outcome::Planned);
    assert_eq!(planned.foreseen.events[0].event_type, "discount_purchase.cancel_asked");
    assert!(!planned.foreseen.calls.is_empty());
}

#[tokio::test]
async fn events_are_found_by_stream_type_position_and_id() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    let all = world.events().await;
    let of = |wanted: Wanted, limit| {
        let store = world.store.clone();
        async move { events(&*store, &wanted, limit).await.unwrap() }
    };

    let paid = of(Wanted { event_type: Some("paid".into()), ..Wanted::default() }, 9).await;
    assert_eq!(paid.found.len(), 1);
    let stream = Some("discount_purchase-TX-1".parse().unwrap());
    let own = of(Wanted { stream, ..Wanted::default() }, 1).await;
    assert!(own.more && own.found[0].event.event_type == "discount_purchase.prepared");
    let after = all[1].position;
    let later = of(Wanted { after, ..Wanted::default() }, usize::MAX).await;
    assert_eq!(later.found, all[2..]);

    let id = all[3].event.event_id.to_string();
    assert_eq!(event_by_id(&*world.store, &id).await.unwrap().as_ref(), Some(&all[3]));
    assert_eq!(event_at(&*world.store, all[3].position).await.unwrap().as_ref(), Some(&all[3]));
    assert_eq!(event_at(&*world.store, Position::START).await.unwrap(), None);
}
