//! Records that say something else than the register, as a scenario plants them.
//!
//! They contradict what was asked, promised or published, and they can always be read: no number is
//! outside of what its column takes, and what a redemption's shares were worth by file 04, its payout
//! and fee less its income, is never below zero.

use fundflow_domain::{
    application::{Confirmation, Misnamed, Outcome, RedemptionConfirmed},
    ids::FundCode,
    money::{Money, Nav, ShareRounding, Shares, SignedMoney},
};
use rust_decimal::{Decimal, RoundingStrategy};

/// A fen is missing between what went in and what came out; where there is none to miss, one too many
/// is there.
pub(super) fn garbled(right: &Confirmation) -> Confirmation {
    let less = |money: Money| money.minus(fen(1)).unwrap_or(fen(1));
    changed(right, |outcome| match outcome {
        Outcome::Purchase(it) => it.amount = less(it.amount),
        Outcome::Subscription(it) => it.amount = less(it.amount),
        Outcome::Conversion(it) => it.net_in = less(it.net_in),
        Outcome::Redemption(it) if it.gross.is_zero() => {
            it.payout = it.payout.plus(fen(1)).unwrap_or(it.payout);
        }
        Outcome::Redemption(it) => it.payout = less(it.payout),
        Outcome::FastTransfer(it) => it.shares = hundredfold(it.shares),
    })
}

/// A hundred times the shares, or a hundredth of them where that is more than a record holds.
pub(super) fn wrong_shares(right: &Confirmation) -> Confirmation {
    changed(right, |outcome| match outcome {
        Outcome::Purchase(it) => it.shares = hundredfold(it.shares),
        Outcome::Subscription(it) => it.shares = hundredfold(it.shares),
        Outcome::Conversion(it) => it.shares_in = hundredfold(it.shares_in),
        Outcome::Redemption(it) => it.shares = hundredfold(it.shares),
        Outcome::FastTransfer(it) => it.shares = hundredfold(it.shares),
    })
}

/// Nothing for what was given, and no income either: a payout of nothing that holds some would make the
/// shares worth less than nothing.
pub(super) fn zero_shares(right: &Confirmation) -> Confirmation {
    changed(right, |outcome| match outcome {
        Outcome::Purchase(it) => it.shares = Shares::ZERO,
        Outcome::Subscription(it) => it.shares = Shares::ZERO,
        Outcome::Conversion(it) => it.shares_in = Shares::ZERO,
        Outcome::Redemption(it) => (it.payout, it.income) = (Money::ZERO, SignedMoney::ZERO),
        Outcome::FastTransfer(it) => it.shares = Shares::ZERO,
    })
}

/// 14.78 yuan more of a fee than was promised, and what follows from it.
pub(super) fn wrong_fee(right: &Confirmation, rounding: ShareRounding) -> Confirmation {
    let fee = |money: Money| money.plus(fen(1478)).unwrap_or(money);
    let less = |money: Money| money.minus(fen(1478)).unwrap_or_default();
    let buys = |net: Money, nav| net.shares_at(nav, rounding).unwrap_or_default();
    changed(right, |outcome| match outcome {
        Outcome::Purchase(it) => {
            it.fee = fee(it.fee);
            it.shares = buys(it.amount.minus(it.fee).unwrap_or_default(), it.nav);
        }
        Outcome::Subscription(it) => {
            it.fee = fee(it.fee);
            let net = it.amount.minus(it.fee).and_then(|net| net.plus(it.interest));
            it.shares = buys(net.unwrap_or_default(), it.face);
        }
        Outcome::Conversion(it) => {
            it.topup_fee = fee(it.topup_fee);
            it.net_in = less(it.net_in);
            it.shares_in = buys(it.net_in, it.nav_in);
        }
        Outcome::Redemption(it) => {
            it.fee = fee(it.fee);
            it.payout = less(it.payout);
        }
        Outcome::FastTransfer(_) => {}
    })
}

/// A price that nobody published, and what follows from it.
pub(super) fn wrong_nav(right: &Confirmation, rounding: ShareRounding) -> Confirmation {
    let moved = |nav: Nav, by: Decimal| Nav::checked(nav.decimal() + by);
    let tenth = Decimal::new(1, 1);
    let other = |nav| moved(nav, tenth).or_else(|| moved(nav, -tenth)).unwrap_or(nav);
    let buys = |net: Money, nav| net.shares_at(nav, rounding).unwrap_or_default();
    changed(right, |outcome| match outcome {
        Outcome::Purchase(it) => {
            it.nav = other(it.nav);
            it.shares = buys(it.amount.minus(it.fee).unwrap_or_default(), it.nav);
        }
        Outcome::Subscription(it) => {
            it.face = other(it.face);
            let net = it.amount.minus(it.fee).and_then(|net| net.plus(it.interest));
            it.shares = buys(net.unwrap_or_default(), it.face);
            it.interest_shares = buys(it.interest, it.face);
        }
        Outcome::Conversion(it) => {
            it.nav_in = other(it.nav_in);
            it.shares_in = buys(it.net_in, it.nav_in);
        }
        Outcome::Redemption(it) => {
            it.nav = other(it.nav);
            it.gross = it.shares.value_half_up(it.nav).unwrap_or(it.gross);
            it.payout = payout_of(it);
            it.lots.clear();
        }
        Outcome::FastTransfer(_) => {}
    })
}

/// The fund that a record speaks of instead of the order's own: nobody sells it.
const NOBODYS_FUND: &str = "999999";

/// The same numbers, of a fund that nobody ordered.
pub(super) fn another_fund(right: &Confirmation, fund: FundCode) -> Confirmation {
    let misnamed = Misnamed::unless_same("FundCode", &fund.to_string(), NOBODYS_FUND);
    Confirmation { misnamed: misnamed.into_iter().collect(), ..right.clone() }
}

fn changed(right: &Confirmation, change: impl FnOnce(&mut Outcome)) -> Confirmation {
    let mut wrong = right.clone();
    change(&mut wrong.outcome);
    wrong
}

fn fen(fen: i64) -> Money {
    Money::new(Decimal::new(fen, 2)).unwrap_or_default()
}

fn hundredfold(shares: Shares) -> Shares {
    let (shares, hundred) = (shares.decimal(), Decimal::ONE_HUNDRED);
    let hundredth = || {
        let exact = shares.checked_div(hundred)?;
        Shares::checked(exact.round_dp_with_strategy(2, RoundingStrategy::ToZero))
    };
    Shares::checked(shares * hundred).or_else(hundredth).unwrap_or_default()
}

/// What its shares are worth, with its income and without its fee; nothing where the fee is more.
fn payout_of(it: &RedemptionConfirmed) -> Money {
    let sum = it.gross.decimal() + it.income.decimal() - it.fee.decimal();
    Money::checked(sum.max(Decimal::ZERO)).unwrap_or(it.payout)
}
