//! What a person may write, and every mistake with its line, key and value. The days of 2027 are made up.

use super::CalendarFile;
use fundflow_domain::calendar::{
    TradingCalendar,
    version::{Change, Place, Shown, Unfit, Wrong},
};

const HEAD: &str =
    "version = \"made-up-2027\"\nsource = \"notice 2026-99, made up\"\nnotice_date = 2026-11-27\n";

fn read(rest: &str) -> Result<CalendarFile, Vec<String>> {
    let read = CalendarFile::of("c.toml", format!("{HEAD}{rest}").as_bytes());
    read.map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

#[test]
fn a_year_and_days_against_the_list_are_read_as_they_are_written() {
    let file = read("[year]\nyear = 2027\nclosed = [\"2027-01-01\", \"2027-02-08\"]\n").unwrap();
    assert_eq!(file.version.version.as_str(), "made-up-2027");
    assert_eq!(file.version.notice_date.to_string(), "2026-11-27");
    let Change::Year { year: 2027, closed } = &file.version.change else { panic!("{file:?}") };
    assert_eq!(
        closed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["2027-01-01", "2027-02-08"]
    );

    let file = read("[days]\nclosed = [\"2026-12-10\"]\nopened = []\n").unwrap();
    let Change::Days { closed, opened } = &file.version.change else { panic!("{file:?}") };
    assert_eq!((closed.len(), opened.len()), (1, 0));
}

#[test]
fn every_mistake_is_named_with_its_line_key_and_value_and_what_may_stand_there() {
    let date = "write a date of the calendar as YYYY-MM-DD";
    let one = "write either a table [year] with year and closed, or a table [days] with closed and opened";
    for (rest, said) in [
        ("", format!("c.toml: year: {one}")),
        (
            "[year]\nyear = 2027\nclosed = []\n[days]\nclosed = []\nopened = []\n",
            format!("c.toml:7: days: {one}"),
        ),
        (
            "[year]\nyear = 2027\nclosed = [\n\"2027-01-01\",\n\"2027-1-4\",\n]\n",
            format!("c.toml:8: year.closed[1] = 2027-1-4: {date}"),
        ),
        (
            "[year]\nyear = 27\nclosed = []\n",
            "c.toml:5: year.year = 27: write a year in four digits".to_owned(),
        ),
        (
            "[year]\nyear = 2027\n",
            "c.toml:4: year.closed: is missing; write a list of weekdays like [\"2027-01-01\"], or [] for none"
                .to_owned(),
        ),
        (
            "[days]\nclosed = []\nopened = []\nopen = []\n",
            "c.toml:7: days.open = []: is not a key here; the keys are closed, opened".to_owned(),
        ),
        (
            "[days]\nclosed = []\nopened = [\"2026-12-10\"]",
            "c.toml:6: the file ends within this line, which may be half written; complete it and end it with a \
             line break"
                .to_owned(),
        ),
    ] {
        assert_eq!(read(rest).unwrap_err(), [said], "{rest:?}");
    }
    let bare = CalendarFile::of("c.toml", b"version = \"a b\"\nsource = \" \"\n").unwrap_err();
    let keys: Vec<_> = bare.iter().map(|error| (error.line, error.key.as_str())).collect();
    assert_eq!(
        keys,
        [(None, "notice_date"), (None, "year"), (Some(1), "version"), (Some(2), "source")]
    );
}

#[test]
fn what_the_calendar_cannot_take_is_found_in_the_file() {
    let file =
        read("[days]\nclosed = [\n\"2026-12-10\",\n\"2026-12-05\",\n]\nopened = []\n").unwrap();
    let now = "2026-11-30T12:00:00+08:00".parse().unwrap();
    let unfit = file.version.check(&TradingCalendar::xshg().unwrap(), now).unwrap_err();
    let (place, value) = (Place::Closed(1), Shown("2026-12-05".to_owned()));
    assert_eq!(unfit, Unfit { place, value, wrong: Wrong::Weekend });
    assert_eq!(
        file.located(&unfit).to_string(),
        "c.toml:7: days.closed[1] = 2026-12-05: is a Saturday or Sunday, on which the exchange never opens; \
         write weekdays alone"
    );
}
