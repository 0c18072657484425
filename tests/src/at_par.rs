//! The ready-made house in which nothing costs a fee and every price is one, what is asked for in it, and the world
//! of each shipped saga: who asks, and [`Outside`] with what it may do besides what is best for the investor.
//!
//! `World::new` makes the same of a saga of one's own. These are for exploring, for given/when/then and for
//! stories in literals.

use crate::{
    explore::World,
    outside::{May, Outside},
    shipped, wanted,
    worlds::{
        account, amount, asked, date, investor, investor_id, read, request, shares, target_code,
        text, transaction, wallet_code,
    },
};
use fundflow_domain::{
    admission::buying::Way,
    freeze::FrozenCause,
    ids::{FundCode, TransactionId},
    modes::ConversionMode,
    money_fund::Publication,
    plan::{DayOfMonth, Frequency, MissingDay, MoveRule, Terms},
};
use fundflow_runtime::saga::Saga;
use fundflow_sagas::{
    conversion::{self, Conversion},
    discount_purchase::DiscountPurchase,
    fast_withdraw::{self, FastWithdraw},
    freeze::{self, Freeze, Word},
    income::Income,
    purchase::{self, Purchase},
    recharge::{self, Recharge},
    redemption::{self, Redemption},
    regular_plan::RegularPlans,
    withdraw::{self, Withdraw},
};
pub use fundflow_simulation::at_par::{
    has_open_case, held, holdings_key, house, in_wallet, morning, wallet_key,
};
use std::num::{NonZeroU8, NonZeroU32};

/// A saga under `TX-1`, asked for that.
pub fn world<S: Saga>(
    saga: S,
    outside: Outside,
    (request, asked): (S::Request, S::Asked),
) -> World<S, Outside> {
    world_of(saga, outside, (transaction("TX-1"), request, asked))
}

/// The same of a saga whose name is no other's.
pub fn world_of<S: Saga>(
    saga: S,
    outside: Outside,
    asked: (TransactionId, S::Request, S::Asked),
) -> World<S, Outside> {
    World::new(saga, outside, asked, morning()).excused(has_open_case)
}

/// 1,000 yuan into the wallet.
pub fn recharge(may: impl IntoIterator<Item = May>) -> World<Recharge, Outside> {
    let request = recharge::Request {
        investor: investor_id(),
        account: account(),
        fund: wallet_code(),
        amount: amount("1000"),
        only_today: false,
        distributor: None,
    };
    let asked = wanted::asked_recharge(&investor_id());
    world(Recharge { house: house() }, Outside::that(may), (request, asked))
}

/// 1,000 yuan into the target, or into what is raised.
pub fn buying(way: Way, may: impl IntoIterator<Item = May>) -> World<Purchase, Outside> {
    let fund = if way == Way::Subscription { wanted::raised_code() } else { target_code() };
    let request = purchase::Request {
        investor: investor_id(),
        account: account(),
        fund,
        amount: amount("1000"),
        way,
        only_today: false,
        distributor: None,
    };
    world(Purchase { house: house() }, Outside::that(may), (request, asked()))
}

/// 400 shares out of the wallet.
pub fn withdrawal() -> (withdraw::Request, withdraw::Asked) {
    let request = withdraw::Request {
        investor: investor_id(),
        account: account(),
        fund: wallet_code(),
        shares: Some(shares("400")),
        on_huge: fundflow_domain::application::OnHuge::Cancel,
        distributor: None,
    };
    (request, withdraw::Asked { investor: investor(), at: None })
}

/// The same, out of 1,000.
pub fn withdraw(may: impl IntoIterator<Item = May>) -> World<Withdraw, Outside> {
    let world = world(Withdraw { house: house() }, Outside::that(may), withdrawal());
    world.with(&wallet_key(), in_wallet("1000"))
}

/// 400 shares for cash at once.
pub fn fast_withdrawal() -> (fast_withdraw::Request, fast_withdraw::Asked) {
    let request = fast_withdraw::Request {
        investor: investor_id(),
        account: account(),
        fund: wallet_code(),
        shares: Some(shares("400")),
        distributor: None,
    };
    (request, fast_withdraw::Asked { investor: investor(), at: None })
}

/// The same, out of 1,000.
pub fn fast(may: impl IntoIterator<Item = May>) -> World<FastWithdraw, Outside> {
    let saga = shipped::fast_withdraw(house());
    let world = world(saga, Outside::that(may), fast_withdrawal());
    world.with(&wallet_key(), in_wallet("1000"))
}

/// 10,000 yuan by way of the wallet; of held shares, out of 20,000.
pub fn discount(
    mode: ConversionMode,
    may: impl IntoIterator<Item = May>,
) -> World<DiscountPurchase, Outside> {
    let saga = DiscountPurchase { house: house() };
    let world = world(saga, Outside::that(may), (request(mode), asked()));
    match mode {
        ConversionMode::Held => world.with(&wallet_key(), in_wallet("20000")),
        ConversionMode::LinkedSameDay
        | ConversionMode::NextDay
        | ConversionMode::RedeemToPurchase => world,
    }
}

/// 400 shares of the target for money.
pub fn redeeming() -> redemption::Request {
    redemption::Request {
        investor: investor_id(),
        account: account(),
        fund: target_code(),
        shares: Some(shares("400")),
        lots: Vec::new(),
        on_huge: fundflow_domain::application::OnHuge::Cancel,
        only_today: false,
        distributor: None,
    }
}

/// The same, out of 1,000.
pub fn redemption(may: impl IntoIterator<Item = May>) -> World<Redemption, Outside> {
    let saga = Redemption { house: house() };
    let world = world(saga, Outside::that(may), (redeeming(), asked()));
    world.with(&holdings_key(target_code()), held("1000"))
}

/// 400 of 1,000 shares of the target for those of another fund.
pub fn conversion(may: impl IntoIterator<Item = May>) -> World<Conversion, Outside> {
    let request = conversion::Request {
        investor: investor_id(),
        fund: target_code(),
        into: wanted::other_code(),
        shares: Some(shares("400")),
        lots: Vec::new(),
        only_today: false,
        distributor: None,
    };
    let world = world(Conversion { house: house() }, Outside::that(may), (request, asked()));
    world.with(&holdings_key(target_code()), held("1000"))
}

/// A plan of 1,000 yuan today and, where there are two dates, a month later.
///
/// # Panics
/// Never: the terms are those of a plan.
pub fn plan_terms(periods: u32, by_wallet: bool) -> Terms {
    Terms {
        investor: investor_id(),
        account: account(),
        fund: target_code(),
        wallet_fund: by_wallet.then(wallet_code),
        amount: amount("1000"),
        frequency: Frequency::Monthly { day: DayOfMonth::new(13).expect("a day of a month") },
        start: date("2026-02-13"),
        through: None,
        periods: NonZeroU32::new(periods),
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::new(2).expect("a number of misses"),
        distributor: None,
    }
}

/// That plan, asked for as `PLAN-1`.
pub fn plan(periods: u32, by_wallet: bool) -> World<RegularPlans, Outside> {
    let asked = (transaction("PLAN-1"), plan_terms(periods, by_wallet), asked());
    world_of(RegularPlans { house: house() }, Outside::that([]), asked)
}

/// The income of 2026-02-12 for 1,000 shares in the wallet: yuan per 10,000 of them.
///
/// # Panics
/// If there is no such publication.
pub fn income(publication: u8, per_10_000: &str) -> World<Income, Outside> {
    let (fund, day, per_10_000) = (wallet_code(), date("2026-02-12"), read(per_10_000));
    let income = Publication { fund, day, per_10_000, publication };
    let job = income.job().expect("a name for the job");
    let saga = Income { house: house(), wallets: read("wallets") };
    world_of(saga, Outside::that([]), (job, income, ())).with(&wallet_key(), in_wallet("1000"))
}

/// A court freezes so many of 1,000 shares of that fund, in the wallet or held.
pub fn freeze(fund: FundCode, number: &str) -> World<Freeze, Outside> {
    let word = Word::Order {
        shares: shares(number),
        cause: FrozenCause::Judicial,
        source: text("Court 1, no. 7"),
        reason: text("explored"),
        by: text("chen"),
    };
    let request = freeze::Request { investor: investor_id(), fund, word };
    let asked = world(Freeze { house: house() }, Outside::that([]), (request, ()));
    if fund == wallet_code() {
        return asked.with(&wallet_key(), in_wallet("1000"));
    }
    asked.with(&holdings_key(fund), held("1000"))
}
