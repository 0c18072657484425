//! The engine's door: cheap to clone, used from any task.

use crate::{
    builder::Builder,
    error::{ActError, PurchaseError, StopCause, Stopped},
    request::{Placed, Purchase},
    shard::Message,
};
use fundflow_application::counterparty::{Notice, PaymentChannel, Registrar};
use fundflow_domain::{
    admission::{Admission, DayUse},
    calendar::{TradingCalendar, TradingDay},
    discount_purchase::Request,
    fund::FundTerms,
    ids::{FundCode, TransactionId},
};
use fundflow_kernel::{
    clock::Clock,
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::runner::{Action, Answer, Input, Reply, Rest};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{mpsc, oneshot, watch};

pub(crate) type Funds =
    Arc<dyn Fn(FundCode, chrono::NaiveDate) -> Option<Arc<FundTerms>> + Send + Sync>;

const RETRY_AFTER: Duration = Duration::from_millis(50);

/// A running engine.
#[derive(Clone)]
pub struct Engine {
    inbox: mpsc::Sender<Message>,
    stopped: watch::Receiver<Option<Stopped>>,
    overloaded: Arc<AtomicBool>,
    calendar: Arc<TradingCalendar>,
    funds: Funds,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Engine").field("stopped", &*self.stopped.borrow()).finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts putting an engine together.
    pub fn builder<S, C, R>(
        store: Arc<S>,
        channel: Arc<C>,
        registrar: Arc<R>,
        calendar: Arc<TradingCalendar>,
    ) -> Builder<S, C, R>
    where
        S: EventStore + Checkpoints,
        C: PaymentChannel,
        R: Registrar,
    {
        Builder::new(store, channel, registrar, calendar)
    }

    pub(crate) fn new(
        inbox: mpsc::Sender<Message>,
        stopped: watch::Receiver<Option<Stopped>>,
        overloaded: Arc<AtomicBool>,
        calendar: Arc<TradingCalendar>,
        funds: Funds,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { inbox, stopped, overloaded, calendar, funds, clock }
    }

    /// Places a purchase. When this returns `Ok`, it is durable, and the engine will bring it to an
    /// end whatever happens to this process.
    ///
    /// # Errors
    /// [`PurchaseError`], which says what to do.
    pub async fn purchase(&self, purchase: Purchase) -> Result<Placed, PurchaseError> {
        let transaction = purchase.transaction.clone();
        let input = self.input(purchase);
        let (reply, told) = oneshot::channel();
        self.admit(Message::Decide(input, reply))?;
        placed(transaction, self.told(told).await?)
    }

    /// Places a purchase and tells how it comes to rest: over, or parked for a person.
    ///
    /// # Errors
    /// [`PurchaseError`], which says what to do.
    pub async fn purchase_watched(
        &self,
        purchase: Purchase,
    ) -> Result<(Placed, oneshot::Receiver<Rest>), PurchaseError> {
        let (watcher, rest) = oneshot::channel();
        // Before the purchase itself, so that its rest cannot be missed.
        self.admit(Message::Watch(purchase.transaction.clone(), watcher))?;
        let placed = self.purchase(purchase).await?;
        Ok((placed, rest))
    }

    /// Places several purchases in that order, in one durable batch where they fit.
    ///
    /// # Errors
    /// [`Stopped`]; what is wrong with one of them is in its own place.
    pub async fn purchase_all(
        &self,
        purchases: Vec<Purchase>,
    ) -> Result<Vec<Result<Placed, PurchaseError>>, Stopped> {
        let (mut asked, mut waiting) = (Vec::new(), Vec::new());
        for purchase in purchases {
            let transaction = purchase.transaction.clone();
            let (reply, told) = oneshot::channel();
            asked.push((self.input(purchase), reply));
            waiting.push((transaction, told));
        }
        self.send(Message::DecideAll(asked)).await?;
        let mut answers = Vec::with_capacity(waiting.len());
        for (transaction, told) in waiting {
            answers.push(match told.await {
                Ok(reply) => placed(transaction, reply),
                Err(_) => Err(self.why_stopped().await.into()),
            });
        }
        Ok(answers)
    }

    /// Hands over what counterparties told unasked: callbacks, late answers, records of files.
    /// Repeating any of it is harmless.
    ///
    /// # Errors
    /// [`Stopped`]; deliver it again once the engine runs.
    pub async fn deliver(&self, notices: Vec<Notice>) -> Result<Delivered, Stopped> {
        let (mut inputs, mut unknown) = (Vec::with_capacity(notices.len()), Vec::new());
        for notice in notices {
            let order = match &notice {
                Notice::Payment(order, _) | Notice::Application(order, _) => order,
            };
            let Some((transaction, leg)) = order.parent() else {
                unknown.push(notice);
                continue;
            };
            let answer = match notice {
                Notice::Payment(_, answer) => Answer::Charge(answer),
                Notice::Application(_, answer) => Answer::Application(leg, answer),
            };
            inputs.push(Input::Heard { transaction, answer, asked: false });
        }
        self.send(Message::Heard(inputs)).await?;
        Ok(Delivered { unknown })
    }

    /// Does what an operator, or the day's cut, decided about one purchase.
    ///
    /// # Errors
    /// [`ActError`], which says what to do.
    pub async fn act(
        &self,
        transaction: TransactionId,
        action: Action,
        operator: Arc<str>,
    ) -> Result<(), ActError> {
        let mut told = self.act_all(vec![(transaction, action)], operator).await?;
        told.pop().unwrap_or(Ok(()))
    }

    /// The same for several, in order, in one durable batch where they fit.
    ///
    /// # Errors
    /// [`Stopped`]; what is wrong with one of them is in its own place.
    pub async fn act_all(
        &self,
        actions: Vec<(TransactionId, Action)>,
        operator: Arc<str>,
    ) -> Result<Vec<Result<(), ActError>>, Stopped> {
        let (mut asked, mut waiting) = (Vec::new(), Vec::new());
        for (transaction, action) in actions {
            let (reply, told) = oneshot::channel();
            let operator = operator.clone();
            asked.push((Input::Act { ticket: 0, transaction, action, operator }, reply));
            waiting.push(told);
        }
        self.send(Message::DecideAll(asked)).await?;
        let mut answers = Vec::with_capacity(waiting.len());
        for told in waiting {
            answers.push(match self.told(told).await? {
                Reply::NotActed(error) => Err(error.into()),
                Reply::Acted | Reply::Placed { .. } | Reply::Refused(_) => Ok(()),
            });
        }
        Ok(answers)
    }

    /// Tells how a purchase comes to rest from now on. One that already has is not told again: ask
    /// with [`Self::purchase`].
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn rest_of(&self, transaction: TransactionId) -> Result<Rest, Stopped> {
        let (watcher, rest) = oneshot::channel();
        self.send(Message::Watch(transaction, watcher)).await?;
        self.told(rest).await
    }

    /// Returns when nothing moves any more: the inbox is empty, everything is durable, no call is
    /// outstanding, and every timer that is due by the clock has rung.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn settle(&self) -> Result<(), Stopped> {
        let (settled, told) = oneshot::channel();
        self.send(Message::Settle(settled)).await?;
        self.told(told).await
    }

    /// Finishes what is in the inbox, makes it durable, and stops. Calls that are outstanding are
    /// asked about at the next start.
    ///
    /// # Errors
    /// [`Stopped`] if it had stopped before, with the reason.
    pub async fn shutdown(&self) -> Result<(), Stopped> {
        let (done, told) = oneshot::channel();
        self.send(Message::Shutdown(done)).await?;
        self.told(told).await
    }

    /// The trading calendar that it runs on.
    pub const fn calendar(&self) -> &Arc<TradingCalendar> {
        &self.calendar
    }

    fn input(&self, purchase: Purchase) -> Input {
        let at = purchase.at.unwrap_or_else(|| self.clock.now());
        // Past the calendar's end the admission says so; any terms will do to get there.
        let day = self.calendar.t_of(at).map_or_else(|_| at.date(), TradingDay::date);
        let terms = |code| (self.funds)(code, day).ok_or(code);
        let funds = terms(purchase.wallet_fund).and_then(|w| Ok((w, terms(purchase.target_fund)?)));
        let request = Box::new(Request {
            investor: purchase.investor.id.clone(),
            account: purchase.investor.account.clone(),
            wallet_fund: purchase.wallet_fund,
            target_fund: purchase.target_fund,
            amount: purchase.amount,
            mode: purchase.mode,
            only_today: purchase.only_today,
        });
        let admission = funds.map(|(wallet_fund, target_fund)| {
            Box::new(Admission {
                amount: purchase.amount,
                at,
                mode: purchase.mode,
                investor: purchase.investor,
                wallet_fund,
                target_fund,
                channel: purchase.channel,
                warning_confirmed: purchase.warning_confirmed,
                used_today: DayUse::default(),
                calendar: self.calendar.clone(),
            })
        });
        let (transaction, trace_parent) = (purchase.transaction, purchase.trace_parent);
        Input::Place { ticket: 0, transaction, request, admission, trace_parent }
    }

    fn admit(&self, message: Message) -> Result<(), PurchaseError> {
        if self.overloaded.load(Ordering::Relaxed) {
            return Err(PurchaseError::Busy { retry_after: RETRY_AFTER });
        }
        self.inbox.try_send(message).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => PurchaseError::Busy { retry_after: RETRY_AFTER },
            mpsc::error::TrySendError::Closed(_) => self.stopped_so_far().into(),
        })
    }

    async fn send(&self, message: Message) -> Result<(), Stopped> {
        if self.inbox.send(message).await.is_ok() {
            return Ok(());
        }
        Err(self.why_stopped().await)
    }

    async fn told<T>(&self, told: oneshot::Receiver<T>) -> Result<T, Stopped> {
        match told.await {
            Ok(told) => Ok(told),
            Err(_) => Err(self.why_stopped().await),
        }
    }

    /// The loop drops its callers before it says why; this waits for the reason.
    async fn why_stopped(&self) -> Stopped {
        let mut stopped = self.stopped.clone();
        let told = stopped.wait_for(Option::is_some).await;
        let stopped = told.ok().and_then(|told| told.clone());
        stopped.unwrap_or_else(|| {
            let what = "its task ended without a word".into();
            Stopped { cause: StopCause::Fault { what } }
        })
    }

    fn stopped_so_far(&self) -> Stopped {
        let told = self.stopped.borrow().clone();
        told.unwrap_or(Stopped { cause: StopCause::ShutDown })
    }
}

/// What became of notices.
#[derive(Debug, Default)]
pub struct Delivered {
    /// About orders that no purchase of ours can have: keep them, and ask the counterparty.
    pub unknown: Vec<Notice>,
}

fn placed(transaction: TransactionId, reply: Reply) -> Result<Placed, PurchaseError> {
    match reply {
        Reply::Placed { admitted, ending } => Ok(Placed { transaction, admitted, ending }),
        Reply::Refused(refusal) => Err(refusal.into()),
        Reply::NotActed(error) => Err(PurchaseError::Defect(error.to_string())),
        Reply::Acted => Err(PurchaseError::Defect("a request was answered as an action".into())),
    }
}
