//! A registrar's word that nothing, or nothing more, comes of an application.

use super::terms::Ask;
use crate::{
    money::{Money, Shares},
    orders::Cause,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// That no shares, or no more shares, will come of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The registrar's reason, or ours.
    pub cause: Cause,
    /// What the money of a failed raising earned (149); goes to the investor with it. Yuan.
    pub interest: Money,
    /// Where frozen shares are the reason: how many. None: another reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<RejectedFrozen>,
    /// We closed it without the registrar's word, which may still come and then holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_us: bool,
    /// What else its record states; whoever hears it holds that against the order. None: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
    /// The interest is more than the money can have earned, as whoever heard it found: nobody is owed it until
    /// its case is closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unearned: bool,
}

/// What the record of a rejection states besides its reason and its interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// The registrar's day; none where its front says so, and in what was stored before the field was added
    /// for any but a raising that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
    /// Yuan that it sends back, interest not counted; zero where it names none.
    pub refund: Money,
    /// Yuan that it confirms all the same.
    pub amount: Money,
    /// Shares that it confirms all the same.
    pub shares: Shares,
}

impl Stated {
    /// `None` where it states nothing.
    pub fn unless_nothing(self) -> Option<Self> {
        let sums = [self.refund, self.amount].iter().all(|sum| sum.is_zero());
        (self.on.is_some() || !sums || !self.shares.is_zero()).then_some(self)
    }

    /// Whether it names shares or money.
    pub fn names_sums(&self) -> bool {
        !self.refund.is_zero() || !self.amount.is_zero() || !self.shares.is_zero()
    }

    /// The same without its day.
    fn undated(self) -> Option<Self> {
        Self { on: None, ..self }.unless_nothing()
    }
}

/// The code of the record that says that a raising has failed.
pub const RAISING_FAILED: &str = "149";

impl Rejection {
    /// Whether it says that the raising of the fund has failed, and not only this order.
    pub fn is_of_raising(&self) -> bool {
        *self.cause.code == *RAISING_FAILED
    }

    /// The day that its record states.
    fn stated_on(&self) -> Option<NaiveDate> {
        self.stated?.on
    }

    /// Whether this one states a day, and the other does not.
    pub fn dates(&self, other: &Self) -> bool {
        self.stated_on().is_some() && other.stated_on().is_none()
    }

    /// Whether both state the same; a day that only one of them states tells nothing.
    pub fn states_the_same(&self, other: &Self) -> bool {
        if self.stated_on().is_some() && other.stated_on().is_some() {
            return self.stated == other.stated;
        }
        self.stated.and_then(Stated::undated) == other.stated.and_then(Stated::undated)
    }

    /// Whether the investor gets the same by both.
    pub fn pays_the_same(&self, other: &Self) -> bool {
        self.interest == other.interest && self.unearned == other.unearned
    }

    /// Whether both state the same, and send the same with it.
    pub fn states_and_sends_the_same(&self, other: &Self) -> bool {
        self.interest == other.interest && self.states_the_same(other)
    }

    /// Whether both are one word, said twice; what whoever heard it found is none of its own.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let plain = |of: &Self| Self { stated: None, unearned: false, ..of.clone() };
        self.states_the_same(other) && plain(self) == plain(other)
    }

    /// For that reason, and nothing is sent with it.
    pub const fn of(cause: Cause) -> Self {
        Self {
            cause,
            interest: Money::ZERO,
            frozen: None,
            by_us: false,
            stated: None,
            unearned: false,
        }
    }

    /// What of its interest nobody is owed, where it is a rejection of all that was asked for, or of the rest: only
    /// the money of a raising that failed altogether has earned any, and no more than money can earn.
    #[must_use]
    pub const fn unowed(&self, ask: &Ask, of_rest: bool) -> Money {
        match ask {
            Ask::Subscription { .. } if !of_rest && !self.unearned => Money::ZERO,
            Ask::Subscription { .. }
            | Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::Conversion { .. }
            | Ask::FastTransfer { .. } => self.interest,
        }
    }
}

/// How many shares a rejection says are frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectedFrozen {
    /// It names no number: those that were asked for.
    Asked,
    /// So many of the holder's shares of the fund in all.
    InAll(Shares),
}
