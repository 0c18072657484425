//! An order that was rejected is confirmed all the same, in portions: each of its records has a case, and nobody has
//! what any of them brings before that is closed.

use crate::{
    audited,
    outside::{bought_part, rejected},
    overruled::open,
    purchase::{NUMBERS, request, stage},
    stage::Stage,
};
use fundflow_domain::{
    case::{Case, Cases, Kind},
    holdings::{HoldingId, Holdings},
    ids::{ApplicationNo, OrderId},
    money::Shares,
};
use fundflow_kernel::streams::Key;
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    purchase::Purchase,
};

const HALF: [&str; 5] = ["5000", "73.89", "0", "1.2345", "3990.37"];

fn says(stage: &mut Stage, word: ApplicationAnswer) {
    let order: OrderId = "P.buy".parse().unwrap();
    stage.notice(notice(&ApplicationNo::of(&order), word));
}

fn held(stage: &Stage) -> (Shares, Shares) {
    let (investor, fund) = ("i-1".parse().unwrap(), "011162".parse().unwrap());
    let holdings = stage.state(&Key::<Holdings>::of(&HoldingId { investor, fund }));
    (holdings.registered(), holdings.available())
}

/// Rejected and paid back: its registrar is about to confirm it all the same.
pub(crate) fn rejected_and_paid_back() -> Stage {
    let mut stage = stage();
    stage.request::<Purchase>("P", request());
    stage.until("02-13 15:30");
    says(&mut stage, rejected("0"));
    stage.until("02-24 09:00");
    stage
}

/// By a record that does not add up, which its registrar corrects.
#[test]
fn a_corrected_record_of_an_order_whose_money_went_back_is_in_dispute_as_well() {
    let mut stage = rejected_and_paid_back();
    let wrong = ["10000", "147.78", "0", "1.2345", "7980.75"];
    says(&mut stage, bought_part("C1", "2026-02-24", true, wrong));
    let first = open(&stage);
    assert_eq!(first.len(), 1, "{}", stage.text());
    says(&mut stage, bought_part("C2", "2026-02-24", true, NUMBERS));
    let cases = open(&stage);
    assert!(cases.iter().all(|case| !first.contains(case)), "it is corrected\n{}", stage.text());
    let of_record = cases.iter().map(|case| stage.state(&Key::<Cases>::of(case)));
    let kinds: Vec<_> = of_record.filter_map(|it| it.case().map(Case::kind)).collect();
    assert_eq!(kinds, [Kind::AfterTheEnd], "{}", stage.text());
    assert_eq!(held(&stage), ("7980.74".parse().unwrap(), Shares::ZERO), "{}", stage.text());
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
}

#[test]
fn each_record_of_an_order_whose_money_went_back_has_a_case_and_holds_what_it_brings() {
    let mut stage = rejected_and_paid_back();
    assert_eq!(
        stage.look::<Purchase>("P").ending,
        Some("purchase.rolled_back"),
        "{}",
        stage.text()
    );

    says(&mut stage, bought_part("C1", "2026-02-24", false, HALF));
    assert_eq!(open(&stage).len(), 1, "{}", stage.text());
    says(&mut stage, bought_part("C2", "2026-02-24", true, HALF));
    let cases = open(&stage);
    assert_eq!(cases.len(), 2, "{}", stage.text());
    let second = stage.state(&Key::<Cases>::of(&cases[1]));
    assert_eq!(second.case().map(Case::kind), Some(Kind::AfterTheEnd));
    assert_eq!(held(&stage), ("7980.74".parse().unwrap(), Shares::ZERO), "{}", stage.text());

    let before = stage.events.len();
    says(&mut stage, bought_part("C1", "2026-02-24", false, HALF));
    says(&mut stage, bought_part("C2", "2026-02-24", true, HALF));
    assert_eq!(stage.events.len(), before, "said again, it is old news\n{}", stage.text());
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
}
