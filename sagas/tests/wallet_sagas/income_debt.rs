//! Income below zero while orders keep the shares: nobody takes it out of these, so a case says so until it
//! is made up for.

use crate::{
    income::{registered, request, run, stage_of, unpaid},
    stage::{Stage, at, tx, wallet_of},
    terms::money_fund,
};
use fundflow_domain::{
    case::{CaseId, Cases, Closing, Command as Case, How},
    text::Text,
    wallet::Command as C,
};
use fundflow_kernel::streams::Key;
use fundflow_sagas::income::{Income, Request};

#[test]
fn income_below_zero_of_a_wallet_whose_shares_are_reserved_has_a_case_until_they_are_free() {
    // 4.00 of a day became shares and the figure was wrong; other orders keep all but so many.
    for (reserved, free, owes) in [("1004", "0.00", "3.90"), ("1002", "2.00", "1.90")] {
        let mut stage = stage_of(money_fund(), &[("i-1", "1000")], "02-03 10:00");
        run(&mut stage, &request("2026-02-02", "40", 0));
        let (order, shares) = (tx("TX-9"), reserved.parse().unwrap());
        stage.given(&wallet_of("i-1"), &C::Reserve(order.clone(), shares));
        stage.crash();

        run(&mut stage, &request("2026-02-02", "1", 1));
        assert_eq!(unpaid(&stage, "i-1"), "-3.9000", "{}", stage.text());
        assert_eq!(stage.count("case.opened"), 1, "{reserved}: {}", stage.text());
        let mut opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
        let said = opened.next_back().unwrap().event.data.clone();
        for part in ["income_below_zero", "-3.9000", free, owes, "1004.00"] {
            assert!(said.contains(part), "{part} in {said}");
        }

        stage.given(&wallet_of("i-1"), &C::Release(order));
        stage.crash();
        stage.now = at("02-04 10:00");
        run(&mut stage, &request("2026-02-03", "1", 0));
        assert_eq!(stage.count("case.closed"), 1, "{}", stage.text());
        assert_eq!(unpaid(&stage, "i-1"), "0.0000", "{}", stage.text());
        assert_eq!(registered(&stage, "i-1"), "1000.20", "{}", stage.text());
    }
}

/// After so many appends, and is asked again.
fn dying(stage: &mut Stage<Income>, income: &Request, fuse: Option<usize>) {
    stage.fuse = fuse;
    let id = income.job().unwrap();
    stage.request_as(id.as_str(), *income, ());
    stage.run();
    stage.fuse = None;
    run(stage, income);
}

/// In the middle of the page that finds it, or of the one that makes up for it.
#[test]
fn the_case_of_income_below_zero_is_opened_and_closed_whoever_dies_in_the_middle_of_a_page() {
    for (second, fuse) in [false, true].into_iter().flat_map(|it| (0..8).map(move |at| (it, at))) {
        let mut stage = stage_of(money_fund(), &[("i-1", "1000")], "02-03 10:00");
        run(&mut stage, &request("2026-02-02", "40", 0));
        let (order, shares) = (tx("TX-9"), "1004".parse().unwrap());
        stage.given(&wallet_of("i-1"), &C::Reserve(order.clone(), shares));
        stage.crash();
        dying(&mut stage, &request("2026-02-02", "1", 1), Some(fuse).filter(|_| !second));
        let text = format!("{second} {fuse}\n{}", stage.text());
        assert_eq!((stage.count("case.opened"), stage.count("case.closed")), (1, 0), "{text}");

        stage.given(&wallet_of("i-1"), &C::Release(order));
        stage.crash();
        stage.now = at("02-04 10:00");
        dying(&mut stage, &request("2026-02-03", "1", 0), Some(fuse).filter(|_| second));
        let text = format!("{second} {fuse}\n{}", stage.text());
        assert_eq!((stage.count("case.opened"), stage.count("case.closed")), (1, 1), "{text}");
    }
}

/// A person settled 3.90 by hand. The figure changes once more, and is what it was, and again.
#[test]
fn only_more_than_a_person_has_settled_opens_another_case_of_income_below_zero() {
    let mut stage = stage_of(money_fund(), &[("i-1", "1000")], "02-03 10:00");
    run(&mut stage, &request("2026-02-02", "40", 0));
    let shares = "1004".parse().unwrap();
    stage.given(&wallet_of("i-1"), &C::Reserve(tx("TX-9"), shares));
    stage.crash();
    run(&mut stage, &request("2026-02-02", "1", 1));
    let mut opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let case: CaseId = opened.next().unwrap().stream.id().parse().unwrap();
    let (by, reason, text) = (Text::lossy("chen"), Text::lossy("paid in"), Text::lossy("paid"));
    let closing = Closing { how: How::Manual { text }, by, reason };
    stage.given(&Key::<Cases>::of(&case), &Case::Close(closing));
    stage.crash();

    for (publication, figure, owes, cases) in
        [(2, "2", "-3.8000", 1), (3, "1", "-3.9000", 1), (4, "0.5", "-3.9500", 2)]
    {
        run(&mut stage, &request("2026-02-02", figure, publication));
        let text = format!("{owes}\n{}", stage.text());
        assert_eq!(
            (unpaid(&stage, "i-1").as_str(), stage.count("case.opened")),
            (owes, cases),
            "{text}"
        );
    }
    assert_eq!(stage.count("case.closed"), 1);
}

/// 4.00 of one day became shares, all of them left, and the figure was wrong.
#[test]
fn income_below_zero_of_an_emptied_wallet_has_one_case_until_it_is_made_up_for() {
    let mut stage = stage_of(money_fund(), &[("i-1", "1000")], "02-03 10:00");
    run(&mut stage, &request("2026-02-02", "40", 0));
    assert_eq!(registered(&stage, "i-1"), "1004.00");
    let (out, all) = (tx("TX-9"), "1004".parse().unwrap());
    stage.given(&wallet_of("i-1"), &C::Reserve(out.clone(), all));
    let earns_through = "2026-02-02".parse().unwrap();
    let leave = C::TakeOut { transaction: out, shares: all, earns_through };
    stage.given(&wallet_of("i-1"), &leave);
    stage.crash();

    run(&mut stage, &request("2026-02-02", "1", 1));
    assert_eq!(unpaid(&stage, "i-1"), "-3.9000", "{}", stage.text());
    assert_eq!(stage.count("case.opened"), 1, "{}", stage.text());
    let mut opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let said = opened.next_back().unwrap().event.data.clone();
    for part in ["income_below_zero", "-3.9000", "0.00", "3.90"] {
        assert!(said.contains(part), "{part} in {said}");
    }

    stage.now = at("02-04 10:00");
    run(&mut stage, &request("2026-02-03", "1", 0));
    assert_eq!((stage.count("case.opened"), stage.count("case.closed")), (1, 0));
    assert_eq!(stage.count("case.figures_changed"), 0);

    // The figure was wrong once more: what is owed is what the case shows.
    stage.now = at("02-04 11:00");
    run(&mut stage, &request("2026-02-02", "2", 2));
    assert_eq!(unpaid(&stage, "i-1"), "-3.8000", "{}", stage.text());
    let mut changed =
        stage.events.iter().filter(|it| &*it.event.event_type == "case.figures_changed");
    let said = changed.next_back().unwrap().event.data.clone();
    assert!(said.contains("-3.8000") && said.contains("\"money\":\"3.80\""), "{said}");
    run(&mut stage, &request("2026-02-02", "1", 3));
    assert_eq!((stage.count("case.opened"), stage.count("case.figures_changed")), (1, 2));

    let (again, some) = (tx("TX-10"), "500".parse().unwrap());
    stage.given(&wallet_of("i-1"), &C::CreditInTransit(again.clone(), some));
    let on = "2026-02-04".parse().unwrap();
    stage.given(&wallet_of("i-1"), &C::ConfirmCredit(again, some, on));
    stage.crash();
    stage.now = at("02-05 10:00");
    run(&mut stage, &request("2026-02-04", "1", 0));
    assert_eq!(stage.count("case.closed"), 1, "{}", stage.text());
    // 3.90 are taken of 500.00, and the rest earns 0.04.
    assert_eq!(
        (registered(&stage, "i-1"), unpaid(&stage, "i-1")),
        ("496.14".into(), "0.0000".into())
    );
}
