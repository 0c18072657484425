//! One purchase, the shipped saga runner and a scripted world around it, in virtual time.
//!
//! The world does what the engine's shell does, in its order: load what is needed, handle, append,
//! and only then let effects and replies out. It can be cloned at any point, so that a test can
//! follow every future ([`explore`]); it can drop the runner after any append ([`World::crash`]);
//! and it can check at any point what must always be true ([`truths`]).

pub mod counterparties;
pub mod explore;
pub mod log;
pub mod truths;

use crate::worlds::{self, calendar, cause, request_time, transaction};
use counterparties::{Channel, Registrar, Script};
use fundflow_application::counterparty::{ApplicationAnswer, ChargeAnswer, RefundAnswer};
use fundflow_domain::{
    discount_purchase::{Ending, Request},
    ids::{Leg, TransactionId, WalletId},
    modes::ConversionMode,
    time::Timestamp,
};
use fundflow_sagas::runner::{
    Action, Answer, Effect, Input, Need, Output, Reply, Runner, Saga, place,
};
use log::Log;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is acted on and answered.
    Told,
    /// It is acted on; the answer is lost.
    Unheard,
    /// It never arrives.
    Lost,
}

/// One purchase and everything around it.
#[derive(Debug, Clone)]
pub struct World {
    /// The shipped one.
    pub runner: Runner,
    /// What is durable.
    pub log: Log,
    /// The fake channel.
    pub channel: Channel,
    /// The fake registrar.
    pub registrar: Registrar,
    /// What the counterparties will do.
    pub script: Script,
    /// Virtual time.
    pub now: Timestamp,
    /// Calls that were sent and not answered.
    pub in_flight: Vec<Effect>,
    /// Everything that was ever sent.
    pub sent: Vec<String>,
    /// Replies that were let out.
    pub replies: Vec<Reply>,
    /// For a person's eyes.
    pub alerts: Vec<String>,
    /// The request.
    pub request: Request,
    transaction: TransactionId,
}

impl World {
    /// The ready-made request in that mode, not yet made.
    pub fn new(mode: ConversionMode, script: Script) -> Self {
        Self::of(worlds::request(mode), script)
    }

    /// Another request.
    pub fn of(request: Request, script: Script) -> Self {
        let transaction = transaction("TX-1");
        let wallet = WalletId { investor: request.investor.clone(), fund: request.wallet_fund };
        Self {
            runner: Runner::new(calendar()),
            log: Log::new(&transaction, &wallet),
            channel: Channel::default(),
            registrar: Registrar::default(),
            script,
            now: request_time(),
            in_flight: Vec::new(),
            sent: Vec::new(),
            replies: Vec::new(),
            alerts: Vec::new(),
            request,
            transaction,
        }
    }

    /// The caller makes its request, for the first time or again.
    pub fn request_input(&self) -> Input {
        self.place_input(self.request.clone())
    }

    /// Somebody makes a request under the same transaction ID.
    pub fn place_input(&self, request: Request) -> Input {
        let admission = Box::new(worlds::admission(&self.request));
        Input::Place {
            ticket: 1,
            transaction: self.transaction.clone(),
            request: Box::new(request),
            admission: Ok(admission),
            trace_parent: None,
        }
    }

    /// A counterparty speaks by itself.
    pub fn notice(&self, answer: Answer) -> Input {
        Input::Heard { transaction: self.transaction.clone(), answer, asked: false }
    }

    /// An operator acts.
    pub fn act(&mut self, action: Action) -> Reply {
        let input = Input::Act {
            ticket: 2,
            transaction: self.transaction.clone(),
            action,
            operator: "chen".into(),
        };
        self.handle(input);
        self.replies.pop().expect("a reply to the operator")
    }

    /// Handles one input as the shell does.
    pub fn handle(&mut self, input: Input) {
        self.decide(input);
        let output = self.runner.take();
        self.commit(output, None);
    }

    /// The same, but the process dies after `appended` appends and nothing is let out.
    pub fn handle_and_crash(&mut self, input: Input, appended: usize) {
        self.decide(input);
        let output = self.runner.take();
        self.commit(output, Some(appended));
    }

    /// How many appends an input leads to.
    pub fn appends_of(&self, input: Input) -> usize {
        let mut other = self.clone();
        other.decide(input);
        other.runner.take().appends.len()
    }

    fn decide(&mut self, input: Input) {
        while let Some(need) = self.runner.needs(&input) {
            self.provide(need);
        }
        self.runner.handle(input, self.now);
    }

    fn provide(&mut self, need: Need) {
        match need {
            Need::Saga(id) => {
                let Log { purchase, buy, convert, .. } = self.log.clone();
                self.runner.provide_saga(id, purchase, buy, convert);
            }
            Need::Wallet(id) => self.runner.provide_wallet(id, self.log.wallet.clone()),
        }
    }

    /// Waits until the next timer and lets it ring; `false` if nothing is waited for.
    pub fn ring(&mut self) -> bool {
        let Some(due) = self.runner.next_timer() else { return false };
        self.now = self.now.max(due);
        self.runner.ring(self.now, usize::MAX);
        let output = self.runner.take();
        self.commit(output, None);
        true
    }

    fn commit(&mut self, output: Output, crash: Option<usize>) {
        let last = crash.unwrap_or(usize::MAX);
        for append in output.appends.into_iter().take(last) {
            self.log.append(append);
        }
        if crash.is_some() {
            return self.crash();
        }
        for (_, effect) in output.effects {
            self.sent.push(name_of(&effect));
            self.in_flight.push(effect);
        }
        self.replies.extend(output.replies.into_iter().map(|(_, reply)| reply));
        self.alerts.extend(output.alerts.into_iter().map(|alert| alert.what));
        for transaction in output.finished {
            self.runner.forget(&transaction);
        }
    }

    /// The process dies and another one starts from what is durable. Nobody will answer the calls
    /// that were in flight.
    pub fn crash(&mut self) {
        self.in_flight.clear();
        self.runner = Runner::new(calendar());
        if self.log.purchase.version.0 > 0 {
            let output = self.restarted();
            self.commit(output, None);
        }
    }

    fn restarted(&mut self) -> Output {
        self.provide(Need::Saga(self.transaction.clone()));
        let wallet = self.saga().and_then(Saga::wallet).expect("a stored purchase has a wallet");
        self.provide(Need::Wallet(wallet));
        self.runner.wake(&self.transaction, self.now);
        self.runner.take()
    }

    /// The call is made; it is acted on and answered as its fate says.
    pub fn answer(&mut self, index: usize, fate: Fate) -> (Input, Vec<Answer>) {
        let effect = self.in_flight.remove(index);
        let (told, news) = match fate {
            Fate::Told | Fate::Unheard => self.act_on(&effect),
            Fate::Lost => (unknown(&effect), vec![]),
        };
        let answer = if fate == Fate::Told { told } else { unknown(&effect) };
        (Input::Heard { transaction: self.transaction.clone(), answer, asked: true }, news)
    }

    /// The counterparty acts on a call. Answers what it says, and news that nobody asked for.
    pub fn act_on(&mut self, effect: &Effect) -> (Answer, Vec<Answer>) {
        let script = self.script;
        match effect {
            Effect::Charge(charge) => {
                let (answer, day_file) = self.channel.charge(script.pay, charge);
                (Answer::Charge(answer), day_file.into_iter().map(Answer::Charge).collect())
            }
            Effect::QueryCharge(no) => (Answer::Charge(self.channel.query(no)), vec![]),
            Effect::Refund(refund) => {
                (Answer::Refund(refund.no.clone(), self.channel.refund(refund)), vec![])
            }
            Effect::Submit(leg, application) => {
                let answer = self.registrar.submit(script, *leg, application);
                (Answer::Application(*leg, answer), vec![])
            }
            Effect::QueryApplication(leg, _) => {
                (Answer::Application(*leg, self.registrar.query(*leg)), vec![])
            }
        }
    }

    /// The registrar processes its batch. Answers the records of its file.
    pub fn batch(&mut self) -> Vec<Answer> {
        let records = self.registrar.batch(self.script);
        records.into_iter().map(|(leg, answer)| Answer::Application(leg, answer)).collect()
    }

    /// Makes the request and lets everything happen as it should, until nothing is waited for.
    ///
    /// # Panics
    /// If it does not come to rest within a thousand steps.
    pub fn run(&mut self) {
        if self.log.purchase.version.0 == 0 {
            self.handle(self.request_input());
        }
        for _ in 0..1000 {
            if !self.in_flight.is_empty() {
                let (input, news) = self.answer(0, Fate::Told);
                self.handle(input);
                for answer in news {
                    self.handle(self.notice(answer));
                }
            } else if self.registrar.has_work() {
                for answer in self.batch() {
                    self.handle(self.notice(answer));
                }
            } else if self.is_parked() || !self.ring() {
                return;
            }
        }
        panic!("the purchase does not come to rest: {:?}", self.sent);
    }

    /// The purchase, if it is in memory.
    pub fn saga(&self) -> Option<&Saga> {
        self.runner.sagas().next().map(|(_, saga)| saga)
    }

    /// Where it stands, by the log.
    pub fn place(&self) -> String {
        let entry = self.log.wallet.state.entry(&self.transaction);
        self.saga().map_or_else(|| "forgotten".to_owned(), |saga| place(saga, entry))
    }

    /// Whether it waits for a person.
    pub fn is_parked(&self) -> bool {
        self.log.purchase.state.known().is_some_and(|open| open.parked.is_some())
    }

    /// Row and reason, while it waits for a person.
    pub fn parked_at(&self) -> Option<(String, String)> {
        let parked = self.log.purchase.state.known()?.parked.as_ref()?;
        Some((parked.0.to_string(), parked.1.code.to_string()))
    }

    /// How it ended.
    pub fn ending(&self) -> Option<Ending> {
        self.log.purchase.state.ending()
    }

    /// Which purchase.
    pub fn transaction(&self) -> &TransactionId {
        &self.transaction
    }
}

/// What nobody knows.
pub fn unknown(effect: &Effect) -> Answer {
    let why = cause("timeout", "no answer");
    match effect {
        Effect::Charge(_) | Effect::QueryCharge(_) => Answer::Charge(ChargeAnswer::Unknown(why)),
        Effect::Refund(refund) => Answer::Refund(refund.no.clone(), RefundAnswer::Unknown(why)),
        Effect::Submit(leg, _) | Effect::QueryApplication(leg, _) => {
            Answer::Application(*leg, ApplicationAnswer::Unknown(why))
        }
    }
}

/// A call, in short: what and under which key.
pub fn name_of(effect: &Effect) -> String {
    let leg_of = |leg: &Leg| match leg {
        Leg::MoneyFund => "mmf",
        Leg::Conversion => "convert",
    };
    match effect {
        Effect::Charge(charge) => format!("charge {}", charge.no),
        Effect::QueryCharge(no) => format!("query {no}"),
        Effect::Refund(refund) => format!("refund {} {}", refund.no, refund.amount),
        Effect::Submit(leg, _) => format!("submit {}", leg_of(leg)),
        Effect::QueryApplication(leg, _) => format!("query {}", leg_of(leg)),
    }
}
