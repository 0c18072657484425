//! Shares that the register says left, or never came, and that others have by now: they cannot be booked,
//! and none are made up.
//!
//! ```text
//! a record cannot be booked -> parked, with both figures -> shares are there again: booked
//!                                   `-> a person takes the lack over (`missing`): named, with a case
//! ```
//!
//! 1. While nobody has the lack, nothing that hangs on it is booked either.
//! 2. A record is booked as a whole or not at all, so all that it took and is not booked is missing.
//! 3. Once a person has it, everything else is; and so is the lack itself, as soon as the shares are there.

use super::{application::FundSaga, by_hand};
use fundflow_domain::{
    decider::Decider,
    holdings::{self, Command, Holdings},
    money::Shares,
    wallet,
};
use fundflow_runtime::saga::{OpenEnd, View};

/// What an abandoner disposes of.
pub const MISSING: &str = "missing";

/// What the wallet cannot do, where it is for want of shares.
pub fn in_wallet(refusal: &wallet::Refusal) -> Option<Shares> {
    match refusal {
        wallet::Refusal::TooFew { asked, .. } => Some(*asked),
        _ => None,
    }
}

/// Whether the holdings cannot do it for want of shares.
pub fn is_in_holdings(state: &holdings::State, command: &Command) -> bool {
    use holdings::Refusal as R;
    let refusal = Holdings::decide(state, command).err();
    matches!(refusal, Some(R::TooFew { .. } | R::BelowTaken { .. } | R::NotCovered { .. }))
}

/// Whether a person has that lack, so that nothing waits for it. The common case costs nothing.
pub fn is_a_persons<S: FundSaga>(view: &View<'_, S>, lack: impl Fn() -> Shares) -> bool {
    by_hand::has(view, MISSING) && !lack().is_zero()
}

/// The lack, as an operator disposes of it.
pub fn end(parts: &[Shares]) -> Option<OpenEnd> {
    let sum = parts.iter().fold(Shares::ZERO, |sum, part| sum.plus(*part).unwrap_or(sum));
    (!sum.is_zero()).then(|| OpenEnd { name: MISSING.into(), worth: sum.decimal() })
}
