//! On which days the shares that pass through the wallet earn: from the registration of the purchase
//! to the day before the working day that follows the T of what takes them out, also when that
//! income comes after they have left.

use crate::{
    held::{holding, wallet_key},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{modes::ConversionMode as Mode, money_fund::IncomeUnit, wallet::Command};

/// What a purchase of that mode leaves in the wallet for each of those days, once it is over.
fn earned(mut stage: Stage, mode: Mode, days: &[&str]) -> Vec<String> {
    stage.request(&request(mode));
    stage.run();
    assert!(stage.has("discount_purchase.completed"), "{mode:?}");
    let per_10_000 = "0.5".parse().unwrap();
    let earn = |day: &&str| {
        let day = day.parse().unwrap();
        let unit = IncomeUnit::Fen;
        stage
            .given(&wallet_key(), &Command::AccrueIncome { day, publication: 0, per_10_000, unit });
        let wallet = stage.fold(&wallet_key()).state;
        wallet.income_on(day).map_or("-".to_owned(), |income| income.to_string())
    };
    let all = days.iter().map(earn).collect();
    let report = crate::audited::report(&stage.events, stage.kinds());
    crate::audited::adds_up(&report, || stage.text());
    all
}

const WEEK: [&str; 7] = [
    "2026-03-05",
    "2026-03-06",
    "2026-03-07",
    "2026-03-08",
    "2026-03-09",
    "2026-03-10",
    "2026-03-11",
];

fn friday() -> Stage {
    Stage::at("03-06 10:00")
}

#[test]
fn bought_and_converted_on_one_t_earns_nothing() {
    let all = earned(friday(), Mode::LinkedSameDay, &WEEK);
    assert_eq!(all, ["-", "-", "-", "-", "-", "-", "-"]);
}

#[test]
fn converted_a_day_later_earns_that_day() {
    for mode in [Mode::NextDay, Mode::RedeemToPurchase] {
        let all = earned(friday(), mode, &WEEK);
        assert_eq!(all, ["-", "-", "-", "-", "0.0500", "-", "-"], "{mode:?}");
    }
}

#[test]
fn held_before_earns_up_to_the_day_before_the_next_working_day() {
    let mut stage = holding("1000");
    stage.clock("03-06 10:00");
    let all = earned(stage, Mode::Held, &WEEK);
    assert_eq!(all, ["0.0500", "0.0500", "0.0500", "0.0500", "-", "-", "-"]);
}
