use super::{
    tests::{Stage, confirmed, hour, market, stage},
    *,
};
use crate::sandbox::fixture::{bought, calendar, converted, fund, handed_in, redeemed, start, t};
use fundflow_domain::{
    application::{OnHuge, Outcome, RedemptionConfirmed, Terms},
    fund::FundTerms,
    ids::ApplicationNo,
    money::{Income, Nav, Shares},
    money_fund::{IncomeUnit, Publication},
};
use fundflow_kernel::clock::ManualClock;

const DAILY: &str = "000730";
const MONTHLY: &str = "050003";

fn published(code: &str, day: &str, figure: &str, publication: u8) -> Publication {
    let (fund, day, per_10_000) = (fund(code), day.parse().unwrap(), figure.parse().unwrap());
    Publication { fund, day, publication, per_10_000 }
}

fn publish(registrar: &SandboxRegistrar, code: &str, day: &str, figure: &str) {
    registrar.publish_income(&published(code, day, figure, 0)).unwrap();
}

/// Shares and unpaid income of I-1.
fn owns(registrar: &SandboxRegistrar, code: &str) -> (String, String) {
    let all = registrar.holders_of(fund(code));
    let (shares, unpaid) = all.get("I-1").copied().unwrap_or_default();
    (shares.to_string(), unpaid.to_string())
}

fn figures(shares: &str, unpaid: &str) -> (String, String) {
    let (shares, unpaid): (Shares, Income) = (shares.parse().unwrap(), unpaid.parse().unwrap());
    (shares.to_string(), unpaid.to_string())
}

fn of(code: &str, terms: Terms) -> Terms {
    Terms { fund: fund(code), ..terms }
}

/// A million shares that were bought on 12 February and are registered on the 13th.
fn million(code: &str) -> Stage {
    let stage = stage("");
    stage.submit(of(code, bought("TX-0", "1000000.00")));
    stage.says(hour());
    stage
}

/// Asks on 13 February; the registrar decides on the 24th, after the Spring Festival.
fn leaves(code: &str, shares: &str, income: bool) -> Terms {
    let terms = of(code, redeemed("TX-1", shares));
    let Ask::Redemption { shares, lots, on_huge, .. } = terms.ask else { panic!() };
    let ask = Ask::Redemption { shares, lots, on_huge, take_income: income };
    Terms { ask, trade_date: calendar().plus(t(), 1).unwrap(), ..terms }
}

fn morning_of_the_24th() -> Timestamp {
    "2026-02-24T08:00:00+08:00".parse().unwrap()
}

fn numbers(stage: &Stage, terms: &Terms) -> RedemptionConfirmed {
    let answers = stage.says_of(terms, morning_of_the_24th());
    let Outcome::Redemption(it) = &confirmed(&answers).outcome else { panic!("{answers:?}") };
    it.clone()
}

#[test]
fn a_days_income_becomes_a_lot_and_a_weekends_earns_once_it_is_registered() {
    let stage = million(DAILY);
    publish(&stage.registrar, DAILY, "2026-02-12", "0.5");
    assert_eq!(owns(&stage.registrar, DAILY), figures("1000000.00", "0"), "not registered yet");

    for day in ["2026-02-13", "2026-02-14", "2026-02-15"] {
        publish(&stage.registrar, DAILY, day, "50");
    }
    // 5,000.00 of Friday, which earn from Friday on; 5,025.00 of each day of the weekend, which earn
    // from the 24th on.
    assert_eq!(owns(&stage.registrar, DAILY), figures("1015050.00", "0"));
}

#[test]
fn a_months_income_stays_owed_until_its_day() {
    let stage = million(MONTHLY);
    for day in ["2026-02-13", "2026-02-14"] {
        publish(&stage.registrar, MONTHLY, day, "0.4");
    }
    assert_eq!(owns(&stage.registrar, MONTHLY), figures("1000000.00", "80"));
    publish(&stage.registrar, MONTHLY, "2026-02-25", "0.4");
    assert_eq!(owns(&stage.registrar, MONTHLY), figures("1000120.00", "0"));
    publish(&stage.registrar, MONTHLY, "2026-02-26", "0.4");
    assert_eq!(owns(&stage.registrar, MONTHLY), figures("1000120.00", "40"));
}

#[test]
fn whoever_leaves_with_every_share_is_paid_what_is_owed() {
    let stage = million(MONTHLY);
    let terms = leaves(MONTHLY, "1000000.00", true);
    stage.submit(terms.clone());
    for day in ["2026-02-13", "2026-02-14"] {
        publish(&stage.registrar, MONTHLY, day, "0.4");
    }
    let paid = numbers(&stage, &terms);
    assert_eq!(
        (paid.income.to_string(), paid.payout.to_string()),
        ("80.00".into(), "1000080.00".into())
    );
    assert_eq!(owns(&stage.registrar, MONTHLY), figures("0", "0"));
}

/// A million shares at 0.00013 per 10,000 earn 0.0130: a fen is paid with the first part of them, 0.0030 stay
/// owed with the rest, and nothing once all have left.
#[test]
fn a_part_of_a_fen_stays_owed_while_shares_stay() {
    let huge = "[[huge]]\nfund = \"050003\"\non = \"2026-02-13\"\npart_per_mille = 400\n";
    for (scenario, [shares, unpaid]) in [(huge, ["600000.00", "0.003"]), ("", ["0", "0"])] {
        let clock = ManualClock::at(start());
        let in_parts = |terms: &Arc<FundTerms>| {
            Arc::new(FundTerms {
                income_unit: IncomeUnit::HundredthOfFen,
                ..FundTerms::clone(terms)
            })
        };
        let shipped = market();
        let market = Market::of(calendar(), shipped.funds(t().date()).into_iter().map(in_parts));
        let fates = Scenario::from_toml(scenario).unwrap();
        let registrar = SandboxRegistrar::in_memory(fates, market, Arc::new(clock.clone()));
        let stage = Stage { registrar, clock };
        stage.submit(of(MONTHLY, bought("TX-0", "1000000.00")));
        stage.says(hour());
        publish(&stage.registrar, MONTHLY, "2026-02-13", "0.00013");
        let mut terms = leaves(MONTHLY, "1000000.00", true);
        if let Ask::Redemption { on_huge, .. } = &mut terms.ask {
            *on_huge = OnHuge::Cancel;
        }
        stage.submit(terms.clone());
        assert_eq!(numbers(&stage, &terms).income.to_string(), "0.01", "{scenario}");
        assert_eq!(owns(&stage.registrar, MONTHLY), figures(shares, unpaid), "{scenario}");
    }
}

#[test]
fn income_that_is_not_to_go_along_stays_owed() {
    let stage = million(MONTHLY);
    let terms = leaves(MONTHLY, "400000.00", false);
    stage.submit(terms.clone());
    publish(&stage.registrar, MONTHLY, "2026-02-13", "0.4");
    let paid = numbers(&stage, &terms);
    assert_eq!(
        (paid.income.to_string(), paid.payout.to_string()),
        ("0.00".into(), "400000.00".into())
    );
    assert_eq!(owns(&stage.registrar, MONTHLY), figures("600000.00", "40"));
}

#[test]
fn a_lot_of_income_can_be_redeemed() {
    let stage = million(DAILY);
    publish(&stage.registrar, DAILY, "2026-02-13", "0.4");
    let terms = leaves(DAILY, "1000040.00", true);
    stage.submit(terms.clone());
    let paid = numbers(&stage, &terms);
    assert_eq!((paid.payout.to_string(), paid.lots.len()), ("1000040.00".into(), 2));
    assert_eq!(owns(&stage.registrar, DAILY), figures("0", "0"));
}

#[test]
fn what_left_earns_up_to_the_day_before_the_next_working_day_whenever_that_is_published() {
    let stage = million(MONTHLY);
    let terms = leaves(MONTHLY, "400000.00", false);
    stage.submit(terms.clone());
    numbers(&stage, &terms);
    for day in ["2026-02-22", "2026-02-23", "2026-02-24"] {
        publish(&stage.registrar, MONTHLY, day, "0.4");
    }
    // 40.00 of each day of the holiday, and 24.00 of the 24th.
    assert_eq!(owns(&stage.registrar, MONTHLY), figures("600000.00", "104"));
}

#[test]
fn bought_and_converted_on_one_t_earns_nothing() {
    let stage = stage("");
    for leg in [bought("TX-1", "10000.00"), converted("TX-1", "10000.00")] {
        stage.submit(leg);
    }
    stage.says(hour());
    publish(&stage.registrar, DAILY, "2026-02-13", "0.4");
    assert_eq!(owns(&stage.registrar, DAILY), figures("0", "0"));
}

#[test]
fn income_below_zero_takes_the_oldest_shares_that_nobody_has_asked_for() {
    let stage = million(DAILY);
    publish(&stage.registrar, DAILY, "2026-02-13", "-0.4");
    assert_eq!(owns(&stage.registrar, DAILY), figures("999960.00", "0"));

    stage.submit(leaves(DAILY, "999960.00", true));
    publish(&stage.registrar, DAILY, "2026-02-14", "-0.4");
    assert_eq!(owns(&stage.registrar, DAILY), figures("999960.00", "-39.99"));
    stage.says(morning_of_the_24th());
    assert_eq!(owns(&stage.registrar, DAILY), figures("0", "0"), "paid with less money");
}

/// 39.99 of one day are owed, or 40.00 of a month: they come off what buys the target, and nobody owes them after that.
#[test]
fn whoever_converts_every_share_settles_income_below_zero_at_once_whatever_the_carry() {
    for (code, owed) in [(DAILY, "39.99"), (MONTHLY, "40.00")] {
        let stage = million(code);
        publish(&stage.registrar, code, "2026-02-13", "-0.4");
        let (held, _) = owns(&stage.registrar, code);
        let mut terms = of(code, converted("TX-1", &held));
        let Ask::Conversion { take_income, .. } = &mut terms.ask else { panic!() };
        *take_income = true;
        terms.trade_date = calendar().plus(t(), 1).unwrap();
        let (target, day) = (fund("011162"), terms.trade_date.date());
        stage.registrar.market().publish(target, day, "1.3".parse().unwrap());
        stage.submit(terms.clone());
        if code == DAILY {
            publish(&stage.registrar, code, "2026-02-14", "-0.4");
        }
        let answers = stage.says_of(&terms, morning_of_the_24th());
        let Outcome::Conversion(it) = &confirmed(&answers).outcome else { panic!("{answers:?}") };
        assert_eq!(it.income.to_string(), format!("-{owed}"), "{code}");
        let owed = owed.parse().unwrap();
        let net = it.shares_out.value_half_up(Nav::ONE).unwrap().minus(owed).unwrap();
        assert_eq!((it.net_in, it.owed_and_taken()), (net, owed), "{code}");
        assert_eq!(it.shares_in, net.shares_at(it.nav_in, terms.rounding).unwrap(), "{code}");
        assert_eq!(owns(&stage.registrar, code), figures("0", "0"), "{code}");
    }
}

#[test]
fn a_correction_takes_the_place_of_the_publication_before_it() {
    let stage = million(MONTHLY);
    publish(&stage.registrar, MONTHLY, "2026-02-13", "0.4");
    let give = |figure, nth| {
        let income = published(MONTHLY, "2026-02-13", figure, nth);
        stage.registrar.publish_income(&income).unwrap();
        owns(&stage.registrar, MONTHLY)
    };
    assert_eq!(give("0.9", 0), figures("1000000.00", "40"), "published before: nothing changes");
    assert_eq!(give("0.3", 1), figures("1000000.00", "30"));

    // The month was carried with it: what was paid too little becomes shares at once.
    publish(&stage.registrar, MONTHLY, "2026-02-25", "0.4");
    assert_eq!(owns(&stage.registrar, MONTHLY), figures("1000070.00", "0"));
    assert_eq!(give("0.5", 2), figures("1000090.00", "0"));
}

/// At half a percent a day, what is carried on the wrong day shows.
#[test]
fn the_order_of_the_publications_makes_no_difference_and_a_correction_is_as_if_it_had_come_first() {
    let days = ["2026-02-13", "2026-02-14", "2026-02-24", "2026-02-25"];
    let after = |publications: &[(usize, &str, u8)]| {
        let stage = million(DAILY);
        for (nth, figure, publication) in publications {
            let income = published(DAILY, days[*nth], figure, *publication);
            stage.registrar.publish_income(&income).unwrap();
        }
        owns(&stage.registrar, DAILY)
    };
    let orderly = after(&[(0, "50", 0), (1, "50", 0), (2, "50", 0), (3, "50", 0)]);
    // 5,000.00 of Friday, 5,025.00 of Saturday, and as both of these earn on the 24th, 5,050.12 of it.
    assert_eq!(orderly, figures("1020150.49", "0"));
    assert_eq!(after(&[(2, "50", 0), (0, "50", 0), (3, "50", 0), (1, "50", 0)]), orderly);
    let corrected = [(0, "90", 0), (1, "50", 0), (2, "50", 0), (0, "50", 1), (3, "50", 0)];
    assert_eq!(after(&corrected), orderly);
}

#[test]
fn a_registrar_that_was_killed_knows_what_it_gave_and_gives_it_once() {
    let dir = tempfile::tempdir().unwrap();
    let open = |at: Timestamp| {
        let clock = ManualClock::at(at);
        let shared = Arc::new(clock.clone());
        let scenario = Scenario::default();
        let registrar = SandboxRegistrar::open(scenario, market(), shared, dir.path()).unwrap();
        Stage { registrar, clock }
    };
    let first = open(start());
    first.registrar.take(handed_in(of(MONTHLY, bought("TX-0", "1000000.00"))));
    first.says(hour());
    for (day, figure) in [("2026-02-13", "0.4"), ("2026-02-14", "0.4")] {
        publish(&first.registrar, MONTHLY, day, figure);
    }
    let terms = leaves(MONTHLY, "1000000.00", true);
    first.submit(terms.clone());
    numbers(&first, &terms);
    publish(&first.registrar, MONTHLY, "2026-02-24", "0.4");
    assert_eq!(owns(&first.registrar, MONTHLY), figures("0", "0"), "paid before it was published");
    publish(&first.registrar, MONTHLY, "2026-02-23", "0.4");
    let before = first.registrar.holders_of(fund(MONTHLY));
    drop(first);

    // The process died in the middle of a line: that publication was never made.
    let books = dir.path().join(FILE);
    let written = std::fs::read_to_string(&books).unwrap();
    std::fs::write(&books, format!("{written}{{\"income\":{{\"fund\":\"0500")).unwrap();
    let second = open(morning_of_the_24th());
    assert_eq!(second.registrar.holders_of(fund(MONTHLY)), before);
    assert_eq!(owns(&second.registrar, MONTHLY), figures("0", "40"));
    publish(&second.registrar, MONTHLY, "2026-02-23", "0.4");
    assert_eq!(second.registrar.holders_of(fund(MONTHLY)), before, "it was published before");
    publish(&second.registrar, MONTHLY, "2026-02-22", "0.4");
    assert_eq!(owns(&second.registrar, MONTHLY), figures("0", "80"), "and this one was not");
    assert_eq!(second.registrar.applications().len(), 2);
    let known = |no: &ApplicationNo| second.registrar.books.get(no.as_str()).is_some();
    assert!(known(&terms.no));
}

/// Also what became shares already, and whoever opens the books again.
#[test]
fn a_correction_below_what_became_shares_takes_none_that_are_frozen() {
    let dir = tempfile::tempdir().unwrap();
    let open = || {
        let clock = ManualClock::at(start());
        let (shared, scenario) = (Arc::new(clock.clone()), Scenario::default());
        let registrar = SandboxRegistrar::open(scenario, market(), shared, dir.path()).unwrap();
        Stage { registrar, clock }
    };
    let corrected = |frozen: &str, publication: u8, figure: &str| {
        let stage = open();
        let holder = "I-1".parse().unwrap();
        stage.registrar.keep_frozen(holder, fund(DAILY), frozen.parse().unwrap());
        let income = published(DAILY, "2026-02-13", figure, publication);
        stage.registrar.publish_income(&income).unwrap();
        owns(&stage.registrar, DAILY)
    };
    let first = open();
    first.registrar.take(handed_in(of(DAILY, bought("TX-0", "1000000.00"))));
    first.says(hour());
    drop(first);
    assert_eq!(corrected("0", 0, "0.5"), figures("1000050.00", "0"));
    assert_eq!(corrected("1000040.01", 1, "0.4"), figures("1000050.00", "-10"));
    assert_eq!(owns(&open().registrar, DAILY), figures("1000050.00", "-10"));
    assert_eq!(corrected("1000040.00", 2, "0.4"), figures("1000040.00", "0"));
}
