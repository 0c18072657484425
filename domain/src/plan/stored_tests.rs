//! How a plan's facts are written: each name is a promise.

use super::{
    Changes, DayOfMonth, EndCause, Event, Unchanged,
    tests::{
        amount, begun, changed, done, ended, missed, monthly, opened, paused, resumed, unchanged,
    },
};

#[test]
fn events_are_stored_by_these_names() {
    let fifth = Changes { frequency: Some(monthly(5)), ..Changes::default() };
    let written: Vec<_> = [
        changed("2026-01-02", fifth, "2026-02-01"),
        paused("2026-01-03"),
        resumed("2026-01-04"),
        unchanged("2026-01-05", Unchanged::Terms(amount("500"))),
        unchanged("2026-01-06", Unchanged::Pause),
        begun("2026-01-10"),
        done("2026-01-10"),
        missed("2026-02-10"),
        ended(EndCause::Misses { in_a_row: 3 }),
        ended(EndCause::Finished),
    ]
    .iter()
    .map(|event| serde_json::to_string(event).unwrap())
    .collect();
    assert_eq!(
        written,
        [
            r#"{"changed":{"at":"2026-01-02T10:00:00+08:00","changes":{"frequency":{"monthly":{"day":5}}},"from":"2026-02-01"}}"#,
            r#"{"paused":{"at":"2026-01-03T10:00:00+08:00","reason":"holiday"}}"#,
            r#"{"resumed":{"at":"2026-01-04T10:00:00+08:00"}}"#,
            r#"{"word_kept":{"at":"2026-01-05T10:00:00+08:00","said":{"terms":{"amount":"500.00"}}}}"#,
            r#"{"word_kept":{"at":"2026-01-06T10:00:00+08:00","said":"pause"}}"#,
            r#"{"occurrence_begun":{"nominal":"2026-01-10","transaction":"P-1.20260110"}}"#,
            r#"{"occurrence_done":{"nominal":"2026-01-10"}}"#,
            r#"{"occurrence_missed":{"nominal":"2026-02-10","cause":{"code":"51","text":"not enough money"}}}"#,
            r#"{"ended":{"cause":{"misses":{"in_a_row":3}}}}"#,
            r#"{"ended":{"cause":"finished"}}"#,
        ]
    );
    let text = serde_json::to_string(&opened()).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), opened());
    assert!(
        text.contains(r#""frequency":{"monthly":{"day":10}},"start":"2026-01-01","through":null"#)
    );
    assert!(serde_json::from_str::<DayOfMonth>("32").is_err());
}
