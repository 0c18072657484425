//! What may go wrong, how often by which profile, and chance that is asked by name.
//!
//! Every occasion for a fault has a name: what could go wrong, with what, and for the how manieth time. Whether it
//! does follows from the seed and the name alone, so a play without some of its requests still has the faults of
//! the others.

use crate::simulate::dice::Dice;
use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
};

/// Something that goes wrong, or that somebody does besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The store refuses an append, and all that was decided on it is dropped.
    Refused,
    /// The store takes an append, and nobody hears that it did.
    Unsure,
    /// The process dies while it writes: all, some or none of the batch is stored.
    Crash,
    /// What was decided is stored two seconds later, after more was decided on it.
    Held,
    /// A call never arrives.
    Lost,
    /// A call acts, and its answer is lost.
    Unheard,
    /// A call acts hours later, and is answered then.
    Slow,
    /// An answer comes again an hour later.
    Twice,
    /// An answer is followed by one that says otherwise.
    Contradicted,
    /// Whoever is called says no, does it in part, or is late.
    Declined,
    /// Unasked news are lost.
    Missed,
    /// Unasked news come again.
    NewsTwice,
    /// Whoever has asked asks again.
    AskedAgain,
    /// The clock jumps ahead, by up to two days.
    Jump,
    /// The engine's clock is set back for some hours, by seconds, hours or weeks.
    SetBack,
    /// An operator does something that was not called for.
    Operator,
}

impl Fault {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 16] = [
        Self::Refused,
        Self::Unsure,
        Self::Crash,
        Self::Held,
        Self::Lost,
        Self::Unheard,
        Self::Slow,
        Self::Twice,
        Self::Contradicted,
        Self::Declined,
        Self::Missed,
        Self::NewsTwice,
        Self::AskedAgain,
        Self::Jump,
        Self::SetBack,
        Self::Operator,
    ];

    /// As plans and reports spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused append",
            Self::Unsure => "unsure append",
            Self::Crash => "crash",
            Self::Held => "held append",
            Self::Lost => "lost call",
            Self::Unheard => "unheard answer",
            Self::Slow => "slow call",
            Self::Twice => "answer twice",
            Self::Contradicted => "contradiction",
            Self::Declined => "no or in part",
            Self::Missed => "missed news",
            Self::NewsTwice => "news twice",
            Self::AskedAgain => "asked again",
            Self::Jump => "clock jump",
            Self::SetBack => "clock set back",
            Self::Operator => "operator",
        }
    }
}

/// How often what goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Name on the command line.
    pub name: &'static str,
    /// What it is for, in a line.
    pub about: &'static str,
    /// Rates per thousand occasions.
    pub rates: &'static [(Fault, u16)],
}

use Fault as F;

/// Those that can be named.
pub const PROFILES: [Profile; 7] = [
    Profile { name: "none", about: "nothing goes wrong", rates: &[] },
    Profile {
        name: "light",
        about: "a bad week: of everything a little",
        rates: &[
            (F::Refused, 3),
            (F::Unsure, 3),
            (F::Crash, 3),
            (F::Held, 200),
            (F::Lost, 20),
            (F::Unheard, 20),
            (F::Slow, 15),
            (F::Twice, 20),
            (F::Declined, 60),
            (F::Missed, 50),
            (F::NewsTwice, 50),
            (F::AskedAgain, 50),
            (F::Jump, 10),
            (F::SetBack, 10),
            (F::Operator, 30),
        ],
    },
    Profile {
        name: "heavy",
        about: "of everything much, contradictions too",
        rates: &[
            (F::Refused, 15),
            (F::Unsure, 15),
            (F::Crash, 15),
            (F::Held, 400),
            (F::Lost, 100),
            (F::Unheard, 100),
            (F::Slow, 80),
            (F::Twice, 80),
            (F::Contradicted, 20),
            (F::Declined, 200),
            (F::Missed, 200),
            (F::NewsTwice, 200),
            (F::AskedAgain, 200),
            (F::Jump, 60),
            (F::SetBack, 150),
            (F::Operator, 150),
        ],
    },
    Profile {
        name: "disk",
        about: "the store refuses, is unsure, and dies while it writes",
        rates: &[
            (F::Refused, 60),
            (F::Unsure, 60),
            (F::Crash, 60),
            (F::Held, 400),
            (F::AskedAgain, 100),
        ],
    },
    Profile {
        name: "outside",
        about: "banks and registrars lose, repeat, refuse, and do things in part",
        rates: &[
            (F::Lost, 150),
            (F::Unheard, 150),
            (F::Slow, 50),
            (F::Twice, 150),
            (F::Contradicted, 30),
            (F::Declined, 300),
            (F::Missed, 300),
            (F::NewsTwice, 300),
        ],
    },
    Profile {
        name: "clock",
        about: "calls take hours, the clock jumps and is set back: T moves, deadlines pass",
        rates: &[(F::Slow, 300), (F::Jump, 300), (F::SetBack, 300), (F::Held, 200)],
    },
    Profile {
        name: "people",
        about: "operators act, rightly and wrongly, and callers ask again",
        rates: &[(F::Operator, 400), (F::AskedAgain, 300), (F::Declined, 150), (F::Lost, 100)],
    },
];

/// The profile of that name.
pub fn profile(name: &str) -> Option<Profile> {
    PROFILES.into_iter().find(|profile| profile.name == name)
}

/// Chance by name.
#[derive(Debug)]
pub(super) struct Chance<'a> {
    seed: u64,
    profile: Profile,
    /// Those that strike, and no others; by chance without.
    only: Option<&'a BTreeSet<String>>,
    counts: HashMap<(Fault, u64), u32>,
    /// Nothing goes wrong any more.
    pub(super) calm: bool,
    /// Those that have struck, by name.
    pub(super) struck: BTreeSet<String>,
}

impl<'a> Chance<'a> {
    pub(super) fn new(seed: u64, profile: Profile, only: Option<&'a BTreeSet<String>>) -> Self {
        let (counts, struck) = (HashMap::new(), BTreeSet::new());
        Self { seed, profile, only, counts, calm: false, struck }
    }

    /// Whether it goes wrong this time.
    pub(super) fn strikes(&mut self, fault: Fault, with: &dyn std::fmt::Display) -> bool {
        let rate = self.profile.rates.iter().find(|(it, _)| *it == fault).map_or(0, |(_, it)| *it);
        if self.calm || (self.only.is_none() && rate == 0) {
            return false;
        }
        let mut name = String::with_capacity(64);
        let _ = write!(name, "{}: {with}", fault.name());
        let times = self.counts.entry((fault, mark(0, &name))).or_default();
        *times += 1;
        let _ = write!(name, " #{times}");
        let strikes = match self.only {
            Some(only) => only.contains(&name),
            None => self.dice(&name).per_mille(rate),
        };
        if strikes {
            self.struck.insert(name);
        }
        strikes
    }

    /// What follows from the seed for that name.
    pub(super) fn dice(&self, name: &str) -> Dice {
        Dice::new(mark(self.seed, name))
    }
}

/// A number for a name: FNV-1a from that start.
pub(super) fn mark(start: u64, name: &str) -> u64 {
    let fold = |mark: u64, byte: u8| (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    name.bytes().fold(start ^ 0xcbf2_9ce4_8422_2325, fold)
}
