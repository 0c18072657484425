//! The shipped calendar, and lists of its form.

use super::*;

fn t_at(instant: &str) -> [String; 3] {
    let calendar = TradingCalendar::xshg().unwrap();
    let t = calendar.t_of(instant.parse().unwrap()).unwrap();
    [t, calendar.plus(t, 1).unwrap(), calendar.plus(t, 2).unwrap()].map(|day| day.to_string())
}

#[test]
fn an_order_belongs_to_the_day_whose_cut_off_comes_next() {
    let rows = [
        ("2026-02-13T14:59:59.999+08:00", ["2026-02-13", "2026-02-24", "2026-02-25"]),
        ("2026-02-13T15:00:00.000+08:00", ["2026-02-24", "2026-02-25", "2026-02-26"]),
        ("2026-02-14T10:00:00+08:00", ["2026-02-24", "2026-02-25", "2026-02-26"]),
        ("2026-10-09T09:00:00+08:00", ["2026-10-09", "2026-10-12", "2026-10-13"]),
        ("2026-10-10T09:00:00+08:00", ["2026-10-12", "2026-10-13", "2026-10-14"]),
        ("2026-09-30T15:00:00+08:00", ["2026-10-08", "2026-10-09", "2026-10-12"]),
        ("2024-02-08T15:00:00+08:00", ["2024-02-19", "2024-02-20", "2024-02-21"]),
    ];
    for (instant, days) in rows {
        assert_eq!(t_at(instant), days, "{instant}");
    }
}

#[test]
fn past_its_end_the_calendar_says_so() {
    let calendar = TradingCalendar::xshg().unwrap();
    let asked = calendar.t_of("2026-12-31T15:00:00+08:00".parse().unwrap());

    assert_eq!(
        asked.unwrap_err().to_string(),
        "2027-01-01 is outside the trading calendar xshg-2026 (1990-12-19 to 2026-12-31); \
         install the exchange's calendar for that year"
    );
}

#[test]
fn the_days_before_and_after_are_those_that_walking_day_by_day_finds() {
    let list = "closed\n2026-01-01\n2026-01-02\n2026-01-12\n2026-01-13\n2026-01-30\n";
    let version = VersionTag::new("january").unwrap();
    // From a Thursday to a Saturday; both ends are closed.
    let (from, until) = (date(2026, 1, 1), date(2026, 1, 31));
    let calendar = TradingCalendar::from_closed_weekdays(version, from, until, list).unwrap();
    let walk = |from: NaiveDate, step: fn(&NaiveDate) -> Option<NaiveDate>| {
        let mut days = std::iter::successors(step(&from), step);
        days.find_map(|day| match calendar.day(day) {
            Err(CalendarError::Closed(_)) => None,
            found => Some(found),
        })
    };
    let is_open = |day: &NaiveDate| is_weekday(*day) && !list.contains(&day.to_string());
    for day in date(2025, 12, 28).iter_days().take(39) {
        let covered = day >= from && day <= until;
        assert_eq!(calendar.day(day).is_ok(), covered && is_open(&day), "{day}");
        assert_eq!(Some(calendar.after(day)), walk(day, NaiveDate::succ_opt), "{day}");
        let before = calendar.before(TradingDay(day));
        assert_eq!(Some(before), walk(day, NaiveDate::pred_opt), "{day}");
    }
}

#[test]
fn a_list_that_ends_within_a_line_and_a_date_that_lacks_a_digit_are_named_with_the_line() {
    let said = |text: &str| {
        let version = VersionTag::new("short").unwrap();
        let read =
            TradingCalendar::from_closed_weekdays(version, SHIPPED_FIRST, SHIPPED_LAST, text);
        read.err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(said("closed\n2026-10-01\n2026-10-02\n"), "");
    for (text, line, what) in [
        ("closed\n2026-10-01\n2026-10-02", 3, "2026-10-02"),
        ("closed\n2026-10-01\n2026-10-0", 3, "2026-10-0"),
        ("closed\n2026-10-01\n2026-10-5\n", 3, "2026-10-5"),
        ("closed\n2026-10-02\n2026-10-01\n", 3, "2026-10-01"),
        ("closed\n2026-10-01\n2026-10-01\n", 3, "2026-10-01"),
        ("closed\n2026-10-03\n", 2, "2026-10-03"),
        ("closed", 1, "closed"),
    ] {
        let expected = format!(
            "line {line}: {what:?} is not a closed weekday after the line before; write YYYY-MM-DD and a \
             line break"
        );
        assert_eq!(said(text), expected, "{text:?}");
    }
}

#[test]
fn the_shipped_list_has_the_known_number_of_sessions() {
    let calendar = TradingCalendar::xshg().unwrap();
    for (year, sessions) in [(2024, 242), (2025, 243), (2026, 242)] {
        let days = date(year, 1, 1).iter_days().take_while(|day| day.year() == year);
        assert_eq!(days.filter(|day| calendar.day(*day).is_ok()).count(), sessions, "{year}");
    }
}

#[test]
fn an_order_may_have_a_cut_off_of_its_own() {
    let calendar = TradingCalendar::xshg().unwrap();
    let day = calendar.day("2026-02-13".parse().unwrap()).unwrap();
    let by = |time: Option<&str>| calendar.cut_off_by(day, time.map(|it| it.parse().unwrap()));
    assert_eq!(by(None), "2026-02-13T15:00:00+08:00".parse().unwrap());
    assert_eq!(by(Some("17:00:00")), "2026-02-13T17:00:00+08:00".parse().unwrap());
    assert_eq!(NaiveDate::from(day), day.date());
}
