//! Customers' money: what comes, goes back and goes out.

use super::{
    Broken,
    judge::Step,
    request::{Request, sent_back},
};
use crate::audit::figures;
use fundflow_domain::{
    advance::{self, Advances},
    application::{self, Applications, Last, Stage},
    money::{Amount, Money},
    payment::{self, Of, Payment, Payments},
    payout::{self, Payouts},
    postings::{Account, Posting},
};
use rust_decimal::Decimal;

pub(super) fn of_payment(request: &Request<'_>, step: &Step<'_, Payments>) -> Result<(), Broken> {
    let Some(known) = step.before.payment() else { return Ok(()) };
    match step.said {
        payment::Event::Paid(receipt) => {
            same("what was paid", receipt.amount.decimal(), known.terms.amount.decimal())
        }
        payment::Event::RefundRequested { of, amount, .. } => {
            let amount = amount.decimal();
            match of {
                Of::Payback => same("what goes back", amount, known.left().decimal())?,
                Of::Unapplied { serial } => {
                    let receipt = known.unapplied.iter().find(|it| it.serial == *serial);
                    let came = receipt.map_or(Decimal::ZERO, |it| it.amount.decimal());
                    return same("what goes back", amount, came);
                }
                Of::Difference { due_to } => {
                    owed_by_record(request, known, due_to, amount)?;
                }
            }
            step.after.payment().map_or(Ok(()), |after| is_left(request, after))
        }
        payment::Event::ReceiptUnapplied { .. }
        | payment::Event::Refunded { .. }
        | payment::Event::Requested(_)
        | payment::Event::Declined { .. }
        | payment::Event::Closed { .. } => Ok(()),
    }
}

/// A record owes back what it says that it sends back, and nothing else, unless a person settled its case.
fn owed_by_record(
    request: &Request<'_>,
    payment: &Payment,
    due_to: &fundflow_domain::orders::Serial,
    amount: Decimal,
) -> Result<(), Broken> {
    if request.is_in_doubt() {
        return Ok(());
    }
    let Some((known, record)) = request.record(&payment.terms.order, due_to) else {
        return Ok(());
    };
    // What the rest brings that was rejected later goes back by the last record's serial.
    if matches!(known.stage, Stage::PartlyConfirmed(Last::Rejection(_))) {
        return Ok(());
    }
    same("what goes back of the record", amount, record.outcome.refund().decimal())
}

/// Nothing goes back that the order has not got.
fn is_left(request: &Request<'_>, payment: &Payment) -> Result<(), Broken> {
    let account = || Account::Pending(payment.terms.order.clone());
    let back = sent_back(payment, |of| !matches!(of, Of::Unapplied { .. }));
    let arrived = payment.applied().map_or(Decimal::ZERO, |it| it.amount.decimal());
    let alone = back.and_then(|back| arrived.checked_sub(back));
    let left = if request.is_in_doubt() { alone } else { request.pending(payment) };
    not_below_zero(account, left)
}

pub(super) fn of_payout(request: &Request<'_>, step: &Step<'_, Payouts>) -> Result<(), Broken> {
    match step.said {
        payout::Event::Requested(terms) if terms.compensates.is_none() => {
            if request.is_in_doubt() {
                return Ok(());
            }
            not_below_zero(|| Account::Redeem(request.id().clone()), request.proceeds())
        }
        payout::Event::PaidOut(transfer) => {
            let asked = step.before.payout().map(|it| it.terms.amount);
            moved("what was paid out", transfer.amount, asked)
        }
        payout::Event::Requested(_)
        | payout::Event::Refused { .. }
        | payout::Event::Redirected { .. } => Ok(()),
    }
}

pub(super) fn of_advance(request: &Request<'_>, step: &Step<'_, Advances>) -> Result<(), Broken> {
    let known = step.before.advance();
    match step.said {
        advance::Event::Advanced(transfer) => {
            moved("what was advanced", transfer.amount, known.map(|it| it.terms.amount))
        }
        advance::Event::Repaid(transfer) => {
            let asked = known.and_then(|it| match &it.stage {
                advance::Stage::Repaying { amount, .. } => Some(*amount),
                advance::Stage::Requested
                | advance::Stage::Declined(_)
                | advance::Stage::Advanced
                | advance::Stage::Settled => None,
            });
            moved("what was repaid", transfer.amount, asked)
        }
        advance::Event::RepaymentRequested { .. } if !request.is_in_doubt() => {
            not_below_zero(|| Account::Redeem(request.id().clone()), request.proceeds())
        }
        advance::Event::RepaymentRequested { .. }
        | advance::Event::Requested(_)
        | advance::Event::Declined { .. }
        | advance::Event::Contested(_)
        | advance::Event::Recourse { .. }
        | advance::Event::ClaimChanged { .. }
        | advance::Event::Overpaid { .. }
        | advance::Event::Returned { .. } => Ok(()),
    }
}

/// What does not add up of a record has its case.
pub(super) fn of_application(
    request: &Request<'_>,
    step: &Step<'_, Applications>,
    entry: &[Posting],
) -> Result<(), Broken> {
    let Some((known, came)) = step.before.application().zip(figures::record(step.said)) else {
        return Ok(());
    };
    // Its cases may be closed by now, and are in no fold that is at hand; a correction takes out of suspense, too.
    if known.was_doubted() || matches!(step.said, application::Event::Corrected { .. }) {
        return Ok(());
    }
    let suspense = entry.iter().find(|it| matches!(it.account, Account::Suspense(_)));
    let suspense = suspense.map(|it| format!("{} yuan are in suspense", it.debit.abs()));
    match suspense.or_else(|| figures::wrong(known, came)) {
        Some(what) if !request.has_case(known.case_of(came)) => {
            Err(Broken::NoCase { order: known.terms.order.clone(), what })
        }
        Some(_) | None => Ok(()),
    }
}

fn same(what: &str, came: Decimal, due: Decimal) -> Result<(), Broken> {
    if came == due { Ok(()) } else { Err(Broken::OtherSum { what: what.to_owned(), came, due }) }
}

fn moved(what: &str, came: Money, asked: Option<Amount>) -> Result<(), Broken> {
    same(what, came.decimal(), asked.map_or(Decimal::ZERO, Amount::decimal))
}

/// A sum beyond every range is nobody's.
fn not_below_zero(account: impl FnOnce() -> Account, left: Option<Decimal>) -> Result<(), Broken> {
    let left = left.unwrap_or(Decimal::MIN);
    if left < Decimal::ZERO {
        return Err(Broken::Overdrawn { account: Box::new(account()), balance: left });
    }
    Ok(())
}
