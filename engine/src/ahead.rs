//! The engine's door for those who want to know before they do it: what would follow from it, and what a
//! request would come to.
//!
//! ```text
//! engine.preview_request | preview_command | preview_act   events, calls, alerts; or why not
//! engine.quote(saga, asking)                               what the saga says of such a request
//! engine.look(saga)                                        everything about one: until when it can be taken back
//! engine.state_of(key)                                     what one stream comes to: a calendar, with its versions
//! ```
//!
//! All of it is decided on what is durable, by a runner of its own, and beside the one loop: nothing is
//! appended, nobody is called, and whoever asks keeps nobody waiting.

use crate::{
    asking::Asking,
    engine::Engine,
    engine_time::EngineTime,
    error::ClockSetBack,
    reading::{damage_of, read_stream},
};
use fundflow_kernel::{
    codec::Stored,
    envelope::{Actor, Recorded, StreamName},
    ids::TransactionId,
    store::{EventStore, ReadError},
    streams::{Damage, Key, Need, Streams},
    time::Timestamp,
};
use fundflow_runtime::{
    foresee::{Foreseeing, Foreseen},
    guard::Guard,
    kind::{Kind, payload, process_key, saga_id},
    look::{Look, LookError},
    message::{Action, SagaId, What},
    port::Ports,
    quote::Quoted,
    runner::Runner,
    saga::{Preparing, Saga},
};
use futures_util::future::{BoxFuture, FutureExt};
use std::sync::Arc;

/// Why there is no quote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoQuote<R> {
    /// Refused by the saga itself.
    #[error("{0}")]
    Refused(R),
    /// Refused by the engine: the name is reserved or taken, somebody cannot be called, a stream is damaged, or the
    /// clock is behind the log.
    #[error("{0}")]
    NotTaken(Arc<str>),
}

/// What a look ahead is decided on, whichever the store is.
pub(crate) trait Ahead: Send + Sync {
    fn whole<'a>(
        &'a self,
        stream: &'a StreamName,
    ) -> BoxFuture<'a, Result<Vec<Recorded>, ReadError>>;
    fn runner(&self) -> Runner;
    fn kind(&self, name: &str) -> Option<Arc<dyn Kind>>;
    fn ports(&self) -> &Ports;
    /// The engine's time.
    ///
    /// # Errors
    /// [`ClockSetBack`]: the engine would refuse the request, so nothing is foreseen.
    fn now(&self) -> Result<Timestamp, ClockSetBack>;
}

/// The store of an engine, with its sagas, ports and guard.
pub(crate) struct Durable<S> {
    pub(crate) store: Arc<S>,
    pub(crate) kinds: Vec<Arc<dyn Kind>>,
    pub(crate) ports: Arc<Ports>,
    pub(crate) guard: Option<Arc<dyn Guard>>,
    pub(crate) time: Arc<EngineTime>,
}

impl<S: EventStore> Ahead for Durable<S> {
    fn whole<'a>(
        &'a self,
        stream: &'a StreamName,
    ) -> BoxFuture<'a, Result<Vec<Recorded>, ReadError>> {
        read_stream(&*self.store, stream, Vec::new()).boxed()
    }

    fn runner(&self) -> Runner {
        let mut runner = Runner::new();
        self.kinds.iter().for_each(|kind| runner.register_kind(kind.clone()));
        runner.set_ports(self.ports.clone());
        // What it would refuse is not promised.
        if let Some(guard) = &self.guard {
            runner.set_guard(guard.clone());
        }
        runner
    }

    fn kind(&self, name: &str) -> Option<Arc<dyn Kind>> {
        self.kinds.iter().find(|kind| kind.name() == name).cloned()
    }

    fn ports(&self) -> &Ports {
        &self.ports
    }

    fn now(&self) -> Result<Timestamp, ClockSetBack> {
        self.time.set_back().map_or_else(|| Ok(self.time.now()), Err)
    }
}

impl Engine {
    /// What a request would bring about; nothing where it repeats one that is known.
    ///
    /// # Errors
    /// Why it would be refused, in words.
    pub async fn preview_request<S: Saga>(&self, asking: Asking<S>) -> Result<Foreseen, Arc<str>> {
        let saga = saga_id::<S>(&asking.transaction);
        self.foresee(&saga, asking.into_what()).await
    }

    /// What would follow from a command to a running saga.
    ///
    /// # Errors
    /// Why it would be refused, in words.
    pub async fn preview_command<S: Saga>(
        &self,
        transaction: &TransactionId,
        command: S::Command,
        actor: Actor,
        at: Option<Timestamp>,
    ) -> Result<Foreseen, Arc<str>> {
        let saga = saga_id::<S>(transaction);
        let command = payload::<S::Command>(command);
        self.foresee(&saga, What::Command { saga: saga.clone(), command, actor, at }).await
    }

    /// What would follow from an operator's action.
    ///
    /// # Errors
    /// Why it would be refused, in words.
    pub async fn preview_act(
        &self,
        saga: &SagaId,
        action: Action,
        operator: Arc<str>,
    ) -> Result<Foreseen, Arc<str>> {
        self.foresee(saga, What::Act { saga: saga.clone(), action, operator }).await
    }

    /// The quote of such a request by `saga`, which must be of the same house as the one that
    /// was registered.
    ///
    /// # Errors
    /// [`NoQuote`], where it would be refused.
    pub async fn quote<S: Quoted>(
        &self,
        saga: &S,
        asking: Asking<S>,
    ) -> Result<S::Quote, NoQuote<S::Refusal>> {
        let now = self.ahead().now();
        let now = now.map_err(|clock| NoQuote::NotTaken(clock.to_string().into()))?;
        let quote = {
            let of = Preparing {
                id: &asking.transaction,
                request: &asking.request,
                asked: &asking.asked,
                now,
                ports: Some(self.ahead().ports()),
            };
            let ground = self.in_memory_of(S::rests_on()).await.map_err(NoQuote::NotTaken)?;
            let renewed = saga.renewed(&ground);
            let saga = renewed.as_ref().unwrap_or(saga);
            let streams = self.streams(saga, &of).await.map_err(NoQuote::NotTaken)?;
            saga.quote(&streams, &of).map_err(NoQuote::Refused)?
        };
        if !S::says_no(&quote) {
            self.preview_request(asking).await.map_err(NoQuote::NotTaken)?;
        }
        Ok(quote)
    }

    /// Everything about a saga, folded from its log.
    ///
    /// # Errors
    /// [`LookError`]: there is no such saga, or a stream of it is damaged.
    pub async fn look(&self, saga: &SagaId) -> Result<Look, LookError> {
        let unknown = || LookError::Unknown(saga.clone());
        let kind = self.ahead().kind(saga.kind).ok_or_else(unknown)?;
        let kind = self.renewed(kind).await?;
        let process = StreamName::of(saga.kind, &saga.transaction);
        let mut events = self.ahead().whole(&process).await?;
        for stream in kind.streams_of(&saga.transaction, &events) {
            if stream != process {
                events.extend(self.ahead().whole(&stream).await?);
            }
        }
        kind.look(&saga.transaction, &events)
    }

    /// The durable state of the stream of that key: the extended calendar, for instance.
    ///
    /// # Errors
    /// [`ReadError`]: the stream cannot be read or folded.
    pub async fn state_of<D>(&self, key: &Key<D>) -> Result<D::State, ReadError>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let mut streams = Streams::default();
        self.bring(&mut streams, &key.need()).await?;
        Ok(streams.state(key).cloned().unwrap_or_default())
    }

    /// The kind, by what it rests on as that is durable.
    async fn renewed(&self, kind: Arc<dyn Kind>) -> Result<Arc<dyn Kind>, ReadError> {
        let mut streams = Streams::default();
        for need in kind.rests_on() {
            self.bring(&mut streams, &need).await?;
        }
        Ok(kind.renewed(&streams).unwrap_or(kind))
    }

    async fn bring(&self, streams: &mut Streams, need: &Need) -> Result<(), ReadError> {
        let history = self.ahead().whole(need.stream()).await?;
        streams.provide(need, &history).map_or(Ok(()), |Damage { place, what }| {
            Err(ReadError::Damaged { place: place.to_string(), what: what.to_string() })
        })
    }

    async fn foresee(&self, saga: &SagaId, what: What) -> Result<Foreseen, Arc<str>> {
        let ahead = self.ahead();
        let now = ahead.now().map_err(|clock| Arc::<str>::from(clock.to_string()))?;
        let mut foreseeing = Foreseeing::of(ahead.runner(), saga, what, now);
        loop {
            let needs = foreseeing.needs();
            if needs.is_empty() {
                return foreseeing.decided();
            }
            for need in needs {
                let history = ahead.whole(need.stream()).await;
                let history = history.as_deref();
                let history = history.map_err(|error| damage_of(need.stream(), error));
                foreseeing.provide(&need, history);
            }
        }
    }

    /// The streams that the request's decision looks at.
    async fn streams<S: Saga>(&self, saga: &S, of: &Preparing<'_, S>) -> Result<Streams, Arc<str>> {
        let process = process_key::<S>(of.id).need();
        let needs = saga.reads(of).into_iter().chain(S::rests_on()).chain([process]);
        self.in_memory_of(needs).await
    }

    async fn in_memory_of(
        &self,
        needs: impl IntoIterator<Item = Need>,
    ) -> Result<Streams, Arc<str>> {
        let mut streams = Streams::default();
        for need in needs {
            let history = self.ahead().whole(need.stream()).await;
            let history = history.map_err(|error| Arc::<str>::from(error.to_string()))?;
            if let Some(damage) = streams.provide(&need, &history) {
                return Err(format!("{} is damaged: {}", damage.place, damage.what).into());
            }
        }
        Ok(streams)
    }
}
