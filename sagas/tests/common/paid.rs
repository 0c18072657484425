//! What an investor was paid for shares, by the log: a payout for each record.

use fundflow_domain::payout::{Event, Payouts};
use fundflow_kernel::{codec::decode, envelope::Recorded};
use rust_decimal::Decimal;

/// The number of each payout that arrived, and how much it was; not what closed cases owed.
pub(crate) fn payouts(log: &[Recorded]) -> Vec<(String, Decimal)> {
    let paid = |it: &Recorded| {
        let said = decode::<Payouts>(&it.event.event_type, it.event.schema, &it.event.data).ok()?;
        let Event::PaidOut(transfer) = said else { return None };
        Some((transfer.no.to_string(), transfer.amount.decimal()))
    };
    let ours = log.iter().filter(|it| it.stream.category() == "payout");
    ours.filter(|it| !it.stream.id().starts_with("case-")).filter_map(paid).collect()
}

/// Sum of all payments, in yuan.
pub(crate) fn in_all(log: &[Recorded]) -> Decimal {
    payouts(log).into_iter().map(|(_, amount)| amount).sum()
}
