//! One purchase in memory: the folded states of its aggregates, and what is outstanding.
//!
//! The states come from the log. The lanes do not: after a restart nothing is known to be
//! outstanding, so both lanes are idle and *uncertain*, and the first thing sent is a question.

use crate::{
    discount_purchase::pinned,
    stand::Stand,
    step::Table,
    world::{World, owed},
};
use fundflow_domain::{
    discount_purchase::{DiscountPurchase, Ending, Open},
    fund_order::{FundOrder, Refund},
    ids::WalletId,
    time::Timestamp,
    wallet::Entry,
};
use fundflow_kernel::loaded::Loaded;

/// The table's current row, or the refunds: each sends one thing at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Nothing is outstanding.
    Idle,
    /// An effect was sent and not answered.
    InFlight,
    /// Nothing is sent before that instant.
    Waiting(Timestamp),
    /// The wait is over: ask.
    Due,
}

/// One purchase in memory.
#[allow(clippy::struct_excessive_bools, reason = "independent marks, none of them a state")]
#[derive(Debug, Clone)]
pub struct Saga {
    pub(super) purchase: Loaded<DiscountPurchase>,
    pub(super) buy: Loaded<FundOrder>,
    pub(super) convert: Loaded<FundOrder>,
    pub(super) main: Lane,
    pub(super) refund: Lane,
    /// An effect of the current row may have been sent before: ask, do not repeat.
    pub(super) uncertain: bool,
    /// The call is to be made at once: the counterparty said that it never got it.
    pub(super) again: bool,
    /// Effects that were sent and are not answered, whatever the lanes have moved on to.
    pub(super) outstanding: u32,
    /// Its entry among the runner's timers.
    pub(super) timer: Option<Timestamp>,
    /// Counted in its wallet's open purchases.
    pub(super) counted: bool,
    /// Counted under its day's limits.
    pub(super) in_use: bool,
}

impl Saga {
    pub(super) fn restored(
        purchase: Loaded<DiscountPurchase>,
        buy: Loaded<FundOrder>,
        convert: Loaded<FundOrder>,
    ) -> Self {
        let uncertain = purchase.version.0 > 0;
        let counts = |open: &Open| !open.admitted.counted.is_empty();
        let returned = purchase.state.ending() == Some(Ending::Failed);
        let in_use = purchase.state.known().is_some_and(counts) && !returned;
        let (main, refund) = (Lane::Idle, Lane::Idle);
        Self {
            purchase,
            buy,
            convert,
            main,
            refund,
            uncertain,
            again: false,
            outstanding: 0,
            timer: None,
            counted: false,
            in_use,
        }
    }

    /// The purchase, if anything was ever prepared.
    pub fn known(&self) -> Option<&Open> {
        self.purchase.state.known()
    }

    /// Its wallet, once it is known.
    pub fn wallet(&self) -> Option<WalletId> {
        let request = &self.known()?.request;
        Some(WalletId { investor: request.investor.clone(), fund: request.wallet_fund })
    }

    /// The table that it pinned.
    pub fn table(&self) -> Option<&'static Table> {
        pinned(self.known()?.table.as_str())
    }

    /// What its table looks at.
    pub fn world(&self, entry: Entry) -> World<'_> {
        World {
            purchase: &self.purchase.state,
            buy: &self.buy.state,
            convert: &self.convert.state,
            entry,
        }
    }

    /// Where it stands; `None` when it is absent or its table is unknown to this build.
    pub fn stand(&self, entry: Entry) -> Option<Stand> {
        Some(self.table()?.stand(&self.world(entry)))
    }

    /// The current row's lane.
    pub const fn lane(&self) -> Lane {
        self.main
    }

    /// The refunds' lane.
    pub const fn refund_lane(&self) -> Lane {
        self.refund
    }

    /// Whether the current row's effect may have been sent by an earlier process: it asks first.
    pub const fn is_uncertain(&self) -> bool {
        self.uncertain
    }

    /// Waits for a person.
    pub fn is_parked(&self) -> bool {
        self.known().is_some_and(|open| open.parked.is_some())
    }

    pub(super) fn owed(&self) -> Option<&Refund> {
        owed(&self.purchase.state, &self.buy.state)
    }

    pub(super) fn is_over(&self) -> bool {
        let owes = self.owed().is_some();
        self.known().is_none() || (self.purchase.state.ending().is_some() && !owes)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.outstanding == 0
    }

    /// An effect was answered, whatever it was about.
    pub(super) fn answered(&mut self) {
        self.outstanding = self.outstanding.saturating_sub(1);
    }

    /// Nothing is known to be outstanding. What `row` and the refunds wait for is still waited for;
    /// the retries of rows that are done are of the past.
    pub(super) fn wake(&mut self, row: &str, now: Timestamp) {
        let due = |row: &str| {
            let retries = self.known().map_or(&[][..], |open| &open.retries);
            let ours = retries.iter().find(|retry| retry.row.as_ref() == row);
            ours.map(|retry| retry.due).filter(|due| *due > now).map_or(Lane::Idle, Lane::Waiting)
        };
        let lanes = (due(row), due(super::advance::REFUND_ROW));
        (self.main, self.refund) = lanes;
        self.uncertain = true;
    }

    pub(super) fn ring(&mut self, now: Timestamp) {
        for lane in [&mut self.main, &mut self.refund] {
            if matches!(lane, Lane::Waiting(due) if *due <= now) {
                *lane = Lane::Due;
            }
        }
    }
}
