//! Given an order's history, when a command comes, then these facts follow, or this refusal.

use fundflow_domain::{
    fund_order::{
        Cause, Command, Confirmation, ConversionConfirmed, Event, FundOrder, Outcome, Payment,
        PurchaseConfirmed, Refusal, Terms,
    },
    ids::{Leg, OrderId, PaymentNo},
    money::Money,
};
use fundflow_testkit::{
    decider::given,
    orders::{self, confirmation, conversion_terms, purchase_terms},
    worlds::{cause, day, instant, money, nav, shares, transaction},
};

fn order_id() -> OrderId {
    OrderId::of(&transaction("TX-1"), Leg::MoneyFund)
}

fn pay_no() -> PaymentNo {
    PaymentNo::pay(&order_id())
}

fn refund_no(nth: u32) -> PaymentNo {
    PaymentNo::refund(&order_id(), nth)
}

fn placed() -> Event {
    Event::Placed(Box::new(purchase_terms()))
}

fn conversion() -> Event {
    Event::Placed(Box::new(conversion_terms()))
}

fn requested() -> Event {
    Event::PaymentRequested { no: pay_no() }
}

fn payment(serial: &str, yuan: &str) -> Payment {
    let paid_at = instant("2026-02-13T10:00:05+08:00");
    Payment { no: pay_no(), serial: serial.into(), amount: money(yuan), paid_at }
}

fn paid() -> Event {
    Event::Paid { payment: payment("CH-1", "10000.00"), trade_date: day("2026-02-13") }
}

fn declined() -> Event {
    Event::Declined { no: pay_no(), cause: no_funds() }
}

fn accepted() -> Event {
    Event::Accepted { serial: "TA-1".into() }
}

fn sealed() -> Event {
    Event::Sealed { batch: "B-1".into() }
}

fn sent() -> Event {
    Event::Sent { file: "OFD-1".into(), record: 3 }
}

fn rejected() -> Event {
    Event::Rejected { cause: closed() }
}

fn cancelled() -> Event {
    Event::Cancelled { cause: changed_mind() }
}

fn in_full() -> Event {
    Event::Confirmed(Box::new(orders::bought("10000.00", "0.00")))
}

fn no_funds() -> Cause {
    cause("51", "not enough money on the account")
}

fn closed() -> Cause {
    cause("0009", "the fund is closed")
}

fn changed_mind() -> Cause {
    cause("investor", "changed their mind")
}

fn record(payment: Payment) -> Command {
    Command::RecordPayment(payment, day("2026-02-13"))
}

fn confirm(told: Confirmation) -> Command {
    Command::Confirm(Box::new(told))
}

fn cancel(at: &str) -> Command {
    let cut_off = instant("2026-02-13T15:00:00+08:00");
    Command::Cancel { at: instant(at), cut_off, cause: changed_mind() }
}

fn unapplied(payment: Payment, why: &Cause, nth: u32) -> [Event; 2] {
    let amount = payment.amount;
    [
        Event::PaymentUnapplied { payment, cause: why.clone() },
        Event::RefundRequested { no: refund_no(nth), amount, cause: why.clone() },
    ]
}

const REFUSALS: usize = 9;

const fn number_of(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NotPlaced => 0,
        Refusal::PlacedDifferently => 1,
        Refusal::WrongKind { .. } => 2,
        Refusal::ForeignNumber(_) => 3,
        Refusal::ContradictsEarlier { .. } => 4,
        Refusal::TooEarly { .. } => 5,
        Refusal::CutOffPassed { .. } => 6,
        Refusal::DoesNotAddUp { .. } => 7,
        Refusal::NothingToRefund => 8,
    }
}

type Row = (&'static str, Vec<Event>, Command, Refusal);

#[test]
fn every_refusal_of_the_order_has_its_case() {
    let mut seen = [false; REFUSALS];
    let rows = [of_identity(), of_payment(), of_the_registrar(), of_sums(), of_taking_back()];
    for (case, history, command, refusal) in rows.into_iter().flatten() {
        println!("{case}");
        seen[number_of(&refusal)] = true;
        given::<FundOrder>(history).when(command).then_refused(refusal);
    }
    assert_eq!(seen, [true; REFUSALS], "a refusal without a case");
}

fn of_identity() -> Vec<Row> {
    let dearer = Terms { ask: orders::purchase("10000.01"), ..purchase_terms() };
    let foreign = PaymentNo::pay(&OrderId::of(&transaction("TX-2"), Leg::MoneyFund));
    let theirs = Payment { no: foreign.clone(), ..payment("CH-1", "10000.00") };
    let not_ours = || Refusal::ForeignNumber(foreign.clone());
    vec![
        ("nothing was placed", vec![], Command::Accept("TA-1".into()), Refusal::NotPlaced),
        (
            "placed again over more",
            vec![placed()],
            Command::Place(Box::new(dearer)),
            Refusal::PlacedDifferently,
        ),
        (
            "another payment number is announced",
            vec![placed(), requested()],
            Command::RequestPayment(foreign.clone()),
            not_ours(),
        ),
        ("another order's payment", vec![placed(), requested()], record(theirs), not_ours()),
        (
            "another order's decline",
            vec![placed(), requested()],
            Command::RecordDecline(foreign.clone(), no_funds()),
            not_ours(),
        ),
        (
            "a refund that nobody asked for",
            vec![placed(), requested(), paid(), rejected()],
            Command::RecordRefund(refund_no(0), "CH-R".into()),
            Refusal::ForeignNumber(refund_no(0)),
        ),
    ]
}

fn of_payment() -> Vec<Row> {
    let wrong = |command| Refusal::WrongKind { command };
    let early = |command| Refusal::TooEarly { stage: "placed", command };
    vec![
        (
            "a conversion is not paid",
            vec![conversion()],
            Command::RequestPayment(pay_no()),
            wrong("payment"),
        ),
        (
            "money for a conversion",
            vec![conversion()],
            record(payment("CH-1", "10000.00")),
            wrong("payment"),
        ),
        (
            "a conversion is not paid back",
            vec![conversion(), rejected()],
            Command::RequestRefund(order_id(), closed()),
            wrong("refund"),
        ),
        (
            "money before it was announced",
            vec![placed()],
            record(payment("CH-1", "10000.00")),
            early("payment"),
        ),
        (
            "a decline before the charge",
            vec![placed()],
            Command::RecordDecline(pay_no(), no_funds()),
            early("decline"),
        ),
        (
            "declined after it was paid",
            vec![placed(), requested(), paid()],
            Command::RecordDecline(pay_no(), no_funds()),
            Refusal::ContradictsEarlier { stage: "paid", message: "decline" },
        ),
    ]
}

fn of_the_registrar() -> Vec<Row> {
    let unpaid = || vec![placed(), requested()];
    let over = || vec![placed(), requested(), paid(), rejected()];
    let paid = || vec![placed(), requested(), paid()];
    let requested = "payment requested";
    let early = |stage, command| Refusal::TooEarly { stage, command };
    let late = |stage, message| Refusal::ContradictsEarlier { stage, message };
    let accept = |serial: &str| Command::Accept(serial.into());
    let bought = || confirm(orders::bought("10000.00", "0.00"));
    let confirmed = || [paid(), vec![accepted(), in_full()]].concat();
    let other_serial = || {
        let told = orders::bought("10000.00", "0.00");
        confirm(Confirmation { serial: "TA-2".into(), ..told })
    };
    vec![
        ("accepted unpaid", unpaid(), accept("TA-1"), early(requested, "acceptance")),
        (
            "accepted under a second serial",
            [paid(), vec![accepted()]].concat(),
            accept("TA-2"),
            late("accepted", "acceptance under another serial"),
        ),
        ("accepted after the rejection", over(), accept("TA-1"), late("rejected", "acceptance")),
        ("rejected unpaid", unpaid(), Command::Reject(closed()), early(requested, "rejection")),
        (
            "rejected after the confirmation",
            confirmed(),
            Command::Reject(closed()),
            late("confirmed", "rejection"),
        ),
        ("sealed unaccepted", paid(), Command::Seal("B-1".into()), early("paid", "sealing")),
        (
            "sealed after the rejection",
            over(),
            Command::Seal("B-1".into()),
            late("rejected", "sealing"),
        ),
        (
            "sent unsealed",
            [paid(), vec![accepted()]].concat(),
            Command::Send("F".into(), 1),
            early("accepted", "sending"),
        ),
        (
            "sent after the rejection",
            over(),
            Command::Send("F".into(), 1),
            late("rejected", "sending"),
        ),
        ("confirmed unpaid", unpaid(), bought(), early(requested, "confirmation")),
        ("confirmed after the rejection", over(), bought(), late("rejected", "confirmation")),
        (
            "confirmed twice, differently",
            confirmed(),
            other_serial(),
            late("confirmed", "confirmation"),
        ),
    ]
}

fn of_sums() -> Vec<Row> {
    let paid = || vec![placed(), requested(), paid()];
    let odd = |what: &str| Refusal::DoesNotAddUp { what: what.into() };
    let purchase = |amount, refund, fee| {
        let nav = nav("1");
        let numbers = PurchaseConfirmed { amount, refund, fee, nav, shares: shares("1") };
        confirm(confirmation("TA-1", Outcome::Purchase(numbers)))
    };
    let numbers = orders::converted_numbers("10000.00");
    let conversion_of =
        |told: ConversionConfirmed| confirm(confirmation("TA-1", Outcome::Conversion(told)));
    vec![
        (
            "accepted and refunded are not what was asked",
            paid(),
            purchase(money("9000"), money("999.99"), Money::ZERO),
            odd("accepted 9000.00 and refund 999.99 are not 10000.00"),
        ),
        (
            "the fee is more than the amount",
            paid(),
            purchase(money("1000"), money("9000"), money("1000.01")),
            odd("the fee 1000.01 exceeds the amount 1000.00"),
        ),
        (
            "more went out than was asked",
            vec![conversion()],
            conversion_of(orders::converted_numbers("10000.01")),
            odd("10000.01 shares went out of 10000.00"),
        ),
        (
            "net and fees are not the value",
            vec![conversion()],
            conversion_of(ConversionConfirmed { topup_fee: money("0.01"), ..numbers.clone() }),
            odd("10000.00 and fees 0.00 + 0.01 are not 10000.00"),
        ),
        (
            "a conversion's numbers for a purchase",
            paid(),
            conversion_of(numbers),
            Refusal::WrongKind { command: "confirmation" },
        ),
    ]
}

fn of_taking_back() -> Vec<Row> {
    let over = || vec![placed(), requested(), paid(), accepted(), in_full()];
    let (at, cut_off) =
        (instant("2026-02-13T15:00:00+08:00"), instant("2026-02-13T15:00:00+08:00"));
    let back = || Command::RequestRefund(order_id(), closed());
    let earlier = instant("2026-02-13T14:00:00+08:00");
    vec![
        (
            "cancelled while money may be moving",
            vec![placed(), requested()],
            cancel("2026-02-13T14:00:00+08:00"),
            Refusal::TooEarly { stage: "payment requested", command: "cancellation" },
        ),
        (
            "cancelled at the cut-off",
            vec![placed(), requested(), paid()],
            cancel("2026-02-13T15:00:00+08:00"),
            Refusal::CutOffPassed { at, cut_off },
        ),
        (
            "cancelled after it was sealed",
            vec![placed(), requested(), paid(), accepted(), sealed()],
            cancel("2026-02-13T14:00:00+08:00"),
            Refusal::CutOffPassed { at: earlier, cut_off },
        ),
        (
            "cancelled after the confirmation",
            over(),
            cancel("2026-02-13T14:00:00+08:00"),
            Refusal::ContradictsEarlier { stage: "confirmed", message: "cancellation" },
        ),
        (
            "sent back after the confirmation",
            over(),
            back(),
            Refusal::ContradictsEarlier { stage: "confirmed", message: "refund" },
        ),
        (
            "sent back while it is under way",
            vec![placed(), requested(), paid()],
            back(),
            Refusal::TooEarly { stage: "paid", command: "refund" },
        ),
        (
            "sent back although nothing came",
            vec![placed(), requested(), declined()],
            back(),
            Refusal::NothingToRefund,
        ),
    ]
}

#[test]
fn a_purchase_goes_from_placed_to_confirmed() {
    given::<FundOrder>([])
        .when(Command::Place(Box::new(purchase_terms())))
        .then([placed()])
        .when(Command::RequestPayment(pay_no()))
        .then([requested()])
        .when(record(payment("CH-1", "10000.00")))
        .then([paid()])
        .when(Command::Accept("TA-1".into()))
        .then([accepted()])
        .when(Command::Seal("B-1".into()))
        .then([sealed()])
        .when(Command::Send("OFD-1".into(), 3))
        .then([sent()])
        .when(confirm(orders::bought("10000.00", "0.00")))
        .then([in_full()]);
}

#[test]
fn what_was_accepted_stays_known_as_accepted() {
    let then = given::<FundOrder>([placed(), requested(), paid()])
        .when(Command::Accept("TA-1".into()))
        .then([accepted()]);
    assert_eq!(then.state.order().map(|order| order.accepted), Some(true));

    let then = then.when(Command::Reject(closed())).then([rejected()]);
    assert_eq!(then.state.order().map(|order| order.accepted), Some(true));
}

#[test]
fn a_payment_after_the_cut_off_moves_the_order_to_its_own_t() {
    let moved = Event::Paid { payment: payment("CH-1", "10000.00"), trade_date: day("2026-02-24") };
    let command = Command::RecordPayment(payment("CH-1", "10000.00"), day("2026-02-24"));
    let then = given::<FundOrder>([placed(), requested()]).when(command).then([moved]);

    let terms = then.state.order().map(|order| order.terms.trade_date);
    assert_eq!(terms, Some(day("2026-02-24")));
}

#[test]
fn an_order_for_today_only_is_rejected_when_the_payment_lands_on_a_later_t() {
    let today = Terms { only_today: true, ..purchase_terms() };
    let why = cause("cut_off_passed", "paid after the cut-off of the only day");
    let payment = payment("CH-1", "10000.00");
    let history = [Event::Placed(Box::new(today)), requested()];

    given::<FundOrder>(history)
        .when(Command::RecordPayment(payment.clone(), day("2026-02-24")))
        .then([
            Event::Paid { payment, trade_date: day("2026-02-24") },
            Event::Rejected { cause: why },
        ]);
}

#[test]
fn a_payment_of_another_amount_ends_the_order_and_goes_back() {
    let why = cause("amount_differs", "the paid amount is not the order's amount");
    let less = payment("CH-1", "9999.99");
    let [kept, refund] = unapplied(less.clone(), &why, 1);

    given::<FundOrder>([placed(), requested()]).when(record(less)).then([
        Event::Declined { no: pay_no(), cause: why },
        kept,
        refund,
    ]);
}

#[test]
fn a_second_debit_goes_back_under_a_number_of_its_own() {
    let why = cause("paid_twice", "the order was already paid by another debit");
    let again = payment("CH-2", "10000.00");

    given::<FundOrder>([placed(), requested(), paid()])
        .when(record(again.clone()))
        .then(unapplied(again, &why, 1));
}

#[test]
fn money_that_comes_after_the_end_goes_back() {
    let why = cause("order_over", "the order had ended before the money came");
    let late = payment("CH-9", "10000.00");

    given::<FundOrder>([placed(), requested(), declined()])
        .when(record(late.clone()))
        .then(unapplied(late, &why, 1));
}

#[test]
fn the_whole_payment_of_a_rejected_order_goes_back_once() {
    let refund =
        Event::RefundRequested { no: refund_no(0), amount: money("10000.00"), cause: closed() };
    let refunded = Event::Refunded { no: refund_no(0), serial: "CH-R".into() };

    given::<FundOrder>([placed(), requested(), paid(), accepted(), rejected()])
        .when(Command::RequestRefund(order_id(), closed()))
        .then([refund])
        .when(Command::RecordRefund(refund_no(0), "CH-R".into()))
        .then([refunded]);
}

#[test]
fn a_partly_confirmed_purchase_owes_the_difference() {
    let told = orders::bought("6000.00", "4000.00");
    let why = cause("partly_confirmed", "the registrar accepted a part of the amount");
    let refund = Event::RefundRequested { no: refund_no(1), amount: money("4000.00"), cause: why };

    given::<FundOrder>([placed(), requested(), paid(), accepted()])
        .when(confirm(told.clone()))
        .then([Event::PartlyConfirmed(Box::new(told)), refund]);
}

#[test]
fn a_confirmation_that_overtakes_its_acceptance_implies_it() {
    let told = orders::converted("10000.00");

    given::<FundOrder>([conversion()])
        .when(confirm(told.clone()))
        .then([Event::Accepted { serial: "TA-2".into() }, Event::Confirmed(Box::new(told))])
        .when(Command::Accept("TA-2".into()))
        .then([]);
}

#[test]
fn a_conversion_can_be_confirmed_for_a_part_of_its_shares() {
    let told = orders::converted("6000.00");

    given::<FundOrder>([conversion(), accepted()])
        .when(confirm(told.clone()))
        .then([Event::PartlyConfirmed(Box::new(told))]);
}

#[test]
fn an_order_can_be_taken_back_before_its_cut_off() {
    given::<FundOrder>([placed(), requested(), paid(), accepted()])
        .when(cancel("2026-02-13T14:59:59+08:00"))
        .then([cancelled()])
        .when(Command::Reject(closed()))
        .then([]);
}
