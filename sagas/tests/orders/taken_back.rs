//! An order that was taken back in time, or that its registrar rejected, stays so, whatever is said of it afterwards and taken back as well.

use crate::{
    audited, conversion,
    outside::{bought_part, converted_part, redeemed},
    overruled::{Order, Word, open},
    purchase, redemption,
    stage::InHouse,
};
use fundflow_domain::{
    application::{Applications, Stage},
    case::{Closing, How},
    fund::ConversionFeeMethod,
    ids::ApplicationNo,
    text::Text,
    time::Timestamp,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::Conversion, ports::registrar::notice, purchase::Purchase, redemption::Redemption,
};

/// Taken back in time, or rejected by its registrar, carried out all the same, and that record taken back as well.
fn stays_taken_back<S: InHouse<Command: 'static, Request: 'static>>(
    order: &Order<S>,
    cancel: Option<fn(Timestamp) -> S::Command>,
    heard_at: &str,
) {
    let mut stage = (order.stage)();
    stage.request::<S>("T", (order.request)());
    stage.until_instant(stage.now.plus_millis(60_000));
    let at = stage.now;
    if let Some(cancel) = cancel {
        stage.command::<S>("T", cancel(at));
    }
    stage.until(heard_at);
    if cancel.is_none() {
        order.tells(&mut stage, Word::Rejected);
        stage.until_instant(stage.now.plus_millis(3_600_000));
    }
    assert!(stage.look::<S>("T").finished, "{}", stage.text());
    let no = ApplicationNo::of(&order.of.parse().unwrap());
    for (nth, said) in [Word::Sound, Word::Wrong].map(order.confirms).into_iter().enumerate() {
        stage.notice(notice(&no, said));
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
        let closing = Box::new(Closing { how: How::Withdrawn, by, reason });
        let cases = open(&stage);
        assert!(!cases.is_empty(), "{}: record {nth} is a case\n{}", order.of, stage.text());
        for case in cases {
            let reply = stage.command::<S>("T", (order.close)(case, closing.clone()));
            assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
        }
        stage.crash();
        stage.until_instant(stage.now.plus_millis(86_400_000));
        let known = stage.state(&Key::<Applications>::of(&no));
        let stands = match known.application().unwrap().stage {
            Stage::Cancelled(_) => cancel.is_some(),
            Stage::Rejected(_) => cancel.is_none(),
            _ => false,
        };
        assert!(stands, "{}: {nth}\n{}", order.of, stage.text());
        let look = stage.look::<S>("T");
        assert!(look.finished, "{}: {:?}\n{}", order.of, look.waits, stage.text());
        let report = audited::report(&stage.events, stage.kinds());
        audited::adds_up(&report, || stage.text());
        audited::nothing_is_in_suspense(&report, || stage.text());
    }
}

#[test]
fn what_was_taken_back_or_rejected_stays_so_once_a_record_against_it_is_taken_back_as_well() {
    let buy = Order::<Purchase> {
        stage: purchase::stage,
        request: purchase::request,
        of: "T.buy",
        at: purchase::CONFIRMED_AT,
        rejects: "0",
        confirms: |word| {
            let nth = if word == Word::Sound { "C1" } else { "C2" };
            bought_part(nth, "2026-02-24", true, purchase::NUMBERS)
        },
        close: |case, closing| fundflow_sagas::purchase::Command::CloseCase { case, closing },
    };
    let cancel: Option<fn(_) -> _> = Some(|at| fundflow_sagas::purchase::Command::Cancel { at });
    stays_taken_back(&buy, cancel, "02-24 09:30");
    stays_taken_back(&buy, None, "02-24 09:30");
    let out = Order::<Redemption> {
        stage: redemption::stage,
        request: redemption::request,
        of: "T.redeem",
        at: redemption::CONFIRMED_AT,
        rejects: "0",
        confirms: |word| {
            let nth = if word == Word::Sound { "C1" } else { "C2" };
            redeemed(nth, "2026-02-25", true, redemption::NUMBERS, &[])
        },
        close: |case, closing| fundflow_sagas::redemption::Command::CloseCase { case, closing },
    };
    let cancel: Option<fn(_) -> _> = Some(|at| fundflow_sagas::redemption::Command::Cancel { at });
    stays_taken_back(&out, cancel, "02-25 09:30");
    stays_taken_back(&out, None, "02-25 09:30");
    let convert = Order::<Conversion> {
        stage: || conversion::stage(ConversionFeeMethod::FeeDifference),
        request: conversion::request,
        of: "T.convert",
        at: conversion::CONFIRMED_AT,
        rejects: "0",
        confirms: |word| {
            let nth = if word == Word::Sound { "C1" } else { "C2" };
            converted_part(nth, "2026-02-24", true, conversion::BY_FEES)
        },
        close: |case, closing| fundflow_sagas::conversion::Command::CloseCase { case, closing },
    };
    let cancel: Option<fn(_) -> _> = Some(|at| fundflow_sagas::conversion::Command::Cancel { at });
    stays_taken_back(&convert, cancel, "02-24 09:30");
    stays_taken_back(&convert, None, "02-24 09:30");
}
