//! When a confirmation came, and the days that it states.

use super::*;
use crate::calendar::TradingCalendar;

/// Priced on Friday the 13th; a week of holidays follows, and T+1 is the 24th.
fn dated(received_at: &str, stated: [&str; 3]) -> Vec<Finding> {
    dated_by(1, received_at, stated)
}

/// The same of a fund that is confirmed on another T+n.
fn dated_by(lag: u32, received_at: &str, stated: [&str; 3]) -> Vec<Finding> {
    let calendar = TradingCalendar::xshg().unwrap();
    let t = calendar.day("2026-02-13".parse().unwrap()).unwrap();
    let [trade_date, confirmed_on, registered_on] = stated.map(|date| date.parse().unwrap());
    let stated =
        Dates { trade_date: Some(trade_date), confirmed_on, registered_on: Some(registered_on) };
    let when = When {
        received_at: received_at.parse().unwrap(),
        t,
        cut_off_of_t: calendar.cut_off(t),
        first_day: calendar.plus(t, lag),
        calendar: &calendar,
    };
    dates(&stated, &when, shares("8100.45"))
}

const OUT: Kind = K::DateOutOfBounds;

#[test]
fn dates_lie_between_the_t_of_the_order_and_today() {
    let noon = "2026-02-25T12:00:00+08:00";
    let (t, first, second) = ("2026-02-13", "2026-02-24", "2026-02-25");
    let rows: [(&str, [&str; 3], Found); 11] = [
        (noon, [t, first, first], &[]),
        (noon, [t, second, first], &[]),
        (noon, [t, second, "2026-03-12"], &[]),
        (
            "2026-02-13T14:59:59+08:00",
            [t, t, t],
            &[(
                K::ConfirmedBeforeCutOff,
                "received at 2026-02-13T14:59:59+08:00, before 2026-02-13T15:00:00+08:00 when T \
                 2026-02-13 is complete",
                "8100.45 0.00",
            )],
        ),
        (
            "2026-02-13T15:00:00+08:00",
            [t, t, first],
            &[(OUT, "confirmed on 2026-02-13 is not 2026-02-24 or later", "8100.45 0.00")],
        ),
        (
            noon,
            [t, t, first],
            &[(OUT, "confirmed on 2026-02-13 is not 2026-02-24 to 2026-02-25", "8100.45 0.00")],
        ),
        (
            noon,
            [t, "2062-02-24", first],
            &[(OUT, "confirmed on 2062-02-24 is not 2026-02-24 to 2026-02-25", "8100.45 0.00")],
        ),
        (
            "2026-03-02T12:00:00+08:00",
            [t, "2026-02-28", first],
            &[(OUT, "confirmed on 2026-02-28 is not a trading day", "8100.45 0.00")],
        ),
        (
            noon,
            [t, first, "2026-02-23"],
            &[(OUT, "registered on 2026-02-23 is not 2026-02-24 to 2026-03-11", "0.00 0.00")],
        ),
        (
            noon,
            [t, second, "2026-03-13"],
            &[(OUT, "registered on 2026-03-13 is not 2026-02-24 to 2026-03-12", "0.00 0.00")],
        ),
        (
            noon,
            ["2026-02-12", first, first],
            &[(OUT, "priced on 2026-02-12, but the order belongs to 2026-02-13", "8100.45 0.00")],
        ),
    ];
    for (received_at, stated, found) in rows {
        assert_found(&dated(received_at, stated), found);
    }
}

#[test]
fn a_wrong_day_of_the_confirmation_moves_no_bound_of_the_registration() {
    let noon = "2026-02-25T12:00:00+08:00";
    let (t, first) = ("2026-02-13", "2026-02-24");
    let rows: [(&str, [&str; 3], Found); 3] = [
        (
            "2026-02-24T12:00:00+08:00",
            [t, t, first],
            &[(OUT, "confirmed on 2026-02-13 is not 2026-02-24 to 2026-02-24", "8100.45 0.00")],
        ),
        (
            noon,
            [t, "2062-02-24", "2026-03-13"],
            &[
                (OUT, "confirmed on 2062-02-24 is not 2026-02-24 to 2026-02-25", "8100.45 0.00"),
                (OUT, "registered on 2026-03-13 is not 2026-02-24 to 2026-03-12", "0.00 0.00"),
            ],
        ),
        (
            noon,
            [t, "2026-01-05", "2026-03-11"],
            &[(OUT, "confirmed on 2026-01-05 is not 2026-02-24 to 2026-02-25", "8100.45 0.00")],
        ),
    ];
    for (received_at, stated, found) in rows {
        assert_found(&dated(received_at, stated), found);
    }
}

#[test]
fn a_fund_that_is_confirmed_on_t_2_is_confirmed_on_no_earlier_day() {
    let noon = "2026-02-26T12:00:00+08:00";
    let (t, first, second, third) = ("2026-02-13", "2026-02-24", "2026-02-25", "2026-02-26");
    let rows: [([&str; 3], Found); 4] = [
        ([t, second, second], &[]),
        ([t, third, second], &[]),
        (
            [t, second, first],
            &[(OUT, "registered on 2026-02-24 is not 2026-02-25 to 2026-03-12", "0.00 0.00")],
        ),
        (
            [t, first, second],
            &[(OUT, "confirmed on 2026-02-24 is not 2026-02-25 to 2026-02-26", "8100.45 0.00")],
        ),
    ];
    for (stated, found) in rows {
        assert_found(&dated_by(2, noon, stated), found);
    }
}

#[test]
fn past_the_end_of_the_calendar_no_date_is_taken_as_right() {
    let stated = ["2026-02-13", "2027-01-04", "2026-02-24"];

    assert_found(
        &dated("2027-01-05T12:00:00+08:00", stated),
        &[(
            K::DateOutOfBounds,
            "confirmed on 2027-01-04: 2027-01-04 is outside the trading calendar xshg-2026 \
             (1990-12-19 to 2026-12-31); install the exchange's calendar for that year",
            "8100.45 0.00",
        )],
    );
}
