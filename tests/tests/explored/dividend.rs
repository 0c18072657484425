//! Dividends of one record, with everything going wrong: what is lost, late, refused; deaths; people.

use crate::{
    house::{ends, explore, held, holdings_key, house, world_of},
    outside::{May, Outside},
};
use fundflow_sagas::dividend::{Command, Dividends, Given, Request, id};
use fundflow_testkit::{
    explore::{Explorer, World, search::Truth},
    worlds::{date, investor_id, read, shares, target_code},
};

fn record(given: Given) -> Request {
    Request {
        registrar: read("own"),
        serial: read("DIV-1"),
        investor: investor_id(),
        fund: target_code(),
        record_date: date("2026-02-11"),
        confirmed_on: date("2026-02-12"),
        basis: shares("1000"),
        given,
    }
}

fn world(may: impl IntoIterator<Item = May>, given: Given) -> World<Dividends, Outside> {
    let request = record(given);
    let name = id(&request.registrar, &request.serial).unwrap();
    world_of(Dividends { house: house() }, Outside::that(may), (name, request, ()))
        .with(&holdings_key(target_code()), held("1000"))
}

fn in_cash() -> Given {
    Given::Cash { amount: read("50.00"), paid_on: date("2026-02-12"), account: read("A-1") }
}

/// However often it is asked for, whoever dies: booked once, and paid once.
const ONCE: Truth<Dividends, Outside> = ("a dividend is given once", |world| {
    let types = world.log().types();
    for once in ["holdings.dividend_declared", "payout.paid_out", "dividend.booked"] {
        let times = types.iter().filter(|it| **it == once).count();
        if times > 1 {
            return Err(format!("{once} {times} times: {types:?}"));
        }
    }
    let state = world.log().loaded(&holdings_key(target_code())).state;
    let (declared, lots) = (state.dividends().count(), state.registered());
    if declared > 1 || lots > shares("1040.00") {
        return Err(format!("{declared} dividends, {lots} shares"));
    }
    Ok(())
});

/// Money that a person gave up, and that the investor does not have, is named by a case.
const HANDED_OVER: Truth<Dividends, Outside> = ("money that is given up has a case", |world| {
    let types = world.log().types();
    let has = |name: &str| types.contains(&name);
    let is_owed = has("dividend.abandoned") && has("dividend.booked") && !has("payout.paid_out");
    if is_owed && !has("case.opened") { Err(format!("{types:?}")) } else { Ok(()) }
});

#[test]
fn shares_of_a_dividend_come_once() {
    let (nav, amount) = (read("1.25"), read("50.00"));
    let given = Given::Reinvested { shares: shares("40.00"), nav, amount };
    let found = explore(Explorer::new(world([], given)).truths([ONCE]).acts(1).operators());
    ends(&found, &["completed"]);
}

#[test]
fn money_of_a_dividend_is_paid_once_also_where_the_bank_refuses_the_account() {
    let found = explore(Explorer::new(world([], in_cash())).truths([ONCE]));
    ends(&found, &["paid_out"]);

    let another = Command::Redirect {
        account: read("A-9"),
        own_name: true,
        reason: "the investor's new card".into(),
    };
    let refused = Explorer::new(world([May::RefuseMoney], in_cash())).truths([ONCE]).acts(1);
    let found = explore(refused.command(another));
    ends(&found, &["paid_out", "parked at paid out: another account (refused)"]);

    let given_up = Explorer::new(world([May::RefuseMoney], in_cash())).truths([ONCE, HANDED_OVER]);
    let found = explore(given_up.acts(1).operators());
    ends(&found, &["abandoned", "paid_out", "parked at paid out: another account (refused)"]);
}
