//! What the investors of a day ask for, in the house of [`crate::wanted`], and what others say of
//! their shares and plans.

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
    select(vec!["0.01", "100.00", "9999.99", "15000.00", "250000.00"]).prop_map(amount)
}

/// Everything, or so many: some more than there are.
fn numbers() -> impl Strategy<Value = Option<Shares>> {
    let some = vec!["0.01", "300.00", "6000.00", "15000.00", "40000.00"];
    prop_oneof![1 => Just(None), 4 => select(some).prop_map(|it| Some(shares(it)))]
}

pub(super) fn recharge(investor: InvestorId, amount: Amount) -> Wanted {
    let (account, fund) = (account(), wallet_code());
    Wanted::Recharge(recharge::Request { investor, account, fund, amount, only_today: false })
}

/// The target, at the price of T.
pub(super) fn bought(investor: InvestorId, amount: Amount) -> Wanted {
    purchase(investor, target_code(), amount, Way::Purchase)
}

fn purchase(investor: InvestorId, fund: FundCode, amount: Amount, way: Way) -> Wanted {
    let account = account();
    Wanted::Purchase(purchase::Request { investor, account, fund, amount, way, only_today: false })
}

/// An order of any kind but a plan.
pub(super) fn orders() -> impl Strategy<Value = Wanted> {
    prop_oneof![2 => purchases(), 1 => buying(), 1 => leaving_the_wallet(), 1 => leaving_holdings()]
}

fn purchases() -> impl Strategy<Value = Wanted> {
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
            let request =
                discount_purchase::Request { investor, amount, mode, only_today, ..first };
            Wanted::DiscountPurchase(request)
        },
    )
}

fn buying() -> impl Strategy<Value = Wanted> {
    (investors(), amounts(), 0..3_u8).prop_map(|(who, yuan, which)| match which {
        0 => recharge(who, yuan),
        1 => bought(who, yuan),
        _ => purchase(who, raised_code(), yuan, Way::Subscription),
    })
}

fn leaving_the_wallet() -> impl Strategy<Value = Wanted> {
    let on_huge = select(vec![OnHuge::CarryOver, OnHuge::Cancel]);
    (investors(), numbers(), on_huge, any::<bool>()).prop_map(
        |(investor, shares, on_huge, is_fast)| {
            let (account, fund) = (account(), wallet_code());
            if is_fast {
                let request = fast_withdraw::Request { investor, account, fund, shares };
                return Wanted::FastWithdraw(request);
            }
            Wanted::Withdraw(withdraw::Request { investor, account, fund, shares, on_huge })
        },
    )
}

fn leaving_holdings() -> impl Strategy<Value = Wanted> {
    let flags = (any::<bool>(), any::<bool>());
    (investors(), numbers(), flags).prop_map(|(investor, shares, (only_today, into_other))| {
        let (fund, lots) = (target_code(), Vec::new());
        if into_other {
            let into = other_code();
            let request = conversion::Request { investor, fund, into, shares, lots, only_today };
            return Wanted::Conversion(request);
        }
        let (account, on_huge) = (account(), OnHuge::CarryOver);
        let request =
            redemption::Request { investor, account, fund, shares, lots, on_huge, only_today };
        Wanted::Redemption(request)
    })
}

/// The terms of a plan whose first date is the day's.
pub(super) fn plans() -> impl Strategy<Value = plan::Terms> {
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
    })
}

fn monthly(day: u8) -> Frequency {
    Frequency::Monthly { day: DayOfMonth::new(day).expect("a day of a month") }
}

/// What an investor may say of a plan besides its end.
pub(super) fn plan_words() -> impl Strategy<Value = regular_plan::Command> {
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
pub(super) fn freezes() -> impl Strategy<Value = freeze::Request> {
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
pub(super) fn lifts() -> impl Strategy<Value = freeze::Request> {
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
pub(super) fn incomes() -> impl Strategy<Value = Publication> {
    let days = select(vec!["2026-02-10", "2026-02-11"]);
    (days, select(vec!["0.4012", "0.5"]), 0..2_u8).prop_map(|(day, figure, publication)| {
        Publication { fund: wallet_code(), day: date(day), per_10_000: read(figure), publication }
    })
}
