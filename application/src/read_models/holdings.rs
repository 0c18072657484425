//! Positions of target funds as people read them: lots, who may use them, what they are worth.

use super::{StreamFold, Streams, there_and_missing};
use chrono::NaiveDate;
use fundflow_domain::{
    fund::RedemptionSequence,
    holdings::{HoldingId, Holdings, Lot},
    ids::{FundCode, InvestorId, LotId, OrderId},
    money::{Money, Nav, Shares},
    orders::Serial,
    time::Timestamp,
};
use serde::Serialize;

/// Holdings of every investor and fund, by their ID.
pub type HoldingStreams = Streams<Holdings>;

/// Shares of one confirmation that are left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldingLotRow {
    /// Names it for as long as any of it is left.
    pub lot: LotId,
    /// The order that it comes of.
    pub order: OrderId,
    /// The registrar's confirmation, by which it can be designated.
    pub serial: Serial,
    /// Start of the holding period.
    pub registered_on: NaiveDate,
    /// Registered shares, to 0.01.
    pub shares: Shares,
    /// Remaining shares, to 0.01.
    pub left: Shares,
    /// What the investor gave for all of them, fee included. Yuan.
    pub cost: Money,
}

/// One position in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldingRow {
    /// The investor whose shares they are.
    pub investor: InvestorId,
    /// The fund that they are of.
    pub fund: FundCode,
    /// On the register, free or not.
    pub registered: Shares,
    /// Registered shares that an order may take.
    pub available: Shares,
    /// Shares earmarked for orders that are under way.
    pub reserved: Shares,
    /// Frozen by the register.
    pub frozen: Shares,
    /// In dispute under a case, or claimed for a record of the registrar: no more than is registered.
    pub in_dispute: Shares,
    /// What is in dispute or claimed beyond that, and is not there.
    pub missing: Shares,
    /// What all registered shares are worth at the price that was asked for. Yuan.
    pub value: Option<Money>,
    /// What the registered shares are made of.
    pub lots: Vec<HoldingLotRow>,
    /// Instant of its last event.
    pub moved: Timestamp,
}

impl HoldingRow {
    /// `None` for an ID that is no position's. `nav` is the price at which it is valued.
    pub fn of(id: &str, fold: &StreamFold<Holdings>, nav: Option<Nav>) -> Option<Self> {
        let HoldingId { investor, fund } = HoldingId::parse(id)?;
        let state = &fold.loaded.state;
        // The first that leaves is the first that is listed.
        let lots = state.in_order(RedemptionSequence::Fifo).into_iter();
        let lots = lots.filter(|lot| !lot.left.is_zero());
        let (in_dispute, missing) = there_and_missing(state.held(), state.registered());
        Some(Self {
            investor,
            fund,
            registered: state.registered(),
            available: state.available(),
            reserved: state.reserved(),
            frozen: state.frozen(),
            in_dispute,
            missing,
            value: nav.and_then(|nav| state.value_half_up(nav)),
            lots: lots.map(row).collect(),
            moved: fold.moved,
        })
    }
}

fn row(lot: &Lot) -> HoldingLotRow {
    HoldingLotRow {
        lot: lot.credit.lot.clone(),
        order: lot.credit.order.clone(),
        serial: lot.credit.serial.clone(),
        registered_on: lot.credit.registered_on,
        shares: lot.credit.shares,
        left: lot.left,
        cost: lot.credit.cost,
    }
}
