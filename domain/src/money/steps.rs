//! Whole steps of an amount, as a fund's terms ask for them. Steps start at 0, not at the minimum.

use super::Amount;
use rust_decimal::Decimal;

impl Amount {
    /// 0.01 yuan, the smallest amount.
    pub const FEN: Self = Self(Decimal::from_parts(1, 0, 0, false, 2));

    /// The largest whole number of steps in it; `None` for less than one.
    pub fn floored_to(self, step: Self) -> Option<Self> {
        let rest = self.decimal().checked_rem(step.decimal())?;
        Self::checked(self.decimal().checked_sub(rest)?)
    }

    /// The smallest whole number of steps that is no less; `None` beyond the range of amounts.
    pub fn raised_to(self, step: Self) -> Option<Self> {
        let floored = self.floored_to(step);
        if floored == Some(self) {
            return floored;
        }
        let floored = floored.map_or(Decimal::ZERO, Self::decimal);
        Self::checked(floored.checked_add(step.decimal())?)
    }

    /// Whether it is a whole number of steps.
    pub fn is_multiple_of(self, step: Self) -> bool {
        self.decimal().checked_rem(step.decimal()).is_some_and(|rest| rest.is_zero())
    }

    /// The smallest amount that is a whole number of both steps; `None` beyond the range of amounts.
    pub fn common_multiple(self, other: Self) -> Option<Self> {
        let fen = |it: Self| u128::try_from(it.decimal().checked_mul(Decimal::ONE_HUNDRED)?).ok();
        let (one, other) = (fen(self)?, fen(other)?);
        let (mut divisor, mut rest) = (one, other);
        while rest != 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        let multiple = i128::try_from((one / divisor).checked_mul(other)?).ok()?;
        Self::checked(Decimal::try_from_i128_with_scale(multiple, 2).ok()?)
    }
}
