//! Taking back: both legs or only the conversion, until the cut-off of what is taken back; the money
//! follows.

use crate::{
    books,
    held::holding,
    names::at,
    outside::{Fate, Verdict},
    stage::Stage,
    terms::request,
};
use fundflow_domain::modes::ConversionMode as Mode;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    discount_purchase::{Command, Refusal, Request},
    parts::milestone::Scope,
};

fn cancel(stage: &mut Stage, scope: Scope) -> Reply {
    let at = stage.now;
    stage.command(Command::Cancel { at, scope })
}

/// Taken back when the calls so far were answered up to, and not including, that one.
fn taken_back_before(mode: Mode, call: &str, scope: Scope) -> (Stage, usize) {
    let mut stage = if mode == Mode::Held { holding("1000") } else { Stage::at("10:00") };
    stage.request(&request(mode));
    for name in ["mmf.pay", "mmf", "convert"].iter().take_while(|name| **name != call) {
        if stage.in_flight.iter().any(|it| crate::names::name_of(&it.key) == *name) {
            stage.go(name);
        }
    }
    let lines = stage.lines.len();
    let reply = cancel(&mut stage, scope);
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage.run();
    books::at_the_end(&stage);
    (stage, lines)
}

#[test]
fn all_of_a_linked_purchase_is_taken_back_while_it_is_paid_and_bought() {
    let mode = Mode::LinkedSameDay;
    let (stage, at) = taken_back_before(mode, "mmf.pay", Scope::All);
    assert_eq!(
        stage.since(at),
        [
            "discount_purchase.cancel_asked",
            "payment.paid",
            "payment.refund_requested",
            "call mmf.pay.refund1",
            "payment.refunded",
            "discount_purchase.rolled_back",
        ]
    );
    let (stage, at) = taken_back_before(mode, "mmf", Scope::All);
    assert_eq!(
        stage.since(at),
        [
            "discount_purchase.cancel_asked",
            "application.accepted",
            "wallet.credited_in_transit",
            "discount_purchase.committed",
            "call mmf.cancel",
            "application.cancelled",
            "wallet.credit_reversed",
            "payment.refund_requested",
            "call mmf.pay.refund1",
            "payment.refunded",
            "discount_purchase.compensated",
        ]
    );
}

#[test]
fn all_of_a_linked_purchase_is_taken_back_with_its_conversion_first() {
    let mode = Mode::LinkedSameDay;
    let (stage, at) = taken_back_before(mode, "convert", Scope::All);
    assert_eq!(
        stage.since(at),
        [
            "discount_purchase.cancel_asked",
            "application.accepted",
            "call convert.cancel",
            "application.cancelled",
            "call mmf.cancel",
            "application.cancelled",
            "wallet.shares_released",
            "wallet.credit_reversed",
            "payment.refund_requested",
            "call mmf.pay.refund1",
            "payment.refunded",
            "discount_purchase.compensated",
        ]
    );
    let (stage, at) = taken_back_before(mode, "nothing", Scope::All);
    assert_eq!(
        stage.since(at)[..5],
        [
            "discount_purchase.cancel_asked",
            "call convert.cancel",
            "application.cancelled",
            "call mmf.cancel",
            "application.cancelled",
        ],
        "the conversion first"
    );
}

#[test]
fn only_the_conversion_is_taken_back_and_the_money_stays_in_the_wallet() {
    for call in ["mmf.pay", "mmf", "convert", "nothing"] {
        for mode in [Mode::LinkedSameDay, Mode::NextDay] {
            let (stage, _) = taken_back_before(mode, call, Scope::Conversion);
            let ending = stage.look().ending;
            assert_eq!(ending, Some("discount_purchase.kept_in_wallet"), "{mode:?}, {call}");
            assert_eq!(books::books(&stage).in_wallet, "1000".parse().unwrap());
        }
    }
}

#[test]
fn all_of_a_next_day_or_redeeming_purchase_is_taken_back_and_the_money_goes_back() {
    for mode in [Mode::NextDay, Mode::RedeemToPurchase] {
        for call in ["mmf.pay", "mmf", "nothing"] {
            let (stage, _) = taken_back_before(mode, call, Scope::All);
            assert_eq!(books::books(&stage).refunded, "1000".parse().unwrap(), "{mode:?}, {call}");
        }
    }
}

#[test]
fn held_shares_are_free_again_when_their_conversion_is_taken_back() {
    for scope in [Scope::All, Scope::Conversion] {
        for call in ["convert", "nothing"] {
            let (stage, _) = taken_back_before(Mode::Held, call, scope);
            assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"));
            assert!(stage.has("wallet.shares_released"), "{scope:?}, {call}");
        }
    }
}

#[test]
fn after_the_cut_off_nothing_is_taken_back_and_the_refusal_names_the_instant() {
    for scope in [Scope::All, Scope::Conversion] {
        let mut stage = Stage::at("10:00");
        stage.request(&request(Mode::LinkedSameDay));
        stage.clock("15:00");
        let Reply::Refused(refusal, _) = cancel(&mut stage, scope) else { panic!("too late") };
        let refusal: &Refusal = refusal.downcast_ref().unwrap();
        let (at, heard_at, cut_off) = (at("15:00"), at("15:00"), at("15:00"));
        assert_eq!(*refusal, Refusal::TooLateToCancel { at, heard_at, cut_off });
        stage.run();
        assert!(stage.has("discount_purchase.completed"));
    }
}

#[test]
fn who_takes_back_what_is_over_learns_what_became_of_it_and_since_when_it_was_irrevocable() {
    for scope in [Scope::All, Scope::Conversion] {
        let mut stage = Stage::at("10:00");
        stage.request(&request(Mode::LinkedSameDay));
        stage.run();
        let over = why_not(&mut stage, scope);
        assert_eq!(over, format!("the purchase is over: completed{SINCE}"), "{scope:?}");
    }
    // Nothing was bought, and the cut-off has not passed.
    let mut stage = Stage::at("10:00");
    stage.outside.fate("mmf.pay", [Fate::Refused]);
    stage.request(&request(Mode::LinkedSameDay));
    stage.go("mmf.pay");
    assert_eq!(why_not(&mut stage, Scope::All), "the purchase is over: rolled back");
}

#[test]
fn nothing_is_taken_back_before_it_was_asked_for() {
    for scope in [Scope::All, Scope::Conversion] {
        let mut stage = Stage::at("10:00");
        stage.request(&request(Mode::LinkedSameDay));
        let Reply::Refused(_, text) = stage.command(Command::Cancel { at: at("09:59"), scope })
        else {
            panic!("{scope:?}: 09:59 is before the request")
        };
        let says = ["asked at 2026-03-02T09:59:00+08:00", "asked for only at 2026-03-02T10:00:00"];
        assert!(says.iter().all(|it| text.contains(it)), "{text}");
        assert!(!stage.has("discount_purchase.cancel_asked"));
    }
}

#[test]
fn what_was_asked_in_time_and_arrives_too_late_is_refused() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.clock("15:30");
    let reply = stage.command(Command::Cancel { at: at("14:00"), scope: Scope::All });
    let Reply::Refused(refusal, _) = reply else { panic!("{reply:?}") };
    let refusal: &Refusal = refusal.downcast_ref().unwrap();
    let said = refusal.to_string();
    assert!(said.starts_with("asked at 2026-03-02T14:00:00+08:00, and heard only at "), "{said}");
    assert!(said.contains("2026-03-02T15:30:00+08:00, which counts"), "{said}");
}

#[test]
fn a_conversion_that_is_not_ordered_yet_can_be_taken_back_on_the_next_morning() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::NextDay));
    stage.clock("03-03 08:00");
    assert!(matches!(cancel(&mut stage, Scope::Conversion), Reply::Acted));
    stage.run();

    books::at_the_end(&stage);
    assert_eq!(stage.look().ending, Some("discount_purchase.kept_in_wallet"));
    assert!(!stage.lines.contains(&"call convert".to_owned()), "it is never ordered");
}

#[test]
fn a_registrar_that_keeps_what_it_has_is_believed_and_the_purchase_goes_on() {
    let mut stage = Stage::at("10:00");
    stage.outside.fate("convert.cancel", [Fate::Refused]);
    stage.request(&request(Mode::LinkedSameDay));
    stage.settle();
    cancel(&mut stage, Scope::All);
    stage.run();

    assert!(stage.has("discount_purchase.cancel_refused"));
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"));
    assert_eq!(stage.look().failure, None, "nothing of it was taken back");
    books::at_the_end(&stage);
    let mut stage = Stage::at("10:00");
    stage.outside.fate("mmf.cancel", [Fate::Refused]);
    stage.request(&request(Mode::NextDay));
    stage.settle();
    cancel(&mut stage, Scope::All);
    stage.run();

    assert_eq!(stage.look().ending, Some("discount_purchase.kept_in_wallet"));
    books::at_the_end(&stage);
}

#[test]
fn a_taking_back_that_nobody_answers_is_asked_for_again() {
    for fate in [Fate::Lost, Fate::Unheard] {
        let mut stage = Stage::at("10:00");
        stage.outside.fate("convert.cancel", [fate; 3]);
        stage.request(&request(Mode::LinkedSameDay));
        stage.settle();
        cancel(&mut stage, Scope::Conversion);
        stage.run();

        assert_eq!(stage.look().ending, Some("discount_purchase.kept_in_wallet"), "{fate:?}");
        books::at_the_end(&stage);
    }
}

#[test]
fn taking_back_the_same_again_is_free_also_once_it_is_over() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.settle();
    cancel(&mut stage, Scope::Conversion);
    let events = stage.events.len();
    assert!(matches!(cancel(&mut stage, Scope::Conversion), Reply::Acted));
    assert_eq!(stage.events.len(), events);
    assert!(matches!(cancel(&mut stage, Scope::All), Reply::Acted), "and then all of it");
    stage.run();
    books::at_the_end(&stage);
    assert_eq!(stage.look().ending, Some("discount_purchase.compensated"));
    assert!(matches!(cancel(&mut stage, Scope::All), Reply::Acted), "it was, and that is known");
    let events = stage.events.len();
    assert!(matches!(cancel(&mut stage, Scope::Conversion), Reply::Acted), "with the whole");
    assert_eq!(stage.events.len(), events, "nothing is stored");
}

#[test]
fn what_the_registrar_confirmed_cannot_be_taken_back() {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
    stage.request(&request(Mode::NextDay));
    stage.clock("03-03 13:00");
    assert!(matches!(cancel(&mut stage, Scope::All), Reply::Refused(..)), "the purchase");
    assert!(matches!(cancel(&mut stage, Scope::Conversion), Reply::Acted), "it is 13:00 of its T");
    stage.run();
    books::at_the_end(&stage);
}

#[test]
fn a_refusal_names_the_conversion_alone_only_where_that_can_be_taken_back() {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
    stage.request(&request(Mode::NextDay));
    let refused = |stage: &mut Stage| {
        let Reply::Refused(_, text) = cancel(stage, Scope::All) else { panic!("it is confirmed") };
        text.to_string()
    };
    let alone = "the money-fund purchase is confirmed; only the conversion can be taken back";

    stage.clock("03-03 13:00");
    assert_eq!(refused(&mut stage), alone);
    stage.clock("03-03 15:00");
    assert_eq!(refused(&mut stage), format!("the money-fund purchase is confirmed{SINCE}"));
    assert!(matches!(cancel(&mut stage, Scope::Conversion), Reply::Refused(..)), "too late");
}

/// Of whoever asks after the cut-off of its T.
const SINCE: &str = "; it could be taken back only before 2026-03-02T15:00:00+08:00";

fn why_not(stage: &mut Stage, scope: Scope) -> String {
    let events = stage.events.len();
    let Reply::Refused(_, text) = cancel(stage, scope) else { panic!("{scope:?} is taken back") };
    assert_eq!(stage.events.len(), events, "{scope:?}");
    text.to_string()
}

#[test]
fn what_was_never_bought_is_not_taken_back_while_its_money_is_on_its_way() {
    let rejected = "the registrar has rejected the money-fund purchase, and the money goes back";
    for mode in [Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase] {
        let mut front = Stage::at("10:00");
        front.outside.fate("mmf", [Fate::Refused]);
        let mut batch = Stage::at("10:00");
        batch.outside.verdicts.insert("mmf".to_owned(), Verdict::Rejected);
        for mut stage in [front, batch] {
            stage.outside.fate("mmf.pay.refund1", [Fate::Refused; 500]);
            stage.request(&request(mode));
            stage.clock("03-04 10:00");
            // A conversion that was never ordered has no cut-off of its own.
            let alone = if stage.has("wallet.shares_reserved") { SINCE } else { "" };
            for (scope, since) in [(Scope::Conversion, alone), (Scope::All, SINCE)] {
                let said = format!("{rejected}{since}");
                assert_eq!(why_not(&mut stage, scope), said, "{mode:?}\n{}", stage.text());
            }
            stage.clock("03-17 10:00");
            assert_eq!(why_not(&mut stage, Scope::Conversion), format!("{rejected}{alone}"));
        }
    }
}

#[test]
fn a_purchase_that_was_turned_away_is_not_taken_back_while_its_money_is_on_its_way() {
    let mut stage = Stage::at("14:50");
    stage.outside.fate("mmf.pay.refund1", [Fate::Refused; 500]);
    stage.request(&Request { only_today: true, ..request(Mode::LinkedSameDay) });
    stage.now = at("15:30");
    stage.go("mmf.pay");
    stage.settle();
    for scope in [Scope::Conversion, Scope::All] {
        let said = why_not(&mut stage, scope);
        let said = said.replace(SINCE, "");
        assert_eq!(said, "nothing is bought, and the money goes back", "{}", stage.text());
    }
}

#[test]
fn a_conversion_that_was_wanted_only_today_is_not_taken_back_after_that() {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
    stage.request(&Request { only_today: true, ..request(Mode::NextDay) });
    stage.clock("03-03 14:59");
    assert!(matches!(cancel(&mut stage.clone(), Scope::Conversion), Reply::Acted));
    stage.clock("03-03 15:00");
    let said = why_not(&mut stage, Scope::Conversion);
    assert!(said.ends_with("taken back only before 2026-03-03T15:00:00+08:00"), "{said}");
}

#[test]
fn a_conversion_of_a_purchase_that_is_taken_back_whole_is_taken_back_with_it() {
    for mode in [Mode::LinkedSameDay, Mode::Held] {
        let mut stage = if mode == Mode::Held { holding("1000") } else { Stage::at("10:00") };
        stage.request(&request(mode));
        stage.settle();
        let (first, then) = (Scope::All, Scope::Conversion);
        let (first, then) = if mode == Mode::Held { (then, first) } else { (first, then) };
        assert!(matches!(cancel(&mut stage, first), Reply::Acted));
        let events = stage.events.len();
        assert!(matches!(cancel(&mut stage, then), Reply::Acted), "{mode:?}");
        assert_eq!(stage.events.len(), events, "{mode:?}");
    }
}

#[test]
fn a_process_that_dies_while_it_takes_back_ends_the_same_way() {
    for fuse in 0..12 {
        for acted in [false, true] {
            let mut stage = Stage::at("10:00");
            stage.request(&request(Mode::LinkedSameDay));
            stage.settle();
            (stage.fuse, stage.acted) = (Some(fuse), acted);
            cancel(&mut stage, Scope::All);
            if !stage.has("discount_purchase.cancel_asked") {
                cancel(&mut stage, Scope::All);
            }
            stage.run();
            assert_eq!(stage.look().ending, Some("discount_purchase.compensated"), "{fuse}");
            books::at_the_end(&stage);
        }
    }
}
