//! Shares of one fund into shares of another, on one T, without money leaving.
//!
//! ```text
//! gross_out = half_up(shares × NAV out), all lots together
//! fee       = Σ lots half_up(half_up(shares of the lot × NAV out) × its rate)
//! base      = gross_out - fee (- put-off fee of a back-end source)
//! FeeDifference    topup = max(fee_in - fee_out, 0), both at discounted rates
//!                  fee_x = half_up(base × rate_x / (1 + rate_x)), or the fixed fee
//! RateDifference   d = max(rate_in - rate_out, 0), discounted;  topup = half_up(base × d / (1 + d))
//! BothDifferences  fee = max(fee - fee of leaving the target at 0 days, lot by lot as well, 0), then
//!                  as FeeDifference
//! net_in    = base - topup;  shares_in = net_in / NAV in;  residual = net_in - shares_in × NAV in
//! ```
//!
//! 1. `redemption fee + put-off fee + topup + net_in = gross_out`, to the fen.
//! 2. The discount is one on rates, never on a fee. A fixed fee in is not discounted, nor is what is taken
//!    off it; but where the discount is 0 the top-up is free, whatever the fee in is.
//! 3. A rate cannot be subtracted from a fixed fee: an order with one on either side is charged by
//!    the difference of fees under every method.
//! 4. Priced by order, never by a day's sum. The tiers are those of `base`, or of `gross_out` where
//!    the fund's contract says so.
//! 5. Front-end shares may only become front-end shares; a fund that charges nothing for buying
//!    counts as one. Back-end shares may become either.

mod beside;

use crate::{
    arithmetic::{OutOfRange, out_of_range},
    explain::{self, percent, plain},
    fees::{
        CustomerType, ShareClass, discount,
        regime::Regime,
        schedule::FeeSchedule,
        tiers::{AmountTiers, Charge},
    },
    fund::ConversionFeeMethod as Method,
    ids::FundCode,
    lots::Parcel,
    money::{Discount, Money, Nav, Rate, Residual, ShareRounding, Shares},
    redemption::{self, LotRedemption, Redemption},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use beside::TopUp;

/// Which amount decides the tiers of both funds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierBase {
    /// What is left after the fee for leaving.
    #[default]
    AfterRedemptionFee,
    /// What the shares are worth.
    GrossOut,
}

/// Why a conversion is impossible or cannot be priced. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Front-end shares into back-end shares.
    #[error(
        "class {source_class} of {source_fund} is front-end and class {target_class} of \
         {target_fund} is back-end; front-end shares convert into front-end shares only"
    )]
    FrontIntoBack {
        /// Out of which fund.
        source_fund: FundCode,
        /// The share class of the source fund.
        source_class: ShareClass,
        /// The fund that the source's shares are converted into.
        target_fund: FundCode,
        /// The share class of the target fund.
        target_class: ShareClass,
    },
    /// The shares cannot leave.
    #[error(transparent)]
    Redemption(#[from] redemption::Refusal),
    /// The fee difference would take all that the shares bring.
    #[error("top-up fee {topup} is not below the {base} that is converted")]
    TopupEatsBase {
        /// Charged on the way in.
        topup: Money,
        /// What it is taken from.
        base: Money,
    },
    /// The money is less than the smallest share of the target.
    #[error("{net} buys no share at {nav}; it must buy at least 0.01")]
    NoShare {
        /// Yuan that are left after all fees.
        net: Money,
        /// Price of the target on T, yuan per share.
        nav: Nav,
    },
    /// A result does not fit.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

/// What the pair of funds, the order and the channel agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Method of charging the difference of purchase fees.
    pub method: Method,
    /// Which amount decides the tiers.
    pub tier_base: TierBase,
    /// On the top-up: 0 is the free conversion out of the wallet.
    pub topup_discount: Discount,
    /// The rate below which that cannot push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topup_floor: Option<Rate>,
    /// As the target's contract says.
    pub rounding: ShareRounding,
}

/// The fees of both funds.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// What leaving the source costs.
    pub leaving: redemption::Terms<'a>,
    /// What buying the source costs.
    pub buying_source: &'a AmountTiers,
    /// What buying the target costs.
    pub buying_target: &'a AmountTiers,
    /// What leaving the target costs at 0 days; only [`BothDifferences`](Method::BothDifferences) asks.
    pub leaving_target: Rate,
    /// The policy that was agreed on.
    pub policy: Policy,
}

/// A conversion to the cent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// The source's lots. Under [`BothDifferences`](Method::BothDifferences) their fees are before the difference.
    pub out: Redemption,
    /// What all of them are worth together: a fen more or less than their sum.
    pub gross_out: Money,
    /// What leaving costs, after the difference where there is one.
    pub redemption_fee: Money,
    /// What of that belongs to the source fund's assets, where a regime said it.
    pub to_fund: Option<Money>,
    /// What the top-up is reckoned from.
    pub base: Money,
    /// The tier of the target.
    pub charge_in: Charge,
    /// The tier of the source.
    pub charge_out: Charge,
    /// The full fee of buying the target with the base.
    pub fee_in: Money,
    /// The full fee of buying the source with the base.
    pub fee_out: Money,
    /// What buying the target costs beyond what buying the source did.
    pub topup: Money,
    /// Yuan that buy shares of the target, after all fees.
    pub net_in: Money,
    /// Shares that are bought, rounded as the fund rounds.
    pub shares_in: Shares,
    /// `net_in - shares_in × nav_in`, exact; left to the target fund's assets.
    pub residual: Residual,
    /// The target's net asset value of T.
    pub nav_in: Nav,
    /// The policy that was agreed on.
    pub policy: Policy,
}

impl<'a> Terms<'a> {
    /// As two schedules say, and the rules in force on T.
    pub fn of(
        source: &'a FeeSchedule,
        target: &'a FeeSchedule,
        rules: Option<&'a Regime>,
        holder: CustomerType,
        policy: Policy,
    ) -> Self {
        Self {
            leaving: redemption::Terms::of(source, rules, holder),
            buying_source: &source.purchase,
            buying_target: &target.purchase,
            leaving_target: target.redemption.at(0).rate,
            policy,
        }
    }
}

/// Whether one class may become the other. That both are with one registrar, and are open for it,
/// is for whoever knows the funds' status.
///
/// # Errors
/// [`Refusal::FrontIntoBack`].
pub fn may_convert(source: &FeeSchedule, target: &FeeSchedule) -> Result<(), Refusal> {
    if source.counts_as_front_end() && !target.counts_as_front_end() {
        return Err(Refusal::FrontIntoBack {
            source_fund: source.fund,
            source_class: source.share_class,
            target_fund: target.fund,
            target_class: target.share_class,
        });
    }
    Ok(())
}

/// Prices parcels of the source's lots into shares of the target.
///
/// # Errors
/// [`Refusal`], in its order.
pub fn price(
    parcels: &[Parcel],
    nav_out: Nav,
    nav_in: Nav,
    confirmed_on: NaiveDate,
    terms: Terms<'_>,
) -> Result<Conversion, Refusal> {
    let policy = terms.policy;
    let out = redemption::price(parcels, nav_out, confirmed_on, terms.leaving)?;
    let lost = |field| out_of_range(field, format!("{}", out.gross));
    let redemption_fee = leaving_fee(&out, terms).ok_or_else(|| lost("redemption fee"))?;
    let to_fund = out.to_fund.map(|part| scaled(part, redemption_fee, out.fee));
    let gross_out = worth(parcels, nav_out).ok_or_else(|| lost("gross out"))?;
    let base = gross_out.minus(out.back_end_fee).and_then(|rest| rest.minus(redemption_fee));
    let base = base.ok_or_else(|| lost("base"))?;
    let tier_of = policy.tier_base.of(base, gross_out);
    let charge_in = terms.buying_target.at(tier_of).charge;
    let charge_out = terms.buying_source.at(tier_of).charge;
    let fee_in = fee_of(base, charge_in).ok_or_else(|| lost("fee in"))?;
    let fee_out = fee_of(base, charge_out).ok_or_else(|| lost("fee out"))?;
    let topup = policy.topup(base, charge_in, charge_out).ok_or_else(|| lost("top-up"))?;
    let net_in = base.minus(topup).filter(|net| !net.is_zero());
    let net_in = net_in.ok_or(Refusal::TopupEatsBase { topup, base })?;
    let shares_in = net_in.shares_at(nav_in, policy.rounding).ok_or_else(|| lost("shares in"))?;
    if shares_in.is_zero() {
        return Err(Refusal::NoShare { net: net_in, nav: nav_in });
    }
    let residual = net_in.residual(shares_in, nav_in).ok_or_else(|| lost("residual"))?;
    Ok(Conversion {
        out,
        gross_out,
        redemption_fee,
        to_fund,
        base,
        charge_in,
        charge_out,
        fee_in,
        fee_out,
        topup,
        net_in,
        shares_in,
        residual,
        nav_in,
        policy,
    })
}

/// What shares of several lots are worth in a conversion: rounded once. `None` beyond the range of money.
pub fn worth(parcels: &[Parcel], nav: Nav) -> Option<Money> {
    let mut shares = parcels.iter().map(|parcel| parcel.shares);
    shares.try_fold(Shares::ZERO, Shares::plus)?.value_half_up(nav)
}

impl Policy {
    /// What buying the target costs beyond what buying the source did, after the discount.
    fn topup(&self, base: Money, charge_in: Charge, charge_out: Charge) -> Option<Money> {
        if self.is_free() {
            return Some(Money::ZERO);
        }
        match (self.method, charge_in, charge_out) {
            (Method::RateDifference, Charge::Rate(rate_in), Charge::Rate(rate_out)) => {
                base.fee_within_half_up(self.on_rate(rate_in.minus_or_zero(rate_out)))
            }
            (Method::FeeDifference | Method::BothDifferences | Method::RateDifference, ..) => {
                let [charge_in, charge_out] = self.discounted(charge_in, charge_out);
                Some(fee_of(base, charge_in)?.minus_or_zero(fee_of(base, charge_out)?))
            }
        }
    }

    /// Both charges after the discount. Less taken off a fixed fee in would make the top-up dearer.
    fn discounted(&self, charge_in: Charge, charge_out: Charge) -> [Charge; 2] {
        let on_charge = |charge| match charge {
            Charge::Rate(rate) => Charge::Rate(self.on_rate(rate)),
            Charge::Fixed(fee) => Charge::Fixed(fee),
        };
        match charge_in {
            Charge::Rate(_) => [on_charge(charge_in), on_charge(charge_out)],
            Charge::Fixed(_) => [charge_in, charge_out],
        }
    }

    fn on_rate(&self, published: Rate) -> Rate {
        discount::lowered(published, self.topup_discount, self.topup_floor)
    }

    fn is_free(&self) -> bool {
        discount::is_free(self.topup_discount, self.topup_floor)
    }
}

fn leaving_fee(out: &Redemption, terms: Terms<'_>) -> Option<Money> {
    match terms.policy.method {
        Method::FeeDifference | Method::RateDifference => Some(out.fee),
        Method::BothDifferences => {
            let of_target = |lot: &LotRedemption| lot.gross.at_rate_half_up(terms.leaving_target);
            let mut of_target = out.lots.iter().map(of_target);
            let target = of_target.try_fold(Money::ZERO, |sum, fee| sum.plus(fee?))?;
            Some(out.fee.minus_or_zero(target))
        }
    }
}

fn fee_of(base: Money, charge: Charge) -> Option<Money> {
    match charge {
        Charge::Rate(rate) => base.fee_within_half_up(rate),
        Charge::Fixed(fee) => Some(fee),
    }
}

/// The fund's part of a fee that a difference lowered: in the same proportion, to the nearest fen.
fn scaled(part: Money, lowered: Money, full: Money) -> Money {
    if lowered == full {
        return part;
    }
    let share = part.decimal().checked_div(full.decimal());
    let scaled = share.and_then(|share| share.checked_mul(lowered.decimal()));
    scaled.and_then(Money::half_up).unwrap_or(lowered).min(lowered)
}

impl Conversion {
    /// Every step in words.
    pub fn explain(&self) -> Vec<String> {
        let Self { out, gross_out, redemption_fee, base, topup, net_in, shares_in, .. } = self;
        let mut lines: Vec<String> = out.lots.iter().map(|lot| lot.explain(out.nav)).collect();
        if *redemption_fee != out.fee {
            lines.push(format!(
                "redemption fee = {redemption_fee}: {} less what leaving the target at 0 days costs",
                out.fee
            ));
        }
        let put_off = if out.back_end_fee.is_zero() {
            String::new()
        } else {
            format!(" - {} put off", out.back_end_fee)
        };
        if out.lots.len() > 1 {
            let nav = plain(out.nav.decimal(), 4);
            let shares = out.shares().unwrap_or_default();
            lines.push(format!("gross = {shares} × {nav} = {gross_out} (to the fen, half up)"));
        }
        lines.push(format!("base = {gross_out} - {redemption_fee}{put_off} = {base}"));
        lines.extend(self.explain_topup());
        let nav = plain(self.nav_in.decimal(), 4);
        let how = explain::rounding(self.policy.rounding);
        let residual = explain::residual(self.residual);
        lines.push(format!("net in = {base} - {topup} = {net_in}"));
        lines.push(format!("shares in = {net_in} / {nav} = {shares_in} ({how})"));
        lines.push(format!(
            "residual = {net_in} - {shares_in} × {nav} = {residual}, left to the fund's assets"
        ));
        lines
    }

    fn explain_topup(&self) -> Vec<String> {
        let Self { base, charge_in, charge_out, fee_in, fee_out, topup, policy, .. } = self;
        let by = policy.topup_discount.decimal().normalize().to_string();
        let by = policy
            .topup_floor
            .map_or(by.clone(), |floor| format!("{by}, not below {}", percent(floor)));
        let full = format!("fee in at {charge_in} = {fee_in}, fee out at {charge_out} = {fee_out}");
        if policy.is_free() {
            return vec![full, format!("top-up = {topup}: the discount on it is 0")];
        }
        match (policy.method, charge_in, charge_out) {
            (Method::RateDifference, Charge::Rate(rate_in), Charge::Rate(rate_out)) => {
                let d = percent(policy.on_rate(rate_in.minus_or_zero(*rate_out)));
                vec![format!(
                    "top-up: d = max({charge_in} - {charge_out}, 0) × {by} = {d}; \
                     {base} × {d} / (1 + {d}) = {topup} (to the fen, half up)"
                )]
            }
            (Method::FeeDifference | Method::BothDifferences | Method::RateDifference, ..) => {
                let after = policy.discounted(*charge_in, *charge_out);
                if after == [*charge_in, *charge_out] {
                    let line = format!("top-up = max({fee_in} - {fee_out}, 0) = {topup}");
                    return vec![full, line];
                }
                let [after_in, after_out] = after;
                let line = format!(
                    "top-up = max(fee in at {after_in} - fee out at {after_out}, 0) = {topup} \
                     (rates × {by}; to the fen, half up)"
                );
                vec![full, line]
            }
        }
    }
}

#[cfg(test)]
#[path = "conversion_tests.rs"]
mod tests;
