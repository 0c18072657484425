//! Shares of a target that leave, for money or for another fund's.

use crate::{
    house::{ends, explore, held, holdings_key, house, morning, world},
    outside::{May, Outside},
};
use fundflow_sagas::{
    conversion,
    redemption::{self, Redemption},
};
pub(crate) use fundflow_testkit::at_par::{conversion, redeeming, redemption};
use fundflow_testkit::{
    explore::{Explorer, World},
    worlds::{asked, target_code},
};

/// The same, with what a huge redemption leaves carried over.
pub(crate) fn carried(may: impl IntoIterator<Item = May>) -> World<Redemption, Outside> {
    let on_huge = fundflow_domain::application::OnHuge::CarryOver;
    let request = redemption::Request { on_huge, ..redeeming() };
    let saga = Redemption { house: house() };
    let world = world(saga, Outside::that(may), (request, asked()));
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
