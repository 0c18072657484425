//! Commands to wallets and holdings.

use super::{few_shares, transactions};
use crate::worlds::{date, money, read};
use chrono::NaiveDate;
use fundflow_domain::{
    freeze::{Frozen, FrozenCause},
    fund::RedemptionSequence,
    holdings::{self, Credit},
    ids::{LotId, OrderId, TransactionId},
    money::Shares,
    money_fund::IncomeUnit,
    orders::{LotTaken, Serial},
    wallet::{self, Portion},
};
use proptest::{prelude::*, sample::select};

fn dates() -> impl Strategy<Value = NaiveDate> {
    select(vec!["2026-02-13", "2026-02-24", "2026-02-25"]).prop_map(date)
}

fn texts() -> impl Strategy<Value = &'static str> {
    select(vec!["R-1", "R-2", "R-3"])
}

/// Commands to a wallet, of three transactions and numbers up to five.
pub fn wallet_commands() -> impl Strategy<Value = wallet::Command> {
    prop_oneof![
        9 => bought_and_spent(),
        3 => left_and_kept_back(),
        1 => claimed(),
        3 => incomes(),
    ]
}

fn bought_and_spent() -> impl Strategy<Value = wallet::Command> {
    use wallet::Command as C;
    (0..9_u8, transactions(), few_shares(), dates()).prop_map(|(which, tx, shares, on)| match which
    {
        0 => C::CreditInTransit(tx, shares),
        1 => C::ConfirmCredit(tx, shares, on),
        2 => C::ReverseCredit(tx),
        3 => C::Reserve(tx, shares),
        4 => C::TakeOut { transaction: tx, shares, earns_through: on },
        5 => C::TakePortion { transaction: tx, shares, earns_through: on },
        6 => C::ConfirmPortion(tx, shares, on),
        7 => C::ReserveAll(tx, shares),
        _ => C::Release(tx),
    })
}

fn left_and_kept_back() -> impl Strategy<Value = wallet::Command> {
    use wallet::Command as C;
    (0..8_u8, transactions(), texts(), few_shares(), dates()).prop_map(
        |(which, transaction, name, shares, on)| match which {
            0 => C::TakeOut { transaction, shares, earns_through: on },
            1 => {
                let (record, portions) = (read(name), vec![Portion { shares, day: on }]);
                C::CorrectCredit { transaction, record, portions, waits: false }
            }
            2 => C::Freeze { record: read(name), shares, cause: FrozenCause::Judicial },
            3 => C::Unfreeze { record: read(name), by: read("LIFT-1") },
            4 => C::Hold(read(name), shares),
            5 => C::Unhold(read(name)),
            6 => {
                let (record, held, earns_through) = (read(name), Shares::ZERO, on);
                let portions = vec![Portion { shares, day: on }];
                C::CorrectTakeOut { transaction, record, portions, held, earns_through }
            }
            _ => C::FollowRegister { record: read(name), on, frozen: Frozen::InAll(shares) },
        },
    )
}

fn claimed() -> impl Strategy<Value = wallet::Command> {
    use wallet::Command as C;
    let claims = (transactions(), few_shares())
        .prop_map(|(transaction, shares)| C::Claim(order_of(&transaction), transaction, shares));
    prop_oneof![claims, orders().prop_map(C::WaiveClaim)]
}

fn incomes() -> impl Strategy<Value = wallet::Command> {
    use wallet::Command as C;
    let rates = select(vec!["0.4012", "1.2000", "-0.3000"]);
    (0..6_u8, transactions(), dates(), 0..2_u8, rates).prop_map(
        |(which, tx, day, publication, rate)| match which {
            0 => C::AccrueIncome {
                day,
                publication,
                per_10_000: read(rate),
                unit: IncomeUnit::HundredthOfFen,
            },
            1 => C::ReverseIncome { day, publication },
            2 => C::CarryIncome { through: day, registered: day },
            3 => C::CorrectIncome { day, unit: IncomeUnit::HundredthOfFen },
            4 => C::CorrectSettlement(tx, read("0.10"), 1),
            _ => C::SettleIncome(tx, read("0.40"), 1),
        },
    )
}

fn lots() -> impl Strategy<Value = LotId> {
    select(vec!["L-1", "L-2", "L-3"]).prop_map(read)
}

fn orders() -> impl Strategy<Value = OrderId> {
    select(vec!["TX-1.out", "TX-2.out", "TX-3.out"]).prop_map(read)
}

/// Whoever claims has the order: an order is named after its one transaction.
fn order_of(transaction: &TransactionId) -> OrderId {
    OrderId::part(transaction, "out")
}

fn records() -> impl Strategy<Value = Serial> {
    texts().prop_map(read)
}

fn credits() -> impl Strategy<Value = Box<Credit>> {
    (lots(), dates(), few_shares()).prop_map(|(lot, registered_on, shares)| {
        let (order, serial) = (read(&format!("{lot}.order")), read(&format!("{lot}.serial")));
        Box::new(Credit { lot, order, serial, registered_on, shares, cost: money("5.00") })
    })
}

/// Commands to the holdings of one fund, of three lots, three orders and numbers up to five.
pub fn holdings_commands() -> impl Strategy<Value = holdings::Command> {
    use holdings::Command as C;
    let sequence = || select(vec![RedemptionSequence::Fifo, RedemptionSequence::Lifo]);
    let chosen = || {
        let one = (lots(), few_shares()).prop_map(|(lot, shares)| LotTaken { lot, shares });
        proptest::collection::vec(one, 0..2)
    };
    prop_oneof![
        3 => credits().prop_map(C::Credit),
        3 => (orders(), few_shares(), sequence(), chosen()).prop_map(
            |(order, shares, sequence, designated)| {
                C::Reserve { order, shares, sequence, designated }
            }
        ),
        1 => orders().prop_map(C::Release),
        3 => (orders(), records(), few_shares(), dates(), any::<bool>()).prop_map(
            |(order, serial, shares, trade_date, finished)| {
                C::Take { order, serial, shares, trade_date, named: vec![], finished }
            }
        ),
        2 => held_back(),
        1 => (lots(), records(), proptest::option::of(credits()))
            .prop_map(|(lot, record, with)| C::CorrectCredit { lot, record, with }),
        1 => (orders(), records(), records(), few_shares(), dates()).prop_map(
            |(order, serial, record, shares, trade_date)| {
                C::CorrectTake { order, serial, record, shares, trade_date, named: vec![] }
            }
        ),
        1 => (orders(), records(), records()).prop_map(
            |(order, serial, record)| C::WithdrawTake { order, serial, record }
        ),
        1 => (records(), few_shares(), dates()).prop_map(|(record, basis, day)| {
            let transaction = crate::worlds::read(&format!("dividend.05.{record}"));
            let (amount, record_date, paid_on) = (crate::worlds::read("1.00"), day, day);
            C::Declare(Box::new(holdings::Dividend {
                record,
                transaction,
                amount,
                basis,
                record_date,
                paid_on,
            }))
        }),
    ]
}

fn held_back() -> impl Strategy<Value = holdings::Command> {
    use holdings::Command as C;
    let drawn = (0..5_u8, records(), few_shares(), dates());
    let words = drawn.prop_map(|(which, name, shares, on)| match which {
        0 => C::Freeze { record: name, shares, cause: FrozenCause::Judicial },
        1 => C::Unfreeze { record: name, by: read("LIFT-1") },
        2 => C::Hold { case: name, shares },
        3 => C::Unhold(name),
        _ => C::FollowRegister { record: name, on, frozen: Frozen::Besides(shares) },
    });
    let claims = (transactions(), few_shares()).prop_map(|(transaction, shares)| C::Claim {
        order: order_of(&transaction),
        transaction,
        shares,
    });
    prop_oneof![5 => words, 1 => claims, 1 => orders().prop_map(C::WaiveClaim)]
}
