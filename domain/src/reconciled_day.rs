//! What a reconciliation of a day had on both sides, in figures: what files and statements said is a fact from then on.
//!
//! `none --Compare--> compared --Compare--> compared, where a figure is another one`
//!
//! 1. The same figures again decide nothing: a day that is closed twice changes nothing.
//! 2. It moves nothing and judges nothing. What differs has its cases.

use crate::{
    decider::Decider,
    ids::FundCode,
    money::{Shares, SignedMoney},
    text::Text,
};
use chrono::NaiveDate;
use fundflow_kernel::{codec::Stored, stored_types};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How many rows of a source were compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// As rules and cases name it: `confirmations`, `holdings`.
    pub source: Text<40>,
    /// Records of the counterparty.
    pub records: u64,
    /// Events of ours that a record has to say.
    pub events: u64,
    /// Rows of either side that joined nothing and have no case.
    pub loose: u64,
}

/// A fund's registered shares: ours, and those of file 05.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The fund whose shares they are.
    pub fund: FundCode,
    /// Shares that our events add up to.
    pub ours: Shares,
    /// Shares that file 05 adds up to.
    pub stated: Shares,
    /// Of ours, those that are frozen.
    pub ours_frozen: Shares,
    /// Of the stated, those that are frozen.
    pub stated_frozen: Shares,
    /// Accounts of which both sides state another figure, or which one side does not have.
    pub apart: u64,
}

/// What was confirmed of a fund and a business on T: by the records of file 04, and as file 25 sums it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The fund that is bought or sold.
    pub fund: FundCode,
    /// The business code of the records: `122`, `124`.
    pub business: Text<8>,
    /// Yuan of the records of file 04.
    pub records: SignedMoney,
    /// Yuan of file 25.
    pub stated: SignedMoney,
    /// Records of file 04 and sums of file 25 of the fund that break.
    pub apart: u64,
}

/// What an account had when its statement ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The name of the statement's file.
    pub file: Text<120>,
    /// Yuan, below zero where it is overdrawn.
    pub balance: SignedMoney,
}

/// The figures of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// T of files, the natural day of statements.
    pub day: NaiveDate,
    /// The files that were read, by name.
    pub files: Vec<Text<120>>,
    /// How many rows each source had.
    pub counted: Vec<Counted>,
    /// By fund; empty where there was no file 05.
    pub held: Vec<Held>,
    /// By fund and business; empty where there was no file 04.
    pub confirmed: Vec<Confirmed>,
    /// Of each statement that states balances.
    pub closings: Vec<Closing>,
}

/// A request to the reconciled day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Both sides were compared.
    Compare(Box<Figures>),
}

/// The stored format. A name here is a promise: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Both sides were compared, and these were their figures.
    Compared(Box<Figures>),
}

/// The latest figures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State(Option<Arc<Figures>>);

/// Why figures are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Each day has a stream of its own.
    #[error("the figures are of {given}, and these are the figures of {day}; write them there")]
    AnotherDay {
        /// The day of the figures that are known.
        day: NaiveDate,
        /// The day of the figures that were given.
        given: NaiveDate,
    },
}

impl State {
    /// The latest figures, once there are any.
    pub fn figures(&self) -> Option<&Figures> {
        self.0.as_deref()
    }
}

/// The rules of a reconciled day.
#[derive(Debug, Clone, Copy)]
pub struct ReconciledDays;

impl Stored for ReconciledDays {
    stored_types!(Event {
        Compared => "reconciled_day.compared",
    });
}

impl Decider for ReconciledDays {
    const CATEGORY: &'static str = "reconciled_day";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        let Command::Compare(figures) = command;
        match state.figures() {
            Some(known) if known == &**figures => Ok(Vec::new()),
            Some(known) if known.day != figures.day => {
                Err(Refusal::AnotherDay { day: known.day, given: figures.day })
            }
            Some(_) | None => Ok(vec![Event::Compared(figures.clone())]),
        }
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        let Event::Compared(figures) = event;
        let is_of_day = state.figures().is_none_or(|known| known.day == figures.day);
        is_of_day.then(|| State(Some(Arc::new((**figures).clone()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::given;

    fn figures(day: &str, stated: &str) -> Figures {
        let held = Held {
            fund: "000730".parse().unwrap(),
            ours: "100.00".parse().unwrap(),
            stated: stated.parse().unwrap(),
            ours_frozen: Shares::ZERO,
            stated_frozen: Shares::ZERO,
            apart: u64::from(stated != "100.00"),
        };
        Figures {
            day: day.parse().unwrap(),
            files: vec![Text::lossy("OFI_05_305_20260303.TXT")],
            counted: Vec::new(),
            held: vec![held],
            confirmed: Vec::new(),
            closings: Vec::new(),
        }
    }

    #[test]
    fn the_same_figures_again_are_no_news_and_other_ones_are() {
        let sound = || Box::new(figures("2026-03-02", "100.00"));
        let other = || Box::new(figures("2026-03-02", "99.00"));
        given::<ReconciledDays>([])
            .when(Command::Compare(sound()))
            .then([Event::Compared(sound())]);
        given::<ReconciledDays>([Event::Compared(sound())])
            .when(Command::Compare(other()))
            .then([Event::Compared(other())]);
        given::<ReconciledDays>([Event::Compared(sound()), Event::Compared(other())])
            .when(Command::Compare(other()))
            .then([]);
    }

    #[test]
    fn figures_of_another_day_are_refused_with_both_days() {
        given::<ReconciledDays>([Event::Compared(Box::new(figures("2026-03-02", "100.00")))])
            .when(Command::Compare(Box::new(figures("2026-03-03", "100.00"))))
            .then_refused(Refusal::AnotherDay {
                day: "2026-03-02".parse().unwrap(),
                given: "2026-03-03".parse().unwrap(),
            });
    }
}
