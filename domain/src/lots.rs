//! Lots: shares by the day they were registered, and which of them leave first.
//!
//! `take(lots, shares, order) -> parcels` · `holding_days(registered, confirmed) -> days`
//!
//! 1. First in, first out, unless the fund says last in, first out or the order names a lot.
//! 2. Lots of one day leave in the order in which they are listed, either way.
//! 3. Days are natural days, from the day of registration to the day before the redemption is
//!    confirmed. What is redeemed on a Friday and confirmed on Monday was held over the weekend.
//! 4. Shares that a conversion brings in are a new lot: their holding time starts again.
//! 5. The parcels sum to what was asked for, exactly, or nothing is taken.

use crate::{
    fund::RedemptionSequence,
    ids::LotId,
    money::{Nav, Shares},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Shares that came in together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// Name of the lot.
    pub id: LotId,
    /// When the registrar confirmed it.
    pub registered_on: NaiveDate,
    /// What is left of it.
    pub shares: Shares,
    /// Yuan per share when it came in; a fee that was put off is a rate of it.
    pub unit_cost: Nav,
}

/// Order in which lots leave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotOrder {
    /// The oldest (the rule for open funds).
    #[default]
    Fifo,
    /// The youngest, where the fund's contract says so.
    Lifo,
    /// This one and no other.
    Designated(LotId),
}

impl From<RedemptionSequence> for LotOrder {
    fn from(sequence: RedemptionSequence) -> Self {
        match sequence {
            RedemptionSequence::Fifo => LotOrder::Fifo,
            RedemptionSequence::Lifo => LotOrder::Lifo,
        }
    }
}

/// What is taken out of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// The lot that they are taken out of.
    pub lot: LotId,
    /// The registrar's day of registration.
    pub registered_on: NaiveDate,
    /// Price at which the lot was bought, yuan per share.
    pub unit_cost: Nav,
    /// Shares that are taken out of it.
    pub shares: Shares,
    /// Shares that stay in it.
    pub left: Shares,
}

/// Why lots cannot give the shares.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum Refusal {
    /// A redemption of nothing.
    #[error("0.00 shares are asked for; at least 0.01 must be")]
    Nothing,
    /// The order names a lot that is not there.
    #[error("lot {lot} is not among the {held} lots held")]
    UnknownLot {
        lot: LotId,
        /// How many lots there are.
        held: usize,
    },
    /// The lots have fewer shares than are asked for.
    #[error("{asked} shares are asked for, and the lots hold {held}")]
    NotCovered {
        /// Shares that the order asks for, to 0.01.
        asked: Shares,
        /// In the lots that may be taken.
        held: Shares,
    },
    /// Shares cannot leave before they came.
    #[error("lot {lot} is registered on {registered_on}, after the confirmation on {confirmed_on}")]
    Later {
        lot: LotId,
        /// The day on which it was registered.
        registered_on: NaiveDate,
        /// Day of confirmation of the lot that is due.
        confirmed_on: NaiveDate,
    },
}

/// Takes shares out of lots.
///
/// # Errors
/// [`Refusal::Nothing`], [`Refusal::UnknownLot`], [`Refusal::NotCovered`], in this order.
pub fn take(lots: &[Lot], asked: Shares, order: &LotOrder) -> Result<Vec<Parcel>, Refusal> {
    if asked.is_zero() {
        return Err(Refusal::Nothing);
    }
    let (mut parcels, mut missing, mut held) = (Vec::new(), asked, Shares::ZERO);
    for lot in in_order(lots, order)? {
        held = held.plus_or_most(lot.shares);
        let taken = lot.shares.min(missing);
        if taken.is_zero() {
            continue;
        }
        // Both are at least as great as what is taken from them.
        missing = missing.minus(taken).unwrap_or_default();
        parcels.push(Parcel {
            lot: lot.id.clone(),
            registered_on: lot.registered_on,
            unit_cost: lot.unit_cost,
            shares: taken,
            left: lot.shares.minus(taken).unwrap_or_default(),
        });
    }
    if missing.is_zero() { Ok(parcels) } else { Err(Refusal::NotCovered { asked, held }) }
}

fn in_order<'a>(lots: &'a [Lot], order: &LotOrder) -> Result<Vec<&'a Lot>, Refusal> {
    let mut sorted: Vec<&Lot> = lots.iter().collect();
    match order {
        LotOrder::Fifo => sorted.sort_by_key(|lot| lot.registered_on),
        LotOrder::Lifo => sorted.sort_by_key(|lot| std::cmp::Reverse(lot.registered_on)),
        LotOrder::Designated(id) => {
            sorted.retain(|lot| lot.id == *id);
            if sorted.is_empty() {
                return Err(Refusal::UnknownLot { lot: id.clone(), held: lots.len() });
            }
        }
    }
    Ok(sorted)
}

impl Parcel {
    /// Natural days that it was held when the redemption is confirmed.
    ///
    /// # Errors
    /// [`Refusal::Later`].
    pub fn holding_days(&self, confirmed_on: NaiveDate) -> Result<u32, Refusal> {
        let days = confirmed_on.signed_duration_since(self.registered_on).num_days();
        u32::try_from(days).map_err(|_| Refusal::Later {
            lot: self.lot.clone(),
            registered_on: self.registered_on,
            confirmed_on,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    pub(crate) fn lot(id: &str, registered_on: &str, shares: &str) -> Lot {
        Lot {
            id: id.parse().unwrap(),
            registered_on: registered_on.parse().unwrap(),
            shares: shares.parse().unwrap(),
            unit_cost: Nav::ONE,
        }
    }

    fn three() -> [Lot; 3] {
        [
            lot("young", "2026-02-05", "1000.00"),
            lot("old", "2025-01-06", "3000.00"),
            lot("middle", "2026-01-21", "2500.55"),
        ]
    }

    fn taken(shares: &str, order: &LotOrder) -> Vec<(String, String, String)> {
        let parcels = take(&three(), shares.parse().unwrap(), order).unwrap();
        let row = |it: &Parcel| (it.lot.to_string(), it.shares.to_string(), it.left.to_string());
        parcels.iter().map(row).collect()
    }

    fn row(lot: &str, shares: &str, left: &str) -> (String, String, String) {
        (lot.into(), shares.into(), left.into())
    }

    #[test]
    fn the_oldest_lot_leaves_first() {
        assert_eq!(
            taken("6000.00", &LotOrder::Fifo),
            [
                row("old", "3000.00", "0.00"),
                row("middle", "2500.55", "0.00"),
                row("young", "499.45", "500.55")
            ]
        );
    }

    #[test]
    fn the_youngest_leaves_first_where_the_fund_says_so_and_a_named_lot_alone() {
        assert_eq!(
            taken("1000.01", &LotOrder::Lifo),
            [row("young", "1000.00", "0.00"), row("middle", "0.01", "2500.54")]
        );
        let middle = LotOrder::Designated("middle".parse().unwrap());
        assert_eq!(taken("0.01", &middle), [row("middle", "0.01", "2500.54")]);
    }

    #[test]
    fn what_lots_cannot_give_is_refused_with_both_numbers() {
        let refused = |shares: &str, order| {
            take(&three(), shares.parse().unwrap(), &order).unwrap_err().to_string()
        };
        let named = |id: &str| LotOrder::Designated(id.parse().unwrap());
        assert_eq!(
            refused("6500.56", LotOrder::Fifo),
            "6500.56 shares are asked for, and the lots hold 6500.55"
        );
        assert_eq!(
            refused("1000.01", named("young")),
            "1000.01 shares are asked for, and the lots hold 1000.00"
        );
        assert_eq!(refused("1", named("gone")), "lot gone is not among the 3 lots held");
        assert_eq!(
            refused("0", LotOrder::Fifo),
            "0.00 shares are asked for; at least 0.01 must be"
        );
    }

    // Confirmed on the 4th, redeemed on the 8th, confirmed on the 11th: seven days.
    #[test]
    fn days_count_to_the_day_before_the_confirmation() {
        let parcels = take(&[lot("l", "2026-03-04", "1")], "1".parse().unwrap(), &LotOrder::Fifo);
        let parcel = parcels.unwrap().remove(0);

        assert_eq!(parcel.holding_days("2026-03-11".parse().unwrap()), Ok(7));
        assert_eq!(parcel.holding_days("2026-03-04".parse().unwrap()), Ok(0));
        assert!(matches!(
            parcel.holding_days("2026-03-03".parse().unwrap()),
            Err(Refusal::Later { .. })
        ));
    }

    proptest! {
        #[test]
        fn no_younger_lot_leaves_before_an_older_one_is_empty(
            held in prop::collection::vec((0..2000_u64, 1..1_000_000_u64), 1..12),
            part in 1..=1000_u64,
        ) {
            let shares = |cents: u64| Shares::new(Decimal::from_i128_with_scale(i128::from(cents), 2)).unwrap();
            let first: NaiveDate = "2020-01-01".parse().unwrap();
            let lots: Vec<Lot> = held.iter().enumerate().map(|(n, (age, cents))| Lot {
                id: format!("l{n}").parse().unwrap(),
                registered_on: first.checked_add_days(chrono::Days::new(*age)).unwrap(),
                shares: shares(*cents),
                unit_cost: Nav::ONE,
            }).collect();
            let total: u64 = held.iter().map(|(_, cents)| cents).sum();
            let asked = shares((total * part / 1000).max(1));
            let parcels = take(&lots, asked, &LotOrder::Fifo).unwrap();

            let sum = parcels.iter().try_fold(Shares::ZERO, |sum, it| sum.plus(it.shares));
            prop_assert_eq!(sum, Some(asked));
            let youngest = parcels.iter().map(|it| it.registered_on).max().unwrap();
            for lot in lots.iter().filter(|lot| lot.registered_on < youngest) {
                let left = parcels.iter().find(|it| it.lot == lot.id).map(|it| it.left);
                prop_assert_eq!(left, Some(Shares::ZERO));
            }
        }
    }
}
