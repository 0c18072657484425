//! A money-market fund: income for every natural day, shares at 1.00, a yield over seven days.
//!
//! ```text
//! income     = shares × R / 10,000, truncated to the contract's unit   R may be negative
//! carried    = the whole fen of unpaid income become shares at 1.00
//! exit       = shares + whole fen of unpaid income, in money
//! simple     = (Σ R / 7) × 365 / 10,000 × 100 %                        income carried monthly
//! compound   = ((Π (1 + R / 10,000)) ^ (365/7) - 1) × 100 %            income carried daily
//! bought on T      earns from the next working day on
//! redeemed on T    earns up to the day before the next working day
//! ```
//!
//! 1. What truncation drops stays with the fund, which distributes it again.
//! 2. Bought before a weekend or holiday, shares earn nothing until the exchange opens; redeemed
//!    before one, they earn all of it.
//! 3. Income is a dividend that can only be reinvested. Negative income takes shares away.
//! 4. Leaving with every share settles all unpaid income at once, whatever the carry. What is owed comes off the money
//!    that they are worth, whether it is paid out or buys another fund.
//! 5. The power with a fractional exponent is exact to 20 digits: a seventh root by Newton's
//!    method, then a power of 365. No logarithm and no float is involved.

mod publication;

pub use publication::Publication;

use crate::{
    arithmetic::{OutOfRange, out_of_range},
    calendar::{CalendarError, TradingCalendar, TradingDay},
    explain::plain,
    money::{Income, Money, Nav, PerTenThousand, Shares, SignedMoney, YieldPercent},
};
use chrono::{Datelike, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// The smallest income that a fund's contract credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncomeUnit {
    /// Whole fen: 0.01 yuan.
    #[default]
    Fen,
    /// Parts of a fen: 0.0001 yuan.
    HundredthOfFen,
}

/// When unpaid income becomes shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carry {
    /// Every natural day; a closed day's income is booked when the exchange opens.
    #[default]
    Daily,
    /// Once a month, on one day.
    Monthly {
        /// Day of the month, or its last day when it is shorter; booked when the exchange opens.
        on_day: u32,
    },
}

/// What all shares and the unpaid income come to, at 1.00 a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// What is paid out, or converted.
    pub payout: Money,
    /// Part of `payout`: income that had not become shares; may be negative.
    pub income: Income,
    /// Less than a fen: left to the fund.
    pub left_to_fund: Income,
}

/// Negative income is more than all shares are worth.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Shares would be below zero.
    #[error("unpaid income of {unpaid} takes more than the {shares} shares held")]
    BelowZero {
        /// What is owed by the holder.
        unpaid: Income,
        /// Shares that there are at the decision.
        shares: Shares,
    },
    /// A result does not fit.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

impl IncomeUnit {
    const fn decimals(self) -> u32 {
        match self {
            IncomeUnit::Fen => 2,
            IncomeUnit::HundredthOfFen => 4,
        }
    }
}

/// One holder's income of one natural day, truncated (towards zero) to the unit.
///
/// # Errors
/// [`OutOfRange`].
pub fn income(
    shares: Shares,
    per_10k: PerTenThousand,
    unit: IncomeUnit,
) -> Result<Income, OutOfRange> {
    let exact = shares.decimal().checked_mul(per_10k.decimal());
    let exact = exact.and_then(|product| product.checked_mul(Decimal::new(1, 4)));
    exact
        .map(|exact| exact.round_dp_with_strategy(unit.decimals(), RoundingStrategy::ToZero))
        .and_then(|income| Income::new(income).ok())
        .ok_or_else(|| out_of_range("income", format!("{shares} shares at {per_10k}")))
}

/// How it came about, in words.
pub fn explain_income(
    shares: Shares,
    per_10k: PerTenThousand,
    unit: IncomeUnit,
    income: Income,
) -> Vec<String> {
    let (decimals, per_10k) = (unit.decimals(), plain(per_10k.decimal(), 4));
    let (unit, shown) = (Decimal::new(1, decimals), plain(income.decimal(), decimals));
    vec![format!(
        "income = {shares} × {per_10k} / 10000 = {shown} (to {unit}, truncated; the rest stays \
         with the fund)"
    )]
}

impl Income {
    /// The sum, unless it leaves the range.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        Self::new(self.decimal().checked_add(other.decimal())?).ok()
    }

    /// The difference, unless it leaves the range.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        Self::new(self.decimal().checked_sub(other.decimal())?).ok()
    }

    /// Whole fen (towards zero) and the rest.
    pub fn whole_fen(self) -> (Decimal, Self) {
        let whole = self.decimal().round_dp_with_strategy(2, RoundingStrategy::ToZero);
        let rest = self.decimal().checked_sub(whole).and_then(|rest| Self::new(rest).ok());
        (whole, rest.unwrap_or(Self::ZERO))
    }
}

impl SignedMoney {
    /// Yuan of settled income that its holder owed; nothing where it was paid to him.
    pub fn owed(self) -> Money {
        Money::new((-self.decimal()).max(Decimal::ZERO)).unwrap_or_default()
    }
}

/// Pays out every share at 1.00 and all unpaid income with them.
///
/// # Errors
/// [`Refusal`].
pub fn exit(shares: Shares, unpaid: Income) -> Result<Exit, Refusal> {
    let (whole, rest) = unpaid.whole_fen();
    let worth = shares
        .value_half_up(Nav::ONE)
        .ok_or_else(|| out_of_range("payout", format!("{shares} shares")))?;
    let payout = worth.decimal().checked_add(whole).and_then(|sum| Money::new(sum).ok());
    let payout = payout.ok_or(Refusal::BelowZero { unpaid, shares })?;
    let income = Income::new(whole).unwrap_or(Income::ZERO);
    Ok(Exit { payout, income, left_to_fund: rest })
}

/// First natural day on which shares bought on T earn.
///
/// # Errors
/// Out of the calendar's range.
pub fn earns_from(
    calendar: &TradingCalendar,
    bought: TradingDay,
) -> Result<NaiveDate, CalendarError> {
    calendar.after(bought.date()).map(TradingDay::date)
}

/// Last natural day on which shares redeemed on T earn.
///
/// # Errors
/// Out of the calendar's range.
pub fn earns_until(
    calendar: &TradingCalendar,
    redeemed: TradingDay,
) -> Result<NaiveDate, CalendarError> {
    let stops = calendar.after(redeemed.date())?.date();
    Ok(stops.pred_opt().unwrap_or(stops))
}

impl Carry {
    /// Whether a period of income ends with that natural day, so that all of it becomes shares.
    pub fn ends_on(self, day: NaiveDate) -> bool {
        match self {
            Carry::Daily => true,
            Carry::Monthly { on_day } => day == of_month(day, on_day),
        }
    }

    /// The working day on which the income of a natural day becomes shares.
    ///
    /// # Errors
    /// Out of the calendar's range.
    pub fn booked_on(
        self,
        calendar: &TradingCalendar,
        income_day: NaiveDate,
    ) -> Result<TradingDay, CalendarError> {
        match self {
            Carry::Daily => open_from(calendar, income_day),
            Carry::Monthly { on_day } => {
                let this = of_month(income_day, on_day);
                let due = if income_day <= this {
                    this
                } else {
                    let next = income_day.checked_add_months(chrono::Months::new(1));
                    of_month(next.unwrap_or(income_day), on_day)
                };
                open_from(calendar, due)
            }
        }
    }
}

fn of_month(within: NaiveDate, day: u32) -> NaiveDate {
    let last = u32::from(within.num_days_in_month());
    within.with_day(day.clamp(1, last)).unwrap_or(within)
}

fn open_from(calendar: &TradingCalendar, date: NaiveDate) -> Result<TradingDay, CalendarError> {
    match calendar.day(date) {
        Err(CalendarError::Closed(_)) => calendar.after(date),
        known @ (Ok(_)
        | Err(CalendarError::OutOfRange { .. } | CalendarError::Malformed { .. })) => known,
    }
}

/// How seven days' income is made a year's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YieldMethod {
    /// For funds that carry income forward once a month.
    Simple,
    /// For funds that carry income forward every day.
    Compound,
}

impl From<Carry> for YieldMethod {
    fn from(carry: Carry) -> Self {
        match carry {
            Carry::Daily => YieldMethod::Compound,
            Carry::Monthly { .. } => YieldMethod::Simple,
        }
    }
}

/// The seven-day yield, to the nearest 0.001 percent, a half away from zero.
///
/// # Errors
/// [`OutOfRange`]; not for any seven incomes that [`PerTenThousand`] can hold.
pub fn seven_day_yield(
    per_10k: &[PerTenThousand; 7],
    method: YieldMethod,
) -> Result<YieldPercent, OutOfRange> {
    let percent = match method {
        YieldMethod::Simple => simple(per_10k),
        YieldMethod::Compound => compound(per_10k),
    };
    let lost = || {
        let incomes: Vec<String> = per_10k.iter().map(ToString::to_string).collect();
        out_of_range("seven-day yield", incomes.join(", "))
    };
    percent.and_then(YieldPercent::half_up).ok_or_else(lost)
}

/// How it came about, in words.
pub fn explain_yield(
    per_10k: &[PerTenThousand; 7],
    method: YieldMethod,
    percent: YieldPercent,
) -> Vec<String> {
    let shown = per_10k.map(|it| plain(it.decimal(), 4).to_string());
    let formula = match method {
        YieldMethod::Simple => format!("({}) / 7 × 365 / 10000", shown.join(" + ")),
        YieldMethod::Compound => {
            format!("((1 + {} / 10000)) ^ (365/7) - 1", shown.join(" / 10000) × (1 + "))
        }
    };
    vec![format!("seven-day yield = {formula} = {percent}% (to 0.001%, half up)")]
}

fn simple(per_10k: &[PerTenThousand; 7]) -> Option<Decimal> {
    let sum = per_10k.iter().try_fold(Decimal::ZERO, |sum, it| sum.checked_add(it.decimal()))?;
    // 100 percent of a ten-thousandth leave 1/100, and seven days of 365.
    sum.checked_mul(Decimal::new(365, 0))?.checked_div(Decimal::new(700, 0))
}

fn compound(per_10k: &[PerTenThousand; 7]) -> Option<Decimal> {
    let mut growth = Decimal::ONE;
    for day in per_10k {
        let factor = day.decimal().checked_mul(Decimal::new(1, 4))?.checked_add(Decimal::ONE)?;
        growth = growth.checked_mul(factor)?;
    }
    let year = power(seventh_root(growth)?, 365)?;
    year.checked_sub(Decimal::ONE)?.checked_mul(Decimal::ONE_HUNDRED)
}

fn power(base: Decimal, exponent: u32) -> Option<Decimal> {
    let (mut result, mut square, mut left) = (Decimal::ONE, base, exponent);
    while left > 0 {
        if left % 2 == 1 {
            result = result.checked_mul(square)?;
        }
        left /= 2;
        if left > 0 {
            square = square.checked_mul(square)?;
        }
    }
    Some(result)
}

/// `x ← (6x + a / x⁶) / 7` from 1, for `a` near 1: seven incomes keep it within 0.4 … 2, where each
/// step doubles the digits that are right. 12 steps are twice what 28 digits need.
fn seventh_root(a: Decimal) -> Option<Decimal> {
    let (six, seven) = (Decimal::new(6, 0), Decimal::new(7, 0));
    let mut x = Decimal::ONE;
    for _ in 0..12 {
        let pull = a.checked_div(power(x, 6)?)?;
        x = x.checked_mul(six)?.checked_add(pull)?.checked_div(seven)?;
    }
    Some(x)
}

#[cfg(test)]
#[path = "money_fund_tests.rs"]
mod tests;
