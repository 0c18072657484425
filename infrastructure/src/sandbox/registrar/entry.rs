//! What was decided about an application, and what follows from it at any later instant.

use super::pricing::takes_income;
use crate::day_batch::{Numbers, is_in_digits, serial_digits};
use crate::sandbox::{
    Notice,
    channel::{serial, timeout},
    scenario::{CancelFate, ConfirmFate, FrontFate},
};
use fundflow_domain::{
    application::{Ask, Confirmation, Designated, Outcome, Reception, Rejection, Terms},
    calendar::TradingDay,
    ids::FundCode,
    money::Shares,
    orders::{Cause, Serial},
    time::Timestamp,
};
use fundflow_sagas::ports::registrar::{Application, ApplicationAnswer, notice};
use serde::{Deserialize, Serialize};

/// An application in the registrar's books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationEntry {
    /// As it was handed in; its number is the idempotency key.
    pub terms: Terms,
    /// The T that it was handed in for, where it came too late for that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_late_for: Option<TradingDay>,
    /// The instant at which it was handed in.
    pub applied_at: Timestamp,
    /// What the front does with it.
    pub front: FrontFate,
    /// A fund of it that takes nothing; the front refuses then, whatever its fate.
    pub suspended: Option<FundCode>,
    /// Whether the call reached the front.
    pub arrived: bool,
    /// Whether a file of a batch has named it. From then on it is not taken back.
    #[serde(default)]
    pub batched: bool,
    /// What became of the request to take it back.
    #[serde(default)]
    pub cancel: Option<CancelFate>,
    /// Whether the registrar numbers its orders and records in digits alone.
    #[serde(default, skip_serializing_if = "is_false")]
    pub in_digits: bool,
    /// The fund account that a file named, where it is not the one that follows from the investor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Box<str>>,
    /// What the batch made of it.
    pub decided: Option<Decided>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as the derived code calls it")]
const fn is_false(it: &bool) -> bool {
    !*it
}

/// What the batch made of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// What stands in the register, oldest first. Several, if a rest was carried over.
    pub register: Vec<Final>,
    /// Shares that left, by the serial of the record that registered them.
    pub taken: Vec<Taken>,
    /// Way in which the confirmation comes.
    pub fate: ConfirmFate,
    /// The records that say it, and when; none if it is never heard of again.
    pub words: Vec<Word>,
    /// What is asked for again on a later T.
    pub carried: Option<Carried>,
}

/// Shares that left a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Of the confirmation that registered the lot.
    pub serial: Serial,
    /// How many of its shares.
    pub shares: Shares,
}

/// A rest that a huge redemption left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// How many shares are asked for again.
    pub shares: Shares,
    /// The T that they are asked for on.
    pub trade_date: TradingDay,
}

/// A record that reaches the distributor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The instant at which it does.
    pub at: Timestamp,
    /// Final answer of the entry.
    pub says: Final,
}

/// What the batch can say of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Final {
    /// The money of a subscription counts.
    Received(Reception),
    /// Shares were registered, or left.
    Confirmed(Box<Confirmation>),
    /// Rejected: no shares and no money come of it.
    Rejected(Rejection),
}

impl From<Final> for ApplicationAnswer {
    fn from(says: Final) -> Self {
        match says {
            Final::Received(reception) => ApplicationAnswer::Received(reception),
            Final::Confirmed(confirmation) => ApplicationAnswer::Confirmed(confirmation),
            Final::Rejected(rejection) => ApplicationAnswer::Rejected(rejection),
        }
    }
}

impl Decided {
    /// The records that have reached the distributor by then.
    pub(super) fn said_by(&self, now: Timestamp) -> impl Iterator<Item = &Word> {
        self.words.iter().filter(move |word| word.at <= now)
    }

    /// What a query is answered with: the last word, unless that contradicts the books.
    fn standing(&self, now: Timestamp) -> Option<ApplicationAnswer> {
        let word = match self.fate {
            ConfirmFate::Contradicted
            | ConfirmFate::LateContradicted
            | ConfirmFate::TwiceDifferent => self.said_by(now).next(),
            ConfirmFate::Confirmed
            | ConfirmFate::Partial
            | ConfirmFate::Rejected
            | ConfirmFate::Late
            | ConfirmFate::Missing
            | ConfirmFate::Twice
            | ConfirmFate::Garbled
            | ConfirmFate::Carried
            | ConfirmFate::WrongShares
            | ConfirmFate::ZeroShares
            | ConfirmFate::WrongFee
            | ConfirmFate::WrongNav
            | ConfirmFate::AnotherFund
            | ConfirmFate::Early
            | ConfirmFate::EarlyRejected
            | ConfirmFate::Corrected => self.said_by(now).last(),
        };
        word.map(|word| word.says.clone().into())
    }
}

impl ApplicationEntry {
    /// Whether it is that application, on the T that it has or was handed in for.
    pub(super) fn is_for(&self, terms: &Terms) -> bool {
        let of_t =
            [Some(self.terms.trade_date), self.too_late_for].contains(&Some(terms.trade_date));
        of_t && self.is_same(terms)
    }

    /// Whether it is that application, on whichever T.
    fn is_same(&self, terms: &Terms) -> bool {
        self.terms.is_same_order(terms)
    }

    /// Whether both are the same order under the same number, whatever else they say.
    pub(super) fn is_order(&self, terms: &Terms) -> bool {
        self.terms.no == terms.no && self.terms.order == terms.order
    }

    /// Whether the terms are these on a later T, and no batch has looked at it.
    pub(super) fn moves_to(&self, terms: &Terms) -> bool {
        let open = self.decided.is_none() && !self.batched && self.is_accepted();
        open && self.is_later(terms)
    }

    /// Whether the terms are these on a later T.
    pub(super) fn is_later(&self, terms: &Terms) -> bool {
        terms.trade_date > self.terms.trade_date && self.is_same(terms)
    }

    /// The transaction that it is a part of: its order's name without the last part.
    pub(super) fn transaction(&self) -> &str {
        transaction_of(&self.terms)
    }

    /// Shares of it wait to leave together with unpaid income.
    pub(super) fn waits_with_income(&self) -> bool {
        let open = self.decided.as_ref().is_none_or(|decided| decided.carried.is_some());
        open && self.is_accepted() && takes_income(&self.terms.ask)
    }

    /// Whether the front took it, said or unsaid, and it was not taken back.
    pub fn is_accepted(&self) -> bool {
        match self.front {
            FrontFate::Accepted | FrontFate::TimeoutAccepted => {
                self.suspended.is_none() && !self.is_cancelled()
            }
            FrontFate::Rejected
            | FrontFate::TimeoutRejected
            | FrontFate::TimeoutLost
            | FrontFate::Silent => false,
        }
    }

    /// Whether it was taken back.
    pub fn is_cancelled(&self) -> bool {
        match self.cancel {
            Some(CancelFate::Cancelled | CancelFate::TimeoutCancelled) => true,
            Some(CancelFate::Refused | CancelFate::Silent) | None => false,
        }
    }

    /// To the call that opened the entry: the front's word.
    pub(super) fn first_answer(&self) -> ApplicationAnswer {
        match self.front {
            FrontFate::TimeoutAccepted
            | FrontFate::TimeoutRejected
            | FrontFate::TimeoutLost
            | FrontFate::Silent => ApplicationAnswer::Unknown(timeout()),
            FrontFate::Accepted | FrontFate::Rejected => self.front_standing(),
        }
    }

    /// To a query or a repeated call.
    pub(super) fn standing(&self, now: Timestamp) -> ApplicationAnswer {
        let batch = self.decided.as_ref().and_then(|decided| decided.standing(now));
        batch.unwrap_or_else(|| self.front_standing())
    }

    fn front_standing(&self) -> ApplicationAnswer {
        if self.is_cancelled() {
            return ApplicationAnswer::Cancelled;
        }
        match (self.front, self.suspended) {
            (FrontFate::Silent, _) => ApplicationAnswer::Unknown(timeout()),
            (FrontFate::TimeoutLost, _) if !self.arrived => ApplicationAnswer::NotFound,
            (_, Some(fund)) => rejected("0005", &format!("fund {fund} takes no applications")),
            (FrontFate::Rejected | FrontFate::TimeoutRejected, None) => {
                rejected("0010", "the registrar's front does not take it")
            }
            (FrontFate::Accepted | FrontFate::TimeoutAccepted | FrontFate::TimeoutLost, None) => {
                ApplicationAnswer::Accepted(serial("AP", self.terms.no.as_str()))
            }
        }
    }

    /// What the registrar says by itself once it has decided: the instant, and each record.
    pub(super) fn notices(&self) -> Vec<(Timestamp, Notice)> {
        let words = self.decided.iter().flat_map(|decided| &decided.words);
        words.map(|word| (word.at, notice(&self.terms.no, word.says.clone().into()))).collect()
    }

    /// The fund whose lag the confirmation has: the one that is entered.
    pub(super) fn entered_fund(&self) -> FundCode {
        self.target().unwrap_or(self.terms.fund)
    }

    /// The fund converted into.
    pub(super) fn target(&self) -> Option<FundCode> {
        match &self.terms.ask {
            Ask::Conversion { into, .. } => Some(*into),
            Ask::Subscription { .. }
            | Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::FastTransfer { .. } => None,
        }
    }

    /// Confirmations that stand in the register.
    pub fn confirmations(&self) -> impl Iterator<Item = &Confirmation> {
        let register = self.decided.iter().flat_map(|decided| &decided.register);
        register.filter_map(|says| match says {
            Final::Confirmed(confirmation) => Some(confirmation.as_ref()),
            Final::Received(_) | Final::Rejected(_) => None,
        })
    }

    /// Shares of `fund` that its confirmations moved: what came in, what went out.
    pub fn moved(&self, fund: FundCode) -> (Shares, Shares) {
        let of = |confirmation: &Confirmation| {
            let came = confirmation.outcome.registered();
            let came = if self.entered_fund() == fund { came } else { Shares::ZERO };
            let went = match &confirmation.outcome {
                Outcome::Subscription(_) | Outcome::Purchase(_) => Shares::ZERO,
                Outcome::Redemption(numbers) => numbers.shares,
                Outcome::Conversion(numbers) => numbers.shares_out,
                Outcome::FastTransfer(numbers) => numbers.shares,
            };
            (came, if self.terms.fund == fund { went } else { Shares::ZERO })
        };
        let sum = |one: Shares, two: Shares| one.plus_or_most(two);
        self.confirmations()
            .map(of)
            .fold((Shares::ZERO, Shares::ZERO), |all, one| (sum(all.0, one.0), sum(all.1, one.1)))
    }

    /// What a query would be answered with if it had not come.
    pub(super) fn of(application: Application, front: FrontFate, stops: Option<FundCode>) -> Self {
        let Application { terms, applied_at } = application;
        Self {
            terms,
            too_late_for: None,
            applied_at,
            front,
            suspended: stops,
            arrived: front != FrontFate::TimeoutLost,
            batched: false,
            cancel: None,
            in_digits: false,
            account: None,
            decided: None,
        }
    }
}

pub(super) fn transaction_of(terms: &Terms) -> &str {
    terms.order.as_str().rsplit_once('.').map_or("", |(transaction, _)| transaction)
}

pub(super) fn rejection(code: &str, text: &str) -> Rejection {
    Rejection::of(Cause::new(code, text))
}

fn rejected(code: &str, text: &str) -> ApplicationAnswer {
    ApplicationAnswer::Rejected(rejection(code, text))
}

impl ApplicationEntry {
    /// The number of the first record that spoke of what that one confirms: what is corrected had one before.
    pub(super) fn first_said(&self, confirmation: &Confirmation) -> Serial {
        let corrected = self.decided.as_ref().is_some_and(|it| it.fate == ConfirmFate::Corrected);
        if corrected {
            return record_serial(&self.number(), 1);
        }
        confirmation.serial.clone()
    }

    /// The application's number as the registrar's files have it.
    pub(super) fn number(&self) -> String {
        let numbers = if self.in_digits { Numbers::Digits } else { Numbers::Letters };
        numbers.application(&self.terms.no)
    }

    /// The lots that it names, less what earlier parts of it took.
    pub(super) fn names_still(&self) -> Vec<Designated> {
        let lots: &[Designated] = match &self.terms.ask {
            Ask::Redemption { lots, .. } | Ask::Conversion { lots, .. } => lots,
            Ask::Purchase { .. } | Ask::Subscription { .. } | Ask::FastTransfer { .. } => &[],
        };
        let taken = || self.decided.iter().flat_map(|decided| &decided.taken);
        let left = |it: &Designated| {
            let mut gone = taken().filter(|part| part.serial == it.serial);
            let shares = gone.try_fold(it.shares, |left, part| left.minus(part.shares))?;
            let serial = it.serial.clone();
            (!shares.is_zero()).then_some(Designated { serial, shares })
        };
        lots.iter().filter_map(left).collect()
    }
}

/// The registrar's number of a record: the first of the application of that number, the second, and so on. A
/// number in digits has records in digits.
pub(super) fn record_serial(number: &str, nth: usize) -> Serial {
    let of = if nth <= 1 { number.to_owned() } else { format!("{number}.{nth}") };
    let digits = || Serial::new(serial_digits(&of)).ok();
    is_in_digits(number).then(digits).flatten().unwrap_or_else(|| serial("TA", &of))
}

pub(super) fn number_reused() -> ApplicationAnswer {
    let text = "the number is already used for another application";
    ApplicationAnswer::Pending(Cause::new("number_reused", text))
}
