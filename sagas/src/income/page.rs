//! What a page of wallets does: each is brought up to date, and given the day's income.

use super::{
    Milestone, Promise, Refused, Request,
    saga::{Turn, wallet_of},
};
use crate::{
    house::House,
    parts::{
        debt::{self, Debt},
        wallet::correct_income,
    },
    ports::wallets::Page,
};
use fundflow_domain::{
    ids::InvestorId,
    money,
    wallet::{self, Command, IncomeRefusal, State, Wallet},
};
use fundflow_kernel::{envelope::Actor, loaded::DecideError, streams::Key};
use fundflow_runtime::{saga::Heard, turn::NotDone};

/// A page of wallets, and the milestone that says so. One that was asked for before changes nothing.
pub(super) fn give_page(
    turn: &mut Turn<'_>,
    house: &House,
    page: &Page,
    owners: &[InvestorId],
) -> Result<Heard, NotDone> {
    let view = turn.view()?;
    let notes = &view.open.notes;
    if notes.all || page.after != notes.through {
        return Ok(Heard::Recorded(0));
    }
    let (request, promise) = (view.open.request.clone(), view.open.promise.clone());
    let through = owners.last().cloned().or_else(|| notes.through.clone());
    turn.speaks(Actor::Engine, "income", turn.now());
    let (mut accrued, mut refused, mut events) = (money::Income::ZERO, Vec::new(), 0);
    let (mut debts, mark) = (Vec::new(), turn.mark());
    for owner in owners {
        let key = wallet_of(owner, request.fund);
        let below =
            |state: &State| state.unpaid_income().whole_fen().0 < rust_decimal::Decimal::ZERO;
        let below = turn.state(&key).is_some_and(below);
        let given_from = turn.mark();
        let given = give(turn, house, &key, &request, &promise)?;
        // A figure that is reversed without the one in its place would take other lots.
        turn.stored_as_one(given_from);
        match given {
            Ok((happened, amount)) => {
                events += happened;
                accrued = accrued.plus(amount).ok_or(NotDone::Lacks("a sum within range"))?;
            }
            Err(why) => refused.push(Refused { investor: owner.clone(), why }),
        }
        let owed = turn.state(&key).and_then(State::owed_beyond_shares);
        if owed.is_some() || below {
            debts.push(Debt { wallet: key, owed });
        }
    }
    // Before the wallets: what they owed is not seen any more once they have made up for it.
    events += turn.stored_before(mark, |turn| debt::tell(turn, request.fund, &debts))?;
    let wallets = u32::try_from(owners.len()).unwrap_or(u32::MAX);
    let last = owners.len() < page.at_most;
    events += turn.reach(Milestone::Paged { through, wallets, accrued, refused, last })?;
    Ok(Heard::Recorded(events))
}

/// One wallet's income: how many events, and how much is owed by it. A refusal in words.
fn give(
    turn: &mut Turn<'_>,
    house: &House,
    key: &Key<Wallet>,
    request: &Request,
    promise: &Promise,
) -> Result<Result<(usize, money::Income), String>, NotDone> {
    let Request { day, publication, per_10_000, .. } = *request;
    // A late record has changed days of before.
    let mut events = correct_income(turn, house, key);
    // Numbers may be left out: whichever figure stands is the one before.
    let stands = turn.state(key).and_then(|wallet| wallet.publication_on(day));
    if let Some(publication) = stands.filter(|before| *before < publication) {
        match turn.decide(key, &Command::ReverseIncome { day, publication }) {
            Ok(happened) => events += happened,
            Err(error) => return said(error),
        }
    }
    let unit = promise.unit;
    match turn.decide(key, &Command::AccrueIncome { day, publication, per_10_000, unit }) {
        Ok(happened) => events += happened,
        Err(error) => return said(error),
    }
    // Of the day and not of this decision: whoever dies within a page comes to the same sum again.
    let owed = turn.state(key).and_then(|wallet| wallet.income_on(day));
    let owed = owed.unwrap_or(money::Income::ZERO);
    if let Some(registered) = promise.registered {
        match turn.decide(key, &Command::CarryIncome { through: day, registered }) {
            Ok(happened) => events += happened,
            // What negative income would take is not free: it stays unpaid, and the next carry takes it;
            // where it is not there at all, it has a case.
            Err(DecideError::Refused(wallet::Refusal::Income(IncomeRefusal::TakesTooMany {
                ..
            }))) => {}
            Err(error) => return said(error),
        }
    }
    // Days behind it earn on what it earned, and what was carried with it becomes shares.
    events += correct_income(turn, house, key);
    Ok(Ok((events, owed)))
}

/// What a wallet says no with is named and goes no further; a stream that cannot be folded as well.
fn said<T>(error: DecideError<wallet::Refusal>) -> Result<Result<T, String>, NotDone> {
    match error {
        DecideError::Refused(refusal) => Ok(Err(refusal.to_string())),
        DecideError::Damaged { place, what } => Ok(Err(format!("{place} is damaged: {what}"))),
        DecideError::Impossible { .. } | DecideError::Codec(_) => Err(error.into()),
    }
}
