//! Parts of what a refusal says.

use crate::money::Amount;
use chrono::NaiveDate;

pub(super) fn raised(from: Option<NaiveDate>, through: Option<NaiveDate>) -> String {
    let day = |day: Option<NaiveDate>| day.map_or("an unknown day".to_owned(), |it| it.to_string());
    match (from, through) {
        (None, None) => String::new(),
        (Some(_), _) | (_, Some(_)) => format!("; raised from {} to {}", day(from), day(through)),
    }
}

/// Shares that are bought now have been held for no day.
pub(super) fn held_since(since: Option<NaiveDate>) -> String {
    since.map_or("not at once".to_owned(), |day| {
        format!("and the shares that would go are held since {day}")
    })
}

pub(super) fn because(notice: Option<&str>) -> String {
    notice.map(|notice| format!(" (notice: {notice})")).unwrap_or_default()
}

/// What would be taken in place of what was asked for.
pub(super) fn instead(possible: &[Amount]) -> String {
    match possible {
        [] => String::new(),
        [one] => format!("; {one} would be taken"),
        [all @ .., last] => {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            format!("; {} or {last} would be taken", all.join(", "))
        }
    }
}
