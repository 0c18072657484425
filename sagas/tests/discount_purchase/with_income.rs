//! A conversion of all that the wallet holds settles the unpaid income: it is paid to the investor.

use crate::{
    books,
    held::{holding, holding_of, wallet_key},
    names::{order, tx},
    outside::Verdict,
    stage::Stage,
    terms::{self, request},
};
use fundflow_domain::{
    application::{Applications, Ask, Outcome},
    fund::FundTerms,
    ids::{ApplicationNo, PaymentNo},
    modes::ConversionMode as Mode,
    money_fund::IncomeUnit,
    payout::Payouts,
    wallet::Command,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{liveness::Wait, message::Reply, process::Disposition};

fn accrue(stage: &mut Stage, day: &str) {
    earned(stage, day, "0.5");
}

/// So many yuan of 10,000 shares.
fn earned(stage: &mut Stage, day: &str, per_10_000: &str) {
    let (day, per_10_000) = (day.parse().unwrap(), per_10_000.parse().unwrap());
    let unit = IncomeUnit::Fen;
    stage.given(&wallet_key(), &Command::AccrueIncome { day, publication: 0, per_10_000, unit });
}

fn carry(stage: &mut Stage, day: &str, registered: &str) {
    let (through, registered) = (day.parse().unwrap(), registered.parse().unwrap());
    stage.given(&wallet_key(), &Command::CarryIncome { through, registered });
}

/// 1,000 shares with 0.05 yuan of income that is not paid yet, of which the registrar has spoken about
/// none.
fn asked() -> Stage {
    let mut stage = holding("1000");
    accrue(&mut stage, "2026-02-27");
    stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
    stage.request(&request(Mode::Held));
    stage.settle();
    stage
}

fn takes_income(stage: &Stage) -> bool {
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order("convert")));
    let known = stage.state(&key);
    let Ask::Conversion { take_income, .. } = known.application().unwrap().terms.ask else {
        panic!()
    };
    take_income
}

fn publish(stage: &mut Stage, income: &str) {
    let mut said = stage.confirmation("convert");
    let Outcome::Conversion(numbers) = &mut said.outcome else { panic!() };
    numbers.income = income.parse().unwrap();
    stage.clock("03-03 09:30");
    stage.confirmed("convert", said);
}

#[test]
fn all_that_is_held_takes_the_unpaid_income_along_and_it_is_paid_out_once() {
    let mut stage = asked();
    assert!(takes_income(&stage));
    publish(&mut stage, "0.05");
    stage.run();

    assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
    let wallet = stage.state(&wallet_key());
    assert_eq!(wallet.unpaid_income().to_string(), "0.0000");
    assert!(wallet.registered().is_zero());
    let payout: Key<Payouts> = Key::of(&PaymentNo::out(&order("convert")));
    let paid = stage.state(&payout).payout().unwrap().paid().cloned().unwrap();
    assert_eq!(paid.amount.to_string(), "0.05");
    assert_eq!(stage.lines.iter().filter(|it| *it == "call convert.out").count(), 1);
    assert!(stage.look().open_ends.is_empty());
    books::at_the_end(&stage);
}

/// 0.05 yuan of a day below zero come off what buys the target: 999.95 at 1.02. Nobody is paid anything, and nothing
/// is owed after that.
#[test]
fn income_below_zero_comes_off_what_buys_the_target_and_is_settled_at_once() {
    for (income, net_in, shares, ending) in [
        ("-0.05", "999.95", "980.34", Some("discount_purchase.completed")),
        ("-0.05", "1000.00", "980.39", None),
        ("0", "1000.00", "980.39", None),
    ] {
        let mut stage = holding("1000");
        earned(&mut stage, "2026-02-27", "-0.5");
        stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
        stage.request(&request(Mode::Held));
        stage.settle();
        assert!(takes_income(&stage));
        earned(&mut stage, "2026-03-02", "0");
        stage.crash();
        let mut said = stage.confirmation("convert");
        let Outcome::Conversion(numbers) = &mut said.outcome else { panic!() };
        (numbers.income, numbers.net_in) = (income.parse().unwrap(), net_in.parse().unwrap());
        numbers.shares_in = shares.parse().unwrap();
        stage.clock("03-03 09:30");
        stage.confirmed("convert", said);
        stage.run();

        let context = format!("{income} of {net_in}: {}", stage.text());
        assert_eq!(stage.look().ending, ending, "{context}");
        if ending.is_none() {
            assert_eq!(stage.parked().unwrap().1, "does_not_add_up", "{context}");
            continue;
        }
        let wallet = stage.state(&wallet_key());
        assert_eq!(wallet.unpaid_income().to_string(), "0.0000", "{context}");
        assert!(
            wallet.owed_beyond_shares().is_none() && wallet.registered().is_zero(),
            "{context}"
        );
        assert!(!stage.has("payout.requested") && stage.look().open_ends.is_empty(), "{context}");
        books::at_the_end_less(&stage, "0.05".parse().unwrap());
    }
}

/// T is Monday 2 March, and the fund pays three trading days later.
#[test]
fn income_that_left_with_a_conversion_is_paid_out_from_the_day_on_which_the_fund_pays_it() {
    let slow = FundTerms { payout_lag: 3, ..terms::wallet() };
    let mut stage = holding_of(vec![slow, terms::target()], "1000");
    accrue(&mut stage, "2026-02-27");
    stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
    stage.request(&request(Mode::Held));
    stage.settle();
    publish(&mut stage, "0.05");
    stage.clock("03-05 11:59");
    assert!(!stage.has("payout.requested"), "{}", stage.text());

    stage.clock("03-05 12:00");
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
    books::at_the_end(&stage);
}

#[test]
fn a_process_that_dies_anywhere_pays_it_out_once() {
    let whole = asked();
    let end = |mut stage: Stage| {
        publish(&mut stage, "0.05");
        stage.run();
        stage
    };
    let events = end(whole.clone()).events.len() - whole.events.len();
    for fuse in 0..events {
        let mut stage = whole.clone();
        stage.fuse = Some(fuse);
        let mut stage = end(stage);
        if stage.look().ending.is_none() {
            publish(&mut stage, "0.05");
            stage.run();
        }
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        assert_eq!(stage.types().iter().filter(|it| **it == "payout.paid_out").count(), 1);
        assert_eq!(stage.state(&wallet_key()).unpaid_income().to_string(), "0.0000");
        books::at_the_end(&stage);
    }
}

#[test]
fn nothing_is_carried_while_all_shares_wait_to_leave() {
    let mut stage = asked();
    accrue(&mut stage, "2026-03-02");
    carry(&mut stage, "2026-03-02", "2026-03-03");
    stage.crash();
    assert_eq!(stage.state(&wallet_key()).unpaid_income().to_string(), "0.1000");
    publish(&mut stage, "0.10");
    stage.run();
    let wallet = stage.state(&wallet_key());
    assert_eq!(wallet.unpaid_income().to_string(), "0.0000", "{}", stage.text());
    assert!(wallet.registered().is_zero(), "nothing is left behind");
}

#[test]
fn what_the_registrar_rejects_keeps_its_income_and_it_is_carried_later() {
    let mut stage = asked();
    carry(&mut stage, "2026-02-27", "2026-03-02");
    stage.crash();
    stage.outside.verdicts.insert("convert".to_owned(), Verdict::Rejected);
    stage.run();
    assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"), "{}", stage.text());
    carry(&mut stage, "2026-03-02", "2026-03-03");
    let wallet = stage.state(&wallet_key());
    assert_eq!(wallet.registered().to_string(), "1000.05");
    assert_eq!(wallet.unpaid_income().to_string(), "0.0000");
}

#[test]
fn a_part_of_what_is_held_leaves_the_income_behind() {
    let mut stage = holding("1500");
    accrue(&mut stage, "2026-02-27");
    stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
    stage.request(&request(Mode::Held));
    stage.settle();
    assert!(!takes_income(&stage));
    publish(&mut stage, "0.05");
    assert_eq!(stage.parked().unwrap().1, "does_not_add_up", "{}", stage.text());
}

/// Nobody heard of the conversion; a person gave it up, and the registrar confirms it all the same.
fn confirmed_after_it_was_given_up(what: Disposition) -> Stage {
    let mut stage = asked();
    stage.run();
    assert_eq!(stage.parked().map(|(row, _)| row), Some("confirm conversion".to_owned()));
    assert!(matches!(stage.abandon_with(what), Reply::Acted));
    let mut said = stage.confirmation("convert");
    let Outcome::Conversion(numbers) = &mut said.outcome else { panic!() };
    numbers.income = "0.05".parse().unwrap();
    stage.confirmed("convert", said);
    stage.run();
    assert_eq!(stage.state(&wallet_key()).unpaid_income().to_string(), "0.0000");
    stage
}

#[test]
fn income_that_comes_of_what_a_person_has_is_named_and_that_persons() {
    let stage = confirmed_after_it_was_given_up(Disposition::Manual);
    assert!(!stage.has("payout.requested"), "{}", stage.text());
    let named = crate::by_hand::cases(&stage.events);
    let income = |it: &&String| it.starts_with("0.05 yuan (income) are owed by hand");
    assert_eq!(named.iter().filter(income).count(), 1, "{named:?}");
    books::always(&stage);
}

#[test]
fn income_of_a_conversion_that_was_taken_back_and_confirmed_is_paid_out_all_the_same() {
    let mut stage = confirmed_after_it_was_given_up(Disposition::Refund);
    assert!(!stage.has("payout.requested"), "the record is in dispute: {}", stage.text());
    let case = books::cases(&stage)[0].case().unwrap().id;
    stage.command(crate::late::close(case));
    stage.run();
    let paid = stage.types().iter().filter(|it| **it == "payout.paid_out").count();
    assert_eq!(paid, 1, "{}", stage.text());
    books::always(&stage);
}

#[test]
fn the_last_of_two_orders_that_together_take_all_takes_the_unpaid_income_along() {
    for (there, takes) in [("1400", true), ("1401", false)] {
        let mut stage = holding(there);
        accrue(&mut stage, "2026-02-27");
        let other = Command::Reserve("TX-9".parse().unwrap(), "400".parse().unwrap());
        stage.given(&wallet_key(), &other);
        stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
        stage.request(&request(Mode::Held));
        stage.settle();
        assert_eq!(takes_income(&stage), takes, "{there}");
    }
}

/// A day after it was bought, its shares are the last that no other order takes, or they are not.
#[test]
fn what_was_bought_a_day_before_takes_the_unpaid_income_along_where_others_take_the_rest() {
    for (mode, out) in [(Mode::NextDay, "convert"), (Mode::RedeemToPurchase, "redeem")] {
        for (there, takes) in [("400", true), ("401", false)] {
            let mut stage = holding(there);
            accrue(&mut stage, "2026-02-27");
            let other = Command::Reserve("TX-9".parse().unwrap(), "400".parse().unwrap());
            stage.given(&wallet_key(), &other);
            stage.outside.verdicts.insert(out.to_owned(), Verdict::Silence);
            stage.request(&request(mode));
            stage.settle();
            stage.clock("03-03 12:00");
            let key: Key<Applications> = Key::of(&ApplicationNo::of(&order(out)));
            let known = stage.state(&key);
            let ask = &known.application().unwrap().terms.ask;
            let (Ask::Conversion { take_income, .. } | Ask::Redemption { take_income, .. }) = ask
            else {
                panic!("{ask:?}")
            };
            assert_eq!(*take_income, takes, "{mode:?} {there}\n{}", stage.text());
        }
    }
}

/// The order says that the income is to go along, and the registrar paid it: it is the investor's money
/// already, and the shares of the other order begin a new account, whenever that was rejected.
#[test]
fn income_that_went_along_stays_paid_where_the_order_before_it_is_rejected_before_or_after() {
    let rejected = |stage: &mut Stage| {
        stage.given(&wallet_key(), &Command::Release("TX-9".parse().unwrap()));
        stage.crash();
    };
    let wallets = [false, true].map(|before| {
        let mut stage = holding("1400");
        accrue(&mut stage, "2026-02-27");
        let other = Command::Reserve("TX-9".parse().unwrap(), "400".parse().unwrap());
        stage.given(&wallet_key(), &other);
        stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
        stage.request(&request(Mode::Held));
        stage.settle();
        if before {
            rejected(&mut stage);
        }
        publish(&mut stage, "0.07");
        stage.run();
        if !before {
            rejected(&mut stage);
        }
        books::at_the_end(&stage);
        let wallet = stage.state(&wallet_key());
        assert_eq!(wallet.unpaid_income().to_string(), "0.0000", "{}", stage.text());
        assert_eq!(wallet.available().to_string(), "400.00", "{}", stage.text());
        accrue(&mut stage, "2026-03-03");
        carry(&mut stage, "2026-03-03", "2026-03-04");
        let wallet = stage.state(&wallet_key());
        [wallet.registered(), wallet.available()].map(|it| it.to_string())
    });
    assert_eq!(wallets, [["400.02", "400.02"], ["400.02", "400.02"]]);
}

/// All that was bought is sold for the target, and the fund pays a day later. Others buy meanwhile, and what their
/// shares earn is nobody's to settle who has left.
#[test]
fn what_others_earn_in_a_wallet_after_all_has_left_keeps_nobody_waiting() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::RedeemToPurchase));
    stage.clock("03-04 12:30");
    assert!(stage.has("wallet.shares_taken_out"), "{}", stage.text());
    let (later, shares) = (tx("LATER"), "5000".parse().unwrap());
    stage.given(&wallet_key(), &Command::CreditInTransit(later.clone(), shares));
    let on = "2026-03-04".parse().unwrap();
    stage.given(&wallet_key(), &Command::ConfirmCredit(later, shares, on));
    earned(&mut stage, "2026-03-04", "0.5");
    assert_eq!(stage.state(&wallet_key()).unpaid_income().to_string(), "0.2500");

    let waits = stage.look().waits;
    assert!(waits.iter().all(Wait::is_alive), "{waits:?}");
    stage.crash();
    stage.run();
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
    assert!(!stage.has("wallet.income_settled"), "{}", stage.text());
}
