//! Funds that invest abroad: holidays there are no day of T+n, so the registrar's word and the money are due
//! later, and nobody is called before.

use crate::{
    conversion,
    funds::{bond, equity, house},
    outside::redeemed,
    purchase, redemption,
    stage::{InHouse, Stage},
};
use fundflow_domain::fund::{ConversionFeeMethod as Method, FundTerms};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{conversion::Conversion, purchase::Purchase, redemption::Redemption};

fn abroad(holidays: &[&str]) -> FundTerms {
    let foreign_holidays = holidays.iter().map(|day| day.parse().unwrap()).collect();
    FundTerms { foreign_holidays, ..equity() }
}

/// Asked for in a catalogue that has that fund: when the word is due, and nobody is asked or called before.
#[track_caller]
fn due<S: InHouse>(
    mut stage: Stage,
    (id, request): (&str, S::Request),
    fund: FundTerms,
    days: [&str; 2],
) where
    S::Request: 'static,
{
    let lots = stage.events.clone();
    stage = Stage::in_house(
        house(vec![fund, bond(Method::FeeDifference)]),
        &stage.now.to_string()[5..16].replace('T', " "),
    );
    stage.events = lots;
    assert!(matches!(stage.request::<S>(id, request), Reply::Placed { .. }));
    let [due, overdue] = days;
    assert_eq!(stage.look::<S>(id).promise["confirm_by"], format!("2026-{due}"), "{id}");
    stage.until(&format!("{due} 11:59"));
    let asks = |stage: &Stage| stage.lines.iter().filter(|line| line.starts_with("ask ")).count();
    assert_eq!(asks(&stage), 0, "{}", stage.text());
    stage.until(&format!("{overdue} 11:59"));
    assert!(asks(&stage) > 0 && stage.look::<S>(id).parked.is_none(), "{}", stage.text());
    stage.until(&format!("{overdue} 18:00"));
    let (_, cause) = stage.look::<S>(id).parked.unwrap();
    assert_eq!(&*cause.code, "overdue");
}

#[test]
fn the_registrars_word_is_due_after_the_holiday_and_overdue_a_day_later() {
    let at_home = || abroad(&["2026-02-16"]);
    let closed = || abroad(&["2026-02-24", "2026-02-26"]);
    let bought = || ("P", purchase::request());
    due::<Purchase>(purchase::stage(), bought(), at_home(), ["02-24", "02-25"]);
    due::<Purchase>(purchase::stage(), bought(), closed(), ["02-25", "02-26"]);
    let two = FundTerms { confirm_lag: 2, ..closed() };
    due::<Purchase>(purchase::stage(), bought(), two, ["02-27", "03-02"]);
    let converted = || ("C", conversion::request());
    let stage = || conversion::stage(Method::FeeDifference);
    due::<Conversion>(stage(), converted(), closed(), ["02-25", "02-26"]);
    let left = || ("R", redemption::request());
    due::<Redemption>(redemption::stage(), left(), abroad(&["2026-02-25"]), ["02-26", "02-27"]);
}

#[test]
fn what_keeps_the_registrars_word_keeps_the_money_as_long() {
    for (holidays, paid) in [(&[][..], "02-27"), (&["2026-02-25"][..], "03-02")] {
        let mut stage = redemption::stage_with(abroad(holidays));
        stage.request::<Redemption>("R", redemption::request());
        let said = redeemed("C1", "2026-02-26", true, redemption::NUMBERS, &redemption::LOTS);
        stage.outside.says("R.redeem", "2026-02-26T09:00:00+08:00", said);
        stage.until(&format!("{paid} 11:59"));
        assert!(!stage.has("payout.requested"), "{}", stage.text());
        stage.until(&format!("{paid} 12:00"));
        assert_eq!(
            stage.look::<Redemption>("R").ending,
            Some("redemption.completed"),
            "{}",
            stage.text()
        );
    }
}
