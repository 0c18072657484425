//! Many shipped sagas of several kinds on one runner, with everything going wrong at random, from seeds:
//! 12 of each mix, or as many as `FUNDFLOW_SEEDS` says.

use crate::{
    holdings::redeeming,
    house::{has_open_case, held, holdings_key, house, in_wallet, morning, wallet_key},
    outside::{May, Outside},
    plans::{agreed, plain_occurrence, plan_key},
    wallet::{fast_withdrawal, withdrawal},
};
use fundflow_domain::{
    admission::buying::Way,
    application::OnHuge,
    freeze::FrozenCause,
    ids::TransactionId,
    modes::ConversionMode,
    money::Shares,
    money_fund::Publication,
    wallet::{Credit, Reservation},
};
use fundflow_kernel::envelope::Actor;
use fundflow_runtime::{
    kind::saga_id,
    message::{Action, What},
    process::Disposition,
    saga::Saga,
};
use fundflow_sagas::{
    conversion::{self, Conversion},
    discount_purchase::{self, DiscountPurchase},
    fast_withdraw::FastWithdraw,
    freeze::{self, Freeze, Word},
    income::Income,
    parts::milestone::Scope,
    purchase::{self, Purchase},
    recharge::{self, Recharge},
    redemption::{self, Redemption},
    withdraw::{self, Withdraw},
};
use fundflow_testkit::{
    shipped,
    simulate::{Simulation, Stage, Truth},
    wanted,
    worlds::{
        account, amount, asked, date, investor_id, read, request, shares, target_code, text,
        transaction, wallet_code,
    },
};
use std::{collections::BTreeSet, sync::Arc};

type Storm = Simulation<Outside>;

const EVERY: [May; 5] =
    [May::Decline, May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf, May::DeclineAdvance];

const SOUND: [Truth<Outside>; 2] = [
    ("no share of the wallet is made or lost", no_share_is_made_or_lost),
    ("no share of the target leaves twice", holdings_hold),
];

/// What is registered is what came, less what left, and what income became shares.
fn no_share_is_made_or_lost(stage: &Stage<'_, Outside>) -> Result<(), String> {
    let wallet = stage.log.loaded(&wallet_key()).state;
    let plus = |sum: Shares, some: Shares| sum.plus(some).unwrap();
    let came = wallet.entries().map(|(_, entry)| match entry.credit {
        Credit::Confirmed(shares) | Credit::Arriving { there: shares, .. } => shares,
        Credit::None | Credit::InTransit(_) | Credit::Reversed => Shares::ZERO,
    });
    let left = wallet.entries().map(|(_, entry)| match entry.reservation {
        Reservation::Spent(shares) | Reservation::Leaving { gone: shares, .. } => shares,
        Reservation::None | Reservation::Held(_) | Reservation::Released => Shares::ZERO,
    });
    let (came, left) = (came.fold(Shares::ZERO, plus), left.fold(Shares::ZERO, plus));
    let there = wallet.registered();
    let (least, most) = (there.plus(left).unwrap(), came.plus(shares("10")).unwrap());
    if came <= least && least <= most {
        return Ok(());
    }
    Err(format!("{came} came, {left} left, and {there} are there"))
}

fn holdings_hold(stage: &Stage<'_, Outside>) -> Result<(), String> {
    let holdings = stage.log.loaded(&holdings_key(target_code())).state;
    let (all, reserved) = (holdings.registered(), holdings.reserved());
    if reserved <= all { Ok(()) } else { Err(format!("{reserved} of {all} are reserved")) }
}

fn storm(may: impl IntoIterator<Item = May>) -> Storm {
    let house = house();
    Simulation::new(Outside::that(may), morning())
        .saga(DiscountPurchase { house: house.clone() })
        .saga(Recharge { house: house.clone() })
        .saga(Withdraw { house: house.clone() })
        .saga(shipped::fast_withdraw(house.clone()))
        .saga(Purchase { house: house.clone() })
        .saga(Redemption { house: house.clone() })
        .saga(Conversion { house: house.clone() })
        .saga(Income { house: house.clone(), wallets: read("wallets") })
        .saga(Freeze { house })
        .truths(SOUND)
        .excused(has_open_case)
}

fn id(name: &str, nth: u32) -> TransactionId {
    transaction(&format!("{name}-{nth}"))
}

/// Money into the wallet and out of it, at once and later, and shares by way of it.
fn of_the_wallet(storm: Storm) -> Storm {
    let mut storm = storm;
    for command in in_wallet("20000") {
        storm = storm.with(&wallet_key(), command);
    }
    for nth in 1..=3 {
        let recharge = recharge::Request {
            investor: investor_id(),
            account: account(),
            fund: wallet_code(),
            amount: amount("1000"),
            only_today: false,
            distributor: None,
        };
        let asked_recharge = wanted::asked_recharge(&investor_id());
        storm = storm.request::<Recharge>(&id("RE", nth), recharge, asked_recharge);
        let (mut out, asked_out) = withdrawal();
        (out.shares, out.on_huge) = (Some(shares("4000")), OnHuge::Cancel);
        storm = storm.request::<Withdraw>(&id("WI", nth), out, asked_out);
        let (mut fast, asked_fast) = fast_withdrawal();
        fast.shares = Some(shares("3000"));
        storm = storm.request::<FastWithdraw>(&id("FA", nth), fast, asked_fast);
    }
    let modes = [
        ConversionMode::LinkedSameDay,
        ConversionMode::NextDay,
        ConversionMode::Held,
        ConversionMode::RedeemToPurchase,
    ];
    for (nth, mode) in (1..).zip(modes) {
        storm = storm.request::<DiscountPurchase>(&id("DI", nth), request(mode), asked());
    }
    storm
}

/// What others say of the wallet's shares.
fn of_others(storm: Storm) -> Storm {
    let mut storm = storm;
    for (day, publication) in [("2026-02-11", 0), ("2026-02-12", 0), ("2026-02-12", 1)] {
        let (day, per_10_000) = (date(day), read(if publication == 0 { "0.5" } else { "0.6" }));
        let income = Publication { fund: wallet_code(), day, per_10_000, publication };
        storm = storm.request::<Income>(&income.job().unwrap(), income, ());
    }
    for (nth, fund) in (1..).zip([wallet_code(), target_code()]) {
        let word = Word::Order {
            shares: shares("500"),
            cause: FrozenCause::Judicial,
            source: text("Court 1, no. 7"),
            reason: text("a storm"),
            by: text("chen"),
        };
        let request = freeze::Request { investor: investor_id(), fund, word };
        storm = storm.request::<Freeze>(&id("FR", nth), request, ());
    }
    storm
}

/// Purchases, and shares of the target that leave.
fn of_holdings(storm: Storm) -> Storm {
    let mut storm = storm;
    for command in held("3000") {
        storm = storm.with(&holdings_key(target_code()), command);
    }
    for command in agreed(false) {
        storm = storm.with(&plan_key(), command);
    }
    for (nth, way) in (1..).zip([Way::Purchase, Way::Purchase, Way::Subscription]) {
        let fund = if way == Way::Subscription { wanted::raised_code() } else { target_code() };
        let request = purchase::Request {
            investor: investor_id(),
            account: account(),
            fund,
            amount: amount("1000"),
            way,
            only_today: nth == 2,
            distributor: None,
        };
        storm = storm.request::<Purchase>(&id("PU", nth), request, asked());
    }
    let (occurrence, request, asked_plan) = plain_occurrence();
    storm = storm.request::<Purchase>(&occurrence, request, asked_plan);
    for nth in 1..=3 {
        storm = storm.request::<Redemption>(&id("RD", nth), redeeming(), asked());
        let into = conversion::Request {
            investor: investor_id(),
            fund: target_code(),
            into: wanted::other_code(),
            shares: Some(shares("700")),
            lots: Vec::new(),
            only_today: false,
            distributor: None,
        };
        storm = storm.request::<Conversion>(&id("CO", nth), into, asked());
    }
    storm
}

fn command<S: Saga>(name: &str, nth: u32, command: S::Command) -> What {
    let (saga, actor) = (saga_id::<S>(&id(name, nth)), Actor::Requester("INV-7".into()));
    What::Command { saga, command: Arc::new(command), actor, at: None }
}

fn abandon<S: Saga>(name: &str, nth: u32, ends: &[&str], what: Disposition) -> What {
    let dispositions = ends.iter().map(|end| ((*end).into(), what)).collect();
    let action = Action::Abandon { reason: "a storm".into(), dispositions };
    What::Act { saga: saga_id::<S>(&id(name, nth)), action, operator: "chen".into() }
}

/// Investors take back, and operators give up.
fn people(storm: Storm) -> Storm {
    let at = morning();
    let mut storm = storm;
    for nth in 1..=2 {
        let half = Scope::Conversion;
        let scope = if nth == 1 { Scope::All } else { half };
        let cancel = discount_purchase::Command::Cancel { at, scope };
        storm = storm
            .input(command::<Recharge>("RE", nth, recharge::Command::Cancel { at }))
            .input(command::<Withdraw>("WI", nth, withdraw::Command::Cancel { at }))
            .input(command::<Purchase>("PU", nth, purchase::Command::Cancel { at }))
            .input(command::<Redemption>("RD", nth, redemption::Command::Cancel { at }))
            .input(command::<Conversion>("CO", nth, conversion::Command::Cancel { at }))
            .input(command::<DiscountPurchase>("DI", nth, cancel));
    }
    for what in [Disposition::Manual, Disposition::Refund] {
        storm = storm
            .input(abandon::<FastWithdraw>("FA", 3, &["transfer", "advance"], what))
            .input(abandon::<FastWithdraw>("FA", 2, &["transfer"], what))
            .input(abandon::<Recharge>("RE", 3, &["payment"], what))
            .input(abandon::<Recharge>("RE", 3, &["purchase"], what))
            .input(abandon::<Withdraw>("WI", 3, &["redemption"], what))
            .input(abandon::<Redemption>("RD", 3, &["redemption"], what));
    }
    storm
}

/// How many seeds of each mix.
fn seeds() -> std::ops::Range<u64> {
    0..std::env::var("FUNDFLOW_SEEDS").map_or(12, |seeds| read(&seeds))
}

/// Plays each seed, and returns all endings.
#[track_caller]
fn weather(storm: &Storm) -> BTreeSet<&'static str> {
    let mut endings = BTreeSet::new();
    for seed in seeds() {
        let found = storm.run(seed).unwrap();
        endings.extend(found.endings.into_keys());
    }
    endings
}

#[test]
fn a_wallet_in_a_storm() {
    let may = [May::Decline, May::RejectAtFront, May::DeclineAdvance];
    let endings = weather(&of_the_wallet(storm(may)));
    for ending in ["recharge.completed", "withdraw.paid_out", "fast_withdraw.paid_out"] {
        assert!(endings.contains(ending), "{endings:?}");
    }
}

#[test]
fn holdings_in_a_storm() {
    let endings = weather(&of_holdings(storm(EVERY)));
    for ending in ["purchase.completed", "redemption.completed", "conversion.completed"] {
        assert!(endings.contains(ending), "{endings:?}");
    }
}

#[test]
fn everything_in_a_storm() {
    let endings = weather(&of_others(of_holdings(of_the_wallet(storm(EVERY)))));
    assert!(endings.contains("income.completed"), "{endings:?}");
    assert!(endings.contains("freeze.completed"), "{endings:?}");
}

fn everything_among_people() -> Storm {
    let may = EVERY.into_iter().chain([May::Keep, May::RefuseMoney]);
    people(of_others(of_holdings(of_the_wallet(storm(may)))))
}

#[test]
fn everything_among_people_in_a_storm() {
    let endings = weather(&everything_among_people());
    assert!(endings.contains("fast_withdraw.abandoned"), "{endings:?}");
}

#[test]
fn who_is_let_go_on_without_the_day_of_its_payment_waits_for_the_same_person_again() {
    everything_among_people().run(2118).unwrap();
    of_others(of_holdings(of_the_wallet(storm(EVERY)))).run(2798).unwrap();
    of_holdings(storm(EVERY)).run(2414).unwrap();
}
