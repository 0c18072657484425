//! Shares that others have frozen, alone and beside those who want to take them.

use crate::{
    holdings::redeeming,
    house::{ends, explore, held, holdings_key, house, in_wallet, wallet_key, world, world_of},
    outside::{May, Outside},
    pairs::{sound, withdrawing},
};
use fundflow_domain::{freeze::FrozenCause, ids::FundCode};
use fundflow_sagas::{
    freeze::{Freeze, Request, Word, statement_id},
    redemption::Redemption,
    withdraw::Withdraw,
};
use fundflow_testkit::{
    explore::{Explorer, World, search::Truth},
    worlds::{asked, date, investor_id, read, shares, target_code, text, transaction, wallet_code},
};

fn saga() -> Freeze {
    Freeze { house: house() }
}

/// A court freezes so many.
fn ordered(fund: FundCode, number: &str) -> Request {
    let word = Word::Order {
        shares: shares(number),
        cause: FrozenCause::Judicial,
        source: text("Court 1, no. 7"),
        reason: text("explored"),
        by: text("chen"),
    };
    Request { investor: investor_id(), fund, word }
}

/// What another word has frozen goes free.
fn lifted(fund: FundCode) -> Request {
    let word = Word::Lift {
        order: transaction("TX-1"),
        source: text("Court 1, no. 8"),
        reason: text("explored"),
        by: text("chen"),
    };
    Request { investor: investor_id(), fund, word }
}

/// Who asks for frozen shares is refused: 400 of 1,000 where more than 600 are frozen.
const KEPT: Truth<Redemption, Outside> = ("what is frozen is not redeemed", |world| {
    let types = world.log().types();
    let place = |name: &str| types.iter().position(|it| *it == name);
    let (frozen, asked) = (place("freeze.booked"), place("redemption.prepared"));
    let is_late = frozen.is_some_and(|frozen| asked.is_some_and(|asked| frozen < asked));
    let frozen = world.log().loaded(&holdings_key(target_code())).state.frozen();
    if is_late && frozen > shares("600") { Err(format!("{frozen} are frozen")) } else { Ok(()) }
});

#[test]
fn a_freeze_of_a_wallet_and_its_lifting() {
    let world = world(saga(), Outside::that([]), (ordered(wallet_code(), "600"), ()))
        .beside(saga(), (transaction("TX-2"), lifted(wallet_code()), ()))
        .with(&wallet_key(), in_wallet("1000"));
    let found = explore(Explorer::new(world).acts(1).operators());
    ends(&found, &["completed"]);
}

#[test]
fn a_statement_of_the_register_on_holdings() {
    let (day, target) = (date("2026-02-12"), target_code());
    let said = Word::Statement { registrar: read("own"), on: day, frozen: shares("600") };
    let request = Request { investor: investor_id(), fund: target, word: said };
    let id = statement_id(day, target, &investor_id()).unwrap();
    let world = world_of(saga(), Outside::that([]), (id, request, ()))
        .with(&holdings_key(target), held("1000"));
    let found = explore(Explorer::new(world).acts(1).operators());
    ends(&found, &["completed"]);
}

#[test]
fn a_redemption_beside_a_freeze_of_the_same_holdings() {
    for number in ["500", "700", "2000"] {
        let may = [May::RejectInBatch, May::ConfirmHalf];
        let world =
            world(Redemption { house: house() }, Outside::that(may), (redeeming(), asked()))
                .beside(saga(), (transaction("TX-2"), ordered(target_code(), number), ()))
                .with(&holdings_key(target_code()), held("1000"));
        let found = explore(Explorer::new(world).truths([KEPT]));
        ends(&found, &["completed", "rolled_back"]);
    }
}

#[test]
fn a_withdrawal_beside_a_freeze_of_the_same_wallet() {
    let world = frozen_while_it_leaves("700");
    let found = explore(Explorer::new(world).truths(sound()));
    ends(&found, &["kept_in_wallet", "paid_out"]);
}

fn frozen_while_it_leaves(number: &str) -> World<Withdraw, Outside> {
    let may = [May::RejectInBatch, May::ConfirmHalf];
    world(Withdraw { house: house() }, Outside::that(may), withdrawing("600"))
        .beside(saga(), (transaction("TX-2"), ordered(wallet_code(), number), ()))
        .with(&wallet_key(), in_wallet("1000"))
}
