//! No late trading, ever: T follows from the instant at which the paid order is ours, and from
//! nothing that others state.

use crate::{
    books::{self, cases, t_of},
    names::{at, order},
    outside::{Fate, Verdict, serial},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    case::{Closing, How, Kind},
    ids::PaymentNo,
    modes::ConversionMode as Mode,
    payment::Receipt,
    text::Text,
    time::Timestamp,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    discount_purchase::Command,
    ports::bank::{BankAnswer, ChargeAnswer},
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
