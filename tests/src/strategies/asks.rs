//! Requests to every shipped saga, in the house of [`crate::wanted`]: what its investors ask for, and what others
//! say of their shares and plans.
//!
//! There are five investors, `INV-1` to `INV-5`, and few numbers, so that one request meets what another one keeps
//! back. Some are refused: none of what is drawn is sure to be possible.

use crate::{
    wanted::{Wanted, other_code, raised_code},
    worlds::{
        account, amount, date, instant, read, request, shares, target_code, text, wallet_code,
    },
};
use fundflow_domain::{
    admission::buying::Way,
    application::OnHuge,
    freeze::FrozenCause,
    ids::{FundCode, InvestorId, TransactionId},
    modes::ConversionMode,
    money::{Amount, Shares},
    money_fund::Publication,
    plan::{self, Changes, DayOfMonth, Frequency, MissingDay, MoveRule},
};
use fundflow_sagas::{
    conversion, discount_purchase, fast_withdraw,
    freeze::{self, Word},
    purchase, recharge, redemption, regular_plan, withdraw,
};
use proptest::{prelude::*, sample::select};
use std::num::{NonZeroU8, NonZeroU32};

/// How many investors there are.
pub(super) const INVESTORS: u8 = 5;

/// One of them.
pub(super) fn investor(nth: u8) -> InvestorId {
    read(&format!("INV-{nth}"))
}

fn investors() -> impl Strategy<Value = InvestorId> {
    (1..=INVESTORS).prop_map(investor)
}

fn amounts() -> impl Strategy<Value = Amount> {
    select(vec!["0.01", "100.00", "9999.99", "10000.00", "15000.00", "250000.00"]).prop_map(amount)
}

/// Everything, or so many: some more than there are.
fn numbers() -> impl Strategy<Value = Option<Shares>> {
    let some = vec!["0.01", "300.00", "6000.00", "15000.00", "40000.00"];
    prop_oneof![1 => Just(None), 4 => select(some).prop_map(|it| Some(shares(it)))]
}

pub(super) fn recharge(investor: InvestorId, amount: Amount) -> Wanted {
    let (account, fund) = (account(), wallet_code());
    Wanted::Recharge(recharge::Request {
        investor,
        account,
        fund,
        amount,
        only_today: false,
        distributor: None,
    })
}

/// The target, at the price of T.
pub(super) fn bought(investor: InvestorId, amount: Amount) -> Wanted {
    Wanted::Purchase(purchase(investor, target_code(), amount, Way::Purchase))
}

fn purchase(investor: InvestorId, fund: FundCode, amount: Amount, way: Way) -> purchase::Request {
    let account = account();
    purchase::Request { investor, account, fund, amount, way, only_today: false, distributor: None }
}

/// Anything that an investor asks for, but a plan and its occurrences.
pub fn wanted() -> impl Strategy<Value = Wanted> {
    prop_oneof![
        12 => discount_purchases().prop_map(Wanted::DiscountPurchase),
        2 => recharges().prop_map(Wanted::Recharge),
        4 => purchases().prop_map(Wanted::Purchase),
        3 => withdrawals().prop_map(Wanted::Withdraw),
        3 => fast_withdrawals().prop_map(Wanted::FastWithdraw),
        3 => redemptions().prop_map(Wanted::Redemption),
        3 => conversions().prop_map(Wanted::Conversion),
    ]
}

/// In every mode and in the earliest that there is; a later T will do, or not.
pub fn discount_purchases() -> impl Strategy<Value = discount_purchase::Request> {
    use ConversionMode as Mode;
    let modes = vec![
        None,
        Some(Mode::LinkedSameDay),
        Some(Mode::NextDay),
        Some(Mode::Held),
        Some(Mode::RedeemToPurchase),
    ];
    (investors(), amounts(), select(modes), any::<bool>()).prop_map(
        |(investor, amount, mode, only_today)| {
            let first = request(Mode::LinkedSameDay);
            discount_purchase::Request { investor, amount, mode, only_today, ..first }
        },
    )
}

/// Money into the wallet.
pub fn recharges() -> impl Strategy<Value = recharge::Request> {
    (investors(), amounts(), any::<bool>()).prop_map(|(investor, amount, only_today)| {
        let (account, fund) = (account(), wallet_code());
        recharge::Request { investor, account, fund, amount, only_today, distributor: None }
    })
}

/// The target at the price of T, and subscriptions to the fund that is raised.
pub fn purchases() -> impl Strategy<Value = purchase::Request> {
    (investors(), amounts(), any::<bool>()).prop_map(|(investor, amount, is_raised)| {
        if is_raised {
            return purchase(investor, raised_code(), amount, Way::Subscription);
        }
        purchase(investor, target_code(), amount, Way::Purchase)
    })
}

fn flags() -> impl Strategy<Value = OnHuge> {
    select(vec![OnHuge::CarryOver, OnHuge::Cancel])
}

/// Money out of the wallet on T+n: all of it, some, and more than there is.
pub fn withdrawals() -> impl Strategy<Value = withdraw::Request> {
    (investors(), numbers(), flags()).prop_map(|(investor, shares, on_huge)| {
        let (account, fund) = (account(), wallet_code());
        withdraw::Request { investor, account, fund, shares, on_huge, distributor: None }
    })
}

/// Cash at once: some of it, and more than a day's quota.
pub fn fast_withdrawals() -> impl Strategy<Value = fast_withdraw::Request> {
    (investors(), numbers()).prop_map(|(investor, shares)| {
        let (account, fund) = (account(), wallet_code());
        fast_withdraw::Request { investor, account, fund, shares, distributor: None }
    })
}

/// Shares of the target for money, with either flag for a huge redemption.
pub fn redemptions() -> impl Strategy<Value = redemption::Request> {
    let drawn = (investors(), numbers(), flags(), any::<bool>());
    drawn.prop_map(|(investor, shares, on_huge, only_today)| {
        let (account, fund, lots) = (account(), target_code(), Vec::new());
        redemption::Request {
            investor,
            account,
            fund,
            shares,
            lots,
            on_huge,
            only_today,
            distributor: None,
        }
    })
}

/// Shares of the target for those of another fund.
pub fn conversions() -> impl Strategy<Value = conversion::Request> {
    (investors(), numbers(), any::<bool>()).prop_map(|(investor, shares, only_today)| {
        let (fund, into, lots) = (target_code(), other_code(), Vec::new());
        conversion::Request { investor, fund, into, shares, lots, only_today, distributor: None }
    })
}

/// The terms of a plan whose first date is the day's.
pub fn plans() -> impl Strategy<Value = plan::Terms> {
    let drawn = (investors(), amounts(), 1..3_u32, any::<bool>());
    drawn.prop_map(|(investor, amount, periods, by_wallet)| plan::Terms {
        investor,
        account: account(),
        fund: target_code(),
        wallet_fund: by_wallet.then(wallet_code),
        amount,
        frequency: monthly(12),
        start: date("2026-02-12"),
        through: None,
        periods: NonZeroU32::new(periods),
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::MIN,
        distributor: None,
    })
}

fn monthly(day: u8) -> Frequency {
    Frequency::Monthly { day: DayOfMonth::new(day).expect("a day of a month") }
}

/// What an investor may say of a plan besides its end.
pub fn plan_words() -> impl Strategy<Value = regular_plan::Command> {
    use regular_plan::Command as C;
    let minutes = select(vec!["09:30", "10:30", "14:59"]);
    (minutes, amounts(), 0..4_u8).prop_map(|(minute, amount, which)| {
        let at = instant(&format!("2026-02-12T{minute}:00+08:00"));
        match which {
            0 => C::Pause { at, reason: "travelling".into() },
            1 => C::Resume { at },
            2 => {
                let changes = Changes { amount: Some(amount), ..Changes::default() };
                C::Change { at, changes, from: date("2026-02-13") }
            }
            _ => {
                let changes = Changes { frequency: Some(monthly(28)), ..Changes::default() };
                C::Change { at, changes, from: date("2026-03-01") }
            }
        }
    })
}

/// An order that freezes, or what the register says of the day before.
pub fn freezes() -> impl Strategy<Value = freeze::Request> {
    let funds = select(vec![wallet_code(), target_code()]);
    let numbers = select(vec!["100.00", "19000.00", "50000.00"]).prop_map(shares);
    (investors(), funds, numbers, any::<bool>()).prop_map(|(investor, fund, shares, by_order)| {
        let word = if by_order {
            Word::Order {
                shares,
                cause: FrozenCause::Judicial,
                source: text("Court 1, no. 7"),
                reason: text("a test"),
                by: text("chen"),
            }
        } else {
            Word::Statement { registrar: read("own"), on: date("2026-02-11"), frozen: shares }
        };
        freeze::Request { investor, fund, word }
    })
}

/// The one name of a statement.
pub(super) fn statement(request: &freeze::Request) -> Option<TransactionId> {
    let Word::Statement { on, .. } = &request.word else { return None };
    freeze::statement_id(*on, request.fund, &request.investor)
}

/// One of three orders is lifted, for somebody whose it may be.
pub fn lifts() -> impl Strategy<Value = freeze::Request> {
    let funds = select(vec![wallet_code(), target_code()]);
    (investors(), funds, 0..3_u8).prop_map(|(investor, fund, nth)| {
        let word = Word::Lift {
            order: read(&format!("F-{nth}")),
            source: text("Court 1, no. 8"),
            reason: text("a test"),
            by: text("chen"),
        };
        freeze::Request { investor, fund, word }
    })
}

/// The income of one of the days before, or its correction.
pub fn incomes() -> impl Strategy<Value = Publication> {
    let days = select(vec!["2026-02-10", "2026-02-11"]);
    (days, select(vec!["0.4012", "0.5"]), 0..2_u8).prop_map(|(day, figure, publication)| {
        Publication { fund: wallet_code(), day: date(day), per_10_000: read(figure), publication }
    })
}
