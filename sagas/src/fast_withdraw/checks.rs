//! What the registrar says and cannot be taken as it is, since the cash is out.

use super::saga::View;
use crate::parts::{application::ApplicationLeg, cases, unowed, wallet::worth};
use fundflow_domain::{
    application::{Confirmation, Quantity, Rejection, Terms},
    case::{Disputed, Figure, Finding, Kind},
    money::{Money, Shares},
};

/// All of it changes hands, or a person must see why not; income stays with its owner.
pub(super) fn of_confirmation(
    view: &View<'_>,
    terms: &Terms,
    (before, said): (&[Confirmation], &Confirmation),
) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut differs = |what: String, (name, ours, theirs): Differs<'_>, disputed: Disputed| {
        let (ours, theirs) = (vec![Figure::new(name, ours)], vec![Figure::new(name, theirs)]);
        let finding = cases::finding(Kind::AmountDiffers, &what, ours, theirs);
        found.push(Finding { disputed, ..finding });
    };
    let parts = before.iter().chain([said]).filter_map(ApplicationLeg::shares_out_of);
    let left = parts.fold(Shares::ZERO, Shares::plus_or_most);
    let Some(asked) = due(view, terms) else { return found };
    if said.finished && left != asked {
        let what = format!("{left} shares are settled of {asked} that the bank is to have");
        differs(what, ("shares", asked.to_string(), left.to_string()), between(asked, left));
    }
    found.extend(unowed::income(said));
    found
}

/// Shares that the bank is to have by it: no more are to be redeemed than the transfer gave, whatever was asked
/// for before a record said so.
fn due(view: &View<'_>, terms: &Terms) -> Option<Shares> {
    let Quantity::Shares(asked) = terms.ask.quantity() else { return None };
    let plan = view.plan;
    let is_bound = terms.no == plan.redemption.no && plan.transfer.is_over(view);
    let moved = plan.transfer.shares_out(view).filter(|_| is_bound);
    Some(moved.map_or(asked, |moved| moved.min(asked)))
}

/// Name of a figure, our value, their value.
type Differs<'a> = (&'a str, String, String);

/// What left beyond what was asked for may be others'; either way the bank's and the investor's money
/// differs by it, a yuan a share.
fn between(asked: Shares, left: Shares) -> Disputed {
    let shares = left.minus(asked).unwrap_or_default();
    let differ = left.minus(asked).or_else(|| asked.minus(left)).unwrap_or_default();
    Disputed { shares, money: worth(differ).map(Money::from).unwrap_or_default() }
}

/// Nothing that the registrar does not do now can be undone.
pub(super) fn of_rejection(
    view: &View<'_>,
    leg: &ApplicationLeg,
    rejection: &Rejection,
) -> Vec<Finding> {
    let Some(application) = leg.application(view).filter(|_| view.ending.is_none()) else {
        return Vec::new();
    };
    let Some(advance) = view.plan.advance.advance(view) else { return Vec::new() };
    let (advanced, asked) = (advance.terms.amount, view.open.promise.admitted.shares);
    // One that takes the place of the last record leaves what was settled before it.
    let parts = application.portions.iter().filter_map(ApplicationLeg::shares_out_of);
    let settled = parts.fold(Shares::ZERO, Shares::plus_or_most);
    let ours = vec![Figure::new("advanced", advanced), Figure::new("shares", asked)];
    let mut theirs = vec![
        Figure::new("says", "rejected"),
        Figure::new("reason", &rejection.cause),
        Figure::new("shares", settled),
    ];
    // What is not redeemed is the bank's all the same.
    let with_bank = view.plan.transfer.shares_out(view).and_then(|shares| shares.minus(settled));
    let with_bank =
        with_bank.filter(|shares| !shares.is_zero() && leg.key == view.plan.redemption.key);
    theirs.extend(with_bank.map(|shares| Figure::new("shares with the bank", shares)));
    let what = format!(
        "{advanced} yuan are out, and the registrar rejects {} ({})",
        application.terms.no, rejection.cause
    );
    let money = Money::from(advanced).minus(worth(settled).map(Money::from).unwrap_or_default());
    let disputed = Disputed { money: money.unwrap_or_default(), ..Disputed::default() };
    let finding = cases::finding(Kind::RejectedAfterAdvance, &what, ours, theirs);
    vec![Finding { disputed, ..finding }]
}
