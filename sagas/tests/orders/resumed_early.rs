//! Whoever is resumed before the case on a record is closed gets the same answer again: it parks with that
//! case, asks no more, and goes on once the case is closed.

use crate::{
    conversion,
    outside::{bought, converted, redeemed},
    purchase, redemption,
    stage::{InHouse, Stage},
};
use fundflow_domain::{
    case::{CaseId, Closing, How},
    fund::ConversionFeeMethod,
    text::Text,
};
use fundflow_runtime::message::{Action, Reply};
use fundflow_sagas::{
    conversion::Conversion, ports::registrar::ApplicationAnswer, purchase::Purchase,
    redemption::Redemption,
};

/// One order, what is said of it wrongly, and when it was to be confirmed.
fn parks_again<S: InHouse<Command: 'static, Request: 'static>>(
    (mut stage, request): (Stage, S::Request),
    (name, said): (&str, ApplicationAnswer),
    (at, noon): (&str, &str),
    close: fn(CaseId, Box<Closing>) -> S::Command,
) {
    stage.outside.says(&format!("T.{name}"), at, said);
    let reply = stage.request::<S>("T", request);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.until(noon);
    let case: CaseId = stage.stream_of("case.opened").id().parse().unwrap();
    for _ in 0..3 {
        let asks = format!("ask {name}");
        let asked = |stage: &Stage| stage.lines.iter().filter(|line| **line == asks).count();
        let before = asked(&stage);
        stage.act::<S>("T", Action::Resume { reason: "look again".into() });
        stage.until_instant(stage.now.plus_millis(60_000));
        let (row, why) = stage.look::<S>("T").parked.expect("it waits for its case");
        let expected = format!("what was said is in dispute; close case {case} first");
        assert_eq!((&*row, &*why.code, &*why.text), ("confirm", "does_not_add_up", &*expected));
        assert_eq!(asked(&stage), before + 1, "{name} asks once\n{}", stage.text());
    }
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how: How::Accepted, by, reason });
    stage.command::<S>("T", close(case, closing));
    stage.until("03-16 18:00");
    let look = stage.look::<S>("T");
    assert!(look.finished, "{name}: {:?} {:?}\n{}", look.parked, look.waits, stage.text());
}

#[test]
fn a_record_in_dispute_that_is_repeated_parks_with_its_case_until_that_is_closed() {
    let dear = ["10000", "200", "0", "1.2345", "7938.44"];
    parks_again::<Purchase>(
        (purchase::stage(), purchase::request()),
        ("buy", bought("C1", "2026-02-24", dear)),
        (purchase::CONFIRMED_AT, "02-24 13:00"),
        |case, closing| fundflow_sagas::purchase::Command::CloseCase { case, closing },
    );
    let dear = ["6000", "1.3071", "7842.60", "117.64", "7724.96"];
    parks_again::<Redemption>(
        (redemption::stage(), redemption::request()),
        ("redeem", redeemed("C1", "2026-02-25", true, dear, &[])),
        ("2026-02-25T09:00:00+08:00", "02-25 13:00"),
        |case, closing| fundflow_sagas::redemption::Command::CloseCase { case, closing },
    );
    let [out, nav_out, fee, topup, net, nav_in, _] = conversion::BY_FEES;
    parks_again::<Conversion>(
        (conversion::stage(ConversionFeeMethod::FeeDifference), conversion::request()),
        ("convert", converted("C1", "2026-02-24", [out, nav_out, fee, topup, net, nav_in, "1"])),
        ("2026-02-24T09:00:00+08:00", "02-24 13:00"),
        |case, closing| fundflow_sagas::conversion::Command::CloseCase { case, closing },
    );
}
