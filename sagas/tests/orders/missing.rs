//! Missing shares of a target fund: what others bring is withheld for them, and books them.

use crate::{
    by_hand,
    outside::{bought, read, redeemed, rejected},
    purchase, redemption,
    stage::{InHouse, Stage, holding},
};
use fundflow_domain::{
    case::{CaseId, Cases, Closing, How},
    fund::RedemptionSequence,
    holdings::Command as Held,
    ids::ApplicationNo,
    money::Shares,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{liveness::Wait, message::Reply};
use fundflow_sagas::{
    ports::registrar::notice,
    purchase::{Command as Buying, Purchase},
    redemption::{Command as Leaving, Redemption},
};

const FUND: &str = "011162";

fn cases(stage: &Stage) -> Vec<CaseId> {
    let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    opened.map(|it| it.stream.id().parse().unwrap()).collect()
}

fn has_open_case(stage: &Stage) -> bool {
    cases(stage).iter().any(|case| stage.state(&Key::<Cases>::of(case)).is_open())
}

fn closing(how: How) -> Closing {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    Closing { how, by, reason }
}

/// Another order takes so many, and has them.
fn others_take(stage: &mut Stage, shares: &str) {
    let (order, serial) = (read("X.redeem"), read("X-1"));
    let (shares, sequence): (Shares, _) = (read(shares), RedemptionSequence::Fifo);
    stage.given(&holding(FUND), &Held::Reserve { order, shares, sequence, designated: vec![] });
    let (order, trade_date, finished) = (read("X.redeem"), read("2026-02-26"), true);
    let named = vec![];
    stage.given(&holding(FUND), &Held::Take { order, serial, shares, trade_date, named, finished });
    stage.crash();
}

#[track_caller]
fn lacks<S: InHouse>(stage: &mut Stage, id: &str, shares: &str) {
    let look = stage.look::<S>(id);
    let (row, cause) = look.parked.unwrap();
    assert_eq!((&*row, &*cause.code), ("book", "refused"), "{}", stage.text());
    assert!(matches!(stage.abandon::<S>(id), Reply::Acted), "{}", stage.text());
    let look = stage.look::<S>(id);
    assert_eq!(look.waits, [Wait::Others { row: "missing shares".into() }], "{}", stage.text());
    let missing = look.open_ends.iter().find(|it| &*it.name == "missing").unwrap();
    assert_eq!(missing.worth, read::<Shares>(shares).decimal());
    assert!(has_open_case(stage));
}

#[track_caller]
fn nothing_is_left<S: InHouse>(stage: &Stage, id: &str, available: &str) {
    let look = stage.look::<S>(id);
    assert!(look.finished, "{:?} {:?}\n{}", look.waits, look.parked, stage.text());
    assert!(!has_open_case(stage), "{}", stage.text());
    let held = stage.shares(FUND);
    assert_eq!((held.available(), held.held()), (read(available), Shares::ZERO));
}

#[test]
fn what_a_redemption_took_that_others_had_by_then_is_booked_when_it_comes() {
    let mut stage = redemption::stage();
    stage.outside.says("R.redeem", redemption::CONFIRMED_AT, rejected("0"));
    stage.request::<Redemption>("R", redemption::request());
    stage.until("02-25 18:00");
    assert_eq!(stage.look::<Redemption>("R").ending, Some("redemption.rolled_back"));
    others_take(&mut stage, "6500.55");
    let no = ApplicationNo::of(&read("R.redeem"));
    let said = redeemed("C1", "2026-02-25", true, redemption::NUMBERS, &[]);
    stage.notice(notice(&no, said));
    let case = cases(&stage)[0];
    stage.command::<Redemption>(
        "R",
        Leaving::CloseCase { case, closing: Box::new(closing(How::Accepted)) },
    );
    stage.until("03-10 09:00");
    lacks::<Redemption>(&mut stage, "R", "6000");

    stage.holds(FUND, "L8", "2026-03-10", "2000");
    stage.crash();
    assert_eq!(stage.shares(FUND).available(), Shares::ZERO, "{}", stage.text());
    stage.holds(FUND, "L9", "2026-03-11", "5000");
    stage.crash();
    stage.until("03-20 09:00");
    assert_eq!(stage.shares(FUND).registered(), read("1000"), "{}", stage.text());
    nothing_is_left::<Redemption>(&stage, "R", "1000");
}

/// Bought and sold again; then the registrar says that it was half of it.
fn sold_and_halved() -> Stage {
    sold_and_halved_of("7980.74")
}

/// The same where only so many were sold.
fn sold_and_halved_of(sold: &str) -> Stage {
    let mut stage = purchase::stage();
    stage.outside.says(
        "P.buy",
        purchase::CONFIRMED_AT,
        bought("C1", "2026-02-24", purchase::NUMBERS),
    );
    stage.request::<Purchase>("P", purchase::request());
    stage.until("02-25 18:00");
    others_take(&mut stage, sold);
    let half = ["5000", "73.89", "5000", "1.2345", "3990.37"];
    let no = ApplicationNo::of(&read("P.buy"));
    stage.notice(notice(&no, bought("C2", "2026-02-24", half)));
    let case = cases(&stage)[0];
    stage.command::<Purchase>(
        "P",
        Buying::CloseCase { case, closing: Box::new(closing(How::Accepted)) },
    );
    stage.until("02-27 09:00");
    stage
}

#[test]
fn what_a_purchase_never_brought_and_was_sold_is_made_up_by_what_others_bring() {
    let mut stage = sold_and_halved();
    lacks::<Purchase>(&mut stage, "P", "3990.37");
    stage.holds(FUND, "L9", "2026-03-02", "4000.37");
    stage.crash();
    stage.until("03-20 09:00");
    assert_eq!(stage.shares(FUND).registered(), read("10"), "{}", stage.text());
    assert!(stage.has("holdings.made_up"), "{}", stage.text());
    nothing_is_left::<Purchase>(&stage, "P", "10");
}

#[test]
fn a_case_of_missing_shares_names_those_that_lack_and_beside_them_what_the_record_moved() {
    let figures = |stage: &Stage| {
        let case = stage.state(&Key::<Cases>::of(cases(stage).last().unwrap()));
        by_hand::figures(&case.case().unwrap().findings[0])
    };
    for (sold, missing) in [("7980.74", "3990.37"), ("5000", "1009.63")] {
        let mut stage = sold_and_halved_of(sold);
        lacks::<Purchase>(&mut stage, "P", "3990.37");
        let missing = format!("missing {missing} shares");
        assert_eq!(figures(&stage), [missing.as_str(), "moved 3990.37 shares"], "{sold}");
    }
}

#[test]
fn what_a_person_made_up_for_is_free_when_it_comes_and_never_booked() {
    let mut stage = sold_and_halved();
    lacks::<Purchase>(&mut stage, "P", "3990.37");
    let case = *cases(&stage).last().unwrap();
    let how = How::Manual { text: Text::lossy("the investor has paid for them") };
    stage.command::<Purchase>("P", Buying::CloseCase { case, closing: Box::new(closing(how)) });
    nothing_is_left::<Purchase>(&stage, "P", "0");
    stage.holds(FUND, "L9", "2026-03-02", "4000.37");
    stage.crash();
    stage.until("03-20 09:00");
    nothing_is_left::<Purchase>(&stage, "P", "4000.37");
    assert!(!stage.has("holdings.made_up"), "{}", stage.text());
}
