//! A domain event as it is stored: type name, schema number, one JSON object.
//!
//! The JSON is what serde makes of the variant's body; the variant's name is the second half of the
//! event type (`wallet.shares_reserved`). Names and fields are a stored contract, kept by golden
//! files. An unknown type or schema is an error that names it, never a skip.

use fundflow_domain::{
    decider::Decider, discount_purchase::DiscountPurchase, fund_order::FundOrder, wallet::Wallet,
};
use serde::{Serialize, de::DeserializeOwned};

/// The current schema of every event type.
pub const SCHEMA: u16 = 1;

/// A decider whose events have names in the store.
pub trait Stored: Decider<Event: Serialize + DeserializeOwned> {
    /// Every event type of the category, with its category.
    const TYPES: &'static [&'static str];
}

impl Stored for DiscountPurchase {
    const TYPES: &'static [&'static str] = &[
        "discount_purchase.prepared",
        "discount_purchase.committed",
        "discount_purchase.retry_scheduled",
        "discount_purchase.parked",
        "discount_purchase.resumed",
        "discount_purchase.landing_chosen",
        "discount_purchase.abandoned",
        "discount_purchase.completed",
        "discount_purchase.kept_in_wallet",
        "discount_purchase.rolled_back",
        "discount_purchase.compensated",
    ];
}

impl Stored for FundOrder {
    const TYPES: &'static [&'static str] = &[
        "fund_order.placed",
        "fund_order.payment_requested",
        "fund_order.paid",
        "fund_order.declined",
        "fund_order.payment_unapplied",
        "fund_order.accepted",
        "fund_order.sealed",
        "fund_order.sent",
        "fund_order.confirmed",
        "fund_order.partly_confirmed",
        "fund_order.rejected",
        "fund_order.cancelled",
        "fund_order.refund_requested",
        "fund_order.refunded",
    ];
}

impl Stored for Wallet {
    const TYPES: &'static [&'static str] = &[
        "wallet.credited_in_transit",
        "wallet.credit_confirmed",
        "wallet.credit_reversed",
        "wallet.shares_reserved",
        "wallet.shares_released",
        "wallet.shares_spent",
    ];
}

/// What is stored cannot be read as an event, or the reverse.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Written by a newer version, or not by us.
    #[error("event type {event_type} with schema {schema} is unknown; upgrade fundflow to read it")]
    UnknownType {
        /// As stored.
        event_type: String,
        /// As stored.
        schema: u16,
    },
    /// The type is known, its body is not what that type carries.
    #[error("the body of a {event_type} is malformed")]
    Malformed {
        /// As stored.
        event_type: String,
        /// Which field, where.
        source: serde_json::Error,
    },
}

/// The event's type name and JSON body.
pub fn encode<D: Stored>(event: &D::Event) -> Result<(&'static str, Box<str>), CodecError> {
    let malformed = |source| CodecError::Malformed { event_type: D::CATEGORY.into(), source };
    let mut text = Vec::with_capacity(512);
    serde_json::to_writer(&mut text, event).map_err(malformed)?;
    // serde_json writes UTF-8 only, so nothing is ever lost here.
    let text = String::from_utf8(text).unwrap_or_default();
    // serde writes {"variant":{body}}; the store keeps the two apart.
    let parts = text.strip_prefix("{\"").and_then(|rest| rest.split_once("\":"));
    let (variant, rest) = parts.unwrap_or(("", ""));
    let full = |name: &&&str| name.split_once('.').is_some_and(|(_, tail)| tail == variant);
    match (D::TYPES.iter().find(full), rest.strip_suffix('}')) {
        (Some(event_type), Some(body)) => Ok((event_type, body.into())),
        _ => Err(CodecError::UnknownType { event_type: text, schema: SCHEMA }),
    }
}

/// Reads a stored body back.
pub fn decode<D: Stored>(
    event_type: &str,
    schema: u16,
    data: &str,
) -> Result<D::Event, CodecError> {
    if schema != SCHEMA || !D::TYPES.contains(&event_type) {
        return Err(CodecError::UnknownType { event_type: event_type.to_owned(), schema });
    }
    let variant = event_type.split_once('.').map_or("", |(_, variant)| variant);
    let text = format!("{{\"{variant}\":{data}}}");
    let malformed = |source| CodecError::Malformed { event_type: event_type.to_owned(), source };
    serde_json::from_str(&text).map_err(malformed)
}
