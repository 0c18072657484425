//! Every T that moved in a saga: the transaction's as a whole, and that of each order by itself. Read off the
//! saga's own events, since a promise says only what holds.

use fundflow_application::desk::Shown;
use fundflow_domain::time::Timestamp;
use fundflow_kernel::envelope::{Actor, Recorded};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

/// A T that moved.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MovedT {
    /// The order that moved alone; none: all of the transaction.
    pub(crate) order: Option<String>,
    /// Before; none where it was not known yet.
    pub(crate) from: Option<String>,
    pub(crate) to: String,
    /// Instant of the decision.
    pub(crate) at: Timestamp,
    /// When the registrar confirms it at the latest, where that was promised anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) confirm_by: Option<String>,
    pub(crate) why: String,
    /// The way of conversion, where that is another one since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<ModeChange>,
}

/// Another way of conversion than was promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ModeChange {
    pub(crate) from: String,
    pub(crate) to: String,
}

/// What is read on the way.
struct Reading {
    /// The T of the transaction.
    t: Option<String>,
    /// The T of the order that follows its first one.
    follows: Option<String>,
    /// The names of orders, by stream.
    orders: HashMap<String, String>,
    paid_at: Option<Timestamp>,
    dated: Option<String>,
    /// When an order moved by itself, and where to.
    alone: Vec<(Timestamp, String)>,
    mode: Option<String>,
    /// The T on which it became another one.
    modes: Vec<(String, ModeChange)>,
}

/// Every T that moved, in the order in which that was decided.
pub(crate) fn of(shown: &Shown) -> Vec<MovedT> {
    let text = |name: &str| shown.look.promise.get(name).and_then(Value::as_str).map(str::to_owned);
    let alone = shown.events.iter().filter(|event| is(event, "application.moved"));
    let paid = shown.events.iter().find(|event| is(event, "payment.paid"));
    let mut reading = Reading {
        t: shown.look.promised_date.map(|day| day.to_string()),
        follows: text("nav_date"),
        orders: HashMap::new(),
        // Of the batch in which the saga hears it, or of one before.
        paid_at: paid.map(|event| event.event.occurred_at),
        dated: None,
        alone: alone
            .filter_map(|it| Some((it.event.recorded_at, said(&body(it), "/to")?)))
            .collect(),
        mode: text("mode"),
        modes: Vec::new(),
    };
    let mut moved: Vec<MovedT> =
        shown.events.iter().filter_map(|event| reading.hear(event)).collect();
    for (t, change) in reading.modes {
        if let Some(with) = moved.iter_mut().rfind(|it| it.to == t && it.mode.is_none()) {
            with.mode = Some(change);
        }
    }
    moved
}

/// What was promised last, where the saga was decided again.
pub(crate) fn promise_now(shown: &Shown) -> Option<Value> {
    let again = shown.events.iter().rev().find(|it| is_own(it, shown, "readmitted"))?;
    body(again).get("admitted").cloned()
}

fn is(event: &Recorded, event_type: &str) -> bool {
    &*event.event.event_type == event_type
}

fn is_own(event: &Recorded, shown: &Shown, name: &str) -> bool {
    let own = event.event.event_type.strip_prefix(shown.look.id.kind);
    own.and_then(|rest| rest.strip_prefix('.')) == Some(name)
}

fn body(event: &Recorded) -> Value {
    serde_json::from_str(&event.event.data).unwrap_or_default()
}

fn said(body: &Value, at: &str) -> Option<String> {
    body.pointer(at).and_then(Value::as_str).map(str::to_owned)
}

impl Reading {
    fn hear(&mut self, event: &Recorded) -> Option<MovedT> {
        let (category, name) = event.event.event_type.split_once('.')?;
        match (category, name) {
            ("application", "placed") => {
                let order = said(&body(event), "/order")?;
                self.orders.insert(event.stream.to_string(), order);
                None
            }
            ("application", "moved") => self.alone(event),
            (_, "dated") => {
                self.dated = said(&body(event), "/at");
                None
            }
            (_, "redated") => self.all(event, said(&body(event), "/trade_date")?),
            (_, "leg_redated") => self.follows(event),
            (_, "readmitted") => self.again(event),
            _ => None,
        }
    }

    fn alone(&self, event: &Recorded) -> Option<MovedT> {
        let body = body(event);
        let from = said(&body, "/from");
        let of = from.as_deref().unwrap_or("the T before");
        let why = match &event.event.actor {
            Actor::Counterparty(_) => format!(
                "its registrar took it at {}, when the orders of {of} were no longer taken",
                event.event.recorded_at
            ),
            _ => format!("it was not handed in before the orders of {of} were closed"),
        };
        let to = said(&body, "/to")?;
        let order = self.orders.get(&event.stream.to_string()).cloned();
        let confirm_by = said(&body, "/promised/confirm_by");
        Some(MovedT { order, confirm_by, ..MovedT::of(event, from, to, why) })
    }

    /// The whole transaction; nothing is said twice of one whose only order moved.
    fn all(&mut self, event: &Recorded, to: String) -> Option<MovedT> {
        let from = self.t.replace(to.clone());
        if from.as_ref() == Some(&to) || self.has_moved(event, &to) {
            return None;
        }
        let why = match (&self.dated, self.paid_at) {
            (Some(at), _) => format!("a person says that it was paid at {at}"),
            (None, Some(at)) => format!("it was paid at {at}, which counts for {to}"),
            (None, None) => "it was not out in time".to_owned(),
        };
        Some(MovedT::of(event, from, to, why))
    }

    /// An order that is not placed yet has no name.
    fn follows(&mut self, event: &Recorded) -> Option<MovedT> {
        let to = said(&body(event), "/trade_date")?;
        let from = self.follows.replace(to.clone());
        if from.as_ref() == Some(&to) || self.has_moved(event, &to) {
            return None;
        }
        let (order, why) = (
            Some("the order that follows".to_owned()),
            "it can be placed on that T only".to_owned(),
        );
        Some(MovedT { order, ..MovedT::of(event, from, to, why) })
    }

    fn again(&mut self, event: &Recorded) -> Option<MovedT> {
        let body = body(event);
        self.follows = said(&body, "/admitted/nav_date").or(self.follows.take());
        self.changes_mode(&body);
        let to = said(&body, "/admitted/trade_date").filter(|to| self.t.as_ref() != Some(to))?;
        let from = self.t.replace(to.clone());
        if self.has_moved(event, &to) {
            return None;
        }
        let why = "it was decided again on that day".to_owned();
        Some(MovedT::of(event, from, to, why))
    }

    fn changes_mode(&mut self, body: &Value) {
        let now = said(body, "/admitted/mode").zip(said(body, "/admitted/trade_date"));
        let Some((to, t)) = now else { return };
        if let Some(from) = self.mode.replace(to.clone()).filter(|from| *from != to) {
            self.modes.push((t, ModeChange { from, to }));
        }
    }

    fn has_moved(&self, event: &Recorded, to: &str) -> bool {
        self.alone.iter().any(|(at, moved)| *at == event.event.recorded_at && moved == to)
    }
}

impl MovedT {
    /// Of a whole transaction, in the mode that it has.
    fn of(event: &Recorded, from: Option<String>, to: String, why: String) -> Self {
        let at = event.event.recorded_at;
        Self { order: None, from, to, at, confirm_by: None, why, mode: None }
    }

    /// One line for the table.
    pub(crate) fn line(&self) -> String {
        let Self { order, from, to, why, mode, .. } = self;
        let of = order.as_ref().map(|order| format!("{order} ")).unwrap_or_default();
        let from = from.as_deref().unwrap_or("-");
        let by = self.confirm_by.as_ref().map(|day| format!(", confirmed by {day}"));
        let way = mode.as_ref();
        let way = way.map(|way| format!("; by {} instead of {}", way.to, way.from));
        format!("{of}{from} -> {to}{}: {why}{}", by.unwrap_or_default(), way.unwrap_or_default())
    }
}
