//! Which application is decided on when: at the hour of its T, at that of the T that a rest was
//! carried over to, or as soon as its price is known after that.

use super::{ApplicationEntry, Confirming, Market, SandboxRegistrar};
use crate::sandbox::{journal::JournalError, notices::Notices};
use fundflow_domain::{
    application::{Ask, Terms},
    calendar::TradingDay,
    time::Timestamp,
};
use std::sync::Arc;

/// Milliseconds after its cut-off until which what was paid in time is taken for T.
const PAID_IN_TIME: i64 = 2 * 3_600_000;

impl SandboxRegistrar {
    /// Lets the batch run then.
    #[must_use]
    pub fn confirming(mut self, confirming: Confirming) -> Self {
        self.confirming = confirming;
        self.agenda.clear();
        self.notices = Notices::default();
        self.filed.clear();
        for entry in self.applications() {
            self.say(&entry, self.in_file(&entry));
            self.wait_for_hour(&entry);
        }
        self
    }

    /// Puts an entry on the agenda that somebody has to decide on at its hour.
    pub(super) fn wait_for_hour(&self, entry: &ApplicationEntry) {
        let waits = entry.decided.is_some() || self.confirming == Confirming::AtItsHour;
        if let Some(hour) = self.hour_of(entry).filter(|_| waits && entry.is_accepted()) {
            self.agenda.plan(hour, self.rank(entry), entry.terms.no.clone().into());
        }
    }

    /// On the T that it belongs to if it arrives now. A file says the T itself.
    pub(super) fn dated(&self, entry: ApplicationEntry, now: Timestamp) -> ApplicationEntry {
        let (terms, cut_off) = (&entry.terms, self.market.cut_off(&entry.terms));
        let open_until = match terms.ask {
            Ask::Purchase { .. } | Ask::Subscription { .. } => cut_off.plus_millis(PAID_IN_TIME),
            Ask::Redemption { .. } | Ask::Conversion { .. } | Ask::FastTransfer { .. } => cut_off,
        };
        let is_late = self.confirming == Confirming::AtItsHour && now >= open_until;
        let next = self.market.calendar().t_by(now, self.market.own_cut_off(terms));
        // Past the end of the calendar it stays on the day that it names.
        let Some(trade_date) = next.ok().filter(|next| is_late && *next > terms.trade_date) else {
            return entry;
        };
        let too_late_for = Some(terms.trade_date);
        let terms = Terms { trade_date, ..terms.clone() };
        ApplicationEntry { terms, too_late_for, ..entry }
    }

    /// How many records of it stand in the file of its T. Whoever reads that hears them there, at its own hour,
    /// whether this program was started again in between or not.
    pub(super) fn in_file(&self, entry: &ApplicationEntry) -> usize {
        if self.confirming != Confirming::ByBatch || !entry.batched {
            return 0;
        }
        let Ok(next) = self.market.calendar().plus(entry.terms.trade_date, 1) else { return 0 };
        let night = Market::hour_of(next.date());
        entry.decided.iter().flat_map(|decided| decided.said_by(night)).count()
    }

    /// The terms with the T that it counts for: with files that of the one that will name it, as whoever
    /// writes that file says now, and its own otherwise.
    pub(super) fn counts_as<'a>(&self, known: &'a ApplicationEntry, said: &'a Terms) -> &'a Terms {
        let by_file = self.confirming == Confirming::ByBatch && !known.batched;
        if by_file && known.is_later(said) { said } else { &known.terms }
    }

    /// What names its lots comes before what leaves by the fund's sequence: that finds others, and the lots that
    /// were named would be gone.
    pub(super) fn rank(&self, entry: &ApplicationEntry) -> u8 {
        match &entry.terms.ask {
            Ask::Purchase { .. } | Ask::Subscription { .. } => 0,
            Ask::Redemption { .. } | Ask::Conversion { .. } | Ask::FastTransfer { .. }
                if self.register().follows_own_purchase(&entry.terms) =>
            {
                1
            }
            Ask::Redemption { lots, .. } | Ask::Conversion { lots, .. } if !lots.is_empty() => 2,
            Ask::Redemption { .. } | Ask::Conversion { .. } | Ask::FastTransfer { .. } => 3,
        }
    }

    /// The batches whose hour has come. Where the journal cannot be written, they wait.
    pub(super) fn run_hour(&self, now: Timestamp) {
        for (rank, no) in self.agenda.take_due(now) {
            // Its T may have moved since it was put on the agenda.
            let known = self.books.get(&no).filter(|known| self.waits_after(known, now));
            if let Some(known) = known {
                self.wait_for_hour(&known);
                continue;
            }
            match self.decide_on(&no, now) {
                Ok(Some((entry, from))) => {
                    self.say(&entry, from);
                    let undecided = entry.decided.is_none() && entry.is_accepted();
                    if undecided || self.hour_of(&entry).is_some_and(|hour| hour <= now) {
                        self.agenda.put_off(rank, no);
                    } else {
                        self.wait_for_hour(&entry);
                    }
                }
                Ok(None) => {}
                Err(_) => self.agenda.put_off(rank, no),
            }
        }
    }

    fn waits_after(&self, entry: &ApplicationEntry, now: Timestamp) -> bool {
        entry.is_accepted() && self.hour_of(entry).is_some_and(|hour| hour > now)
    }

    /// The hour at which it, or what was carried over of it, is confirmed; `None` once all is said.
    fn hour_of(&self, entry: &ApplicationEntry) -> Option<Timestamp> {
        let t = match &entry.decided {
            None => entry.terms.trade_date,
            Some(decided) => decided.carried?.trade_date,
        };
        let on = self.market.decided_on(&entry.terms, t);
        let next = || self.market.calendar().plus(t, 1).map(TradingDay::date);
        let on = on.or_else(|_| next()).unwrap_or_else(|_| t.date());
        Some(Market::hour_of(on))
    }

    /// The T on which what that T leaves is asked for again: the same one, where it has a second record.
    pub(super) fn asked_again(
        &self,
        entry: &ApplicationEntry,
        t: TradingDay,
    ) -> Option<TradingDay> {
        let fund = entry.terms.fund;
        let on = self.market.decided_on(&entry.terms, t).ok();
        let is_first = entry.confirmations().all(|it| Some(it.confirmed_on) != on);
        if is_first && self.scenario.is_in_two(fund, t) {
            return Some(t);
        }
        self.market.leaves_after(fund, t)
    }

    /// Decides on an application, or on the rest of one, unless that is done, the front did not take
    /// it, or a price is missing. Returns it with the number of records that were known before.
    pub(super) fn decide_on(
        &self,
        no: &str,
        now: Timestamp,
    ) -> Result<Option<(ApplicationEntry, usize)>, JournalError> {
        let mut register = self.register();
        let Some(known) = self.books.get(no).filter(ApplicationEntry::is_accepted) else {
            return Ok(None);
        };
        let before = known.decided.as_ref();
        let (words, finals) = before.map_or((0, 0), |it| (it.words.len(), it.register.len()));
        let decided = match before {
            None => self.decision(&known, &register, now),
            Some(_) if self.hour_of(&known).is_some_and(|hour| hour <= now) => {
                self.carried_on(&known, &register, now)
            }
            Some(_) => None,
        };
        let Some(decided) = decided else { return Ok(Some((known, words))) };
        let key: Arc<str> = known.terms.no.clone().into();
        let same = |it: &&ApplicationEntry| {
            it.is_accepted() && it.decided.as_ref().map_or(0, |it| it.register.len()) == finals
        };
        let change = |it: Option<&ApplicationEntry>| {
            let it = it.filter(same)?.clone();
            Some(ApplicationEntry { decided: Some(decided), ..it })
        };
        let (entry, new) = self.books.change(&key, self.journal.as_ref(), change, Clone::clone)?;
        if let Some(entry) = entry.as_ref().filter(|_| new) {
            register.book(Some(&known), entry, self.earns_through(Some(&known), entry));
        }
        Ok(entry.map(|entry| (entry, words)))
    }
}
