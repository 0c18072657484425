//! Random runs in which the registrar contradicts itself and people close cases in every way, give up and
//! take back: no money and no share of a purchase, redemption or conversion is lost or made.

use crate::{
    conversion,
    doubts::{Doubt, Doubted, bring_to_its_end, by_hand, compensated, doubts, play},
    outside::{bought_part, converted_part, read, redeemed, rejected},
    purchase, redemption,
    stage::{InHouse, Stage},
};
use fundflow_application::audit::Report;
use fundflow_domain::{
    application::{Application, Applications, Confirmation, Outcome, Quantity},
    case::{CaseId, Closing},
    fund::ConversionFeeMethod,
    ids::{ApplicationNo, OrderId, PaymentNo},
    payment::{Of, Payments, Receipt},
    time::Timestamp,
};
use fundflow_kernel::{envelope::Recorded, streams::Key};
use fundflow_runtime::{look::Look, message::Action, process::Disposition};
use fundflow_sagas::{
    conversion::Conversion,
    ports::{
        bank::{ChargeAnswer, charge_notice},
        registrar::{ApplicationAnswer, notice},
    },
    purchase::Purchase,
    redemption::Redemption,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// One order, and how its registrar and people speak of it.
struct Order<S: InHouse> {
    stage: Stage,
    id: &'static str,
    about: OrderId,
    says: fn(bool, &str, bool) -> ApplicationAnswer,
    close: fn(CaseId, Box<Closing>) -> S::Command,
    cancel: fn(Timestamp) -> S::Command,
}

impl<S: InHouse<Command: 'static, Request: 'static>> Order<S> {
    fn no(&self) -> ApplicationNo {
        ApplicationNo::of(&self.about)
    }

    fn deliver(&mut self, said: ApplicationAnswer) {
        let key: Key<Applications> = Key::of(&self.no());
        if self.stage.state(&key).application().is_some() {
            self.stage.notice(notice(&self.no(), said));
        }
    }

    fn application(&self) -> Option<Application> {
        let key: Key<Applications> = Key::of(&self.no());
        self.stage.state(&key).application().cloned()
    }

    fn sum(&self, of: impl Fn(&Outcome) -> Decimal) -> Decimal {
        let application = self.application();
        let all = application.iter().flat_map(Application::confirmations);
        all.map(|said: &Confirmation| of(&said.outcome)).sum()
    }
}

impl<S: InHouse<Command: 'static, Request: 'static>> Doubted for Order<S> {
    fn hours(&mut self, hours: i64) {
        self.stage.until_instant(self.stage.now.plus_millis(hours * 3_600_000));
    }
    fn silence(&mut self, silent: bool) {
        self.stage.silent = silent;
    }
    fn confirms(&mut self, whole: bool, serial: u8, last: bool) {
        self.deliver((self.says)(whole, &format!("C{serial}"), last));
    }
    fn rejects(&mut self) {
        self.deliver(rejected("0"));
    }
    fn debits(&mut self) {
        let no = PaymentNo::pay(&self.about);
        let key: Key<Payments> = Key::of(&no);
        if self.stage.state(&key).payment().is_none() {
            return;
        }
        let serial = read(&format!("again{}", self.stage.now.date()));
        let (amount, paid_at) = (read("10000"), self.stage.now);
        let receipt = Receipt { no: no.clone(), serial, amount, paid_at };
        self.stage.notice(charge_notice(&no, ChargeAnswer::Paid(receipt)));
    }
    fn closes(&mut self, case: CaseId, closing: Box<Closing>) {
        self.stage.command::<S>(self.id, (self.close)(case, closing));
    }
    fn cancels(&mut self) {
        self.stage.command::<S>(self.id, (self.cancel)(self.stage.now));
    }
    fn acts(&mut self, action: Action) {
        self.stage.act::<S>(self.id, action);
    }
    fn dies(&mut self, calls_arrive: bool) {
        self.stage.dies(calls_arrive);
    }
    fn moved(&self) -> Vec<String> {
        self.stage.outside.moved.keys().cloned().collect()
    }
    fn fuse(&mut self, appends: Option<usize>) {
        self.stage.fuse = appends;
    }
    fn seen(&self) -> Look {
        self.stage.look::<S>(self.id)
    }
    fn log(&self) -> &[Recorded] {
        &self.stage.events
    }
    fn audit(&self) -> Report {
        crate::audited::report(&self.stage.events, self.stage.kinds())
    }
    fn transcript(&self) -> String {
        self.stage.text()
    }
}

fn played<S: InHouse<Command: 'static, Request: 'static>>(
    mut order: Order<S>,
    request: S::Request,
    doubts: &[Doubt],
) -> Order<S> {
    order.stage.request::<S>(order.id, request);
    play(&mut order, doubts);
    bring_to_its_end(&mut order);
    order
}

fn redeemed_in_doubt(doubts: &[Doubt]) {
    let order = Order::<Redemption> {
        stage: redemption::stage(),
        id: "R",
        about: read("R.redeem"),
        says: |whole, serial, last| {
            let half = ["3000", "1.3071", "3921.30", "0", "3921.30"];
            let numbers = if whole { redemption::NUMBERS } else { half };
            redeemed(serial, "2026-02-25", last, numbers, &[])
        },
        close: |case, closing| fundflow_sagas::redemption::Command::CloseCase { case, closing },
        cancel: |at| fundflow_sagas::redemption::Command::Cancel { at },
    };
    let order = played(order, redemption::request(), doubts);
    let (stage, look) = (&order.stage, order.seen());
    let left = order.sum(|it| match it {
        Outcome::Redemption(it) => it.shares.decimal(),
        _ => Decimal::ZERO,
    });
    let brought = order.sum(|it| match it {
        Outcome::Redemption(it) => it.payout.decimal(),
        _ => Decimal::ZERO,
    });
    let held = stage.shares("011162");
    let gone = read::<Decimal>("6500.55") - held.registered().decimal();
    assert_eq!(gone, left - by_hand(&look, "missing"), "{}", stage.text());
    assert!(held.reserved().is_zero() && held.held().is_zero(), "{}", stage.text());
    let moved = stage.outside.balance()[1].decimal() - compensated(order.log());
    let hand = by_hand(&look, "payout") + by_hand(&look, "underpaid") - by_hand(&look, "overpaid");
    assert_eq!(moved + hand, brought, "{:?}\n{}", look.open_ends, stage.text());
}

fn bought_in_doubt(doubts: &[Doubt]) {
    let order = Order::<Purchase> {
        stage: purchase::stage(),
        id: "P",
        about: read("P.buy"),
        says: |whole, serial, last| {
            let part = ["9000", "133.00", "1000", "1.2345", "7182.67"];
            let numbers = if whole { purchase::NUMBERS } else { part };
            bought_part(serial, "2026-02-24", last, numbers)
        },
        close: |case, closing| fundflow_sagas::purchase::Command::CloseCase { case, closing },
        cancel: |at| fundflow_sagas::purchase::Command::Cancel { at },
    };
    let order = played(order, purchase::request(), doubts);
    let (stage, look) = (&order.stage, order.seen());
    let came = order.sum(|it| it.registered().decimal());
    let held = stage.shares("011162");
    let shares = came + by_hand(&look, "missing");
    assert_eq!(held.registered().decimal(), shares, "{}", stage.text());
    assert!(held.held().is_zero(), "{}", stage.text());
    let accepted = order.sum(|it| match it.quantity() {
        Quantity::Money(part) => part.decimal(),
        Quantity::Shares(_) => Decimal::ZERO,
    });
    let key: Key<Payments> = Key::of(&PaymentNo::pay(&order.about));
    let Some(payment) = stage.state(&key).payment().cloned() else { return };
    let arrived = payment.refunds.iter().filter(|it| it.arrived.is_some());
    let of_applied = |of: &Of| !matches!(of, Of::Unapplied { .. });
    let back: Decimal = arrived.filter(|it| of_applied(&it.of)).map(|it| it.amount.decimal()).sum();
    let hand: Decimal = look
        .open_ends
        .iter()
        .map(|end| match &*end.name {
            "order" => end.worth,
            "overpaid" => -end.worth,
            name => {
                let of = |it: &&fundflow_domain::payment::Refund| it.no.as_str().ends_with(name);
                let refund = payment.refunds.iter().find(of);
                refund
                    .filter(|it| of_applied(&it.of))
                    .map_or(Decimal::ZERO, |it| it.amount.decimal())
            }
        })
        .sum();
    let paid = payment.applied().map_or(Decimal::ZERO, |it| it.amount.decimal());
    assert_eq!(paid, accepted + back + hand, "{:?}\n{}", look.open_ends, stage.text());
    for refund in payment.owed() {
        let name = refund.no.as_str().rsplit_once('.').unwrap().1;
        assert!(look.given_up.iter().any(|end| **end == *name), "{}", stage.text());
    }
}

fn converted_in_doubt(doubts: &[Doubt]) {
    let order = Order::<Conversion> {
        stage: conversion::stage(ConversionFeeMethod::FeeDifference),
        id: "C",
        about: read("C.convert"),
        says: |whole, serial, last| {
            let half = ["10000", "1.0523", "10.52", "71.93", "10440.55", "1.2345", "8457.31"];
            let numbers = if whole { conversion::BY_FEES } else { half };
            converted_part(serial, "2026-02-24", last, numbers)
        },
        close: |case, closing| fundflow_sagas::conversion::Command::CloseCase { case, closing },
        cancel: |at| fundflow_sagas::conversion::Command::Cancel { at },
    };
    let order = played(order, conversion::request(), doubts);
    let (stage, look) = (&order.stage, order.seen());
    let left = order.sum(|it| match it {
        Outcome::Conversion(it) => it.shares_out.decimal(),
        _ => Decimal::ZERO,
    });
    let came = order.sum(|it| it.registered().decimal());
    let (source, target) = (stage.shares("001546"), stage.shares("011162"));
    let gone = read::<Decimal>("25000") - source.registered().decimal();
    let missing = (left - gone) + (target.registered().decimal() - came);
    assert_eq!(missing, by_hand(&look, "missing"), "{}", stage.text());
    assert!(gone <= left && came <= target.registered().decimal(), "{}", stage.text());
    for held in [source, target] {
        assert!(held.reserved().is_zero() && held.held().is_zero(), "{}", stage.text());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_said_of_a_redemption_its_shares_and_its_money_are_somewhere(doubts in doubts()) {
        redeemed_in_doubt(&doubts);
    }

    #[test]
    fn whatever_is_said_of_a_purchase_its_money_and_its_shares_are_somewhere(doubts in doubts()) {
        bought_in_doubt(&doubts);
    }

    #[test]
    fn whatever_is_said_of_a_conversion_its_shares_are_somewhere(doubts in doubts()) {
        converted_in_doubt(&doubts);
    }
}

#[test]
fn what_the_bank_paid_of_a_payout_whose_answer_died_is_not_paid_by_hand_as_well() {
    use Doubt::{Abandons, Closes, Confirms, DiesLater, Hours};
    redeemed_in_doubt(&[
        Confirms(false, 0, false),
        Confirms(false, 1, true),
        Confirms(false, 1, false),
        Closes(0, 2),
        DiesLater(1),
        Abandons(Disposition::Refund),
        Hours(0),
    ]);
}

#[test]
fn money_of_a_record_that_is_taken_back_pays_for_the_other_one() {
    use Doubt::{Abandons, Closes, Confirms, Hours, Rejects};
    bought_in_doubt(&[
        Hours(0),
        Abandons(Disposition::Refund),
        Confirms(false, 1, false),
        Confirms(false, 0, true),
        Rejects,
        Closes(1, 0),
    ]);
}
