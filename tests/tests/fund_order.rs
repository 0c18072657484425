//! Given an order's history, when a command comes, then these facts follow.

use fundflow_domain::fund_order::{Command, Event, FundOrder, Terms};
use fundflow_testkit::{
    decider::given,
    order_events::{
        accepted, cancel, cancelled, closed, confirm, conversion, declined, in_full, order_id,
        paid, pay_no, payment, placed, record, refund_no, rejected, requested, sealed, sent,
        unapplied,
    },
    orders::{self, purchase_terms},
    worlds::{cause, day, money},
};

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
