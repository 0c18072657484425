//! Shares that a court freezes.

use fundflow_testkit::{
    at_par::{freeze, wallet_key},
    explore::given::{asked, given},
    worlds::{shares, wallet_code},
};

#[test]
fn given_shares_that_a_court_freezes_they_are_not_available_at_once() {
    let when = given(freeze(wallet_code(), "600")).when(asked()).then_events([
        "freeze.prepared",
        "freeze.opened",
        "wallet.shares_frozen",
        "freeze.booked",
        "freeze.completed",
    ]);
    let wallet = when.world.log().loaded(&wallet_key()).state;
    assert_eq!(wallet.frozen(), shares("600"));
}
