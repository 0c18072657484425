//! That whole days find a defect, and make the play smaller in which it shows: a saga that forgets to cancel what it
//! has ordered when it is left.

use super::kettle;
use fundflow_application::desk::Registry;
use fundflow_runtime::{
    kind::{Kind, Of, payload, saga_id},
    message::What,
    saga::Saga,
};
use fundflow_testkit::{
    days::{Days, Moment, Plan, Rows, profile, shrink::shrink},
    toy::{
        MEMBER, MORNING,
        account::Points,
        award::{self, Award},
        exchange::{Exchange, FORGETS_TO_CANCEL},
        shop::{May, Shop},
        transaction,
    },
};
use std::sync::Arc;

fn asks<S: Saga>(minute: i64, id: &str, request: S::Request, asked: S::Asked) -> Moment {
    let (saga, request) = (saga_id::<S>(&transaction(id)), payload(request));
    let (asked, at, trace_parent) = (payload(asked), None, None);
    let what = What::Request { saga, request, asked, at, trace_parent };
    Moment { at: MORNING.plus_millis(minute * 60_000), words: id.into(), what }
}

/// Points are awarded first, and then exchanged.
fn days(exchange: Exchange) -> Days<Shop> {
    let may = [May::Decline, May::FailToPack, May::FailToShip, May::Damage, May::DenyPoints];
    let kinds: Vec<Arc<dyn Kind>> =
        vec![Arc::new(Of(Arc::new(exchange))), Arc::new(Of(Arc::new(Award)))];
    let award = || award::Request { member: MEMBER.into(), points: Points(500) };
    let awards = (0..4).map(|nth| asks::<Award>(nth, &format!("AW-{nth}"), award(), ()));
    let exchanges = (0..12).map(|nth| {
        let (id, points) = (format!("EX-{nth}"), u64::try_from(100 + nth).unwrap_or(100));
        asks::<Exchange>(60 + 5 * nth, &id, kettle(points), ())
    });
    let day = MORNING.date();
    let after = (1..9).filter_map(|days| day.checked_add_days(chrono::Days::new(days))).collect();
    Days {
        registry: kinds.iter().cloned().fold(Registry::new(), Registry::kind),
        moments: awards.chain(exchanges).collect(),
        rows: Rows::of_all(&kinds),
        kinds,
        counterparties: Shop::that(may),
        dates: vec![day],
        after,
        daily: |_, _| Vec::new(),
        operator: |_, _, _| None,
        rightly: |_| None,
        excuse: |_, _| false,
        truths: Vec::new(),
    }
}

#[test]
fn a_saga_that_forgets_to_cancel_is_found_and_shrunk_to_a_handful_of_moves() {
    let broken = |_: &Plan| Some((days(Exchange { table: &FORGETS_TO_CANCEL }), profile("heavy")?));
    let heavy = profile("heavy").expect("a profile");
    let plan = |seed| Plan::of(seed, 0, 1, 16, "heavy");
    let fails =
        |plan: &Plan| days(Exchange { table: &FORGETS_TO_CANCEL }).play(plan, heavy).is_err();
    let seed = (0..40).find(|seed| fails(&plan(*seed))).expect("a seed that fails");

    let shrunk = shrink(&plan(seed), broken, 400, |_, _| {}).expect("it fails");

    assert!(shrunk.fallen.what.contains("parcel (10"), "{}", shrunk.fallen);
    let moments = shrunk.plan.moments.clone().unwrap_or_default();
    let strikes = shrunk.plan.strikes.clone().unwrap_or_default();
    assert!(moments.len() <= 3 && strikes.len() <= 3, "{moments:?} {strikes:?}");
    let again = broken(&shrunk.plan).map(|(days, heavy)| days.play(&shrunk.plan, heavy));
    assert_eq!(again.and_then(Result::err).map(|it| *it), Some(shrunk.fallen));
    let mended = days(Exchange::default()).play(&shrunk.plan, heavy);
    assert!(mended.is_ok(), "{mended:?}");
}

#[test]
fn what_does_not_fail_is_not_shrunk() {
    let sound = |_: &Plan| Some((days(Exchange::default()), profile("none")?));
    assert!(shrink(&Plan::of(1, 0, 1, 16, "none"), sound, 10, |_, _| {}).is_err());
}
