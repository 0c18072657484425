//! The same sagas among those who say their last words unasked, before they are asked or after.

use crate::{
    holdings::{conversion, redemption},
    house::{ends, explore, linked_among_those_who_refuse},
    money::{buying, recharge},
    outside::May,
    wallet::{discount, fast, withdraw},
};
use fundflow_domain::{admission::buying::Way, modes::ConversionMode};
use fundflow_testkit::explore::Explorer;

#[test]
fn a_recharge_among_those_who_tell() {
    let may = [May::Tell, May::Decline, May::RejectInBatch, May::ConfirmHalf];
    let found = explore(Explorer::new(recharge(may)));
    ends(&found, &["completed", "rolled_back"]);
}

#[test]
fn a_purchase_among_those_who_tell() {
    let may = [May::Tell, May::Decline, May::RejectAtFront, May::RejectInBatch];
    let found = explore(Explorer::new(buying(Way::Purchase, may)));
    ends(&found, &["completed", "rolled_back"]);
}

#[test]
fn a_redemption_among_those_who_tell() {
    let may = [May::Tell, May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf];
    let found = explore(Explorer::new(redemption(may)));
    ends(&found, &["completed", "rolled_back"]);
}

#[test]
fn a_conversion_among_those_who_tell() {
    let may = [May::Tell, May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf];
    let found = explore(Explorer::new(conversion(may)));
    ends(&found, &["completed", "rolled_back"]);
}

#[test]
fn a_withdrawal_among_those_who_tell() {
    let may = [May::Tell, May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf];
    let found = explore(Explorer::new(withdraw(may)));
    ends(&found, &["kept_in_wallet", "paid_out"]);
}

#[test]
fn a_fast_withdrawal_among_those_who_tell() {
    let may = [May::Tell, May::DeclineAdvance, May::RejectAtFront];
    let found = explore(Explorer::new(fast(may)));
    ends(
        &found,
        &[
            "kept_in_wallet",
            "paid_out",
            "parked at cash is out (blocked)",
            "parked at cash is out (does_not_add_up)",
        ],
    );
}

#[test]
fn a_fast_withdrawal_that_is_given_up_among_those_who_tell() {
    let explorer = Explorer::new(fast([May::Tell, May::DeclineAdvance])).acts(1).operators();
    let found = explore(explorer);
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
fn a_linked_discount_purchase_among_those_who_tell() {
    let may = [May::Tell, May::Decline, May::RejectInBatch];
    let found = explore(Explorer::new(discount(ConversionMode::LinkedSameDay, may)));
    ends(&found, &linked_among_those_who_refuse());
}

#[test]
fn a_redeem_to_purchase_among_those_who_tell() {
    let may = [May::Tell, May::RejectInBatch];
    let found = explore(Explorer::new(discount(ConversionMode::RedeemToPurchase, may)));
    ends(&found, &["compensated", "completed", "kept_in_wallet", "paid_out"]);
}
