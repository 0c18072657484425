//! What may happen next at a point of an exploration, what it costs, and where it leads.
//!
//! Free are the request, every possible answer to every call in flight, and everything that a
//! counterparty may say unasked, in any order. Each of these costs one of the allowed faults: an
//! answer that is lost (the call acted, or never arrived), unasked news that are lost, anything that
//! is said again, a timer that rings while others speak or a person is waited for, a crash with calls
//! in flight, and a crash after any append of a batch. Each command of the caller and each act of an
//! operator costs one of the allowed acts.

use super::{
    beside,
    counterparties::{Counterparties, Fate, Said},
    world::World,
};
use fundflow_runtime::{
    look::Look,
    message::{Action, Effect, Output, What},
    port::Payload,
    process::Disposition,
    saga::Saga,
};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// What the explorer lets people do.
#[derive(Debug, Clone, Default)]
pub(super) struct Allowed {
    /// Commands of the caller.
    pub(super) commands: Vec<(Arc<str>, Payload)>,
    /// Whether operators act.
    pub(super) operators: bool,
}

/// A point of an exploration.
pub(super) struct Node<S: Saga, C> {
    pub(super) world: World<S, C>,
    /// Said before, and may be said again.
    said: Vec<(Arc<str>, What)>,
    pub(super) faults: u8,
    acts: u8,
}

/// A possible next event of the world.
#[derive(Debug, Clone)]
pub(super) enum Move<C> {
    Request,
    Beside(usize),
    Answer(usize, Said<C>),
    Silence(usize, Fate, C),
    Notice(What, Said<C>),
    Missed(Said<C>),
    Again(usize),
    Ring,
    Crash(C),
    Person(Arc<str>, What),
}

/// The world after a move.
pub(super) struct Future<S: Saga, C> {
    pub(super) node: Node<S, C>,
    pub(super) words: String,
}

impl<S: Saga, C: Clone> Clone for Node<S, C> {
    fn clone(&self) -> Self {
        let (said, faults, acts) = (self.said.clone(), self.faults, self.acts);
        Self { world: self.world.clone(), said, faults, acts }
    }
}

impl<S: Saga, C: Counterparties> Node<S, C> {
    pub(super) const fn start(world: World<S, C>, faults: u8, acts: u8) -> Self {
        Self { world, said: Vec::new(), faults, acts }
    }

    /// Nobody has anything to say.
    pub(super) fn is_quiet(&self) -> bool {
        self.world.in_flight.is_empty() && self.world.counterparties.notices().is_empty()
    }

    pub(super) fn is_asked(&self) -> bool {
        !self.world.replies.is_empty()
    }

    pub(super) fn moves(&self, look: Option<&Look>, allowed: &Allowed) -> Vec<Move<C>> {
        let world = &self.world;
        let mut moves = Vec::new();
        if !self.is_asked() {
            moves.push(Move::Request);
        }
        let unasked = world.others.iter().enumerate().filter(|(_, other)| !other.is_replied);
        moves.extend(unasked.map(|(nth, _)| Move::Beside(nth)));
        for (at, effect) in world.in_flight.iter().enumerate() {
            let answers = world.counterparties.answers(effect);
            moves.extend(answers.iter().map(|said| Move::Answer(at, said.clone())));
            if self.faults > 0 {
                let silent = |fate, after: &C| Move::Silence(at, fate, after.clone());
                moves.push(silent(Fate::Lost, &world.counterparties));
                moves.extend(answers.iter().map(|said| silent(Fate::Unheard, &said.after)));
            }
        }
        for (stream, said) in world.counterparties.notices() {
            let news = What::Notice { stream, news: said.payload.clone() };
            moves.push(Move::Notice(news, said.clone()));
            if self.faults > 0 {
                moves.push(Move::Missed(said));
            }
        }
        let timer = world.shell.runner.next_timer().is_some();
        if timer && (self.faults > 0 || self.rings_for_free(look)) {
            moves.push(Move::Ring);
        }
        if self.faults > 0 {
            moves.extend((0..self.said.len()).map(Move::Again));
            moves.extend(self.crashes());
        }
        if self.acts > 0 {
            moves.extend(look.into_iter().flat_map(|look| self.people(look, allowed)));
        }
        moves
    }

    /// Nobody speaks, and somebody waits for time, and for no person.
    fn rings_for_free(&self, look: Option<&Look>) -> bool {
        let is_parked = look.is_some_and(|look| look.parked.is_some());
        self.is_quiet() && (!is_parked || self.world.time_moves_others())
    }

    /// The process dies while calls are in flight: none of them arrived, or all acted.
    fn crashes(&self) -> Vec<Move<C>> {
        let world = &self.world;
        if world.log().version(&world.process()).0 == 0 {
            return Vec::new();
        }
        let mut crashes = vec![Move::Crash(world.counterparties.clone())];
        let mut acted = vec![world.counterparties.clone()];
        for effect in &world.in_flight {
            let after = |known: &C| known.answers(effect).into_iter().map(|said| said.after);
            acted = acted.iter().flat_map(|known| after(known).collect::<Vec<_>>()).collect();
        }
        if !world.in_flight.is_empty() {
            crashes.extend(acted.into_iter().map(Move::Crash));
        }
        crashes
    }

    fn people(&self, look: &Look, allowed: &Allowed) -> Vec<Move<C>> {
        let world = &self.world;
        let command = |(words, command): &(Arc<str>, Payload)| {
            Move::Person(words.clone(), world.command(command.clone()))
        };
        let mut moves: Vec<Move<C>> = allowed.commands.iter().map(command).collect();
        if !allowed.operators {
            return moves;
        }
        let mut act = |words: &str, action| {
            moves.push(Move::Person(words.into(), world.act(action)));
        };
        let reason: Arc<str> = "explored".into();
        if look.parked.is_some() {
            act("an operator resumes", Action::Resume { reason: reason.clone() });
        }
        if look.can_skip {
            act(
                "an operator skips to the landing",
                Action::SkipToLanding { reason: reason.clone() },
            );
        }
        if look.ending.is_none() || !look.given_up.is_empty() {
            let mut abandon = |words: &str, what| {
                let ends = look.open_ends.iter().map(|end| (end.name.clone(), what));
                let (reason, dispositions) = (reason.clone(), ends.collect());
                act(words, Action::Abandon { reason, dispositions });
            };
            abandon("an operator abandons", Disposition::Manual);
            if !look.open_ends.is_empty() {
                abandon("an operator abandons, and all goes back", Disposition::Refund);
            }
        }
        moves
    }

    /// Where a move leads: once without a crash, and once for each place where it may crash.
    pub(super) fn futures(&self, chosen: Move<C>, look: Option<&Look>) -> Vec<Future<S, C>> {
        let mut next = self.clone();
        let words = self.words(&chosen);
        let ring_is_free = self.rings_for_free(look);
        let fault = match &chosen {
            Move::Request
            | Move::Beside(_)
            | Move::Answer(..)
            | Move::Notice(..)
            | Move::Person(..) => 0,
            Move::Ring if ring_is_free => 0,
            Move::Silence(..) | Move::Missed(_) | Move::Again(_) | Move::Ring | Move::Crash(_) => 1,
        };
        next.faults = next.faults.saturating_sub(fault);
        next.acts = next.acts.saturating_sub(u8::from(matches!(chosen, Move::Person(..))));
        let Some(output) = next.take(chosen) else { return vec![Future { node: next, words }] };
        let mut alive = next.clone();
        alive.world.commit(output.clone());
        let mut futures = vec![Future { node: alive, words: words.clone() }];
        if next.faults > 0 {
            for appended in 0..=output.appends.len() {
                let mut dead = next.clone();
                dead.faults -= 1;
                dead.world.commit_and_crash(output.clone(), appended);
                let words = format!("{words}; the process dies after {appended} appends");
                futures.push(Future { node: dead, words });
            }
        }
        futures
    }

    /// Makes the move; what it leads to is not durable yet. `None`: nothing was decided.
    fn take(&mut self, chosen: Move<C>) -> Option<Output> {
        let world = &mut self.world;
        let (words, what) = match chosen {
            Move::Request => ("request".into(), world.request()),
            Move::Beside(nth) => return Some(world.decide_beside(nth)),
            Move::Answer(at, said) => {
                let effect = world.in_flight.remove(at);
                let words = said.words();
                world.counterparties = said.after;
                (words, World::<S, C>::answered(effect, said.payload))
            }
            Move::Silence(at, _, after) => {
                let effect = world.in_flight.remove(at);
                let silence = world.counterparties.silence(&effect);
                world.counterparties = after;
                return Some(world.decide(World::<S, C>::answered(effect, silence)));
            }
            Move::Notice(what, said) => {
                let words = said.words();
                world.counterparties = said.after;
                (words, what)
            }
            Move::Missed(said) => {
                world.counterparties = said.after;
                return None;
            }
            Move::Again(at) => return Some(world.decide(self.said[at].1.clone())),
            Move::Ring => return world.decide_to_ring(),
            Move::Crash(after) => {
                world.counterparties = after;
                world.crash();
                return None;
            }
            Move::Person(_, what) => return Some(world.decide(what)),
        };
        if self.said.iter().all(|(known, _)| *known != words) {
            self.said.push((words, what.clone()));
        }
        Some(self.world.decide(what))
    }

    fn words(&self, chosen: &Move<C>) -> String {
        let call = |at: &usize| format!("{:?}", self.world.in_flight[*at]);
        match chosen {
            Move::Request => "the request comes".to_owned(),
            Move::Beside(nth) => format!("the request for {} comes", self.world.others[*nth].id),
            Move::Answer(at, said) => format!("{}: {said:?}", call(at)),
            Move::Silence(at, fate, _) => format!("{}: {fate:?}", call(at)),
            Move::Notice(_, said) => format!("unasked: {said:?}"),
            Move::Missed(said) => format!("unasked, and lost: {said:?}"),
            Move::Again(at) => format!("again: {}", self.said[*at].0),
            Move::Ring => "a timer rings".to_owned(),
            Move::Crash(_) => "the process dies with calls in flight".to_owned(),
            Move::Person(words, _) => words.to_string(),
        }
    }

    /// Points that are the same in every respect have the same key: also in what is outstanding, of
    /// whichever saga.
    pub(super) fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let world = &self.world;
        let runner = &world.shell.runner;
        world.log().hash(&mut hasher);
        world.counterparties.hash(&mut hasher);
        beside::lanes::<S>(runner, &world.id().transaction).hash(&mut hasher);
        let awaited = |effect: &Effect| {
            let ours = effect.saga == *world.id() && beside::awaits::<S>(runner, effect);
            ours || world.others.iter().any(|other| other.awaits(runner, effect))
        };
        let calls = world.in_flight.iter().map(|it| (format!("{it:?}"), awaited(it)));
        let mut calls: Vec<_> = calls.collect();
        calls.sort();
        let mut said: Vec<&Arc<str>> = self.said.iter().map(|(words, _)| words).collect();
        said.sort();
        (calls, said).hash(&mut hasher);
        (world.shell.now, runner.next_timer(), self.faults, self.acts).hash(&mut hasher);
        for other in &world.others {
            (other.is_replied, runner.timer_of(&other.id), other.lanes(runner)).hash(&mut hasher);
        }
        (self.is_asked(), &world.shell.broken).hash(&mut hasher);
        hasher.finish()
    }
}
