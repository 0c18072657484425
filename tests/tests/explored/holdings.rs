//! Shares of a target that leave, for money or for another fund's.

use crate::{
    house::{ends, explore, held, holdings_key, house, morning, world},
    outside::{May, Outside},
};
use fundflow_sagas::{
    conversion::{self, Conversion},
    redemption::{self, Redemption},
};
use fundflow_testkit::{
    explore::{Explorer, World},
    wanted,
    worlds::{account, asked, investor_id, shares, target_code},
};

pub(crate) fn redeeming() -> redemption::Request {
    redemption::Request {
        investor: investor_id(),
        account: account(),
        fund: target_code(),
        shares: Some(shares("400")),
        lots: Vec::new(),
        on_huge: fundflow_domain::application::OnHuge::Cancel,
        only_today: false,
    }
}

pub(crate) fn redemption(may: impl IntoIterator<Item = May>) -> World<Redemption, Outside> {
    let saga = Redemption { house: house() };
    let world = world(saga, Outside::that(may), (redeeming(), asked()));
    world.with(&holdings_key(target_code()), held("1000"))
}

/// The same, with what a huge redemption leaves carried over.
pub(crate) fn carried(may: impl IntoIterator<Item = May>) -> World<Redemption, Outside> {
    let on_huge = fundflow_domain::application::OnHuge::CarryOver;
    let request = redemption::Request { on_huge, ..redeeming() };
    let saga = Redemption { house: house() };
    let world = world(saga, Outside::that(may), (request, asked()));
    world.with(&holdings_key(target_code()), held("1000"))
}

pub(crate) fn conversion(may: impl IntoIterator<Item = May>) -> World<Conversion, Outside> {
    let request = conversion::Request {
        investor: investor_id(),
        fund: target_code(),
        into: wanted::other_code(),
        shares: Some(shares("400")),
        lots: Vec::new(),
        only_today: false,
    };
    let world = world(Conversion { house: house() }, Outside::that(may), (request, asked()));
    world.with(&holdings_key(target_code()), held("1000"))
}

#[test]
fn a_redemption_among_those_who_refuse() {
    let may = [May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf, May::RefuseMoney];
    let found = explore(Explorer::new(redemption(may)));
    ends(&found, &["completed", "parked at payout refused (refused)", "rolled_back"]);
}

#[test]
fn a_redemption_among_people() {
    let cancel = redemption::Command::Cancel { at: morning() };
    let world = redemption([May::RefuseMoney, May::Keep]);
    let found = explore(Explorer::new(world).acts(1).command(cancel).operators());
    ends(
        &found,
        &[
            "abandoned",
            "completed",
            "parked at its end (does_not_add_up)",
            "parked at payout refused (refused)",
            "rolled_back",
        ],
    );
}

#[test]
fn a_conversion_among_those_who_refuse() {
    let may = [May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf];
    let found = explore(Explorer::new(conversion(may)));
    ends(&found, &["completed", "rolled_back"]);
}

#[test]
fn a_conversion_among_people() {
    let cancel = conversion::Command::Cancel { at: morning() };
    let world = conversion([May::Keep, May::RejectInBatch]);
    let found = explore(Explorer::new(world).acts(1).command(cancel).operators());
    ends(&found, &["abandoned", "completed", "parked at its end (does_not_add_up)", "rolled_back"]);
}
