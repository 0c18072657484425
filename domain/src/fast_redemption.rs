//! Cash for money-market shares at once (T+0), as the 2018 guidance allows it.
//!
//! ```text
//! Absent ─Transfer─► Transferred ─Advance─► Advanced ─Redeem─► Redeemed ─Repay─► Repaid
//!                         └──────ReturnShares────► Returned
//! ```
//!
//! The investor's shares go to the bank (098), the bank pays the investor its own money, redeems the
//! shares (024) and keeps the proceeds. Source: guidance of the CSRC and the central bank on internet
//! sales and redemption of money-market funds, in force 2018-06-01.
//!
//! 1. One investor, one fund, one distributor, one *natural* day: 10,000 yuan at most. The limit may
//!    be reached. Ordinary redemptions and conversions do not count.
//! 2. Only a bank with a licence to sell funds may advance; never the manager, the distributor or
//!    money of the settlement account.
//! 3. No cash without the transfer before it; once cash was paid the transfer is never undone.
//! 4. What the bank gets back is what it paid: a money-market share is redeemed at 1.00.

use crate::{
    decider::Decider,
    ids::{AccountRef, FundCode, InvestorId},
    money::{Money, Nav, Shares},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Who pays the investor before the fund does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advancer {
    /// A bank that holds a licence to sell funds.
    LicensedBank(AccountRef),
    /// A bank without that licence.
    OtherBank(AccountRef),
    /// The fund's manager.
    Manager,
    /// Whoever sold the fund, and any other company.
    Distributor,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Whose shares.
    pub investor: InvestorId,
    /// Of which money-market fund.
    pub fund: FundCode,
    /// Sold by whom, by the distributor's code.
    pub distributor: AccountRef,
    /// How many; each is one yuan.
    pub shares: Shares,
    /// Where the cash goes: the account that the shares were paid from.
    pub account: AccountRef,
    /// Who advances it.
    pub advancer: Advancer,
    /// The natural day in Shanghai on which it was asked for.
    pub day: NaiveDate,
}

/// What is asked for next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Hand the shares over to the bank.
    Transfer {
        /// What was asked for.
        terms: Terms,
        /// Yuan that this investor cashed out of this fund at this distributor on this day.
        used_today: Money,
        /// Yuan per day; none: the fund has no fast redemption.
        day_max: Option<Money>,
    },
    /// The bank has paid.
    Advance,
    /// The bank does not pay.
    ReturnShares,
    /// The registrar redeemed the bank's shares for so many yuan.
    Redeem {
        /// What the fund owes the bank.
        proceeds: Money,
    },
    /// The proceeds have reached the bank.
    Repay,
}

/// What happened. Stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The shares are the bank's.
    SharesTransferred(Terms),
    /// The investor has the cash.
    CashAdvanced,
    /// The shares are the investor's again.
    SharesReturned,
    /// The fund owes the bank.
    SharesRedeemed {
        /// Yuan.
        proceeds: Money,
    },
    /// The fund has paid the bank.
    AdvanceRepaid,
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Nothing was asked for.
    #[default]
    Absent,
    /// The shares are the bank's, the cash is still its own.
    Transferred(Terms),
    /// The bank did not pay; the investor has the shares.
    Returned(Terms),
    /// The investor has the cash.
    Advanced(Terms),
    /// The fund owes the bank.
    Redeemed(Terms, Money),
    /// Over.
    Repaid(Terms, Money),
}

/// Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    /// The same name was used for another request.
    #[error("a fast redemption of {shares} shares of fund {fund} stands under this name")]
    ConflictsWithEarlier {
        /// The one that stands.
        fund: FundCode,
        /// Of how many shares.
        shares: Shares,
    },
    /// The fund does not do it.
    #[error("fund {fund} has no fast redemption")]
    NotOffered {
        /// Which.
        fund: FundCode,
    },
    /// Nothing was asked for.
    #[error("a fast redemption of no shares")]
    NoShares,
    /// Only a licensed bank may advance.
    #[error("{advancer} may not advance money; only a bank with a licence to sell funds may")]
    MayNotAdvance {
        /// Who was to.
        advancer: Advancer,
    },
    /// Too much in a day.
    #[error("{shares} yuan after {used} on {day} is above {max} for fund {fund}; {room} would fit")]
    AboveDayMaximum {
        /// Which fund.
        fund: FundCode,
        /// What was asked for.
        shares: Shares,
        /// What was cashed out before.
        used: Money,
        /// The most.
        max: Money,
        /// What is left of it.
        room: Money,
        /// The natural day.
        day: NaiveDate,
    },
    /// The step before it has not been taken, or another way was.
    #[error("{asked} cannot follow now: {stands}")]
    OutOfOrder {
        /// What was asked.
        asked: &'static str,
        /// Where it stands.
        stands: &'static str,
    },
    /// The registrar paid another sum than the shares are worth.
    #[error("{shares} shares redeem for as many yuan, not for {proceeds}")]
    ProceedsDiffer {
        /// Shares handed over.
        shares: Shares,
        /// Yuan reported.
        proceeds: Money,
    },
}

/// The rules of one fast redemption.
#[derive(Debug, Clone, Copy)]
pub struct FastRedemption;

impl Decider for FastRedemption {
    const CATEGORY: &'static str = "fast_redemption";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        use Command as C;
        use State as S;
        match (state, command) {
            (S::Absent, C::Transfer { terms, used_today, day_max }) => {
                transferred(terms, *used_today, *day_max)
            }
            (S::Transferred(_), C::Advance) => Ok(vec![Event::CashAdvanced]),
            (S::Transferred(_), C::ReturnShares) => Ok(vec![Event::SharesReturned]),
            (S::Advanced(terms), C::Redeem { proceeds }) => redeemed(terms, *proceeds),
            (S::Redeemed(..), C::Repay) => Ok(vec![Event::AdvanceRepaid]),

            (
                S::Transferred(known)
                | S::Returned(known)
                | S::Advanced(known)
                | S::Redeemed(known, _)
                | S::Repaid(known, _),
                C::Transfer { terms, .. },
            ) => repeated(known, terms),
            (S::Advanced(_) | S::Redeemed(..) | S::Repaid(..), C::Advance)
            | (S::Returned(_), C::ReturnShares)
            | (S::Repaid(..), C::Repay) => Ok(vec![]),
            (S::Redeemed(terms, known) | S::Repaid(terms, known), C::Redeem { proceeds }) => {
                let same = known == proceeds;
                if same { Ok(vec![]) } else { Err(differs(terms, *proceeds)) }
            }

            (S::Absent | S::Returned(_), C::Advance) => out_of_order("the advance", state),
            (S::Absent | S::Advanced(_) | S::Redeemed(..) | S::Repaid(..), C::ReturnShares) => {
                out_of_order("the return of the shares", state)
            }
            (S::Absent | S::Transferred(_) | S::Returned(_), C::Redeem { .. }) => {
                out_of_order("the redemption", state)
            }
            (S::Absent | S::Transferred(_) | S::Returned(_) | S::Advanced(_), C::Repay) => {
                out_of_order("the repayment", state)
            }
        }
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        use State as S;
        match (state, event) {
            (S::Absent, Event::SharesTransferred(terms)) => Some(S::Transferred(terms.clone())),
            (S::Transferred(terms), Event::CashAdvanced) => Some(S::Advanced(terms)),
            (S::Transferred(terms), Event::SharesReturned) => Some(S::Returned(terms)),
            (S::Advanced(terms), Event::SharesRedeemed { proceeds }) => {
                Some(S::Redeemed(terms, *proceeds))
            }
            (S::Redeemed(terms, proceeds), Event::AdvanceRepaid) => {
                Some(S::Repaid(terms, proceeds))
            }
            (
                S::Absent
                | S::Transferred(_)
                | S::Returned(_)
                | S::Advanced(_)
                | S::Redeemed(..)
                | S::Repaid(..),
                Event::SharesTransferred(_)
                | Event::CashAdvanced
                | Event::SharesReturned
                | Event::SharesRedeemed { .. }
                | Event::AdvanceRepaid,
            ) => None,
        }
    }
}

fn transferred(terms: &Terms, used: Money, max: Option<Money>) -> Result<Vec<Event>, Refusal> {
    let Terms { fund, shares, advancer, day, .. } = terms;
    let (fund, shares, day) = (*fund, *shares, *day);
    let max = max.ok_or(Refusal::NotOffered { fund })?;
    if shares.is_zero() {
        return Err(Refusal::NoShares);
    }
    match advancer {
        Advancer::LicensedBank(_) => {}
        Advancer::OtherBank(_) | Advancer::Manager | Advancer::Distributor => {
            return Err(Refusal::MayNotAdvance { advancer: advancer.clone() });
        }
    }
    let sum = shares.value_half_up(Nav::ONE).and_then(|cash| used.plus(cash));
    if sum.is_none_or(|sum| sum > max) {
        let room = max.minus(used).unwrap_or(Money::ZERO);
        return Err(Refusal::AboveDayMaximum { fund, shares, used, max, room, day });
    }
    Ok(vec![Event::SharesTransferred(terms.clone())])
}

fn redeemed(terms: &Terms, proceeds: Money) -> Result<Vec<Event>, Refusal> {
    if terms.shares.value_half_up(Nav::ONE) == Some(proceeds) {
        return Ok(vec![Event::SharesRedeemed { proceeds }]);
    }
    Err(differs(terms, proceeds))
}

fn differs(terms: &Terms, proceeds: Money) -> Refusal {
    Refusal::ProceedsDiffer { shares: terms.shares, proceeds }
}

fn repeated(known: &Terms, asked: &Terms) -> Result<Vec<Event>, Refusal> {
    if known == asked {
        return Ok(vec![]);
    }
    Err(Refusal::ConflictsWithEarlier { fund: known.fund, shares: known.shares })
}

fn out_of_order(asked: &'static str, state: &State) -> Result<Vec<Event>, Refusal> {
    let stands = match state {
        State::Absent => "nothing was transferred",
        State::Transferred(_) => "the shares are the bank's and no cash was paid",
        State::Returned(_) => "the shares were returned",
        State::Advanced(_) => "the cash was paid and the shares are not redeemed",
        State::Redeemed(..) => "the shares are redeemed",
        State::Repaid(..) => "the advance is repaid",
    };
    Err(Refusal::OutOfOrder { asked, stands })
}

#[cfg(test)]
mod tests;
