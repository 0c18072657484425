//! Confirmations are checked on every side; what contradicts is stored; a record with more to come is
//! not final.

use crate::{
    books::{self, cases},
    late::close,
    names::order,
    outside::{Verdict, halved, rejection, serial},
    stage::Stage,
    terms::{TARGET, request},
};
use fundflow_domain::{
    application::{Applications, Confirmation, ConversionConfirmed, Outcome, PurchaseConfirmed},
    case::{How, Kind, State},
    holdings::{HoldingId, Holdings},
    ids::{ApplicationNo, PaymentNo},
    modes::ConversionMode as Mode,
    payment::Receipt,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    kind::payload,
    message::{Noticed, Reply},
};
use fundflow_sagas::ports::{
    bank::{ChargeAnswer, charge_notice},
    registrar::{self, ApplicationAnswer},
};

/// A linked purchase on the morning on which its registrar is to confirm it; it says nothing itself.
pub(crate) fn waiting() -> Stage {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
    stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
    stage.request(&request(Mode::LinkedSameDay));
    stage.clock("03-03 09:30");
    stage
}

pub(crate) fn bought(
    mut said: Confirmation,
    change: impl FnOnce(&mut PurchaseConfirmed),
) -> Confirmation {
    let Outcome::Purchase(numbers) = &mut said.outcome else { panic!("no purchase") };
    change(numbers);
    said
}

pub(crate) fn converted(
    mut said: Confirmation,
    change: impl FnOnce(&mut ConversionConfirmed),
) -> Confirmation {
    let Outcome::Conversion(numbers) = &mut said.outcome else { panic!("no conversion") };
    change(numbers);
    said
}

/// Wrong in that way: stored at once, a case of that kind with figures, and not completed.
#[track_caller]
pub(crate) fn disputed(stage: &mut Stage, name: &str, said: Confirmation, kind: Kind) {
    let before = stage.types().len();
    stage.confirmed(name, said.clone());

    assert!(stage.types()[before..].iter().any(|it| it.starts_with("application.")), "{kind}");
    let case = cases(stage).into_iter().find(State::is_open).expect("a case is open");
    let case = case.case().unwrap().clone();
    assert_eq!(case.kind(), kind, "{:?}", case.findings);
    let figures = &case.findings[0];
    assert!(!figures.theirs.is_empty(), "the registrar's figures are in it: {figures:?}");
    assert_eq!(case.order, Some(order(name)));
    assert_eq!(stage.parked().unwrap().1, "does_not_add_up");
    assert!(!stage.has("discount_purchase.completed"));
    books::always(stage);
    let events = stage.events.len();
    stage.confirmed(name, said);
    assert_eq!(stage.events.len(), events, "the same record again is no news");
}

type Wrong = (Kind, fn(Confirmation) -> Confirmation);

pub(crate) const WRONG_PURCHASES: [Wrong; 4] = [
    (Kind::SharesDoNotFollowFromNav, |said| {
        bought(said, |it| it.shares = "100000".parse().unwrap())
    }),
    (Kind::ZeroShares, |said| bought(said, |it| it.shares = "0".parse().unwrap())),
    (Kind::FeeDiffersFromPromise, |said| {
        bought(said, |it| {
            it.fee = "14.78".parse().unwrap();
            it.shares = "985.22".parse().unwrap();
        })
    }),
    (Kind::NavDiffersFromPublished, |said| {
        bought(said, |it| {
            it.nav = "1.25".parse().unwrap();
            it.shares = "800".parse().unwrap();
        })
    }),
];

pub(crate) const WRONG_CONVERSIONS: [Wrong; 4] = [
    (Kind::SharesDoNotFollowFromNav, |said| {
        converted(said, |it| it.shares_in = "98039.22".parse().unwrap())
    }),
    (Kind::ZeroShares, |said| converted(said, |it| it.shares_in = "0".parse().unwrap())),
    (Kind::FeeDiffersFromPromise, |said| {
        converted(said, |it| {
            it.topup_fee = "14.78".parse().unwrap();
            it.net_in = "985.22".parse().unwrap();
            it.shares_in = "965.90".parse().unwrap();
        })
    }),
    (Kind::NavDiffersFromPublished, |said| {
        converted(said, |it| {
            it.nav_in = "1.25".parse().unwrap();
            it.shares_in = "800".parse().unwrap();
        })
    }),
];

#[test]
fn a_wrong_purchase_is_stored_disputed_and_corrected_by_a_second_record() {
    for (kind, wrong) in WRONG_PURCHASES {
        let mut stage = waiting();
        let right = stage.confirmation("mmf");
        disputed(&mut stage, "mmf", wrong(right.clone()), kind);
        let wallet = stage.state(&crate::held::wallet_key());
        let said = wrong(stage.confirmation("mmf")).outcome.registered();
        assert_eq!(wallet.registered(), said, "{kind}: the register is the truth at once");
        assert!(wallet.available().is_zero(), "{kind}: in dispute is not available");

        stage.confirmed("mmf", Confirmation { serial: serial("mmf.c2"), ..right });
        assert!(stage.has("application.corrected"), "{kind}");
        let closed = cases(&stage).into_iter().all(|case| match case {
            State::Closed(_, closing) => matches!(closing.how, How::Corrected { .. }),
            State::Absent | State::Open(_) => false,
        });
        assert!(closed, "{kind}: the corrected record closes the case");
        assert_eq!(stage.parked(), None, "{kind}: it goes on");
        stage.outside.verdicts.clear();
        stage.run();
        books::at_the_end(&stage);
        assert!(stage.has("discount_purchase.completed"), "{kind}");
    }
}

#[test]
fn a_wrong_conversion_is_stored_disputed_and_corrected_by_a_second_record() {
    for (kind, wrong) in WRONG_CONVERSIONS {
        let mut stage = waiting();
        let right = stage.confirmation("convert");
        stage.confirmed("mmf", stage.confirmation("mmf"));
        disputed(&mut stage, "convert", wrong(right.clone()), kind);
        let target = stage.state(&target_key());
        let said = wrong(right.clone()).outcome.registered();
        assert!(stage.has("wallet.shares_taken_out"), "{kind}: they left as the register says");
        assert_eq!(target.registered(), said, "{kind}");
        let sound = target.registered().minus(target.held()).unwrap();
        assert!(sound <= right.outcome.registered(), "{kind}: {sound} of it are free");

        stage.confirmed("convert", Confirmation { serial: serial("convert.c2"), ..right });
        books::at_the_end(&stage);
        assert!(stage.has("discount_purchase.completed"), "{kind}");
        let target = stage.state(&target_key());
        assert_eq!(target.available(), "980.39".parse().unwrap(), "{kind}: none is held any more");
    }
}

pub(crate) fn target_key() -> Key<Holdings> {
    let id = HoldingId { investor: "i-1".parse().unwrap(), fund: TARGET.parse().unwrap() };
    Key::of(&id)
}

#[test]
fn a_conversion_in_dispute_does_not_put_its_sound_purchase_in_question() {
    let mut stage = waiting();
    let wrong = WRONG_CONVERSIONS[0].1(stage.confirmation("convert"));
    stage.confirmed("convert", wrong);
    stage.confirmed("mmf", stage.confirmation("mmf"));

    assert!(stage.has("wallet.credit_confirmed"), "{}", stage.text());
    assert_eq!(stage.look().stands_at, "confirm conversion");
}

#[test]
fn more_shares_converted_than_were_bought_is_a_case() {
    let mut stage = waiting();
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order("mmf")));
    let terms = stage.state(&key).application().unwrap().terms.clone();
    stage.confirmed("mmf", halved(stage.confirmation("mmf"), &terms));
    let all = stage.confirmation("convert");
    disputed(&mut stage, "convert", all, Kind::SharesExceedAsked);
}

#[test]
fn a_person_closes_the_case_and_the_registrars_numbers_stand() {
    let mut stage = waiting();
    stage.confirmed("mmf", stage.confirmation("mmf"));
    let (kind, wrong) = WRONG_CONVERSIONS[2];
    let said = wrong(stage.confirmation("convert"));
    disputed(&mut stage, "convert", said, kind);
    let case = cases(&stage)[0].case().unwrap().id;
    stage.command(close(case));

    books::at_the_end(&stage);
    assert!(stage.has("discount_purchase.completed"));
    let shares = stage.state(&target_key()).lots()[0].credit.shares;
    assert_eq!(shares, "965.90".parse().unwrap());
}

#[test]
fn nobody_closes_a_case_of_another_transaction() {
    let mut stage = waiting();
    let foreign = fundflow_domain::case::CaseId::of(b"another record");

    let Reply::Refused(_, text) = stage.command(close(foreign)) else { panic!("it must say no") };
    assert!(text.contains("no case"), "{text}");
}

#[test]
fn a_confirmation_before_the_cut_off_of_its_t_is_a_case() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.clock("11:00");
    let said = stage.confirmation("mmf");
    disputed(&mut stage, "mmf", said, Kind::ConfirmedBeforeCutOff);
}

#[test]
fn a_record_of_an_order_that_nobody_placed_is_a_case() {
    let mut stage = waiting();
    let no = ApplicationNo::of(&"TX-9.mmf".parse().unwrap());
    let said = ApplicationAnswer::Confirmed(Box::new(stage.confirmation("mmf")));
    let reply = stage.notice(registrar::notice(&no, said));

    assert!(matches!(reply, Reply::Noticed(Noticed::Unclaimed(_))), "{reply:?}");
    assert_eq!(cases(&stage)[0].case().unwrap().kind(), Kind::UnknownOrder);
}

#[test]
fn a_purchase_that_the_registrar_took_back_unasked_is_a_case() {
    let mut stage = waiting();
    let reply = stage.deliver("mmf", ApplicationAnswer::Cancelled);

    assert!(matches!(reply, Reply::Noticed(Noticed::Contradicted(_))), "{reply:?}");
    assert!(cases(&stage)[0].is_open());
}

#[test]
fn a_second_debit_goes_back_and_other_money_than_was_asked_for_is_never_applied() {
    let receipt = |serial_text: &str, amount: &str| Receipt {
        no: PaymentNo::pay(&order("mmf")),
        serial: serial(serial_text),
        amount: amount.parse().unwrap(),
        paid_at: crate::names::at("10:01"),
    };
    let notice = |it| charge_notice(&PaymentNo::pay(&order("mmf")), ChargeAnswer::Paid(it));
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.go("mmf.pay");
    stage.notice(notice(receipt("another", "1000")));
    stage.run();
    books::at_the_end(&stage);
    let sums = books::books(&stage);
    assert_eq!((sums.paid, sums.refunded), ("2000".parse().unwrap(), "1000".parse().unwrap()));

    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.notice(notice(receipt("short", "999.99")));
    stage.run();
    books::at_the_end(&stage);
    assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"));
}

#[test]
fn a_record_with_more_to_come_is_not_final_and_every_record_becomes_shares() {
    let mut stage = waiting();
    stage.confirmed("mmf", stage.confirmation("mmf"));
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order("convert")));
    let terms = stage.state(&key).application().unwrap().terms.clone();
    let half = halved(stage.confirmation("convert"), &terms);
    stage.confirmed("convert", Confirmation { finished: false, ..half.clone() });

    assert!(stage.has("application.portion_confirmed"));
    assert_eq!(stage.look().stands_at, "confirm conversion");
    assert!(!stage.has("wallet.shares_taken_out"));
    assert!(stage.has("wallet.portion_taken_out"));
    assert_eq!(books::books(&stage).in_target, "500".parse().unwrap(), "it is there at once");
    stage.confirmed("convert", Confirmation { serial: serial("convert.c2"), ..half });
    books::at_the_end(&stage);
    assert!(stage.has("discount_purchase.completed"));
    assert_eq!(books::books(&stage).in_target, "1000".parse().unwrap());
}

#[test]
fn a_rest_that_is_rejected_after_a_portion_is_free_again() {
    let mut stage = waiting();
    stage.confirmed("mmf", stage.confirmation("mmf"));
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order("convert")));
    let terms = stage.state(&key).application().unwrap().terms.clone();
    let half = halved(stage.confirmation("convert"), &terms);
    stage.confirmed("convert", Confirmation { finished: false, ..half });
    stage.deliver("convert", ApplicationAnswer::Rejected(rejection("0010", "huge redemption")));

    books::at_the_end(&stage);
    let sums = books::books(&stage);
    assert_eq!((sums.in_target, sums.in_wallet), ("500".parse().unwrap(), "500".parse().unwrap()));
}

#[test]
fn a_confirmation_of_nothing_is_a_rejection() {
    let mut stage = waiting();
    let nothing = bought(stage.confirmation("mmf"), |it| {
        (it.amount, it.refund) = ("0".parse().unwrap(), it.amount);
        it.shares = "0".parse().unwrap();
    });
    stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Rejected);
    stage.confirmed("mmf", nothing);
    if let Some(case) = cases(&stage).first().and_then(|it| Some(it.case()?.id)) {
        stage.command(close(case));
    }
    stage.outside.verdicts.remove("convert");
    stage.run();

    assert_eq!(stage.look().ending, Some("discount_purchase.compensated"), "{}", stage.text());
    books::at_the_end(&stage);
}

#[test]
fn a_conversion_that_was_confirmed_although_its_purchase_was_rejected_waits_for_a_person() {
    let mut stage = waiting();
    stage.confirmed("convert", stage.confirmation("convert"));
    stage.deliver("mmf", ApplicationAnswer::Rejected(rejection("0002", "rejected")));

    assert_eq!(stage.parked().unwrap(), ("conversion falls".into(), "does_not_add_up".into()));
    let case = cases(&stage)[0].case().unwrap().id;
    stage.command(close(case));
    stage.run();
    assert!(stage.is_parked() && stage.look().ending.is_none(), "no rule says what then");
    books::always(&stage);
}

#[test]
fn a_registrar_that_only_repeats_a_portion_is_overdue() {
    let mut stage = waiting();
    stage.confirmed("mmf", stage.confirmation("mmf"));
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order("convert")));
    let terms = stage.state(&key).application().unwrap().terms.clone();
    let half = halved(stage.confirmation("convert"), &terms);
    stage.confirmed("convert", Confirmation { finished: false, ..half.clone() });
    for _ in 0..400 {
        if stage.in_flight.is_empty() && (stage.is_parked() || !stage.ring()) {
            break;
        }
        for effect in std::mem::take(&mut stage.in_flight) {
            let again = Confirmation { finished: false, ..half.clone() };
            stage.answered(effect, payload(ApplicationAnswer::Confirmed(Box::new(again))));
        }
    }
    let parked = stage.parked().unwrap();
    assert_eq!(parked, ("confirm conversion".into(), "overdue".into()), "{}", stage.text());
}
