//! The saga runner: a deterministic state machine between the event store and the counterparties.
//!
//! Its shell does these steps, in this order; the runner itself does no I/O.
//!
//! 1. take inputs (requests, answers, notices, due timers, operators' actions);
//! 2. load what [`Runner::needs`] names and the memory does not hold;
//! 3. [`Runner::handle`]: decide the input, then whatever the saga's table asks of our own
//!    aggregates, until it waits for somebody else;
//! 4. append everything that was decided, durably, in one batch;
//! 5. only then send the effects and the replies of that batch;
//! 6. only then forget the purchases that are over.
//!
//! If the process dies after 1, 2 or 3, nothing was promised to anybody: the caller asks again, the
//! counterparty is asked again. After 4, the log says what is pending and the restart sends it; a
//! caller without a reply repeats its request and gets the first answer. In the middle of 5, an
//! effect may be sent twice: under the same idempotency key, so it acts once; a restarted saga asks
//! for the standing first. After 6 nothing is lost, because memory was only a cache.

mod advance;
mod answer;
mod day_use;
mod decide;
mod dispatch;
mod messages;
mod operator;
mod place;
mod saga;

pub use advance::REFUND_ROW;
pub use day_use::DayUses;
pub use messages::{Alert, Answer, Effect, Input, Need, Output, Reply, Rest, Ticket};
pub use operator::{Action, ActionError, can_skip, legs, legs_of, place};
pub use saga::{Lane, Saga};

use foldhash::fast::RandomState;
use fundflow_domain::{
    calendar::TradingCalendar,
    decider::Decider,
    discount_purchase::{DiscountPurchase, Request},
    fund_order::{self, FundOrder},
    ids::{Leg, OrderId, TransactionId, WalletId},
    time::Timestamp,
    wallet::Wallet,
};
use fundflow_kernel::{codec::Stored, envelope::StreamName, loaded::Loaded};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Open sagas, their wallets and their timers. Cloned, it is another future of the same past.
#[derive(Debug, Clone)]
pub struct Runner {
    sagas: HashMap<TransactionId, Box<Saga>, RandomState>,
    wallets: HashMap<WalletId, WalletCell, RandomState>,
    timers: BTreeSet<(Timestamp, TransactionId)>,
    calendar: Arc<TradingCalendar>,
    causes: HashMap<&'static str, Arc<str>>,
    process: Arc<str>,
    uses: day_use::DayUses,
    out: Output,
}

#[derive(Debug, Clone)]
struct WalletCell {
    loaded: Loaded<Wallet>,
    open: usize,
}

impl Runner {
    /// Without any saga yet.
    pub fn new(calendar: Arc<TradingCalendar>) -> Self {
        Self {
            sagas: HashMap::default(),
            wallets: HashMap::default(),
            timers: BTreeSet::new(),
            calendar,
            causes: HashMap::new(),
            process: DiscountPurchase::CATEGORY.into(),
            uses: day_use::DayUses::default(),
            out: Output::default(),
        }
    }

    /// What [`Self::handle`] would miss. To be asked again after providing: a saga names its wallet.
    pub fn needs(&self, input: &Input) -> Option<Need> {
        let transaction = input.transaction();
        match (self.sagas.get(transaction), input) {
            (None, _) => Some(Need::Saga(transaction.clone())),
            // A counted wallet stays in memory as long as its purchase.
            (Some(saga), _) if saga.counted => None,
            (Some(saga), Input::Place { request, .. }) => {
                let wallet = saga.wallet().unwrap_or_else(|| wallet_of(request));
                (!self.wallets.contains_key(&wallet)).then_some(Need::Wallet(wallet))
            }
            (Some(saga), Input::Heard { .. } | Input::Act { .. }) => {
                let wallet = saga.wallet()?;
                (!self.wallets.contains_key(&wallet)).then_some(Need::Wallet(wallet))
            }
        }
    }

    /// Puts a purchase, as the store has it, into memory. It stands still until it is handled or
    /// [woken](Self::wake).
    pub fn provide_saga(
        &mut self,
        transaction: TransactionId,
        purchase: Loaded<DiscountPurchase>,
        buy: Loaded<FundOrder>,
        convert: Loaded<FundOrder>,
    ) {
        let saga = Box::new(Saga::restored(purchase, buy, convert));
        self.sagas.entry(transaction).or_insert(saga);
    }

    /// Puts a wallet, as the store has it, into memory.
    pub fn provide_wallet(&mut self, id: WalletId, loaded: Loaded<Wallet>) {
        self.wallets.entry(id).or_insert(WalletCell { loaded, open: 0 });
    }

    /// Goes on with a purchase that was provided after a restart.
    pub fn wake(&mut self, transaction: &TransactionId, now: Timestamp) {
        self.rouse(transaction, now);
        self.advance(transaction, "restart", now);
    }

    fn rouse(&mut self, transaction: &TransactionId, now: Timestamp) {
        let Some(saga) = self.sagas.get(transaction) else { return };
        let row = place(saga, self.entry(transaction, saga));
        if let Some(saga) = self.sagas.get_mut(transaction) {
            saga.wake(&row, now);
        }
    }

    /// Decides the input and all that follows from it inside of the house.
    pub fn handle(&mut self, input: Input, now: Timestamp) {
        match input {
            Input::Place { ticket, transaction, request, admission, trace_parent } => {
                let reply = self.place(&transaction, request, admission, trace_parent, now);
                self.out.replies.push((ticket, reply));
                self.advance(&transaction, "request", now);
            }
            Input::Heard { transaction, answer, asked } => {
                self.hear(&transaction, answer, asked, now);
                self.advance(&transaction, "answer", now);
            }
            Input::Act { ticket, transaction, action, operator } => {
                let reply = self.act(&transaction, action, &operator, now);
                self.out.replies.push((ticket, reply));
                self.advance(&transaction, "operator", now);
            }
        }
    }

    /// Lets every timer that is due ring. Answers how many did.
    pub fn ring(&mut self, now: Timestamp, at_most: usize) -> usize {
        let mut rung = 0;
        while rung < at_most && self.next_timer().is_some_and(|due| due <= now) {
            let Some((_, transaction)) = self.timers.pop_first() else { break };
            if let Some(saga) = self.sagas.get_mut(&transaction) {
                saga.timer = None;
                saga.ring(now);
            }
            self.advance(&transaction, "timer", now);
            rung += 1;
        }
        rung
    }

    /// When the first timer is due.
    pub fn next_timer(&self) -> Option<Timestamp> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// What was decided since it was last taken.
    pub fn take(&mut self) -> Output {
        std::mem::take(&mut self.out)
    }

    /// Forgets a finished purchase whose last events are durable.
    pub fn forget(&mut self, transaction: &TransactionId) {
        let Some(saga) = self.sagas.get(transaction) else { return };
        if !saga.is_idle() || !saga.is_over() {
            return;
        }
        let (wallet, timer) = (saga.wallet(), saga.timer);
        self.sagas.remove(transaction);
        if let Some(due) = timer {
            self.timers.remove(&(due, transaction.clone()));
        }
        if let Some(wallet) = wallet
            && let Some(cell) = self.wallets.get_mut(&wallet)
        {
            cell.open = cell.open.saturating_sub(1);
            if cell.open == 0 {
                self.wallets.remove(&wallet);
            }
        }
    }

    /// Purchases in memory.
    pub fn open(&self) -> usize {
        self.sagas.len()
    }

    /// The purchases in memory.
    pub fn sagas(&self) -> impl Iterator<Item = (&TransactionId, &Saga)> {
        self.sagas.iter().map(|(id, saga)| (id, saga.as_ref()))
    }

    /// A purchase has one timer, for whichever of its lanes is due first.
    fn set_timer(&mut self, transaction: &TransactionId, due: Timestamp) {
        let Some(saga) = self.sagas.get_mut(transaction) else { return };
        match saga.timer {
            Some(set) if set <= due => return,
            Some(set) => {
                self.timers.remove(&(set, transaction.clone()));
            }
            None => {}
        }
        saga.timer = Some(due);
        self.timers.insert((due, transaction.clone()));
    }

    fn cause(&mut self, name: &'static str) -> Arc<str> {
        self.causes.entry(name).or_insert_with(|| name.into()).clone()
    }
}

/// The stream of a purchase.
pub fn purchase_stream(transaction: &TransactionId) -> StreamName {
    StreamName::of(DiscountPurchase::CATEGORY, transaction)
}

/// The stream of one of its orders.
pub fn order_stream(transaction: &TransactionId, leg: Leg) -> StreamName {
    StreamName::of(FundOrder::CATEGORY, &OrderId::of(transaction, leg))
}

/// The stream of a wallet.
pub fn wallet_stream(wallet: &WalletId) -> StreamName {
    StreamName::of(Wallet::CATEGORY, wallet)
}

fn wallet_of(request: &Request) -> WalletId {
    WalletId { investor: request.investor.clone(), fund: request.wallet_fund }
}

/// What can be decided on in a saga: for messages.
fn refusal_text<D: Stored>(error: &fundflow_kernel::loaded::DecideError<D::Refusal>) -> String {
    fundflow_kernel::loaded::with_sources(error)
}

/// Order states are read by many; this says which of the two.
fn order_of(saga: &Saga, leg: Leg) -> &fund_order::State {
    match leg {
        Leg::MoneyFund => &saga.buy.state,
        Leg::Conversion => &saga.convert.state,
    }
}
