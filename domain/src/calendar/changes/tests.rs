//! Given/when/then for versions of the calendar. The days of 2027 here are made up.

use super::{Calendars, Command, Event, Refusal, State};
use crate::{
    calendar::{
        TradingCalendar, WARNED_BEFORE,
        version::{Change, Version, Wrong},
    },
    decider::Decider as _,
    testing::given,
    text::Text,
    time::Timestamp,
};
use chrono::NaiveDate;
use std::sync::Arc;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    format!("{text}+08:00").parse().unwrap()
}

fn xshg() -> Arc<TradingCalendar> {
    Arc::new(TradingCalendar::xshg().unwrap())
}

fn text(of: &str) -> Text {
    Text::new("text", of).unwrap()
}

fn dates(days: &[&str]) -> Vec<NaiveDate> {
    days.iter().map(|day| date(day)).collect()
}

const MADE_UP: [&str; 17] = [
    "2027-01-01",
    "2027-02-05",
    "2027-02-08",
    "2027-02-09",
    "2027-02-10",
    "2027-02-11",
    "2027-02-12",
    "2027-04-05",
    "2027-05-03",
    "2027-05-04",
    "2027-05-05",
    "2027-06-09",
    "2027-09-15",
    "2027-10-01",
    "2027-10-04",
    "2027-10-05",
    "2027-10-06",
];

fn version(tag: &str, change: Change) -> Version {
    let source = text("notice 2026-99, made up");
    Version { version: tag.parse().unwrap(), source, notice_date: date("2026-11-27"), change }
}

fn year(year: i32, closed: &[&str]) -> Change {
    Change::Year { year, closed: dates(closed) }
}

fn days(closed: &[&str], opened: &[&str]) -> Change {
    Change::Days { closed: dates(closed), opened: dates(opened) }
}

const NOON: &str = "2026-11-30T12:00:00";

fn add_at(now: &str, tag: &str, change: Change) -> Command {
    let (reason, by) = (text("notice read"), text("li"));
    Command::Add { version: version(tag, change), calendar: xshg(), at: at(now), reason, by }
}

fn add(tag: &str, change: Change) -> Command {
    add_at(NOON, tag, change)
}

fn added(tag: &str, after: &str, change: Change) -> Event {
    let (after, reason, by) = (after.parse().unwrap(), text("notice read"), text("li"));
    Event::Added { version: version(tag, change), after, from: at(NOON), reason, by }
}

fn of_2027() -> Event {
    added("y27", "xshg-2026", year(2027, &MADE_UP))
}

fn refused(command: &Command) -> Wrong {
    let Err(Refusal::Unfit(unfit)) = Calendars::decide(&State::default(), command) else {
        panic!("it was not refused: {command:?}")
    };
    unfit.wrong
}

#[test]
fn a_further_year_is_added_once_and_days_of_it_can_be_closed_and_opened() {
    let state = given::<Calendars>([])
        .when(add("y27", year(2027, &MADE_UP)))
        .then([of_2027()])
        .when(add("typhoon", days(&["2027-03-02"], &["2027-09-15"])))
        .then([added("typhoon", "y27", days(&["2027-03-02"], &["2027-09-15"]))])
        .state();

    let calendar = state.calendar(&xshg());
    assert_eq!(calendar.version().as_str(), "typhoon");
    assert_eq!(calendar.range(), (date("1990-12-19"), date("2027-12-31")));
    for (day, is_open) in [
        ("2026-12-31", true),
        ("2027-01-01", false),
        ("2027-01-04", true),
        ("2027-03-01", true),
        ("2027-03-02", false),
        ("2027-03-06", false),
        ("2027-09-15", true),
    ] {
        assert_eq!(calendar.day(date(day)).is_ok(), is_open, "{day}");
    }
    let t = calendar.t_of(at("2026-12-31T15:00:00")).unwrap();
    assert_eq!(t.to_string(), "2027-01-04");
    assert_eq!(calendar, state.calendar(&calendar), "a version is in it once");
}

#[test]
fn the_same_tag_stands_for_the_same_days_for_ever() {
    let other = || add("y27", year(2027, &MADE_UP[1..]));
    let tag = || "y27".parse().unwrap();

    given::<Calendars>([of_2027()])
        .when(add_at("2027-01-05T10:00:00", "y27", year(2027, &MADE_UP)))
        .then([]);
    given::<Calendars>([of_2027()]).when(other()).then_refused(Refusal::KnownDifferently(tag()));
    let shipped = add("xshg-2026", year(2027, &MADE_UP));
    let name = "xshg-2026".parse().unwrap();
    given::<Calendars>([]).when(shipped).then_refused(Refusal::KnownDifferently(name));
}

#[test]
fn what_was_over_when_it_was_added_stays() {
    let cut_off = || at("2026-11-30T15:00:00");
    for (now, closed, opened, wrong) in [
        ("2026-11-30T14:59:59", "2026-11-30", None, None),
        ("2026-11-30T15:00:00", "2026-11-30", None, Some(Wrong::Over { cut_off: cut_off() })),
        ("2026-12-30T10:00:00", "2026-11-30", None, Some(Wrong::Over { cut_off: cut_off() })),
        // Whoever orders on the last evening before the holiday has the T after it.
        ("2026-09-24T14:59:59", "", Some("2026-09-25"), None),
        (
            "2026-09-24T15:00:00",
            "",
            Some("2026-09-25"),
            Some(Wrong::PassedOver { t: date("2026-09-28") }),
        ),
        (
            "2026-12-01T10:00:00",
            "",
            Some("2026-09-25"),
            Some(Wrong::PassedOver { t: date("2026-12-01") }),
        ),
    ] {
        let closed: Vec<&str> = Some(closed).filter(|it| !it.is_empty()).into_iter().collect();
        let opened: Vec<&str> = opened.into_iter().collect();
        let mut command = add_at(now, "days", days(&closed, &opened));
        let Command::Add { version, .. } = &mut command;
        version.notice_date = date("2026-09-01");
        match wrong {
            None => {
                assert!(Calendars::decide(&State::default(), &command).is_ok(), "{now} {closed:?}");
            }
            Some(wrong) => assert_eq!(refused(&command), wrong, "{now} {closed:?} {opened:?}"),
        }
    }
}

#[test]
fn what_the_calendar_cannot_take_is_refused_by_place_and_value() {
    let tag = || "xshg-2026".parse().unwrap();
    let (first, last) = (date("1990-12-19"), date("2026-12-31"));
    let in_2027 = (date("2027-01-01"), date("2027-12-31"));
    let rows = [
        (
            year(2026, &[]),
            "year.year = 2026",
            Wrong::YearKnown { version: tag(), last, next: 2027 },
        ),
        (year(2028, &[]), "year.year = 2028", Wrong::Gap { version: tag(), last, next: 2027 }),
        (year(2027, &[]), "year.year = 2027", Wrong::Sessions { sessions: 261 }),
        (
            year(2027, &["2028-01-03"]),
            "year.closed[0] = 2028-01-03",
            Wrong::Outside { first: in_2027.0, last: in_2027.1 },
        ),
        (year(2027, &["2027-01-01", "2027-01-02"]), "year.closed[1] = 2027-01-02", Wrong::Weekend),
        (
            year(2027, &["2027-01-04", "2027-01-04"]),
            "year.closed[1] = 2027-01-04",
            Wrong::NotAscending { before: date("2027-01-04") },
        ),
        (days(&[], &[]), "days", Wrong::Nothing),
        (days(&["2027-01-04"], &[]), "days.closed[0] = 2027-01-04", Wrong::Outside { first, last }),
        (days(&["2026-12-05"], &[]), "days.closed[0] = 2026-12-05", Wrong::Weekend),
        (days(&[], &["2026-12-05"]), "days.opened[0] = 2026-12-05", Wrong::Weekend),
        (
            days(&["2026-10-05"], &[]),
            "days.closed[0] = 2026-10-05",
            Wrong::ClosedAlready { version: tag() },
        ),
        (
            days(&[], &["2026-12-01"]),
            "days.opened[0] = 2026-12-01",
            Wrong::OpenAlready { version: tag() },
        ),
    ];
    for (change, place, wrong) in rows {
        let command = add("v", change);
        let Err(Refusal::Unfit(unfit)) = Calendars::decide(&State::default(), &command) else {
            panic!("{place} was not refused")
        };
        assert_eq!(unfit.to_string(), format!("{place}: {wrong}"));
    }
    let mut of_later = add("v", year(2027, &MADE_UP));
    let Command::Add { version, .. } = &mut of_later;
    version.notice_date = date("2026-12-01");
    assert_eq!(refused(&of_later), Wrong::NoticeOfLater { today: date("2026-11-30") });
}

#[test]
fn a_year_that_is_nearly_all_closed_is_a_slip() {
    let every_monday_to_wednesday = NaiveDate::iter_days(&date("2027-01-01"))
        .take(365)
        .filter(|day| chrono::Datelike::weekday(day).num_days_from_monday() < 3);
    let change = Change::Year { year: 2027, closed: every_monday_to_wednesday.collect() };
    assert!(matches!(refused(&add("v", change)), Wrong::Sessions { .. }));
    let december = date("2026-12-01").iter_days().take(30);
    let weekdays = december.filter(|day| chrono::Datelike::weekday(day).num_days_from_monday() < 5);
    let change = Change::Days { closed: weekdays.collect(), opened: vec![] };
    assert!(matches!(refused(&add("v", change)), Wrong::Sessions { sessions: 220 }));
}

#[test]
fn a_shipped_list_that_has_grown_since_keeps_the_days_that_were_decided_on() {
    let grown =
        given::<Calendars>([added("shipped-2027", "xshg-2026", year(2027, &MADE_UP[2..]))]).state();
    let grown = grown.calendar(&xshg());
    let state = given::<Calendars>([of_2027()]).state();

    let calendar = state.calendar(&grown);

    assert!(calendar.day(date("2027-02-05")).is_err(), "closed by the version of the log");
    assert_eq!(calendar.sessions(2027), 261 - MADE_UP.len());
}

#[test]
fn from_sixty_days_before_its_end_a_calendar_says_so() {
    let said = |now: &str| {
        let ends = xshg().ends(at(now));
        (ends.is_near(), ends.days, ends.to_string())
    };
    let rest = "; what needs a later day is refused until a further year is added";
    assert_eq!(WARNED_BEFORE, 60);
    assert!(!said("2026-10-31T23:59:59").0);
    let (near, days, text) = said("2026-11-01T00:00:00");
    assert_eq!((near, days), (true, 60));
    assert_eq!(
        text,
        format!("the trading calendar xshg-2026 ends on 2026-12-31, in 60 days{rest}")
    );
    for (now, begins) in [
        ("2026-12-30T09:00:00", "ends tomorrow, on 2026-12-31"),
        ("2026-12-31T09:00:00", "ends today, on 2026-12-31"),
        ("2027-01-04T09:00:00", "ended on 2026-12-31, 4 days ago"),
    ] {
        assert_eq!(said(now).2, format!("the trading calendar xshg-2026 {begins}{rest}"));
    }
}
