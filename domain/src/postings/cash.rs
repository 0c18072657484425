//! Postings of money that comes in, goes back, goes out or is advanced.

use super::{Account, Entry, Posting};
use crate::{
    advance::{self, Advance},
    fast_redemption::Advancer,
    ids::TransactionId,
    money::Money,
    payment::{self, Of},
    payout,
};

/// The postings of a payment's event; `None` where the events before it lack what it speaks of.
pub fn of_payment(before: &payment::State, event: &payment::Event) -> Option<Vec<Posting>> {
    use payment::Event as E;
    let mut entry = Entry::default();
    let payment = || before.payment();
    match event {
        E::Paid(receipt) => {
            entry.debit(Account::ChannelReceivable, receipt.amount);
            entry.credit(Account::Pending(payment()?.terms.order.clone()), receipt.amount);
        }
        E::ReceiptUnapplied { receipt, .. } => {
            let account = payment()?.terms.account.clone();
            entry.debit(Account::ChannelReceivable, receipt.amount);
            entry.credit(Account::Unapplied(account), receipt.amount);
        }
        E::RefundRequested { of, amount, .. } => {
            let terms = &payment()?.terms;
            let from = match of {
                Of::Payback | Of::Difference { .. } => Account::Pending(terms.order.clone()),
                Of::Unapplied { .. } => Account::Unapplied(terms.account.clone()),
            };
            entry.debit(from, Money::from(*amount));
            entry.credit(Account::Refund(terms.account.clone()), Money::from(*amount));
        }
        E::Refunded { no, .. } => {
            let payment = payment()?;
            let refund = payment.refunds.iter().find(|refund| refund.no == *no)?;
            let amount = Money::from(refund.amount);
            entry.debit(Account::Refund(payment.terms.account.clone()), amount);
            entry.credit(Account::ChannelReceivable, amount);
        }
        E::Requested(_) | E::Declined { .. } | E::Closed { .. } => {}
    }
    Some(entry.0)
}

/// The postings of a payout's event, of the request whose shares brought the money.
pub fn of_payout(request: &TransactionId, event: &payout::Event) -> Vec<Posting> {
    use payout::Event as E;
    let mut entry = Entry::default();
    match event {
        E::PaidOut(transfer) => {
            entry.debit(Account::Redeem(request.clone()), transfer.amount);
            entry.credit(Account::Settlement, transfer.amount);
        }
        E::Requested(terms) if terms.compensates.is_some() => {
            entry.debit(Account::Compensation, Money::from(terms.amount));
            entry.credit(Account::Redeem(request.clone()), Money::from(terms.amount));
        }
        E::Requested(_) | E::Refused { .. } | E::Redirected { .. } => {}
    }
    entry.0
}

/// The postings of an advance's event; `None` where the events before it lack what it speaks of.
pub fn of_advance(
    request: &TransactionId,
    before: &advance::State,
    event: &advance::Event,
) -> Option<Vec<Posting>> {
    use advance::Event as E;
    let mut entry = Entry::default();
    match event {
        E::Advanced(transfer) => {
            entry.debit(Account::Advanced(request.clone()), transfer.amount);
            entry.credit(bank(before.advance()?)?, transfer.amount);
        }
        E::Repaid(transfer) => {
            let advance = before.advance()?;
            // What the shares bring beyond the advance is the bank's too, and no advance.
            let lent = advance.still_lent()?.min(transfer.amount);
            entry.debit(bank(advance)?, lent);
            entry.credit(Account::Settlement, transfer.amount);
            // Out of what the redemption of the shares brought; the investor owes nothing more.
            entry.debit(Account::Redeem(request.clone()), transfer.amount);
            entry.credit(Account::Advanced(request.clone()), lent);
        }
        E::Recourse { amount } => {
            entry.debit(bank(before.advance()?)?, Money::from(*amount));
            entry.credit(Account::Advanced(request.clone()), Money::from(*amount));
        }
        E::ClaimChanged { retained, recourse } => {
            let advance = before.advance()?;
            let settled = retained.plus(*recourse)?.decimal();
            let change = settled.checked_sub(advance.retained.plus(advance.recourse)?.decimal())?;
            entry.line(bank(advance)?, change);
            entry.line(Account::Advanced(request.clone()), -change);
        }
        E::Overpaid { amount } => {
            let advance = before.advance()?;
            let change = amount.decimal().checked_sub(advance.overpaid.decimal())?;
            // It went out of what the shares were to bring, and the bank owes it.
            entry.line(bank(advance)?, change);
            entry.line(Account::Redeem(request.clone()), -change);
        }
        E::Returned { amount, .. } => {
            let advance = before.advance()?;
            entry.debit(Account::Settlement, Money::from(*amount));
            entry.credit(bank(advance)?, Money::from(*amount));
            let lent = advance.lent_again(*amount)?;
            entry.debit(Account::Advanced(request.clone()), lent);
            entry.credit(bank(advance)?, lent);
        }
        E::Requested(_) | E::Declined { .. } | E::Contested(_) | E::RepaymentRequested { .. } => {}
    }
    Some(entry.0)
}

/// Nobody but a licensed bank ever advances: the aggregate refuses all others.
fn bank(advance: &Advance) -> Option<Account> {
    match &advance.terms.by {
        Advancer::LicensedBank(bank) => Some(Account::BankAdvance(bank.clone())),
        Advancer::OtherBank(_) | Advancer::Manager | Advancer::Distributor => None,
    }
}
