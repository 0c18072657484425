//! What the tests share: an engine with one carrier on a store in memory, and a look at its log.

use crate::{
    carrier::Carrier,
    faulty::Faulty,
    goods::{OnShelf, Shelf},
    toy::{Booking, Refusal, Wanted},
};
use fundflow::kernel::checkpoint::Reader;
use fundflow::{
    Asking, Builder, Engine, Notice, Placed, RequestError, Rest, SagaId,
    kernel::{
        clock::ManualClock,
        codec::Stored,
        envelope::{Actor, Recorded},
        loaded::{Loaded, Meta},
        memory_store::MemoryStore,
        store::{EventStore, Position, StreamAppend, Version},
        streams::Key,
        time::Timestamp,
    },
    runtime::port::Payload,
};
use std::sync::Arc;

/// One past, and the engines that run on it.
pub(crate) struct World {
    pub(crate) memory: MemoryStore,
    pub(crate) store: Faulty,
    pub(crate) carrier: Arc<Carrier>,
    pub(crate) clock: ManualClock,
}

pub(crate) type Requested = Result<Placed<Booking>, RequestError<Refusal>>;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_770_000_000_000_000).plus_millis(seconds * 1000)
}

/// What the booking gives up at.
pub(crate) const DEADLINE: i64 = 86_400;

impl World {
    pub(crate) fn with(carrier: Arc<Carrier>) -> Self {
        let memory = MemoryStore::new();
        let (store, clock) = (Faulty::new(memory.clone()), ManualClock::at(at(0)));
        Self { memory, store, carrier, clock }
    }

    /// Everything but the ports.
    pub(crate) fn parts(&self) -> Builder<Faulty> {
        let booking = Booking { deadline: at(DEADLINE) };
        Engine::builder(Arc::new(self.store.clone())).saga(booking).clock(self.clock.clone())
    }

    pub(crate) fn builder(&self) -> Builder<Faulty> {
        self.parts().port("carrier", self.carrier.clone()).unwrap()
    }

    pub(crate) async fn start(&self) -> Engine {
        self.builder().start().await.unwrap()
    }

    /// The stored types of a stream.
    pub(crate) async fn types(&self, stream: &str) -> Vec<String> {
        let stream = stream.parse().unwrap();
        let events = self.memory.read(&stream, Version::NONE, 1000).await.unwrap();
        events.into_iter().map(|recorded| recorded.event.event_type.into()).collect()
    }

    pub(crate) async fn log(&self) -> Vec<Recorded> {
        self.memory.read_all(Position::START, 100_000).await.unwrap()
    }

    /// The transactions on the last checkpoint's list, and its position.
    pub(crate) async fn listed(&self) -> (Position, String) {
        let reader = Reader { name: "engine.open_sagas", format: 1 };
        let checkpoint = reader.load::<_, serde_json::Value>(&self.memory).await.unwrap();
        let (at, list) = checkpoint.content.unwrap();
        (at, list.to_string())
    }

    /// What another writer would append to a stream now.
    pub(crate) async fn by_another<D>(&self, id: &str, command: &D::Command) -> Vec<StreamAppend>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let key = Key::<D>::of(&id);
        let mut loaded = Loaded::<D>::load(&self.memory, key.stream()).await.unwrap();
        let meta = Meta {
            correlation: "OTHER".parse().unwrap(),
            process: "stranger".into(),
            causation: "theirs".into(),
            actor: Actor::Engine,
            trace_parent: None,
            occurred_at: at(0),
            recorded_at: at(0),
            trade_date: None,
        };
        let mut batch = Vec::new();
        loaded.decide(key.stream(), command, &meta, &mut batch).unwrap();
        batch
    }

    /// Adds an event to the shelf that cannot be read.
    pub(crate) async fn damage_shelf(&self, item: &str) {
        let mut batch = self.reserved_by_another(item).await;
        batch[0].events[0].data = "7".into();
        self.memory.append(batch).await.unwrap();
    }

    pub(crate) async fn reserved_by_another(&self, item: &str) -> Vec<StreamAppend> {
        let reserve = OnShelf::Reserve("OTHER".parse().unwrap(), 1);
        self.by_another::<Shelf>(item, &reserve).await
    }
}

pub(crate) fn asking(id: &str, item: &str, pieces: u32) -> Asking<Booking> {
    Asking {
        transaction: id.parse().unwrap(),
        request: Wanted { item: item.into(), pieces },
        asked: (),
        at: None,
        trace_parent: None,
    }
}

/// Two pieces of tea, unless another item is said.
pub(crate) async fn book(engine: &Engine, id: &str) -> Requested {
    book_item(engine, id, "tea", 2).await
}

pub(crate) async fn book_item(engine: &Engine, id: &str, item: &str, pieces: u32) -> Requested {
    let Asking { transaction, request, asked, at, trace_parent } = asking(id, item, pieces);
    engine.request::<Booking>(transaction, request, asked, at, trace_parent).await
}

pub(crate) fn saga(id: &str) -> SagaId {
    SagaId { kind: "booking", transaction: id.parse().unwrap() }
}

pub(crate) fn shipped() -> Rest {
    Rest::Ended("booking.shipped".into())
}

pub(crate) fn news(stream: &str, news: Payload) -> Notice {
    Notice { stream: stream.parse().unwrap(), news }
}
