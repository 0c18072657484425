//! A person leaves the row of a charge whose answer was lost: the bank is asked until its word is known, and a
//! charge that went through goes back.

use crate::{
    plan,
    stage::{InHouse, Stage},
    {purchase, subscription},
};
use fundflow_runtime::message::{Action, Reply};
use fundflow_sagas::purchase::Purchase;

/// The process dies while the charge is under way, which arrives or not; nobody says what became of it, and a
/// person leaves the row. The process dies before the append of that number after that.
fn left(stage: &mut Stage, id: &str, arrives: bool, dies: Option<usize>) {
    let pay = format!("{id}.buy.pay");
    stage.dies(arrives);
    stage.outside.mute.insert(pay);
    let soon = stage.now.plus_millis(60_000);
    stage.until_instant(soon);
    let reply =
        stage.act::<Purchase>(id, Action::SkipToLanding { reason: "not known there".into() });
    assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
    stage.outside.mute.clear();
    stage.take_lines();
    stage.fuse = dies;
    let later = stage.now.plus_millis(14 * 24 * 3_600_000);
    stage.until_instant(later);
}

fn is_found<S: InHouse>(stage: &mut Stage, id: &str, arrives: bool) {
    let lines = stage.take_lines();
    let count = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    let text = stage.text();
    let [came, declined] = [usize::from(arrives), usize::from(!arrives)];
    assert_eq!(count("payment.receipt_unapplied"), came, "{text}");
    assert_eq!(count("payment.refunded"), came, "{text}");
    assert_eq!(count("payment.declined"), declined, "{text}");
    assert_eq!(count("call buy.pay") - count("call buy.pay.refund1"), 0, "it is sent anew\n{text}");
    let look = stage.look::<S>(id);
    assert!(look.finished && look.parked.is_none(), "{:?}\n{text}", look.waits);
    let [charged, paid] = stage.outside.balance();
    assert_eq!(charged, paid, "{text}");
}

#[test]
fn the_charge_of_a_purchase_a_subscription_and_an_occurrence_is_found_after_its_row_was_left() {
    let dies = || std::iter::once(None).chain((0..6).map(Some));
    for (arrives, dies) in [true, false].into_iter().flat_map(|it| dies().map(move |at| (it, at))) {
        let mut stage = purchase::stage();
        stage.request::<Purchase>("P", purchase::request());
        left(&mut stage, "P", arrives, dies);
        is_found::<Purchase>(&mut stage, "P", arrives);

        let mut stage = subscription::stage();
        stage.request::<Purchase>("P", subscription::request());
        left(&mut stage, "P", arrives, dies);
        is_found::<Purchase>(&mut stage, "P", arrives);

        let mut stage = plan::opened(plan::terms());
        stage.until("02-24 09:30");
        plan::job(&mut stage);
        left(&mut stage, "PLAN.20260224", arrives, dies);
        is_found::<Purchase>(&mut stage, "PLAN.20260224", arrives);
    }
}

/// Nobody answers until its time is over; then the bank has never got the charge, which we close by ourselves.
fn closed_late() -> Stage {
    let mut stage = purchase::stage();
    stage.outside.mute.insert("P.buy.pay".to_owned());
    stage.request::<Purchase>("P", purchase::request());
    stage.until("02-24 15:10");
    stage.outside.mute.clear();
    while !stage.has("payment.closed") {
        let soon = stage.now.plus_millis(60_000);
        stage.until_instant(soon);
    }
    stage
}

#[test]
fn a_charge_that_arrives_after_we_have_closed_it_as_late_is_found_and_goes_back() {
    for (arrives, dies) in [true, false].into_iter().flat_map(|it| [(it, false), (it, true)]) {
        let mut stage = closed_late();
        let look = stage.look::<Purchase>("P");
        assert_eq!(look.ending, Some("purchase.rolled_back"), "{}", stage.text());
        assert!(!look.finished, "the bank is asked\n{}", stage.text());
        if arrives {
            stage.outside.charged.insert("P.buy.pay".to_owned(), stage.now);
        }
        if dies {
            stage.crash();
        }
        stage.take_lines();
        let soon = stage.now.plus_millis(59 * 60_000);
        stage.until_instant(soon);
        assert!(stage.take_lines().is_empty(), "a call may be under way\n{}", stage.text());
        let later = stage.now.plus_millis(14 * 24 * 3_600_000);
        stage.until_instant(later);
        is_found::<Purchase>(&mut stage, "P", arrives);
    }
}
