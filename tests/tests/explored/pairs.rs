//! Two sagas on one stream, in every order in which they can meet.

use crate::{
    holdings::redeeming,
    house::{ends, explore, held, holdings_key, house, in_wallet, wallet_key, world},
    outside::{May, Outside},
    wallet::{fast_withdrawal, withdrawal},
};
use fundflow_domain::{
    modes::ConversionMode,
    money::Shares,
    wallet::{Credit, Entry, Reservation},
};
use fundflow_runtime::saga::Saga;
use fundflow_sagas::{
    conversion::{self, Conversion},
    discount_purchase::DiscountPurchase,
    redemption::Redemption,
    withdraw::Withdraw,
};
use fundflow_testkit::{
    explore::{Explorer, World, search::Truth},
    shipped, wanted,
    worlds::{asked, investor_id, request, shares, target_code, transaction},
};

/// What is registered is what came, less what left.
fn no_share_is_made_or_lost<S: Saga>(world: &World<S, Outside>) -> Result<(), String> {
    let wallet = world.log().loaded(&wallet_key()).state;
    let came = |entry: &Entry| match entry.credit {
        Credit::Confirmed(shares) | Credit::Arriving { there: shares, .. } => shares,
        Credit::None | Credit::InTransit(_) | Credit::Reversed => Shares::ZERO,
    };
    let left = |entry: &Entry| match entry.reservation {
        Reservation::Spent(shares) | Reservation::Leaving { gone: shares, .. } => shares,
        Reservation::None | Reservation::Held(_) | Reservation::Released => Shares::ZERO,
    };
    let sum = |of: &dyn Fn(&Entry) -> Shares| {
        let all = wallet.entries().map(|(_, entry)| of(entry));
        all.fold(Shares::ZERO, |sum, some| sum.plus(some).unwrap())
    };
    let (came, left, there) = (sum(&came), sum(&left), wallet.registered());
    if came == left.plus(there).unwrap() {
        return Ok(());
    }
    Err(format!("{came} came, {left} left, and {there} are there"))
}

pub(crate) const fn sound<S: Saga>() -> [Truth<S, Outside>; 1] {
    [("no share is made or lost", no_share_is_made_or_lost::<S>)]
}

pub(crate) fn withdrawing(
    number: &str,
) -> (fundflow_sagas::withdraw::Request, fundflow_sagas::withdraw::Asked) {
    let (mut request, asked) = withdrawal();
    request.shares = Some(shares(number));
    (request, asked)
}

#[test]
fn two_withdrawals_never_have_the_same_shares() {
    let may = [May::RejectAtFront, May::ConfirmHalf];
    let saga = || Withdraw { house: house() };
    let (request, asked) = withdrawing("700");
    let world = world(saga(), Outside::that(may), withdrawing("600"))
        .beside(saga(), (transaction("TX-2"), request, asked))
        .with(&wallet_key(), in_wallet("1000"));
    let found = explore(Explorer::new(world).truths(sound()));
    ends(&found, &["kept_in_wallet", "paid_out"]);
}

#[test]
fn a_withdrawal_beside_a_purchase_from_held_shares() {
    // There are not enough for both, and there are.
    for number in ["15000", "9000"] {
        let may = [May::RejectInBatch];
        let world = world(Withdraw { house: house() }, Outside::that(may), withdrawing(number))
            .beside(
                DiscountPurchase { house: house() },
                (transaction("TX-2"), request(ConversionMode::Held), asked()),
            )
            .with(&wallet_key(), in_wallet("20000"));
        let found = explore(Explorer::new(world).truths(sound()));
        ends(&found, &["kept_in_wallet", "paid_out"]);
    }
}

#[test]
fn two_fast_withdrawals_share_a_days_quota() {
    let (mut first, asked) = fast_withdrawal();
    first.shares = Some(shares("6000"));
    let saga = || shipped::fast_withdraw(house());
    let beside = (transaction("TX-2"), first.clone(), asked.clone());
    let world = world(saga(), Outside::that([]), (first, asked))
        .beside(saga(), beside)
        .with(&wallet_key(), in_wallet("20000"));
    let found = explore(Explorer::new(world).truths(sound()));
    ends(&found, &["paid_out"]);
}

#[test]
fn a_redemption_beside_a_conversion_of_the_same_holdings() {
    for number in ["700", "500"] {
        let request = conversion::Request {
            investor: investor_id(),
            fund: target_code(),
            into: wanted::other_code(),
            shares: Some(shares(number)),
            lots: Vec::new(),
            only_today: false,
            distributor: None,
        };
        let may = [May::RejectInBatch];
        let world =
            world(Redemption { house: house() }, Outside::that(may), (redeeming(), asked()))
                .beside(Conversion { house: house() }, (transaction("TX-2"), request, asked()))
                .with(&holdings_key(target_code()), held("1000"));
        let found = explore(Explorer::new(world));
        ends(&found, &["completed", "rolled_back"]);
    }
}
