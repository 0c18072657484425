//! A rejection that comes before the cut-off of its T. The front turns an order away when it comes; once it has taken
//! it, only the batch decides, and that is not complete before the cut-off: nothing goes back, and no share is free, until
//! a person or a record of the batch has said so.

use crate::{
    conversion,
    funds::equity,
    outside::{read, rejected},
    purchase, redemption,
    stage::{InHouse, Stage},
    subscription,
};
use fundflow_domain::{
    application::{Rejection, Stated},
    case::{CaseId, Cases, Closing, How, Kind},
    fund::ConversionFeeMethod as Method,
    ids::ApplicationNo,
    money::{Money, Shares},
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::{Reply, What};
use fundflow_sagas::{
    conversion::{self as conversions, Conversion},
    ports::registrar::{ApplicationAnswer, notice},
    purchase::{self as purchases, Purchase},
    redemption::{self as redemptions, Redemption},
};

/// One order at its registrar's front: how it begins, and how it ends where nothing comes of it.
struct Order<S: InHouse> {
    stage: Stage,
    id: &'static str,
    leg: &'static str,
    request: S::Request,
    close: fn(CaseId, Box<Closing>) -> S::Command,
    /// Before the cut-off of its T; by then the front has taken it.
    early: &'static str,
    /// The registrar's day.
    on: &'static str,
    ends: &'static str,
}

fn a_purchase() -> Order<Purchase> {
    Order {
        stage: purchase::stage(),
        id: "P",
        leg: "P.buy",
        request: purchase::request(),
        close: |case, closing| purchases::Command::CloseCase { case, closing },
        early: "02-13 14:59",
        on: "2026-02-24",
        ends: "purchase.rolled_back",
    }
}

/// Its cut-off is at 17:00.
fn a_subscription() -> Order<Purchase> {
    Order {
        stage: subscription::stage(),
        request: subscription::request(),
        early: "02-13 16:59",
        ..a_purchase()
    }
}

fn a_redemption() -> Order<Redemption> {
    Order {
        stage: redemption::stage(),
        id: "R",
        leg: "R.redeem",
        request: redemption::request(),
        close: |case, closing| redemptions::Command::CloseCase { case, closing },
        early: "02-24 14:59",
        on: "2026-02-25",
        ends: "redemption.rolled_back",
    }
}

fn a_conversion() -> Order<Conversion> {
    Order {
        stage: conversion::stage(Method::FeeDifference),
        id: "C",
        leg: "C.convert",
        request: conversion::request(),
        close: |case, closing| conversions::Command::CloseCase { case, closing },
        early: "02-13 14:59",
        on: "2026-02-24",
        ends: "conversion.rolled_back",
    }
}

fn says<S: InHouse>(it: &mut Order<S>, answer: ApplicationAnswer) {
    let (stream, news) = notice(&ApplicationNo::of(&read(it.leg)), answer);
    it.stage.handle(What::Notice { stream, news });
}

/// The same in the file of that day.
fn in_the_file(on: &str) -> ApplicationAnswer {
    let ApplicationAnswer::Rejected(plain) = rejected("0") else { unreachable!() };
    let stated = Stated {
        on: Some(read(on)),
        refund: Money::ZERO,
        amount: Money::ZERO,
        shares: Shares::ZERO,
    };
    ApplicationAnswer::Rejected(Rejection { stated: Some(stated), ..plain })
}

/// Rejected after the front took it, and before its T was complete.
#[track_caller]
fn rejected_early<S: InHouse<Request: Clone + 'static>>(it: &mut Order<S>) -> CaseId {
    let reply = it.stage.request::<S>(it.id, it.request.clone());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    it.stage.until(it.early);
    assert!(it.stage.has("application.accepted"), "{}", it.stage.text());
    says(it, rejected("0"));
    it.stage.until(&format!("{} 18:00", &it.on[5..]));
    let look = it.stage.look::<S>(it.id);
    assert!(look.parked.is_some() && look.ending.is_none(), "{}", it.stage.text());
    for moved in ["payment.refund_requested", "holdings.released"] {
        assert!(!it.stage.has(moved), "{}", it.stage.text());
    }
    let case: CaseId = it.stage.stream_of("case.opened").id().parse().unwrap();
    let state = it.stage.state(&Key::<Cases>::of(&case));
    let findings = &state.case().unwrap().findings;
    assert_eq!(findings[0].kind, Kind::ConfirmedBeforeCutOff, "{}", it.stage.text());
    case
}

#[track_caller]
fn ends<S: InHouse>(mut it: Order<S>) {
    it.stage.until("03-16 18:00");
    let look = it.stage.look::<S>(it.id);
    assert_eq!(look.ending, Some(it.ends), "{}", it.stage.text());
    assert!(look.finished && look.parked.is_none(), "{}", it.stage.text());
    let [paid, back] = it.stage.outside.balance();
    assert_eq!(paid, back, "{}", it.stage.text());
}

/// A person finds that it holds; a record of the batch says so; the front says it when the order comes.
#[track_caller]
fn is_held<S: InHouse<Request: Clone + 'static>>(of: fn() -> Order<S>) {
    let mut it = of();
    let case = rejected_early(&mut it);
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how: How::Accepted, by, reason });
    let closed = it.stage.command::<S>(it.id, (it.close)(case, closing));
    assert!(matches!(closed, Reply::Acted), "{closed:?}\n{}", it.stage.text());
    ends(it);

    let mut it = of();
    let case = rejected_early(&mut it);
    says(&mut it, rejected("0"));
    assert!(it.stage.look::<S>(it.id).parked.is_some(), "a front that says it again shows nothing");
    let of_the_file = in_the_file(it.on);
    says(&mut it, of_the_file);
    let state = it.stage.state(&Key::<Cases>::of(&case));
    assert!(!state.is_open(), "{}", it.stage.text());
    ends(it);

    let mut it = of();
    it.stage.outside.rejects.insert(it.leg.to_owned());
    it.stage.request::<S>(it.id, it.request.clone());
    it.stage.until(it.early);
    assert!(!it.stage.has("case.opened"), "{}", it.stage.text());
    ends(it);
}

#[test]
fn a_purchase_that_is_rejected_before_its_cut_off_is_held() {
    is_held(a_purchase);
}

#[test]
fn a_subscription_that_is_rejected_before_its_own_cut_off_is_held() {
    is_held(a_subscription);
}

#[test]
fn a_redemption_that_is_rejected_before_its_cut_off_is_held() {
    is_held(a_redemption);
}

#[test]
fn a_conversion_that_is_rejected_before_its_cut_off_is_held() {
    is_held(a_conversion);
}

/// The record of a file that came too early is no record of the batch either.
#[test]
fn a_file_that_comes_before_the_cut_off_is_held_whatever_day_it_states() {
    for on in ["2026-02-13", "2026-02-24"] {
        let mut it = a_purchase();
        it.stage = Stage::with(vec![equity()], "02-13 14:50");
        it.stage.request::<Purchase>(it.id, it.request.clone());
        it.stage.until(it.early);
        says(&mut it, in_the_file(on));
        it.stage.until("02-24 18:00");
        let case: CaseId = it.stage.stream_of("case.opened").id().parse().unwrap();
        let state = it.stage.state(&Key::<Cases>::of(&case));
        assert_eq!(state.case().unwrap().findings[0].kind, Kind::ConfirmedBeforeCutOff);
        assert!(!it.stage.has("payment.refund_requested"), "{}", it.stage.text());
    }
}
