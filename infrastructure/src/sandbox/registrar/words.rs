//! The records that say what stands in the register: once, twice, late, never, or wrong, as the
//! scenario plants them.

use super::{
    entry::{ApplicationEntry, Final, Word, record_serial, rejection},
    planted,
};
use crate::sandbox::scenario::ConfirmFate;
use fundflow_domain::{application::Confirmation, time::Timestamp};

/// A corrected record comes once the file with the wrong one was read. An hour, in milliseconds.
const CORRECTED_AFTER_MS: i64 = 3_600_000;

/// The records that say it, the first of them at that instant.
pub(super) fn words(
    entry: &ApplicationEntry,
    says: &Final,
    fate: ConfirmFate,
    (at, delay): (Timestamp, i64),
) -> Vec<Word> {
    let word = |at: Timestamp, says: Final| Word { at, says };
    let right = || word(at, says.clone());
    let fate = if matches!(says, Final::Confirmed(_)) { fate } else { of_refusals(fate) };
    let wrong = |change: &dyn Fn(&Confirmation) -> Confirmation| word(at, changed(says, change));
    let (number, rounding) = (&*entry.number(), entry.terms.rounding);
    match fate {
        ConfirmFate::Confirmed
        | ConfirmFate::Partial
        | ConfirmFate::Carried
        | ConfirmFate::Rejected
        | ConfirmFate::Early
        | ConfirmFate::EarlyRejected => vec![right()],
        ConfirmFate::Missing => vec![],
        ConfirmFate::Late => vec![word(at.plus_millis(delay), says.clone())],
        ConfirmFate::Twice => vec![right(), right()],
        ConfirmFate::Contradicted | ConfirmFate::LateContradicted => {
            let later = rejection("0010", "rejected by a later record");
            let is_late = fate == ConfirmFate::LateContradicted;
            vec![
                right(),
                word(at.plus_millis(if is_late { delay } else { 0 }), Final::Rejected(later)),
            ]
        }
        ConfirmFate::Garbled => vec![wrong(&planted::garbled)],
        ConfirmFate::WrongShares => vec![wrong(&planted::wrong_shares)],
        ConfirmFate::ZeroShares => vec![wrong(&planted::zero_shares)],
        ConfirmFate::WrongFee => vec![wrong(&|it| planted::wrong_fee(it, rounding))],
        ConfirmFate::WrongNav => vec![wrong(&|it| planted::wrong_nav(it, rounding))],
        ConfirmFate::AnotherFund => {
            vec![wrong(&|it| planted::another_fund(it, entry.terms.fund))]
        }
        ConfirmFate::TwiceDifferent => {
            let other = |it: &Confirmation| numbered(number, 2, planted::garbled(it));
            vec![right(), wrong(&other)]
        }
        ConfirmFate::Corrected => {
            let first = |it: &Confirmation| numbered(number, 1, planted::wrong_shares(it));
            vec![wrong(&first), word(at.plus_millis(delay.max(CORRECTED_AFTER_MS)), says.clone())]
        }
    }
}

/// A refusal has no numbers that could be wrong.
const fn of_refusals(fate: ConfirmFate) -> ConfirmFate {
    match fate {
        ConfirmFate::Missing | ConfirmFate::Late | ConfirmFate::Twice => fate,
        ConfirmFate::Confirmed
        | ConfirmFate::Partial
        | ConfirmFate::Rejected
        | ConfirmFate::Contradicted
        | ConfirmFate::LateContradicted
        | ConfirmFate::Garbled
        | ConfirmFate::Carried
        | ConfirmFate::WrongShares
        | ConfirmFate::ZeroShares
        | ConfirmFate::WrongFee
        | ConfirmFate::WrongNav
        | ConfirmFate::AnotherFund
        | ConfirmFate::Early
        | ConfirmFate::EarlyRejected
        | ConfirmFate::TwiceDifferent
        | ConfirmFate::Corrected => ConfirmFate::Rejected,
    }
}

fn numbered(number: &str, nth: usize, confirmation: Confirmation) -> Confirmation {
    Confirmation { serial: record_serial(number, nth), ..confirmation }
}

fn changed(says: &Final, change: &dyn Fn(&Confirmation) -> Confirmation) -> Final {
    match says {
        Final::Confirmed(right) => Final::Confirmed(Box::new(change(right))),
        Final::Received(_) | Final::Rejected(_) => says.clone(),
    }
}
