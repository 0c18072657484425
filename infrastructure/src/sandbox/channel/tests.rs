use super::*;
use fundflow_domain::ids::OrderId;
use fundflow_kernel::clock::ManualClock;
use fundflow_sagas::ports::bank::{BankAnswer, BankNotice};

const ALL: [ChargeFate; 12] = [
    ChargeFate::Paid,
    ChargeFate::Declined,
    ChargeFate::TimeoutPaid,
    ChargeFate::TimeoutDeclined,
    ChargeFate::TimeoutLost,
    ChargeFate::LatePaid,
    ChargeFate::LateDeclined,
    ChargeFate::DoubleDebit,
    ChargeFate::DoubleCallback,
    ChargeFate::Contradicted,
    ChargeFate::Short,
    ChargeFate::Silent,
];

fn start() -> Timestamp {
    "2026-02-12T10:00:00+08:00".parse().unwrap()
}

fn charge_of(transaction: &str) -> Charge {
    let order = OrderId::part(&transaction.parse().unwrap(), "mmf");
    Charge {
        no: PaymentNo::pay(&order),
        account: "A-1".parse().unwrap(),
        amount: "100.00".parse().unwrap(),
        order,
    }
}

fn refund_of(transaction: &str) -> Refund {
    let Charge { account, amount, order, .. } = charge_of(transaction);
    Refund { no: PaymentNo::pay(&order).nth_refund(1).unwrap(), account, amount, order }
}

fn payout_of(transaction: &str, attempt: usize) -> Payout {
    let Charge { account, amount, order, .. } = charge_of(transaction);
    Payout { no: PaymentNo::out(&order).nth_attempt(attempt).unwrap(), account, amount, order }
}

fn said((_, payload): &Notice) -> BankAnswer {
    payload.downcast_ref::<BankNotice>().unwrap().0.clone()
}

fn named(what: &str, fate: impl std::fmt::Debug) -> Scenario {
    let fate = format!("{fate:?}");
    let mut snake = String::new();
    for (index, letter) in fate.char_indices() {
        if letter.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    Scenario::from_toml(&format!("[override.TX-1]\n{what} = \"{snake}\"\ndelay_s = 60")).unwrap()
}

/// First answer, repeat, query, callback after a minute, query after a minute.
fn play(fate: ChargeFate) -> ([&'static str; 5], Totals) {
    let clock = ManualClock::at(start());
    let channel = SandboxChannel::in_memory(named("charge", fate), Arc::new(clock.clone()));
    let find = || channel.find(&charge_of("TX-1").no);
    let first = channel.take_charge(charge_of("TX-1"));
    let query = find();
    let again = channel.take_charge(charge_of("TX-1"));
    assert!(channel.due(start().plus_millis(59_999)).is_empty());
    let later = start().plus_millis(60_000);
    clock.advance_to(later);
    let callbacks = channel.due(later);
    let callback = match callbacks.as_slice() {
        [] => "-",
        [notice] if notice.0.as_str() == "payment-TX-1.mmf.pay" => match said(notice) {
            BankAnswer::Charge(answer) => name(&answer),
            other => panic!("{other:?}"),
        },
        more => panic!("{more:?}"),
    };
    let answers = [name(&first), name(&query), name(&again), callback, name(&find())];
    (answers, channel.totals(later))
}

fn name(answer: &ChargeAnswer) -> &'static str {
    match answer {
        ChargeAnswer::Paid(_) => "paid",
        ChargeAnswer::Declined(_) => "declined",
        ChargeAnswer::NotFound => "not found",
        ChargeAnswer::Pending(_) => "pending",
        ChargeAnswer::Unknown(_) => "unknown",
    }
}

#[test]
fn every_fate_of_a_charge_is_answered_and_booked_as_its_name_says() {
    //          first      query        repeat      callback    query later  debits
    let stories = [
        (["paid", "paid", "paid", "-", "paid"], 1),
        (["declined", "declined", "declined", "-", "declined"], 0),
        (["unknown", "paid", "paid", "-", "paid"], 1),
        (["unknown", "declined", "declined", "-", "declined"], 0),
        (["unknown", "not found", "paid", "-", "paid"], 1),
        (["pending", "pending", "pending", "paid", "paid"], 1),
        (["pending", "pending", "pending", "declined", "declined"], 0),
        (["paid", "paid", "paid", "paid", "paid"], 2),
        (["paid", "paid", "paid", "paid", "paid"], 1),
        (["paid", "paid", "paid", "declined", "paid"], 1),
        (["paid", "paid", "paid", "-", "paid"], 1),
        (["unknown", "unknown", "unknown", "-", "unknown"], 0),
    ];
    for (fate, (answers, debits)) in ALL.into_iter().zip(stories) {
        let (played, totals) = play(fate);
        assert_eq!((played, totals.debits), (answers, debits), "{fate:?}");
    }
}

#[test]
fn a_repeated_callback_has_the_serial_of_the_payment_and_a_second_debit_another() {
    for (fate, same) in [(ChargeFate::DoubleCallback, true), (ChargeFate::DoubleDebit, false)] {
        let clock = Arc::new(ManualClock::at(start()));
        let channel = SandboxChannel::in_memory(named("charge", fate), clock);
        let first = channel.take_charge(charge_of("TX-1"));
        let ChargeAnswer::Paid(first) = first else { panic!("{first:?}") };
        let callbacks = channel.due(start().plus_millis(60_000));
        let BankAnswer::Charge(ChargeAnswer::Paid(second)) = said(&callbacks[0]) else {
            panic!("{callbacks:?}")
        };
        assert_eq!(first.serial == second.serial, same, "{fate:?}");
    }
}

#[test]
fn money_goes_back_once_per_number_or_not_at_all() {
    let fates = [
        (RefundFate::Refunded, 1),
        (RefundFate::TimeoutRefunded, 1),
        (RefundFate::TimeoutLost, 1),
        (RefundFate::Late, 0),
        (RefundFate::Refused, 0),
        (RefundFate::Silent, 0),
    ];
    for (fate, refunds) in fates {
        let clock = Arc::new(ManualClock::at(start()));
        let channel = SandboxChannel::in_memory(named("refund", fate), clock);
        let answers: Vec<_> = (0..3).map(|_| channel.take_refund(&refund_of("TX-1"))).collect();

        assert_eq!(answers[1], answers[2], "{fate:?}");
        assert_eq!(channel.totals(start()).refunds, refunds, "{fate:?}");
    }
}

#[test]
fn a_payout_arrives_once_per_number_at_its_instant_or_not_at_all() {
    //                                first      repeat     callback   later      arrived
    let fates = [
        (PayoutFate::PaidOut, ["paid", "paid", "-", "paid"], 1),
        (PayoutFate::TimeoutPaidOut, ["unknown", "paid", "-", "paid"], 1),
        (PayoutFate::TimeoutLost, ["unknown", "paid", "-", "paid"], 1),
        (PayoutFate::Late, ["pending", "pending", "paid", "paid"], 1),
        (PayoutFate::Refused, ["refused", "refused", "-", "refused"], 0),
        (PayoutFate::Silent, ["unknown", "unknown", "-", "unknown"], 0),
    ];
    let name = |answer: &PayoutAnswer| match answer {
        PayoutAnswer::PaidOut(_) => "paid",
        PayoutAnswer::Refused(_) => "refused",
        PayoutAnswer::NotFound => "not found",
        PayoutAnswer::Pending(_) => "pending",
        PayoutAnswer::Unknown(_) => "unknown",
    };
    for (fate, answers, arrived) in fates {
        let clock = ManualClock::at(start());
        let channel = SandboxChannel::in_memory(named("payout", fate), Arc::new(clock.clone()));
        let first = channel.take_payout(&payout_of("TX-1", 1));
        let again = channel.take_payout(&payout_of("TX-1", 1));
        let later = start().plus_millis(60_000);
        clock.advance_to(later);
        let callback = match channel.due(later).first().map(said) {
            Some(BankAnswer::Payout(_, answer)) => name(&answer),
            Some(other) => panic!("{other:?}"),
            None => "-",
        };
        let last = channel.take_payout(&payout_of("TX-1", 1));

        assert_eq!([name(&first), name(&again), callback, name(&last)], answers, "{fate:?}");
        assert_eq!(channel.totals(later).payouts, arrived, "{fate:?}");
    }
}

#[test]
fn a_payout_that_was_refused_arrives_on_another_account() {
    let clock = Arc::new(ManualClock::at(start()));
    let channel = SandboxChannel::in_memory(named("payout", PayoutFate::Refused), clock);
    channel.take_payout(&payout_of("TX-1", 1));
    let second = Payout { account: "A-2".parse().unwrap(), ..payout_of("TX-1", 2) };

    assert!(matches!(channel.take_payout(&second), PayoutAnswer::PaidOut(_)));
}

#[test]
fn a_late_refund_calls_back_about_its_payment() {
    let clock = ManualClock::at(start());
    let scenario = named("refund", RefundFate::Late);
    let channel = SandboxChannel::in_memory(scenario, Arc::new(clock.clone()));
    channel.take_refund(&refund_of("TX-1"));
    clock.advance_to(start().plus_millis(60_000));
    let notices = channel.due(clock.now());

    assert_eq!(notices[0].0.as_str(), "payment-TX-1.mmf.pay");
    let no = refund_of("TX-1").no;
    assert!(
        matches!(said(&notices[0]), BankAnswer::Refund(it, RefundAnswer::Refunded(_)) if it == no)
    );
}

#[test]
fn the_same_number_with_another_amount_moves_nothing() {
    let clock = Arc::new(ManualClock::at(start()));
    let channel = SandboxChannel::in_memory(Scenario::default(), clock);
    channel.take_charge(charge_of("TX-1"));
    let other = Charge { amount: "200.00".parse().unwrap(), ..charge_of("TX-1") };

    let ChargeAnswer::Pending(cause) = channel.take_charge(other) else { panic!() };
    assert_eq!(cause.code.as_ref(), "number_reused");
    assert_eq!(channel.totals(start()).charged.to_string(), "100.00");
}

#[test]
fn a_channel_that_was_killed_knows_what_it_promised() {
    let dir = tempfile::tempdir().unwrap();
    let open = |scenario| {
        let clock = Arc::new(ManualClock::at(start()));
        SandboxChannel::open(scenario, clock, dir.path()).unwrap()
    };
    let before = open(named("charge", ChargeFate::LatePaid));
    let first = before.take_charge(charge_of("TX-1"));
    let refunded = before.take_refund(&refund_of("TX-2"));
    let (charges, refunds) = (before.charges(), before.refunds());
    drop(before);

    // Another scenario does not change what was decided.
    let after = open(Scenario::default());
    assert_eq!((after.charges(), after.refunds()), (charges, refunds));
    assert_eq!(after.take_charge(charge_of("TX-1")), first);
    assert_eq!(after.take_refund(&refund_of("TX-2")), refunded);
    assert_eq!(after.due(start().plus_millis(60_000)).len(), 1);
}

#[test]
fn a_channel_that_only_counts_answers_a_repeat_alike() {
    let clock = Arc::new(ManualClock::at(start()));
    let channel = SandboxChannel::counting(clock);
    let first = channel.take_charge(charge_of("TX-1"));

    assert_eq!(channel.take_charge(charge_of("TX-1")), first);
    assert!(matches!(first, ChargeAnswer::Paid(_)));
}
