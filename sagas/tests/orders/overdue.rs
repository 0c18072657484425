//! A registrar that is asked and only repeats what it said before is late, whatever it said: taken,
//! received, or confirmed in part.

use crate::{
    conversion,
    outside::{bought_part, received, redeemed},
    purchase, redemption,
    stage::{InHouse, Stage},
    subscription,
};
use fundflow_domain::{application::OnHuge, fund::ConversionFeeMethod};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::Conversion,
    ports::registrar::ApplicationAnswer,
    purchase::Purchase,
    redemption::{Redemption, Request},
};

/// Asked for, with nothing said but that; parked as overdue in the end, and never with another reason.
#[track_caller]
fn overdue<S: InHouse>(mut stage: Stage, (id, request): (&str, S::Request), row: &str)
where
    S::Request: 'static,
{
    let reply = stage.request::<S>(id, request);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    let days = (24..=28).map(|day| (2, day)).chain((1..=31).map(|day| (3, day)));
    for (month, day) in days {
        stage.until(&format!("{month:02}-{day:02} 18:00"));
        if stage.look::<S>(id).parked.is_some() {
            break;
        }
    }
    let parked = stage.look::<S>(id).parked;
    let parked = parked.map(|(row, cause)| (row.to_string(), cause.code.to_string()));
    assert_eq!(parked, Some((row.to_owned(), "overdue".to_owned())), "{}", stage.text());
}

/// What the registrar says from 09:00 of that day on.
fn saying(mut stage: Stage, order: &str, on: &str, word: ApplicationAnswer) -> Stage {
    stage.outside.says(order, &format!("{on}T09:00:00+08:00"), word);
    stage
}

#[test]
fn of_a_purchase() {
    overdue::<Purchase>(purchase::stage(), ("P", purchase::request()), "confirm");
    let part = bought_part("C1", "2026-02-24", false, ["4000", "59.11", "0", "1.2345", "3192.30"]);
    let stage = saying(purchase::stage(), "P.buy", "2026-02-24", part);
    overdue::<Purchase>(stage, ("P", purchase::request()), "confirm");
}

#[test]
fn of_a_subscription() {
    overdue::<Purchase>(subscription::stage(), ("P", subscription::request()), "receive");
    let taken = received("R1", "2026-02-24");
    let stage = saying(subscription::stage(), "P.buy", "2026-02-24", taken);
    overdue::<Purchase>(stage, ("P", subscription::request()), "confirm");
}

#[test]
fn of_a_redemption() {
    let request = || Request { on_huge: OnHuge::CarryOver, ..redemption::request() };
    overdue::<Redemption>(redemption::stage(), ("R", request()), "confirm");
    let half = ["3000", "1.3071", "3921.30", "0", "3921.30"];
    let part = redeemed("C1", "2026-02-25", false, half, &redemption::LOTS[..1]);
    let stage = saying(redemption::stage(), "R.redeem", "2026-02-25", part);
    overdue::<Redemption>(stage, ("R", request()), "confirm");
}

#[test]
fn of_a_conversion() {
    let stage = || conversion::stage(ConversionFeeMethod::FeeDifference);
    overdue::<Conversion>(stage(), ("C", conversion::request()), "confirm");
}
