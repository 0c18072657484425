//! A record with more to come that is said after one that was to be the last: no word of it ends the order.

use crate::{
    audited,
    outside::{bought_part, read, redeemed},
    overruled::open,
    purchase, redemption,
    stage::{InHouse, Stage},
};
use fundflow_domain::{
    application::OnHuge,
    case::{Closing, How},
    holdings::Standing,
    ids::ApplicationNo,
    money::Shares,
    text::Text,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    purchase::Purchase,
    redemption::{Command, Redemption, Request},
};

fn says(stage: &mut Stage, order: &str, hour: u32, answer: ApplicationAnswer) {
    stage.outside.says(order, &format!("2026-02-25T{hour:02}:00:00+08:00"), answer);
}

fn part(serial: &str, last: bool, numbers: [&str; 5]) -> ApplicationAnswer {
    bought_part(serial, "2026-02-24", last, numbers)
}

fn bought() -> Stage {
    let mut stage = purchase::stage();
    stage.request::<Purchase>("P", purchase::request());
    stage.until("02-13 14:51");
    stage
}

/// 4,000 and 6,000 of the 10,000, at 1.5 % taken outside.
const FIRST: [&str; 5] = ["4000", "59.11", "0", "1.2345", "3192.30"];
const LAST: [&str; 5] = ["6000", "88.67", "0", "1.2345", "4788.44"];

fn is_sound<S: InHouse>(stage: &Stage, id: &str, ending: &str) {
    let look = stage.look::<S>(id);
    assert_eq!(look.ending, Some(ending), "{}", stage.text());
    assert!(look.finished && look.open_ends.is_empty());
    assert!(!stage.has("application.contested"));
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
    audited::nothing_is_in_suspense(&report, || stage.text());
}

#[test]
fn a_purchase_whose_last_portion_is_told_first_is_bought_whole() {
    let mut stage = bought();
    says(&mut stage, "P.buy", 9, part("C2", true, LAST));
    says(&mut stage, "P.buy", 10, part("C1", false, FIRST));
    stage.until("02-27 18:00");

    is_sound::<Purchase>(&stage, "P", "purchase.completed");
    assert!(stage.has("case.closed") && !stage.has("application.withdrawn"));
    assert_eq!(stage.shares("011162").available(), read("7980.74"));
    assert!(!stage.has("payment.refund_requested"), "{}", stage.text());
}

#[test]
fn a_wrong_record_that_a_portion_corrects_leaves_the_rest_to_be_waited_for() {
    let mut stage = bought();
    let wrong = ["9999.99", "147.78", "0", "1.2345", "7980.74"];
    says(&mut stage, "P.buy", 9, part("C0", true, wrong));
    says(&mut stage, "P.buy", 10, part("C1", false, FIRST));
    stage.until("02-25 18:00");
    assert_eq!(stage.look::<Purchase>("P").ending, None);
    assert!(!stage.has("payment.refund_requested"), "{}", stage.text());
    let held = stage.shares("011162");
    assert_eq!((held.registered(), held.held()), (read("3192.30"), Shares::ZERO));

    stage.crash();
    says(&mut stage, "P.buy", 19, part("C2", true, LAST));
    stage.until("02-27 18:00");
    is_sound::<Purchase>(&stage, "P", "purchase.completed");
    assert_eq!(stage.shares("011162").available(), read("7980.74"));
}

// It may belong beside the last one, or in its place.
#[test]
fn a_portion_that_leaves_some_of_the_order_open_is_a_persons() {
    let mut stage = bought();
    says(&mut stage, "P.buy", 9, part("C2", true, LAST));
    says(&mut stage, "P.buy", 10, part("C1", false, ["2000", "29.56", "0", "1.2345", "1596.14"]));
    stage.until("02-27 18:00");
    assert_eq!(stage.look::<Purchase>("P").ending, None);
    assert!(stage.has("application.contested") && !stage.has("case.closed"), "{}", stage.text());
}

#[test]
fn a_wrong_redemption_that_a_portion_corrects_keeps_the_rest_of_its_shares() {
    let mut stage = redemption::stage();
    let (shares, on_huge) = (Some(read("3000")), OnHuge::Cancel);
    stage.request::<Redemption>("R", Request { shares, on_huge, ..redemption::request() });
    stage.until("02-24 10:01");
    let one = |serial, last, numbers| redeemed(serial, "2026-02-25", last, numbers, &[]);
    let wrong = ["3000", "1.3071", "3921.30", "29.41", "3891.89"];
    says(&mut stage, "R.redeem", 9, one("C0", true, wrong));
    says(
        &mut stage,
        "R.redeem",
        10,
        one("C1", false, ["1000", "1.3071", "1307.10", "0", "1307.10"]),
    );
    stage.until("02-25 18:00");
    assert_eq!(stage.look::<Redemption>("R").ending, None, "{}", stage.text());
    let held = stage.shares("011162");
    let kept = held.reservation(&read("R.redeem")).unwrap();
    assert_eq!((kept.reserved(), kept.standing), (read("2000"), Standing::Held));

    says(
        &mut stage,
        "R.redeem",
        19,
        one("C2", true, ["2000", "1.3071", "2614.20", "0", "2614.20"]),
    );
    stage.until("03-06 18:00");
    is_sound::<Redemption>(&stage, "R", "redemption.completed");
    assert_eq!(stage.outside.moved["R.redeem.out"], read("3921.30"));
}

/// The last record was sound: the rest of the shares was free again, and is held until a person has decided.
#[test]
fn a_portion_that_a_person_accepts_stands_beside_the_last_record() {
    let mut stage = redemption::stage();
    let (shares, on_huge) = (Some(read("3000")), OnHuge::Cancel);
    stage.request::<Redemption>("R", Request { shares, on_huge, ..redemption::request() });
    stage.until("02-24 10:01");
    let one = |serial, last, numbers| redeemed(serial, "2026-02-25", last, numbers, &[]);
    says(&mut stage, "R.redeem", 9, one("C2", true, ["2000", "1.3071", "2614.20", "0", "2614.20"]));
    stage.until("02-25 09:30");
    let portion = one("C1", false, ["1000", "1.3071", "1307.10", "0", "1307.10"]);
    stage.notice(notice(&ApplicationNo::of(&read("R.redeem")), portion));
    stage.until("02-25 18:00");
    assert_eq!(stage.shares("011162").held(), read("1000"), "{}", stage.text());

    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how: How::Accepted, by, reason });
    let case = open(&stage)[0];
    let reply = stage.command::<Redemption>("R", Command::CloseCase { case, closing });
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage.until("03-06 18:00");
    let look = stage.look::<Redemption>("R");
    assert_eq!(look.ending, Some("redemption.completed"), "{}", stage.text());
    assert!(look.finished && !stage.has("application.withdrawn"));
    assert_eq!(stage.outside.moved["R.redeem.out"], read("3921.30"));
    assert_eq!(stage.shares("011162").registered(), read("3500.55"));
    audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
}
