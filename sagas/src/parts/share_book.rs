//! The book with an investor's shares of one fund, a wallet or holdings, and what the register or an
//! order freezes there.

use super::application::{ApplicationLeg, FundSaga};
use fundflow_domain::{
    application::{Application, Ask, RejectedFrozen, Rejection},
    case::CaseId,
    claims::Claims,
    decider::Decider,
    freeze::{Frozen, FrozenCause},
    holdings::{self, HoldingId, Holdings, Mark},
    ids::{CaseRef, FundCode, InvestorId, OrderId, RegisterRecord, WalletId},
    money::Shares,
    orders::Serial,
    wallet::{self, Wallet},
};
use fundflow_kernel::streams::{Key, Need, Streams};
use fundflow_runtime::{
    saga::Saga,
    turn::{NotDone, Turn},
};

/// The stream that keeps one investor's shares of one fund.
#[derive(Debug, Clone)]
pub enum ShareBook {
    /// Shares of a money-market fund.
    Wallet(Key<Wallet>),
    /// Shares of any fund but a money-market fund.
    Holdings(Key<Holdings>),
}

/// What is to be frozen or lifted, under its record.
#[derive(Debug, Clone)]
pub enum Freezing {
    /// An order freezes so many.
    Order(Shares, FrozenCause),
    /// That order is lifted, under that record.
    Lift(RegisterRecord),
    /// The register says how many are frozen.
    Register(chrono::NaiveDate, Frozen),
}

/// Why nothing is frozen or lifted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFrozen {
    /// Whoever lifts an order names it.
    #[error("no order {0} freezes shares of this investor and fund; it may have been lifted")]
    NoSuchOrder(RegisterRecord),
    /// The wallet or the holdings say no.
    #[error("{0}")]
    Refused(String),
}

impl ShareBook {
    /// The wallet of that investor and money-market fund.
    pub fn wallet(investor: &InvestorId, fund: FundCode) -> Self {
        Self::Wallet(Key::of(&WalletId { investor: investor.clone(), fund }))
    }

    /// The holdings of that investor and fund.
    pub fn holdings(investor: &InvestorId, fund: FundCode) -> Self {
        Self::Holdings(Key::of(&HoldingId { investor: investor.clone(), fund }))
    }

    /// The stream, to be read.
    pub fn need(&self) -> Need {
        match self {
            Self::Wallet(key) => key.need(),
            Self::Holdings(key) => key.need(),
        }
    }

    /// Whether it would change anything.
    ///
    /// # Errors
    /// [`NotFrozen`].
    pub fn would_change(
        &self,
        streams: &Streams,
        record: &RegisterRecord,
        what: &Freezing,
    ) -> Result<bool, NotFrozen> {
        let refused = |text: String| NotFrozen::Refused(text);
        match self {
            Self::Wallet(key) => {
                let state = streams.state(key).cloned().unwrap_or_default();
                if matches!(what, Freezing::Lift(_)) && !state.is_frozen_by(record) {
                    return Err(NotFrozen::NoSuchOrder(record.clone()));
                }
                let decided = Wallet::decide(&state, &of_wallet(record, what));
                let decided = decided.map_err(|refusal| refused(refusal.to_string()))?;
                Ok(!decided.is_empty())
            }
            Self::Holdings(key) => {
                let state = streams.state(key).cloned().unwrap_or_default();
                let command = of_holdings(record, what).map_err(|it| refused(it.to_string()))?;
                let set = |(known, mark): (&Serial, &Mark)| {
                    known.as_str() == record.as_str() && matches!(mark, Mark::Set(_))
                };
                if matches!(what, Freezing::Lift(_)) && !state.freezes().any(set) {
                    return Err(NotFrozen::NoSuchOrder(record.clone()));
                }
                let decided = Holdings::decide(&state, &command);
                let decided = decided.map_err(|refusal| refused(refusal.to_string()))?;
                Ok(!decided.is_empty())
            }
        }
    }

    /// What records of the registrar lack there.
    pub(super) fn claims<'a>(&self, streams: &'a Streams) -> Option<&'a Claims> {
        match self {
            Self::Wallet(key) => streams.state(key).map(wallet::State::claims),
            Self::Holdings(key) => streams.state(key).map(holdings::State::claims),
        }
    }

    /// Keeps so many shares back for a record of that order, or none any more.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub(super) fn claim<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        order: &OrderId,
        shares: Shares,
    ) -> Result<usize, NotDone> {
        let (order, transaction) = (order.clone(), turn.id().clone());
        match self {
            Self::Wallet(key) => {
                Ok(turn.decide(key, &wallet::Command::Claim(order, transaction, shares))?)
            }
            Self::Holdings(key) => {
                let command = holdings::Command::Claim { order, transaction, shares };
                Ok(turn.decide(key, &command)?)
            }
        }
    }

    /// A person made up for them in another way.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub(super) fn waive<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        order: &OrderId,
    ) -> Result<usize, NotDone> {
        let order = order.clone();
        match self {
            Self::Wallet(key) => Ok(turn.decide(key, &wallet::Command::WaiveClaim(order))?),
            Self::Holdings(key) => Ok(turn.decide(key, &holdings::Command::WaiveClaim(order))?),
        }
    }

    /// Whether shares are held for that case: `false` once they were let go, `None` if they never were.
    pub(super) fn hold(&self, streams: &Streams, case: CaseId) -> Option<bool> {
        let name = case.to_string();
        match self {
            Self::Wallet(key) => streams.state(key)?.is_held_for(&name),
            Self::Holdings(key) => {
                let mut all = streams.state(key)?.disputes();
                let mark = all.find(|(known, _)| known.as_str() == name).map(|(_, mark)| mark);
                mark.map(|mark| matches!(mark, Mark::Set(_)))
            }
        }
    }

    /// Holds so many shares for that case, or lets them go.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub(super) fn dispute<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        case: CaseId,
        shares: Option<Shares>,
    ) -> Result<usize, NotDone> {
        let name = case.to_string();
        let lacks = || NotDone::Lacks("a name for the case");
        match self {
            Self::Wallet(key) => {
                let case: CaseRef = name.parse().map_err(|_| lacks())?;
                let command = match shares {
                    Some(shares) => wallet::Command::Hold(case, shares),
                    None => wallet::Command::Unhold(case),
                };
                Ok(turn.decide(key, &command)?)
            }
            Self::Holdings(key) => {
                let case = Serial::new(name).map_err(|_| lacks())?;
                let command = match shares {
                    Some(shares) => holdings::Command::Hold { case, shares },
                    None => holdings::Command::Unhold(case),
                };
                Ok(turn.decide(key, &command)?)
            }
        }
    }

    /// Freezes or lifts. Returns how many events followed.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn freeze<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        record: &RegisterRecord,
        what: &Freezing,
    ) -> Result<usize, NotDone> {
        match self {
            Self::Wallet(key) => Ok(turn.decide(key, &of_wallet(record, what))?),
            Self::Holdings(key) => Ok(turn.decide(key, &of_holdings(record, what)?)?),
        }
    }
}

fn of_wallet(record: &RegisterRecord, what: &Freezing) -> wallet::Command {
    let record = record.clone();
    match what.clone() {
        Freezing::Order(shares, cause) => wallet::Command::Freeze { record, shares, cause },
        Freezing::Lift(by) => wallet::Command::Unfreeze { record, by },
        Freezing::Register(on, frozen) => wallet::Command::FollowRegister { record, on, frozen },
    }
}

fn of_holdings(record: &RegisterRecord, what: &Freezing) -> Result<holdings::Command, NotDone> {
    let named = |record: &RegisterRecord| {
        Serial::new(record.as_str()).map_err(|_| NotDone::Lacks("a name for the record"))
    };
    let record = named(record)?;
    Ok(match what {
        Freezing::Order(shares, cause) => {
            holdings::Command::Freeze { record, shares: *shares, cause: *cause }
        }
        Freezing::Lift(by) => holdings::Command::Unfreeze { record, by: named(by)? },
        Freezing::Register(on, frozen) => {
            holdings::Command::FollowRegister { record, on: *on, frozen: *frozen }
        }
    })
}

impl ApplicationLeg {
    /// Freezes what a rejection says is frozen, in the book of the order's shares.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub(super) fn freeze<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        rejection: &Rejection,
    ) -> Result<usize, NotDone> {
        let view = turn.view()?;
        let Some(said) = rejection.frozen else { return Ok(0) };
        let Some(book) = S::takes_from(&view, self) else { return Ok(0) };
        let application = self.application(&view).ok_or(NotDone::Lacks("the application"))?;
        let frozen = match said {
            RejectedFrozen::InAll(shares) => Frozen::InAll(shares),
            RejectedFrozen::Asked => Frozen::Besides(left(application)),
        };
        let t = application.terms.trade_date.date();
        let record = RegisterRecord::from(&self.no);
        book.freeze(turn, &record, &Freezing::Register(t, frozen))
    }
}

/// Shares that were asked for and that no record took.
fn left(application: &Application) -> Shares {
    let asked = match application.terms.ask {
        Ask::Redemption { shares, .. }
        | Ask::Conversion { shares, .. }
        | Ask::FastTransfer { shares, .. } => shares,
        Ask::Purchase { .. } | Ask::Subscription { .. } => Shares::ZERO,
    };
    let taken = application.confirmations().filter_map(ApplicationLeg::shares_out_of);
    taken.fold(asked, |left, taken| left.minus(taken).unwrap_or_default())
}
