//! What wallets were owed of money funds' income, followed from the log without folding a wallet.

use fundflow_application::read_models::Follow;
use fundflow_domain::{
    decider::Decider as _,
    ids::FundCode,
    money::Income,
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
    pub(super) accrued: Income,
    /// Became shares, or took some.
    pub(super) carried: Income,
    /// Paid with shares that left, what stayed with the fund included.
    pub(super) settled: Income,
    /// Neither carried nor settled.
    pub(super) unpaid: Income,
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

    /// `None` for a sum that no wallet could hold.
    fn note(&mut self, fund: FundCode, event: &Event) -> Option<()> {
        let none = Income::ZERO;
        let (accrued, carried, settled) = match event {
            Event::IncomeAccrued { amount, .. } => (*amount, none, none),
            Event::IncomeReversed { amount, .. } => (none.minus(*amount)?, none, none),
            Event::IncomeCarried { amount, .. } => (none, *amount, none),
            Event::IncomeSettled { amount, left_to_fund, .. } => {
                (none, none, amount.plus(*left_to_fund)?)
            }
            Event::CreditedInTransit { .. }
            | Event::CreditConfirmed { .. }
            | Event::CreditReversed { .. }
            | Event::CreditCorrected { .. }
            | Event::TakeOutCorrected { .. }
            | Event::SharesReserved { .. }
            | Event::SharesReleased { .. }
            | Event::SharesSpent { .. }
            | Event::SharesTakenOut { .. }
            | Event::SharesFrozen { .. }
            | Event::SharesUnfrozen { .. }
            | Event::SharesHeld { .. }
            | Event::SharesUnheld { .. } => return Some(()),
        };
        let new = IncomeRow { fund, accrued: none, carried: none, settled: none, unpaid: none };
        let row = self.funds.entry(fund).or_insert(new);
        row.accrued = row.accrued.plus(accrued)?;
        row.carried = row.carried.plus(carried)?;
        row.settled = row.settled.plus(settled)?;
        row.unpaid = row.accrued.minus(row.carried)?.minus(row.settled)?;
        Some(())
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
        self.note(fund, &fact).ok_or_else(|| damaged("a sum leaves the range".to_owned()))
    }
}
