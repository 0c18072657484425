//! Money out of the wallet, and shares by way of it.

use crate::{
    house::{
        ends, explore, house, in_wallet, linked_among_those_who_refuse, morning, wallet_key, world,
    },
    outside::{May, Outside},
};
use fundflow_domain::modes::ConversionMode;
use fundflow_sagas::{
    discount_purchase,
    parts::milestone::Scope,
    withdraw::{self, Withdraw},
};
pub(crate) use fundflow_testkit::at_par::{discount, fast, fast_withdrawal, withdraw, withdrawal};
use fundflow_testkit::explore::{Explored, Explorer, World};

/// The same, with what a huge redemption leaves carried over.
pub(crate) fn carried(may: impl IntoIterator<Item = May>) -> World<Withdraw, Outside> {
    let (request, asked) = withdrawal();
    let on_huge = fundflow_domain::application::OnHuge::CarryOver;
    let asked = (withdraw::Request { on_huge, ..request }, asked);
    let world = world(Withdraw { house: house() }, Outside::that(may), asked);
    world.with(&wallet_key(), in_wallet("1000"))
}

#[test]
fn a_withdrawal_among_those_who_refuse() {
    let may = [May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf, May::RefuseMoney];
    let found = explore(Explorer::new(withdraw(may)));
    ends(&found, &["kept_in_wallet", "paid_out", "parked at payout refused (refused)"]);
}

#[test]
fn a_withdrawal_among_people() {
    let cancel = withdraw::Command::Cancel { at: morning() };
    let world = withdraw([May::RefuseMoney, May::Keep]);
    let found = explore(Explorer::new(world).acts(1).command(cancel).operators());
    ends(
        &found,
        &[
            "abandoned",
            "kept_in_wallet",
            "paid_out",
            "parked at its end (does_not_add_up)",
            "parked at payout refused (refused)",
        ],
    );
}

#[test]
fn a_fast_withdrawal_among_those_who_refuse() {
    let may = [May::RejectAtFront, May::DeclineAdvance, May::RefuseMoney];
    let found = explore(Explorer::new(fast(may)));
    ends(
        &found,
        &[
            "kept_in_wallet",
            "paid_out",
            "parked at cash is out (blocked)",
            "parked at cash is out (does_not_add_up)",
            "parked at repaid (closed)",
        ],
    );
}

#[test]
fn a_fast_withdrawal_among_people() {
    let world = fast([May::DeclineAdvance]);
    let found = explore(Explorer::new(world).acts(1).operators());
    ends(
        &found,
        &[
            "abandoned",
            "kept_in_wallet",
            "paid_out",
            "parked at cash is out (blocked)",
            "parked at its end (does_not_add_up)",
        ],
    );
}

#[test]
fn a_linked_discount_purchase_among_those_who_refuse() {
    let may = [May::Decline, May::RejectAtFront, May::RejectInBatch];
    let found = explore(Explorer::new(discount(ConversionMode::LinkedSameDay, may)));
    ends(&found, &linked_among_those_who_refuse());
}

/// The investor takes back all of it, or only the conversion; operators act on what is parked.
fn among_people(mode: ConversionMode) -> Explored {
    let all = discount_purchase::Command::Cancel { at: morning(), scope: Scope::All };
    let half = discount_purchase::Command::Cancel { at: morning(), scope: Scope::Conversion };
    let world = discount(mode, [May::RejectAtFront, May::Keep]);
    let explorer = Explorer::new(world).acts(1).command(all).command(half);
    explore(explorer.operators())
}

#[test]
fn a_linked_discount_purchase_among_people() {
    let found = among_people(ConversionMode::LinkedSameDay);
    ends(
        &found,
        &[
            "abandoned",
            "compensated",
            "completed",
            "kept_in_wallet",
            "parked at its end (does_not_add_up)",
            "rolled_back",
        ],
    );
}

#[test]
fn a_next_day_discount_purchase_among_those_who_refuse() {
    let may = [May::Decline, May::RejectAtFront, May::RejectInBatch];
    let found = explore(Explorer::new(discount(ConversionMode::NextDay, may)));
    ends(&found, &["compensated", "completed", "kept_in_wallet", "rolled_back"]);
}

#[test]
fn a_next_day_discount_purchase_among_people() {
    let found = among_people(ConversionMode::NextDay);
    ends(
        &found,
        &[
            "abandoned",
            "compensated",
            "completed",
            "kept_in_wallet",
            "parked at its end (does_not_add_up)",
            "rolled_back",
        ],
    );
}

#[test]
fn a_held_discount_purchase_among_people() {
    let found = among_people(ConversionMode::Held);
    let disputed = "parked at its end (does_not_add_up)";
    ends(&found, &["abandoned", "completed", disputed, "rolled_back"]);
}

#[test]
fn a_redeem_to_purchase_among_people() {
    let found = among_people(ConversionMode::RedeemToPurchase);
    ends(
        &found,
        &[
            "abandoned",
            "compensated",
            "completed",
            "kept_in_wallet",
            "paid_out",
            "parked at its end (does_not_add_up)",
            "rolled_back",
        ],
    );
}

#[test]
fn a_held_discount_purchase_among_those_who_refuse() {
    let may = [May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf];
    let found = explore(Explorer::new(discount(ConversionMode::Held, may)));
    ends(&found, &["completed", "rolled_back"]);
}

#[test]
fn a_redeem_to_purchase_among_those_who_refuse() {
    let may = [May::RejectAtFront, May::RejectInBatch];
    let found = explore(Explorer::new(discount(ConversionMode::RedeemToPurchase, may)));
    ends(&found, &["compensated", "completed", "kept_in_wallet", "paid_out", "rolled_back"]);
}
