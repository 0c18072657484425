//! Shares that a wallet held before the request, which the held mode converts.

use super::{Admission, Refusal, cash_out::Balance, no_day};
use crate::{
    fund::{ConversionPair, RedemptionSequence},
    limits::{Exit, Outflow},
    modes::{self, ConversionMode, LotState},
    money::{Amount, Money, Nav, ShareRounding, Shares},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a wallet has of a fund, and why not all of it is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldShares {
    /// Free for any use.
    pub free: Shares,
    /// Shares that the registrar has confirmed, to 0.01, reserved, frozen and disputed ones included.
    pub registered: Shares,
    /// Shares that other orders have reserved, to 0.01.
    pub reserved: Shares,
    /// Shares that the register keeps from leaving, to 0.01.
    pub frozen: Shares,
    /// Shares that are held under open cases, to 0.01.
    pub disputed: Shares,
}

impl fmt::Display for HeldShares {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { free, registered, reserved, frozen, disputed } = self;
        write!(
            out,
            "{free} are free: {registered} registered, {reserved} reserved, {frozen} frozen, \
             {disputed} in dispute"
        )
    }
}

/// The pair lets the shares go that the order takes: those that the wallet holds, in the fund's sequence. Those
/// that are bought now have been held for no day.
pub(super) fn long_enough(
    a: &Admission,
    pair: &ConversionPair,
    mode: ConversionMode,
) -> Result<(), Refusal> {
    let days_min = pair.days_min;
    if days_min == 0 {
        return Ok(());
    }
    let (wallet, target) = (a.wallet_fund.code, pair.target);
    let too_short = |since| Refusal::HeldTooShort { wallet, target, days_min, since };
    if mode != ConversionMode::Held {
        return Err(too_short(None));
    }
    let t = a.calendar.t_of(a.at).map_err(|error| no_day(&error))?;
    let mut lots = a.lots.clone();
    lots.sort_by_key(|(registered_on, _)| *registered_on);
    if a.wallet_fund.redemption_sequence == RedemptionSequence::Lifo {
        lots.reverse();
    }
    let asked = Money::from(a.amount).shares_at(Nav::ONE, ShareRounding::HalfUp);
    let mut left = asked.unwrap_or(Shares::ZERO);
    for (registered_on, shares) in lots {
        if left.is_zero() {
            break;
        }
        if !shares.is_zero() && !pair.lets_go(registered_on, t) {
            return Err(too_short(Some(registered_on)));
        }
        left = left.minus(shares).unwrap_or_default();
    }
    Ok(())
}

/// Enough shares that were registered before are free, and what is left may stand.
pub(super) fn held(a: &Admission) -> Result<ConversionMode, Refusal> {
    let mode = ConversionMode::Held;
    let shares = Money::from(a.amount).shares_at(Nav::ONE, ShareRounding::HalfUp);
    let runs = modes::possible(LotState::Available, &a.wallet_fund, &a.target_fund);
    let Some(asked) = shares.filter(|_| runs.contains(&mode)) else {
        return Err(Refusal::ModeUnavailable {
            asked: Some(mode),
            possible: Vec::new(),
            why_none: Vec::new(),
        });
    };
    let Balance { registered, available: free, reserved, frozen, disputed } = a.balance;
    let fund = a.wallet_fund.code;
    if asked > free {
        let held = Box::new(HeldShares { free, registered, reserved, frozen, disputed });
        return Err(Refusal::NotEnoughHeld {
            fund,
            asked,
            held,
            possible: Vec::new(),
            why_none: Vec::new(),
        });
    }
    let limits = &a.wallet_fund.limits.shares;
    let exit = limits.exit(Outflow::Conversion, asked, free);
    let left = a.balance.left_without(asked);
    match exit {
        Ok(Exit::ForcedFull(_)) if left < limits.balance_min => {
            let (min, possible) = (limits.balance_min, Vec::new());
            Err(Refusal::LeavesTooFew { fund, left, free, min, possible })
        }
        // The minimum of one conversion is checked with the pair of funds.
        Ok(_) | Err(_) => Ok(mode),
    }
}

/// Where too few would be left: as much as leaves the least that may stay, and all that are free. Each is asked for, and
/// left out where it is refused too.
pub(super) fn fitting(
    a: &Admission,
    refusal: Refusal,
    (step, fits): (Option<Amount>, impl Fn(Amount) -> bool),
) -> Refusal {
    let Refusal::LeavesTooFew { fund, left, free, min, .. } = refusal else { return refusal };
    let lacks = min.minus(left).and_then(|lacks| lacks.value_half_up(Nav::ONE));
    let part = lacks.and_then(|lacks| Money::from(a.amount).minus(lacks));
    let all = free.value_half_up(Nav::ONE);
    let amounts = [part, all].into_iter().flatten().filter_map(|it| Amount::new(it.decimal()).ok());
    let stepped = |amount: Amount| step.map_or(Some(amount), |step| amount.floored_to(step));
    let possible = amounts.filter_map(stepped).filter(|amount| fits(*amount)).collect();
    Refusal::LeavesTooFew { fund, left, free, min, possible }
}
