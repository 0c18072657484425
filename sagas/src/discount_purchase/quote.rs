//! What a discount purchase would come to, mode by mode, as its own request decides it.

use super::{prepare::Refusal, saga::DiscountPurchase};
use fundflow_domain::{
    admission::Admitted,
    application::PromisedFee,
    calendar::TradingDay,
    fees::tiers::Charge,
    ids::FundCode,
    modes::ConversionMode,
    money::{Amount, Money, Nav, ShareRounding},
    purchase,
};
use fundflow_kernel::streams::Streams;
use fundflow_runtime::{quote::Quoted, saga::Preparing};

/// Quote of a discount purchase.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    /// The mode that it would run in: what was asked for, or the earliest price; or why there is none.
    pub chosen: Result<ConversionMode, Refusal>,
    /// Each mode, or why it would be refused in it.
    pub modes: Vec<(ConversionMode, Result<OfMode, Refusal>)>,
}

/// What it would come to in one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfMode {
    /// T: the day whose batch carries its first order.
    pub trade_date: TradingDay,
    /// The day whose price the target has.
    pub price_date: TradingDay,
    /// The day on which the registrar must have confirmed the target's shares.
    pub confirm_by: TradingDay,
    /// What the day's limit lets in, all of it in most cases. Yuan.
    pub amount: Amount,
    /// Its orders at registrars, in their order.
    pub legs: Vec<Leg>,
    /// What buying the target would cost without a discount. Yuan.
    pub ordinary_fee: Money,
    /// Fee, in yuan.
    pub fee: Money,
    /// Fee that is saved, in yuan.
    pub saved: Money,
}

/// One order at a registrar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// Business and quantity for the registrar.
    pub what: &'static str,
    /// Code of the fund that it is about.
    pub fund: FundCode,
    /// The T that it belongs to.
    pub on: TradingDay,
}

impl Quoted for DiscountPurchase {
    type Quote = Quote;

    fn quote(&self, streams: &Streams, of: &Preparing<'_, Self>) -> Result<Quote, Refusal> {
        let chosen = self.prepared(streams, of).map(|(admitted, _)| admitted.mode);
        let one = |mode| {
            let promised = self.admissible(streams, of, Some(mode));
            (mode, promised.map(|promised| self.of_mode(of, &promised)))
        };
        Ok(Quote { chosen, modes: ConversionMode::ALL.into_iter().map(one).collect() })
    }

    fn says_no(quote: &Quote) -> bool {
        quote.chosen.is_err()
    }
}

impl DiscountPurchase {
    fn of_mode(&self, of: &Preparing<'_, Self>, promised: &Admitted) -> OfMode {
        let amount = promised.amount(of.request.amount);
        let target = (self.house.funds)(of.request.target_fund, promised.nav_date.date());
        let published = target.and_then(|fund| {
            Some(
                fund.fees
                    .tiers_for(fundflow_domain::fees::Business::Purchase)
                    .ok()?
                    .at(amount.into())
                    .charge,
            )
        });
        let charged = match PromisedFee::of(promised.charge, promised.tiers.as_ref(), amount.into())
        {
            PromisedFee::Charge(charge) => fee(amount, charge),
            PromisedFee::Tiers(tiers) => fee(amount, tiers.at(amount.into()).charge),
            PromisedFee::Exact(fee) => fee,
            PromisedFee::Open => Money::ZERO,
        };
        let ordinary_fee = fee(amount, published.unwrap_or(Charge::Rate(promised.published_rate)));
        OfMode {
            trade_date: promised.trade_date,
            price_date: promised.nav_date,
            confirm_by: promised.confirm_by,
            amount,
            legs: self.legs_of(of, promised),
            ordinary_fee,
            fee: charged,
            saved: ordinary_fee.minus(charged).unwrap_or_default(),
        }
    }

    fn legs_of(&self, of: &Preparing<'_, Self>, promised: &Admitted) -> Vec<Leg> {
        let (wallet, target) = (of.request.wallet_fund, of.request.target_fund);
        let buys = promised.mode.buys_the_money_fund();
        let bought =
            buys.then_some(Leg { what: "purchase", fund: wallet, on: promised.trade_date });
        let leaves = self.leaves_on(of.request, promised);
        let rest = if promised.mode == ConversionMode::RedeemToPurchase {
            vec![
                Leg { what: "redemption", fund: wallet, on: leaves },
                Leg { what: "purchase", fund: target, on: promised.nav_date },
            ]
        } else {
            vec![Leg { what: "conversion", fund: target, on: leaves }]
        };
        bought.into_iter().chain(rest).collect()
    }
}

/// What that charge takes out of the amount: the price of a share does not matter to it.
fn fee(amount: Amount, charge: Charge) -> Money {
    let priced = purchase::price(amount, charge, Nav::ONE, ShareRounding::HalfUp);
    priced.map_or(Money::ZERO, |priced| priced.fee)
}
