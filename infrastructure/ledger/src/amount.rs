//! Whole hundredths: fen, and hundredths of a share.

use rust_decimal::Decimal;

/// `None` for what is finer than a hundredth, or beyond what a table holds.
pub(crate) fn hundredths(amount: Decimal) -> Option<i64> {
    let hundredths = amount.checked_mul(Decimal::ONE_HUNDRED)?;
    hundredths.fract().is_zero().then(|| i64::try_from(hundredths.trunc()).ok())?
}

pub(crate) fn decimal(hundredths: i64) -> Decimal {
    Decimal::new(hundredths, 2)
}
