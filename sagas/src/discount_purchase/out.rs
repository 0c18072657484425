//! The order that takes the shares out of the money fund, and the target's order for the money of a
//! redemption: on which T they are placed, and whether that T takes them.

use super::{
    act::{lacks, terms},
    facts,
    limits::turned_away,
    own_t::{self, Settled},
    saga::{DiscountPurchase, Turn, View},
};
use crate::house::Cost;
use crate::parts::{
    application::ApplicationLeg,
    later::Unreachable,
    milestone::Milestone,
    wallet::{at_par, worth},
};
use fundflow_domain::{
    admission::{Admitted, cash_out::may_leave},
    application::{Ask, OnHuge, PromisedFee},
    calendar::TradingDay,
    fund::FundTerms,
    modes::ConversionMode,
    money::{Amount, Money, ShareRounding, Shares},
    orders::Cause,
    wallet::Reservation,
};
use fundflow_runtime::turn::NotDone;
use std::sync::Arc;

type Done = Result<usize, NotDone>;

/// What is asked of the registrar, and what is promised about it.
struct Leaving {
    ask: Ask,
    rounding: ShareRounding,
    cost: Cost,
    /// The fund whose registrar confirms last.
    confirming: Arc<FundTerms>,
}

/// What the target's order is promised to cost; another order's cost stays what it is.
pub(super) fn cost_of(view: &View<'_>, leg: &ApplicationLeg) -> Option<Cost> {
    if leg.order != view.plan.target_order().order {
        return None;
    }
    let amount = own_t::worth(&leg.application(view)?.terms.ask)?;
    Some(cost(view.open.notes.promise(&view.open.promise), amount))
}

fn cost(promised: &Admitted, amount: Amount) -> Cost {
    Cost { fee: promised.fee_of(amount), discount: promised.discount, floor: None }
}

impl DiscountPurchase {
    /// The order that takes the shares out of the money fund belongs to the T that was promised, or to
    /// that of the instant at which it is placed, where that is later.
    pub(super) fn place_out(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let Reservation::Held(shares) = facts::entry(&view).reservation else {
            return Err(lacks("the reservation"));
        };
        let earliest = self.promised_out(&view);
        let today = self.house.t_of(turn.now())?;
        let day = today.max(earliest);
        let (shares, before) = match self.settle_out(turn, day, shares)? {
            Settled::Place(amount, before) => (at_par(amount)?, before),
            Settled::Before(events) => return Ok(events),
        };
        let view = turn.view()?;
        let fund = view.open.request.wallet_fund;
        let source = self.house.terms(fund, day)?;
        let Leaving { ask, rounding, cost, confirming } =
            self.leaving(&view, day, shares, &source)?;
        let promise = self.house.promise(&[&source, &confirming], day, cost)?;
        let registrar = source.registrar.clone();
        let terms = terms(&plan.out, &view, (fund, registrar), ask, day, (rounding, promise));
        Ok(before + plan.out.place(turn, terms)?)
    }

    /// The T on which the shares were to leave: never one before that of their purchase, and not the day of
    /// a confirmation that comes before its time, since the price would be another than was promised.
    fn promised_out(&self, view: &View<'_>) -> TradingDay {
        let promised = view.open.notes.promise(&view.open.promise);
        facts::trade_date(view).max(self.leaves_on(&view.open.request, promised))
    }

    /// A conversion is the target's order. A redemption is not: leaving a money fund on another day
    /// changes nothing that was promised of its price, but that day must let the shares go.
    fn settle_out(
        &self,
        turn: &mut Turn<'_>,
        day: TradingDay,
        shares: Shares,
    ) -> Result<Settled, NotDone> {
        let amount = worth(shares).ok_or(lacks("shares to convert"))?;
        if turn.plan().mode.is_conversion() {
            return self.settle_target(turn, day, amount);
        }
        let fund = self.house.terms(turn.view()?.open.request.wallet_fund, day)?;
        let view = turn.view()?;
        let no = may_leave(&fund, day).map_err(|no| Cause::new("not_admitted", no.to_string()));
        let no = no.and_then(|()| {
            let callees = self.house.to_registrars(&[fund.code], day.date());
            let is_later = day > self.promised_out(&view);
            let reached = Unreachable::none_on(day, &callees, turn.ports().filter(|_| is_later));
            reached.map_err(|nobody| nobody.cause())
        });
        match no {
            Ok(()) => self.settle_redemption(turn, day, amount),
            Err(cause) => turned_away(turn, cause).map(Settled::Before),
        }
    }

    /// Its money is here later than was promised where it is placed late: the target counts on that day.
    fn settle_redemption(
        &self,
        turn: &mut Turn<'_>,
        day: TradingDay,
        amount: Amount,
    ) -> Result<Settled, NotDone> {
        let view = turn.view()?;
        let Some(expected) = self.expected_later(&view, day) else {
            return Ok(Settled::Place(amount, 0));
        };
        if view.open.notes.leg_undecided != Some(expected) {
            let noted = turn.reach(Milestone::LegRedated { trade_date: expected })?;
            return Ok(Settled::Before(noted));
        }
        Ok(Settled::Place(amount, self.expect_on(turn, expected)?))
    }

    fn leaving(
        &self,
        view: &View<'_>,
        day: TradingDay,
        shares: Shares,
        source: &Arc<FundTerms>,
    ) -> Result<Leaving, NotDone> {
        let promised = view.open.notes.promise(&view.open.promise);
        let (lots, on_huge) = (vec![], OnHuge::Cancel);
        let (wallet, all) = (&view.plan.wallet, view.plan.wallet.held(view) == Some(shares));
        let take_income = all && wallet.takes_income(view);
        if promised.mode == ConversionMode::RedeemToPurchase {
            return Ok(Leaving {
                ask: Ask::Redemption { shares, lots, on_huge, take_income },
                rounding: source.share_rounding,
                cost: Cost::undiscounted(PromisedFee::Exact(Money::ZERO)),
                confirming: source.clone(),
            });
        }
        let into = view.open.request.target_fund;
        let confirming = self.house.terms(into, day)?;
        let topup_discount = promised.discount;
        Ok(Leaving {
            ask: Ask::Conversion { shares, into, lots, topup_discount, on_huge, take_income },
            rounding: confirming.share_rounding,
            cost: cost(promised, worth(shares).ok_or(lacks("shares to convert"))?),
            confirming,
        })
    }

    pub(super) fn place_target(&self, turn: &mut Turn<'_>) -> Done {
        let plan = turn.plan();
        let day = self.house.t_of(turn.now())?;
        let proceeds =
            plan.out.proceeds(&turn.view()?).ok_or(lacks("what the redemption brought"))?;
        // Income that came along is paid out, and buys nothing.
        let bought = proceeds.minus(facts::income(&turn.view()?)).unwrap_or(proceeds);
        let amount = Amount::new(bought.decimal()).map_err(|_| lacks("money to buy with"))?;
        let (amount, before) = match self.settle_target(turn, day, amount)? {
            Settled::Place(amount, before) => (amount, before),
            Settled::Before(events) => return Ok(events),
        };
        let view = turn.view()?;
        let code = view.open.request.target_fund;
        let promised = view.open.notes.promise(&view.open.promise).clone();
        let fund = self.house.terms(code, day)?;
        let promise = self.house.promise(&[&fund], day, cost(&promised, amount))?;
        let ask = Ask::Purchase { amount, plan: None };
        let (registrar, rounding) = (fund.registrar.clone(), fund.share_rounding);
        let terms = terms(&plan.target, &view, (code, registrar), ask, day, (rounding, promise));
        Ok(before + plan.target.place(turn, terms)?)
    }
}
