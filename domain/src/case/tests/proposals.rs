//! What a reconciliation says of a case, and who takes care of it.

use super::*;

pub(super) fn to(owner: &str) -> Assignment {
    Assignment { owner: name(owner), by: None, reason: None }
}

pub(super) fn proposal(act: &str) -> Proposal {
    Proposal {
        day: "2026-02-12".parse().unwrap(),
        source: Text::lossy("confirmations"),
        key: Text::lossy("A1|S1"),
        side: Side::Both,
        severity: Severity::High,
        due: "2026-02-16".parse().unwrap(),
        act: Text::lossy(act),
        ours: Text::lossy("application-A1 version 5"),
    }
}

fn propose(act: &str) -> Command {
    Command::Propose(Box::new(proposal(act)))
}

fn proposed(act: &str) -> Event {
    Event::Proposed(Box::new(proposal(act)))
}

#[test]
fn the_newest_proposal_takes_the_place_of_the_one_before() {
    let state = given([opened()])
        .when(propose("ask the registrar"))
        .then([proposed("ask the registrar")])
        .when(propose("get a corrected record"))
        .then([proposed("get a corrected record")]);

    assert_eq!(state.case().unwrap().proposal, Some(proposal("get a corrected record")));
}

#[test]
fn a_closed_case_is_proposed_nothing_and_one_that_was_never_opened_neither() {
    let closed = || given([opened(), proposed("ask"), Event::Closed(paid())]);
    closed().when(propose("ask")).then([]);
    closed().when(propose("wait")).then_refused(
        &Refusal::IsClosed("propose an act for"),
        "the case is closed; reopen it to propose an act for it",
    );
    given([])
        .when(propose("ask"))
        .then_refused(&Refusal::NotOpened, "no case was opened under this ID");
}

#[test]
fn an_assignment_keeps_who_said_so_and_why_and_is_one_without_a_change_of_owner() {
    let said = |owner: &str, reason: &str| Assignment {
        owner: name(owner),
        by: Some(name("wang")),
        reason: Some(remark(reason)),
    };
    let assigned = Event::Assigned {
        owner: name("li"),
        by: Some(name("wang")),
        reason: Some(remark("knows the registrar")),
    };
    given([opened()])
        .when(Command::Assign(said("li", "knows the registrar")))
        .then([assigned])
        .when(Command::Assign(said("li", "again")))
        .then([]);
    let old: Event = serde_json::from_str("{\"assigned\":{\"owner\":\"li\"}}").unwrap();
    assert_eq!(old, Event::Assigned { owner: name("li"), by: None, reason: None });
}

#[test]
fn money_of_ours_goes_out_by_no_break_and_anything_else_closes_it() {
    let by_us = How::PaidByUs { amount: "1".parse().unwrap() };
    for kind in Kind::ALL.iter().filter(|kind| kind.is_break()) {
        let said = |how: &How| kind.refuses(how, Around::default());
        assert!(said(&by_us).is_some(), "{kind}");
        for how in [How::Accepted, How::Withdrawn, How::Manual { text: remark("by letter") }] {
            assert_eq!(said(&how), None, "{kind}");
        }
    }
}

#[test]
fn people_are_assigned_and_remark_things() {
    let owner = |who: &str| Event::Assigned { owner: name(who), by: None, reason: None };
    let state = given([opened()])
        .when(Command::Assign(to("li")))
        .then([owner("li")])
        .when(Command::Assign(to("wang")))
        .then([owner("wang")])
        .when(Command::Note(note("called the registrar")))
        .then([Event::Noted(note("called the registrar"))])
        .when(Command::Close(paid()))
        .then([Event::Closed(paid())])
        .when(Command::Note(note("letter received")))
        .then([Event::Noted(note("letter received"))])
        .when(Command::Assign(to("wang")))
        .then([]);

    let case = state.case().unwrap();
    assert_eq!((case.owner.as_deref(), case.notes.len()), (Some("wang"), 2));
}
