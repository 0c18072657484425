//! What is left of a case for us to pay: what neither its record brings nor the transaction sends by itself, so that
//! no money goes out twice.
//!
//! | its record | left of what the case is about |
//! |---|---|
//! | a confirmation that holds, and stays | what the investor has less by it than is due |
//! | a confirmation that is contested, and falls | what shares that left bring by it beyond the one that holds |
//! | a rejection of what was confirmed, and falls | nothing: what was confirmed goes out |
//! | a rejection of what was rejected with other interest | what it says more |
//! | a rejection that stands, or a second one | interest that the first one did not send; the payment goes back by itself |
//!
//! What other cases were paid for is no part of it, but for those of confirmations that hold beside it.

use super::{
    application::{ApplicationLeg, FundSaga},
    compensation,
};
use fundflow_domain::{
    application::{Application, Confirmation, Last, Outcome, Rejection, Stage},
    case::{Case, CaseId, Finding},
    money::Money,
};
use fundflow_runtime::saga::View;

/// Yuan, at most what the case is about.
pub(super) fn of_case<S: FundSaga>(view: &View<'_, S>, case: &Case) -> Money {
    let known =
        S::legs(view.plan).into_iter().filter_map(|leg| Some((leg, leg.application(view)?)));
    let of_it = known.filter(|(leg, _)| case.order.as_ref() == Some(&leg.order));
    let left = of_it.map(|(leg, known)| of_order(view, (leg, known), case)).next();
    left.unwrap_or_default().minus_or_zero(paid_besides(view, case.id))
}

fn of_order<S: FundSaga>(
    view: &View<'_, S>,
    (leg, known): (&ApplicationLeg, &Application),
    case: &Case,
) -> Money {
    let is_it = |said: &&Confirmation| known.case_of(said) == case.id;
    let most =
        |of: &dyn Fn(&Finding) -> Money| case.findings.iter().map(of).max().unwrap_or_default();
    if let Some(said) = known.confirmations().find(is_it) {
        let leaves = matches!(said.outcome, Outcome::Redemption(_));
        return most(&|found| found.shortfall(leaves));
    }
    if let Some(said) = known.contested().find(is_it) {
        let holds = known.confirmations().last().map(|last| brings(&last.outcome));
        return holds.map_or(Money::ZERO, |holds| brings(&said.outcome).minus_or_zero(holds));
    }
    if leg.case_of_contested_rejection(known) == Some(case.id) {
        let Stage::Rejected(sent) = &known.stage else { return Money::ZERO };
        let said = known.contested_rejection().map_or(Money::ZERO, |it| it.interest);
        return said.minus_or_zero(sent.interest);
    }
    let (Stage::Rejected(sent) | Stage::PartlyConfirmed(Last::Rejection(sent))) = &known.stage
    else {
        return Money::ZERO;
    };
    let interest = most(&Finding::interest);
    if leg.rejection_case(view) == Some(case.id) {
        return interest;
    }
    interest.minus_or_zero(forwarded(known, sent))
}

/// Interest that goes to the investor by a rejection that holds.
fn forwarded(known: &Application, said: &Rejection) -> Money {
    said.interest.minus_or_zero(said.unowed(&known.terms.ask, !known.portions.is_empty()))
}

/// Money that shares which left bring. What bought shares, or moved them, sends the rest of its money back by itself.
fn brings(outcome: &Outcome) -> Money {
    match outcome {
        Outcome::Redemption(it) => it.payout,
        Outcome::Purchase(_)
        | Outcome::Subscription(_)
        | Outcome::Conversion(_)
        | Outcome::FastTransfer(_) => Money::ZERO,
    }
}

/// What we pay, or have paid, for other cases of the transaction that may be about the same money.
fn paid_besides<S: FundSaga>(view: &View<'_, S>, case: CaseId) -> Money {
    let known = || S::legs(view.plan).into_iter().filter_map(|leg| leg.application(view));
    let beside = |other: CaseId| {
        let holds = |it: &Application| it.confirmations().any(|said| it.case_of(said) == other);
        known().any(holds)
    };
    let others = view.open.notes.settled.iter().filter(|other| **other != case && !beside(**other));
    let paid = others.filter_map(|other| compensation::amount(view, *other));
    paid.fold(Money::ZERO, |sum, amount| sum.plus_or_most(amount.into()))
}
