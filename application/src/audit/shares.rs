//! Shares that registrars spoke of, less shares that holders gained and gave, by request and fund:
//! nothing is left once a request is over. And the income that they paid along with shares that left: so much is
//! settled, and no other sum.

use super::{
    Check,
    suspect::{Excuse, Suspect},
};
use fundflow_domain::{
    application::{Application, Ask, Confirmation, Event, Outcome, State},
    holdings,
    ids::{FundCode, OrderId, TransactionId},
    orders::Serial,
    wallet,
};
use rust_decimal::Decimal;
use std::collections::{HashMap, HashSet};

#[derive(Debug, Clone, Default)]
pub(super) struct SharesSaid {
    left: HashMap<(TransactionId, FundCode), Decimal>,
    /// Shares that were to come, and did not yet; without what was taken back of them.
    to_come: HashMap<(TransactionId, FundCode), Decimal>,
    /// Yuan of unpaid income that went along, by the records that hold.
    income: HashMap<(TransactionId, FundCode), Decimal>,
    /// Requests of which a part cannot be judged, so that nobody knows what was confirmed.
    lost: HashSet<TransactionId>,
}

/// Adds to a sum, which has an entry only while it is not zero, and returns it.
fn add(
    sums: &mut HashMap<(TransactionId, FundCode), Decimal>,
    (request, fund): (&TransactionId, FundCode),
    shares: Decimal,
) -> Decimal {
    let key = (request.clone(), fund);
    let sum = sums.get(&key).copied().unwrap_or_default().saturating_add(shares);
    if sum.is_zero() {
        sums.remove(&key);
    } else {
        sums.insert(key, sum);
    }
    sum
}

/// Yuan of income that a record pays along with shares that leave.
fn along(outcome: &Outcome) -> Decimal {
    match outcome {
        Outcome::Redemption(numbers) => numbers.income.decimal(),
        Outcome::Conversion(numbers) => numbers.income.decimal(),
        Outcome::FastTransfer(numbers) => numbers.income.decimal(),
        Outcome::Purchase(_) | Outcome::Subscription(_) => Decimal::ZERO,
    }
}

impl SharesSaid {
    fn add(&mut self, request: &TransactionId, fund: FundCode, shares: Decimal) {
        add(&mut self.left, (request, fund), shares);
    }

    /// What a registrar says of an application.
    pub(super) fn said(
        &mut self,
        request: &TransactionId,
        before: &State,
        event: &Event,
    ) -> Vec<(FundCode, Decimal)> {
        let mut all = Vec::new();
        self.says(request, before, event, &mut all);
        all
    }

    fn says(
        &mut self,
        request: &TransactionId,
        before: &State,
        event: &Event,
        all: &mut Vec<(FundCode, Decimal)>,
    ) {
        let Some(application) = before.application() else { return };
        match event {
            Event::PortionConfirmed(came)
            | Event::Confirmed(came)
            | Event::PartlyConfirmed(came)
            | Event::Upheld(came) => {
                self.confirmed(request, application, (came, Decimal::ONE), all);
            }
            Event::Corrected { reverses, confirmation } => {
                self.taken_back(request, application, reverses, all);
                self.confirmed(request, application, (confirmation, Decimal::ONE), all);
            }
            Event::Withdrawn { serial, .. } => self.taken_back(request, application, serial, all),
            Event::Placed(_)
            | Event::Moved { .. }
            | Event::AskChanged { .. }
            | Event::Accepted { .. }
            | Event::Sealed { .. }
            | Event::Sent { .. }
            | Event::Received(_)
            | Event::Contested(_)
            | Event::RestRejected(_)
            | Event::Rejected(_)
            | Event::RejectionContested(_)
            | Event::RejectionDropped { .. }
            | Event::Cancelled { .. } => {}
        }
    }

    /// A record that had never held is not among the confirmations.
    fn taken_back(
        &mut self,
        request: &TransactionId,
        of: &Application,
        serial: &Serial,
        all: &mut Vec<(FundCode, Decimal)>,
    ) {
        if let Some(was) = of.confirmations().find(|it| it.serial == *serial) {
            self.confirmed(request, of, (was, Decimal::NEGATIVE_ONE), all);
        }
    }

    fn confirmed(
        &mut self,
        request: &TransactionId,
        application: &Application,
        (came, sign): (&Confirmation, Decimal),
        all: &mut Vec<(FundCode, Decimal)>,
    ) {
        let fund = application.terms.fund;
        let along = along(&came.outcome).saturating_mul(sign);
        add(&mut self.income, (request, fund), along);
        let mut add = |fund, shares: Decimal| {
            let shares = shares.saturating_mul(sign);
            all.push((fund, shares));
            self.add(request, fund, shares);
            add(&mut self.to_come, (request, fund), shares.max(Decimal::ZERO));
        };
        match (&came.outcome, &application.terms.ask) {
            (Outcome::Subscription(numbers), _) => add(fund, numbers.shares.decimal()),
            (Outcome::Purchase(numbers), _) => add(fund, numbers.shares.decimal()),
            (Outcome::Redemption(numbers), _) => add(fund, -numbers.shares.decimal()),
            // They leave the register with the redemption of the bank that has them now.
            (Outcome::FastTransfer(_), _) => {}
            (Outcome::Conversion(numbers), Ask::Conversion { into, .. }) => {
                add(fund, -numbers.shares_out.decimal());
                add(*into, numbers.shares_in.decimal());
            }
            (
                Outcome::Conversion(_),
                Ask::Subscription { .. }
                | Ask::Purchase { .. }
                | Ask::Redemption { .. }
                | Ask::FastTransfer { .. },
            ) => {}
        }
    }

    /// What a wallet gained or gave for a request. It gains nothing before its registrar said so.
    pub(super) fn in_wallet(
        &mut self,
        request: &TransactionId,
        fund: FundCode,
        event: &wallet::Event,
    ) -> Option<Suspect> {
        use wallet::Event as E;
        let gained = match event {
            E::CreditConfirmed { shares, .. } | E::PortionCredited { shares, .. } => {
                shares.decimal()
            }
            E::CreditCorrected { shares, reversed, .. } => {
                shares.decimal().saturating_sub(reversed.decimal())
            }
            E::SharesSpent { shares, .. }
            | E::SharesTakenOut { shares, .. }
            | E::PortionTakenOut { shares, .. } => -shares.decimal(),
            E::TakeOutCorrected { reversed, shares, .. } => {
                reversed.decimal().saturating_sub(shares.decimal())
            }
            // Income is no application's.
            E::IncomeAccrued { .. }
            | E::IncomeReversed { .. }
            | E::IncomeCorrected { .. }
            | E::IncomeSettlementCorrected { .. }
            | E::IncomeCarried { .. }
            | E::IncomeSettled { .. }
            | E::CreditedInTransit { .. }
            | E::CreditReversed { .. }
            | E::SharesReserved { .. }
            | E::SharesReleased { .. }
            | E::SharesFrozen { .. }
            | E::SharesUnfrozen { .. }
            | E::SharesHeld { .. }
            | E::SharesUnheld { .. }
            | E::SharesClaimed { .. }
            | E::ClaimLifted { .. }
            | E::ClaimWaived { .. } => return None,
        };
        self.add(request, fund, -gained);
        if !matches!(event, E::CreditConfirmed { .. } | E::PortionCredited { .. }) {
            return None;
        }
        let short = add(&mut self.to_come, (request, fund), -gained).min(Decimal::ZERO);
        let what = format!(
            "{gained} shares came, {} more than the registrar has confirmed by then",
            -short
        );
        (!short.is_zero() && !self.lost.contains(request)).then(|| Suspect::new(Check::I6, what))
    }

    /// A settlement of another sum than the records say. Where there is a case, what was settled may be what they
    /// said once.
    pub(super) fn settled(
        &self,
        request: &TransactionId,
        fund: FundCode,
        event: &wallet::Event,
    ) -> Option<Suspect> {
        use wallet::Event as E;
        let (E::IncomeSettled { amount, .. } | E::IncomeSettlementCorrected { amount, .. }) = event
        else {
            return None;
        };
        // Of shares that came back nothing is settled.
        let back =
            matches!(event, E::IncomeSettlementCorrected { .. }) && amount.decimal().is_zero();
        let said = self.income.get(&(request.clone(), fund)).copied().unwrap_or_default();
        let other = amount.decimal() != said && !back && !self.lost.contains(request);
        let what = format!("{amount} yuan of income were settled, and its records say {said}");
        let excuse = Excuse::AnyCase(request.clone());
        other.then_some(Suspect { check: Check::I6, what, excuse })
    }

    /// What a holder gained, or gave where it is negative. The record of a dividend is its own request, and no
    /// application's.
    pub(super) fn held(
        &mut self,
        (request, fund): (&TransactionId, FundCode),
        said: &holdings::Event,
        gained: Decimal,
    ) {
        let of_dividend = OrderId::part(request, "dividend");
        let is_one = matches!(said, holdings::Event::Credited(it) if it.order == of_dividend);
        if !is_one {
            self.add(request, fund, -gained);
        }
    }

    /// Something of that request cannot be judged.
    pub(super) fn lose(&mut self, request: &TransactionId) {
        self.lost.insert(request.clone());
    }

    /// What is left, by request and fund.
    pub(super) fn left(&self) -> impl Iterator<Item = (&TransactionId, FundCode, Decimal)> {
        self.left.iter().map(|((request, fund), sum)| (request, *fund, *sum))
    }
}

#[cfg(test)]
#[path = "shares_tests.rs"]
mod tests;
