//! What was decided about an application, and what follows from it at any later instant.

use crate::sandbox::{
    channel::{serial, timeout},
    scenario::{ConfirmFate, FrontFate},
};
use fundflow_application::counterparty::{Application, ApplicationAnswer, Notice};
use fundflow_domain::{
    calendar::TradingDay,
    fund_order::{Ask, Cause, Confirmation, Outcome},
    ids::{ApplicationNo, FundCode, InvestorId, OrderId},
    money::{Money, Shares},
    time::Timestamp,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An application in the registrar's books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationEntry {
    /// Its key.
    pub no: ApplicationNo,
    /// For which order.
    pub order: OrderId,
    /// Whose.
    pub investor: InvestorId,
    /// Bought, or converted out of.
    pub fund: FundCode,
    /// What is asked.
    pub ask: Ask,
    /// T.
    pub trade_date: TradingDay,
    /// When it was handed in.
    pub applied_at: Timestamp,
    /// What the front does with it.
    pub front: FrontFate,
    /// A fund of it that takes nothing; the front refuses then, whatever its fate.
    pub suspended: Option<FundCode>,
    /// Whether the call reached the front.
    pub arrived: bool,
    /// What the batch made of it.
    pub decided: Option<Decided>,
}

/// What the batch made of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The answer in the register.
    pub answer: Final,
    /// How it is told.
    pub fate: ConfirmFate,
    /// When the record reaches the distributor; never, if it is missing.
    pub told_at: Option<Timestamp>,
}

/// A final answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Final {
    /// Shares were registered.
    Confirmed(Box<Confirmation>),
    /// None will be.
    Rejected(Cause),
}

impl Decided {
    /// The final answer in the numbers in which it is told.
    fn told(&self) -> ApplicationAnswer {
        match (&self.answer, self.fate) {
            (Final::Confirmed(confirmed), ConfirmFate::Garbled) => {
                ApplicationAnswer::Confirmed(Box::new(garbled(confirmed)))
            }
            (Final::Confirmed(confirmed), _) => ApplicationAnswer::Confirmed(confirmed.clone()),
            (Final::Rejected(cause), _) => ApplicationAnswer::Rejected(cause.clone()),
        }
    }

    /// The records that tell it.
    pub(super) fn records(&self) -> Vec<ApplicationAnswer> {
        let told = self.told();
        match (self.fate, &self.answer) {
            (ConfirmFate::Twice, _) => vec![told.clone(), told],
            (ConfirmFate::Contradicted, Final::Confirmed(_)) => {
                let text = "rejected by a later record".into();
                vec![told, ApplicationAnswer::Rejected(Cause { code: "0010".into(), text })]
            }
            (
                ConfirmFate::Confirmed
                | ConfirmFate::Partial
                | ConfirmFate::Rejected
                | ConfirmFate::Late
                | ConfirmFate::Missing
                | ConfirmFate::Garbled
                | ConfirmFate::Contradicted,
                _,
            ) => vec![told],
        }
    }
}

impl ApplicationEntry {
    pub(super) fn is_for(&self, application: &Application) -> bool {
        let Application { no, order, investor, fund, ask, trade_date, applied_at: _ } = application;
        self.no == *no
            && self.order == *order
            && self.investor == *investor
            && self.fund == *fund
            && self.ask == *ask
            && self.trade_date == *trade_date
    }

    /// Whether the front took it, told or untold.
    pub fn is_accepted(&self) -> bool {
        match self.front {
            FrontFate::Accepted | FrontFate::TimeoutAccepted => self.suspended.is_none(),
            FrontFate::Rejected
            | FrontFate::TimeoutRejected
            | FrontFate::TimeoutLost
            | FrontFate::Silent => false,
        }
    }

    /// To the call that opened the entry.
    pub(super) fn first_answer(&self, now: Timestamp) -> ApplicationAnswer {
        match self.front {
            FrontFate::TimeoutAccepted
            | FrontFate::TimeoutRejected
            | FrontFate::TimeoutLost
            | FrontFate::Silent => ApplicationAnswer::Unknown(timeout()),
            FrontFate::Accepted | FrontFate::Rejected => self.standing(now),
        }
    }

    /// To a query or a repeated call.
    pub(super) fn standing(&self, now: Timestamp) -> ApplicationAnswer {
        if let Some(decided) = &self.decided
            && decided.told_at.is_some_and(|at| at <= now)
        {
            return decided.told();
        }
        match (self.front, self.suspended) {
            (FrontFate::Silent, _) => ApplicationAnswer::Unknown(timeout()),
            (FrontFate::TimeoutLost, _) if !self.arrived => ApplicationAnswer::NotFound,
            (_, Some(fund)) => {
                let text = format!("fund {fund} takes no applications").into();
                ApplicationAnswer::Rejected(Cause { code: "0005".into(), text })
            }
            (FrontFate::Rejected | FrontFate::TimeoutRejected, None) => {
                let text = "the registrar's front does not take it".into();
                ApplicationAnswer::Rejected(Cause { code: "0010".into(), text })
            }
            (FrontFate::Accepted | FrontFate::TimeoutAccepted | FrontFate::TimeoutLost, None) => {
                ApplicationAnswer::Accepted(serial("AP", self.no.as_str()))
            }
        }
    }

    /// What the registrar says by itself once it has decided: the instant, and each record.
    pub(super) fn notices(&self) -> Vec<(Timestamp, Notice)> {
        let Some((at, decided)) = self.decided.as_ref().and_then(|d| Some((d.told_at?, d))) else {
            return vec![];
        };
        let records = decided.records();
        records.into_iter().map(|a| (at, Notice::Application(self.order.clone(), a))).collect()
    }

    /// The fund whose lag the confirmation has: the one that is entered.
    pub(super) fn entered_fund(&self) -> FundCode {
        self.target().unwrap_or(self.fund)
    }

    /// The fund converted into.
    pub(super) fn target(&self) -> Option<FundCode> {
        match &self.ask {
            Ask::Purchase { .. } => None,
            Ask::Conversion { into, .. } => Some(*into),
        }
    }

    /// Shares of `fund` that its confirmation moved: what came in, what went out.
    pub fn moved(&self, fund: FundCode) -> (Shares, Shares) {
        let Some(Decided { answer: Final::Confirmed(told), .. }) = &self.decided else {
            return Default::default();
        };
        match (&told.outcome, &self.ask) {
            (Outcome::Purchase(told), _) if self.fund == fund => (told.shares, Shares::ZERO),
            (Outcome::Conversion(told), _) if self.fund == fund => (Shares::ZERO, told.shares_out),
            (Outcome::Conversion(told), Ask::Conversion { into, .. }) if *into == fund => {
                (told.shares_in, Shares::ZERO)
            }
            (Outcome::Purchase(_) | Outcome::Conversion(_), _) => Default::default(),
        }
    }
}

/// A fen is missing between what went in and what came out.
fn garbled(confirmed: &Confirmation) -> Confirmation {
    let fen = Money::new(Decimal::new(1, 2)).unwrap_or_default();
    let mut wrong = confirmed.clone();
    match &mut wrong.outcome {
        Outcome::Purchase(told) => told.amount = told.amount.minus(fen).unwrap_or(fen),
        Outcome::Conversion(told) => told.net_in = told.net_in.minus(fen).unwrap_or(fen),
    }
    wrong
}

pub(super) fn confirmation_serial(no: &ApplicationNo) -> Arc<str> {
    record_serial(no.as_str())
}

pub(super) fn record_serial(no: &str) -> Arc<str> {
    serial("TA", no)
}

pub(super) fn number_reused() -> ApplicationAnswer {
    let text = "the number is already used for another application".into();
    ApplicationAnswer::Unknown(Cause { code: "number_reused".into(), text })
}
