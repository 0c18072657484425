//! The folds of all streams in memory, each behind its name: what decisions are made on.
//!
//! ```text
//! missing(needs) -> the shell reads the store -> provide(need, events) -> state(key) | decide(key)
//! ```
//!
//! 1. A stream has one fold here, however many sagas use it. It leaves when its last user does.
//! 2. A decision is all or nothing: after a refusal or a defect neither fold nor batch has changed. Several
//!    are, between [`Streams::remember`] and [`Streams::take_back`].
//! 3. A history that cannot be folded makes its stream *damaged*: it is remembered as such, every
//!    decision on it is refused with the place, and all other streams go on. So is one that the store
//!    cannot give, until it is read again.
//! 4. A fold is boxed once per stream ([`Fold`]), and typed again by the [`Key`] that it is asked for
//!    with.

mod key;
mod since;
mod unread;

pub use key::{Key, Need, Opener};
use since::Since;

use crate::{
    codec::Stored,
    envelope::{Recorded, StreamName},
    fold::Fold,
    ids::TransactionId,
    loaded::{DecideError, Loaded, Meta},
    store::{ReadError, StreamAppend, Version},
};
use foldhash::fast::RandomState;
use std::{
    any::Any,
    collections::HashMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// The number of the next stream that comes into any memory of this process, from 1. A copy of a memory
/// keeps its numbers, so they must not be counted by each memory for itself.
static NEXT: AtomicU64 = AtomicU64::new(1);

struct Slot {
    name: StreamName,
    /// Of this stream in this place; never used again.
    number: u64,
    fold: Box<dyn Fold>,
    users: u32,
    damage: Option<Box<Damage>>,
    /// The store could not give it, so it may be sound: the number of that failure, from 1 on.
    unread: u64,
}

/// A stream that its user keeps in memory: where it is. It holds until it is let go, or until
/// everything is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held(u32);

/// Where a history stops making sense, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The stream and version at which the damage is.
    pub place: Arc<str>,
    /// Description of the damage, for people.
    pub what: Arc<str>,
}

/// All folds in memory. Cloned, it is another future of the same past.
#[derive(Default)]
pub struct Streams {
    slots: Vec<Option<Slot>>,
    places: HashMap<StreamName, u32, RandomState>,
    /// Slots that were left.
    free: Vec<u32>,
    /// How often the store could not give a stream.
    failures: u64,
    /// What was decided since it is to be remembered.
    since: Option<Since>,
}

impl Clone for Streams {
    fn clone(&self) -> Self {
        let slot = |slot: &Slot| Slot {
            name: slot.name.clone(),
            number: slot.number,
            fold: slot.fold.boxed_clone(),
            users: slot.users,
            damage: slot.damage.clone(),
            unread: slot.unread,
        };
        Self {
            slots: self.slots.iter().map(|held| held.as_ref().map(slot)).collect(),
            places: self.places.clone(),
            free: self.free.clone(),
            failures: self.failures,
            since: None,
        }
    }
}

impl fmt::Debug for Streams {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = |slot: &Slot| (slot.name.clone(), slot.fold.version());
        out.debug_map().entries(self.slots.iter().flatten().map(version)).finish()
    }
}

impl Streams {
    /// How many are in memory.
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// Whether the stream is in memory, sound or damaged.
    pub fn has(&self, stream: &StreamName) -> bool {
        self.places.contains_key(stream)
    }

    /// Those of the needs that are not in memory.
    pub fn missing(&self, needs: impl IntoIterator<Item = Need>) -> Vec<Need> {
        needs.into_iter().filter(|need| !self.has(&need.stream)).collect()
    }

    /// Puts a whole stream into memory; one that was read already stays as it is. A history that
    /// cannot be folded leaves a damaged stream, which is returned for a person's eyes.
    pub fn provide<'a>(
        &mut self,
        need: &Need,
        history: impl IntoIterator<Item = &'a Recorded>,
    ) -> Option<Damage> {
        if self.is_settled(&need.stream) {
            return None;
        }
        let mut fold = (need.empty)();
        let damage = fold.refold(&mut history.into_iter()).err().map(damaged);
        self.put(need.stream.clone(), fold, damage.clone(), 0);
        damage
    }

    /// One more user, who remembers in `held` where the stream is; who has it there already is none
    /// more. It stays in memory until [`Self::let_go`].
    pub fn hold_once(&mut self, stream: &StreamName, held: &mut Vec<Held>) {
        let Some(place) = self.places.get(stream).copied().filter(|it| !held.contains(&Held(*it)))
        else {
            return;
        };
        if let Some(slot) = self.slots.get_mut(place as usize).and_then(Option::as_mut) {
            slot.users = slot.users.saturating_add(1);
            held.push(Held(place));
        }
    }

    /// One user fewer; without any the stream leaves memory.
    pub fn let_go(&mut self, held: Held) {
        let Some(slot) = self.slots.get_mut(held.0 as usize).and_then(Option::as_mut) else {
            return;
        };
        slot.users = slot.users.saturating_sub(1);
        if slot.users == 0 {
            let stream = slot.name.clone();
            self.drop_slot(&stream);
        }
    }

    /// The stream that somebody holds.
    pub fn stream_of(&self, held: Held) -> Option<&StreamName> {
        Some(&self.slots.get(held.0 as usize)?.as_ref()?.name)
    }

    /// What somebody holds: its name, and what its events lead to.
    pub fn held(&self, held: Held) -> Option<(&StreamName, &dyn Fold)> {
        let slot = self.slots.get(held.0 as usize)?.as_ref()?;
        Some((&slot.name, &*slot.fold))
    }

    /// One more user: the stream stays in memory until [`Self::release`].
    pub fn hold(&mut self, stream: &StreamName) {
        if let Some(slot) = self.slot_mut(stream) {
            slot.users = slot.users.saturating_add(1);
        }
    }

    /// One user fewer; without any the stream leaves memory.
    pub fn release(&mut self, stream: &StreamName) {
        let Some(slot) = self.slot_mut(stream) else { return };
        slot.users = slot.users.saturating_sub(1);
        if slot.users == 0 {
            self.drop_slot(stream);
        }
    }

    /// Drops what nobody holds: streams that were read for a request that was refused.
    pub fn drop_unheld(&mut self, streams: impl IntoIterator<Item = StreamName>) {
        for stream in streams {
            if self.slot(&stream).is_some_and(|slot| slot.users == 0) {
                self.drop_slot(&stream);
            }
        }
    }

    /// Forgets everything: what was decided may never have become durable.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.places.clear();
        self.free.clear();
    }

    /// What is wrong with the stream, if it is damaged.
    pub fn damage(&self, stream: &StreamName) -> Option<&Damage> {
        self.slot(stream)?.damage.as_deref()
    }

    /// Events of the stream so far; 0 if it is absent or not in memory.
    pub fn version(&self, stream: &StreamName) -> Version {
        self.slot(stream).map_or(Version::NONE, |slot| slot.fold.version())
    }

    /// The same of a key's stream.
    pub fn version_of<D>(&self, key: &Key<D>) -> Version {
        self.slot_of(key).map_or(Version::NONE, |slot| slot.fold.version())
    }

    /// What is wrong with a key's stream, if it is damaged.
    pub fn damage_of<D>(&self, key: &Key<D>) -> Option<&Damage> {
        self.slot_of(key)?.damage.as_deref()
    }

    /// What the stream's events lead to, without its types; `None` if it is not in memory.
    pub fn fold(&self, stream: &StreamName) -> Option<&dyn Fold> {
        Some(&*self.slot(stream)?.fold)
    }

    /// The kind of saga and the transaction that the stream belongs to: those of its first event.
    pub fn owner(&self, stream: &StreamName) -> Option<(&Arc<str>, &TransactionId)> {
        self.slot(stream)?.fold.owner()
    }

    /// Who is to hear of what others write to the stream: its owner, unless it is shared.
    pub fn listener(&self, stream: &StreamName) -> Option<(&Arc<str>, &TransactionId)> {
        let fold = &self.slot(stream)?.fold;
        if fold.is_shared() { None } else { fold.owner() }
    }

    /// The state that the stream's events lead to; `None` if it is not in memory, is damaged, or
    /// is another decider's.
    pub fn state<D>(&self, key: &Key<D>) -> Option<&D::State>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let slot = self.slot_of(key).filter(|slot| slot.damage.is_none())?;
        let fold: &dyn Any = &*slot.fold;
        Some(&fold.downcast_ref::<Loaded<D>>()?.state)
    }

    /// What would follow from the command, as the stream stands; nothing has changed.
    ///
    /// # Errors
    /// The refusal; so it is, too, where the stream is damaged or not in memory.
    pub fn would<D>(&self, key: &Key<D>, command: &D::Command) -> Result<Vec<D::Event>, D::Refusal>
    where
        D: Stored<State: Clone + Send + Sync, Refusal: From<&'static str>> + 'static,
    {
        let state = self.state(key).ok_or("a stream that it needs is damaged; verify the store")?;
        D::decide(state, command)
    }

    /// Decides and, if facts follow, puts them into the batch and remembers them. Returns how many.
    ///
    /// # Errors
    /// [`DecideError`]; nothing has changed.
    pub fn decide<D>(
        &mut self,
        key: &Key<D>,
        command: &D::Command,
        meta: &Meta,
        batch: &mut Vec<StreamAppend>,
    ) -> Result<usize, DecideError<D::Refusal>>
    where
        D: Stored<State: Clone + Send + Sync> + 'static,
    {
        let absent = || DecideError::Damaged {
            place: key.name.as_str().into(),
            what: "it is not in memory".into(),
        };
        let place = self.place_of(key).ok_or_else(absent)?;
        let slot = self.slots[place].as_mut().ok_or_else(absent)?;
        if let Some(Damage { place, what }) = slot.damage.as_deref() {
            return Err(DecideError::Damaged { place: place.clone(), what: what.clone() });
        }
        let fold: &mut dyn Any = &mut *slot.fold;
        let loaded = fold.downcast_mut::<Loaded<D>>().ok_or_else(absent)?;
        let Some(followed) = loaded.follows(&key.name, command, meta, batch)? else { return Ok(0) };
        let count = followed.events.len();
        if let Some(since) = &mut self.since {
            since.fold(place, || followed.before);
            since.decided.push((place, Box::new(followed.events)));
        }
        Ok(count)
    }

    /// Remembers one event that somebody else decided, in order: for replays of a log. Where folds are to be
    /// [remembered](Self::remember), so is this one.
    ///
    /// # Errors
    /// [`ReadError::Damaged`]; the stream is damaged from here on.
    pub fn replay(&mut self, need: &Need, recorded: &Recorded) -> Result<(), ReadError> {
        if !self.has(&need.stream) {
            self.put(need.stream.clone(), (need.empty)(), None, 0);
        }
        self.remember_fold(&need.stream);
        let Some(slot) = self.slot_mut(&need.stream) else { return Ok(()) };
        slot.fold.refold(&mut std::iter::once(recorded)).map_err(damaged).map_err(|damage| {
            slot.damage = Some(Box::new(damage.clone()));
            ReadError::Damaged { place: damage.place.to_string(), what: damage.what.to_string() }
        })
    }

    fn put(&mut self, name: StreamName, fold: Box<dyn Fold>, damage: Option<Damage>, unread: u64) {
        let damage = damage.map(Box::new);
        if let Some(slot) = self.slot_mut(&name) {
            // Its users stay: they only could not use it.
            (slot.fold, slot.damage, slot.unread) = (fold, damage, unread);
            return;
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let slot = Some(Slot { name: name.clone(), number, fold, users: 0, damage, unread });
        let place = if let Some(place) = self.free.pop() {
            self.slots[place as usize] = slot;
            place
        } else {
            self.slots.push(slot);
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        };
        self.places.insert(name, place);
    }

    fn drop_slot(&mut self, stream: &StreamName) {
        if let Some(place) = self.places.remove(stream) {
            self.slots[place as usize] = None;
            self.free.push(place);
        }
    }

    fn slot(&self, stream: &StreamName) -> Option<&Slot> {
        self.slots.get(*self.places.get(stream)? as usize)?.as_ref()
    }

    fn slot_mut(&mut self, stream: &StreamName) -> Option<&mut Slot> {
        self.slots.get_mut(*self.places.get(stream)? as usize)?.as_mut()
    }

    /// What is behind the key: most of the times where it was last time.
    fn slot_of<D>(&self, key: &Key<D>) -> Option<&Slot> {
        match self.slots.get(key.place.load(Ordering::Relaxed) as usize) {
            Some(Some(slot)) if slot.number == key.number.load(Ordering::Relaxed) => Some(slot),
            Some(_) | None => self.slots.get(self.look_up(key)?)?.as_ref(),
        }
    }

    /// Index of the stream in memory.
    fn place_of<D>(&self, key: &Key<D>) -> Option<usize> {
        let hint = key.place.load(Ordering::Relaxed) as usize;
        match self.slots.get(hint) {
            Some(Some(slot)) if slot.number == key.number.load(Ordering::Relaxed) => Some(hint),
            Some(_) | None => self.look_up(key),
        }
    }

    /// Where it is, to be remembered by the key.
    fn look_up<D>(&self, key: &Key<D>) -> Option<usize> {
        let place = *self.places.get(&key.name)?;
        let slot = self.slots.get(place as usize)?.as_ref()?;
        key.place.store(place, Ordering::Relaxed);
        key.number.store(slot.number, Ordering::Relaxed);
        Some(place as usize)
    }
}

fn damaged(error: ReadError) -> Damage {
    match error {
        ReadError::Damaged { place, what } => Damage { place: place.into(), what: what.into() },
        ReadError::Fault(source) => {
            Damage { place: "store".into(), what: source.to_string().into() }
        }
    }
}
