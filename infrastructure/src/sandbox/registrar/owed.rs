//! What one holder of a money fund is owed: days, what became shares of them, and what is left.
//!
//! 1. A day becomes shares with the first carry through it, whenever it was published.
//! 2. What is known of it later changes what is to be carried; the difference is carried by who asks for it.

use chrono::{Days, NaiveDate};
use fundflow_domain::{money::Income, wallet::DAYS_REMEMBERED};
use std::collections::BTreeMap;

/// What one holder is owed.
#[derive(Debug, Clone, Default)]
pub(super) struct Owed {
    days: BTreeMap<NaiveDate, Day>,
    /// By the last day that they are through: when they were registered.
    carries: BTreeMap<NaiveDate, NaiveDate>,
    /// Before the first of these carries.
    rest: Income,
    booked: Income,
    settled_through: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy)]
struct Day {
    publication: u8,
    amount: Income,
    settled: bool,
}

fn sum(all: impl Iterator<Item = Income>) -> Income {
    all.fold(Income::ZERO, |sum, one| sum.plus(one).unwrap_or(sum))
}

impl Owed {
    fn open(&self) -> impl Iterator<Item = (&NaiveDate, &Day)> {
        self.days.iter().filter(|(_, day)| !day.settled)
    }

    pub(super) fn unpaid(&self) -> Income {
        let all = sum(self.open().map(|(_, day)| day.amount).chain([self.rest]));
        all.minus(self.booked).unwrap_or(all)
    }

    pub(super) fn knows(&self, day: NaiveDate) -> bool {
        self.days.contains_key(&day)
    }

    pub(super) fn days(&self) -> Vec<NaiveDate> {
        self.days.keys().copied().collect()
    }

    /// Takes a publication in the place of the one before it; not out of its turn.
    pub(super) fn takes(&self, day: NaiveDate, publication: u8) -> bool {
        self.days.get(&day).is_none_or(|was| was.publication.checked_add(1) == Some(publication))
    }

    pub(super) fn accrue(&mut self, day: NaiveDate, publication: u8, amount: Income) {
        let was = self.days.insert(day, Day { publication, amount, settled: false });
        if let Some(was) = was.filter(|was| was.settled) {
            self.rest = self.rest.minus(was.amount).unwrap_or(self.rest);
        }
    }

    /// Days that are too old for any word on them are done with. Returns what became shares for good.
    pub(super) fn forget(&mut self) -> Vec<(NaiveDate, Income)> {
        let last = self.days.keys().next_back();
        let since = last.and_then(|last| last.checked_sub_days(Days::new(DAYS_REMEMBERED)));
        let Some(since) = since else { return Vec::new() };
        self.days.retain(|day, it| *day >= since || !it.settled);
        let later = self.carries.split_off(&since);
        let Some(through) = self.carries.keys().next_back().copied() else {
            self.carries = later;
            return Vec::new();
        };
        let carried = self.carries();
        let own = sum(self.open().filter(|(day, _)| **day <= through).map(|(_, it)| it.amount));
        let done = sum(carried.iter().map(|(_, amount)| *amount));
        let rest = self.rest.plus(own).and_then(|all| all.minus(done));
        self.rest = rest.unwrap_or(self.rest);
        self.booked = self.booked.minus(done).unwrap_or(self.booked);
        self.days.retain(|day, it| it.settled || *day > through);
        self.settled_through = self.settled_through.max(Some(through));
        self.carries = later;
        carried
    }

    /// Other shares earned on that day.
    pub(super) fn correct(&mut self, day: NaiveDate, amount: Income) {
        let Some(was) = self.days.get_mut(&day) else { return };
        if was.settled {
            let change = amount.minus(was.amount).and_then(|more| self.rest.plus(more));
            self.rest = change.unwrap_or(self.rest);
        }
        was.amount = amount;
    }

    /// What each carry is to be, and from which day on it earns.
    pub(super) fn carries(&self) -> Vec<(NaiveDate, Income)> {
        let (mut rest, mut before, mut all) = (self.rest, None, Vec::new());
        for (through, registered) in &self.carries {
            let own = self.open().filter(|(day, _)| before < Some(**day) && *day <= through);
            rest = rest.plus(sum(own.map(|(_, day)| day.amount))).unwrap_or(rest);
            let (whole, below) = rest.whole_fen();
            let after = through.succ_opt().unwrap_or(*through);
            all.push((after.max(*registered), Income::new(whole).unwrap_or_default()));
            (rest, before) = (below, Some(*through));
        }
        all
    }

    /// What a carry through that day is to book, and when it is registered; `None` for less than a fen.
    pub(super) fn due(
        &self,
        through: NaiveDate,
        registered: NaiveDate,
    ) -> Option<(NaiveDate, Income)> {
        if self.settled_through.is_some_and(|settled| through <= settled) {
            return None;
        }
        let mut then = self.clone();
        let registered = *then.carries.entry(through).or_insert(registered);
        let amount =
            sum(then.carries().into_iter().map(|(_, amount)| amount)).minus(self.booked)?;
        (amount != Income::ZERO).then_some((registered, amount))
    }

    /// The last carry, and what it is to book beyond what was booked.
    pub(super) fn behind(&self) -> Option<(NaiveDate, NaiveDate, Income)> {
        let (through, registered) = self.carries.last_key_value()?;
        let (registered, amount) = self.due(*through, *registered)?;
        Some((*through, registered, amount))
    }

    pub(super) fn carry(&mut self, through: NaiveDate, registered: NaiveDate, amount: Income) {
        self.carries.entry(through).or_insert(registered);
        self.booked = self.booked.plus(amount).unwrap_or(self.booked);
    }

    /// All of it is paid but for `rest`. Returns what became shares for good.
    pub(super) fn settle(&mut self, rest: Income) -> Vec<(NaiveDate, Income)> {
        let carried = self.carries();
        self.settled_through = self.carries.keys().next_back().copied().max(self.settled_through);
        self.carries.clear();
        (self.rest, self.booked) = (rest, Income::ZERO);
        self.days.values_mut().for_each(|day| day.settled = true);
        carried
    }
}
