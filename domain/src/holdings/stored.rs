//! Under which names the holdings' facts are stored.

use super::{Event, Holdings, State};
use crate::ids::TransactionId;
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for Holdings {
    const SHARED: bool = true;

    stored_types!(Event {
        Credited => "holdings.credited",
        SharesReserved => "holdings.shares_reserved",
        SharesReleased => "holdings.shares_released",
        SharesTaken => "holdings.shares_taken",
        SharesFrozen => "holdings.shares_frozen",
        SharesUnfrozen => "holdings.shares_unfrozen",
        SharesHeld => "holdings.shares_held",
        SharesUnheld => "holdings.shares_unheld",
        SharesClaimed => "holdings.shares_claimed",
        ClaimLifted => "holdings.claim_lifted",
        ClaimWaived => "holdings.claim_waived",
        MadeUp => "holdings.made_up",
        DividendDeclared => "holdings.dividend_declared",
        CreditReversed => "holdings.credit_reversed",
        TakeReversed => "holdings.take_reversed",
    });

    fn waiting(state: &State) -> Vec<TransactionId> {
        state.claims().waiting()
    }
}
