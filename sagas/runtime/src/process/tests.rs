//! The life of any process, on the smallest saga there is: given, when, then; and as it is stored.

mod again;
#[path = "../../tests/common/mod.rs"]
mod common;

use super::{
    Command as C, Disposed, Disposition, Event as E, Over, Parked, Process, Refusal, Retry, State,
};
use crate::{
    saga::OpenEnd,
    step::{Exit, Table, act},
};
use common::{ENDED, Errand, Mark, Milestone, Promise, Request};
use fundflow_kernel::{
    cause::Cause,
    codec::{Stored, decode, encode},
    decider::{Decider, replay},
    ids::VersionTag,
    time::Timestamp,
};
use std::sync::Arc;

/// 1970-01-01, in Shanghai.
const NOON: Timestamp = Timestamp::from_micros(4 * 3_600_000_000);

static ONLY: Table<Errand> = Table {
    version: "only.v1",
    title: "One row",
    steps: &[act("start", Mark("started"), Mark("started"))
        .row(Exit::Landing(&[act("end", ENDED, ENDED).to()], None))],
    beside: &[],
};
static TABLES: &[&Table<Errand>] = &[&ONLY];

type Event = E<Errand>;
type Command = C<Errand>;

fn request(what: &str) -> Request {
    Request { what: what.into() }
}

fn prepare(what: &str) -> Command {
    let (request, promise) =
        (Arc::new(request(what)), Arc::new(Promise { from: Timestamp::default() }));
    C::Prepare { request, promise, table: VersionTag::literal("only.v1") }
}

fn prepared() -> Event {
    let promise = Arc::new(Promise { from: Timestamp::default() });
    E::Prepared {
        request: Arc::new(request("bread")),
        promise,
        table: VersionTag::literal("only.v1"),
    }
}

fn cause() -> Cause {
    Cause::new("rain", "it rains")
}

fn parked() -> Event {
    E::Parked(stopped())
}

fn stopped() -> Parked {
    Parked { row: "start".into(), cause: cause(), lacks_answer: false }
}

fn retry(attempt: u32) -> Retry {
    Retry { row: "start".into(), attempt, cause: cause(), due: Timestamp::default() }
}

fn stored(events: &[Event]) -> Vec<String> {
    let one = |event: &Event| {
        let (event_type, body) = encode::<Process<Errand>>(event).unwrap();
        format!("{event_type} {body}")
    };
    events.iter().map(one).collect()
}

fn state(history: &[Event]) -> State<Errand> {
    replay::<Process<Errand>>(history).unwrap()
}

/// Given that history, when the command comes, these events follow; and none when it comes again.
#[track_caller]
fn follows(history: &[Event], command: &Command, expected: &[Event]) -> State<Errand> {
    let mut now = state(history);
    let decided = Process::<Errand>::decide(&now, command).unwrap();
    assert_eq!(stored(&decided), stored(expected));
    for event in &decided {
        now = Process::<Errand>::evolve(now, event).unwrap();
    }
    let again = Process::<Errand>::decide(&now, command).unwrap();
    assert_eq!(stored(&again), [""; 0], "the same command, repeated, decides nothing");
    now
}

#[track_caller]
fn refused(history: &[Event], command: &Command, expected: &Refusal) {
    let refused = Process::<Errand>::decide(&state(history), command).unwrap_err();
    assert_eq!(refused, *expected);
}

#[test]
fn a_process_is_prepared_once_and_its_repeat_decides_nothing() {
    follows(&[], &prepare("bread"), &[prepared()]);
    let ended = E::Ended { ending: true, cause: None };
    follows(&[prepared(), ended], &prepare("bread"), &[]);
}

#[test]
fn another_request_under_the_same_transaction_is_refused() {
    let differs = Refusal::DiffersFromFirst { fields: vec!["what"] };
    refused(&[prepared()], &prepare("milk"), &differs);
}

#[test]
fn nothing_happens_to_what_was_never_prepared() {
    let commands: [Command; 8] = [
        C::Reach(Milestone::Halfway { miles: 1 }),
        C::End(true, None),
        C::ScheduleRetry(retry(1)),
        C::Park(stopped()),
        C::Resume("why".into()),
        C::ChooseLanding { reason: "why".into(), at: NOON },
        C::Abandon { reason: "why".into(), open: vec![], dispositions: vec![], at: NOON },
        C::HandOver { reason: "why".into(), ends: vec![] },
    ];
    for command in &commands {
        refused(&[], command, &Refusal::NotPrepared);
    }
}

#[test]
fn a_milestone_that_changes_nothing_was_reached_before() {
    let reach = |miles| C::Reach(Milestone::Halfway { miles });
    let reached = |miles| E::Reached(Milestone::Halfway { miles });
    let after = follows(&[prepared()], &reach(3), &[reached(3)]);
    assert_eq!(after.open().unwrap().notes, 3);
    follows(&[prepared(), reached(3)], &reach(2), &[]);
    refused(&[prepared()], &reach(0), &Refusal::OutOfOrder);
}

#[test]
fn a_retry_counts_upwards_and_starts_over_once_it_goes_on() {
    let schedule = |attempt| C::ScheduleRetry(retry(attempt));
    follows(&[prepared()], &schedule(1), &[E::RetryScheduled(retry(1))]);
    follows(&[prepared(), E::RetryScheduled(retry(2))], &schedule(1), &[]);
    let history = [prepared(), E::RetryScheduled(retry(2)), parked()];
    let after = follows(
        &history,
        &C::Resume("it is dry".into()),
        &[E::Resumed { reason: "it is dry".into() }],
    );
    let open = after.open().unwrap();
    assert!(open.retries.is_empty() && open.parked.is_none());
}

#[test]
fn each_row_is_parked_once_until_it_goes_on() {
    follows(&[prepared()], &C::Park(stopped()), &[parked()]);
    let elsewhere = || Parked { row: "end".into(), ..stopped() };
    let both = [prepared(), parked(), E::Parked(elsewhere())];
    follows(&both[..2], &C::Park(elsewhere()), &both[2..]);
    for row in [stopped(), elsewhere()] {
        follows(&both, &C::Park(row), &[]);
    }
    let resumed = [E::Resumed { reason: "why".into() }];
    let after = follows(&both, &C::Resume("why".into()), &resumed);
    assert_eq!(after.open().unwrap().all_parked().count(), 0);
    follows(&[prepared()], &C::Resume("why".into()), &[]);
    let chosen = E::LandingChosen { reason: "why".into(), at: Some(NOON) };
    let choose = C::ChooseLanding { reason: "why".into(), at: NOON };
    let after = follows(&[prepared(), parked()], &choose, &[chosen]);
    assert!(after.open().unwrap().landing_chosen && after.open().unwrap().parked.is_none());
}

#[test]
fn it_ends_once_and_a_late_contradiction_is_refused() {
    let ended = || E::Ended { ending: false, cause: Some(cause()) };
    let after = follows(&[prepared()], &C::End(false, Some(cause())), &[ended()]);
    assert_eq!(after.ending(), Some(Over::Ended(false)));
    let history = [prepared(), ended()];
    let late = |message| Refusal::ContradictsEarlier { message };
    refused(&history, &C::End(true, None), &late("end"));
    refused(
        &history,
        &C::ChooseLanding { reason: "why".into(), at: NOON },
        &late("choice of landing"),
    );
    let abandon = C::Abandon { reason: "why".into(), open: vec![], dispositions: vec![], at: NOON };
    refused(&history, &abandon, &late("abandonment"));
}

#[test]
fn giving_up_leaves_no_end_without_an_owner() {
    let open = || vec![OpenEnd { name: "debt".into(), worth: 3.into() }];
    let abandon = |dispositions: Vec<(std::sync::Arc<str>, Disposition)>| C::Abandon {
        reason: "rain".into(),
        open: open(),
        dispositions,
        at: NOON,
    };
    let missing = Refusal::MissingDisposition { name: "debt".into(), worth: 3.into() };
    refused(&[prepared()], &abandon(vec![]), &missing);
    let ends = vec![Disposed::by_a_person("debt".into(), 3.into(), Disposition::Suspense)];
    let chosen = abandon(vec![("debt".into(), Disposition::Suspense)]);
    let given_up = E::Abandoned { reason: "rain".into(), ends, at: Some(NOON) };
    let after = follows(&[prepared(), parked()], &chosen, &[given_up]);
    assert_eq!(after.ending(), Some(Over::Abandoned));
    let open = after.open().unwrap();
    assert!(open.parked.is_none(), "a person has it now");
    assert_eq!(open.given_up_at, Some(NOON));
    assert_eq!(open.disposed("debt").unwrap().disposition, Disposition::Suspense);
}

#[test]
fn one_thing_becomes_of_an_end_that_there_is() {
    let open = || vec![OpenEnd { name: "debt".into(), worth: 3.into() }];
    let abandon = |open, named: &[(&str, Disposition)]| C::Abandon {
        reason: "rain".into(),
        open,
        dispositions: named.iter().map(|(name, what)| ((*name).into(), *what)).collect(),
        at: NOON,
    };
    let unclear = |name: &str, why: &str| Refusal::Unclear { name: name.into(), why: why.into() };
    let two = [("debt", Disposition::Manual), ("debt", Disposition::Refund)];
    let both = unclear("debt", "both manual and refund were named for it; name one");
    let over = || E::Ended { ending: true, cause: None };
    refused(&[prepared()], &abandon(open(), &two), &both);
    refused(&[prepared(), over()], &abandon(open(), &two), &both);

    let slip = [("debt", Disposition::Manual), ("dept", Disposition::Refund)];
    let none = unclear("dept", "no end of that name is open; open are debt");
    refused(&[prepared()], &abandon(open(), &slip), &none);
    refused(&[prepared(), over()], &abandon(open(), &slip), &none);
    let nothing = unclear("dept", "nothing is open; leave it out");
    refused(&[prepared()], &abandon(vec![], &slip[1..]), &nothing);
}

#[test]
fn a_person_may_dispose_otherwise_of_what_is_still_open() {
    let abandoned = |disposition| {
        let ends = vec![Disposed::by_a_person("debt".into(), 3.into(), disposition)];
        E::Abandoned { reason: "rain".into(), ends, at: Some(NOON) }
    };
    let again = |open: Vec<OpenEnd>, disposition| C::Abandon {
        reason: "rain".into(),
        open,
        dispositions: vec![("debt".into(), disposition)],
        at: NOON,
    };
    let open = || vec![OpenEnd { name: "debt".into(), worth: 3.into() }];
    let history = || [prepared(), abandoned(Disposition::Manual)];

    let after =
        follows(&history(), &again(open(), Disposition::Refund), &[abandoned(Disposition::Refund)]);
    let disposed = after.open().unwrap().disposed("debt").unwrap();
    assert_eq!(disposed.disposition, Disposition::Refund);
    follows(&history(), &again(open(), Disposition::Manual), &[]);
    follows(&history(), &again(vec![], Disposition::Refund), &[]);
}

#[test]
fn what_is_owed_after_the_end_can_be_given_up_and_the_end_stays_what_it_was() {
    let history = || [prepared(), E::Ended { ending: true, cause: None }, parked()];
    let end = |name: &str| OpenEnd { name: name.into(), worth: 3.into() };
    let abandon = |dispositions| C::Abandon {
        reason: "rain".into(),
        open: vec![end("debt"), end("loan")],
        dispositions,
        at: NOON,
    };
    let missing = Refusal::MissingDisposition { name: "debt".into(), worth: 3.into() };
    refused(&history(), &abandon(vec![]), &missing);

    let given_up = E::Abandoned {
        reason: "rain".into(),
        ends: vec![Disposed::by_a_person("loan".into(), 3.into(), Disposition::Manual)],
        at: Some(NOON),
    };
    let chosen = abandon(vec![("loan".into(), Disposition::Manual)]);
    let after = follows(&history(), &chosen, &[given_up]);
    assert_eq!(after.ending(), Some(Over::Ended(true)));
    let open = after.open().unwrap();
    assert!(open.parked.is_none() && open.disposed("debt").is_none());
}

#[test]
fn what_comes_of_an_end_that_a_person_has_is_theirs_and_wakes_nobody() {
    let own = || Disposed::by_a_person("debt".into(), 3.into(), Disposition::Manual);
    let came = || Disposed {
        worth: 2.into(),
        came_of: Some("debt".into()),
        before: Some(3.into()),
        ..own()
    };
    let over = |ends| C::HandOver { reason: "it came".into(), ends };
    refused(&[prepared()], &over(vec![came()]), &Refusal::NotGivenUp);

    let given_up = E::Abandoned { reason: "rain".into(), ends: vec![own()], at: None };
    let handed = || E::Abandoned { reason: "it came".into(), ends: vec![came()], at: None };
    let history = [prepared(), given_up, parked()];
    let after = follows(&history, &over(vec![came()]), &[handed()]);
    let open = after.open().unwrap();
    assert!(open.parked.is_some(), "it is no word of a person");
    assert_eq!(open.given_up, [came()]);
    let line =
        r#"{"name":"debt","worth":"2","disposition":"manual","came_of":"debt","before":"3"}"#;
    let line = format!(r#"errand.abandoned {{"reason":"it came","ends":[{line}]}}"#);
    assert_eq!(stored(&[handed()]), [line]);
}

#[test]
fn what_is_owed_after_the_end_can_still_be_retried_and_parked() {
    let history = || [prepared(), E::Ended { ending: true, cause: None }];
    follows(&history(), &C::ScheduleRetry(retry(1)), &[E::RetryScheduled(retry(1))]);
    follows(&history(), &C::Park(stopped()), &[parked()]);
}

#[test]
fn every_event_is_stored_under_its_name_and_reads_back() {
    let events = [
        prepared(),
        E::Reached(Milestone::Halfway { miles: 3 }),
        E::RetryScheduled(retry(1)),
        parked(),
        E::Resumed { reason: "dry".into() },
        E::LandingChosen { reason: "late".into(), at: Some(NOON) },
        E::LandingChosen { reason: "late".into(), at: None },
        E::Abandoned { reason: "rain".into(), ends: vec![], at: Some(NOON) },
        // By a program that did not keep when.
        E::Abandoned { reason: "rain".into(), ends: vec![], at: None },
        E::Ended { ending: true, cause: None },
        E::Ended { ending: false, cause: Some(cause()) },
    ];
    let lines = stored(&events);
    assert_eq!(
        lines,
        [
            concat!(
                r#"errand.prepared {"request":{"what":"bread"},"#,
                r#""admitted":{"from":"1970-01-01T08:00:00+08:00"},"table":"only.v1"}"#,
            ),
            r#"errand.halfway {"miles":3}"#,
            concat!(
                r#"errand.retry_scheduled {"row":"start","attempt":1,"#,
                r#""cause":{"code":"rain","text":"it rains"},"due":"1970-01-01T08:00:00+08:00"}"#,
            ),
            r#"errand.parked {"row":"start","cause":{"code":"rain","text":"it rains"}}"#,
            r#"errand.resumed {"reason":"dry"}"#,
            r#"errand.landing_chosen {"reason":"late","at":"1970-01-01T12:00:00+08:00"}"#,
            r#"errand.landing_chosen {"reason":"late"}"#,
            r#"errand.abandoned {"reason":"rain","ends":[],"at":"1970-01-01T12:00:00+08:00"}"#,
            r#"errand.abandoned {"reason":"rain","ends":[]}"#,
            "errand.done {}",
            r#"errand.failed {"cause":{"code":"rain","text":"it rains"}}"#,
        ]
    );
    for line in &lines {
        let (event_type, body) = line.split_once(' ').unwrap();
        assert!(Process::<Errand>::TYPES.contains(&event_type));
        let event = decode::<Process<Errand>>(event_type, 1, body).unwrap();
        assert_eq!(stored(&[event]), [line.as_str()]);
    }
}

#[test]
fn a_history_that_no_decider_wrote_is_impossible() {
    let impossible: [&[Event]; 4] = [
        &[parked()],
        &[prepared(), prepared()],
        &[prepared(), E::Resumed { reason: "why".into() }],
        &[
            prepared(),
            E::Ended { ending: true, cause: None },
            E::LandingChosen { reason: "why".into(), at: Some(NOON) },
        ],
    ];
    for history in impossible {
        assert!(replay::<Process<Errand>>(history).is_err(), "{:?}", stored(history));
    }
}

#[test]
fn who_was_parked_before_it_was_said_for_want_of_what_waits_for_a_person() {
    let read = |data: &str| decode::<Process<Errand>>("errand.parked", 1, data).unwrap();
    let before = r#"{"row":"start","cause":{"code":"rain","text":"it rains"}}"#;

    assert_eq!(stored(&[read(before)]), stored(&[parked()]));
    let missing = E::Parked(Parked { lacks_answer: true, ..stopped() });
    let written = stored(std::slice::from_ref(&missing));
    assert_eq!(
        written,
        [format!("errand.parked {},\"lacks_answer\":true}}", &before[..before.len() - 1])]
    );
    assert_eq!(stored(&[read(written[0].split_once(' ').unwrap().1)]), written);
}
