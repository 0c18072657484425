//! What an audit has in memory: the folds of streams, and the sagas that it follows.
//!
//! 1. A saga is followed from its first event on, and all streams that it works on are in memory meanwhile.
//! 2. Who has ended rests, with its streams, and so does a stream that no saga works on: the oldest leave when
//!    too many rest. What leaves is read again when something follows.

use super::{Owner, stated::Stated, trail::Trail};
use crate::desk::{Registry, damage_of, whole};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    fold::Fold,
    store::{EventStore, ReadError, Version},
    streams::{Need, Streams},
};
use fundflow_runtime::{
    follow::Follower,
    grounds::Groundless,
    kind::Kind,
    look::{Look, LookError},
    message::SagaId,
    stand::Place,
};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// Sagas and streams that may rest: some 200 MB of purchases with their streams.
pub(super) const RESTING: usize = 32_768;

pub(super) type Trails = HashMap<StreamName, Trail>;

/// The folds and the sagas by which the next events are judged.
pub(super) struct Memory {
    streams: Streams,
    sagas: HashMap<Owner, Slot>,
    resting: VecDeque<Rest>,
    at_most: usize,
    /// Streams that decisions of the kinds rest on.
    ground: Vec<StreamName>,
    /// Kinds that were made anew by what is in them.
    renewed: HashMap<&'static str, Arc<dyn Kind>>,
    /// What the sagas in memory have said.
    stated: Stated,
    /// Of those that have left.
    groundless: HashMap<Owner, Vec<Groundless>>,
    /// The last looks, and how far what each shows had been continued; none are stored where a saga is looked at once.
    looks: Option<HashMap<Owner, (u64, Arc<Look>)>>,
}

struct Slot {
    saga: Box<dyn Follower>,
    /// So many of the streams that it works on are held for it.
    held: usize,
}

enum Rest {
    Saga(Owner),
    Stream(StreamName),
}

impl Memory {
    /// One in which no more than so many may rest.
    pub(super) fn of(at_most: usize) -> Self {
        Self {
            streams: Streams::default(),
            sagas: HashMap::new(),
            resting: VecDeque::new(),
            at_most,
            ground: Vec::new(),
            renewed: HashMap::new(),
            stated: Stated::default(),
            groundless: HashMap::new(),
            looks: None,
        }
    }

    /// One from which nothing leaves, for sagas that are looked at again and again. Only of a sound log: who hears of
    /// damage looks no further.
    pub(super) fn of_everything() -> Self {
        Self { looks: Some(HashMap::new()), ..Self::of(usize::MAX) }
    }

    /// The same, for sagas of those kinds.
    pub(super) fn resting_on(self, registry: &Registry) -> Self {
        let needs = registry.kinds().flat_map(|kind| kind.rests_on());
        Self { ground: needs.map(|need| need.stream().clone()).collect(), ..self }
    }

    /// Reads what the event is to be judged on, as far as it is not there: its stream, and its saga.
    pub(super) async fn revive<S: EventStore>(
        &mut self,
        (store, registry): (&S, &Registry),
        trails: &Trails,
        event: &Recorded,
    ) -> Result<(), ReadError> {
        let owner: Owner = (event.event.process.clone(), event.event.correlation.clone());
        self.make_room(&owner);
        if let Some(opener) = registry.opener(event.stream.category())
            && !self.streams.has(&event.stream)
        {
            self.bring(store, trails, &opener.need(&event.stream)).await?;
            self.streams.hold(&event.stream);
            if !self.ground.contains(&event.stream) {
                self.resting.push_back(Rest::Stream(event.stream.clone()));
            }
        }
        let kind = registry.get(&owner.0).filter(|_| !self.sagas.contains_key(&owner));
        if let Some(kind) = kind {
            let process = StreamName::of(kind.name(), &owner.1);
            if trails.get(&process).is_some_and(|trail| trail.version > Version::NONE) {
                self.stated.begin(&owner);
                self.follow(store, trails, (&owner, kind)).await?;
            }
        }
        Ok(())
    }

    /// What the stream's events lead to so far.
    pub(super) fn fold(&self, stream: &StreamName) -> Option<&dyn Fold> {
        self.streams.fold(stream)
    }

    /// What a possible event of a saga says otherwise than others do.
    pub(super) fn compare(&mut self, event: &Recorded) -> Vec<String> {
        self.stated.hear(event)
    }

    /// Has the event's saga judge it by what precedes it, and folds it.
    pub(super) fn fold_in(&mut self, need: &Need, event: &Recorded) -> Result<(), ReadError> {
        let owner: Owner = (event.event.process.clone(), event.event.correlation.clone());
        if let Some(slot) = self.sagas.get_mut(&owner) {
            slot.saga.judge(&self.streams, event);
        }
        self.streams.replay(need, event)
    }

    /// Brings into memory what the saga works on now that the event of its process is folded.
    pub(super) async fn go_on<S: EventStore>(
        &mut self,
        (store, registry): (&S, &Registry),
        trails: &Trails,
        event: &Recorded,
    ) -> Result<(), ReadError> {
        if self.ground.contains(&event.stream) {
            self.renew((store, registry), trails).await?;
        }
        let Some(kind) = registry.get(event.stream.category()) else { return Ok(()) };
        let kind = self.as_of_now(kind);
        let transaction = &event.event.correlation;
        if event.stream.id() != transaction.as_str() {
            return Ok(());
        }
        let owner: Owner = (kind.name().into(), transaction.clone());
        let fresh = || Slot { saga: kind.follow(transaction.clone(), &[]), held: 0 };
        let slot = self.sagas.entry(owner.clone()).or_insert_with(fresh);
        slot.saga.replan(&self.streams);
        self.hold(store, trails, &owner).await?;
        if kind.ending_types().contains(&event.event.event_type.as_ref()) {
            self.resting.push_back(Rest::Saga(owner));
        }
        Ok(())
    }

    /// The kind as what it rests on makes it, as far as that was heard.
    fn as_of_now(&self, kind: &Arc<dyn Kind>) -> Arc<dyn Kind> {
        self.renewed.get(kind.name()).unwrap_or(kind).clone()
    }

    /// What sagas rest on has changed: they are followed on by what it is now.
    async fn renew<S: EventStore>(
        &mut self,
        (store, registry): (&S, &Registry),
        trails: &Trails,
    ) -> Result<(), ReadError> {
        for kind in registry.kinds() {
            if let Some(kind) = kind.renewed(&self.streams) {
                self.renewed.insert(kind.name(), kind);
            }
        }
        let followed: Vec<Owner> = self.sagas.keys().cloned().collect();
        for owner in followed {
            if let (Some(slot), Some(kind)) =
                (self.sagas.get_mut(&owner), self.renewed.get(&*owner.0))
            {
                slot.saga.renew(&**kind, &self.streams);
            }
            self.hold(store, trails, &owner).await?;
        }
        if let Some(looks) = &mut self.looks {
            looks.clear();
        }
        Ok(())
    }

    /// The table and the place of a saga that is followed.
    pub(super) fn stands_at(&self, owner: &Owner) -> Option<(&'static str, Place)> {
        self.sagas.get(owner)?.saga.stands_at(&self.streams)
    }

    /// Grows with every event of the saga's streams, and with each of its own that has no grounds.
    fn mark(&self, owner: &Owner) -> Option<u64> {
        let saga = &self.sagas.get(owner)?.saga;
        let versions = saga.used().iter().map(|need| self.streams.version(need.stream()).0);
        Some(versions.sum::<u64>() + saga.groundless().len() as u64)
    }

    /// The saga as the whole log leaves it.
    pub(super) async fn look<S: EventStore>(
        &mut self,
        store: &S,
        trails: &Trails,
        of: (&Owner, &Arc<dyn Kind>),
    ) -> Result<Result<Arc<Look>, LookError>, ReadError> {
        let mark = self.looks.as_ref().and_then(|looks| Some((self.mark(of.0)?, looks)));
        let Some((mark, looks)) = mark else {
            return Ok(self.fresh_look(store, trails, of).await?.map(Arc::new));
        };
        if let Some((at, look)) = looks.get(of.0)
            && *at == mark
        {
            return Ok(Ok(look.clone()));
        }
        let look = self.fresh_look(store, trails, of).await?.map(Arc::new);
        if let (Ok(look), Some(looks)) = (&look, &mut self.looks) {
            looks.insert(of.0.clone(), (mark, look.clone()));
        }
        Ok(look)
    }

    async fn fresh_look<S: EventStore>(
        &mut self,
        store: &S,
        trails: &Trails,
        (owner, kind): (&Owner, &Arc<dyn Kind>),
    ) -> Result<Result<Look, LookError>, ReadError> {
        self.make_room(owner);
        if !self.sagas.contains_key(owner) {
            self.follow(store, trails, (owner, kind)).await?;
        }
        let Some(slot) = self.sagas.get(owner) else {
            let transaction = owner.1.clone();
            return Ok(Err(LookError::Unknown(SagaId { kind: kind.name(), transaction })));
        };
        for need in slot.saga.used() {
            // What was not folded to its end is not what the log says.
            let is_broken = trails.get(need.stream()).is_some_and(|trail| trail.broken);
            if is_broken && self.streams.damage(need.stream()).is_none() {
                let damage = match read(store, trails, need).await {
                    Ok(history) => Streams::default().provide(need, &history),
                    Err(fault @ ReadError::Fault(_)) => return Err(fault),
                    Err(damaged) => Some(damage_of(need.stream(), &damaged)),
                };
                if let Some(damage) = damage {
                    return Ok(Err(LookError::Damaged(damage)));
                }
            }
        }
        let look = slot.saga.look(&self.streams);
        Ok(look.map(|mut look| {
            let mut earlier = self.groundless.remove(owner).unwrap_or_default();
            earlier.append(&mut look.groundless);
            Look { groundless: earlier, ..look }
        }))
    }

    /// A saga that is over, or was not followed: it is, from where the log has led it to.
    async fn follow<S: EventStore>(
        &mut self,
        store: &S,
        trails: &Trails,
        (owner, kind): (&Owner, &Arc<dyn Kind>),
    ) -> Result<(), ReadError> {
        let kind = self.as_of_now(kind);
        let fresh = kind.follow(owner.1.clone(), &[]);
        let Some(process) = fresh.used().first() else { return Ok(()) };
        let saga = match read(store, trails, process).await {
            Ok(history) => {
                self.stated.recall(&history);
                kind.follow(owner.1.clone(), &history)
            }
            Err(ReadError::Damaged { .. }) => fresh,
            Err(fault @ ReadError::Fault(_)) => return Err(fault),
        };
        self.sagas.insert(owner.clone(), Slot { saga, held: 0 });
        self.resting.push_back(Rest::Saga(owner.clone()));
        self.hold(store, trails, owner).await
    }

    async fn hold<S: EventStore>(
        &mut self,
        store: &S,
        trails: &Trails,
        owner: &Owner,
    ) -> Result<(), ReadError> {
        let Some(slot) = self.sagas.get_mut(owner) else { return Ok(()) };
        let further: Vec<Need> = slot.saga.used()[slot.held..].to_vec();
        slot.held += further.len();
        for need in further {
            self.bring(store, trails, &need).await?;
            self.streams.hold(need.stream());
        }
        Ok(())
    }

    async fn bring<S: EventStore>(
        &mut self,
        store: &S,
        trails: &Trails,
        need: &Need,
    ) -> Result<(), ReadError> {
        if self.streams.has(need.stream()) {
            return Ok(());
        }
        match read(store, trails, need).await {
            // What is wrong with it was said when it was heard.
            Ok(history) => {
                self.stated.recall(&history);
                drop(self.streams.provide(need, &history));
            }
            Err(damaged @ ReadError::Damaged { .. }) => {
                self.streams.provide_damaged(need, damage_of(need.stream(), &damaged));
            }
            Err(fault @ ReadError::Fault(_)) => return Err(fault),
        }
        Ok(())
    }

    /// Lets the oldest of those leave that rest, but for that saga: its turn may not be over.
    fn make_room(&mut self, owner: &Owner) {
        while self.resting.len() > self.at_most {
            match self.resting.pop_front() {
                Some(Rest::Saga(oldest)) if oldest == *owner => {
                    self.resting.push_back(Rest::Saga(oldest));
                    return;
                }
                Some(Rest::Saga(oldest)) => self.leave(oldest),
                Some(Rest::Stream(stream)) => self.streams.release(&stream),
                None => return,
            }
        }
    }

    fn leave(&mut self, owner: Owner) {
        let Some(Slot { saga, held }) = self.sagas.remove(&owner) else { return };
        for need in &saga.used()[..held] {
            self.streams.release(need.stream());
        }
        self.stated.forget(&owner);
        let found = saga.groundless();
        if !found.is_empty() {
            self.groundless.entry(owner).or_default().extend_from_slice(found);
        }
    }
}

/// The events of a stream that were heard so far.
async fn read<S: EventStore>(
    store: &S,
    trails: &Trails,
    need: &Need,
) -> Result<Vec<Recorded>, ReadError> {
    let Some(trail) = trails.get(need.stream()) else { return Ok(Vec::new()) };
    let mut history = whole(store, need.stream()).await?;
    history.retain(|event| event.version <= trail.version || trail.broken);
    Ok(history)
}

#[cfg(test)]
mod tests;
