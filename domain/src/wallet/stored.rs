//! The names under which a wallet's events are stored. Each is a promise: add, never rename.

use super::{Event, State, Wallet};
use crate::ids::TransactionId;
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for Wallet {
    const SHARED: bool = true;

    stored_types!(Event {
        CreditedInTransit => "wallet.credited_in_transit",
        CreditConfirmed => "wallet.credit_confirmed",
        PortionCredited => "wallet.portion_credited",
        CreditReversed => "wallet.credit_reversed",
        SharesReserved => "wallet.shares_reserved",
        SharesReleased => "wallet.shares_released",
        SharesSpent => "wallet.shares_spent",
        SharesTakenOut => "wallet.shares_taken_out",
        PortionTakenOut => "wallet.portion_taken_out",
        CreditCorrected => "wallet.credit_corrected",
        TakeOutCorrected => "wallet.take_out_corrected",
        SharesFrozen => "wallet.shares_frozen",
        SharesUnfrozen => "wallet.shares_unfrozen",
        SharesHeld => "wallet.shares_held",
        SharesUnheld => "wallet.shares_unheld",
        SharesClaimed => "wallet.shares_claimed",
        ClaimLifted => "wallet.claim_lifted",
        ClaimWaived => "wallet.claim_waived",
        IncomeAccrued => "wallet.income_accrued",
        IncomeReversed => "wallet.income_reversed",
        IncomeCorrected => "wallet.income_corrected",
        IncomeCarried => "wallet.income_carried",
        IncomeSettled => "wallet.income_settled",
        IncomeSettlementCorrected => "wallet.income_settlement_corrected",
    });

    fn waiting(state: &State) -> Vec<TransactionId> {
        state.claims().waiting()
    }
}
