//! The end of one stream is cut off, and what was decided later stands: the audit says so.

use crate::{
    audited, conversion,
    cut::unseen,
    outside::{bought, converted, redeemed, rejected, subscribed},
    plan, plan_by_wallet, purchase, redemption,
    stage::Stage,
    subscription,
};
use fundflow_domain::fund::ConversionFeeMethod::FeeDifference;
use fundflow_sagas::{purchase::Purchase, redemption::Redemption};

#[track_caller]
fn missed(stage: &Stage) -> Vec<String> {
    let report = |log: &[_]| audited::report(log, stage.kinds());
    audited::adds_up(&report(&stage.events), || stage.text());
    unseen(&stage.events, |log| audited::is_named(&report(log)))
}

#[test]
fn a_purchase_that_lacks_the_end_of_one_of_its_streams_is_found() {
    for said in [bought("C1", "2026-02-24", purchase::NUMBERS), rejected("0")] {
        let mut stage = purchase::stage();
        stage.request::<Purchase>("P", purchase::request());
        stage.outside.says("P.buy", purchase::CONFIRMED_AT, said);
        stage.until("02-25 18:00");
        assert_eq!(missed(&stage), [""; 0], "{}", stage.text());
    }
}

#[test]
fn a_subscription_that_lacks_the_end_of_one_of_its_streams_is_found() {
    for said in [subscribed("C1", "2026-03-05", subscription::NUMBERS), rejected("2.35")] {
        let mut stage = subscription::subscribed_in_time();
        stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", said);
        stage.until("03-06 18:00");
        assert_eq!(missed(&stage), [""; 0], "{}", stage.text());
    }
}

#[test]
fn a_redemption_that_lacks_the_end_of_one_of_its_streams_is_found() {
    let (numbers, lots) = (redemption::NUMBERS, &redemption::LOTS);
    for said in [redeemed("C1", "2026-02-25", true, numbers, lots), rejected("0")] {
        let mut stage = redemption::stage();
        stage.request::<Redemption>("R", redemption::request());
        stage.outside.says("R.redeem", redemption::CONFIRMED_AT, said);
        stage.until("02-27 18:00");
        assert_eq!(missed(&stage), [""; 0], "{}", stage.text());
    }
}

#[test]
fn a_conversion_that_lacks_the_end_of_one_of_its_streams_is_found() {
    for said in [converted("K1", "2026-02-24", conversion::BY_FEES), rejected("0")] {
        let mut stage = conversion::asked_for(FeeDifference, conversion::request());
        stage.outside.says("C.convert", conversion::CONFIRMED_AT, said);
        stage.until("02-25 18:00");
        assert_eq!(missed(&stage), [""; 0], "{}", stage.text());
    }
}

#[test]
fn a_plan_that_lacks_the_end_of_one_of_its_streams_is_found() {
    let mut stage = plan::opened(plan::terms());
    stage.until("02-24 09:30");
    plan::job(&mut stage);
    let numbers = ["10000", "147.78", "0", "1.3071", "7537.46"];
    let said = bought("C1", "2026-02-25", numbers);
    stage.outside.says("PLAN.20260224.buy", "2026-02-25T09:00:00+08:00", said);
    stage.until("03-10 18:00");
    assert_eq!(missed(&stage), [""; 0], "{}", stage.text());
}

#[test]
fn a_plan_by_way_of_a_wallet_that_lacks_the_end_of_one_of_its_streams_is_found() {
    let mut stage = plan_by_wallet::opened();
    plan_by_wallet::first_date(&mut stage);
    stage.until("03-10 18:00");
    assert_eq!(missed(&stage), [""; 0], "{}", stage.text());
}
