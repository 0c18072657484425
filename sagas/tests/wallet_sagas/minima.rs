//! An order of a wallet whose T moves is held against the minima of the later T, and against who keeps the register
//! then.

use crate::{
    ports::ports_without,
    recharge,
    stage::{Stage, at},
    terms::{house, money_fund},
    withdraw,
};
use fundflow_domain::fund::FundTerms;
use fundflow_sagas::{house::House, recharge::Recharge, withdraw::Withdraw};
use std::sync::Arc;

/// Other terms from Wednesday 4 February on.
pub(crate) fn house_with(change: fn(&mut FundTerms)) -> House {
    let before = Arc::new(money_fund());
    let mut after = money_fund();
    change(&mut after);
    let after = Arc::new(after);
    let later = "2026-02-04".parse().unwrap();
    let find = move |code, day: chrono::NaiveDate| {
        let fund = if day < later { &before } else { &after };
        (fund.code == code).then(|| fund.clone())
    };
    House { funds: Arc::new(find), ..house(vec![]) }
}

/// 400 of 1,000 shares; the registrar answers after the cut-off.
fn withdrawn(change: fn(&mut FundTerms)) -> Stage<Withdraw> {
    let mut stage = Stage::new(Withdraw { house: house_with(change) }, "02-03 14:59");
    stage.holding("i-1", "1000");
    stage.request(withdraw::request(Some("400")), withdraw::asked());
    stage.now = at("02-03 15:00:08");
    stage.run();
    stage
}

#[test]
fn a_withdrawal_that_is_below_a_minimum_of_the_later_t_comes_back() {
    let away: [fn(&mut FundTerms); 2] = [
        |it| it.limits.shares.redemption_min = "400.01".parse().unwrap(),
        |it| it.limits.shares.balance_min = "600.01".parse().unwrap(),
    ];
    for change in away {
        let stage = withdrawn(change);
        assert!(stage.text().contains("withdraw.kept_in_wallet"), "{}", stage.text());
        assert_eq!(&*stage.look().failure.unwrap().code, "not_admitted");
        assert_eq!(stage.wallet().available().to_string(), "1000.00");
    }
    let stage = withdrawn(|it| {
        it.limits.shares.redemption_min = "400".parse().unwrap();
        it.limits.shares.balance_min = "600".parse().unwrap();
    });
    assert!(stage.text().contains("withdraw.paid_out"), "{}", stage.text());
}

#[test]
fn what_another_registrar_has_than_that_of_the_later_t_comes_back_and_what_nobody_keeps_is_not_bought()
 {
    let elsewhere: fn(&mut FundTerms) = |it| it.registrar = "06".parse().unwrap();
    let stage = withdrawn(elsewhere);
    assert!(stage.text().contains("withdraw.kept_in_wallet"), "{}", stage.text());
    let says = "fund 000730 is at registrar 06 on 2026-02-04, and registrar 05 has the order";
    assert_eq!(stage.look().failure.unwrap().to_string(), format!("{says} (other_registrar)"));

    let stage = paid_late(elsewhere);
    assert!(stage.text().contains("payment.refunded"), "{}", stage.text());
    let says = "registrar 06 of fund 000730 cannot be called for 2026-02-04: no port ta-06 is \
                registered for it (no_port)";
    assert_eq!(stage.look().failure.unwrap().to_string(), says);
}

/// The bank takes the money after the cut-off.
fn paid_late(change: fn(&mut FundTerms)) -> Stage<Recharge> {
    let saga = Recharge { house: house_with(change) };
    let mut stage = Stage::new(saga, "02-03 14:59");
    stage.runner.set_ports(ports_without("ta-06"));
    stage.request(recharge::request(), recharge::asked());
    stage.now = at("02-03 15:00:08");
    stage.run();
    stage
}

#[test]
fn money_that_is_below_a_minimum_of_the_later_t_goes_back() {
    let stage = paid_late(|it| it.limits.individual.first_min = "1000.01".parse().unwrap());
    assert!(stage.text().contains("payment.refunded"), "{}", stage.text());
    assert_eq!(&*stage.look().failure.unwrap().code, "not_admitted");
    let stage = paid_late(|it| it.limits.individual.first_min = "1000".parse().unwrap());
    assert!(!stage.text().contains("payment.refund"), "{}", stage.text());
}
