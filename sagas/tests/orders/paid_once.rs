//! Two cases about one sum: what a person has us pay for one of them is no longer left of the other.

use crate::{
    audited,
    carried_gaps::closes,
    outside::{read, redeemed},
    overruled::open,
    redemption::{self, request},
    stage::Stage,
};
use fundflow_domain::{
    case::{CaseId, Closing, How},
    ids::ApplicationNo,
    text::Text,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    ports::registrar::notice,
    redemption::{Command, Redemption, Request},
};

fn says(stage: &mut Stage, serial: &str, fee: &str, payout: &str) {
    let said = redeemed(serial, "2026-02-25", true, ["500", "1.3071", "653.55", fee, payout], &[]);
    stage.notice(notice(&ApplicationNo::of(&"R.redeem".parse().unwrap()), said));
}

fn paid_by_us(amount: &str) -> How {
    How::PaidByUs { amount: amount.parse().unwrap() }
}

fn why_not(stage: &mut Stage, case: CaseId, how: How) -> String {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how, by, reason });
    let reply = stage.command::<Redemption>("R", Command::CloseCase { case, closing });
    let Reply::Refused(_, why) = reply else { panic!("{reply:?}\n{}", stage.text()) };
    why.to_string()
}

/// A fee of 10.00 where leaving costs nothing, and then a record of 5.00 that does not add up either: both cases are
/// about the same 10.00 yuan.
#[test]
fn what_was_paid_for_a_contested_record_is_not_paid_again_for_the_one_that_holds() {
    let mut stage = redemption::stage();
    let shares = Some("500".parse().unwrap());
    stage.request::<Redemption>("R", Request { shares, ..request() });
    stage.until("02-25 09:00");
    says(&mut stage, "C1", "10.00", "643.55");
    let [holds] = open(&stage)[..] else { panic!("{}", stage.text()) };
    says(&mut stage, "C2", "5.00", "648.55");
    let contested = open(&stage).into_iter().find(|case| *case != holds).expect("its own case");
    closes(&mut stage, contested, paid_by_us("5.00"));
    assert_eq!(open(&stage), [holds], "{}", stage.text());

    let why = why_not(&mut stage, holds, paid_by_us("10.00"));
    assert!(why.contains("10.00 yuan are more than the 5.00 that are left of the 10.00"), "{why}");
    closes(&mut stage, holds, paid_by_us("5.00"));
    stage.until("03-04 18:00");
    assert!(stage.look::<Redemption>("R").finished, "{}", stage.text());
    assert_eq!(stage.outside.balance()[1], read("653.55"), "{}", stage.text());
    audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
}
