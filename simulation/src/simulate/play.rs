//! One simulation as it is played: the storm, then the calm, then what is left.

use super::{
    Failed, Faults, Simulated, Simulation,
    dice::Dice,
    stage::{Stage, check_touched, look_at},
};
use crate::{counterparties::Counterparties, shell::Shell};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::{
    message::{Action, Answered, Effect, Output, Reply, SagaId, Ticket, What},
    port::Payload,
};
use std::collections::VecDeque;

/// Batches that are decided and not durable, at most.
const AHEAD: usize = 2;

/// What a failure says of what came before it.
const REMEMBERED: usize = 40;

/// Steps of a storm in which only repeats and faults are left.
const IDLE: usize = 30;

/// In milliseconds, how far a clock jumps at most.
const JUMP: usize = 2 * 86_400_000;

/// A request, and whether its caller has a reply.
struct Asking {
    saga: SagaId,
    what: What,
    is_replied: bool,
    is_placed: bool,
}

pub(super) struct Play<'a, C> {
    simulation: &'a Simulation<C>,
    shell: Shell,
    counterparties: C,
    dice: Dice,
    faults: Faults,
    seed: u64,
    asking: Vec<Asking>,
    inputs: Vec<What>,
    in_flight: Vec<Effect>,
    /// Said before, and may be said again.
    said: Vec<What>,
    /// Decided, and not durable.
    ahead: VecDeque<Output>,
    found: Simulated,
    last: VecDeque<String>,
}

impl<'a, C: Counterparties> Play<'a, C> {
    pub(super) fn new(simulation: &'a Simulation<C>, shell: Shell, seed: u64) -> Self {
        let asking = |(saga, what): &(SagaId, What)| Asking {
            saga: saga.clone(),
            what: what.clone(),
            is_replied: false,
            is_placed: false,
        };
        Self {
            simulation,
            shell,
            counterparties: simulation.counterparties.clone(),
            dice: Dice::new(seed),
            faults: simulation.faults,
            seed,
            asking: simulation.requests.iter().map(asking).collect(),
            inputs: simulation.inputs.clone(),
            in_flight: Vec::new(),
            said: Vec::new(),
            ahead: VecDeque::new(),
            found: Simulated::default(),
            last: VecDeque::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<Simulated, Box<Failed>> {
        self.counterparties.notes(self.shell.now);
        let result = self.storm().and_then(|()| self.calm()).and_then(|()| self.end());
        let events = self.shell.log.len();
        match result {
            Ok(()) => Ok(Simulated { events, ..self.found }),
            Err(what) => {
                let (seed, step) = (self.seed, self.found.steps);
                Err(Box::new(Failed { seed, step, what, last: self.last.into() }))
            }
        }
    }

    fn storm(&mut self) -> Result<(), String> {
        let steps = 60 * (self.asking.len() + self.inputs.len() + 1);
        let mut idle = 0;
        for _ in 0..steps {
            self.step()?;
            idle = if self.is_busy() { 0 } else { idle + 1 };
            if idle > IDLE {
                break;
            }
        }
        Ok(())
    }

    /// Nothing goes wrong any more, and whoever is parked is let go on, or asks slowly without an operator.
    fn calm(&mut self) -> Result<(), String> {
        self.faults = Faults::NONE;
        self.said.clear();
        let rounds = if self.simulation.has_operator { 20 } else { 20 * (1 + self.asking.len()) };
        for _ in 0..rounds {
            self.come_to_rest()?;
            let parked = self.parked();
            if parked.is_empty() {
                return Ok(());
            }
            if !self.simulation.has_operator {
                self.ring()?;
                self.drain()?;
                continue;
            }
            for saga in parked {
                let action = Action::Resume { reason: "everybody has spoken".into() };
                self.decide(0, What::Act { saga, action, operator: "chen".into() })?;
                self.drain()?;
            }
        }
        self.come_to_rest()
    }

    fn come_to_rest(&mut self) -> Result<(), String> {
        let steps = 200 * (self.asking.len() + 1);
        for _ in 0..steps {
            if !self.is_busy() {
                return Ok(());
            }
            self.step()?;
        }
        Err(format!("it does not come to rest within {steps} steps"))
    }

    /// Whether anybody but a person can do anything. What is parked asks slowly, for ever.
    fn is_busy(&self) -> bool {
        let unasked = self.asking.iter().any(|asking| !asking.is_replied);
        let timers = self.shell.runner.next_timer().is_some()
            && self.shell.runner.open() > self.parked().len();
        unasked
            || !self.ahead.is_empty()
            || !self.in_flight.is_empty()
            || !self.inputs.is_empty()
            || !self.counterparties.notices().is_empty()
            || timers
    }

    fn parked(&self) -> Vec<SagaId> {
        use fundflow_runtime::message::Rest;
        let runner = &self.shell.runner;
        let parked = |saga: &&SagaId| matches!(runner.rest_of(saga), Some(Rest::Parked(_)));
        let mut parked: Vec<SagaId> = runner.sagas().filter(parked).cloned().collect();
        parked.sort();
        parked
    }

    fn step(&mut self) -> Result<(), String> {
        self.found.steps += 1;
        if self.strikes("crash", self.faults.crash) {
            return self.crash();
        }
        if self.strikes("jump", self.faults.jump) {
            let millis = i64::try_from(self.dice.below(JUMP)).unwrap_or_default();
            self.shell.now = self.shell.now.plus_millis(millis);
            self.counterparties.notes(self.shell.now);
        }
        match self.dice.below(10) {
            0 | 1 => self.ask(),
            2..=4 => self.answer(),
            5 => self.news(),
            6 => self.repeat(),
            7 => self.ring(),
            8 => self.odd_input(),
            _ => self.drain_one(),
        }
    }

    fn strikes(&mut self, name: &'static str, chance: u16) -> bool {
        let strikes = self.dice.per_mille(chance);
        if strikes {
            *self.found.faults.entry(name).or_default() += 1;
            self.note(format!("fault: {name}"));
        }
        strikes
    }

    fn note(&mut self, line: String) {
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    fn ask(&mut self) -> Result<(), String> {
        let open: Vec<usize> =
            (0..self.asking.len()).filter(|at| !self.asking[*at].is_replied).collect();
        let again = self.strikes("again", self.faults.again);
        let at = match open.is_empty() {
            true if again && !self.asking.is_empty() => self.dice.below(self.asking.len()),
            true => return Ok(()),
            false => open[self.dice.below(open.len())],
        };
        let what = self.asking[at].what.clone();
        self.decide(Ticket::try_from(at + 1).unwrap_or_default(), what)
    }

    fn answer(&mut self) -> Result<(), String> {
        let Some(effect) = self.dice.take(&mut self.in_flight) else { return Ok(()) };
        let lost = self.strikes("lost", self.faults.lost);
        let mut ways = if lost { Vec::new() } else { self.counterparties.answers(&effect) };
        let Some(said) = self.dice.take(&mut ways) else {
            let silence = self.counterparties.silence(&effect);
            return self.hear(effect, silence, false);
        };
        self.counterparties = said.after;
        if self.strikes("unheard", self.faults.unheard) {
            let silence = self.counterparties.silence(&effect);
            return self.hear(effect, silence, false);
        }
        self.note(format!("{effect:?}: {:?}", said.said));
        self.hear(effect, said.payload, true)
    }

    fn hear(&mut self, effect: Effect, answer: Payload, is_news: bool) -> Result<(), String> {
        let what = What::Answer(Box::new(Answered { effect, answer }));
        if is_news {
            self.said.push(what.clone());
        }
        self.decide(0, what)
    }

    fn news(&mut self) -> Result<(), String> {
        let mut notices = self.counterparties.notices();
        let Some((stream, said)) = self.dice.take(&mut notices) else { return Ok(()) };
        self.counterparties = said.after;
        if self.strikes("missed", self.faults.missed) {
            return Ok(());
        }
        self.note(format!("unasked about {stream}: {:?}", said.said));
        let what = What::Notice { stream, news: said.payload };
        self.said.push(what.clone());
        self.decide(0, what)
    }

    fn repeat(&mut self) -> Result<(), String> {
        if self.said.is_empty() || !self.strikes("again", self.faults.again) {
            return Ok(());
        }
        let what = self.said[self.dice.below(self.said.len())].clone();
        self.decide(0, what)
    }

    /// Time passes only when nobody has anything else to say, or the clock jumps.
    fn ring(&mut self) -> Result<(), String> {
        let quiet = self.in_flight.is_empty() && self.ahead.is_empty();
        let due = self.shell.runner.next_timer().is_some_and(|due| due <= self.shell.now);
        if !quiet && !due {
            return Ok(());
        }
        let Some(output) = self.shell.decide_to_ring() else { return Ok(()) };
        self.counterparties.notes(self.shell.now);
        self.note("a timer rings".to_owned());
        self.queue(output)
    }

    fn odd_input(&mut self) -> Result<(), String> {
        let Some(what) = self.dice.take(&mut self.inputs) else { return Ok(()) };
        self.decide(0, what)
    }

    fn decide(&mut self, ticket: Ticket, what: What) -> Result<(), String> {
        self.note(format!("{what:?}"));
        let output = self.shell.decide(ticket, what);
        self.queue(output)
    }

    fn queue(&mut self, output: Output) -> Result<(), String> {
        if let Some(broken) = self.shell.broken.take() {
            return Err(broken);
        }
        if !output.is_empty() {
            self.ahead.push_back(output);
        }
        while self.ahead.len() > AHEAD {
            self.drain_one()?;
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<(), String> {
        while !self.ahead.is_empty() {
            self.drain_one()?;
        }
        Ok(())
    }

    /// The oldest batch becomes durable, or is refused with all that was decided on it.
    fn drain_one(&mut self) -> Result<(), String> {
        let Some(output) = self.ahead.pop_front() else { return Ok(()) };
        if !output.appends.is_empty() && self.strikes("refused", self.faults.refused) {
            self.ahead.clear();
            let output = self.shell.clear();
            return self.commit(output);
        }
        self.commit(output)
    }

    fn commit(&mut self, output: Output) -> Result<(), String> {
        let from = self.shell.log.len();
        let touched: Vec<StreamName> =
            output.appends.iter().map(|append| append.stream.clone()).collect();
        for append in output.appends {
            for event in &append.events {
                self.note(format!("stored: {} {}", append.stream, event.event_type));
            }
            self.shell.log.append(append)?;
        }
        self.in_flight.extend(output.effects);
        for (ticket, reply) in output.replies {
            self.replied(ticket, &reply)?;
        }
        self.shell.runner.settle(output.batch, &output.finished, &output.released);
        check_touched(&self.simulation.kinds, self.simulation.excuse, &self.shell.log, from)?;
        self.ask_truths(&touched, false)
    }

    fn replied(&mut self, ticket: Ticket, reply: &Reply) -> Result<(), String> {
        let at = usize::try_from(ticket).unwrap_or_default();
        let Some(asking) = at.checked_sub(1).and_then(|at| self.asking.get_mut(at)) else {
            return Ok(());
        };
        match reply {
            Reply::Placed { .. } => (asking.is_replied, asking.is_placed) = (true, true),
            Reply::Refused(..) if asking.is_placed => {
                return Err(format!("{} was placed, and its repeat is refused", asking.saga));
            }
            Reply::Refused(..) => {
                asking.is_replied = true;
                self.found.refused += 1;
            }
            other => return Err(format!("a request was replied to with {other:?}")),
        }
        Ok(())
    }

    fn ask_truths(&self, touched: &[StreamName], is_over: bool) -> Result<(), String> {
        let (log, counterparties) = (&self.shell.log, &self.counterparties);
        let stage = Stage { log, counterparties, touched, is_over };
        let asked = self.simulation.truths.iter();
        let mut asked =
            asked.map(|(name, truth)| truth(&stage).map_err(|it| format!("{name}: {it}")));
        asked.find_map(Result::err).map_or(Ok(()), Err)
    }

    /// The process dies: the first batch may be durable in part, the calls are never answered.
    fn crash(&mut self) -> Result<(), String> {
        if let Some(output) = self.ahead.pop_front() {
            let durable = self.dice.below(output.appends.len() + 1);
            for append in output.appends.into_iter().take(durable) {
                self.note(format!("stored: {}", append.stream));
                self.shell.log.append(append)?;
            }
        }
        self.ahead.clear();
        self.in_flight.clear();
        let output = self.shell.restart();
        self.commit(output)
    }

    /// Everything must have come to its end.
    fn end(&mut self) -> Result<(), String> {
        let streams: Vec<StreamName> = self.shell.log.streams().cloned().collect();
        for (kind, transaction) in self.shell.log.sagas().collect::<Vec<_>>() {
            let known = self.simulation.kinds.iter().find(|it| it.name() == &*kind);
            let Some(known) = known else { continue };
            let look = look_at(known.as_ref(), &self.shell.log, &transaction);
            let look = look.map_err(|error| error.to_string())?;
            match (look.ending, look.parked) {
                (_, Some((row, cause))) => {
                    *self.found.parked.entry(format!("{row} ({})", cause.code)).or_default() += 1;
                }
                (Some(ending), None) if look.finished => {
                    *self.found.endings.entry(ending).or_default() += 1;
                }
                _ => return Err(format!("{kind} {transaction} rests at {}", look.stands_at)),
            }
        }
        if self.found.parked.is_empty() && self.shell.runner.open() > 0 {
            let left: Vec<&SagaId> = self.shell.runner.sagas().collect();
            return Err(format!("all are over, and in memory there are still {left:?}"));
        }
        self.ask_truths(&streams, true)
    }
}
