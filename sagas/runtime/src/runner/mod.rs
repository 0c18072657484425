//! The saga runner: a deterministic state machine between the event store and the counterparties.
//!
//! Its shell does these steps, in this order; the runner itself does no I/O.
//!
//! 1. take inputs (requests, commands, answers, notices, due timers, operators' actions);
//! 2. [`Runner::handle`]; when it says which streams it misses, read them, [`Runner::provide`] them
//!    and hand the input in again;
//! 3. read what [`Runner::starving`] names (a milestone may have added streams), [`Runner::go_on`];
//! 4. append everything that was decided, durably, in one batch;
//! 5. only then send the effects and the replies of that batch;
//! 6. only then [`Runner::settle`] it: forget the sagas that are over.
//!
//! If the process dies after 1, 2 or 3, nothing was promised to anybody: the caller asks again, the
//! counterparty is asked again. After 4, the log says what is pending and the restart sends it; a
//! caller without a reply repeats its request and gets the first answer. In the middle of 5, an
//! effect may be sent twice: under the same idempotency key, so it acts once; a restarted saga asks
//! for the standing first. After 6 nothing is lost, because memory was only a cache.

mod address;
mod asleep;
mod ground;
mod look;
mod memory;
mod mend;
mod one_name;
mod others;
mod refused;
mod settings;
mod standing;
mod timers;

pub use crate::running::{LaneState, Running};
pub use settings::Unclaimed;
pub use standing::{Besides, Outlook};

use asleep::Asleep;
use ground::Ground;
use refused::Refused;
use standing::Standing;

use crate::{
    breaker::Limits,
    guard::Guard,
    kind::{Kind, Of},
    message::{ActionError, Alert, Input, Output, Reply, SagaId, Ticket, What},
    port::Ports,
    running::{Breakers, Desk, Handled, Instance},
    saga::{NameForm, Saga},
};
use foldhash::fast::RandomState;
use fundflow_kernel::{
    streams::{Damage, Need, Opener, Streams},
    time::Timestamp,
};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

struct Slot {
    saga: Box<dyn Instance>,
    timer: Option<Timestamp>,
    /// The newest batch that holds decisions of it; 0: it was only read.
    touched: u64,
    /// It was asleep before it was read.
    slept: bool,
}

/// An input that cannot be handled before those streams are in memory.
#[derive(Debug)]
pub struct Wanting {
    /// To be handed in again.
    pub input: Input,
    /// To be read first.
    pub needs: Vec<Need>,
}

/// Open sagas, their streams and their timers. Cloned, it is another future of the same past.
pub struct Runner {
    kinds: HashMap<&'static str, Arc<dyn Kind>, RandomState>,
    names: HashMap<&'static str, Arc<str>, RandomState>,
    openers: HashMap<&'static str, Opener, RandomState>,
    /// The processes of all kinds, in the order in which they were registered.
    processes: Vec<Opener>,
    /// Names that no caller may give, of all kinds.
    reserved: Vec<NameForm>,
    unclaimed: Option<Arc<dyn Unclaimed>>,
    guard: Option<Arc<dyn Guard>>,
    sagas: HashMap<SagaId, Slot, RandomState>,
    asleep: Asleep,
    refused: Refused,
    standing: Standing,
    ground: Ground,
    streams: Streams,
    timers: BTreeSet<(Timestamp, SagaId)>,
    breakers: Breakers,
    limits: Limits,
    ports: Option<Arc<Ports>>,
    starved: Vec<SagaId>,
    /// Whose streams others have continued.
    written_for: VecDeque<SagaId>,
    out: Output,
}

impl Default for Runner {
    fn default() -> Self {
        Self::new()
    }
}

impl Runner {
    /// Knows no saga yet.
    pub fn new() -> Self {
        Self {
            kinds: HashMap::default(),
            names: HashMap::default(),
            openers: HashMap::default(),
            processes: Vec::new(),
            reserved: Vec::new(),
            unclaimed: None,
            guard: None,
            sagas: HashMap::default(),
            asleep: Asleep::default(),
            refused: Refused::default(),
            standing: Standing::default(),
            ground: Ground::default(),
            streams: Streams::default(),
            timers: BTreeSet::new(),
            breakers: Breakers::new(),
            limits: Limits::default(),
            ports: None,
            starved: Vec::new(),
            written_for: VecDeque::new(),
            out: Output { batch: 1, ..Output::default() },
        }
    }

    /// From now on carries sagas of that kind, whose types are known here.
    pub fn register<S: Saga>(&mut self, saga: Arc<S>) {
        self.register_kind(Arc::new(Of(saga)));
    }

    /// Carries a saga whose types are not known here.
    pub fn register_kind(&mut self, kind: Arc<dyn Kind>) {
        for opener in kind.aggregates() {
            self.openers.insert(opener.category(), opener);
        }
        self.names.insert(kind.name(), kind.name().into());
        self.reserve(kind.reserves());
        self.rest_on(&kind);
        let process = self.openers.get(kind.name()).copied();
        if self.kinds.insert(kind.name(), kind).is_none() {
            self.processes.extend(process);
        }
    }

    /// The registered name of a kind; `None` if it is unknown.
    pub fn kind(&self, name: &str) -> Option<&'static str> {
        self.kinds.get_key_value(name).map(|(name, _)| *name)
    }

    /// Decides the input and all that follows from it inside of the house.
    ///
    /// # Errors
    /// [`Wanting`]: nothing happened; read, provide, and hand the input in again.
    #[allow(clippy::result_large_err, reason = "the input is handed back as it came")]
    pub fn handle(&mut self, mut input: Input, now: Timestamp) -> Result<(), Wanting> {
        if let Some(need) = self.unread_key(&mut input) {
            return Err(Wanting { input, needs: vec![need] });
        }
        let ground = self.missing_ground(&input);
        if !ground.is_empty() {
            return Err(Wanting { input, needs: ground });
        }
        let saga = match self.addressee(&input.what) {
            Ok(Some(saga)) => saga,
            Ok(None) if self.is_of_unknown_owner(&input) => return Ok(()),
            Ok(None) => return self.nobodys(input, now),
            Err(need) => return Err(Wanting { input, needs: vec![need] }),
        };
        match self.look_back(&input, &saga) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(need) => return Err(Wanting { input, needs: vec![need] }),
        }
        if self.enter(&saga).is_none() {
            self.reply(input.ticket, Reply::NotActed(ActionError::Unknown(saga)));
            return Ok(());
        }
        let needs = self.missing_for(&saga, &mut input, now);
        if !needs.is_empty() {
            return Err(Wanting { input, needs });
        }
        let needs = self.unread_by(&saga, &input);
        if !needs.is_empty() {
            return Err(Wanting { input, needs });
        }
        let Some(slot) = self.sagas.get(&saga) else { return Ok(()) };
        let (was_known, besides) = (slot.touched > 0, std::mem::take(&mut input.besides));
        let known = slot.saga.is_known(&self.streams);
        if known && !slot.saga.understands(&self.streams, &input.what) {
            if !was_known {
                self.let_go(&saga);
            }
            return self.nobodys(input, now);
        }
        self.use_for_this_batch(&besides);
        let damage = self.damage(&saga).or_else(|| self.damage_beside(&input, &besides));
        let damage = damage.or_else(|| self.damaged_ground());
        if let Some(damage) = damage {
            self.refuse_damaged(&input, &saga, damage);
            if !was_known {
                self.let_go(&saga);
            }
            self.go_on_with_others(now);
            return Ok(());
        }
        if !known && self.refuse_name(&input, &saga, &besides) {
            return Ok(());
        }
        self.decide(input, &saga, (was_known, besides), now)
    }

    /// Has the saga decide the input, and whoever that concerns go on.
    #[allow(clippy::result_large_err, reason = "the input is handed back as it came")]
    fn decide(
        &mut self,
        mut input: Input,
        saga: &SagaId,
        (was_known, besides): (bool, Vec<Need>),
        now: Timestamp,
    ) -> Result<(), Wanting> {
        let handled = self.with(saga, now, |instance, desk| {
            if !was_known {
                instance.rouse(desk);
            }
            instance.handle(&input.what, desk)
        });
        match handled.unwrap_or(Handled::Quiet) {
            Handled::Reply(reply) => self.reply(input.ticket, reply),
            Handled::Quiet => {}
            Handled::Missing(needs) => {
                let missing = self.streams.missing(needs.iter().cloned());
                if missing.is_empty() {
                    self.refuse_to_ask_for_ever(&input, saga);
                    return Ok(());
                }
                input.besides = [besides, needs].concat();
                return Err(Wanting { input, needs: missing });
            }
        }
        self.go_on_with_others(now);
        Ok(())
    }

    /// What must be read before the input can be decided: its saga's own streams, and what it needs
    /// besides, which is asked for once.
    fn missing_for(&mut self, saga: &SagaId, input: &mut Input, now: Timestamp) -> Vec<Need> {
        let Some(slot) = self.sagas.get_mut(saga) else { return Vec::new() };
        self.standing.stir(saga);
        let mut needs = slot.saga.missing(&self.streams);
        let first = matches!(input.what, What::Request { .. });
        if input.besides.is_empty() && (needs.is_empty() || first) {
            input.besides = slot.saga.besides(&self.streams, &input.what, now);
            if first && !input.is_new && !slot.saga.is_known(&self.streams) {
                input.besides.extend(one_name::others(&self.processes, saga));
            }
        }
        needs.extend(self.streams.missing(input.besides.iter().cloned()));
        needs
    }

    /// Goes on with a saga that was restored and misses nothing.
    pub fn wake(&mut self, saga: &SagaId, now: Timestamp) {
        self.with(saga, now, |instance, desk| instance.wake(desk));
        self.note_if_overtaken(saga);
        self.go_on_with_others(now);
    }

    /// What sagas that stand still for it must have in memory; `None` where none stands still. What one of them
    /// waited for may have been read for another since: then nothing is missing, and it still has to
    /// [go on](Self::go_on).
    pub fn starving(&mut self) -> Option<Vec<Need>> {
        if self.starved.is_empty() {
            return None;
        }
        let mut needs: Vec<Need> = Vec::new();
        for saga in &self.starved {
            if let Some(slot) = self.sagas.get_mut(saga) {
                self.standing.stir(saga);
                needs.extend(slot.saga.missing(&self.streams));
            }
        }
        Some(needs)
    }

    /// Goes on with those whose streams were provided.
    pub fn go_on(&mut self, now: Timestamp) {
        for saga in std::mem::take(&mut self.starved) {
            let from_store = self.sagas.get(&saga).is_some_and(|slot| slot.touched == 0);
            self.with(&saga, now, |instance, desk| {
                if from_store { instance.wake(desk) } else { instance.advance(desk) }
            });
            self.note_if_overtaken(&saga);
        }
        self.go_on_with_others(now);
    }

    /// What was decided since it was last taken.
    pub fn take(&mut self) -> Output {
        let batch = self.out.batch.saturating_add(1);
        std::mem::replace(&mut self.out, Output { batch, ..Output::default() })
    }

    /// Held until the batch is durable, so that nobody reads an older state meanwhile.
    fn use_for_this_batch(&mut self, needs: &[Need]) {
        for need in needs {
            self.streams.hold(need.stream());
            self.out.released.push(need.stream().clone());
        }
    }

    fn damage(&mut self, saga: &SagaId) -> Option<Damage> {
        let slot = self.sagas.get_mut(saga)?;
        slot.saga.is_ready(&mut self.streams);
        self.standing.stir(saga);
        slot.saga.damage(&self.streams)
    }

    /// Lends everything to one saga, then notes its timer and whether it misses a stream.
    fn with<T>(
        &mut self,
        saga: &SagaId,
        now: Timestamp,
        act: impl FnOnce(&mut dyn Instance, &mut Desk<'_>) -> T,
    ) -> Option<T> {
        let slot = self.sagas.get_mut(saga)?;
        let (from, mut notified) = (self.out.appends.len(), Vec::new());
        let mut desk = Desk {
            process: self.names.get(saga.kind)?,
            streams: &mut self.streams,
            out: &mut self.out,
            notified: &mut notified,
            stands: Vec::new(),
            breakers: &mut self.breakers,
            limits: self.limits,
            ports: self.ports.as_deref(),
            guard: self.guard.as_deref(),
            now,
        };
        let result = act(slot.saga.as_mut(), &mut desk);
        slot.touched = self.out.batch;
        self.standing.stir(saga);
        let due = slot.saga.next_due();
        if due != slot.timer {
            if let Some(was) = std::mem::replace(&mut slot.timer, due) {
                self.timers.remove(&(was, saga.clone()));
            }
            if let Some(due) = due {
                self.timers.insert((due, saga.clone()));
            }
        }
        if !slot.saga.is_ready(&mut self.streams) {
            self.starved.push(saga.clone());
        }
        self.note_owners(saga, from);
        self.note_refused(saga, from);
        self.wake_notified(notified);
        Some(result)
    }

    fn reply(&mut self, ticket: Ticket, reply: Reply) {
        if ticket > 0 {
            self.out.replies.push((ticket, reply));
        }
    }

    fn alert(&mut self, about: &str, what: &str) {
        self.out.alerts.push(Alert { about: about.into(), what: what.into() });
    }
}
