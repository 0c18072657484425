//! What wallets were owed of money funds' income, followed from the log without folding a wallet.

use fundflow_application::read_models::Follow;
use fundflow_domain::{
    decider::Decider as _,
    ids::FundCode,
    money::Sum,
    wallet::{Event, Wallet, parse_id},
};
use fundflow_kernel::{
    codec,
    envelope::Recorded,
    loaded::with_sources,
    store::{Position, ReadError},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// The incomes of one fund, over all wallets of the store. Yuan; each may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct IncomeRow {
    pub(super) fund: FundCode,
    /// Of all days, corrections taken in.
    pub(super) accrued: Sum<4>,
    /// Became shares, or took some.
    pub(super) carried: Sum<4>,
    /// Paid with shares that left, what stayed with the fund included.
    pub(super) settled: Sum<4>,
    /// Neither carried nor settled.
    pub(super) unpaid: Sum<4>,
}

/// The sums of each fund.
#[derive(Debug, Default)]
pub(super) struct Incomes {
    at: Position,
    funds: BTreeMap<FundCode, IncomeRow>,
}

impl Incomes {
    pub(super) fn rows(&self) -> impl Iterator<Item = IncomeRow> + '_ {
        self.funds.values().copied()
    }

    fn note(&mut self, fund: FundCode, event: &Event) {
        let new = IncomeRow {
            fund,
            accrued: Sum::NOTHING,
            carried: Sum::NOTHING,
            settled: Sum::NOTHING,
            unpaid: Sum::NOTHING,
        };
        let row = self.funds.entry(fund).or_insert(new);
        match event {
            Event::IncomeAccrued { amount, .. } => row.accrued.add(amount.decimal()),
            Event::IncomeReversed { amount, .. } => row.accrued.add(-amount.decimal()),
            Event::IncomeCarried { amount, .. } => row.carried.add(amount.decimal()),
            Event::IncomeCorrected { reversed, amount, .. } => {
                row.accrued.add(amount.decimal());
                row.accrued.add(-reversed.decimal());
            }
            Event::IncomeSettled { amount, left_to_fund, .. } => {
                row.settled.add(amount.decimal());
                row.settled.add(left_to_fund.decimal());
            }
            Event::IncomeSettlementCorrected {
                reversed, from_fund, amount, left_to_fund, ..
            } => {
                row.settled.add(amount.decimal());
                row.settled.add(left_to_fund.decimal());
                row.settled.add(-reversed.decimal());
                row.settled.add(-from_fund.decimal());
            }
            Event::CreditedInTransit { .. }
            | Event::CreditConfirmed { .. }
            | Event::CreditReversed { .. }
            | Event::PortionCredited { .. }
            | Event::CreditCorrected { .. }
            | Event::TakeOutCorrected { .. }
            | Event::SharesReserved { .. }
            | Event::SharesReleased { .. }
            | Event::SharesSpent { .. }
            | Event::SharesTakenOut { .. }
            | Event::PortionTakenOut { .. }
            | Event::SharesFrozen { .. }
            | Event::SharesUnfrozen { .. }
            | Event::SharesHeld { .. }
            | Event::SharesUnheld { .. }
            | Event::SharesClaimed { .. }
            | Event::ClaimLifted { .. }
            | Event::ClaimWaived { .. } => {}
        }
        row.unpaid = row.accrued.without(row.carried).without(row.settled);
    }
}

impl Follow for Incomes {
    fn at(&self) -> Position {
        self.at
    }

    fn hear(&mut self, recorded: &Recorded) -> Result<(), ReadError> {
        let Recorded { stream, event, position, .. } = recorded;
        if *position <= self.at {
            return Ok(());
        }
        self.at = *position;
        if stream.category() != Wallet::CATEGORY || !event.event_type.contains(".income_") {
            return Ok(());
        }
        let damaged =
            |what: String| ReadError::Damaged { place: format!("position {position}"), what };
        let (_, fund) =
            parse_id(stream.id()).ok_or_else(|| damaged(format!("{stream} is no wallet")))?;
        let fact = codec::decode::<Wallet>(&event.event_type, event.schema, &event.data)
            .map_err(|error| damaged(with_sources(&error)))?;
        self.note(fund, &fact);
        Ok(())
    }
}
