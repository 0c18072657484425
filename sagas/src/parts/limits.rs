//! The day's limits that an order for money counts against: counted on its T, given back when it
//! fails or moves.

use super::later::NotOn;
use crate::house::House;
use fundflow_domain::{
    admission,
    calendar::TradingDay,
    day_limit::{Command, DayLimit, DayTally, Entry, State, Taken, stream_id},
    fund::FundTerms,
    ids::{FundCode, InvestorId, TransactionId},
    investor::{CustomerType, SalesChannel},
    limits::{ExcessPolicy, LimitKey},
    money::Amount,
};
use fundflow_kernel::streams::{Key, Need, Streams};
use fundflow_runtime::{
    saga::{Saga, View},
    turn::{NotDone, Turn},
};

/// Limits that one order counts against.
#[derive(Debug, Clone, Default)]
pub struct Limits(Vec<(LimitKey, Key<DayLimit>)>);

impl PartialEq for Limits {
    fn eq(&self, other: &Self) -> bool {
        self.is_of(other.0.iter().map(|(key, _)| key))
    }
}

/// What that fund allows that investor on that T, where it has a cap in force.
pub fn limit_key(
    fund: &FundTerms,
    (investor, customer, channel): (&InvestorId, CustomerType, SalesChannel),
    t: TradingDay,
) -> Option<LimitKey> {
    fund.limits.day_cap(customer, channel, t.date())?;
    let investor = investor.clone();
    Some(LimitKey { master: fund.master, investor, day: t, customer, channel })
}

/// Where the uses of that limit are counted.
pub fn stream_of(key: &LimitKey) -> Key<DayLimit> {
    Key::of(&stream_id(key))
}

/// What counts against it so far.
pub fn used(streams: &Streams, key: Option<&LimitKey>) -> DayTally {
    let state = key.and_then(|key| streams.state(&stream_of(key)));
    state.map_or_else(DayTally::default, State::tally)
}

/// The same, without what that transaction itself counts.
pub fn used_by_others(streams: &Streams, key: Option<&LimitKey>, but: &TransactionId) -> DayTally {
    let Some(state) = key.and_then(|key| streams.state(&stream_of(key))) else {
        return DayTally::default();
    };
    match state.entry(but) {
        Some(Entry::Counted { accepted, .. }) => {
            state.tally().give_back((*accepted).into()).unwrap_or_default()
        }
        Some(Entry::Refused { .. } | Entry::GivenBack) | None => state.tally(),
    }
}

impl Limits {
    /// Limits of these keys.
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a LimitKey>) -> Self {
        Self(keys.into_iter().map(|key| (key.clone(), stream_of(key))).collect())
    }

    /// Whether it is those of these keys.
    pub fn is_of<'a>(&self, keys: impl IntoIterator<Item = &'a LimitKey>) -> bool {
        self.0.iter().map(|(key, _)| key).eq(keys)
    }

    /// Streams that must be in memory.
    pub fn needs(&self) -> impl Iterator<Item = Need> {
        self.0.iter().map(|(_, key)| key.need())
    }

    /// The order counts, or counted once.
    pub fn are_counted<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.all(view, |entry| entry.is_some())
    }

    /// The order counts no more: given back, or refused with the whole day.
    pub fn are_given_back<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.all(view, |it| matches!(it, Some(Entry::GivenBack | Entry::Refused { .. })))
    }

    /// The order does not count: it never did, or does no more.
    pub fn are_free<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.all(view, |entry| !matches!(entry, Some(Entry::Counted { .. })))
    }

    /// Another order that exceeded the limit took this one with it.
    pub fn are_refused<S: Saga>(&self, view: &View<'_, S>) -> bool {
        !self.all(view, |entry| !matches!(entry, Some(Entry::Refused { .. })))
    }

    /// The least that counts of the order under any of them; `Some(None)` where nothing limits it, `None`
    /// where it does not count: refused with the day, or given back.
    pub fn accepted<S: Saga>(&self, view: &View<'_, S>) -> Option<Option<Amount>> {
        let accepted =
            |(_, key): &(LimitKey, Key<DayLimit>)| match view.state(key)?.entry(view.id)? {
                Entry::Counted { accepted, .. } => Some(*accepted),
                Entry::Refused { .. } | Entry::GivenBack => None,
            };
        let all: Option<Vec<Amount>> = self.0.iter().map(accepted).collect();
        Some(all?.into_iter().min())
    }

    /// Those that are not among the others.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        let other = |key: &LimitKey| others.0.iter().any(|(other, _)| other == key);
        Self(self.0.iter().filter(|(key, _)| !other(key)).cloned().collect())
    }

    /// All of them are in memory.
    ///
    /// # Errors
    /// [`NotDone::Missing`]: they must be read first.
    pub fn are_there<S: Saga>(&self, view: &View<'_, S>) -> Result<(), NotDone> {
        let missing = view.streams.missing(self.needs());
        if missing.is_empty() { Ok(()) } else { Err(NotDone::Missing(missing)) }
    }

    /// Those of that fund.
    ///
    /// # Errors
    /// [`NotDone::Lacks`] for a fund without terms on that day.
    pub fn of_fund(&self, house: &House, fund: FundCode) -> Result<Self, NotDone> {
        let mut keys = Vec::new();
        for (key, _) in &self.0 {
            if house.terms(fund, key.day)?.master == key.master {
                keys.push(key);
            }
        }
        Ok(Self::of(keys))
    }

    fn all<S: Saga>(&self, view: &View<'_, S>, of: impl Fn(Option<&Entry>) -> bool) -> bool {
        self.0.iter().all(|(_, key)| view.state(key).is_some_and(|limit| of(limit.entry(view.id))))
    }

    /// Counts the amount, against the caps of the fund's terms on that T.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn count<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        house: &House,
        fund: FundCode,
        amount: Amount,
    ) -> Result<usize, NotDone> {
        self.count_of(turn, house, &[fund], amount)
    }

    /// Others were faster: only a part of the amount would count now.
    pub fn would_cut<S: Saga>(
        &self,
        view: &View<'_, S>,
        house: &House,
        funds: &[FundCode],
        amount: Amount,
    ) -> bool {
        self.0.iter().any(|(key, stream)| {
            let terms = funds.iter().filter_map(|fund| house.terms(*fund, key.day).ok());
            let cap = terms.into_iter().find(|terms| terms.master == key.master);
            let cap = cap.and_then(|terms| {
                let cap = terms.limits.day_cap(key.customer, key.channel, key.day.date())?;
                Some(cap.max)
            });
            let Some(state) = view.state(stream) else { return false };
            let new = state.entry(view.id).is_none();
            new && matches!(state.tally().take(amount, cap).1, Taken::Cut { .. })
        })
    }

    /// Counts the amount, against the caps of each of those funds' terms on that T.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn count_of<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        house: &House,
        funds: &[FundCode],
        amount: Amount,
    ) -> Result<usize, NotDone> {
        let mut events = 0;
        for (key, stream) in &self.0 {
            let terms = funds.iter().map(|fund| house.terms(*fund, key.day));
            let terms = terms.collect::<Result<Vec<_>, _>>()?;
            let terms = terms.into_iter().find(|terms| terms.master == key.master);
            let terms = terms.ok_or(NotDone::Lacks("the fund whose limit it is"))?;
            let cap = terms.limits.day_cap(key.customer, key.channel, key.day.date());
            let (transaction, cap) = (turn.id().clone(), cap.map(|cap| cap.max));
            let counted = turn.decide(stream, &Command::Count { transaction, amount, cap })?;
            if counted > 0 {
                tell_refused(turn, stream);
            }
            events += counted;
        }
        Ok(events)
    }

    /// Why the whole amount may not count, besides what the transaction itself counts: one of the
    /// caps would be exceeded, or its day was refused.
    pub fn refuses<S: Saga>(
        &self,
        view: &View<'_, S>,
        house: &House,
        fund: FundCode,
        amount: Amount,
    ) -> Option<NotOn> {
        self.0.iter().find_map(|(key, _)| {
            let terms = house.terms(fund, key.day).ok()?;
            let cap = terms.limits.day_cap(key.customer, key.channel, key.day.date())?;
            let tally = used_by_others(view.streams, Some(key), view.id);
            if tally.is_refused() {
                let refusal = admission::Refusal::DayRefused { fund, day: key.day };
                return Some(NotOn::above(refusal.to_string(), None));
            }
            let (used, max) = (tally.used(), cap.max.amount);
            let fits = used.plus(amount.into()).is_some_and(|sum| sum <= max);
            let text = format!("amount {amount} after {used} on {} is above {max}", key.day);
            let all_of_day = cap.max.on_excess == ExcessPolicy::RejectAllOfDay;
            (!fits).then(|| NotOn::above(text, all_of_day.then_some(fund)))
        })
    }

    /// Gives back what counts now; those that do not know it stay as they are.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn give_back_counted<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        let view = turn.view()?;
        let counts = |key: &Key<DayLimit>| {
            matches!(
                view.state(key).and_then(|state| state.entry(view.id)),
                Some(Entry::Counted { .. })
            )
        };
        Self(self.0.iter().filter(|(_, key)| counts(key)).cloned().collect()).give_back(turn)
    }

    /// Gives back what was counted.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn give_back<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        let mut events = 0;
        for (_, stream) in &self.0 {
            let command = Command::GiveBack { transaction: turn.id().clone() };
            events += turn.decide(stream, &command)?;
        }
        Ok(events)
    }
}

/// Those that fall with the day hear of it.
fn tell_refused<S: Saga>(turn: &mut Turn<'_, S>, stream: &Key<DayLimit>) {
    let refused: Vec<TransactionId> =
        turn.state(stream).into_iter().flat_map(State::refused).cloned().collect();
    for other in refused.iter().filter(|other| *other != turn.id()).cloned().collect::<Vec<_>>() {
        turn.tell(&other);
    }
}
