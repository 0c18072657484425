//! What a registrar takes back is old news when it is repeated, and news when it is another record; one that
//! a file and a query spell differently is not.

use crate::{
    outside::{bought, converted, read, redeemed, rejected},
    redemption::{LOTS, NUMBERS},
    stage::{InHouse, Stage},
};
use fundflow_domain::{
    case::{CaseId, Closing, How},
    ids::ApplicationNo,
    text::Text,
};
use fundflow_runtime::message::{Noticed, Reply};
use fundflow_sagas::{
    conversion::{self, Conversion},
    ports::registrar::{ApplicationAnswer, notice},
    purchase::{self, Purchase},
    redemption::{self, Redemption},
};

fn deliver(stage: &mut Stage, order: &str, said: &ApplicationAnswer) -> Reply {
    stage.notice(notice(&ApplicationNo::of(&order.parse().unwrap()), said.clone()))
}

fn opened(stage: &Stage) -> Vec<CaseId> {
    let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    opened.map(|it| it.stream.id().parse().unwrap()).collect()
}

/// The registrar takes it back and says it anew, again and again, and in the end it is right. What it took back
/// it may repeat as often as it likes. Returns the stage at its end.
fn taken_back_and_said_anew<S: InHouse<Command: 'static, Request: 'static>>(
    mut stage: Stage,
    (id, order): (&str, &str),
    (request, said): (S::Request, fn(&str) -> ApplicationAnswer),
    close: fn(CaseId, Box<Closing>) -> S::Command,
) -> Stage {
    stage.request::<S>(id, request);
    let before = stage.now.plus_millis(60_000);
    stage.until_instant(before);
    let closes = |stage: &mut Stage, nth: usize, how: How| {
        let case = opened(stage)[nth];
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
        let closing = Box::new(Closing { how, by, reason });
        let reply = stage.command::<S>(id, close(case, closing));
        assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
    };
    // Before the cut-off of its T no record can be right.
    for (nth, serial) in ["C1", "C2", "C3"].into_iter().enumerate() {
        let said = said(serial);
        let reply = deliver(&mut stage, order, &said);
        assert!(matches!(reply, Reply::Noticed(Noticed::Recorded(_))), "{reply:?}");
        let cases = opened(&stage);
        assert_eq!(cases.len(), nth + 1, "each time it is a case of its own\n{}", stage.text());
        let again = deliver(&mut stage, order, &said);
        assert!(matches!(again, Reply::Noticed(Noticed::Repeated)), "{again:?}");
        closes(&mut stage, nth, if nth < 2 { How::Withdrawn } else { How::Accepted });
        for died in [false, true] {
            if died {
                stage.crash();
            }
            deliver(&mut stage, order, &said);
            assert_eq!(opened(&stage).len(), nth + 1, "it is old news\n{}", stage.text());
            assert!(!stage.has("case.reopened"), "{}", stage.text());
        }
    }
    stage.until("03-09 18:00");
    let look = stage.look::<S>(id);
    assert!(look.finished, "{:?} {:?}\n{}", look.waits, look.open_ends, stage.text());
    assert_eq!(look.open_ends, [], "{}", stage.text());
    stage
}

#[test]
fn who_only_repeats_what_was_taken_back_is_waited_for_and_a_person_is_called() {
    let mut stage = crate::redemption::stage();
    stage.request::<Redemption>("R", crate::redemption::request());
    let said = redeemed("C1", "2026-02-25", true, NUMBERS, &LOTS);
    stage.until("02-24 10:01");
    deliver(&mut stage, "R.redeem", &said);
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how: How::Withdrawn, by, reason });
    let case = opened(&stage)[0];
    stage.command::<Redemption>("R", redemption::Command::CloseCase { case, closing });
    stage.outside.says("R.redeem", "2026-02-24T10:02:00+08:00", said);
    stage.until("02-27 18:00");
    let (row, why) = stage.look::<Redemption>("R").parked.expect("a person is called");
    assert_eq!((&*row, &*why.code), ("confirm", "taken_back"), "{}", stage.text());
    assert_eq!(opened(&stage).len(), 1, "{}", stage.text());
    // Another record wakes it.
    let anew = redeemed("C2", "2026-02-25", true, NUMBERS, &LOTS);
    deliver(&mut stage, "R.redeem", &anew);
    stage.until("03-09 18:00");
    assert!(stage.look::<Redemption>("R").finished, "{}", stage.text());
    assert_eq!(stage.outside.balance()[1], read("7808.30"));
}

#[test]
fn a_record_that_is_issued_anew_under_its_own_number_on_a_later_day_is_heard_and_its_repetition_is_not()
 {
    let mut stage = crate::redemption::stage();
    stage.request::<Redemption>("R", crate::redemption::request());
    stage.until("02-24 10:01");
    deliver(&mut stage, "R.redeem", &redeemed("C1", "2026-02-25", true, NUMBERS, &LOTS));
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how: How::Withdrawn, by, reason });
    let case = opened(&stage)[0];
    stage.command::<Redemption>("R", redemption::Command::CloseCase { case, closing });
    stage.until("02-26 09:30");
    for died in [false, true] {
        let anew = redeemed("C1", "2026-02-26", true, NUMBERS, &LOTS);
        deliver(&mut stage, "R.redeem", &anew);
        assert_eq!(stage.shares("011162").registered(), read("500.55"), "{}", stage.text());
        if died {
            stage.crash();
        }
    }
    stage.until("03-09 18:00");
    assert!(stage.look::<Redemption>("R").finished, "{}", stage.text());
    assert_eq!(stage.outside.balance()[1], read("7808.30"), "{}", stage.text());
    assert_eq!(opened(&stage).len(), 1, "{}", stage.text());
}

#[test]
fn a_redemption_that_is_taken_back_and_said_anew_is_booked_and_paid_once() {
    let stage = taken_back_and_said_anew::<Redemption>(
        crate::redemption::stage(),
        ("R", "R.redeem"),
        (crate::redemption::request(), |no| redeemed(no, "2026-02-25", true, NUMBERS, &LOTS)),
        |case, closing| redemption::Command::CloseCase { case, closing },
    );
    assert_eq!(stage.shares("011162").registered(), read("500.55"));
    assert_eq!(stage.outside.balance()[1], read("7808.30"));
}

#[test]
fn a_purchase_that_is_taken_back_and_said_anew_is_one_lot() {
    let stage = taken_back_and_said_anew::<Purchase>(
        crate::purchase::stage(),
        ("P", "P.buy"),
        (crate::purchase::request(), |no| bought(no, "2026-02-24", crate::purchase::NUMBERS)),
        |case, closing| purchase::Command::CloseCase { case, closing },
    );
    assert_eq!(stage.shares("011162").available(), read("7980.74"));
}

#[test]
fn a_conversion_that_is_taken_back_and_said_anew_is_booked_once() {
    let stage = taken_back_and_said_anew::<Conversion>(
        crate::conversion::stage(fundflow_domain::fund::ConversionFeeMethod::FeeDifference),
        ("C", "C.convert"),
        (crate::conversion::request(), |no| {
            converted(no, "2026-02-24", crate::conversion::BY_FEES)
        }),
        |case, closing| conversion::Command::CloseCase { case, closing },
    );
    assert_eq!(stage.shares("001546").registered(), read("5000"));
    assert_eq!(stage.shares("011162").available(), read("16914.62"));
}

#[test]
fn a_record_that_is_spelled_with_its_lots_and_without_opens_one_case() {
    for first in [true, false] {
        let mut stage = crate::redemption::stage();
        stage.request::<Redemption>("R", crate::redemption::request());
        stage.until("02-24 10:01");
        // From a file, with its lots, and as a query answers.
        let spelled = |lots: bool| {
            let lots: &[_] = if lots { &LOTS } else { &[] };
            redeemed("C1", "2026-02-25", true, NUMBERS, lots)
        };
        deliver(&mut stage, "R.redeem", &spelled(first));
        deliver(&mut stage, "R.redeem", &spelled(!first));
        assert_eq!(opened(&stage).len(), 1, "{}", stage.text());
    }
}

#[test]
fn digits_that_say_nothing_are_no_difference() {
    let [short, long] = [
        ["6000", "1.3071", "7842.6", "34.3", "7808.3"],
        ["6000.00", "1.30710000", "7842.60", "34.30", "7808.30"],
    ]
    .map(|numbers| redeemed("C1", "2026-02-25", true, numbers, &[]));
    assert_eq!(format!("{short:?}"), format!("{long:?}"), "what names the case");
}

/// Rejected once its T is complete, and confirmed after that. Returns the one case that is open on it.
fn rejected_and_confirmed<S: InHouse<Request: 'static>>(
    mut stage: Stage,
    (id, order): (&str, &str),
    (request, said, at): (S::Request, ApplicationAnswer, &str),
) -> (Stage, CaseId) {
    stage.request::<S>(id, request);
    let complete = format!("{}T15:30:00+08:00", stage.now.date());
    stage.until_instant(read(&complete));
    deliver(&mut stage, order, &rejected("0"));
    stage.until(at);
    deliver(&mut stage, order, &said);
    let cases = opened(&stage);
    assert_eq!(cases.len(), 1, "{}", stage.text());
    let case = stage.events.iter().find(|it| &*it.event.event_type == "case.opened").unwrap();
    let report: serde_json::Value = serde_json::from_str(&case.event.data).unwrap();
    let found = &report["findings"][0];
    assert!(!found["ours"].as_array().unwrap().is_empty(), "what stood: {found}");
    assert!(!found["theirs"].as_array().unwrap().is_empty(), "what came: {found}");
    (stage, cases[0])
}

fn accepted() -> Closing {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar says so"));
    Closing { how: How::Accepted, by, reason }
}

#[test]
fn a_purchase_that_was_rejected_and_is_confirmed_is_booked_and_held_at_once() {
    let said = bought("C1", "2026-02-24", crate::purchase::NUMBERS);
    let (mut stage, case) = rejected_and_confirmed::<Purchase>(
        crate::purchase::stage(),
        ("P", "P.buy"),
        (crate::purchase::request(), said, "02-24 09:30"),
    );
    let held = stage.shares("011162");
    assert_eq!(held.registered(), read("7980.74"), "the register has them\n{}", stage.text());
    assert!(held.available().is_zero(), "and what is in dispute is held");

    stage.command::<Purchase>(
        "P",
        purchase::Command::CloseCase { case, closing: Box::new(accepted()) },
    );
    stage.until("03-09 18:00");
    assert_eq!(stage.shares("011162").available(), read("7980.74"), "{}", stage.text());
    // The money had gone back; that the investor has both is named.
    assert_eq!(stage.outside.balance(), [read("10000"), read("10000")]);
    let named = crate::by_hand::named(&stage.events);
    assert_eq!(named["overpaid"], read::<rust_decimal::Decimal>("10000"), "{}", stage.text());
    assert!(stage.look::<Purchase>("P").finished, "{}", stage.text());
}

#[test]
fn a_redemption_that_was_rejected_and_is_confirmed_is_taken_at_once_and_paid_when_it_is_settled() {
    let said = redeemed("C1", "2026-02-25", true, NUMBERS, &LOTS);
    let (mut stage, case) = rejected_and_confirmed::<Redemption>(
        crate::redemption::stage(),
        ("R", "R.redeem"),
        (crate::redemption::request(), said, "02-25 09:30"),
    );
    assert_eq!(stage.shares("011162").registered(), read("500.55"), "{}", stage.text());
    stage.until("03-03 18:00");
    assert_eq!(stage.outside.balance()[1], read("0"), "nothing is paid while it is in dispute");

    stage.command::<Redemption>(
        "R",
        redemption::Command::CloseCase { case, closing: Box::new(accepted()) },
    );
    stage.until("03-09 18:00");
    assert_eq!(stage.outside.balance()[1], read("7808.30"), "{}", stage.text());
    assert!(stage.look::<Redemption>("R").finished, "{}", stage.text());
}

#[test]
fn a_conversion_that_was_rejected_and_is_confirmed_is_booked_on_both_sides() {
    let said = converted("K1", "2026-02-24", crate::conversion::BY_FEES);
    let (mut stage, case) = rejected_and_confirmed::<Conversion>(
        crate::conversion::stage(fundflow_domain::fund::ConversionFeeMethod::FeeDifference),
        ("C", "C.convert"),
        (crate::conversion::request(), said, "02-24 09:30"),
    );
    assert_eq!(stage.shares("001546").registered(), read("5000"), "{}", stage.text());
    let target = stage.shares("011162");
    assert_eq!(target.registered(), read("16914.62"));
    assert!(target.available().is_zero());

    stage.command::<Conversion>(
        "C",
        conversion::Command::CloseCase { case, closing: Box::new(accepted()) },
    );
    stage.until("03-09 18:00");
    assert_eq!(stage.shares("011162").available(), read("16914.62"), "{}", stage.text());
    assert!(stage.look::<Conversion>("C").finished, "{}", stage.text());
}
