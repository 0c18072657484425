//! Commands to applications: the registrar's words in any order, parts, corrections, cancels.

use crate::{
    orders::{bought, conversion_terms, converted, promise, purchase_terms, rejection},
    worlds::{cause, date, day, instant, read, shares},
};
use fundflow_domain::{
    application::{Command, Confirmation, Reception, Terms},
    money::ShareRounding,
};
use proptest::{prelude::*, sample::select};

/// Commands to the ready-made purchase.
pub fn purchase_commands() -> impl Strategy<Value = Command> {
    let portion = |serial: &str, yuan| Confirmation {
        serial: read(serial),
        finished: false,
        ..bought(yuan, "0.00")
    };
    let confirmations = vec![
        bought("10000.00", "0.00"),
        bought("6000.00", "4000.00"),
        portion("TA-7", "6000.00"),
        portion("TA-8", "4000.00"),
    ];
    commands(purchase_terms(), confirmations)
}

/// Commands to the ready-made conversion.
pub fn conversion_commands() -> impl Strategy<Value = Command> {
    commands(conversion_terms(), vec![converted("10000.00"), converted("3600.00")])
}

fn commands(terms: Terms, confirmations: Vec<Confirmation>) -> impl Strategy<Value = Command> {
    use Command as C;
    let cut_off = instant("2026-02-13T15:00:00+08:00");
    let cancel = move |at| C::Cancel { at, cut_off, cause: cause("investor", "taken back") };
    let later = Terms { trade_date: day("2026-02-24"), ..terms.clone() };
    let corrected = |confirmation: Confirmation| C::Correct {
        reverses: confirmation.serial.clone(),
        confirmation: Box::new(Confirmation { serial: read("TA-9"), ..confirmation }),
    };
    let ours = select(vec![
        C::Place(Box::new(terms.clone())),
        C::Place(Box::new(terms)),
        C::Place(Box::new(later)),
        C::MoveTo(day("2026-02-24"), promise("2026-02-25"), ShareRounding::HalfUp),
        C::AskFor(shares("100.00")),
        C::AskFor(shares("3600.00")),
        C::Accept(read("F-1")),
        C::Accept(read("F-2")),
        C::Seal("B-1".into()),
        C::Seal("B-2".into()),
        C::Send("F-1".into(), 1),
        C::Receive(Reception { serial: read("TA-0"), on: date("2026-02-24"), amount: None }),
        C::Reject(rejection()),
    ]);
    let asked = select(vec!["2026-02-13T14:00:00+08:00", "2026-02-13T15:00:00+08:00"]);
    prop_oneof![
        6 => ours,
        3 => select(confirmations.clone()).prop_map(|one| C::Confirm(Box::new(one))),
        1 => select(confirmations.clone()).prop_map(corrected),
        1 => select(confirmations.clone()).prop_map(|one| C::Contest(Box::new(one))),
        1 => select(confirmations.clone()).prop_map(|one| C::Overrule(Box::new(one))),
        1 => select(confirmations).prop_flat_map(|one| {
            let cause = cause("registrar", "taken back");
            let serial = || one.serial.clone();
            let words = vec![
                C::Uphold(serial()),
                C::Withdraw(serial(), cause.clone()),
                C::TakeBack(serial(), cause),
            ];
            select(words)
        }),
        2 => select(rejections()),
        1 => asked.prop_map(move |at| cancel(instant(at))),
    ]
}

/// What is said of a rejection that contradicts what was confirmed.
fn rejections() -> Vec<Command> {
    use Command as C;
    let why = || cause("operator", "the registrar was asked");
    vec![
        C::ContestRejection(rejection()),
        C::UpholdRejection(why()),
        C::DropRejection { cause: why(), taken_back: false },
        C::DropRejection { cause: why(), taken_back: true },
    ]
}
