//! What a refused request could be instead. It is asked for, and left out where it would be refused too.

use super::{CashOut, Refusal, Way, decide};
use crate::{
    limits::ExitRefusal,
    money::{Money, Nav, ShareRounding, Shares},
};

pub(super) fn of(a: &CashOut, refusal: Refusal) -> Refusal {
    let ordinary = || decide(&CashOut { way: Way::Ordinary, ..a.clone() }).is_ok();
    match refusal {
        Refusal::TooFew(ExitRefusal::BelowMinimum { asked, min, .. }) => {
            let all = Some(a.balance.available).filter(|all| passes(a, *all));
            Refusal::TooFew(ExitRefusal::BelowMinimum { asked, min, all })
        }
        Refusal::FastNotOffered { fund, .. } => {
            Refusal::FastNotOffered { fund, ordinary: ordinary() }
        }
        Refusal::AboveFastMaximum { asked, used, max, room, .. } => {
            let room = most(a, room);
            Refusal::AboveFastMaximum { asked, used, max, room, ordinary: ordinary() }
        }
        other => other,
    }
}

fn passes(a: &CashOut, shares: Shares) -> bool {
    decide(&CashOut { shares: Some(shares), ..a.clone() }).is_ok()
}

/// The most that is admitted of so much room. With too little left behind all would have to leave, which is more than
/// the room: then only what leaves the fund's minimum behind.
fn most(a: &CashOut, room: Money) -> Money {
    let all = a.balance.available;
    let stays = a.balance.left_without(all);
    let lacks = a.fund.limits.shares.balance_min.minus(stays).unwrap_or_default();
    let spare = all.minus(lacks).unwrap_or_default();
    let Some(fits) = room.shares_at(Nav::ONE, ShareRounding::Truncate) else { return Money::ZERO };
    let admitted = [fits, fits.min(spare)].into_iter().find(|shares| passes(a, *shares));
    admitted.and_then(|shares| shares.value_half_up(Nav::ONE)).unwrap_or_default()
}
