//! Postings of what a registrar says of an application.
//!
//! 1. A record is booked as it came. The part of it that does not follow from what was asked, or that
//!    its own numbers do not add up to, is in suspense. What becomes of it is another module's.
//! 2. A corrected record reverses the entry of the one that it takes back, line by line.

use super::{Account, Differing, Entry, Posting};
use crate::{
    application::{
        Application, Ask, Confirmation, ConversionConfirmed, Event, FastTransferConfirmed, Last,
        Outcome, Quantity, RedemptionConfirmed, Rejection, Stage, State,
    },
    ids::{FundCode, TransactionId},
    money::Money,
    orders::Serial,
};
use serde::{Deserialize, Serialize};

/// What pays for an application that buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The payment for its order.
    Payment,
    /// What shares brought that left by the same request.
    Proceeds,
}

/// The postings of an application's event; `None` where the events before it lack what it speaks of,
/// or a sum leaves every range. `request` is what the application was placed for.
pub fn of_application(
    request: &TransactionId,
    source: Source,
    before: &State,
    event: &Event,
) -> Option<Vec<Posting>> {
    use Event as E;
    let books = || {
        let application = before.application()?;
        Some(Books { request, source, application, portions: &application.portions })
    };
    let entry = match event {
        E::PortionConfirmed(came) | E::Confirmed(came) | E::PartlyConfirmed(came) => {
            books()?.confirmed(came)?
        }
        E::Corrected { reverses, confirmation } => {
            let books = books()?;
            let mut entry = books.confirmed(books.last()?)?.reversed();
            let unpaid = [reverses, &confirmation.serial].map(|it| books.application.is_upheld(it));
            entry.0.extend(books.of(confirmation, unpaid.contains(&true))?.0);
            entry
        }
        E::Upheld(came) => {
            let books = books()?;
            let mut entry = books.of(came, true)?;
            entry.0.extend(books.overturned().reversed().0);
            entry
        }
        E::Withdrawn { serial, .. } => books()?.withdrawn(serial)?,
        E::Rejected(rejection) => {
            let books = books()?;
            let mut entry = books.rejected(rejection, false);
            entry.0.extend(books.overturned().reversed().0);
            entry
        }
        E::RestRejected(rejection) => books()?.rejected(rejection, true),
        E::Placed(_)
        | E::Moved { .. }
        | E::AskChanged { .. }
        | E::Accepted { .. }
        | E::Sealed { .. }
        | E::Sent { .. }
        | E::Received(_)
        | E::Contested(_)
        | E::RejectionContested(_)
        | E::RejectionDropped { .. }
        | E::Cancelled { .. } => Entry::default(),
    };
    Some(entry.0)
}

/// The sum of an application's entries so far, from what is folded of it: records that hold, and a rejection. `None`
/// as of [`of_application`].
pub fn of_application_so_far(
    request: &TransactionId,
    source: Source,
    state: &State,
) -> Option<Vec<Posting>> {
    let Some(application) = state.application() else { return Some(Vec::new()) };
    let mut entry = Entry::default();
    let books = |portions| Books { request, source, application, portions };
    for (at, came) in application.portions.iter().enumerate() {
        entry.0.extend(books(application.portions.get(..at)?).confirmed(came)?.0);
    }
    let books = books(&application.portions);
    if let Some(last) = books.last() {
        entry.0.extend(books.confirmed(last)?.0);
    }
    entry.0.extend(books.overturned().0);
    Some(entry.0)
}

/// What that record sends back beyond what its registrar was sent, after those before it.
pub(super) fn sent_back_beyond(
    request: &TransactionId,
    application: &Application,
    record: &Confirmation,
) -> Money {
    let (source, portions) = (Source::Payment, &application.portions);
    Books { request, source, application, portions }.beyond(&record.outcome)
}

/// The fee for leaving is the fund's; one for buying that was put off is the seller's.
fn leaving_cost(entry: &mut Entry, fund: FundCode, (fee, put_off): (Money, Money)) {
    let put_off = put_off.min(fee);
    entry.credit(Account::RedemptionFee(fund), fee.minus(put_off).unwrap_or_default());
    entry.credit(Account::PurchaseFee, put_off);
}

struct Books<'a> {
    request: &'a TransactionId,
    source: Source,
    application: &'a Application,
    /// What was confirmed before the record.
    portions: &'a [Confirmation],
}

impl Books<'_> {
    fn confirmed(&self, came: &Confirmation) -> Option<Entry> {
        self.of(came, self.application.is_upheld(&came.serial))
    }

    /// Interest that nobody is owed is in suspense.
    fn rejected(&self, rejection: &Rejection, of_rest: bool) -> Entry {
        let mut entry = Entry::default();
        let terms = &self.application.terms;
        entry.debit(Account::FundReceivable(terms.fund), rejection.interest);
        if rejection.unowed(&terms.ask, of_rest).is_zero() {
            entry.credit(Account::Redeem(self.request.clone()), rejection.interest);
        }
        entry.rest(|| Account::Suspense(Differing::of_rejection(self.application, rejection)));
        entry
    }

    /// What a rejection brought that is overturned.
    fn overturned(&self) -> Entry {
        match &self.application.stage {
            Stage::Rejected(was) => self.rejected(was, false),
            Stage::PartlyConfirmed(Last::Rejection(was)) => self.rejected(was, true),
            _ => Entry::default(),
        }
    }

    /// What was contested was never booked.
    fn withdrawn(&self, serial: &Serial) -> Option<Entry> {
        let last = self.application.confirmations().last().filter(|it| it.serial == *serial);
        let Some(last) = last else { return Some(Entry::default()) };
        let (_, before) = self.portions.split_last().filter(|(it, _)| *it == last).unzip();
        let books = Books { portions: before.unwrap_or(self.portions), ..*self };
        Some(books.confirmed(last)?.reversed())
    }

    /// Where a record holds that had been rejected, its money may have gone back: it is in suspense.
    fn of(&self, came: &Confirmation, unpaid: bool) -> Option<Entry> {
        let mut entry = Entry::default();
        let mut bought = |amount: Money, fee: Money| {
            let paid = if unpaid { Money::ZERO } else { amount.min(self.left()?) };
            self.bought(&mut entry, (amount, paid), fee)
        };
        match &came.outcome {
            Outcome::Purchase(numbers) => bought(numbers.amount, numbers.fee)?,
            Outcome::Subscription(numbers) => bought(numbers.amount, numbers.fee)?,
            Outcome::Redemption(numbers) => self.redeemed(&mut entry, numbers),
            Outcome::Conversion(numbers) => self.converted(&mut entry, numbers)?,
            Outcome::FastTransfer(numbers) => self.handed_over(&mut entry, numbers),
        }
        self.sent_back(&mut entry, &came.outcome);
        entry.rest(|| Account::Suspense(Differing::of(self.application, came)));
        Some(entry)
    }

    /// No more than was asked for comes out of the investor's money.
    fn bought(
        &self,
        entry: &mut Entry,
        (accepted, paid): (Money, Money),
        fee: Money,
    ) -> Option<()> {
        let terms = &self.application.terms;
        let from = match self.source {
            Source::Payment => Account::Pending(terms.order.clone()),
            Source::Proceeds => Account::Redeem(self.request.clone()),
        };
        entry.debit(from, paid);
        let net = accepted.decimal().checked_sub(fee.decimal())?;
        entry.line(Account::FundPayable(terms.fund), -net);
        entry.credit(Account::PurchaseFee, fee);
        Some(())
    }

    /// What the registrar sends back beyond what it was sent, and nobody is owed.
    fn sent_back(&self, entry: &mut Entry, outcome: &Outcome) {
        entry.debit(Account::FundReceivable(self.application.terms.fund), self.beyond(outcome));
    }

    fn beyond(&self, outcome: &Outcome) -> Money {
        let (Quantity::Money(settled), Some(left)) = (outcome.quantity(), self.left()) else {
            return Money::ZERO;
        };
        let remaining = left.minus(settled).unwrap_or_default();
        outcome.refund().minus(remaining).unwrap_or_default()
    }

    fn redeemed(&self, entry: &mut Entry, numbers: &RedemptionConfirmed) {
        let fund = self.application.terms.fund;
        let RedemptionConfirmed { gross, payout, income, .. } = numbers;
        entry.debit(Account::FundReceivable(fund), *gross);
        entry.line(Account::FundReceivable(fund), income.decimal());
        entry.credit(Account::Redeem(self.request.clone()), *payout);
        leaving_cost(entry, fund, (numbers.fee, numbers.back_end_fee));
    }

    fn converted(&self, entry: &mut Entry, numbers: &ConversionConfirmed) -> Option<()> {
        let terms = &self.application.terms;
        let Ask::Conversion { into, take_income, .. } = &terms.ask else { return None };
        let gross = numbers.shares_out.value_half_up(numbers.nav_out)?;
        entry.debit(Account::FundReceivable(terms.fund), gross);
        entry.line(Account::FundReceivable(terms.fund), numbers.income.decimal());
        entry.credit(Account::FundPayable(*into), numbers.net_in);
        entry.credit(Account::ConversionFee, numbers.topup_fee);
        leaving_cost(entry, terms.fund, (numbers.redemption_fee, numbers.back_end_fee));
        let beside = numbers.income.decimal();
        let taken = if *take_income { numbers.owed_and_taken() } else { Money::ZERO };
        let beside = beside.checked_add(taken.decimal())?;
        entry.line(Account::Redeem(self.request.clone()), -beside);
        Some(())
    }

    /// The shares are the bank's until they are redeemed. Income goes to nobody by it.
    fn handed_over(&self, entry: &mut Entry, numbers: &FastTransferConfirmed) {
        let fund = self.application.terms.fund;
        entry.line(Account::FundReceivable(fund), numbers.income.decimal());
    }

    /// Yuan asked for that no portion has settled.
    fn left(&self) -> Option<Money> {
        let asked = self.application.terms.ask.quantity();
        let mut portions = self.portions.iter().map(|it| it.outcome.quantity());
        let settled = portions.try_fold(asked.none(), Quantity::plus);
        match settled.and_then(|settled| asked.minus(settled)).unwrap_or(asked.none()) {
            Quantity::Money(left) => Some(left),
            Quantity::Shares(_) => None,
        }
    }

    /// The confirmation that closed the application.
    fn last(&self) -> Option<&Confirmation> {
        match &self.application.stage {
            Stage::Confirmed(last) | Stage::PartlyConfirmed(Last::Confirmation(last)) => Some(last),
            Stage::Placed
            | Stage::Accepted
            | Stage::Sealed
            | Stage::Sent
            | Stage::Received
            | Stage::Confirming
            | Stage::PartlyConfirmed(Last::Rejection(_))
            | Stage::Rejected(_)
            | Stage::Cancelled(_) => None,
        }
    }
}
