//! Whether a record is of the order whose number it has.

use super::found;
use crate::{
    application::{Confirmation, Misnamed, Outcome},
    case::{Disputed, Figure, Finding, Kind},
    money::Money,
};

/// A confirmation that names its order otherwise than it was placed; all of it is in dispute then.
pub fn confirms_another(said: &Confirmation) -> Option<Finding> {
    of_another(&said.misnamed, whole(&said.outcome))
}

/// A record that names its order otherwise than it was placed.
pub fn of_another(misnamed: &[Misnamed], disputed: Disputed) -> Option<Finding> {
    if misnamed.is_empty() {
        return None;
    }
    let words = misnamed.iter().map(|it| {
        let Misnamed { field, placed, said } = it;
        format!("{field} is {said}, and the order was placed with {placed}")
    });
    let words: Vec<String> = words.collect();
    let figures = |value: fn(&Misnamed) -> &str| {
        misnamed.iter().map(|it| Figure::new(&it.field, value(it))).collect()
    };
    let ours = figures(|it| &it.placed);
    let theirs = figures(|it| &it.said);
    Some(found(Kind::NamesAnotherOrder, &words.join("; "), ours, theirs, disputed))
}

/// What a record brings.
fn whole(outcome: &Outcome) -> Disputed {
    let money = match outcome {
        Outcome::Purchase(it) => it.amount,
        Outcome::Subscription(it) => it.amount,
        Outcome::Redemption(it) => it.payout,
        Outcome::Conversion(_) | Outcome::FastTransfer(_) => Money::ZERO,
    };
    Disputed { shares: outcome.registered(), money }
}
