//! The sagas that are shipped, in the ready-made house: what documents and audits are made of.

mod out_of_reach;

pub use out_of_reach::out_of_reach;

use crate::worlds::{house, read};
use fundflow_domain::fast_redemption::Advancer;
use fundflow_runtime::{
    kind::{Kind, Of},
    saga::Saga,
};
use fundflow_sagas::{
    calendar_change::CalendarChange, clearing::Clearing, conversion::Conversion, day_cut::DayCut,
    discount_purchase::DiscountPurchase, dividend::Dividends, fast_withdraw::FastWithdraw,
    freeze::Freeze, house::House, income::Income, purchase::Purchase, recharge::Recharge,
    redemption::Redemption, regular_plan::RegularPlans, withdraw::Withdraw,
};
use std::sync::Arc;

/// Every kind, in the order in which documents show them.
pub fn kinds() -> Vec<Arc<dyn Kind>> {
    kinds_in(&house())
}

/// Every kind, in a house of one's own.
pub fn kinds_in(house: &House) -> Vec<Arc<dyn Kind>> {
    let house = house.clone();
    vec![
        kind(DiscountPurchase { house: house.clone() }),
        kind(Recharge { house: house.clone() }),
        kind(Withdraw { house: house.clone() }),
        kind(fast_withdraw(house.clone())),
        kind(Purchase { house: house.clone() }),
        kind(Redemption { house: house.clone() }),
        kind(Conversion { house: house.clone() }),
        kind(RegularPlans { house: house.clone() }),
        kind(Income { house: house.clone(), wallets: read("wallets") }),
        kind(Freeze { house: house.clone() }),
        kind(Dividends { house: house.clone() }),
        kind(CalendarChange { house: house.clone() }),
        kind(DayCut { house: house.clone(), jobs: read("day-jobs") }),
        kind(Clearing { house, statements: read("statements") }),
    ]
}

/// The fast withdrawal, advanced by `BANK-1` through the port `advance`.
pub fn fast_withdraw(house: House) -> FastWithdraw {
    FastWithdraw {
        house,
        distributor: read("DIST-1"),
        counted_under: None,
        by: Advancer::LicensedBank(read("BANK-1")),
        holder: read("BANK-1"),
        bank: read("advance"),
    }
}

fn kind<S: Saga>(saga: S) -> Arc<dyn Kind> {
    Arc::new(Of(Arc::new(saga)))
}
