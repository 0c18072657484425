//! Whatever deciders decide is whole; and no amount of it can be another one.

mod house;

use fundflow_domain::{
    advance::Advances,
    application::{
        self, Applications, Ask, Confirmation, OnHuge, Outcome, Promise, PromisedFee,
        PurchaseConfirmed, RedemptionConfirmed, Terms,
    },
    decider::Decider as _,
    holdings,
    ids::OrderId,
    money::{Discount, Money, Nav, ShareRounding},
    orders::Cause,
    payment::{self, Payments, SentBack},
    payout::{self, Payouts},
    postings::posts_nothing,
    time::Timestamp,
    wallet::Wallet,
};
use fundflow_kernel::codec::Stored as _;
use house::{House, applies, as_, day, holds, pays, pays_out};
use proptest::{collection::vec, prelude::*, sample::select};
use rust_decimal::Decimal;

fn request() -> payment::Command {
    payment::Command::Request(payment::Terms {
        no: as_("TX-1.buy.pay"),
        account: as_("acc-1"),
        amount: as_("1000"),
        order: as_("TX-1.buy"),
        trade_date: day(),
        asked_at: None,
    })
}

fn paid(serial: &str, amount: &str) -> payment::Command {
    payment::Command::RecordPaid(payment::Receipt {
        no: as_("TX-1.buy.pay"),
        serial: as_(serial),
        amount: as_(amount),
        paid_at: Timestamp::default(),
    })
}

fn place(order: &str, ask: Ask) -> application::Command {
    let fee = PromisedFee::Exact(Money::ZERO);
    application::Command::Place(Box::new(Terms {
        order: as_(order),
        no: as_("APP1"),
        registrar: as_("own"),
        investor: as_("INV-1"),
        fund: as_("050002"),
        ask,
        trade_date: day(),
        distributor: None,
        rounding: ShareRounding::HalfUp,
        promised: Promise { fee, discount: Discount::FREE, floor: None, confirm_by: day() },
    }))
}

fn confirm(outcome: Outcome) -> application::Command {
    let on = day().date();
    application::Command::Confirm(Box::new(Confirmation {
        serial: as_("C1"),
        confirmed_on: on,
        registered_on: on,
        finished: true,
        outcome,
        misnamed: vec![],
    }))
}

/// Of 1,000 yuan so much is taken, at 1.00 a share, and the rest goes back.
fn bought(amount: &str) -> Outcome {
    let rest = Decimal::ONE_THOUSAND - as_::<Decimal>(amount);
    Outcome::Purchase(PurchaseConfirmed {
        amount: as_(amount),
        fee: Money::ZERO,
        refund: Money::new(rest).unwrap(),
        nav: Nav::ONE,
        shares: as_(amount),
    })
}

fn any_payment() -> impl Strategy<Value = payment::Command> {
    let back = |what| payment::Command::SendBack(what, Cause::new("why", "in words"));
    let serials = select(vec!["P1", "P2", "P3"]);
    let returned = |nth: usize| {
        let no = as_::<fundflow_domain::ids::PaymentNo>("TX-1.buy.pay").nth_refund(nth).unwrap();
        payment::Command::RecordReturned { no, serial: as_("B1") }
    };
    prop_oneof![
        3 => (serials, select(vec!["1000", "400"])).prop_map(|(serial, sum)| paid(serial, sum)),
        1 => Just(payment::Command::Close(Cause::new("late", "in words"))),
        1 => Just(back(SentBack::Payback)),
        2 => (1_usize..4).prop_map(returned),
    ]
}

fn any_change() -> impl Strategy<Value = Decimal> {
    select(vec!["0.01", "-0.01", "1", "999999", "-500"]).prop_map(as_)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_payments_decide_is_whole_and_no_other_amount_of_it_is_written(
        commands in vec(any_payment(), 0..12),
        by in any_change(),
    ) {
        let mut house = House::new();
        for command in [request()].iter().chain(&commands) {
            house.does(&pays(), command, by);
        }
    }

    #[test]
    fn what_a_purchase_decides_is_whole_and_no_other_amount_of_it_is_written(
        amount in select(vec!["600.00", "0.01", "999.99"]),
        by in any_change(),
    ) {
        let mut house = House::new();
        let purchase = Ask::Purchase { amount: as_("1000"), plan: None };
        for command in [request(), paid("P1", "1000")] {
            house.does(&pays(), &command, by);
        }
        house.does(&applies(), &place("TX-1.buy", purchase), by);
        let tried = house.does(&applies(), &confirm(bought(amount)), by);
        prop_assert!(tried >= 2, "amount and shares of the record");
        let rest = Decimal::ONE_THOUSAND - as_::<Decimal>(amount);
        let back = SentBack::Difference { due_to: as_("C1"), amount: as_(&rest.to_string()) };
        let back = payment::Command::SendBack(back, Cause::new("rest", "in words"));
        prop_assert_eq!(house.does(&pays(), &back, by), 1);
        let credit = holdings::Command::Credit(Box::new(holdings::Credit {
            lot: as_("LOT-1"),
            order: as_("TX-1.buy"),
            serial: as_("C1"),
            registered_on: day().date(),
            shares: as_(amount),
            cost: as_(amount),
        }));
        prop_assert_eq!(house.does(&holds(), &credit, by), 2);
    }
}

fn pay_out(amount: &str) -> payout::Command {
    payout::Command::Request(payout::Terms {
        no: as_("TX-1.out"),
        account: as_("acc-1"),
        amount: as_(amount),
        order: as_::<OrderId>("TX-1.sell"),
        due: day(),
        asked_at: None,
        compensates: None,
        record: None,
    })
}

/// 6,000 shares brought 7,808.30 yuan.
fn redeemed() -> House {
    let mut house = House::new();
    let (shares, lots) = (as_("6000"), vec![]);
    let ask = Ask::Redemption { shares, lots, on_huge: OnHuge::CarryOver, take_income: false };
    let outcome = Outcome::Redemption(RedemptionConfirmed {
        shares,
        nav: as_("1.3071"),
        gross: as_("7842.60"),
        fee: as_("34.30"),
        back_end_fee: Money::ZERO,
        payout: as_("7808.30"),
        income: as_("0"),
        lots: vec![],
    });
    for command in [place("TX-1.sell", ask), confirm(outcome)] {
        let turn = house.decides(&applies(), &command);
        house.log.extend(turn);
    }
    house
}

#[test]
fn no_more_is_paid_out_than_shares_brought() {
    let whole = |house: &mut House, amount: &str| {
        let turn = house.decides(&pays_out(), &pay_out(amount));
        house.judged(&turn).unwrap()
    };
    assert_eq!(whole(&mut redeemed(), "7808.30"), Ok(()));

    let breach = whole(&mut redeemed(), "7808.31").unwrap_err();
    assert_eq!(breach.to_string(), "I2: L:CUST:REDEEM:TX-1 would fall to -0.01");
    let breach = whole(&mut House::new(), "1000.00").unwrap_err();
    assert_eq!(breach.to_string(), "I2: L:CUST:REDEEM:TX-1 would fall to -1000.00");
}

#[test]
fn a_record_that_does_not_add_up_is_written_only_with_its_case() {
    let mut house = House::new();
    for command in [request(), paid("P1", "1000")] {
        let turn = house.decides(&pays(), &command);
        house.log.extend(turn);
    }
    let ask = Ask::Purchase { amount: as_("1000"), plan: None };
    let turn = house.decides(&applies(), &place("TX-1.buy", ask));
    house.log.extend(turn);
    let mut twice = bought("1000");
    if let Outcome::Purchase(numbers) = &mut twice {
        numbers.shares = as_("2000");
    }

    let mut turn = house.decides(&applies(), &confirm(twice));
    let breach = house.judged(&turn).unwrap().unwrap_err();
    assert_eq!(breach.rule, "I3", "{breach}");

    let known = house.streams.state(&applies()).unwrap().application().unwrap();
    let case = known.case_of(known.confirmations().last().unwrap());
    turn.extend(house.opens(case));
    assert_eq!(house.judged(&turn), Some(Ok(())));
}

#[test]
fn what_is_silent_is_a_type_of_its_category_and_all_that_post_are_judged() {
    let types = [
        (Payments::CATEGORY, Payments::TYPES),
        (Payouts::CATEGORY, Payouts::TYPES),
        (Advances::CATEGORY, Advances::TYPES),
        (Applications::CATEGORY, Applications::TYPES),
        (Wallet::CATEGORY, Wallet::TYPES),
    ];
    for (category, types) in types {
        for silent in posts_nothing(category) {
            assert!(types.contains(silent), "{silent} is no type of {category}");
        }
        let judged = types.iter().filter(|it| !posts_nothing(category).contains(it));
        assert!(judged.count() > 0, "{category}");
    }
}
