//! What a wallet remembers of each fact. Judges nothing; `None` means no decider wrote this.

use super::{Credit as C, Event, Lot, LotTaken, Reservation as R, State, kept_back::Correction};
use crate::{
    ids::{RegisterRecord, TransactionId},
    money::Shares,
};
use chrono::NaiveDate;

pub(super) fn evolve(mut state: State, event: &Event) -> Option<State> {
    match event {
        Event::CreditedInTransit { transaction, shares } => {
            let entry = state.entry_mut(transaction);
            (entry.credit == C::None).then(|| entry.credit = C::InTransit(*shares))?;
        }
        Event::CreditConfirmed { transaction, shares, registered } => {
            matches!(state.entry(transaction).credit, C::InTransit(_)).then_some(())?;
            state.register(transaction, *shares, *shares, *registered)?;
        }
        Event::CreditReversed { transaction } => {
            let entry = state.entry_mut(transaction);
            matches!(entry.credit, C::InTransit(_)).then(|| entry.credit = C::Reversed)?;
        }
        Event::SharesReserved { transaction, shares, with_income } => {
            let entry = state.entry_mut(transaction);
            (entry.reservation == R::None).then(|| entry.reservation = R::Held(*shares))?;
            if *with_income {
                state.book_mut().leaving_with(transaction);
            }
        }
        Event::SharesReleased { transaction } => {
            let entry = state.entry_mut(transaction);
            matches!(entry.reservation, R::None | R::Held(_))
                .then(|| entry.reservation = R::Released)?;
        }
        Event::SharesSpent { transaction, shares, lots } => {
            state.spend(transaction, *shares, lots)?;
        }
        Event::SharesTakenOut { transaction, shares, lots, earns_through } => {
            state.still_earning(lots, *earns_through)?;
            state.spend(transaction, *shares, lots)?;
            state.left(transaction);
        }
        Event::CreditCorrected { .. } => state.credit_corrected(event)?,
        Event::TakeOutCorrected { .. } => state.take_out_corrected(event)?,
        Event::SharesFrozen { record, shares, cause, by } => {
            state.kept_back_mut().freeze(record, *shares, (*cause, *by))?;
        }
        Event::SharesUnfrozen { record } => state.kept_back_mut().unfreeze(record)?,
        Event::SharesHeld { case, shares } => state.kept_back_mut().hold(case, *shares)?,
        Event::SharesUnheld { case } => state.kept_back_mut().unhold(case)?,
        Event::IncomeAccrued { day, publication, per_10_000, amount, .. } => {
            state.book_mut().accrue(*day, *publication, *per_10_000, *amount)?;
        }
        Event::IncomeReversed { day, publication, amount } => {
            state.book_mut().reverse(*day, *publication, *amount)?;
        }
        Event::IncomeCarried { through, amount, registered, lots } => {
            state.book_mut().carry(*through, *amount)?;
            state.carried(*amount, *registered, lots)?;
        }
        Event::IncomeSettled { transaction, amount, left_to_fund } => {
            state.book_mut().settle(transaction, *amount, *left_to_fund)?;
        }
    }
    Some(state)
}

fn correction(
    record: &RegisterRecord,
    tx: &TransactionId,
    reversed: Shares,
    shares: Shares,
) -> Correction {
    Correction { record: record.clone(), transaction: tx.clone(), reversed, shares }
}

impl State {
    fn credit_corrected(&mut self, event: &Event) -> Option<()> {
        let Event::CreditCorrected {
            transaction,
            record,
            reversed,
            lots,
            shares,
            left,
            registered,
        } = event
        else {
            return None;
        };
        let was = self.entry(transaction).credit;
        let known = was == C::Confirmed(*reversed);
        (known || (was == C::Reversed && reversed.is_zero())).then_some(())?;
        let correction = correction(record, transaction, *reversed, *shares);
        self.kept_back_mut().correct(correction)?;
        lots.iter().try_for_each(|taken| self.take(taken))?;
        // A lot of nothing would keep the date that was corrected.
        self.lots.retain(|lot| lot.transaction != *transaction || !lot.shares.is_zero());
        self.register(transaction, *shares, *left, *registered)
    }

    fn take_out_corrected(&mut self, event: &Event) -> Option<()> {
        let Event::TakeOutCorrected {
            transaction,
            record,
            reversed,
            shares,
            returned,
            lots,
            held,
            earns_through,
        } = event
        else {
            return None;
        };
        let entry = self.entry_mut(transaction);
        let known = entry.reservation == R::Spent(*reversed)
            || (entry.reservation == R::Released && reversed.is_zero());
        known.then_some(())?;
        entry.reservation = match (shares.is_zero(), held.is_zero()) {
            (true, true) => R::Released,
            (true, false) => R::Held(*held),
            (false, _) => R::Spent(*shares),
        };
        let correction = correction(record, transaction, *reversed, *shares);
        self.kept_back_mut().correct_take_out(correction)?;
        self.still_earning(lots, *earns_through)?;
        lots.iter().try_for_each(|taken| self.take(taken))?;
        self.give_back(transaction, *returned, earns_through.succ_opt()?)
    }

    /// So many shares are confirmed and `left` of them are there: a lot.
    fn register(
        &mut self,
        tx: &TransactionId,
        shares: Shares,
        left: Shares,
        registered: NaiveDate,
    ) -> Option<()> {
        let entry = self.entry_mut(tx);
        // What reserves all that was confirmed goes with it, up and down.
        let all = matches!((entry.credit, entry.reservation), (C::Confirmed(was), R::Held(held)) if held == was);
        entry.credit = C::Confirmed(shares);
        if let R::Held(held) = entry.reservation {
            entry.reservation = R::Held(if all { shares } else { held.min(shares) });
        }
        self.add(Lot { transaction: tx.clone(), registered, shares: left, carried: false })
    }

    fn give_back(&mut self, tx: &TransactionId, shares: Shares, from: NaiveDate) -> Option<()> {
        if shares.is_zero() {
            return Some(());
        }
        self.add(Lot { transaction: tx.clone(), registered: from, shares, carried: false })
    }

    fn spend(&mut self, tx: &TransactionId, shares: Shares, lots: &[LotTaken]) -> Option<()> {
        let entry = self.entry_mut(tx);
        let R::Held(held) = entry.reservation else { return None };
        (shares <= held).then(|| entry.reservation = R::Spent(shares))?;
        lots.iter().try_for_each(|taken| self.take(taken))
    }
}
