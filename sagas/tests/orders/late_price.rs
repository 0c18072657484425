//! Prices that nobody knows yet when the registrar confirms: what it says takes effect, and is held against the
//! price once that is known and the record is heard again.

use crate::{
    audited, conversion, funds,
    outside::{bought, converted, redeemed},
    purchase, redemption,
    stage::{InHouse, Stage, at},
};
use fundflow_domain::{
    case::{CaseId, Closing, How},
    fund::{ConversionFeeMethod, FundTerms},
    ids::ApplicationNo,
    text::Text,
};
use fundflow_runtime::message::{Noticed, Reply};
use fundflow_sagas::{
    conversion::Conversion,
    ports::registrar::{ApplicationAnswer, notice},
    purchase::Purchase,
    redemption::Redemption,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// A stage on which no price is known until the switch is thrown.
fn unpriced(mut stage: Stage, funds: Vec<FundTerms>) -> (Stage, Arc<AtomicBool>) {
    let known = Arc::new(AtomicBool::new(false));
    let (mut house, switch) = (funds::house(funds), known.clone());
    let prices = house.navs.clone();
    house.navs = Arc::new(move |fund, day| {
        switch.load(Ordering::Relaxed).then(|| prices(fund, day)).flatten()
    });
    stage.house = house;
    stage.crash();
    (stage, known)
}

fn tell(stage: &mut Stage, order: &str, said: &ApplicationAnswer) -> Reply {
    stage.notice(notice(&ApplicationNo::of(&order.parse().unwrap()), said.clone()))
}

/// Confirmed without a price, done, and then heard again: before the price is known, and after.
fn is_checked_later<S: InHouse<Command: 'static, Request: 'static>>(
    (stage, funds): (Stage, Vec<FundTerms>),
    request: &S::Request,
    (order, wrong): (&str, &ApplicationAnswer),
    close: fn(CaseId, Box<Closing>) -> S::Command,
) {
    for how in [How::Accepted, How::Manual { text: Text::lossy("settled by letter") }] {
        let (mut stage, known) = unpriced(stage.clone(), funds.clone());
        stage.request::<S>("T", request.clone());
        stage.until_instant(stage.now.plus_millis(60_000));
        stage.outside.says(order, "2026-02-25T09:00:00+08:00", wrong.clone());
        stage.until("03-10 18:00");
        let look = stage.look::<S>("T");
        assert!(look.finished && !stage.has("case.opened"), "{}", stage.text());

        tell(&mut stage, order, wrong);
        assert!(!stage.has("case.opened"), "nobody knows the price\n{}", stage.text());

        known.store(true, Ordering::Relaxed);
        let reply = tell(&mut stage, order, wrong);
        assert!(!matches!(reply, Reply::Noticed(Noticed::Repeated)), "{reply:?}");
        let opened = |stage: &Stage| {
            let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
            opened.map(|it| it.event.data.clone()).collect::<Vec<_>>()
        };
        let cases = opened(&stage);
        assert_eq!(cases.len(), 1, "{}", stage.text());
        assert!(cases[0].contains("nav_differs_from_published"), "{}", cases[0]);
        tell(&mut stage, order, wrong);
        assert_eq!(opened(&stage).len(), 1, "it is one case\n{}", stage.text());
        stage.crash();
        tell(&mut stage, order, wrong);
        assert_eq!(opened(&stage).len(), 1, "it is one case\n{}", stage.text());

        let case = stage.events.iter().find(|it| &*it.event.event_type == "case.opened");
        let case = case.unwrap().stream.id().parse().unwrap();
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
        let reply = stage.command::<S>("T", close(case, Box::new(Closing { how, by, reason })));
        assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
        tell(&mut stage, order, wrong);
        stage.until("03-20 18:00");
        let look = stage.look::<S>("T");
        assert!(look.finished, "{:?} {:?}\n{}", look.waits, look.open_ends, stage.text());
        assert_eq!((look.open_ends, opened(&stage).len()), (vec![], 1), "{}", stage.text());
        let report = audited::report(&stage.events, stage.kinds());
        audited::adds_up(&report, || stage.text());
        audited::nothing_is_in_suspense(&report, || stage.text());
    }
}

#[test]
fn a_purchase_whose_price_comes_after_its_confirmation_is_checked_then() {
    let wrong = bought("C1", "2026-02-24", ["10000", "147.78", "0", "1.2344", "7981.38"]);
    is_checked_later::<Purchase>(
        (purchase::stage(), vec![funds::equity()]),
        &purchase::request(),
        ("T.buy", &wrong),
        |case, closing| fundflow_sagas::purchase::Command::CloseCase { case, closing },
    );
}

#[test]
fn a_redemption_whose_price_comes_after_its_confirmation_is_checked_then() {
    let numbers = ["6000", "1.3072", "7843.20", "34.31", "7808.89"];
    let wrong = redeemed("C1", "2026-02-25", true, numbers, &[]);
    is_checked_later::<Redemption>(
        (redemption::stage(), vec![funds::equity()]),
        &redemption::request(),
        ("T.redeem", &wrong),
        |case, closing| fundflow_sagas::redemption::Command::CloseCase { case, closing },
    );
}

#[test]
fn a_conversion_whose_price_comes_after_its_confirmation_is_checked_then() {
    let method = ConversionFeeMethod::FeeDifference;
    let numbers = ["20000", "1.0523", "21.05", "143.85", "20881.10", "1.2346", "16913.25"];
    let wrong = converted("K1", "2026-02-24", numbers);
    is_checked_later::<Conversion>(
        (conversion::stage(method), vec![funds::equity(), funds::bond(method)]),
        &conversion::request(),
        ("T.convert", &wrong),
        |case, closing| fundflow_sagas::conversion::Command::CloseCase { case, closing },
    );
}

#[test]
fn a_right_price_that_comes_late_changes_nothing() {
    let (mut stage, known) = unpriced(purchase::stage(), vec![funds::equity()]);
    stage.request::<Purchase>("T", purchase::request());
    stage.until("02-13 14:51");
    let right = bought("C1", "2026-02-24", purchase::NUMBERS);
    stage.outside.says("T.buy", purchase::CONFIRMED_AT, right.clone());
    stage.until("03-10 18:00");
    known.store(true, Ordering::Relaxed);
    let events = stage.events.len();
    let reply = tell(&mut stage, "T.buy", &right);
    assert!(matches!(reply, Reply::Noticed(Noticed::Repeated)), "{reply:?}");
    assert_eq!((stage.events.len(), stage.now >= at("03-10 18:00")), (events, true));
}
