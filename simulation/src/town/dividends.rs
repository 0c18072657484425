//! What funds give: records of a registrar's file 06, in cash or as shares, also of funds that give none, and read again.
//!
//! These stand behind all others, so that an earlier plan still means the same by its places.

use super::draw::{asked, at, investor, one};
use crate::{
    days::Moment,
    simulate::dice::Dice,
    wanted::{other_code, raised_code},
    worlds::{account, amount, nav, read, shares, target_code, wallet_code},
};
use chrono::{Days, NaiveDate};
use fundflow_sagas::dividend::{Dividends, Given, Request, id};

/// The evening in which the file comes, and the next morning in which it is read again. Minutes of the day.
const COMES: u32 = 19 * 60 + 30;
const AGAIN: u32 = (24 + 9) * 60;

/// On two of three days a record comes. It may be read again, and now and then it says something else then.
pub(super) fn of(dice: &mut Dice, day: NaiveDate) -> Vec<Moment> {
    if dice.below(3) == 0 {
        return Vec::new();
    }
    let first = record(dice, day);
    let mut moments: Vec<Moment> = read_at(first.clone(), (day, COMES)).into_iter().collect();
    match dice.below(6) {
        0 => moments.extend(read_at(first, (day, AGAIN))),
        1 => {
            let given = given(dice, day);
            moments.extend(read_at(Request { given, ..first }, (day, AGAIN)));
        }
        _ => {}
    }
    moments
}

fn record(dice: &mut Dice, day: NaiveDate) -> Request {
    let fund = match dice.below(8) {
        0 => wallet_code(),
        1 => raised_code(),
        2 => other_code(),
        _ => target_code(),
    };
    Request {
        registrar: read("own"),
        serial: read(&format!("DV{}", day.format("%m%d"))),
        investor: investor(dice),
        fund,
        record_date: day.pred_opt().unwrap_or(day),
        confirmed_on: day,
        basis: shares("300.00"),
        given: given(dice, day),
    }
}

/// At a price of one, like all that is bought here; money is paid on any day of the next week.
fn given(dice: &mut Dice, day: NaiveDate) -> Given {
    let sum = one(dice, &["0.01", "12.34", "300.00", "20000.00"]);
    if dice.below(2) == 0 {
        return Given::Reinvested { shares: shares(sum), nav: nav("1"), amount: amount(sum) };
    }
    let after = u64::try_from(dice.below(7)).unwrap_or_default();
    let paid_on = day.checked_add_days(Days::new(after)).unwrap_or(day);
    Given::Cash { amount: amount(sum), paid_on, account: account() }
}

fn read_at(request: Request, (day, minute): (NaiveDate, u32)) -> Option<Moment> {
    let id = id(&request.registrar, &request.serial)?;
    let words = format!("{id}: dividend of {}", request.investor).into();
    Some(Moment { at: at(day, minute), words, what: asked::<Dividends>(&id, request, ()) })
}
