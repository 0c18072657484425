//! What counterparties say unasked: about orders of ours, wrongly, twice, and about nobody's.
//!
//! 1. Every variant of what a bank, an advancing bank and a registrar may say is drawn, and every kind of
//!    record that no saga takes; what a variant says is drawn from few serials and sums, so that
//!    notices repeat, correct and contradict each other.
//! 2. They are about transaction `TX-1`, whichever shipped saga has it, with the numbers that it would
//!    give, and about an order that nobody placed.

mod bank;
mod registrar;

pub use bank::{advance_notices, bank_notices};
pub use registrar::{application_answers, registrar_notices};

use crate::worlds::{read, target_code, transaction, wallet_code};
use fundflow_domain::{
    case::{Figure, Kind},
    ids::{ApplicationNo, OrderId},
    orders::{Cause, Serial},
};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::port::Payload;
use fundflow_sagas::ports::stray::Stray;
use proptest::{prelude::*, sample::select};

/// Anything that anybody may say about transaction `TX-1`, and about none of ours.
pub fn notices() -> impl Strategy<Value = (StreamName, Payload)> {
    prop_oneof![
        4 => bank_notices(),
        2 => advance_notices(),
        6 => registrar_notices(),
        1 => stray_notices(),
    ]
}

/// Records of the files of two registrars that no saga takes.
pub fn stray_notices() -> impl Strategy<Value = (StreamName, Payload)> {
    let kinds = select(vec![Kind::NotAssigned, Kind::Other]);
    let funds = select(vec![None, Some(wallet_code()), Some(target_code())]);
    let numbers = proptest::option::of((orders(), proptest::bool::ANY));
    let drawn = (select(vec!["own", "98"]), kinds, funds, 1..3_u8, numbers);
    drawn.prop_map(|(registrar, kind, fund, nth, number)| {
        let (no, of) = match number {
            None => (None, None),
            Some((order, ours)) => {
                let no = ApplicationNo::of(&order);
                (Some(no), ours.then(|| (transaction("TX-1"), order)))
            }
        };
        let stray = Stray {
            registrar: registrar.to_owned(),
            record: format!("file 04, number TA-{nth}"),
            said: format!("BusinessCode 142 TASerialNO TA-{nth}"),
            kind,
            why: "it is about no application of ours".to_owned(),
            no,
            of,
            fund,
            figures: vec![Figure::new("BusinessCode", "142")],
        };
        stray.notice()
    })
}

/// The orders that the shipped sagas give to `TX-1`, and one that nobody placed.
fn orders() -> impl Strategy<Value = OrderId> {
    let suffixes = vec!["mmf", "convert", "redeem", "target", "buy", "transfer"];
    let ours = select(suffixes).prop_map(|suffix| OrderId::part(&transaction("TX-1"), suffix));
    prop_oneof![9 => ours, 1 => Just(read("NOBODY.mmf"))]
}

fn serials(letter: &'static str) -> impl Strategy<Value = Serial> {
    (1..4_u8).prop_map(move |nth| read(&format!("{letter}-{nth}")))
}

/// Why nobody knows yet, and why nobody will.
fn causes() -> impl Strategy<Value = Cause> {
    let causes = vec![("timeout", "no answer"), ("51", "not enough money"), ("0009", "closed")];
    select(causes).prop_map(|(code, text)| Cause::new(code, text))
}
