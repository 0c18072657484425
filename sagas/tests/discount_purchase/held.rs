//! A wallet that holds shares already.

use crate::{
    checks::target_key,
    names::tx,
    stage::Stage,
    terms::{WALLET, request},
};
use fundflow_domain::{
    fund::FundTerms,
    holdings::{self, Credit},
    ids::WalletId,
    modes::ConversionMode as Mode,
    wallet::{Command, Wallet},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::discount_purchase::Request;

pub(crate) fn wallet_key() -> Key<Wallet> {
    Key::of(&WalletId { investor: "i-1".parse().unwrap(), fund: WALLET.parse().unwrap() })
}

/// At 10:00 on Monday, with so many shares that were registered in February.
pub(crate) fn holding(shares: &str) -> Stage {
    given(Stage::at("10:00"), shares)
}

/// The same on those terms.
pub(crate) fn holding_of(funds: Vec<FundTerms>, shares: &str) -> Stage {
    given(Stage::with(funds, "10:00"), shares)
}

fn given(mut stage: Stage, shares: &str) -> Stage {
    let (earlier, shares) = (tx("GIVEN"), shares.parse().unwrap());
    stage.given(&wallet_key(), &Command::CreditInTransit(earlier.clone(), shares));
    let on = "2026-02-10".parse().unwrap();
    stage.given(&wallet_key(), &Command::ConfirmCredit(earlier, shares, on));
    stage
}

/// The first minimum of both funds is 100 yuan, the additional one 10; the request says nothing of shares.
#[test]
fn who_holds_both_funds_by_our_books_has_their_additional_minimum() {
    let small = Request { amount: "50".parse().unwrap(), ..request(Mode::LinkedSameDay) };
    let mut first = holding("1000");
    let Reply::Refused(_, why) = first.request(&small) else { panic!("nothing of the target") };
    assert!(why.contains("below the minimum of 100.00 for fund 011162"), "{why}");

    let mut stage = holding("1000");
    let lot = Credit {
        lot: "GIVEN.buy".parse().unwrap(),
        order: "GIVEN.buy".parse().unwrap(),
        serial: "S-1".parse().unwrap(),
        registered_on: "2026-02-10".parse().unwrap(),
        shares: "100".parse().unwrap(),
        cost: "100".parse().unwrap(),
    };
    stage.given(&target_key(), &holdings::Command::Credit(Box::new(lot)));
    assert!(matches!(stage.request(&small), Reply::Placed { .. }), "{}", stage.text());
}
