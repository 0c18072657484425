//! Each refusal of the order, by the history and the command that lead to it.

use fundflow_domain::{
    fund_order::{
        Command, Confirmation, ConversionConfirmed, Event, FundOrder, Outcome, Payment,
        PurchaseConfirmed, Refusal, Terms,
    },
    ids::{Leg, OrderId, PaymentNo},
    money::Money,
};
use fundflow_testkit::{
    decider::given,
    order_events::{
        accepted, cancel, closed, confirm, conversion, declined, in_full, no_funds, order_id, paid,
        pay_no, payment, placed, record, refund_no, rejected, requested, sealed,
    },
    orders::{self, confirmation},
    worlds::{instant, money, nav, shares, transaction},
};

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
    let dearer = Terms { ask: orders::purchase("10000.01"), ..orders::purchase_terms() };
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
