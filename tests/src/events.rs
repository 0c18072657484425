//! One event of every type, with every field filled: for golden files and for readers.

use crate::{
    orders::{bought, conversion_terms, converted, purchase_terms},
    worlds::{
        admission, cause, date, day, instant, money, read, request, request_time, shares,
        transaction,
    },
};
use fundflow_domain::{
    admission::admit,
    discount_purchase::{self as purchase, DiscountPurchase, Disposed, Disposition, Retry},
    fund_order::{self, FundOrder, Payment},
    ids::{Leg, OrderId, PaymentNo},
    modes::ConversionMode,
    plan::{
        self, Changes, DayOfMonth, EndCause, Frequency, MissingDay, MoveRule, RegularPlan, Terms,
    },
    wallet::{self, FrozenCause, LotTaken, Wallet},
};
use fundflow_kernel::codec::{Stored, encode};
use std::{
    fmt::Debug,
    num::{NonZeroU8, NonZeroU32},
    str::FromStr,
};

/// Type and stored body of each, in the order in which they usually happen.
///
/// # Panics
/// If an event has no stored form.
pub fn examples() -> Vec<(&'static str, String)> {
    let mut examples = encoded::<DiscountPurchase>(&purchases());
    examples.extend(encoded::<FundOrder>(&orders()));
    examples.extend(encoded::<Wallet>(&wallets()));
    examples.extend(encoded::<RegularPlan>(&plans()));
    examples
}

fn encoded<D: Stored>(events: &[D::Event]) -> Vec<(&'static str, String)> {
    let one = |event| {
        let (name, body) = encode::<D>(event).expect("an event that can be stored");
        let body: serde_json::Value = serde_json::from_str(&body).expect("a JSON body");
        (name, serde_json::to_string_pretty(&body).expect("a JSON body"))
    };
    events.iter().map(one).collect()
}

fn purchases() -> Vec<purchase::Event> {
    use purchase::Event as E;
    let request = Box::new(request(ConversionMode::LinkedSameDay));
    let admitted = Box::new(admit(&admission(&request)).expect("the ready-made request"));
    let timeout = || cause("timeout", "no answer from the channel");
    let due = request_time().plus_millis(10_000);
    let legs = vec![Disposed {
        leg: "money_fund".into(),
        worth: money("10000.00"),
        disposition: Disposition::Suspense,
    }];
    let closed = || Some(cause("0009", "the fund is closed"));
    vec![
        E::Prepared { request, admitted, table: read("linked.v1") },
        E::Committed {},
        E::RetryScheduled(Retry { row: "pay".into(), attempt: 1, cause: timeout(), due }),
        E::Parked { row: "pay".into(), cause: timeout() },
        E::Resumed { reason: "case 17".into() },
        E::LandingChosen { reason: "case 17".into() },
        E::Abandoned { reason: "case 17".into(), legs },
        E::Completed {},
        E::KeptInWallet { cause: closed() },
        E::RolledBack { cause: closed() },
        E::Compensated { cause: closed() },
    ]
}

fn orders() -> Vec<fund_order::Event> {
    use fund_order::Event as E;
    let id = OrderId::of(&transaction("TX-1"), Leg::MoneyFund);
    let (no, refund) = (PaymentNo::pay(&id), PaymentNo::refund(&id, 0));
    let (amount, paid_at) = (money("10000.00"), instant("2026-02-13T10:00:05+08:00"));
    let payment = Payment { no: no.clone(), serial: "CH-1".into(), amount, paid_at };
    let closed = || cause("0009", "the fund is closed");
    vec![
        E::Placed(Box::new(purchase_terms())),
        E::Placed(Box::new(conversion_terms())),
        E::PaymentRequested { no: no.clone() },
        E::Paid { payment: payment.clone(), trade_date: day("2026-02-13") },
        E::Declined { no, cause: cause("51", "not enough money on the account") },
        E::PaymentUnapplied { payment, cause: cause("paid_twice", "already paid") },
        E::Accepted { serial: "TA-1".into() },
        E::Sealed { batch: "B-20260213".into() },
        E::Sent { file: "OFD_98_377_20260213_03.TXT".into(), record: 3 },
        E::Confirmed(Box::new(converted("10000.00"))),
        E::PartlyConfirmed(Box::new(bought("6000.00", "4000.00"))),
        E::Rejected { cause: closed() },
        E::Cancelled { cause: cause("investor", "changed their mind") },
        E::RefundRequested { no: refund.clone(), amount, cause: closed() },
        E::Refunded { no: refund, serial: "R-1".into() },
    ]
}

fn wallets() -> Vec<wallet::Event> {
    use wallet::Event as E;
    let tx = || transaction("TX-1");
    let some = || shares("10000.00");
    let lots = vec![LotTaken { lot: tx(), shares: some() }];
    vec![
        E::CreditedInTransit { transaction: tx(), shares: some() },
        E::CreditConfirmed { transaction: tx(), shares: some(), registered: date("2026-02-24") },
        E::CreditReversed { transaction: tx() },
        E::SharesReserved { transaction: tx(), shares: some() },
        E::SharesReleased { transaction: tx() },
        E::SharesSpent { transaction: tx(), shares: some(), lots },
    ]
    .into_iter()
    .chain(kept_back())
    .chain(incomes())
    .collect()
}

fn kept_back() -> [wallet::Event; 6] {
    use wallet::Event as E;
    let (transaction, record) = (transaction("TX-1"), || id("20260225000000000007"));
    let (case, some) = (|| id("C-1"), || shares("10000.00"));
    let lots = vec![LotTaken { lot: transaction.clone(), shares: some() }];
    let earns_through = date("2026-03-01");
    let registered = date("2026-02-24");
    [
        E::SharesTakenOut {
            transaction: transaction.clone(),
            shares: some(),
            lots: lots.clone(),
            earns_through,
        },
        E::CreditCorrected {
            transaction,
            record: record(),
            reversed: some(),
            lots,
            shares: shares("100.00"),
            left: shares("100.00"),
            registered,
        },
        E::SharesFrozen { record: record(), shares: some(), cause: FrozenCause::Judicial },
        E::SharesUnfrozen { record: record() },
        E::SharesHeld { case: case(), shares: some() },
        E::SharesUnheld { case: case() },
    ]
}

fn incomes() -> [wallet::Event; 4] {
    use wallet::Event as E;
    let (day, publication, amount) = (date("2026-02-24"), 0, || number("0.40"));
    let lots = vec![LotTaken { lot: transaction("TX-1"), shares: shares("0.12") }];
    [
        E::IncomeAccrued {
            day,
            publication,
            per_10_000: number("0.4012"),
            shares: shares("10000.00"),
            amount: amount(),
        },
        E::IncomeReversed { day, publication, amount: amount() },
        E::IncomeCarried {
            through: day,
            amount: number("-0.12"),
            registered: date("2026-02-25"),
            lots,
        },
        E::IncomeSettled {
            transaction: transaction("TX-1"),
            amount: amount(),
            left_to_fund: number("0.0012"),
        },
    ]
}

fn plans() -> Vec<plan::Event> {
    use plan::Event as E;
    let monthly = |day| Frequency::Monthly { day: DayOfMonth::new(day).expect("a day") };
    let terms = Terms {
        investor: id("INV-1"),
        account: id("ACC-1"),
        fund: id("050002"),
        wallet_fund: Some(id("000009")),
        amount: number("500.00"),
        frequency: monthly(31),
        start: date("2026-01-01"),
        through: Some(date("2027-12-31")),
        periods: NonZeroU32::new(24),
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::new(3).expect("a number of misses"),
    };
    let changes = Changes {
        amount: Some(number("800.00")),
        account: Some(id("ACC-2")),
        frequency: Some(monthly(5)),
    };
    let (at, nominal, reason) = (request_time(), date("2026-02-28"), || "moved abroad".into());
    vec![
        E::Opened(Box::new(terms)),
        E::Changed { at, changes, from: date("2026-04-01") },
        E::Paused { at, reason: reason() },
        E::Resumed { at },
        E::OccurrenceBegun { nominal, transaction: transaction("P-1.20260228") },
        E::OccurrenceDone { nominal },
        E::OccurrenceMissed { nominal, cause: cause("51", "not enough money") },
        E::Ended { cause: EndCause::Asked { reason: reason() } },
        E::Ended { cause: EndCause::Misses { in_a_row: 3 } },
        E::Ended { cause: EndCause::Finished },
    ]
}

fn id<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("an identifier")
}

fn number<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("a number in range")
}
