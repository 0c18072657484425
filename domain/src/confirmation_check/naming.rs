//! Whether a record is of the order whose number it has, and takes no fee of which the order knows nothing.

use super::{distance, found};
use crate::{
    application::{Confirmation, Misnamed, Outcome},
    case::{Disputed, Figure, Finding, Kind},
    money::{Money, Shares},
};

/// A confirmation that names its order otherwise than it was placed; all of it is in dispute then.
pub fn confirms_another(said: &Confirmation) -> Option<Finding> {
    let names = said.misnamed.iter().filter(|it| !it.is_fee() && !it.is_part());
    let names: Vec<Misnamed> = names.cloned().collect();
    of_another(&names, whole(&said.outcome))
}

/// A confirmation that takes fees which nobody promised; they are in dispute.
pub fn takes_unpromised(said: &Confirmation) -> Option<Finding> {
    let fees: Vec<&Misnamed> = said.misnamed.iter().filter(|it| it.is_fee()).collect();
    let words: Vec<String> = fees
        .iter()
        .map(|Misnamed { field, placed, said }| {
            format!("{field} {said} is not the promised {placed}")
        })
        .collect();
    let money = |text: &str| text.parse::<Money>().unwrap_or_default();
    let differ = fees.iter().map(|it| distance(money(it.placed.as_str()), money(it.said.as_str())));
    let money = differ.fold(Money::ZERO, Money::plus_or_most);
    let ours = fees.iter().map(|it| Figure::new(&it.field, &it.placed)).collect();
    let theirs = fees.iter().map(|it| Figure::new(&it.field, &it.said)).collect();
    let disputed = Disputed { shares: Shares::ZERO, money };
    let finding = || found(Kind::FeeDiffersFromPromise, &words.join("; "), ours, theirs, disputed);
    (!fees.is_empty()).then(finding)
}

/// A confirmation whose allotment is not what it confirms; nothing is in dispute but that.
pub fn allots_otherwise(said: &Confirmation) -> Option<Finding> {
    let it = said.misnamed.iter().find(|it| it.is_part())?;
    let Misnamed { field, placed, said } = it;
    let what = format!("{field} is {said}, and {placed} of the amount is confirmed");
    let (ours, theirs) = (vec![Figure::new(field, placed)], vec![Figure::new(field, said)]);
    Some(found(Kind::AmountDiffers, &what, ours, theirs, Disputed::default()))
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

/// Everything that the record brings, in dispute.
fn whole(outcome: &Outcome) -> Disputed {
    let money = match outcome {
        Outcome::Purchase(it) => it.amount,
        Outcome::Subscription(it) => it.amount,
        Outcome::Redemption(it) => it.payout,
        Outcome::Conversion(_) | Outcome::FastTransfer(_) => Money::ZERO,
    };
    Disputed { shares: outcome.registered(), money }
}
