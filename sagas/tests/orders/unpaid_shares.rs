//! Shares that were bought with more than was paid: they are booked, and nobody can have them while it is open why.

use crate::{audited, outside::bought_part, purchase, stage::Stage};
use fundflow_domain::ids::ApplicationNo;
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    purchase::Purchase,
};

/// After these records of the order T.buy for 10,000 yuan: registered, available and in dispute.
fn shares_after(records: Vec<ApplicationAnswer>) -> [String; 3] {
    let mut stage: Stage = purchase::stage();
    stage.request::<Purchase>("T", purchase::request());
    stage.until("02-25 17:00");
    let no = ApplicationNo::of(&"T.buy".parse().unwrap());
    for record in records {
        stage.notice(notice(&no, record));
    }
    stage.until("02-25 18:00");

    let look = stage.look::<Purchase>("T");
    assert!(look.ending.is_none() && look.parked.is_some(), "{}", stage.text());
    assert!(stage.has("case.opened"), "{}", stage.text());
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
    let held = stage.shares("011162");
    [held.registered(), held.available(), held.held()].map(|it| it.to_string())
}

fn record(serial: &str, last: bool, numbers: [&str; 5]) -> ApplicationAnswer {
    bought_part(serial, "2026-02-24", last, numbers)
}

#[test]
fn a_record_for_twice_what_was_paid_that_adds_up_in_itself_holds_the_half() {
    let twice = record("C1", true, ["20000", "295.57", "0", "1.2345", "15961.47"]);
    assert_eq!(shares_after(vec![twice]), ["15961.47", "7980.74", "7980.73"]);
}

#[test]
fn a_last_record_of_an_order_that_is_used_up_is_held_whole() {
    let all = ["10000", "147.78", "0", "1.2345", "7980.74"];
    let records = vec![record("C1", false, all), record("C2", true, all)];
    assert_eq!(shares_after(records), ["15961.48", "7980.74", "7980.74"]);
}

#[test]
fn what_a_portion_has_sent_back_is_not_there_to_be_bought_with() {
    let part = record("C1", false, ["4000", "59.11", "6000", "1.2345", "3192.30"]);
    let rest = record("C2", true, ["6000", "88.67", "0", "1.2345", "4788.44"]);
    assert_eq!(shares_after(vec![part, rest]), ["7980.74", "3192.30", "4788.44"]);
}
