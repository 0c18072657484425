//! Every refusal of a plan has its case, and one occurrence has one story.

use super::{
    Command, Event, Refusal, RegularPlan, Terms,
    tests::{
        amount, asked, at, begin, begun, carrying, change, changed, date, done, ended, miss,
        missed, opened, paused, resumed, terms,
    },
};
use crate::{
    ids::PlanId,
    testing::{each_once, given},
};
use std::num::NonZeroU32;

/// The place of each variant in the enum; a new one stops the build.
const fn place(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NotOpened => 0,
        Refusal::DiffersFromFirst { .. } => 1,
        Refusal::SameFund(_) => 2,
        Refusal::EndsBeforeStart { .. } => 3,
        Refusal::ContradictsEarlier { .. } => 4,
        Refusal::OtherChange(_) => 5,
        Refusal::NotBegun(_) => 6,
        Refusal::Over => 7,
        Refusal::Paused => 8,
        Refusal::NotPaused => 9,
        Refusal::PausedSince(_) => 10,
        Refusal::NotItsDate(_) => 11,
        Refusal::PassedOver { .. } => 12,
        Refusal::PeriodsBegun(_) => 13,
        Refusal::NotItsTransaction { .. } => 14,
        Refusal::NotFinished { .. } => 15,
    }
}

fn resume(january: u32) -> Command {
    let day = format!("2026-01-{january:02}");
    Command::Resume { at: at(&day), from: date(&day) }
}

fn refusals() -> Vec<(Vec<Event>, Command, Refusal)> {
    let january = date("2026-01-10");
    let opened_with = |terms| Event::Opened(Box::new(terms));
    let same_fund = Terms { wallet_fund: Some(terms().fund), ..terms() };
    let backwards = Terms { through: Some(date("2025-12-31")), ..terms() };
    let once = Terms { periods: NonZeroU32::new(1), ..terms() };
    let dearer = Terms { amount: "501".parse().unwrap(), ..terms() };
    vec![
        (vec![], begin("2026-01-10"), Refusal::NotOpened),
        (
            vec![opened()],
            Command::Open(Box::new(dearer)),
            Refusal::DiffersFromFirst { fields: vec!["amount"] },
        ),
        (vec![], Command::Open(Box::new(same_fund)), Refusal::SameFund(terms().fund)),
        (
            vec![],
            Command::Open(Box::new(backwards)),
            Refusal::EndsBeforeStart { start: terms().start, through: date("2025-12-31") },
        ),
        (
            vec![opened(), begun("2026-01-10"), done("2026-01-10")],
            miss("2026-01-10"),
            Refusal::ContradictsEarlier { nominal: january, now: "done", message: "miss" },
        ),
        (
            vec![opened(), changed("2026-01-02", amount("800"), "2026-02-01")],
            change("2026-01-02", amount("900"), "2026-02-01"),
            Refusal::OtherChange(at("2026-01-02")),
        ),
        (vec![opened()], Command::Done { nominal: january }, Refusal::NotBegun(january)),
        (vec![opened(), ended(asked())], begin("2026-01-10"), Refusal::Over),
        (vec![opened(), paused("2026-01-02")], begin("2026-01-10"), Refusal::Paused),
        (vec![opened()], resume(2), Refusal::NotPaused),
        (vec![opened(), paused("2026-01-03")], resume(2), Refusal::PausedSince(at("2026-01-03"))),
        (vec![opened()], begin("2026-01-11"), Refusal::NotItsDate(date("2026-01-11"))),
        (
            vec![opened(), paused("2026-01-02"), resumed("2026-01-11")],
            begin("2026-01-10"),
            Refusal::PassedOver { nominal: january, since: date("2026-01-11") },
        ),
        (
            vec![opened_with(once), begun("2026-01-10")],
            begin("2026-02-10"),
            Refusal::PeriodsBegun(1),
        ),
        (
            vec![opened()],
            Command::Begin { nominal: january, transaction: carrying("2026-02-10") },
            Refusal::NotItsTransaction { transaction: carrying("2026-02-10"), nominal: january },
        ),
        (
            vec![opened()],
            Command::Finish { today: date("2026-06-01") },
            Refusal::NotFinished { today: date("2026-06-01") },
        ),
    ]
}

#[test]
fn every_refusal_of_a_plan_has_its_case() {
    each_once(refusals().iter().map(|(_, _, refusal)| place(refusal)), 16);
    for (history, command, refusal) in refusals() {
        given::<RegularPlan>(history).when(command).then_refused(refusal);
    }
}

#[test]
fn one_occurrence_has_one_story() {
    let nominal = date("2026-01-10");
    let contradicts = |now, message| Refusal::ContradictsEarlier { nominal, now, message };
    let done_after = |history: Vec<Event>, refusal| {
        given::<RegularPlan>(history).when(Command::Done { nominal }).then_refused(refusal);
    };
    done_after(
        vec![opened(), begun("2026-01-10"), missed("2026-01-10")],
        contradicts("missed", "success"),
    );
    done_after(
        vec![opened(), missed("2026-01-10")],
        contradicts("missed before it began", "success"),
    );
    given::<RegularPlan>([opened(), missed("2026-01-10")])
        .when(begin("2026-01-10"))
        .then_refused(contradicts("missed before it began", "beginning"));
    let other = "P-2".parse::<PlanId>().unwrap().occurrence(nominal).unwrap();
    given::<RegularPlan>([opened(), begun("2026-01-10")])
        .when(Command::Begin { nominal, transaction: other })
        .then_refused(contradicts("under way as another transaction", "beginning"));
}
