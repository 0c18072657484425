//! What a saga does to the investor's money-fund shares, and what it reads off them.

use super::{
    application::{ApplicationLeg, FundSaga},
    record_days::RecordDays,
};
use crate::house::House;
use fundflow_domain::{
    admission::leaving::enough_on,
    fund::FundTerms,
    ids::{FundCode, InvestorId, WalletId},
    limits::Exit,
    money::{Amount, Money, Nav, ShareRounding, Shares},
    wallet::{Command, Credit, Entry, Reservation, State, Wallet, parse_id},
};
use fundflow_kernel::streams::{Key, Streams};
use fundflow_runtime::{
    saga::{Saga, View},
    turn::{NotDone, Turn},
};

/// The wallet as one transaction sees it.
#[derive(Debug, Clone)]
pub struct WalletPart {
    /// The wallet's stream.
    pub key: Key<Wallet>,
    /// Until when shares earn that left by a record; `None` where none leave.
    pub(super) days: Option<RecordDays>,
}

impl WalletPart {
    /// The wallet of that investor and money fund.
    pub fn of(investor: &InvestorId, fund: FundCode) -> Self {
        Self { key: Key::of(&WalletId { investor: investor.clone(), fund }), days: None }
    }

    /// The same, which shares leave: the house says until when these earn.
    #[must_use]
    pub fn leaving(self, house: &House) -> Self {
        Self { days: Some(house.record_days()), ..self }
    }

    /// The whole wallet; `None` when its stream is damaged or not in memory.
    pub fn state<'a>(&self, streams: &'a Streams) -> Option<&'a State> {
        streams.state(&self.key)
    }

    /// Whether so many shares, which are reserved for it, may leave by the minima of another T's terms.
    ///
    /// # Errors
    /// In words: which minimum says no.
    pub fn enough_on<S: Saga>(
        &self,
        view: &View<'_, S>,
        fund: &FundTerms,
        shares: Shares,
    ) -> Result<(), String> {
        let Some(wallet) = self.state(view.streams) else { return Ok(()) };
        let left = wallet.registered().minus(wallet.reserved()).unwrap_or_default();
        let exit = if left.is_zero() { Exit::Full(shares) } else { Exit::Part(shares) };
        enough_on(fund, None, (exit, left))
    }

    /// What this transaction did to it.
    pub fn entry<S: Saga>(&self, view: &View<'_, S>) -> Entry {
        view.state(&self.key).map(|wallet| wallet.entry(view.id)).unwrap_or_default()
    }

    /// Its shares are in transit.
    pub fn is_in_transit<S: Saga>(&self, view: &View<'_, S>) -> bool {
        match self.entry(view).credit {
            Credit::InTransit(_) => true,
            Credit::Arriving { coming, .. } => !coming.is_zero(),
            Credit::None | Credit::Confirmed(_) | Credit::Reversed => false,
        }
    }

    /// Whether its lot is registered.
    pub fn is_credited<S: Saga>(&self, view: &View<'_, S>) -> bool {
        matches!(self.entry(view).credit, Credit::Confirmed(_))
    }

    /// Shares that are reserved now.
    pub fn held<S: Saga>(&self, view: &View<'_, S>) -> Option<Shares> {
        match self.entry(view).reservation {
            Reservation::Held(shares) => Some(shares),
            Reservation::Leaving { held, .. } => Some(held).filter(|held| !held.is_zero()),
            Reservation::None | Reservation::Spent(_) | Reservation::Released => None,
        }
    }

    /// Nothing of that purchase is there: it never came, or what was registered is taken back.
    pub fn is_reversed<S: FundSaga>(&self, view: &View<'_, S>, buy: &ApplicationLeg) -> bool {
        match self.entry(view).credit {
            Credit::Reversed => true,
            Credit::Confirmed(there) => there.is_zero() && buy.is_rejected(view),
            Credit::None | Credit::InTransit(_) | Credit::Arriving { .. } => false,
        }
    }

    /// Shares of a reservation that the registrar has not had its last word on.
    pub fn open<S: Saga>(&self, view: &View<'_, S>) -> Option<Shares> {
        self.entry(view).reservation.open()
    }

    /// Shares that left for good, and no more will.
    pub fn spent<S: Saga>(&self, view: &View<'_, S>) -> Option<Shares> {
        match self.entry(view).reservation {
            Reservation::Spent(shares) => Some(shares),
            Reservation::None
            | Reservation::Held(_)
            | Reservation::Leaving { .. }
            | Reservation::Released => None,
        }
    }

    /// Decides a command of this transaction.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn decide<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        command: &Command,
    ) -> Result<usize, NotDone> {
        Ok(turn.decide(&self.key, command)?)
    }

    /// Reserves so many shares.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn reserve<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        shares: Shares,
    ) -> Result<usize, NotDone> {
        let command = Command::Reserve(turn.id().clone(), shares);
        self.decide(turn, &command)
    }

    /// Reserves so many shares; where they are all that the wallet holds, or the last that no other order
    /// takes, the unpaid income goes along.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn reserve_with_income<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        shares: Shares,
    ) -> Result<usize, NotDone> {
        let all = self.state(turn.streams()).is_some_and(|wallet| wallet.is_emptied_by(shares));
        let id = turn.id().clone();
        let command =
            if all { Command::ReserveAll(id, shares) } else { Command::Reserve(id, shares) };
        self.decide(turn, &command)
    }

    /// The unpaid income goes along with what was reserved.
    pub fn takes_income<S: Saga>(&self, view: &View<'_, S>) -> bool {
        self.state(view.streams).is_some_and(|wallet| wallet.takes_income(view.id))
    }

    /// Gives the reservation back.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn release<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        let command = Command::Release(turn.id().clone());
        self.decide(turn, &command)
    }

    /// Settles unpaid income as the registrar paid it with the shares that left.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn settle<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let income = leg.income(&turn.view()?).ok_or(NotDone::Lacks("the settled income"))?;
        let records = leg.records(&turn.view()?);
        let command = Command::SettleIncome(turn.id().clone(), income, records);
        self.decide(turn, &command)
    }
}

/// Reckons remembered days of a wallet anew, where other shares earned on one than was known, and carries
/// what is to be carried of them, by the fund's terms. Returns how many events followed. What cannot be
/// reckoned stays, and is tried again by the next income job.
pub fn correct_income<S: Saga>(
    turn: &mut Turn<'_, S>,
    house: &House,
    wallet: &Key<Wallet>,
) -> usize {
    let Some(state) = turn.state(wallet).filter(|it| it.is_to_be_reckoned()) else { return 0 };
    let Some((_, fund)) = parse_id(wallet.stream().id()) else { return 0 };
    // What a day earns earns on the days after it.
    let (days, mut events) = (state.days_of_income(), 0);
    for day in days {
        let Some(terms) = (house.funds)(fund, day) else { continue };
        let correct = Command::CorrectIncome { day, unit: terms.income_unit };
        events += turn.decide(wallet, &correct).unwrap_or_default();
        let booked = terms.carry.booked_on(&house.calendar, day).ok();
        if let Some(booked) = booked.filter(|_| terms.carry.ends_on(day)) {
            let carry = Command::CarryIncome { through: day, registered: booked.date() };
            events += turn.decide(wallet, &carry).unwrap_or_default();
        }
    }
    // The last carry's own day may have no income any more.
    if let Some(through) = turn.state(wallet).and_then(State::carried_through) {
        let again = Command::CarryIncome { through, registered: through };
        events += turn.decide(wallet, &again).unwrap_or_default();
    }
    events
}

/// Money-fund shares cost 1.00 by definition.
///
/// # Errors
/// [`NotDone::Lacks`] out of the range of shares.
pub fn at_par(amount: Amount) -> Result<Shares, NotDone> {
    let shares = Money::from(amount).shares_at(Nav::ONE, ShareRounding::HalfUp);
    shares.ok_or(NotDone::Lacks("shares within range"))
}

/// What money-fund shares are worth: 1.00 each. `None` for no shares.
pub fn worth(shares: Shares) -> Option<Amount> {
    Amount::checked(shares.value_half_up(Nav::ONE)?.decimal())
}
