//! A record with more to come that is said after the last one: it ends no order by itself.

use crate::{
    audited, conversion,
    outside::{bought_part, converted_part, redeemed},
    purchase, redemption,
    stage::{InHouse, Stage},
};
use fundflow_domain::{fund::ConversionFeeMethod, ids::ApplicationNo};
use fundflow_sagas::{
    conversion::Conversion,
    ports::registrar::{ApplicationAnswer, notice},
    purchase::Purchase,
    redemption::Redemption,
};

fn is_a_persons<S: InHouse<Command: 'static, Request: 'static>>(
    mut stage: Stage,
    request: S::Request,
    (order, last, portion): (&str, ApplicationAnswer, ApplicationAnswer),
) {
    stage.request::<S>("T", request);
    stage.until("02-25 17:00");
    let no = ApplicationNo::of(&order.parse().unwrap());
    stage.notice(notice(&no, last));
    stage.notice(notice(&no, portion));
    stage.until("03-10 18:00");

    let look = stage.look::<S>("T");
    assert!(look.ending.is_none() && look.parked.is_some(), "{}", stage.text());
    assert!(stage.has("application.contested") && !stage.has("case.closed"), "{}", stage.text());
    for sent in ["application.corrected", "payment.refund_requested", "payout.requested"] {
        assert!(!stage.has(sent), "{sent}\n{}", stage.text());
    }
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
}

/// 6,000 of 10,000 as the last record, which leaves 4,000 unsaid, and then these with more to come.
#[test]
fn a_purchase_whose_last_portion_comes_first_sends_nothing_back() {
    let part = |serial, last, numbers| bought_part(serial, "2026-02-24", last, numbers);
    let last = part("C2", true, ["6000", "88.67", "0", "1.2345", "4788.44"]);
    let first = part("C1", false, ["4000", "59.11", "0", "1.2345", "3192.30"]);
    let records = ("T.buy", last, first);
    is_a_persons::<Purchase>(purchase::stage(), purchase::request(), records);
}

#[test]
fn a_redemption_that_a_portion_follows_pays_nothing_out() {
    let part = |serial, last, numbers| redeemed(serial, "2026-02-25", last, numbers, &[]);
    let wrong = part("C2", true, ["6000", "1.3071", "7842.60", "117.64", "7724.96"]);
    let first = part("C1", false, ["3000", "1.3071", "3921.30", "0", "3921.30"]);
    let records = ("T.redeem", wrong, first);
    is_a_persons::<Redemption>(redemption::stage(), redemption::request(), records);
}

#[test]
fn a_conversion_that_a_portion_follows_waits_for_a_person() {
    let part = |serial, last, numbers| converted_part(serial, "2026-02-24", last, numbers);
    let many = ["20000", "1.0523", "21.05", "143.86", "20881.09", "1.2345", "16914.99"];
    let half = ["10000", "1.0523", "10.52", "71.93", "10440.55", "1.2345", "8457.31"];
    let records = ("T.convert", part("C2", true, many), part("C1", false, half));
    let stage = conversion::stage(ConversionFeeMethod::FeeDifference);
    is_a_persons::<Conversion>(stage, conversion::request(), records);
}
