//! Nobody is called for what time will mend; only what can be run is offered.

use crate::{
    books,
    names::at,
    outside::{Fate, Verdict},
    stage::Stage,
    terms::{closed_on, foreign, request, target, wallet},
};
use fundflow_domain::{fund::FundTerms, modes::ConversionMode as Mode};
use fundflow_runtime::message::{Action, Reply};
use fundflow_sagas::discount_purchase::{Refusal, Request};

#[test]
fn a_bank_that_is_down_over_the_spring_festival_parks_nothing_that_the_next_morning_mends() {
    // Friday, 13 February is the last T before Tuesday, the 24th.
    let mut stage = Stage::at("02-13 14:50");
    stage.outside.down.insert("mmf.pay".to_owned());
    stage.request(&request(Mode::LinkedSameDay));
    stage.clock("02-24 09:00");
    assert_eq!(stage.parked(), None, "{}", stage.text());
    let asked = stage.lines.iter().filter(|line| line.ends_with(" mmf.pay")).count();
    assert!((120..160).contains(&asked), "asked {asked} times in ten days");

    stage.outside.down.clear();
    stage.run();
    assert!(!stage.has("discount_purchase.parked"));
    assert!(books::t_of(&stage, "mmf").as_str() >= "2026-02-24", "it counts for when it was paid");
    books::at_the_end(&stage);
}

#[test]
fn a_confirmation_file_at_five_in_the_afternoon_parks_nothing() {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
    stage.request(&request(Mode::LinkedSameDay));
    stage.clock("03-03 17:00");
    assert_eq!(stage.parked(), None);
    stage.outside.verdicts.clear();
    stage.run();

    books::at_the_end(&stage);
    assert!(!stage.has("discount_purchase.parked"));
}

/// Parked at that row, at that instant and never before.
#[track_caller]
fn parks(mut stage: Stage, mode: Mode, row: &str, deadline: &str) -> Stage {
    stage.request(&request(mode));
    let before = at(deadline).plus_millis(-1000);
    stage.settle();
    while stage.runner.next_timer().is_some_and(|due| due <= before) {
        stage.ring();
        stage.settle();
    }
    assert_eq!(stage.parked(), None, "before {deadline}\n{}", stage.text());
    stage.clock(deadline);
    assert_eq!(stage.parked().map(|(row, _)| row), Some(row.to_owned()), "at {deadline}");
    books::always(&stage);
    stage
}

pub(crate) fn silent_call(name: &str) -> Stage {
    let mut stage = Stage::at("10:00");
    stage.outside.mute.insert(name.to_owned());
    stage
}

pub(crate) fn silent_word(name: &str) -> Stage {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert(name.to_owned(), Verdict::Silence);
    stage
}

#[test]
fn deadlines_park_and_an_answer_that_comes_later_wakes() {
    let linked = Mode::LinkedSameDay;
    let rows = [
        (parks(silent_call("mmf.pay"), linked, "pay", "03-03 15:00"), "mmf.pay"),
        (parks(silent_call("mmf"), linked, "buy", "03-03 15:00"), "mmf"),
        (parks(silent_call("convert"), linked, "convert", "03-03 15:00"), "convert"),
        (parks(silent_word("mmf"), linked, "confirm buy", "03-04 12:00"), "mmf"),
        (parks(silent_word("convert"), linked, "confirm conversion", "03-04 12:00"), "convert"),
    ];
    for (mut stage, name) in rows {
        let asked = |stage: &Stage| {
            stage
                .lines
                .iter()
                .filter(|line| line.starts_with("ask") && line.ends_with(name))
                .count()
        };
        let before = asked(&stage);
        stage.clock("03-06 12:00");
        let slowly = asked(&stage) - before;
        assert!((9..20).contains(&slowly), "{name} is asked for slowly while parked: {slowly}");

        stage.outside.mute.clear();
        stage.outside.verdicts.clear();
        stage.clock("03-06 18:00");
        assert!(stage.has("discount_purchase.resumed"), "{name}: its answer wakes it");
        stage.run();
        books::at_the_end(&stage);
    }
}

#[test]
fn deadlines_of_the_targets_own_order_and_of_its_money_run_from_its_own_t() {
    // Bought on the 2nd, redeemed on the 3rd, its money is here on the 4th.
    let mode = Mode::RedeemToPurchase;
    parks(silent_call("redeem"), mode, "redeem", "03-04 15:00");
    parks(silent_word("redeem"), mode, "confirm redemption", "03-05 12:00");
    parks(silent_call("target"), mode, "buy target", "03-05 15:00");
    parks(silent_word("target"), mode, "confirm target", "03-06 12:00");
    let refused = |deadline: &str, rejected: fn(&mut Stage)| {
        let mut stage = Stage::at("10:00");
        rejected(&mut stage);
        stage.outside.down.insert("redeem.out".to_owned());
        parks(stage, mode, "paid out", deadline);
    };
    refused("03-05 15:00", |it| it.outside.fate("target", [Fate::Refused]));
    // Asked for on the 5th, when the registrar says so.
    refused("03-06 15:00", |it| {
        it.outside.verdicts.insert("target".to_owned(), Verdict::Rejected);
    });
    parks(silent_call("convert"), Mode::NextDay, "convert", "03-04 15:00");
    parks(silent_word("convert"), Mode::NextDay, "confirm conversion", "03-05 12:00");
}

#[test]
fn a_refund_that_is_asked_for_late_has_its_days_from_then_on() {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
    stage.outside.down.insert("mmf.pay.refund1".to_owned());
    stage.request(&request(Mode::LinkedSameDay));
    stage.clock("03-09 10:00");
    stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Rejected);
    stage.clock("03-09 14:00");
    assert!(stage.has("payment.refund_requested"), "{}", stage.text());
    assert_eq!(stage.parked(), None, "{}", stage.text());
    stage.clock("03-12 14:59");
    assert_eq!(stage.parked(), None, "{}", stage.text());
    stage.clock("03-12 15:00");
    assert_eq!(stage.parked().map(|(row, _)| row).as_deref(), Some("refund payment"));
}

#[test]
fn a_refund_that_nobody_answers_parks_after_its_day_and_not_before() {
    let mut stage = Stage::at("10:00");
    stage.outside.fate("mmf", [Fate::Refused]);
    stage.outside.down.insert("mmf.pay.refund1".to_owned());
    let mut stage = parks(stage, Mode::LinkedSameDay, "refund payment", "03-05 15:00");
    stage.outside.down.clear();
    stage.clock("03-06 18:00");

    books::at_the_end(&stage);
    assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"));
}

#[test]
fn an_account_that_cannot_take_a_refund_parks_at_once() {
    let mut stage = Stage::at("10:00");
    stage.outside.fate("mmf", [Fate::Refused]);
    stage.outside.fate("mmf.pay.refund1", [Fate::Refused]);
    stage.request(&request(Mode::LinkedSameDay));
    stage.run();

    assert_eq!(stage.parked(), Some(("refund payment".into(), "closed".into())));
    stage.act(Action::Resume { reason: "the account is open again".into() });
    stage.run();
    books::at_the_end(&stage);
}

#[test]
fn an_operator_closes_the_row_that_nobody_answers_and_the_nearest_landing_is_reached() {
    let rows = [
        ("mmf.pay", "discount_purchase.rolled_back"),
        ("mmf", "discount_purchase.rolled_back"),
        ("convert", "discount_purchase.kept_in_wallet"),
    ];
    for (name, ending) in rows {
        let mut stage = silent_call(name);
        stage.request(&request(Mode::LinkedSameDay));
        stage.clock("10:30");
        let reply = stage.act(Action::SkipToLanding { reason: "a test".into() });
        assert!(matches!(reply, Reply::Acted), "{name}: {reply:?}");
        stage.outside.mute.clear();
        stage.run();
        assert_eq!(stage.look().ending, Some(ending), "{name}");
        books::at_the_end(&stage);
    }
}

#[test]
fn money_that_comes_after_its_payment_was_closed_goes_back() {
    let mut stage = silent_call("mmf.pay");
    stage.request(&request(Mode::LinkedSameDay));
    stage.clock("10:30");
    stage.act(Action::SkipToLanding { reason: "a test".into() });
    let late = fundflow_sagas::ports::bank::charge_notice(
        &fundflow_domain::ids::PaymentNo::pay(&crate::names::order("mmf")),
        fundflow_sagas::ports::bank::ChargeAnswer::Paid(fundflow_domain::payment::Receipt {
            no: fundflow_domain::ids::PaymentNo::pay(&crate::names::order("mmf")),
            serial: crate::outside::serial("late"),
            amount: "1000".parse().unwrap(),
            paid_at: at("10:29"),
        }),
    );
    stage.notice(late);
    stage.run();

    assert_eq!(books::books(&stage).refunded, "1000".parse().unwrap());
    books::at_the_end(&stage);
}

#[track_caller]
fn offered(funds: Vec<FundTerms>, mode: Mode) -> Vec<Mode> {
    let mut stage = Stage::with(funds, "10:00");
    let target = fundflow_domain::ids::FundCode::clone(&"011162".parse().unwrap());
    let asked = Request { target_fund: target, ..request(mode) };
    match stage.request(&asked) {
        Reply::Refused(refusal, _) => match refusal.downcast_ref::<Refusal>().unwrap() {
            Refusal::NotAdmitted(rule) => rule.offers().expect("modes").to_vec(),
            other => panic!("{other}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_mode_that_a_refusal_offers_is_one_that_would_be_admitted() {
    let all = offered(vec![wallet(), target()], Mode::Held);
    assert_eq!(all, [Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase]);
    let tomorrow = closed_on(target(), "2026-03-03");
    assert_eq!(offered(vec![wallet(), tomorrow], Mode::Held)[0], Mode::LinkedSameDay);
    let today = closed_on(target(), "2026-03-02");
    let possible = offered(vec![wallet(), today], Mode::Held);
    assert_eq!(possible, [Mode::NextDay, Mode::RedeemToPurchase], "not what would be refused too");
    for mode in possible {
        let funds = vec![wallet(), closed_on(target(), "2026-03-02"), foreign()];
        let mut stage = Stage::with(funds, "10:00");
        let code = "011162".parse().unwrap();
        let reply = stage.request(&Request { target_fund: code, ..request(mode) });
        assert!(matches!(reply, Reply::Placed { .. }), "{mode:?}: {reply:?}");
    }
}

#[test]
fn another_request_under_a_known_transaction_is_refused_with_the_fields_that_differ() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    let events = stage.events.len();
    let again = stage.request(&request(Mode::LinkedSameDay));
    assert!(matches!(again, Reply::Placed { .. }));
    let other = Request { amount: "2000".parse().unwrap(), ..request(Mode::NextDay) };
    let Reply::Refused(_, text) = stage.request(&other) else { panic!("it differs") };

    assert!(text.ends_with("it differs in amount, mode"), "{text}");
    assert_eq!(stage.events.len(), events);
}

#[test]
fn a_conversion_that_was_closed_and_is_confirmed_after_that_waits_for_its_case_and_says_so() {
    for mode in [Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase] {
        let name = if mode == Mode::RedeemToPurchase { "redeem" } else { "convert" };
        let mut stage = silent_call(name);
        stage.request(&request(mode));
        for _ in 0..60 {
            stage.settle();
            if stage.is_parked() || !stage.ring() {
                break;
            }
        }
        assert!(stage.is_parked(), "{mode:?}\n{}", stage.text());
        stage.act(Action::SkipToLanding { reason: "not known there".into() });
        stage.confirmed(name, stage.confirmation(name));
        // It had reached them after all, and they repeat what they have said.
        stage.outside.mute.remove(name);
        stage.run();
        for _ in 0..2 {
            stage.act(Action::Resume { reason: "look again".into() });
            stage.run();
        }

        let look = stage.look();
        let code = look.parked.map(|(_, cause)| cause.code.to_string());
        let has_open_case = books::cases(&stage).iter().any(fundflow_domain::case::State::is_open);
        assert!(has_open_case, "{mode:?}\n{}", stage.text());
        assert!(
            code.as_deref().is_none_or(|code| code == "does_not_add_up"),
            "{mode:?} parks for {code:?} and has its case\n{}",
            stage.text()
        );
        for case in books::cases(&stage) {
            stage.command(crate::late::close(case.case().unwrap().id));
        }
        stage.run();
        let look = stage.look();
        assert!(look.finished, "{mode:?} {:?}\n{}", look.parked, stage.text());
    }
}
