//! The exchange does not open on a day of the house after all: a version of the calendar says so while it runs.

use super::draw::{asked, at};
use crate::{
    days::Moment,
    log::Log,
    simulate::dice::Dice,
    worlds::{self, read, text},
};
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Applications, Stage},
    calendar::{
        CalendarError, TradingCalendar,
        version::{Change, Version},
    },
    decider::Decider as _,
    ids::ApplicationNo,
};
use fundflow_kernel::streams::Key;
use fundflow_sagas::{
    calendar_change::{CalendarChange, Request, transaction_id},
    parts::by_calendar,
};

/// What an audit of a play calls [`nobody_is_left`].
pub(super) const NOBODY: &str = "no order waits for a day on which the exchange is closed";

/// In two of three houses one day is closed, or two are, announced in the middle of that day or on one before it.
pub(super) fn of(dice: &mut Dice, dates: &[NaiveDate]) -> Vec<Moment> {
    if dates.is_empty() || dice.below(3) == 0 {
        return Vec::new();
    }
    let first = dice.below(dates.len());
    let announced = dates[first.saturating_sub(dice.below(3))];
    let days = 1 + dice.below(2);
    let closed: Vec<NaiveDate> = dates[first..].iter().take(days).copied().collect();
    let change = Change::Days { closed, opened: Vec::new() };
    let version = Version {
        version: read("closed-1"),
        source: text("the exchange's notice 1"),
        notice_date: announced,
        change,
    };
    let Ok(id) = transaction_id(&version.version) else { return Vec::new() };
    let words = format!("{id}: the exchange closes").into();
    let minute = 9 * 60 + u32::try_from(dice.below(8 * 60)).unwrap_or_default();
    let request = Request { version, reason: text("a simulation"), by: text("chen") };
    vec![Moment {
        at: at(announced, minute),
        words,
        what: asked::<CalendarChange>(&id, request, ()),
    }]
}

/// The trading calendar as the log has it.
pub(super) fn calendar(log: &Log) -> TradingCalendar {
    log.loaded(&by_calendar::calendar()).state.calendar(&worlds::calendar())
}

/// Every order of such a day that was not in a file has moved, or is over.
pub(super) fn nobody_is_left(log: &Log) -> Result<(), String> {
    let calendar = calendar(log);
    if calendar.version() == worlds::calendar().version() {
        return Ok(());
    }
    let orders = log.streams().filter(|stream| stream.category() == Applications::CATEGORY);
    for no in orders.filter_map(|stream| stream.id().parse::<ApplicationNo>().ok()) {
        let state = log.loaded(&Key::<Applications>::of(&no)).state;
        let waits = |stage: &Stage| matches!(stage, Stage::Placed | Stage::Accepted);
        let Some(order) = state.application().filter(|it| waits(&it.stage)) else { continue };
        let t = order.terms.trade_date.date();
        if matches!(calendar.day(t), Err(CalendarError::Closed(_))) {
            return Err(format!("order {} waits for {t}", order.terms.order));
        }
    }
    Ok(())
}
