//! Whole days: who asks for what and when, who takes it back, which chance rules outside.

use crate::worlds::{amount, instant, read, request, transaction};
use fundflow_domain::{ids::TransactionId, modes::ConversionMode, time::Timestamp};
use fundflow_sagas::{discount_purchase::Request, parts::milestone::Scope};
use proptest::{collection::vec, prelude::*, sample::select};

/// Something that a caller does.
#[derive(Debug, Clone, PartialEq)]
pub enum Happens {
    /// A request; some are repeated, some contradict an earlier one.
    Asks(TransactionId, Box<Request>),
    /// What was asked for is taken back, or only its conversion.
    Cancels(TransactionId, Scope),
}

/// A trading day in the life of an engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// What chance outside follows from.
    pub seed: u64,
    /// In the order of time: from 09:30 until 15:10 of 2026-02-12.
    pub moments: Vec<(Timestamp, Happens)>,
}

/// Days of up to that many moments, of half as many transactions and five investors.
pub fn days(moments: usize) -> impl Strategy<Value = Day> {
    let open = instant("2026-02-12T09:30:00+08:00");
    let ids = (moments / 2).max(1);
    let one = (0..340_i64, 0..ids, happenings());
    (any::<u64>(), vec(one, 1..=moments)).prop_map(move |(seed, moments)| {
        let at = |minute: i64| open.plus_millis(minute * 60_000);
        let named = |nth: usize, happens: Drawn| happens.of(transaction(&format!("D-{nth}")));
        let moments = moments.into_iter().map(|(minute, nth, it)| (at(minute), named(nth, it)));
        let mut moments: Vec<(Timestamp, Happens)> = moments.collect();
        moments.sort_by_key(|(at, _)| *at);
        Day { seed, moments }
    })
}

#[derive(Debug, Clone)]
enum Drawn {
    Asks(Box<Request>),
    Cancels(Scope),
}

impl Drawn {
    fn of(self, id: TransactionId) -> Happens {
        match self {
            Drawn::Asks(request) => Happens::Asks(id, request),
            Drawn::Cancels(scope) => Happens::Cancels(id, scope),
        }
    }
}

fn happenings() -> impl Strategy<Value = Drawn> {
    let modes = vec![None, Some(ConversionMode::LinkedSameDay), Some(ConversionMode::NextDay)];
    let yuan = vec!["0.01", "100.00", "9999.99", "250000.00"];
    let asks = (1..=5_u8, select(yuan), select(modes), any::<bool>()).prop_map(
        |(investor, yuan, mode, only_today)| {
            let first = request(ConversionMode::LinkedSameDay);
            let investor = read(&format!("INV-{investor}"));
            let amount = amount(yuan);
            Drawn::Asks(Box::new(Request { investor, amount, mode, only_today, ..first }))
        },
    );
    let scopes = select(vec![Scope::All, Scope::Conversion]);
    prop_oneof![5 => asks, 1 => scopes.prop_map(Drawn::Cancels)]
}
