//! Money that comes: recharges, purchases and subscriptions.

use crate::{
    house::{ends, explore, house, morning, world},
    outside::{May, Outside},
};
use fundflow_domain::admission::buying::Way;
use fundflow_sagas::{
    purchase::{self, Purchase},
    recharge::{self, Recharge},
};
use fundflow_testkit::{
    explore::{Explorer, World},
    wanted,
    worlds::{account, amount, asked, investor_id, target_code, wallet_code},
};

pub(crate) fn recharge(may: impl IntoIterator<Item = May>) -> World<Recharge, Outside> {
    let request = recharge::Request {
        investor: investor_id(),
        account: account(),
        fund: wallet_code(),
        amount: amount("1000"),
        only_today: false,
    };
    let asked = wanted::asked_recharge(&investor_id());
    world(Recharge { house: house() }, Outside::that(may), (request, asked))
}

pub(crate) fn buying(way: Way, may: impl IntoIterator<Item = May>) -> World<Purchase, Outside> {
    let fund = if way == Way::Subscription { wanted::raised_code() } else { target_code() };
    let request = purchase::Request {
        investor: investor_id(),
        account: account(),
        fund,
        amount: amount("1000"),
        way,
        only_today: false,
    };
    world(Purchase { house: house() }, Outside::that(may), (request, asked()))
}

#[test]
fn a_recharge_among_those_who_refuse() {
    let may = [May::Decline, May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf];
    let found = explore(Explorer::new(recharge(may)));
    ends(&found, &["completed", "rolled_back"]);
}

#[test]
fn a_recharge_among_people() {
    let may = [May::RejectAtFront, May::RefuseMoney, May::Keep];
    let cancel = recharge::Command::Cancel { at: morning() };
    let explorer = Explorer::new(recharge(may)).acts(1).command(cancel).operators();
    let found = explore(explorer);
    ends(
        &found,
        &[
            "abandoned",
            "completed",
            "parked at its end (does_not_add_up)",
            "parked at refund payment (closed)",
            "rolled_back",
        ],
    );
}

#[test]
fn a_purchase_among_those_who_refuse() {
    let may = [May::Decline, May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf];
    let found = explore(Explorer::new(buying(Way::Purchase, may)));
    ends(&found, &["completed", "rolled_back"]);
}

#[test]
fn a_purchase_among_people() {
    let may = [May::RejectAtFront, May::RefuseMoney, May::Keep];
    let cancel = purchase::Command::Cancel { at: morning() };
    let world = buying(Way::Purchase, may);
    let found = explore(Explorer::new(world).acts(1).command(cancel).operators());
    ends(
        &found,
        &[
            "abandoned",
            "completed",
            "parked at its end (does_not_add_up)",
            "parked at refund payment (closed)",
            "rolled_back",
        ],
    );
}

#[test]
fn a_subscription_among_those_who_refuse() {
    let may = [May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf];
    let found = explore(Explorer::new(buying(Way::Subscription, may)));
    ends(&found, &["completed", "rolled_back"]);
}

#[test]
fn a_subscription_among_people() {
    let may = [May::RejectAtFront, May::RefuseMoney, May::Keep];
    let cancel = purchase::Command::Cancel { at: morning() };
    let world = buying(Way::Subscription, may);
    let found = explore(Explorer::new(world).acts(1).command(cancel).operators());
    ends(
        &found,
        &[
            "abandoned",
            "completed",
            "parked at its end (does_not_add_up)",
            "parked at refund payment (closed)",
            "rolled_back",
        ],
    );
}
