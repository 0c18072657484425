//! Whether the person behind an account is known well enough to trade.
//!
//! `Unverified → Verified → Restricted → Verified`, any of them `→ Frozen → Verified | Restricted`,
//! and at last `→ Closed`.
//!
//! | state | buy | redeem |
//! |---|---|---|
//! | unverified | no | no |
//! | verified | yes | yes |
//! | restricted | no | yes, to the old account only, unless a list was hit |
//! | frozen, closed | no | no |
//!
//! 1. A purchase needs a verified state; nothing else will do.
//! 2. Money that is in may leave to where it came from: a restriction for a missing or expired
//!    document never locks an investor in. A hit on a list does.
//! 3. A closed account stays closed.

use serde::{Deserialize, Serialize};

/// How far an investor is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KycState {
    /// Registered, and no document is checked yet.
    Unverified,
    /// Name, identity number and card agree (and the mobile number, where four are checked).
    Verified,
    /// Verified once; something is missing since.
    Restricted(Restriction),
    /// By order of an authority.
    Frozen,
    /// No longer a customer.
    Closed,
}

/// What is missing of an investor's identification, and keeps orders back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restriction {
    /// The identity document is out of date.
    IdExpired,
    /// Data that the law asks for is missing.
    DataMissing,
    /// A sanction or risk list names the investor.
    ListHit,
}

/// What happened to what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KycStep {
    /// The elements were checked and agree.
    Verify,
    /// Something is missing from now on.
    Restrict(Restriction),
    /// An authority froze the account.
    Freeze,
    /// The authority lifted the freeze, and all was checked again.
    Unfreeze,
    /// The account was closed.
    Close,
}

impl KycState {
    /// The state after a step; `None` when the step cannot be taken from here.
    #[must_use]
    pub const fn after(self, step: KycStep) -> Option<Self> {
        use KycState as S;
        use KycStep as P;
        match (self, step) {
            (S::Unverified | S::Verified | S::Restricted(_), P::Verify)
            | (S::Frozen, P::Unfreeze) => Some(S::Verified),
            (S::Verified | S::Restricted(_), P::Restrict(why)) => Some(S::Restricted(why)),
            (S::Unverified | S::Verified | S::Restricted(_) | S::Frozen, P::Freeze) => {
                Some(S::Frozen)
            }
            // A frozen account cannot be closed: what the authority froze must stay reachable.
            (S::Unverified | S::Verified | S::Restricted(_) | S::Closed, P::Close) => {
                Some(S::Closed)
            }
            (S::Unverified, P::Restrict(_))
            | (S::Frozen, P::Verify | P::Restrict(_) | P::Close)
            | (S::Unverified | S::Verified | S::Restricted(_) | S::Closed, P::Unfreeze)
            | (S::Closed, P::Verify | P::Restrict(_) | P::Freeze) => None,
        }
    }

    /// Whether money may come in.
    pub const fn permits_purchase(self) -> bool {
        matches!(self, Self::Verified)
    }

    /// Whether shares may be redeemed to the account that paid for them.
    pub const fn permits_redemption(self) -> bool {
        match self {
            Self::Verified
            | Self::Restricted(Restriction::IdExpired | Restriction::DataMissing) => true,
            Self::Unverified
            | Self::Restricted(Restriction::ListHit)
            | Self::Frozen
            | Self::Closed => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [KycState; 7] = [
        KycState::Unverified,
        KycState::Verified,
        KycState::Restricted(Restriction::IdExpired),
        KycState::Restricted(Restriction::DataMissing),
        KycState::Restricted(Restriction::ListHit),
        KycState::Frozen,
        KycState::Closed,
    ];

    #[test]
    fn only_a_verified_investor_buys_and_a_missing_paper_locks_nobody_in() {
        let expected = [
            (false, false),
            (true, true),
            (false, true),
            (false, true),
            (false, false),
            (false, false),
            (false, false),
        ];
        let found = STATES.map(|state| (state.permits_purchase(), state.permits_redemption()));
        assert_eq!(found, expected);
    }

    #[test]
    fn each_state_takes_the_steps_of_the_table_and_no_others() {
        use KycState as S;
        let gone = Restriction::IdExpired;
        let steps = [
            KycStep::Verify,
            KycStep::Restrict(gone),
            KycStep::Freeze,
            KycStep::Unfreeze,
            KycStep::Close,
        ];
        let (v, r, f, c) =
            (Some(S::Verified), Some(S::Restricted(gone)), Some(S::Frozen), Some(S::Closed));
        let rows = [
            (S::Unverified, [v, None, f, None, c]),
            (S::Verified, [v, r, f, None, c]),
            (S::Restricted(Restriction::ListHit), [v, r, f, None, c]),
            (S::Frozen, [None, None, f, v, None]),
            (S::Closed, [None, None, None, None, c]),
        ];
        for (state, expected) in rows {
            assert_eq!(steps.map(|step| state.after(step)), expected, "{state:?}");
        }
    }
}
