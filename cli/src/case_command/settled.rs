//! Where what does not add up of a record goes, in words: the same before and after its case is closed.

use fundflow_application::desk::{Becomes, Moved};
use fundflow_domain::case::How;

/// A line for each account that the difference is on, or goes to.
pub(super) fn words(becomes: &Becomes, how: &How) -> Vec<String> {
    let Becomes { from, to, is_booked } = becomes;
    if from.is_empty() && to.is_empty() {
        let none = match (how, is_booked) {
            (How::Withdrawn, true) => "none is booked of the record, which is reversed",
            (_, true) => "none is booked of the record, which stands",
            (_, false) => "none is booked: this case has no record in the books",
        };
        return vec![none.to_owned()];
    }
    let was = from.iter().map(said).collect::<Vec<_>>().join(" and ");
    if to.is_empty() {
        return vec![format!("{was}: reversed with its record")];
    }
    to.iter().map(|it| movement(it, &was)).collect()
}

fn movement(it: &Moved, was: &str) -> String {
    let why = match it.account.as_str() {
        "E:OVERSHORT" if it.yuan.is_sign_negative() => "our gain",
        "E:OVERSHORT" => "our loss",
        "A:BYHAND" if it.is_debt => "the investor owes it, and a case overpaid has it got back",
        "A:BYHAND" => "a person settles it, and books the other side",
        _ => "as long as the case is open",
    };
    let to = said(it);
    if was.is_empty() { format!("{to}: {why}") } else { format!("{was} -> {to}: {why}") }
}

fn said(it: &Moved) -> String {
    format!("{} yuan on {}", it.yuan, it.account)
}
