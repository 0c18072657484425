//! Portions of a redemption of which the bank says nothing, or which it refuses: each keeps itself alone.

use crate::{
    carried::{RECORDS, asked_for, due, is_over, says},
    carried_doubts::doubts_the_second,
    paid,
    redemption::request,
    stage::{Stage, at},
    tampered,
};
use fundflow_domain::{ids::PaymentNo, payout::Transfer};
use fundflow_sagas::{
    ports::bank::{PayoutAnswer, payout_notice},
    redemption::{Command, Redemption},
};

const FIRST: &str = "R.redeem.out";

/// The bank is silent about one of six portions, and about no other one.
fn silent_about(no: &str, mut stage: Stage) -> Stage {
    stage.outside.mute.insert(no.to_owned());
    for of in RECORDS {
        // Whoever had no receipt delivers it once more.
        says(&mut stage, of);
        says(&mut stage, of);
    }
    stage.until("03-06 18:00");
    stage
}

fn paid_at_last(stage: &mut Stage, no: &str, amount: &str) {
    let no: PaymentNo = no.parse().unwrap();
    let transfer = Transfer {
        no: no.clone(),
        serial: "S".parse().unwrap(),
        amount: amount.parse().unwrap(),
        at: at("03-02 13:00"),
    };
    stage.notice(payout_notice(&no.clone(), no, PayoutAnswer::PaidOut(transfer)));
    stage.until("03-06 20:00");
}

#[test]
fn a_payout_of_which_the_bank_says_nothing_keeps_none_behind_it_back() {
    for (no, amount, row, others) in [
        (FIRST, "653.55", "paid out", "3305.00"),
        ("R.redeem.part3.out", "655", "paid out 3", "3303.55"),
    ] {
        let mut stage = silent_about(no, asked_for());
        assert_eq!(paid::in_all(&stage.events), others.parse().unwrap(), "{}", stage.text());
        let (parked, _) = stage.look::<Redemption>("R").parked.unwrap();
        assert_eq!(&*parked, row);
        paid_at_last(&mut stage, no, amount);
        assert!(is_over(&stage), "{}", stage.text());
        assert_eq!(paid::in_all(&stage.events), "3958.55".parse().unwrap());
    }
}

/// What may be under way is asked about, and called again only where the bank knows nothing of it.
#[test]
fn who_dies_while_the_bank_is_silent_about_one_pays_each_once() {
    for fuse in (0..60).step_by(3) {
        let mut stage = asked_for();
        stage.fuse = Some(fuse);
        let mut stage = silent_about(FIRST, stage);
        assert_eq!(
            paid::in_all(&stage.events),
            "3305.00".parse().unwrap(),
            "dead after {fuse}\n{}",
            stage.text()
        );
        stage.outside.mute.clear();
        stage.until("03-10 18:00");
        assert!(is_over(&stage), "dead after {fuse}\n{}", stage.text());
        assert_eq!(due(&stage).len(), 6, "dead after {fuse}");
    }
}

/// It began on a table with one lane for all payouts, whose stored retries and parkings are of whichever it is about.
#[test]
fn one_that_an_earlier_program_began_still_asks_about_one_at_a_time() {
    let mut stage = asked_for();
    let path = "/table";
    stage.events = tampered::with(&stage.events, "redemption.prepared", path, "redemption.v1");
    stage.crash();
    let mut stage = silent_about(FIRST, stage);
    assert_eq!(paid::in_all(&stage.events), "0".parse().unwrap(), "{}", stage.text());
    paid_at_last(&mut stage, FIRST, "653.55");
    stage.until("03-10 18:00");
    assert!(is_over(&stage), "{}", stage.text());
    assert_eq!(paid::in_all(&stage.events), "3958.55".parse().unwrap());
}

/// The second of six portions is in dispute, so that a person is waited for already.
#[test]
fn a_refused_account_calls_a_person_when_the_refusal_comes_also_while_a_dispute_is_open() {
    let mut stage = doubted_and_refused();
    stage.until("02-27 18:00");
    let parked = stage.events.iter().filter(|it| &*it.event.event_type == "redemption.parked");
    let rows: Vec<String> = parked.map(|it| it.event.data.to_string()).collect();
    assert!(rows.iter().any(|data| data.contains("payout refused")), "{rows:?}");

    // Another account takes it, and the dispute stays what it is.
    let (account, reason) = ("acc-2".parse().unwrap(), "the investor's new card".into());
    stage.command::<Redemption>("R", Command::Redirect { account, own_name: true, reason });
    stage.until("02-27 19:00");
    assert_eq!(paid::in_all(&stage.events), "653.55".parse().unwrap(), "{}", stage.text());
    assert_eq!(stage.look::<Redemption>("R").ending, None);
}

fn doubted_and_refused() -> Stage {
    let mut stage = asked_for();
    stage.outside.refuses.insert(request().account.to_string());
    doubts_the_second(&mut stage);
    stage
}
