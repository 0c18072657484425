//! Redemptions: shares out, money in; and what leaving costs, lot by lot.
//!
//! `gross = Σ half_up(shares × NAV)` · `fee = Σ half_up(gross of the lot × rate)` ·
//! `payout = gross - fee - put-off fee + income`
//!
//! 1. Lots leave in the order given. A part of what was asked takes the first of them, and what is
//!    beyond all of them is valued as one more lot without a fee.
//! 2. Lines of lots are checked when the totals are right; wrong totals are reported alone.
//! 3. Where no fee was promised, the shares are valued by the lots that the registrar names.

use super::{check_fee, check_money, check_nav, found};
use crate::{
    case::{Disputed, Figure, Finding, Kind, Measure},
    lots::{self, Parcel},
    money::{Money, Nav, Rate, Shares, SignedMoney},
    redemption::Terms,
};
use chrono::NaiveDate;
use fundflow_kernel::counted::counted;

/// The fee for buying that a back-end class takes when it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PutOff {
    /// Yuan per share when the lot came in.
    pub unit_cost: Nav,
    /// For the days held.
    pub rate: Rate,
}

/// What leaves of one lot, and what that costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LotTerms {
    /// Taken out of the lot.
    pub shares: Shares,
    /// For the days held.
    pub rate: Rate,
    /// Fee of a back-end class; none for others.
    pub put_off: Option<PutOff>,
}

/// One lot of a redemption as the registrar confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LotNumbers {
    /// Taken out of the lot.
    pub shares: Shares,
    /// Shares times price before any fee, in yuan.
    pub gross: Money,
    /// All that leaving it cost, a put-off fee for buying included, in yuan to the fen, as the registrar states it.
    pub fee: Money,
}

/// A redemption as the registrar confirmed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedemptionNumbers {
    /// Shares that the record says have left.
    pub shares: Shares,
    /// The price of T.
    pub nav: Nav,
    /// What the shares are worth.
    pub gross: Money,
    /// Taken for leaving, in yuan to the fen, as the registrar states it.
    pub fee: Money,
    /// The fee for buying that was put off until now.
    pub back_end_fee: Money,
    /// Unpaid income of a money fund that is settled along; of either sign.
    pub income: SignedMoney,
    /// Yuan that the record says go to the investor.
    pub payout: Money,
    /// Lot by lot where the registrar says so, in the order in which they leave; else empty.
    pub lots: Vec<LotNumbers>,
}

/// What must hold for a redemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedemptionExpected<'a> {
    /// Shares that the order asks for, to 0.01; a part of them may be confirmed.
    pub asked: Shares,
    /// In the order in which they leave; empty where no fee was promised.
    pub lots: &'a [LotTerms],
    /// As published for T; `None` until it is.
    pub nav: Option<Nav>,
    /// By our own books; `None` where the registrar alone reckons it.
    pub income: Option<SignedMoney>,
}

impl LotTerms {
    /// What a parcel costs to leave when that is confirmed on a day.
    ///
    /// # Errors
    /// [`lots::Refusal::Later`] where the lot is registered after that day.
    pub fn of(
        parcel: &Parcel,
        confirmed_on: NaiveDate,
        terms: Terms<'_>,
    ) -> Result<Self, lots::Refusal> {
        let days = parcel.holding_days(confirmed_on)?;
        let put_off = |tiers: &crate::fees::tiers::DaysTiers| PutOff {
            unit_cost: parcel.unit_cost,
            rate: tiers.at(days).rate,
        };
        Ok(Self {
            shares: parcel.shares,
            rate: terms.tiers.at(days).rate,
            put_off: terms.back_end.map(put_off),
        })
    }
}

/// What shares are worth, and cost, when they leave at a price.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) gross: Money,
    pub(super) fee: Money,
    pub(super) put_off: Money,
    lots: Vec<LotNumbers>,
}

impl Left {
    /// The fee at one rate for all lots, each rounded by itself; `None` beyond the range of money.
    pub(super) fn at_rate(&self, rate: Rate) -> Option<Money> {
        let mut fees = self.lots.iter().map(|lot| lot.gross.at_rate_half_up(rate));
        fees.try_fold(Money::ZERO, |sum, fee| sum.plus(fee?))
    }
}

/// `None` where a sum leaves the range of money.
pub(super) fn leave(lots: &[LotTerms], shares: Shares, nav: Nav) -> Option<Left> {
    let (mut left, mut missing) = (Left::default(), shares);
    let beyond = LotTerms { shares, rate: Rate::ZERO, put_off: None };
    for lot in lots.iter().chain([&beyond]) {
        let taken = lot.shares.min(missing);
        if taken.is_zero() {
            continue;
        }
        missing = missing.minus(taken)?;
        let gross = taken.value_half_up(nav)?;
        let fee = gross.at_rate_half_up(lot.rate)?;
        let put_off = match lot.put_off {
            Some(put_off) => {
                taken.value_half_up(put_off.unit_cost)?.at_rate_half_up(put_off.rate)?
            }
            None => Money::ZERO,
        };
        left.gross = left.gross.plus(gross)?;
        left.fee = left.fee.plus(fee)?;
        left.put_off = left.put_off.plus(put_off)?;
        left.lots.push(LotNumbers { shares: taken, gross, fee: fee.plus(put_off)? });
    }
    Some(left)
}

/// More shares than the order named.
pub(super) fn check_asked(asked: Shares, out: Shares, nav: Nav) -> Option<Finding> {
    let excess = out.minus(asked).filter(|excess| !excess.is_zero())?;
    let what = format!("{out} shares went out where {asked} were asked");
    let (ours, theirs) = (Figure::new("shares out", asked), Figure::new("shares out", out));
    let money = excess.value_half_up(nav).unwrap_or_default();
    let disputed = Disputed { shares: excess, money };
    Some(found(Kind::SharesExceedAsked, &what, vec![ours], vec![theirs], disputed))
}

/// Holds a confirmed redemption against its order: price, fee, income, sums, lots.
pub fn redemption(theirs: &RedemptionNumbers, expected: &RedemptionExpected<'_>) -> Vec<Finding> {
    let RedemptionNumbers { shares, nav, gross, fee, back_end_fee, payout, .. } = *theirs;
    let published = expected.nav.unwrap_or(nav);
    let split = |lot: &LotNumbers| LotTerms { shares: lot.shares, rate: Rate::ZERO, put_off: None };
    let stated: Vec<LotTerms> = theirs.lots.iter().map(split).collect();
    let lots = if expected.lots.is_empty() { &stated } else { expected.lots };
    let sides = [published, nav].map(|nav| leave(lots, shares, nav));
    let sides: Vec<Left> = sides.into_iter().flatten().collect();
    let promised = |of: fn(&Left) -> Money| match expected.lots {
        [] => Vec::new(),
        [..] => sides.iter().map(of).collect::<Vec<Money>>(),
    };
    let (fees, put_off) = (promised(|it| it.fee), promised(|it| it.put_off));
    let grosses: Vec<Money> = sides.iter().map(|it| it.gross).collect();
    let worth = |money| Disputed { shares: Shares::ZERO, money };
    let by_nav = worth(grosses.first().map_or(gross, |due| super::distance(*due, gross)));
    let fee_finding = check_fee("fee", fee, &fees, gross, Shares::ZERO);
    let gross_finding = check_money(Measure::Gross.name(), gross, &grosses, "shares × nav");
    let sums_hold = fee_finding.is_none() && gross_finding.is_none();
    let paid: Vec<Money> = payout_of(theirs).into_iter().collect();
    let findings = [
        check_asked(expected.asked, shares, published),
        check_nav(Measure::Nav.name(), nav, expected.nav, by_nav),
        gross_finding,
        fee_finding,
        check_fee("put-off fee", back_end_fee, &put_off, gross, Shares::ZERO),
        check_income(theirs.income, expected.income),
        check_money(Measure::Payout.name(), payout, &paid, "gross less fees and with income"),
    ];
    let mut findings: Vec<Finding> = findings.into_iter().flatten().collect();
    if sums_hold && !theirs.lots.is_empty() {
        findings.extend(check_lots(theirs, &sides, !expected.lots.is_empty()));
    }
    findings
}

fn payout_of(theirs: &RedemptionNumbers) -> Option<Money> {
    let RedemptionNumbers { gross, fee, back_end_fee, income, .. } = theirs;
    let rest = gross.minus(*fee)?.minus(*back_end_fee)?;
    Money::new(rest.decimal().checked_add(income.decimal())?).ok()
}

fn check_income(stated: SignedMoney, expected: Option<SignedMoney>) -> Option<Finding> {
    let due = expected.filter(|due| *due != stated)?;
    let what = format!("settled income {stated} is not {due}, as it stands in our books");
    let (ours, theirs) = (Figure::of(Measure::Income, due), Figure::of(Measure::Income, stated));
    let money = stated.decimal().checked_sub(due.decimal()).map(|it| it.abs());
    let money = money.and_then(|it| Money::new(it).ok()).unwrap_or_default();
    let disputed = Disputed { shares: Shares::ZERO, money };
    Some(found(Kind::AmountDiffers, &what, vec![ours], vec![theirs], disputed))
}

/// Rule 2 of the module: the first line that differs, or a sum of lines that is not the total.
fn check_lots(theirs: &RedemptionNumbers, sides: &[Left], promised: bool) -> Option<Finding> {
    let stated = &theirs.lots;
    let sum = stated.iter().try_fold((Shares::ZERO, Money::ZERO, Money::ZERO), |sum, lot| {
        Some((sum.0.plus(lot.shares)?, sum.1.plus(lot.gross)?, sum.2.plus(lot.fee)?))
    });
    let fees = theirs.fee.plus(theirs.back_end_fee);
    let summed = fees.is_some_and(|fees| sum == Some((theirs.shares, theirs.gross, fees)));
    let line = |due: &LotNumbers, is: &LotNumbers| {
        due.shares == is.shares && due.gross == is.gross && (due.fee == is.fee || !promised)
    };
    let right = |side: &Left| {
        let lots = || side.lots.iter().zip(stated);
        side.lots.len() == stated.len() && lots().all(|(due, is)| line(due, is))
    };
    if summed && sides.iter().any(right) {
        return None;
    }
    let ours = sides.first().map_or(&[][..], |side| &side.lots[..]);
    let mut lines = (1..).zip(stated.iter().zip(ours)).filter(|(_, (is, due))| !line(due, is));
    let what = match lines.next() {
        Some((line, _)) => format!("line {line} of {} is not what its lot gives", stated.len()),
        None => counted(
            stated.len(),
            "line of lots does not make up the whole",
            "lines of lots do not make up the whole",
        ),
    };
    let figures = |lots: &[LotNumbers]| {
        let line = |it: &LotNumbers| format!("{} worth {} fee {}", it.shares, it.gross, it.fee);
        let named = |(n, it): (usize, &LotNumbers)| Figure::new(&format!("lot {n}"), line(it));
        (1..).zip(lots).take(20).map(named).collect::<Vec<_>>()
    };
    let disputed = Disputed::default();
    Some(found(Kind::AmountDiffers, &what, figures(ours), figures(stated), disputed))
}
