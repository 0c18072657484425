//! In which way a case may be closed, by what it is about: what nobody would do is not promised.

use super::{How, Kind};

const HAS_THE_CASH: &str = "the investor has the cash already, and must not have it twice; what is open is the \
                            bank's: settle with it, and close the case as accepted or manual";
const BOOKS_NOTHING: &str = "the record has no effect beside what holds, and accepting it would book nothing; \
                             get a record that can be booked, or close the case as withdrawn or manual";

impl Kind {
    /// Why a case of this kind is not closed in that way; `None` where it may be. `is_booked`: what the
    /// record says is booked, held or contested, so that closing the case decides what becomes of it.
    pub const fn refuses(self, how: &How, is_booked: bool) -> Option<&'static str> {
        let by_hand = match self {
            Kind::SharesMissing => {
                "this is on no record, but on shares that are not there and that a person has; find them \
                 or settle them with the investor, and close the case as manual"
            }
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
            Kind::FastQuotaExceeded => {
                "nothing is to be booked or paid for it; find out why the bank paid, and close the case as \
                 manual"
            }
            Kind::BankSettledTwice => {
                "tell the bank, or get back what it has too much, and close the case as manual"
            }
            Kind::RejectedAfterAdvance if matches!(how, How::PaidByUs { .. }) => {
                return Some(HAS_THE_CASH);
            }
            Kind::SecondConfirmationDiffers
            | Kind::RejectedAfterConfirmed
            | Kind::AfterTheEnd
            | Kind::UnknownOrder
            | Kind::Other
                if matches!(how, How::Accepted) && !is_booked =>
            {
                return Some(BOOKS_NOTHING);
            }
            Kind::SharesDoNotFollowFromNav
            | Kind::NavDiffersFromPublished
            | Kind::FeeDiffersFromPromise
            | Kind::AmountDiffers
            | Kind::SharesExceedAsked
            | Kind::DateOutOfBounds
            | Kind::ConfirmedBeforeCutOff
            | Kind::SecondConfirmationDiffers
            | Kind::UnknownOrder
            | Kind::AfterTheEnd
            | Kind::PaidTwice
            | Kind::PaidAmountDiffers
            | Kind::InstantOutOfBounds
            | Kind::ZeroShares
            | Kind::RejectedAfterConfirmed
            | Kind::RejectedAfterAdvance
            | Kind::FrozenByRegister
            | Kind::Other => return None,
        };
        match how {
            How::Manual { .. } | How::Corrected { .. } => None,
            How::Accepted | How::PaidByUs { .. } | How::Withdrawn => Some(by_hand),
        }
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
            for is_booked in [true, false] {
                let taken = ways().map(|how| kind.refuses(&how, is_booked).is_none());
                let ours = matches!(
                    kind,
                    Kind::SharesMissing
                        | Kind::OwedByHand
                        | Kind::Overpaid
                        | Kind::IncomeBelowZero
                        | Kind::FastQuotaExceeded
                        | Kind::BankSettledTwice
                );
                let contradicts = matches!(
                    kind,
                    Kind::SecondConfirmationDiffers
                        | Kind::RejectedAfterConfirmed
                        | Kind::AfterTheEnd
                        | Kind::UnknownOrder
                        | Kind::Other
                );
                let accepted = !ours && (is_booked || !contradicts);
                // Whom a bank has paid has the cash.
                let by_us = !ours && !matches!(kind, Kind::RejectedAfterAdvance);
                assert_eq!(taken, [accepted, by_us, !ours, true], "{kind} {is_booked}");
            }
        }
    }
}
