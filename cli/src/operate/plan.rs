//! What would follow: the action is decided by the runner on a copy of the purchase, and what it
//! wants to append, to send and to tell is what is shown.

use super::Order;
use crate::{
    reading::Failure,
    saga_words::{LegJson, Told, in_flight},
};
use fundflow::Action;
use fundflow_application::read_models::{SagaStates, SagaView};
use fundflow_domain::{
    calendar::TradingCalendar,
    discount_purchase::Disposition,
    ids::{TransactionId, WalletId},
    time::Timestamp,
};
use fundflow_kernel::store::EventStore;
use fundflow_sagas::runner::{Effect, Input, Output, Reply, Runner, legs_of};
use serde::Serialize;
use std::sync::Arc;

/// How it went with one purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It can be done.
    Planned,
    /// It was done.
    Applied,
    /// It cannot be done.
    Refused,
    /// It moved since somebody looked.
    Stale,
    /// Nothing was ever prepared under that ID.
    NotFound,
}

/// An event that would be, or was, written.
#[derive(Debug, Serialize)]
pub(super) struct EventLine {
    pub(super) stream: String,
    pub(super) event_type: String,
    pub(super) actor: String,
    pub(super) position: Option<u64>,
}

/// One purchase.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) transaction: TransactionId,
    pub(super) outcome: Outcome,
    /// Why not.
    pub(super) why: Option<String>,
    /// Position of its last event when it was looked at.
    pub(super) version: Option<u64>,
    /// As it was before.
    pub(super) stands: Option<Told>,
    /// In this order.
    pub(super) events: Vec<EventLine>,
    /// Calls to counterparties, once the events are durable.
    pub(super) calls: Vec<String>,
    /// What happens to money.
    pub(super) money: Vec<String>,
    /// As it is afterwards.
    pub(super) after: Option<Told>,
}

/// What is the same for all purchases of an order.
pub(super) struct Desk<'a> {
    pub(super) order: &'a Order,
    pub(super) operator: Arc<str>,
    pub(super) calendar: Arc<TradingCalendar>,
    pub(super) now: Timestamp,
}

/// The position of its last event.
pub(super) fn version_of(states: &SagaStates) -> u64 {
    states.events.last().map_or(0, |event| event.position.0)
}

impl Desk<'_> {
    /// Looks at one purchase. `seen` is the version that somebody saw before.
    pub(super) async fn look<S: EventStore>(
        &self,
        store: &S,
        transaction: &TransactionId,
        seen: Option<u64>,
    ) -> Result<Row, Failure> {
        let mut row = Row {
            transaction: transaction.clone(),
            outcome: Outcome::NotFound,
            why: None,
            version: None,
            stands: None,
            events: vec![],
            calls: vec![],
            money: vec![],
            after: None,
        };
        let states = SagaStates::load(store, transaction).await?;
        let Some((states, view)) = states.as_ref().and_then(|it| Some((it, it.view()?))) else {
            let hint = "no purchase was ever prepared under this ID; `fundflow saga ls` lists all";
            row.why = Some(hint.to_owned());
            return Ok(row);
        };
        let version = version_of(states);
        row.version = Some(version);
        row.stands = Some(Told::of(&view, &self.calendar));
        if let Some(seen) = seen.filter(|seen| *seen != version) {
            row.outcome = Outcome::Stale;
            row.why = Some(format!("it moved: version {seen} was seen, it is {version} now"));
            return Ok(row);
        }
        match self.refusal(&view).map_or_else(|| self.foresee(states, &view), Err) {
            Ok(output) => {
                row.outcome = Outcome::Planned;
                self.tell(&mut row, &view, &output);
            }
            Err(why) => {
                row.outcome = Outcome::Refused;
                row.why = Some(why);
            }
        }
        Ok(row)
    }

    /// What is wrong with the dispositions, all of it at once.
    fn refusal(&self, view: &SagaView<'_>) -> Option<String> {
        let Action::Abandon { dispositions, .. } = &self.order.action else { return None };
        if view.purchase.ending().is_some() {
            return None;
        }
        let legs = legs_of(&(*view).into());
        let open = legs.iter().map(|(leg, worth)| LegJson { leg: leg.clone(), worth: *worth });
        let open: Vec<_> = open.collect();
        let named = |leg: &Arc<str>| dispositions.iter().any(|(named, _)| named == leg);
        let missing = legs.iter().filter(|(leg, _)| !named(leg));
        let missing: Vec<_> =
            missing.map(|(leg, _)| format!("--disposition {leg}=refund|suspense|manual")).collect();
        if !missing.is_empty() {
            let (open, missing) = (in_flight(&open), missing.join(" "));
            return Some(format!("open legs need a disposition ({open}); add {missing}"));
        }
        let closed =
            dispositions.iter().find(|(named, _)| legs.iter().all(|(leg, _)| leg != named));
        let (leg, _) = closed?;
        Some(format!("leg {leg} is not open; open are: {}", in_flight(&open)))
    }

    /// What the runner would append and send.
    fn foresee(&self, states: &SagaStates, view: &SagaView<'_>) -> Result<Output, String> {
        let mut runner = Runner::new(self.calendar.clone());
        let (purchase, buy) = (states.purchase.loaded.clone(), states.buy.loaded.clone());
        let convert = states.convert.loaded.clone();
        runner.provide_saga(states.transaction.clone(), purchase, buy, convert);
        let request = &view.open.request;
        let wallet = WalletId { investor: request.investor.clone(), fund: request.wallet_fund };
        runner.provide_wallet(wallet, states.wallet.loaded.clone());
        let (transaction, action) = (states.transaction.clone(), self.order.action.clone());
        let operator = self.operator.clone();
        runner.handle(Input::Act { ticket: 0, transaction, action, operator }, self.now);
        let output = runner.take();
        match output.replies.first() {
            Some((_, Reply::NotActed(error))) => Err(error.to_string()),
            Some((_, Reply::Acted | Reply::Placed { .. } | Reply::Refused(_))) | None => Ok(output),
        }
    }

    fn tell(&self, row: &mut Row, view: &SagaView<'_>, output: &Output) {
        for append in &output.appends {
            row.events.extend(append.events.iter().map(|event| EventLine {
                stream: append.stream.to_string(),
                event_type: event.event_type.to_string(),
                actor: event.actor.to_string(),
                position: None,
            }));
        }
        for (_, effect) in &output.effects {
            let (call, money) = told_of(effect, view);
            row.calls.push(call);
            row.money.extend(money);
        }
        if row.events.iter().any(|event| event.event_type == "fund_order.declined") {
            let late = "none is asked for any more; a payment that comes all the same goes back";
            row.money.push(late.to_owned());
        }
        if let Action::Abandon { dispositions, .. } = &self.order.action {
            let legs = legs_of(&(*view).into());
            row.money.extend(legs.iter().filter_map(|(leg, worth)| {
                let (_, to) = dispositions.iter().find(|(named, _)| named == leg)?;
                Some(format!("{worth} yuan ({leg}): {}", disposed(*to)))
            }));
        }
        if row.money.is_empty() {
            row.money.push("none moves by this".to_owned());
        }
    }
}

/// The engine stops looking after it; what is then to be done is a person's work.
const fn disposed(to: Disposition) -> &'static str {
    match to {
        Disposition::Refund => "to be sent back to the account that paid, by hand",
        Disposition::Suspense => "to be booked to a suspense account, under a case",
        Disposition::Manual => "to be settled outside of the engine",
    }
}

fn told_of(effect: &Effect, view: &SagaView<'_>) -> (String, Option<String>) {
    match effect {
        Effect::Charge(charge) => {
            let (amount, account) = (charge.amount, &charge.account);
            let call = format!("charge {amount} yuan to {account} under {}", charge.no);
            let money = format!("{amount} yuan are taken from {account}, unless they already were");
            (call, Some(money))
        }
        Effect::QueryCharge(no) => {
            let (amount, account) = (view.open.request.amount, &view.open.request.account);
            let money = format!(
                "none by the question; if the channel never got the charge, it is made again: \
                 {amount} yuan from {account}"
            );
            (format!("ask the payment channel how {no} stands"), Some(money))
        }
        Effect::Refund(refund) => {
            let (amount, account) = (refund.amount, &refund.account);
            let call = format!("send {amount} yuan back to {account} under {}", refund.no);
            (call, Some(format!("{amount} yuan go back to {account}, unless they already did")))
        }
        Effect::Submit(_, application) => {
            (format!("hand in application {} to the registrar", application.no), None)
        }
        Effect::QueryApplication(_, no) => {
            (format!("ask the registrar how application {no} stands"), None)
        }
    }
}
