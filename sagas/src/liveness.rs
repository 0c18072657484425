//! What an unfinished purchase waits for, read off the log alone.
//!
//! 1. Whoever is unfinished waits for an answer, a timer or a person. There is no fourth thing: a
//!    purchase that stands at a command of our own, and is not parked, has been forgotten.
//! 2. While it is parked it waits for the person only; refunds wait with it.
//! 3. Refunds go their own way beside the table's row, so a purchase may wait for two things.

use crate::{
    discount_purchase::pinned,
    runner::REFUND_ROW,
    stand::Stand,
    step::{Call, Deadline, Send},
    world::{World, owed},
};
use fundflow_domain::{
    calendar::TradingCalendar,
    discount_purchase::{Open, Retry},
    fund_order::{self, Cause},
    ids::Leg,
    time::Timestamp,
};
use std::sync::Arc;

/// Who is to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The payment channel.
    Channel,
    /// The registrar.
    Registrar,
}

/// What it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// An effect is out, or goes out again when the engine starts.
    Answer {
        /// The row.
        row: Arc<str>,
        /// Who has it.
        whose: Whose,
    },
    /// The registrar speaks by file or callback; it is asked from that instant on.
    Word {
        /// The row.
        row: Arc<str>,
        /// 12:00 of the confirmation day; `None` past the calendar's end.
        due: Option<Timestamp>,
    },
    /// The next attempt has its time.
    Timer(Retry),
    /// A person must decide.
    Operator {
        /// Where it was parked.
        row: Arc<str>,
        /// Why.
        cause: Cause,
    },
    /// Nobody: the row is our own command and was not decided. Never in a sound log.
    Nobody {
        /// The row.
        row: Arc<str>,
    },
    /// This program does not know the table that it is on.
    UnknownTable {
        /// As it was pinned.
        table: Arc<str>,
    },
}

impl Wait {
    /// Whether this keeps the purchase alive.
    pub const fn is_alive(&self) -> bool {
        match self {
            Wait::Answer { .. } | Wait::Word { .. } | Wait::Timer(_) | Wait::Operator { .. } => {
                true
            }
            Wait::Nobody { .. } | Wait::UnknownTable { .. } => false,
        }
    }
}

/// Everything that a purchase waits for; empty when it is finished or was never prepared.
pub fn waits(world: &World<'_>, calendar: &TradingCalendar) -> Vec<Wait> {
    let Some(open) = world.purchase.known() else { return Vec::new() };
    if let Some(parked) = &open.parked {
        let (row, cause) = parked.as_ref().clone();
        return vec![Wait::Operator { row, cause }];
    }
    let mut waits: Vec<Wait> = match pinned(open.table.as_str()) {
        Some(table) => main(table.stand(world), world, open, calendar).into_iter().collect(),
        None => vec![Wait::UnknownTable { table: open.table.clone().into() }],
    };
    if owed(world.purchase, world.buy).is_some() {
        let row: Arc<str> = REFUND_ROW.into();
        let retry = retry(open, &row).map(Wait::Timer);
        waits.push(retry.unwrap_or(Wait::Answer { row, whose: Whose::Channel }));
    }
    waits
}

fn main(stand: Stand, world: &World<'_>, open: &Open, calendar: &TradingCalendar) -> Option<Wait> {
    let (row, send, deadline) = match stand {
        Stand::Over => return None,
        Stand::Blocked(_, exit) => return Some(Wait::Nobody { row: exit.name.into() }),
        Stand::Leaving(_, exit) => (exit.name, exit.send, Deadline::Now),
        Stand::Forward(_, step) if open.landing_chosen && step.refuse.is_some() => {
            return Some(Wait::Nobody { row: step.name.into() });
        }
        Stand::Forward(_, step) => (step.name, step.send, step.deadline),
    };
    let row: Arc<str> = row.into();
    if let Some(retry) = retry(open, &row) {
        return Some(Wait::Timer(retry));
    }
    Some(match send {
        Send::Do(_) => Wait::Nobody { row },
        Send::Call(Call::Charge) => Wait::Answer { row, whose: Whose::Channel },
        Send::Call(Call::Submit(_)) => Wait::Answer { row, whose: Whose::Registrar },
        Send::Await(leg) => {
            let (Deadline::Now | Deadline::ConfirmationDay) = deadline;
            Wait::Word { row, due: confirmation_noon(calendar, open, world.buy, leg) }
        }
        // What is owed is waited for beside the row; if nothing is, the row would be done.
        Send::AwaitRefunds if owed(world.purchase, world.buy).is_some() => {
            return None;
        }
        Send::AwaitRefunds => Wait::Nobody { row },
    })
}

fn retry(open: &Open, row: &str) -> Option<Retry> {
    open.retries.iter().find(|retry| *retry.row == *row).cloned()
}

/// 12:00 of the day on which the registrar must have spoken about the leg. A payment that landed on
/// a later T moves it by as many trading days. `None` past the calendar's end.
pub fn confirmation_noon(
    calendar: &TradingCalendar,
    open: &Open,
    buy: &fund_order::State,
    leg: Leg,
) -> Option<Timestamp> {
    let (order, promised) = (buy.order()?, &open.admitted);
    let base = match leg {
        Leg::MoneyFund if promised.nav_date > promised.trade_date => promised.nav_date,
        Leg::MoneyFund | Leg::Conversion => promised.confirm_by,
    };
    let (mut moved, mut day) = (base, promised.trade_date);
    while day < order.terms.trade_date {
        day = calendar.plus(day, 1).ok()?;
        moved = calendar.plus(moved, 1).ok()?;
    }
    let twelve = chrono::NaiveTime::from_hms_opt(12, 0, 0)?;
    Some(Timestamp::shanghai(moved.date(), twelve))
}
