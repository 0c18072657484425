//! The carrier that the bookings call: does what the test says, and remembers what it was asked.

use fundflow::{
    kernel::cause::Cause,
    runtime::port::{Ask, Keyed, Port},
};
use std::{
    collections::HashSet,
    future::pending,
    sync::{Arc, Mutex},
};

/// Send the goods of that booking.
#[derive(Debug, Clone)]
pub(crate) struct Parcels {
    pub(crate) key: Arc<str>,
}

impl Keyed for Parcels {
    fn key(&self) -> Arc<str> {
        self.key.clone()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    Sent(Arc<str>),
    Refused(Arc<str>),
    NotFound,
    Unknown(Cause),
}

/// How the carrier behaves from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Sends,
    Refuses,
    /// Sends it, and the answer is lost.
    SendsSilently,
    /// The call is lost.
    Loses,
    /// Never says anything.
    Hangs,
    /// A defect of the adapter.
    Panics,
    /// Sends parcels, and loses the call for a receipt.
    ForgetsReceipts,
}

pub(crate) struct Carrier {
    mood: Mutex<Mood>,
    sent: Mutex<HashSet<Arc<str>>>,
    asked: Mutex<Vec<(Ask, Arc<str>)>>,
}

impl Carrier {
    pub(crate) fn who(mood: Mood) -> Arc<Self> {
        Arc::new(Self { mood: Mutex::new(mood), sent: Mutex::default(), asked: Mutex::default() })
    }

    pub(crate) fn turns(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What it was asked, in order.
    pub(crate) fn asked(&self) -> Vec<(Ask, Arc<str>)> {
        self.asked.lock().unwrap().clone()
    }

    fn note(&self, ask: Ask, key: &Arc<str>) -> Mood {
        self.asked.lock().unwrap().push((ask, key.clone()));
        *self.mood.lock().unwrap()
    }
}

fn silent() -> Said {
    Said::Unknown(Cause::new("silent", "it says nothing"))
}

impl Port for Carrier {
    type Call = Parcels;
    type Answer = Said;

    async fn call(&self, Parcels { key }: Parcels) -> Said {
        match self.note(Ask::Call, &key) {
            Mood::ForgetsReceipts if key.ends_with(".receipt") => silent(),
            Mood::Sends | Mood::ForgetsReceipts => {
                self.sent.lock().unwrap().insert(key.clone());
                Said::Sent(key)
            }
            Mood::SendsSilently => {
                self.sent.lock().unwrap().insert(key);
                silent()
            }
            Mood::Refuses => Said::Refused("too heavy".into()),
            Mood::Loses => silent(),
            Mood::Hangs => pending().await,
            Mood::Panics => panic!("a defect of the adapter, on purpose"),
        }
    }

    async fn query(&self, Parcels { key }: Parcels) -> Said {
        if self.note(Ask::Query, &key) == Mood::Hangs {
            return pending().await;
        }
        let is_sent = self.sent.lock().unwrap().contains(&key);
        if is_sent { Said::Sent(key) } else { Said::NotFound }
    }

    fn silence(_: &Parcels, cause: Cause) -> Said {
        Said::Unknown(cause)
    }
}

/// A port of another kind.
pub(crate) struct Florist;

/// What only a florist can be asked.
#[derive(Debug, Clone)]
pub(crate) struct Flowers;

impl Keyed for Flowers {
    fn key(&self) -> Arc<str> {
        "flowers".into()
    }
}

impl Port for Florist {
    type Call = Flowers;
    type Answer = Said;

    async fn call(&self, _: Flowers) -> Said {
        Said::NotFound
    }

    async fn query(&self, _: Flowers) -> Said {
        Said::NotFound
    }

    fn silence(_: &Flowers, cause: Cause) -> Said {
        Said::Unknown(cause)
    }
}
