//! A shell around the runner, without faults.

use super::{Answer, Errand, Request, Slate, transaction};
use fundflow_kernel::{
    envelope::Recorded,
    ids::TransactionId,
    store::Position,
    streams::{Key, Need},
    time::Timestamp,
};
use fundflow_runtime::{
    kind::{payload, saga_id},
    message::{Answered, Effect, Input, Output, Rest, What},
    runner::Runner,
    step::Table,
};
use std::sync::Arc;

/// The runner with that table, and what is durable.
pub struct Bench {
    pub runner: Runner,
    pub log: Vec<Recorded>,
    pub now: Timestamp,
    pub last: Output,
}

impl Bench {
    pub fn on(table: &'static Table<Errand>) -> Self {
        let mut runner = Runner::new();
        runner.register(Arc::new(Errand(table)));
        Self { runner, log: Vec::new(), now: Timestamp::default(), last: Output::default() }
    }

    /// Somebody asks for the errand.
    pub fn request(&mut self) {
        self.request_under(&transaction());
    }

    /// Somebody asks for an errand under that transaction.
    pub fn request_under(&mut self, transaction: &TransactionId) {
        self.handle(What::Request {
            saga: saga_id::<Errand>(transaction),
            request: payload(Request { what: "bread".into() }),
            asked: payload(()),
            at: None,
            trace_parent: None,
        });
    }

    /// The call that was sent last is answered.
    pub fn answer(&mut self, answer: Answer) {
        let effect = self.last.effects.last().unwrap().clone();
        self.reply(effect, answer);
    }

    /// Answers the call.
    pub fn reply(&mut self, effect: Effect, answer: Answer) {
        self.handle(What::Answer(Box::new(Answered { effect, answer: payload(answer) })));
    }

    /// News about the slate.
    pub fn tell(&mut self, mark: &'static str) {
        self.say(Answer::Marks(mark));
    }

    /// News about the slate, whatever it is.
    pub fn say(&mut self, answer: Answer) {
        let stream = Key::<Slate>::of(&transaction()).stream().clone();
        self.handle(What::Notice { stream, news: payload(answer) });
    }

    /// Nobody answers, until a person is called.
    pub fn until_parked(&mut self) {
        while !matches!(self.last.rests.last(), Some((_, Rest::Parked(_)))) {
            if self.last.effects.is_empty() {
                self.ring();
            } else {
                self.answer(Answer::Unknown);
            }
        }
    }

    /// An engine that knows nothing but the log.
    pub fn restarted(self, table: &'static Table<Errand>) -> Self {
        let mut bench = Self { log: self.log, now: self.now, ..Self::on(table) };
        let saga = bench.runner.restore("errand", &transaction()).unwrap();
        loop {
            let missing = bench.runner.missing(&saga);
            if missing.is_empty() {
                break;
            }
            for need in &missing {
                bench.provide(need);
            }
        }
        // As an engine does: who is over is forgotten, and nobody else.
        if !bench.runner.dismiss(&saga) {
            bench.runner.wake(&saga, bench.now);
        }
        bench.commit();
        bench
    }

    pub fn handle(&mut self, what: What) {
        let mut input = Input::new(1, what);
        while let Err(wanting) = self.runner.handle(input, self.now) {
            wanting.needs.iter().for_each(|need| self.provide(need));
            input = wanting.input;
        }
        self.commit();
    }

    pub fn ring(&mut self) {
        self.now = self.runner.next_timer().unwrap().max(self.now);
        self.runner.ring(self.now, 9);
        self.feed();
        self.commit();
    }

    /// Reads what stands still for want of it.
    pub fn feed(&mut self) {
        while let Some(needs) = self.runner.starving() {
            for need in &needs {
                self.provide(need);
            }
            self.runner.go_on(self.now);
        }
    }

    pub fn provide(&mut self, need: &Need) {
        let history = self.log.iter().filter(|it| it.stream == *need.stream());
        assert_eq!(self.runner.provide(need, history), None);
    }

    pub fn commit(&mut self) {
        let output = self.runner.take();
        for append in &output.appends {
            for (version, event) in (1..).map(|n| append.expected.plus(n)).zip(&append.events) {
                let position = Position(self.log.len() as u64 + 1);
                let (stream, event) = (append.stream.clone(), event.clone());
                self.log.push(Recorded { position, stream, version, event });
            }
        }
        self.runner.settle(output.batch, &output.finished, &output.released);
        self.last = output;
    }

    /// Event types and marks, in commit order.
    pub fn stored(&self) -> Vec<String> {
        let line = |it: &Recorded| match &*it.event.event_type {
            "slate.marked" => it.event.data.to_string(),
            other => other.to_owned(),
        };
        self.log.iter().map(line).collect()
    }

    /// What was sent with the last batch.
    pub fn sent(&self) -> Vec<String> {
        self.last.effects.iter().map(|effect: &Effect| format!("{effect:?}")).collect()
    }
}
