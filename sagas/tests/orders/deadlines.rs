//! Deadlines park, at exactly their instant: a payment at the next T's cut-off, a confirmation at noon of
//! the trading day after it was due, a payout at the cut-off of the day after it was due, a refund at that
//! of the third trading day after it was asked for.

use crate::{
    conversion,
    outside::{redeemed, rejected},
    purchase, redemption,
    stage::{InHouse, Stage, at},
    subscription,
};
use fundflow_domain::{application::OnHuge, fund::ConversionFeeMethod};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::Conversion,
    purchase::Purchase,
    redemption::{Command, Redemption, Request},
};

/// Parked at that row, at that instant and never before.
#[track_caller]
fn parks<S: InHouse>(mut stage: Stage, (id, row, deadline): (&str, &str, &str)) -> Stage {
    let before = at(deadline).plus_millis(-1000);
    stage.until_instant(before);
    assert_eq!(stage.look::<S>(id).parked, None, "before {deadline}\n{}", stage.text());
    stage.until(deadline);
    let parked = stage.look::<S>(id).parked.map(|(row, _)| row.to_string());
    assert_eq!(parked.as_deref(), Some(row), "at {deadline}\n{}", stage.text());
    stage
}

fn asked<S: InHouse>(mut stage: Stage, id: &str, request: S::Request) -> Stage
where
    S::Request: 'static,
{
    let reply = stage.request::<S>(id, request);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage
}

fn buying() -> Stage {
    asked::<Purchase>(purchase::stage(), "P", purchase::request())
}

fn muted(mut stage: Stage, no: &str) -> Stage {
    stage.outside.mute.insert(no.to_owned());
    stage
}

fn deaf(mut stage: Stage) -> Stage {
    stage.outside.deaf = true;
    stage
}

#[test]
fn of_a_purchase() {
    // T is Friday, 13 February; the next one is Tuesday, the 24th.
    let stage = muted(purchase::stage(), "P.buy.pay");
    let stage = asked::<Purchase>(stage, "P", purchase::request());
    parks::<Purchase>(stage, ("P", "pay", "02-24 15:00"));
    let stage = asked::<Purchase>(deaf(purchase::stage()), "P", purchase::request());
    parks::<Purchase>(stage, ("P", "buy", "02-24 15:00"));
    parks::<Purchase>(buying(), ("P", "confirm", "02-25 12:00"));
}

#[test]
fn of_a_subscription_by_its_own_cut_off() {
    // T is the 13th until 17:00.
    let stage = muted(subscription::stage(), "S.buy.pay");
    let stage = asked::<Purchase>(stage, "S", subscription::request());
    parks::<Purchase>(stage, ("S", "pay", "02-24 17:00"));
}

#[test]
fn of_a_refund_from_when_it_was_asked_for() {
    // Taken back at once by the front: asked for on the 13th.
    let mut stage = muted(purchase::stage(), "P.buy.pay.refund1");
    stage.outside.rejects.insert("P.buy".into());
    let stage = asked::<Purchase>(stage, "P", purchase::request());
    parks::<Purchase>(stage, ("P", "refund payment", "02-26 15:00"));
    // Rejected by the registrar eight trading days late: asked for on 6 March.
    let mut stage = muted(purchase::stage(), "P.buy.pay.refund1");
    stage = asked::<Purchase>(stage, "P", purchase::request());
    stage.outside.says("P.buy", "2026-03-06T09:00:00+08:00", rejected("0"));
    stage.until("03-06 11:00");
    assert!(stage.has("payment.refund_requested"), "{}", stage.text());
    assert_eq!(stage.look::<Purchase>("P").parked, None, "{}", stage.text());
    parks::<Purchase>(stage, ("P", "refund payment", "03-11 15:00"));
}

fn redeeming(request: Request) -> Stage {
    asked::<Redemption>(redemption::stage(), "R", request)
}

fn confirmed(stage: &mut Stage, at: &str) {
    let said = redeemed("C1", "2026-02-25", true, redemption::NUMBERS, &redemption::LOTS);
    stage.outside.says("R.redeem", at, said);
}

#[test]
fn of_a_redemption() {
    // T is the 24th, confirmed on the 25th, its money is here on Friday, the 27th.
    let stage = asked::<Redemption>(deaf(redemption::stage()), "R", redemption::request());
    parks::<Redemption>(stage, ("R", "redeem", "02-25 15:00"));
    parks::<Redemption>(redeeming(redemption::request()), ("R", "confirm", "02-26 12:00"));
    let mut stage = muted(redeeming(redemption::request()), "R.redeem.out");
    confirmed(&mut stage, redemption::CONFIRMED_AT);
    parks::<Redemption>(stage, ("R", "paid out", "03-02 15:00"));
}

#[test]
fn of_a_payout_that_is_asked_for_late_or_goes_to_another_account() {
    let mut stage = muted(redeeming(redemption::request()), "R.redeem.out");
    confirmed(&mut stage, "2026-03-06T09:00:00+08:00");
    stage.until("03-06 11:00");
    assert!(stage.has("payout.requested"), "{}", stage.text());
    assert_eq!(stage.look::<Redemption>("R").parked, None, "{}", stage.text());
    parks::<Redemption>(stage, ("R", "paid out", "03-09 15:00"));

    let mut stage = muted(redeeming(redemption::request()), "R.redeem.out.2");
    stage.outside.refuses.insert("acc-1".to_owned());
    confirmed(&mut stage, redemption::CONFIRMED_AT);
    stage.until("03-10 10:00");
    let account = "acc-2".parse().unwrap();
    let redirect = Command::Redirect { account, own_name: true, reason: "closed".into() };
    assert!(matches!(stage.command::<Redemption>("R", redirect), Reply::Acted));
    stage.until("03-10 11:00");
    assert_eq!(stage.look::<Redemption>("R").parked, None, "{}", stage.text());
    parks::<Redemption>(stage, ("R", "paid out", "03-11 15:00"));
}

#[test]
fn of_a_carried_rest_which_is_asked_for_from_its_own_day_on() {
    let request = Request { on_huge: OnHuge::CarryOver, ..redemption::request() };
    let mut stage = redeeming(request);
    let half = ["3000", "1.3071", "3921.30", "0", "3921.30"];
    let part = redeemed("C1", "2026-02-25", false, half, &redemption::LOTS[..1]);
    stage.until("02-25 09:00");
    // Told unasked, before anybody would ask.
    let no = fundflow_domain::ids::ApplicationNo::of(&"R.redeem".parse().unwrap());
    stage.notice(fundflow_sagas::ports::registrar::notice(&no, part));
    let asks = |stage: &Stage| stage.lines.iter().filter(|it| *it == "ask redeem").count();
    assert_eq!(asks(&stage), 0, "{}", stage.text());
    stage.until("02-26 11:59");
    assert_eq!(asks(&stage), 0, "{}", stage.text());
    stage.until("02-26 12:00");
    assert_eq!(asks(&stage), 1, "{}", stage.text());
    parks::<Redemption>(stage, ("R", "confirm", "02-27 12:00"));
}

#[test]
fn of_a_conversion() {
    let stage = || conversion::stage(ConversionFeeMethod::FeeDifference);
    let late = asked::<Conversion>(deaf(stage()), "C", conversion::request());
    parks::<Conversion>(late, ("C", "convert", "02-24 15:00"));
    let silent = asked::<Conversion>(stage(), "C", conversion::request());
    parks::<Conversion>(silent, ("C", "confirm", "02-25 12:00"));
}

/// The request came too late for the T that it was asked for on; at the cut-off that T is over.
#[test]
fn who_wants_only_today_is_refused_once_that_is_over_and_who_does_not_is_of_the_next_t() {
    for (only_today, came, placed) in [
        (true, "02-13 14:59:59", true),
        (true, "02-13 15:00:00", false),
        (false, "02-13 15:00:00", true),
    ] {
        let mut stage = purchase::stage();
        (stage.now, stage.asked.at) = (at(came), Some(at("02-13 14:58:00")));
        let request = fundflow_sagas::purchase::Request { only_today, ..purchase::request() };
        let reply = stage.request::<Purchase>("P", request);
        assert_eq!(matches!(reply, Reply::Placed { .. }), placed, "{only_today} {came}: {reply:?}");
    }
}
