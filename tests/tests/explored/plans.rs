//! A regular plan, and the purchases of its dates: for money of its account, and by way of a wallet.

use crate::{
    holdings::redeeming,
    house::{
        ends, explore, held, holdings_key, house, linked_among_those_who_refuse, morning, world,
        world_of,
    },
    outside::{May, Outside},
};
use fundflow_domain::{
    ids::{PlanId, TransactionId},
    plan::{
        self, Changes, DayOfMonth, Frequency, MissingDay, MoveRule, Outcome, RegularPlan, Terms,
    },
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::saga::Saga;
use fundflow_sagas::{
    discount_purchase::{self, DiscountPurchase},
    parts::milestone::Scope,
    purchase::{self, Purchase},
    redemption::Redemption,
    regular_plan::{Buys, Command, RegularPlans},
};
use fundflow_testkit::{
    explore::{Explorer, World, search::Truth},
    worlds::{
        account, amount, asked, date, investor_id, read, target_code, transaction, wallet_code,
    },
};
use std::num::{NonZeroU8, NonZeroU32};

/// 1,000 yuan today and, where there are two dates, a month later.
fn terms(periods: u32, by_wallet: bool) -> Terms {
    Terms {
        investor: investor_id(),
        account: account(),
        fund: target_code(),
        wallet_fund: by_wallet.then(wallet_code),
        amount: amount("1000"),
        frequency: Frequency::Monthly { day: DayOfMonth::new(13).unwrap() },
        start: date("2026-02-13"),
        through: None,
        periods: NonZeroU32::new(periods),
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::new(2).unwrap(),
        distributor: None,
    }
}

pub(crate) fn plan_key() -> Key<RegularPlan> {
    Key::of(&read::<PlanId>("PLAN-1"))
}

fn plans() -> RegularPlans {
    RegularPlans { house: house() }
}

fn plan(periods: u32, by_wallet: bool) -> World<RegularPlans, Outside> {
    let terms = (transaction("PLAN-1"), terms(periods, by_wallet), asked());
    world_of(plans(), Outside::that([]), terms)
}

/// Agreed before anything is explored.
pub(crate) fn agreed(by_wallet: bool) -> [plan::Command; 1] {
    [plan::Command::Open(Box::new(terms(2, by_wallet)))]
}

fn plainly() -> purchase::Request {
    let Buys::Plainly(request) = Buys::by(&terms(2, false)) else { panic!("it has no wallet") };
    request
}

fn through_wallet() -> discount_purchase::Request {
    let Buys::ThroughWallet(request) = Buys::by(&terms(2, true)) else { panic!("it has a wallet") };
    request
}

/// The plan's first date, for money of its account.
pub(crate) fn plain_occurrence() -> (TransactionId, purchase::Request, discount_purchase::Asked) {
    (transaction("PLAN-1.20260213"), plainly(), asked())
}

fn direct(may: impl IntoIterator<Item = May>) -> World<Purchase, Outside> {
    let asked = plain_occurrence();
    world_of(Purchase { house: house() }, Outside::that(may), asked)
}

fn by_wallet(may: impl IntoIterator<Item = May>) -> World<DiscountPurchase, Outside> {
    let asked = (transaction("PLAN-1.20260213"), through_wallet(), asked());
    world_of(DiscountPurchase { house: house() }, Outside::that(may), asked)
}

/// The plan of whoever is over knows what became of the date.
fn plan_knows<S: Saga>(world: &World<S, Outside>) -> Result<(), String> {
    let Ok(look) = world.glance() else { return Ok(()) };
    let state = world.log().loaded(&plan_key()).state;
    let plan = state.plan().unwrap();
    let outcome = plan.outcome(date("2026-02-13"));
    let came = look.ending.is_some_and(|ending| ending.ends_with(".completed"));
    match outcome {
        None if look.finished => Err(format!("{:?}, and the plan does not know", look.ending)),
        Some(Outcome::Missed | Outcome::Skipped) if came => Err("bought, and missed".into()),
        Some(Outcome::Done) if look.ending.is_some_and(|it| it.ends_with("rolled_back")) => {
            Err("nothing was bought, and it was done".into())
        }
        Some(_) | None => Ok(()),
    }
}

const fn knows<S: Saga>() -> [Truth<S, Outside>; 1] {
    [("a plan knows what became of its date", plan_knows::<S>)]
}

/// A plan waits for a person while its date has no outcome for long, and only then.
const fn goes_on() -> [Truth<RegularPlans, Outside>; 1] {
    [("who waited for a date goes on with its outcome", |world| {
        let parked = world.is_parked();
        let over = world.looks_beside()?.iter().any(|look| look.finished);
        if parked && over { Err("it waits for a person".into()) } else { Ok(()) }
    })]
}

#[test]
fn a_plan_among_people() {
    let at = morning();
    let pause = Command::Pause { at, reason: "travelling".into() };
    let end = Command::End { reason: "enough".into() };
    let explorer = Explorer::new(plan(3, false)).acts(2).operators();
    let explorer = explorer.command(pause).command(Command::Resume { at }).command(end);
    let found = explore(explorer);
    ends(&found, &["abandoned", "over", "paused at run"]);
}

/// What was said last, though it changed nothing then, holds whatever was said before it and is heard after it.
const fn newest_stands() -> [Truth<RegularPlans, Outside>; 1] {
    [("the newest word stands", |world| {
        let state = world.log().loaded(&plan_key()).state;
        let Some(plan) = state.plan() else { return Ok(()) };
        let heard = plan.heard(&plan::Command::from(yuan(2, "1000")));
        let now = plan.terms_on(date("2026-03-13")).amount;
        if heard && now != amount("1000") {
            return Err(format!("{now} yuan are invested, and the newest word says 1,000"));
        }
        let still = plan.heard(&plan::Command::from(halt(2)));
        if still && plan.paused().is_none() { Err("it goes on".into()) } else { Ok(()) }
    })]
}

fn yuan(second: i64, yuan: &str) -> Command {
    let changes = Changes { amount: Some(amount(yuan)), ..Changes::default() };
    Command::Change { at: morning().plus_millis(second * 1000), changes, from: date("2026-03-01") }
}

fn halt(second: i64) -> Command {
    Command::Pause { at: morning().plus_millis(second * 1000), reason: "travelling".into() }
}

#[test]
fn a_plan_among_words_that_are_heard_in_any_order() {
    let explorer = Explorer::new(plan(2, false)).acts(3).truths(newest_stands());
    let explorer = explorer.command(yuan(1, "2000")).command(yuan(2, "1000"));
    let go_on = Command::Resume { at: morning().plus_millis(1000) };
    let explorer = explorer.command(halt(0)).command(halt(2)).command(go_on);
    let found = explore(explorer);
    ends(&found, &["over", "paused at run"]);
}

#[test]
fn a_plan_beside_the_purchase_of_its_first_date() {
    let beside = plain_occurrence();
    let saga = Purchase { house: house() };
    let plan = terms(1, false);
    let outside = Outside::that([May::Decline, May::RejectInBatch]);
    let world = world_of(plans(), outside, (transaction("PLAN-1"), plan, asked()));
    let found = explore(Explorer::new(world.beside(saga, beside)).truths(goes_on()));
    ends(&found, &["over", "parked at look after (refused)"]);
}

#[test]
fn a_plan_until_a_day_beside_the_purchase_of_its_only_date() {
    let (saga, outside) = (Purchase { house: house() }, Outside::that([May::Decline]));
    let plan = Terms { periods: None, through: Some(date("2026-02-13")), ..terms(1, false) };
    let world = world_of(plans(), outside, (transaction("PLAN-1"), plan, asked()));
    let world = world.beside(saga, plain_occurrence());
    let found = explore(Explorer::new(world).truths(goes_on()));
    ends(&found, &["over", "parked at look after (refused)"]);
}

#[test]
fn a_plan_beside_the_purchase_by_way_of_a_wallet_of_its_first_date() {
    let beside = (transaction("PLAN-1.20260213"), through_wallet(), asked());
    let saga = DiscountPurchase { house: house() };
    let world = plan(1, true).beside(saga, beside);
    let found = explore(Explorer::new(world).truths(goes_on()));
    ends(&found, &["over", "parked at look after (refused)"]);
}

#[test]
fn an_occurrence_among_those_who_refuse() {
    let may = [May::Decline, May::RejectAtFront, May::RejectInBatch, May::ConfirmHalf];
    let world = direct(may).with(&plan_key(), agreed(false));
    let found = explore(Explorer::new(world).truths(knows()));
    ends(&found, &["completed", "rolled_back"]);
}

#[test]
fn an_occurrence_among_people() {
    let cancel = purchase::Command::Cancel { at: morning() };
    let world = direct([May::RejectAtFront, May::RefuseMoney, May::Keep]);
    let world = world.with(&plan_key(), agreed(false));
    let explorer = Explorer::new(world).truths(knows()).acts(1).command(cancel).operators();
    let found = explore(explorer);
    ends(
        &found,
        &[
            "abandoned",
            "completed",
            "parked at its end (does_not_add_up)",
            "parked at refund payment (closed)",
            "rolled_back",
        ],
    );
}

#[test]
fn an_occurrence_by_way_of_a_wallet_among_those_who_refuse() {
    let may = [May::Decline, May::RejectAtFront, May::RejectInBatch];
    let world = by_wallet(may).with(&plan_key(), agreed(true));
    let found = explore(Explorer::new(world).truths(knows()));
    ends(&found, &linked_among_those_who_refuse());
}

#[test]
fn an_occurrence_by_way_of_a_wallet_among_people() {
    let cancel = discount_purchase::Command::Cancel { at: morning(), scope: Scope::All };
    let world = by_wallet([May::RejectAtFront, May::Keep]).with(&plan_key(), agreed(true));
    let explorer = Explorer::new(world).truths(knows()).acts(1).command(cancel).operators();
    let found = explore(explorer);
    ends(
        &found,
        &[
            "abandoned",
            "compensated",
            "completed",
            "kept_in_wallet",
            "parked at its end (does_not_add_up)",
            "rolled_back",
        ],
    );
}

#[test]
fn a_redemption_beside_an_occurrence_that_buys_the_same_fund() {
    let beside = plain_occurrence();
    let outside = Outside::that([May::RejectInBatch]);
    let world = world(Redemption { house: house() }, outside, (redeeming(), asked()))
        .beside(Purchase { house: house() }, beside)
        .with(&holdings_key(target_code()), held("1000"))
        .with(&plan_key(), agreed(false));
    let found = explore(Explorer::new(world));
    ends(&found, &["completed", "rolled_back"]);
}
