//! Every strategy of requests, used: whatever is drawn is refused and leaves nothing, or comes to rest with
//! everything true that is always true.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_domain::{
    holdings::{HoldingId, Holdings},
    ids::{InvestorId, TransactionId, WalletId},
    wallet::Wallet,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{kind::payload, message::Reply, saga::Saga};
use fundflow_sagas::{
    conversion::Conversion,
    discount_purchase::DiscountPurchase,
    fast_withdraw,
    freeze::{Freeze, statement_id},
    income::Income,
    purchase::Purchase,
    recharge::Recharge,
    redemption::Redemption,
    regular_plan::RegularPlans,
    withdraw::{self, Withdraw},
};
use fundflow_testkit::{
    at_par::{has_open_case, held, house, in_wallet, morning},
    explore::{World, truths},
    outside::{May, Outside},
    shipped,
    strategies::{Operation, asks, operations},
    wanted,
    worlds::{read, target_code, transaction, wallet_code},
};
use proptest::prelude::*;

const MAY: [May; 4] = [May::Decline, May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf];

fn world<S: Saga>(saga: S, asked: (TransactionId, S::Request, S::Asked)) -> World<S, Outside> {
    World::new(saga, Outside::that(MAY), asked, morning()).excused(has_open_case)
}

fn tx() -> TransactionId {
    transaction("TX-1")
}

/// 20,000 shares of the wallet and of the target.
fn owning<S: Saga>(world: World<S, Outside>, investor: &InvestorId) -> World<S, Outside> {
    let wallet = WalletId { investor: investor.clone(), fund: wallet_code() };
    let target = HoldingId { investor: investor.clone(), fund: target_code() };
    world
        .with(&Key::<Wallet>::of(&wallet), in_wallet("20000"))
        .with(&Key::<Holdings>::of(&target), held("20000"))
}

/// It is refused and leaves nothing, or comes to rest, whatever those outside choose.
fn rests<S: Saga>(mut world: World<S, Outside>, choices: &[usize]) -> World<S, Outside> {
    let before = world.log().len();
    world.handle(world.request());
    if let Some(Reply::Refused(_, why)) = world.replies.last() {
        assert_eq!(world.log().len(), before, "{why}");
        return world;
    }
    let mut choices = choices.iter().copied().cycle();
    world.run_by(|ways| choices.next().unwrap_or(0) % ways.len());
    truths::always(&world).unwrap();
    world
}

fn choices() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0..4_usize, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whoever_buys_by_way_of_the_wallet(request in asks::discount_purchases(), by in choices()) {
        let (saga, who) = (DiscountPurchase { house: house() }, request.investor.clone());
        let asked = wanted::asked(&who);
        rests(owning(world(saga, (tx(), request, asked)), &who), &by);
    }

    #[test]
    fn whoever_puts_money_into_the_wallet(request in asks::recharges(), by in choices()) {
        let asked = wanted::asked_recharge(&request.investor);
        rests(world(Recharge { house: house() }, (tx(), request, asked)), &by);
    }

    #[test]
    fn whoever_buys_or_subscribes(request in asks::purchases(), by in choices()) {
        let asked = wanted::asked(&request.investor);
        rests(world(Purchase { house: house() }, (tx(), request, asked)), &by);
    }

    #[test]
    fn whoever_takes_money_out_of_the_wallet(request in asks::withdrawals(), by in choices()) {
        let who = request.investor.clone();
        let asked = withdraw::Asked { investor: wanted::profile(&who), at: None };
        let world = world(Withdraw { house: house() }, (tx(), request, asked));
        rests(owning(world, &who), &by);
    }

    #[test]
    fn whoever_wants_cash_at_once(request in asks::fast_withdrawals(), by in choices()) {
        let who = request.investor.clone();
        let asked = fast_withdraw::Asked { investor: wanted::profile(&who), at: None };
        let world = world(shipped::fast_withdraw(house()), (tx(), request, asked));
        rests(owning(world, &who), &by);
    }

    #[test]
    fn whoever_redeems(request in asks::redemptions(), by in choices()) {
        let who = request.investor.clone();
        let world = world(Redemption { house: house() }, (tx(), request, wanted::asked(&who)));
        rests(owning(world, &who), &by);
    }

    #[test]
    fn whoever_converts(request in asks::conversions(), by in choices()) {
        let who = request.investor.clone();
        let world = world(Conversion { house: house() }, (tx(), request, wanted::asked(&who)));
        rests(owning(world, &who), &by);
    }

    #[test]
    fn whoever_agrees_on_a_plan_and_says_something_of_it(
        terms in asks::plans(), word in asks::plan_words()
    ) {
        let asked = wanted::asked(&terms.investor);
        let saga = RegularPlans { house: house() };
        let mut world = world(saga, (transaction("PLAN-1"), terms, asked));
        world.handle(world.request());
        world.handle(world.command(payload(word)));
        truths::always(&world).unwrap();
    }

    #[test]
    fn whoever_freezes_shares_and_lifts_that(
        frozen in asks::freezes(), lifted in asks::lifts()
    ) {
        let who = frozen.investor.clone();
        let id = match &frozen.word {
            fundflow_sagas::freeze::Word::Statement { on, .. } => {
                statement_id(*on, frozen.fund, &who).unwrap()
            }
            _ => transaction("F-0"),
        };
        let saga = || Freeze { house: house() };
        let world = world(saga(), (id, frozen, ()));
        let lifting = (transaction("L-1"), lifted, ());
        rests(owning(world.beside(saga(), lifting), &who), &[0]);
    }

    #[test]
    fn whoever_publishes_income(income in asks::incomes()) {
        let saga = Income { house: house(), wallets: read("wallets") };
        let who = fundflow_testkit::worlds::investor_id();
        let world = owning(world(saga, (income.job().unwrap(), income, ())), &who);
        rests(world, &[0]);
    }

    #[test]
    fn whatever_an_operator_has_in_mind(
        request in asks::purchases(), operates in operations(), after in 0..6_usize, by in choices()
    ) {
        let asked = wanted::asked(&request.investor);
        let mut world = world(Purchase { house: house() }, (tx(), request, asked));
        world.handle(world.request());
        for _ in 0..after {
            world.ring();
        }
        if let Ok(look) = world.look() {
            match operates.on(&look, &[]) {
                Some(Operation::Act(action)) => world.handle(world.act(action)),
                Some(Operation::Command(command)) => world.handle(world.command(command)),
                None => {}
            }
            truths::always(&world).unwrap();
            rests(world, &by);
        }
    }
}
