//! The event that the measurements append: about 380 bytes, as an order's is.

use fundflow_kernel::{
    envelope::{Actor, Chain, EventId, NewEvent},
    ids::TransactionId,
    store::Version,
    time::Timestamp,
};

/// An event of that transaction; the store takes its ID and its link as they are.
pub(crate) fn event(transaction: &TransactionId, version: Version) -> NewEvent {
    let at = Timestamp::from_micros(1_770_966_000_000_000).plus_millis(version.0.cast_signed());
    let data = format!(
        r#"{{"fund":"000009","registrar":"own","amount":"1000.00","shares":"{version}.00","terms":{{"fee_schedule":"fees-2026-01","calendar":"xshg-2026","nav":"1.00000000","discount":"0.1000"}},"application_no":"0A1B2C3D4E5F6G7H8J9KAMBN"}}"#
    );
    let mut id = [0; 16];
    id[..8].copy_from_slice(&version.0.to_be_bytes());
    NewEvent {
        event_id: EventId(id),
        event_type: "fund_order.accepted".into(),
        schema: 1,
        correlation: transaction.clone(),
        process: "discount_purchase".into(),
        causation: "cmd-000000000001".into(),
        actor: Actor::Counterparty("registrar-own".into()),
        trace_parent: None,
        occurred_at: at,
        recorded_at: at,
        trade_date: chrono::NaiveDate::from_ymd_opt(2026, 2, 13),
        data: data.into(),
        chain: Chain(Default::default()),
    }
}
