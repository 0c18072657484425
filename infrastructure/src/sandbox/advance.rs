//! A licensed bank that advances money for fast withdrawals, and takes it back: always, and once per
//! number.

use fundflow_domain::{advance::Transfer, ids::PaymentNo, orders::Serial, time::Timestamp};
use fundflow_kernel::clock::Clock;
use fundflow_sagas::ports::advance::{
    Advance, AdvanceAnswer, AdvanceBank, Repayment, RepaymentAnswer,
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A bank to try the engine against. Its books are in memory: what it forgets in a restart it is
/// asked for again under the same number.
pub struct SandboxAdvance {
    clock: Arc<dyn Clock>,
    moved: Mutex<BTreeMap<PaymentNo, Timestamp>>,
}

impl SandboxAdvance {
    /// By that clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, moved: Mutex::default() }
    }

    fn once(&self, no: &PaymentNo, amount: fundflow_domain::money::Amount) -> Transfer {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let at = *moved.entry(no.clone()).or_insert_with(|| self.clock.now());
        Transfer { serial: serial_of(no), amount: amount.into(), at }
    }
}

/// The bank's own number follows from ours.
fn serial_of(no: &PaymentNo) -> Serial {
    let hash = Sha256::digest(no.as_str());
    let number = hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    Serial::numbered("AD", number)
}

impl AdvanceBank for SandboxAdvance {
    async fn advance(&self, advance: Advance) -> AdvanceAnswer {
        AdvanceAnswer::Advanced(self.once(&advance.no, advance.amount))
    }

    async fn query(&self, advance: Advance) -> AdvanceAnswer {
        let moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let known = moved.contains_key(&advance.no);
        drop(moved);
        if known {
            AdvanceAnswer::Advanced(self.once(&advance.no, advance.amount))
        } else {
            AdvanceAnswer::NotFound
        }
    }

    async fn repay(&self, repayment: Repayment) -> RepaymentAnswer {
        RepaymentAnswer::Repaid(self.once(&repayment.no, repayment.amount))
    }
}

impl std::fmt::Debug for SandboxAdvance {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SandboxAdvance").finish_non_exhaustive()
    }
}
