//! Every kind of break, in every source that can have it: found with its order, its amount and its side.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use chrono::NaiveDate;
use fundflow_domain::case::{Kind, Side};
use fundflow_reconciliation::{
    breaks::Break,
    join::{Judged, judge},
    report,
    row::{Row, Stand},
    rules::Rules,
    source::{Is, Source},
};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const T: &str = "2026-02-12";
const NEXT: &str = "2026-02-13";

fn full(source: Source, stand: Stand) -> Row {
    let mut row = Row::of(source, stand, "a place", 1);
    for column in source.columns() {
        row = match column.is {
            Is::Key if column.name == "lot" => row,
            Is::Key => row.word(column.name, format!("the {}", column.name)),
            Is::Number(_) => row.number(column.name, "100.00".parse().unwrap()),
            Is::Day => row.day(column.name, Some(day(NEXT))),
            Is::Word => row.word(column.name, "as it is"),
        };
    }
    Row {
        order: Some("TX-1.mmf".parse().unwrap()),
        transaction: Some("TX-1".parse().unwrap()),
        evidence: "all of it".to_owned(),
        ..row
    }
}

fn record(source: Source) -> Row {
    Row { order: None, transaction: None, ..full(source, Stand::Record) }
}

fn event(source: Source) -> Row {
    full(source, Stand::Event { due: Some(day(NEXT)), heard: day(NEXT), dated: day(NEXT) })
}

fn judged(source: Source, rows: Vec<Row>) -> Judged {
    let rules = Rules::shipped().unwrap();
    judge(rules.source(source), "a key", rows, day(NEXT))
}

fn only(source: Source, rows: Vec<Row>) -> Break {
    let mut judged = judged(source, rows);
    assert_eq!(judged.breaks.len(), 1, "{source}: {:?}", judged.breaks);
    judged.breaks.remove(0)
}

#[test]
fn what_agrees_joins_and_nothing_breaks() {
    for source in Source::ALL {
        let judged = judged(source, vec![record(source), event(source)]);
        assert_eq!(
            (judged.joins.len(), judged.breaks.len(), judged.events_met),
            (1, 0, 1),
            "{source}"
        );
    }
}

#[test]
fn a_value_that_differs_breaks_as_its_kind_with_order_amount_and_both_sides() {
    for source in Source::ALL {
        for column in source.columns().iter().filter(|column| column.is != Is::Key) {
            let (kind, planted) = match column.is {
                Is::Number(kind) => {
                    (kind, record(source).number(column.name, "99.50".parse().unwrap()))
                }
                Is::Day => {
                    (Kind::BreakDate, record(source).day(column.name, Some(day("2026-02-10"))))
                }
                Is::Word | Is::Key => {
                    (Kind::BreakStatus, record(source).word(column.name, "otherwise"))
                }
            };
            let found = only(source, vec![planted, event(source)]);
            let name = format!("{source} {}", column.name);
            assert_eq!((found.kind, found.side()), (kind, Side::Both), "{name}");
            assert_eq!(
                found.known().unwrap().order.as_ref().unwrap().as_str(),
                "TX-1.mmf",
                "{name}"
            );
            let worth = (found.money().to_string(), found.shares().to_string());
            let half = |is: bool| if is { "0.50" } else { "0" }.to_owned();
            let of_money = [Kind::BreakAmount, Kind::BreakFee].contains(&kind);
            let of_shares = [Kind::BreakShares, Kind::BreakHolding].contains(&kind);
            assert_eq!(worth, (half(of_money), half(of_shares)), "{name}");
            let report = report::report(&found, fundflow_domain::time::Timestamp::default());
            assert_eq!(report.findings[0].ours[0].name.as_str(), column.name, "{name}");
            assert_ne!(report.findings[0].ours[0].value, report.findings[0].theirs[0].value);
        }
    }
}

#[test]
fn what_one_side_lacks_is_missing_or_extra_with_all_that_the_other_states() {
    for source in Source::ALL {
        let missing = only(source, vec![event(source)]);
        assert_eq!((missing.kind, missing.side()), (Kind::BreakMissing, Side::Ours), "{source}");
        assert!(missing.known().unwrap().order.is_some(), "{source}");
        let extra = only(source, vec![record(source)]);
        assert_eq!((extra.kind, extra.side()), (Kind::BreakExtra, Side::Theirs), "{source}");
        for found in [missing, extra] {
            let stated = found.money() + found.shares();
            assert!(source == Source::FundDays || !stated.is_zero(), "{source}");
            let report = report::report(&found, fundflow_domain::time::Timestamp::default());
            let figures = &report.findings[0];
            assert!(!(figures.ours.is_empty() && figures.theirs.is_empty()), "{source}");
        }
    }
}

#[test]
fn a_second_record_is_a_duplicate_word_for_word_or_not_and_the_first_joins() {
    for source in Source::ALL {
        let numbers = source.columns().iter().find(|it| matches!(it.is, Is::Number(_))).unwrap();
        let other = record(source).number(numbers.name, "1.00".parse().unwrap());
        for second in [record(source), other] {
            let is_same = second.said() == record(source).said();
            let judged = judged(source, vec![record(source), second, event(source)]);
            assert_eq!((judged.joins.len(), judged.breaks.len()), (1, 1), "{source}");
            let found = &judged.breaks[0];
            assert_eq!(
                (found.kind, found.side()),
                (Kind::BreakDuplicate, Side::Theirs),
                "{source}"
            );
            assert_eq!(found.what.contains("says the same as"), is_same, "{}", found.what);
        }
    }
}

#[test]
fn the_same_for_two_distributors_is_no_duplicate_and_one_event() {
    for source in Source::ALL {
        let sent = |to: &str| Row { recipient: to.to_owned(), ..record(source) };
        let judged = judged(source, vec![sent("305"), sent("306"), event(source)]);
        assert_eq!(
            (judged.joins.len(), judged.breaks.len(), judged.events_met),
            (2, 0, 1),
            "{source}"
        );
    }
}

#[test]
fn a_record_after_its_day_is_late_and_an_event_heard_after_it_without_a_record_too() {
    for (source, name) in [(Source::Confirmations, "confirmed_on"), (Source::Statement, "date")] {
        let late = Some(day("2026-02-24"));
        let ours = event(source).day(name, late);
        let found = only(source, vec![record(source).day(name, late), ours]);
        assert_eq!((found.kind, found.side()), (Kind::BreakLate, Side::Both), "{source}");
        let heard = Stand::Event { due: Some(day(T)), heard: day(NEXT), dated: day(NEXT) };
        let found = only(source, vec![full(source, heard)]);
        assert_eq!((found.kind, found.side()), (Kind::BreakLate, Side::Ours), "{source}");
    }
    for source in Source::ALL {
        let found = Break::file_is_late(source, "05", day(T), day(NEXT));
        assert_eq!((found.kind, found.side()), (Kind::BreakLate, Side::Ours), "{source}");
        assert!(found.what.contains(T) && found.what.contains(NEXT), "{}", found.what);
    }
}

#[test]
fn what_is_asked_is_awaited_until_its_day_and_missing_from_then_on() {
    let source = Source::Confirmations;
    let asked = |due: &str| full(source, Stand::Asked { due: day(due) });
    let later = judged(source, vec![asked("2026-02-24")]);
    assert_eq!((later.breaks.len(), later.awaited.len()), (0, 1));
    assert_eq!(only(source, vec![asked(NEXT)]).kind, Kind::BreakMissing);
}

#[test]
fn what_is_only_known_joins_a_record_and_is_missed_by_nobody() {
    for source in Source::ALL {
        let known = || full(source, Stand::Known { due: None });
        let alone = judged(source, vec![known()]);
        assert_eq!((alone.breaks.len(), alone.awaited.len()), (0, 0), "{source}");
        let both = judged(source, vec![record(source), known()]);
        assert_eq!((both.joins.len(), both.breaks.len(), both.events_met), (1, 0, 0), "{source}");
    }
}

#[test]
fn several_records_of_one_key_each_join_their_own_event() {
    let source = Source::Confirmations;
    let of = |row: Row, serial: &str, amount: &str| {
        row.word("serial", serial).number("amount", amount.parse().unwrap())
    };
    let rows = vec![
        of(record(source), "B", "2.00"),
        of(record(source), "A", "1.00"),
        of(event(source), "A", "1.00"),
        of(event(source), "B", "2.00"),
    ];
    let judged = judged(source, rows);
    assert_eq!((judged.joins.len(), judged.breaks.len(), judged.events_met), (2, 0, 2));
}

#[test]
fn lots_of_an_account_are_one_record_and_a_lot_that_is_there_twice_is_a_duplicate() {
    let source = Source::Holdings;
    let lot = |serial: &str, shares: &str| {
        record(source)
            .word("lot", serial)
            .number("registered", shares.parse().unwrap())
            .number("frozen", 0.into())
            .number("unaccounted", 0.into())
    };
    let ours = || event(source).number("frozen", 0.into()).number("unaccounted", 0.into());
    let both = judged(source, vec![lot("A", "40.00"), lot("B", "60.00"), ours()]);
    assert_eq!((both.joins.len(), both.breaks.len()), (1, 0), "{:?}", both.breaks);
    assert_eq!(both.joins[0].record.parts, 2);
    let twice =
        judged(source, vec![lot("A", "40.00"), lot("B", "60.00"), lot("B", "60.00"), ours()]);
    assert_eq!((twice.joins.len(), twice.breaks.len()), (1, 1));
    assert_eq!(twice.breaks[0].kind, Kind::BreakDuplicate);
}

#[test]
fn a_lot_whose_parts_are_not_its_total_breaks_its_account_also_by_rules_that_do_not_name_that() {
    let text = fundflow_reconciliation::rules::SHIPPED;
    let line = text.lines().find(|line| line.starts_with("unaccounted")).unwrap();
    let rules = Rules::of("own", &text.replace(line, "")).unwrap();
    let source = Source::Holdings;
    let none = |row: Row| row.number("frozen", 0.into()).number("unaccounted", 0.into());
    let lot =
        |serial: &str| none(record(source)).word("lot", serial).number("registered", 50.into());
    let rows = vec![lot("A"), lot("B").number("unaccounted", 3.into()), none(event(source))];
    let judged = judge(rules.source(source), "a key", rows, day(NEXT));
    assert_eq!((judged.joins.len(), judged.breaks.len()), (0, 1));
    let found = &judged.breaks[0];
    assert_eq!((found.kind, found.shares()), (Kind::BreakHolding, 3.into()));
    assert_eq!(found.what, "unaccounted 3 is not our 0");
}

#[test]
fn a_record_that_cannot_be_read_breaks_whatever_we_have_and_our_event_misses_it() {
    let source = Source::Statement;
    let broken = Row { stand: Stand::Unreadable, ..record(source) };
    let judged = judged(source, vec![broken, event(source)]);
    let kinds: Vec<Kind> = judged.breaks.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [Kind::BreakExtra, Kind::BreakMissing]);
}

#[test]
fn a_tolerance_is_borne_to_its_last_hundredth_and_not_beyond() {
    let text = fundflow_reconciliation::rules::SHIPPED
        .replace("registered = \"0.00\"", "registered = \"0.02\"");
    let rules = Rules::of("own", &text).unwrap();
    let source = Source::Holdings;
    for (shares, breaks) in [("100.02", 0), ("99.98", 0), ("100.03", 1), ("99.97", 1)] {
        let rows =
            vec![record(source).number("registered", shares.parse().unwrap()), event(source)];
        let judged = judge(rules.source(source), "a key", rows, day(NEXT));
        assert_eq!(judged.breaks.len(), breaks, "{shares}");
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let source = Source::Confirmations;
    let one = (0_u8..3, 0_u8..5, 1_u8..4).prop_map(move |(serial, stand, amount)| {
        let row = match stand {
            0 | 1 => record(source),
            2 => Row { stand: Stand::Unreadable, ..record(source) },
            3 => event(source),
            _ => full(source, Stand::Known { due: None }),
        };
        row.word("serial", serial).number("amount", amount.into())
    });
    prop::collection::vec(one, 0..12)
}

proptest! {
    #[test]
    fn every_record_joins_or_breaks_exactly_once_and_so_does_every_event(rows in rows()) {
        let records = rows.iter().filter(|row| row.is_record()).count();
        let is_event = |row: &Row| matches!(row.stand, Stand::Event { .. });
        let events = rows.iter().filter(|row| is_event(row)).count();
        let judged = judged(Source::Confirmations, rows);

        let broken = judged.breaks.iter().filter(|it| it.record.is_some()).count();
        prop_assert_eq!(judged.joins.len() + broken, records);
        let alone = judged.breaks.iter().filter(|it| it.record.is_none());
        let alone = alone.filter(|it| it.event.as_ref().is_some_and(is_event)).count();
        prop_assert_eq!(judged.events_met + alone, events);
    }

    #[test]
    fn two_records_that_say_different_things_have_different_cases(a in 1_u32..1_000_000, b in 1_u32..1_000_000) {
        let source = Source::Statement;
        let of = |cents: u32| {
            let row = record(source).number("amount", rust_decimal(cents));
            only(source, vec![row]).case
        };
        prop_assert_eq!(of(a) == of(b), a == b);
    }
}

fn rust_decimal(cents: u32) -> rust_decimal::Decimal {
    rust_decimal::Decimal::new(cents.into(), 2)
}
