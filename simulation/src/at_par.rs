//! The ready-made house in which nothing costs a fee and every price is one, and what an investor has in it.

use crate::{
    log::Log,
    wanted, worlds,
    worlds::{date, money, read, shares, transaction},
};
use fundflow_domain::{
    case::{CaseId, Cases},
    decider::Decider as _,
    fees::tiers::{AmountTiers, Charge},
    fund::FundTerms,
    holdings::{self, HoldingId, Holdings},
    ids::{FundCode, WalletId},
    money::{Discount, Rate},
    time::Timestamp,
    wallet::{self, Wallet},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::SagaId;
use fundflow_sagas::house::House;
use std::sync::Arc;

/// Instant of the requests: in the morning of T.
pub fn morning() -> Timestamp {
    worlds::request_time()
}

/// The house of [`wanted`], without fees.
pub fn house() -> House {
    house_of(wanted::funds())
}

/// The house of these funds, without fees.
pub fn house_of(mut funds: Vec<FundTerms>) -> House {
    for fund in &mut funds {
        fund.fees.purchase = AmountTiers::flat(Charge::Rate(Rate::ZERO));
        fund.fees.subscription =
            fund.fees.subscription.as_ref().map(|_| fund.fees.purchase.clone());
        for pair in &mut fund.conversions {
            pair.topup_discount = Discount::FREE;
        }
    }
    let funds: Vec<Arc<_>> = funds.into_iter().map(Arc::new).collect();
    let find = move |code: FundCode, _| funds.iter().find(|fund| fund.code == code).cloned();
    House { funds: Arc::new(find), ..worlds::house() }
}

/// A person has what is open.
pub fn has_open_case(log: &Log, saga: &SagaId) -> bool {
    let cases = log.streams().filter(|stream| stream.category() == Cases::CATEGORY);
    let mut ids = cases.filter_map(|stream| stream.id().parse::<CaseId>().ok());
    ids.any(|id| {
        let state = log.loaded(&Key::<Cases>::of(&id)).state;
        let of = state.case().and_then(|case| case.transaction.as_ref());
        state.is_open() && of == Some(&saga.transaction)
    })
}

/// The investor's wallet.
pub fn wallet_key() -> Key<Wallet> {
    Key::of(&WalletId { investor: worlds::investor_id(), fund: worlds::wallet_code() })
}

/// So many shares of the money fund, registered long ago.
pub fn in_wallet(number: &str) -> [wallet::Command; 2] {
    let (old, number) = (transaction("OLD"), shares(number));
    let registered = date("2026-01-05");
    [
        wallet::Command::CreditInTransit(old.clone(), number),
        wallet::Command::ConfirmCredit(old, number, registered),
    ]
}

/// The investor's shares of that target.
pub fn holdings_key(fund: FundCode) -> Key<Holdings> {
    Key::of(&HoldingId { investor: worlds::investor_id(), fund })
}

/// So many shares of a target, registered long ago.
pub fn held(number: &str) -> [holdings::Command; 1] {
    [holdings::Command::Credit(Box::new(holdings::Credit {
        lot: read("OLD.lot"),
        order: read("OLD.lot"),
        serial: read("S-OLD"),
        registered_on: date("2026-01-05"),
        shares: shares(number),
        cost: money(number),
    }))]
}
