//! A T that the exchange closes, with everything going wrong: what is lost, late, refused; deaths; people. Beside it
//! runs an order of that T.

use crate::{
    house::{ends, explore, house, world_of},
    money::buying,
    outside::{May, Outside},
    pairs::sound,
};
use fundflow_domain::{
    admission::buying::Way,
    calendar::version::{Change, Version},
};
use fundflow_sagas::calendar_change::{CalendarChange, Request, transaction_id};
use fundflow_testkit::{
    explore::{Explorer, World, search::Truth},
    worlds::{date, read, text},
};

fn closes(day: &str) -> Request {
    let version = Version {
        version: read("typhoon"),
        source: text("made up: a typhoon"),
        notice_date: date("2026-02-12"),
        change: Change::Days { closed: vec![date(day)], opened: vec![] },
    };
    Request { version, reason: text("notice read"), by: text("chen") }
}

fn saga() -> CalendarChange {
    CalendarChange { house: house() }
}

fn named(request: Request) -> (fundflow_domain::ids::TransactionId, Request, ()) {
    (transaction_id(&request.version.version).unwrap(), request, ())
}

fn world(day: &str) -> World<CalendarChange, Outside> {
    world_of(saga(), Outside::that([]), named(closes(day)))
}

/// However often it is asked for, whoever dies.
const ONCE: Truth<CalendarChange, Outside> = ("a version is added once", |world| {
    let types = world.log().types();
    let times = types.iter().filter(|it| **it == "calendar.added").count();
    if times > 1 { Err(format!("{times} times: {types:?}")) } else { Ok(()) }
});

#[test]
fn a_day_is_closed_once_however_often_it_dies() {
    let found = explore(Explorer::new(world("2026-02-13")).truths([ONCE]).acts(1).operators());
    ends(&found, &["completed"]);
}

#[test]
fn a_purchase_beside_the_closing_of_its_t_or_of_the_day_on_which_it_is_confirmed() {
    for day in ["2026-02-12", "2026-02-13"] {
        let may = [May::Decline, May::RejectInBatch];
        let world = buying(Way::Purchase, may).beside(saga(), named(closes(day)));
        let found = explore(Explorer::new(world).truths(sound()));
        ends(&found, &["completed", "rolled_back"]);
    }
}
