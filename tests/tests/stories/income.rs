//! The income of a day.

use crate::table;
use fundflow_sagas::income::Income;
use fundflow_testkit::{
    at_par::income,
    explore::{
        given::{asked, given, says},
        refusal::Refused,
        refused_by_a_person,
    },
    outside::Outside,
    story,
};

#[test]
fn given_a_wallet_its_shares_of_a_day_have_the_days_income() {
    given(income(0, "0.5"))
        .when(asked())
        .then_events(["income.prepared", "income.opened"])
        .then_sends(["call wallets.000009 at wallets"])
        .when(says("wallets.000009", "INV-7"))
        .then_events([
            "wallet.income_accrued",
            "wallet.income_carried",
            "income.paged",
            "income.completed",
        ]);
}

fn refused(row: &str) -> Refused<Income, Outside> {
    refused_by_a_person(income(0, "0.5"), row)
}

#[test]
fn the_story_of_an_income_job() {
    story!(table::<Income>("income.v1"), refused, {
        "page" => ["income.landing_chosen", "income.halted", "income.stopped"],
    });
}
