//! The ready-made house in which nothing costs a fee and every price is one, what is asked for in it, and the world
//! of each shipped saga: who asks, and [`Outside`] with what it may do besides what is best for the investor.
//!
//! `World::new` makes the same of a saga of one's own. These are for exploring, for given/when/then and for
//! stories in literals.

use crate::{
    explore::{Log, World},
    outside::{May, Outside},
    shipped, wanted, worlds,
    worlds::{
        account, amount, asked, date, investor, investor_id, money, read, request, shares,
        target_code, text, transaction, wallet_code,
    },
};
use fundflow_domain::{
    admission::buying::Way,
    case::{CaseId, Cases},
    decider::Decider as _,
    fees::tiers::{AmountTiers, Charge},
    freeze::FrozenCause,
    holdings::{self, HoldingId, Holdings},
    ids::{FundCode, TransactionId, WalletId},
    modes::ConversionMode,
    money::{Discount, Rate},
    money_fund::Publication,
    plan::{DayOfMonth, Frequency, MissingDay, MoveRule, Terms},
    time::Timestamp,
    wallet::{self, Wallet},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{message::SagaId, saga::Saga};
use fundflow_sagas::{
    conversion::{self, Conversion},
    discount_purchase::DiscountPurchase,
    fast_withdraw::{self, FastWithdraw},
    freeze::{self, Freeze, Word},
    house::House,
    income::Income,
    purchase::{self, Purchase},
    recharge::{self, Recharge},
    redemption::{self, Redemption},
    regular_plan::RegularPlans,
    withdraw::{self, Withdraw},
};
use std::{
    num::{NonZeroU8, NonZeroU32},
    sync::Arc,
};

/// When it is asked.
pub fn morning() -> Timestamp {
    worlds::request_time()
}

/// The house of [`wanted`], without fees.
pub fn house() -> House {
    let mut funds = wanted::funds();
    for fund in &mut funds {
        fund.fees.purchase = AmountTiers::flat(Charge::Rate(Rate::ZERO));
        fund.fees.subscription =
            fund.fees.subscription.as_ref().map(|_| fund.fees.purchase.clone());
        for pair in &mut fund.conversions {
            pair.topup_discount = Discount::FREE;
        }
    }
    let funds: Vec<Arc<_>> = funds.into_iter().map(Arc::new).collect();
    let find = move |code: FundCode, _| funds.iter().find(|fund| fund.code == code).cloned();
    House { funds: Arc::new(find), ..worlds::house() }
}

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

/// A person has what is open.
pub fn has_open_case(log: &Log, saga: &SagaId) -> bool {
    let cases = log.streams().filter(|stream| stream.category() == Cases::CATEGORY);
    let mut ids = cases.filter_map(|stream| stream.id().parse::<CaseId>().ok());
    ids.any(|id| {
        let state = log.loaded(&Key::<Cases>::of(&id)).state;
        let of = state.case().and_then(|case| case.transaction.as_ref());
        state.is_open() && of == Some(&saga.transaction)
    })
}

/// The investor's wallet.
pub fn wallet_key() -> Key<Wallet> {
    Key::of(&WalletId { investor: worlds::investor_id(), fund: worlds::wallet_code() })
}

/// So many shares of the money fund, registered long ago.
pub fn in_wallet(number: &str) -> [wallet::Command; 2] {
    let (old, number) = (transaction("OLD"), shares(number));
    let registered = date("2026-01-05");
    [
        wallet::Command::CreditInTransit(old.clone(), number),
        wallet::Command::ConfirmCredit(old, number, registered),
    ]
}

/// The investor's shares of that target.
pub fn holdings_key(fund: FundCode) -> Key<Holdings> {
    Key::of(&HoldingId { investor: worlds::investor_id(), fund })
}

/// So many shares of a target, registered long ago.
pub fn held(number: &str) -> [holdings::Command; 1] {
    [holdings::Command::Credit(Box::new(holdings::Credit {
        lot: read("OLD.lot"),
        order: read("OLD.lot"),
        serial: read("S-OLD"),
        registered_on: date("2026-01-05"),
        shares: shares(number),
        cost: money(number),
    }))]
}

/// 1,000 yuan into the wallet.
pub fn recharge(may: impl IntoIterator<Item = May>) -> World<Recharge, Outside> {
    let request = recharge::Request {
        investor: investor_id(),
        account: account(),
        fund: wallet_code(),
        amount: amount("1000"),
        only_today: false,
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
