//! A saga's streams in memory: what is decided on them, and decisions in which one amount is another one.

use crate::guard::LedgerGuard;
use fundflow_domain::{
    application::Applications,
    calendar::TradingDay,
    case::{self, CaseId, Cases},
    holdings::{HoldingId, Holdings},
    ids::TransactionId,
    payment::Payments,
    payout::Payouts,
    postings::posts_nothing,
    text::Text,
    time::Timestamp,
};
use fundflow_kernel::{
    codec::Stored,
    envelope::{Actor, Recorded},
    loaded::Meta,
    store::{Position, StreamAppend},
    streams::{Key, Need, Opener, Streams},
};
use fundflow_runtime::guard::{Breach, Decided, Guard as _};
use rust_decimal::Decimal;
use std::str::FromStr;

pub(super) fn as_<T: FromStr>(text: &str) -> T {
    text.parse().ok().unwrap()
}

pub(super) fn day() -> TradingDay {
    TradingDay::recorded(as_("2026-02-13"))
}

fn meta() -> Meta {
    Meta {
        correlation: as_("TX-1"),
        process: "purchase".into(),
        causation: "a test".into(),
        actor: Actor::Engine,
        trace_parent: None,
        occurred_at: Timestamp::default(),
        recorded_at: Timestamp::default(),
        trade_date: Some(day().date()),
    }
}

pub(super) fn pays() -> Key<Payments> {
    Key::of(&as_::<fundflow_domain::ids::PaymentNo>("TX-1.buy.pay"))
}

pub(super) fn applies() -> Key<Applications> {
    Key::of(&as_::<fundflow_domain::ids::ApplicationNo>("APP1"))
}

pub(super) fn pays_out() -> Key<Payouts> {
    Key::of(&as_::<fundflow_domain::ids::PaymentNo>("TX-1.out"))
}

pub(super) fn holds() -> Key<Holdings> {
    Key::of(&HoldingId { investor: as_("INV-1"), fund: as_("050002") })
}

/// A saga's streams, and what was decided on them so far.
#[derive(Default)]
pub(super) struct House {
    pub(super) streams: Streams,
    pub(super) log: Vec<StreamAppend>,
}

impl House {
    pub(super) fn new() -> Self {
        let mut house = Self::default();
        for need in needs() {
            house.streams.provide(&need, &[]);
        }
        house
    }

    /// What follows from the command, as one decision; nothing where it is refused.
    pub(super) fn decides<D>(&mut self, key: &Key<D>, command: &D::Command) -> Vec<StreamAppend>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let mut batch = Vec::new();
        let _ = self.streams.decide(key, command, &meta(), &mut batch);
        batch
    }

    /// A case that is reported to somebody.
    pub(super) fn opens(&mut self, id: CaseId) -> Vec<StreamAppend> {
        let key = Key::<Cases>::of(&id);
        self.streams.provide(&key.need(), &[]);
        self.decides(
            &key,
            &case::Command::Open(Box::new(case::Report {
                id,
                at: Timestamp::default(),
                source: case::Source {
                    kind: case::SourceKind::RegistrarCallback,
                    name: Text::lossy("own"),
                    record: Text::lossy("APP1"),
                },
                transaction: Some(as_("TX-1")),
                order: Some(as_("TX-1.buy")),
                fund: None,
                findings: vec![case::Finding {
                    kind: case::Kind::AmountDiffers,
                    what: Text::lossy("twice the shares"),
                    ours: vec![],
                    theirs: vec![],
                    disputed: case::Disputed::default(),
                }],
                evidence: Text::lossy("a record"),
            })),
        )
    }

    /// As [`Self::decides`]; it must follow, and be whole, and nothing of it may be another amount. Returns how many
    /// amounts were tried.
    pub(super) fn does<D>(&mut self, key: &Key<D>, command: &D::Command, by: Decimal) -> usize
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let turn = self.decides(key, command);
        if turn.is_empty() {
            return 0;
        }
        assert_eq!(self.judged(&turn), Some(Ok(())), "{turn:?}");
        let changed = changed(&turn, by);
        for changed in &changed {
            let judged = self.judged(changed);
            assert!(!matches!(judged, Some(Ok(()))), "{changed:?}");
        }
        self.log.extend(turn);
        changed.len()
    }

    /// What the guard says of that decision; `None` where no fold can follow it.
    pub(super) fn judged(&self, turn: &[StreamAppend]) -> Option<Result<(), Breach>> {
        let mut streams = Streams::default();
        for need in needs() {
            let own = self.log.iter().filter(|it| it.stream == *need.stream());
            let history: Vec<Recorded> = own.flat_map(recorded).collect();
            assert_eq!(streams.provide(&need, &history), None);
        }
        let mut held = Vec::new();
        for need in needs() {
            streams.hold_once(need.stream(), &mut held);
        }
        streams.remember();
        for append in turn {
            let known = needs().into_iter().find(|it| *it.stream() == append.stream);
            let need = known.unwrap_or_else(|| Opener::of::<Cases>().need(&append.stream));
            for event in recorded(append) {
                streams.replay(&need, &event).ok()?;
            }
        }
        let by: TransactionId = as_("TX-1");
        Some(LedgerGuard.judge(&Decided::of(&by, turn, &held, &streams)))
    }
}

fn needs() -> Vec<Need> {
    vec![pays().need(), applies().need(), pays_out().need(), holds().need()]
}

fn recorded(append: &StreamAppend) -> Vec<Recorded> {
    let numbered = append.events.iter().enumerate();
    let recorded = |(at, event): (usize, &fundflow_kernel::envelope::NewEvent)| Recorded {
        position: Position(1),
        stream: append.stream.clone(),
        version: append.expected.plus(at + 1),
        event: event.clone(),
    };
    numbered.map(recorded).collect()
}

/// The decision with another amount in one place, for each place.
fn changed(turn: &[StreamAppend], by: Decimal) -> Vec<Vec<StreamAppend>> {
    let mut all = Vec::new();
    for (at, append) in turn.iter().enumerate() {
        for (nth, event) in append.events.iter().enumerate() {
            if posts_nothing(append.stream.category()).contains(&&*event.event_type) {
                continue;
            }
            let body: serde_json::Value = serde_json::from_str(&event.data).unwrap();
            for other in with_another_amount(&body, by) {
                let mut turn = turn.to_vec();
                turn[at].events[nth].data = other.to_string().into();
                all.push(turn);
            }
        }
    }
    all
}

fn with_another_amount(body: &serde_json::Value, by: Decimal) -> Vec<serde_json::Value> {
    let serde_json::Value::Object(fields) = body else { return Vec::new() };
    let mut all = Vec::new();
    for (name, value) in fields {
        let amount = value.as_str().filter(|_| AMOUNTS.contains(&name.as_str()));
        let others = match amount.and_then(|text| text.parse::<Decimal>().ok()) {
            Some(amount) => vec![serde_json::Value::String((amount + by).to_string())],
            None => with_another_amount(value, by),
        };
        for other in others {
            let mut fields = fields.clone();
            fields.insert(name.clone(), other);
            all.push(serde_json::Value::Object(fields));
        }
    }
    all
}

const AMOUNTS: [&str; 3] = ["amount", "shares", "cost"];
