//! The income of a day, alone and beside those who take all that there is.

use crate::{
    house::{ends, explore, house, in_wallet, wallet_key, world, world_of},
    outside::{May, Outside},
    wallet::withdrawal,
};
use fundflow_domain::{ids::TransactionId, money::Shares, money_fund::Publication};
use fundflow_runtime::saga::Saga;
use fundflow_sagas::{income::Income, withdraw::Withdraw};
use fundflow_testkit::{
    explore::{Explorer, World, search::Truth},
    worlds::{date, read, shares, wallet_code},
};

fn saga() -> Income {
    Income { house: house(), wallets: read("wallets") }
}

/// Five fen for 1,000 shares.
fn job(publication: u8, figure: &str) -> (TransactionId, Publication, ()) {
    let day = date("2026-02-12");
    let income = Publication { fund: wallet_code(), day, per_10_000: read(figure), publication };
    (income.job().unwrap(), income, ())
}

/// What the wallet was given for that day: once, by the last publication that is booked.
fn given_once<S: Saga>(world: &World<S, Outside>) -> Result<(), String> {
    let wallet = world.log().loaded(&wallet_key()).state;
    let given = wallet.income_on(date("2026-02-12"));
    let known = ["0.05", "0.06"].map(read);
    match given.filter(|given| !known.contains(given)) {
        Some(given) => Err(format!("{given} were given for one day")),
        None => Ok(()),
    }
}

const fn once<S: Saga>() -> [Truth<S, Outside>; 1] {
    [("a day's income is given once", given_once::<S>)]
}

#[test]
fn an_income_job_and_its_correction() {
    let world = world_of(saga(), Outside::that([]), job(0, "0.5"))
        .beside(saga(), job(1, "0.6"))
        .with(&wallet_key(), in_wallet("1000"));
    let found = explore(Explorer::new(world).truths(once()));
    ends(&found, &["completed"]);
}

#[test]
fn an_income_job_among_people() {
    let world = world_of(saga(), Outside::that([]), job(0, "0.5"));
    let world = world.with(&wallet_key(), in_wallet("1000"));
    let found = explore(Explorer::new(world).truths(once()).acts(1).operators());
    ends(&found, &["abandoned", "completed", "stopped"]);
}

/// Everything, with what was not paid of its income.
fn everything() -> World<Withdraw, Outside> {
    let (mut request, asked) = withdrawal();
    request.shares = None;
    let may = [May::RejectAtFront, May::RejectInBatch];
    world(Withdraw { house: house() }, Outside::that(may), (request, asked))
        .beside(saga(), job(0, "0.5"))
        .with(&wallet_key(), in_wallet("1000"))
}

#[test]
fn a_full_withdrawal_beside_the_income_of_its_shares() {
    let left: Truth<Withdraw, Outside> = ("only income is left", |world| {
        let wallet = world.log().loaded(&wallet_key()).state;
        let gone = world.log().types().contains(&"withdraw.paid_out");
        let there = wallet.registered();
        let is_sound = !gone || there == Shares::ZERO || there == shares("0.05");
        if is_sound { Ok(()) } else { Err(format!("{there} are there")) }
    });
    let explorer = Explorer::new(everything()).truths(once()).truths([left]);
    let found = explore(explorer);
    ends(&found, &["kept_in_wallet", "paid_out"]);
}
