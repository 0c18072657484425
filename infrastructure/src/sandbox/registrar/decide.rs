//! What the batch makes of an application that the front took: first the truth of the register, then
//! the records that say it.
//!
//! 1. The truth follows from the application, the register and the prices of its T.
//! 2. The records say the truth, or what the scenario plants instead; never before the hour of the
//!    day that they are dated, except where the scenario says so.

use super::{
    ApplicationEntry, NotPriced, SandboxRegistrar,
    entry::{Carried, Decided, Final, Taken, Word, record_serial, rejection},
    market::Market,
    pricing::{Converting, fast_transfer, interest, with_income},
    register::{NotThere, Register},
    words::words,
};
use crate::sandbox::scenario::ConfirmFate;
use chrono::NaiveDate;
use fundflow_domain::{
    application::{
        Ask, Confirmation, OnHuge, Outcome, Reception, RejectedFrozen, Rejection, Terms,
    },
    calendar::TradingDay,
    ids::FundCode,
    lots::Parcel,
    money::{Amount, Nav, Rate, Shares},
    orders::Cause,
    time::Timestamp,
};
use rust_decimal::{Decimal, RoundingStrategy};

/// The smallest part of a share that a register has.
const SMALLEST: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Confirmed on a T, for the n-th time of one application.
#[derive(Debug, Clone, Copy)]
struct Night {
    trade_date: TradingDay,
    confirmed_on: NaiveDate,
    nth: usize,
    /// The last price will do.
    early: bool,
}

/// What stands in the register afterwards.
struct Truth {
    says: Final,
    taken: Vec<Taken>,
    carried: Option<Carried>,
}

impl SandboxRegistrar {
    /// Decides on an application; `None` while it has no price.
    pub(super) fn decision(
        &self,
        entry: &ApplicationEntry,
        register: &Register,
        now: Timestamp,
    ) -> Option<Decided> {
        let (fate, delay_s) = self.scenario.confirmation(&entry.terms);
        let delay = i64::from(delay_s) * 1000;
        let t = entry.terms.trade_date;
        let early = fate.is_early();
        let night = self.night(&entry.terms, t, 1, early);
        let hour = night.as_ref().map_or(now, |night| Market::hour_of(night.confirmed_on));
        let at = if early { now } else { now.max(hour) };
        if let Ask::Subscription { amount } = entry.terms.ask {
            return Some(self.subscribed(entry, amount, (fate, delay), now));
        }
        let truth = night.and_then(|night| self.truth(entry, register, fate, night));
        let truth = match truth {
            Ok(truth) => truth,
            Err(NotPriced::NoNav { .. }) => return None,
            Err(refused) => {
                let says = Final::Rejected(rejection_of(&refused));
                Truth { says, taken: Vec::new(), carried: None }
            }
        };
        let Truth { says, taken, carried } = truth;
        let words = words(entry, &says, fate, (at, delay));
        Some(Decided { register: vec![says], taken, fate, words, carried })
    }

    /// Decides on the rest that was carried over, by the ratio of its T where that is huge again; `None` while
    /// it has no price.
    pub(super) fn carried_on(
        &self,
        entry: &ApplicationEntry,
        register: &Register,
        now: Timestamp,
    ) -> Option<Decided> {
        let before = entry.decided.clone()?;
        let Carried { shares, trade_date } = before.carried?;
        let nth = before.register.len() + 1;
        let fund = entry.terms.fund;
        let part = self.scenario.huge_part(fund, trade_date).unwrap_or(1000);
        let accepted = leaving(shares, part);
        let truth = self
            .night(&entry.terms, trade_date, nth, false)
            .and_then(|night| self.leave(entry, register, (shares, accepted), night));
        let (says, taken, carried) = match truth {
            Ok(truth) => {
                let next = self.asked_again(entry, trade_date);
                let truth = truth.with_rest(entry, ConfirmFate::Carried, shares, next);
                (truth.says, truth.taken, truth.carried)
            }
            Err(NotPriced::NoNav { .. }) => return None,
            Err(refused) => (Final::Rejected(rejection_of(&refused)), Vec::new(), None),
        };
        let mut decided = before;
        decided.words.push(Word { at: now, says: says.clone() });
        decided.register.push(says);
        decided.taken.extend(taken);
        decided.carried = carried;
        Some(decided)
    }

    fn night(
        &self,
        terms: &Terms,
        trade_date: TradingDay,
        nth: usize,
        early: bool,
    ) -> Result<Night, NotPriced> {
        let confirmed_on = self.market.decided_on(terms, trade_date)?;
        Ok(Night { trade_date, confirmed_on, nth, early })
    }

    fn truth(
        &self,
        entry: &ApplicationEntry,
        register: &Register,
        fate: ConfirmFate,
        night: Night,
    ) -> Result<Truth, NotPriced> {
        if fate.is_rejected() {
            return Err(NotPriced::Nothing("the registrar's batch does not accept it".to_owned()));
        }
        let in_part = matches!(fate, ConfirmFate::Partial | ConfirmFate::Carried);
        let part = if in_part { self.scenario.part_per_mille(&entry.terms) } else { 1000 };
        let terms = &entry.terms;
        match &terms.ask {
            Ask::Purchase { amount, .. } => {
                let accepted = Amount::new(cut(amount.decimal(), part));
                let none = |_| NotPriced::Nothing(format!("{part}‰ of {amount} yuan is nothing"));
                let nav = self.priced(terms.fund, night)?;
                let numbers =
                    self.market.purchase(terms, (*amount, accepted.map_err(none)?), nav)?;
                Ok(Truth::whole(entry, fate, Outcome::Purchase(numbers), night))
            }
            Ask::Subscription { .. } => {
                Err(NotPriced::Nothing("a subscription has a batch of its own".to_owned()))
            }
            Ask::Redemption { shares, .. }
            | Ask::Conversion { shares, .. }
            | Ask::FastTransfer { shares, .. } => {
                let accepted = leaving(*shares, part);
                self.leave(entry, register, (*shares, accepted), night).map(|truth| {
                    let next = self.asked_again(entry, night.trade_date);
                    truth.with_rest(entry, fate, *shares, next)
                })
            }
        }
    }

    fn priced(&self, fund: FundCode, night: Night) -> Result<Nav, NotPriced> {
        let day = night.trade_date.date();
        if night.early {
            return Ok(self.market.last_price(fund, day));
        }
        self.market.price(fund, day)
    }

    /// Shares leave the lots of the register, `accepted` of those that were asked for.
    fn leave(
        &self,
        entry: &ApplicationEntry,
        register: &Register,
        (asked, accepted): (Shares, Shares),
        night: Night,
    ) -> Result<Truth, NotPriced> {
        let terms = &entry.terms;
        let t = terms.trade_date.date();
        let order = (self.market.sequence(terms.fund, t)?, self.market.is_money(terms.fund, t));
        let frozen = self.frozen(&terms.investor, terms.fund, night.confirmed_on);
        let designated = &entry.names_still()[..];
        // All that was asked for must be there, even where only a part of it is accepted.
        let (there, _) = register.take(terms, (asked, designated), order, frozen)?;
        let part = part_of(accepted, (asked, there));
        if part.is_zero() {
            return Err(NotPriced::NotThere("there are no shares to take".to_owned()));
        }
        let (shares, parcels) = register.take(terms, (part, designated), order, frozen)?;
        let unpaid = || register.incomes.unpaid(&(terms.investor.clone(), terms.fund));
        let outcome = match &terms.ask {
            Ask::Conversion { into, .. } => {
                let navs = (self.priced(terms.fund, night)?, self.priced(*into, night)?);
                let converting =
                    Converting { parcels: &parcels, navs, confirmed_on: night.confirmed_on };
                Outcome::Conversion(self.market.conversion(terms, &converting, unpaid())?)
            }
            Ask::FastTransfer { .. } => Outcome::FastTransfer(fast_transfer(shares)),
            Ask::Redemption { .. } | Ask::Purchase { .. } | Ask::Subscription { .. } => {
                let nav = self.priced(terms.fund, night)?;
                // What was carried over is a new request, on the terms of its own T.
                let (of, on) = ((terms.fund, night.trade_date), night.confirmed_on);
                let numbers = self.market.redemption(of, &parcels, nav, on)?;
                Outcome::Redemption(with_income(terms, numbers, unpaid())?)
            }
        };
        let taken = parcels.iter().filter_map(Taken::of).collect();
        let whole = Truth::whole(entry, ConfirmFate::Confirmed, outcome, night);
        Ok(Truth { taken, ..whole })
    }

    /// The money counts on T+1; the shares come when the fund is founded, or the money goes back.
    fn subscribed(
        &self,
        entry: &ApplicationEntry,
        asked: Amount,
        (fate, delay): (ConfirmFate, i64),
        now: Timestamp,
    ) -> Decided {
        let (terms, number) = (&entry.terms, entry.number());
        let after = |n| self.market.calendar().plus(terms.trade_date, n).ok().map(TradingDay::date);
        let (on, usual) = (after(1), after(2));
        let on = on.unwrap_or_else(|| now.date());
        let raising = self.scenario.raising(terms.fund);
        let usual = self.market.founded_on(terms.fund).max(usual).unwrap_or(on);
        let founded = raising.map_or(usual, |raising| raising.founded_on).max(on);
        let rate = raising.map_or(Rate::basis_points(35), |raising| raising.rate);
        let earned = interest(asked, rate, founded.signed_duration_since(on).num_days());
        let reception = Final::Received(Reception {
            serial: record_serial(&number, 1),
            on,
            amount: Some(asked.into()),
        });
        let heard = if fate.is_early() { now } else { now.max(Market::hour_of(on)) };
        let settled = now.max(Market::hour_of(founded));
        let part =
            if fate == ConfirmFate::Partial { self.scenario.part_per_mille(terms) } else { 1000 };
        let accepted = Amount::new(cut(asked.decimal(), part)).unwrap_or(asked);
        let numbers = self.market.subscription(terms, (asked, accepted), earned);
        let fails = raising.is_some_and(|raising| raising.fails);
        let says = match numbers {
            _ if fate.is_rejected() => {
                Final::Rejected(rejection("0010", "the registrar's batch does not accept it"))
            }
            _ if fails => {
                let cause = Cause::new("0004", "the raising of the fund has failed");
                Final::Rejected(Rejection { interest: earned, ..Rejection::of(cause) })
            }
            Err(refused) => Final::Rejected(rejection_of(&refused)),
            Ok(numbers) => Final::Confirmed(Box::new(Confirmation {
                serial: record_serial(&number, 2),
                confirmed_on: founded,
                registered_on: founded,
                finished: true,
                misnamed: Vec::new(),
                outcome: Outcome::Subscription(numbers),
            })),
        };
        let refused = fate.is_rejected();
        let mut said = words(entry, &says, fate, (if refused { heard } else { settled }, delay));
        let received = !refused && fate != ConfirmFate::Missing;
        let first = received.then_some(Word { at: heard, says: reception.clone() });
        said.splice(0..0, first);
        let register = if refused { vec![says] } else { vec![reception, says] };
        Decided { register, taken: Vec::new(), fate, words: said, carried: None }
    }
}

impl Truth {
    fn whole(entry: &ApplicationEntry, fate: ConfirmFate, outcome: Outcome, night: Night) -> Self {
        // A record that is corrected later is right under the second serial only.
        let nth = if fate == ConfirmFate::Corrected { night.nth + 1 } else { night.nth };
        let confirmation = Confirmation {
            serial: record_serial(&entry.number(), nth),
            confirmed_on: night.confirmed_on,
            registered_on: night.confirmed_on,
            finished: true,
            misnamed: Vec::new(),
            outcome,
        };
        let says = Final::Confirmed(Box::new(confirmation));
        Self { says, taken: Vec::new(), carried: None }
    }

    /// Where a rest is carried over, more is to come; and a corrected record has the second serial.
    fn with_rest(
        mut self,
        entry: &ApplicationEntry,
        fate: ConfirmFate,
        asked: Shares,
        next: Option<TradingDay>,
    ) -> Self {
        let Final::Confirmed(confirmation) = &mut self.says else { return self };
        if fate == ConfirmFate::Corrected {
            confirmation.serial = record_serial(&entry.number(), 2);
        }
        let carries = match entry.terms.ask {
            Ask::Redemption { on_huge: OnHuge::CarryOver, .. } => fate == ConfirmFate::Carried,
            // What a conversion did not get is cancelled.
            Ask::Redemption { on_huge: OnHuge::Cancel, .. }
            | Ask::Conversion { .. }
            | Ask::Purchase { .. }
            | Ask::Subscription { .. }
            | Ask::FastTransfer { .. } => false,
        };
        let left = match &confirmation.outcome {
            Outcome::Redemption(numbers) => asked.minus(numbers.shares).unwrap_or_default(),
            Outcome::Purchase(_)
            | Outcome::Subscription(_)
            | Outcome::Conversion(_)
            | Outcome::FastTransfer(_) => Shares::ZERO,
        };
        if let Some(trade_date) = next.filter(|_| carries && !left.is_zero()) {
            confirmation.finished = false;
            self.carried = Some(Carried { shares: left, trade_date });
        }
        self
    }
}

impl Taken {
    pub(super) fn of(parcel: &Parcel) -> Option<Self> {
        let serial = fundflow_domain::orders::Serial::new(parcel.lot.as_str()).ok()?;
        Some(Self { serial, shares: parcel.shares })
    }
}

/// The same part of what is there as `accepted` is of what was asked for.
fn part_of(accepted: Shares, (asked, there): (Shares, Shares)) -> Shares {
    if there == asked {
        return accepted;
    }
    let ratio = accepted.decimal().checked_div(asked.decimal()).unwrap_or_default();
    let part = there.decimal().checked_mul(ratio).unwrap_or_default();
    let part = part.round_dp_with_strategy(2, RoundingStrategy::ToZero);
    Shares::new(part).unwrap_or_default()
}

/// So many of those shares leave, and at least the smallest there are.
fn leaving(asked: Shares, per_mille: u16) -> Shares {
    let part = Shares::new(cut(asked.decimal(), per_mille)).unwrap_or_default();
    part.max(asked.min(Shares::new(SMALLEST).unwrap_or_default()))
}

/// So much of it, to the last whole 0.01 below.
fn cut(whole: Decimal, per_mille: u16) -> Decimal {
    if per_mille >= 1000 {
        return whole;
    }
    let part = whole * Decimal::new(i64::from(per_mille), 3);
    part.round_dp_with_strategy(2, RoundingStrategy::ToZero)
}

/// The registrar's return code: its dictionary is the published one.
pub(super) fn rejection_of(refused: &NotPriced) -> Rejection {
    let code = match refused {
        NotPriced::NoFund(_) => "0200",
        NotPriced::NoPair { .. } => "0223",
        NotPriced::NoNav { .. } | NotPriced::Calendar(_) => "0006",
        NotPriced::Purchase(_) => "0207",
        NotPriced::Conversion(_) | NotPriced::Redemption(_) => "0206",
        NotPriced::NotThere(_) => "0001",
        NotPriced::Frozen { .. } => "0002",
        NotPriced::Nothing(_) => "0010",
    };
    let frozen = match refused {
        NotPriced::Frozen { frozen, .. } => Some(RejectedFrozen::InAll(*frozen)),
        NotPriced::NoFund(_)
        | NotPriced::NoPair { .. }
        | NotPriced::NoNav { .. }
        | NotPriced::Calendar(_)
        | NotPriced::Purchase(_)
        | NotPriced::Conversion(_)
        | NotPriced::Redemption(_)
        | NotPriced::NotThere(_)
        | NotPriced::Nothing(_) => None,
    };
    Rejection { frozen, ..rejection(code, &refused.to_string()) }
}

impl From<NotThere> for NotPriced {
    fn from(not_there: NotThere) -> Self {
        let text = not_there.to_string();
        match not_there {
            NotThere::Nothing | NotThere::TooFew { .. } => NotPriced::NotThere(text),
            NotThere::Frozen { held, frozen, .. } => {
                NotPriced::Frozen { text, frozen: frozen.min(held) }
            }
        }
    }
}
