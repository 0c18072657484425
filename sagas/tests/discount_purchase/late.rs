//! No late trading, ever: T follows from the instant at which the paid order is ours, and from
//! nothing that others state.

use crate::{
    books::{self, cases, t_of},
    names::{at, order, tx},
    outside::{Fate, Verdict, serial},
    own_t::placed,
    stage::Stage,
    terms::{foreign, request, target, wallet},
};
use fundflow_domain::{
    case::{Closing, How, Kind},
    fund::FundTerms,
    ids::PaymentNo,
    modes::ConversionMode as Mode,
    payment::Receipt,
    payout::Transfer,
    text::Text,
    time::Timestamp,
};
use fundflow_runtime::{
    kind::{payload, saga_id},
    message::{Reply, What},
};
use fundflow_sagas::{
    discount_purchase::{Command, DiscountPurchase},
    ports::bank::{BankAnswer, ChargeAnswer, PayoutAnswer, payout_notice},
};

/// 1,000 yuan arrived then, as the bank says.
fn paid(paid_at: Timestamp) -> BankAnswer {
    BankAnswer::Charge(ChargeAnswer::Paid(Receipt {
        no: PaymentNo::pay(&order("mmf")),
        serial: serial("mmf.pay.1"),
        amount: "1000".parse().unwrap(),
        paid_at,
    }))
}

#[test]
fn a_next_day_conversion_that_is_ordered_after_the_cut_off_goes_to_the_next_t() {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
    stage.request(&request(Mode::NextDay));
    stage.clock("03-03 15:46");
    stage.confirmed("mmf", stage.confirmation("mmf"));

    assert_eq!(t_of(&stage, "mmf"), "2026-03-02");
    assert_eq!(t_of(&stage, "convert"), "2026-03-04");
    stage.run();
    books::at_the_end(&stage);
    assert!(stage.has("discount_purchase.completed"));
}

#[test]
fn a_linked_conversion_that_is_accepted_eight_seconds_after_the_cut_off_goes_to_the_next_t() {
    let mut stage = Stage::at("14:59:58");
    stage.outside.fate("convert", [Fate::Lost]);
    stage.request(&request(Mode::LinkedSameDay));
    stage.clock("15:00:30");

    assert_eq!(
        (t_of(&stage, "mmf"), t_of(&stage, "convert")),
        ("2026-03-02".into(), "2026-03-03".into())
    );
    stage.run();
    books::at_the_end(&stage);
    assert!(stage.has("discount_purchase.completed"));
}

#[test]
fn a_linked_conversion_that_is_wanted_only_today_is_taken_back_when_it_comes_too_late() {
    for (fate, code) in [(Fate::Unheard, "cut_off_passed"), (Fate::Lost, "too_late")] {
        let mut stage = Stage::at("14:59:58");
        stage.outside.fate("convert", [fate]);
        stage.request(&fundflow_sagas::discount_purchase::Request {
            only_today: true,
            ..request(Mode::LinkedSameDay)
        });
        stage.run();

        books::at_the_end(&stage);
        assert_eq!(stage.look().ending, Some("discount_purchase.kept_in_wallet"), "{fate:?}");
        assert_eq!(&*stage.look().failure.unwrap().code, code);
        let calls = stage.lines.iter().filter(|line| *line == "call convert").count();
        assert_eq!(calls, 1, "{}", stage.text());
    }
}

#[test]
fn a_stated_date_of_confirmation_moves_no_t_and_is_a_case_when_it_cannot_be() {
    for date in ["2026-03-07", "2025-03-03", "2062-03-03"] {
        let mut stage = Stage::at("10:00");
        stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
        stage.request(&request(Mode::NextDay));
        stage.clock("03-03 09:30");
        let mut said = stage.confirmation("mmf");
        said.confirmed_on = date.parse().unwrap();
        stage.confirmed("mmf", said.clone());

        assert_eq!(stage.parked().unwrap().1, "does_not_add_up", "{date}");
        let case = cases(&stage)[0].case().cloned().unwrap();
        assert_eq!(case.kind(), Kind::DateOutOfBounds, "{date}");
        let wallet = stage.state(&crate::held::wallet_key());
        assert!(wallet.available().is_zero(), "{date}: what is in dispute is not available");
        assert_eq!(wallet.registered(), "1000".parse().unwrap(), "{date}");
        stage.command(close(case.id));
        assert_eq!(t_of(&stage, "convert"), "2026-03-03", "{date}");
    }
}

pub(crate) fn close(case: fundflow_domain::case::CaseId) -> Command {
    closed(case, How::Accepted)
}

pub(crate) fn closed(case: fundflow_domain::case::CaseId, how: How) -> Command {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    Command::CloseCase { case, closing: Box::new(Closing { how, by, reason }) }
}

#[test]
fn money_that_was_paid_in_time_counts_for_its_t_until_the_batch_is_sealed() {
    for (heard, t) in [("16:59:59", "2026-03-02"), ("17:00", "2026-03-03")] {
        let mut stage = Stage::at("14:50");
        stage.request(&request(Mode::LinkedSameDay));
        stage.now = at(heard);
        stage.answer("mmf.pay", paid(at("14:58")));

        assert_eq!(t_of(&stage, "mmf"), t, "heard at {heard}");
        stage.run();
        books::at_the_end(&stage);
    }
}

#[test]
fn money_that_was_paid_after_the_cut_off_counts_for_the_next_t() {
    let mut stage = Stage::at("14:59:50");
    stage.request(&request(Mode::LinkedSameDay));
    stage.now = at("15:00:05");
    stage.answer("mmf.pay", paid(at("15:00:00")));

    assert_eq!(t_of(&stage, "mmf"), "2026-03-03");
    stage.run();
    assert_eq!(t_of(&stage, "convert"), "2026-03-03");
    books::at_the_end(&stage);
}

#[test]
fn a_payment_instant_that_cannot_be_right_is_a_case_and_a_person_says_what_it_counts_for() {
    // Before the request, in another year, and eight hours off: Beijing time written as UTC.
    for stated in ["02-27 14:00", "03-02 18:10", "03-02 02:10"] {
        let mut stage = Stage::at("10:05");
        stage.request(&request(Mode::LinkedSameDay));
        stage.now = at("10:10");
        stage.answer("mmf.pay", paid(at(stated)));

        assert_eq!(stage.parked().unwrap().1, "instant_out_of_bounds", "{stated}");
        assert!(!stage.has("application.placed"), "{stated}: nobody knows its T");
        let case = cases(&stage)[0].clone();
        assert_eq!(case.case().unwrap().kind(), Kind::InstantOutOfBounds);
        books::always(&stage);
        let dated = Command::Date { at: at("10:06"), reason: "the bank's day file".into() };
        assert!(matches!(stage.command(dated), Reply::Acted));
        assert_eq!(t_of(&stage, "mmf"), "2026-03-02", "{stated}");
        assert!(!cases(&stage)[0].is_open(), "its case is closed with it");
        stage.run();
        books::at_the_end(&stage);
    }
}

#[test]
fn what_a_person_says_after_sealing_counts_for_the_next_t() {
    let mut stage = Stage::at("10:05");
    stage.request(&request(Mode::LinkedSameDay));
    stage.answer("mmf.pay", paid(at("02-27 10:06")));
    stage.now = at("17:00");
    stage.command(Command::Date { at: at("10:06"), reason: "the bank's day file".into() });

    assert_eq!(t_of(&stage, "mmf"), "2026-03-03");
}

#[test]
fn a_person_cannot_date_a_payment_before_its_request_or_after_now_nor_where_nobody_asks() {
    let mut stage = Stage::at("10:05");
    stage.request(&request(Mode::LinkedSameDay));
    let dated = |text: &str| Command::Date { at: at(text), reason: "a guess".into() };
    assert!(matches!(stage.command(dated("10:06")), Reply::Refused(..)));
    stage.answer("mmf.pay", paid(at("02-27 10:06")));
    for text in ["02-27 10:06", "03-03 10:00"] {
        assert!(matches!(stage.command(dated(text)), Reply::Refused(..)), "{text}");
    }
    assert!(!stage.has("application.placed"));
}

#[test]
fn a_person_who_resumes_an_undated_payment_is_asked_for_the_instant_again() {
    let mut stage = Stage::at("10:05");
    stage.request(&request(Mode::LinkedSameDay));
    stage.answer("mmf.pay", paid(at("02-27 10:06")));
    stage.act(fundflow_runtime::message::Action::Resume { reason: "a test".into() });

    assert_eq!(stage.parked().unwrap().0, "date");
    books::always(&stage);
}

/// The charge was under way from `left` on, and its answer is heard in the afternoon.
fn stamped(asked_for: &str, left: &str, stamp: &str, heard: &str) -> Stage {
    let mut stage = Stage::at(left);
    let mut who = crate::terms::asked();
    who.at = Some(at(asked_for));
    stage.handle(What::Request {
        saga: saga_id::<DiscountPurchase>(&tx("TX-1")),
        request: payload(request(Mode::LinkedSameDay)),
        asked: payload(who),
        at: None,
        trace_parent: None,
    });
    stage.now = at(heard);
    stage.answer("mmf.pay", paid(at(stamp)));
    stage
}

#[test]
fn a_time_of_payment_that_the_time_of_our_call_does_not_allow_moves_no_t() {
    for (asked_for, left, stamp, heard) in [
        // Paid at 15:08, stated as Greenwich time; the order is older than that.
        ("06:50", "06:50", "07:08", "15:10"),
        ("06:50", "14:50", "07:05", "15:06"),
        // Before our call had left, within what clocks may differ, and on another T.
        ("14:59:58", "15:02", "14:59", "15:03"),
        // After it was heard, and on another T.
        ("14:50", "14:50", "15:01", "14:58"),
    ] {
        let mut stage = stamped(asked_for, left, stamp, heard);
        let row = stage.parked().map(|(_, code)| code);
        assert_eq!(row.as_deref(), Some("instant_out_of_bounds"), "{stamp}: {}", stage.text());
        let case = cases(&stage)[0].case().cloned().unwrap();
        assert_eq!(case.kind(), Kind::InstantOutOfBounds);
        let said = at(heard).plus_millis(-1000);
        stage.command(Command::Date { at: said, reason: "the bank's statement".into() });
        stage.run();
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        let t = if said < at("15:00") { "2026-03-02" } else { "2026-03-03" };
        assert_eq!(t_of(&stage, "mmf"), t, "{stamp}");
        books::at_the_end(&stage);
    }
}

#[test]
fn a_time_of_payment_that_no_wrong_zone_could_have_moved_counts() {
    for (left, stamp, heard, t) in [
        ("06:50", "06:51", "14:58", "2026-03-02"),
        ("06:50", "06:51", "16:30", "2026-03-02"),
        ("06:50", "09:30", "16:30", "2026-03-02"),
        ("14:50", "14:58", "16:30", "2026-03-02"),
        ("06:50", "07:30", "17:30", "2026-03-03"),
    ] {
        let mut stage = stamped(left, left, stamp, heard);
        assert_eq!(stage.parked(), None, "{stamp} {heard}\n{}", stage.text());
        stage.run();
        assert_eq!(t_of(&stage, "mmf"), t, "{stamp} {heard}");
    }
}

#[test]
fn a_payout_with_an_instant_that_cannot_be_has_a_case() {
    // Rejected, and so asked for, on the 5th; heard on the 6th at ten.
    for (stamp, open_cases) in [("03-05 15:30", 0), ("03-05 01:00", 1), ("03-09 10:00", 1)] {
        let mut stage = Stage::at("10:00");
        stage.outside.verdicts.insert("target".to_owned(), Verdict::Rejected);
        stage.outside.down.insert("redeem.out".to_owned());
        stage.request(&request(Mode::RedeemToPurchase));
        stage.clock("03-06 10:00");
        let no = PaymentNo::out(&order("redeem"));
        let transfer = Transfer {
            no: no.clone(),
            serial: serial("out"),
            amount: "1000".parse().unwrap(),
            at: at(stamp),
        };
        stage.notice(payout_notice(&no, no.clone(), PayoutAnswer::PaidOut(transfer)));
        assert_eq!(cases(&stage).len(), open_cases, "{stamp}\n{}", stage.text());
        stage.run();
        assert_eq!(stage.look().ending, Some("discount_purchase.paid_out"), "{}", stage.text());
        books::at_the_end(&stage);
    }
}

#[test]
fn an_instant_of_a_request_that_cannot_be_is_refused() {
    for instant in ["2062-03-02T10:00:00+08:00", "2025-03-03T10:00:00+08:00"] {
        let mut stage = Stage::at("10:00");
        let mut who = crate::terms::asked();
        who.at = Some(instant.parse().unwrap());
        let reply = stage.handle(What::Request {
            saga: saga_id::<DiscountPurchase>(&tx("TX-1")),
            request: payload(request(Mode::LinkedSameDay)),
            asked: payload(who),
            at: None,
            trace_parent: None,
        });
        let Reply::Refused(_, text) = reply else { panic!("{instant} is taken") };
        assert!(text.contains("is outside of"), "{text}");
        assert_eq!(stage.events.len(), 0);
    }
}

#[test]
fn what_is_confirmed_before_its_time_is_bought_on_the_t_that_was_promised() {
    for (mode, order, day) in
        [(Mode::NextDay, "convert", "2026-03-04"), (Mode::RedeemToPurchase, "target", "2026-03-06")]
    {
        let slow = FundTerms { confirm_lag: 2, ..wallet() };
        let mut stage = Stage::with(vec![slow, target(), foreign()], "10:00");
        placed(&mut stage, mode);
        stage.settle();
        stage.now = at("03-03 09:00");
        let mut said = stage.confirmation("mmf");
        (said.confirmed_on, said.registered_on) = (stage.now.date(), stage.now.date());
        stage.confirmed("mmf", said);
        let case = cases(&stage)[0].case().cloned().unwrap();
        assert_eq!(case.kind(), Kind::DateOutOfBounds, "{mode:?}");
        stage.command(close(case.id));
        stage.run();
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        assert_eq!(t_of(&stage, order), day, "{mode:?}");
        books::at_the_end(&stage);
    }
}
