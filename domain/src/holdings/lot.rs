//! A lot: shares that one confirmation registered, what they cost, and what is left of them.

use crate::{
    ids::{LotId, OrderId},
    money::{Money, Nav, Shares},
    orders::Serial,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A credit as the registrar registered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Names the lot for as long as any of it is left, and after.
    pub lot: LotId,
    /// The order that it comes of.
    pub order: OrderId,
    /// The registrar's confirmation; a redemption designates the lot by it.
    pub serial: Serial,
    /// The holding period starts here.
    #[serde(serialize_with = "fundflow_kernel::time::serialize_date")]
    pub registered_on: NaiveDate,
    /// How many shares were registered.
    pub shares: Shares,
    /// What the investor gave for all of them, fee included. Yuan.
    pub cost: Money,
}

/// A lot as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// The registered credit.
    pub credit: Credit,
    /// Shares that are left of it.
    pub left: Shares,
    /// The corrected record that reversed it, and the lot in its place.
    pub reversed: Option<(Serial, Option<LotId>)>,
}

impl Lot {
    /// Shares that left it.
    pub fn taken(&self) -> Shares {
        self.credit.shares.minus(self.left).unwrap_or_default()
    }

    /// Whether it counts: it was not reversed.
    pub const fn stands(&self) -> bool {
        self.reversed.is_none()
    }

    /// What a share cost, to 1e-8, a half away from zero; `None` where nothing was paid.
    pub fn unit_cost(&self) -> Option<Nav> {
        let exact = self.credit.cost.decimal().checked_div(self.credit.shares.decimal())?;
        Nav::half_up(exact)
    }
}
