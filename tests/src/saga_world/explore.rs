//! Follows every future of a purchase within small bounds, and checks every point of it.
//!
//! Free are the order in which answers and records arrive, and when the registrar runs its batch.
//! Each of these costs one of the allowed faults: an answer that is lost (the call acted or never
//! arrived), an answer that is repeated, a record that is lost, a timer that rings while others
//! speak, a crash after any append of a batch or between the appends and the effects, and a crash
//! while calls are in flight (which acted, or never arrived). Points that are the same in every
//! respect are followed once. The same bounds always find the same points.

use super::{Fate, World, name_of, truths};
use fundflow_application::counterparty::{ApplicationAnswer, ChargeAnswer, RefundAnswer};
use fundflow_sagas::runner::{Answer, Input, Lane, Reply, Saga};
use std::{
    collections::{BTreeMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explored {
    /// Different points.
    pub states: usize,
    /// Ways from one to the next.
    pub moves: usize,
    /// How it came to rest, and in how many points.
    pub rests: BTreeMap<String, usize>,
}

#[derive(Debug, Clone)]
struct News {
    text: Rc<str>,
    answer: Answer,
}

#[derive(Debug, Clone)]
struct Node {
    world: World,
    /// On their way, not asked for.
    news: Vec<News>,
    /// Told before; may be told again.
    told: Vec<News>,
    faults: u8,
    path: Option<Rc<Path>>,
}

#[derive(Debug)]
struct Path {
    step: String,
    before: Option<Rc<Path>>,
}

#[derive(Debug, Clone, Copy)]
enum Move {
    Request,
    Answer(usize, Fate),
    Deliver(usize),
    Drop(usize),
    Repeat(usize),
    Batch,
    Ring,
    Crash { acted: bool },
}

/// Follows every future of the world with at most so many faults in each.
///
/// # Panics
/// At the first point where something does not hold, with the way that leads there.
pub fn explore(world: World, faults: u8) -> Explored {
    let mut explored = Explored::default();
    let mut seen = HashSet::new();
    let start = Node { world, news: vec![], told: vec![], faults, path: None };
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        if !seen.insert(node.key()) {
            continue;
        }
        explored.states += 1;
        let shown = Trail::of(&node);
        node.check(&mut explored);
        drop(shown);
        for chosen in node.moves() {
            for next in node.futures(chosen) {
                explored.moves += 1;
                open.push(next);
            }
        }
    }
    explored
}

impl Node {
    fn moves(&self) -> Vec<Move> {
        let mut moves = Vec::new();
        let calls = 0..self.world.in_flight.len();
        let news = 0..self.news.len();
        let batch = self.world.registrar.has_work();
        let quiet = calls.is_empty() && news.is_empty() && !batch;
        let timer = self.world.runner.next_timer().is_some();
        if self.world.replies.is_empty() {
            moves.push(Move::Request);
        }
        moves.extend(calls.clone().map(|at| Move::Answer(at, Fate::Told)));
        moves.extend(news.clone().map(Move::Deliver));
        moves.extend(batch.then_some(Move::Batch));
        let placed = self.world.log.purchase.version.0 > 0;
        if quiet && timer && !self.world.is_parked() {
            moves.push(Move::Ring);
        }
        if self.faults == 0 {
            return moves;
        }
        for at in calls.clone() {
            moves.extend([Move::Answer(at, Fate::Unheard), Move::Answer(at, Fate::Lost)]);
        }
        // A day file is not lost; a record of the registrar can be asked for.
        let record = |at: &usize| matches!(self.news[*at].answer, Answer::Application(..));
        moves.extend(news.filter(record).map(Move::Drop));
        moves.extend((0..self.told.len()).map(Move::Repeat));
        moves.extend((!quiet && timer).then_some(Move::Ring));
        moves.extend(placed.then_some(Move::Crash { acted: false }));
        moves.extend((!calls.is_empty()).then_some(Move::Crash { acted: true }));
        moves
    }

    fn cost(&self, chosen: Move) -> u8 {
        let world = &self.world;
        let quiet =
            world.in_flight.is_empty() && self.news.is_empty() && !world.registrar.has_work();
        match chosen {
            Move::Request | Move::Deliver(_) | Move::Batch | Move::Answer(_, Fate::Told) => 0,
            Move::Ring if quiet => 0,
            Move::Ring
            | Move::Answer(_, Fate::Unheard | Fate::Lost)
            | Move::Drop(_)
            | Move::Repeat(_)
            | Move::Crash { .. } => 1,
        }
    }

    /// Where a move leads: once without a crash, and once for each place where it may crash.
    fn futures(&self, chosen: Move) -> Vec<Node> {
        let mut next = self.clone();
        next.faults -= self.cost(chosen);
        next.path = Some(Rc::new(Path { step: self.words(chosen), before: self.path.clone() }));
        let shown = Trail::of(&next);
        let futures = next.clone().take(chosen);
        drop(shown);
        for future in &futures {
            let _shown = Trail::of(future);
            expect(truths::not_contradicted(&self.world, &future.world));
        }
        futures
    }

    fn take(mut self, chosen: Move) -> Vec<Node> {
        let (input, redelivered) = match chosen {
            Move::Request => (self.world.request_input(), None),
            Move::Answer(at, fate) => {
                let (input, news) = self.world.answer(at, fate);
                let news: Vec<News> = news.into_iter().map(News::of).collect();
                self.news.extend(news.iter().cloned());
                self.remember(&input);
                (input, None)
            }
            Move::Deliver(at) => {
                let news = self.news.remove(at);
                let input = self.world.notice(news.answer.clone());
                self.remember(&input);
                (input, Some(news))
            }
            Move::Repeat(at) => (self.world.notice(self.told[at].answer.clone()), None),
            Move::Drop(at) => {
                self.news.remove(at);
                return vec![self];
            }
            Move::Batch => {
                self.news.extend(self.world.batch().into_iter().map(News::of));
                return vec![self];
            }
            Move::Ring => {
                self.world.ring();
                return vec![self];
            }
            Move::Crash { acted } => return vec![self.crashed(acted)],
        };
        self.with_crashes(input, redelivered.as_ref())
    }

    fn with_crashes(self, input: Input, redelivered: Option<&News>) -> Vec<Node> {
        let mut futures = Vec::new();
        if self.faults > 0 {
            let transaction = self.world.transaction().clone();
            for appended in 0..=self.world.appends_of(copy(&input)) {
                let mut dead = self.clone();
                dead.faults -= 1;
                let step = format!("… crash after {appended} appends of {transaction}");
                dead.path = Some(Rc::new(Path { step, before: self.path.clone() }));
                let _shown = Trail::of(&dead);
                dead.world.handle_and_crash(copy(&input), appended);
                dead.news.extend(redelivered.cloned());
                futures.push(dead);
            }
        }
        let mut alive = self;
        alive.world.handle(input);
        futures.push(alive);
        futures
    }

    fn crashed(mut self, acted: bool) -> Node {
        if acted {
            for effect in self.world.in_flight.clone() {
                let (_, news) = self.world.act_on(&effect);
                self.news.extend(news.into_iter().map(News::of));
            }
        }
        self.world.crash();
        self
    }

    /// What is certain may be said again later.
    fn remember(&mut self, input: &Input) {
        let Input::Heard { answer, .. } = input else { return };
        if is_certain(answer) {
            let news = News::of(answer.clone());
            if self.told.iter().all(|told| told.text != news.text) {
                self.told.push(news);
            }
        }
    }

    fn check(&self, explored: &mut Explored) {
        expect(truths::always(&self.world));
        expect(truths::not_stranded(&self.world));
        for reply in &self.world.replies {
            let Reply::Placed { admitted, .. } = reply else { panic!("refused: {reply:?}") };
            let known = self.world.log.purchase.state.known().map(|open| &open.admitted);
            assert_eq!(Some(admitted), known, "what was promised is what is stored");
        }
        let quiet = self.world.in_flight.is_empty() && self.news.is_empty();
        let timer = self.world.runner.next_timer().is_some() && !self.world.is_parked();
        if quiet && !timer && !self.world.registrar.has_work() && !self.world.replies.is_empty() {
            expect(truths::at_rest(&self.world));
            *explored.rests.entry(rest(&self.world)).or_default() += 1;
        }
    }

    fn words(&self, chosen: Move) -> String {
        match chosen {
            Move::Answer(at, fate) => format!("{fate:?}: {}", name_of(&self.world.in_flight[at])),
            Move::Deliver(at) => format!("delivered: {}", self.news[at].text),
            Move::Drop(at) => format!("dropped: {}", self.news[at].text),
            Move::Repeat(at) => format!("repeated: {}", self.told[at].text),
            other => format!("{other:?}"),
        }
    }

    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let world = &self.world;
        world.log.chains().map(|chain| chain.0).hash(&mut hasher);
        let lane = |lane: Lane| match lane {
            Lane::Idle => (0, None),
            Lane::InFlight => (1, None),
            Lane::Waiting(due) => (2, Some(due)),
            Lane::Due => (3, None),
        };
        let of = |saga: &Saga| (lane(saga.lane()), lane(saga.refund_lane()), saga.is_uncertain());
        world.saga().map(of).hash(&mut hasher);
        world.channel.hash(&mut hasher);
        world.registrar.standings().hash(&mut hasher);
        (world.now, world.runner.next_timer(), self.faults).hash(&mut hasher);
        world.replies.is_empty().hash(&mut hasher);
        let mut lists = [
            world.in_flight.iter().map(name_of).collect::<Vec<_>>(),
            self.news.iter().map(|news| news.text.to_string()).collect(),
            self.told.iter().map(|news| news.text.to_string()).collect(),
        ];
        for list in &mut lists {
            list.sort();
        }
        lists.hash(&mut hasher);
        hasher.finish()
    }
}

fn rest(world: &World) -> String {
    match (world.ending(), world.parked_at()) {
        (_, Some((row, code))) => format!("parked at {row} ({code})"),
        (Some(ending), None) => ending.name().to_owned(),
        (None, None) => "nowhere".to_owned(),
    }
}

impl News {
    fn of(answer: Answer) -> Self {
        let text = match &answer {
            Answer::Charge(ChargeAnswer::Paid(payment)) => format!("paid {}", payment.serial),
            Answer::Charge(_) => "declined".to_owned(),
            Answer::Refund(no, _) => format!("refunded {no}"),
            Answer::Application(leg, ApplicationAnswer::Accepted(_)) => format!("{leg:?} accepted"),
            Answer::Application(leg, ApplicationAnswer::Rejected(_)) => format!("{leg:?} rejected"),
            Answer::Application(leg, _) => format!("{leg:?} confirmed"),
        };
        Self { text: text.into(), answer }
    }
}

fn is_certain(answer: &Answer) -> bool {
    match answer {
        Answer::Charge(answer) => {
            matches!(answer, ChargeAnswer::Paid(_) | ChargeAnswer::Declined(_))
        }
        Answer::Refund(_, answer) => matches!(answer, RefundAnswer::Refunded(_)),
        Answer::Application(_, answer) => {
            !matches!(answer, ApplicationAnswer::NotFound | ApplicationAnswer::Unknown(_))
        }
    }
}

fn copy(input: &Input) -> Input {
    match input {
        Input::Place { ticket, transaction, request, admission, trace_parent } => Input::Place {
            ticket: *ticket,
            transaction: transaction.clone(),
            request: request.clone(),
            admission: admission.clone(),
            trace_parent: trace_parent.clone(),
        },
        Input::Heard { transaction, answer, asked } => {
            Input::Heard { transaction: transaction.clone(), answer: answer.clone(), asked: *asked }
        }
        Input::Act { ticket, transaction, action, operator } => Input::Act {
            ticket: *ticket,
            transaction: transaction.clone(),
            action: action.clone(),
            operator: operator.clone(),
        },
    }
}

#[track_caller]
fn expect(holds: Result<(), String>) {
    if let Err(what) = holds {
        panic!("{what}");
    }
}

/// Says, if a check fails, how the point was reached.
struct Trail(Option<Rc<Path>>, String);

impl Trail {
    fn of(node: &Node) -> Self {
        Self(node.path.clone(), node.world.place())
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let mut steps = Vec::new();
        let mut path = self.0.as_ref();
        while let Some(step) = path {
            steps.push(step.step.as_str());
            path = step.before.as_ref();
        }
        steps.reverse();
        println!("at {:?} after:\n  {}", self.1, steps.join("\n  "));
    }
}
