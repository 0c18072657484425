//! The T of the order that registers the target's shares, where that is not the purchase's own: next
//! day, and in redeem-to-purchase; and wherever that order is placed or taken late.
//!
//! ```text
//! the promised T  -> placed, as far as it counts
//! another one     -> noted -> given back on the old T, decided again, counted on the new one -> placed
//!                              `-> turned away: what was bought stays, money is paid out
//! ```
//!
//! 1. Once the purchase stands, its shares are the investor's: where the other T does not take them, they stay in
//!    the wallet. Another mode has another price day, which is for the investor to ask for.
//! 2. The other T is noted before anything is decided for it: its limit is read first, and whoever dies
//!    in the middle gives back there what it does not need.

use super::{
    limits::{target_key, turned_away},
    prepare::Refusal,
    saga::{DiscountPurchase, Turn, View},
};
use crate::parts::{
    application::ApplicationLeg,
    later::{self, NotOn, Unreachable},
    limits::{Limits, used_by_others},
    milestone::Milestone,
};
use fundflow_domain::{
    admission::{
        Admitted,
        target::{OnItsOwnT, readmit_target},
    },
    application::Ask,
    calendar::TradingDay,
    ids::VersionTag,
    money::Amount,
    orders::Cause,
};
use fundflow_runtime::{port::Ports, turn::NotDone};

/// What becomes of the target's order on a T.
pub(super) enum Settled {
    /// It may be placed, for so many yuan of what there is.
    Place(Amount, usize),
    /// Something else comes first: so many events followed.
    Before(usize),
}

impl DiscountPurchase {
    /// Settles for how much the target's order of that T may be placed.
    pub(super) fn settle_target(
        &self,
        turn: &mut Turn<'_>,
        day: TradingDay,
        amount: Amount,
    ) -> Result<Settled, NotDone> {
        let (plan, view) = (turn.plan(), turn.view()?);
        self.are_listed(&view, day)?;
        let next = self.target_limits_on(&view, day);
        if self.is_as_promised(&view, day, &next) {
            let Some(counted) = plan.target_limits.accepted(&view) else {
                let text = "all orders of the day were refused since one exceeded its limit";
                let cause = Cause::new("day_refused", text);
                return turned_away(turn, cause).map(Settled::Before);
            };
            return Ok(Settled::Place(counted.map_or(amount, |most| most.min(amount)), 0));
        }
        if view.open.notes.leg_undecided != Some(day) {
            let left = plan.limits_next.give_back_counted(turn)?;
            let noted = turn.reach(Milestone::LegRedated { trade_date: day })?;
            return Ok(Settled::Before(left + noted));
        }
        match self.target_on(&view, turn.ports(), (day, amount)) {
            Ok(admitted) => {
                let part = admitted.target_accepted.unwrap_or(amount);
                let events = self.retarget(turn, (&next, part), admitted)?;
                Ok(Settled::Place(part, events))
            }
            Err(no) => no.turn_away(self, turn, &next, amount).map(Settled::Before),
        }
    }

    /// The registrar has the order, and took it for another T: that T takes all of it, or none. Returns
    /// why it does not.
    pub(super) fn moved_alone(
        &self,
        turn: &mut Turn<'_>,
        leg: &ApplicationLeg,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        let (plan, view) = (turn.plan(), turn.view()?);
        if leg.order != plan.target_order().order {
            // The money of a redemption comes when it comes; the target's order is decided on then.
            if let Some(expected) = self.expected_later(&view, day) {
                self.expect_on(turn, expected)?;
            }
            return Ok(None);
        }
        let placed = leg.application(&view).map(|it| &it.terms.ask).and_then(worth);
        let amount = placed.ok_or(NotDone::Lacks("what the order is worth"))?;
        self.are_listed(&view, day)?;
        let next = self.target_limits_on(&view, day);
        next.are_there(&view)?;
        let admitted = match self.target_on(&view, turn.ports(), (day, amount)) {
            Ok(admitted) => admitted,
            Err(no) => {
                no.refuse_day(self, turn, &next, amount)?;
                return Ok(Some(no.cause));
            }
        };
        if let Some(cause) = later::less_than(amount, admitted.target_accepted) {
            return Ok(Some(cause));
        }
        turn.reach(Milestone::LegRedated { trade_date: day })?;
        self.retarget(turn, (&next, amount), admitted)?;
        Ok(None)
    }

    /// The shares leave the money fund on that T: the day on which their money is here, where it is later
    /// than was promised and the target counts there.
    pub(super) fn expected_later(&self, view: &View<'_>, day: TradingDay) -> Option<TradingDay> {
        let expected = self.house.paid_by(view.open.request.wallet_fund, day).ok()?;
        let promised = view.open.notes.promise(&view.open.promise).nav_date;
        let counts = !view.plan.target_limits.are_free(view);
        (expected > promised && counts).then_some(expected)
    }

    /// The target counts on that day, as far as it takes it, and no more on the promised one.
    pub(super) fn expect_on(
        &self,
        turn: &mut Turn<'_>,
        expected: TradingDay,
    ) -> Result<usize, NotDone> {
        let (plan, view) = (turn.plan(), turn.view()?);
        let next = self.target_limits_on(&view, expected);
        next.are_there(&view)?;
        let amount = plan.target_limits.accepted(&view).flatten().unwrap_or(plan.amount);
        match self.target_on(&view, turn.ports(), (expected, amount)) {
            Ok(admitted) if later::less_than(amount, admitted.target_accepted).is_none() => {
                self.retarget(turn, (&next, amount), admitted)
            }
            // It is decided once the money is here.
            Ok(_) | Err(_) => plan.target_limits.give_back(turn),
        }
    }

    /// Gives back on the old T, counts on the new one, and promises what that lets in.
    fn retarget(
        &self,
        turn: &mut Turn<'_>,
        (next, amount): (&Limits, Amount),
        admitted: Admitted,
    ) -> Result<usize, NotDone> {
        let (old, fund) = (&turn.plan().target_limits, turn.view()?.open.request.target_fund);
        let mut events = old.without(next).give_back(turn)?;
        events += next.count(turn, &self.house, fund, amount)?;
        Ok(events + turn.reach(Milestone::readmitted(admitted))?)
    }

    /// Nothing that the target's order was promised on has changed: the T, its limit, and the terms.
    fn is_as_promised(&self, view: &View<'_>, day: TradingDay, next: &Limits) -> bool {
        let promised = view.open.notes.promise(&view.open.promise);
        let request = &view.open.request;
        let unchanged = |code, version: &VersionTag| {
            let terms = (self.house.funds)(code, day.date());
            terms.is_none_or(|terms| terms.version == *version)
        };
        // Shares that are converted leave by the wallet fund's terms, too.
        let leaves = || {
            !promised.mode.is_conversion() || unchanged(request.wallet_fund, &promised.wallet_terms)
        };
        let known = day == promised.trade_date
            || (unchanged(request.target_fund, &promised.target_terms) && leaves());
        day == promised.nav_date && known && view.plan.target_limits == *next
    }

    pub(super) fn target_limits_on(&self, view: &View<'_>, day: TradingDay) -> Limits {
        let was = view.open.notes.promise(&view.open.promise);
        Limits::of(&target_key(&self.house, &view.open.request, was, day))
    }

    /// What is promised of the target's order on that T, or why nothing is.
    fn target_on(
        &self,
        view: &View<'_>,
        ports: Option<&Ports>,
        (day, amount): (TradingDay, Amount),
    ) -> Result<Admitted, NotOn> {
        let request = &view.open.request;
        let was = view.open.notes.promise(&view.open.promise);
        // Money buys the target on whatever day it arrives.
        let wanted = view.open.promise.nav_date;
        if request.only_today && was.mode.is_conversion() && day > wanted {
            return Err(NotOn::priced(day, wanted));
        }
        let funds = self.funds_on(day.date(), request.wallet_fund, request.target_fund);
        let refused = |code| NotOn::refused(&Refusal::UnknownFund(code), None);
        let (wallet_fund, target_fund) = funds.map_err(refused)?;
        let key = target_key(&self.house, request, was, day);
        let again = OnItsOwnT {
            trade_date: day,
            amount,
            ordered: view.plan.amount,
            investor: request.investor.clone(),
            wallet_fund,
            target_fund,
            used: used_by_others(view.streams, key.as_ref(), view.id),
            calendar: self.house.calendar.clone(),
        };
        let admitted = readmit_target(was, &again);
        let admitted = admitted.map_err(|rule| NotOn::refused(&rule, Some(&rule)))?;
        let of = if was.mode.is_conversion() { request.wallet_fund } else { request.target_fund };
        Unreachable::none_on(day, &self.house.to_registrars(&[of], day.date()), ports)?;
        Ok(admitted)
    }
}

/// Yuan that an order brings to the target; money-fund shares count 1.00 each.
pub(super) fn worth(ask: &Ask) -> Option<Amount> {
    match ask {
        Ask::Purchase { amount, .. } | Ask::Subscription { amount } => Some(*amount),
        Ask::Conversion { shares, .. }
        | Ask::Redemption { shares, .. }
        | Ask::FastTransfer { shares, .. } => Amount::new(shares.decimal()).ok(),
    }
}
