//! What is decided again when the T of an order moves besides the day: whether the target of a conversion lets it in
//! and its investor is still fit, whether those can be called who would carry it out, and in which mode a date of a
//! plan goes on. T moves from Friday 2026-02-13 to Tuesday the 24th, across the Spring Festival.

use crate::{
    conversion,
    funds::{bond, equity, house, wallet},
    later_terms::then,
    plan::job,
    plan_by_wallet::{self, state},
    ports::{bank, ports, registrar},
    purchase, redemption,
    stage::{InHouse, Stage, at},
};
use fundflow_domain::{
    fund::{ConversionFeeMethod as Method, FundTerms, ProductRisk},
    orders::Cause,
    plan::Outcome,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::Conversion, discount_purchase::DiscountPurchase, purchase::Purchase,
    redemption::Redemption,
};

type Change = fn(&mut FundTerms);

fn elsewhere(fund: &mut FundTerms) {
    fund.registrar = "06".parse().unwrap();
}

/// Only the bank and registrar 05.
fn only_here(stage: &mut Stage) {
    let there = ports(&[("bank", bank()), ("ta-05", registrar())]);
    stage.runner.set_ports(there.clone());
    stage.ports = Some(there);
}

/// Asked for in time; the process dies before it is placed, and goes on when the exchange has closed.
fn placed_late<S: InHouse>(mut stage: Stage, id: &str, request: S::Request) -> Stage
where
    S::Request: 'static,
{
    stage.now = at("02-13 10:00");
    stage.crash();
    assert!(matches!(stage.request::<S>(id, request), Reply::Placed { .. }));
    let placed = stage.events.iter().position(|it| &*it.event.event_type == "application.placed");
    stage.events.truncate(placed.unwrap());
    stage.now = at("02-13 15:30");
    stage.crash();
    stage.until("02-13 15:31");
    stage
}

/// Handed in before the cut-off; its registrar takes it after.
fn taken_late<S: InHouse>(mut stage: Stage, id: &str, request: S::Request) -> Stage
where
    S::Request: 'static,
{
    stage.now = at("02-13 14:59");
    stage.crash();
    stage.silent = true;
    assert!(matches!(stage.request::<S>(id, request), Reply::Placed { .. }));
    stage.now = at("02-13 15:46");
    stage.silent = false;
    stage.until("02-13 15:50");
    stage
}

/// It is turned away, and why.
#[track_caller]
fn turned_away<S: InHouse>(stage: &Stage, id: &str, ending: &str) -> Cause {
    let look = stage.look::<S>(id);
    assert_eq!(look.ending, Some(ending), "{}", stage.text());
    look.failure.unwrap()
}

fn converting(later: Vec<FundTerms>) -> Stage {
    let mut stage = conversion::stage(Method::FeeDifference);
    let mut funds = vec![equity(), bond(Method::FeeDifference)];
    funds.extend(later);
    stage.house = house(funds);
    stage
}

/// 20,000 shares are worth 21,000.00 by the latest price; the investor holds none of the target.
#[test]
fn a_conversion_whose_t_moves_is_held_against_the_targets_terms_of_the_later_t() {
    let rows: [(&str, Change); 5] = [
        ("is above 20999.99, the most of fund 011162 in one order", |it| {
            it.limits.individual.conversion_in_max = "20999.99".parse().ok();
        }),
        ("is above 20999.99, the most of fund 011162 in one order", |it| {
            it.limits.individual.order_max = "20999.99".parse().ok();
        }),
        ("is below the minimum of 21000.01 for fund 011162", |it| {
            it.limits.individual.first_min = "21000.01".parse().unwrap();
        }),
        ("is not a multiple of 8000.00, the step of fund 011162", |it| {
            it.limits.individual.step = "8000".parse().ok();
        }),
        ("must confirm the warning risk-warning-2017 before buying fund 011162 of risk R4", |it| {
            it.risk = ProductRisk::R4;
        }),
    ];
    for (why, change) in rows {
        let with = || converting(vec![then(equity(), change)]);
        for stage in [
            placed_late::<Conversion>(with(), "C", conversion::request()),
            taken_late::<Conversion>(with(), "C", conversion::request()),
        ] {
            let cause = turned_away::<Conversion>(&stage, "C", "conversion.rolled_back");
            assert_eq!(&*cause.code, "not_admitted", "{cause}");
            assert!(cause.text.ends_with(why), "{cause}");
            assert_eq!(stage.shares("001546").available(), "25000".parse().unwrap());
        }
    }
    let enough = converting(vec![then(equity(), |it| {
        it.limits.individual.conversion_in_max = "21000".parse().ok();
        it.limits.individual.first_min = "21000".parse().unwrap();
        it.risk = ProductRisk::R3;
    })]);
    let stage = placed_late::<Conversion>(enough, "C", conversion::request());
    assert_eq!(stage.look::<Conversion>("C").ending, None, "{}", stage.text());
}

#[test]
fn an_investor_whose_papers_end_before_the_later_t_buys_nothing_on_it() {
    for (field, why) in [("questionnaire", "the risk questionnaire"), ("id", "the identity")] {
        let with = |mut stage: Stage| {
            let last = "2026-02-13".parse().unwrap();
            let investor = &mut stage.asked.investor;
            match field {
                "id" => investor.id_valid_until = last,
                _ => investor.questionnaire_valid_until = last,
            }
            stage
        };
        let stage = placed_late::<Conversion>(with(converting(vec![])), "C", conversion::request());
        let cause = turned_away::<Conversion>(&stage, "C", "conversion.rolled_back");
        assert!(cause.text.starts_with(why), "{cause}");

        let stage = paid_late(with(purchase::stage()));
        let cause = turned_away::<Purchase>(&stage, "P", "purchase.rolled_back");
        assert!(cause.text.starts_with(why), "{cause}");

        // Whoever sells is asked for no level, and may always leave.
        let stage =
            placed_late::<Redemption>(with(redemption::stage()), "R", redemption::request());
        assert_eq!(stage.look::<Redemption>("R").ending, None, "{}", stage.text());
    }
}

fn paid_late(mut stage: Stage) -> Stage {
    stage.silent = true;
    stage.request::<Purchase>("P", purchase::request());
    stage.now = at("02-13 15:00:01");
    stage.silent = false;
    stage.until("02-13 15:30");
    stage
}

#[test]
fn an_order_of_a_later_t_whose_registrar_cannot_be_called_goes_back_and_says_so() {
    let says = |fund: &str| {
        format!(
            "registrar 06 of fund {fund} cannot be called for 2026-02-24: no port ta-06 is \
             registered for it"
        )
    };
    let [target, source] = [equity(), bond(Method::FeeDifference)].map(|it| then(it, elsewhere));
    let mut stage = converting(vec![target.clone(), source]);
    only_here(&mut stage);
    let stage = placed_late::<Conversion>(stage, "C", conversion::request());
    let cause = turned_away::<Conversion>(&stage, "C", "conversion.rolled_back");
    assert_eq!((&*cause.code, &*cause.text), ("no_port", &*says("001546")));

    let mut stage = redemption::stage();
    stage.house = house(vec![equity(), target.clone()]);
    only_here(&mut stage);
    let stage = placed_late::<Redemption>(stage, "R", redemption::request());
    let cause = turned_away::<Redemption>(&stage, "R", "redemption.rolled_back");
    assert_eq!((&*cause.code, &*cause.text), ("no_port", &*says("011162")));

    let mut stage = purchase::stage();
    stage.house = house(vec![equity(), target]);
    stage.crash();
    only_here(&mut stage);
    let stage = paid_late(stage);
    let cause = turned_away::<Purchase>(&stage, "P", "purchase.rolled_back");
    assert_eq!((&*cause.code, &*cause.text), ("no_port", &*says("011162")));
    let [paid, back] = stage.outside.balance();
    assert_eq!(paid, back, "all of it goes back");
}

#[test]
fn an_order_that_is_with_another_registrar_than_that_of_the_later_t_is_taken_back() {
    let target = then(equity(), elsewhere);
    let mut stage = redemption::stage();
    stage.house = house(vec![equity(), target]);
    let stage = taken_late::<Redemption>(stage, "R", redemption::request());
    let cause = turned_away::<Redemption>(&stage, "R", "redemption.rolled_back");
    let says = "fund 011162 is at registrar 06 on 2026-02-24, and registrar 05 has the order";
    assert_eq!((&*cause.code, &*cause.text), ("other_registrar", says));
}

/// The date is of the 24th, and it is paid for the 25th.
fn date_paid_late(change: Change) -> Stage {
    let mut later = then(equity(), change);
    later.effective_from = "2026-02-25".parse().unwrap();
    let mut stage = plan_by_wallet::with(vec![wallet(), equity(), later]);
    stage.until("02-24 14:59");
    stage.silent = true;
    assert_eq!(job(&mut stage).len(), 1);
    stage.now = at("02-24 15:00:01");
    stage.silent = false;
    stage.until("02-24 15:30");
    stage
}

#[test]
fn a_date_of_a_plan_goes_on_in_the_mode_that_the_later_t_allows() {
    let rows: [(Change, &str); 2] = [
        (|it| it.linked_processing = false, "plan_next_day.v2"),
        (elsewhere, "plan_redeem_to_purchase.v2"),
    ];
    for (change, table) in rows {
        let stage = date_paid_late(change);
        let look = stage.look::<DiscountPurchase>("PLAN.20260224");
        assert_eq!(look.table.as_str(), table, "{}", stage.text());
        assert_eq!(look.ending, None, "{}", stage.text());
        assert!(stage.has("wallet.credited_in_transit") && !stage.has("plan.occurrence_missed"));
        let day = "2026-02-24".parse().unwrap();
        let known = state(&stage);
        assert_ne!(known.plan().unwrap().outcome(day), Some(Outcome::Missed));
    }
}
