//! The sagas that are shipped, in the ready-made house: what documents and audits are made of.

use crate::{
    days::coverage::Cell,
    worlds::{house, read},
};
use fundflow_domain::fast_redemption::Advancer;
use fundflow_runtime::{
    kind::{Kind, Of},
    saga::Saga,
};
use fundflow_sagas::{
    calendar_change::CalendarChange, conversion::Conversion, day_cut::DayCut,
    discount_purchase::DiscountPurchase, fast_withdraw::FastWithdraw, freeze::Freeze, house::House,
    income::Income, purchase::Purchase, recharge::Recharge, redemption::Redemption,
    regular_plan::RegularPlans, withdraw::Withdraw,
};
use std::sync::Arc;

/// Tables that were changed since: sagas of an earlier program are on them, and nothing that is asked for now.
const OLDER: [&str; 3] = ["withdraw.v1", "withdraw.v2", "redemption.v1"];

/// Why no simulation meets that; `None` where another seed, more houses or another profile may.
pub fn out_of_reach(cell: &Cell) -> Option<&'static str> {
    OLDER.contains(&cell.table).then_some("only sagas of an earlier program are on it")
}

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
        kind(CalendarChange { house: house.clone() }),
        kind(DayCut { house, jobs: read("day-jobs") }),
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
