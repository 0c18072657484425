//! A withdrawal that the registrar confirms in portions: each is paid by itself, and what is open of it is what is
//! still to come.

use crate::{
    outside::{record, redeemed},
    paid,
    portions::{asked_for, figures, portion, says},
    stage::{Stage, at},
    withdraw::{request, stage, story},
};
use fundflow_domain::{
    application::Outcome,
    case::{CaseId, Closing, How},
    text::Text,
};
use fundflow_runtime::process::Disposition;
use fundflow_sagas::withdraw::{Command, Withdraw};

#[test]
fn a_huge_redemption_is_confirmed_part_by_part_and_each_part_is_paid_on_its_day() {
    let mut stage = stage("02-03 10:00");
    let part =
        |no: &str, on: &str, last| record(no, on, last, redeemed("200".parse().unwrap(), "0"));
    let records = vec![part("c-1", "2026-02-04", false), part("c-2", "2026-02-05", true)];
    stage.outside.records.insert("redeem".into(), records);
    let stage = story(stage, request(Some("400")));

    assert_eq!(
        stage.after("application.portion_confirmed"),
        [
            "wallet.portion_taken_out",
            "payout.requested",
            "call redeem.out",
            "payout.paid_out",
            "ask redeem",
            "application.confirmed",
            "wallet.shares_taken_out",
            "withdraw.payouts_foreseen",
            "payout.requested",
            "call redeem.part2.out",
            "payout.paid_out",
            "withdraw.paid_out",
        ]
    );
    let each = [("redeem.out", "200.00"), ("redeem.part2.out", "200.00")];
    let each = each.map(|(no, yuan)| (format!("TX-1.{no}"), yuan.parse().unwrap()));
    assert_eq!(paid::payouts(&stage.events), each);
    assert_eq!(stage.now, at("02-05 12:00"));
    assert_eq!(stage.wallet().available().to_string(), "600.00");
}

/// What is open, as an operator names it.
fn ends(stage: &Stage<Withdraw>) -> Vec<String> {
    let ends = stage.look().open_ends;
    ends.iter().map(|end| format!("{} {}", end.name, end.worth)).collect()
}

#[test]
fn each_portion_is_paid_on_its_day_and_what_is_open_is_what_is_still_to_come() {
    let mut stage = asked_for();
    assert_eq!(ends(&stage), ["redemption 400.00"]);
    says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
    assert_eq!(ends(&stage), ["redemption 250.00", "proceeds 150.00"]);
    stage.clock("02-04 12:00");
    assert_eq!(ends(&stage), ["redemption 250.00"]);

    // Two of one T, of the first of which the bank says nothing at first.
    stage.outside.down.insert("redeem.part2.out".into());
    says(&mut stage, portion("c-2", "2026-02-05", false, "100"));
    says(&mut stage, portion("c-3", "2026-02-05", false, "50"));
    assert_eq!(ends(&stage), ["redemption 100.00", "proceeds 150.00"]);
    stage.clock("02-05 12:00");
    assert_eq!(ends(&stage), ["redemption 100.00", "payout 100.00"]);
    assert_eq!(stage.count("payout.requested"), 3, "{}", stage.text());

    stage.outside.down.clear();
    says(&mut stage, portion("c-4", "2026-02-06", true, "100"));
    stage.run();
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    assert_eq!(ends(&stage), [""; 0]);
    let each = [("out", 150), ("part2.out", 100), ("part3.out", 50), ("part4.out", 100)];
    let each = each.map(|(no, yuan)| (format!("TX-1.redeem.{no}"), yuan.into()));
    let mut paid = paid::payouts(&stage.events);
    paid.sort();
    assert_eq!(paid, each);
}

#[test]
fn who_gives_up_between_portions_has_the_rest_and_what_comes_of_it() {
    let late = portion("c-2", "2026-02-05", true, "250");
    for (what, by_hand) in [
        (Disposition::Manual, Some("250.00")),
        (Disposition::Suspense, Some("250.00")),
        (Disposition::Refund, None),
    ] {
        let mut stage = asked_for();
        says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
        stage.clock("02-04 12:00");
        assert_eq!(ends(&stage), ["redemption 250.00"]);
        stage.abandon_with(what);
        stage.run();
        says(&mut stage, late.clone());
        let cases = crate::by_hand::cases(&stage.events);
        assert_eq!(cases.len(), usize::from(by_hand.is_some()), "{what:?}\n{}", stage.text());
        if by_hand.is_none() {
            // It was taken back, and came all the same: once a person has seen it, the engine pays.
            let opened = stage.events.iter().find(|it| &*it.event.event_type == "case.opened");
            let case: CaseId = opened.unwrap().stream.id().parse().unwrap();
            let (by, reason) = (Text::lossy("chen"), Text::lossy("they said so"));
            let closing = Box::new(Closing { how: How::Accepted, by, reason });
            stage.command(Command::CloseCase { case, closing });
        }
        stage.run();
        let named = crate::by_hand::named(&stage.events).get("proceeds").map(ToString::to_string);
        assert_eq!(named.as_deref(), by_hand, "{what:?}\n{}", stage.text());
        let paid = if by_hand.is_some() { 150 } else { 400 };
        assert_eq!(paid::in_all(&stage.events), paid.into(), "{what:?}\n{}", stage.text());
        assert_eq!(figures(&stage), ["600.00", "0.00", "600.00"]);
        let report = crate::audited::report(&stage.events, stage.kinds());
        crate::audited::adds_up(&report, || stage.text());
    }
}

#[test]
fn a_payout_that_a_person_took_over_takes_the_later_ones_along() {
    let mut stage = asked_for();
    stage.outside.down.insert("redeem.out".into());
    says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
    stage.clock("02-04 13:00");
    assert_eq!(ends(&stage), ["redemption 250.00", "payout 150.00"]);
    stage.abandon();
    says(&mut stage, portion("c-2", "2026-02-05", true, "250"));
    stage.clock("02-06 18:00");
    assert_eq!(stage.count("payout.requested"), 1, "{}", stage.text());
    assert_eq!(ends(&stage), ["payout 150.00", "proceeds 250.00"]);
    let named = crate::by_hand::named(&stage.events);
    assert_eq!(named["proceeds"], 250.into(), "{}", stage.text());

    // It never came to the bank: all of it is paid by hand.
    stage.outside.down.clear();
    stage.clock("02-07 18:00");
    assert_eq!((stage.count("payout.refused"), stage.count("payout.paid_out")), (1, 0));
    assert_eq!(ends(&stage), ["payout 150.00", "proceeds 250.00"]);
    let report = crate::audited::report(&stage.events, stage.kinds());
    crate::audited::adds_up(&report, || stage.text());
}

#[test]
fn who_gives_up_what_only_lacks_its_mark_waits_for_nobody() {
    let mut stage = asked_for();
    says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
    says(&mut stage, portion("c-2", "2026-02-05", false, "250"));
    stage.clock("02-09 18:00");
    assert_eq!(paid::in_all(&stage.events), 400.into());
    assert_eq!(ends(&stage), [""; 0]);
    let (row, _) = stage.look().parked.unwrap();
    assert_eq!(&*row, "confirm redemption");
    stage.abandon();
    let look = stage.look();
    assert!(look.finished && look.waits.is_empty(), "{:?}", look.waits);
}

#[test]
fn a_portion_in_dispute_keeps_no_other_one_back() {
    let mut stage = asked_for();
    let Outcome::Redemption(mut dear) = redeemed("150".parse().unwrap(), "0") else { panic!() };
    dear.payout = "140".parse().unwrap();
    says(&mut stage, record("c-1", "2026-02-04", false, Outcome::Redemption(dear)));
    says(&mut stage, portion("c-2", "2026-02-05", false, "100"));
    stage.clock("02-05 12:00");
    assert_eq!(paid::in_all(&stage.events), 100.into(), "{}", stage.text());
    assert_eq!(ends(&stage), ["redemption 150.00", "proceeds 140.00"]);
    says(&mut stage, portion("c-3", "2026-02-06", true, "150"));
    stage.clock("02-06 12:00");
    assert_eq!(ends(&stage), ["proceeds 140.00"]);
    assert!(stage.look().ending.is_none());
    let report = crate::audited::report(&stage.events, stage.kinds());
    crate::audited::adds_up(&report, || stage.text());

    let opened = stage.events.iter().find(|it| &*it.event.event_type == "case.opened");
    let case: CaseId = opened.unwrap().stream.id().parse().unwrap();
    let (by, reason) = (Text::lossy("chen"), Text::lossy("they said so"));
    let closing = Box::new(Closing { how: How::Accepted, by, reason });
    stage.command(Command::CloseCase { case, closing });
    stage.run();
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    let each = [("out", 140), ("part2.out", 100), ("part3.out", 150)];
    let each = each.map(|(no, yuan)| (format!("TX-1.redeem.{no}"), yuan.into()));
    let mut paid = paid::payouts(&stage.events);
    paid.sort();
    assert_eq!(paid, each);
}

/// Paid on one day; the first one is called, and the answer is lost.
#[test]
fn a_payout_of_which_the_bank_says_nothing_keeps_none_behind_it_back() {
    let mut stage = asked_for();
    stage.outside.down.insert("redeem.out".into());
    says(&mut stage, portion("c-1", "2026-02-04", false, "150"));
    says(&mut stage, portion("c-2", "2026-02-04", false, "100"));
    says(&mut stage, portion("c-3", "2026-02-05", true, "150"));
    stage.clock("02-06 18:00");
    assert_eq!(paid::in_all(&stage.events), 250.into(), "{}", stage.text());
    assert_eq!(ends(&stage), ["payout 150.00"]);
    assert_eq!(&*stage.look().parked.unwrap().0, "paid out");

    stage.outside.down.clear();
    stage.clock("02-07 18:00");
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    assert_eq!(paid::in_all(&stage.events), 400.into());
}
