//! An application that moves to a later T is the order that is promised for it: in all that is applied for.

use super::{
    Applications, Ask, Command, Event, OnHuge, Promise, Terms,
    tests::{accept, after, day, place, promise, purchase},
};
use crate::{
    money::{Discount, ShareRounding},
    testing::given,
};

fn conversion() -> Terms {
    let ask = Ask::Conversion {
        shares: "1000".parse().unwrap(),
        into: "600002".parse().unwrap(),
        lots: vec![],
        topup_discount: Discount::FREE,
        on_huge: OnHuge::Cancel,
        take_income: false,
    };
    Terms { ask, ..purchase() }
}

/// Of the pair's terms that begin with the later T: the top-up is not free any more, and the target truncates.
#[test]
fn the_discount_that_is_applied_for_is_the_one_that_is_promised() {
    let promised = Promise { discount: Discount::NONE, ..promise("2026-02-25") };
    let moved = Event::Moved {
        from: day("2026-02-13"),
        to: day("2026-02-24"),
        promised: promised.clone(),
        topup_discount: Some(Discount::NONE),
        rounding: Some(ShareRounding::Truncate),
    };
    let state = given::<Applications>(after([place(conversion()), accept("A1")]))
        .when(Command::MoveTo(day("2026-02-24"), promised.clone(), ShareRounding::Truncate))
        .then([moved])
        .when(place(conversion()))
        .then([])
        .state();

    let terms = &state.application().unwrap().terms;
    assert_eq!(terms.ask.topup_discount(), Some(Discount::NONE));
    assert_eq!((&terms.promised, terms.rounding), (&promised, ShareRounding::Truncate));
}

/// As an engine of before wrote it: the order stays what it was handed in as.
#[test]
fn what_an_earlier_event_does_not_say_stays() {
    let event = r#"{"moved":{"from":"2026-02-13","to":"2026-02-24",
        "promised":{"fee":"open","discount":"1.0000","confirm_by":"2026-02-25"}}}"#;
    let event: Event = serde_json::from_str(event).unwrap();
    let before = after([place(conversion())]).into_iter().chain([event]);
    let state = given::<Applications>(before).state();
    let terms = &state.application().unwrap().terms;
    assert_eq!(terms.trade_date, day("2026-02-24"));
    assert_eq!(terms.ask.topup_discount(), Some(Discount::FREE));
    assert_eq!(terms.rounding, ShareRounding::HalfUp);
}
