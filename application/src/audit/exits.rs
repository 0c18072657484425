//! Unpaid income of wallets that every share has left.
//!
//! A registrar pays whole fen with each record, and once no share is left it owes nothing: what is less than a
//! fen of each record must not stay unpaid, where it would become shares that no register has. What is more
//! than that a registrar has paid too little, or learnt of too late: it is still owed.

use super::{Check, suspect::Suspect};
use fundflow_domain::{
    ids::{FundCode, TransactionId},
    wallet::{Event, State},
};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// How many records took shares out, beside the last one; of those alone that had several.
#[derive(Debug, Clone, Default)]
pub(super) struct Exits(HashMap<(TransactionId, FundCode), i64>);

impl Exits {
    /// Hears what a wallet's event left of it.
    pub(super) fn hear(
        &mut self,
        (request, fund): (&TransactionId, FundCode),
        event: &Event,
        after: &State,
    ) -> Option<Suspect> {
        let key = || (request.clone(), fund);
        match event {
            Event::PortionTakenOut { .. } => {
                *self.0.entry(key()).or_default() += 1;
                None
            }
            // Which of its records hold now is not said.
            Event::TakeOutCorrected { .. } => {
                self.0.remove(&key());
                None
            }
            Event::IncomeSettled { .. } | Event::IncomeSettlementCorrected { .. } => {
                let records = self.0.get(&key()).copied().unwrap_or_default() + 1;
                let gone = after.registered().is_zero() && after.in_transit().is_zero();
                let unpaid = after.unpaid_income();
                let unpayable = unpaid.decimal().abs() < Decimal::new(records, 2);
                let stranded = gone && unpayable && !unpaid.decimal().is_zero();
                let what = format!("every share has left, and {unpaid} yuan of income are unpaid");
                stranded.then(|| Suspect::new(Check::I6, what))
            }
            _ => None,
        }
    }
}
