//! A purchase as a whole: do its four aggregates say the same, and does its ending keep its word?

use super::{Audit, Check, owner};
use crate::read_models::{Kept, SagaView, wallet_of};
use fundflow_domain::{
    decider::Decider,
    discount_purchase::{DiscountPurchase, Ending},
    fund_order::{FundOrder, Outcome, Stage, State},
    ids::{Leg, OrderId, TransactionId},
    money::Shares,
    postings::{Account, Balances},
    wallet::{Credit, Reservation, Wallet},
};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{EventStore, ReadError, Version},
};
use std::collections::BTreeSet;

impl Audit {
    /// When a purchase is over and nothing is owed, compares its parts and lets them go.
    pub(super) fn settle(&mut self, event: &Recorded) {
        let Some(transaction) = owner(&event.stream) else { return };
        let Some(kept) = self.sagas.purchases.get(transaction.as_str()) else { return };
        if kept.loaded.state.ending().is_none() {
            return;
        }
        let Some(parts) = self.sagas.one(&transaction) else { return };
        let Some(view) = parts.view(&transaction) else { return };
        if !view.is_finished() {
            return;
        }
        if !self.is_broken(&view) {
            let findings = compare(&view, &self.books.balances);
            self.whole(&transaction, findings);
        }
        self.sagas.purchases.drop(transaction.as_str());
        for leg in [Leg::MoneyFund, Leg::Conversion] {
            self.sagas.orders.drop(OrderId::of(&transaction, leg).as_str());
        }
        self.report.counts.sagas += 1;
        self.settled.insert(transaction);
    }

    fn whole(&mut self, transaction: &TransactionId, findings: Vec<String>) {
        for what in findings {
            self.report.add(Check::Saga, transaction.to_string(), what, None);
        }
    }

    /// Reads back what was let go, if this event speaks of it.
    pub(super) async fn revive<S: EventStore>(
        &mut self,
        store: &S,
        event: &Recorded,
    ) -> Result<(), ReadError> {
        let Some(transaction) = owner(&event.stream) else { return Ok(()) };
        if !self.settled.remove(&transaction) {
            return Ok(());
        }
        self.report.counts.sagas -= 1;
        let stream = StreamName::of(DiscountPurchase::CATEGORY, &transaction);
        let purchase = self.again::<DiscountPurchase, S>(store, &stream).await?;
        self.sagas.purchases.put(transaction.as_str(), purchase);
        for leg in [Leg::MoneyFund, Leg::Conversion] {
            let order = OrderId::of(&transaction, leg);
            let stream = StreamName::of(FundOrder::CATEGORY, &order);
            if self.trails.contains_key(&stream) {
                let kept = self.again::<FundOrder, S>(store, &stream).await?;
                self.sagas.orders.put(order.as_str(), kept);
            }
        }
        Ok(())
    }

    async fn again<D: fundflow_kernel::codec::Stored, S: EventStore>(
        &self,
        store: &S,
        stream: &StreamName,
    ) -> Result<Kept<D>, ReadError> {
        let seen = self.trails.get(stream).map_or(Version::NONE, |trail| trail.version);
        let mut kept = Kept::default();
        let limit = u32::try_from(seen.0).unwrap_or(u32::MAX);
        for event in store.read(stream, Version::NONE, limit).await? {
            // It was judged the first time; what was impossible then is so now, and said already.
            if event.version <= seen && kept.hear(&event).is_err() {
                break;
            }
        }
        Ok(kept)
    }

    /// Purchases with a broken part are let go: what they say is damage, and was said.
    pub(super) fn compare_unfinished(&mut self) {
        let (mut findings, mut known) = (Vec::new(), BTreeSet::new());
        let mut broken = self.broken();
        for (transaction, parts) in self.sagas.iter() {
            match parts.view(&transaction) {
                Some(view) if self.is_broken(&view) => drop(broken.insert(transaction.clone())),
                Some(view) => {
                    let found = compare(&view, &self.books.balances);
                    findings.push((transaction.clone(), found));
                }
                None => {}
            }
            known.insert(transaction);
        }
        for (id, _) in self.sagas.orders.iter() {
            let parent = OrderId::new(id).ok().and_then(|order| order.parent());
            if let Some((transaction, _)) = parent
                && !known.contains(&transaction)
                && !broken.contains(&transaction)
            {
                let what = format!("order {id} belongs to a purchase that was never prepared");
                findings.push((transaction, vec![what]));
            }
        }
        self.report.counts.sagas += known.len() as u64;
        self.report.counts.unfinished = known.len() as u64;
        for (transaction, found) in findings {
            self.whole(&transaction, found);
        }
        for transaction in broken {
            self.sagas.purchases.drop(transaction.as_str());
        }
    }

    fn broken(&self) -> BTreeSet<TransactionId> {
        let streams = self.trails.iter().filter(|(_, trail)| trail.broken);
        streams.filter_map(|(stream, _)| owner(stream)).collect()
    }

    /// Whether a stream that it looks at has a part that could not be judged.
    fn is_broken(&self, view: &SagaView<'_>) -> bool {
        let order = |leg| StreamName::of(FundOrder::CATEGORY, &OrderId::of(view.transaction, leg));
        [
            StreamName::of(DiscountPurchase::CATEGORY, view.transaction),
            order(Leg::MoneyFund),
            order(Leg::Conversion),
            StreamName::of(Wallet::CATEGORY, &wallet_of(view.open)),
        ]
        .iter()
        .any(|stream| self.trails.get(stream).is_some_and(|trail| trail.broken))
    }
}

fn compare(view: &SagaView<'_>, balances: &Balances) -> Vec<String> {
    let mut findings = Vec::new();
    let request = &view.open.request;
    for state in [view.buy, view.convert] {
        let Some(order) = state.order() else { continue };
        if order.terms.investor != request.investor || order.terms.fund != request.wallet_fund {
            let (investor, fund) = (&order.terms.investor, order.terms.fund);
            let (asked, from) = (&request.investor, request.wallet_fund);
            findings.push(format!(
                "an order is of {investor} and {fund}, the request of {asked} and {from}"
            ));
        }
    }
    let bought = confirmed(view.buy).map(|(shares, _)| shares);
    if let (Credit::Confirmed(credited), Some(bought)) = (view.entry.credit, bought)
        && credited != bought
    {
        findings
            .push(format!("the wallet was credited {credited} shares, {bought} were confirmed"));
    }
    let converted = confirmed(view.convert).map(|(_, out)| out);
    if let (Reservation::Spent(spent), Some(out)) = (view.entry.reservation, converted)
        && spent != out
    {
        findings.push(format!("the wallet gave {spent} shares, {out} were converted"));
    }
    findings.extend(ending(view, balances));
    findings
}

/// What an ending promises, looked up.
fn ending(view: &SagaView<'_>, balances: &Balances) -> Vec<String> {
    let mut findings = Vec::new();
    let Some(ending) = view.purchase.ending() else { return findings };
    let kept_word = match ending {
        Ending::Completed => {
            confirmed(view.convert).is_some()
                && matches!(view.entry.reservation, Reservation::Spent(_))
        }
        Ending::KeptInWallet => {
            matches!(view.entry.credit, Credit::Confirmed(_))
                && !matches!(view.entry.reservation, Reservation::Held(_))
        }
        Ending::Failed => {
            !matches!(view.entry.credit, Credit::InTransit(_) | Credit::Confirmed(_))
                && !matches!(view.entry.reservation, Reservation::Held(_))
        }
        Ending::Abandoned => return findings,
    };
    if !kept_word {
        findings
            .push(format!("it ended as {}, and its wallet or orders say otherwise", ending.name()));
    }
    let order = OrderId::of(view.transaction, Leg::MoneyFund);
    let pending = -balances.of(&Account::Pending(order));
    if !pending.is_zero() {
        findings.push(format!("it is over, and {pending} yuan are still pending"));
    }
    findings
}

/// Shares that came in and shares that went out.
fn confirmed(state: &State) -> Option<(Shares, Shares)> {
    match &state.order()?.stage {
        Stage::Confirmed(told) => Some(match &told.outcome {
            Outcome::Purchase(told) => (told.shares, Shares::ZERO),
            Outcome::Conversion(told) => (told.shares_in, told.shares_out),
        }),
        Stage::Placed
        | Stage::PaymentRequested
        | Stage::Paid
        | Stage::Declined(_)
        | Stage::Accepted(_)
        | Stage::Sealed
        | Stage::Sent
        | Stage::Rejected(_)
        | Stage::Cancelled(_) => None,
    }
}
