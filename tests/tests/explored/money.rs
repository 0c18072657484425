//! Money that comes: recharges, purchases and subscriptions.

use crate::{
    house::{ends, explore, morning},
    outside::May,
};
use fundflow_domain::admission::buying::Way;
use fundflow_sagas::{purchase, recharge};
pub(crate) use fundflow_testkit::at_par::{buying, recharge};
use fundflow_testkit::explore::Explorer;

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
