//! Regular plans.

use super::{Entry, id};
use crate::worlds::{cause, date, request_time, transaction};
use fundflow_domain::plan::{
    self, Changes, DayOfMonth, EndCause, Frequency, MissingDay, MoveRule, RegularPlan, Terms,
    Unchanged,
};
use std::num::{NonZeroU8, NonZeroU32};

pub(super) fn entries() -> Vec<Entry> {
    vec![Entry::of::<RegularPlan>(&plans())]
}

/// 500 yuan on the 31st of every month.
pub(super) fn terms() -> Terms {
    Terms {
        investor: id("INV-1"),
        account: id("ACC-1"),
        fund: id("050002"),
        wallet_fund: Some(id("000009")),
        amount: id("500.00"),
        frequency: monthly(31),
        start: date("2026-01-01"),
        through: Some(date("2027-12-31")),
        periods: NonZeroU32::new(24),
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::new(3).expect("a number of misses"),
        distributor: None,
    }
}

fn monthly(day: u8) -> Frequency {
    Frequency::Monthly { day: DayOfMonth::new(day).expect("a day") }
}

fn plans() -> Vec<plan::Event> {
    use plan::Event as E;
    let changes = Changes {
        amount: Some(id("800.00")),
        account: Some(id("ACC-2")),
        frequency: Some(monthly(5)),
    };
    let unchanged = Changes { amount: Some(id("500.00")), ..Changes::default() };
    let (at, nominal, reason) = (request_time(), date("2026-02-28"), || "moved abroad".into());
    vec![
        E::Opened(Box::new(terms())),
        E::Changed { at, changes, from: date("2026-04-01") },
        E::Paused { at, reason: reason() },
        E::Resumed { at, from: None },
        E::Resumed { at, from: Some(date("2026-04-01")) },
        E::WordKept { at, said: Unchanged::Terms(unchanged) },
        E::WordKept { at, said: Unchanged::Pause },
        E::OccurrenceBegun { nominal, transaction: transaction("P-1.20260228") },
        E::OccurrenceDone { nominal },
        E::OccurrenceMissed { nominal, cause: cause("51", "not enough money") },
        E::Ended { cause: EndCause::Asked { reason: reason() } },
        E::Ended { cause: EndCause::Misses { in_a_row: 3 } },
        E::Ended { cause: EndCause::Finished },
    ]
}
