//! The examples of the chart, and the property that every sound fact balances.

use super::{Balances, OrderSoFar, Posting, imbalance, of_order, of_wallet};
use crate::{
    calendar::TradingDay,
    decider::Decider,
    fund_order::{
        Ask, Cause, Command, Confirmation, ConversionConfirmed, Event, FundOrder, Outcome, Payment,
        PurchaseConfirmed, State, Terms,
    },
    ids::{Leg, OrderId, PaymentNo, TransactionId, WalletId},
    money::{Discount, Nav, Shares},
    time::Timestamp,
    wallet::{self, Wallet},
};
use chrono::NaiveDate;
use proptest::prelude::*;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 2, 13).unwrap()
}

fn tx() -> TransactionId {
    "TX-1".parse().unwrap()
}

fn order(leg: Leg) -> OrderId {
    OrderId::of(&tx(), leg)
}

fn wallet_id() -> WalletId {
    WalletId { investor: "INV-1".parse().unwrap(), fund: "000009".parse().unwrap() }
}

fn terms(ask: Ask) -> Terms {
    Terms {
        investor: "INV-1".parse().unwrap(),
        fund: "000009".parse().unwrap(),
        ask,
        trade_date: TradingDay::recorded(day()),
        only_today: false,
    }
}

fn purchase(amount: &str) -> Command {
    let account = "ACC-1".parse().unwrap();
    Command::Place(Box::new(terms(Ask::Purchase { amount: amount.parse().unwrap(), account })))
}

fn paid(amount: &str, serial: &str) -> Command {
    let payment = Payment {
        no: PaymentNo::pay(&order(Leg::MoneyFund)),
        serial: serial.into(),
        amount: amount.parse().unwrap(),
        paid_at: Timestamp::default(),
    };
    Command::RecordPayment(payment, TradingDay::recorded(day()))
}

fn confirm(outcome: Outcome) -> Command {
    Command::Confirm(Box::new(Confirmation {
        serial: "R1".into(),
        confirmed_on: day(),
        registered_on: day(),
        outcome,
    }))
}

fn bought(amount: &str, fee: &str, refund: &str) -> Command {
    confirm(Outcome::Purchase(PurchaseConfirmed {
        amount: amount.parse().unwrap(),
        fee: fee.parse().unwrap(),
        refund: refund.parse().unwrap(),
        nav: Nav::ONE,
        shares: amount.parse().unwrap(),
    }))
}

/// An order, and what its facts put on the books.
#[derive(Default)]
struct Book {
    state: State,
    unapplied: bool,
    entries: Vec<Vec<Posting>>,
    balances: Balances,
}

impl Book {
    fn hear(&mut self, leg: Leg, command: &Command) {
        for event in FundOrder::decide(&self.state, command).unwrap() {
            let before = OrderSoFar { state: &self.state, after_unapplied: self.unapplied };
            let entry = of_order(&order(leg), before, &event).unwrap();
            self.unapplied = matches!(event, Event::PaymentUnapplied { .. });
            self.state = FundOrder::evolve(std::mem::take(&mut self.state), &event).unwrap();
            self.post(entry);
        }
    }

    fn post(&mut self, entry: Vec<Posting>) {
        assert!(imbalance(&entry).is_empty(), "{entry:?}");
        for posting in &entry {
            self.balances.post(posting).unwrap();
        }
        self.entries.push(entry);
    }

    fn lines(&self) -> Vec<String> {
        let line = |posting: &Posting| format!("{} {}", posting.account, posting.debit);
        self.entries.iter().flatten().map(line).collect()
    }

    fn left(&self) -> Vec<String> {
        let all = self.balances.iter();
        let mut left: Vec<_> = all.map(|(account, sum)| format!("{account} {sum}")).collect();
        left.sort();
        left
    }
}

fn heard(leg: Leg, commands: &[Command]) -> Book {
    let mut book = Book::default();
    for command in commands {
        book.hear(leg, command);
    }
    book
}

fn until_paid(amount: &str) -> Vec<Command> {
    let no = PaymentNo::pay(&order(Leg::MoneyFund));
    vec![purchase(amount), Command::RequestPayment(no), paid(amount, "P1")]
}

fn refunded(nth: u32) -> Command {
    Command::RecordRefund(PaymentNo::refund(&order(Leg::MoneyFund), nth), "B1".into())
}

fn cause() -> Cause {
    Cause { code: "0212".into(), text: "no".into() }
}

#[test]
fn an_ordinary_purchase_pays_the_fund_net_and_the_seller_its_fee() {
    let mut commands = until_paid("10000.00");
    commands.push(bought("10000.00", "147.78", "0.00"));

    assert_eq!(
        heard(Leg::MoneyFund, &commands).lines(),
        [
            "A:CHANNEL:RECV 10000.00",
            "L:CUST:PENDING:TX-1.mmf -10000.00",
            "L:CUST:PENDING:TX-1.mmf 10000.00",
            "L:FUND:PAYABLE:000009 -9852.22",
            "I:FEE:PURCHASE -147.78",
        ]
    );
}

#[test]
fn a_partly_confirmed_purchase_owes_the_rest_back_once() {
    let mut commands = until_paid("10000.00");
    commands.extend([bought("6000.00", "0.00", "4000.00"), paid("10000.00", "P2")]);
    let book = heard(Leg::MoneyFund, &commands);

    assert_eq!(
        book.left(),
        [
            "A:CHANNEL:RECV 20000.00",
            "L:CUST:REFUND:INV-1 -14000.00",
            "L:FUND:PAYABLE:000009 -6000.00"
        ]
    );

    commands.extend([refunded(1), refunded(2)]);
    assert_eq!(
        heard(Leg::MoneyFund, &commands).left(),
        ["A:CHANNEL:RECV 6000.00", "L:FUND:PAYABLE:000009 -6000.00"]
    );
}

#[test]
fn a_rejected_purchase_leaves_nothing_once_its_refund_arrived() {
    let mut commands = until_paid("10000.00");
    commands
        .extend([Command::Reject(cause()), Command::RequestRefund(order(Leg::MoneyFund), cause())]);
    let owed = ["A:CHANNEL:RECV 10000.00", "L:CUST:REFUND:INV-1 -10000.00"];
    assert_eq!(heard(Leg::MoneyFund, &commands).left(), owed);

    commands.push(refunded(0));
    assert_eq!(heard(Leg::MoneyFund, &commands).left(), [""; 0]);
}

#[test]
fn a_second_debit_is_unapplied_while_the_first_stays_with_its_order() {
    let mut commands = until_paid("10000.00");
    commands.push(paid("10000.00", "P2"));

    assert_eq!(
        heard(Leg::MoneyFund, &commands).left(),
        [
            "A:CHANNEL:RECV 20000.00",
            "L:CUST:PENDING:TX-1.mmf -10000.00",
            "L:CUST:REFUND:INV-1 -10000.00",
        ]
    );
}

fn converted(net_in: &str, topup: &str, shares_in: &str) -> [Command; 2] {
    let ask = Ask::Conversion {
        shares: "10000.00".parse().unwrap(),
        into: "050002".parse().unwrap(),
        topup_discount: Discount::FREE,
    };
    let told = ConversionConfirmed {
        shares_out: "10000.00".parse().unwrap(),
        nav_out: Nav::ONE,
        redemption_fee: "0.00".parse().unwrap(),
        topup_fee: topup.parse().unwrap(),
        net_in: net_in.parse().unwrap(),
        nav_in: "1.2345".parse().unwrap(),
        shares_in: shares_in.parse().unwrap(),
    };
    [Command::Place(Box::new(terms(ask))), confirm(Outcome::Conversion(told))]
}

#[test]
fn a_conversion_moves_money_from_fund_to_fund_and_registers_the_target() {
    assert_eq!(
        heard(Leg::Conversion, &converted("10000.00", "0.00", "8100.45")).lines(),
        [
            "A:FUND:RECV:000009 10000.00",
            "L:FUND:PAYABLE:050002 -10000.00",
            "U:050002:INV-1:AVAIL 8100.45",
            "U:050002:REGISTER -8100.45",
        ]
    );
}

#[test]
fn a_top_up_fee_is_the_sellers_income() {
    let book = heard(Leg::Conversion, &converted("9852.22", "147.78", "7980.74"));

    assert_eq!(
        book.lines()[1..3],
        ["L:FUND:PAYABLE:050002 -9852.22", "I:FEE:CONV -147.78"].map(String::from)
    );
}

fn wallet_book(commands: &[wallet::Command]) -> Book {
    let (mut book, mut state) = (Book::default(), wallet::State::default());
    for command in commands {
        for event in Wallet::decide(&state, command).unwrap_or_default() {
            let entry = of_wallet(&wallet_id(), &state, &event).unwrap();
            state = Wallet::evolve(state, &event).unwrap();
            book.post(entry);
        }
    }
    book
}

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

#[test]
fn linked_shares_are_frozen_before_they_are_registered_and_leave_the_register_when_spent() {
    use wallet::Command as C;
    let mut commands = vec![
        C::CreditInTransit(tx(), shares("10000.00")),
        C::Reserve(tx(), shares("10000.00")),
        C::ConfirmCredit(tx(), shares("10000.00"), day()),
    ];
    assert_eq!(
        wallet_book(&commands).left(),
        ["U:000009:INV-1:FROZEN 10000.00", "U:000009:REGISTER -10000.00"]
    );

    commands.push(C::Spend(tx(), shares("9000.00")));
    assert_eq!(
        wallet_book(&commands).left(),
        ["U:000009:INV-1:AVAIL 1000.00", "U:000009:REGISTER -1000.00"]
    );
}

#[test]
fn a_released_reservation_leaves_its_shares_available() {
    use wallet::Command as C;
    let commands = [
        C::CreditInTransit(tx(), shares("10000.00")),
        C::ConfirmCredit(tx(), shares("6000.00"), day()),
        C::Reserve(tx(), shares("6000.00")),
        C::Release(tx()),
    ];

    assert_eq!(
        wallet_book(&commands).left(),
        ["U:000009:INV-1:AVAIL 6000.00", "U:000009:REGISTER -6000.00"]
    );
}

fn any_wallet_command() -> impl Strategy<Value = wallet::Command> {
    use wallet::Command as C;
    let shares =
        (1_i64..3_000).prop_map(|fen| Shares::new(rust_decimal::Decimal::new(fen, 2)).unwrap());
    let tx = (1..4).prop_map(|n| format!("TX-{n}").parse::<TransactionId>().unwrap());
    (0..6, tx, shares).prop_map(|(kind, tx, shares)| match kind {
        0 => C::CreditInTransit(tx, shares),
        1 => C::ConfirmCredit(tx, shares, day()),
        2 => C::ReverseCredit(tx),
        3 => C::Reserve(tx, shares),
        4 => C::Spend(tx, shares),
        _ => C::Release(tx),
    })
}

proptest! {
    #[test]
    fn whatever_a_wallet_does_its_books_balance_and_agree_with_it(
        commands in prop::collection::vec(any_wallet_command(), 1..40)
    ) {
        let (mut book, mut state) = (Book::default(), wallet::State::default());
        for command in &commands {
            for event in Wallet::decide(&state, command).unwrap_or_default() {
                let entry = of_wallet(&wallet_id(), &state, &event).unwrap();
                state = Wallet::evolve(state, &event).unwrap();
                book.post(entry);
            }
            for (account, balance) in book.balances.iter() {
                prop_assert!(!account.class().is_customers() || balance.is_sign_positive(), "{account} {balance}");
            }
            let part = |part| {
                let id = wallet_id();
                book.balances.of(&super::Account::Holding(id.fund, id.investor, part))
            };
            prop_assert_eq!(part(super::Part::Available), state.available().decimal());
            prop_assert_eq!(part(super::Part::Frozen), state.reserved().decimal());
        }
    }

    #[test]
    fn the_books_follow_freezes_disputes_corrections_and_income(
        commands in prop::collection::vec(crate::wallet::property_tests::any_command(), 1..60)
    ) {
        let (mut book, mut state) = (Book::default(), wallet::State::default());
        for command in &commands {
            for event in Wallet::decide(&state, command).unwrap_or_default() {
                let entry = of_wallet(&wallet_id(), &state, &event).unwrap();
                prop_assert!(super::imbalance(&entry).is_empty(), "{event:?}");
                state = Wallet::evolve(state, &event).unwrap();
                book.post(entry);
            }
            let of = |account| book.balances.of(&account);
            let part = |part| {
                let id = wallet_id();
                of(super::Account::Holding(id.fund, id.investor, part))
            };
            let all = state.registered().decimal() + state.in_transit().decimal();
            prop_assert_eq!(part(super::Part::Available), state.available().decimal());
            prop_assert!(part(super::Part::Pending).is_sign_positive());
            prop_assert!(part(super::Part::Frozen) >= state.reserved().decimal());
            prop_assert_eq!(of(super::Account::Register(wallet_id().fund)), -all);
        }
    }
}
