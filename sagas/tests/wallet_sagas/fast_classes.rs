//! The share classes of one money fund share the day's quota, whatever an earlier store counted them by.

use crate::{
    checks::refused,
    fast_withdraw::{asked, licensed, request, saga},
    stage::{Stage, at, tx},
    terms::{house, money_fund},
};
use fundflow_domain::{
    fast_quota::{Command, FastQuota, QuotaKey},
    fund::FundTerms,
    ids::{InvestorId, WalletId},
    money::Money,
    wallet::{self, Wallet},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    fast_withdraw::{FastWithdraw, Request},
    house::House,
};

const CLASS_B: &str = "000891";

/// 12,000 shares of class A, as many of class B.
fn stage() -> Stage<FastWithdraw> {
    stage_of(saga(licensed()))
}

fn stage_of(saga: FastWithdraw) -> Stage<FastWithdraw> {
    let (class_a, mut class_b) = (money_fund(), money_fund());
    class_b.code = CLASS_B.parse().unwrap();
    class_b.fees.fund = class_b.code;
    let classes = [&class_a, &class_b].map(|fund: &FundTerms| fund.code).into();
    let house = house(vec![class_a.clone(), class_b]);
    let house = House { classes: [(class_a.master, classes)].into(), ..house };
    let mut stage = Stage::new(FastWithdraw { house, ..saga }, "02-03 10:00");
    stage.holding("i-1", "12000");
    let investor: InvestorId = "i-1".parse().unwrap();
    let key = Key::<Wallet>::of(&WalletId { investor, fund: CLASS_B.parse().unwrap() });
    let (id, shares) = (tx("OLD-B"), "12000".parse().unwrap());
    let registered = "2026-01-05".parse().unwrap();
    stage.given(&key, &wallet::Command::CreditInTransit(id.clone(), shares));
    stage.given(&key, &wallet::Command::ConfirmCredit(id, shares, registered));
    stage
}

fn of_class_b(shares: &str) -> Request {
    Request { fund: CLASS_B.parse().unwrap(), ..request(shares) }
}

#[test]
fn what_one_class_paid_leaves_less_room_for_the_others() {
    for b_first in [true, false] {
        let mut stage = stage();
        let (first, then) = if b_first {
            (of_class_b("9000"), request("1000.01"))
        } else {
            (request("9000"), of_class_b("1000.01"))
        };
        assert!(matches!(stage.request(first, asked()), Reply::Placed { .. }));
        let more = refused(&stage.request_as("TX-2", then, asked()));
        assert!(more.contains("1000.00 would fit"), "{more}");
    }
}

/// Stores of earlier versions count class B by its own code.
#[test]
fn what_an_earlier_version_counted_by_class_counts_on_that_day() {
    for ask in [request, of_class_b] {
        let mut stage = stage();
        stage.now = at("02-03 11:00");
        let key = QuotaKey {
            investor: "i-1".parse().unwrap(),
            fund: CLASS_B.parse().unwrap(),
            distributor: "shop".parse().unwrap(),
            day: "2026-02-03".parse().unwrap(),
        };
        let count = Command::Count {
            transaction: tx("EARLIER"),
            amount: "9000".parse().unwrap(),
            fund_max: Some(fundflow_domain::fast_quota::DAY_MAX),
            elsewhere: Money::ZERO,
            by_code: true,
        };
        stage.given(&Key::<FastQuota>::of(&key), &count);
        let more = refused(&stage.request(ask("1000.01"), asked()));
        assert!(more.contains("1000.00 would fit"), "{more}");
        assert!(matches!(stage.request_as("TX-2", ask("1000"), asked()), Reply::Placed { .. }));
    }
}

#[test]
fn another_distributor_has_a_most_of_its_own_over_all_classes() {
    let through =
        |code: &str, request: Request| Request { distributor: code.parse().ok(), ..request };
    let mut stage = stage();
    let first = stage.request(through("306", request("10000")), asked());
    assert!(matches!(first, Reply::Placed { .. }), "{first:?}");
    let more = refused(&stage.request_as("TX-2", through("306", of_class_b("1")), asked()));
    assert!(more.contains("0.00 would fit"), "{more}");
    // The house's own, whom nobody names.
    let own = stage.request_as("TX-3", of_class_b("10000"), asked());
    assert!(matches!(own, Reply::Placed { .. }), "{own:?}");
    let again = refused(&stage.request(request("10000"), asked()));
    assert!(again.contains("distributor"), "another distributor is another request: {again}");
}

/// Earlier programs counted under 305 whatever the distributor's code was.
#[test]
fn what_an_earlier_program_counted_leaves_every_distributor_less_room_and_what_is_counted_by_code_its_own_alone()
 {
    let through = |code: Option<&str>| Request {
        distributor: code.and_then(|it| it.parse().ok()),
        ..request("1000.01")
    };
    for (by_code, own, named, has_room) in [
        (false, "306", None, false),
        (false, "305", None, false),
        (false, "305", Some("306"), false),
        (false, "306", Some("305"), false),
        (true, "306", None, true),
        (true, "305", Some("306"), true),
        (true, "305", None, false),
        (true, "306", Some("305"), false),
    ] {
        let (distributor, counted_under) = (own.parse().unwrap(), "305".parse().ok());
        let mut stage = stage_of(FastWithdraw { distributor, counted_under, ..saga(licensed()) });
        let key = QuotaKey {
            investor: "i-1".parse().unwrap(),
            fund: CLASS_B.parse().unwrap(),
            distributor: "305".parse().unwrap(),
            day: "2026-02-03".parse().unwrap(),
        };
        let count = Command::Count {
            transaction: tx("EARLIER"),
            amount: "9000".parse().unwrap(),
            fund_max: Some(fundflow_domain::fast_quota::DAY_MAX),
            elsewhere: Money::ZERO,
            by_code,
        };
        stage.given(&Key::<FastQuota>::of(&key), &count);
        let asked = stage.request(through(named), asked());
        assert_eq!(
            matches!(asked, Reply::Placed { .. }),
            has_room,
            "{by_code} {own} {named:?}: {asked:?}"
        );
    }
}
