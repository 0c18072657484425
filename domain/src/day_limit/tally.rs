//! A day's limit at work, as plain arithmetic: what one key has taken on one T.
//!
//! | above the limit | this order | earlier orders of the day | later orders of the day |
//! |---|---|---|---|
//! | reject whole | refused | stand | may still fit |
//! | accept up to limit | cut | stand | refused once nothing is left |
//! | reject all of day | refused | revoked | refused |
//!
//! 1. What stands never exceeds the limit, whatever is ordered or cancelled in which order.
//! 2. What is accepted and what is refused of an order add up to the order.
//! 3. A day on which all was refused stays refused.

use crate::{
    limits::{DayMax, ExcessPolicy},
    money::{Amount, Money},
};
use serde::{Deserialize, Serialize};

/// What stands under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DayTally {
    used: Money,
    refused_for_good: bool,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// The whole order counts.
    Whole,
    /// Cut to what was left. Yuan.
    Cut {
        /// The part of the amount that stands.
        accepted: Amount,
        /// Goes back to the investor.
        refused: Amount,
    },
    /// None of it stands.
    Refused {
        /// Yuan that would have fitted.
        room: Money,
    },
    /// None of it stands, nor does anything before it.
    DayRefused {
        /// Yuan of earlier orders that fall with it.
        revoked: Money,
    },
}

impl DayTally {
    /// With what earlier orders of the day took.
    pub const fn after(used: Money) -> Self {
        Self { used, refused_for_good: false }
    }

    /// Of a day on which all was refused.
    pub const fn refused() -> Self {
        Self { used: Money::ZERO, refused_for_good: true }
    }

    /// Yuan that count on that day and were not given back.
    pub const fn used(self) -> Money {
        self.used
    }

    /// Whether all of the day was refused, and stays so.
    pub const fn is_refused(self) -> bool {
        self.refused_for_good
    }

    /// One more purchase, conversion in or plan. No cap: nothing is refused but what money cannot
    /// hold.
    #[must_use]
    pub fn take(self, amount: Amount, cap: Option<DayMax>) -> (Self, Taken) {
        if self.refused_for_good {
            return (self, Taken::Refused { room: Money::ZERO });
        }
        let fits = |sum: &Money| cap.is_none_or(|cap| *sum <= cap.amount);
        match self.used.plus(amount.into()).filter(fits) {
            Some(used) => (Self { used, ..self }, Taken::Whole),
            None => self.exceed(amount, cap),
        }
    }

    fn exceed(self, amount: Amount, cap: Option<DayMax>) -> (Self, Taken) {
        let room = cap.and_then(|cap| cap.amount.minus(self.used)).unwrap_or(Money::ZERO);
        let refused = (self, Taken::Refused { room });
        match cap.map(|cap| cap.on_excess) {
            None | Some(ExcessPolicy::RejectWhole) => refused,
            Some(ExcessPolicy::AcceptUpToLimit) => self.cut(amount, room).unwrap_or(refused),
            Some(ExcessPolicy::RejectAllOfDay) => {
                let day = Self { used: Money::ZERO, refused_for_good: true };
                (day, Taken::DayRefused { revoked: self.used })
            }
        }
    }

    fn cut(self, amount: Amount, room: Money) -> Option<(Self, Taken)> {
        let accepted = Amount::checked(room.decimal())?;
        let rest = Money::from(amount).minus(room)?;
        let refused = Amount::checked(rest.decimal())?;
        let used = self.used.plus(room)?;
        Some((Self { used, ..self }, Taken::Cut { accepted, refused }))
    }

    /// An order of the day was cancelled; `None` when more would be given back than stands.
    #[must_use]
    pub fn give_back(self, amount: Money) -> Option<Self> {
        Some(Self { used: self.used.minus(amount)?, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cap(amount: &str, on_excess: ExcessPolicy) -> DayMax {
        DayMax { amount: amount.parse().unwrap(), on_excess }
    }

    #[test]
    fn each_policy_treats_the_same_three_orders_its_own_way() {
        use Taken as K;
        let money = |text: &str| text.parse::<Money>().unwrap();
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        let rows = [
            (
                ExcessPolicy::RejectWhole,
                [K::Whole, K::Refused { room: money("40") }, K::Whole],
                "100.00",
            ),
            (
                ExcessPolicy::AcceptUpToLimit,
                [
                    K::Whole,
                    K::Cut { accepted: amount("40"), refused: amount("10") },
                    K::Refused { room: money("0") },
                ],
                "100.00",
            ),
            (
                ExcessPolicy::RejectAllOfDay,
                [K::Whole, K::DayRefused { revoked: money("60") }, K::Refused { room: money("0") }],
                "0.00",
            ),
        ];
        for (policy, expected, used) in rows {
            let mut tally = DayTally::default();
            let taken = ["60", "50", "40"].map(|order| {
                let (next, taken) = tally.take(amount(order), Some(cap("100", policy)));
                tally = next;
                taken
            });
            assert_eq!(taken, expected, "{policy:?}");
            assert_eq!(tally.used().to_string(), used, "{policy:?}");
        }
    }

    #[test]
    fn the_limit_itself_may_be_reached_and_one_fen_more_may_not() {
        let cap = Some(cap("5000000", ExcessPolicy::RejectWhole));
        let before = DayTally::after("4999999.99".parse().unwrap());

        assert_eq!(before.take("0.01".parse().unwrap(), cap).1, Taken::Whole);
        let room = "0.01".parse().unwrap();
        assert_eq!(before.take("0.02".parse().unwrap(), cap).1, Taken::Refused { room });
    }

    #[test]
    fn a_sum_that_money_cannot_hold_is_refused_without_any_limit() {
        let full = DayTally::after("99999999999999.99".parse().unwrap());
        let refused = Taken::Refused { room: Money::ZERO };

        assert_eq!(full.take("0.01".parse().unwrap(), None), (full, refused));
    }

    #[test]
    fn what_is_given_back_may_be_taken_again_and_is_never_more_than_stands() {
        let money = |text: &str| text.parse::<Money>().unwrap();
        let stands = DayTally::after(money("60"));

        assert_eq!(stands.give_back(money("20")), Some(DayTally::after(money("40"))));
        assert_eq!(stands.give_back(money("60")), Some(DayTally::default()));
        assert_eq!(stands.give_back(money("60.01")), None);
    }

    #[derive(Debug, Clone)]
    enum Do {
        Take(i64),
        GiveBack(i64),
    }

    fn policy() -> impl Strategy<Value = ExcessPolicy> {
        prop_oneof![
            Just(ExcessPolicy::RejectWhole),
            Just(ExcessPolicy::AcceptUpToLimit),
            Just(ExcessPolicy::RejectAllOfDay),
        ]
    }

    fn commands() -> impl Strategy<Value = Vec<Do>> {
        let one = prop_oneof![
            3 => (1i64..80_000).prop_map(Do::Take),
            1 => (0i64..80_000).prop_map(Do::GiveBack),
        ];
        prop::collection::vec(one, 0..40)
    }

    fn fen(fen: i64) -> Money {
        Money::new(rust_decimal::Decimal::new(fen, 2)).unwrap()
    }

    proptest! {
        #[test]
        fn what_stands_never_exceeds_the_limit(
            policy in policy(), max in 0i64..200_000, commands in commands()
        ) {
            let cap = DayMax { amount: fen(max), on_excess: policy };
            let (mut tally, mut expected) = (DayTally::default(), Money::ZERO);
            for command in commands {
                match command {
                    Do::Take(asked) => {
                        let amount = Amount::new(fen(asked).decimal()).unwrap();
                        let (next, taken) = tally.take(amount, Some(cap));
                        expected = match taken {
                            Taken::Whole => expected.plus(fen(asked)).unwrap(),
                            Taken::Cut { accepted, refused } => {
                                let both = Money::from(accepted).plus(refused.into());
                                prop_assert_eq!(both, Some(fen(asked)));
                                expected.plus(accepted.into()).unwrap()
                            }
                            Taken::Refused { .. } => expected,
                            Taken::DayRefused { revoked } => expected.minus(revoked).unwrap(),
                        };
                        tally = next;
                    }
                    Do::GiveBack(some) => {
                        if let Some(next) = tally.give_back(fen(some)) {
                            tally = next;
                            expected = expected.minus(fen(some)).unwrap();
                        }
                    }
                }
                prop_assert!(tally.used() <= cap.amount);
                prop_assert_eq!(tally.used(), expected);
            }
        }
    }
}
