//! Giving shares back: what each lot is worth, what it costs to leave, and whose the fee is.
//!
//! ```text
//! per lot:  gross = half_up(shares × NAV)
//!           fee   = half_up(gross × rate(days held))
//!           put-off fee of a back-end class = half_up(half_up(shares × cost) × rate(days held))
//! payout  = Σ gross - Σ fee - Σ put-off fee
//! ```
//!
//! 1. Each lot is rounded by itself, as the registrar's confirmation has a line for each.
//! 2. Of each lot's fee the fund's assets get the part that the regime of T says, to the nearest
//!    fen; the rest pays for registration and distribution. A put-off fee is no redemption fee:
//!    nothing of it goes to the fund.
//! 3. `payout + fees = gross`, to the fen.

use crate::{
    arithmetic::{OutOfRange, out_of_range},
    explain::{percent, plain},
    fees::{
        CustomerType,
        regime::{FeeSubject, Regime},
        schedule::FeeSchedule,
        tiers::DaysTiers,
    },
    lots::{self, Parcel},
    money::{Money, Nav, Rate, Shares},
};
use chrono::NaiveDate;
use fundflow_kernel::counted::counted;
use serde::{Deserialize, Serialize};

/// Why a redemption cannot be priced. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A lot cannot be what it says.
    #[error(transparent)]
    Lots(#[from] lots::Refusal),
    /// Both fees together are more than the shares are worth.
    #[error("fees of {fees} are above the {gross} that the shares are worth")]
    FeesAboveGross {
        /// Redemption and put-off fee.
        fees: Money,
        /// What they are taken from.
        gross: Money,
    },
    /// A result does not fit.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

/// What leaving costs, and who gets it.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Redemption rates by natural days of holding.
    pub tiers: &'a DaysTiers,
    /// Of a back-end class: the fee for buying, by holding days.
    pub back_end: Option<&'a DaysTiers>,
    /// The rules on T and whose fee it is; without them the fund's part stays unsaid.
    pub regime: Option<(&'a Regime, FeeSubject)>,
}

/// One lot of a redemption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotRedemption {
    /// What is taken from which lot.
    #[serde(flatten)]
    pub parcel: Parcel,
    /// Natural days for which the shares were held.
    pub days: u32,
    /// The rate that those days cost.
    pub rate: Rate,
    /// What the shares are worth.
    pub gross: Money,
    /// What leaving costs, in yuan to the fen.
    pub fee: Money,
    /// The fee for buying that was put off until now.
    pub back_end_fee: Money,
    /// How much of `fee` belongs to the fund's assets, where a regime said it.
    pub to_fund: Option<Money>,
}

/// A redemption to the cent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemption {
    /// What the shares are worth.
    pub gross: Money,
    /// What leaving costs, in yuan to the fen.
    pub fee: Money,
    /// The fee for buying that was put off until now.
    pub back_end_fee: Money,
    /// Payout to the investor, in yuan.
    pub payout: Money,
    /// How much of `fee` belongs to the fund's assets, where a regime said it.
    pub to_fund: Option<Money>,
    /// The net asset value of T.
    pub nav: Nav,
    /// In the order in which they leave.
    pub lots: Vec<LotRedemption>,
}

impl<'a> Terms<'a> {
    /// As a schedule says, and the rules in force on T.
    pub fn of(schedule: &'a FeeSchedule, rules: Option<&'a Regime>, holder: CustomerType) -> Self {
        let regime = rules.map(|regime| (regime, schedule.subject(holder)));
        Self { tiers: &schedule.redemption, back_end: schedule.back_end.as_ref(), regime }
    }
}

/// Prices parcels of lots at the net asset value of T.
///
/// # Errors
/// [`Refusal`], in its order.
pub fn price(
    parcels: &[Parcel],
    nav: Nav,
    confirmed_on: NaiveDate,
    terms: Terms<'_>,
) -> Result<Redemption, Refusal> {
    let lots = parcels.iter().map(|parcel| price_lot(parcel, nav, confirmed_on, terms));
    let lots = lots.collect::<Result<Vec<_>, _>>()?;
    let sum = |field: &'static str, of: fn(&LotRedemption) -> Money| {
        let total = lots.iter().try_fold(Money::ZERO, |sum, lot| sum.plus(of(lot)));
        total.ok_or_else(|| out_of_range(field, counted(lots.len(), "lot", "lots")))
    };
    let gross = sum("gross amount", |lot| lot.gross)?;
    let fee = sum("fee", |lot| lot.fee)?;
    let back_end_fee = sum("back-end fee", |lot| lot.back_end_fee)?;
    let to_fund = match terms.regime {
        Some(_) => Some(sum("fund's part", |lot| lot.to_fund.unwrap_or_default())?),
        None => None,
    };
    let fees = fee.plus(back_end_fee).ok_or_else(|| out_of_range("fees", format!("{fee}")))?;
    let payout = gross.minus(fees).ok_or(Refusal::FeesAboveGross { fees, gross })?;
    Ok(Redemption { gross, fee, back_end_fee, payout, to_fund, nav, lots })
}

fn price_lot(
    parcel: &Parcel,
    nav: Nav,
    confirmed_on: NaiveDate,
    terms: Terms<'_>,
) -> Result<LotRedemption, Refusal> {
    let days = parcel.holding_days(confirmed_on)?;
    let rate = terms.tiers.at(days).rate;
    let lost = |field| out_of_range(field, format!("{} at {nav}", parcel.shares));
    let gross = parcel.shares.value_half_up(nav).ok_or_else(|| lost("gross amount"))?;
    let fee = gross.at_rate_half_up(rate).ok_or_else(|| lost("fee"))?;
    let back_end_fee = match terms.back_end {
        Some(tiers) => parcel
            .shares
            .value_half_up(parcel.unit_cost)
            .and_then(|cost| cost.at_rate_half_up(tiers.at(days).rate))
            .ok_or_else(|| lost("back-end fee"))?,
        None => Money::ZERO,
    };
    let to_fund =
        terms.regime.and_then(|(rules, who)| fee.at_rate_half_up(rules.fund_part(who, days)));
    Ok(LotRedemption { parcel: parcel.clone(), days, rate, gross, fee, back_end_fee, to_fund })
}

impl LotRedemption {
    /// Returns the calculation as one line for people.
    pub fn explain(&self, nav: Nav) -> String {
        let Self { parcel, days, rate, gross, fee, .. } = self;
        let Parcel { lot, shares, left, .. } = parcel;
        let (nav, rate) = (plain(nav.decimal(), 4), percent(*rate));
        let put_off = if self.back_end_fee.is_zero() {
            String::new()
        } else {
            format!(", put-off fee for buying {}", self.back_end_fee)
        };
        let held = counted(*days, "day", "days");
        format!(
            "lot {lot}: {shares} × {nav} = {gross}, held {held}, fee at {rate} = {fee}{put_off} \
             (to the fen, half up); {left} left"
        )
    }
}

impl Redemption {
    /// What all lots give together.
    pub fn shares(&self) -> Option<Shares> {
        self.lots.iter().try_fold(Shares::ZERO, |sum, lot| sum.plus(lot.parcel.shares))
    }

    /// Every step in words.
    pub fn explain(&self) -> Vec<String> {
        let Self { gross, fee, back_end_fee, payout, nav, lots, .. } = self;
        let mut lines: Vec<String> = lots.iter().map(|lot| lot.explain(*nav)).collect();
        lines.push(if back_end_fee.is_zero() {
            format!("payout = {gross} - {fee} = {payout}")
        } else {
            format!("payout = {gross} - {fee} - {back_end_fee} = {payout}")
        });
        if let Some(to_fund) = self.to_fund {
            lines.push(format!("of the fee {to_fund} belongs to the fund's assets"));
        }
        lines
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        fees::{regime::Regimes, schedule::tests::schedule},
        lots::{LotOrder, take, tests::lot},
    };
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    pub(crate) fn tiers(rows: &[(u32, &str)]) -> DaysTiers {
        let rows: Vec<_> = rows.iter().map(|(days, rate)| (*days, rate.parse().unwrap())).collect();
        DaysTiers::below(&rows).unwrap()
    }

    fn confirmed() -> NaiveDate {
        "2026-02-25".parse().unwrap()
    }

    // Held 400, 20 and 5 days on the day of the confirmation.
    fn parcels() -> Vec<Parcel> {
        let lots = [
            lot("L1", "2025-01-21", "3000.00"),
            lot("L2", "2026-02-05", "2500.55"),
            lot("L3", "2026-02-20", "1000.00"),
        ];
        take(&lots, "6000.00".parse().unwrap(), &LotOrder::Fifo).unwrap()
    }

    fn redeemed(days: &DaysTiers) -> Redemption {
        let terms = Terms { tiers: days, back_end: None, regime: None };
        price(&parcels(), "1.3071".parse().unwrap(), confirmed(), terms).unwrap()
    }

    #[test]
    fn golden_redemption_under_the_old_and_the_new_rates() {
        let old = redeemed(&tiers(&[(7, "0.015"), (30, "0.0075"), (180, "0.005")]));
        let new = redeemed(&tiers(&[(7, "0.015"), (30, "0.01"), (180, "0.005")]));
        let lots = |it: &Redemption| {
            let row =
                |l: &LotRedemption| format!("{} {} {} {}", l.days, l.gross, l.fee, l.parcel.left);
            it.lots.iter().map(row).collect::<Vec<_>>()
        };
        let sums = |it: &Redemption| format!("{} - {} = {}", it.gross, it.fee, it.payout);

        assert_eq!(
            lots(&old),
            ["400 3921.30 0.00 0.00", "20 3268.47 24.51 0.00", "5 652.83 9.79 500.55"]
        );
        assert_eq!(sums(&old), "7842.60 - 34.30 = 7808.30");
        assert_eq!(
            lots(&new),
            ["400 3921.30 0.00 0.00", "20 3268.47 32.68 0.00", "5 652.83 9.79 500.55"]
        );
        assert_eq!(sums(&new), "7842.60 - 42.47 = 7800.13");
    }

    #[test]
    fn the_fund_gets_its_part_of_each_lots_fee_as_the_regime_of_t_says() {
        let regimes = Regimes::published().unwrap();
        let part = |on: &str, registered: &str| {
            let it = schedule("");
            let lots = [lot("L", registered, "1000.00")];
            let parcels = take(&lots, "1000".parse().unwrap(), &LotOrder::Fifo).unwrap();
            let regime = regimes.in_force(on.parse().unwrap());
            let terms = Terms::of(&it, regime, CustomerType::Individual);
            let redeemed = price(&parcels, "1.3333".parse().unwrap(), on.parse().unwrap(), terms);
            let redeemed = redeemed.unwrap();
            format!("{} of {}", redeemed.to_fund.unwrap(), redeemed.fee)
        };
        assert_eq!(part("2025-06-30", "2025-06-25"), "20.00 of 20.00");
        assert_eq!(part("2025-06-30", "2025-05-20"), "5.00 of 6.67");
        assert_eq!(part("2025-06-30", "2025-03-01"), "3.34 of 6.67");
        assert_eq!(part("2026-06-30", "2026-03-01"), "6.67 of 6.67");
    }

    #[test]
    fn a_back_end_class_pays_for_buying_when_it_leaves_less_every_year() {
        let back_end = tiers(&[(365, "0.018"), (730, "0.012"), (1095, "0.006")]);
        let nothing = DaysTiers::flat(Rate::ZERO);
        let terms = Terms { tiers: &nothing, back_end: Some(&back_end), regime: None };
        let fee = |registered: &str| {
            let parcels =
                take(&[lot("L", registered, "1000")], "1000".parse().unwrap(), &LotOrder::Fifo);
            let it = price(&parcels.unwrap(), "1.5".parse().unwrap(), confirmed(), terms).unwrap();
            format!("{} {}", it.back_end_fee, it.payout)
        };
        assert_eq!(fee("2026-01-05"), "18.00 1482.00");
        assert_eq!(fee("2025-01-05"), "12.00 1488.00");
        assert_eq!(fee("2024-01-05"), "6.00 1494.00");
        assert_eq!(fee("2020-01-05"), "0.00 1500.00");
    }

    #[test]
    fn every_lot_is_explained() {
        let lines = redeemed(&tiers(&[(7, "0.015"), (30, "0.0075"), (180, "0.005")])).explain();

        assert_eq!(
            lines[1],
            "lot L2: 2500.55 × 1.3071 = 3268.47, held 20 days, fee at 0.75% = 24.51 \
             (to the fen, half up); 0.00 left"
        );
        assert_eq!(lines[3], "payout = 7842.60 - 34.30 = 7808.30");
    }

    proptest! {
        #[test]
        fn payout_and_fees_are_the_gross_amount(
            held in prop::collection::vec((0..900_u64, 1..100_000_000_u64), 1..8),
            nav in 1_000_000..900_000_000_u64,
        ) {
            let decimal = |number: u64, scale| Decimal::from_i128_with_scale(i128::from(number), scale);
            let parcels: Vec<Parcel> = held.iter().map(|(age, cents)| Parcel {
                lot: "L".parse().unwrap(),
                registered_on: confirmed().checked_sub_days(chrono::Days::new(*age)).unwrap(),
                unit_cost: Nav::ONE,
                shares: Shares::new(decimal(*cents, 2)).unwrap(),
                left: Shares::ZERO,
            }).collect();
            let days = tiers(&[(7, "0.015"), (30, "0.0075"), (180, "0.005")]);
            let terms = Terms { tiers: &days, back_end: None, regime: None };
            let it = price(&parcels, Nav::new(decimal(nav, 8)).unwrap(), confirmed(), terms).unwrap();

            prop_assert_eq!(it.payout.plus(it.fee), Some(it.gross));
            for lot in &it.lots {
                let exact = lot.parcel.shares.decimal() * it.nav.decimal();
                prop_assert!((exact - lot.gross.decimal()).abs() <= Decimal::new(5, 3));
            }
        }
    }

    #[test]
    fn all_lots_together_give_what_was_asked_for() {
        assert_eq!(redeemed(&tiers(&[(7, "0.015")])).shares(), "6000".parse().ok());
    }
}
