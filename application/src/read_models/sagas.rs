//! Discount purchases with everything that their sagas look at.

use super::{Follow, Kept, Streams};
use fundflow_domain::{
    calendar::TradingDay,
    decider::Decider,
    discount_purchase::{self as purchase, DiscountPurchase, Open},
    fund_order::{self, Cause, FundOrder},
    ids::{FundCode, InvestorId, Leg, OrderId, TransactionId, WalletId},
    modes::ConversionMode,
    money::Amount,
    time::Timestamp,
    wallet::{Entry, Wallet},
};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{EventStore, Position, ReadError},
};
use serde::Serialize;
use std::sync::Arc;

static NO_ORDER: fund_order::State = fund_order::State::Absent;

/// Every purchase, with its orders and its wallet.
#[derive(Debug, Default)]
pub struct Sagas {
    pub(crate) at: Position,
    pub(crate) purchases: Streams<DiscountPurchase>,
    pub(crate) orders: Streams<FundOrder>,
    pub(crate) wallets: Streams<Wallet>,
}

/// One purchase's states, at one point of the log.
#[derive(Debug, Clone, Copy)]
pub struct SagaView<'a> {
    /// Which.
    pub transaction: &'a TransactionId,
    /// What was asked and promised.
    pub open: &'a Open,
    /// The purchase itself.
    pub purchase: &'a purchase::State,
    /// Its money-fund order.
    pub buy: &'a fund_order::State,
    /// Its conversion order.
    pub convert: &'a fund_order::State,
    /// What it did to its wallet.
    pub entry: Entry,
    /// When it was placed.
    pub since: Timestamp,
    /// When the purchase or one of its orders last moved.
    pub moved: Timestamp,
}

/// One purchase in a list; the words of its table are added by whoever knows the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SagaRow {
    /// Which.
    pub transaction: TransactionId,
    /// Whose.
    pub investor: InvestorId,
    /// The money-market fund.
    pub wallet_fund: FundCode,
    /// The fund that the investor wants.
    pub target_fund: FundCode,
    /// Gross, in yuan.
    pub amount: Amount,
    /// How the shares get there.
    pub mode: ConversionMode,
    /// T, as it is now.
    pub trade_date: TradingDay,
    /// `prepared`, `committed`, `parked`, or how it ended.
    pub state: &'static str,
    /// Row and cause, while it waits for a person.
    pub parked: Option<(Arc<str>, Cause)>,
    /// When it was placed.
    pub since: Timestamp,
    /// When it last moved.
    pub moved: Timestamp,
}

impl Sagas {
    /// All purchases, by transaction ID.
    pub fn iter(&self) -> impl Iterator<Item = (TransactionId, SagaParts<'_>)> {
        let ids = self.purchases.iter().filter_map(|(id, _)| TransactionId::new(id).ok());
        ids.filter_map(|transaction| {
            let parts = self.one(&transaction)?;
            Some((transaction, parts))
        })
    }

    /// One purchase; `None` where nothing was prepared.
    pub fn one(&self, transaction: &TransactionId) -> Option<SagaParts<'_>> {
        let purchase = self.purchases.get(transaction.as_str())?;
        let order = |leg| self.orders.get(OrderId::of(transaction, leg).as_str());
        let (buy, convert) = (order(Leg::MoneyFund), order(Leg::Conversion));
        let wallet = wallet_of(purchase.loaded.state.known()?);
        let entry = self.wallets.get(&wallet.to_string());
        let entry = entry.map(|kept| kept.loaded.state.entry(transaction)).unwrap_or_default();
        Some(SagaParts { purchase, buy, convert, entry })
    }

    /// Every order.
    pub const fn orders(&self) -> &Streams<FundOrder> {
        &self.orders
    }

    /// Every wallet.
    pub const fn wallets(&self) -> &Streams<Wallet> {
        &self.wallets
    }
}

/// The streams of one purchase.
#[derive(Debug, Clone, Copy)]
pub struct SagaParts<'a> {
    purchase: &'a Kept<DiscountPurchase>,
    buy: Option<&'a Kept<FundOrder>>,
    convert: Option<&'a Kept<FundOrder>>,
    entry: Entry,
}

impl<'a> SagaParts<'a> {
    /// `None` where nothing was prepared.
    pub fn view(&self, transaction: &'a TransactionId) -> Option<SagaView<'a>> {
        let state =
            |kept: Option<&'a Kept<FundOrder>>| kept.map_or(&NO_ORDER, |kept| &kept.loaded.state);
        let moved = |kept: Option<&Kept<FundOrder>>| kept.map(|kept| kept.moved);
        Some(SagaView {
            transaction,
            open: self.purchase.loaded.state.known()?,
            purchase: &self.purchase.loaded.state,
            buy: state(self.buy),
            convert: state(self.convert),
            entry: self.entry,
            since: self.purchase.since,
            moved: [Some(self.purchase.moved), moved(self.buy), moved(self.convert)]
                .into_iter()
                .flatten()
                .fold(self.purchase.moved, Timestamp::max),
        })
    }
}

impl Follow for Sagas {
    fn at(&self) -> Position {
        self.at
    }

    fn hear(&mut self, event: &Recorded) -> Result<(), ReadError> {
        self.purchases.hear(event)?;
        self.orders.hear(event)?;
        self.wallets.hear(event)?;
        self.at = self.at.max(event.position);
        Ok(())
    }
}

/// One purchase, read from its own streams.
#[derive(Debug)]
pub struct SagaStates {
    /// Which.
    pub transaction: TransactionId,
    /// The purchase itself.
    pub purchase: Kept<DiscountPurchase>,
    /// Its money-fund order.
    pub buy: Kept<FundOrder>,
    /// Its conversion order.
    pub convert: Kept<FundOrder>,
    /// Its wallet.
    pub wallet: Kept<Wallet>,
    /// The events of all of them that belong to it, in commit order.
    pub events: Vec<Recorded>,
}

impl SagaStates {
    /// `None` when nothing was ever prepared under that ID.
    ///
    /// # Errors
    /// As the store's, and [`ReadError::Damaged`] as any replay.
    pub async fn load<S: EventStore>(
        store: &S,
        transaction: &TransactionId,
    ) -> Result<Option<Self>, ReadError> {
        let stream = StreamName::of(DiscountPurchase::CATEGORY, transaction);
        let (purchase, mut events) = Kept::<DiscountPurchase>::load(store, &stream).await?;
        let Some(open) = purchase.loaded.state.known() else { return Ok(None) };
        let wallet = StreamName::of(Wallet::CATEGORY, &wallet_of(open));
        let order = |leg| StreamName::of(FundOrder::CATEGORY, &OrderId::of(transaction, leg));
        let (buy, of_buy) = Kept::<FundOrder>::load(store, &order(Leg::MoneyFund)).await?;
        let (convert, of_convert) = Kept::<FundOrder>::load(store, &order(Leg::Conversion)).await?;
        let (wallet, of_wallet) = Kept::<Wallet>::load(store, &wallet).await?;
        events.extend(of_buy.into_iter().chain(of_convert));
        let own = |event: &Recorded| event.event.correlation == *transaction;
        events.extend(of_wallet.into_iter().filter(own));
        events.sort_by_key(|event| event.position);
        let transaction = transaction.clone();
        Ok(Some(Self { transaction, purchase, buy, convert, wallet, events }))
    }

    /// As of now; `None` never, because a loaded purchase was prepared.
    pub fn view(&self) -> Option<SagaView<'_>> {
        let entry = self.wallet.loaded.state.entry(&self.transaction);
        let (buy, convert) = (Some(&self.buy), Some(&self.convert));
        SagaParts { purchase: &self.purchase, buy, convert, entry }.view(&self.transaction)
    }
}

impl SagaView<'_> {
    /// As a row of a list.
    pub fn row(&self) -> SagaRow {
        let request = &self.open.request;
        let parked = self.open.parked.as_deref().cloned();
        let state = match (self.purchase.ending(), &parked) {
            (_, Some(_)) => "parked",
            (Some(ending), None) => ending.name(),
            (None, None) if self.open.committed => "committed",
            (None, None) => "prepared",
        };
        SagaRow {
            transaction: self.transaction.clone(),
            investor: request.investor.clone(),
            wallet_fund: request.wallet_fund,
            target_fund: request.target_fund,
            amount: request.amount,
            mode: self.open.admitted.mode,
            trade_date: self.trade_date(),
            state,
            parked,
            since: self.since,
            moved: self.moved,
        }
    }

    /// T: that of the money-fund order once there is one, because a late payment moves it.
    pub fn trade_date(&self) -> TradingDay {
        self.buy.order().map_or(self.open.admitted.trade_date, |order| order.terms.trade_date)
    }

    /// Over, and no refund is on its way.
    pub fn is_finished(&self) -> bool {
        let left = |order: &fund_order::Order| order.owed_except(&self.open.given_up).count();
        let owes = self.buy.order().is_some_and(|order| left(order) > 0);
        self.purchase.ending().is_some() && !owes
    }
}

pub(crate) fn wallet_of(open: &Open) -> WalletId {
    WalletId { investor: open.request.investor.clone(), fund: open.request.wallet_fund }
}
