//! The names under which a wallet's events are stored. Each is a promise: add, never rename.

use super::{Event, Wallet};
use fundflow_kernel::{codec::Stored, stored_types};

impl Stored for Wallet {
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
        IncomeAccrued => "wallet.income_accrued",
        IncomeReversed => "wallet.income_reversed",
        IncomeCorrected => "wallet.income_corrected",
        IncomeCarried => "wallet.income_carried",
        IncomeSettled => "wallet.income_settled",
        IncomeSettlementCorrected => "wallet.income_settlement_corrected",
    });
}
