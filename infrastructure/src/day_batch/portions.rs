//! Records of one application in one file: portions, and the last one.

use fundflow_domain::ids::ApplicationNo;
use fundflow_sagas::ports::registrar::ApplicationAnswer;
use std::collections::BTreeMap;

/// The order of the records of one file says nothing, their flags do: a last record that stands before a
/// portion of the same application would end the order before its time.
pub(super) fn portions_first(said: &mut [(ApplicationNo, ApplicationAnswer)]) {
    let is_portion = |answer: &ApplicationAnswer| matches!(answer, ApplicationAnswer::Confirmed(it) if !it.finished);
    let mut places: BTreeMap<ApplicationNo, Vec<usize>> = BTreeMap::new();
    for (place, (no, _)) in said.iter().enumerate() {
        places.entry(no.clone()).or_default().push(place);
    }
    for places in places.into_values().filter(|places| places.len() > 1) {
        let mut answers: Vec<_> = places.iter().map(|place| said[*place].1.clone()).collect();
        answers.sort_by_key(|answer| !is_portion(answer));
        for (place, answer) in places.into_iter().zip(answers) {
            said[place].1 = answer;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_domain::application::{Confirmation, FastTransferConfirmed, Outcome};
    use fundflow_domain::money::{Shares, SignedMoney};

    fn record(no: &str, finished: bool) -> (ApplicationNo, ApplicationAnswer) {
        let on = "2026-02-13".parse().unwrap();
        let income = "0".parse::<SignedMoney>().unwrap();
        let said = Confirmation {
            serial: "S-1".parse().unwrap(),
            confirmed_on: on,
            registered_on: on,
            finished,
            outcome: Outcome::FastTransfer(FastTransferConfirmed { shares: Shares::ZERO, income }),
            misnamed: Vec::new(),
        };
        (ApplicationNo::new(no).unwrap(), ApplicationAnswer::Confirmed(Box::new(said)))
    }

    #[test]
    fn a_last_record_that_stands_before_a_portion_of_its_order_is_handed_on_after_it() {
        let (last, other, portion) = (record("A", true), record("B", true), record("A", false));
        let mut said = [last.clone(), other.clone(), portion.clone(), last.clone()];
        portions_first(&mut said);

        assert_eq!(said, [portion, other, last.clone(), last]);
    }
}
