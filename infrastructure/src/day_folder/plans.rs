//! A regular plan as a row of `orders.csv`, and what is said to one.
//!
//! | column | |
//! |---|---|
//! | `frequency` | `daily`, `weekly mon`, `biweekly mon`, `monthly 15` |
//! | `start`, `through` | the first and the last date that count; no last one: until it is ended |
//! | `periods` | over after so many dates; nothing: they are not counted |
//! | `misses_max` | so many misses in a row end it; 3 where nothing is said |
//! | `closed_day` | a closed day moves to the `next` trading day (so without a word) or the `previous` |
//! | `missing_day` | a month without the day has it on its `last` day (so without a word) or on the `first_of_next` |
//! | `wallet_fund` | each date is a discount purchase by way of it; nothing: a purchase for money |
//!
//! Rows of kind `plan_change` (`amount`, `account`, `frequency`, each if it changes; `start`: the first date
//! that it holds for, the day of the row's time where nothing is said), `plan_pause`, `plan_resume` and
//! `plan_end` name the plan in `of`; `note` is the reason.

use super::kinds::{AMOUNT, Kind, Reader};
use chrono::NaiveDate;
use fundflow_domain::written::{date, whole};
use fundflow_domain::{
    ids::InvestorId,
    plan::{Changes, Frequency, MissingDay, MoveRule, Terms},
    time::Timestamp,
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
    let start = row.fields.figure("start", A_DATE, date);
    // A missing start is noted by itself.
    let counted_from = start.unwrap_or_default();
    let often = |text: &str| Frequency::from_words(text, counted_from);
    let frequency = row.fields.parse("frequency", OFTEN, often);
    let through = row.fields.figure_if_any("through", A_DATE, date);
    let periods = row.fields.figure_if_any("periods", "1 to 4294967295, or nothing", whole);
    let misses = "1 to 255, or nothing for 3";
    let misses = row.fields.figure_if_any("misses_max", misses, whole);
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
        distributor: None,
    })
}

/// What an investor says to a plan that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanWord {
    /// Otherwise, for dates from that one on; none: from the day on which it is asked.
    Change(Changes, Option<NaiveDate>),
    /// Nothing until it is resumed.
    Pause,
    /// Go on with the next date.
    Resume,
    /// No more of it, what is under way aside.
    End,
}

impl PlanWord {
    /// As the column `kind` names it.
    pub const fn name(&self) -> &'static str {
        match self {
            PlanWord::Change(..) => "plan_change",
            PlanWord::Pause => "plan_pause",
            PlanWord::Resume => "plan_resume",
            PlanWord::End => "plan_end",
        }
    }
}

/// A row that is asked at that instant; none of one whose time is noted as wrong.
pub(super) fn word(row: &mut Reader<'_>, kind: &str, at: Option<Timestamp>) -> Option<Kind> {
    let used: &[&str] = match kind {
        "plan_change" => &["of", "amount", "account", "frequency", "start"],
        _ => &["of"],
    };
    row.only(kind, used);
    let of = row.fields.parse("of", "the transaction of a plan", |text| text.parse().ok());
    let word = match kind {
        "plan_change" => change(row, at)?,
        "plan_pause" => PlanWord::Pause,
        "plan_resume" => PlanWord::Resume,
        _ => PlanWord::End,
    };
    Some(Kind::PlanWord { of: of?, word })
}

fn change(row: &mut Reader<'_>, at: Option<Timestamp>) -> Option<PlanWord> {
    let amount = row.fields.figure_if_any("amount", AMOUNT, |text| text.parse().ok());
    let account = row.account();
    let from = row.fields.figure_if_any("start", A_DATE, date);
    // Without a start it holds from the day on which it is asked.
    let asked_on = at.map_or(row.known.trade_date.date(), Timestamp::date);
    let counted_from = from.unwrap_or(asked_on);
    let often = |text: &str| Frequency::from_words(text, counted_from);
    let frequency = row.fields.optional("frequency", OFTEN, often);
    let changes = Changes { amount, account, frequency };
    let typed = ["amount", "account", "frequency"].iter().any(|it| !row.fields.text(it).is_empty());
    if !typed {
        row.fields.note("amount", "write what changes: amount, account or frequency".to_owned());
        return None;
    }
    Some(PlanWord::Change(changes, from))
}
