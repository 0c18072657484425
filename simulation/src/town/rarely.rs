//! What is hardly ever asked for by chance: by way of a redemption, on the next day, by a plan, and cash at once.
//!
//! These stand behind all others, so that an earlier plan still means the same by its places.

use super::{
    besides::plan_of,
    draw::{asks, at, cancels, investor, one, yuan},
    house::{elsewhere_code, unlinked_code},
};
use crate::{
    days::Moment,
    simulate::dice::Dice,
    wanted::Wanted,
    worlds::{account, read, request, shares, target_code, wallet_code},
};
use chrono::NaiveDate;
use fundflow_domain::{ids::TransactionId, modes::ConversionMode};
use fundflow_sagas::{discount_purchase, fast_withdraw, parts::milestone::Scope};

/// Of one day of a house: two requests, of which one in three is taken back, and a plan.
pub(super) fn of(dice: &mut Dice, day: NaiveDate) -> Vec<Moment> {
    let mut moments = Vec::new();
    for nth in 0..2 {
        let id: TransactionId = read(&format!("E-{}-{nth}", day.format("%m%d")));
        let minute = 9 * 60 + u32::try_from(dice.below(6 * 60)).unwrap_or_default();
        let (asked_at, wanted) = (at(day, minute), wanted(dice));
        if dice.below(3) == 0 {
            let minutes = i64::try_from(dice.below(300)).unwrap_or_default();
            let later = asked_at.plus_millis(60_000 * minutes);
            let scope = [Scope::All, Scope::Target, Scope::Conversion][dice.below(3)];
            let (words, what) =
                (format!("{id}: cancelled").into(), cancels(&id, &wanted, later, scope));
            moments.push(Moment { at: later, words, what });
        }
        moments.push(asks(asked_at, &id, wanted));
    }
    let id: TransactionId = read(&format!("Q-{}", day.format("%m%d")));
    let fund = [elsewhere_code(), unlinked_code()][dice.below(2)];
    let who = investor(dice);
    let terms = plan_of(dice, day, (who, fund, Some(wallet_code())));
    moments.push(asks(at(day, 9 * 60 + 20), &id, Wanted::Plan(terms)));
    moments
}

fn wanted(dice: &mut Dice) -> Wanted {
    use ConversionMode::{LinkedSameDay, NextDay, RedeemToPurchase};
    let investor = investor(dice);
    let (mode, target_fund) = match dice.below(4) {
        0 => {
            let shares = (dice.below(3) > 0).then(|| shares(one(dice, &["300.00", "9000.00"])));
            let (fund, account, distributor) = (wallet_code(), account(), None);
            let asked = fast_withdraw::Request { investor, account, fund, shares, distributor };
            return Wanted::FastWithdraw(asked);
        }
        1 => (NextDay, unlinked_code()),
        2 => (RedeemToPurchase, elsewhere_code()),
        _ => (RedeemToPurchase, target_code()),
    };
    let (amount, first) = (yuan(dice), request(LinkedSameDay));
    let mode = Some(mode);
    Wanted::DiscountPurchase(discount_purchase::Request {
        investor,
        amount,
        mode,
        target_fund,
        ..first
    })
}
