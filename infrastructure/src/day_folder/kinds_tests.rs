use super::{lots::LOT, tests::with, *};
use fundflow_domain::{
    application::OnHuge,
    plan::{DayOfMonth, Frequency, MissingDay, MoveRule},
};

const HEADING: &str = "transaction,time,kind,investor,wallet_fund,target_fund,fund,amount,shares,\
                       lots,on_huge,account,only_today,of,scope,frequency,start,periods,\
                       missing_day,day,per_10_000,publication";

/// A row from `column=value` pairs with spaces between them; `_` in a value is a space.
fn row(pairs: &str) -> String {
    let value = |column: &str| {
        let named = pairs.split(' ').find_map(|pair| pair.strip_prefix(column)?.strip_prefix('='));
        named.unwrap_or_default().replace('_', " ")
    };
    let or = |usual: &str, said: String| if said.is_empty() { usual.to_owned() } else { said };
    let columns = HEADING.split(',').map(|column| match column {
        "transaction" => or("K-1", value(column)),
        "time" => or("09:00", value(column)),
        "kind" | "scope" | "on_huge" | "missing_day" => value(column).replace(' ', "_"),
        column => value(column),
    });
    columns.collect::<Vec<_>>().join(",")
}

fn reading(rows: &[String]) -> Reading {
    let text = format!("{HEADING}\n{}\n", rows.join("\n"));
    with("orders.csv", Some(text.as_bytes())).1
}

fn one(pairs: &str) -> Kind {
    let reading = reading(&[row(pairs)]);
    let about_orders: Vec<_> = reading.problems.iter().filter(|it| it.line.is_some()).collect();
    assert!(about_orders.is_empty(), "{about_orders:?}");
    reading.day.unwrap().orders.remove(0).kind
}

/// Complaints about the row, without those about missing prices and other files.
fn complaints(pairs: &str) -> Vec<String> {
    let reading = reading(&[row(pairs)]);
    let orders = reading.problems.iter().filter(|it| it.file == "orders.csv");
    orders.map(ToString::to_string).collect()
}

#[test]
fn every_kind_is_read_from_its_columns() {
    let kinds = [
        "kind=discount_purchase investor=I-1001 wallet_fund=000730 target_fund=011162 amount=1",
        "kind=recharge investor=I-1001 fund=000730 amount=1",
        "kind=withdraw investor=I-1001 fund=000730 shares=1 on_huge=cancel",
        "kind=fast_withdraw investor=I-1001 fund=000730",
        "kind=purchase investor=I-1001 fund=011162 amount=1 account=A-2",
        "kind=subscription investor=I-1001 fund=011162 amount=1",
        "kind=redemption investor=I-1001 fund=011162 shares=1 lots=TA1:0.40",
        "kind=conversion investor=I-1001 fund=011162 target_fund=018145 shares=1",
        "kind=plan investor=I-1001 fund=011162 amount=1 frequency=daily start=2026-03-01",
        "kind=cancel of=TX-1 scope=conversion",
        "kind=income transaction=000730.2026-02-12 time=20:00 fund=000730 day=2026-02-12 per_10_000=0.4",
    ];
    for pairs in kinds {
        let name = pairs.split(' ').next().unwrap().strip_prefix("kind=").unwrap();
        assert_eq!(one(pairs).name(), name);
    }
}

#[test]
fn a_redemption_has_its_lots_and_what_becomes_of_a_rest() {
    let Kind::Redemption(it) = one("kind=redemption investor=I-1001 fund=011162 lots=TA1:0.40")
    else {
        panic!()
    };
    let lots: Vec<_> = it.lots.iter().map(|lot| format!("{} {}", lot.serial, lot.shares)).collect();

    assert_eq!(lots, ["TA1 0.40"]);
    assert_eq!((it.shares, it.on_huge, it.account), (None, OnHuge::CarryOver, None));
}

#[test]
fn the_rest_of_a_conversion_is_never_carried_over() {
    let row =
        |more| format!("kind=conversion investor=I-1001 fund=011162 target_fund=018145{more}");
    for more in ["", " on_huge=cancel"] {
        assert_eq!(complaints(&row(more)), [""; 0]);
    }
    assert_eq!(
        complaints(&row(" on_huge=carry_over")),
        [
            "orders.csv:2: on_huge \"carry_over\": write cancel or nothing, since the rest of a conversion \
          is always cancelled"
        ]
    );
}

#[test]
fn a_row_names_one_lot_since_a_record_does() {
    for (pairs, lots) in [
        ("kind=redemption investor=I-1001 fund=011162 lots=TA1", "TA1"),
        ("kind=redemption investor=I-1001 fund=011162 lots=TA1:1_TA2:2", "TA1:1 TA2:2"),
        (
            "kind=conversion investor=I-1001 fund=011162 target_fund=018145 lots=TA1:1_TA1:2",
            "TA1:1 TA1:2",
        ),
    ] {
        assert_eq!(complaints(pairs), [format!("orders.csv:2: lots \"{lots}\": write {LOT}")]);
    }
}

#[test]
fn what_a_kind_does_not_use_has_one_complaint() {
    for (pairs, column) in [
        ("kind=withdraw investor=I-1001 fund=000730 lots=x", "lots"),
        ("kind=fast_withdraw investor=I-1001 fund=000730 lots=x", "lots"),
        ("kind=fast_withdraw investor=I-1001 fund=000730 on_huge=x", "on_huge"),
    ] {
        let complaints = complaints(pairs);
        let [one] = &complaints[..] else { panic!("{complaints:?}") };
        assert!(one.contains(column) && one.contains("leave it empty"), "{one}");
    }
}

#[test]
fn every_second_week_is_counted_from_the_day_on_which_it_is_asked() {
    for (pairs, from) in [
        ("time=09:00", "2026-02-12"),
        ("time=2026-02-13T09:00:00+08:00", "2026-02-13"),
        ("time=2026-02-13T09:00:00+08:00 start=2026-03-02", "2026-03-02"),
    ] {
        let pairs = format!("kind=plan_change of=P-1 frequency=biweekly_thu {pairs}");
        let Kind::PlanWord { word: PlanWord::Change(changes, _), .. } = one(&pairs) else {
            panic!("{pairs}")
        };
        let often = Frequency::from_words("biweekly thu", from.parse().unwrap());
        assert_eq!(changes.frequency, often, "{pairs}");
    }
}

#[test]
fn a_plan_has_its_dates_and_pays_from_the_investors_account() {
    let pairs = "kind=plan investor=I-1001 fund=011162 amount=500 start=2026-03-01 periods=12 \
                 frequency=monthly_31 missing_day=first_of_next";
    let Kind::Plan(terms) = one(pairs) else { panic!() };

    assert_eq!(terms.frequency, Frequency::Monthly { day: DayOfMonth::new(31).unwrap() });
    assert_eq!(
        (terms.missing_day, terms.move_rule),
        (MissingDay::FirstOfNext, MoveRule::NextTradingDay)
    );
    assert_eq!((terms.account.as_str(), terms.max_misses.get()), ("A-71001", 3));
    assert_eq!(terms.periods.map(std::num::NonZeroU32::get), Some(12));
}

#[test]
fn a_bad_row_of_any_kind_is_reported_with_what_may_stand_there() {
    let funds = "000730, 000891, 001546, 011162, 018145, 050003, 050027, 990001, 990002, 990003";
    let shares =
        "shares: 0.01 to 99999999999999.99, at most 2 decimals, or nothing for all of them";
    let rows = [
        (
            "kind=gift",
            "kind \"gift\": write discount_purchase, recharge, withdraw, fast_withdraw, purchase, \
             subscription, redemption, conversion, plan, plan_change, plan_pause, plan_resume, \
             plan_end, income or cancel"
                .to_owned(),
        ),
        (
            "kind=recharge investor=I-1001 amount=1",
            format!("fund \"\": is empty; write one of {funds}"),
        ),
        (
            "kind=recharge investor=I-1001 fund=000730 amount=1 shares=2",
            "shares \"2\": a recharge does not use it; leave it empty".to_owned(),
        ),
        (
            "kind=withdraw investor=I-1001 fund=000730 shares=0",
            format!("shares \"0\": write {shares}"),
        ),
        (
            "kind=plan investor=I-1001 fund=011162 amount=1 start=2026-03-01 frequency=monthly_32",
            "frequency \"monthly 32\": write daily, weekly mon, biweekly mon or monthly 15"
                .to_owned(),
        ),
        ("kind=plan_end", "of \"\": is empty; write the transaction of a plan".to_owned()),
        (
            "kind=plan_pause of=P-1 amount=1",
            "amount \"1\": a plan_pause does not use it; leave it empty".to_owned(),
        ),
        (
            "kind=plan_change of=P-1 frequency=monthly_0",
            "frequency \"monthly 0\": write daily, weekly mon, biweekly mon or monthly 15"
                .to_owned(),
        ),
        ("kind=cancel", "of \"\": is empty; write the transaction that is taken back".to_owned()),
        (
            "kind=cancel of=TX-1 scope=half",
            "scope \"half\": write all, conversion or nothing".to_owned(),
        ),
    ];
    for (pairs, complaint) in rows {
        assert_eq!(complaints(pairs), [format!("orders.csv:2: {complaint}")], "{pairs}");
    }
}

const SATURDAY: &str = "kind=income time=2026-02-24T09:00:00+08:00 fund=000730 day=2026-02-14";

#[test]
fn an_income_is_of_a_natural_day_and_published_within_a_week() {
    let pairs =
        format!("{SATURDAY} transaction=000730.2026-02-14.1 per_10_000=-0.40125 publication=1");
    let reading = reading(&[row(&pairs)]);
    let order = reading.day.unwrap().orders.remove(0);
    let Kind::Income(income) = order.kind else { panic!("{order:?}") };

    assert_eq!((income.day.to_string(), income.publication), ("2026-02-14".into(), 1));
    assert_eq!(income.per_10_000.to_string(), "-0.40125");
    assert_eq!(order.t.to_string(), "2026-02-24");
}

#[test]
fn a_bad_income_is_reported_with_what_may_stand_there() {
    let good = "transaction=000730.2026-02-14 per_10_000=0.4";
    let late = SATURDAY.replace("02-24T09", "02-27T15");
    let early = SATURDAY.replace("02-24T09:00:00", "02-14T14:59:59");
    let rows = [
        (
            format!("{SATURDAY} transaction=K-1 per_10_000=0.4"),
            "transaction \"K-1\": write 000730.2026-02-14: an income has one name",
        ),
        (
            format!("{late} {good}"),
            "time \"2026-02-27T15:00:00+08:00\": incomes of this day are published until \
             2026-02-27T15:00:00+08:00",
        ),
        (
            format!("{early} {good}"),
            "time \"2026-02-14T14:59:59+08:00\": an income is published from 15:00 of its day on: \
             2026-02-14T15:00:00+08:00",
        ),
        (
            format!("{} {good}", SATURDAY.replace("=000730", "=011162")),
            "fund \"011162\": write a money-market fund: 000730, 000891, 050003",
        ),
        (
            format!("{} {good}", SATURDAY.replace("-02-14", "-02-30")),
            "day \"2026-02-30\": write the natural day of the income, like 2026-02-14",
        ),
        (
            format!("{SATURDAY} transaction=000730.2026-02-14 per_10_000=1000"),
            "per_10_000 \"1000\": write yuan of 10,000 shares: -999.99999 to 999.99999, at most 5 \
             decimals",
        ),
        (
            format!("{SATURDAY} {good} publication=256"),
            "publication \"256\": write 1 to 255, or nothing for 0",
        ),
        (
            format!("{SATURDAY} {good} amount=1"),
            "amount \"1\": an income does not use it; leave it empty",
        ),
    ];
    for (pairs, complaint) in rows {
        assert_eq!(complaints(&pairs), [format!("orders.csv:2: {complaint}")], "{pairs}");
    }
}

#[test]
fn another_figure_of_the_same_day_needs_another_publication() {
    let figure =
        |figure| row(&format!("{SATURDAY} transaction=000730.2026-02-14 per_10_000={figure}"));
    let reading = reading(&[figure("0.4"), figure("0.41"), figure("0.4")]);
    let orders: Vec<_> = reading.problems.iter().filter(|it| it.file == "orders.csv").collect();

    assert_eq!(reading.day.unwrap().orders.len(), 2);
    assert_eq!(
        orders.first().unwrap().to_string(),
        "orders.csv:3: transaction \"000730.2026-02-14\": already stands for another order on line 2; \
         it differs in per_10_000: a corrected figure is another publication"
    );
}

#[test]
fn the_same_transaction_of_another_kind_is_a_mistake_and_the_first_one_counts() {
    let buy = row("kind=recharge investor=I-1001 fund=000730 amount=1");
    let out = row("kind=withdraw investor=I-1001 fund=000730");
    let reading = reading(&[buy.clone(), out, buy]);
    let orders: Vec<_> = reading.problems.iter().filter(|it| it.file == "orders.csv").collect();

    assert_eq!(reading.day.unwrap().orders.len(), 2);
    assert_eq!(
        orders.first().unwrap().to_string(),
        "orders.csv:3: transaction \"K-1\": already stands for another order on line 2; it differs \
         in kind: give a new order a new transaction"
    );
}

#[test]
fn a_day_may_have_several_registrars_in_their_order() {
    let text = "trade_date = 2026-02-12\nseed = 1\nregistrars = [\"05\", \"98\"]\n";
    let (_dir, reading) = with("day.toml", Some(text.as_bytes()));
    let settings = reading.day.unwrap().settings;
    assert_eq!(settings.registrars, ["05", "98"].map(|code| code.parse().unwrap()));

    let rows = [
        ("registrars = []", "write a list of different codes, like [\"05\", \"98\"]"),
        ("registrars = [\"05\", \"05\"]", "write a list of different codes, like [\"05\", \"98\"]"),
        ("registrar = \"05\"\nregistrars = [\"98\"]", "write registrar or registrars, not both"),
    ];
    for (line, complaint) in rows {
        let text = format!("trade_date = 2026-02-12\nseed = 1\n{line}\n");
        let (_dir, reading) = with("day.toml", Some(text.as_bytes()));
        let problems: Vec<_> = reading.problems.iter().map(|it| it.problem.clone()).collect();
        assert_eq!(problems, [complaint]);
    }
}

#[test]
fn a_target_that_is_bought_with_a_redemptions_money_needs_the_price_of_that_day() {
    let orders = "transaction,time,investor,wallet_fund,target_fund,amount,mode\n\
                  G-1,09:30,I-1001,000730,011162,100.00,redeem_to_purchase\n";
    let (dir, _) = with("orders.csv", Some(orders.as_bytes()));
    let navs = "fund,date,nav\n011162,2026-02-12,0.7421\n011162,2026-02-25,0.7500\n";
    std::fs::write(dir.path().join("navs.csv"), navs).unwrap();
    let problems = read(dir.path(), &TradingCalendar::xshg().unwrap()).problems;
    let complaints: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let why = "navs.csv: fund 011162 has no price on 2026-02-24; orders need it: add a row";
    assert_eq!(complaints, [why]);
}
