//! Income that a registrar pays with the last shares of a wallet, held against what these earned.

use crate::{
    audited,
    outside::{record, redeemed},
    stage::{tx, wallet_of},
    withdraw::{asked, request, stage, with_income},
};
use fundflow_domain::{
    case::{Closing, How},
    money_fund::IncomeUnit,
    text::Text,
    wallet::Command as WalletCommand,
};
use fundflow_sagas::withdraw::Command;

/// What was unpaid on the 2nd is 0.04; the 3rd, the last day on which they earn, brings 0.05 more.
#[test]
fn all_of_a_fund_with_another_income_than_it_earned_opens_a_case_with_both_figures() {
    for (paid, published, case) in [
        ("0.09", true, false),
        ("0.08", true, true),
        ("0.10", true, true),
        ("0.00", true, true),
        // Nobody knows yet what it earned.
        ("0.04", false, false),
    ] {
        let mut stage = with_income(stage("02-03 10:00"));
        let all = record("c-1", "2026-02-04", true, redeemed("1000".parse().unwrap(), paid));
        stage.outside.records.insert("redeem".into(), vec![all]);
        stage.request(request(None), asked());
        stage.settle();
        // Shares that are gone by then earn nothing on the 4th, whatever was published before.
        for (day, figure) in
            [("2026-02-03", "0.5"), ("2026-02-04", "3")].iter().filter(|_| published)
        {
            let (day, per_10_000) = (day.parse().unwrap(), figure.parse().unwrap());
            let unit = IncomeUnit::Fen;
            let accrue = WalletCommand::AccrueIncome { day, publication: 0, per_10_000, unit };
            stage.given(&wallet_of("i-1"), &accrue);
        }
        stage.crash();
        stage.run();

        assert_eq!(stage.count("case.opened"), usize::from(case), "{paid}\n{}", stage.text());
        if case {
            let said = format!("income of {paid}00 was settled, where 0.0900 was unpaid");
            assert!(stage.text().contains(&said), "{}", stage.text());
            assert_eq!(stage.count("payout.requested"), 0);
            let id = stage.events.iter().find(|it| it.stream.category() == "case").unwrap();
            let case = id.stream.id().parse().unwrap();
            let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
            let closing = Box::new(Closing { how: How::Accepted, by, reason });
            audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
            stage.command(Command::CloseCase { case, closing });
            stage.run();
        }
        assert_eq!(stage.last(), "withdraw.paid_out", "{paid}\n{}", stage.text());
        let settled = stage.wallet().settled_income(&tx("TX-1")).unwrap();
        assert_eq!(settled.to_string(), format!("{paid}00"), "as the register says");
        audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
    }
}
