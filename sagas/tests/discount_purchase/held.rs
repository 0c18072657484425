//! A wallet that holds shares already.

use crate::{names::tx, stage::Stage, terms::WALLET};
use fundflow_domain::{
    ids::WalletId,
    wallet::{Command, Wallet},
};
use fundflow_kernel::streams::Key;

pub(crate) fn wallet_key() -> Key<Wallet> {
    Key::of(&WalletId { investor: "i-1".parse().unwrap(), fund: WALLET.parse().unwrap() })
}

/// At 10:00 on Monday, with so many shares that were registered in February.
pub(crate) fn holding(shares: &str) -> Stage {
    let mut stage = Stage::at("10:00");
    let (earlier, shares) = (tx("GIVEN"), shares.parse().unwrap());
    stage.given(&wallet_key(), &Command::CreditInTransit(earlier.clone(), shares));
    let on = "2026-02-10".parse().unwrap();
    stage.given(&wallet_key(), &Command::ConfirmCredit(earlier, shares, on));
    stage
}
