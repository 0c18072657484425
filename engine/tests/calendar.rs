//! The trading calendar is extended while an engine runs: what was refused a moment before is taken, and the next
//! engine knows it from the log. The days of 2027 here are made up.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use chrono::NaiveDate;
use fundflow::{Asking, RequestError, kernel::time::Timestamp};
use fundflow_application::{audit, desk};
use fundflow_cli::{Registry, Stage};
use fundflow_domain::{
    calendar::{
        TradingCalendar,
        version::{Change, Version},
    },
    text::Text,
};
use fundflow_sagas::{
    calendar_change::{CalendarChange, Refusal, Request, transaction_id},
    parts::by_calendar,
    recharge::{self, Recharge},
};
use std::path::Path;

fn at(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().unwrap()
}

fn text(of: &str) -> Text {
    Text::new("text", of).unwrap()
}

async fn open(folder: &Path, now: &str) -> Stage {
    Stage::open(&Registry::shipped(), folder, at(now)).await.unwrap()
}

fn asking(id: &str) -> Asking<Recharge> {
    let request = recharge::Request {
        investor: "INV-1".parse().unwrap(),
        account: "card-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
        amount: "1000.00".parse().unwrap(),
        only_today: false,
        distributor: None,
    };
    Asking::of(id.parse().unwrap(), request, asked())
}

fn asked() -> recharge::Asked {
    let investor = serde_json::from_str(
        r#"{"id": "INV-1", "account": "card-1", "risk": "C4", "kyc": "verified",
        "questionnaire": "q-2026", "questionnaire_valid_until": "2027-11-30", "same_name_card": true,
        "id_valid_until": "2035-06-30", "customer_type": "individual"}"#,
    );
    recharge::Asked {
        investor: investor.unwrap(),
        channel: fundflow_domain::investor::SalesChannel::DirectOnline,
        warning_confirmed: None,
        at: None,
    }
}

fn made_up_2027(closed: &[&str]) -> Request {
    let closed = closed.iter().map(|day| day.parse::<NaiveDate>().unwrap()).collect();
    let version = Version {
        version: "made-up-2027".parse().unwrap(),
        source: text("notice 2026-99, made up"),
        notice_date: "2026-12-21".parse().unwrap(),
        change: Change::Year { year: 2027, closed },
    };
    Request { version, reason: text("the notice was read"), by: text("li") }
}

const CLOSED: [&str; 8] = [
    "2027-01-01",
    "2027-02-08",
    "2027-02-09",
    "2027-02-10",
    "2027-02-11",
    "2027-02-12",
    "2027-05-03",
    "2027-10-01",
];

async fn extend(stage: &Stage, request: Request) -> Result<(), RequestError<Refusal>> {
    let id = transaction_id(&request.version.version).unwrap();
    stage.engine().request::<CalendarChange>(id, request, (), None, None).await.map(drop)
}

#[tokio::test]
async fn a_running_engine_takes_a_further_year_and_then_the_order_that_it_refused_before() {
    let folder = tempfile::tempdir().unwrap();
    let stage = open(folder.path(), "2026-12-30T16:00").await;
    let engine = stage.engine();
    let refused = engine.request_watched(asking("TX-1")).await.map(drop).unwrap_err();
    assert!(refused.to_string().contains("outside the trading calendar xshg-2026"), "{refused}");

    // A look at it changes nobody's calendar.
    let id = transaction_id(&"made-up-2027".parse().unwrap()).unwrap();
    let looked =
        engine.preview_request(Asking::<CalendarChange>::of(id, made_up_2027(&CLOSED), ()));
    let types: Vec<_> = looked.await.unwrap().events.into_iter().map(|it| it.event_type).collect();
    assert!(types.contains(&"calendar.added".to_owned()), "{types:?}");
    assert!(engine.request_watched(asking("TX-1")).await.is_err());

    extend(&stage, made_up_2027(&CLOSED)).await.unwrap();
    let (placed, _) = engine.request_watched(asking("TX-1")).await.unwrap();
    assert_eq!(placed.promise.calendar.as_str(), "made-up-2027");
    assert_eq!(placed.promise.trade_date.to_string(), "2026-12-31");
    assert_eq!(placed.promise.confirm_by.to_string(), "2027-01-04");

    // Whoever embeds it asks when the calendar ends.
    let known = engine.state_of(&by_calendar::calendar()).await.unwrap();
    let ends = known.calendar(&TradingCalendar::xshg().unwrap()).ends(at("2026-12-30T16:00"));
    assert_eq!((ends.days, ends.is_near()), (366, false));
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn the_next_engine_knows_it_from_the_log_and_the_audit_holds_each_t_against_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let stage = open(folder.path(), "2026-12-29T10:00").await;
    let (_, rest) = stage.engine().request_watched(asking("TX-1")).await.unwrap();
    drop(rest);
    extend(&stage, made_up_2027(&CLOSED)).await.unwrap();
    stage.engine().shutdown().await.unwrap();
    drop(stage);

    let stage = open(folder.path(), "2026-12-30T16:00").await;
    let (placed, _) = stage.engine().request_watched(asking("TX-2")).await.unwrap();
    assert_eq!(placed.promise.calendar.as_str(), "made-up-2027");
    // The same again is a repeat; other days under its tag are refused.
    extend(&stage, Request { by: text("chen"), ..made_up_2027(&CLOSED) }).await.unwrap();
    let other = extend(&stage, made_up_2027(&CLOSED[..7])).await.unwrap_err();
    let RequestError::Refused(refusal) = other else { panic!("{other}") };
    assert_eq!(refusal, Refusal::DiffersFromFirst { fields: vec!["change"] });
    stage.until(at("2027-01-05T18:00")).await.unwrap();
    stage.engine().shutdown().await.unwrap();
    drop(stage);

    let store = fundflow_infrastructure::sqlite::SqliteStore::open_read_only(
        folder.path().join("events.db"),
    );
    let store = store.unwrap();
    let shipped = std::sync::Arc::new(TradingCalendar::xshg().unwrap());
    let found = |registry: desk::Registry| {
        let store = &store;
        async move {
            let report = audit::verify(store, &registry, |_, _| {}).await.unwrap();
            let of = report.findings.into_iter().filter(|it| it.check == audit::Check::Calendar);
            of.map(|it| it.what).collect::<Vec<_>>()
        }
    };
    assert_eq!(found(desk::Registry::new().calendar(shipped)).await, [] as [&str; 0]);
    // Held against a list that never had these days, every T is found.
    let other = TradingCalendar::from_closed_weekdays(
        "xshg-2026".parse().unwrap(),
        "1990-12-19".parse().unwrap(),
        "2026-12-31".parse().unwrap(),
        "closed\n2026-12-29\n",
    );
    let wrong = found(desk::Registry::new().calendar(std::sync::Arc::new(other.unwrap()))).await;
    assert!(
        wrong[0].contains("its T is of calendar xshg-2026: 2026-12-29 is not a trading day"),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn a_year_that_leaves_a_gap_is_refused_by_a_running_engine_and_nothing_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let stage = open(folder.path(), "2026-12-29T10:00").await;
    let mut request = made_up_2027(&[]);
    request.version.change = Change::Year { year: 2028, closed: vec![] };
    let refused = extend(&stage, request).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "year.year = 2028: leaves a gap: the calendar xshg-2026 ends on 2026-12-31; add 2027 first"
    );
    let known = stage.engine().state_of(&by_calendar::calendar()).await.unwrap();
    assert_eq!(known.added(), []);
    stage.engine().shutdown().await.unwrap();
}
