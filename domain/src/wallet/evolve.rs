//! What a wallet remembers of each fact. Judges nothing; `None` means no decider wrote this.

use super::{
    Credit as C, Entry, Event, Lot, LotTaken, Portion, Reservation as R, State, book::Settlement,
    correct::Correction,
};
use crate::{
    ids::{RegisterRecord, TransactionId},
    money::Shares,
};
use chrono::NaiveDate;

pub(super) fn evolve(mut state: State, event: &Event) -> Option<State> {
    match event {
        Event::CreditedInTransit { .. }
        | Event::CreditConfirmed { .. }
        | Event::PortionCredited { .. }
        | Event::CreditReversed { .. } => state.credit(event)?,
        Event::SharesReserved { transaction, shares, with_income } => {
            (state.entry(transaction).reservation == R::None).then_some(())?;
            state.reserve(transaction, R::Held(*shares));
            if *with_income {
                state.book_mut().leaving_with(transaction, *shares);
            }
        }
        Event::SharesReleased { transaction } => state.release(transaction)?,
        Event::SharesSpent { transaction, shares, lots } => {
            state.never_came(transaction, lots)?;
            state.spend(transaction, *shares, lots)?;
            if state.income.is_some() {
                state.book_mut().days_are_final();
            }
        }
        Event::PortionTakenOut { transaction, shares, lots, earns_through } => {
            state.left_through(transaction, *shares, *earns_through)?;
            state.take_portion(transaction, *shares, lots)?;
        }
        Event::SharesTakenOut { transaction, shares, lots, earns_through } => {
            state.left_through(transaction, *shares, *earns_through)?;
            state.spend(transaction, *shares, lots)?;
            state.left(transaction);
        }
        Event::CreditCorrected { .. } => state.credit_corrected(event)?,
        Event::TakeOutCorrected { .. } => state.take_out_corrected(event)?,
        Event::SharesFrozen { record, shares, cause, by, in_all } => {
            state.withheld_mut().freeze(record, *shares, (*cause, *by, *in_all))?;
        }
        Event::SharesUnfrozen { record } => state.withheld_mut().unfreeze(record)?,
        Event::SharesHeld { case, shares } => state.withheld_mut().hold(case, *shares)?,
        Event::SharesUnheld { case } => state.withheld_mut().unhold(case)?,
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
    fn credit(&mut self, event: &Event) -> Option<()> {
        let transaction = event.transaction()?;
        let mut entry = self.entry(transaction);
        match (event, entry.credit) {
            (Event::CreditedInTransit { shares, .. }, C::None) => {
                entry.credit = C::InTransit(*shares);
                self.entries.put(transaction, entry);
            }
            (Event::CreditReversed { .. }, C::InTransit(_)) => {
                entry.credit = C::Reversed;
                self.entries.put(transaction, entry);
            }
            (Event::CreditReversed { .. }, C::Arriving { there, .. }) => {
                entry.credit = C::Arriving { there, coming: Shares::ZERO };
                if let R::Held(held) = entry.reservation {
                    entry.reservation = R::Held(held.min(there));
                }
                self.entries.put(transaction, entry);
            }
            (Event::CreditConfirmed { shares, registered, .. }, was) => {
                let (there, _) = was.arrived()?;
                self.came(transaction, *shares, *registered);
                self.register(transaction, C::Confirmed(there.plus(*shares)?));
                self.add_lot(transaction, *shares, *registered)?;
            }
            (Event::PortionCredited { shares, registered, .. }, was) => {
                let (there, coming) = was.arrived()?;
                let coming = coming.minus(*shares).unwrap_or_default();
                entry.credit = C::Arriving { there: there.plus(*shares)?, coming };
                self.entries.put(transaction, entry);
                self.came(transaction, *shares, *registered);
                self.add_lot(transaction, *shares, *registered)?;
            }
            (_, _) => return None,
        }
        Some(())
    }

    fn income(&mut self, event: &Event) -> Option<()> {
        match event {
            Event::IncomeAccrued { day, publication, per_10_000, shares, amount } => {
                self.book_mut().accrue(*day, *publication, *per_10_000, (*shares, *amount))?;
                self.forget_old_days();
            }
            Event::IncomeReversed { day, publication, amount } => {
                self.book_mut().reverse(*day, *publication, *amount)?;
            }
            Event::IncomeCorrected { day, publication, reversed, shares, amount } => {
                let of = (*day, *publication);
                self.book_mut().correct(of, *reversed, (*shares, *amount))?;
            }
            Event::IncomeCarried { through, amount, registered, lots } => {
                self.book_mut().carry((*through, *registered), *amount)?;
                self.carried(*amount, *registered, lots)?;
            }
            Event::IncomeSettled { transaction, amount, left_to_fund } => {
                let carried = self.book_mut().settle(transaction, *amount, *left_to_fund)?;
                self.carried_for_good(&carried);
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
            | Event::PortionCredited { .. }
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
            coming,
            portions,
        } = event
        else {
            return None;
        };
        let known = match self.entry(transaction).credit {
            C::Confirmed(was) | C::Arriving { there: was, .. } => was == *reversed,
            C::Reversed => reversed.is_zero(),
            C::None | C::InTransit(_) => false,
        };
        known.then_some(())?;
        let correction = correction(record, transaction, *reversed, *shares);
        self.withheld_mut().correct(correction)?;
        let one = [Portion { shares: *shares, day: *registered }];
        let all = if portions.is_empty() { &one[..] } else { portions };
        self.came_instead(transaction, *reversed, all);
        lots.iter().try_for_each(|taken| self.lots.take(taken))?;
        let credit = match (shares.is_zero(), coming.is_zero()) {
            (_, true) => C::Confirmed(*shares),
            (true, false) => C::InTransit(*coming),
            (false, false) => C::Arriving { there: *shares, coming: *coming },
        };
        self.register(transaction, credit);
        self.add_lot(transaction, *left, *registered)
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
            portions,
        } = event
        else {
            return None;
        };
        let was = match self.entry(transaction).reservation {
            R::Spent(gone) | R::Leaving { gone, .. } => gone,
            R::Released => Shares::ZERO,
            R::None | R::Held(_) => return None,
        };
        (was == *reversed).then_some(())?;
        let reservation = match (shares.is_zero(), held.is_zero()) {
            (true, true) => R::Released,
            (true, false) => R::Held(*held),
            (false, true) => R::Spent(*shares),
            (false, false) => R::Leaving { gone: *shares, held: *held },
        };
        self.reserve(transaction, reservation);
        let correction = correction(record, transaction, *reversed, *shares);
        self.withheld_mut().correct_take_out(correction)?;
        self.left_instead(transaction, (*reversed, *shares), *earns_through, portions)?;
        lots.iter().try_for_each(|taken| self.lots.take(taken))?;
        self.add_lot(transaction, *returned, earns_through.succ_opt()?)
    }

    /// So many are registered now. What reserves all that was confirmed goes with it, up and down.
    fn register(&mut self, tx: &TransactionId, credit: C) {
        let Entry { credit: was, mut reservation } = self.entry(tx);
        let follows = |held: Shares, reserved: Shares, rest: Shares| {
            if was == C::Confirmed(reserved) { rest } else { held.min(rest) }
        };
        if let C::Confirmed(shares) = credit {
            match reservation {
                R::Held(held) => reservation = R::Held(follows(held, held, shares)),
                R::Leaving { gone, held } => {
                    let rest = shares.minus(gone).unwrap_or_default();
                    let all = gone.plus_or_most(held);
                    reservation = R::Leaving { gone, held: follows(held, all, rest) };
                }
                R::None | R::Spent(_) | R::Released => {}
            }
        }
        self.entries.put(tx, Entry { credit, reservation });
    }

    fn reserve(&mut self, tx: &TransactionId, reservation: R) {
        let Entry { credit, .. } = self.entry(tx);
        self.entries.put(tx, Entry { credit, reservation });
    }

    fn add_lot(&mut self, tx: &TransactionId, shares: Shares, registered: NaiveDate) -> Option<()> {
        self.lots.add(Lot { transaction: tx.clone(), registered, shares, carried: false })
    }

    /// Shares left, and nobody knows how long they earn: no day knows them.
    fn never_came(&mut self, tx: &TransactionId, lots: &[LotTaken]) -> Option<()> {
        for taken in lots {
            let last = self.lots.of(&taken.lot)?.registered.pred_opt()?;
            self.left_through(tx, taken.shares, last)?;
        }
        Some(())
    }

    fn release(&mut self, tx: &TransactionId) -> Option<()> {
        match self.entry(tx).reservation {
            R::None | R::Held(_) => self.reserve(tx, R::Released),
            R::Leaving { gone, .. } => {
                self.reserve(tx, R::Spent(gone));
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
        let (gone, held) = match self.entry(tx).reservation {
            R::Held(held) => (Shares::ZERO, held),
            R::Leaving { gone, held } => (gone, held),
            R::None | R::Spent(_) | R::Released => return None,
        };
        self.reserve(tx, R::Leaving { gone: gone.plus(shares)?, held: held.minus(shares)? });
        lots.iter().try_for_each(|taken| self.lots.take(taken))
    }

    fn spend(&mut self, tx: &TransactionId, shares: Shares, lots: &[LotTaken]) -> Option<()> {
        self.take_portion(tx, shares, lots)?;
        if let R::Leaving { gone, .. } = self.entry(tx).reservation {
            self.reserve(tx, R::Spent(gone));
        }
        Some(())
    }
}
