//! What a record moves beside what its order is about: it is moved once its case is closed.

use super::Place;
use fundflow_domain::application::{Application, Confirmation, Event, Quantity};
use rust_decimal::Decimal;

/// What was asked for, less what the records have settled that stay beside what that event says.
fn left(known: &Application, event: &Event) -> Decimal {
    let all = known.confirmations().count();
    let stay = if matches!(event, Event::Corrected { .. }) { all.saturating_sub(1) } else { all };
    let settled = known.confirmations().take(stay).map(|it| amount(it.outcome.quantity()));
    let asked = amount(known.terms.ask.quantity());
    asked.saturating_sub(settled.sum()).max(Decimal::ZERO)
}

const fn amount(quantity: Quantity) -> Decimal {
    match quantity {
        Quantity::Shares(shares) => shares.decimal(),
        Quantity::Money(money) => money.decimal(),
    }
}

/// Shares that a record took of the investor's beyond what was asked for: they are not taken yet.
pub(super) fn beyond(
    known: &Application,
    event: &Event,
    said: &Confirmation,
) -> Option<(Place, Decimal)> {
    let beyond = amount(said.outcome.quantity()).saturating_sub(left(known, event));
    (beyond > Decimal::ZERO).then_some((Place::Shares(known.terms.fund), -beyond))
}

/// Money that a record takes which holds against a rejection: it is not paid yet.
pub(super) fn unpaid(known: &Application, event: &Event, said: &Confirmation) -> Option<Decimal> {
    let upheld = match event {
        Event::Upheld(_) => true,
        Event::Corrected { reverses, .. } => known.is_upheld(reverses),
        _ => false,
    };
    let upheld = upheld || known.is_upheld(&said.serial);
    upheld.then(|| amount(said.outcome.quantity()).min(left(known, event)))
}
