use super::*;
use crate::{
    catalogue,
    sandbox::fixture::{bought, calendar, converted, fund, handed_in, said, start, t},
};
use fundflow_domain::application::{Confirmation, ConversionConfirmed, Outcome, Terms};
use fundflow_kernel::clock::ManualClock;

/// Eight in the morning of T+1.
pub(super) fn hour() -> Timestamp {
    "2026-02-13T08:00:00+08:00".parse().unwrap()
}

pub(super) fn market() -> Market {
    let catalogue = catalogue::shipped().unwrap();
    let funds = catalogue.codes().filter_map(|code| catalogue.on(code, t().date()));
    let market = Market::of(calendar(), funds);
    market.publish(fund("011162"), t().date(), "1.2345".parse().unwrap());
    market
}

pub(super) struct Stage {
    pub(super) registrar: SandboxRegistrar,
    pub(super) clock: ManualClock,
}

pub(super) fn stage(scenario: &str) -> Stage {
    let scenario = Scenario::from_toml(scenario).unwrap();
    let clock = ManualClock::at(start());
    let registrar = SandboxRegistrar::in_memory(scenario, market(), Arc::new(clock.clone()));
    Stage { registrar, clock }
}

fn with_fate(fate: &str) -> Stage {
    stage(&format!("[override.TX-1]\n{fate}"))
}

impl Stage {
    pub(super) fn submit(&self, terms: Terms) -> ApplicationAnswer {
        self.registrar.take(handed_in(terms))
    }

    pub(super) fn cancel(&self, terms: Terms) -> ApplicationAnswer {
        self.registrar.take_back(&Cancellation { terms, asked_at: self.clock.now() })
    }

    /// What is said about the order of that name by then.
    pub(super) fn says(&self, at: Timestamp) -> Vec<(String, ApplicationAnswer)> {
        self.clock.advance_to(at);
        let notices = self.registrar.due(at);
        notices.iter().map(|notice| (notice.0.as_str().to_owned(), said(notice))).collect()
    }

    pub(super) fn says_of(&self, terms: &Terms, at: Timestamp) -> Vec<ApplicationAnswer> {
        let stream = format!("application-{}", terms.no);
        let of = |(name, answer)| (name == stream).then_some(answer);
        self.says(at).into_iter().filter_map(of).collect()
    }

    pub(super) fn query(&self, terms: &Terms) -> ApplicationAnswer {
        let now = self.clock.now();
        self.registrar.run_hour(now);
        self.registrar.books.get(terms.no.as_str()).unwrap().standing(now)
    }
}

pub(super) fn name(answer: &ApplicationAnswer) -> &'static str {
    match answer {
        ApplicationAnswer::Accepted(_) => "accepted",
        ApplicationAnswer::Received(_) => "received",
        ApplicationAnswer::Rejected(_) => "rejected",
        ApplicationAnswer::Confirmed(_) => "confirmed",
        ApplicationAnswer::Cancelled => "cancelled",
        ApplicationAnswer::OfAnother(_) => "of another order",
        ApplicationAnswer::NotCancelled(_) => "not cancelled",
        ApplicationAnswer::NotFound => "not found",
        ApplicationAnswer::Pending(_) => "pending",
        ApplicationAnswer::Unknown(_) => "unknown",
        ApplicationAnswer::Sealed(_) => "sealed",
        ApplicationAnswer::Sent { .. } => "sent",
    }
}

pub(super) fn names(answers: &[ApplicationAnswer]) -> Vec<&'static str> {
    answers.iter().map(name).collect()
}

pub(super) fn confirmed(answers: &[ApplicationAnswer]) -> &Confirmation {
    let [ApplicationAnswer::Confirmed(one)] = answers else { panic!("{answers:?}") };
    one
}

fn conversion(confirmation: &Confirmation) -> &ConversionConfirmed {
    let Outcome::Conversion(numbers) = &confirmation.outcome else { panic!("{confirmation:?}") };
    numbers
}

/// Both legs of a discount purchase, and what the morning says of each.
fn both(stage: &Stage) -> [Vec<ApplicationAnswer>; 2] {
    let legs = [bought("TX-1", "10000.00"), converted("TX-1", "10000.00")];
    for leg in &legs {
        assert_eq!(name(&stage.submit(leg.clone())), "accepted");
    }
    let all = stage.says(hour());
    legs.map(|leg| {
        let stream = format!("application-{}", leg.no);
        all.iter().filter(|(name, _)| *name == stream).map(|(_, it)| it.clone()).collect()
    })
}

#[test]
fn both_legs_of_a_discount_purchase_are_confirmed_on_the_morning_after_t() {
    let stage = stage("");
    assert_eq!(stage.registrar.next_due(), None);
    let [buy, convert] = both(&stage);

    let Outcome::Purchase(numbers) = &confirmed(&buy).outcome else { panic!() };
    assert_eq!((numbers.shares.to_string(), numbers.fee.is_zero()), ("10000.00".into(), true));
    // Golden vector: 10,000.00 at discount 0 and 1.2345.
    let confirmation = confirmed(&convert);
    let numbers = conversion(confirmation);
    assert_eq!(numbers.shares_in.to_string(), "8100.45");
    assert!(numbers.topup_fee.is_zero() && numbers.redemption_fee.is_zero());
    assert_eq!(confirmation.confirmed_on.to_string(), "2026-02-13");
    assert!(confirmation.finished);
}

#[test]
fn nothing_is_said_before_the_hour_and_a_query_knows_it_from_then_on() {
    let stage = stage("");
    let terms = bought("TX-1", "10000.00");
    stage.submit(terms.clone());

    assert_eq!(stage.registrar.next_due(), Some(hour()));
    assert_eq!(names(&stage.says_of(&terms, hour().plus_millis(-1))), [""; 0]);
    assert_eq!(name(&stage.query(&terms)), "accepted");
    stage.clock.advance_to(hour());
    assert_eq!(name(&stage.query(&terms)), "confirmed");
    assert_eq!(names(&stage.says_of(&terms, hour())), ["confirmed"]);
    assert_eq!(stage.registrar.next_due(), None);
}

#[test]
fn a_conversion_follows_its_purchase() {
    let rows = [
        ("buy_confirmation = \"rejected\"", None),
        ("buy_confirmation = \"partial\"\npart_per_mille = 250", Some("2500.00")),
        ("buy_confirmation = \"missing\"", Some("10000.00")),
        ("conversion_confirmation = \"partial\"\npart_per_mille = 333", Some("3330.00")),
    ];
    for (fate, out) in rows {
        let [_, convert] = both(&with_fate(fate));
        let shares_out = match convert.as_slice() {
            [ApplicationAnswer::Confirmed(it)] => Some(conversion(it).shares_out.to_string()),
            [ApplicationAnswer::Rejected(it)] => {
                assert_eq!(&*it.cause.code, "0001");
                None
            }
            other => panic!("{fate}: {other:?}"),
        };
        assert_eq!(shares_out.as_deref(), out, "{fate}");
    }
}

#[test]
fn a_void_purchase_does_not_let_its_conversion_take_the_shares_of_another_transaction() {
    let stage = with_fate("buy_confirmation = \"rejected\"");
    for terms in [bought("TX-2", "10000.00"), converted("TX-2", "10000.00")] {
        stage.submit(terms);
    }
    let [_, void] = both(&stage);

    assert_eq!(names(&void), ["rejected"]);
    assert_eq!(name(&stage.query(&converted("TX-2", "10000.00"))), "confirmed");
}

#[test]
fn the_front_says_what_its_fate_is_called_and_a_lost_call_is_taken_the_second_time() {
    let rows = [
        ("accepted", ["accepted", "accepted", "accepted"]),
        ("rejected", ["rejected", "rejected", "rejected"]),
        ("timeout_accepted", ["unknown", "accepted", "accepted"]),
        ("timeout_rejected", ["unknown", "rejected", "rejected"]),
        ("timeout_lost", ["unknown", "not found", "accepted"]),
        ("silent", ["unknown", "unknown", "unknown"]),
    ];
    for (fate, answers) in rows {
        let stage = with_fate(&format!("buy = \"{fate}\""));
        let terms = bought("TX-1", "10000.00");
        let first = stage.submit(terms.clone());
        let query = stage.query(&terms);
        let again = stage.submit(terms);
        assert_eq!([&first, &query, &again].map(name), answers, "{fate}");
    }
}

#[test]
fn an_application_on_a_later_t_replaces_it_until_a_batch_has_looked_at_it() {
    let stage = stage("");
    let terms = bought("TX-1", "10000.00");
    stage.submit(terms.clone());
    let next = calendar().plus(t(), 1).unwrap();
    let later = Terms { trade_date: next, ..terms.clone() };

    assert_eq!(name(&stage.submit(later.clone())), "accepted");
    assert_eq!(names(&stage.says_of(&terms, hour())), [""; 0]);
    assert_eq!(name(&stage.submit(terms)), "pending");
    let morning = "2026-02-24T08:00:00+08:00".parse().unwrap();
    assert_eq!(names(&stage.says_of(&later, morning)), ["confirmed"]);
}

#[test]
fn a_suspended_target_refuses_the_conversion_and_not_the_purchase() {
    let text = "[[suspended]]\nfund = \"011162\"\nfrom = \"2026-02-12T10:00:00+08:00\"";
    let stage = stage(text);

    assert_eq!(name(&stage.submit(bought("TX-1", "1.00"))), "accepted");
    let refused = stage.submit(converted("TX-1", "1.00"));
    let ApplicationAnswer::Rejected(it) = refused else { panic!("{refused:?}") };
    assert_eq!((&*it.cause.code, &*it.cause.text), ("0005", "fund 011162 takes no applications"));
}

#[test]
fn the_records_come_once_twice_late_contradicting_or_never() {
    let rows = [
        ("confirmed", vec!["confirmed"], vec![]),
        ("rejected", vec!["rejected"], vec![]),
        ("late", vec![], vec!["confirmed"]),
        ("missing", vec![], vec![]),
        ("twice", vec!["confirmed", "confirmed"], vec![]),
        ("contradicted", vec!["confirmed", "rejected"], vec![]),
        ("late_contradicted", vec!["confirmed"], vec!["rejected"]),
        ("garbled", vec!["confirmed"], vec![]),
        ("twice_different", vec!["confirmed", "confirmed"], vec![]),
        ("corrected", vec!["confirmed"], vec!["confirmed"]),
    ];
    for (fate, at_once, later) in rows {
        let stage = with_fate(&format!("buy_confirmation = \"{fate}\"\ndelay_s = 60"));
        let terms = bought("TX-1", "10000.00");
        stage.submit(terms.clone());
        assert_eq!(names(&stage.says_of(&terms, hour())), at_once, "{fate}");
        let minute = if fate == "corrected" { 60 } else { 1 };
        let then = hour().plus_millis(minute * 60_000);
        assert_eq!(names(&stage.says_of(&terms, then)), later, "{fate}");
    }
}

#[test]
fn planted_confirmations_are_wrong_in_what_their_name_says() {
    //   fate             amount      fee      nav      shares
    let rows = [
        ("confirmed", ["10000.00", "0.00", "1", "10000.00"]),
        ("garbled", ["9999.99", "0.00", "1", "10000.00"]),
        ("wrong_shares", ["10000.00", "0.00", "1", "1000000.00"]),
        ("zero_shares", ["10000.00", "0.00", "1", "0.00"]),
        ("wrong_fee", ["10000.00", "14.78", "1", "9985.22"]),
        ("wrong_nav", ["10000.00", "0.00", "1.1", "9090.91"]),
    ];
    for (fate, numbers) in rows {
        let stage = with_fate(&format!("buy_confirmation = \"{fate}\""));
        let terms = bought("TX-1", "10000.00");
        stage.submit(terms.clone());
        let answers = stage.says_of(&terms, hour());
        let Outcome::Purchase(it) = &confirmed(&answers).outcome else { panic!() };
        let nav = it.nav.decimal().normalize().to_string();
        let said = [it.amount.to_string(), it.fee.to_string(), nav, it.shares.to_string()];
        assert_eq!(said, numbers, "{fate}");
        // The register itself is right.
        let (came, _) = stage.registrar.applications()[0].moved(fund("000730"));
        assert_eq!(came.to_string(), "10000.00", "{fate}");
    }
}

#[test]
fn a_corrected_record_comes_under_another_serial_and_is_right() {
    let stage = with_fate("buy_confirmation = \"corrected\"\ndelay_s = 60");
    let terms = bought("TX-1", "10000.00");
    stage.submit(terms.clone());
    let wrong = stage.says_of(&terms, hour());
    let right = stage.says_of(&terms, hour().plus_millis(3_600_000));

    assert_ne!(confirmed(&wrong).serial, confirmed(&right).serial);
    assert_eq!(confirmed(&wrong).outcome.registered().to_string(), "1000000.00");
    assert_eq!(confirmed(&right).outcome.registered().to_string(), "10000.00");
}

#[test]
fn an_early_confirmation_comes_before_the_cut_off_of_its_t() {
    let stage = with_fate("buy_confirmation = \"early\"");
    let terms = bought("TX-1", "10000.00");
    assert_eq!(name(&stage.submit(terms.clone())), "accepted");
    assert_eq!(names(&stage.says_of(&terms, start())), ["confirmed"]);
}

#[test]
fn without_a_price_an_application_waits_and_is_not_rejected() {
    let catalogue = catalogue::shipped().unwrap();
    let funds = catalogue.codes().filter_map(|code| catalogue.on(code, t().date()));
    let market = Market::of(calendar(), funds);
    let clock = ManualClock::at(start());
    let shared = Arc::new(clock.clone());
    let registrar = SandboxRegistrar::in_memory(Scenario::default(), market, shared);
    let stage = Stage { registrar, clock };
    let [_, convert] = both(&stage);
    assert_eq!(names(&convert), [""; 0]);

    stage.registrar.market().publish(fund("011162"), t().date(), "1.2345".parse().unwrap());
    let terms = converted("TX-1", "10000.00");
    assert_eq!(names(&stage.says_of(&terms, hour())), ["confirmed"]);
}

#[test]
fn an_application_is_taken_back_before_the_cut_off_of_its_t_and_never_after() {
    let stage = stage("");
    let [first, second] = [bought("TX-1", "10000.00"), bought("TX-2", "10000.00")];
    for terms in [&first, &second] {
        stage.submit(terms.clone());
    }
    assert_eq!(name(&stage.cancel(first.clone())), "cancelled");
    assert_eq!(name(&stage.cancel(first.clone())), "cancelled");
    assert_eq!(name(&stage.submit(first.clone())), "cancelled");
    stage.clock.advance_to("2026-02-12T15:00:00+08:00".parse().unwrap());
    assert_eq!(name(&stage.cancel(second.clone())), "not cancelled");

    let heard = stage.says(hour());
    let confirmed = format!("application-{}", second.no);
    assert_eq!(heard.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [confirmed]);
}

#[test]
fn the_registrar_may_refuse_to_take_back_or_say_nothing() {
    let rows = [
        ("refused", ["not cancelled", "not cancelled"], "accepted"),
        ("timeout_cancelled", ["unknown", "cancelled"], "cancelled"),
        ("silent", ["unknown", "unknown"], "accepted"),
    ];
    for (fate, answers, standing) in rows {
        let stage = with_fate(&format!("cancel = \"{fate}\""));
        let terms = bought("TX-1", "10000.00");
        stage.submit(terms.clone());
        let said = [stage.cancel(terms.clone()), stage.cancel(terms.clone())];
        assert_eq!([name(&said[0]), name(&said[1])], answers, "{fate}");
        assert_eq!(name(&stage.query(&terms)), standing, "{fate}");
    }
}

#[test]
fn what_is_taken_back_before_it_arrives_never_arrives() {
    let stage = stage("");
    let terms = bought("TX-1", "10000.00");

    assert_eq!(name(&stage.cancel(terms.clone())), "cancelled");
    assert_eq!(name(&stage.submit(terms)), "cancelled");
}

#[test]
fn a_registrar_that_was_killed_knows_what_it_decided_and_who_holds_what() {
    let dir = tempfile::tempdir().unwrap();
    let open = |scenario, at| {
        let clock = ManualClock::at(at);
        let shared = Arc::new(clock.clone());
        let registrar = SandboxRegistrar::open(scenario, market(), shared, dir.path()).unwrap();
        Stage { registrar, clock }
    };
    let late = "[override.TX-1]\nconversion_confirmation = \"late\"\ndelay_s = 60";
    let before = open(Scenario::from_toml(late).unwrap(), start());
    both(&before);
    let holders = |stage: &Stage| format!("{:?}", stage.registrar.register().holders());
    let (applications, held) = (before.registrar.applications(), holders(&before));
    drop(before);

    let after = open(Scenario::default(), hour());
    assert_eq!(after.registrar.applications(), applications);
    assert_eq!(holders(&after), held);
    assert_eq!(after.says(hour().plus_millis(60_000)).len(), 2);
}

#[test]
fn a_registrar_that_was_killed_before_its_hour_confirms_at_it() {
    let dir = tempfile::tempdir().unwrap();
    let open = |at| {
        let clock = ManualClock::at(at);
        let scenario = Scenario::default();
        let shared = Arc::new(clock.clone());
        let registrar = SandboxRegistrar::open(scenario, market(), shared, dir.path()).unwrap();
        Stage { registrar, clock }
    };
    let terms = bought("TX-1", "10000.00");
    open(start()).submit(terms.clone());

    let after = open(start());
    assert_eq!(after.registrar.next_due(), Some(hour()));
    assert_eq!(names(&after.says_of(&terms, hour())), ["confirmed"]);
}
