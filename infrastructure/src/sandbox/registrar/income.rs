//! What the register owes holders of a money fund: income by natural day, until it becomes a lot or is
//! paid with shares that leave.
//!
//! ```text
//! published --> accrued to who earns on that day --carry, where a period ends--> a lot
//!                                                --all shares leave-----------> paid with them
//! ```
//!
//! 1. The register reckons by itself, from its own lots; it is never told what the distributor's
//!    wallets came to.
//! 2. A publication is one line of the books, with what it gave to each holder. It is given once; a
//!    correction takes the place of the one before it.
//! 3. Income below zero takes shares that are free: not frozen, and not asked for by an application
//!    that waits for its batch. Otherwise it stays owed until the next carry.

use super::{
    SandboxRegistrar,
    entry::{ApplicationEntry, Taken},
    pricing::takes_income,
    register::Register,
};
use crate::sandbox::{channel::serial, journal::JournalError};
use chrono::{Days, NaiveDate};
use fundflow_domain::{
    application::{Ask, Terms},
    calendar::TradingDay,
    ids::{FundCode, InvestorId},
    money::{Income, PerTenThousand, Shares},
    money_fund::{self, IncomeUnit, Publication, carry_forward, earns_until},
    orders::Serial,
    wallet::DAYS_REMEMBERED,
};
use serde::{Deserialize, Serialize};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

/// A holder of a fund.
pub(super) type Holder = (InvestorId, FundCode);

/// A publication in the registrar's books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct IncomeEntry {
    /// As it was published.
    pub(super) income: Publication,
    /// The smallest income that the fund's contract credits.
    #[serde(default)]
    unit: IncomeUnit,
    /// Whom it gave or took anything, by name.
    holders: Vec<Given>,
}

/// What a publication gave to a holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Given {
    investor: InvestorId,
    accrued: Income,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    carried: Option<Carry>,
}

/// Whole fen of unpaid income that became a lot, or took shares out of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Carry {
    amount: Income,
    registered: NaiveDate,
    serial: Serial,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taken: Vec<Taken>,
}

/// What is published and owed, and which shares that left still earn.
#[derive(Debug, Default)]
pub(super) struct Incomes {
    published: BTreeMap<(FundCode, NaiveDate), (u8, PerTenThousand, IncomeUnit)>,
    owed: HashMap<Holder, Owed>,
    gone: HashMap<Holder, Vec<Gone>>,
}

/// What one holder is owed.
#[derive(Debug, Clone, Default)]
struct Owed {
    days: BTreeMap<NaiveDate, Day>,
    /// Below a fen, less what was paid and should not have been.
    rest: Income,
    carried_through: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy)]
struct Day {
    publication: u8,
    amount: Income,
    paid: bool,
}

#[derive(Debug, Clone, Copy)]
struct Gone {
    from: NaiveDate,
    through: NaiveDate,
    shares: Shares,
}

impl Owed {
    fn due(&self, through: NaiveDate) -> Income {
        let unpaid = self.days.range(..=through).filter(|(_, day)| !day.paid);
        unpaid.fold(self.rest, |sum, (_, day)| sum.plus(day.amount).unwrap_or(sum))
    }

    fn accrue(&mut self, day: NaiveDate, publication: u8, amount: Income) {
        let new = Day { publication, amount, paid: false };
        if let Some(was) = self.days.insert(day, new).filter(|was| was.paid) {
            self.rest = self.rest.minus(was.amount).unwrap_or(self.rest);
        }
        let since = day.checked_sub_days(Days::new(DAYS_REMEMBERED)).unwrap_or(day);
        self.days.retain(|day, it| *day >= since || !it.paid);
    }

    /// Takes a publication in the place of the one before it; not out of its turn.
    fn takes(&self, day: NaiveDate, publication: u8) -> bool {
        self.days.get(&day).is_none_or(|was| was.publication.checked_add(1) == Some(publication))
    }

    /// Other shares earned on that day.
    fn correct(&mut self, day: NaiveDate, amount: Income) {
        let Some(was) = self.days.get_mut(&day) else { return };
        if was.paid {
            let change = amount.minus(was.amount).and_then(|more| self.rest.plus(more));
            self.rest = change.unwrap_or(self.rest);
        }
        was.amount = amount;
    }

    fn pay(&mut self, through: NaiveDate, rest: Income) {
        self.days.range_mut(..=through).for_each(|(_, day)| day.paid = true);
        self.rest = rest;
    }
}

impl Incomes {
    /// The figure of a day, as it was published last.
    pub(super) fn published(&self, fund: FundCode, day: NaiveDate) -> Option<PerTenThousand> {
        self.published.get(&(fund, day)).map(|(_, figure, _)| *figure)
    }

    fn is_known(&self, income: &Publication) -> bool {
        let last = self.published.get(&(income.fund, income.day));
        last.is_some_and(|(last, ..)| income.publication <= *last)
    }

    /// Owed and not paid; may be negative.
    pub(super) fn unpaid(&self, holder: &Holder) -> Income {
        self.owed.get(holder).map_or(Income::ZERO, |owed| owed.due(NaiveDate::MAX))
    }

    /// Everybody who is owed anything, or owes it.
    pub(super) fn owed(&self) -> impl Iterator<Item = (&Holder, Income)> {
        let all = self.owed.keys().map(|holder| (holder, self.unpaid(holder)));
        all.filter(|(_, unpaid)| *unpaid != Income::ZERO)
    }

    /// All that is owed was paid with shares that left; what is below a fen stays with the fund.
    pub(super) fn settle(&mut self, holder: &Holder) {
        if let Some(owed) = self.owed.get_mut(holder) {
            owed.pay(NaiveDate::MAX, Income::ZERO);
        }
    }

    /// Shares that left earn from one day through another.
    pub(super) fn left(
        &mut self,
        holder: &Holder,
        (from, through): (NaiveDate, NaiveDate),
        shares: Shares,
    ) {
        if from <= through {
            self.gone.entry(holder.clone()).or_default().push(Gone { from, through, shares });
        }
    }

    /// Shares that left and earn on that day.
    pub(super) fn still_earning(&self, holder: &Holder, day: NaiveDate) -> Shares {
        let gone = self.gone.get(holder).map(Vec::as_slice).unwrap_or_default();
        let earning = gone.iter().filter(|gone| gone.from <= day && day <= gone.through);
        earning.fold(Shares::ZERO, |sum, gone| sum.plus(gone.shares).unwrap_or(sum))
    }

    /// Who may have earned anything of that fund, by name.
    fn holders<'a>(
        &'a self,
        fund: FundCode,
        with_lots: impl Iterator<Item = &'a Holder>,
    ) -> BTreeSet<&'a InvestorId> {
        let all = with_lots.chain(self.owed.keys()).chain(self.gone.keys());
        all.filter(|(_, of)| *of == fund).map(|(investor, _)| investor).collect()
    }
}

impl Register {
    /// A batch says after the income of T that shares are a bank's from T on: days since are reckoned anew.
    pub(super) fn reckon(&mut self, holder: &Holder, after: NaiveDate) {
        let after = (holder.1, after.succ_opt().unwrap_or(after));
        let since =
            self.incomes.published.range(after..).take_while(|((of, _), _)| *of == holder.1);
        for ((_, day), (_, figure, unit)) in since {
            let income = money_fund::income(self.earning(holder, *day), *figure, *unit);
            if let Some(owed) = self.incomes.owed.get_mut(holder) {
                owed.correct(*day, income.unwrap_or_default());
            }
        }
    }

    /// Books a publication: what it accrued, and what it carried.
    pub(super) fn give(&mut self, entry: &IncomeEntry) {
        let Publication { fund, day, publication, per_10_000 } = entry.income;
        self.incomes.published.insert((fund, day), (publication, per_10_000, entry.unit));
        for Given { investor, accrued, carried } in &entry.holders {
            let holder = (investor.clone(), fund);
            let owed = self.incomes.owed.entry(holder.clone()).or_default();
            owed.accrue(day, publication, *accrued);
            let Some(Carry { amount, registered, serial, taken }) = carried else { continue };
            let rest = owed.due(day).minus(*amount).unwrap_or_default();
            owed.pay(day, rest);
            owed.carried_through = Some(day);
            if taken.is_empty() {
                let shares = Shares::new(amount.decimal()).unwrap_or_default();
                self.carried(holder, serial.clone(), (day, *registered), shares);
            } else {
                self.debit(&holder, taken, registered.pred_opt().unwrap_or(day).max(day));
            }
        }
        let since = day.checked_sub_days(Days::new(DAYS_REMEMBERED)).unwrap_or(day);
        for gone in self.incomes.gone.values_mut() {
            gone.retain(|gone| gone.through >= since);
        }
    }
}

/// What the fund's terms say of a publication.
struct ByTerms {
    unit: IncomeUnit,
    /// Where a period ends with the day: the working day on which income becomes shares.
    registered: Option<NaiveDate>,
}

impl SandboxRegistrar {
    /// Gives every holder of the fund the income of a natural day. One that was published before
    /// changes nothing, and so does one of a fund that the registrar does not keep.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing is given.
    pub fn publish_income(&self, income: &Publication) -> Result<(), JournalError> {
        let Some(terms) = self.by_terms(income) else { return Ok(()) };
        // Which shares earn follows from every batch whose hour has come.
        self.run_hour(self.clock.now());
        let mut register = self.register();
        if register.incomes.is_known(income) {
            return Ok(());
        }
        let entry = self.given(&register, *income, &terms);
        if let Some(journal) = &self.journal {
            journal.append(&entry)?;
        }
        register.give(&entry);
        Ok(())
    }

    /// Who holds how many shares of a fund, and what unpaid income; that may be negative.
    pub fn holders_of(&self, fund: FundCode) -> BTreeMap<InvestorId, (Shares, Income)> {
        let register = self.register();
        let rows = register.holders().into_iter().filter(|(_, of, ..)| *of == fund);
        rows.map(|(investor, _, shares, unpaid)| (investor.clone(), (shares, unpaid))).collect()
    }

    fn by_terms(&self, income: &Publication) -> Option<ByTerms> {
        let terms = self.market.terms(income.fund, income.day).ok()?;
        let (carry, unit) = terms.map(|it| (it.carry, it.income_unit)).unwrap_or_default();
        let booked = carry.booked_on(self.market.calendar(), income.day).ok()?;
        Some(ByTerms { unit, registered: carry.ends_on(income.day).then(|| booked.date()) })
    }

    fn given(&self, register: &Register, income: Publication, terms: &ByTerms) -> IncomeEntry {
        let Publication { fund, day, publication, per_10_000 } = income;
        let mut holders = Vec::new();
        let (asked_for, exits) = (OnceCell::new(), OnceCell::new());
        let today = self.clock.now().date();
        for investor in register.incomes.holders(fund, register.with_lots()) {
            let holder = (investor.clone(), fund);
            let mut owed = register.incomes.owed.get(&holder).cloned().unwrap_or_default();
            if !owed.takes(day, publication) {
                continue;
            }
            let shares = register.earning(&holder, day);
            let accrued = money_fund::income(shares, per_10_000, terms.unit).unwrap_or_default();
            let corrects = owed.days.contains_key(&day);
            owed.accrue(day, publication, accrued);
            // What is owed goes along with shares that are all to leave.
            let leaving = exits.get_or_init(|| self.exits(fund)).contains(investor);
            let carried = terms.registered.filter(|_| !leaving).and_then(|registered| {
                let free = |held: Shares| {
                    let all = asked_for.get_or_init(|| self.asked_for(register, fund));
                    let asked = all.get(investor).copied().unwrap_or_default();
                    let kept = self.scenario.frozen(investor, fund, today).plus(asked);
                    held.minus(kept.unwrap_or(held)).unwrap_or_default()
                };
                carried(register, &holder, &owed, (day, registered), free)
            });
            if accrued != Income::ZERO || corrects || carried.is_some() {
                holders.push(Given { investor: investor.clone(), accrued, carried });
            }
        }
        IncomeEntry { income, unit: terms.unit, holders }
    }

    /// Whose shares of a fund wait to leave together with the income.
    fn exits(&self, fund: FundCode) -> HashSet<InvestorId> {
        let waits = |entry: &ApplicationEntry| {
            let open = entry.decided.as_ref().is_none_or(|decided| decided.carried.is_some());
            entry.terms.fund == fund && entry.is_accepted() && open
        };
        let applications = self.applications();
        let exits = applications.iter().filter(|it| waits(it) && takes_income(&it.terms.ask));
        exits.map(|entry| entry.terms.investor.clone()).collect()
    }

    /// Shares of a fund that wait for a batch to let them leave, by holder.
    fn asked_for(&self, register: &Register, fund: FundCode) -> HashMap<InvestorId, Shares> {
        let mut all: HashMap<InvestorId, Shares> = HashMap::new();
        for entry in self.applications() {
            let terms = &entry.terms;
            if terms.fund != fund || !entry.is_accepted() {
                continue;
            }
            let asked = match &entry.decided {
                Some(decided) => decided.carried.map(|rest| rest.shares),
                None => shares_asked(terms),
            };
            let Some(asked) = asked else { continue };
            let held = register.held_for(terms);
            let sum = all.entry(terms.investor.clone()).or_default();
            *sum = sum.plus(asked.min(held)).unwrap_or(*sum);
        }
        all
    }

    /// The last natural day on which shares earn that the entry's newest decision took out.
    pub(super) fn earns_through(
        &self,
        before: Option<&ApplicationEntry>,
        entry: &ApplicationEntry,
    ) -> NaiveDate {
        let rest = before.and_then(|before| before.decided.as_ref()?.carried);
        let t: TradingDay = rest.map_or(entry.terms.trade_date, |rest| rest.trade_date);
        let last = match entry.terms.ask {
            // The day's income is the bank's.
            Ask::FastTransfer { .. } => t.date().pred_opt(),
            Ask::Redemption { .. }
            | Ask::Conversion { .. }
            | Ask::Purchase { .. }
            | Ask::Subscription { .. } => earns_until(self.market.calendar(), t).ok(),
        };
        last.unwrap_or_else(|| t.date())
    }
}

const fn shares_asked(terms: &Terms) -> Option<Shares> {
    match terms.ask {
        Ask::Redemption { shares, .. }
        | Ask::Conversion { shares, .. }
        | Ask::FastTransfer { shares, .. } => Some(shares),
        Ask::Purchase { .. } | Ask::Subscription { .. } => None,
    }
}

/// What becomes shares, or takes them; `None` for less than a fen, where a later day was carried
/// already, or where too few shares are free.
fn carried(
    register: &Register,
    holder: &Holder,
    owed: &Owed,
    (day, registered): (NaiveDate, NaiveDate),
    free: impl FnOnce(Shares) -> Shares,
) -> Option<Carry> {
    if owed.carried_through.is_some_and(|before| day <= before) {
        return None;
    }
    let (due, held) = (owed.due(day), register.held(holder));
    let at_most = if due < Income::ZERO { free(held) } else { held };
    let amount = due.minus(carry_forward(at_most, due).ok()?.unpaid)?;
    let taken = match amount.cmp(&Income::ZERO) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Greater => Vec::new(),
        std::cmp::Ordering::Less => {
            register.oldest(holder, Shares::new(amount.decimal().abs()).ok()?)
        }
    };
    let (investor, fund) = holder;
    let serial = serial("IN", &format!("{investor}.{fund}.{day}"));
    Some(Carry { amount, registered, serial, taken })
}
