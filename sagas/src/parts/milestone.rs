//! What happens to a fund saga's process besides what happens to any: its T moves, it is decided
//! again, it is taken back, a record of it is in dispute.
//!
//! 1. A T only ever moves forward, and what was decided for the old one is decided again.
//! 2. A dispute is over when its case is closed, by a corrected record or by a person.
//! 3. Taking back is asked once; what the registrar says to it is its answer for ever.

use fundflow_domain::{
    calendar::TradingDay,
    case::CaseId,
    ids::{PaymentNo, VersionTag},
    orders::Cause,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What an investor takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole transaction, with every order that can still be taken back.
    All,
    /// What is done with the money-fund shares; these stay in the wallet.
    Conversion,
    /// What the money of their redemption would buy; it is paid out.
    Target,
}

/// A milestone of a saga whose promise is a `P`. The stored format: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone<P> {
    /// The first fund's purchase stands; from here the investor ends with something sound.
    Committed {},
    /// The money counts for a later T than was promised.
    Redated {
        /// The T that it moved to.
        trade_date: TradingDay,
    },
    /// An order that follows the first one has another T than was promised.
    LegRedated {
        /// The T that the order moved to.
        trade_date: TradingDay,
    },
    /// It was decided again, for a later T or since others were faster at a limit, and this is promised
    /// now.
    Readmitted {
        /// Replaces the first promise.
        admitted: Box<P>,
        /// The table on which it goes on, where what is promised now asks for another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        table: Option<VersionTag>,
    },
    /// No T will carry it: the rules of the later one refuse it, or the investor wants no later one.
    TurnedAway {
        /// As the rules say it.
        cause: Cause,
    },
    /// The bank states an instant that cannot be right; a person says which T the money counts for.
    Undated {
        /// Field, value and limits.
        cause: Cause,
    },
    /// A person said when the money counts as paid.
    Dated {
        /// T follows from it.
        at: Timestamp,
        /// Why it was done: stored for the auditor.
        reason: Cause,
    },
    /// A record that does not add up: the saga does not complete while its case is open.
    Disputed {
        /// The case that was opened.
        case: CaseId,
    },
    /// The case was closed.
    Undisputed {
        /// The case that was closed.
        case: CaseId,
    },
    /// The investor takes it back, in time.
    CancelAsked {
        /// Instant of the request, as the caller states it.
        at: Timestamp,
        /// Part that is taken back.
        scope: Scope,
    },
    /// The registrar keeps it.
    CancelRefused {
        /// As the registrar says it.
        cause: Cause,
    },
    /// The bank has not moved what a person took over, and nobody asks it to any more.
    NotMoved {
        /// The number of the refund or repayment.
        no: PaymentNo,
        /// As the bank says it, or that it never got the call.
        cause: Cause,
    },
    /// An order is confirmed in more portions than payouts were foreseen for.
    PayoutsForeseen {
        /// How many there may be from now on.
        count: u32,
    },
}

impl<P> Milestone<P> {
    /// That is promised now, on the table that it is on.
    pub fn readmitted(admitted: P) -> Self {
        Self::Readmitted { admitted: Box::new(admitted), table: None }
    }

    /// The table that it leads to, where that is another one.
    pub const fn leads_to(&self) -> Option<&VersionTag> {
        match self {
            Milestone::Readmitted { table, .. } => table.as_ref(),
            Milestone::Committed {}
            | Milestone::Redated { .. }
            | Milestone::LegRedated { .. }
            | Milestone::TurnedAway { .. }
            | Milestone::Undated { .. }
            | Milestone::Dated { .. }
            | Milestone::Disputed { .. }
            | Milestone::Undisputed { .. }
            | Milestone::CancelAsked { .. }
            | Milestone::CancelRefused { .. }
            | Milestone::NotMoved { .. }
            | Milestone::PayoutsForeseen { .. } => None,
        }
    }
}

/// State folded from milestones.
#[derive(Debug, Clone, PartialEq)]
pub struct Notes<P> {
    /// The first purchase stands.
    pub committed: bool,
    /// The later T that the money counts for.
    pub redated: Option<TradingDay>,
    /// That T was not decided on yet.
    pub undecided: bool,
    /// The T of an order that follows the first one, until it is decided on.
    pub leg_undecided: Option<TradingDay>,
    /// What is promised since it was.
    pub readmitted: Option<Box<P>>,
    /// No T will carry it.
    pub turned_away: Option<Cause>,
    /// A person must say when it was paid.
    pub undated: bool,
    /// A person said when it was paid.
    pub dated: Option<Timestamp>,
    /// The cases that are open, in the order in which they were opened.
    pub disputes: Vec<CaseId>,
    /// The cases that were closed, in the order in which they were closed.
    pub settled: Vec<CaseId>,
    /// Every case that was ever closed, whether it is open again or not, in the order in which each was closed first.
    pub ever_settled: Vec<CaseId>,
    /// When it was taken back, and what of it.
    pub cancel: Option<(Timestamp, Scope)>,
    /// The registrar keeps it.
    pub cancel_refused: Option<Cause>,
    /// What the bank has not moved for good.
    pub not_moved: Vec<PaymentNo>,
    /// How many payouts a further portion was foreseen to need; none where the usual ones do.
    pub payouts: u32,
}

impl<P> Default for Notes<P> {
    fn default() -> Self {
        Self {
            committed: false,
            redated: None,
            undecided: false,
            leg_undecided: None,
            readmitted: None,
            turned_away: None,
            undated: false,
            dated: None,
            disputes: Vec::new(),
            settled: Vec::new(),
            ever_settled: Vec::new(),
            cancel: None,
            cancel_refused: None,
            not_moved: Vec::new(),
            payouts: 0,
        }
    }
}

impl<P: Clone> Notes<P> {
    /// Remembers a milestone; `None` if it cannot follow those before it.
    pub fn remember(&mut self, milestone: &Milestone<P>) -> Option<()> {
        match milestone {
            Milestone::Committed {} => self.committed = true,
            Milestone::Redated { trade_date } => {
                self.redated.is_none_or(|was| was <= *trade_date).then_some(())?;
                if self.redated != Some(*trade_date) {
                    // What was decided for the T before holds until it is decided again.
                    (self.redated, self.undecided) = (Some(*trade_date), true);
                }
            }
            Milestone::LegRedated { trade_date } => self.leg_undecided = Some(*trade_date),
            Milestone::Readmitted { admitted, .. } => {
                (self.readmitted, self.undecided) = (Some(admitted.clone()), false);
                self.leg_undecided = None;
            }
            Milestone::TurnedAway { cause } => {
                self.turned_away.get_or_insert_with(|| cause.clone());
            }
            Milestone::Undated { .. } => self.undated = self.dated.is_none(),
            Milestone::Dated { at, .. } => {
                self.dated.get_or_insert(*at);
                self.undated = false;
            }
            Milestone::Disputed { case } => {
                if !self.disputes.contains(case) {
                    self.disputes.push(*case);
                }
                // One that was closed before its record was heard is open again.
                self.settled.retain(|settled| settled != case);
            }
            Milestone::Undisputed { case } => {
                self.disputes.retain(|open| open != case);
                for known in [&mut self.settled, &mut self.ever_settled] {
                    if !known.contains(case) {
                        known.push(*case);
                    }
                }
            }
            Milestone::CancelAsked { at, scope } => {
                let all = matches!(self.cancel, Some((_, Scope::All)));
                if *scope == Scope::Target {
                    // Whatever the registrar refused to take back before, this is another order.
                    (self.cancel, self.cancel_refused) = (Some((*at, *scope)), None);
                } else if !all && self.cancel.map(|(_, was)| was) != Some(*scope) {
                    self.cancel = Some((*at, *scope));
                }
            }
            Milestone::CancelRefused { cause } => {
                self.cancel_refused.get_or_insert_with(|| cause.clone());
            }
            Milestone::NotMoved { no, .. } => {
                if !self.not_moved.contains(no) {
                    self.not_moved.push(no.clone());
                }
            }
            Milestone::PayoutsForeseen { count } => self.payouts = self.payouts.max(*count),
        }
        Some(())
    }

    /// What is promised now: the first promise, or the one that replaced it.
    pub fn promise<'a>(&'a self, first: &'a P) -> &'a P {
        self.readmitted.as_deref().unwrap_or(first)
    }

    /// Whether a record of it does not add up, and nobody has settled that.
    pub fn is_disputed(&self) -> bool {
        !self.disputes.is_empty()
    }
}

/// Writes a fund saga's `NAMES`, `milestone_type` and `remember`, inside of its `impl Saga`.
#[macro_export]
macro_rules! fund_milestones {
    ($kind:literal, [$($ending:literal),* $(,)?]) => {
        const KIND: &'static str = $kind;
        const RESERVES: &'static [$crate::in_macros::NameForm] = $crate::parts::names::RESERVED;
        const NAMES: $crate::in_macros::Names = $crate::in_macros::process_names!($kind: [
            "committed",
            "redated",
            "leg_redated",
            "readmitted",
            "turned_away",
            "undated",
            "dated",
            "disputed",
            "undisputed",
            "cancel_asked",
            "cancel_refused",
            "not_moved",
            "payouts_foreseen",
        ], [$($ending),*]);

        fn milestone_type(milestone: &Self::Milestone) -> &'static str {
            use $crate::parts::milestone::Milestone as M;
            match milestone {
                M::Committed {} => concat!($kind, ".committed"),
                M::Redated { .. } => concat!($kind, ".redated"),
                M::LegRedated { .. } => concat!($kind, ".leg_redated"),
                M::Readmitted { .. } => concat!($kind, ".readmitted"),
                M::TurnedAway { .. } => concat!($kind, ".turned_away"),
                M::Undated { .. } => concat!($kind, ".undated"),
                M::Dated { .. } => concat!($kind, ".dated"),
                M::Disputed { .. } => concat!($kind, ".disputed"),
                M::Undisputed { .. } => concat!($kind, ".undisputed"),
                M::CancelAsked { .. } => concat!($kind, ".cancel_asked"),
                M::CancelRefused { .. } => concat!($kind, ".cancel_refused"),
                M::NotMoved { .. } => concat!($kind, ".not_moved"),
                M::PayoutsForeseen { .. } => concat!($kind, ".payouts_foreseen"),
            }
        }

        fn held_up_by(view: &$crate::in_macros::View<'_, Self>) -> ::std::option::Option<$crate::in_macros::Cause> {
            $crate::parts::disputes::held_up_by(view)
        }

        fn is_settled(view: &$crate::in_macros::View<'_, Self>, parked: &$crate::in_macros::Parked) -> bool {
            $crate::parts::disputes::is_settled(view, parked)
        }

        fn remember(notes: &mut Self::Notes, milestone: &Self::Milestone) -> ::std::option::Option<()> {
            notes.remember(milestone)
        }

        fn not_there(view: &$crate::in_macros::View<'_, Self>) -> ::std::vec::Vec<::std::string::String> {
            $crate::parts::not_there::not_there(view)
        }

        fn leads_to(milestone: &Self::Milestone) -> ::std::option::Option<&$crate::in_macros::VersionTag> {
            milestone.leads_to()
        }

        fn is_half_done(view: &$crate::in_macros::View<'_, Self>) -> bool {
            $crate::parts::half_done::is_half_done(view)
        }

        fn do_rest(
            &self,
            turn: &mut $crate::in_macros::Turn<'_, Self>,
        ) -> ::std::result::Result<usize, $crate::in_macros::NotDone> {
            $crate::parts::half_done::do_rest(self, turn)
        }
    };
}
