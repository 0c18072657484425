//! All that is folded of one request: what its customer's accounts hold follows from it.

use super::{judge::state, shares::moved};
use fundflow_domain::{
    advance::{self, Advances},
    application::{self, Application, Applications, Confirmation},
    case::{self, CaseId, Cases},
    holdings::{self, Holdings},
    ids::{FundCode, OrderId, TransactionId},
    orders::Serial,
    payment::{self, Of, Payment, Payments, Stage},
    payout::{self, Payouts},
    postings::{Account, Source, of_application_so_far},
};
use fundflow_kernel::{decider::Decider as _, streams::Key};
use fundflow_runtime::guard::Decided;
use rust_decimal::Decimal;

/// The streams of a saga, as they would be after its decision. Folds are looked up when a rule asks for them.
pub(super) struct Request<'a> {
    decided: &'a Decided<'a>,
}

impl<'a> Request<'a> {
    pub(super) const fn of(decided: &'a Decided<'a>) -> Self {
        Self { decided }
    }

    /// The transaction that it is about.
    pub(super) const fn id(&self) -> &'a TransactionId {
        self.decided.by
    }

    fn states<D>(&self) -> impl Iterator<Item = &'a D::State>
    where
        D: fundflow_kernel::codec::Stored<State: Clone + Send + Sync> + 'static,
    {
        self.decided.own().filter_map(|(_, fold)| state::<D>(fold))
    }

    pub(super) fn applications(&self) -> impl Iterator<Item = &'a Application> {
        self.states::<Applications>().filter_map(application::State::application)
    }

    pub(super) fn payments(&self) -> impl Iterator<Item = &'a Payment> {
        self.states::<Payments>().filter_map(payment::State::payment)
    }

    /// What pays for an application that buys.
    pub(super) fn source(&self, state: &application::State) -> Source {
        let order = state.application().map(|it| &it.terms.order);
        let is_paid = order.is_some_and(|order| self.payments().any(|it| it.terms.order == *order));
        if is_paid { Source::Payment } else { Source::Proceeds }
    }

    /// The record of that serial, of that order, where it holds.
    pub(super) fn record(
        &self,
        order: &OrderId,
        serial: &Serial,
    ) -> Option<(&'a Application, &'a Confirmation)> {
        let mut of_order = self.applications().filter(|it| it.terms.order == *order);
        of_order.find_map(|it| {
            let known = it.confirmations().find(|known| known.serial == *serial)?;
            Some((it, known))
        })
    }

    /// Whether that case is open or was closed.
    pub(super) fn has_case(&self, case: CaseId) -> bool {
        let key = Key::<Cases>::of(&case);
        let fold = self.decided.after(key.stream());
        fold.and_then(state::<Cases>).is_some_and(|it| it.case().is_some())
    }

    /// Whether the customer may have had more than is left: then sums are not judged here.
    pub(super) fn is_in_doubt(&self) -> bool {
        let has_cases = || self.states::<Cases>().any(|it| !matches!(it, case::State::Absent));
        let decides_one =
            || self.decided.appends.iter().any(|it| it.stream.category() == Cases::CATEGORY);
        self.applications().any(Application::was_doubted) || decides_one() || has_cases()
    }

    /// Yuan that records took of an account, debits positive; `None` beyond every range.
    fn booked(&self, is_on: impl Fn(&Account) -> bool) -> Option<Decimal> {
        let mut sum = Decimal::ZERO;
        for known in self.states::<Applications>() {
            let entry = of_application_so_far(self.id(), self.source(known), known)?;
            for line in entry.into_iter().filter(|line| is_on(&line.account)) {
                sum = sum.checked_add(line.debit)?;
            }
        }
        Some(sum)
    }

    /// Yuan of that payment that neither records took nor refunds send back.
    pub(super) fn pending(&self, payment: &Payment) -> Option<Decimal> {
        let order = &payment.terms.order;
        let taken = self.booked(|it| matches!(it, Account::Pending(of) if of == order))?;
        sent_back(payment, |of| !matches!(of, Of::Unapplied { .. }))
            .and_then(|back| arrived(payment).checked_sub(back)?.checked_sub(taken))
    }

    /// Yuan that shares which left brought, or a fund gave, and that neither went out nor is to.
    pub(super) fn proceeds(&self) -> Option<Decimal> {
        let id = self.id();
        let mut left = -self.booked(|it| matches!(it, Account::Redeem(of) if of == id))?;
        let given = self.states::<Holdings>().flat_map(holdings::State::dividends);
        for dividend in given.filter(|it| it.transaction == *id) {
            left = left.checked_add(dividend.amount.decimal())?;
        }
        for payout in self.states::<Payouts>().filter_map(payout::State::payout) {
            if payout.terms.compensates.is_none() {
                left = left.checked_sub(payout.terms.amount.decimal())?;
            }
        }
        for known in self.states::<Advances>().filter_map(advance::State::advance) {
            let asked = match &known.stage {
                advance::Stage::Repaying { amount, .. } => amount.decimal(),
                advance::Stage::Requested
                | advance::Stage::Declined(_)
                | advance::Stage::Advanced
                | advance::Stage::Settled => Decimal::ZERO,
            };
            let back = known.got_back()?.decimal().checked_add(asked)?;
            left = left.checked_sub(back)?.checked_add(known.overpaid.decimal())?;
        }
        Some(left)
    }

    /// Shares of that fund that records brought.
    pub(super) fn registered(&self, fund: FundCode) -> Decimal {
        let records = self.applications().flat_map(|it| {
            it.confirmations().filter_map(|record| moved(&it.terms, &record.outcome).0)
        });
        records.filter(|(of, _)| *of == fund).map(|(_, shares)| shares).sum()
    }
}

fn arrived(payment: &Payment) -> Decimal {
    match &payment.stage {
        Stage::Paid(receipt) => receipt.amount.decimal(),
        Stage::Requested | Stage::Declined(_) | Stage::Closed(_) => Decimal::ZERO,
    }
}

/// Yuan that refunds of that kind send back.
pub(super) fn sent_back(payment: &Payment, is_of: impl Fn(&Of) -> bool) -> Option<Decimal> {
    let mut back = payment.refunds.iter().filter(|refund| is_of(&refund.of));
    back.try_fold(Decimal::ZERO, |sum, refund| sum.checked_add(refund.amount.decimal()))
}
