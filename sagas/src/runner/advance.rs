//! Runs a purchase as far as it goes without anybody else: decides what its table asks of our own
//! aggregates, then sends what it asks of a counterparty, then waits.

use super::{
    Alert, Effect, Lane, Rest, Runner, Saga,
    decide::Voice,
    dispatch::{self, Dispatch, dispatch, own},
    order_of, refusal_text,
};
use crate::{
    liveness::confirmation_noon,
    retry,
    stand::Stand,
    step::{Call, Deadline, Send},
};
use fundflow_application::counterparty::{Application, Charge, Refund};
use fundflow_domain::{
    discount_purchase::{self as purchase, DiscountPurchase, Retry},
    fund_order::{Ask, Cause, FundOrder},
    ids::{ApplicationNo, Leg, OrderId, PaymentNo, TransactionId},
    time::Timestamp,
    wallet::{Entry, Wallet},
};
use fundflow_kernel::envelope::Actor;

/// The name under which refunds are retried and parked; they have no row of their own.
pub const REFUND_ROW: &str = "refund payment";

impl Runner {
    pub(super) fn alert(&mut self, transaction: &TransactionId, what: String) {
        self.out.alerts.push(Alert { transaction: transaction.clone(), what });
    }

    /// The entry of the purchase in its wallet.
    pub(super) fn entry(&self, transaction: &TransactionId, saga: &Saga) -> Entry {
        let cell = saga.wallet().and_then(|wallet| self.wallets.get(&wallet));
        cell.map_or_else(Entry::default, |cell| cell.loaded.state.entry(transaction))
    }

    /// Goes on until somebody else must speak.
    pub(super) fn advance(
        &mut self,
        transaction: &TransactionId,
        cause: &'static str,
        now: Timestamp,
    ) {
        self.count(transaction);
        // A table has fewer rows and moves than this; more rounds would be a circle.
        for _ in 0..64 {
            let Some(saga) = self.sagas.get(transaction) else { return };
            if saga.is_parked() {
                return self.finish(transaction);
            }
            let Some(stand) = saga.stand(self.entry(transaction, saga)) else {
                return self.finish(transaction);
            };
            let go_on = match stand {
                Stand::Over => false,
                Stand::Blocked(_, exit) => {
                    let cause =
                        own("blocked", "the register says what must never be; see the legs");
                    self.park(transaction, exit.name, cause, now);
                    false
                }
                Stand::Leaving(_, exit) => {
                    self.send(transaction, exit.name, exit.send, Deadline::Now, now)
                }
                Stand::Forward(_, step) => {
                    let chosen = saga.known().is_some_and(|open| open.landing_chosen);
                    let send = match step.refuse {
                        Some(refuse) if chosen => Send::Do(refuse),
                        Some(_) | None => step.send,
                    };
                    self.send(transaction, step.name, send, step.deadline, now)
                }
            };
            if !go_on {
                self.send_refund(transaction, now);
                return self.finish(transaction);
            }
        }
        let what = own("circle", "the saga's table goes round in a circle");
        self.park(transaction, cause, what, now);
    }

    /// Answers whether the saga may have moved.
    fn send(
        &mut self,
        transaction: &TransactionId,
        row: &'static str,
        send: Send,
        deadline: Deadline,
        now: Timestamp,
    ) -> bool {
        let lane = self.sagas.get(transaction).map_or(Lane::Idle, |saga| saga.main);
        match (send, lane) {
            (Send::Do(what), _) => {
                let saga = self.sagas.get(transaction);
                let dispatched = saga.and_then(|saga| {
                    dispatch(what, transaction, saga, self.entry(transaction, saga))
                });
                let Some(dispatched) = dispatched else {
                    let cause = own("unknown", "the log lacks what this row needs");
                    self.park(transaction, row, cause, now);
                    return false;
                };
                self.do_it(transaction, row, &dispatched, now)
            }
            (Send::AwaitRefunds, _) | (Send::Call(_) | Send::Await(_), Lane::InFlight) => false,
            (Send::Call(_) | Send::Await(_), Lane::Waiting(due)) if due > now => {
                self.set_timer(transaction, due);
                false
            }
            (Send::Call(call), Lane::Idle | Lane::Waiting(_) | Lane::Due) => {
                self.call(transaction, call, now);
                false
            }
            (Send::Await(leg), Lane::Idle | Lane::Waiting(_)) => {
                self.wait_for(transaction, leg, deadline, now);
                false
            }
            (Send::Await(leg), Lane::Due) => {
                self.query(transaction, leg);
                false
            }
        }
    }

    fn do_it(
        &mut self,
        transaction: &TransactionId,
        row: &'static str,
        dispatched: &Dispatch,
        now: Timestamp,
    ) -> bool {
        let voice = Voice {
            actor: Actor::Engine,
            cause: row,
            occurred_at: now,
            trace_parent: None,
            day: None,
        };
        let decided = match dispatched {
            Dispatch::Purchase(command) => self
                .decide_purchase(transaction, command, &voice, now)
                .map_err(|error| refusal_text::<DiscountPurchase>(&error)),
            Dispatch::Order(leg, command) => self
                .decide_order(transaction, *leg, command, &voice, now)
                .map_err(|error| refusal_text::<FundOrder>(&error)),
            Dispatch::Wallet(command) => self
                .decide_wallet(transaction, command, &voice, now)
                .map_err(|error| refusal_text::<Wallet>(&error)),
        };
        match decided {
            Ok(events) if events > 0 => {
                if let Dispatch::Purchase(purchase::Command::End(ending, _)) = dispatched {
                    self.out.rests.push((transaction.clone(), Rest::Ended(*ending)));
                }
                // Another row is next: whatever was outstanding belongs to the past.
                self.fresh_row(transaction);
                true
            }
            Ok(_) => {
                let cause = own("no_progress", "the row was sent and nothing followed");
                self.park(transaction, row, cause, now);
                false
            }
            Err(text) => {
                let cause = Cause { code: "refused".into(), text: text.into() };
                self.park(transaction, row, cause, now);
                false
            }
        }
    }

    pub(super) fn fresh_row(&mut self, transaction: &TransactionId) {
        if let Some(saga) = self.sagas.get_mut(transaction) {
            saga.main = Lane::Idle;
            saga.uncertain = false;
        }
    }

    fn call(&mut self, transaction: &TransactionId, call: Call, now: Timestamp) {
        let Some(saga) = self.sagas.get_mut(transaction) else { return };
        let leg = match call {
            Call::Charge => Leg::MoneyFund,
            Call::Submit(leg) => leg,
        };
        let id = OrderId::of(transaction, leg);
        let Some(order) = order_of(saga, leg).order() else { return };
        let effect = match (call, saga.uncertain, &order.terms.ask) {
            (Call::Charge, true, _) => Effect::QueryCharge(PaymentNo::pay(&id)),
            (Call::Charge, false, Ask::Purchase { amount, account }) => {
                let (amount, account) = (*amount, account.clone());
                Effect::Charge(Charge { no: PaymentNo::pay(&id), account, amount, order: id })
            }
            (Call::Charge, false, Ask::Conversion { .. }) => return,
            (Call::Submit(leg), true, _) => Effect::QueryApplication(leg, ApplicationNo::of(&id)),
            (Call::Submit(leg), false, ask) => Effect::Submit(
                leg,
                Application {
                    no: ApplicationNo::of(&id),
                    investor: order.terms.investor.clone(),
                    fund: order.terms.fund,
                    ask: ask.clone(),
                    trade_date: order.terms.trade_date,
                    applied_at: now,
                    order: id,
                },
            ),
        };
        saga.main = Lane::InFlight;
        saga.outstanding = saga.outstanding.saturating_add(1);
        self.out.effects.push((transaction.clone(), effect));
    }

    fn query(&mut self, transaction: &TransactionId, leg: Leg) {
        if let Some(saga) = self.sagas.get_mut(transaction) {
            saga.main = Lane::InFlight;
            saga.outstanding = saga.outstanding.saturating_add(1);
            let no = ApplicationNo::of(&OrderId::of(transaction, leg));
            self.out.effects.push((transaction.clone(), Effect::QueryApplication(leg, no)));
        }
    }

    fn wait_for(
        &mut self,
        transaction: &TransactionId,
        leg: Leg,
        deadline: Deadline,
        now: Timestamp,
    ) {
        let Some(saga) = self.sagas.get(transaction) else { return };
        let due = match deadline {
            Deadline::ConfirmationDay | Deadline::Now => self.confirmation_noon(saga, leg, now),
        };
        if let Some(saga) = self.sagas.get_mut(transaction) {
            saga.main = Lane::Waiting(due);
            self.set_timer(transaction, due);
        }
    }

    fn send_refund(&mut self, transaction: &TransactionId, now: Timestamp) {
        let Some(saga) = self.sagas.get_mut(transaction) else { return };
        match saga.refund {
            Lane::InFlight => return,
            Lane::Waiting(due) if due > now => {
                self.set_timer(transaction, due);
                return;
            }
            Lane::Idle | Lane::Waiting(_) | Lane::Due => {}
        }
        let Some(order) = saga.buy.state.order() else { return };
        let (Some(owed), Ask::Purchase { account, .. }) = (saga.owed(), &order.terms.ask) else {
            return;
        };
        let refund = Refund {
            no: owed.no.clone(),
            account: account.clone(),
            amount: owed.amount,
            order: OrderId::of(transaction, Leg::MoneyFund),
        };
        saga.refund = Lane::InFlight;
        saga.outstanding = saga.outstanding.saturating_add(1);
        self.out.effects.push((transaction.clone(), Effect::Refund(refund)));
    }

    /// Plans the next attempt of a row, or parks the saga when enough were made.
    pub(super) fn try_later(
        &mut self,
        transaction: &TransactionId,
        row: &str,
        cause: Cause,
        now: Timestamp,
    ) {
        let Some(open) = self.sagas.get(transaction).and_then(|saga| saga.known()) else { return };
        let before = open.retries.iter().find(|retry| retry.row.as_ref() == row);
        let attempt = before.map_or(0, |retry| retry.attempt).saturating_add(1);
        let Some(due) = retry::next(attempt, transaction.as_str(), row, now) else {
            return self.park(transaction, row, cause, now);
        };
        let retry = Retry { row: row.into(), attempt, cause, due };
        self.tell(transaction, &purchase::Command::ScheduleRetry(retry), "retry", now);
        if let Some(saga) = self.sagas.get_mut(transaction) {
            let lane = if row == REFUND_ROW { &mut saga.refund } else { &mut saga.main };
            *lane = Lane::Waiting(due);
            saga.uncertain |= row != REFUND_ROW;
            self.set_timer(transaction, due);
        }
    }

    pub(super) fn park(
        &mut self,
        transaction: &TransactionId,
        row: &str,
        cause: Cause,
        now: Timestamp,
    ) {
        self.alert(transaction, format!("parked at {row}: {} ({})", cause.text, cause.code));
        self.out.rests.push((transaction.clone(), Rest::Parked(cause.clone())));
        self.tell(transaction, &purchase::Command::Park(row.into(), cause), "park", now);
    }

    fn tell(
        &mut self,
        transaction: &TransactionId,
        command: &purchase::Command,
        cause: &'static str,
        now: Timestamp,
    ) {
        let voice =
            Voice { actor: Actor::Engine, cause, occurred_at: now, trace_parent: None, day: None };
        if let Err(error) = self.decide_purchase(transaction, command, &voice, now) {
            self.alert(transaction, refusal_text::<DiscountPurchase>(&error));
        }
    }

    /// Counts the purchase in its wallet, once, so that the wallet stays in memory.
    fn count(&mut self, transaction: &TransactionId) {
        let Some(saga) = self.sagas.get_mut(transaction) else { return };
        let Some(wallet) = saga.wallet().filter(|_| !saga.counted) else { return };
        if let Some(cell) = self.wallets.get_mut(&wallet) {
            cell.open = cell.open.saturating_add(1);
            saga.counted = true;
        }
    }

    fn finish(&mut self, transaction: &TransactionId) {
        self.take_back_use(transaction);
        if self.sagas.get(transaction).is_some_and(|saga| saga.is_over() && saga.is_idle()) {
            self.out.finished.push(transaction.clone());
        }
    }

    fn confirmation_noon(&self, saga: &Saga, leg: Leg, now: Timestamp) -> Timestamp {
        let noon = || confirmation_noon(&self.calendar, saga.known()?, &saga.buy.state, leg);
        // Past the calendar's end nobody can say which day: ask now, and let a person see it.
        noon().unwrap_or(now)
    }
}

/// Why the purchase failed, for whoever prints it.
pub(super) fn why(saga: &Saga) -> Option<Cause> {
    dispatch::failure(saga)
}
