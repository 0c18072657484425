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

/// The next record's shares come; after the last record no more do.
pub(super) fn next_arrival(
    transaction: TransactionId,
    there: Shares,
    portions: &[Portion],
    last: bool,
) -> Option<Command> {
    let (mut sum, mut next) = (Shares::ZERO, None);
    for part in portions {
        sum = sum.plus(part.shares)?;
        next = next.or((sum > there).then_some((sum, part.day)));
    }
    let (upto, day) = next.or_else(|| portions.last().map(|part| (sum, part.day)))?;
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
    let (mut sum, mut next) = (Shares::ZERO, None);
    for (said, part) in leg.due_parts(view) {
        sum = sum.plus(part).ok_or_else(lacks)?;
        if sum > gone && next.is_none() {
            next = Some((said, sum));
        }
    }
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
