//! A regular plan as a row of `orders.csv`.
//!
//! | column | |
//! |---|---|
//! | `frequency` | `daily`, `weekly mon`, `biweekly mon`, `monthly 15` |
//! | `start`, `through` | the first and the last date that count; no last one: until it is ended |
//! | `periods` | over after so many dates; nothing: they are not counted |
//! | `misses_max` | so many misses in a row end it; 3 where nothing is said |
//! | `closed_day` | a closed day moves to the `next` trading day (so without a word) or the `previous` |
//! | `missing_day` | a month without the day has it on its `last` day (so without a word) or on the `first_of_next` |
//! | `wallet_fund` | each occurrence is a discount purchase through it |

use super::kinds::Reader;
use chrono::{NaiveDate, Weekday};
use fundflow_domain::{
    ids::InvestorId,
    plan::{DayOfMonth, Frequency, MissingDay, MoveRule, Terms},
};
use std::num::{NonZeroU8, NonZeroU32};

const USED: [&str; 12] = [
    "investor",
    "fund",
    "wallet_fund",
    "amount",
    "account",
    "frequency",
    "start",
    "through",
    "periods",
    "misses_max",
    "closed_day",
    "missing_day",
];
const MISSES: NonZeroU8 = NonZeroU8::MIN.saturating_add(2);
const OFTEN: &str = "daily, weekly mon, biweekly mon or monthly 15";
const A_DATE: &str = "a date like 2026-12-31";

pub(super) fn terms(row: &mut Reader<'_>) -> Option<Terms> {
    row.only("plan", &USED);
    let (investor, fund, amount) = (row.investor(), row.fund("fund"), row.amount());
    let wallet_fund = match row.fields.text("wallet_fund") {
        "" => Some(None),
        _ => row.fund("wallet_fund").map(Some),
    };
    let account = row.account();
    let start = row.fields.parse("start", A_DATE, |text| text.parse::<NaiveDate>().ok());
    let frequency = row.fields.parse("frequency", OFTEN, |text| frequency(text, start));
    let through = row.fields.optional("through", A_DATE, |text| text.parse().ok());
    let periods = row.fields.optional("periods", "1 or more, or nothing", |text| text.parse().ok());
    let misses = "1 to 255, or nothing for 3";
    let misses = row.fields.optional("misses_max", misses, |text| text.parse().ok());
    let move_rule =
        row.fields.parse("closed_day", "next, previous or nothing", |text| match text {
            "" | "next" => Some(MoveRule::NextTradingDay),
            "previous" => Some(MoveRule::PreviousTradingDay),
            _ => None,
        });
    let missing = "last, first_of_next or nothing";
    let missing_day = row.fields.parse("missing_day", missing, |text| match text {
        "" | "last" => Some(MissingDay::LastOfMonth),
        "first_of_next" => Some(MissingDay::FirstOfNext),
        _ => None,
    });
    let usual = |id: &InvestorId| row.investors.get(id).map(|it| it.profile.account.clone());
    let account = account.or_else(|| investor.as_ref().and_then(usual));
    Some(Terms {
        account: account?,
        investor: investor?,
        fund: fund?,
        wallet_fund: wallet_fund?,
        amount: amount?,
        frequency: frequency?,
        start: start?,
        through,
        periods: periods.map(|periods: NonZeroU32| periods),
        move_rule: move_rule?,
        missing_day: missing_day?,
        max_misses: misses.unwrap_or(MISSES),
    })
}

fn frequency(text: &str, start: Option<NaiveDate>) -> Option<Frequency> {
    let mut words = text.split_whitespace();
    let (often, on, end) = (words.next()?, words.next(), words.next());
    let weekday = || on?.parse::<Weekday>().ok();
    match (often, end) {
        ("daily", None) if on.is_none() => Some(Frequency::Daily),
        ("weekly", None) => Some(Frequency::Weekly { weekday: weekday()? }),
        ("biweekly", None) => {
            // A missing start is noted by itself.
            let counted_from = start.unwrap_or_default();
            Some(Frequency::Biweekly { weekday: weekday()?, counted_from })
        }
        ("monthly", None) => {
            let day = on?.parse().ok().and_then(|day| DayOfMonth::new(day).ok())?;
            Some(Frequency::Monthly { day })
        }
        _ => None,
    }
}
