//! The days of a registrar's word: from when on it can come, and by when it must.
//!
//! ```text
//! T of a part:  the order's; of what a huge redemption left: the next day on which shares may leave, or one after
//!               it whose price the part states; parts of one day and one price are of one T
//! can come:     on the day by which the terms of that T, or the promise, have it confirmed; not before
//! must come:    by then
//! of a raising: by the terms in force on the day on which its word is due: one that they extend or shorten
//!               has another
//! ```

use super::{
    application::{ApplicationLeg, FundSaga},
    check,
};
use crate::{house::House, ports::registrar::ApplicationAnswer};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::cash_out::may_leave,
    application::{
        Application, Applications, Ask, Command, Confirmation, OnHuge, Outcome, Stage, Terms,
    },
    calendar::{CalendarError, TradingDay},
    decider::Decider as _,
    fund::Raising,
    ids::FundCode,
};
use fundflow_runtime::turn::{NotDone, Turn};

impl House {
    /// The first T, from that one on, on which the fund lets shares leave; the T itself where it has no terms.
    ///
    /// # Errors
    /// The calendar ends before it.
    pub fn leaves_from(&self, fund: FundCode, t: TradingDay) -> Result<TradingDay, CalendarError> {
        let mut day = t;
        while let Some(terms) = (self.funds)(fund, day.date())
            && may_leave(&terms, day).is_err()
        {
            day = self.calendar.plus(day, 1)?;
        }
        Ok(day)
    }

    /// The T of a record, beside those before it of the same order. What a huge redemption leaves is asked for again
    /// on the next day on which the fund lets shares leave; a record of a T after that says so by its price.
    ///
    /// # Errors
    /// The calendar ends before it.
    pub fn t_of_record(
        &self,
        terms: &Terms,
        (before, said): (&[Confirmation], &Confirmation),
    ) -> Result<TradingDay, CalendarError> {
        let same = before.iter().position(|it| are_of_one_t(it, said));
        let (before, said) = match same.and_then(|at| before.get(..at).zip(before.get(at))) {
            Some(of_one_t) => of_one_t,
            None => (before, said),
        };
        match self.last_t(terms, before)? {
            None => Ok(terms.trade_date),
            Some(t) => self.next_t(terms, t, Some(said)),
        }
    }

    /// The T of the last of those records; `None` where there are none.
    fn last_t(
        &self,
        terms: &Terms,
        records: &[Confirmation],
    ) -> Result<Option<TradingDay>, CalendarError> {
        let mut last = None;
        for (at, said) in records.iter().enumerate() {
            let before = records.get(..at).unwrap_or_default();
            if before.iter().any(|it| are_of_one_t(it, said)) {
                continue;
            }
            last = Some(match last {
                None => terms.trade_date,
                Some(t) => self.next_t(terms, t, Some(said))?,
            });
        }
        Ok(last)
    }

    /// The T on which the rest of an order is asked for again, after that one.
    fn next_t(
        &self,
        terms: &Terms,
        t: TradingDay,
        said: Option<&Confirmation>,
    ) -> Result<TradingDay, CalendarError> {
        let Ask::Redemption { on_huge: OnHuge::CarryOver, .. } = terms.ask else {
            return Ok(terms.trade_date);
        };
        let next = self.leaves_from(terms.fund, self.calendar.plus(t, 1)?)?;
        Ok(said.and_then(|said| self.t_of_its_price(terms, next, said)).unwrap_or(next))
    }

    /// The first T from that one on whose published price the record states, and of which it can be by its day. The
    /// fund may have confirmed nothing on the days between, or a record of theirs had no effect.
    fn t_of_its_price(
        &self,
        terms: &Terms,
        from: TradingDay,
        said: &Confirmation,
    ) -> Option<TradingDay> {
        let Outcome::Redemption(numbers) = &said.outcome else { return None };
        let mut t = from;
        while self.word_from(terms, t).ok()?.date() <= said.confirmed_on {
            if check::published(self, t.date(), terms.fund) == Some(numbers.nav) {
                return Some(t);
            }
            t = self.leaves_from(terms.fund, self.calendar.plus(t, 1).ok()?).ok()?;
        }
        None
    }

    /// The first day on which the registrar can have a word on an order of those terms that counts for that
    /// T: both funds of a conversion need their price. What was promised by other terms holds as well.
    ///
    /// # Errors
    /// The calendar ends before it.
    pub fn word_from(&self, terms: &Terms, t: TradingDay) -> Result<TradingDay, CalendarError> {
        let confirmed = |fund| match (self.funds)(fund, t.date()) {
            Some(fund) => fund.confirmed_by(&self.calendar, t),
            None => self.calendar.plus(t, 1),
        };
        let mut first = confirmed(terms.fund)?;
        if let Ask::Conversion { into, .. } = terms.ask {
            first = first.max(confirmed(into)?);
        }
        let promised = (t == terms.trade_date).then_some(terms.promised.confirm_by);
        Ok(promised.map_or(first, |by| first.min(by)))
    }

    /// The first day on which the registrar can confirm a part of an order, beside those before it: shares of a
    /// raising come when the fund is founded.
    ///
    /// # Errors
    /// The calendar ends before it.
    pub fn confirmed_from(
        &self,
        terms: &Terms,
        of: (&[Confirmation], &Confirmation),
    ) -> Result<TradingDay, CalendarError> {
        self.shares_from(terms, self.t_of_record(terms, of)?)
    }

    /// The first day on which the registrar can say what became of an order that counts for that T, in shares or
    /// that none come: of a raising, when it is over.
    ///
    /// # Errors
    /// The calendar ends before it.
    pub fn shares_from(&self, terms: &Terms, t: TradingDay) -> Result<TradingDay, CalendarError> {
        let first = self.word_from(terms, t)?;
        match terms.ask {
            Ask::Subscription { .. } => {
                let raised = self.founded_by(terms.fund, terms.trade_date)?;
                let from = raised.map(|(raising, _)| raising.founded_from(&self.calendar));
                Ok(first.max(from.transpose()?.unwrap_or(first)))
            }
            Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::Conversion { .. }
            | Ask::FastTransfer { .. } => Ok(first),
        }
    }

    /// The day on which the registrar's next word is due: of what was carried over, never before the day
    /// after its last one. `None` past the calendar's end.
    pub fn word_due(&self, known: &Application) -> Option<TradingDay> {
        let by = known.terms.promised.confirm_by;
        let (Stage::Confirming, Some(part)) = (&known.stage, known.portions.last()) else {
            return Some(by);
        };
        let t = match self.last_t(&known.terms, &known.portions).ok()? {
            None => known.terms.trade_date,
            Some(t) => self.next_t(&known.terms, t, None).ok()?,
        };
        let of_rest = match (self.funds)(known.terms.fund, t.date()) {
            Some(terms) => terms.confirmed_by(&self.calendar, t),
            None => self.calendar.plus(t, 1),
        };
        let next = self.calendar.after(part.confirmed_on).ok()?;
        Some(by.max(next).max(of_rest.ok()?))
    }

    /// The raising in which money of that T is, and the day by which the registrar must have shares for it or
    /// send it back; `None` of a fund that was never raised.
    ///
    /// # Errors
    /// The calendar ends before that day.
    pub fn founded_by(
        &self,
        fund: FundCode,
        t: TradingDay,
    ) -> Result<Option<(Raising, TradingDay)>, CalendarError> {
        let mut seen = t.date();
        while let Some(raising) = self.raising_by(fund, seen) {
            let by = raising.founded_by(&self.calendar, t)?;
            if by.date() <= seen {
                return Ok(Some((raising, by)));
            }
            seen = by.date();
        }
        Ok(None)
    }

    /// The raising by the terms of a day; by those before it, where the fund is open by then.
    fn raising_by(&self, fund: FundCode, day: NaiveDate) -> Option<Raising> {
        let mut day = day;
        loop {
            let terms = (self.funds)(fund, day)?;
            if let Some(raising) = &terms.raising {
                return Some(raising.clone());
            }
            day = terms.effective_from.pred_opt().filter(|before| *before < day)?;
        }
    }
}

/// Records of one day and of one price: parts of what was asked for on one T. A record of the same day at
/// another price is of the next T, and early.
fn are_of_one_t(one: &Confirmation, other: &Confirmation) -> bool {
    let nav = |it: &Confirmation| match &it.outcome {
        Outcome::Redemption(numbers) => Some(numbers.nav),
        Outcome::Purchase(_)
        | Outcome::Subscription(_)
        | Outcome::Conversion(_)
        | Outcome::FastTransfer(_) => None,
    };
    one.confirmed_on == other.confirmed_on && nav(one) == nav(other)
}

impl ApplicationLeg {
    /// Nothing hangs on the day on which the money of a subscription counts: what is wrong with it is stored beside
    /// the record.
    pub(super) fn misdated<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        answer: &ApplicationAnswer,
        command: &Command,
    ) -> Result<usize, NotDone> {
        let Command::Receive(said) = command else { return Ok(0) };
        let state = turn.state(&self.key).ok_or(NotDone::Lacks("the application"))?;
        let is_news = Applications::decide(state, command).is_ok_and(|it| !it.is_empty());
        let Some(known) = state.application().filter(|_| is_news) else { return Ok(0) };
        let findings = check::of_reception(saga.house(), &known.terms, said, turn.now());
        self.noticed(turn, answer, findings)
    }
}
