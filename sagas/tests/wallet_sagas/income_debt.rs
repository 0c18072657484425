//! Income below zero while orders keep the shares: nobody takes it out of these, so a case says so until it
//! is made up for.

use crate::{
    income::{registered, request, run, stage_of, unpaid},
    stage::{at, tx, wallet_of},
    terms::money_fund,
};
use fundflow_domain::wallet::Command as C;

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
