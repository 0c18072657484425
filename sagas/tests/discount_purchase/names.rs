//! What things are called in these tests: transactions, orders, instants, and the keys of calls.

use fundflow_domain::{
    ids::{ApplicationNo, OrderId, TransactionId},
    time::Timestamp,
};

pub(crate) const ORDERS: [&str; 4] = ["mmf", "convert", "redeem", "target"];

pub(crate) fn tx(text: &str) -> TransactionId {
    text.parse().unwrap()
}

pub(crate) fn order(name: &str) -> OrderId {
    format!("TX-1.{name}").parse().unwrap()
}

/// `10:00` is on 2026-03-02, a Monday; `03-03 10:00` on that day of 2026.
pub(crate) fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap_or(("03-02", text));
    let seconds = if time.len() == 5 { ":00" } else { "" };
    format!("2026-{day}T{time}{seconds}+08:00").parse().unwrap()
}

/// What a key is called in transcripts: `mmf.pay`, `convert`, `mmf.cancel`.
pub(crate) fn name_of(key: &str) -> String {
    let (base, rest) = key.split_once('.').unwrap_or((key, ""));
    for id in ["TX-1", "TX-2", "TX-3"] {
        let prefix = if id == "TX-1" { String::new() } else { format!("{id}.") };
        for name in ORDERS {
            let order: OrderId = format!("{id}.{name}").parse().unwrap();
            if ApplicationNo::of(&order).as_str() == base {
                let rest = if rest.is_empty() { "" } else { ".cancel" };
                return format!("{prefix}{name}{rest}");
            }
        }
    }
    key.trim_start_matches("TX-1.").to_owned()
}
