//! Which request belongs to a transaction ID: always the same one, of every kind that investors ask
//! for.
//!
//! 1. Everybody holds enough before the first kill, so that what is admitted never depends on what is
//!    under way.
//! 2. Only fickle investors take something back. What becomes of that depends on the moment; what
//!    becomes of everybody else's requests does not.

use fundflow_domain::{
    admission::buying::Way,
    application::OnHuge,
    ids::{InvestorId, TransactionId},
    modes::ConversionMode,
    money::{Amount, Shares},
    plan::{self, DayOfMonth, Frequency, MissingDay, MoveRule},
};
use fundflow_sagas::{
    conversion, discount_purchase, fast_withdraw, purchase, recharge, redemption, withdraw,
};
use fundflow_testkit::{
    wanted::{Wanted, other_code, raised_code},
    worlds,
};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    num::{NonZeroU8, NonZeroU32},
};

/// Who take nothing back, and who do.
const STEADY: u64 = 20;
const FICKLE: u64 = 5;
/// The T of every request.
const T: &str = "2026-02-13";
/// Yuan that everybody brings along, into the wallet and into the target.
const CAPITAL: &str = "8000000.00";

/// The ID of the `nth` new request of a start.
pub(crate) fn transaction(start: u64, nth: u64) -> TransactionId {
    worlds::transaction(&format!("K{start:04}-{nth:06}"))
}

/// What everybody holds before anything is killed.
pub(crate) fn capital() -> Vec<String> {
    (0..STEADY + FICKLE).flat_map(|nth| [format!("W{nth}"), format!("H{nth}")]).collect()
}

/// Whether its investor may take it back.
pub(crate) fn is_fickle(transaction: &str) -> bool {
    let name = of(transaction).investor().to_string();
    name.starts_with("FICKLE")
}

/// The purchase that a plan asks for, if that is what the transaction is.
pub(crate) fn occurrence_of(transaction: &str) -> Option<TransactionId> {
    let Wanted::Plan(_) = of(transaction) else { return None };
    Some(worlds::transaction(&format!("{transaction}.20260213")))
}

/// What is asked for under that ID.
pub(crate) fn of(transaction: &str) -> Wanted {
    if let Some((plan, _)) = transaction.split_once('.') {
        let Wanted::Plan(terms) = of(plan) else { panic!("{plan} is no plan") };
        return Wanted::occurrence(&terms);
    }
    if let Some(nth) = transaction.strip_prefix('W') {
        return recharge(investor(worlds::read(nth)), worlds::amount(CAPITAL));
    }
    if let Some(nth) = transaction.strip_prefix('H') {
        let investor = investor(worlds::read(nth));
        return purchase(investor, worlds::target_code(), worlds::amount(CAPITAL), Way::Purchase);
    }
    let number = hash(&transaction);
    let (who, yuan) = (investor(number), amount(number));
    match number / 1_000 % 10 {
        0 | 1 => discount_purchase(who, yuan, number),
        2 => recharge(who, yuan),
        3 => Wanted::Withdraw(withdraw::Request {
            investor: who,
            account: worlds::account(),
            fund: worlds::wallet_code(),
            shares: Some(shares(yuan)),
            on_huge: OnHuge::CarryOver,
            distributor: None,
        }),
        4 => Wanted::FastWithdraw(fast_withdraw::Request {
            investor: who,
            account: worlds::account(),
            fund: worlds::wallet_code(),
            shares: Some(worlds::shares(&format!("{}.{:02}", 1 + number % 40, number % 97))),
            distributor: None,
        }),
        5 => purchase(who, worlds::target_code(), yuan, Way::Purchase),
        6 => purchase(who, raised_code(), yuan, Way::Subscription),
        7 => Wanted::Redemption(redemption::Request {
            investor: who,
            account: worlds::account(),
            fund: worlds::target_code(),
            shares: Some(shares(yuan)),
            lots: Vec::new(),
            on_huge: OnHuge::CarryOver,
            only_today: false,
            distributor: None,
        }),
        8 => Wanted::Conversion(conversion::Request {
            investor: who,
            fund: worlds::target_code(),
            into: other_code(),
            shares: Some(shares(yuan)),
            lots: Vec::new(),
            only_today: false,
            distributor: None,
        }),
        _ => Wanted::Plan(plan::Terms {
            wallet_fund: number.is_multiple_of(2).then(worlds::wallet_code),
            ..plan_of(who, yuan)
        }),
    }
}

fn discount_purchase(investor: InvestorId, amount: Amount, number: u64) -> Wanted {
    let modes = [None, Some(ConversionMode::LinkedSameDay), Some(ConversionMode::NextDay)];
    Wanted::DiscountPurchase(discount_purchase::Request {
        investor,
        amount,
        mode: modes[usize::try_from(number % 3).unwrap_or(0)],
        ..worlds::request(ConversionMode::NextDay)
    })
}

fn recharge(investor: InvestorId, amount: Amount) -> Wanted {
    let (account, fund) = (worlds::account(), worlds::wallet_code());
    Wanted::Recharge(recharge::Request {
        investor,
        account,
        fund,
        amount,
        only_today: false,
        distributor: None,
    })
}

fn purchase(
    investor: InvestorId,
    fund: fundflow_domain::ids::FundCode,
    amount: Amount,
    way: Way,
) -> Wanted {
    let account = worlds::account();
    Wanted::Purchase(purchase::Request {
        investor,
        account,
        fund,
        amount,
        way,
        only_today: false,
        distributor: None,
    })
}

/// One purchase on T, and then it is over.
fn plan_of(investor: InvestorId, amount: Amount) -> plan::Terms {
    plan::Terms {
        investor,
        account: worlds::account(),
        fund: worlds::target_code(),
        wallet_fund: None,
        amount,
        frequency: Frequency::Monthly { day: DayOfMonth::new(13).expect("a day") },
        start: worlds::date(T),
        through: None,
        periods: NonZeroU32::new(1),
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::new(3).expect("a number of misses"),
        distributor: None,
    }
}

fn investor(number: u64) -> InvestorId {
    let nth = number % (STEADY + FICKLE);
    let name = if nth < STEADY { "STEADY" } else { "FICKLE" };
    worlds::read(&format!("{name}-{nth}"))
}

fn amount(number: u64) -> Amount {
    worlds::amount(&format!("{}.{:02}", 100 + number % 9_900, number % 97))
}

fn shares(yuan: Amount) -> Shares {
    Shares::new(yuan.decimal()).expect("as many shares")
}

pub(crate) fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
