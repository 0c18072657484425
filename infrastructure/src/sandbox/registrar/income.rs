//! What the register owes holders of a money fund: income by natural day, until it becomes a lot or is
//! paid with shares that leave.
//!
//! ```text
//! published --> accrued to who earns on that day --carry, where a period ends--> a lot
//!                                                --all shares leave-----------> paid with them
//! ```
//!
//! 1. The register reckons by itself, from its own lots; it never learns what the distributor's
//!    wallets came to.
//! 2. A publication is one line of the books, with what it gave to each holder. It is given once; a
//!    correction takes the place of the one before it, and what became shares follows at once.
//! 3. Income below zero takes shares that are free: not frozen, and not asked for by an application
//!    that waits for its batch. Otherwise it stays owed until the next carry.

use super::{
    SandboxRegistrar,
    entry::{ApplicationEntry, Taken},
    owed::Owed,
    register::Register,
};
use crate::sandbox::{channel::serial, journal::JournalError};
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Ask, Terms},
    calendar::TradingDay,
    ids::{FundCode, InvestorId},
    money::{Income, PerTenThousand, Shares},
    money_fund::{self, IncomeUnit, Publication, earns_until},
    orders::Serial,
};
use rust_decimal::Decimal;
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
    /// The day's figure as published.
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
    /// Shares that income below zero could not take then. What became shares before is corrected with it.
    #[serde(default, rename = "kept", skip_serializing_if = "is_none")]
    withheld: Shares,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_none(shares: &Shares) -> bool {
    shares.is_zero()
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

/// What is published and owed, and how many shares earn from when on.
#[derive(Debug, Default)]
pub(super) struct Incomes {
    published: BTreeMap<(FundCode, NaiveDate), (u8, PerTenThousand, IncomeUnit)>,
    owed: HashMap<Holder, Owed>,
    changes: HashMap<Holder, Vec<(NaiveDate, Decimal)>>,
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
        self.owed.get(holder).map_or(Income::ZERO, Owed::unpaid)
    }

    /// Everybody who is owed anything, or owes it.
    pub(super) fn owed(&self) -> impl Iterator<Item = (&Holder, Income)> {
        let all = self.owed.keys().map(|holder| (holder, self.unpaid(holder)));
        all.filter(|(_, unpaid)| *unpaid != Income::ZERO)
    }

    /// What is owed was paid with shares that left; `rest` still is.
    pub(super) fn settle(&mut self, holder: &Holder, rest: Income) {
        let Some(owed) = self.owed.get_mut(holder) else { return };
        for (from, amount) in owed.settle(rest) {
            self.changed(holder, from, amount.decimal());
        }
    }

    fn forget(&mut self, holder: &Holder) {
        let Some(owed) = self.owed.get_mut(holder) else { return };
        for (from, amount) in owed.forget() {
            self.changed(holder, from, amount.decimal());
        }
    }

    /// So many more shares earn from that day on; below zero, so many less.
    pub(super) fn changed(&mut self, holder: &Holder, from: NaiveDate, shares: Decimal) {
        if !shares.is_zero() {
            self.changes.entry(holder.clone()).or_default().push((from, shares));
        }
    }

    /// Shares of a holder that earn on a natural day.
    fn earning(&self, holder: &Holder, day: NaiveDate) -> Shares {
        let changes = self.changes.get(holder).map(Vec::as_slice).unwrap_or_default();
        let changes = changes.iter().filter(|(from, _)| *from <= day).map(|(_, shares)| *shares);
        let carried = self.owed.get(holder).map(Owed::carries).unwrap_or_default();
        let carried = carried.iter().filter(|(from, _)| *from <= day);
        let all: Decimal = changes.chain(carried.map(|(_, amount)| amount.decimal())).sum();
        Shares::new(all.max(Decimal::ZERO)).unwrap_or_default()
    }

    /// Who may have earned anything of that fund, by name.
    fn holders(&self, fund: FundCode) -> BTreeSet<&InvestorId> {
        let all = self.changes.keys().chain(self.owed.keys());
        all.filter(|(_, of)| *of == fund).map(|(investor, _)| investor).collect()
    }
}

impl Register {
    /// A batch or a publication says something of days whose income was given: the days since are reckoned
    /// anew, and so is what became shares of them.
    ///
    /// No shares are taken but those beyond `withheld`.
    pub(super) fn reckon(&mut self, holder: &Holder, withheld: Shares) {
        self.reckon_days(holder);
        let owed = self.incomes.owed.get(holder).filter(|_| !self.is_leaving(holder));
        let Some((through, registered, amount)) = owed.and_then(Owed::behind) else { return };
        let key = format!("{}.{}.{through}.{}", holder.0, holder.1, self.held(holder));
        let free = |held: Shares| held.minus(withheld).unwrap_or_default();
        let carry = self.carry(holder, (serial("IN", &key), registered), amount, free);
        if let Some(carry) = carry {
            self.book_carry(holder, through, &carry);
        }
    }

    pub(super) fn reckon_days(&mut self, holder: &Holder) {
        let Some(owed) = self.incomes.owed.get(holder) else { return };
        for day in owed.days() {
            let known = self.incomes.published.get(&(holder.1, day));
            let Some((_, figure, unit)) = known.copied() else { continue };
            let shares = self.incomes.earning(holder, day);
            let amount = money_fund::income(shares, figure, unit).unwrap_or_default();
            if let Some(owed) = self.incomes.owed.get_mut(holder) {
                owed.correct(day, amount);
            }
        }
    }

    /// What becomes shares, or takes them; `None` where too few are free.
    fn carry(
        &self,
        holder: &Holder,
        (serial, registered): (Serial, NaiveDate),
        amount: Income,
        free: impl FnOnce(Shares) -> Shares,
    ) -> Option<Carry> {
        let taken = if amount < Income::ZERO {
            let shares = Shares::new(amount.decimal().abs()).ok()?;
            (shares <= free(self.held(holder))).then(|| self.oldest(holder, shares))?
        } else {
            Vec::new()
        };
        Some(Carry { amount, registered, serial, taken })
    }

    fn book_carry(&mut self, holder: &Holder, through: NaiveDate, carry: &Carry) {
        let Carry { amount, registered, serial, taken } = carry;
        let owed = self.incomes.owed.entry(holder.clone()).or_default();
        owed.carry(through, *registered, *amount);
        if *amount > Income::ZERO {
            let shares = Shares::new(amount.decimal()).unwrap_or_default();
            self.carried(holder.clone(), serial.clone(), *registered, shares);
        } else {
            self.take_away(holder, taken);
        }
    }

    /// Books a publication: what it accrued, and what it carried.
    pub(super) fn give(&mut self, entry: &IncomeEntry) {
        let Publication { fund, day, publication, per_10_000 } = entry.income;
        self.incomes.published.insert((fund, day), (publication, per_10_000, entry.unit));
        for Given { investor, accrued, carried, withheld } in &entry.holders {
            let holder = (investor.clone(), fund);
            let owed = self.incomes.owed.entry(holder.clone()).or_default();
            owed.accrue(day, publication, *accrued);
            if let Some(carry) = carried {
                self.book_carry(&holder, day, carry);
            }
            self.reckon(&holder, *withheld);
            self.incomes.forget(&holder);
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
        for investor in register.incomes.holders(fund) {
            let holder = (investor.clone(), fund);
            let mut owed = register.incomes.owed.get(&holder).cloned().unwrap_or_default();
            if !owed.takes(day, publication) {
                continue;
            }
            let shares = register.incomes.earning(&holder, day);
            let accrued = money_fund::income(shares, per_10_000, terms.unit).unwrap_or_default();
            let corrects = owed.knows(day);
            owed.accrue(day, publication, accrued);
            // What is owed goes along with shares that are all to leave.
            let leaving = exits.get_or_init(|| self.exits(fund)).contains(investor);
            let withheld = || {
                let all = asked_for.get_or_init(|| self.asked_for(register, fund));
                let asked = all.get(investor).copied().unwrap_or_default();
                self.frozen(investor, fund, today).plus_or_most(asked)
            };
            let carried = terms.registered.filter(|_| !leaving).and_then(|registered| {
                let free = |held: Shares| held.minus(withheld()).unwrap_or_default();
                let (registered, amount) = owed.due(day, registered)?;
                let serial = serial("IN", &format!("{investor}.{fund}.{day}.{publication}"));
                register.carry(&holder, (serial, registered), amount, free)
            });
            if accrued != Income::ZERO || corrects || carried.is_some() {
                let takes = corrects || accrued < Income::ZERO;
                let withheld = if takes { withheld() } else { Shares::ZERO };
                holders.push(Given { investor: investor.clone(), accrued, carried, withheld });
            }
        }
        IncomeEntry { income, unit: terms.unit, holders }
    }

    /// Whose shares of a fund wait to leave together with the income.
    fn exits(&self, fund: FundCode) -> HashSet<InvestorId> {
        let applications = self.applications();
        let exits =
            applications.iter().filter(|it| it.terms.fund == fund && it.waits_with_income());
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
            *sum = sum.plus_or_most(asked.min(held));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn withheld_shares_keep_their_name_in_the_books() {
        let line = r#"{"investor":"I-1","accrued":"-1.00","kept":"5.00"}"#;

        let given: Given = serde_json::from_str(line).unwrap();

        assert_eq!(given.withheld, "5.00".parse().unwrap());
        let stored = serde_json::to_value(&given).unwrap();
        assert_eq!(stored["kept"], "5.00");
    }
}
