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
    let parts = leg.due_parts(view).into_iter().filter(|(_, shares)| !shares.is_zero());
    parts.map(|(said, shares)| Ok(Portion { shares, day: earns(application, said)? })).collect()
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
    let days: Result<Vec<NaiveDate>, NotDone> =
        records.map(|said| earns(application, said)).collect();
    days?.into_iter().max().ok_or(NotDone::Lacks("a record"))
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
    let (shares, earns_through) = (upto.min(at_most), earns(application, said)?);
    Ok(if last && upto == sum {
        Command::TakeOut { transaction, shares, earns_through }
    } else {
        Command::TakePortion { transaction, shares, earns_through }
    })
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
