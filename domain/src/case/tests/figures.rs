//! Figures of a case that change while it is open.

use super::*;

#[test]
fn an_open_case_shows_the_figures_of_now_and_a_closed_one_those_it_was_closed_with() {
    let at = "2026-02-25T09:00:00+08:00".parse().unwrap();
    let less = || {
        let disputed = Disputed { money: "100.00".parse().unwrap(), ..Disputed::default() };
        Box::new(Finding { disputed, ..fee() })
    };
    let restate = |finding| Command::Restate { at, finding };
    let state = given([opened()])
        .when(restate(less()))
        .then([Event::FiguresChanged { at, finding: less() }])
        .when(restate(less()))
        .then([]);
    assert_eq!(state.disputed().money, "100.00".parse().unwrap());

    let other = Box::new(nav());
    given([opened()]).when(restate(other)).then_refused(
        &Refusal::NotAbout(nav().kind),
        "the case has no finding nav_differs_from_published whose figures could change",
    );
    given([opened(), Event::Closed(paid())])
        .when(restate(less()))
        .then_refused(&Refusal::IsClosed("restate"), "the case is closed; reopen it to restate it");
}
