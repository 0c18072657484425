//! Whole days of every shipped saga: five investors in a house of their own, what they ask for, and everybody outside.
//!
//! The days begin on Friday 2026-02-06: a weekend follows, then the Spring Festival from the 15th to the 23rd.

mod besides;
mod clearings;
mod clerk;
mod closure;
mod day_cuts;
mod dividends;
mod draw;
mod everybody;
mod house;
mod people;
mod rarely;

pub use everybody::Everybody;

use crate::{
    at_par,
    days::{Days, Moment, Plan, Rows},
    shipped,
    simulate::dice::Dice,
    worlds::calendar,
};
use chrono::NaiveDate;
use fundflow_application::desk::Registry;
use fundflow_domain::calendar::CalendarError;
use std::sync::{Arc, OnceLock};

/// Trading days after the last request: what a registrar is late with, and a plan's next weeks.
const AFTER: u16 = 30;

/// Requests a day that a plan may have.
pub const PER_DAY_MAX: u16 = 1000;

/// Those of the shipped tables, whatever the house.
static ROWS: OnceLock<Arc<[Rows]>> = OnceLock::new();

/// The days of that plan.
///
/// # Errors
/// [`CalendarError`]: they reach past the end of the calendar.
pub fn days(plan: &Plan) -> Result<Days<Everybody>, CalendarError> {
    let dates = trading_days(draw::first(), plan.days)?;
    let last = dates.last().copied().unwrap_or_else(draw::first);
    let after = trading_days(last, AFTER + 1)?.split_off(1);
    let kinds = shipped::kinds_in(&house::house(plan.house));
    let rows = ROWS.get_or_init(|| Rows::of_all(&kinds)).clone();
    let registry = kinds.iter().cloned().fold(Registry::new(), Registry::kind);
    Ok(Days {
        registry,
        kinds,
        rows,
        counterparties: Everybody::default(),
        moments: moments(plan, &dates),
        dates,
        after,
        operator: people::acts,
        rightly: people::names_another_account,
        excuse: at_par::has_open_case,
        daily: clerk::invests,
        truths: vec![
            (day_cuts::ONCE, |log, _| day_cuts::counts_once(log)),
            (closure::NOBODY, |log, _| closure::nobody_is_left(log)),
            (clearings::ONCE, |log, _| clearings::moves_once(log)),
        ],
    })
}

fn moments(plan: &Plan, dates: &[NaiveDate]) -> Vec<Moment> {
    let mut moments = dates.first().map(|day| draw::capital(*day)).unwrap_or_default();
    for (nth, day) in dates.iter().enumerate() {
        let mut dice =
            Dice::new(plan.start() ^ (nth as u64 + 1).wrapping_mul(0x2545_f491_4f6c_dd1d));
        for place in 0..usize::from(plan.per_day) {
            moments.extend(draw::request_of(Dice::new(dice.roll()), *day, place));
        }
        moments.extend(draw::income(&mut dice, *day));
    }
    for (nth, day) in dates.iter().enumerate() {
        let salt = (nth as u64 + 1).wrapping_mul(0x9e6c_63d0_876a_3f6b);
        moments.extend(besides::of(&mut Dice::new(plan.start() ^ salt), *day));
    }
    // Behind all others, so that an earlier plan still means the same by its places.
    for (nth, day) in dates.iter().enumerate() {
        let salt = (nth as u64 + 1).wrapping_mul(0xd1b5_4a32_d192_ed03);
        moments.extend(day_cuts::of(&mut Dice::new(plan.start() ^ salt), *day));
    }
    moments.extend(closure::of(&mut Dice::new(plan.start() ^ 0x8cb9_2ba7_2f3d_8dd7), dates));
    for (nth, day) in dates.iter().enumerate() {
        let salt = (nth as u64 + 1).wrapping_mul(0xa076_1d64_78bd_642f);
        let mut dice = Dice::new(plan.start() ^ salt);
        moments.extend(dividends::of(&mut dice, *day));
        moments.extend(clearings::of(&mut dice, *day));
        moments.extend(rarely::of(&mut dice, *day));
    }
    moments
}

fn trading_days(first: NaiveDate, count: u16) -> Result<Vec<NaiveDate>, CalendarError> {
    let calendar = calendar();
    let mut day = calendar.day(first)?;
    let mut dates = Vec::new();
    for _ in 0..count {
        dates.push(day.date());
        day = calendar.plus(day, 1)?;
    }
    Ok(dates)
}
