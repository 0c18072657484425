//! Under which quota a request's cash at once counts: facts beside the postings, which I19 is held against.

use crate::{LedgerError, amount::hundredths, sql};
use fundflow_domain::{
    fast_quota::{self, QuotaKey},
    ids::TransactionId,
    money::Money,
};
use fundflow_kernel::{envelope::Recorded, store::ReadError};
use rusqlite::{Transaction, params};

/// What an event of a quota says of one request.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) key: QuotaKey,
    pub(crate) request: TransactionId,
    /// Yuan by which the day was above its most when the bank had paid; `None` where it counts no more.
    pub(crate) above: Option<Money>,
}

impl Counts {
    pub(crate) fn of(key: QuotaKey, said: fast_quota::Event) -> Self {
        use fast_quota::Event as E;
        let (request, above) = match said {
            E::Counted { transaction, .. } => (transaction, Some(Money::ZERO)),
            E::Paid { transaction, above, .. } => (transaction, Some(above)),
            E::GivenBack { transaction } => (transaction, None),
        };
        Self { key, request, above }
    }

    /// Puts it in the place of what was known of that request and key.
    pub(crate) fn write(
        &self,
        tables: &Transaction<'_>,
        event: &Recorded,
    ) -> Result<(), LedgerError> {
        let QuotaKey { investor, fund, distributor, day } = &self.key;
        let finer = || ReadError::Damaged {
            place: format!("{} (position {})", event.stream, event.position),
            what: "an excess is finer than a hundredth".to_owned(),
        };
        let above = self.above.map(|above| hundredths(above.decimal()).ok_or_else(finer));
        tables.prepare_cached(sql::QUOTA)?.execute(params![
            event.stream.id(),
            self.request.as_str(),
            investor.as_str(),
            fund.to_string(),
            distributor.as_str(),
            day.to_string(),
            above.transpose()?
        ])?;
        Ok(())
    }
}
