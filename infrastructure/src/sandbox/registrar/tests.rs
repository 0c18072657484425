use super::*;
use crate::catalogue;
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    fund_order::{Confirmation, Outcome},
    ids::{FundCode, Leg, OrderId},
};
use fundflow_kernel::clock::ManualClock;

fn start() -> Timestamp {
    "2026-02-12T10:00:00+08:00".parse().unwrap()
}

fn t() -> TradingDay {
    TradingCalendar::xshg().unwrap().t_of(start()).unwrap()
}

fn calendar() -> Arc<TradingCalendar> {
    Arc::new(TradingCalendar::xshg().unwrap())
}

fn fund(code: &str) -> FundCode {
    code.parse().unwrap()
}

pub(super) fn application(transaction: &str, leg: Leg) -> Application {
    let order = OrderId::of(&transaction.parse().unwrap(), leg);
    let ask = match leg {
        Leg::MoneyFund => {
            Ask::Purchase { amount: "10000.00".parse().unwrap(), account: "A-1".parse().unwrap() }
        }
        Leg::Conversion => Ask::Conversion {
            shares: "10000.00".parse().unwrap(),
            into: fund("011162"),
            topup_discount: "0".parse().unwrap(),
        },
    };
    Application {
        no: ApplicationNo::of(&order),
        order,
        investor: "I-1".parse().unwrap(),
        fund: fund("000730"),
        ask,
        trade_date: t(),
        applied_at: start(),
    }
}

fn market() -> Market {
    let catalogue = catalogue::shipped().unwrap();
    let funds = catalogue.codes().filter_map(|code| catalogue.on(code, t().date()));
    let market = Market::of(calendar(), funds);
    market.publish(fund("011162"), t().date(), "1.2345".parse().unwrap());
    market
}

pub(super) fn registrar(scenario: &str, market: Market) -> SandboxRegistrar {
    let scenario = Scenario::from_toml(scenario).unwrap();
    let clock = Arc::new(ManualClock::at(start()));
    SandboxRegistrar::in_memory(scenario, market, clock)
}

fn confirmed(answer: &ApplicationAnswer) -> &Confirmation {
    let ApplicationAnswer::Confirmed(told) = answer else { panic!("{answer:?}") };
    told
}

#[test]
fn both_legs_of_a_discount_purchase_are_confirmed_by_the_fee_rules() {
    let registrar = registrar("", market()).confirming(Confirming::InAnswer);
    let bought = registrar.take(application("TX-1", Leg::MoneyFund));
    let converted = registrar.take(application("TX-1", Leg::Conversion));

    let Outcome::Purchase(bought) = &confirmed(&bought).outcome else { panic!() };
    assert_eq!((bought.shares.to_string(), bought.fee.is_zero()), ("10000.00".into(), true));
    let told = confirmed(&converted);
    let Outcome::Conversion(converted) = &told.outcome else { panic!() };
    // Golden vector: 10,000.00 at discount 0 and 1.2345.
    assert_eq!(converted.shares_in.to_string(), "8100.45");
    assert!(converted.topup_fee.is_zero() && converted.redemption_fee.is_zero());
    assert_eq!(told.confirmed_on.to_string(), "2026-02-13");
}

#[test]
fn a_conversion_follows_its_purchase() {
    let rows = [
        ("buy_confirmation = \"rejected\"", None),
        ("buy = \"rejected\"", None),
        ("buy_confirmation = \"partial\"\npart_per_mille = 250", Some("2500.00")),
        ("buy_confirmation = \"missing\"", Some("10000.00")),
        ("conversion_confirmation = \"partial\"\npart_per_mille = 333", Some("3330.00")),
    ];
    for (told, out) in rows {
        let registrar = registrar(&format!("[override.TX-1]\n{told}"), market())
            .confirming(Confirming::InAnswer);
        registrar.take(application("TX-1", Leg::MoneyFund));
        let answer = registrar.take(application("TX-1", Leg::Conversion));
        let shares_out = match &answer {
            ApplicationAnswer::Confirmed(told) => match &told.outcome {
                Outcome::Conversion(told) => Some(told.shares_out.to_string()),
                Outcome::Purchase(_) => None,
            },
            ApplicationAnswer::Rejected(_) => None,
            other => panic!("{told}: {other:?}"),
        };
        assert_eq!(shares_out.as_deref(), out, "{told}");
    }
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
        let registrar = registrar(&format!("[override.TX-1]\nbuy = \"{fate}\""), market())
            .confirming(Confirming::ByBatch);
        let first = registrar.take(application("TX-1", Leg::MoneyFund));
        let no = application("TX-1", Leg::MoneyFund).no;
        let found = registrar.books.as_ref().and_then(|books| books.get(no.as_str()));
        let query = found.unwrap().standing(start());
        let again = registrar.take(application("TX-1", Leg::MoneyFund));
        assert_eq!([&first, &query, &again].map(name), answers, "{fate}");
    }
}

#[test]
fn a_suspended_target_refuses_the_conversion_and_not_the_purchase() {
    let text = "[[suspended]]\nfund = \"011162\"\nfrom = \"2026-02-12T10:00:00+08:00\"";
    let registrar = registrar(text, market());

    assert_eq!(name(&registrar.take(application("TX-1", Leg::MoneyFund))), "accepted");
    let refused = registrar.take(application("TX-1", Leg::Conversion));
    let ApplicationAnswer::Rejected(cause) = refused else { panic!("{refused:?}") };
    assert_eq!((&*cause.code, &*cause.text), ("0005", "fund 011162 takes no applications"));
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
        ("garbled", vec!["confirmed"], vec![]),
    ];
    for (fate, at_once, later) in rows {
        let text = format!("[override.TX-1]\nbuy_confirmation = \"{fate}\"\ndelay_s = 60");
        let registrar = registrar(&text, market());
        let taken = registrar.take(application("TX-1", Leg::MoneyFund));
        assert_eq!(name(&taken), "accepted", "{fate}");
        let told = |notices: Vec<Notice>| -> Vec<_> {
            let names = notices.iter().map(|notice| match notice {
                Notice::Application(_, answer) => name(answer),
                Notice::Payment(..) => "payment",
            });
            names.collect()
        };
        assert_eq!(told(registrar.due(start())), at_once, "{fate}");
        assert_eq!(told(registrar.due(start().plus_millis(60_000))), later, "{fate}");
    }
}

#[test]
fn without_a_price_an_application_waits_and_is_not_rejected() {
    let calendar = calendar();
    let catalogue = catalogue::shipped().unwrap();
    let funds = catalogue.codes().filter_map(|code| catalogue.on(code, t().date()));
    let registrar = registrar("", Market::of(calendar, funds)).confirming(Confirming::InAnswer);
    registrar.take(application("TX-1", Leg::MoneyFund));

    assert_eq!(name(&registrar.take(application("TX-1", Leg::Conversion))), "accepted");
}

#[test]
fn a_registrar_that_was_killed_knows_what_it_decided() {
    let dir = tempfile::tempdir().unwrap();
    let open = |scenario| {
        let clock = Arc::new(ManualClock::at(start()));
        SandboxRegistrar::open(scenario, market(), clock, dir.path()).unwrap()
    };
    let late = "[override.TX-1]\nbuy_confirmation = \"late\"\ndelay_s = 60";
    let before = open(Scenario::from_toml(late).unwrap());
    before.take(application("TX-1", Leg::MoneyFund));
    let applications = before.applications();
    drop(before);

    let after = open(Scenario::default());
    assert_eq!(after.applications(), applications);
    assert_eq!(after.due(start().plus_millis(60_000)).len(), 1);
}

fn name(answer: &ApplicationAnswer) -> &'static str {
    match answer {
        ApplicationAnswer::Accepted(_) => "accepted",
        ApplicationAnswer::Rejected(_) => "rejected",
        ApplicationAnswer::Confirmed(_) => "confirmed",
        ApplicationAnswer::NotFound => "not found",
        ApplicationAnswer::Unknown(_) => "unknown",
    }
}
