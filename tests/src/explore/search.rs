//! Follows every future of a saga within small bounds, breadth first, and checks every point of it.
//!
//! 1. Points that are the same in every respect are followed once. The same bounds always find the
//!    same points.
//! 2. The first point that does not hold is reached by the shortest way there is, which is printed.
//! 3. From every point an end, or a person, can be reached: checked when all points are known. Whoever
//!    paused it is a person.

use super::{
    counterparties::Counterparties,
    moves::{Allowed, Node},
    truths,
    world::World,
};
use fundflow_runtime::{liveness::Wait, look::Look, port::Payload, saga::Saga};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt,
    sync::Arc,
};

/// Something that must hold at every point, and its name.
pub type Truth<S, C> = (&'static str, fn(&World<S, C>) -> Result<(), String>);

/// Result of an exploration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explored {
    /// Points that differ from each other.
    pub states: usize,
    /// Ways from one to the next.
    pub moves: usize,
    /// How it came to rest, and in how many points.
    pub rests: BTreeMap<String, usize>,
}

impl Explored {
    /// How it came to rest, in the order of the alphabet.
    pub fn endings(&self) -> Vec<&str> {
        self.rests.keys().map(String::as_str).collect()
    }
}

/// A point that does not hold, and the shortest way to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// What does not hold there.
    pub what: String,
    /// Move by move.
    pub path: Vec<String>,
    /// Everything that was stored or sent on the way.
    pub transcript: Vec<Arc<str>>,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}, after these moves:", self.what)?;
        for (at, step) in (1..).zip(&self.path) {
            writeln!(out, "  {at}. {step}")?;
        }
        write!(out, "stored and sent: {}", self.transcript.join(", "))
    }
}

// A test that unwraps prints this.
impl fmt::Debug for Counterexample {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// An exploration that is still being described.
pub struct Explorer<S: Saga, C: Counterparties> {
    world: World<S, C>,
    faults: u8,
    acts: u8,
    states: usize,
    allowed: Allowed,
    lasting: Vec<S::Fact>,
    truths: Vec<Truth<S, C>>,
}

impl<S: Saga, C: Counterparties> Explorer<S, C> {
    /// From that world, with one fault, nobody acting, and at most a million points.
    pub fn new(world: World<S, C>) -> Self {
        Self {
            world,
            faults: 1,
            acts: 0,
            states: 1_000_000,
            allowed: Allowed::default(),
            lasting: Vec::new(),
            truths: Vec::new(),
        }
    }

    /// At most so many faults in one future.
    #[must_use]
    pub const fn faults(mut self, faults: u8) -> Self {
        self.faults = faults;
        self
    }

    /// At most so many commands and operators' acts in one future.
    #[must_use]
    pub const fn acts(mut self, acts: u8) -> Self {
        self.acts = acts;
        self
    }

    /// At most so many points; more are a counterexample that says so.
    #[must_use]
    pub const fn states(mut self, states: usize) -> Self {
        self.states = states;
        self
    }

    /// The caller may ask that of the running saga, at any point.
    #[must_use]
    pub fn command(mut self, command: S::Command) -> Self {
        let words = format!("the caller asks: {command:?}");
        self.allowed.commands.push((words.into(), Arc::new(command) as Payload));
        self
    }

    /// Operators resume, skip and abandon wherever they may.
    #[must_use]
    pub const fn operators(mut self) -> Self {
        self.allowed.operators = true;
        self
    }

    /// Facts that, once they hold, hold for ever.
    #[must_use]
    pub fn lasting(mut self, facts: impl IntoIterator<Item = S::Fact>) -> Self {
        self.lasting.extend(facts);
        self
    }

    /// What else must hold at every point.
    #[must_use]
    pub fn truths(mut self, truths: impl IntoIterator<Item = Truth<S, C>>) -> Self {
        self.truths.extend(truths);
        self
    }

    /// Follows every future.
    ///
    /// # Errors
    /// The first point at which something does not hold.
    pub fn run(self) -> Result<Explored, Box<Counterexample>> {
        let world = self.world.clone();
        let mut search = Search {
            bounds: self,
            paths: Vec::new(),
            seen: HashMap::new(),
            open: VecDeque::new(),
            explored: Explored::default(),
        };
        let start = Node::start(world, search.bounds.faults, search.bounds.acts);
        search.reach(start, None);
        while let Some((id, node)) = search.open.pop_front() {
            let trail = Trail { paths: &search.paths, id };
            let followed = search.bounds.follow(&node);
            let followed =
                followed.map_err(|what| Box::new(search.counterexample(id, what, &node)))?;
            drop(trail);
            search.note(id, &node, followed)?;
        }
        search.every_point_can_end()?;
        Ok(search.explored)
    }

    /// Checks a point and makes every move from it.
    fn follow(&self, node: &Node<S, C>) -> Result<Followed<S, C>, String> {
        let world = &node.world;
        truths::always(world)?;
        for (name, truth) in &self.truths {
            truth(world).map_err(|what| format!("{name}: {what}"))?;
        }
        let look = world.glance().ok();
        let rest = rest(node, look.as_ref());
        if rest.is_some() && look.as_ref().is_some_and(|look| look.finished) {
            truths::forgotten(world)?;
        }
        let held: Vec<S::Fact> =
            self.lasting.iter().copied().filter(|fact| world.holds(*fact)).collect();
        let mut futures = Vec::new();
        for chosen in node.moves(look.as_ref(), &self.allowed) {
            for future in node.futures(chosen, look.as_ref()) {
                let lost = held.iter().find(|fact| !future.node.world.holds(**fact));
                if let Some(fact) = lost {
                    return Err(format!("{fact:?} does not hold any more once {}", future.words));
                }
                futures.push((future.node, future.words));
            }
        }
        let mut looks = world.looks_beside()?;
        // Whoever was refused is over, too.
        let is_answered = look.is_some() || node.is_asked();
        looks.extend(look);
        let rests = |it: &Look| it.finished || it.parked.is_some() || is_paused(it);
        let good = is_answered && looks.iter().all(rests);
        Ok(Followed { futures, rest, good })
    }
}

struct Followed<S: Saga, C> {
    futures: Vec<(Node<S, C>, String)>,
    rest: Option<String>,
    /// It is over, or a person looks, or whoever asked for it has paused it.
    good: bool,
}

fn is_paused(look: &Look) -> bool {
    !look.waits.is_empty() && look.waits.iter().all(|it| matches!(it, Wait::Requester { .. }))
}

/// How it rests, if nothing is under way any more.
fn rest<S: Saga, C: Counterparties>(node: &Node<S, C>, look: Option<&Look>) -> Option<String> {
    let look = look?;
    let timer = node.world.shell.runner.next_timer().is_some() && look.parked.is_none();
    if !node.is_quiet() || timer || !node.is_asked() {
        return None;
    }
    Some(match (&look.parked, look.ending) {
        (Some((row, cause)), _) => format!("parked at {row} ({})", cause.code),
        (None, Some(ending)) => {
            ending.split_once('.').map_or(ending, |(_, ending)| ending).to_owned()
        }
        (None, None) if is_paused(look) => format!("paused at {}", look.stands_at),
        (None, None) => format!("nowhere, at {}", look.stands_at),
    })
}

struct Step {
    words: String,
    before: Option<usize>,
    next: Vec<usize>,
    good: bool,
}

struct Search<S: Saga, C: Counterparties> {
    bounds: Explorer<S, C>,
    paths: Vec<Step>,
    seen: HashMap<u64, usize>,
    open: VecDeque<(usize, Node<S, C>)>,
    explored: Explored,
}

impl<S: Saga, C: Counterparties> Search<S, C> {
    fn reach(&mut self, node: Node<S, C>, from: Option<(usize, String)>) {
        let (key, new) = (node.key(), self.paths.len());
        let id = *self.seen.entry(key).or_insert(new);
        let before = from.as_ref().map(|(before, _)| *before);
        if let Some(before) = before {
            self.paths[before].next.push(id);
            self.explored.moves += 1;
        }
        if id == new {
            let words = from.map(|(_, words)| words).unwrap_or_default();
            self.paths.push(Step { words, before, next: Vec::new(), good: false });
            self.open.push_back((id, node));
            self.explored.states += 1;
        }
    }

    fn note(
        &mut self,
        id: usize,
        node: &Node<S, C>,
        followed: Followed<S, C>,
    ) -> Result<(), Box<Counterexample>> {
        self.paths[id].good = followed.good;
        if let Some(rest) = followed.rest {
            *self.explored.rests.entry(rest).or_default() += 1;
        }
        for (next, words) in followed.futures {
            self.reach(next, Some((id, words)));
        }
        if self.explored.states > self.bounds.states {
            let what = format!("more than {} points", self.bounds.states);
            return Err(Box::new(self.counterexample(id, what, node)));
        }
        Ok(())
    }

    fn counterexample(&self, id: usize, what: String, node: &Node<S, C>) -> Counterexample {
        let transcript = node.world.transcript.clone();
        Counterexample { what, path: path(&self.paths, id), transcript }
    }

    /// Backwards from where it is over or a person looks: who is not met is lost.
    fn every_point_can_end(&self) -> Result<(), Box<Counterexample>> {
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); self.paths.len()];
        for (id, step) in self.paths.iter().enumerate() {
            step.next.iter().for_each(|next| before[*next].push(id));
        }
        let mut met: Vec<bool> = self.paths.iter().map(|step| step.good).collect();
        let mut open: Vec<usize> = (0..met.len()).filter(|id| met[*id]).collect();
        while let Some(id) = open.pop() {
            for earlier in &before[id] {
                if !std::mem::replace(&mut met[*earlier], true) {
                    open.push(*earlier);
                }
            }
        }
        let lost = met.iter().position(|met| !met);
        lost.map_or(Ok(()), |id| {
            let what = "no end can be reached any more".to_owned();
            Err(Box::new(Counterexample { what, path: path(&self.paths, id), transcript: vec![] }))
        })
    }
}

fn path(paths: &[Step], id: usize) -> Vec<String> {
    let mut steps = Vec::new();
    let mut at = Some(id);
    while let Some(id) = at {
        steps.push(paths[id].words.clone());
        at = paths[id].before;
    }
    steps.pop();
    steps.reverse();
    steps
}

/// Says, if something panics, how the point was reached.
struct Trail<'a> {
    paths: &'a [Step],
    id: usize,
}

impl Drop for Trail<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("after:\n  {}", path(self.paths, self.id).join("\n  "));
        }
    }
}
