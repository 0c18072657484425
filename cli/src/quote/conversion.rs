//! `quote convert`.

use super::{
    answer::{Answer, Failure, needed},
    args::Convert,
    purchase::rounding,
    terms::{no_back_end, price_of, resolve, typed},
    values::RateText,
};
use chrono::{Days, NaiveDate};
use fundflow_domain::{
    admission::topup,
    conversion::{self, Conversion, Policy, Terms, TierBase},
    explain::residual,
    fees::{
        Channel,
        tiers::{AmountTiers, Charge, DaysTiers},
    },
    fund::{ConversionFeeMethod as Method, ConversionPair, FundTerms},
    ids::LotId,
    lots::Parcel,
    money::{Discount, Nav, Rate, Shares},
    redemption,
};
use fundflow_kernel::counted::counted;

const RATE_IN: &str = "--rate-in, --fixed-fee-in or --into with the target's code";

/// Prices a conversion.
pub(super) fn convert(args: &Convert) -> Result<Answer, Failure> {
    let shares = needed(args.shares, "shares", "at least 0.01 shares with at most 2 decimals")?;
    if shares.is_zero() {
        return Err(fundflow_domain::lots::Refusal::Nothing.into());
    }
    let catalogue = args.catalogue.as_deref();
    let source = resolve(args.fund, args.on, catalogue)?;
    let target = resolve(args.into, args.on, catalogue)?;
    let nav_out = ("nav-out", args.nav_out, "the source's net asset value of T");
    let nav_out = price_of(source.as_deref(), nav_out)?;
    let nav_in = ("nav-in", args.nav_in, "the target's net asset value of T");
    let nav_in = price_of(target.as_deref(), nav_in)?;
    if let (Some(source), Some(target)) = (&source, &target) {
        conversion::may_convert(&source.fees, &target.fees)?;
    }
    let (source, target) = (source.as_deref(), target.as_deref());
    source.map_or(Ok(()), no_back_end)?;
    let fees = Fees::of(args, source, target)?;
    let terms = Terms {
        leaving: redemption::Terms { tiers: &fees.leaving, back_end: None, regime: None },
        buying_source: &fees.buying_source,
        buying_target: &fees.buying_target,
        leaving_target: fees.leaving_target,
        policy: policy(args, source, target)?,
    };
    let confirmed_on = args.on.unwrap_or_default();
    let parcel = parcel(shares, fees.days, confirmed_on)?;
    let priced = conversion::price(&[parcel], nav_out, nav_in, confirmed_on, terms)?;
    Ok(answer(&priced))
}

/// What was typed, else what the funds charge, else nothing.
struct Fees {
    leaving: DaysTiers,
    days: u32,
    buying_source: AmountTiers,
    buying_target: AmountTiers,
    leaving_target: Rate,
}

impl Fees {
    fn of(
        args: &Convert,
        source: Option<&FundTerms>,
        target: Option<&FundTerms>,
    ) -> Result<Self, Failure> {
        let rate = |typed: Option<RateText>| typed.map(|rate| rate.0);
        let leaving = rate(args.redemption_rate).map(DaysTiers::flat);
        let leaving = leaving.or(source.map(|fund| fund.fees.redemption.clone()));
        let leaving = leaving.unwrap_or(DaysTiers::flat(Rate::ZERO));
        let days = if leaving.iter().count() > 1 {
            needed(args.days, "days", "how many natural days the source's shares were held")?
        } else {
            args.days.unwrap_or(0)
        };
        let charge_in = typed(("rate-in", args.rate_in), ("fixed-fee-in", args.fixed_fee_in))?;
        let buying_source = buying(rate(args.rate_out).map(Charge::Rate), source);
        let leaving_target = rate(args.redemption_rate_in);
        let leaving_target = leaving_target.or(target.map(|fund| fund.fees.redemption.at(0).rate));
        Ok(Self {
            leaving,
            days,
            buying_source: buying_source.unwrap_or(AmountTiers::flat(Charge::FREE)),
            buying_target: needed(buying(charge_in, target), "rate-in", RATE_IN)?,
            leaving_target: leaving_target.unwrap_or(Rate::ZERO),
        })
    }
}

fn buying(typed: Option<Charge>, fund: Option<&FundTerms>) -> Option<AmountTiers> {
    typed.map(AmountTiers::flat).or_else(|| fund.map(|fund| fund.fees.purchase.clone()))
}

fn policy(
    args: &Convert,
    source: Option<&FundTerms>,
    target: Option<&FundTerms>,
) -> Result<Policy, Failure> {
    let pair: Option<&ConversionPair> = match (source, target) {
        (Some(source), Some(target)) => {
            let pair = source.conversion_into(target.code);
            if pair.is_none() && args.method.is_none() {
                return Err(Failure::NoPair { source_fund: source.code, target: target.code });
            }
            pair
        }
        (Some(_), None) | (None, Some(_) | None) => None,
    };
    let rule = match (source, target) {
        (Some(source), Some(target)) if args.topup_discount.is_none() => {
            let channel = args.channel.map_or(Channel::DirectOnline, Channel::from);
            topup::rule(source, target, channel, args.on.unwrap_or_default())
        }
        _ => None,
    };
    let discount = args.topup_discount.or(rule.as_ref().map(|rule| rule.multiplier));
    let method = args.method.map(Method::from).or(pair.map(|pair| pair.method));
    Ok(Policy {
        method: method.unwrap_or(Method::FeeDifference),
        tier_base: pair.map_or(TierBase::default(), |pair| pair.tier_base),
        topup_discount: discount.unwrap_or(Discount::NONE),
        topup_floor: rule.and_then(|rule| rule.floor),
        rounding: rounding(args.share_rounding.map(Into::into), target),
    })
}

fn parcel(shares: Shares, days: u32, confirmed_on: NaiveDate) -> Result<Parcel, Failure> {
    let registered_on =
        confirmed_on.checked_sub_days(Days::new(u64::from(days))).ok_or_else(|| {
            Failure::Internal(format!("{} before {confirmed_on}", counted(days, "day", "days")))
        })?;
    let lot = LotId::new("L1").map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(Parcel { lot, registered_on, unit_cost: Nav::ONE, shares, left: Shares::ZERO })
}

fn answer(priced: &Conversion) -> Answer {
    Answer::new(priced.explain())
        .with("gross_out", priced.gross_out)
        .with("redemption_fee", priced.redemption_fee)
        .with("base", priced.base)
        .with("fee_in", priced.fee_in)
        .with("fee_out", priced.fee_out)
        .with("topup", priced.topup)
        .with("net_in", priced.net_in)
        .with("shares_in", priced.shares_in)
        .with("residual", residual(priced.residual))
}
