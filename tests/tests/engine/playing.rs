//! Plays a whole day on the engine, and what is always true of what is left of it.
//!
//! The process dies while it writes: the store takes the append or does not, nothing that was decided
//! on it leaves, and the next process goes on from what is stored. Whoever had no answer asks again.

use crate::{
    asking::{self, Asked, ask, take_back},
    house::{Outside, audit, passed, registry, show},
};
use fundflow::{Engine, Notice};
use fundflow_application::{
    desk::SagaList,
    read_models::{
        CaseRow, CaseStreams, HoldingRow, HoldingStreams, Orders, WalletRow, Wallets, catch_up,
    },
};
use fundflow_domain::{
    application::Quantity, case::CaseId, ids::TransactionId, money::Money, money_fund::Publication,
    time::Timestamp, wallet::parse_id,
};
use fundflow_infrastructure::sandbox::scenario::{ChargeFate, Scenario};
use fundflow_kernel::{
    clock::Clock as _,
    envelope::Actor,
    memory_store::MemoryStore,
    store::{EventStore as _, Position},
};
use fundflow_runtime::{liveness::Wait, look::Look};
use fundflow_sagas::{freeze::Freeze, income::Income, regular_plan::RegularPlans};
use fundflow_testkit::{
    explore::truths::nothing_is_open_at_the_end,
    faulty_store::{Fault, FaultyStore},
    strategies::{Day, Happens, Operates, Operation},
    wanted, worlds,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Until all is over: the registrars' last word on the day's orders comes after the founding of the
/// fund that is being raised.
const HOURS: i64 = 24 * 20;

/// By name, in words: how everything ended, and who owns what.
pub(crate) type Account = BTreeMap<String, String>;

/// A day that was played.
pub(crate) struct Played {
    pub(crate) outside: Outside,
    pub(crate) store: Arc<FaultyStore<MemoryStore>>,
    engine: Engine,
    before: Vec<(TransactionId, wanted::Wanted)>,
    /// What was taken, in its order.
    pub(crate) taken: Vec<(Timestamp, Happens)>,
    pub(crate) deaths: usize,
    /// Why what was refused was refused.
    pub(crate) refusals: Vec<String>,
    /// By transaction, what was promised first.
    promises: BTreeMap<TransactionId, String>,
    /// What persons took a hand in: where its money is, they know.
    operated: BTreeSet<TransactionId>,
}

impl Played {
    /// From the beginning until everybody has spoken.
    pub(crate) async fn of(day: &Day, scenario: Scenario) -> Self {
        let scenario = Scenario { seed: day.seed, ..scenario };
        let outside = Outside::playing(wanted::funds(), scenario, Day::begin());
        let store = Arc::new(FaultyStore::scripted(MemoryStore::new(), []));
        let engine = outside.start(&store).await;
        let (taken, refusals, promises) = (Vec::new(), Vec::new(), BTreeMap::new());
        let (before, operated) = (day.before.clone(), BTreeSet::new());
        let mut played =
            Self { outside, store, engine, before, taken, deaths: 0, refusals, promises, operated };
        for (id, wanted) in &day.before {
            played.happens(&Happens::Asks(id.clone(), Box::new(wanted.clone()))).await;
        }
        played.pass_until(Day::open()).await;
        if let Some((appends, fault)) = day.death {
            let before = std::iter::repeat_n(Fault::Pass, appends);
            played.store.script_more(before.chain([fault]));
        }
        for (at, happens) in &day.moments {
            played.pass_until(*at).await;
            if played.happens(happens).await {
                played.taken.push((*at, happens.clone()));
            }
            played.settle().await;
        }
        let end = played.now().plus_millis(HOURS * 3_600_000);
        played.pass_until(end).await;
        played
    }

    fn now(&self) -> Timestamp {
        self.outside.clock.now()
    }

    /// Starts the next process if this one is dead. Returns whether it was.
    async fn is_dead(&mut self) -> bool {
        if self.engine.stopped().is_none() {
            return false;
        }
        self.deaths += 1;
        self.store.reopen();
        self.engine = self.outside.start(&self.store).await;
        true
    }

    /// Lets it happen, again and again until somebody answers. Returns whether it was taken.
    async fn happens(&mut self, happens: &Happens) -> bool {
        loop {
            let taken = self.try_once(happens).await;
            if !self.is_dead().await {
                return taken;
            }
        }
    }

    async fn try_once(&mut self, happens: &Happens) -> bool {
        let (engine, now) = (&self.engine, self.now());
        match happens {
            Happens::Asks(id, wanted) => {
                let asked = ask(engine, id.clone(), wanted.as_ref().clone()).await;
                self.placed(id, asked)
            }
            Happens::Cancels(id, scope) => {
                let wanted = self.wanted(id);
                let Some(wanted) = wanted else { return false };
                take_back(engine, id, &wanted, (now, *scope)).await.is_ok()
            }
            Happens::Says(id, command) => {
                let command = command.as_ref().clone();
                asking::say::<RegularPlans>(engine, id, command).await.is_ok()
            }
            Happens::Freezes(id, request) => {
                let request = request.as_ref().clone();
                let asked = asking::one::<Freeze>(engine, id.clone(), request, ()).await;
                let taken = self.placed(id, asked);
                self.tell_the_register().await;
                taken
            }
            Happens::Publishes(income) => self.publish(*income).await,
            Happens::Operates(id, operates) => self.operate(id, operates).await,
        }
    }

    /// What a person has in mind with a saga, as it stands now.
    async fn operate(&mut self, id: &TransactionId, operates: &Operates) -> bool {
        let cases = self.open_cases(id).await;
        let looks = self.looks().await;
        let Some(look) = looks.iter().find(|look| look.id.transaction == *id) else { return false };
        let saga = look.id.clone();
        let done = match operates.on(look, &cases) {
            Some(Operation::Act(action)) => self.engine.act(saga, action, "chen".into()).await,
            Some(Operation::Command(command)) => {
                let actor = Actor::Operator("chen".into());
                let done = self.engine.ask_all(vec![(saga, command)], actor, None).await;
                done.into_iter().collect()
            }
            None => return false,
        };
        if let Err(why) = &done {
            self.refusals.push(format!("{}: {why}", operates.name()));
        }
        if done.is_ok() {
            self.operated.insert(id.clone());
        }
        done.is_ok()
    }

    async fn open_cases(&self, id: &TransactionId) -> Vec<CaseId> {
        let mut cases = CaseStreams::default();
        catch_up(&*self.store, &mut cases).await.expect("the log");
        let rows = cases.iter().filter_map(|(_, entry)| CaseRow::of(entry));
        let ours = rows.filter(|row| row.open && row.transaction.as_ref() == Some(id));
        ours.map(|row| worlds::read(&row.case)).collect()
    }

    /// Shares are frozen at the register: who reports it to us has reported it to the register before.
    async fn tell_the_register(&self) {
        let mut wallets = Wallets::default();
        catch_up(&*self.store, &mut wallets).await.expect("the log");
        for (id, entry) in wallets.iter() {
            let (investor, fund) = parse_id(id).expect("a wallet");
            self.outside.registrar.keep_frozen(investor, fund, entry.loaded.state.frozen());
        }
    }

    /// Both sides give it, or neither does.
    async fn publish(&mut self, income: Publication) -> bool {
        let job = income.job().expect("a name");
        let asked = asking::one::<Income>(&self.engine, job.clone(), income, ()).await;
        let taken = self.placed(&job, asked);
        if taken {
            self.outside.registrar.publish_income(&income).expect("books");
        }
        taken
    }

    /// Whether it was taken; whoever asks again is promised the same.
    fn placed(&mut self, id: &TransactionId, asked: Asked) -> bool {
        match asked {
            Asked::Placed(promise, rest) => {
                // How it comes to rest is read off the log, which every process has.
                drop(rest);
                let first = self.promises.entry(id.clone()).or_insert_with(|| promise.clone());
                assert_eq!(*first, promise, "{id} is promised something else");
                true
            }
            Asked::Refused(why) => {
                self.refusals.push(why);
                false
            }
            Asked::Stopped => false,
            Asked::Busy(wait) => panic!("an engine at rest is busy for {wait:?}"),
        }
    }

    /// What was asked for first under that ID.
    fn wanted(&self, id: &TransactionId) -> Option<wanted::Wanted> {
        let before = self.before.iter().find(|(of, _)| of == id).map(|(_, wanted)| wanted.clone());
        before.or_else(|| self.first_taken(id))
    }

    fn first_taken(&self, id: &TransactionId) -> Option<wanted::Wanted> {
        self.taken.iter().find_map(|(_, it)| match it {
            Happens::Asks(of, wanted) if of == id => Some(wanted.as_ref().clone()),
            _ => None,
        })
    }

    /// Everybody says what they have to say by now.
    async fn settle(&mut self) {
        loop {
            let settled = self.engine.settle().await.is_ok();
            if self.is_dead().await || !settled {
                continue;
            }
            let due = self.outside.due();
            if due.is_empty() {
                return;
            }
            self.hear(due).await;
        }
    }

    async fn hear(&mut self, due: Vec<Notice>) {
        loop {
            let heard = self.engine.deliver(due.clone()).await;
            if !self.is_dead().await {
                for it in heard {
                    it.expect("news that can be taken");
                }
                return;
            }
        }
    }

    async fn pass_until(&mut self, end: Timestamp) {
        loop {
            self.settle().await;
            let now = self.now();
            if now >= end {
                return;
            }
            self.outside.clock.advance_to(now.plus_millis(3_600_000).min(end));
        }
    }

    /// Everything that was taken, once more: nothing is stored. What persons do depends on how it stands.
    pub(crate) async fn changes_nothing_when_it_is_said_again(&mut self) {
        let before = *self.store.head().borrow();
        for (at, happens) in self.taken.clone() {
            if matches!(happens, Happens::Operates(..)) {
                continue;
            }
            self.happens(&happens).await;
            self.settle().await;
            let after: Position = *self.store.head().borrow();
            assert_eq!(after, before, "what happened at {at}, once more: {happens:?}");
        }
    }

    /// Every saga as a whole.
    pub(crate) async fn looks(&self) -> Vec<Look> {
        let mut sagas = SagaList::new(registry());
        sagas.catch_up(&*self.store).await.expect("the log");
        let ids: Vec<_> = sagas.rows().map(|row| row.transaction.to_string()).collect();
        let mut looks = Vec::new();
        for id in ids {
            looks.push(show(&*self.store, &id).await.look);
        }
        looks
    }

    /// How everything ended, and who owns what.
    pub(crate) async fn account(&self) -> Account {
        let ends = self.looks().await.into_iter().map(|look| {
            let ends = look.open_ends.iter().map(|end| format!("{} {}", end.name, end.worth));
            let ends: Vec<String> = ends.collect();
            (look.id.to_string(), format!("{:?} {:?} {ends:?}", look.ending, look.parked))
        });
        let mut account: Account = ends.collect();
        let moved = Timestamp::default();
        for row in self.wallets().await {
            let row = WalletRow { moved, ..row };
            account.insert(format!("wallet {} {}", row.investor, row.fund), format!("{row:?}"));
        }
        let mut holdings = HoldingStreams::default();
        catch_up(&*self.store, &mut holdings).await.expect("the log");
        for (id, row) in holdings.iter() {
            let row = HoldingRow::of(id, row, None).map(|row| HoldingRow { moved, ..row });
            account.insert(format!("holdings {id}"), format!("{row:?}"));
        }
        account
    }

    async fn wallets(&self) -> Vec<WalletRow> {
        let mut wallets = Wallets::default();
        catch_up(&*self.store, &mut wallets).await.expect("the log");
        wallets.iter().filter_map(|(id, row)| WalletRow::of(id, row)).collect()
    }

    /// All came to rest, the audit finds nothing, nothing moved twice, and both registers agree.
    pub(crate) async fn books_agree(&self) {
        let looks = self.looks().await;
        for look in &looks {
            let waits_for_time = look
                .waits
                .iter()
                .all(|it| matches!(it, Wait::Time { .. } | Wait::Requester { .. }));
            let rests = look.finished || look.parked.is_some() || waits_for_time;
            assert!(rests, "{} never came to rest: {look:#?}", look.id);
            // What a person has stays named, with its case.
            let ends = nothing_is_open_at_the_end(look);
            assert_eq!(ends, Ok(()), "{look:#?}");
        }
        passed(&audit(&*self.store).await);
        let parked = looks.iter().filter(|look| look.parked.is_some());
        let parked = parked.map(|look| look.id.transaction.clone());
        let parked: BTreeSet<_> = parked.chain(self.operated.iter().cloned()).collect();
        self.money_is_where_it_belongs(&parked).await;
        if parked.is_empty() {
            self.registers_agree().await;
        }
    }

    /// What investors have paid and not got back is what the registrars confirmed.
    async fn money_is_where_it_belongs(&self, parked: &BTreeSet<TransactionId>) {
        let now = self.now();
        let mut orders = Orders::default();
        catch_up(&*self.store, &mut orders).await.expect("the log");
        for charge in self.outside.channel.charges() {
            let debits = charge.debits(now);
            let twice = charge.fate == ChargeFate::DoubleDebit;
            assert!(debits.len() <= 1 || twice, "{charge:?} moved money twice");
            let (id, _) = charge.order.as_str().rsplit_once('.').expect("an order of ours");
            if parked.contains(&worlds::transaction(id)) {
                continue;
            }
            let paid = sum(debits.into_iter().map(|debit| debit.amount));
            let refunds = self.outside.channel.refunds().into_iter();
            let refunds = refunds.filter(|it| it.order == charge.order && it.moved());
            let back = sum(refunds.map(|refund| refund.amount.into()));
            let order = orders.get(&charge.order).expect("nothing is charged before it is stored");
            let settled = match order.application.map(|(application, _)| application.settled()) {
                Some(Quantity::Money(settled)) => settled,
                Some(Quantity::Shares(_)) | None => Money::ZERO,
            };
            assert_eq!(paid.minus(back), Some(settled), "{charge:#?}");
        }
    }

    /// The registrar's register and the wallets say the same of every investor.
    async fn registers_agree(&self) {
        let theirs = self.outside.registrar.holders_of(worlds::wallet_code());
        for row in self.wallets().await {
            let ours = (row.registered, row.unpaid_income);
            let theirs = theirs.get(&row.investor).copied().unwrap_or_default();
            assert_eq!(ours, theirs, "the wallet of {}", row.investor);
        }
    }
}

fn sum(sums: impl Iterator<Item = Money>) -> Money {
    sums.fold(Money::ZERO, |sum, next| sum.plus(next).expect("a sum of money"))
}
