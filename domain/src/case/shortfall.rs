//! What the investor has less by a record that holds than by our own figures: that, and no more, is ours to bear.
//! What the transaction sends by itself is no part of it, and a record that favours the investor leaves nothing.
//!
//! It is reckoned from the stored figures of a case, which both sides name alike ([`Measure`]): a case that was stored
//! before says no more than them, and another record of the same difference would be a second truth.

use super::{Figure, Finding, Kind, Measure};
use crate::{money::Money, text::Text};
use rust_decimal::Decimal;

/// How a figure that stands for a bound begins.
const AT_MOST: &str = "at most ";

impl Finding {
    /// Yuan that the investor lacks by what was found in a confirmation; `leaves`: shares left for money by it.
    pub fn shortfall(&self, leaves: bool) -> Money {
        // More shares than are due are registered, and held until the case is closed.
        let favours = !self.disputed.shares.is_zero();
        let lacks = match self.kind {
            Kind::FeeDiffersFromPromise => return self.charged_beyond(),
            Kind::NavDiffersFromPublished if leaves => self.is_less(Measure::Nav),
            Kind::NavDiffersFromPublished | Kind::SharesDoNotFollowFromNav => !favours,
            // What is not accepted goes back by itself, and so does what a record counts twice.
            Kind::AmountDiffers => {
                let sums = [Measure::Gross, Measure::Payout, Measure::Income];
                sums.into_iter().any(|it| self.is_less(it)) || self.is_taken()
            }
            Kind::ZeroShares => true,
            // The record is booked as it came, and so is what it brings.
            Kind::SharesExceedAsked
            | Kind::DateOutOfBounds
            | Kind::ConfirmedBeforeCutOff
            | Kind::SecondConfirmationDiffers
            | Kind::NamesAnotherOrder
            | Kind::UnknownOrder
            | Kind::AfterTheEnd
            | Kind::PaidTwice
            | Kind::PaidAmountDiffers
            | Kind::InstantOutOfBounds
            | Kind::RejectedAfterConfirmed
            | Kind::RejectedAfterAdvance
            | Kind::FrozenByRegister
            | Kind::OwedByHand
            | Kind::Overpaid
            | Kind::SharesMissing
            | Kind::FastQuotaExceeded
            | Kind::BankSettledTwice
            | Kind::BankSharesDiffer
            | Kind::IncomeBelowZero
            | Kind::SettlementDiffers
            | Kind::NotAssigned
            | Kind::BreakMissing
            | Kind::BreakExtra
            | Kind::BreakAmount
            | Kind::BreakShares
            | Kind::BreakFee
            | Kind::BreakNav
            | Kind::BreakStatus
            | Kind::BreakDate
            | Kind::BreakHolding
            | Kind::BreakDuplicate
            | Kind::BreakLate
            | Kind::Other => false,
        };
        if lacks { self.disputed.money } else { Money::ZERO }
    }

    /// Yuan that depend on interest which a rejection sends: nothing else of the transaction does.
    pub fn interest(&self) -> Money {
        if find(&self.theirs, Measure::Interest).is_some() {
            self.disputed.money
        } else {
            Money::ZERO
        }
    }

    /// Fees above those that were promised, no more than is in dispute.
    fn charged_beyond(&self) -> Money {
        let beyond = self.theirs.iter().filter_map(|theirs| {
            let due = self.ours.iter().find(|ours| ours.name == theirs.name)?;
            let more = number(&theirs.value)?.checked_sub(number(&due.value)?)?;
            Money::new(more.max(Decimal::ZERO)).ok()
        });
        beyond.fold(Money::ZERO, Money::plus_or_most).min(self.disputed.money)
    }

    /// Whether income below zero was taken that was to stay where it is.
    fn is_taken(&self) -> bool {
        let stays = find(&self.ours, Measure::UnpaidIncome).is_some();
        let income = find(&self.theirs, Measure::Income).and_then(|it| number(&it.value));
        stays && income.is_some_and(|it| it < Decimal::ZERO)
    }

    /// Whether the record states less of that than is due.
    fn is_less(&self, measure: Measure) -> bool {
        let of = |figures: &[Figure]| number(&find(figures, measure)?.value);
        of(&self.theirs).zip(of(&self.ours)).is_some_and(|(theirs, ours)| theirs < ours)
    }
}

fn find(figures: &[Figure], measure: Measure) -> Option<&Figure> {
    figures.iter().find(|it| it.name.as_str() == measure.name())
}

fn number(value: &Text<80>) -> Option<Decimal> {
    let text = value.as_str();
    text.strip_prefix(AT_MOST).unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Disputed;

    fn found(
        kind: Kind,
        name: &str,
        [ours, theirs]: [&str; 2],
        [shares, money]: [&str; 2],
    ) -> Finding {
        let disputed = Disputed { shares: shares.parse().unwrap(), money: money.parse().unwrap() };
        let (ours, theirs) = (vec![Figure::new(name, ours)], vec![Figure::new(name, theirs)]);
        Finding { kind, what: Text::lossy("it differs"), ours, theirs, disputed }
    }

    #[test]
    fn only_what_the_investor_has_less_by_a_record_is_ours_to_bear() {
        use Kind as K;
        for (kind, name, sides, disputed, leaves, lacks) in [
            (K::FeeDiffersFromPromise, "fee", ["0.00", "14.78"], ["0", "14.78"], true, "14.78"),
            (K::FeeDiffersFromPromise, "fee", ["14.78", "0.00"], ["0", "14.78"], true, "0"),
            (K::FeeDiffersFromPromise, "fee", ["at most 5.00", "6.00"], ["0", "1"], false, "1"),
            (K::NavDiffersFromPublished, "nav", ["1.2345", "1.2000"], ["0", "30"], true, "30"),
            (K::NavDiffersFromPublished, "nav", ["1.2000", "1.2345"], ["0", "30"], true, "0"),
            (K::NavDiffersFromPublished, "nav", ["1.2000", "1.2345"], ["0", "30"], false, "30"),
            (K::NavDiffersFromPublished, "nav", ["1.2345", "1.2000"], ["9", "30"], false, "0"),
            (K::SharesDoNotFollowFromNav, "shares", ["100", "90"], ["0", "10"], false, "10"),
            (K::SharesDoNotFollowFromNav, "shares", ["100", "110"], ["10", "10"], false, "0"),
            (K::AmountDiffers, "payout", ["500.00", "499.00"], ["0", "1"], true, "1"),
            (K::AmountDiffers, "payout", ["499.00", "500.00"], ["0", "1"], true, "0"),
            (K::AmountDiffers, "income", ["0.00", "-0.12"], ["0", "0.12"], true, "0.12"),
            (K::AmountDiffers, "accepted", ["500.00", "499.99"], ["0", "0.01"], false, "0"),
            (K::ZeroShares, "shares", ["100", "0.00"], ["0", "500"], false, "500"),
            (K::NamesAnotherOrder, "fund", ["000730", "000731"], ["0", "500"], true, "0"),
            (
                K::RejectedAfterConfirmed,
                "says",
                ["confirmed", "rejected"],
                ["500", "500"],
                true,
                "0",
            ),
        ] {
            let found = found(kind, name, sides, disputed);
            assert_eq!(found.shortfall(leaves), lacks.parse().unwrap(), "{found:?}");
        }
    }

    #[test]
    fn as_much_as_is_due_is_not_less() {
        for (theirs, less) in [("99.99", true), ("100.00", false), ("100.01", false)] {
            let found = found(Kind::AmountDiffers, "payout", ["100.00", theirs], ["0", "0"]);
            assert_eq!(found.is_less(Measure::Payout), less, "{theirs}");
        }
    }

    #[test]
    fn income_below_zero_is_ours_to_bear_only_where_it_was_to_stay_in_the_wallet() {
        let found = |ours: Vec<Figure>, income: &str| Finding {
            ours,
            ..found(Kind::AmountDiffers, "income", ["0.00", income], ["0", "0.12"])
        };
        let stays = || vec![Figure::of(Measure::UnpaidIncome, "-0.12")];
        let nothing = "0".parse().unwrap();
        assert_eq!(found(stays(), "-0.12").shortfall(true), "0.12".parse().unwrap());
        assert_eq!(found(stays(), "0.00").shortfall(true), nothing);
        assert_eq!(found(stays(), "0.12").shortfall(true), nothing);
        assert_eq!(found(vec![], "-0.12").shortfall(true), nothing);
    }

    #[test]
    fn the_money_of_a_difference_depends_on_interest_only_where_the_record_states_some() {
        let states = |name: &str| {
            found(Kind::AmountDiffers, name, ["0.00", "1.37"], ["0", "1.37"]).interest()
        };
        assert_eq!(states("interest"), "1.37".parse().unwrap());
        assert_eq!(states("payout"), "0".parse().unwrap());
    }
}
