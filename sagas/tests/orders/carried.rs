//! A redemption that its registrar confirms in many portions: each is paid by itself, on the pay day of its own T.

use crate::{
    audited,
    outside::redeemed,
    paid,
    redemption::{self, request},
    stage::{Stage, at},
};
use fundflow_domain::{
    ids::{ApplicationNo, PaymentNo},
    payout::{Payouts, Transfer},
};
use fundflow_kernel::streams::Key;
use fundflow_sagas::{
    ports::{
        bank::{PayoutAnswer, payout_notice},
        registrar::{ApplicationAnswer, notice},
    },
    redemption::{Command, Redemption, Request},
};

/// Serial, the day on which it is confirmed, price, and what 500 shares brought. Two records are of one T.
pub(crate) const RECORDS: [[&str; 4]; 6] = [
    ["C1", "02-25", "1.3071", "653.55"],
    ["C2", "02-26", "1.3100", "655.00"],
    ["C3", "02-26", "1.3100", "655.00"],
    ["C4", "02-27", "1.3200", "660.00"],
    ["C5", "03-02", "1.3300", "665.00"],
    ["C6", "03-03", "1.3400", "670.00"],
];

/// 3,000 shares of the oldest lot, which leave for nothing, asked for on 24 February.
pub(crate) fn asked_for() -> Stage {
    let mut stage = redemption::stage();
    let shares = Some("3000".parse().unwrap());
    stage.request::<Redemption>("R", Request { shares, ..request() });
    stage.until("02-24 10:01");
    stage.take_lines();
    stage
}

pub(crate) fn record([serial, on, nav, gross]: [&str; 4]) -> ApplicationAnswer {
    let (on, last) = (format!("2026-{on}"), serial == "C6");
    redeemed(serial, &on, last, ["500", nav, gross, "0", gross], &[])
}

pub(crate) fn says(stage: &mut Stage, of: [&str; 4]) {
    stage.until(&format!("{} 09:00", of[1]));
    stage.notice(notice(&ApplicationNo::of(&"R.redeem".parse().unwrap()), record(of)));
}

/// Number, yuan and day of each payout that was asked for.
pub(crate) fn due(stage: &Stage) -> Vec<String> {
    let of = |nth: usize| match nth {
        1 => "R.redeem.out".to_owned(),
        nth => format!("R.redeem.part{nth}.out"),
    };
    let known = |nth| {
        let payouts = stage.state(&Key::<Payouts>::of(&of(nth).parse::<PaymentNo>().unwrap()));
        let terms = payouts.payout()?.terms.clone();
        let record = terms.record.unwrap();
        Some(format!("{} {} {} {record}", terms.no, terms.amount, terms.due))
    };
    (1..9).filter_map(known).collect()
}

#[test]
fn each_record_is_paid_on_the_day_of_its_own_t_and_two_of_one_t_on_the_same_day() {
    let mut stage = asked_for();
    for of in RECORDS {
        says(&mut stage, of);
    }
    let portion = ["application.portion_confirmed", "holdings.shares_taken"];
    let paid = |no: &str| {
        ["payout.requested".to_owned(), format!("call redeem.{no}"), "payout.paid_out".to_owned()]
    };
    let mut expected: Vec<String> = [portion; 4].concat().iter().map(ToString::to_string).collect();
    expected.extend(paid("out"));
    expected.extend(portion.map(str::to_owned));
    // Four are foreseen from the beginning.
    expected.push("redemption.payouts_foreseen".to_owned());
    let of_one_t = [
        "payout.requested",
        "payout.requested",
        "call redeem.part2.out",
        "call redeem.part3.out",
        "payout.paid_out",
        "payout.paid_out",
    ];
    expected.extend(of_one_t.map(str::to_owned));
    expected.extend(
        ["application.confirmed", "holdings.shares_taken", "redemption.payouts_foreseen"]
            .map(str::to_owned),
    );
    assert_eq!(stage.take_lines(), expected);
    stage.until("03-05 11:59");
    assert_eq!(stage.look::<Redemption>("R").ending, None);
    stage.until("03-05 12:00");
    assert_eq!(
        due(&stage),
        [
            "R.redeem.out 653.55 2026-02-27 C1",
            "R.redeem.part2.out 655.00 2026-03-02 C2",
            "R.redeem.part3.out 655.00 2026-03-02 C3",
            "R.redeem.part4.out 660.00 2026-03-03 C4",
            "R.redeem.part5.out 665.00 2026-03-04 C5",
            "R.redeem.part6.out 670.00 2026-03-05 C6",
        ]
    );
    let mut expected: Vec<String> = ["part4.out", "part5.out", "part6.out"].map(paid).concat();
    expected.push("redemption.completed".to_owned());
    assert_eq!(stage.take_lines(), expected);
    assert!(is_over(&stage), "{}", stage.text());
}

/// Completed, with nothing open, and books that add up.
pub(crate) fn is_over(stage: &Stage) -> bool {
    let look = stage.look::<Redemption>("R");
    audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
    look.ending == Some("redemption.completed") && look.open_ends.is_empty() && look.finished
}

#[test]
fn who_dies_between_any_two_portions_pays_each_of_them_once() {
    for fuse in 0..48 {
        let mut stage = asked_for();
        stage.fuse = Some(fuse);
        for of in RECORDS {
            // Whoever had no receipt delivers it once more.
            says(&mut stage, of);
            says(&mut stage, of);
        }
        stage.until("03-09 18:00");
        assert!(is_over(&stage), "dead after {fuse}\n{}", stage.text());
        assert_eq!(due(&stage).len(), 6, "dead after {fuse}");
        assert_eq!(paid::in_all(&stage.events), "3958.55".parse().unwrap(), "dead after {fuse}");
    }
}

#[test]
fn each_payout_that_the_bank_refuses_goes_where_a_person_says() {
    let mut stage = asked_for();
    stage.outside.refuses.insert("acc-1".to_owned());
    for of in RECORDS {
        says(&mut stage, of);
    }
    stage.until("03-05 18:00");
    let (row, _) = stage.look::<Redemption>("R").parked.unwrap();
    assert_eq!(&*row, "payout refused");
    let ends = |stage: &Stage| stage.look::<Redemption>("R").open_ends[0].worth.to_string();
    assert_eq!(ends(&stage), "3958.55");

    for left in ["3305.00", "2650.00", "1995.00", "1335.00", "670.00"] {
        let (account, reason) = ("acc-2".parse().unwrap(), "the investor's new card".into());
        stage.command::<Redemption>("R", Command::Redirect { account, own_name: true, reason });
        stage.until("03-05 19:00");
        assert_eq!(ends(&stage), left, "{}", stage.text());
    }
    let (account, reason) = ("acc-2".parse().unwrap(), "the investor's new card".into());
    stage.command::<Redemption>("R", Command::Redirect { account, own_name: true, reason });
    stage.until("03-05 20:00");
    assert!(is_over(&stage), "{}", stage.text());
}

#[test]
fn a_payout_of_which_nobody_knows_is_asked_about_under_its_own_number() {
    let mut stage = asked_for();
    stage.outside.mute.insert("R.redeem.part5.out".to_owned());
    for of in RECORDS {
        says(&mut stage, of);
    }
    stage.until("03-05 15:00");
    let (row, _) = stage.look::<Redemption>("R").parked.unwrap();
    assert_eq!(&*row, "paid out 5");
    let no: PaymentNo = "R.redeem.part5.out".parse().unwrap();
    let transfer = Transfer {
        no: no.clone(),
        serial: "S".parse().unwrap(),
        amount: "665".parse().unwrap(),
        at: at("03-04 13:00"),
    };
    stage.notice(payout_notice(&no.clone(), no, PayoutAnswer::PaidOut(transfer)));
    stage.until("03-05 20:00");
    assert!(is_over(&stage), "{}", stage.text());
    assert_eq!(paid::in_all(&stage.events), "3958.55".parse().unwrap());
}

#[test]
fn who_gives_up_between_portions_has_the_rest_and_the_money_that_comes_of_it() {
    let mut stage = asked_for();
    for of in &RECORDS[..4] {
        says(&mut stage, *of);
    }
    // The first is paid, three are due later, and 1,000 shares wait for their T.
    let ends = |stage: &Stage| -> Vec<String> {
        let ends = stage.look::<Redemption>("R").open_ends;
        ends.iter().map(|end| format!("{} {}", end.name, end.worth)).collect()
    };
    stage.until("02-27 18:00");
    assert_eq!(ends(&stage), ["shares 1000.00", "payout 1970.00"]);
    stage.abandon::<Redemption>("R");
    for of in &RECORDS[4..] {
        says(&mut stage, *of);
    }
    stage.until("03-09 18:00");
    assert_eq!(due(&stage).len(), 1, "{}", stage.text());
    assert_eq!(ends(&stage), ["payout 3305.00"]);
    assert_eq!(crate::by_hand::named(&stage.events)["payout"], "3305".parse().unwrap());
    audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
}
