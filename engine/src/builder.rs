//! Puts an engine together and starts it.

use crate::{
    effects,
    error::StartError,
    handle::{Engine, Funds},
    recovery::{OpenPurchases, find, keep_found, load_saga, load_wallet},
    shard::{Books, Limits, Shard},
    system_clock::SystemClock,
};
use fundflow_application::counterparty::{PaymentChannel, Registrar};
use fundflow_domain::{calendar::TradingCalendar, fund::FundTerms, ids::FundCode};
use fundflow_kernel::{
    clock::Clock,
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::runner::{Action, Input, Runner};
use std::{sync::Arc, time::Duration};
use tokio::sync::{mpsc, watch};

/// What bounds the engine. Nothing in it grows without one of these.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Requests that may wait; a further one is answered `Busy`.
    pub queued_requests: usize,
    /// Inputs decided into one durable batch.
    pub batch: usize,
    /// Calls to counterparties that may be outstanding; beyond it requests wait.
    pub calls: usize,
    /// How long a counterparty may take before its answer counts as unknown.
    pub call_limit: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            queued_requests: 16_384,
            batch: 2_048,
            calls: 32_768,
            call_limit: Duration::from_secs(30),
        }
    }
}

/// An engine that is being put together.
pub struct Builder<S, C, R> {
    store: Arc<S>,
    channel: Arc<C>,
    registrar: Arc<R>,
    calendar: Arc<TradingCalendar>,
    funds: Funds,
    clock: Arc<dyn Clock>,
    settings: Settings,
}

impl<S, C, R> std::fmt::Debug for Builder<S, C, R> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Builder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<S, C, R> Builder<S, C, R>
where
    S: EventStore + Checkpoints,
    C: PaymentChannel,
    R: Registrar,
{
    pub(crate) fn new(
        store: Arc<S>,
        channel: Arc<C>,
        registrar: Arc<R>,
        calendar: Arc<TradingCalendar>,
    ) -> Self {
        Self {
            store,
            channel,
            registrar,
            calendar,
            funds: Arc::new(|_, _| None),
            clock: Arc::new(SystemClock),
            settings: Settings::default(),
        }
    }

    /// Where the terms of a fund in force on a date come from.
    #[must_use]
    pub fn funds(
        mut self,
        terms: impl Fn(FundCode, chrono::NaiveDate) -> Option<Arc<FundTerms>> + Send + Sync + 'static,
    ) -> Self {
        self.funds = Arc::new(terms);
        self
    }

    /// Another clock than the machine's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Other bounds than the default ones.
    #[must_use]
    pub const fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Finds the open purchases in the store, goes on with them, and opens the door.
    ///
    /// # Errors
    /// [`StartError`] when the store cannot be read or written.
    pub async fn start(self) -> Result<Engine, StartError> {
        let mut runner = Runner::new(self.calendar.clone());
        let found = find(&*self.store).await?;
        keep_found(&*self.store, &found).await?;
        runner.provide_uses(found.uses);
        self.restore(&mut runner, &found.open).await?;
        let at = found.at;

        let (to_calls, calls) = mpsc::unbounded_channel();
        let (to_answers, answers) = mpsc::unbounded_channel();
        let (to_inbox, inbox) = mpsc::channel(self.settings.queued_requests.max(1));
        let limit = self.settings.call_limit;
        tokio::spawn(effects::run(self.channel, self.registrar, limit, calls, to_answers));
        let state = Books::default();
        let overloaded = state.overloaded.clone();
        let shard = Shard {
            store: self.store,
            runner,
            clock: self.clock.clone(),
            inbox,
            answers,
            calls: to_calls,
            at,
            limits: Limits { batch: self.settings.batch.max(1), calls: self.settings.calls.max(1) },
            state,
        };
        let (told, stopped) = watch::channel(None);
        tokio::spawn(async move {
            let reason = shard.run().await;
            told.send_replace(Some(reason));
        });
        let (calendar, funds, clock) = (self.calendar, self.funds, self.clock);
        Ok(Engine::new(to_inbox, stopped, overloaded, calendar, funds, clock))
    }

    async fn restore(&self, runner: &mut Runner, open: &OpenPurchases) -> Result<(), StartError> {
        for transaction in open.keys() {
            load_saga(&*self.store, runner, transaction).await?;
            let reason = "restart".into();
            let probe = Input::Act {
                ticket: 0,
                transaction: transaction.clone(),
                action: Action::Resume { reason },
                operator: "engine".into(),
            };
            if let Some(fundflow_sagas::runner::Need::Wallet(wallet)) = runner.needs(&probe) {
                load_wallet(&*self.store, runner, wallet).await?;
            }
            runner.wake(transaction, self.clock.now());
        }
        Ok(())
    }
}
