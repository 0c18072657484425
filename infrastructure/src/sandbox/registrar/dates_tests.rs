use super::{
    tests::{Stage, name, names, stage},
    *,
};
use crate::sandbox::fixture::{asked, bought, calendar, converted, fund, start, t};
use chrono::NaiveTime;
use fundflow_domain::{
    application::Terms,
    fund::{FundTerms, Raising},
};
use fundflow_kernel::clock::ManualClock;

fn at(text: &str) -> Timestamp {
    format!("2026-02-{text}:00+08:00").parse().unwrap()
}

/// A stage on which the transaction's purchase was handed in on T, and it is then.
fn bought_and_then(now: &str) -> Stage {
    let stage = stage("");
    stage.submit(bought("TX-1", "1000.00"));
    stage.clock.advance_to(at(now));
    stage
}

#[test]
fn what_arrives_after_the_cut_off_is_of_the_next_t_whatever_it_names() {
    let stage = bought_and_then("12T15:00");
    let late = converted("TX-1", "1000.00");
    assert_eq!(name(&stage.submit(late.clone())), "accepted");
    assert_eq!(name(&stage.submit(late.clone())), "accepted", "it is the same application");
    let next = calendar().plus(t(), 1).unwrap();
    stage.registrar.market().publish(fund("011162"), next.date(), "1.3".parse().unwrap());

    assert_eq!(names(&stage.says_of(&late, at("13T18:00"))), [""; 0], "not with its own T");
    assert_eq!(names(&stage.says_of(&late, at("24T08:00"))), ["confirmed"]);
}

#[test]
fn what_was_paid_in_time_is_taken_for_its_t_for_two_more_hours() {
    for (hands_in, confirmed) in [("12T16:59", vec!["confirmed"]), ("12T17:00", vec![])] {
        let stage = stage("");
        stage.clock.advance_to(at(hands_in));
        let late = bought("TX-1", "1000.00");
        stage.submit(late.clone());
        assert_eq!(names(&stage.says_of(&late, at("13T08:00"))), confirmed, "{hands_in}");
    }
}

#[test]
fn a_file_of_applications_says_itself_which_t_they_are_of() {
    let Stage { registrar, clock } = stage("");
    let stage = Stage { registrar: registrar.confirming(Confirming::ByBatch), clock };
    stage.clock.advance_to(at("12T20:00"));
    stage.submit(bought("TX-1", "1000.00"));

    let entry = &stage.registrar.applications()[0];
    assert_eq!(entry.terms.trade_date, t());
}

/// A subscription to a fund that is raised until five in the afternoon of each day.
fn subscribed() -> (Stage, Terms) {
    let catalogue = crate::catalogue::shipped().unwrap();
    let before = catalogue.on(fund("011162"), t().date()).unwrap();
    let mut raised = before.as_ref().clone();
    // Other terms hold on other days: those of T decide.
    raised.effective_from = t().date();
    let after = FundTerms { effective_from: t().date().succ_opt().unwrap(), ..(*before).clone() };
    raised.raising = Some(Raising {
        from: t().date(),
        through: t().date(),
        cut_off: NaiveTime::from_hms_opt(17, 0, 0),
        founded_on: None,
    });
    let clock = ManualClock::at(start());
    let market = Market::of(calendar(), [Arc::new(after), before, Arc::new(raised)]);
    handed_in(market, clock)
}

fn handed_in(market: Market, clock: ManualClock) -> (Stage, Terms) {
    let shared = Arc::new(clock.clone());
    let registrar = SandboxRegistrar::in_memory(Scenario::default(), market, shared);
    let ask = Ask::Subscription { amount: "1000.00".parse().unwrap() };
    let terms = asked("TX-1", "buy", "011162", ask);
    let stage = Stage { registrar, clock };
    assert_eq!(name(&stage.submit(terms.clone())), "accepted");
    (stage, terms)
}

#[test]
fn a_subscription_is_taken_back_until_the_cut_off_of_its_raising() {
    for (asked_at, said) in [("12T16:59", "cancelled"), ("12T17:00", "not cancelled")] {
        let (stage, terms) = subscribed();
        stage.clock.advance_to(at(asked_at));
        assert_eq!(name(&stage.cancel(terms)), said, "{asked_at}");
    }
}

#[test]
fn without_terms_a_subscription_belongs_to_its_t_until_the_hour_of_its_batch() {
    for (asked_at, said) in [("12T16:59", "cancelled"), ("13T08:00", "not cancelled")] {
        let (stage, terms) = handed_in(Market::at_par(calendar()), ManualClock::at(start()));
        stage.clock.advance_to(at(asked_at));
        assert_eq!(name(&stage.cancel(terms)), said, "{asked_at}");
    }
}

#[test]
fn an_application_that_moved_is_taken_back_until_the_cut_off_of_the_t_whose_file_names_it() {
    let next = || calendar().plus(t(), 1).unwrap();
    let rows = [
        (Confirming::ByBatch, "12T15:00", "cancelled"),
        (Confirming::ByBatch, "13T14:59", "cancelled"),
        (Confirming::ByBatch, "13T15:00", "not cancelled"),
        // Without files its own T is what it goes by.
        (Confirming::AtItsHour, "12T15:00", "not cancelled"),
    ];
    for (confirming, asked_at, said) in rows {
        let Stage { registrar, clock } = stage("");
        let stage = Stage { registrar: registrar.confirming(confirming), clock };
        let terms = bought("TX-1", "10000.00");
        stage.submit(terms.clone());
        stage.clock.advance_to(format!("2026-02-{asked_at}:00+08:00").parse().unwrap());
        let moved = Terms { trade_date: next(), ..terms };
        assert_eq!(name(&stage.cancel(moved.clone())), said, "{confirming:?} {asked_at}");
        assert_eq!(name(&stage.cancel(moved)), said, "again");
    }
}
