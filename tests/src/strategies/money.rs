//! Commands to payments, payouts and advances: answers that fit and do not, twice and late.

use crate::{
    orders::{payment_no, payment_terms, payout_terms, receipt},
    worlds::{account, amount, cause, instant, money, read},
};
use fundflow_domain::{
    advance,
    case::CaseId,
    fast_redemption::Advancer,
    money::Amount,
    orders::Serial,
    payment::{self, SentBack},
    payout,
    time::Timestamp,
};
use proptest::{prelude::*, sample::select};

/// The sum that is right, more often than the one that is not.
fn sums() -> impl Strategy<Value = &'static str> {
    select(vec!["10000.00", "10000.00", "9999.99"])
}

fn serials() -> impl Strategy<Value = Serial> {
    select(vec!["CH-1", "CH-2", "CH-3"]).prop_map(read)
}

fn amounts() -> impl Strategy<Value = Amount> {
    select(vec!["0.01", "4000.00", "10000.00"]).prop_map(amount)
}

/// When another command is decided: what follows from it was asked for then.
fn instants() -> impl Strategy<Value = Timestamp> {
    select(vec!["2026-02-13T10:00:10+08:00", "2026-02-25T09:30:00+08:00"]).prop_map(instant)
}

/// Commands to the ready-made payment.
pub fn payment_commands() -> impl Strategy<Value = payment::Command> {
    let at = (instants(), payment_commands_of_no_instant())
        .prop_map(|(at, command)| payment::Command::At(at, Box::new(command)));
    prop_oneof![3 => payment_commands_of_no_instant(), 1 => at]
}

fn payment_commands_of_no_instant() -> impl Strategy<Value = payment::Command> {
    use payment::Command as C;
    let why = || cause("0009", "the fund is closed");
    let other = payment::Terms { amount: amount("1.00"), ..payment_terms() };
    let back = prop_oneof![
        Just(SentBack::Payback),
        serials().prop_map(SentBack::Unapplied),
        (serials(), amounts()).prop_map(|(due_to, amount)| SentBack::Difference { due_to, amount }),
    ];
    let refunds = (1..4_usize, serials()).prop_map(|(nth, serial)| C::RecordReturned {
        no: payment_no().nth_refund(nth).expect("room for a refund"),
        serial,
    });
    prop_oneof![
        3 => Just(C::Request(payment_terms())),
        1 => Just(C::Request(other)),
        4 => (serials(), sums())
            .prop_map(|(serial, sum)| C::RecordPaid(receipt(serial.as_str(), sum))),
        1 => Just(C::RecordDecline(cause("51", "not enough money"))),
        1 => Just(C::Close(why())),
        1 => instants().prop_map(move |at| C::CloseLate { cause: why(), at }),
        3 => back.prop_map(move |back| C::SendBack(back, why())),
        2 => refunds,
    ]
}

/// Commands to the ready-made payout.
pub fn payout_commands() -> impl Strategy<Value = payout::Command> {
    let at = (instants(), payout_commands_of_no_instant())
        .prop_map(|(at, command)| payout::Command::At(at, Box::new(command)));
    prop_oneof![3 => payout_commands_of_no_instant(), 1 => at]
}

fn payout_commands_of_no_instant() -> impl Strategy<Value = payout::Command> {
    use payout::Command as C;
    let terms = payout_terms();
    let (no, all) = (terms.no.clone(), terms.clone());
    let attempts = move || {
        let no = no.clone();
        (1..4_usize).prop_map(move |nth| no.nth_attempt(nth).expect("room for an attempt"))
    };
    let paid = (attempts(), serials(), sums()).prop_map(|(no, serial, sum)| {
        let at = instant("2026-02-25T09:30:00+08:00");
        C::RecordPaidOut(payout::Transfer { no, serial, amount: money(sum), at })
    });
    let accounts = select(vec!["ACC-7", "ACC-8"]).prop_map(read);
    let redirect = (attempts(), accounts).prop_map(|(after, account)| C::Redirect {
        after,
        account,
        reason: cause("operator", "the investor's other account"),
    });
    prop_oneof![
        2 => Just(C::Request(all)),
        1 => Just(C::Request(payout::Terms { amount: amount("1.00"), ..terms })),
        3 => paid,
        3 => attempts().prop_map(|no| C::RecordRefusal(no, cause("14", "account closed"))),
        2 => redirect,
    ]
}

/// Commands to an advance, by banks with and without a licence.
pub fn advance_commands() -> impl Strategy<Value = advance::Command> {
    let at = (instants(), advance_commands_of_no_instant())
        .prop_map(|(at, command)| advance::Command::At(at, Box::new(command)));
    prop_oneof![4 => advance_commands_of_no_instant(), 1 => at]
}

fn advance_commands_of_no_instant() -> impl Strategy<Value = advance::Command> {
    use advance::Command as C;
    let by = select(vec![Advancer::LicensedBank(read("BANK-1")), Advancer::Manager]);
    let terms = by.prop_map(|by| advance::Terms {
        no: payout_terms().no,
        by,
        account: account(),
        amount: amount("10000.00"),
        order: payout_terms().order,
        asked_at: None,
    });
    let transfer = || {
        (serials(), sums()).prop_map(|(serial, sum)| {
            let at = instant("2026-02-13T10:00:05+08:00");
            advance::Transfer { serial, amount: money(sum), at }
        })
    };
    prop_oneof![
        terms.prop_map(C::Request),
        transfer().prop_map(C::RecordAdvanced),
        transfer().prop_map(|transfer| {
            let heard_at = instant("2026-02-13T10:30:00+08:00");
            C::Contest(advance::Contested { transfer, heard_at })
        }),
        Just(C::RecordDecline(cause("61", "above the bank's own limit"))),
        Just(C::Close(cause("operator", "closed by a person"))),
        Just(C::GiveUp {
            cause: cause("above_day_limit", "the next day has no room"),
            at: instant("2026-02-14T00:00:10+08:00"),
        }),
        (sums(), sums()).prop_map(|(brought, retained)| {
            C::RequestRepayment(advance::Brought {
                money: money(brought),
                retained: money(retained),
            })
        }),
        (sums(), sums()).prop_map(|(brought, retained)| {
            C::KeepShares(advance::Brought { money: money(brought), retained: money(retained) })
        }),
        transfer().prop_map(C::RecordRepaid),
        select(vec!["first", "second"])
            .prop_map(|case| C::RecordReturned(CaseId::of(case.as_bytes()))),
    ]
}
