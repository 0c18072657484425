//! Who holds what: lots by investor and fund, as the register's confirmations left them.
//!
//! 1. Shares come in with a confirmation or with income, and leave with one or with income below
//!    zero; nothing else moves them.
//! 2. What a transaction bought leaves with that transaction's own conversion or redemption first,
//!    and no more than that: a void purchase takes its conversion with it.
//! 3. Everybody else's shares leave in the order of the fund, or by the serials that were named. Lots of one day
//!    leave by the number of the record that first brought them, so that a corrected one keeps its place; those of
//!    a money fund, which cost nothing to leave, as they came.
//! 4. Frozen shares are there and cannot leave.

use super::{
    entry::{ApplicationEntry, Taken, transaction_of},
    income::{Holder, Incomes},
    pricing::takes_income,
};
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Ask, Confirmation, Designated, Outcome, Terms},
    fund::RedemptionSequence,
    ids::{DistributorCode, FundCode, InvestorId, LotId},
    lots::Parcel,
    money::{Income, Nav, Shares},
    orders::Serial,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Shares that one confirmation registered.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) serial: Serial,
    /// The number of the first record that spoke of it.
    first: Serial,
    transaction: String,
    pub(super) registered_on: NaiveDate,
    unit_cost: Nav,
    pub(super) shares: Shares,
}

/// Who holds how many shares of which fund, and what unpaid income of it.
pub(super) type HolderRow<'a> = (&'a InvestorId, FundCode, Shares, Income);

/// Lots by holder, which transactions buy into which fund, and what income is owed.
#[derive(Debug, Default)]
pub(super) struct Register {
    lots: HashMap<Holder, Vec<Held>>,
    buyers: HashSet<(String, FundCode)>,
    /// Applications that wait to leave together with what is owed.
    exits: HashSet<(Holder, String)>,
    /// Through whom applications of an account came; `None`: through a distributor that they do not name.
    through: HashMap<InvestorId, BTreeSet<Option<DistributorCode>>>,
    pub(super) incomes: Incomes,
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

/// Unpaid income that a record pays along; `None` where shares only came.
fn paid_along(said: &Confirmation) -> Option<Income> {
    let income = match &said.outcome {
        Outcome::Redemption(numbers) => numbers.income,
        Outcome::Conversion(numbers) => numbers.income,
        Outcome::Purchase(_) | Outcome::Subscription(_) | Outcome::FastTransfer(_) => return None,
    };
    Income::new(income.decimal()).ok()
}

/// What is owed after a record paid income along. Where all that was asked for has left, a part of a fen
/// stays with the fund.
fn still_owed(entry: &ApplicationEntry, rest: Income) -> Income {
    let asked = match &entry.terms.ask {
        Ask::Redemption { shares, .. } | Ask::Conversion { shares, .. } => *shares,
        Ask::Purchase { .. } | Ask::Subscription { .. } | Ask::FastTransfer { .. } => return rest,
    };
    let taken = entry.decided.iter().flat_map(|decided| &decided.taken);
    let gone = taken.fold(Shares::ZERO, |sum, it| sum.plus_or_most(it.shares));
    if gone < asked { rest } else { Income::ZERO }
}

/// Why shares do not leave: the figures first, since the field of a confirmation holds 60 bytes of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotThere {
    #[error("there are no shares to take")]
    Nothing,
    #[error("{asked} shares asked, {held} there")]
    TooFew { asked: Shares, held: Shares },
    #[error("{frozen} shares frozen, {asked} asked, {} free", less(*held, *frozen))]
    Frozen { asked: Shares, held: Shares, frozen: Shares },
}

impl Register {
    /// Notes that the transaction of an application buys into a fund, or waits to leave with the income.
    pub(super) fn note(&mut self, entry: &ApplicationEntry) {
        let exit = ((entry.terms.investor.clone(), entry.terms.fund), entry.terms.no.to_string());
        self.hear_through(&entry.terms);
        if entry.waits_with_income() {
            self.exits.insert(exit);
        } else {
            self.exits.remove(&exit);
        }
        match entry.terms.ask {
            Ask::Subscription { .. } | Ask::Purchase { .. } | Ask::Conversion { .. } => {
                self.buyers.insert((entry.transaction().to_owned(), entry.entered_fund()));
            }
            Ask::Redemption { .. } | Ask::FastTransfer { .. } => {}
        }
    }

    /// Whoever applies for an account has it in its files from then on, and the account that a transfer enters.
    fn hear_through(&mut self, terms: &Terms) {
        let entered = match &terms.ask {
            Ask::FastTransfer { to, .. } => InvestorId::new(to.as_str()).ok(),
            Ask::Subscription { .. }
            | Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::Conversion { .. } => None,
        };
        for account in entered.into_iter().chain([terms.investor.clone()]) {
            self.through.entry(account).or_default().insert(terms.distributor.clone());
        }
    }

    /// Whether that distributor hears of an account. `own`: it is the one whose are applications that name none.
    pub(super) fn hears_of(&self, investor: &InvestorId, distributor: &str, own: bool) -> bool {
        let Some(through) = self.through.get(investor) else { return own };
        through.iter().any(|it| it.as_ref().map_or(own, |code| code.as_str() == distributor))
    }

    /// Whether the application takes out what its own transaction bought.
    pub(super) fn follows_own_purchase(&self, terms: &Terms) -> bool {
        self.buyers.contains(&(transaction_of(terms).to_owned(), terms.fund))
    }

    /// Books what an entry's newest decision moved; `before` is the entry as it was booked last. What
    /// leaves earns through that day.
    pub(super) fn book(
        &mut self,
        before: Option<&ApplicationEntry>,
        entry: &ApplicationEntry,
        earns_through: NaiveDate,
    ) {
        let known = before.and_then(|before| before.decided.as_ref());
        let confirmed = before.map_or(0, |before| before.confirmations().count());
        self.credit(entry, confirmed);
        let taken = entry.decided.as_ref().map(|decided| &decided.taken[..]).unwrap_or_default();
        let taken = taken.get(known.map_or(0, |known| known.taken.len())..).unwrap_or_default();
        let holder = (entry.terms.investor.clone(), entry.terms.fund);
        self.debit(&holder, taken, earns_through);
        self.note(entry);
        let mut paid = entry.confirmations().skip(confirmed).filter_map(paid_along).peekable();
        if takes_income(&entry.terms.ask) && paid.peek().is_some() {
            self.reckon_days(&holder);
            let paid = paid.fold(Income::ZERO, |sum, one| sum.plus(one).unwrap_or(sum));
            let unpaid = self.incomes.unpaid(&holder);
            let rest = unpaid.minus(paid).unwrap_or(unpaid);
            self.incomes.settle(&holder, still_owed(entry, rest));
        } else if !taken.is_empty() {
            self.reckon(&holder, Shares::ZERO);
        }
    }

    /// Brings in what the entry's confirmations registered.
    fn credit(&mut self, entry: &ApplicationEntry, from: usize) {
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
            let registered_on = confirmation.registered_on;
            let earns_from = match entry.terms.ask {
                // Shares that change hands earn for their new holder from T on.
                Ask::FastTransfer { .. } => entry.terms.trade_date.date(),
                Ask::Subscription { .. }
                | Ask::Purchase { .. }
                | Ask::Redemption { .. }
                | Ask::Conversion { .. } => registered_on,
            };
            let holder = (holder, fund);
            self.incomes.changed(&holder, earns_from, shares.decimal());
            let lots = self.lots.entry(holder).or_default();
            let (serial, transaction) = (confirmation.serial.clone(), transaction.to_owned());
            let first = entry.first_said(confirmation);
            lots.push(Held { serial, first, transaction, registered_on, unit_cost, shares });
        }
    }

    /// Whether an application of the holder waits to leave with what is owed.
    pub(super) fn is_leaving(&self, holder: &Holder) -> bool {
        self.exits.iter().any(|(of, _)| of == holder)
    }

    /// Takes out what left.
    pub(super) fn debit(&mut self, holder: &Holder, taken: &[Taken], earns_through: NaiveDate) {
        let all = taken.iter().fold(Shares::ZERO, |sum, it| sum.plus_or_most(it.shares));
        let stops = earns_through.succ_opt().unwrap_or(earns_through);
        self.incomes.changed(holder, stops, -all.decimal());
        self.take_away(holder, taken);
    }

    /// Takes shares out of those lots; they are nobody's any more.
    pub(super) fn take_away(&mut self, holder: &Holder, taken: &[Taken]) {
        let Some(lots) = self.lots.get_mut(holder) else { return };
        for Taken { serial, shares } in taken {
            if let Some(lot) = lots.iter_mut().find(|lot| lot.serial == *serial) {
                lot.shares = less(lot.shares, *shares);
            }
        }
        lots.retain(|lot| !lot.shares.is_zero());
    }

    /// Income became shares.
    pub(super) fn carried(
        &mut self,
        holder: Holder,
        serial: Serial,
        registered_on: NaiveDate,
        shares: Shares,
    ) {
        let (transaction, unit_cost) = (String::new(), Nav::ONE);
        let first = serial.clone();
        let lot = Held { serial, first, transaction, registered_on, unit_cost, shares };
        self.lots.entry(holder).or_default().push(lot);
    }

    /// All shares of a holder.
    pub(super) fn held(&self, holder: &Holder) -> Shares {
        total(self.lots_of(holder).iter())
    }

    /// Shares that an application may take: its own purchase's, or all.
    pub(super) fn held_for(&self, terms: &Terms) -> Shares {
        let (own, transaction) = (self.follows_own_purchase(terms), transaction_of(terms));
        let lots = self.lots_of(&(terms.investor.clone(), terms.fund)).iter();
        total(lots.filter(|lot| !own || lot.transaction == transaction))
    }

    /// So many shares out of the lots that were registered first.
    pub(super) fn oldest(&self, holder: &Holder, shares: Shares) -> Vec<Taken> {
        let mut lots: Vec<&Held> = self.lots_of(holder).iter().collect();
        lots.sort_by_key(|lot| lot.registered_on);
        in_order(&lots, shares).iter().filter_map(Taken::of).collect()
    }

    /// Everybody who has shares.
    pub(super) fn with_lots(&self) -> impl Iterator<Item = &Holder> {
        self.lots.iter().filter(|(_, lots)| !lots.is_empty()).map(|(holder, _)| holder)
    }

    fn lots_of(&self, holder: &Holder) -> &[Held] {
        self.lots.get(holder).map(Vec::as_slice).unwrap_or_default()
    }

    /// The lots that `asked` shares of an application come out of, and how many they are: all that
    /// is asked for, or what its own purchase left.
    pub(super) fn take(
        &self,
        terms: &Terms,
        (asked, designated): (Shares, &[Designated]),
        (sequence, is_money): (RedemptionSequence, bool),
        frozen: Shares,
    ) -> Result<(Shares, Vec<Parcel>), NotThere> {
        let all = self.lots_of(&(terms.investor.clone(), terms.fund));
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
        // What was registered after T was not there for the order.
        let later = |lot: &&Held| lot.registered_on > terms.trade_date.date();
        if !is_money {
            lots.sort_by(|one, other| one.first.cmp(&other.first));
        }
        match sequence {
            RedemptionSequence::Fifo => lots.sort_by_key(|lot| lot.registered_on),
            RedemptionSequence::Lifo => {
                lots.sort_by_key(|lot| (later(lot), std::cmp::Reverse(lot.registered_on)));
            }
        }
        let parcels = if designated.is_empty() {
            in_order(&lots, asked)
        } else {
            named(&lots, asked, designated)?
        };
        Ok((asked, parcels))
    }

    /// Of what is held, the shares that are registered on a later day only.
    pub(super) fn registered_after(&self, day: NaiveDate, holder: &Holder) -> Shares {
        let lots = self.lots.get(holder).into_iter().flatten();
        total(lots.filter(|lot| lot.registered_on > day))
    }

    /// Everybody who has shares of a fund or is owed income of it, in a fixed order.
    pub(super) fn holders(&self) -> Vec<HolderRow<'_>> {
        let owed = self.incomes.owed().map(|(holder, _)| holder);
        let all: BTreeSet<&Holder> = self.with_lots().chain(owed).collect();
        let row = |holder: &'_ Holder| (self.held(holder), self.incomes.unpaid(holder));
        let rows = all.into_iter().map(|holder| (holder, row(holder)));
        rows.map(|((investor, fund), (held, owed))| (investor, *fund, held, owed)).collect()
    }
}

fn total<'a>(lots: impl Iterator<Item = &'a Held>) -> Shares {
    lots.fold(Shares::ZERO, |sum, lot| sum.plus_or_most(lot.shares))
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
