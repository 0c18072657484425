//! Who holds what: lots by investor and fund, as the register's confirmations left them.
//!
//! 1. Shares come in with a confirmation and leave with one; nothing else moves them.
//! 2. What a transaction bought leaves with that transaction's own conversion or redemption first,
//!    and no more than that: a void purchase takes its conversion with it.
//! 3. Everybody else's shares leave in the order of the fund, or by the serials that were named.
//! 4. Frozen shares are there and cannot leave.

use super::entry::{ApplicationEntry, Taken, transaction_of};
use fundflow_domain::{
    application::{Ask, Designated, Outcome, Terms},
    fund::RedemptionSequence,
    ids::{FundCode, InvestorId, LotId},
    lots::Parcel,
    money::{Nav, Shares},
    orders::Serial,
};
use std::collections::{HashMap, HashSet};

/// Shares that one confirmation registered.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) serial: Serial,
    transaction: String,
    pub(super) registered_on: chrono::NaiveDate,
    unit_cost: Nav,
    pub(super) shares: Shares,
}

/// Lots by holder, and which transactions buy into which fund.
#[derive(Debug, Default)]
pub(super) struct Register {
    lots: HashMap<(InvestorId, FundCode), Vec<Held>>,
    buyers: HashSet<(String, FundCode)>,
}

/// Who has the shares afterwards, and how many: a transfer makes them the bank's.
fn entered(terms: &Terms, outcome: &Outcome) -> (InvestorId, Shares) {
    let to = match (&terms.ask, outcome) {
        (Ask::FastTransfer { to, .. }, Outcome::FastTransfer(numbers)) => {
            InvestorId::new(to.as_str()).ok().map(|bank| (bank, numbers.shares))
        }
        (
            Ask::Subscription { .. }
            | Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::Conversion { .. }
            | Ask::FastTransfer { .. },
            _,
        ) => None,
    };
    to.unwrap_or_else(|| (terms.investor.clone(), outcome.registered()))
}

/// Why shares do not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotThere {
    #[error("there are no shares to take")]
    Nothing,
    #[error("{asked} shares are asked for, and {held} are there")]
    TooFew { asked: Shares, held: Shares },
    #[error("{asked} shares are asked for; of {held} that are there {frozen} are frozen")]
    Frozen { asked: Shares, held: Shares, frozen: Shares },
}

impl Register {
    /// Notes that the transaction of an application buys into a fund.
    pub(super) fn note(&mut self, entry: &ApplicationEntry) {
        match entry.terms.ask {
            Ask::Subscription { .. } | Ask::Purchase { .. } | Ask::Conversion { .. } => {
                self.buyers.insert((entry.transaction().to_owned(), entry.entered_fund()));
            }
            Ask::Redemption { .. } | Ask::FastTransfer { .. } => {}
        }
    }

    /// Whether the application takes out what its own transaction bought.
    pub(super) fn follows_own_purchase(&self, terms: &Terms) -> bool {
        self.buyers.contains(&(transaction_of(terms).to_owned(), terms.fund))
    }

    /// Brings in what the entry's confirmations registered.
    pub(super) fn credit(&mut self, entry: &ApplicationEntry, from: usize) {
        let (fund, transaction) = (entry.entered_fund(), entry.transaction());
        for confirmation in entry.confirmations().skip(from) {
            let (holder, shares) = entered(&entry.terms, &confirmation.outcome);
            if shares.is_zero() {
                continue;
            }
            let unit_cost = match &confirmation.outcome {
                Outcome::Subscription(numbers) => numbers.face,
                Outcome::Purchase(numbers) => numbers.nav,
                Outcome::Conversion(numbers) => numbers.nav_in,
                Outcome::Redemption(_) | Outcome::FastTransfer(_) => Nav::ONE,
            };
            let lots = self.lots.entry((holder, fund)).or_default();
            lots.push(Held {
                serial: confirmation.serial.clone(),
                transaction: transaction.to_owned(),
                registered_on: confirmation.registered_on,
                unit_cost,
                shares,
            });
        }
    }

    /// Takes out what left.
    pub(super) fn debit(&mut self, entry: &ApplicationEntry, taken: &[Taken]) {
        let of = (entry.terms.investor.clone(), entry.terms.fund);
        let Some(lots) = self.lots.get_mut(&of) else { return };
        for Taken { serial, shares } in taken {
            if let Some(lot) = lots.iter_mut().find(|lot| lot.serial == *serial) {
                lot.shares = less(lot.shares, *shares);
            }
        }
        lots.retain(|lot| !lot.shares.is_zero());
    }

    /// The lots that `asked` shares of an application come out of, and how many they are: all that
    /// is asked for, or what its own purchase left.
    pub(super) fn take(
        &self,
        terms: &Terms,
        (asked, designated): (Shares, &[Designated]),
        sequence: RedemptionSequence,
        frozen: Shares,
    ) -> Result<(Shares, Vec<Parcel>), NotThere> {
        let of = (terms.investor.clone(), terms.fund);
        let all = self.lots.get(&of).map(Vec::as_slice).unwrap_or_default();
        let held = total(all.iter());
        let transaction = transaction_of(terms);
        let own = self.follows_own_purchase(terms);
        let mine = |lot: &&Held| !own || lot.transaction == transaction;
        let mut lots: Vec<&Held> = all.iter().filter(mine).collect();
        let there = total(lots.iter().copied());
        if there.is_zero() {
            return Err(NotThere::Nothing);
        }
        if !own && asked > there {
            return Err(NotThere::TooFew { asked, held: there });
        }
        let asked = asked.min(there);
        if asked > less(held, frozen) {
            return Err(NotThere::Frozen { asked, held, frozen });
        }
        match sequence {
            RedemptionSequence::Fifo => lots.sort_by_key(|lot| lot.registered_on),
            RedemptionSequence::Lifo => {
                lots.sort_by_key(|lot| std::cmp::Reverse(lot.registered_on));
            }
        }
        let parcels = if designated.is_empty() {
            in_order(&lots, asked)
        } else {
            named(&lots, asked, designated)?
        };
        Ok((asked, parcels))
    }

    /// Every holder of a fund with shares, in a fixed order.
    pub(super) fn holders(&self) -> Vec<(&InvestorId, FundCode, Shares)> {
        let sums =
            self.lots.iter().map(|((investor, fund), lots)| (investor, *fund, total(lots.iter())));
        let mut sums: Vec<_> = sums.filter(|(.., shares)| !shares.is_zero()).collect();
        sums.sort();
        sums
    }
}

fn total<'a>(lots: impl Iterator<Item = &'a Held>) -> Shares {
    lots.fold(Shares::ZERO, |sum, lot| sum.plus(lot.shares).unwrap_or(sum))
}

fn in_order(lots: &[&Held], asked: Shares) -> Vec<Parcel> {
    let mut missing = asked;
    let take = |lot: &&Held| {
        let shares = lot.shares.min(missing);
        missing = less(missing, shares);
        parcel(lot, shares).filter(|_| !shares.is_zero())
    };
    lots.iter().filter_map(take).collect()
}

/// So much of each named lot, until nothing is missing.
fn named(lots: &[&Held], asked: Shares, names: &[Designated]) -> Result<Vec<Parcel>, NotThere> {
    let mut missing = asked;
    let mut parcels = Vec::new();
    for Designated { serial, shares } in names {
        let lot = lots.iter().find(|lot| lot.serial == *serial);
        let there = lot.map_or(Shares::ZERO, |lot| lot.shares);
        let wanted = (*shares).min(missing);
        let lot = lot.filter(|_| wanted <= there);
        let lot = lot.ok_or(NotThere::TooFew { asked: wanted, held: there })?;
        missing = less(missing, wanted);
        parcels.extend(parcel(lot, wanted).filter(|_| !wanted.is_zero()));
    }
    if missing.is_zero() {
        return Ok(parcels);
    }
    Err(NotThere::TooFew { asked, held: less(asked, missing) })
}

/// `None` for a serial that is no lot's name; ours are letters and digits.
fn parcel(lot: &Held, shares: Shares) -> Option<Parcel> {
    Some(Parcel {
        lot: LotId::new(lot.serial.as_str()).ok()?,
        registered_on: lot.registered_on,
        unit_cost: lot.unit_cost,
        shares,
        left: less(lot.shares, shares),
    })
}

fn less(shares: Shares, by: Shares) -> Shares {
    shares.minus(by).unwrap_or_default()
}
