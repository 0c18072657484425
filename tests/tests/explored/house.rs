//! The ready-made house in which nothing costs a fee, and what is asked for in it.

use crate::outside::Outside;
use fundflow_domain::{
    case::{CaseId, Cases},
    decider::Decider as _,
    fees::tiers::{AmountTiers, Charge},
    holdings::{self, HoldingId, Holdings},
    ids::{FundCode, TransactionId, WalletId},
    money::{Discount, Rate},
    time::Timestamp,
    wallet::{self, Wallet},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{message::SagaId, saga::Saga};
use fundflow_sagas::house::House;
use fundflow_testkit::{
    explore::{Explored, Explorer, Log, World},
    wanted, worlds,
    worlds::{date, money, read, shares, transaction},
};
use std::sync::Arc;

pub(crate) fn morning() -> Timestamp {
    worlds::request_time()
}

pub(crate) fn house() -> House {
    let mut funds = wanted::funds();
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

pub(crate) fn world<S: Saga>(
    saga: S,
    outside: Outside,
    (request, asked): (S::Request, S::Asked),
) -> World<S, Outside> {
    world_of(saga, outside, (transaction("TX-1"), request, asked))
}

/// The same of a saga whose name is no other's.
pub(crate) fn world_of<S: Saga>(
    saga: S,
    outside: Outside,
    asked: (TransactionId, S::Request, S::Asked),
) -> World<S, Outside> {
    World::new(saga, outside, asked, morning()).excused(has_open_case)
}

/// A person has what is open.
pub(crate) fn has_open_case(log: &Log, saga: &SagaId) -> bool {
    let cases = log.streams().filter(|stream| stream.category() == Cases::CATEGORY);
    let mut ids = cases.filter_map(|stream| stream.id().parse::<CaseId>().ok());
    ids.any(|id| {
        let state = log.loaded(&Key::<Cases>::of(&id)).state;
        let of = state.case().and_then(|case| case.transaction.as_ref());
        state.is_open() && of == Some(&saga.transaction)
    })
}

pub(crate) fn wallet_key() -> Key<Wallet> {
    Key::of(&WalletId { investor: worlds::investor_id(), fund: worlds::wallet_code() })
}

/// So many shares of the money fund, registered long ago.
pub(crate) fn in_wallet(number: &str) -> [wallet::Command; 2] {
    let (old, number) = (transaction("OLD"), shares(number));
    let registered = date("2026-01-05");
    [
        wallet::Command::CreditInTransit(old.clone(), number),
        wallet::Command::ConfirmCredit(old, number, registered),
    ]
}

pub(crate) fn holdings_key(fund: FundCode) -> Key<Holdings> {
    Key::of(&HoldingId { investor: worlds::investor_id(), fund })
}

/// So many shares of a target, registered long ago.
pub(crate) fn held(number: &str) -> [holdings::Command; 1] {
    [holdings::Command::Credit(Box::new(holdings::Credit {
        lot: read("OLD.lot"),
        order: read("OLD.lot"),
        serial: read("S-OLD"),
        registered_on: date("2026-01-05"),
        shares: shares(number),
        cost: money(number),
    }))]
}

/// In one future: what `FUNDFLOW_FAULTS` says, or one.
fn faults() -> u8 {
    std::env::var("FUNDFLOW_FAULTS").map_or(1, |faults| read(&faults))
}

/// The same of what people do, where it is not the test's.
fn acts() -> Option<u8> {
    std::env::var("FUNDFLOW_ACTS").ok().map(|acts| read(&acts))
}

/// A registrar that rejects the purchase and confirms the conversion of its shares contradicts itself: that has a
/// case. Who died between the case and the row's reason finds the row blocked.
pub(crate) const fn linked_among_those_who_refuse() -> [&'static str; 6] {
    let (blocked, disputed) =
        ("parked at conversion falls (blocked)", "parked at conversion falls (does_not_add_up)");
    ["compensated", "completed", "kept_in_wallet", blocked, disputed, "rolled_back"]
}

/// It rests like that and in no other way; with more faults or acts there are further ones.
#[track_caller]
pub(crate) fn ends(found: &Explored, endings: &[&str]) {
    if is_bounded() {
        assert_eq!(found.endings(), endings);
    }
}

/// No more faults and acts than the test's own.
pub(crate) fn is_bounded() -> bool {
    faults() == 1 && acts().is_none()
}

/// Follows every future, and prints how many there are.
#[track_caller]
pub(crate) fn explore<S: Saga>(explorer: Explorer<S, Outside>) -> Explored {
    let explorer = explorer.faults(faults()).states(400_000);
    let found = match acts() {
        Some(acts) => explorer.acts(acts),
        None => explorer,
    };
    let found = found.run().unwrap();
    println!("{found:?}");
    found
}
