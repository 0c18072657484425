//! The examples of the chart, in money.

use super::{Balances, Posting, Source, imbalance, of_application, of_payment, of_payout};
use crate::{
    application::{
        Applications, Ask, Command, Confirmation, ConversionConfirmed, OnHuge, Outcome, Promise,
        PromisedFee, PurchaseConfirmed, RedemptionConfirmed, Rejection, State, Terms,
    },
    calendar::TradingDay,
    decider::Decider,
    ids::TransactionId,
    money::{Discount, Money, Nav, ShareRounding},
    orders::own_cause,
    payment::{self, Payments, SentBack},
    payout,
};
use std::str::FromStr;

pub(super) fn as_<T: FromStr>(text: &str) -> T {
    text.parse().ok().unwrap()
}

fn day() -> TradingDay {
    TradingDay::recorded("2026-02-13".parse().unwrap())
}

pub(super) fn tx() -> TransactionId {
    as_("TX-1")
}

/// What facts put on the books.
#[derive(Default)]
pub(super) struct Book {
    entries: Vec<Vec<Posting>>,
    pub(super) balances: Balances,
}

impl Book {
    #[track_caller]
    pub(super) fn post(&mut self, entry: Vec<Posting>) {
        assert!(imbalance(&entry).is_empty(), "{entry:?}");
        for posting in &entry {
            self.balances.post(posting).unwrap();
        }
        self.entries.push(entry);
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let line = |posting: &Posting| format!("{} {}", posting.account, posting.debit);
        self.entries.iter().flatten().map(line).collect()
    }

    pub(super) fn left(&self) -> Vec<String> {
        let all = self.balances.iter();
        let mut left: Vec<_> = all.map(|(account, sum)| format!("{account} {sum}")).collect();
        left.sort();
        left
    }

    fn pay(mut self, commands: &[payment::Command]) -> Self {
        let mut state = payment::State::default();
        for command in commands {
            for event in Payments::decide(&state, command).unwrap() {
                self.post(of_payment(&state, &event).unwrap());
                state = Payments::evolve(state, &event).unwrap();
            }
        }
        self
    }

    pub(super) fn apply(mut self, source: Source, commands: &[Command]) -> Self {
        let mut state = State::default();
        for command in commands {
            for event in Applications::decide(&state, command).unwrap() {
                self.post(of_application(&tx(), source, &state, &event).unwrap());
                state = Applications::evolve(state, &event).unwrap();
            }
        }
        self
    }

    fn pay_out(mut self, amount: &str) -> Self {
        let (amount, at) = (as_(amount), as_("2026-02-24T10:00:00+08:00"));
        let transfer = payout::Transfer { no: as_("TX-1.out"), serial: as_("O1"), amount, at };
        self.post(of_payout(&tx(), &payout::Event::PaidOut(transfer)));
        self
    }
}

pub(super) fn request(amount: &str) -> payment::Command {
    payment::Command::Request(payment::Terms {
        no: as_("TX-1.mmf.pay"),
        account: as_("acc-1"),
        amount: as_(amount),
        order: as_("TX-1.mmf"),
        trade_date: day(),
        asked_at: None,
    })
}

pub(super) fn paid(serial: &str, amount: &str) -> payment::Command {
    payment::Command::RecordPaid(payment::Receipt {
        no: as_("TX-1.mmf.pay"),
        serial: as_(serial),
        amount: as_(amount),
        paid_at: as_("2026-02-13T14:00:00+08:00"),
    })
}

pub(super) fn send_back(what: SentBack) -> payment::Command {
    payment::Command::SendBack(what, own_cause("why", "in words"))
}

pub(super) fn arrived(nth: usize) -> payment::Command {
    let no = as_::<crate::ids::PaymentNo>("TX-1.mmf.pay").nth_refund(nth).unwrap();
    payment::Command::RecordReturned { no, serial: as_("B1") }
}

pub(super) fn place(ask: Ask) -> Command {
    let fee = PromisedFee::Exact(Money::ZERO);
    Command::Place(Box::new(Terms {
        order: as_("TX-1.mmf"),
        no: as_("APP1"),
        registrar: as_("own"),
        investor: as_("INV-1"),
        fund: as_("000009"),
        ask,
        trade_date: day(),
        rounding: ShareRounding::HalfUp,
        promised: Promise { fee, discount: Discount::FREE, floor: None, confirm_by: day() },
        distributor: None,
    }))
}

pub(super) fn buy(amount: &str) -> Command {
    place(Ask::Purchase { amount: as_(amount), plan: None })
}

pub(super) fn redeem(shares: &str) -> Command {
    let (shares, on_huge) = (as_(shares), OnHuge::CarryOver);
    place(Ask::Redemption { shares, lots: vec![], on_huge, take_income: false })
}

pub(super) fn convert(shares: &str) -> Command {
    place(Ask::Conversion {
        shares: as_(shares),
        into: as_("050002"),
        lots: vec![],
        topup_discount: Discount::FREE,
        on_huge: OnHuge::Cancel,
        take_income: false,
    })
}

pub(super) fn says(serial: &str, finished: bool, outcome: Outcome) -> Confirmation {
    let on = day().date();
    Confirmation {
        serial: as_(serial),
        confirmed_on: on,
        registered_on: on,
        finished,
        outcome,
        misnamed: vec![],
    }
}

pub(super) fn confirm(serial: &str, finished: bool, outcome: Outcome) -> Command {
    Command::Confirm(Box::new(says(serial, finished, outcome)))
}

pub(super) fn bought(amount: &str, fee: &str, refund: &str) -> Outcome {
    let (amount, fee, refund) = (as_(amount), as_(fee), as_(refund));
    Outcome::Purchase(PurchaseConfirmed { amount, fee, refund, nav: Nav::ONE, shares: as_("1") })
}

pub(super) fn redeemed(gross: &str, fee: &str, payout: &str) -> Outcome {
    let (gross, fee, payout) = (as_(gross), as_(fee), as_(payout));
    let (shares, income) = (as_("6000"), as_("0"));
    let (nav, lots) = (as_("1.3071"), vec![]);
    Outcome::Redemption(RedemptionConfirmed {
        shares,
        nav,
        gross,
        fee,
        back_end_fee: Money::ZERO,
        payout,
        income,
        lots,
    })
}

pub(super) fn converted(net_in: &str, topup: &str) -> Outcome {
    Outcome::Conversion(ConversionConfirmed {
        shares_out: as_("10000.00"),
        nav_out: Nav::ONE,
        redemption_fee: as_("0.00"),
        back_end_fee: Money::ZERO,
        topup_fee: as_(topup),
        net_in: as_(net_in),
        nav_in: as_("1.2345"),
        shares_in: as_("8100.45"),
        income: as_("0"),
        lots: vec![],
    })
}

#[test]
fn an_ordinary_purchase_pays_the_fund_net_and_the_seller_its_fee() {
    let book = Book::default().pay(&[request("10000"), paid("P1", "10000")]).apply(
        Source::Payment,
        &[buy("10000"), confirm("C1", true, bought("10000", "147.78", "0"))],
    );

    assert_eq!(
        book.lines(),
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
fn the_rest_of_a_partial_purchase_is_pending_until_its_refund_is_requested() {
    let confirmed = [buy("10000"), confirm("C1", true, bought("6000", "0", "4000"))];
    let mut commands = vec![request("10000"), paid("P1", "10000")];
    let left = |commands: &[payment::Command]| {
        Book::default().pay(commands).apply(Source::Payment, &confirmed).left()
    };
    let payable = "L:FUND:PAYABLE:000009 -6000.00";
    assert_eq!(
        left(&commands),
        ["A:CHANNEL:RECV 10000.00", "L:CUST:PENDING:TX-1.mmf -4000.00", payable]
    );

    commands.push(send_back(SentBack::Difference { due_to: as_("C1"), amount: as_("4000") }));
    assert_eq!(
        left(&commands),
        ["A:CHANNEL:RECV 10000.00", "L:CUST:REFUND:acc-1 -4000.00", payable]
    );

    commands.push(arrived(1));
    assert_eq!(left(&commands), ["A:CHANNEL:RECV 6000.00", payable]);
}

#[test]
fn a_rejected_purchase_leaves_nothing_once_its_money_is_back() {
    let reject = Command::Reject(Rejection::of(own_cause("0212", "no")));
    let back = [request("10000"), paid("P1", "10000"), send_back(SentBack::Payback), arrived(1)];
    let book = Book::default().pay(&back).apply(Source::Payment, &[buy("10000"), reject]);

    assert_eq!(book.left(), [""; 0]);
}

#[test]
fn a_second_debit_is_unapplied_and_goes_back_while_the_first_stays_with_its_order() {
    let book = Book::default().pay(&[request("10000"), paid("P1", "10000"), paid("P2", "10000")]);

    assert_eq!(book.lines()[2..4], ["A:CHANNEL:RECV 10000.00", "L:CUST:UNAPPLIED:acc-1 -10000.00"]);
    assert_eq!(
        book.left(),
        [
            "A:CHANNEL:RECV 20000.00",
            "L:CUST:PENDING:TX-1.mmf -10000.00",
            "L:CUST:REFUND:acc-1 -10000.00",
        ]
    );
}

#[test]
fn a_conversion_moves_money_from_fund_to_fund_and_its_top_up_is_the_sellers_income() {
    let top_up = [convert("10000"), confirm("C1", true, converted("9852.22", "147.78"))];

    assert_eq!(
        Book::default().apply(Source::Payment, &top_up).lines(),
        ["A:FUND:RECV:000009 10000.00", "L:FUND:PAYABLE:050002 -9852.22", "I:FEE:CONV -147.78",]
    );
}

/// 341.14 in all: 155.14 for leaving, and 186.00 for buying, that were put off.
#[test]
fn a_fee_for_buying_that_was_put_off_is_the_sellers_whenever_shares_leave() {
    let put_off = |mut outcome: Outcome| {
        match &mut outcome {
            Outcome::Redemption(it) => it.back_end_fee = as_("186.00"),
            Outcome::Conversion(it) => {
                (it.redemption_fee, it.back_end_fee) = (as_("341.14"), as_("186.00"));
            }
            _ => panic!("{outcome:?}"),
        }
        outcome
    };
    let out = put_off(redeemed("10342.53", "341.14", "10001.39"));
    let book = Book::default()
        .apply(Source::Payment, &[redeem("6000"), confirm("C1", true, out)])
        .pay_out("10001.39");
    let fees = |book: &Book| {
        let lines = book.left();
        let fees = lines.iter().filter(|it| it.contains("FEE"));
        fees.cloned().collect::<Vec<_>>()
    };
    let both = ["I:FEE:PURCHASE -186.00", "L:FUND:REDEEMFEE:000009 -155.14"];
    assert_eq!(fees(&book), both);

    let into = put_off(converted("9658.86", "0"));
    let book =
        Book::default().apply(Source::Payment, &[convert("10000.00"), confirm("C1", true, into)]);
    assert_eq!(fees(&book), both);
}

#[test]
fn a_redemption_owes_the_investor_what_the_fund_pays_less_the_fee_until_it_is_paid_out() {
    let book = Book::default().apply(
        Source::Payment,
        &[redeem("6000"), confirm("C1", true, redeemed("7842.60", "34.30", "7808.30"))],
    );
    assert_eq!(
        book.left(),
        [
            "A:FUND:RECV:000009 7842.60",
            "L:CUST:REDEEM:TX-1 -7808.30",
            "L:FUND:REDEEMFEE:000009 -34.30",
        ]
    );

    assert_eq!(
        book.pay_out("7808.30").left(),
        ["A:BANK:SETTLE -7808.30", "A:FUND:RECV:000009 7842.60", "L:FUND:REDEEMFEE:000009 -34.30",]
    );
}

#[test]
fn what_a_redemption_brought_can_buy_another_fund_by_the_same_request() {
    let book = Book::default()
        .apply(
            Source::Payment,
            &[redeem("6000"), confirm("C1", true, redeemed("7842.60", "0", "7842.60"))],
        )
        .apply(
            Source::Proceeds,
            &[buy("7842.60"), confirm("C2", true, bought("7000", "0", "842.60"))],
        );

    assert_eq!(
        book.left(),
        [
            "A:FUND:RECV:000009 7842.60",
            "L:CUST:REDEEM:TX-1 -842.60",
            "L:FUND:PAYABLE:000009 -7000.00",
        ]
    );
}

#[test]
fn what_a_registrar_says_beyond_what_was_asked_is_in_suspense_until_it_is_corrected() {
    let wrong = [buy("1000"), confirm("C1", true, bought("100000", "0", "0"))];
    assert_eq!(
        Book::default().apply(Source::Payment, &wrong).left(),
        [
            "L:CUST:PENDING:TX-1.mmf 1000.00",
            "L:FUND:PAYABLE:000009 -100000.00",
            "L:SUSPENSE:TX-1.mmf:2a8c48d262686cad0535b29625e99228 99000.00",
        ]
    );

    let confirmation = Box::new(says("C2", true, bought("1000", "0", "0")));
    let correct = Command::Correct { reverses: as_("C1"), confirmation };
    let [place, first] = wrong;
    assert_eq!(
        Book::default().apply(Source::Payment, &[place, first, correct]).left(),
        ["L:CUST:PENDING:TX-1.mmf 1000.00", "L:FUND:PAYABLE:000009 -1000.00"]
    );
}

#[test]
fn what_a_failed_raising_earned_is_owed_to_the_investor() {
    let subscribe = place(Ask::Subscription { amount: as_("1000") });
    let reject = Rejection { interest: as_("0.42"), ..Rejection::of(own_cause("149", "failed")) };
    let book = Book::default().apply(Source::Payment, &[subscribe, Command::Reject(reject)]);

    assert_eq!(book.lines(), ["A:FUND:RECV:000009 0.42", "L:CUST:REDEEM:TX-1 -0.42"]);
}
