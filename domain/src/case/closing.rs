//! In which way a case may be closed, by what it is about: what nobody would do is not promised.

use super::{How, Kind};

const HAS_THE_CASH: &str = "the investor has the cash already, and must not have it twice; what is open is the \
                            bank's: settle with it, and close the case as accepted or manual";
const HAS_THE_CASH_BY_HAND: &str = "the investor has the cash already, and must not have it twice; what is open is the \
                                    bank's: settle with it, and close the case as manual";
const BOOKS_NOTHING: &str = "the record has no effect beside what holds, and accepting it would book nothing; \
                             get a record that can be booked, or close the case as withdrawn or manual";

const SETTLEMENT_DIFFERS: &str = "this is on no order, but on money between a counterparty and us; wait for the rest of it, or settle it \
     with them outside of the engine, and close the case as manual";
const SHARES_MISSING: &str = "this is on no record, but on shares that are not there and that a person has; find them \
                              or settle them with the investor, and close the case as manual";
const PAYS_NOTHING: &str = "a reconciliation found this, and no saga pays because of it; pay by hand, and close the case as \
                            manual";

/// What is known around a case that is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Around {
    /// What the record says is booked, held or contested, so that closing the case decides what becomes of it.
    pub is_booked: bool,
    /// A bank has, or may have, paid the investor cash at once for what the record is about.
    pub has_the_cash: bool,
}

impl Kind {
    /// Why a case of this kind is not closed in that way; `None` where it may be.
    pub const fn refuses(self, how: &How, around: Around) -> Option<&'static str> {
        let contradicts = matches!(
            self,
            Kind::SecondConfirmationDiffers
                | Kind::RejectedAfterConfirmed
                | Kind::AfterTheEnd
                | Kind::UnknownOrder
                | Kind::NotAssigned
                | Kind::Other
        );
        match (how, self.by_hand()) {
            (How::Accepted, None) if contradicts && !around.is_booked => Some(BOOKS_NOTHING),
            (How::PaidByUs { .. }, None)
                if around.has_the_cash || matches!(self, Kind::RejectedAfterAdvance) =>
            {
                let books_nothing = contradicts && !around.is_booked;
                Some(if books_nothing { HAS_THE_CASH_BY_HAND } else { HAS_THE_CASH })
            }
            (How::PaidByUs { .. }, None) if self.is_break() => Some(PAYS_NOTHING),
            // The records are booked as they came, and so they stay.
            (How::Accepted, Some(_)) if matches!(self, Kind::BankSharesDiffer) => None,
            (How::Accepted | How::PaidByUs { .. } | How::Withdrawn, by_hand) => by_hand,
            (How::Manual { .. } | How::Corrected { .. }, _) => None,
        }
    }

    /// What is to be done about a case of our own books; `None` for one on a record.
    const fn by_hand(self) -> Option<&'static str> {
        Some(match self {
            Kind::SharesMissing => SHARES_MISSING,
            Kind::OwedByHand => {
                "this money is a person's to pay, and must not go out twice; pay it, and close the case as \
                 manual"
            }
            Kind::Overpaid => {
                "the investor has too much already; get it back, and close the case as manual"
            }
            Kind::IncomeBelowZero => {
                "this is on no record, but income that the shares do not make up for; settle it with the \
                 investor, or wait for later income, and close the case as manual"
            }
            Kind::SettlementDiffers => SETTLEMENT_DIFFERS,
            Kind::FastQuotaExceeded => {
                "nothing is to be booked or paid for it; find out why the bank paid, and close the case as \
                 manual"
            }
            Kind::BankSettledTwice => {
                "tell the bank, or get back what it has too much, and close the case as manual"
            }
            Kind::BankSharesDiffer => {
                "this is on no record of its own, but on two that do not fit; get the registrar to correct one \
                 of them, or settle it with the bank and the investor, and close the case as accepted or manual"
            }
            Kind::SharesDoNotFollowFromNav
            | Kind::NavDiffersFromPublished
            | Kind::FeeDiffersFromPromise
            | Kind::AmountDiffers
            | Kind::SharesExceedAsked
            | Kind::DateOutOfBounds
            | Kind::ConfirmedBeforeCutOff
            | Kind::SecondConfirmationDiffers
            | Kind::NamesAnotherOrder
            | Kind::UnknownOrder
            | Kind::NotAssigned
            | Kind::AfterTheEnd
            | Kind::PaidTwice
            | Kind::PaidAmountDiffers
            | Kind::InstantOutOfBounds
            | Kind::ZeroShares
            | Kind::RejectedAfterConfirmed
            | Kind::RejectedAfterAdvance
            | Kind::FrozenByRegister
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
            | Kind::Other => return None,
        })
    }

    /// Whether a reconciliation opens cases of this kind.
    pub const fn is_break(self) -> bool {
        matches!(
            self,
            Kind::BreakMissing
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
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    fn ways() -> [How; 4] {
        let manual = How::Manual { text: Text::lossy("by letter") };
        [How::Accepted, How::PaidByUs { amount: "1".parse().unwrap() }, How::Withdrawn, manual]
    }

    #[test]
    fn every_case_can_be_closed_by_hand_and_what_books_nothing_is_not_accepted() {
        for kind in Kind::ALL {
            for (is_booked, has_the_cash) in
                [(true, true), (true, false), (false, true), (false, false)]
            {
                let around = Around { is_booked, has_the_cash };
                let taken = ways().map(|how| kind.refuses(&how, around).is_none());
                let ours = matches!(
                    kind,
                    Kind::SharesMissing
                        | Kind::OwedByHand
                        | Kind::Overpaid
                        | Kind::IncomeBelowZero
                        | Kind::SettlementDiffers
                        | Kind::FastQuotaExceeded
                        | Kind::BankSettledTwice
                );
                let contradicts = matches!(
                    kind,
                    Kind::SecondConfirmationDiffers
                        | Kind::RejectedAfterConfirmed
                        | Kind::AfterTheEnd
                        | Kind::UnknownOrder
                        | Kind::NotAssigned
                        | Kind::Other
                );
                let both = *kind == Kind::BankSharesDiffer;
                let ours = ours || both;
                let accepted = both || (!ours && (is_booked || !contradicts));
                // Whom a bank has paid has the cash.
                let by_us = !ours
                    && !has_the_cash
                    && *kind != Kind::RejectedAfterAdvance
                    && !kind.is_break();
                assert_eq!(taken, [accepted, by_us, !ours, true], "{kind} {around:?}");
            }
        }
    }

    #[test]
    fn where_the_investor_has_the_cash_only_what_books_something_may_be_accepted_instead() {
        let by_us = How::PaidByUs { amount: "1".parse().unwrap() };
        for (kind, is_booked, has_the_cash, says) in [
            (Kind::AmountDiffers, false, true, Some(HAS_THE_CASH)),
            (Kind::AmountDiffers, true, true, Some(HAS_THE_CASH)),
            (Kind::SecondConfirmationDiffers, true, true, Some(HAS_THE_CASH)),
            (Kind::SecondConfirmationDiffers, false, true, Some(HAS_THE_CASH_BY_HAND)),
            (Kind::RejectedAfterAdvance, false, false, Some(HAS_THE_CASH)),
            (Kind::SecondConfirmationDiffers, false, false, None),
        ] {
            let around = Around { is_booked, has_the_cash };
            assert_eq!(kind.refuses(&by_us, around), says, "{kind} {around:?}");
        }
    }
}
