//! Shares that a court has frozen before they could be converted stay in the wallet: in every mode the order ends
//! there, with the figures, and calls nobody.

use crate::{
    held::{holding, wallet_key},
    names::at,
    stage::Stage,
    terms::request,
};
use fundflow_domain::{freeze::FrozenCause, modes::ConversionMode as Mode, wallet::Command};

/// 1,000 yuan for the target by way of a wallet that had 5,000 shares, and of which so many are frozen.
fn bought(mode: Mode, frozen: &str) -> Stage {
    let mut stage = holding("5000");
    let (record, shares) = ("court-1".parse().unwrap(), frozen.parse().unwrap());
    let cause = FrozenCause::Judicial;
    stage.given(&wallet_key(), &Command::Freeze { record, shares, cause });
    stage.request(&request(mode));
    stage.settle();
    stage.now = at("03-03 09:00");
    stage.confirmed("mmf", stage.confirmation("mmf"));
    stage.settle();
    stage
}

#[test]
fn what_is_frozen_between_purchase_and_conversion_stays_in_the_wallet_and_nobody_is_called() {
    for mode in [Mode::NextDay, Mode::RedeemToPurchase] {
        for (frozen, free) in [("100000", "0.00"), ("5000.01", "999.99"), ("5999", "1.00")] {
            let stage = bought(mode, frozen);
            let look = stage.look();
            assert_eq!(look.parked, None, "{mode:?} {frozen}\n{}", stage.text());
            assert_eq!(
                look.ending,
                Some("discount_purchase.kept_in_wallet"),
                "{mode:?} {frozen}\n{}",
                stage.text()
            );
            assert!(
                look.finished && look.open_ends.is_empty(),
                "{:?}\n{}",
                look.waits,
                stage.text()
            );
            let why = look.failure.unwrap();
            assert_eq!(&*why.code, "frozen", "{mode:?} {frozen} {why}");
            let figures = format!("1000.00 shares would be converted, and {free} are free:");
            assert!(why.text.starts_with(&figures), "{mode:?} {frozen} {why}");
            let wallet = stage.state(&wallet_key());
            assert_eq!(wallet.registered().to_string(), "6000.00", "{}", stage.text());
            assert!(wallet.reserved().is_zero(), "{}", stage.text());
        }
    }
}

#[test]
fn what_is_not_frozen_is_converted() {
    for mode in [Mode::NextDay, Mode::RedeemToPurchase] {
        let stage = bought(mode, "5000");
        assert!(stage.has("wallet.shares_reserved"), "{mode:?}\n{}", stage.text());
        assert!(stage.look().ending.is_none(), "{mode:?}\n{}", stage.text());
    }
}
