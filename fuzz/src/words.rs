// What must hold for any line of text: reading it as a number, a name, a date or an instant does not panic, and what
// was accepted is written and read back as the same.

use std::{fmt::Display, str::FromStr};

use fundflow_domain::{
    case::CaseId,
    fees::ShareClass,
    ids::{AccountRef, FundCode, InvestorId, OrderId, TransactionId, VersionTag},
    money::{Amount, Discount, Money, Nav, Rate, Shares, SignedMoney},
    orders::Serial,
};
use fundflow_kernel::{
    envelope::{Actor, StreamName},
    time::Timestamp,
};

fn same<T: FromStr + Display + PartialEq>(text: &str) -> bool {
    let Ok(value) = text.parse::<T>() else { return false };
    let written = value.to_string();
    let again = written.parse::<T>();
    assert!(
        again.is_ok_and(|again| again == value),
        "{text:?} was accepted, and {written:?} is not the same"
    );
    true
}

/// Whether anything took one of the lines; panics if a promise is broken.
pub(crate) fn words(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let mut taken = false;
    for line in text.split('\n') {
        taken |= same::<Amount>(line) | same::<Money>(line) | same::<SignedMoney>(line);
        taken |= same::<Shares>(line) | same::<Nav>(line) | same::<Rate>(line);
        taken |= same::<Discount>(line) | same::<ShareClass>(line) | same::<CaseId>(line);
        taken |= same::<FundCode>(line) | same::<InvestorId>(line) | same::<AccountRef>(line);
        taken |= same::<TransactionId>(line) | same::<OrderId>(line) | same::<VersionTag>(line);
        taken |= same::<Serial>(line) | same::<StreamName>(line) | same::<Actor>(line);
        taken |= same::<Timestamp>(line);
    }
    taken
}
