//! The runner's only way to a fact: a command to an aggregate in memory, whose events join the batch.

use super::{Runner, Saga, order_stream, purchase_stream, wallet_stream};
use fundflow_domain::{
    calendar::TradingDay,
    discount_purchase as purchase, fund_order,
    ids::{Leg, TransactionId},
    time::Timestamp,
    wallet,
};
use fundflow_kernel::{
    envelope::Actor,
    loaded::{DecideError, Meta},
};
use std::sync::Arc;

/// Says who and why for the decisions that follow from one input.
pub(super) struct Voice {
    pub(super) actor: Actor,
    pub(super) cause: &'static str,
    pub(super) occurred_at: Timestamp,
    pub(super) trace_parent: Option<Arc<str>>,
    /// T of the request itself, while no state knows one yet.
    pub(super) day: Option<TradingDay>,
}

impl Runner {
    pub(super) fn decide_order_as(
        &mut self,
        transaction: &TransactionId,
        leg: Leg,
        command: &fund_order::Command,
        by: (Actor, &'static str, Timestamp),
        now: Timestamp,
    ) -> Result<usize, DecideError<fund_order::Refusal>> {
        let (actor, cause, occurred_at) = by;
        let voice = Voice { actor, cause, occurred_at, trace_parent: None, day: None };
        self.decide_order(transaction, leg, command, &voice, now)
    }

    pub(super) fn decide_purchase_as(
        &mut self,
        transaction: &TransactionId,
        command: &purchase::Command,
        by: (Actor, &'static str, Timestamp),
        now: Timestamp,
    ) -> Result<usize, DecideError<purchase::Refusal>> {
        let (actor, cause, occurred_at) = by;
        let voice = Voice { actor, cause, occurred_at, trace_parent: None, day: None };
        self.decide_purchase(transaction, command, &voice, now)
    }

    pub(super) fn decide_purchase(
        &mut self,
        transaction: &TransactionId,
        command: &purchase::Command,
        voice: &Voice,
        now: Timestamp,
    ) -> Result<usize, DecideError<purchase::Refusal>> {
        let meta = self.meta(transaction, voice, now);
        let Some(saga) = self.sagas.get_mut(transaction) else { return Ok(0) };
        let stream = purchase_stream(transaction);
        saga.purchase.decide(&stream, command, &meta, &mut self.out.appends)
    }

    pub(super) fn decide_order(
        &mut self,
        transaction: &TransactionId,
        leg: Leg,
        command: &fund_order::Command,
        voice: &Voice,
        now: Timestamp,
    ) -> Result<usize, DecideError<fund_order::Refusal>> {
        let meta = self.meta(transaction, voice, now);
        let Some(saga) = self.sagas.get_mut(transaction) else { return Ok(0) };
        let loaded = match leg {
            Leg::MoneyFund => &mut saga.buy,
            Leg::Conversion => &mut saga.convert,
        };
        loaded.decide(&order_stream(transaction, leg), command, &meta, &mut self.out.appends)
    }

    pub(super) fn decide_wallet(
        &mut self,
        transaction: &TransactionId,
        command: &wallet::Command,
        voice: &Voice,
        now: Timestamp,
    ) -> Result<usize, DecideError<wallet::Refusal>> {
        let meta = self.meta(transaction, voice, now);
        let wallet = self.sagas.get(transaction).and_then(|saga| saga.wallet());
        let Some((id, cell)) = wallet.and_then(|id| Some((id.clone(), self.wallets.get_mut(&id)?)))
        else {
            return Ok(0);
        };
        cell.loaded.decide(&wallet_stream(&id), command, &meta, &mut self.out.appends)
    }

    fn meta(&mut self, transaction: &TransactionId, voice: &Voice, now: Timestamp) -> Meta {
        let order = |saga: &Saga| Some(saga.buy.state.order()?.terms.trade_date);
        let day = self
            .sagas
            .get(transaction)
            .and_then(|saga| order(saga).or_else(|| Some(saga.known()?.admitted.trade_date)));
        Meta {
            correlation: transaction.clone(),
            process: self.process.clone(),
            causation: self.cause(voice.cause),
            actor: voice.actor.clone(),
            trace_parent: voice.trace_parent.clone(),
            occurred_at: voice.occurred_at,
            recorded_at: now,
            trade_date: day.or(voice.day).map(TradingDay::date),
        }
    }
}
