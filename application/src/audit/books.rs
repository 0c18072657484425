//! The ledger of an audit: books every event and judges the entry and the accounts it touches.

use super::Check;
use fundflow_domain::{
    fund_order::{self, Ask, Event, Order, Outcome, Stage, State},
    ids::{OrderId, WalletId},
    money::Money,
    postings::{Balances, OrderSoFar, Posting, imbalance, natural, of_order, of_wallet},
    wallet,
};
use rust_decimal::Decimal;

type Findings = Vec<(Check, String)>;

#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) balances: Balances,
    pub(super) entries: u64,
    pub(super) postings: u64,
}

impl Books {
    pub(super) const fn is_unapplied(event: &Event) -> bool {
        matches!(event, Event::PaymentUnapplied { .. })
    }

    /// The entry that the event asks for, and what is wrong with the event itself.
    pub(super) fn order(
        id: &OrderId,
        before: &State,
        after_unapplied: bool,
        event: &Event,
    ) -> (Option<Vec<Posting>>, Findings) {
        let mut findings = Vec::new();
        if let Some(order) = before.order() {
            judge(id, order, event, &mut findings);
        }
        (of_order(id, OrderSoFar { state: before, after_unapplied }, event), findings)
    }

    /// The entry that the event asks for.
    pub(super) fn wallet(
        id: &WalletId,
        before: &wallet::State,
        event: &wallet::Event,
    ) -> Option<Vec<Posting>> {
        of_wallet(id, before, event)
    }

    /// Books an entry of an event that was possible.
    pub(super) fn book(&mut self, entry: Option<&[Posting]>) -> Findings {
        let mut findings = Vec::new();
        match entry {
            Some(entry) => self.lines(entry, &mut findings),
            None => findings.push((Check::I1, "no postings can be made of it".into())),
        }
        findings
    }

    fn lines(&mut self, entry: &[Posting], findings: &mut Findings) {
        if entry.is_empty() {
            return;
        }
        self.entries += 1;
        for (commodity, sum) in imbalance(entry) {
            let what = format!("debits exceed credits by {sum} in {commodity}");
            findings.push((Check::I1, what));
        }
        for posting in entry {
            self.postings += 1;
            let account = &posting.account;
            let Some((before, after)) = self.balances.post(posting) else {
                findings.push((Check::I1, format!("{account} leaves every range")));
                continue;
            };
            let wrong = |balance| natural(account, balance) < Decimal::ZERO;
            // Said once, when it happens: everything later would only repeat it.
            if account.class().is_customers() && wrong(after) && !wrong(before) {
                let balance = natural(account, after);
                findings.push((Check::I2, format!("{account} falls to {balance}")));
            }
        }
    }
}

fn judge(id: &OrderId, order: &Order, event: &Event, findings: &mut Findings) {
    match event {
        Event::Paid { payment, .. } | Event::PaymentUnapplied { payment, .. } => {
            if payment.no.order().as_ref() != Some(id) {
                let what = format!("payment {} is not of this order", payment.no);
                findings.push((Check::I5, what));
            }
            let asked = match &order.terms.ask {
                Ask::Purchase { amount, .. } => Money::from(*amount),
                Ask::Conversion { .. } => Money::ZERO,
            };
            let applied = matches!(event, Event::Paid { .. });
            if applied && payment.amount != asked {
                let what = format!("{} yuan were paid for an order of {asked}", payment.amount);
                findings.push((Check::I5, what));
            }
        }
        Event::Confirmed(told) | Event::PartlyConfirmed(told) => {
            if matches!(order.stage, Stage::Confirmed(_)) {
                findings.push((Check::I4, "the application was confirmed before".into()));
            }
            findings.extend(sums(&told.outcome, &order.terms.ask).map(|what| (Check::I3, what)));
        }
        Event::Placed(_)
        | Event::PaymentRequested { .. }
        | Event::Declined { .. }
        | Event::Accepted { .. }
        | Event::Sealed { .. }
        | Event::Sent { .. }
        | Event::Rejected { .. }
        | Event::Cancelled { .. }
        | Event::RefundRequested { .. }
        | Event::Refunded { .. } => {}
    }
}

fn sums(outcome: &Outcome, ask: &Ask) -> Option<String> {
    match (outcome, ask) {
        (Outcome::Purchase(told), Ask::Purchase { amount, .. }) => {
            let fund_order::PurchaseConfirmed { amount: accepted, fee, refund, .. } = told;
            let whole = accepted.plus(*refund) == Some(Money::from(*amount));
            let split = fee <= accepted;
            (!whole || !split).then(|| {
                format!("accepted {accepted} (fee {fee}) and refund {refund} are not {amount}")
            })
        }
        (Outcome::Conversion(told), Ask::Conversion { shares, .. }) => {
            let gross = told.shares_out.value_half_up(told.nav_out);
            let parts = told.net_in.plus(told.redemption_fee).and_then(|m| m.plus(told.topup_fee));
            if told.shares_out > *shares {
                return Some(format!("{} shares went out of {shares}", told.shares_out));
            }
            (gross.is_none() || gross != parts).then(|| {
                let (net, fees) = (told.net_in, [told.redemption_fee, told.topup_fee]);
                let gross = gross.unwrap_or_default();
                format!("net {net} and fees {} + {} are not {gross}", fees[0], fees[1])
            })
        }
        (Outcome::Purchase(_), Ask::Conversion { .. })
        | (Outcome::Conversion(_), Ask::Purchase { .. }) => {
            Some("the confirmation is of another kind than the order".into())
        }
    }
}
