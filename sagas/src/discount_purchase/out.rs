//! The order that takes the shares out of the money fund, and the target's order for the money of a
//! redemption: on which T they are placed, and whether that T takes them.

use super::{
    act::{lacks, own, terms},
    facts,
    limits::turned_away,
    saga::{DiscountPurchase, Turn, View},
};
use fundflow_domain::{
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
    fee: PromisedFee,
    /// The fund whose registrar confirms last.
    confirming: Arc<FundTerms>,
}

impl DiscountPurchase {
    /// The order that takes the shares out of the money fund belongs to the T of the instant at
    /// which it is placed: the purchase's own while that is open, and no earlier one ever.
    pub(super) fn place_out(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let Reservation::Held(shares) = facts::entry(&view).reservation else {
            return Err(lacks("the reservation"));
        };
        let earliest = facts::trade_date(&view);
        let today = self.house.t_of(turn.now())?;
        let day = today.max(earliest);
        if let Some(cause) = self.refuses_out(&view, day) {
            return turned_away(turn, cause);
        }
        let fund = view.open.request.wallet_fund;
        let source = self.house.terms(fund, day)?;
        let Leaving { ask, rounding, fee, confirming } =
            self.leaving(&view, day, shares, &source)?;
        let discount = view.open.notes.promise(&view.open.promise).discount;
        let promise = self.house.promise(&confirming, day, fee, discount)?;
        let registrar = source.registrar.clone();
        let terms = terms(&plan.out, &view, (fund, registrar), ask, day, (rounding, promise));
        plan.out.place(turn, terms)
    }

    fn leaving(
        &self,
        view: &View<'_>,
        day: TradingDay,
        shares: Shares,
        source: &Arc<FundTerms>,
    ) -> Result<Leaving, NotDone> {
        let promised = view.open.notes.promise(&view.open.promise);
        let (lots, on_huge, take_income) = (vec![], OnHuge::Cancel, false);
        if promised.mode == ConversionMode::RedeemToPurchase {
            return Ok(Leaving {
                ask: Ask::Redemption { shares, lots, on_huge, take_income },
                rounding: source.share_rounding,
                fee: PromisedFee::Exact(Money::ZERO),
                confirming: source.clone(),
            });
        }
        let into = view.open.request.target_fund;
        let confirming = self.house.terms(into, day)?;
        let topup_discount = promised.discount;
        Ok(Leaving {
            ask: Ask::Conversion { shares, into, lots, topup_discount, on_huge, take_income },
            rounding: confirming.share_rounding,
            fee: PromisedFee::Charge(promised.charge),
            confirming,
        })
    }

    /// Why shares may not leave for the target on that T; only asked when it is not the promised one.
    pub(super) fn refuses_out(&self, view: &View<'_>, day: TradingDay) -> Option<Cause> {
        let promised = view.open.notes.promise(&view.open.promise);
        let expected = match promised.mode {
            ConversionMode::Held | ConversionMode::LinkedSameDay => promised.trade_date,
            ConversionMode::NextDay => promised.nav_date,
            // Leaving a money fund on another day changes nothing that was promised of its price.
            ConversionMode::RedeemToPurchase => return None,
        };
        if day <= expected {
            return None;
        }
        let request = &view.open.request;
        if request.only_today {
            let text = format!("it would be priced on {day}, and only {expected} was wanted");
            return Some(own("cut_off_passed", &text));
        }
        let closed = |fund: &FundTerms, what: &str| {
            let text = format!("fund {} {what} on {day}", fund.code);
            Some(own("not_admitted", &text))
        };
        let source = self.house.terms(request.wallet_fund, day).ok()?;
        if !source.status_on(day.date()).permits_conversion_out(source.convert_status) {
            return closed(&source, "lets nothing be converted out of it");
        }
        let target = self.house.terms(request.target_fund, day).ok()?;
        if !target.status_on(day.date()).permits_conversion_in(target.convert_status) {
            return closed(&target, "takes no conversions");
        }
        None
    }

    pub(super) fn place_target(&self, turn: &mut Turn<'_>) -> Done {
        let (plan, view) = (turn.plan(), turn.view()?);
        let code = view.open.request.target_fund;
        let promised = view.open.notes.promise(&view.open.promise).clone();
        let day = self.house.t_of(turn.now())?;
        let fund = self.house.terms(code, day)?;
        let proceeds = plan.out.proceeds(&view).ok_or(lacks("what the redemption brought"))?;
        let amount = Amount::new(proceeds.decimal()).map_err(|_| lacks("money to buy with"))?;
        if !fund.status_on(day.date()).permits_purchase() {
            let text = format!("fund {code} takes no purchases on {day}");
            return turned_away(turn, own("not_admitted", &text));
        }
        let fee = PromisedFee::Charge(promised.charge);
        let promise = self.house.promise(&fund, day, fee, promised.discount)?;
        let ask = Ask::Purchase { amount, plan: None };
        let (registrar, rounding) = (fund.registrar.clone(), fund.share_rounding);
        let terms = terms(&plan.target, &view, (code, registrar), ask, day, (rounding, promise));
        plan.target.place(turn, terms)
    }
}
