//! Which portion of shares comes or leaves next, by the records of the registrar.

use super::application::{ApplicationLeg, FundSaga};
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Application, Confirmation},
    ids::TransactionId,
    money::Shares,
    wallet::{Command, Portion},
};
use fundflow_runtime::{saga::View, turn::NotDone};

/// The last natural day on which shares earn that left by a record.
pub(super) type Earns<'a> = dyn Fn(&Application, &Confirmation) -> Result<NaiveDate, NotDone> + 'a;

/// What each record brought, and from when on it is registered; nothing, from T on, where none did.
pub(super) fn portions_in(application: &Application) -> Vec<Portion> {
    let portion = |said: &Confirmation| Portion {
        shares: said.outcome.registered(),
        day: said.registered_on,
    };
    let all: Vec<Portion> = application.confirmations().map(portion).collect();
    let day = application.terms.trade_date.date();
    if all.is_empty() { vec![Portion { shares: Shares::ZERO, day }] } else { all }
}

/// What each record took, as far as it is taken, and through which day it earns.
pub(super) fn portions_out<S: FundSaga>(
    view: &View<'_, S>,
    leg: &ApplicationLeg,
    application: &Application,
    earns: &Earns<'_>,
) -> Result<Vec<Portion>, NotDone> {
    with_days(leg.due_parts(view), |said| earns(application, said))
}

/// Those parts with their days. One that took nothing is no portion, and nobody asks for its day.
fn with_days<T>(
    parts: impl IntoIterator<Item = (T, Shares)>,
    day: impl Fn(T) -> Result<NaiveDate, NotDone>,
) -> Result<Vec<Portion>, NotDone> {
    let parts = parts.into_iter().filter(|(_, shares)| !shares.is_zero());
    parts.map(|(said, shares)| Ok(Portion { shares, day: day(said)? })).collect()
}

/// The first of the parts with which they are more than so many, and how many they are then; and how many all of them
/// are. `None` beyond the range of shares.
fn first_beyond<T>(
    there: Shares,
    parts: impl IntoIterator<Item = (T, Shares)>,
) -> Option<(Option<(T, Shares)>, Shares)> {
    let (mut sum, mut next) = (Shares::ZERO, None);
    for (of, part) in parts {
        sum = sum.plus(part)?;
        if sum > there && next.is_none() {
            next = Some((of, sum));
        }
    }
    Some((next, sum))
}

/// The next record's shares come; after the last record no more do.
pub(super) fn next_arrival(
    transaction: TransactionId,
    there: Shares,
    portions: &[Portion],
    last: bool,
) -> Option<Command> {
    let parts = portions.iter().map(|part| (part.day, part.shares));
    let (next, sum) = first_beyond(there, parts)?;
    let (day, upto) = next.or_else(|| Some((portions.last()?.day, sum)))?;
    Some(if last && upto == sum {
        Command::ConfirmCredit(transaction, upto, day)
    } else {
        Command::ConfirmPortion(transaction, upto, day)
    })
}

/// What the newest record brought or took back earns through that day.
pub(super) fn last_day<S: FundSaga>(
    view: &View<'_, S>,
    leg: &ApplicationLeg,
    application: &Application,
    earns: &Earns<'_>,
) -> Result<NaiveDate, NotDone> {
    let records = leg.confirmation(view).into_iter().chain(application.withdrawn().last());
    latest(records.map(|said| earns(application, said)))
}

/// Shares earn through the later day, whichever record is newer: one that was taken back may be of a later T.
fn latest(days: impl Iterator<Item = Result<NaiveDate, NotDone>>) -> Result<NaiveDate, NotDone> {
    let days: Vec<NaiveDate> = days.collect::<Result<_, _>>()?;
    days.into_iter().max().ok_or(NotDone::Lacks("a record"))
}

/// The next record's shares leave; after the last record what is left of the reservation is free.
pub(super) fn next_portion<S: FundSaga>(
    view: &View<'_, S>,
    leg: &ApplicationLeg,
    (gone, held): (Shares, Shares),
    earns: &Earns<'_>,
) -> Result<Command, NotDone> {
    let lacks = || NotDone::Lacks("shares within range");
    let application = leg.application(view).ok_or(NotDone::Lacks("the application"))?;
    let (at_most, last) = (gone.plus(held).ok_or_else(lacks)?, leg.is_confirmed(view));
    let (next, sum) = first_beyond(gone, leg.due_parts(view)).ok_or_else(lacks)?;
    let transaction = view.id.clone();
    let Some((said, upto)) = next else {
        let (shares, earns_through) = (gone, last_day(view, leg, application, earns)?);
        return Ok(Command::TakeOut { transaction, shares, earns_through });
    };
    let earns_through = earns(application, said)?;
    Ok(departure((transaction, earns_through), [upto, at_most, sum], last))
}

/// So many shares are gone with the next part, no more than are there, of so many that leave in all. What is left of
/// the reservation is free only with the last part of the last record.
fn departure(
    (transaction, earns_through): (TransactionId, NaiveDate),
    [upto, at_most, sum]: [Shares; 3],
    last: bool,
) -> Command {
    let shares = upto.min(at_most);
    if last && upto == sum {
        Command::TakeOut { transaction, shares, earns_through }
    } else {
        Command::TakePortion { transaction, shares, earns_through }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(number: &str) -> Shares {
        number.parse().unwrap()
    }

    fn day(nth: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 2, nth).unwrap()
    }

    #[test]
    fn parts_come_one_by_one_also_where_several_are_there_at_once() {
        let parts = [(24, "100"), (25, "0"), (26, "50")];
        let parts = parts.map(|(nth, number)| Portion { shares: shares(number), day: day(nth) });
        let tx: TransactionId = "TX-1".parse().unwrap();
        let next = |there: &str, last| next_arrival(tx.clone(), shares(there), &parts, last);
        let part =
            |upto: &str, nth| Some(Command::ConfirmPortion(tx.clone(), shares(upto), day(nth)));
        let all = Some(Command::ConfirmCredit(tx.clone(), shares("150"), day(26)));
        assert_eq!(next("0", false), part("100", 24));
        assert_eq!(next("0", true), part("100", 24), "the last one is said, and not booked");
        assert_eq!(next("100", false), part("150", 26));
        assert_eq!(next("100", true), all);
        assert_eq!(next("150", true), all);
    }

    #[test]
    fn the_rest_is_free_with_the_last_part_of_the_last_record_only() {
        let tx: TransactionId = "TX-1".parse().unwrap();
        let leaves = |upto: &str, at_most: &str, last| {
            let sums = [upto, at_most, "150"].map(shares);
            match departure((tx.clone(), day(26)), sums, last) {
                Command::TakeOut { shares, .. } => format!("all, {shares}"),
                Command::TakePortion { shares, .. } => format!("a part, {shares}"),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(leaves("100", "400", false), "a part, 100.00");
        assert_eq!(leaves("100", "400", true), "a part, 100.00", "the last one is still to leave");
        assert_eq!(leaves("150", "400", false), "a part, 150.00", "more records are to come");
        assert_eq!(leaves("150", "400", true), "all, 150.00");
        assert_eq!(leaves("150", "120", true), "all, 120.00", "no more leaves than is there");
    }

    #[test]
    fn shares_earn_through_the_later_day_of_two_records_whichever_is_newer() {
        let said = |days: [u32; 2]| latest(days.into_iter().map(|nth| Ok(day(nth))));
        assert_eq!(said([24, 26]).unwrap(), day(26));
        assert_eq!(said([26, 24]).unwrap(), day(26));
        assert!(latest(std::iter::empty()).is_err());
        let unknown = [Ok(day(24)), Err(NotDone::Lacks("a day"))];
        assert!(latest(unknown.into_iter()).is_err(), "a day that nobody knows is not left out");
    }

    #[test]
    fn a_record_that_took_nothing_is_no_portion_and_its_day_is_not_asked_for() {
        let parts = [("a", "100"), ("b", "0"), ("c", "50")];
        let parts = parts.map(|(name, number)| (name, shares(number)));
        let days = |name: &str| match name {
            "a" => Ok(day(24)),
            "c" => Ok(day(26)),
            _ => Err(NotDone::Lacks("a day")),
        };
        let expected = [("100", 24), ("50", 26)];
        let expected =
            expected.map(|(number, nth)| Portion { shares: shares(number), day: day(nth) });
        assert_eq!(with_days(parts, days).unwrap(), expected);
    }

    #[test]
    fn the_first_part_that_is_not_gone_is_next() {
        let parts = [("a", "100"), ("b", "0"), ("c", "50"), ("d", "25")];
        let parts = || parts.map(|(name, number)| (name, shares(number)));
        let next = |gone: &str| first_beyond(shares(gone), parts()).unwrap();
        let all = shares("175");
        assert_eq!(next("0"), (Some(("a", shares("100"))), all));
        assert_eq!(next("99.99"), (Some(("a", shares("100"))), all));
        assert_eq!(next("100"), (Some(("c", shares("150"))), all));
        assert_eq!(next("175"), (None, all));
    }
}
