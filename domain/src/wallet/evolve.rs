//! What a wallet remembers of each fact. Judges nothing; `None` means no decider wrote this.

use super::{
    Credit as C, Event, Lot, LotTaken, Reservation as R, State, book::Settlement,
    kept_back::Correction,
};
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
        Event::SharesReleased { transaction } => state.release(transaction)?,
        Event::SharesSpent { transaction, shares, lots } => {
            state.spend(transaction, *shares, lots)?;
            if state.income.is_some() {
                state.book_mut().days_are_final();
            }
        }
        Event::PortionTakenOut { transaction, shares, lots, earns_through } => {
            state.still_earning(lots, *earns_through)?;
            state.take_portion(transaction, *shares, lots)?;
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
        Event::SharesClaimed { order, transaction: of, shares } => {
            state.claims_mut().claimed(order, of, *shares)?;
        }
        Event::ClaimLifted { order } => state.claims_mut().lifted(order)?,
        Event::ClaimWaived { order } => state.claims_mut().waived(order)?,
        Event::IncomeAccrued { .. }
        | Event::IncomeReversed { .. }
        | Event::IncomeCorrected { .. }
        | Event::IncomeCarried { .. }
        | Event::IncomeSettled { .. }
        | Event::IncomeSettlementCorrected { .. } => state.income(event)?,
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
    fn income(&mut self, event: &Event) -> Option<()> {
        match event {
            Event::IncomeAccrued { day, publication, per_10_000, shares, amount } => {
                self.book_mut().accrue(*day, *publication, *per_10_000, (*shares, *amount))?;
            }
            Event::IncomeReversed { day, publication, amount } => {
                self.book_mut().reverse(*day, *publication, *amount)?;
            }
            Event::IncomeCorrected { day, publication, reversed, shares, amount } => {
                let of = (*day, *publication);
                self.book_mut().correct(of, *reversed, (*shares, *amount))?;
            }
            Event::IncomeCarried { through, amount, registered, lots } => {
                self.book_mut().carry(*through, *amount)?;
                self.carried(*amount, (*through, *registered), lots)?;
            }
            Event::IncomeSettled { transaction, amount, left_to_fund } => {
                self.book_mut().settle(transaction, *amount, *left_to_fund)?;
            }
            Event::IncomeSettlementCorrected {
                transaction,
                reversed,
                from_fund,
                amount,
                left_to_fund,
            } => {
                let out = matches!(self.entry(transaction).reservation, R::Spent(_));
                let was = Settlement { amount: *reversed, left_to_fund: *from_fund };
                let now = Settlement { amount: *amount, left_to_fund: *left_to_fund };
                self.book_mut().correct_settlement(transaction, was, out.then_some(now))?;
            }
            Event::CreditedInTransit { .. }
            | Event::CreditConfirmed { .. }
            | Event::CreditReversed { .. }
            | Event::SharesReserved { .. }
            | Event::SharesReleased { .. }
            | Event::SharesSpent { .. }
            | Event::SharesTakenOut { .. }
            | Event::PortionTakenOut { .. }
            | Event::CreditCorrected { .. }
            | Event::TakeOutCorrected { .. }
            | Event::SharesFrozen { .. }
            | Event::SharesUnfrozen { .. }
            | Event::SharesHeld { .. }
            | Event::SharesUnheld { .. }
            | Event::SharesClaimed { .. }
            | Event::ClaimLifted { .. }
            | Event::ClaimWaived { .. } => return None,
        }
        Some(())
    }

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
        self.changes_from(NaiveDate::MIN);
        // What others make up for did not leave before the lot itself was there.
        let others: Vec<LotTaken> =
            lots.iter().filter(|taken| taken.lot != *transaction).cloned().collect();
        self.still_earning(&others, registered.pred_opt()?)?;
        self.registered_since(transaction, *registered);
        self.came_back(transaction, lots, (*left, *registered))?;
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
        let was = match entry.reservation {
            R::Spent(gone) | R::Leaving { gone, .. } => gone,
            R::Released => Shares::ZERO,
            R::None | R::Held(_) => return None,
        };
        (was == *reversed).then_some(())?;
        entry.reservation = match (shares.is_zero(), held.is_zero()) {
            (true, true) => R::Released,
            (true, false) => R::Held(*held),
            (false, true) => R::Spent(*shares),
            (false, false) => R::Leaving { gone: *shares, held: *held },
        };
        let correction = correction(record, transaction, *reversed, *shares);
        self.kept_back_mut().correct_take_out(correction)?;
        self.changes_from(NaiveDate::MIN);
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
        let was = entry.credit;
        let follows = |held: Shares, reserved: Shares, rest: Shares| {
            if was == C::Confirmed(reserved) { rest } else { held.min(rest) }
        };
        entry.credit = C::Confirmed(shares);
        match entry.reservation {
            R::Held(held) => entry.reservation = R::Held(follows(held, held, shares)),
            R::Leaving { gone, held } => {
                let rest = shares.minus(gone).unwrap_or_default();
                let held = follows(held, gone.plus(held)?, rest);
                entry.reservation = R::Leaving { gone, held };
            }
            R::None | R::Spent(_) | R::Released => {}
        }
        self.changes_from(registered);
        self.add(Lot { transaction: tx.clone(), registered, shares: left, carried: false })
    }

    /// A lot that left and came back is younger than it is registered: until it came back, what is
    /// reversed of it is remembered among the shares that left.
    fn came_back(
        &mut self,
        tx: &TransactionId,
        lots: &[LotTaken],
        (left, registered): (Shares, NaiveDate),
    ) -> Option<()> {
        let Some(lot) = self.lots.iter().find(|lot| lot.transaction == *tx) else {
            return Some(());
        };
        let (since, all) = (lot.registered, lot.shares);
        let mut own = lots.iter().filter(|taken| taken.lot == *tx).map(|taken| taken.shares);
        let own = own.try_fold(Shares::ZERO, Shares::plus)?;
        if since <= registered {
            return Some(());
        }
        let stays = if own == all { Shares::ZERO } else { left };
        if let Some(more) = stays.minus(own) {
            self.earned_meanwhile(tx, (registered, since.pred_opt()?), more);
            return Some(());
        }
        self.never_left(tx, own.minus(stays)?).map(drop)
    }

    /// So many have not left after all, so they earn from that day on as well.
    fn give_back(&mut self, tx: &TransactionId, shares: Shares, from: NaiveDate) -> Option<()> {
        if shares.is_zero() {
            return Some(());
        }
        let own = self.lots.iter().find(|lot| lot.transaction == *tx).map(|lot| lot.registered);
        match own {
            Some(since) if since < from => {
                let others = self.never_left(tx, shares)?;
                self.joined(others, (since, from))?;
            }
            Some(since) if since > from => {
                let until = since.pred_opt()?;
                self.earned_meanwhile(tx, (from, until), shares);
            }
            Some(_) | None => {}
        }
        self.add(Lot { transaction: tx.clone(), registered: from, shares, carried: false })
    }

    fn release(&mut self, tx: &TransactionId) -> Option<()> {
        let entry = self.entry_mut(tx);
        match entry.reservation {
            R::None | R::Held(_) => entry.reservation = R::Released,
            R::Leaving { gone, .. } => {
                entry.reservation = R::Spent(gone);
                self.left(tx);
            }
            R::Spent(_) | R::Released => return None,
        }
        Some(())
    }

    fn take_portion(
        &mut self,
        tx: &TransactionId,
        shares: Shares,
        lots: &[LotTaken],
    ) -> Option<()> {
        let entry = self.entry_mut(tx);
        let (gone, held) = match entry.reservation {
            R::Held(held) => (Shares::ZERO, held),
            R::Leaving { gone, held } => (gone, held),
            R::None | R::Spent(_) | R::Released => return None,
        };
        entry.reservation = R::Leaving { gone: gone.plus(shares)?, held: held.minus(shares)? };
        lots.iter().try_for_each(|taken| self.take(taken))
    }

    fn spend(&mut self, tx: &TransactionId, shares: Shares, lots: &[LotTaken]) -> Option<()> {
        self.take_portion(tx, shares, lots)?;
        let entry = self.entry_mut(tx);
        if let R::Leaving { gone, .. } = entry.reservation {
            entry.reservation = R::Spent(gone);
        }
        Some(())
    }
}
