//! A row of a saga's table, and what a table must look like.
//!
//! Downwards a table is run; upwards it is left. A row that was done is left through its exit:
//! *undo* (new commands reverse it, then the row above) or *landing* (the row stands; the saga may
//! end here). What has nothing to reverse is left by doing nothing. Beside the table stand lanes
//! with work of their own that no row waits for in order: money that goes back, for instance.

use crate::saga::Saga;

/// What a row or an exit brings about.
#[derive(Debug)]
pub enum Sends<S: Saga> {
    /// A command to one of our own aggregates: decided at once.
    Do(S::Do),
    /// A call to a counterparty, under its idempotency key; unknown outcomes are asked about.
    Call(S::Call),
    /// Nothing: the counterparty speaks by itself, and is asked about that call when it does not.
    Await(S::Call),
    /// Nothing: the lanes beside the table bring it about.
    Wait,
}

/// One thing to bring about, and by when.
#[derive(Debug)]
pub struct Deed<S: Saga> {
    /// For people, retries and parking; stored, so never renamed.
    pub name: &'static str,
    /// What brings it about: a command to our own aggregates, or a call; nothing where it is only waited
    /// for.
    pub send: Sends<S>,
    /// Fact by which the row is done.
    pub done: S::Fact,
    /// From when on a counterparty that should speak by itself is asked; at once without.
    pub asks: Option<S::When>,
    /// When waiting ends and a person is called.
    pub parks: Option<S::When>,
}

/// One move of an exit.
#[derive(Debug)]
pub struct Move<S: Saga> {
    /// Deed of the row: command, call or wait.
    pub deed: Deed<S>,
    /// What must never be: then a person decides.
    pub blocked: Option<S::Fact>,
}

/// How to leave a row that was done.
#[derive(Debug)]
pub enum Exit<S: Saga> {
    /// There is nothing to reverse.
    Nothing,
    /// Reverse it by these moves, then leave the row above.
    Undo(&'static [Move<S>]),
    /// It stands: make these moves and the saga is over. Void once the fact holds: then the row
    /// above is left instead.
    Landing(&'static [Move<S>], Option<S::Fact>),
}

/// What becomes of a call that was never made, or that the other side says it never got, once it is
/// late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// It is made all the same, under its key.
    Made,
    /// It is not made any more; the row is refused as an operator would refuse it.
    Refused,
    /// It is not made any more; a person decides.
    Person,
    /// What it hangs on is decided anew, and it is made if that still wants it.
    Anew,
}

/// One row of a table.
#[derive(Debug)]
pub struct Step<S: Saga> {
    /// Deed of the row: command, call or wait.
    pub deed: Deed<S>,
    /// When it will not be done.
    pub rejected: Option<S::Fact>,
    /// How an operator makes `rejected` hold when nobody answers.
    pub refuse: Option<S::Do>,
    /// What becomes of a call that never arrived in time.
    pub late: Late,
    /// From when on it is late; the row's time to park without. A time that never comes makes it never
    /// late.
    pub late_from: Option<S::When>,
    /// What decides anew where it is late.
    pub anew: Option<S::Do>,
    /// Exit on a refusal further down.
    pub exit: Exit<S>,
}

/// A lane beside the table: it works whenever its fact does not hold, also after the end.
#[derive(Debug)]
pub struct Side<S: Saga> {
    /// What is sent until the fact holds.
    pub deed: Deed<S>,
    /// Only once the saga has ended: what the table can no longer do.
    pub only_after_the_end: bool,
    /// Its command goes on, too, while a row of the table waits for a person.
    pub while_parked: bool,
    /// When the lane has nothing to do any more and did not bring about what was wanted: for people.
    pub rejected: Option<S::Fact>,
}

/// A table and the name under which sagas pin it.
#[derive(Debug)]
pub struct Table<S: Saga> {
    /// `{name}.v{n}`; a changed table gets another, and unfinished sagas stay on theirs.
    pub version: &'static str,
    /// The table's name, as people read it.
    pub title: &'static str,
    /// The rows, in the order in which they are brought about.
    pub steps: &'static [Step<S>],
    /// The lanes beside the rows, each on its own.
    pub beside: &'static [Side<S>],
}

// `derive` would ask for `S: Copy`; only the words are copied.
macro_rules! copied {
    ($($name:ident),*) => {$(
        impl<S: Saga> Clone for $name<S> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<S: Saga> Copy for $name<S> {}
    )*};
}
copied!(Sends, Deed, Move, Exit, Step, Side, Table);

/// Whether a table starts on a row that cannot be rejected (nothing above it would close the saga)
/// and closes the saga when it is left, ends on a landing, says of every wait when it ends, and lets
/// an operator refuse every row that a counterparty must answer or that is refused when it is late, and what
/// is decided anew then has a command for it.
pub const fn well_formed<S: Saga>(table: &Table<S>) -> bool {
    let steps = table.steps;
    if steps.is_empty() || steps[0].rejected.is_some() || !matches!(steps[0].exit, Exit::Undo(_)) {
        return false;
    }
    let mut at = 0;
    while at < steps.len() {
        let step = &steps[at];
        let asked = matches!(step.deed.send, Sends::Call(_));
        if asked && (step.rejected.is_none() || step.refuse.is_none()) {
            return false;
        }
        if matches!(step.late, Late::Refused) && step.refuse.is_none() {
            return false;
        }
        if matches!(step.late, Late::Anew) && step.anew.is_none() {
            return false;
        }
        if !bounded(&step.deed) || !all_bounded(&step.exit) {
            return false;
        }
        at += 1;
    }
    matches!(steps[steps.len() - 1].exit, Exit::Landing(_, None))
}

const fn bounded<S: Saga>(deed: &Deed<S>) -> bool {
    match deed.send {
        Sends::Call(_) | Sends::Await(_) => deed.parks.is_some(),
        Sends::Do(_) | Sends::Wait => true,
    }
}

const fn all_bounded<S: Saga>(exit: &Exit<S>) -> bool {
    let moves = match exit {
        Exit::Nothing => return true,
        Exit::Undo(moves) | Exit::Landing(moves, _) => *moves,
    };
    let mut at = 0;
    while at < moves.len() {
        if !bounded(&moves[at].deed) {
            return false;
        }
        at += 1;
    }
    true
}

/// A command of our own that makes the fact hold.
pub const fn act<S: Saga>(name: &'static str, what: S::Do, done: S::Fact) -> Deed<S> {
    Deed { name, send: Sends::Do(what), done, asks: None, parks: None }
}

/// A call that makes the fact hold, given up for a person's eyes at that time.
pub const fn call<S: Saga>(
    name: &'static str,
    what: S::Call,
    done: S::Fact,
    parks: S::When,
) -> Deed<S> {
    Deed { name, send: Sends::Call(what), done, asks: None, parks: Some(parks) }
}

/// The word of a counterparty about an earlier call: asked for from the one time on, given up for a
/// person's eyes at the other.
pub const fn word<S: Saga>(
    name: &'static str,
    about: S::Call,
    done: S::Fact,
    asks: S::When,
    parks: S::When,
) -> Deed<S> {
    Deed { name, send: Sends::Await(about), done, asks: Some(asks), parks: Some(parks) }
}

/// A fact that the lanes beside the table bring about.
pub const fn wait<S: Saga>(name: &'static str, done: S::Fact) -> Deed<S> {
    Deed { name, send: Sends::Wait, done, asks: None, parks: None }
}

impl<S: Saga> Deed<S> {
    /// As a row that these moves reverse.
    pub const fn undo(self, moves: &'static [Move<S>]) -> Step<S> {
        self.row(Exit::Undo(moves))
    }

    /// As a row that stands, and on which these moves end the saga; void once the fact holds.
    pub const fn landing(self, moves: &'static [Move<S>], void: Option<S::Fact>) -> Step<S> {
        self.row(Exit::Landing(moves, void))
    }

    /// As a row with nothing to reverse, which will not be done once the fact holds; an operator can make it
    /// hold.
    pub const fn unless(self, rejected: S::Fact, refuse: S::Do) -> Step<S> {
        self.row(Exit::Nothing).unless(rejected, Some(refuse))
    }

    /// As a row, left that way.
    pub const fn row(self, exit: Exit<S>) -> Step<S> {
        let (late, late_from, anew) = (Late::Made, None, None);
        Step { deed: self, rejected: None, refuse: None, late, late_from, anew, exit }
    }

    /// As a move of an exit.
    pub const fn to(self) -> Move<S> {
        Move { deed: self, blocked: None }
    }

    /// As a move of an exit that a person decides when the fact holds.
    pub const fn to_unless(self, blocked: S::Fact) -> Move<S> {
        Move { deed: self, blocked: Some(blocked) }
    }

    /// As a lane beside the table.
    pub const fn beside(self) -> Side<S> {
        Side { deed: self, only_after_the_end: false, while_parked: false, rejected: None }
    }

    /// As a lane that works once the saga has ended.
    pub const fn after_the_end(self) -> Side<S> {
        Side { deed: self, only_after_the_end: true, while_parked: false, rejected: None }
    }
}

impl<S: Saga> Step<S> {
    /// Will not be done once the fact holds; an operator can make it hold.
    #[must_use]
    pub const fn unless(self, rejected: S::Fact, refuse: Option<S::Do>) -> Self {
        Self { rejected: Some(rejected), refuse, ..self }
    }

    /// A call that never arrived is not made any more once its time to park is over.
    #[must_use]
    pub const fn late(self, late: Late) -> Self {
        Self { late, ..self }
    }

    /// A call that never arrived is not made any more from that time on, before the row's own time to
    /// park.
    #[must_use]
    pub const fn late_from(self, from: S::When, late: Late) -> Self {
        Self { late, late_from: Some(from), ..self }
    }

    /// A call that never arrived is not made any more from that time on, before what it hangs on is decided
    /// anew.
    #[must_use]
    pub const fn anew_from(self, from: S::When, anew: S::Do) -> Self {
        Self { late: Late::Anew, late_from: Some(from), anew: Some(anew), ..self }
    }
}

impl<S: Saga> Side<S> {
    /// It goes on while a row of the table waits for a person: time does, too.
    #[must_use]
    pub const fn while_parked(self) -> Self {
        Self { while_parked: true, ..self }
    }

    /// Not brought about where the fact holds.
    #[must_use]
    pub const fn unless(self, rejected: S::Fact) -> Self {
        Self { rejected: Some(rejected), ..self }
    }
}

impl<S: Saga> Table<S> {
    /// A table of that name, still without rows.
    pub const fn of(version: &'static str, title: &'static str) -> Self {
        Self { version, title, steps: &[], beside: &[] }
    }

    /// With these rows, and no lanes. A `static` or `const` of what is not [`well_formed`] does not compile.
    ///
    /// # Panics
    /// If it is not well-formed.
    #[must_use]
    pub const fn rows(self, steps: &'static [Step<S>]) -> Self {
        let table = Self { steps, ..self };
        assert!(
            well_formed(&table),
            "a table starts on an undo, bounds its waits, ends on a landing"
        );
        table
    }

    /// Whether a lane beside the table has that name.
    pub fn has_lane(&self, name: &str) -> bool {
        self.beside.iter().any(|side| side.deed.name == name)
    }

    /// The names of all its rows, of the moves of their exits, and of the lanes beside it.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let moves = |step: &'static Step<S>| step.exit.moves().iter().map(|exit| exit.deed.name);
        let steps = self.steps.iter();
        let rows = steps.flat_map(move |step| std::iter::once(step.deed.name).chain(moves(step)));
        rows.chain(self.beside.iter().map(|side| side.deed.name))
    }

    /// All facts that the table looks at, sorted, each once.
    pub fn facts(&self) -> Vec<S::Fact> {
        let mut facts = Vec::new();
        for step in self.steps {
            facts.push(step.deed.done);
            facts.extend(step.rejected);
            facts.extend(step.exit.moves().iter().map(|exit| exit.deed.done));
        }
        for side in self.beside {
            facts.push(side.deed.done);
            facts.extend(side.rejected);
        }
        facts.sort_unstable();
        facts.dedup();
        facts
    }
}

impl<S: Saga> Exit<S> {
    /// The moves, first to last.
    pub const fn moves(&self) -> &'static [Move<S>] {
        match self {
            Exit::Nothing => &[],
            Exit::Undo(moves) | Exit::Landing(moves, _) => moves,
        }
    }
}
