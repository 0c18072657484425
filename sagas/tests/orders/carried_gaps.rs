//! A redemption that is carried over, and whose records leave out a T: what comes later is of its own T all the same.

use crate::{
    carried::{RECORDS, asked_for, due, is_over, record, says},
    funds,
    outside::redeemed,
    stage::Stage,
};
use fundflow_domain::{
    case::{CaseId, Closing, How},
    ids::ApplicationNo,
    text::Text,
};
use fundflow_sagas::{
    ports::registrar::notice,
    redemption::{Command, Redemption},
};
use std::sync::Arc;

/// Each T's price is published: 24 February, and so on.
const NAVS: [(&str, &str); 5] = [
    ("2026-02-24", "1.3071"),
    ("2026-02-25", "1.3100"),
    ("2026-02-26", "1.3200"),
    ("2026-02-27", "1.3300"),
    ("2026-03-02", "1.3400"),
];

fn priced() -> Stage {
    let mut stage = asked_for();
    let mut house = funds::house(vec![funds::equity()]);
    house.navs = Arc::new(|_, day| {
        let of = NAVS.iter().find(|(on, _)| *on == day.to_string());
        of.map(|(_, nav)| nav.parse().unwrap())
    });
    stage.house = house;
    stage.crash();
    stage
}

fn opened(stage: &Stage) -> Vec<CaseId> {
    let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    opened.map(|it| it.stream.id().parse().unwrap()).collect()
}

pub(crate) fn closes(stage: &mut Stage, case: CaseId, how: How) {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how, by, reason });
    stage.command::<Redemption>("R", Command::CloseCase { case, closing });
}

fn tells(stage: &mut Stage, on: &str, [serial, day]: [&str; 2], last: bool, numbers: [&str; 5]) {
    stage.until(on);
    let said = redeemed(serial, day, last, numbers, &[]);
    stage.notice(notice(&ApplicationNo::of(&"R.redeem".parse().unwrap()), said));
}

/// What is left of the order is confirmed at the prices of its own days, without a case, and is paid on theirs.
fn goes_on_with_its_own_days(mut stage: Stage, cases: usize, rest: &str) {
    says(&mut stage, RECORDS[3]);
    says(&mut stage, RECORDS[4]);
    let (shares, gross) = rest.split_once(' ').unwrap();
    let numbers = [shares, "1.3400", gross, "0", gross];
    tells(&mut stage, "03-03 09:00", ["C6", "2026-03-03"], true, numbers);
    stage.until("03-09 18:00");
    assert_eq!(opened(&stage).len(), cases, "{}", stage.text());
    let last = format!("R.redeem.part4.out {gross} 2026-03-05 C6");
    assert_eq!(
        due(&stage),
        [
            "R.redeem.out 653.55 2026-02-27 C1",
            "R.redeem.part2.out 660.00 2026-03-03 C4",
            "R.redeem.part3.out 665.00 2026-03-04 C5",
            &*last,
        ]
    );
    assert!(is_over(&stage), "{}", stage.text());
}

#[test]
fn after_a_portion_that_its_registrar_takes_back_each_is_of_its_own_t() {
    let mut stage = priced();
    says(&mut stage, RECORDS[0]);
    let dear = ["500", "1.3100", "655.00", "1.00", "654.00"];
    tells(&mut stage, "02-26 09:00", ["C2", "2026-02-26"], false, dear);
    let case = opened(&stage)[0];
    closes(&mut stage, case, How::Withdrawn);
    goes_on_with_its_own_days(stage, 1, "1500 2010.00");
}

#[test]
fn after_a_portion_under_a_serial_that_was_used_before_each_is_of_its_own_t() {
    let mut stage = priced();
    says(&mut stage, RECORDS[0]);
    let again = ["500", "1.3100", "655.00", "0", "655.00"];
    tells(&mut stage, "02-26 09:00", ["C1", "2026-02-26"], false, again);
    let case = opened(&stage)[0];
    closes(&mut stage, case, How::Manual { text: Text::lossy("said under its own number") });
    goes_on_with_its_own_days(stage, 1, "1500 2010.00");
}

#[test]
fn a_portion_at_the_price_of_a_t_that_it_cannot_be_of_by_its_day_has_its_case() {
    for (on, nav, gross) in [("2026-02-26", "1.3200", "660.00"), ("2026-02-27", "1.3300", "665.00")]
    {
        let mut stage = priced();
        says(&mut stage, RECORDS[0]);
        let numbers = ["500", nav, gross, "0", gross];
        tells(&mut stage, &format!("{} 09:00", &on[5..]), ["C2", on], false, numbers);
        assert_eq!(opened(&stage).len(), 1, "{}", stage.text());
    }
}

#[test]
fn a_portion_that_comes_late_is_of_the_t_whose_price_it_states() {
    let mut stage = priced();
    says(&mut stage, RECORDS[0]);
    stage.until("02-27 09:00");
    let late = redeemed("C2", "2026-02-27", false, ["500", "1.3100", "655.00", "0", "655.00"], &[]);
    stage.notice(notice(&ApplicationNo::of(&"R.redeem".parse().unwrap()), late));
    stage.notice(notice(&ApplicationNo::of(&"R.redeem".parse().unwrap()), record(RECORDS[3])));
    assert_eq!(opened(&stage), []);
}
