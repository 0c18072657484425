//! The numbers of a confirmation, from an application and the prices of its T.
//!
//! Each function prices what is accepted, which may be less than what was asked.

use super::market::{Market, NotPriced};
use fundflow_domain::{
    application::{
        Ask, ConversionConfirmed, FastTransferConfirmed, LotConfirmed, PromisedFee,
        PurchaseConfirmed, RedemptionConfirmed, SubscriptionConfirmed, Terms,
    },
    calendar::TradingDay,
    conversion,
    fees::{
        CustomerType,
        tiers::{Charge, DaysTiers},
    },
    fund::FundTerms,
    ids::FundCode,
    lots::Parcel,
    money::{Amount, Discount, Income, Money, Nav, Rate, ShareRounding, Shares, SignedMoney},
    money_fund,
    orders::Serial,
    purchase, redemption,
};
use rust_decimal::{Decimal, RoundingStrategy};

/// Days of a year in which a bank reckons interest.
const YEAR: i64 = 360;

/// Both prices of a conversion, the day on which it is confirmed, and the discount on its top-up.
pub(super) struct Converting<'a> {
    pub(super) parcels: &'a [Parcel],
    pub(super) navs: (Nav, Nav),
    pub(super) confirmed_on: chrono::NaiveDate,
}

impl Market {
    /// The charge of an application for an amount.
    fn charge(&self, terms: &Terms, amount: Money) -> Result<Charge, NotPriced> {
        Ok(match &terms.promised.fee {
            PromisedFee::Charge(charge) => *charge,
            PromisedFee::Tiers(tiers) => tiers.at(amount).charge,
            PromisedFee::Exact(fee) => Charge::Fixed(*fee),
            PromisedFee::Open => {
                let fund = self.terms(terms.fund, terms.trade_date.date())?;
                let charge = fund.map_or(Charge::FREE, |it| it.fees.purchase.at(amount).charge);
                match charge {
                    Charge::Rate(rate) => {
                        Charge::Rate(rate.discounted_half_up(terms.promised.discount))
                    }
                    Charge::Fixed(fee) => Charge::Fixed(fee),
                }
            }
        })
    }

    /// `accepted` of the `asked` amount buys shares at that price.
    pub(super) fn purchase(
        &self,
        terms: &Terms,
        (asked, accepted): (Amount, Amount),
        nav: Nav,
    ) -> Result<PurchaseConfirmed, NotPriced> {
        let charge = self.charge(terms, accepted.into())?;
        let priced = purchase::price(accepted, charge, nav, terms.rounding)?;
        let refund = Money::from(asked).minus(accepted.into()).unwrap_or_default();
        let (amount, fee, shares) = (accepted.into(), priced.fee, priced.shares);
        Ok(PurchaseConfirmed { amount, fee, refund, nav, shares })
    }

    /// `accepted` of the `asked` amount, and the interest that it earned, buy shares at face value.
    pub(super) fn subscription(
        &self,
        terms: &Terms,
        (asked, accepted): (Amount, Amount),
        interest: Money,
    ) -> Result<SubscriptionConfirmed, NotPriced> {
        let charge = self.charge(terms, accepted.into())?;
        let face = Nav::ONE;
        let priced = purchase::subscribe(accepted, charge, interest, face, terms.rounding)?;
        let refund = Money::from(asked).minus(accepted.into()).unwrap_or_default();
        let interest_shares = interest.shares_at(face, terms.rounding).unwrap_or_default();
        Ok(SubscriptionConfirmed {
            amount: accepted.into(),
            fee: priced.fee,
            refund,
            interest,
            face,
            shares: priced.shares,
            interest_shares,
        })
    }

    /// Shares out of these lots are worth money at that price.
    pub(super) fn redemption(
        &self,
        (fund, t): (FundCode, TradingDay),
        parcels: &[Parcel],
        nav: Nav,
        confirmed_on: chrono::NaiveDate,
    ) -> Result<RedemptionConfirmed, NotPriced> {
        let nothing = DaysTiers::flat(Rate::ZERO);
        let fees = match self.terms(fund, t.date())? {
            Some(fund) => redemption::Terms::of(&fund.fees, None, CustomerType::Individual),
            None => redemption::Terms { tiers: &nothing, back_end: None, regime: None },
        };
        let parcels = not_later(parcels, confirmed_on);
        let priced = redemption::price(&parcels, nav, confirmed_on, fees)?;
        let fee = priced.fee.plus(priced.back_end_fee).unwrap_or(priced.fee);
        Ok(RedemptionConfirmed {
            shares: priced.shares().unwrap_or_default(),
            nav,
            gross: priced.gross,
            fee,
            back_end_fee: priced.back_end_fee,
            payout: priced.payout,
            income: SignedMoney::ZERO,
            lots: lots_of(&priced),
        })
    }

    /// Shares out of these lots become shares of another fund. Unpaid income that goes along is money beside them;
    /// what is below zero comes off what buys them.
    pub(super) fn conversion(
        &self,
        terms: &Terms,
        it: &Converting<'_>,
        unpaid: Income,
    ) -> Result<ConversionConfirmed, NotPriced> {
        let Ask::Conversion { into, topup_discount, .. } = &terms.ask else {
            return Err(NotPriced::Nothing("the application is no conversion".to_owned()));
        };
        let (nav_out, nav_in) = it.navs;
        let parcels = not_later(it.parcels, it.confirmed_on);
        let funds = (
            self.terms(terms.fund, terms.trade_date.date())?,
            self.terms(*into, terms.trade_date.date())?,
        );
        let (out, (redemption_fee, back_end_fee), base, topup) =
            if let (Some(source), Some(target)) = funds {
                let discount = (*topup_discount, terms.promised.floor);
                let policy = policy(source, target, discount, terms.rounding)?;
                let holder = CustomerType::Individual;
                let fees = conversion::Terms::of(&source.fees, &target.fees, None, holder, policy);
                let priced = conversion::price(&parcels, nav_out, nav_in, it.confirmed_on, fees)?;
                let put_off = priced.out.back_end_fee;
                let fee = priced.redemption_fee.plus(put_off).unwrap_or(priced.redemption_fee);
                (priced.out, (fee, put_off), priced.base, priced.topup)
            } else {
                let nothing = DaysTiers::flat(Rate::ZERO);
                let free = redemption::Terms { tiers: &nothing, back_end: None, regime: None };
                let out = redemption::price(&parcels, nav_out, it.confirmed_on, free)?;
                let base = conversion::worth(&parcels, nav_out);
                let base = base.ok_or_else(|| {
                    NotPriced::Nothing(format!(
                        "the shares at {nav_out} are beyond what money can be"
                    ))
                })?;
                (out, (Money::ZERO, Money::ZERO), base, Money::ZERO)
            };
        let topup = promised_topup(&terms.promised.fee, base).unwrap_or(topup);
        let shares_out = out.shares().unwrap_or_default();
        let income = income_along(terms, shares_out, unpaid)?;
        let (net_in, shares_in) = bought(base, (topup, income.owed()), nav_in, terms.rounding)
            .map_err(NotPriced::Nothing)?;
        Ok(ConversionConfirmed {
            shares_out,
            nav_out,
            redemption_fee,
            back_end_fee,
            topup_fee: topup,
            net_in,
            nav_in,
            shares_in,
            income,
            lots: lots_of(&out),
        })
    }
}

/// What is left of converted money after its top-up fee and what is owed of income, and what that buys.
fn bought(
    base: Money,
    (topup, owed): (Money, Money),
    nav: Nav,
    rounding: ShareRounding,
) -> Result<(Money, Shares), String> {
    let net = base.minus(topup).and_then(|net| net.minus(owed));
    let bought = net.and_then(|net| Some((net, net.shares_at(nav, rounding)?)));
    let owed = if owed.is_zero() { String::new() } else { format!(" and {owed} of income owed") };
    let nothing = || format!("{base} less a top-up of {topup}{owed} buy nothing at {nav}");
    bought.filter(|(_, shares)| !shares.is_zero()).ok_or_else(nothing)
}

/// Whether the unpaid income of the fund goes along.
pub(super) const fn takes_income(ask: &Ask) -> bool {
    match ask {
        Ask::Redemption { take_income, .. } | Ask::Conversion { take_income, .. } => *take_income,
        Ask::Purchase { .. } | Ask::Subscription { .. } | Ask::FastTransfer { .. } => false,
    }
}

/// The whole fen of unpaid income that shares take along; nothing where it stays.
fn income_along(terms: &Terms, shares: Shares, unpaid: Income) -> Result<SignedMoney, NotPriced> {
    let unpaid = if takes_income(&terms.ask) { unpaid } else { Income::ZERO };
    let nothing = |why: String| NotPriced::Nothing(why);
    let exit = money_fund::exit(shares, unpaid).map_err(|it| nothing(it.to_string()))?;
    SignedMoney::new(exit.income.decimal()).map_err(|it| nothing(it.to_string()))
}

/// Where it is to go along, all that is owed is paid with the shares: whole fen of either sign.
pub(super) fn with_income(
    terms: &Terms,
    numbers: RedemptionConfirmed,
    unpaid: Income,
) -> Result<RedemptionConfirmed, NotPriced> {
    if !takes_income(&terms.ask) {
        return Ok(numbers);
    }
    let nothing = |why: String| NotPriced::Nothing(why);
    let exit = money_fund::exit(numbers.shares, unpaid).map_err(|it| nothing(it.to_string()))?;
    let payout = exit.payout.minus(numbers.fee).ok_or_else(|| {
        nothing(format!("{} yuan do not pay a fee of {}", exit.payout, numbers.fee))
    })?;
    let income = SignedMoney::new(exit.income.decimal()).unwrap_or(SignedMoney::ZERO);
    Ok(RedemptionConfirmed { payout, income, ..numbers })
}

pub(super) fn fast_transfer(shares: Shares) -> FastTransferConfirmed {
    FastTransferConfirmed { shares, income: SignedMoney::ZERO }
}

/// Interest of some natural days, a fraction of a fen dropped.
pub(super) fn interest(amount: Amount, rate: Rate, days: i64) -> Money {
    let year = amount.decimal().checked_mul(rate.decimal());
    let exact = year.and_then(|year| year.checked_mul(Decimal::from(days.max(0))));
    let exact = exact.and_then(|sum| sum.checked_div(Decimal::from(YEAR)));
    let fen = exact.map(|exact| exact.round_dp_with_strategy(2, RoundingStrategy::ToZero));
    fen.and_then(|fen| Money::new(fen).ok()).unwrap_or_default()
}

fn promised_topup(fee: &PromisedFee, base: Money) -> Option<Money> {
    let charge = match fee {
        PromisedFee::Open => return None,
        PromisedFee::Exact(fee) => Charge::Fixed(*fee),
        PromisedFee::Charge(charge) => *charge,
        PromisedFee::Tiers(tiers) => tiers.at(base).charge,
    };
    match charge {
        Charge::Fixed(fee) => Some(fee),
        Charge::Rate(rate) => base.fee_within_half_up(rate),
    }
}

/// Shares of the same night are registered by the time at which they leave.
fn not_later(parcels: &[Parcel], confirmed_on: chrono::NaiveDate) -> Vec<Parcel> {
    let not_later = |parcel: &Parcel| Parcel {
        registered_on: parcel.registered_on.min(confirmed_on),
        ..parcel.clone()
    };
    parcels.iter().map(not_later).collect()
}

fn lots_of(priced: &redemption::Redemption) -> Vec<LotConfirmed> {
    let lot = |lot: &redemption::LotRedemption| {
        Some(LotConfirmed {
            serial: Serial::new(lot.parcel.lot.as_str()).ok()?,
            shares: lot.parcel.shares,
            gross: lot.gross,
            fee: lot.fee.plus(lot.back_end_fee)?,
        })
    };
    priced.lots.iter().filter_map(lot).collect()
}

/// As the pair of funds agreed, with the discount of this application. A pair that has agreed on
/// nothing does not convert.
fn policy(
    source: &FundTerms,
    target: &FundTerms,
    (topup_discount, topup_floor): (Discount, Option<Rate>),
    rounding: ShareRounding,
) -> Result<conversion::Policy, NotPriced> {
    let pair = source.conversion_into(target.code);
    let pair = pair.ok_or(NotPriced::NoPair { from: source.code, into: target.code })?;
    Ok(conversion::Policy { topup_discount, topup_floor, ..pair.policy(rounding) })
}
