//! The checks of an admission, one function per group, in the order in which they are made.

use super::{
    Admission, Days, Order, Refusal,
    day_max::{Fitting, day_limit},
    held, topup,
};
use crate::{
    calendar::TradingDay,
    fees::{
        Business,
        discount::{self, DiscountCase, DiscountRule},
        tiers::{AmountTiers, Charge},
    },
    fund::{FundKind, FundTerms},
    ids::VersionTag,
    investor::InvestorRisk,
    modes::ConversionMode,
    money::{Amount, Discount, Money, Nav, ShareRounding, Shares},
    status::{FundStatus, Stops},
    suitability::{Suitability, SuitabilityRules, Verdict},
};
use chrono::NaiveDate;

pub(super) fn funds(a: &Admission, t: TradingDay) -> Result<(), Refusal> {
    kinds(a)?;
    in_force(&a.wallet_fund, t)?;
    in_force(&a.target_fund, t)
}

pub(super) fn kinds(a: &Admission) -> Result<(), Refusal> {
    let (wallet, target) = (&a.wallet_fund, &a.target_fund);
    if wallet.kind != FundKind::Money {
        return Err(Refusal::NotAMoneyFund { fund: wallet.code, kind: wallet.kind });
    }
    if wallet.master == target.master {
        return Err(Refusal::SameFund { fund: target.code });
    }
    if target.kind == FundKind::Money {
        return Err(Refusal::TargetIsMoneyFund { fund: target.code });
    }
    Ok(())
}

pub(super) fn in_force(fund: &FundTerms, t: TradingDay) -> Result<(), Refusal> {
    if t.date() >= fund.effective_from {
        return Ok(());
    }
    Err(Refusal::TermsNotInForce {
        fund: fund.code,
        version: fund.version.clone(),
        effective_from: fund.effective_from,
        day: t,
    })
}

pub(super) fn investor(a: &Order<'_>) -> Result<(), Refusal> {
    let (investor, on) = (a.investor, a.at.date());
    if !investor.kyc.permits_purchase() {
        return Err(Refusal::KycForbids { state: investor.kyc });
    }
    if investor.id_valid_until < on {
        return Err(Refusal::IdentityExpired { valid_until: investor.id_valid_until, on });
    }
    if !investor.same_name_card {
        return Err(Refusal::AccountOfAnotherName { account: investor.account.clone() });
    }
    Ok(())
}

/// `own` has the terms of the days of the legs after the first, `bought` those of the money fund on T.
pub(super) fn statuses(
    own: &Admission,
    bought: &FundTerms,
    mode: ConversionMode,
    days: &Days,
) -> Result<(), Refusal> {
    let (wallet, target) = (&own.wallet_fund, &own.target_fund);
    if mode.buys_the_money_fund() {
        purchase_open(bought, days.wallet_in)?;
    }
    if mode.is_conversion() {
        return convertible(wallet, (target, days.target_in), days.wallet_out);
    }
    let out = wallet.status_on(days.wallet_out.date());
    if !out.permits_redemption() {
        return Err(shut(wallet, out, days.wallet_out));
    }
    purchase_open(target, days.target_in)
}

/// Shares may leave the one fund for the other, each on its day.
pub(super) fn convertible(
    source: &FundTerms,
    (target, target_in): (&FundTerms, TradingDay),
    day: TradingDay,
) -> Result<(), Refusal> {
    let out = source.status_on(day.date());
    if !out.permits_conversion_out(source.convert_status) {
        return Err(shut(source, out, day));
    }
    let status = target.status_on(target_in.date());
    if status.permits_conversion_in(target.convert_status) {
        return Ok(());
    }
    Err(Refusal::ConversionInNotOpen {
        fund: target.code,
        status,
        convert: target.convert_status,
        day: target_in,
        notice: notice(target, target_in.date(), Stops::Purchase),
    })
}

fn shut(fund: &FundTerms, status: FundStatus, day: TradingDay) -> Refusal {
    Refusal::ConversionOutNotOpen {
        fund: fund.code,
        status,
        convert: fund.convert_status,
        day,
        notice: notice(fund, day.date(), Stops::Redemption),
    }
}

pub(super) fn purchase_open(fund: &FundTerms, day: TradingDay) -> Result<(), Refusal> {
    let status = fund.status_on(day.date());
    if status.permits_purchase() {
        return Ok(());
    }
    let notice = notice(fund, day.date(), Stops::Purchase);
    Err(Refusal::PurchaseNotOpen { fund: fund.code, status, day, notice })
}

pub(super) fn notice(fund: &FundTerms, day: NaiveDate, direction: Stops) -> Option<String> {
    let stops = |stops| stops == Stops::Everything || stops == direction;
    fund.closures_on(day).find(|c| stops(c.stops)).map(|closure| closure.notice.clone())
}

pub(super) fn pair(a: &Admission, mode: ConversionMode) -> Result<(), Refusal> {
    if !mode.is_conversion() {
        return Ok(());
    }
    let (wallet, target) = (&a.wallet_fund, &a.target_fund);
    let [source, into] = [wallet.code, target.code];
    let pair = wallet
        .conversion_into(into)
        .ok_or(Refusal::NoConversionPair { wallet: source, target: into })?;
    if wallet.fees.counts_as_front_end() && !target.fees.counts_as_front_end() {
        return Err(Refusal::ChargeSideMismatch { wallet: source, target: into });
    }
    held::long_enough(a, pair, mode)?;
    let min = pair.shares_min.max(wallet.limits.shares.conversion_min);
    // A money-market share costs 1.00 by definition, so an amount buys as many shares.
    let shares = Money::from(a.amount).shares_at(Nav::ONE, ShareRounding::HalfUp);
    let shares = shares.unwrap_or(Shares::ZERO);
    if shares < min {
        return Err(Refusal::BelowConversionMinimum { fund: into, shares, min });
    }
    Ok(())
}

/// Returns the part of the amount that is accepted, where a day's limit lets in less than all. Each fund
/// is asked on the T of its own order.
pub(super) fn limits(
    a: &Admission,
    mode: ConversionMode,
    days: &Days,
) -> Result<Option<Fitting>, Refusal> {
    let order = a.order();
    let buys = mode.buys_the_money_fund();
    if buys {
        order_limits(&order, &a.wallet_fund, false)?;
    }
    order_limits(&order, &a.target_fund, mode.is_conversion())?;
    let wallet = if buys {
        let used = a.used_today.wallet_fund;
        day_limit(&order, &a.wallet_fund, (used, days.wallet_in), a.step_in(mode))?
    } else {
        None
    };
    let used = a.used_today.of_target_on(days.target_in);
    let target = day_limit(&order, &a.target_fund, (used, days.target_in), a.step_in(mode))?;
    let fitting = wallet.into_iter().chain(target).min_by_key(|fitting| fitting.amount);
    if let Some(fitting) = &fitting {
        if buys {
            fitting.is_an_order(&order, &a.wallet_fund, false)?;
        }
        fitting.is_an_order(&order, &a.target_fund, mode.is_conversion())?;
    }
    Ok(fitting)
}

pub(super) fn order_limits(
    a: &Order<'_>,
    fund: &FundTerms,
    by_conversion: bool,
) -> Result<(), Refusal> {
    order_least(a, fund)?;
    order_most(a, fund, by_conversion)
}

/// The minimum and the step of what an investor orders.
pub(super) fn order_least(a: &Order<'_>, fund: &FundTerms) -> Result<(), Refusal> {
    let (amount, code) = (a.amount, fund.code);
    let limits = fund.limits.of(a.investor.customer_type);
    let held = a.investor.holds.contains(&code);
    let min = if held { limits.additional_min } else { limits.first_min };
    if amount < min {
        return Err(Refusal::BelowMinimum { fund: code, amount, min });
    }
    if let Some(step) = limits.step.filter(|step| !amount.is_multiple_of(*step)) {
        return Err(Refusal::NotAMultiple { fund: code, amount, step });
    }
    Ok(())
}

/// The most of one order.
pub(super) fn order_most(
    a: &Order<'_>,
    fund: &FundTerms,
    by_conversion: bool,
) -> Result<(), Refusal> {
    let (amount, code) = (a.amount, fund.code);
    let limits = fund.limits.of(a.investor.customer_type);
    let of_conversion = limits.conversion_in_max.filter(|_| by_conversion);
    let max = limits.order_max.into_iter().chain(of_conversion).min();
    match max.filter(|max| amount > *max) {
        Some(max) => Err(Refusal::AboveOrderMaximum { fund: code, amount, max }),
        None => Ok(()),
    }
}

pub(super) fn suitability(
    a: &Admission,
    rules: &SuitabilityRules,
) -> Result<[Suitability; 2], Refusal> {
    let order = a.order();
    questionnaire(&order)?;
    Ok([suitable(&order, &a.wallet_fund, rules)?, suitable(&order, &a.target_fund, rules)?])
}

pub(super) fn questionnaire(a: &Order<'_>) -> Result<(), Refusal> {
    let (investor, on) = (a.investor, a.at.date());
    if investor.risk == InvestorRisk::Professional || investor.questionnaire_valid_until >= on {
        return Ok(());
    }
    Err(Refusal::QuestionnaireExpired {
        questionnaire: investor.questionnaire.clone(),
        valid_until: investor.questionnaire_valid_until,
        on,
    })
}

pub(super) fn suitable(
    a: &Order<'_>,
    fund: &FundTerms,
    rules: &SuitabilityRules,
) -> Result<Suitability, Refusal> {
    permitted(rules.judge(a.investor, fund, a.warning_confirmed), rules)
}

pub(super) fn permitted(
    judged: Suitability,
    rules: &SuitabilityRules,
) -> Result<Suitability, Refusal> {
    let (fund, investor, product) = (judged.fund, judged.investor, judged.product);
    match judged.result {
        Verdict::Allow => Ok(judged),
        Verdict::NeedWarning if judged.warning.as_ref() == Some(&rules.warning) => Ok(judged),
        Verdict::NeedWarning => Err(Refusal::WarningNotConfirmed {
            fund,
            investor,
            product,
            warning: rules.warning.clone(),
            confirmed: judged.warning,
        }),
        Verdict::Forbid => Err(Refusal::Unsuitable { fund, investor, product }),
    }
}

/// What the target publishes for the order, and what the order is charged.
pub(super) struct Price {
    pub(super) published: Charge,
    pub(super) charge: Charge,
    pub(super) tiers: Option<AmountTiers>,
    pub(super) discount: Discount,
    pub(super) rule: VersionTag,
    /// What every amount is charged, where a fixed fee eats this one up.
    pub(super) eaten_by: Option<AmountTiers>,
}

/// What the target's order costs on its own day, by the terms of that day: `a` has them.
pub(super) fn price(a: &Admission, mode: ConversionMode, target_in: TradingDay) -> Price {
    let (tiers, channel) = (&a.target_fund.fees.purchase, a.channel);
    if mode.is_conversion() {
        let rule = topup::rule(&a.wallet_fund, &a.target_fund, channel, target_in.date());
        // A top-up is free at 0, whatever it is the difference of; what is bought for money is not.
        if rule.as_ref().is_some_and(DiscountRule::is_free) {
            return priced(tiers, a.amount, rule.as_ref(), |_| Charge::FREE);
        }
        return discounted(tiers, a.amount, rule.as_ref());
    }
    let case = DiscountCase { channel, business: Business::Purchase, on: target_in.date() };
    discounted(tiers, a.amount, discount::strongest(&a.target_fund.discounts, case))
}

/// The charge of the whole amount, and of the smaller ones that may be confirmed of it. A fixed fee is not
/// discounted.
pub(super) fn discounted(
    tiers: &AmountTiers,
    amount: Amount,
    rule: Option<&DiscountRule>,
) -> Price {
    priced(tiers, amount, rule, |published| discount::apply(published, rule).charge)
}

fn priced(
    tiers: &AmountTiers,
    amount: Amount,
    rule: Option<&DiscountRule>,
    charged: impl Fn(Charge) -> Charge,
) -> Price {
    let published = tiers.at(amount.into()).charge;
    let charge = charged(published);
    let eats = matches!(charge, Charge::Fixed(fee) if fee >= amount.into());
    Price {
        published,
        charge,
        eaten_by: eats.then(|| tiers.charged(&charged)),
        tiers: tiers.up_to(amount.into(), charged),
        discount: rule.map_or(Discount::NONE, |rule| rule.multiplier),
        rule: rule.map_or(VersionTag::literal("no-discount"), |rule| rule.id.clone()),
    }
}

/// The identity document is valid on that T; of an order that does not say until when, it is.
pub(super) fn papers_again(valid_until: Option<NaiveDate>, t: TradingDay) -> Result<(), Refusal> {
    match valid_until.filter(|last| *last < t.date()) {
        Some(valid_until) => Err(Refusal::IdentityEnds { valid_until, day: t }),
        None => Ok(()),
    }
}

/// The verdict on the fund by its terms of that T, for the level that the order was judged with.
pub(super) fn suitable_again(
    was: &Suitability,
    fund: &FundTerms,
    t: TradingDay,
) -> Result<Suitability, Refusal> {
    let valid_until = was.questionnaire_valid_until;
    if was.investor != InvestorRisk::Professional && valid_until < t.date() {
        let questionnaire = was.questionnaire.clone();
        return Err(Refusal::QuestionnaireEnds { questionnaire, valid_until, day: t });
    }
    let rules = SuitabilityRules::standard();
    permitted(rules.judge_again(was, fund), &rules)
}
